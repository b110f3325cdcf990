"""What was set aside and paid in 2010, project by project, and what filled the public funds.

Rule: nothing is set aside before the fund received it, nothing paid before it was set aside; days
move back until that is so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from reports.demo import chain, waters, year_2010
from reports.demo.giving import FEN, Given
from reports.demo.plan import Instalment, Plan
from reports.demo.shares import later, workday

LAST_PAYMENT = date(2010, 12, 17)
APPEAL_FROM, APPEAL_UNTIL = date(2010, 3, 19), date(2010, 4, 16)
RETAINED = timedelta(days=366)  # how long retention money is kept back, from the end of work
PREPARATION = timedelta(days=14)  # from the approval to the start of work
CITY_RESERVE = 1_500_000  # what the city's fund keeps for projects that wait for an allocation
RESERVE = 50_000
SURPLUSES, SURPLUS_OF = 2, 40  # so many works cost a fortieth less


@dataclass(frozen=True)
class Grant:
    """An appropriation in whole yuan: whose budget, into which fund, and for whose relief."""

    fund: str
    source: str
    day: date
    amount: int
    relief_for: str = ""


def plan_money(rng: Random, plans: list[Plan], gifts: list[Given]) -> list[Grant]:
    """Gives every plan its allocations and payments; answers the appropriations behind them."""
    for plan in plans:
        if plan.status != "approved":
            plan.allocations = _allocations(rng, plan)
    grants = _grants(plans)
    for fund in sorted({plan.fund for plan in plans}):
        received = [(grant.day, grant.amount * FEN) for grant in grants if grant.fund == fund]
        received += [
            (gift.day, gift.amount)
            for gift in gifts
            if gift.programme == fund and gift.bound_to is None
        ]
        _cover(sorted(received), [plan for plan in plans if plan.fund == fund])
    for plan in _cheaper(plans):
        plan.surplus = plan.card.agreed // SURPLUS_OF // 100 * 100
    for plan in plans:
        if plan.status == "approved":
            continue
        if plan.status == "unspent":
            plan.status, plan.started_on = "under_way", workday(plan.approved_on + PREPARATION)
        else:
            _work(rng, plan)
    return grants


def _cheaper(plans: list[Plan]) -> list[Plan]:
    """The first few works of the government that cost less than was agreed."""
    found = [
        plan
        for plan in plans
        if plan.card.is_government and plan.has_contract and not plan.is_show_piece
        if plan.status in ("handed_over", "closed") and not plan.keeps_back
    ]
    return found[:SURPLUSES]


# -- set aside ------------------------------------------------------------------------------------


def _allocations(rng: Random, plan: Plan) -> list[Instalment]:
    if plan.card.content is waters.PIPE:
        return [Instalment(date(2010, 4, 22), plan.card.agreed)]
    if plan.card.content is waters.CELLARS:
        last = year_2010.SHOW_GIFT_IN_CELLARS
        return [
            Instalment(date(2010, 4, 21), plan.card.agreed - last),
            Instalment(date(2010, 5, 10), last),
        ]
    day = later(rng, plan.approved_on, 3, 16)
    if plan.card.share == "drought-appeal":
        day = min(max(day, APPEAL_FROM), APPEAL_UNTIL)
    return [Instalment(day, plan.card.agreed)]


def _grants(plans: list[Plan]) -> list[Grant]:
    """Two tranches for each budget, and a relief grant for each prefecture."""
    half = year_2010.RELIEF_GRANT
    grants = [
        Grant(year_2010.GRANT_FUND, "nb", date(2010, 3, 16), half, relief_for="522300"),
        Grant(year_2010.GRANT_FUND, "nb", date(2010, 3, 16), half, relief_for="522600"),
    ]
    for fund in sorted({plan.fund for plan in plans if plan.fund.startswith("budget-")}):
        need = sum(part.amount for plan in plans if plan.fund == fund for part in plan.allocations)
        need += CITY_RESERVE if fund == year_2010.CITY_FUND else RESERVE
        whole = -(-need // 100_000) * 100_000
        first = whole * 6 // 10 // 10_000 * 10_000
        source = fund.removeprefix("budget-")
        grants.append(Grant(fund, source, date(2010, 3, 29), first))
        grants.append(Grant(fund, source, date(2010, 6, 17), whole - first))
    return sorted(grants, key=lambda grant: grant.day)


def _cover(received: list[tuple[date, int]], plans: Iterable[Plan]) -> None:
    """Moves allocations of one fund to the day on which it has received enough for them."""
    wanted = sorted(
        (part for plan in plans for part in plan.allocations), key=lambda part: part.day
    )
    held = promised = 0
    arrivals, day = iter(received), date(year_2010.YEAR, 1, 1)
    for part in wanted:
        promised += part.amount * FEN
        while held < promised:
            day, amount = next(arrivals)
            held += amount
        part.day = workday(max(part.day, day + timedelta(days=1)))


# -- work and payments ----------------------------------------------------------------------------


def _work(rng: Random, plan: Plan) -> None:
    if plan.card.content is waters.PIPE:
        days = (date(2010, 4, 26), date(2010, 7, 15), date(2010, 8, 20))
        amounts = (134_000, 198_990, 2_010)
        plan.started_on, plan.completed_on = date(2010, 4, 26), date(2010, 8, 27)
    elif plan.card.content is waters.CELLARS:
        days, amounts = (date(2010, 5, 12), date(2010, 8, 30)), (372_000, 324_570)
        plan.started_on = date(2010, 5, 11)
    else:
        plan.started_on = later(rng, plan.allocations[0].day, 1, 7)
        kept = plan.card.agreed // 2_000 * 100 if plan.keeps_back else 0
        amounts = _parts(rng, plan, plan.settled - kept)
        days = _payment_days(rng, plan.started_on, len(amounts))
        if plan.status in chain.WORKED:
            plan.completed_on = min(later(rng, days[-1], 2, 11), date(2010, 12, 30))
        if kept and plan.status == "closed":
            plan.retained_on = workday(plan.completed_on + RETAINED)
            amounts, days = [*amounts, kept], [*days, plan.retained_on]
    plan.payments = [Instalment(*pair) for pair in zip(days, amounts, strict=True)]


def _parts(rng: Random, plan: Plan, agreed: int) -> list[int]:
    """What each payment is, in whole yuan: all of the money, or a part of it where work goes on."""
    count = rng.choice((1, 2, 2, 3, 3, 3))
    if plan.status not in chain.WORKED:
        whole = agreed * rng.randint(40, 75) // 100_000 * 1_000 or agreed // 2
        return [whole] if count < 3 else [whole * 6 // 10, whole - whole * 6 // 10]
    if count == 1:
        return [agreed]
    first = agreed * (60 if count == 2 else 40) // 10_000 * 100
    if count == 2:
        return [first, agreed - first]
    last = agreed // 1_000 * 100
    return [first, agreed - first - last, last]


def _payment_days(rng: Random, started_on: date, count: int) -> list[date]:
    room = max((LAST_PAYMENT - started_on).days // count, 1)
    days, day = [], started_on
    for _payment in range(count):
        day = day + timedelta(days=rng.randint(min(room, 12) // 2 + 1, max(min(room, 45), 8)))
        days.append(min(workday(day), LAST_PAYMENT))
        day = days[-1]
    return days
