"""What the lists of funds and closings can be filtered by. Page and address share it."""

import django_filters as filters
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.text import half_width
from ledger.models import Fund, PeriodClosing, ProjectType

LEFT = [("yes", _("yes")), ("no", _("no"))]


def custodians(request):
    return Office.objects.filter(pk__in=Fund.objects.visible_to(request.user).values("custodian"))


class FundFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Search"), method="search")
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Fund.Kind.choices)
    custodian = filters.ModelChoiceFilter(label=_("Custodian"), queryset=custodians)
    type = filters.ChoiceFilter(
        label=_("May be spent on"), choices=ProjectType.choices, method="for_type"
    )
    left = filters.ChoiceFilter(label=_("Has free money"), choices=LEFT, method="with_money_left")

    class Meta:
        model = Fund
        fields: list[str] = []

    def search(self, rows, name, value):
        return rows.found(value)

    def for_type(self, rows, name, value):
        return rows.filter(project_types=[]) | rows.filter(project_types__contains=[value])

    def with_money_left(self, rows, name, value):
        is_spent = {"pool__spent": F("pool__received")}
        return rows.exclude(**is_spent) if value == "yes" else rows.filter(**is_spent)


class PeriodClosingFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Search"), method="search")
    state = filters.ChoiceFilter(
        label=_("State"), field_name="status", choices=PeriodClosing.Status.choices
    )

    class Meta:
        model = PeriodClosing
        fields: list[str] = []

    def search(self, rows, name, value):
        return rows.filter(number__startswith=half_width(value.strip()).upper())
