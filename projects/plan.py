"""The plan of a project as its page shows it: quantities beside what is done, money, kinds, places.

Rule: what is done of a planned quantity is what the newest report that counts it says.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.formatting import number, quantity
from core.money import AmountField, money_text
from projects.drawings import Board, board_of
from projects.models import DETAILS, DoneQuantity, PlannedQuantity, Project

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Quantity:
    """A planned quantity beside what is reported as done; `percent` of the plan."""

    planned: PlannedQuantity
    done: Decimal | None

    @property
    def percent(self) -> int | None:
        return None if self.done is None else int(self.done * HUNDRED / self.planned.planned)


@dataclass(frozen=True)
class Place:
    """A site with its number on the board; without one where nobody has entered its point."""

    name: str
    latitude: Decimal | None
    longitude: Decimal | None
    number: int | None


@dataclass(frozen=True)
class Plan:
    """What was decided on together with the project."""

    quantities: list[Quantity]
    budget: list
    budget_sum: Decimal
    sources: list
    sources_sum: Decimal
    details: list[tuple[str, list[tuple[str, str]]]]
    places: list[Place]
    board: Board | None

    @property
    def is_empty(self) -> bool:
        return not (self.quantities or self.budget or self.sources or self.details or self.places)


def done_of(project: Project) -> dict[int, Decimal]:
    """What is done of each planned quantity, by the newest report that counts it."""
    rows = DoneQuantity.objects.standing().filter(project=project, progress__struck_at__isnull=True)
    return dict(rows.order_by("progress__reported_on").values_list("quantity", "done"))


def quantities_of(project: Project) -> list[Quantity]:
    done = done_of(project)
    return [Quantity(one, done.get(one.pk)) for one in project.quantities.all()]


def plan_of(project: Project) -> Plan:
    budget = list(project.budget.all())
    sources = list(project.sources.select_related("office"))
    places = _places(project)
    points = [(p.number, p.latitude, p.longitude) for p in places if p.number is not None]
    return Plan(
        quantities=quantities_of(project),
        budget=budget,
        budget_sum=sum((line.amount for line in budget), Decimal(0)),
        sources=sources,
        sources_sum=sum((line.amount for line in sources), Decimal(0)),
        details=_details(project),
        places=places,
        board=board_of(points),
    )


def _places(project: Project) -> list[Place]:
    """The project's own point, then its further sites."""
    sites = list(project.sites.select_related("town", "village"))
    known = [(str(site), site.latitude, site.longitude) for site in sites]
    if project.latitude is not None:
        name = str(project.village or project.town or project.county)
        known.insert(0, (name, project.latitude, project.longitude))
    places, count = [], 0
    for name, latitude, longitude in known:
        count += latitude is not None
        numbered = count if latitude is not None else None
        places.append(Place(name, latitude, longitude, numbered))
    return places


def _details(project: Project) -> list[tuple[str, list[tuple[str, str]]]]:
    """(what it is, its facts) of each kind of project that this one is, where they are entered."""
    models = dict.fromkeys(DETAILS[name] for name in project.types if name in DETAILS)
    found = ((m, m.objects.filter(project=project).first()) for m in models)
    return [(capfirst(m._meta.verbose_name), facts_of(row)) for m, row in found if row]


def facts_of(row) -> list[tuple[str, str]]:
    """The filled fields of a row of details, in words."""
    facts = []
    for one in row._meta.fields:
        value = getattr(row, one.attname)
        if one.primary_key or one.name == "project" or value in (None, "", False):
            continue
        facts.append((capfirst(str(one.verbose_name)), _in_words(row, one, value)))
    return facts


def _in_words(row, one, value) -> str:
    if one.choices:
        return str(getattr(row, f"get_{one.name}_display")())
    if value is True:
        return _("yes")
    if isinstance(one, AmountField):
        return money_text(value)
    if isinstance(value, Decimal):
        return quantity(value)
    if isinstance(value, date):
        return date_format(value)
    return number(value) if isinstance(value, int) else str(value)
