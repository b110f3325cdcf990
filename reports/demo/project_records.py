"""Projects and their villages as records, with the decisions that each went through.

Rule: the county's reporter enters, submits and reports; an approver of the city decides.
"""

from random import Random

from accounts.models import Office, User
from core.models import Division
from projects.models import Project, Village
from reports.demo import year_2010
from reports.demo.journal import Journal, Step, numbers, write
from reports.demo.people import Cast
from reports.demo.plan import Plan
from reports.demo.shares import moment


def places_by_code() -> dict[str, Division]:
    """Prefectures, counties and towns as they were called in 2010."""
    rows = Division.objects.valid_on(year_2010.TWINNINGS_DAY).filter(code__startswith="522")
    return {place.code: place for place in rows}


def write_projects(
    rng: Random, cast: Cast, journal: Journal, plans: list[Plan], offices: dict[str, Office]
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
        approver = cast.approver(place)
        journal.add(project, *_steps(rng, plan, cast, approver))
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
        surveyed_on=plan.surveyed_on,
        approval_document=plan.document,
        completed_on=plan.completed_on,
        is_demo=True,
    )


def _steps(rng: Random, plan: Plan, cast: Cast, approver: User) -> list[Step]:
    """The decisions of one project, up to the state in which it stands."""
    reporter = cast.reporters[plan.card.county]
    reviewer = cast["reviewer"] if plan.card.county.startswith("5223") else approver
    steps = [Step("submit", reporter, moment(rng, plan.submitted_on))]
    if plan.returned_on:
        steps.append(Step("return", reviewer, moment(rng, plan.returned_on), plan.reason))
        steps.append(Step("submit", reporter, moment(rng, plan.resubmitted_on)))
    steps.append(Step("approve", approver, moment(rng, plan.approved_on)))
    if plan.started_on:
        steps.append(Step("start", reporter, moment(rng, plan.started_on)))
    if plan.completed_on:
        steps.append(Step("complete", reporter, moment(rng, plan.completed_on)))
    return steps
