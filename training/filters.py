"""What the lists of courses and secondments are filtered by; page and export share it.

Rule: a record belongs to the year in which it starts.
"""

from datetime import date

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from core.forms import CountField
from core.models import Division
from training.models import Course, Secondment, Status

FIRST_YEAR, LAST_YEAR = 1996, 2100


class YearField(CountField):
    def __init__(self, **kwargs):
        super().__init__(min_value=FIRST_YEAR, max_value=LAST_YEAR, **kwargs)


class YearFilter(django_filters.Filter):
    """The records that start in a year, found by the index of the day."""

    field_class = YearField

    def filter(self, queryset, value):
        if value is None:
            return queryset
        return queryset.filter(starts_on__range=(date(value, 1, 1), date(value, 12, 31)))


def divisions(request):
    return Division.objects.filter(pk__in=_used(Course, "division"))


def _used(model, name: str):
    return model.objects.order_by().values_list(name, flat=True).distinct()


class TrainingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Search"))
    year = YearFilter(label=_("Year"))
    status = django_filters.ChoiceFilter(choices=Status.choices, label=_("State"))

    def search(self, queryset, name, value):
        return queryset.found(value)


def hosts(request):
    return Office.objects.filter(pk__in=_used(Course, "office"))


def arrangers(request):
    return Office.objects.filter(pk__in=_used(Secondment, "office"))


class CourseFilter(TrainingFilter):
    kind = django_filters.ChoiceFilter(choices=Course.Kind.choices, label=_("Kind"))
    host = django_filters.ModelChoiceFilter(
        field_name="office", queryset=hosts, label=pgettext_lazy("a course", "Held by")
    )
    division = django_filters.ModelChoiceFilter(queryset=divisions, label=_("County or prefecture"))

    class Meta:
        model = Course
        fields = ()


class SecondmentFilter(TrainingFilter):
    rank = django_filters.ChoiceFilter(choices=Secondment.Rank.choices, label=_("Rank"))
    direction = django_filters.ChoiceFilter(
        choices=Secondment.Direction.choices, label=_("Direction")
    )
    host = django_filters.ModelChoiceFilter(
        field_name="office", queryset=arrangers, label=_("Arranged by")
    )

    class Meta:
        model = Secondment
        fields = ()
