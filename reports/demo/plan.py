"""The projects of the year worked out: names, places, days, states, allocations, payments.

Rule: pure planning, from the tables and a seed; money is promised and paid only after it came in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from reports.demo import words, year_2010
from reports.demo.cards import Card
from reports.demo.shares import later, split, within, workday

LAST_PAYMENT = date(2010, 12, 17)
APPEAL_FROM, APPEAL_UNTIL = date(2010, 3, 19), date(2010, 4, 16)


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
    fund: str
    supporter: str
    level: str
    year: int = year_2010.YEAR
    village: tuple[str, str] | None = None
    people_qualifier: str = "exact"
    status: str = "completed"
    created_on: date = date.min
    surveyed_on: date = date.min
    submitted_on: date = date.min
    returned_on: date | None = None
    reason: str = ""
    resubmitted_on: date | None = None
    approved_on: date = date.min
    started_on: date | None = None
    completed_on: date | None = None
    allocations: list[Instalment] = field(default_factory=list)
    payments: list[Instalment] = field(default_factory=list)
    document: str = ""
    bound_to: int | None = None

    @property
    def is_show_piece(self) -> bool:
        return self.card.content in (words.PIPE, words.CELLARS)


def plan_projects(
    rng: Random,
    cards: list[Card],
    *,
    towns: Mapping[str, list[Place]],
    pairs: Mapping[str, list[tuple[str, str]]],
) -> list[Plan]:
    """The plans in the order in which the counties entered them, without their money.

    `towns` by county; `pairs`: the supporting offices of a county, with the level of their budget.
    """
    villages = iter(rng.sample(words.village_names(), len(words.village_names())))
    plans = [describe(rng, card, towns[card.county], villages) for card in cards]
    for place, plan in enumerate(plans):
        plan.supporter, plan.level, plan.fund = support(plan.card, pairs, place)
        _days(rng, plan)
    _people(rng, plans)
    _states(rng, plans)
    return sorted(plans, key=lambda plan: plan.created_on)


def describe(rng: Random, card: Card, towns: list[Place], villages: Iterator) -> Plan:
    """A plan with its place, names and contents; supporter, days and money come after."""
    content = card.content
    place = next((town for town in towns if town.code == card.town), None) or rng.choice(towns)
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
    """Makes the people served by drought relief add up."""
    relief = [plan for plan in plans if plan.card.is_drought_relief and not plan.is_show_piece]
    fixed = sum(plan.people for plan in plans if plan.is_show_piece)
    parts = split(rng, year_2010.RELIEF_PEOPLE - fixed, len(relief), step=10)
    for plan, people in zip(relief, parts, strict=True):
        plan.people, plan.people_qualifier = people, "about"


# -- days -----------------------------------------------------------------------------------------


def _days(rng: Random, plan: Plan) -> None:
    if plan.card.content is words.PIPE:
        return _pipe_days(plan)
    if plan.card.content is words.CELLARS:
        return _cellar_days(plan)
    if plan.card.is_drought_relief:
        plan.created_on = workday(within(rng, date(2010, 2, 22), date(2010, 3, 10)))
        plan.submitted_on = later(rng, plan.created_on, 1, 4)
        plan.approved_on = later(rng, plan.submitted_on, 2, 5)
    else:
        _ordinary_days(rng, plan)
    plan.surveyed_on = workday(plan.created_on - timedelta(days=rng.randint(4, 20)))
    return None


def _ordinary_days(rng: Random, plan: Plan) -> None:
    last = date(2010, 4, 9) if plan.card.is_government else date(2010, 6, 18)
    plan.created_on = workday(within(rng, date(2010, 1, 11), last))
    plan.submitted_on = plan.resubmitted_on = later(rng, plan.created_on, 3, 14)
    if rng.random() < 0.12:
        plan.returned_on = later(rng, plan.submitted_on, 3, 8)
        plan.reason = rng.choice(words.RETURN_REASONS)
        plan.resubmitted_on = later(rng, plan.returned_on, 2, 7)
    wait = (20, 60) if plan.card.is_government else (8, 25)
    plan.approved_on = later(rng, plan.resubmitted_on, *wait)


def _pipe_days(plan: Plan) -> None:
    plan.surveyed_on, plan.created_on = date(2010, 2, 23), date(2010, 2, 25)
    plan.submitted_on, plan.approved_on = date(2010, 3, 2), date(2010, 4, 19)


def _cellar_days(plan: Plan) -> None:
    plan.surveyed_on, plan.created_on = date(2010, 2, 26), date(2010, 3, 3)
    plan.submitted_on, plan.returned_on = date(2010, 3, 9), date(2010, 4, 2)
    plan.reason = words.RETURN_REASONS[0]
    plan.resubmitted_on, plan.approved_on = date(2010, 4, 15), date(2010, 4, 20)
    plan.people_qualifier = "about"


# -- states ---------------------------------------------------------------------------------------

UNALLOCATED = 3  # government projects of the city that still wait for an allocation
UNSPENT = 3  # of each kind: money set aside, work has begun, nothing paid
UNDER_WAY = {True: 14, False: 19}  # government; social, to which the cellars come


def _states(rng: Random, plans: list[Plan]) -> None:
    """Most are completed; some are under way, a few of them with nothing paid yet."""
    city = [plan for plan in plans if plan.fund == year_2010.CITY_FUND]
    unallocated = sorted(city, key=lambda plan: plan.approved_on)[-UNALLOCATED:]
    for plan in unallocated:
        plan.status = "unallocated"
    for is_government, under_way in UNDER_WAY.items():
        ordinary = [
            plan
            for plan in plans
            if plan.card.is_government == is_government
            and not plan.is_show_piece
            and plan.status == "completed"
        ]
        chosen = rng.sample(ordinary, UNSPENT + under_way)
        for plan in chosen:
            plan.status = "under_way"
        for plan in chosen[:UNSPENT]:
            plan.status = "unspent"
    for plan in plans:
        if plan.card.content is words.CELLARS:
            plan.status = "under_way"


def number_documents(plans: list[Plan]) -> None:
    """Gives each approval a document number of the demonstration, in the order of the days."""
    by_year: dict[int, int] = {}
    for plan in sorted(plans, key=lambda plan: plan.approved_on):
        year = plan.approved_on.year
        by_year[year] = by_year.get(year, 0) + 1
        plan.document = f"演示批〔{year}〕{by_year[year]}号"
