"""Splitting an amount into parts that add up to it exactly, and days of work in a year.

Rule: whatever is split is whole units, and `sum(parts)` is the whole; nothing is rounded away.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

PLACE_OF_TIME = ZoneInfo("Asia/Shanghai")


def split(rng: Random, whole: int, count: int, *, step: int, spread: float = 0.6) -> list[int]:
    """`count` parts of `whole`, each a multiple of `step` but for the last few units of one.

    `spread` says how far the parts lie from each other: 0 for equal parts, towards 1 for very
    different ones.
    """
    weights = [1 + spread * (2 * rng.random() - 1) for _part in range(count)]
    scale = whole / sum(weights)
    parts = [max(step, int(weight * scale) // step * step) for weight in weights]
    place = parts.index(max(parts))
    parts[place] += whole - sum(parts)
    if parts[place] <= 0 or sum(parts) != whole:
        raise ValueError(f"{whole} cannot be split into {count} parts of {step}")
    return parts


def dealt(rng: Random, hands: Iterable[tuple[str, int]]) -> list[str]:
    """Each name as often as its number says, shuffled."""
    deck = [name for name, count in hands for _card in range(count)]
    rng.shuffle(deck)
    return deck


def workday(day: date) -> date:
    """The day, or the Monday after a weekend."""
    return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))


def working_days_before(day: date, count: int) -> date:
    """The working day that lies `count` working days before a day."""
    while count:
        day -= timedelta(days=1)
        count -= day.weekday() < 5
    return day


def later(rng: Random, day: date, least: int, most: int) -> date:
    """A working day between `least` and `most` days after a day."""
    return workday(day + timedelta(days=rng.randint(least, most)))


def within(rng: Random, first: date, last: date, *, early: float = 1.0) -> date:
    """A day between two; with `early` above 1 more often near the first."""
    return first + timedelta(days=int((last - first).days * rng.random() ** early))


def moment(rng: Random, day: date) -> datetime:
    """A moment of a working day, in the zone of both sides."""
    seconds = rng.randint(9 * 3600, 17 * 3600)
    clock = time(seconds // 3600, seconds % 3600 // 60, seconds % 60)
    return datetime.combine(day, clock, tzinfo=PLACE_OF_TIME)


def moments(rng: Random, days: Iterable[date]) -> list[datetime]:
    """A moment of each day, each after the one before it."""
    found: list[datetime] = []
    for day in days:
        at = moment(rng, day)
        if found and at <= found[-1]:
            at = found[-1] + timedelta(minutes=rng.randint(4, 40))
        found.append(at)
    return found
