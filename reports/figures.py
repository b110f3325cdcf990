"""Every published figure, counted from the records: one function a figure, in the yearbook's order.

Rule: a figure is said here, or in frame_figures.py for what spans years, and nowhere else. Page,
portal, sheet and command call the same function, and the address beside a figure leads to exactly
the records that it counts.
"""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from reports import frame_figures
from reports.measures import FIGURES, Computed, Part, figure
from reports.tallies import ZHU_KEY, Tally, Year

__all__ = ["FIGURES", "Computed", "figures_of", "frame_figures"]


def figures_of(year: Year | int) -> dict[str, Computed]:
    """Every figure of a year by its key, in a number of queries that no record changes."""
    year = year if isinstance(year, Year) else Year(year)
    return {key: entry.of(year) for key, entry in FIGURES.items()}


# -- the lists behind the figures -----------------------------------------------------------------

PROJECTS = "projects:project-list"
GIFTS = "donations:gift-list"
GOODS = "donations:goodsgift-list"


def _projects(year: Year, name: str, **query: str) -> Part:
    filters = (("year", str(year.year)), ("counted", "yes"), *query.items())
    return Part("projects", _("projects"), year.projects[name], PROJECTS, filters)


def _money_of(part: Part) -> tuple[int, Decimal | None, tuple[Part, ...]]:
    return part.tally.count, part.tally.amount, (part,)


def _grants(year: Year) -> Part:
    filters = (("year", str(year.year)), ("state", "posted"), ("relief", "yes"))
    return Part("grants", _("relief grants"), year.grants, "projects:appropriation-list", filters)


