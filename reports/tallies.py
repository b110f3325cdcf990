"""The records of one year, counted: each property is one query, shared by the figures that need it.

Rule: only what stands counts - projects that are approved and not cancelled, money that is posted,
courses and batches that are confirmed.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Office
from core.models import Division
from core.money import FEN
from donations.models import Gift, GoodsGift
from ledger.models import Fund
from projects.models import Agreement, Allocation, Appropriation, Project, Site, Village
from training.models import Course, Secondment

ZHU_KEY = "zhu-yinglong"
ZHU = Q(fund__programme__key=ZHU_KEY)
OFFICES = ("nb-xiangshan", "nb-jiangbei", "nb-cixi", "nb-zuzhi", "nb-jiaoyu", "nb-gongshang")
DIVISIONS = ("522622", "522327", "522634")
GOVERNMENT = Q(kind=Project.Kind.GOVERNMENT)
INTEGRATED = GOVERNMENT & Q(is_integrated=True)
RELIEF = Q(is_drought_relief=True)
SINCE = 2006  # the first year of the Eleventh Five-Year Plan
# The kinds that the yearbook names, in its order.
KINDS = ("model_village", "industry", "water", "school", "cadre_training", "skills_training")


@dataclass(frozen=True)
class Tally:
    """How many records, and what they add up to. `amount` is yuan, None where they hold none."""

    count: int = 0
    amount: Decimal | None = None
    people: int = 0
    villages: int = 0


class Year:
    """What the records say of one year. Nothing is asked before it is needed, nothing twice."""

    def __init__(self, year: int):
        self.year = year

    @cached_property
    def keys(self) -> dict[str, int]:
        """Primary keys that addresses of lists need: of offices by key, of divisions by code, and
        of Mr Zhu's fund as "zhu"."""
        offices = Office.objects.filter(key__in=OFFICES).values_list("key", "pk")
        divisions = Division.objects.filter(code__in=DIVISIONS).values_list("code", "pk")
        zhu = Fund.objects.filter(programme__key=ZHU_KEY).values_list("pk", flat=True).first()
        return {**dict(offices), **dict(divisions), **({"zhu": zhu} if zhu else {})}

    @cached_property
    def projects(self) -> dict[str, Tally]:
        wanted = {
            "all": Q(),
            "government": GOVERNMENT,
            "social": Q(kind=Project.Kind.SOCIAL),
            "integrated": INTEGRATED,
            "villages": INTEGRATED & Q(types__contains=[Project.Type.MODEL_VILLAGE]),
            "industry": INTEGRATED & Q(types__contains=[Project.Type.INDUSTRY]),
            "relief": RELIEF,
            "relief_works": RELIEF & Q(types__contains=[Project.Type.WATER]),
            "relief_industry": RELIEF & Q(types__contains=[Project.Type.INDUSTRY]),
            "varieties": Q(industrybase__isnull=False) & ~Q(industrybase__variety=""),
            **{f"kind_{kind}": Q(types__contains=[kind]) for kind in KINDS},
        }
        rows = Project.objects.counted().filter(year=self.year)
        return tallies(rows, wanted, amount="agreed_amount", villages="village")

    @cached_property
    def reach(self) -> dict[str, int]:
        """Towns, counties, people and schools of the projects of drought relief."""
        rows = Project.objects.counted().filter(RELIEF, year=self.year)
        found = rows.order_by().aggregate(
            counties=Count("county", distinct=True),
            people=Sum("people_count"),
            schools=Sum("relief__schools"),
        )
        places = rows.filter(town__isnull=False).order_by().values("town")
        sites = Site.objects.filter(project__in=rows, town__isnull=False).order_by().values("town")
        return {name: value or 0 for name, value in found.items()} | {
            "towns": places.union(sites).count()
        }

    @cached_property
    def first_year(self) -> int:
        """The first plan year of what is counted over years."""
        return min(SINCE, self.year)

    @cached_property
    def since(self) -> dict[str, Tally]:
        """Model villages and eco-agriculture bases of all years from the first on."""
        wanted = {
            "villages": INTEGRATED & Q(types__contains=[Project.Type.MODEL_VILLAGE]),
            "bases": Q(industrybase__is_eco_base=True),
        }
        rows = Project.objects.counted().filter(year__range=(self.first_year, self.year))
        return tallies(rows, wanted, amount="agreed_amount", villages="village")

    @cached_property
    def agreements(self) -> Tally:
        signed = Agreement.objects.filter(year=self.year, status=Agreement.Status.SIGNED)
        return tally(signed, amount="amount", villages="receiver")

    @cached_property
    def old_base_villages(self) -> Tally:
        years = (self.first_year, self.year)
        return tally(Village.objects.filter(is_old_base=True, advanced_in__range=years))

    @cached_property
    def grants(self) -> Tally:
        rows = Appropriation.objects.posted().filter(
            relief_for__isnull=False, received_on__year=self.year
        )
        return tally(rows, amount="amount")

    @cached_property
    def relief_gifts(self) -> Tally:
        rows = Gift.objects.posted().filter(
            programme__is_drought_relief=True, received_on__year=self.year
        )
        return tally(rows, amount="amount")

    @cached_property
    def relief_goods(self) -> Tally:
        rows = GoodsGift.objects.confirmed().filter(
            programme__is_drought_relief=True,
            received_on__year=self.year,
            value_amount__isnull=False,
        )
        return tally(rows, amount="value_amount")

    @cached_property
    def courses(self) -> dict[str, Tally]:
        wanted = {
            "all": Q(),
            "new_rural": Q(kind=Course.Kind.NEW_RURAL),
            "xiangshan": Q(office__key="nb-xiangshan", division__code="522622"),
            "jiangbei": Q(office__key="nb-jiangbei", division__code="522327"),
            "cixi": Q(office__key="nb-cixi", division__code="522634"),
        }
        rows = Course.objects.confirmed().filter(starts_on__year=self.year)
        return tallies(rows, wanted, people="people_count")

    @cached_property
    def secondments(self) -> dict[str, Tally]:
        wanted = {
            "all": Q(),
            "organization": Q(office__key="nb-zuzhi"),
            "education": Q(office__key="nb-jiaoyu"),
            "commerce": Q(office__key="nb-gongshang"),
        }
        rows = Secondment.objects.confirmed().filter(starts_on__year=self.year)
        return tallies(rows, wanted, people="people_count")

    @cached_property
    def allocations(self) -> dict[str, Tally]:
        wanted = {"zhu": ZHU, "other": Q(fund__kind="donated") & ~ZHU}
        rows = Allocation.objects.posted().filter(allocated_on__year=self.year)
        return tallies(rows, wanted, amount="amount")


