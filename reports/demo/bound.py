"""Three projects of the plan year before, for which givers bound their gifts in 2010.

Rule: their money is bound gifts alone, so that the allocations of 2010 stay those of the yearbook;
their plan year is 2009, so that the projects of 2010 stay 309.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from reports.demo import chain, contents
from reports.demo.cards import Card
from reports.demo.plan import Instalment, Place, Plan, describe, support


@dataclass(frozen=True)
class BoundProject:
    """A project in whole yuan: agreed, given to it, and paid on which days."""

    programme: str
    county: str
    agreed: int
    given: int
    paid: tuple[tuple[date, int], ...]
    status: str


BOUND = (
    BoundProject(
        "student-assistance",
        "522327",
        36_000,
        36_000,
        ((date(2010, 6, 11), 20_000), (date(2010, 9, 3), 16_000)),
        "closed",
    ),
    BoundProject(
        "warm-lunch", "522634", 48_000, 36_000, ((date(2010, 9, 8), 18_000),), "under_way"
    ),
    BoundProject("water-cellar", "522622", 30_000, 30_000, (), "under_way"),
)


def plan_bound(rng: Random, *, towns: Mapping[str, list[Place]], pairs: Mapping) -> list[Plan]:
    plans = []
    for place, project in enumerate(BOUND):
        card = Card(
            project.programme,
            contents.SOCIAL[project.programme][0],
            project.county,
            project.agreed,
            is_government=False,
        )
        plan = describe(rng, card, towns[project.county], iter(()))
        plan.year, plan.bound_to, plan.status = 2009, place, project.status
        plan.supporter, plan.level, plan.fund = support(card, pairs, place)
        _days(plan, project)
        plans.append(plan)
    return plans


def _days(plan: Plan, project: BoundProject) -> None:
    plan.created_on, plan.visited_on = date(2009, 10, 20), date(2009, 10, 30)
    plan.notice = date(2009, 11, 12), date(2009, 11, 23)
    plan.turns = chain.turns(
        plan,
        submit=date(2009, 10, 28),
        survey=date(2009, 11, 3),
        review=date(2009, 11, 10),
        enlist=date(2009, 11, 25),
        agree=date(2009, 12, 2),
        receiving=date(2009, 12, 7),
        supporting=date(2009, 12, 9),
    )
    plan.payments = [Instalment(day, amount) for day, amount in project.paid]
    plan.started_on = date(2010, 6, 2)
    if plan.status in chain.WORKED:
        plan.completed_on = date(2010, 9, 17)
