"""Money on its way as a list, what a fund has promised, and what of money the start page points to.

Rule: what is counted leads to the list that counts it; nothing is moved here.
"""

from typing import Any

import django_filters as filters
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core import views
from core.lists import COUNT_CAP, Column
from core.requests import Request
from core.text import half_width
from core.views import Records
from ledger.models import Fund
from projects.commitments import commitments_of, committed, free_of
from projects.filters import PROJECT, counties, without_money, years
from projects.models import Hop, Payment, Project, Remittance
from projects.models.limits import PLACES

SHOWN = 50  # projects to which a fund owes most
ARRIVED = PLACES[-1]


def told_of(*places: str) -> Exists:
    """Whether somebody has said that a remittance arrived at one of the places."""
    hops = Hop.objects.standing().filter(remittance=OuterRef("pk"), place__in=places)
    return Exists(hops)


def under_way() -> Q:
    return ~Q(told_of(ARRIVED)) & Q(struck_at__isnull=True)


# -- the list -------------------------------------------------------------------------------------


class RemittanceFilter(filters.FilterSet):
    q = filters.CharFilter(label=gettext_lazy("Search"), method="search")
    way = filters.ChoiceFilter(
        label=gettext_lazy("Way"),
        choices=[
            ("under_way", gettext_lazy("under way")),
            ("arrived", gettext_lazy("arrived")),
        ],
        method="on_its_way",
    )
    stands = filters.ChoiceFilter(
        label=gettext_lazy("Stands at"), choices=Hop.Place.choices, method="stands_at"
    )
    county = filters.ModelChoiceFilter(
        label=gettext_lazy("County"), field_name="project__county", queryset=counties
    )
    project = filters.CharFilter(**PROJECT)
    year = filters.ChoiceFilter(
        label=gettext_lazy("Year"), field_name="sent_on__year", choices=years
    )

    class Meta:
        model = Remittance
        fields: list[str] = []

    def search(self, rows, name, value):
        text = value.strip()
        known = Project.objects.found(text).values("pk")
        number = Q(document__startswith=text) | Q(project__number=half_width(text).upper())
        return rows.filter(number | Q(project__in=known))

    def of_project(self, rows, name, value):
        return rows.filter(project__number__iexact=value.strip())

    def on_its_way(self, rows, name, value):
        return rows.filter(under_way() if value == "under_way" else told_of(ARRIVED))

    def stands_at(self, rows, name, value):
        behind = PLACES[PLACES.index(value) + 1 :]
        return rows.filter(told_of(value)).exclude(told_of(*behind))


def listed(rows: QuerySet) -> QuerySet:
    return rows.select_related("project__county").prefetch_related("hops")


def sum_of(rows: QuerySet) -> dict[str, Any]:
    return {"amount": rows.aggregate(sum=Sum("amount"))["sum"]}


class Remittances(Records):
    """Struck out remittances are read on the page of their project alone."""

    def visible(self, request: Request) -> QuerySet:
        return super().visible(request).standing()


REMITTANCES = Remittances(
    app="projects",
    name="remittance",
    model=Remittance,
    title=gettext_lazy("Remittances"),
    new_title=gettext_lazy("Enter a remittance"),
    filterset=RemittanceFilter,
    columns=[
        Column("document", gettext_lazy("Remittance")),
        Column("project", gettext_lazy("To the project"), ("project__pinyin",)),
        Column("sent", gettext_lazy("Sent on"), ("sent_on",)),
        Column("stands", gettext_lazy("Stands at")),
        Column("since", gettext_lazy("Since"), css="n"),
        Column("amount", gettext_lazy("Amount"), css="n money"),
        Column("arrived", gettext_lazy("Still whole"), css="n money"),
    ],
    row_template="projects/_remittance_row.html",
    detail_template="",
    rows=listed,
    totals=sum_of,
    default_sort="-sent",
    views=[
        (gettext_lazy("All"), ""),
        (gettext_lazy("Under way"), "way=under_way"),
        (gettext_lazy("At the prefecture"), "stands=prefecture"),
        (gettext_lazy("At the county"), "stands=county"),
    ],
    empty=gettext_lazy("A remittance is entered from the page of a project that has money."),
)


# -- what a fund has promised ---------------------------------------------------------------------


def fund_commitments(request: Request, pk: int) -> HttpResponse:
    """What a fund still owes its projects: a panel of its page, and a page without a script."""
    fund = get_object_or_404(Fund.objects.visible_to(request.user).select_related("pool"), pk=pk)
    if not request.user.has_perm("projects.view_allocation"):
        raise PermissionDenied
    rows = commitments_of(fund)
    projects = Project.objects.in_bulk([row.project_id for row in rows[:SHOWN]])
    waiting = Payment.objects.filter(line__fund=fund, status=Payment.Status.APPROVED)
    total, held = committed(fund), free_of(fund)
    context = {
        "title": pgettext("a fund", "Promised"),
        "fund": fund,
        "rows": [(projects[row.project_id], row) for row in rows[:SHOWN]],
        "more_count": max(len(rows) - SHOWN, 0),
        "committed": total,
        "held": held,
        "free": held - total,
        "approved": waiting.aggregate(sum=Sum("amount"))["sum"] or 0,
        "approved_count": waiting.count(),
    }
    is_panel = request.htmx and not request.htmx.boosted
    template = "_commitments" if is_panel else "fund_commitments"
    return render(request, f"projects/{template}.html", context)


# -- the start page -------------------------------------------------------------------------------


def on_start(request: Request) -> dict[str, Any]:
    """Lists of money that are this person's business, each with how much stands in it."""
    user, found = request.user, []
    if user.has_perm("projects.add_allocation"):
        poor = Project.objects.visible_to(user).filter(without_money(timezone.localdate()))
        url = f"{reverse('projects:project-list')}?lacks=money"
        words = _("Approved, no money set aside yet: propose an allocation")
        found.append((words, _counted(poor), url))
    if user.has_perm("projects.view_remittance") and Hop.places_of(user):
        sent = Remittance.objects.visible_to(user).filter(under_way())
        url = f"{reverse('projects:remittance-list')}?way=under_way"
        found.append((_("Remittances under way"), _counted(sent), url))
    return {"money_lists": [(words, count, url) for words, count, url in found if count]}


def _counted(rows: QuerySet) -> int:
    return rows.order_by()[:COUNT_CAP].values("pk").count()


views.ON_START.append(on_start)
