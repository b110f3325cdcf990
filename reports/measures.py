"""What a published figure is: its registration, its parts, and what the records say of it.

Rule: a figure is registered once, by `@figure`; whoever shows one reads it from FIGURES.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise

from reports.tallies import Tally, Year

Text = str | Promise


@dataclass(frozen=True)
class Part:
    """Records of one kind behind a figure, and the list that shows exactly these.

    `unit` is what one record is called in a count: see overview.counted_text.
    """

    unit: str
    label: Text
    tally: Tally
    list_name: str
    query: tuple[tuple[str, str], ...]

    @property
    def url(self) -> str:
        return f"{reverse(self.list_name)}?{urlencode(self.query)}"


@dataclass(frozen=True)
class Computed:
    """What the records of a year say.

    `number` is in the figure's unit, `value` in yuan (None where the figure counts no money), and
    `count` is the number of records behind it.
    """

    key: str
    year: int
    number: int
    value: Decimal | None
    parts: tuple[Part, ...]

    @property
    def count(self) -> int:
        return sum(part.tally.count for part in self.parts)

    @property
    def url(self) -> str:
        """Where the records are: their list, or a page of the lists they are in."""
        if len(self.parts) == 1:
            return self.parts[0].url
        return reverse("reports:figure", args=[self.year, self.key])

    @property
    def figure(self) -> "Figure":
        return FIGURES[self.key]


@dataclass(frozen=True)
class Figure:
    """A published figure: what it is called, what it counts, and the function that counts it."""

    key: str
    label: Text
    unit: str
    definition: Text
    measure: Callable[[Year], tuple[int, Decimal | None, tuple[Part, ...]]]

    def of(self, year: Year) -> Computed:
        number, value, parts = self.measure(year)
        return Computed(self.key, year.year, number, value, parts)


FIGURES: dict[str, Figure] = {}


def figure(key: str, *, label: Text, unit: str, definition: Text):
    """Registers the function below it as the measure of a figure."""

    def register(measure):
        FIGURES[key] = Figure(key, label, unit, definition, measure)
        ordered = sorted(FIGURES.items(), key=lambda entry: _place(entry[0]))
        FIGURES.clear()
        FIGURES.update(ordered)
        return measure

    return register


def _place(key: str) -> tuple[str, int, str]:
    """The place of a figure in the yearbook: B4a comes after B4 and before B5."""
    number = key[1:].rstrip("abcdefgh")
    return key[0], int(number), key[1 + len(number) :]