def _given(year: Year, status: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The filter of a list of gifts: those of the year for drought relief in a state."""
    days = ("received_from", f"{year.year}-01-01"), ("received_to", f"{year.year}-12-31")
    return (*days, ("status", status), ("relief", "true"), *more)


def _confirmed(
    year: Year, tally: Tally, host: str, division: str = ""
) -> tuple[tuple[str, str], ...]:
    """The filter of a list of courses or batches.

    The lists offer only offices that held something: one that held nothing is searched by its key,
    which finds nothing either.
    """
    filters = (("year", str(year.year)), ("status", "confirmed"))
    if host and not tally.count:
        return (*filters, ("q", host))
    named = (("host", host), ("division", division))
    return (*filters, *((name, str(year.keys[key])) for name, key in named if key))


def _courses(year: Year, name: str, host: str = "", division: str = "", **query: str) -> Part:
    tally = year.courses[name]
    filters = (*_confirmed(year, tally, host, division), *query.items())
    return Part("courses", _("courses"), tally, "training:course-list", filters)


def _secondments(year: Year, name: str, host: str = "") -> Part:
    tally = year.secondments[name]
    filters = _confirmed(year, tally, host)
    return Part("batches", _("seconded batches"), tally, "training:secondment-list", filters)


def _people_of(*parts: Part) -> tuple[int, None, tuple[Part, ...]]:
    return sum(part.tally.people for part in parts), None, parts


# -- A. projects ----------------------------------------------------------------------------------


@figure(
    "A1",
    label=_("Aid projects, all"),
    unit="projects",
    definition=_(
        "Projects of the plan year that are approved and not cancelled, and the sum of their "
        "agreed amounts of aid money, without the local match."
    ),
)
def aid_projects(year: Year):
    return _money_of(_projects(year, "all"))


@figure(
    "A2",
    label=_("of which government"),
    unit="projects",
    definition=_("Those of A1 that are paid from budgets of the city, of districts or of bureaus."),
)
def government_projects(year: Year):
    return _money_of(_projects(year, "government", kind="government"))


@figure(
    "A3",
    label=_("of which social"),
    unit="projects",
    definition=_("Those of A1 that are paid from gifts."),
)
def social_projects(year: Year):
    return _money_of(_projects(year, "social", kind="social"))


# -- B. drought relief ----------------------------------------------------------------------------


@figure(
    "B2",
    label=_("Municipal relief grants"),
    unit="grants",
    definition=_(
        "Appropriations received in the year that name the prefecture whose drought they relieve."
    ),
)
def relief_grants(year: Year):
    return _money_of(_grants(year))


@figure(
    "B3",
    label=_("Relief funds and materials, all sources"),
    unit="yuan",
    definition=_(
        "The relief grants of B2, the gifts of money to drought-relief programmes, and the goods "
        "given to them at their stated value. Cash and goods are never added in our books; the "
        "source prints one number, so their sum is shown here beside its parts."
    ),
)
def drought_relief(year: Year):
    parts = (
        _grants(year),
        Part("gifts", _("gifts of money"), year.relief_gifts, GIFTS, _given(year, "posted")),
        Part(
            "lots",
            _("gifts of goods"),
            year.relief_goods,
            GOODS,
            _given(year, "confirmed", ("unvalued", "false")),
        ),
    )
    value = sum((part.tally.amount or Decimal(0) for part in parts), Decimal(0))
    return sum(part.tally.count for part in parts), value, parts


# -- C. model villages and industry ---------------------------------------------------------------


@figure(
    "C1",
    label=_("Integrated rural development"),
    unit="projects",
    definition=_("Those of A2 that are marked as integrated rural development."),
)
def integrated_projects(year: Year):
    return _money_of(
        _projects(year, "integrated", kind="government", integrated="yes"),
    )


@figure(
    "C2",
    label=_("Model villages, built or renewed"),
    unit="villages",
    definition=_(
        "The different villages of those projects of C1 whose kind is model village, and the sum "
        "of the agreed amounts. A village with two such projects in the year counts once."
    ),
)
def model_villages(year: Year):
    part = _projects(year, "villages", kind="government", integrated="yes", type="model_village")
    return part.tally.villages, part.tally.amount, (part,)


@figure(
    "C3",
    label=_("Industry"),
    unit="projects",
    definition=_("Those projects of C1 whose kind is agriculture or industry base."),
)
def industry(year: Year):
    return _money_of(
        _projects(year, "industry", kind="government", integrated="yes", type="industry")
    )


# -- E. training ----------------------------------------------------------------------------------


@figure(
    "E1",
    label=_("Seminars held"),
    unit="courses",
    definition=_("Confirmed courses that began in the year."),
)
def seminars(year: Year):
    part = _courses(year, "all")
    return part.tally.count, None, (part,)


@figure(
    "E2",
    label=_("Batches of seconded cadres"),
    unit="batches",
    definition=_("Confirmed batches of seconded people that began in the year."),
)
def seconded_batches(year: Year):
    part = _secondments(year, "all")
    return part.tally.count, None, (part,)


@figure(
    "E3",
    label=_("Cadres and technical persons trained"),
    unit="persons",
    definition=_(
        "Persons in the courses of E1 and the batches of E2, each counted once a course or batch. "
        "Person-times are counted apart."
    ),
)
def persons_trained(year: Year):
    return _people_of(_courses(year, "all"), _secondments(year, "all"))


@figure(
    "E4",
    label=_("New rural construction courses"),
    unit="persons",
    definition=_("Persons in those courses of E1 whose kind is new rural construction."),
)
def new_rural_courses(year: Year):
    return _people_of(_courses(year, "new_rural", kind="new_rural"))


@figure(
    "E5",
    label=_("Xiangshan County for Huangping"),
    unit="persons",
    definition=_("Persons in those courses of E1 that Xiangshan County held for Huangping."),
)
def xiangshan_for_huangping(year: Year):
    return _people_of(
        _courses(year, "xiangshan", host="nb-xiangshan", division="522622"),
    )


@figure(
    "E6",
    label=_("Jiangbei District for Ceheng"),
    unit="persons",
    definition=_("Persons in those courses of E1 that Jiangbei District held for Ceheng."),
)
def jiangbei_for_ceheng(year: Year):
    return _people_of(_courses(year, "jiangbei", host="nb-jiangbei", division="522327"))


@figure(
    "E7",
    label=_("Cixi City for Leishan"),
    unit="persons",
    definition=_("Persons in those courses of E1 that Cixi City held for Leishan."),
)
def cixi_for_leishan(year: Year):
    return _people_of(_courses(year, "cixi", host="nb-cixi", division="522634"))


@figure(
    "E8",
    label=_("Seconded through the Organization Department"),
    unit="persons",
    definition=_("Persons in those batches of E2 that the Organization Department arranged."),
)
def seconded_by_organization(year: Year):
    return _people_of(_secondments(year, "organization", host="nb-zuzhi"))


@figure(
    "E9",
    label=_("Seconded through the Education Bureau"),
    unit="persons",
    definition=_("Persons in those batches of E2 that the Municipal Education Bureau arranged."),
)
def seconded_by_education(year: Year):
    return _people_of(_secondments(year, "education", host="nb-jiaoyu"))


@figure(
    "E10",
    label=_("Seconded through Industry and Commerce"),
    unit="persons",
    definition=_(
        "Persons in those batches of E2 that the Administration of Industry and Commerce arranged."
    ),
)
def seconded_by_commerce(year: Year):
    return _people_of(_secondments(year, "commerce", host="nb-gongshang"))


# -- G. social poverty alleviation ----------------------------------------------------------------


def _allocations(year: Year, name: str, **query: str) -> Part:
    filters = (("year", str(year.year)), ("state", "posted"), *query.items())
    return Part(
        "allocations", _("allocations"), year.allocations[name], "projects:allocation-list", filters
    )


@figure(
    "G1",
    label=_("Mr Zhu Yinglong, school building"),
    unit="yuan",
    definition=_("Allocated in the year from the fund that Mr Zhu Yinglong gives for schools."),
)
def zhu_yinglong(year: Year):
    fund = {"fund": str(year.keys["zhu"])} if "zhu" in year.keys else {"q": ZHU_KEY}
    return _money_of(_allocations(year, "zhu", **fund))


@figure(
    "G2",
    label=_("Other social aid funds used"),
    unit="yuan",
    definition=_("Allocated in the year from every other fund of gifts."),
)
def other_social_aid(year: Year):
    but_zhu = {"other_than": str(year.keys["zhu"])} if "zhu" in year.keys else {}
    return _money_of(_allocations(year, "other", money="donated", **but_zhu))
