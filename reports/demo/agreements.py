"""The agreements of 2010: one with each prefecture, signed in July, and one for its drought relief.

Rule: an agreement is as large as the government projects that are its lines; the city offers it,
the prefecture and the city each sign.
"""

from datetime import date
from random import Random

from accounts.models import Office
from projects.models import Agreement
from reports.demo.chain import AGREED_ON, RELIEF_AGREED_ON
from reports.demo.journal import Journal, Step, numbers, write
from reports.demo.people import Cast
from reports.demo.plan import Plan
from reports.demo.shares import moment, moments, working_days_before

PREFECTURES = {"5223": ("qxn", "黔西南州", "Qianxinan"), "5226": ("qdn", "黔东南州", "Qiandongnan")}
RELIEF = "relief"


def agreed_in(plan: Plan) -> str:
    """The key of the agreement in which a government project is a line; empty for others."""
    if not plan.card.is_government:
        return ""
    return plan.card.county[:4] + (RELIEF if plan.card.is_drought_relief else "")


def write_agreements(
    rng: Random, cast: Cast, journal: Journal, plans: list[Plan], offices: dict[str, Office]
) -> dict[str, Agreement]:
    totals: dict[str, int] = {}
    for plan in plans:
        totals[agreed_in(plan)] = totals.get(agreed_in(plan), 0) + plan.card.agreed
    keys = sorted(key for key in totals if key)
    found = {}
    for number, key in zip(numbers("X-2010", len(keys), 4), keys, strict=True):
        day = RELIEF_AGREED_ON if key.endswith(RELIEF) else AGREED_ON[key]
        found[key] = _agreement(number, key, totals[key], offices)
        at = moment(rng, working_days_before(day, 8))
        found[key].created_by, found[key].created_at = cast["officer"], at
        found[key].status_at = at
    write(list(found.values()))
    for key, agreement in found.items():
        day = RELIEF_AGREED_ON if key.endswith(RELIEF) else AGREED_ON[key]
        journal.add(agreement, *_signed(rng, cast, key, day))
    return found


def _agreement(number: str, key: str, amount: int, offices: dict[str, Office]) -> Agreement:
    office, name_zh, name_en = PREFECTURES[key[:4]]
    is_relief = key.endswith(RELIEF)
    return Agreement(
        number=number,
        year=2010,
        supporter=offices["nb-caizheng" if is_relief else "nb"],
        receiver=offices[office],
        amount=amount,
        document=f"演示协〔2010〕{int(number[-4:])}号",
        name_zh=f"2010年{'抗旱救灾' if is_relief else '对口帮扶'}项目合同（{name_zh}）",
        name_en=f"{'Drought relief' if is_relief else 'Counterpart support'} contract 2010,"
        f" {name_en}",
        is_demo=True,
    )


def _signed(rng: Random, cast: Cast, key: str, day: date) -> list[Step]:
    offered, theirs, ours = moments(rng, [working_days_before(day, 5), day, day])
    return [
        Step("submit", cast["officer"], offered),
        Step("sign", cast.reviewer(key), theirs, stays=True),
        Step("sign", cast["approver"], ours, asked={"signed_on": day}),
    ]
