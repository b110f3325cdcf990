"""What the projects stand in: the plan period, the drought, the agreements of each year.

Rule: an agreement is as large as the government projects that are its lines; the city offers it,
the prefecture and the city each sign. The drought has agreements of its own, signed in March.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random

from accounts.models import Office
from core.models import Division
from projects.models import Agreement, Disaster, Measure, PlanPeriod, Target
from reports.demo import year_2010
from reports.demo.chain import RELIEF_AGREED_ON, agreed_on
from reports.demo.journal import Journal, Step, numbers, write
from reports.demo.people import Cast
from reports.demo.plan import Plan
from reports.demo.shares import moment, moments, working_days_before

PREFECTURES = {"5223": ("qxn", "黔西南州", "Qianxinan"), "5226": ("qdn", "黔东南州", "Qiandongnan")}
TARGETS = (
    (Measure.MODEL_VILLAGES, 100, ""),
    (Measure.MODEL_VILLAGE_MONEY, 50_000_000, ""),
    (Measure.OLD_BASE_VILLAGES, 16, ""),
    (Measure.BASES, 13, ""),
    (Measure.BASE_MONEY, 15_000_000, ""),
)
OF_THE_YEAR = (
    (Measure.PROJECTS, Decimal(1)),
    (Measure.MONEY, Decimal(1)),
    (Measure.MODEL_VILLAGES, Decimal(1)),
    (Measure.PEOPLE, Decimal("0.9")),
)

Line = tuple[str, int, bool]  # prefecture, year, drought relief


def line_of(plan: Plan) -> Line | None:
    """The agreement in which a government project is a line; none for what gifts pay."""
    card = plan.card
    if not card.is_government:
        return None
    return card.county[:4], plan.year, card.is_drought_relief


def signed_on(line: Line) -> date:
    prefecture, year, is_relief = line
    return RELIEF_AGREED_ON if is_relief else agreed_on(prefecture, year)


def write_period() -> PlanPeriod:
    """The plan period with its targets."""
    period = PlanPeriod.objects.create(
        name_zh="国民经济和社会发展第十一个五年规划",
        name_en="11th Five-Year Plan, 2006–2010",
        first_year=2006,
        last_year=2010,
        is_demo=True,
    )
    write(
        [
            Target(period=period, measure=measure, planned=planned, note=note)
            for measure, planned, note in TARGETS
        ]
    )
    return period


def write_drought() -> Disaster:
    drought = Disaster.objects.create(
        key="drought-2009",
        kind=Disaster.Kind.DROUGHT,
        name_zh="2009—2010年西南大旱",
        name_en="Drought in the south-west, 2009–2010",
        started_on=date(2009, 10, 1),
        ended_on=date(2010, 6, 30),
        about_zh="2009年10月以来，贵州等地遭遇严重干旱，人畜饮水和春耕困难。",
        about_en="From October 2009 a severe drought; water to drink and for planting ran short.",
        is_demo=True,
    )
    counties = Division.objects.valid_on(year_2010.TWINNINGS_DAY)
    drought.places.set(counties.filter(code__in=year_2010.DROUGHT_COUNTIES))
    return drought


# -- agreements -----------------------------------------------------------------------------------


def write_agreements(
    rng: Random,
    cast: Cast,
    journal: Journal,
    plans: list[Plan],
    offices: dict[str, Office],
    period: PlanPeriod,
) -> dict[Line, Agreement]:
    lines = {line for plan in plans if (line := line_of(plan))}
    found: dict[Line, Agreement] = {}
    for year in sorted({year for _prefecture, year, _is_relief in lines}):
        of_year = sorted((line for line in lines if line[1] == year), key=signed_on)
        names = numbers(f"X-{year}", len(of_year), 4)
        for number, line in zip(names, of_year, strict=True):
            own = [plan for plan in plans if line_of(plan) == line and plan.counts]
            agreement = _agreement(number, line, sum(plan.card.agreed for plan in own), offices)
            at = moment(rng, working_days_before(signed_on(line), 8))
            agreement.created_by, agreement.created_at, agreement.status_at = (
                cast["officer"],
                at,
                at,
            )
            agreement.period = period
            found[line] = agreement
    write(list(found.values()))
    for line, agreement in found.items():
        journal.add(agreement, *_signed(rng, cast, line))
    _write_targets(plans, found)
    return found


def _agreement(number: str, line: Line, amount: int, offices: dict[str, Office]) -> Agreement:
    prefecture, year, is_relief = line
    office, name_zh, name_en = PREFECTURES[prefecture]
    word_zh, word_en = (
        ("抗旱救灾", "Drought relief") if is_relief else ("对口帮扶", "Counterpart support")
    )
    return Agreement(
        number=number,
        year=year,
        supporter=offices["nb-caizheng" if is_relief else "nb"],
        receiver=offices[office],
        amount=amount,
        document=f"演示协〔{year}〕{int(number[-4:])}号",
        name_zh=f"{year}年{word_zh}项目合同（{name_zh}）",
        name_en=f"{word_en} contract {year}, {name_en}",
        is_demo=True,
    )


def _signed(rng: Random, cast: Cast, line: Line) -> list[Step]:
    day = signed_on(line)
    offered, theirs, ours = moments(rng, [working_days_before(day, 5), day, day])
    return [
        Step("submit", cast["officer"], offered),
        Step("sign", cast.reviewer(line[0]), theirs, stays=True),
        Step("sign", cast["approver"], ours, asked={"signed_on": day}),
    ]


def _write_targets(plans: list[Plan], agreements: dict[Line, Agreement]) -> None:
    """What the annual agreements of 2010 set out to reach."""
    rows = []
    for line, agreement in agreements.items():
        if line[1] != year_2010.YEAR or line[2]:
            continue
        own = [plan for plan in plans if line_of(plan) == line and plan.counts]
        sums = Counter(
            {
                Measure.PROJECTS: len(own),
                Measure.MONEY: sum(plan.card.agreed for plan in own),
                Measure.MODEL_VILLAGES: sum(
                    "model_village" in plan.card.content.types for plan in own
                ),
                Measure.PEOPLE: sum(plan.people for plan in own) // 100 * 100,
            }
        )
        rows += [
            Target(agreement=agreement, measure=measure, planned=int(sums[measure] * part))
            for measure, part in OF_THE_YEAR
        ]
    write(rows)
