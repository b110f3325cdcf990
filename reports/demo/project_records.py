"""Projects and their villages as records, with the decisions that each went through.

Rule: the county enters and reports, its prefecture reviews, and both sides approve. A project goes
to its start first; how it ended is written after its work and its money.
"""

from dataclasses import dataclass, field
from random import Random

from accounts.models import Office, User
from core.models import Division
from projects.models import Agreement, Disaster, Project, Village
from reports.demo import points, year_2010
from reports.demo.frame import Line, line_of
from reports.demo.journal import Journal, Step, numbers, write
from reports.demo.people import Cast
from reports.demo.plan import Plan
from reports.demo.shares import moment, moments

BEGINNING = {"submit", "return", "survey", "review", "enlist", "agree", "approve", "start"}


@dataclass
class Records:
    """The records of the year by their plans, and what is still to be decided of them."""

    rng: Random
    cast: Cast
    offices: dict[str, Office]
    places: dict[str, Division]
    agreements: dict[Line, Agreement]
    drought: Disaster
    projects: dict[Plan, Project] = field(default_factory=dict)
    endings: list[tuple[Project, list[Step]]] = field(default_factory=list)

    def end(self, journal: Journal) -> None:
        """Notes how the projects ended."""
        for project, steps in self.endings:
            journal.add(project, *steps)

    def reporter(self, plan: Plan) -> User:
        return self.cast.reporters[plan.card.county]

    def surveyor(self, plan: Plan) -> User:
        return self.cast.officers[plan.supporter]


def places_by_code() -> dict[str, Division]:
    """Prefectures, counties and towns as they were called in 2010."""
    rows = Division.objects.valid_on(year_2010.TWINNINGS_DAY).filter(code__startswith="522")
    return {place.code: place for place in rows}


def write_projects(records: Records, journal: Journal, plans: list[Plan]) -> None:
    """Writes the projects and notes their decisions up to the start of work."""
    villages = _write_villages(records, plans)
    counties = {
        office.division.code: office
        for office in records.offices.values()
        if office.side == Office.Side.RECEIVING
    }
    for year in sorted({plan.year for plan in plans}):
        of_year = [plan for plan in plans if plan.year == year]
        for plan, number in zip(of_year, numbers(f"P-{year}", len(of_year), 4), strict=True):
            project = _project(records, plan, villages)
            project.number, project.office = number, counties[plan.card.county]
            project.created_by = records.reporter(plan)
            project.created_at = project.status_at = moment(records.rng, plan.created_on)
            records.projects[plan] = project
    write(list(records.projects.values()))
    for place, (plan, project) in enumerate(records.projects.items()):
        steps = _steps(records, plan, place)
        first = next((n for n, step in enumerate(steps) if step.move not in BEGINNING), len(steps))
        journal.add(project, *steps[:first])
        if steps[first:]:
            records.endings.append((project, steps[first:]))


def _write_villages(records: Records, plans: list[Plan]) -> dict[tuple, Village]:
    """One village for all the projects that it has had."""
    villages: dict[tuple, Village] = {}
    for plan in plans:
        if not plan.village:
            continue
        key = (plan.place.code, plan.village)
        if key not in villages:
            households = records.rng.randint(70, 340)
            villages[key] = Village(
                name_zh=plan.village[0],
                name_en=plan.village[1],
                county=records.places[plan.card.county],
                town=records.places[plan.place.code],
                household_count=households,
                people_count=households * records.rng.randint(38, 46) // 10,
                is_demo=True,
            )
        if plan.advanced_in:
            villages[key].is_old_base, villages[key].advanced_in = True, plan.advanced_in
    write(list(villages.values()))
    return villages


def _project(records: Records, plan: Plan, villages: dict[tuple, Village]) -> Project:
    card = plan.card
    latitude, longitude = points.point(plan.place, plan.village)
    return Project(
        kind=Project.Kind.GOVERNMENT if card.is_government else Project.Kind.SOCIAL,
        level=plan.level,
        types=list(card.content.types),
        is_integrated=card.is_integrated,
        is_drought_relief=card.is_drought_relief,
        disaster=records.drought if card.is_drought_relief else None,
        year=plan.year,
        supporter=records.offices[plan.supporter],
        county=records.places[card.county],
        town=records.places[plan.place.code],
        village=villages.get((plan.place.code, plan.village)),
        latitude=latitude,
        longitude=longitude,
        name_zh=plan.name_zh,
        name_en=plan.name_en,
        content_zh=plan.content_zh,
        content_en=plan.content_en,
        need=plan.need,
        agreed_amount=card.agreed,
        match_amount=plan.match or None,
        people_count=plan.people,
        household_count=plan.households,
        people_qualifier=plan.people_qualifier,
        is_demo=True,
    )


def _steps(records: Records, plan: Plan, place: int) -> list[Step]:
    """The decisions of one project, up to the state in which it stands."""
    cast = records.cast
    approver = cast.approver(place)
    people = {
        "reporter": records.reporter(plan),
        "reviewer": cast.reviewer(plan.card.county),
        "surveyor": records.surveyor(plan),
        "officer": cast["officer"],
        "approver": approver,
        "second": cast.other_approver(approver),
        "finance": cast["finance"],
    }
    typed = _typed(plan, records.agreements)
    steps = []
    times = moments(records.rng, [turn.day for turn in plan.turns])
    for turn, following, at in zip(plan.turns, [*plan.turns[1:], None], times, strict=True):
        stays = following is not None and turn.move == following.move == "approve"
        asked = {} if stays else typed.get(turn.move, {})
        steps.append(Step(turn.move, people[turn.who], at, turn.note, asked, stays))
    return steps


def _typed(plan: Plan, agreements: dict[Line, Agreement]) -> dict[str, dict]:
    """What is typed with each move."""
    agreement = agreements.get(line_of(plan))
    return {
        "enlist": {"library_year": plan.year},
        "agree": {"agreement": agreement} if agreement else {},
        "approve": {"approval_document": plan.document, "approved_on": plan.approved_on},
        "start": {"started_on": plan.started_on},
        "complete": {"completed_on": plan.completed_on},
    }
