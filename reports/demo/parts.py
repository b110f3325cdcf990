"""What is decided on with each project: quantities, budget, sources, further sites, details.

Rule: the budget adds up to its sources, and the sources of aid to the agreed amount; quantities
follow from the size that the content names.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby

from projects.models import (
    DETAILS,
    BudgetLine,
    Clinic,
    FundingSource,
    IndustryBase,
    ModelVillage,
    PlannedQuantity,
    Project,
    Relief,
    Road,
    School,
    Site,
    TrainingDetail,
    WaterWorks,
)
from reports.demo import points
from reports.demo.journal import write
from reports.demo.plan import Plan
from reports.demo.project_records import Records

# What the money is for, in per cent of the money; the first takes what is left over.
BUDGETS = {
    "building": (("works", 40), ("materials", 20), ("design", 20), ("supervision", 20)),
    "water": (("works", 30), ("materials", 30), ("design", 20), ("supervision", 20)),
    "base": (("seeds", 40), ("materials", 30), ("training", 20), ("works", 10)),
    "course": (("training", 60), ("materials", 30), ("other", 10)),
    "pupils": (("grants", 60), ("equipment", 40)),
}
SOURCES = {"city": "municipal", "county": "district", "bureau": "bureau", "": "donated"}


def write_parts(records: Records) -> None:
    """Writes the parts of every project, one kind after the other."""
    rows = [
        row for plan, project in records.projects.items() for row in _rows(records, plan, project)
    ]
    for _model, some in groupby(sorted(rows, key=_table), key=type):
        write(list(some))


def _table(row) -> str:
    return row._meta.db_table


def _rows(records: Records, plan: Plan, project: Project) -> Iterator:
    for count in plan.card.content.counts:
        yield PlannedQuantity(
            project=project,
            item=count.zh,
            item_en=count.en,
            unit=count.unit,
            planned=count.planned(plan.size),
            is_renewal=count.is_renewal,
        )
    offices = {"donated": None, "county": project.office, "labour": project.office}
    for purpose, amount in budget(plan):
        yield BudgetLine(project=project, purpose=purpose, amount=amount)
    for source, amount in sources(plan):
        office = offices.get(source, project.supporter)
        yield FundingSource(project=project, source=source, office=office, amount=amount)
    for place in plan.sites:
        latitude, longitude = points.point(place)
        yield Site(
            project=project,
            town=records.places[place.code],
            name=place.name_zh,
            latitude=latitude,
            longitude=longitude,
        )
    for model in dict.fromkeys(DETAILS[kind] for kind in _detailed(plan)):
        yield model(project=project, **_DETAIL[model](plan))


def _detailed(plan: Plan) -> Iterable[str]:
    return (kind for kind in plan.card.content.types if kind in DETAILS)


def budget(plan: Plan) -> list[tuple[str, int]]:
    """The purposes of the budget with whole yuan, labour last: the aid is for the first of them,
    the match of the county for the others as well."""
    (first, _percent), *others = BUDGETS[plan.card.content.steps]
    parts = [(purpose, plan.match * percent // 10_000 * 100) for purpose, percent in others]
    parts = [(purpose, amount) for purpose, amount in parts if amount]
    rest = plan.match - sum(amount for _purpose, amount in parts)
    lines = [(first, plan.card.agreed + rest), *parts]
    return [*lines, ("labour", plan.labour)] if plan.labour else lines


def purpose_of(plan: Plan) -> str:
    """The purpose for which the aid is spent."""
    return BUDGETS[plan.card.content.steps][0][0]


def sources(plan: Plan) -> list[tuple[str, int]]:
    """Who bears it, in whole yuan: the aid, the county, the villagers."""
    found = [
        (SOURCES[plan.level], plan.card.agreed),
        ("county", plan.match),
        ("labour", plan.labour),
    ]
    return [(source, amount) for source, amount in found if amount]


# -- details --------------------------------------------------------------------------------------


def _quantity(plan: Plan, unit: str) -> float:
    return sum(c.planned(plan.size) for c in plan.card.content.counts if c.unit == unit)


def _model_village(plan: Plan) -> dict:
    return {
        "work": plan.card.content.work,
        "houses": int(plan.size),
        "road_km": _quantity(plan, "km") or None,
        "has_activity_room": plan.people % 3 == 0,
        "is_whole_village": plan.advanced_in is not None,
    }


def _industry(plan: Plan) -> dict:
    content = plan.card.content
    return {
        "product": content.product,
        "scale": Decimal(str(plan.size)),
        "unit": content.unit,
        "variety": content.variety[0],
        "variety_from": content.variety[1],
        "is_eco_base": plan.card.is_eco_base,
    }


def _water(plan: Plan) -> dict:
    content = plan.card.content
    drinks = content.purpose != "irrigation"
    return {
        "purpose": content.purpose,
        "means": content.means,
        "work": content.work,
        "people": plan.people if drinks else None,
        "livestock": plan.livestock if drinks else None,
        "irrigated_mu": None if content.purpose == "drinking" else _quantity(plan, "mu") or None,
    }


def _school(plan: Plan) -> dict:
    content = plan.card.content
    is_dormitory = content.building == "dormitory"
    return {
        "school": f"{plan.place.name_zh}学校（演示）",
        "building": content.building,
        "work": content.work,
        "floor_m2": _quantity(plan, "m2") or None,
        "pupils": plan.people,
        "beds": int(plan.size) * 8 if is_dormitory else None,
        "named_after": "绣山楼（演示）" if plan.card.share == "zhu-yinglong" else "",
    }


def _clinic(plan: Plan) -> dict:
    return {
        "clinic": f"{plan.place.name_zh}村卫生室（演示）",
        "work": plan.card.content.work,
        "floor_m2": _quantity(plan, "m2"),
        "beds": 2 + int(plan.size) // 60,
        "patients_a_year": plan.people * 3,
    }


def _road(plan: Plan) -> dict:
    return {
        "work": plan.card.content.work,
        "length_km": Decimal(str(_quantity(plan, "km"))),
        "width_m": Decimal("4.5" if plan.people > 800 else "3.5"),
        "surface": Road.Surface.CONCRETE,
        "bridges": 1 if plan.size > 45 else None,
    }


def _training(plan: Plan) -> dict:
    persons = int(plan.size)
    return {
        "subject": plan.card.content.name_zh,
        "courses": 1 + (persons > 70),
        "days": 5,
        "persons": persons,
        "standard": Decimal(plan.card.agreed // persons),
    }


def _relief(plan: Plan) -> dict:
    return {
        "given": plan.content_zh,
        "towns": 1 + len(plan.sites),
        "schools": plan.schools or None,
        "households": plan.households,
    }


_DETAIL = {
    ModelVillage: _model_village,
    IndustryBase: _industry,
    WaterWorks: _water,
    School: _school,
    Clinic: _clinic,
    Road: _road,
    TrainingDetail: _training,
    Relief: _relief,
}
