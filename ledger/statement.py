"""What a fund's page says: its statement by year and its movements; and what a closing's page says.

Rule: every sum is one statement over the fund's own movements; a page of movements costs the same
whether it is the first or the last.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection, models
from django.db.models import Count

from core.money import yuan
from ledger.models import Movement, Pool

PAGE = 30
NOTHING = Decimal("0.00")

BY_YEAR = """
SELECT extract(year FROM posted_on)::int AS year, is_in, kind, count(*), sum(amount)::bigint
  FROM (SELECT posted_on, true AS is_in, kind, amount FROM ledger_movement WHERE target_id = %s
        UNION ALL
        SELECT posted_on, false, kind, amount FROM ledger_movement WHERE source_id = %s) AS moved
 GROUP BY 1, 2, 3 ORDER BY 1, 2 DESC, 5 DESC
"""


@dataclass(frozen=True)
class Sum:
    """So many movements of one kind, and their yuan."""

    word: str
    count: int
    amount: Decimal


@dataclass
class Year:
    """A fund's year: opening + what came − what went = closing."""

    year: int
    opening: Decimal
    came: list[Sum] = field(default_factory=list)
    went: list[Sum] = field(default_factory=list)

    @property
    def came_amount(self) -> Decimal:
        return sum((item.amount for item in self.came), NOTHING)

    @property
    def went_amount(self) -> Decimal:
        return sum((item.amount for item in self.went), NOTHING)

    @property
    def closing(self) -> Decimal:
        return self.opening + self.came_amount - self.went_amount


def statement_of(pool: Pool) -> list[Year]:
    """The years in which the pool's money moved, the latest first, by the days of the vouchers."""
    words = dict(Movement.Kind.choices)
    years: list[Year] = []
    with connection.cursor() as cursor:
        cursor.execute(BY_YEAR, [pool.pk, pool.pk])
        for year, is_in, kind, count, fen in cursor.fetchall():
            if not years or years[-1].year != year:
                years.append(Year(year, years[-1].closing if years else NOTHING))
            side = years[-1].came if is_in else years[-1].went
            side.append(Sum(str(words[kind]), count, yuan(fen)))
    return years[::-1]


def posted_between(first: date, last: date) -> list[Sum]:
    """What was posted on these days in all funds, by kind, the greatest sum first."""
    words = dict(Movement.Kind.choices)
    rows = Movement.objects.filter(posted_on__range=(first, last)).values("kind")
    sums = rows.annotate(number=Count("pk"), fen=models.Sum("amount")).order_by("-fen")
    return [Sum(str(words[row["kind"]]), row["number"], yuan(row["fen"])) for row in sums]


@dataclass(frozen=True)
class Entry:
    """A movement seen from one pool: what it brought or took, and where the other side is."""

    movement: Movement
    is_in: bool

    @property
    def amount(self) -> Decimal:
        return yuan(self.movement.amount)

    @property
    def other(self) -> Pool | None:
        return self.movement.source if self.is_in else self.movement.target


@dataclass(frozen=True)
class Page:
    """Some entries, and the query of the page after them; empty on the last."""

    entries: list[Entry]
    next_query: str


def entries_of(pool: Pool, *, came_below: int | None, went_below: int | None) -> Page:
    """The entries that follow a place: incoming ones below a unit, outgoing ones below a number."""
    came = Movement.objects.filter(target=pool).order_by("-in_start").select_related("source__fund")
    went = Movement.objects.filter(source=pool).order_by("-id").select_related("target__fund")
    if came_below is not None:
        came = came.filter(in_start__lt=came_below)
    if went_below is not None:
        went = went.filter(id__lt=went_below)
    found = [Entry(movement, True) for movement in came[: PAGE + 1]]
    found += [Entry(movement, False) for movement in went[: PAGE + 1]]
    found.sort(key=lambda entry: -entry.movement.pk)
    shown = found[:PAGE]
    if len(found) <= PAGE:
        return Page(shown, "")
    came_left = [entry.movement.in_start for entry in shown if entry.is_in]
    went_left = [entry.movement.pk for entry in shown if not entry.is_in]
    came_below = min(came_left, default=came_below)
    went_below = min(went_left, default=went_below)
    places = {"came": came_below, "went": went_below}
    known = [f"{name}={place}" for name, place in places.items() if place is not None]
    return Page(shown, "&".join(known))
