"""Writes the worked-out year into the database: people, funds, projects, gifts, money, training.

Rule: money goes through the ledger's own verbs and states through decisions, as in daily work; all
of it in the caller's transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from accounts.models import Office
from core.models import Division
from donations.models import Gift
from ledger.models import Fund
from partnerships.models import Twinning
from projects.models import Project
from reports.demo import cards, cash, chain, giving, spending, words, year_2010
from reports.demo.bound import BOUND, plan_bound
from reports.demo.earlier import plan_earlier
from reports.demo.fill import write_funds, write_programmes
from reports.demo.flow import Flow
from reports.demo.frame import write_agreements, write_drought, write_period
from reports.demo.gifts import write_donors, write_gifts, write_goods
from reports.demo.journal import Journal
from reports.demo.parts import write_parts
from reports.demo.people import Cast
from reports.demo.plan import Place, Plan, number_documents, plan_projects
from reports.demo.project_records import Records, places_by_code, write_projects
from reports.demo.training import write_batches, write_courses
from reports.demo.work import write_before, write_work

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Loaded:
    """What a run wrote that others go on from: the records by their plans."""

    projects: dict[Plan, Project]
    funds: dict[str, Fund]


def is_loaded() -> bool:
    return Fund.objects.filter(key=year_2010.DONATED[0].key, is_demo=True).exists()


def show_piece() -> Gift | None:
    """The gift that the README follows: the last of its day for the drought appeal."""
    return (
        Gift.objects.filter(
            is_demo=True,
            programme__key="drought-appeal",
            received_on=year_2010.SHOW_DAY,
            amount=year_2010.SHOW_GIFT,
        )
        .order_by("-number")
        .first()
    )


def load_year(cast: Cast, tell: Tell) -> Loaded:
    """Loads the year 2010. Raises AssertionError where the plan does not add up."""
    rng = Random(year_2010.SEED)
    plans, crowd, gifts, goods, grants = plan_year(rng)
    tell(f"planned {len(plans)} projects and {len(gifts)} gifts")
    offices = {office.key: office for office in Office.objects.all()}
    journal = Journal()
    records = write_frame(rng, cast, journal, plans, offices)
    tell(f"wrote the frame and {len(records.projects)} projects")
    funds = write_funds(cast, offices, [grant.source for grant in grants])
    programmes = write_programmes(funds)
    flow = Flow(rng, cast, journal, funds, records.projects)
    donors = write_donors(cast, crowd, offices)
    write_gifts(flow, gifts, donors, programmes)
    write_goods(flow, goods, donors, programmes)
    tell(f"posted {len(gifts)} gifts of {len(donors)} donors")
    flow.appropriate(grants, offices)
    flow.allocate()
    write_courses(rng, cast, journal, offices)
    write_batches(rng, cast, journal, offices)
    tell(f"wrote {journal.write()} decisions, up to the start of work and the allocations")
    tell(f"wrote {write_work(records)} entries of the work")
    flow.bound = cash.write_contracts(records)
    tell(f"wrote {len(flow.bound)} contracts with their instalments")
    flow.request()
    count = journal.write()
    flow.pay()
    count += journal.write()
    cash.give_back(flow)
    count += journal.write()
    entries = cash.write_contributions(records) + cash.write_ways(flow)
    tell(f"wrote {entries} entries of money on its way and of what the counties brought")
    records.end(journal)
    tell(f"wrote {count + journal.write()} decisions, of payments and of how the work ended")
    return Loaded(flow.projects, funds)


def write_frame(
    rng: Random, cast: Cast, journal: Journal, plans: list[Plan], offices: dict[str, Office]
) -> Records:
    """The plan period, the drought, the agreements, and the projects as they were proposed."""
    agreements = write_agreements(rng, cast, journal, plans, offices, write_period())
    records = Records(rng, cast, offices, places_by_code(), agreements, write_drought())
    write_projects(records, journal, plans)
    write_parts(records)
    write_before(records)
    return records


def plan_year(rng: Random):
    """Works the year out: plans, donors, gifts, goods and appropriations."""
    dealt = cards.cards_of_the_year(rng)
    cards.check(dealt)
    places, supporters = towns(), pairs()
    villages = iter(rng.sample(names := words.village_names(), len(names)))
    plans = plan_projects(rng, dealt, towns=places, pairs=supporters, villages=villages)
    plans = chain.propose(rng, plans)
    crowd = giving.Crowd(rng)
    bound = [(project.programme, project.given) for project in BOUND]
    gifts = giving.plan_gifts(rng, crowd, bound=bound)
    goods = giving.plan_goods(rng, crowd)
    grants = spending.plan_money(rng, plans, gifts)
    plans += plan_bound(rng, towns=places, pairs=supporters)
    plans += plan_earlier(rng, plans, towns=places, villages=villages)
    chain.finish(rng, plans)
    number_documents(plans)
    return plans, crowd, gifts, goods, grants


def towns() -> dict[str, list[Place]]:
    """The towns and townships of 2010, by county."""
    found: dict[str, list[Place]] = {}
    rows = Division.objects.valid_on(year_2010.TWINNINGS_DAY).filter(
        level=Division.Level.TOWN, parent__code__in=year_2010.COUNTIES, name_zh__regex="[镇乡]$"
    )
    for town in rows.select_related("parent").order_by("code"):
        place = Place(town.code, town.name_zh, town.name_en, town.parent.name_zh)
        found.setdefault(town.parent.code, []).append(place)
    return found


def pairs() -> dict[str, list[tuple[str, str]]]:
    """The supporting offices of each county on the day of the year's agreements."""
    found: dict[str, list[tuple[str, str]]] = {}
    rows = Twinning.objects.on(year_2010.TWINNINGS_DAY).exclude(level=Twinning.Level.PREFECTURE)
    for pair in rows.select_related("supporter", "receiver__division").order_by("supporter__key"):
        place = found.setdefault(pair.receiver.division.code, [])
        place.append((pair.supporter.key, pair.level))
    return found