def tally(rows: QuerySet, **sums: str) -> Tally:
    return tallies(rows, {"all": Q()}, **sums)["all"]


def tallies(
    rows: QuerySet, wanted: dict[str, Q], *, amount: str = "", people: str = "", villages: str = ""
) -> dict[str, Tally]:
    """Counts several sets of the same rows in one query.

    `amount` and `people` name the column that is added up, `villages` the one whose different
    values are counted, mostly villages.
    """
    asked: dict[str, Any] = {}
    for name, condition in wanted.items():
        asked[f"{name}_count"] = Count("pk", filter=condition)
        if amount:
            asked[f"{name}_amount"] = Sum(amount, filter=condition)
        if people:
            asked[f"{name}_people"] = Sum(people, filter=condition)
        if villages:
            asked[f"{name}_villages"] = Count(villages, filter=condition, distinct=True)
    found = rows.order_by().aggregate(**asked)
    return {
        name: Tally(
            count=found[f"{name}_count"],
            amount=(found[f"{name}_amount"] or Decimal(0)).quantize(FEN) if amount else None,
            people=found.get(f"{name}_people") or 0,
            villages=found.get(f"{name}_villages") or 0,
        )
        for name in wanted
    }


def latest_year() -> int | None:
    """The last plan year with a project that counts."""
    return Project.objects.counted().order_by().aggregate(last=Max("year"))["last"]


def full_year() -> int | None:
    """The last plan year that is over and has a project that counts; else the running one."""
    over = Project.objects.counted().filter(year__lt=timezone.localdate().year)
    return over.order_by().aggregate(last=Max("year"))["last"] or latest_year()


def years_with_records() -> list[int]:
    """The plan years that have projects that count, the latest first."""
    years = Project.objects.counted().order_by().values_list("year", flat=True).distinct()
    return sorted(years, reverse=True)
