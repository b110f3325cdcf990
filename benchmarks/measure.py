"""Rounds in rotated order, percentiles, ratios with their spread, and the exponent of growth."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

ROUNDS, SLICE = 5, 0.4


@dataclass(frozen=True)
class Timing:
    """Seconds of each single run, sorted, and how many things one run does."""

    seconds: list[float]
    things: int = 1

    def at(self, share: float) -> float:
        """Milliseconds that this share of the runs stayed below."""
        return self.seconds[min(int(len(self.seconds) * share), len(self.seconds) - 1)] * 1000

    @property
    def per_second(self) -> float:
        return len(self.seconds) * self.things / sum(self.seconds)


def run(job: Callable[[], object], *, things: int = 1, seconds: float = SLICE) -> Timing:
    """Repeats a job until its slice of time is over."""
    job()
    taken, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or not taken:
        start = time.perf_counter()
        job()
        taken.append(time.perf_counter() - start)
    return Timing(sorted(taken), things)


def rounds(jobs: dict[str, tuple[Callable[[], object], int]]) -> dict[str, list[Timing]]:
    """Each job once a round, the order turned by one from round to round."""
    names, found = list(jobs), {name: [] for name in jobs}
    for turn in range(ROUNDS):
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            job, things = jobs[name]
            found[name].append(run(job, things=things))
    return found


def joined(timings: list[Timing]) -> Timing:
    return Timing(sorted(s for timing in timings for s in timing.seconds), timings[0].things)


def ratios(above: list[Timing], below: list[Timing]) -> str:
    """How many times as many a second, round by round: median (least to most)."""
    found = sorted(a.per_second / b.per_second for a, b in zip(above, below, strict=True))
    return f"{median(found):.2f} ({found[0]:.2f} to {found[-1]:.2f})"


def exponent(values: dict[int, float]) -> str:
    """b of value ~ size^b between the least and the greatest size; – where there is one size."""
    sizes = sorted(size for size, value in values.items() if value)
    if len(sizes) < 2:
        return "–"
    low, high = sizes[0], sizes[-1]
    return f"{math.log(values[high] / values[low]) / math.log(high / low):.2f}"
