"""Projects and their villages as records, with the decisions that each went through.

Rule: the county enters and reports, its prefecture reviews, and both sides approve.
"""

from random import Random

from accounts.models import Office
from core.models import Division
from projects.models import Agreement, Project, Survey, Village
from reports.demo import words, year_2010
from reports.demo.agreements import agreed_in
from reports.demo.journal import Journal, Step, numbers, write
from reports.demo.people import Cast
from reports.demo.plan import Plan
from reports.demo.shares import moment, moments


def places_by_code() -> dict[str, Division]:
    """Prefectures, counties and towns as they were called in 2010."""
    rows = Division.objects.valid_on(year_2010.TWINNINGS_DAY).filter(code__startswith="522")
    return {place.code: place for place in rows}


def write_projects(
    rng: Random,
    cast: Cast,
    journal: Journal,
    plans: list[Plan],
    offices: dict[str, Office],
    agreements: dict[str, Agreement],
) -> dict[Plan, Project]:
    """Writes the projects and notes their decisions; answers them by their plans."""
    places = places_by_code()
    villages = _write_villages(plans, places)
    counties = {o.division.code: o for o in offices.values() if o.side == Office.Side.RECEIVING}
    projects = {}
    for year in sorted({plan.year for plan in plans}):
        of_year = [plan for plan in plans if plan.year == year]
        for plan, number in zip(of_year, numbers(f"P-{year}", len(of_year), 4), strict=True):
            project = _project(plan, places, villages, offices)
            project.number, project.office = number, counties[plan.card.county]
            project.created_by = cast.reporters[plan.card.county]
            project.created_at = project.status_at = moment(rng, plan.created_on)
            projects[plan] = project
    write(list(projects.values()))
    for place, (plan, project) in enumerate(projects.items()):
        agreement = agreements.get(agreed_in(plan))
        journal.add(project, *_steps(rng, plan, cast, place, agreement))
    _surveys(projects, cast, offices)
    return projects


def _write_villages(plans: list[Plan], places: dict[str, Division]) -> dict[Plan, Village]:
    villages = {
        plan: Village(
            name_zh=plan.village[0],
            name_en=plan.village[1],
            county=places[plan.card.county],
            town=places[plan.place.code],
            is_demo=True,
        )
        for plan in plans
        if plan.village
    }
    write(list(villages.values()))
    return villages


def _project(plan: Plan, places, villages, offices) -> Project:
    card = plan.card
    return Project(
        kind=Project.Kind.GOVERNMENT if card.is_government else Project.Kind.SOCIAL,
        level=plan.level,
        types=list(card.content.types),
        is_integrated=card.is_integrated,
        is_drought_relief=card.is_drought_relief,
        year=plan.year,
        supporter=offices[plan.supporter],
        county=places[card.county],
        town=places[plan.place.code],
        village=villages.get(plan),
        name_zh=plan.name_zh,
        name_en=plan.name_en,
        content_zh=plan.content_zh,
        content_en=plan.content_en,
        need=plan.need,
        agreed_amount=card.agreed,
        match_amount=card.agreed // 5_000 * 500 if card.is_government else None,
        people_count=plan.people,
        household_count=max(plan.people * 10 // 42, 1),
        people_qualifier=plan.people_qualifier,
        is_demo=True,
    )


def _steps(
    rng: Random, plan: Plan, cast: Cast, place: int, agreement: Agreement | None
) -> list[Step]:
    """The decisions of one project, up to the state in which it stands."""
    approver = cast.approver(place)
    people = {
        "reporter": cast.reporters[plan.card.county],
        "reviewer": cast.reviewer(plan.card.county),
        "surveyor": cast.officers[plan.supporter],
        "officer": cast["officer"],
        "approver": approver,
        "second": cast["approver" if approver == cast["approver2"] else "approver2"],
        "finance": cast["finance"],
    }
    typed = _typed(plan, agreement)
    steps = []
    times = moments(rng, [turn.day for turn in plan.turns])
    for turn, following, at in zip(plan.turns, [*plan.turns[1:], None], times, strict=True):
        stays = following is not None and turn.move == following.move == "approve"
        asked = {} if stays else typed.get(turn.move, {})
        steps.append(Step(turn.move, people[turn.who], at, turn.note, asked, stays))
    return steps


def _typed(plan: Plan, agreement: Agreement | None) -> dict[str, dict]:
    """What is typed with each move."""
    return {
        "enlist": {"library_year": plan.year},
        "agree": {"agreement": agreement} if agreement else {},
        "approve": {"approval_document": plan.document, "approved_on": plan.approved_on},
        "start": {"started_on": plan.started_on},
        "complete": {"completed_on": plan.completed_on},
    }


def _surveys(plans: dict[Plan, Project], cast: Cast, offices: dict[str, Office]) -> None:
    write(
        [
            Survey(
                project=project,
                surveyed_on=plan.visited_on,
                office=offices[plan.supporter],
                people="演示考察组",
                opinion=words.OPINIONS[place % len(words.OPINIONS)],
                created_by=cast.officers[plan.supporter],
                is_demo=True,
            )
            for place, (plan, project) in enumerate(plans.items())
        ]
    )
