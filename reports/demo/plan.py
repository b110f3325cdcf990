"""The projects of the year worked out: names, places, contents, supporters, people served.

Rule: pure planning, from the tables and a seed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from reports.demo import waters, words, year_2010
from reports.demo.cards import Card
from reports.demo.shares import split

CONTRACTED = ("building", "water", "base")
CONTRACT_FROM = 50_000
SECOND_SITE = 0.12  # share of the other projects that work at a second town as well


@dataclass(frozen=True)
class Place:
    """A town with its county, as they were called in 2010."""

    code: str
    name_zh: str
    name_en: str
    county_zh: str


@dataclass(eq=False)
class Instalment:
    """Money set aside or paid on a day, in whole yuan."""

    day: date
    amount: int


@dataclass(frozen=True)
class Turn:
    """One move of a project: which, whose part it is, on what day, and why."""

    move: str
    who: str
    day: date
    note: str = ""


@dataclass(eq=False)
class Plan:
    """One project as it will have gone through its life cycle by the end of 2010."""

    card: Card
    place: Place
    name_zh: str
    name_en: str
    content_zh: str
    content_en: str
    need: str
    people: int
    size: float
    fund: str
    supporter: str
    level: str
    year: int = year_2010.YEAR
    village: tuple[str, str] | None = None
    sites: tuple[Place, ...] = ()
    schools: int = 0
    people_qualifier: str = "exact"
    status: str = "closed"
    created_on: date = date.min
    visited_on: date = date.min
    notice: tuple[date, date] = (date.min, date.min)
    turns: list[Turn] = field(default_factory=list)
    started_on: date | None = None
    completed_on: date | None = None
    allocations: list[Instalment] = field(default_factory=list)
    payments: list[Instalment] = field(default_factory=list)
    document: str = ""
    keeps_back: bool = False
    surplus: int = 0
    retained_on: date | None = None
    advanced_in: int | None = None
    bound_to: int | None = None

    @property
    def approved_on(self) -> date:
        return next(turn.day for turn in reversed(self.turns) if turn.move == "approve")

    def day(self, move: str) -> date | None:
        """The last day of a move, or nothing where it was not made."""
        return next((turn.day for turn in reversed(self.turns) if turn.move == move), None)

    @property
    def settled(self) -> int:
        """What the final account comes to, in whole yuan."""
        return self.card.agreed - self.surplus

    @property
    def counts(self) -> bool:
        """Whether it is among what the yearbook counts."""
        return self.status != "cancelled"

    @property
    def match(self) -> int:
        """What the county gives besides, in whole yuan."""
        return self.card.agreed // 5_000 * 500 if self.card.is_government else 0

    @property
    def labour(self) -> int:
        """What villagers do themselves, valued in whole yuan."""
        return self.card.agreed // 2_500 * 100 if self.card.content.has_village else 0

    @property
    def households(self) -> int:
        return max(self.people * 10 // 42, 1)

    @property
    def livestock(self) -> int:
        """Head of livestock that drink of the same water; 412 where the README says so."""
        return 412 if self.card.content is waters.CELLARS else self.people * 6 // 5

    @property
    def has_contract(self) -> bool:
        """Whether somebody is bound by contract to do it: all but small works and what is given."""
        return self.card.content.steps in CONTRACTED and self.card.agreed >= CONTRACT_FROM

    @property
    def is_show_piece(self) -> bool:
        return self.card.content in (waters.PIPE, waters.CELLARS)


def plan_projects(
    rng: Random,
    cards: list[Card],
    *,
    towns: Mapping[str, list[Place]],
    pairs: Mapping[str, list[tuple[str, str]]],
    villages: Iterator[tuple[str, str]],
) -> list[Plan]:
    """The plans without their days (chain.py) and their money (spending.py).

    `towns` by county; `pairs`: the supporting offices of a county, with the level of their budget;
    `villages`: names that nobody has yet.
    """
    _spread_relief([card for card in cards if card.is_drought_relief], towns)
    plans = [describe(rng, card, towns[card.county], villages) for card in cards]
    for place, plan in enumerate(plans):
        plan.supporter, plan.level, plan.fund = support(plan.card, pairs, place)
    _people(rng, plans)
    return plans


def _spread_relief(cards: list[Card], towns: Mapping[str, list[Place]]) -> None:
    """Deals out the towns that drought relief reached, each to one project."""
    for county, count in year_2010.DROUGHT_TOWNS.items():
        here = [card for card in cards if card.county == county]
        fixed = {code for card in here for code in card.towns}
        free = [town.code for town in towns[county] if town.code not in fixed]
        open_cards = [card for card in here if not card.towns]
        for place, code in enumerate(free[: count - len(fixed)]):
            card = open_cards[place % len(open_cards)]
            card.towns = (*card.towns, code)


def describe(rng: Random, card: Card, towns: list[Place], villages: Iterator) -> Plan:
    """A plan with its place, names and contents; supporter, days and money come after."""
    content = card.content
    reached = [town for code in card.towns for town in towns if town.code == code]
    place = reached[0] if reached else rng.choice(towns)
    others = tuple(reached[1:])
    if not reached and content.counts and rng.random() < SECOND_SITE:
        others = (rng.choice([town for town in towns if town != place]),)
    village = next(villages) if content.has_village else None
    size = content.low if content.low == content.high else rng.randint(content.low, content.high)
    site_zh = f"{place.county_zh}{place.name_zh}{village[0] if village else ''}"
    site_en = f"{village[1]}, {place.name_en}" if village else place.name_en
    people = size if content.low == content.people[0] else rng.randint(*content.people)
    return Plan(
        card=card,
        place=place,
        village=village,
        name_zh=f"{site_zh}{content.name_zh.format(n=size)}",
        name_en=f"{content.name_en.format(n=size)}, {site_en}",
        content_zh=content.content_zh.format(n=size),
        content_en=content.content_en.format(n=size),
        need=rng.choice(words.NEEDS),
        people=people,
        size=size,
        sites=others,
        people_qualifier="about" if people > 1000 and rng.random() < 0.2 else "exact",
        fund="",
        supporter="",
        level="",
    )


def support(card: Card, pairs: Mapping, place: int) -> tuple[str, str, str]:
    """Supporter, level of the budget and fund: the twinned office, for every fourth the city."""
    twinned = pairs.get(card.county, [])
    by_city = not twinned or card.share == "grants" or (card.is_government and place % 4 == 0)
    supporter, level = ("nb", "city") if by_city else twinned[place % len(twinned)]
    if not card.is_government:
        return supporter, "", card.share
    fund = year_2010.GRANT_FUND if card.share == "grants" else f"budget-{supporter}"
    return supporter, level, fund


def _people(rng: Random, plans: list[Plan]) -> None:
    """Makes the people and the schools that drought relief reached add up."""
    relief = [plan for plan in plans if plan.card.is_drought_relief and not plan.is_show_piece]
    fixed = sum(plan.people for plan in plans if plan.is_show_piece)
    parts = split(rng, year_2010.RELIEF_PEOPLE - fixed, len(relief), step=10)
    for plan, people in zip(relief, parts, strict=True):
        plan.people, plan.people_qualifier = people, "about"
    reached = [plan for plan in plans if plan.card.content is waters.PIPE]
    reached += rng.sample(relief, year_2010.RELIEF_SCHOOLS - len(reached))
    for plan in reached:
        plan.schools = 1


def number_documents(plans: list[Plan]) -> None:
    """Gives each approval a document number of the demonstration, in the order of the days."""
    by_year: dict[int, int] = {}
    for plan in sorted(plans, key=lambda plan: plan.approved_on):
        year = plan.approved_on.year
        by_year[year] = by_year.get(year, 0) + 1
        plan.document = f"演示批〔{year}〕{by_year[year]}号"
