"""What the lists of twinnings and organisations can be filtered by.

Rule: the page, its address and its export share the filter.
"""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.forms import DayField
from core.models import Division
from partnerships.models import Organisation, Twinning


class DayFilter(filters.Filter):
    """A day, typed as in any form."""

    field_class = DayField


def receiving_prefectures(request):
    """The prefectures that receive aid."""
    prefectures = Office.objects.filter(side=Office.Side.RECEIVING, parent=None)
    return Division.objects.filter(pk__in=prefectures.values("division"))


class TwinningFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Search"), method="search")
    on = DayFilter(label=_("In force on"), method="in_force", may_be_future=True)
    level = filters.ChoiceFilter(label=_("Level"), choices=Twinning.Level.choices)
    prefecture = filters.ModelChoiceFilter(
        label=_("Prefecture"), queryset=receiving_prefectures, method="in_prefecture"
    )

    class Meta:
        model = Twinning
        fields = []

    def search(self, rows, name, value):
        offices = Office.objects.found(value)
        return rows.filter(supporter__in=offices) | rows.filter(receiver__in=offices)

    def in_force(self, rows, name, value):
        return rows.on(value)

    def in_prefecture(self, rows, name, value):
        own = rows.filter(receiver__division=value)
        return own | rows.filter(receiver__division__parent=value)


class OrganisationFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Search"), method="search")
    kind = filters.ChoiceFilter(label=_("Kind"), choices=Organisation.Kind.choices)

    class Meta:
        model = Organisation
        fields = []

    def search(self, rows, name, value):
        return rows.found(value)
