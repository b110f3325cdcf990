"""The counties of a year: projects and money of each, and their places on the board of tiles.

Rule: the tiles lie roughly as the counties do and are no map; the table beside them is complete.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.translation import get_language, gettext_lazy

from core.models import Division
from projects.models import Project
from reports.tallies import Year

# Code (GB/T 2260, of 2010): column, row.
PLACES = {
    "522300": {
        "522323": (1, 1),
        "522324": (2, 1),
        "522322": (2, 2),
        "522325": (3, 2),
        "522326": (4, 2),
        "522301": (1, 3),
        "522328": (2, 3),
        "522327": (3, 3),
    },
    "522600": {
        "522622": (2, 1),
        "522623": (3, 1),
        "522625": (4, 1),
        "522626": (5, 1),
        "522635": (1, 2),
        "522601": (2, 2),
        "522630": (3, 2),
        "522629": (4, 2),
        "522624": (5, 2),
        "522627": (6, 2),
        "522636": (1, 3),
        "522634": (2, 3),
        "522628": (6, 3),
        "522632": (4, 4),
        "522633": (5, 4),
        "522631": (6, 4),
    },
}
SHADES = (Decimal("0.25"), Decimal("0.40"), Decimal("0.55"), Decimal("0.75"))
SHOWN = 11
ENDINGS = (" County", " City", " District")
PREFECTURES = {"522300": gettext_lazy("Qianxinan"), "522600": gettext_lazy("Qiandongnan")}


@dataclass
class County:
    """A county with its projects of the year. `shade` runs from 1 (few) to 5 (many)."""

    pk: int
    code: str
    prefecture: str
    name: str
    short_zh: str
    count: int = 0
    amount: Decimal = Decimal(0)
    shade: int = 0
    column: int = 0
    row: int = 0

    @property
    def tile(self) -> str:
        """The classes that give a tile its shade and its place."""
        return f"l{self.shade} g{self.column} r{self.row}"


@dataclass(frozen=True)
class Board:
    """The tiles of one prefecture."""

    name: str
    columns: int
    tiles: list[County]


@dataclass(frozen=True)
class Counties:
    """The boards, the counties with the most projects, and what the others add up to."""

    boards: list[Board]
    rows: list[County]
    others: list[County]
    count: int
    amount: Decimal

    @property
    def total(self) -> int:
        return len(self.rows) + len(self.others)

    @property
    def others_count(self) -> int:
        return sum(county.count for county in self.others)

    @property
    def others_amount(self) -> Decimal:
        return sum((county.amount for county in self.others), Decimal(0))


def counties_of(year: Year) -> Counties:
    """The counties of a year, in two queries."""
    sums = {
        row["county__code"]: row
        for row in Project.objects.counted()
        .filter(year=year.year)
        .order_by()
        .values("county__code")
        .annotate(count=Count("pk"), amount=Sum("agreed_amount"))
    }
    codes = {code for board in PLACES.values() for code in board} | set(sums)
    places = Division.objects.filter(code__in={*codes, *PLACES}).order_by("code", "valid_from")
    names = {place.code: place for place in places.select_related("parent")}
    most = max((row["count"] for row in sums.values()), default=0)
    found = [_county(names[code], sums.get(code), most) for code in codes if code in names]
    by_code = {county.code: county for county in found}
    boards = [
        Board(
            str(PREFECTURES[prefecture]),
            max(column for column, _row in board.values()),
            [by_code[code] for code in board if code in by_code],
        )
        for prefecture, board in PLACES.items()
        if prefecture in names
    ]
    rows = sorted(
        (county for county in found if county.count),
        key=lambda county: (-county.count, -county.amount, county.code),
    )
    shown = len(rows) if len(rows) <= SHOWN + 1 else SHOWN
    return Counties(
        boards=boards,
        rows=rows[:shown],
        others=rows[shown:],
        count=sum(county.count for county in rows),
        amount=sum((county.amount for county in rows), Decimal(0)),
    )


def _county(place: Division, sums: dict | None, most: int) -> County:
    prefecture = place.parent.code if place.parent else ""
    column, row = PLACES.get(prefecture, {}).get(place.code, (0, 0))
    county = County(
        place.pk, place.code, prefecture, short_name(place), short_zh(place), column=column
    )
    county.row = row
    if sums:
        county.count, county.amount = sums["count"], sums["amount"]
        part = Decimal(county.count) / most
        county.shade = 1 + sum(part > limit for limit in SHADES)
    return county


def short_name(place: Division) -> str:
    """A county's name without its kind, where the name stands without it: Ceheng, 册亨."""
    if (get_language() or "").startswith("zh") or not place.name_en:
        return short_zh(place)
    for ending in ENDINGS:
        if place.name_en.endswith(ending):
            return place.name_en.removesuffix(ending)
    return place.name_en


def short_zh(place: Division) -> str:
    return place.name_zh[:-1] if len(place.name_zh) > 2 else place.name_zh
