"""What the lists of projects, allocations, payments and appropriations can be filtered by.

Rule: the page, its address and its export share the filter; a filter never doubles a row.
"""

from collections.abc import Callable
from datetime import date, timedelta

import django_filters as filters
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.models import Division
from core.text import half_width
from core.workflow import together, waiting_for
from ledger.models import Fund
from partnerships.filters import receiving_prefectures
from projects.models import (
    Agreement,
    Allocation,
    Amendment,
    Appropriation,
    Disaster,
    Finding,
    FundingLine,
    IndustryBase,
    Objection,
    Payment,
    ProgressReport,
    Project,
    Surplus,
)

FIRST_YEAR = 1996
YES_NO = [("", "---------"), ("yes", _("yes")), ("no", _("no"))]


def years() -> list[tuple[int, str]]:
    """The years since the pairing began, the latest first."""
    return [(year, str(year)) for year in range(timezone.localdate().year, FIRST_YEAR - 1, -1)]


def counties(request):
    """Every county that receives aid, under its code of any year."""
    prefectures = receiving_prefectures(request)
    return Division.objects.filter(level=Division.Level.COUNTY, parent__in=prefectures)


def funds(request):
    return Fund.objects.visible_to(request.user)


def agreements(request):
    return Agreement.objects.visible_to(request.user) if request else Agreement.objects.none()


def supporters(request):
    return Office.objects.filter(side=Office.Side.SUPPORTING)


def waits_for(user, rows):
    """The rows that wait for a move which this person may make."""
    waiting = waiting_for(user)
    mine = [queue.records for queue in waiting if queue.workflow.model is rows.model]
    return rows.filter(pk__in=together(mine)) if mine else rows.none()


