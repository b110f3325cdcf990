"""Projects that may repeat another one: the same place, and the same kind, name or quantity.

Rule: a likeness is pointed out with its reasons and never acts by itself; once somebody has told
two projects apart, they are not pointed out again.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.formatting import quantity
from core.models import Division
from core.punctuation import listed
from core.search import grams_of, normal
from projects.models import PlannedQuantity, Project, Site, ToldApart, Unit, Village

YEARS = 3  # how far apart two plan years may lie
LIKE_NAMES = 0.6  # the share of pairs of characters that two names have in common
LIKE_QUANTITIES = Decimal("0.1")
LOOKED_AT, SHOWN = 2_000, 5

SAME_VILLAGE = gettext_lazy("same village")
SAME_SITE = gettext_lazy("same village among the sites")
SAME_TOWN = gettext_lazy("same town")


@dataclass(frozen=True)
class Look:
    """What a project is compared by, kept or still being typed."""

    pk: int | None
    county: Division
    town_id: int | None
    village_id: int | None
    year: int
    name: str
    types: frozenset[str]
    places: tuple[str, ...]
    villages: frozenset[int]
    quantities: tuple[tuple[str, Decimal], ...]

    @property
    def grams(self) -> set[str]:
        return self.grams_in(self.name)

    def grams_in(self, name: str) -> set[str]:
        """The pairs of characters of a name without its place and its numbers."""
        for place in self.places:
            name = name.replace(place, "")
        bare = re.sub(r"[\d\s.,]+", "", normal(name))
        return set(grams_of(bare)) if bare else set()


@dataclass
class Like:
    """A project that may be repeated, and why it is pointed out.

    `is_same_place` where both name the same village, or the same town and no village.
    """

    project: Project
    place: str | Promise
    is_of_kind: bool
    is_of_name: bool
    is_same_place: bool
    quantities: list[str] = field(default_factory=list)

    @property
    def reasons(self) -> str:
        """“same village, same kind, 2.1 km / 2 km, 2009”."""
        found: list[Any] = [self.place]
        found += [_("same kind")] if self.is_of_kind else []
        found += [_("like name")] if self.is_of_name else []
        return listed([*found, *self.quantities, self.project.year])

    @property
    def weight(self) -> tuple[int, int]:
        marks = (self.place != SAME_TOWN, self.is_of_kind, self.is_of_name, bool(self.quantities))
        return sum(marks), self.project.year


# -- what is compared -----------------------------------------------------------------------------


def look_of(project: Project) -> Look:
    """A project as it is kept, with its sites and quantities."""
    sites = {site.village_id for site in project.sites.all() if site.village_id}
    return Look(
        pk=project.pk,
        county=project.county,
        town_id=project.town_id,
        village_id=project.village_id,
        year=project.year,
        name=project.name_zh,
        types=frozenset(project.types),
        places=_names(project.county, project.town, project.village),
        villages=frozenset({project.village_id, *sites} - {None}),
        quantities=tuple((row.unit, row.planned) for row in project.quantities.all()),
    )


def look_of_form(form) -> Look | None:
    """A project as it is being typed; None as long as it names no county and year."""
    form.is_valid()
    typed = getattr(form, "cleaned_data", {})
    county, year = typed.get("county"), typed.get("year")
    if not county or not year:
        return None
    town, village = typed.get("town"), typed.get("village")
    rows = {part.prefix: [one.cleaned_data for one in part.forms] for part in _judged(form)}
    sites = {one["village"].pk for one in rows.get("site", []) if one.get("village")}
    return Look(
        pk=form.instance.pk,
        county=county,
        town_id=town and town.pk,
        village_id=village and village.pk,
        year=year,
        name=typed.get("name_zh") or "",
        types=frozenset(typed.get("types") or ()),
        places=_names(county, town, village),
        villages=frozenset({village and village.pk, *sites} - {None}),
        quantities=tuple(
            (one["unit"], one["planned"])
            for one in rows.get("plannedquantity", [])
            if one.get("unit") and one.get("planned")
        ),
    )


def _judged(form) -> Iterable[Any]:
    """The parts that were typed, whose rows say what of them is right."""
    return [part for part in form.sent_parts if all(hasattr(f, "cleaned_data") for f in part.forms)]


def told_apart_of(project: Project, user) -> list[ToldApart]:
    """What was said of the project and others that the person reads, the newest first."""
    readable = Project.objects.visible_to(user).order_by().values("pk")
    told = ToldApart.objects.of(project).filter(project__in=readable, other__in=readable)
    return list(told.select_related("project", "other", "told_by__office"))


def _names(county: Division, town: Division | None, village: Village | None) -> tuple[str, ...]:
    return tuple(place.name_zh for place in (county, town, village) if place)


# -- comparing ------------------------------------------------------------------------------------


def likes_of(look: Look | None, user) -> list[Like]:
    """The projects that this one may repeat, that the person reads; the likest first."""
    if look is None or not (look.town_id or look.villages):
        return []
    near = Project.objects.visible_to(user).filter(
        county=look.county, year__range=(look.year - YEARS, look.year + YEARS)
    )
    near = near.exclude(pk=look.pk).exclude(status=Project.Status.CANCELLED)
    if look.pk:
        pair = Q(project=look.pk, other=OuterRef("pk")) | Q(other=look.pk, project=OuterRef("pk"))
        near = near.exclude(Exists(ToldApart.objects.filter(pair)))
    sites = Site.objects.filter(village__in=look.villages).values_list("project", flat=True)
    at_sites = set(sites) if look.villages else set()
    columns = ("pk", "number", "name_zh", "name_en", "year", "types", "town_id", "village_id")
    rows = near.only(*columns).order_by("-pk")[:LOOKED_AT]
    found = [like for row in rows if (like := _compared(look, row, at_sites))]
    _compare_quantities(look, found)
    found = [like for like in found if _is_candidate(like)]
    return sorted(found, key=lambda like: like.weight, reverse=True)[:SHOWN]


def _compared(look: Look, row: Project, at_sites: set[int]) -> Like | None:
    """How a project of the same county is like it; None where its place is another one."""
    place: str | Promise = ""
    if row.village_id and row.village_id == look.village_id:
        place = SAME_VILLAGE
    elif row.village_id in look.villages or row.pk in at_sites:
        place = SAME_SITE
    elif look.town_id and row.town_id == look.town_id:
        place = SAME_TOWN
    if not place:
        return None
    own, other = look.grams, look.grams_in(row.name_zh)
    alike = 2 * len(own & other) / (len(own) + len(other)) if own and other else 0
    is_whole_town = place == SAME_TOWN and not (row.village_id or look.villages)
    is_of_kind = bool(look.types & {*row.types})
    like = Like(row, place, is_of_kind, alike >= LIKE_NAMES, place != SAME_TOWN or is_whole_town)
    return like if like.is_of_kind or like.is_of_name else None


def _compare_quantities(look: Look, found: list[Like]) -> None:
    """Adds the quantities of the same unit that are about as large."""
    if not found or not look.quantities:
        return
    planned = defaultdict(list)
    rows = PlannedQuantity.objects.filter(project__in=[like.project.pk for like in found])
    for project, unit, amount in rows.values_list("project", "unit", "planned"):
        planned[project].append((unit, amount))
    for like in found:
        like.quantities = [
            f"{quantity(own)} {Unit(unit).label} / {quantity(other)} {Unit(unit).label}"
            for unit, own in look.quantities
            for its, other in planned[like.project.pk]
            if its == unit and abs(own - other) <= LIKE_QUANTITIES * max(own, other)
        ]


def _is_candidate(like: Like) -> bool:
    """The same place and one more likeness; of two villages in one town, more than that."""
    if like.is_same_place:
        return True
    return like.is_of_kind and (like.is_of_name or bool(like.quantities))
