"""Figures of the frame: agreements, kinds, the reach of drought relief, villages and bases.

Rule: what spans years begins with 2006, the first year of the Eleventh Five-Year Plan, and counts a
village once.
"""

from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from projects.models import Agreement, Project, Village
from reports.measures import Part, figure
from reports.tallies import Tally, Year, tally

PROJECTS = "projects:project-list"
FIRST_YEAR = 2006
# The kinds that the yearbook names, in its order.
KINDS = ("model_village", "industry", "water", "school", "cadre_training", "skills_training")


def _part(rows, filters: list[tuple[str, str]]) -> Part:
    return Part(
        "projects", _("projects"), tally(rows, amount="agreed_amount"), PROJECTS, tuple(filters)
    )


def _relief(year: Year):
    rows = Project.objects.counted().filter(year=year.year, is_drought_relief=True)
    return rows, [("year", str(year.year)), ("counted", "yes"), ("relief", "yes")]


def _since(year: Year):
    """Projects that stand of the plan years from 2006 on, and the filter of their list."""
    first = min(FIRST_YEAR, year.year)
    rows = Project.objects.counted().filter(year__range=(first, year.year))
    return rows, [("year_from", str(first)), ("year_to", str(year.year)), ("counted", "yes")]


@figure(
    "A5",
    label=_("Annual agreements signed"),
    unit="agreements",
    definition=_("Agreements of the year that both sides have signed, and their agreed totals."),
)
def agreements(year: Year):
    signed = Agreement.objects.filter(year=year.year, status=Agreement.Status.SIGNED)
    found = tally(signed, amount="amount")
    filters = (("year", str(year.year)), ("state", "signed"))
    part = Part("agreements", _("annual agreements"), found, "projects:agreement-list", filters)
    return found.count, found.amount, (part,)


@figure(
    "A7",
    label=_("Kinds of project"),
    unit="kinds",
    definition=_(
        "How many of the six kinds that the yearbook names have a project of the year. A project "
        "that serves several kinds stands under each of them."
    ),
)
def kinds(year: Year):
    rows = Project.objects.counted().filter(year=year.year)
    words = dict(Project.Type.choices)
    counts = rows.order_by().aggregate(
        **{kind: Count("pk", filter=Q(types__contains=[kind])) for kind in KINDS}
    )
    parts = tuple(
        Part(
            "projects",
            words[kind],
            Tally(count=counts[kind]),
            PROJECTS,
            (("year", str(year.year)), ("counted", "yes"), ("type", kind)),
        )
        for kind in KINDS
    )
    return sum(1 for part in parts if part.tally.count), None, parts


def _reach(year: Year, measure) -> tuple[int, None, tuple[Part, ...]]:
    rows, filters = _relief(year)
    return rows.order_by().aggregate(found=measure)["found"] or 0, None, (_part(rows, filters),)


@figure(
    "B4",
    label=_("Towns that drought relief reached"),
    unit="towns",
    definition=_("The different towns of the year’s projects of drought relief."),
)
def relief_towns(year: Year):
    return _reach(year, Count("town", distinct=True))


@figure(
    "B4a",
    label=_("Counties that drought relief reached"),
    unit="counties",
    definition=_("The different counties of the year’s projects of drought relief."),
)
def relief_counties(year: Year):
    return _reach(year, Count("county", distinct=True))


@figure(
    "B4b",
    label=_("People that drought relief reached"),
    unit="persons",
    definition=_(
        "The people served by the year’s projects of drought relief, as each project says it. "
        "Whoever is served by two projects is in both."
    ),
)
def relief_people(year: Year):
    return _reach(year, Sum("people_count"))


@figure(
    "B4c",
    label=_("Schools that drought relief reached"),
    unit="schools",
    definition=_("The schools that the relief projects of the year name as reached."),
)
def relief_schools(year: Year):
    return _reach(year, Sum("relief__schools"))


@figure(
    "B5",
    label=_("Water works against the drought"),
    unit="projects",
    definition=_(
        "Projects of drought relief that pump, store or deliver water or irrigate, new or renewed."
    ),
)
def relief_works(year: Year):
    rows, filters = _relief(year)
    part = _part(rows.filter(types__contains=["water"]), [*filters, ("type", "water")])
    return part.tally.count, part.tally.amount, (part,)


@figure(
    "B6",
    label=_("Industries helped in the drought"),
    unit="projects",
    definition=_("Projects of drought relief for agriculture or animals."),
)
def relief_industries(year: Year):
    rows, filters = _relief(year)
    part = _part(rows.filter(types__contains=["industry"]), [*filters, ("type", "industry")])
    return part.tally.count, part.tally.amount, (part,)


@figure(
    "C4",
    label=_("Varieties introduced"),
    unit="projects",
    definition=_("Bases of the year that brought a new variety, such as white loquat."),
)
def varieties(year: Year):
    rows = Project.objects.counted().filter(year=year.year, industrybase__isnull=False)
    filters = [("year", str(year.year)), ("counted", "yes"), ("variety", "yes")]
    part = _part(rows.exclude(industrybase__variety=""), filters)
    return part.tally.count, part.tally.amount, (part,)


@figure(
    "C5",
    label=_("Model villages since 2006"),
    unit="villages",
    definition=_(
        "The different villages of all model-village projects of integrated rural development "
        "with government money since plan year 2006, and the sum of the agreed amounts. A village "
        "that was renewed in several years counts once."
    ),
)
def villages_since(year: Year):
    rows, filters = _since(year)
    rows = rows.filter(
        kind="government", is_integrated=True, types__contains=[Project.Type.MODEL_VILLAGE]
    )
    found = tally(rows, amount="agreed_amount", villages="village")
    more = [("kind", "government"), ("integrated", "yes"), ("type", "model_village")]
    part = Part("projects", _("projects"), found, PROJECTS, (*filters, *more))
    return found.villages, found.amount, (part,)


@figure(
    "C6",
    label=_("Old revolutionary base villages advanced"),
    unit="villages",
    definition=_(
        "Old revolutionary base villages whose advancement as a whole village was finished in the "
        "year or earlier, since 2006."
    ),
)
def old_base_villages(year: Year):
    first = min(FIRST_YEAR, year.year)
    rows = Village.objects.filter(is_old_base=True, advanced_in__range=(first, year.year))
    filters = (
        ("old_base", "yes"),
        ("advanced_from", str(first)),
        ("advanced_to", str(year.year)),
    )
    part = Part("villages", _("villages"), tally(rows), "projects:village-list", filters)
    return part.tally.count, None, (part,)


@figure(
    "C7",
    label=_("Large eco-agriculture bases since 2006"),
    unit="bases",
    definition=_("Bases marked as large eco-agriculture bases since plan year 2006."),
)
def eco_bases(year: Year):
    rows, filters = _since(year)
    part = _part(rows.filter(industrybase__is_eco_base=True), [*filters, ("eco_base", "yes")])
    return part.tally.count, part.tally.amount or Decimal(0), (part,)
