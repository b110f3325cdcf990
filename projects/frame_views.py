"""The pages of what projects stand in: agreements, plan periods, disasters, villages.

Rule: what was done is counted from the projects; nothing on these pages is typed twice.
"""

from typing import Any

import django_filters as filters
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.lists import Column
from core.money import yuan
from core.views import Records
from core.workflow import with_waiting
from projects.filters import CaseFilter, YesNoFilter, counties, supporters, years
from projects.frame_forms import AgreementForm, DisasterForm, PlanPeriodForm, VillageForm
from projects.models import (
    HELD,
    PAID,
    Agreement,
    Disaster,
    FundingLine,
    PlanPeriod,
    Project,
    Village,
)
from projects.targets import reached

SHOWN = 400


def sums_of(projects: QuerySet) -> dict[str, Any]:
    """How many projects, and their agreed, received and paid yuan."""
    lines = FundingLine.objects.filter(project__in=projects.order_by().values("pk"))
    money = lines.aggregate(held=HELD, paid=PAID)
    agreed = projects.aggregate(sum=Sum("agreed_amount"), count=Count("pk"))
    paid = money["paid"] or 0
    return {
        "count": agreed["count"],
        "agreed": agreed["sum"] or 0,
        "received": yuan((money["held"] or 0) + paid),
        "paid": yuan(paid),
    }


# -- agreements -----------------------------------------------------------------------------------


class AgreementFilter(CaseFilter):
    year = filters.ChoiceFilter(label=_("Year"), choices=years)
    state = filters.ChoiceFilter(
        label=_("State"), field_name="status", choices=Agreement.Status.choices
    )
    supporter = filters.ModelChoiceFilter(label=_("Supporting side"), queryset=supporters)

    class Meta:
        model = Agreement
        fields = []


def agreement_panels(request: HttpRequest, agreement: Agreement) -> dict[str, Any]:
    lines = Project.objects.filter(agreement=agreement)
    standing = lines.exclude(status=Project.Status.CANCELLED)
    sums = sums_of(standing)
    return {
        "lines": lines.visible_to(request.user).for_list().order_by("number")[:SHOWN],
        "sums": sums,
        "difference": agreement.amount - sums["agreed"],
        "targets": reached(agreement.targets, lines),
    }


def with_lines(agreements: QuerySet) -> QuerySet:
    """Rows of the list with the number and the sum of their projects."""
    standing = ~Q(projects__status=Project.Status.CANCELLED)
    return with_waiting(agreements.for_list()).annotate(
        line_count=Count("projects", filter=standing),
        line_sum=Sum("projects__agreed_amount", filter=standing),
    )


AGREEMENTS = Records(
    app="projects",
    name="agreement",
    model=Agreement,
    title=_("Annual agreements"),
    new_title=_("New agreement"),
    filterset=AgreementFilter,
    form=AgreementForm,
    columns=[
        Column("number", _("Agreement"), ("number",)),
        Column("year", _("Year"), ("year",), css="n"),
        Column("receiver", _("Receiving side"), ("receiver__key",)),
        Column("state", _("State"), ("status",)),
        Column("lines", _("Projects"), css="n"),
        Column("sum", _("Sum of the projects"), css="n money"),
        Column("amount", _("Agreed total"), ("amount",), css="n money"),
        Column("waiting", _("Waiting"), ("waiting_since",), css="n"),
    ],
    row_template="projects/_agreement_row.html",
    detail_template="projects/agreement_detail.html",
    rows=with_lines,
    panels=agreement_panels,
    views=[(_("All"), ""), (_("Waiting for me"), "waiting=me"), (_("2010"), "year=2010")],
    empty=_("The year’s agreement with each prefecture is entered here and signed by both sides."),
)

# -- plan periods ---------------------------------------------------------------------------------


class PlanPeriodFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Search"), field_name="name_zh", lookup_expr="icontains")

    class Meta:
        model = PlanPeriod
        fields = []


def period_panels(request: HttpRequest, period: PlanPeriod) -> dict[str, Any]:
    projects = Project.objects.filter(year__range=(period.first_year, period.last_year))
    by_year = (
        projects.counted()
        .order_by("year")
        .values("year")
        .annotate(count=Count("pk"), agreed=Sum("agreed_amount"))
    )
    return {"targets": reached(period.targets, projects), "by_year": by_year}


PERIODS = Records(
    app="projects",
    name="planperiod",
    model=PlanPeriod,
    title=_("Plan periods"),
    new_title=_("New plan period"),
    filterset=PlanPeriodFilter,
    form=PlanPeriodForm,
    columns=[
        Column("name", _("Plan period"), ("pinyin",)),
        Column("years", _("Years"), ("first_year",)),
        Column("document", _("Document"), css="mid"),
    ],
    default_sort="-years",
    row_template="projects/_planperiod_row.html",
    detail_template="projects/planperiod_detail.html",
    panels=period_panels,
    empty=_("A five-year plan with its targets is entered here."),
)

# -- disasters ------------------------------------------------------------------------------------


class DisasterFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Search"), method="search")
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Disaster.Kind.choices)

    class Meta:
        model = Disaster
        fields = []

    def search(self, rows, name, value):
        return rows.found(value)


def disaster_panels(request: HttpRequest, disaster: Disaster) -> dict[str, Any]:
    counted = Project.objects.filter(disaster=disaster).counted()
    reach = counted.aggregate(
        towns=Count("town", distinct=True),
        counties=Count("county", distinct=True),
        people=Sum("people_count"),
        schools=Count("school__school", distinct=True),
    )
    return {
        "sums": sums_of(counted),
        "reach": reach,
        "works": _counted(counted, "waterworks", "means"),
        "industries": _counted(counted, "industrybase", "product"),
        "places": disaster.places.order_by("code"),
    }


def _counted(projects: QuerySet, detail: str, name: str) -> list[tuple[str, int]]:
    """How many projects have each value of a field of a detail, in words."""
    field = Project._meta.get_field(detail).related_model._meta.get_field(name)
    words = dict(field.flatchoices)
    rows = (
        projects.filter(**{f"{detail}__isnull": False})
        .order_by()
        .values_list(f"{detail}__{name}")
        .annotate(count=Count("pk"))
    )
    return sorted(((str(words[value]), count) for value, count in rows), key=lambda row: -row[1])


DISASTERS = Records(
    app="projects",
    name="disaster",
    model=Disaster,
    title=_("Disasters"),
    new_title=_("New disaster"),
    filterset=DisasterFilter,
    form=DisasterForm,
    columns=[
        Column("name", _("Disaster"), ("pinyin",)),
        Column("kind", _("Kind"), ("kind",)),
        Column("began", _("Began on"), ("started_on",)),
        Column("ended", _("Ended on"), ("ended_on",)),
        Column("projects", _("Projects"), css="n"),
    ],
    default_sort="-began",
    row_template="projects/_disaster_row.html",
    detail_template="projects/disaster_detail.html",
    rows=lambda rows: rows.annotate(project_count=Count("projects")),
    panels=disaster_panels,
    empty=_("A drought, a flood or an earthquake is entered here, as the parent of its projects."),
)

# -- villages -------------------------------------------------------------------------------------


class VillageFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Search"), method="search")
    county = filters.ModelChoiceFilter(label=_("County"), queryset=counties)
    old_base = YesNoFilter(label=_("Old revolutionary base"), field_name="is_old_base")
    advanced = YesNoFilter(label=_("Whole-village advancement finished"), method="is_advanced")
    advanced_from = filters.NumberFilter(
        label=_("Advanced from year"), field_name="advanced_in", lookup_expr="gte"
    )
    advanced_to = filters.NumberFilter(
        label=_("Advanced to year"), field_name="advanced_in", lookup_expr="lte"
    )
    model = YesNoFilter(label=_("Model village"), method="is_model")

    class Meta:
        model = Village
        fields = []

    def search(self, rows, name, value):
        return rows.found(value)

    def is_advanced(self, rows, name, value):
        return rows.filter(advanced_in__isnull=not value)

    def is_model(self, rows, name, value):
        projects = Project.objects.counted().filter(
            types__contains=[Project.Type.MODEL_VILLAGE], village__isnull=False
        )
        among = Q(pk__in=projects.values("village"))
        return rows.filter(among if value else ~among)


def village_panels(request: HttpRequest, village: Village) -> dict[str, Any]:
    here = Project.objects.filter(Q(village=village) | Q(pk__in=village.sites.values("project")))
    projects = here.visible_to(request.user).for_list().order_by("-year", "-number")
    by_year = (
        here.counted()
        .order_by("-year")
        .values("year")
        .annotate(count=Count("pk", distinct=True), agreed=Sum("agreed_amount"))
    )
    return {"projects": projects[:SHOWN], "by_year": by_year, "sums": sums_of(here.counted())}


def with_years(villages: QuerySet) -> QuerySet:
    counted = Q(projects__status__in=Project.STANDING)
    return villages.for_list().annotate(
        project_count=Count("projects", filter=counted),
        first_year=Min("projects__year", filter=counted),
        last_year=Max("projects__year", filter=counted),
    )


VILLAGES = Records(
    app="projects",
    name="village",
    model=Village,
    title=_("Villages"),
    new_title=_("New village"),
    filterset=VillageFilter,
    form=VillageForm,
    columns=[
        Column("name", _("Village"), ("pinyin",)),
        Column("county", _("County"), ("county__code", "pinyin")),
        Column("marks", _("Marks"), css="mid"),
        Column("projects", _("Projects"), css="n"),
        Column("years", _("Years"), css="n"),
    ],
    default_sort="county",
    row_template="projects/_village_row.html",
    detail_template="projects/village_detail.html",
    rows=with_years,
    panels=village_panels,
    views=[
        (_("All"), ""),
        (_("Model villages"), "model=yes"),
        (_("Old revolutionary base villages"), "old_base=yes"),
        (_("Advanced as whole villages"), "advanced=yes"),
    ],
    empty=_("Villages come with the projects that are entered for them."),
)