class YesNoFilter(filters.TypedChoiceFilter):
    """Yes, no, or not asked."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, choices=YES_NO, coerce=lambda value: value == "yes", **kwargs)


class CaseFilter(filters.FilterSet):
    """What every list of cases has: the search, and what waits for the reader."""

    q = filters.CharFilter(label=_("Search"), method="search")
    waiting = filters.ChoiceFilter(
        label=_("Waiting"), choices=[("me", _("for me"))], method="waits_for_reader"
    )

    def search(self, rows, name, value):
        return rows.found(value)

    def waits_for_reader(self, rows, name, value):
        return waits_for(self.request.user, rows)


State = Project.Status
STAGES: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "preparing": (
        _("in preparation"),
        (
            State.DRAFT,
            State.PROPOSED,
            State.SURVEYED,
            State.REVIEWED,
            State.IN_LIBRARY,
            State.AGREED,
        ),
    ),
    "working": (_("being worked on"), (State.APPROVED, State.UNDER_WAY)),
    "finishing": (
        _("finished, not closed"),
        (State.COMPLETED, State.ACCEPTED, State.SETTLED, State.HANDED_OVER),
    ),
    "troubled": (_("in difficulty"), (State.RETURNED, State.SUSPENDED, State.RECOVERING)),
    "over": (_("closed or cancelled"), (State.CLOSED, State.CANCELLED)),
}
SILENT_DAYS = 90


def without_report(today: date) -> Q:
    """Under way, and nothing reported for so many days."""
    since = today - timedelta(days=SILENT_DAYS)
    reports = ProgressReport.objects.standing().filter(project=OuterRef("pk"))
    late = Q(started_on__lt=since) & ~Exists(reports.filter(reported_on__gte=since))
    return Q(status=State.UNDER_WAY) & late


def with_late_finding(today: date) -> Q:
    findings = Finding.objects.standing().filter(rectified_on__isnull=True, due_on__lt=today)
    return Q(pk__in=findings.values("project"))


def with_open_objection(today: date) -> Q:
    objections = Objection.objects.standing().filter(replied_on__isnull=True)
    return Q(pk__in=objections.values("project"))


def without_money(today: date) -> Q:
    """Approved, and nobody has proposed an allocation or bound a gift to it."""
    asked = Allocation.objects.exclude(status=Allocation.Status.DECLINED)
    has_any = Exists(asked.filter(project=OuterRef("pk")))
    has_line = Exists(FundingLine.objects.filter(project=OuterRef("pk")))
    return Q(status__in=(State.APPROVED, State.UNDER_WAY)) & ~has_any & ~has_line


LACKS: dict[str, tuple[str | Promise, Callable[[date], Q]]] = {
    "report": (_("a report for 90 days"), without_report),
    "rectification": (_("a finding put right in time"), with_late_finding),
    "answer": (_("the answer to an objection"), with_open_objection),
    "money": (_("money set aside"), without_money),
}


class ProjectFilter(CaseFilter):
    year = filters.ChoiceFilter(label=_("Year"), choices=years)
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Project.Kind.choices)
    type = filters.ChoiceFilter(
        label=_("What it is for"), choices=Project.Type.choices, method="of_type"
    )
    state = filters.ChoiceFilter(
        label=_("State"), field_name="status", choices=Project.Status.choices
    )
    stage = filters.ChoiceFilter(
        label=_("Stage"),
        choices=[(key, words) for key, (words, _states) in STAGES.items()],
        method="at_stage",
    )
    lacks = filters.ChoiceFilter(
        label=_("Lacks"),
        choices=[(key, words) for key, (words, _which) in LACKS.items()],
        method="that_lack",
    )
    prefecture = filters.ModelChoiceFilter(
        label=_("Prefecture"), field_name="county__parent", queryset=receiving_prefectures
    )
    county = filters.ModelChoiceFilter(label=_("County"), queryset=counties)
    supporter = filters.ModelChoiceFilter(label=_("Supporting side"), queryset=supporters)
    fund = filters.ModelChoiceFilter(label=_("Fund"), queryset=funds, method="of_fund")
    integrated = YesNoFilter(label=_("Integrated"), field_name="is_integrated")
    relief = YesNoFilter(label=_("Drought relief"), field_name="is_drought_relief")
    disaster = filters.ModelChoiceFilter(label=_("Disaster"), queryset=Disaster.objects.all())
    agreement = filters.ModelChoiceFilter(label=_("Annual agreement"), queryset=agreements)
    product = filters.ChoiceFilter(
        label=_("Product"),
        field_name="industrybase__product",
        choices=IndustryBase.Product.choices,
    )
    eco_base = YesNoFilter(label=_("Eco-agriculture base"), field_name="industrybase__is_eco_base")
    variety = YesNoFilter(label=_("Variety introduced"), method="with_variety")
    year_from = filters.NumberFilter(label=_("From year"), field_name="year", lookup_expr="gte")
    year_to = filters.NumberFilter(label=_("To year"), field_name="year", lookup_expr="lte")
    counted = YesNoFilter(label=_("Counted in the figures"), method="that_count")

    class Meta:
        model = Project
        fields = []

    def that_count(self, rows, name, value):
        return rows.counted() if value else rows.exclude(status__in=Project.STANDING)

    def with_variety(self, rows, name, value):
        named = rows.filter(industrybase__isnull=False).exclude(industrybase__variety="")
        return named if value else rows.exclude(pk__in=named.values("pk"))

    def at_stage(self, rows, name, value):
        return rows.filter(status__in=STAGES[value][1])

    def that_lack(self, rows, name, value):
        return rows.filter(LACKS[value][1](timezone.localdate()))

    def of_type(self, rows, name, value):
        return rows.filter(types__contains=[value])

    def of_fund(self, rows, name, value):
        return rows.filter(pk__in=FundingLine.objects.filter(fund=value).values("project"))


class MoneyFilter(CaseFilter):
    """What the lists of money share. `fund_path` and `project_path` lead from the row."""

    fund_path = "fund"
    project_path = "project"

    def search(self, rows, name, value):
        return rows.filter(self.sought(value.strip()))

    def sought(self, text: str) -> Q:
        known = Project.objects.found(text).values("pk")
        number = Q(number__startswith=half_width(text).upper())
        return number | Q(**{f"{self.project_path}__in": known})

    def of_kind(self, rows, name, value):
        return rows.filter(**{f"{self.fund_path}__kind": value})

    def of_project(self, rows, name, value):
        return rows.filter(**{f"{self.project_path}__number__iexact": value.strip()})


MONEY = {"label": _("Whose money"), "choices": Fund.Kind.choices, "method": "of_kind"}
PROJECT = {"label": _("Project number"), "method": "of_project"}


class AmendmentFilter(MoneyFilter):
    project_path = "project"

    project = filters.CharFilter(**PROJECT)
    state = filters.ChoiceFilter(
        label=_("State"), field_name="status", choices=Amendment.Status.choices
    )

    class Meta:
        model = Amendment
        fields = []


class AllocationFilter(MoneyFilter):
    project = filters.CharFilter(**PROJECT)
    fund = filters.ModelChoiceFilter(label=_("Fund"), queryset=funds)
    state = filters.ChoiceFilter(
        label=_("State"), field_name="status", choices=Allocation.Status.choices
    )
    year = filters.ChoiceFilter(label=_("Year"), field_name="allocated_on__year", choices=years)
    money = filters.ChoiceFilter(**MONEY)
    relief = YesNoFilter(label=_("Drought relief"), field_name="project__is_drought_relief")
    other_than = filters.ModelChoiceFilter(
        label=_("Other than from the fund"), field_name="fund", queryset=funds, exclude=True
    )

    class Meta:
        model = Allocation
        fields = []


class PaymentFilter(MoneyFilter):
    fund_path = "line__fund"
    project_path = "line__project"

    project = filters.CharFilter(**PROJECT)
    fund = filters.ModelChoiceFilter(label=_("Fund"), field_name="line__fund", queryset=funds)
    state = filters.ChoiceFilter(
        label=_("State"), field_name="status", choices=Payment.Status.choices
    )
    year = filters.ChoiceFilter(label=_("Year"), field_name="paid_on__year", choices=years)
    money = filters.ChoiceFilter(**MONEY)
    relief = YesNoFilter(label=_("Drought relief"), field_name="line__project__is_drought_relief")

    class Meta:
        model = Payment
        fields = []

    def sought(self, text: str) -> Q:
        return super().sought(text) | Q(voucher__startswith=text)


class AppropriationFilter(CaseFilter):
    fund = filters.ModelChoiceFilter(label=_("Fund"), queryset=funds)
    source = filters.ModelChoiceFilter(label=_("Whose budget"), queryset=supporters)
    state = filters.ChoiceFilter(
        label=_("State"), field_name="status", choices=Appropriation.Status.choices
    )
    year = filters.ChoiceFilter(label=_("Year"), field_name="received_on__year", choices=years)
    relief = YesNoFilter(label=_("Relief grant"), method="for_relief")

    class Meta:
        model = Appropriation
        fields = []

    def search(self, rows, name, value):
        text = value.strip()
        number = Q(number__startswith=half_width(text).upper())
        return rows.filter(number | Q(document__icontains=text))

    def for_relief(self, rows, name, value):
        return rows.filter(relief_for__isnull=not value)


class SurplusFilter(MoneyFilter):
    fund_path = "line__fund"
    project_path = "line__project"

    project = filters.CharFilter(**PROJECT)
    state = filters.ChoiceFilter(
        label=_("State"), field_name="status", choices=Surplus.Status.choices
    )

    class Meta:
        model = Surplus
        fields = []
