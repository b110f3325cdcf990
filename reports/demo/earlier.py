"""The years 2006 to 2009 as far as the plan period of 2006-2010 is measured by them.

Model villages and large eco-agriculture bases only, and no money in the ledger, which begins in
2010. Rule: with the projects of 2010 they make 103 villages of 51.53 M and 13 bases of 15.26 M.
"""

from collections.abc import Iterator, Mapping
from random import Random

from reports.demo import chain, year_2010
from reports.demo.cards import Card
from reports.demo.contents import BAYBERRY, LOQUAT, TEA, VILLAGES, WALNUT
from reports.demo.kinds import Content
from reports.demo.plan import Place, Plan, describe
from reports.demo.shares import later, split
from reports.demo.year_2010 import EARLIER

Towns = Mapping[str, list[Place]]
Names = Iterator[tuple[str, str]]


def plan_earlier(rng: Random, plans: list[Plan], *, towns: Towns, villages: Names) -> list[Plan]:
    """The projects of 2006 to 2009, the oldest first; marks the old base villages of 2010."""
    of_2010 = [plan for plan in plans if plan.card.share == "villages"]
    counties = rng.choices(list(year_2010.COUNTIES), k=EARLIER.villages)
    years = rng.choices((2006, 2007, 2008, 2009), (8, 10, 13, 14), k=EARLIER.villages)
    first = [_village(rng, c, y, towns, villages) for c, y in zip(counties, years, strict=True)]
    again = [_again(rng, plan, rng.randint(plan.year + 1, 2009), towns) for plan in _young(first)]
    before = [
        _again(rng, plan, rng.randint(2006, 2008), towns)
        for plan in rng.sample(of_2010, EARLIER.renewed)
    ]
    _advance(first, before, of_2010)
    found = [*first, *again, *before]
    _amounts(rng, found)
    bases = sum(plan.card.agreed for plan in plans if plan.card.is_eco_base)
    found += _bases(rng, EARLIER.base_amount - bases, towns, villages)
    for plan in found:
        _days(rng, plan)
    return sorted(found, key=lambda plan: plan.created_on)


def _plan(rng: Random, content: Content, county: str, year: int, towns: Towns, villages) -> Plan:
    """A project of the city, without its amount and days."""
    card = Card("earlier", content, county, 0, is_integrated=True)
    return _described(rng, card, year, towns, villages)


def _described(rng: Random, card: Card, year: int, towns: Towns, villages) -> Plan:
    plan = describe(rng, card, towns[card.county], villages)
    plan.year, plan.supporter, plan.level = year, "nb", "city"
    return plan


def _village(rng: Random, county: str, year: int, towns: Towns, villages: Names) -> Plan:
    return _plan(rng, VILLAGES[year % 2], county, year, towns, villages)


def _young(first: list[Plan]) -> list[Plan]:
    """Those of the villages that are renewed once more before 2010."""
    return [plan for plan in first if plan.year < 2009][: EARLIER.renewed_twice]


def _again(rng: Random, plan: Plan, year: int, towns: Towns) -> Plan:
    """A project of another year in the same village."""
    towns_of = (plan.place.code,)
    card = Card("earlier", VILLAGES[2], plan.card.county, 0, towns=towns_of, is_integrated=True)
    return _described(rng, card, year, towns, iter([plan.village]))


def _advance(first: list[Plan], before: list[Plan], of_2010: list[Plan]) -> None:
    """Old base villages, advanced as a whole in 2009, or in 2009 and 2010."""
    half = EARLIER.old_bases // 2
    for plan in [plan for plan in first if plan.year == 2009][:half]:
        plan.advanced_in = 2009
    known = {plan.village: plan for plan in of_2010}
    for plan in before[: EARLIER.old_bases - half]:
        plan.year = 2009
        plan.advanced_in = known[plan.village].advanced_in = 2010


def _amounts(rng: Random, plans: list[Plan]) -> None:
    """Half a million at least for each old base village, the rest for the others."""
    old = [plan for plan in plans if plan.advanced_in]
    others = [plan for plan in plans if not plan.advanced_in]
    extra = split(
        rng, EARLIER.old_base_amount - len(old) * EARLIER.old_base_least, len(old), step=1000
    )
    for plan, amount in zip(old, extra, strict=True):
        plan.card.agreed = EARLIER.old_base_least + amount
    rest = EARLIER.village_amount - year_2010.VILLAGES.amount - EARLIER.old_base_amount
    for plan, amount in zip(others, split(rng, rest, len(others), step=1000), strict=True):
        plan.card.agreed = amount


def _bases(rng: Random, amount: int, towns: Towns, villages: Names) -> list[Plan]:
    """Large bases, those of fruit where their variety was brought to."""
    found = []
    amounts = split(rng, amount, EARLIER.bases, step=10_000)
    for place, agreed in enumerate(amounts):
        prefecture = ("5223", "5226")[place % 2]
        content = ((TEA, WALNUT, LOQUAT), (TEA, WALNUT, BAYBERRY))[place % 2][place // 2 % 3]
        county = rng.choice([code for code in year_2010.COUNTIES if code.startswith(prefecture)])
        plan = _plan(rng, content, county, 2006 + place % 4, towns, villages)
        plan.card.agreed, plan.card.is_eco_base = agreed, True
        found.append(plan)
    return found


def _days(rng: Random, plan: Plan) -> None:
    chain.ordinary(rng, plan)
    plan.started_on = later(rng, plan.approved_on, 10, 30)
    plan.completed_on = later(rng, plan.started_on, 90, 240)
