"""What the public list of projects can be filtered by.

Rule: only projects that stand are ever offered, and only places and programmes that have some.
"""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.models import Division
from donations.models import Gift, Programme
from projects.models import Project
from reports.tallies import years_with_records


def counties(request) -> QuerySet:
    """The counties of the prefectures that receive aid, in the order of their codes."""
    with_projects = Project.objects.counted().order_by().values("county").distinct()
    return Division.objects.filter(pk__in=with_projects).order_by("code", "id")


def programmes(request) -> QuerySet:
    return Programme.objects.for_public_display().order_by("id")


def years() -> list[tuple[int, str]]:
    return [(year, str(year)) for year in years_with_records()]


class PublicProjectFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Search"))
    year = django_filters.ChoiceFilter(choices=years, label=_("Year"), empty_label=_("every year"))
    county = django_filters.ModelChoiceFilter(
        queryset=counties, label=_("County"), empty_label=_("every county")
    )
    programme = django_filters.ModelChoiceFilter(
        queryset=programmes,
        method="of_programme",
        to_field_name="key",
        label=_("Programme"),
        empty_label=_("every programme"),
    )
    kind = django_filters.ChoiceFilter(
        choices=[
            (Project.Kind.GOVERNMENT.value, _("from public budgets")),
            (Project.Kind.SOCIAL.value, _("from gifts")),
        ],
        label=_("Paid from"),
        empty_label=_("budgets and gifts"),
    )
    status = django_filters.ChoiceFilter(
        choices=[
            (Project.Status(value).value, Project.Status(value).label) for value in Project.STANDING
        ],
        label=_("State"),
        empty_label=_("every state"),
    )

    class Meta:
        model = Project
        fields = ()

    def search(self, queryset, name, value):
        return queryset.found(value)

    def of_programme(self, queryset, name, value):
        """Projects that have money of the programme; a line is there once money has come."""
        return queryset.filter(lines__fund=value.fund_id)


class PublicGiftFilter(django_filters.FilterSet):
    year = django_filters.ChoiceFilter(
        choices=years, field_name="received_on__year", label=_("Year"), empty_label=_("every year")
    )
    programme = django_filters.ModelChoiceFilter(
        queryset=programmes,
        to_field_name="key",
        label=_("Programme"),
        empty_label=_("every programme"),
    )

    class Meta:
        model = Gift
        fields = ()
