"""Figures of the frame: agreements, kinds, the reach of drought relief, villages and bases.

Rule: what spans years begins with 2006, the first year of the Eleventh Five-Year Plan, and counts a
village once.
"""

from django.utils.translation import gettext_lazy as _

from projects.models import Project
from reports.measures import Part, figure
from reports.tallies import KINDS, Tally, Year

PROJECTS = "projects:project-list"


def _part(tally: Tally, year: Year, *more: tuple[str, str], label=None) -> Part:
    filters = (("year", str(year.year)), ("counted", "yes"), *more)
    return Part("projects", label or _("projects"), tally, PROJECTS, filters)


def _relief(year: Year, name: str, *more: tuple[str, str]) -> Part:
    return _part(year.projects[name], year, ("relief", "yes"), *more)


def _since(year: Year, name: str, *more: tuple[str, str]) -> Part:
    """Projects that stand of the plan years from 2006 on, and their list."""
    years = (("year_from", str(year.first_year)), ("year_to", str(year.year)))
    filters = (*years, ("counted", "yes"), *more)
    return Part("projects", _("projects"), year.since[name], PROJECTS, filters)


@figure(
    "A5",
    label=_("Prefectures with signed agreements"),
    unit="prefectures",
    definition=_(
        "The prefectures with which agreements of the year are signed by both sides, and the "
        "agreed totals. Relief may have an agreement of its own beside the annual one."
    ),
)
def agreements(year: Year):
    found = year.agreements
    filters = (("year", str(year.year)), ("state", "signed"))
    part = Part("agreements", _("annual agreements"), found, "projects:agreement-list", filters)
    return found.villages, found.amount, (part,)


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
    words = dict(Project.Type.choices)
    parts = tuple(
        _part(year.projects[f"kind_{kind}"], year, ("type", kind), label=words[kind])
        for kind in KINDS
    )
    return sum(1 for part in parts if part.tally.count), None, parts


@figure(
    "B4",
    label=_("Towns that drought relief reached"),
    unit="towns",
    definition=_("The different towns of the year’s projects of drought relief and their sites."),
)
def relief_towns(year: Year):
    return year.reach["towns"], None, (_relief(year, "relief"),)


@figure(
    "B4a",
    label=_("Counties that drought relief reached"),
    unit="counties",
    definition=_("The different counties of the year’s projects of drought relief."),
)
def relief_counties(year: Year):
    return year.reach["counties"], None, (_relief(year, "relief"),)


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
    return year.reach["people"], None, (_relief(year, "relief"),)


@figure(
    "B4c",
    label=_("Schools that drought relief reached"),
    unit="schools",
    definition=_("The schools that the relief projects of the year name as reached."),
)
def relief_schools(year: Year):
    return year.reach["schools"], None, (_relief(year, "relief"),)


@figure(
    "B5",
    label=_("Water works against the drought"),
    unit="projects",
    definition=_(
        "Projects of drought relief that pump, store or deliver water or irrigate, new or renewed."
    ),
)
def relief_works(year: Year):
    part = _relief(year, "relief_works", ("type", "water"))
    return part.tally.count, part.tally.amount, (part,)


@figure(
    "B6",
    label=_("Industries helped in the drought"),
    unit="projects",
    definition=_("Projects of drought relief for agriculture or animals."),
)
def relief_industries(year: Year):
    part = _relief(year, "relief_industry", ("type", "industry"))
    return part.tally.count, part.tally.amount, (part,)


@figure(
    "C4",
    label=_("Varieties introduced"),
    unit="projects",
    definition=_("Bases of the year that brought a new variety, such as white loquat."),
)
def varieties(year: Year):
    part = _part(year.projects["varieties"], year, ("variety", "yes"))
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
    named = (("kind", "government"), ("integrated", "yes"), ("type", "model_village"))
    part = _since(year, "villages", *named)
    return part.tally.villages, part.tally.amount, (part,)


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
    filters = (
        ("old_base", "yes"),
        ("advanced_from", str(year.first_year)),
        ("advanced_to", str(year.year)),
    )
    found = year.old_base_villages
    part = Part("villages", _("villages"), found, "projects:village-list", filters)
    return found.count, None, (part,)


@figure(
    "C7",
    label=_("Large eco-agriculture bases since 2006"),
    unit="bases",
    definition=_("Bases marked as large eco-agriculture bases since plan year 2006."),
)
def eco_bases(year: Year):
    part = _since(year, "bases", ("eco_base", "yes"))
    return part.tally.count, part.tally.amount, (part,)
