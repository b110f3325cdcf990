"""The pages of alarms: the list with its counts, one alarm, and setting one aside.

Rule: an alarm is read by whoever reads its project; it is set aside by a role that may, and never
by somebody who had a hand in what it is about.
"""

from datetime import timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.attachments import Attachment
from core.formatting import number
from core.forms import RecordForm
from core.lists import Column, List
from core.refusals import is_written
from core.requests import Request
from core.views import Records, typed
from projects.alarm_rules import RULES
from projects.filters import PROJECT, counties
from projects.models import Alarm, Allocation, Contract, Payment, Project, SetAside
from projects.models.alarms import ASIDE_DAYS, Grade

MOST_FOUND = 20  # records that an alarm leads to
USUAL_DAYS = 90  # what the form presets

STATES = [
    ("aside", pgettext_lazy("alarms", "set aside")),
    ("cleared", pgettext_lazy("alarms", "cleared")),
    ("every", pgettext_lazy("alarms", "all, with those set aside and cleared")),
]


class AlarmFilter(filters.FilterSet):
    """Without a choice the list shows what is open."""

    rule = filters.ChoiceFilter(
        label=gettext_lazy("Kind of alarm"), choices=[(rule.key, rule.label) for rule in RULES]
    )
    grade = filters.ChoiceFilter(label=gettext_lazy("Grade"), choices=Grade.choices)
    state = filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=STATES,
        empty_label=pgettext_lazy("alarms", "open"),
        method="in_state",
    )
    county = filters.ModelChoiceFilter(label=gettext_lazy("County"), queryset=counties)
    project = filters.CharFilter(**PROJECT)
    mine = filters.ChoiceFilter(
        label=gettext_lazy("Whose business"),
        choices=[("yes", gettext_lazy("mine"))],
        method="of_reader",
    )

    class Meta:
        model = Alarm
        fields = []

    def filter_queryset(self, rows):
        if not self.form.cleaned_data.get("state"):
            rows = rows.open()
        return super().filter_queryset(rows)

    @property
    def qs(self):
        """What is open also where the address asks for nothing."""
        return super().qs if self.is_bound else self.queryset.open()

    def in_state(self, rows, name, value):
        if value == "aside":
            return rows.set_aside()
        return rows.filter(cleared_on__isnull=False) if value == "cleared" else rows

    def of_reader(self, rows, name, value):
        return rows.concerning(self.request.user)

    def of_project(self, rows, name, value):
        return rows.filter(project__number__iexact=value.strip())


class AlarmList(List):
    """The list of alarms, whose views are the kinds with their counts."""

    def views(self, views):
        """All, mine, each kind that has an alarm open for the reader, and what is set aside."""
        rows = self.visible.open().order_by().values("rule").annotate(count=Count("pk"))
        counts = dict(rows.values_list("rule", "count"))
        shown = [
            (_counted(_("All open"), sum(counts.values())), ""),
            (_counted(_("Mine"), _sum_of(counts, self.request.user)), "mine=yes"),
            *(
                (_counted(rule.label, counts[rule.key]), f"rule={rule.key}")
                for rule in RULES
                if rule.key in counts
            ),
            *views,
        ]
        return super().views(shown)


class AlarmRecords(Records):
    def listed(self, request: Request) -> List:
        return AlarmList(
            request,
            self.filterset,
            self.visible(request),
            columns=self.columns,
            default_sort=self.default_sort,
            rows=self.rows,
        )

    def urls(self, prefix: str) -> list:
        aside = path(f"{prefix}<int:pk>/set-aside/", set_aside, name="alarm-set-aside")
        return [*super().urls(prefix), aside]


def _counted(label, count: int):
    return format_html('{} <span class="num">{}</span>', label, number(count))


def _sum_of(counts: dict[str, int], user) -> int:
    """How many of them are this person's business."""
    return sum(counts.get(rule.key, 0) for rule in RULES if rule.concerns(user))


def _found(alarm: Alarm, user) -> list[Any]:
    """The other records that it speaks of, of a photograph their projects, as far as one reads."""
    if alarm.record_kind == Attachment._meta.label_lower:
        others = Attachment.objects.filter(pk__in=alarm.rows).values("record_id")
        return list(Project.objects.visible_to(user).filter(pk__in=others)[:MOST_FOUND])
    for model in (Project, Payment, Allocation, Contract):
        if alarm.record_kind == model._meta.label_lower:
            return list(model.objects.visible_to(user).filter(pk__in=alarm.rows)[:MOST_FOUND])
    return []


def alarm_panels(request: Request, alarm: Alarm) -> dict[str, Any]:
    may = request.user.has_perm("projects.set_aside_alarm") and alarm.cleared_on is None
    return {
        "set_asides": alarm.set_asides.select_related("set_by__office"),
        "found": _found(alarm, request.user),
        "may_set_aside": may,
    }


ALARMS = AlarmRecords(
    app="projects",
    name="alarm",
    model=Alarm,
    title=gettext_lazy("Alarms"),
    new_title="",
    filterset=AlarmFilter,
    columns=[
        Column("alarm", gettext_lazy("Alarm")),
        Column("grade", gettext_lazy("Grade"), ("grade", "since")),
        Column("project", gettext_lazy("Project"), ("project__pinyin",)),
        Column("county", gettext_lazy("County"), ("county__pinyin",), css="mid"),
        Column("since", gettext_lazy("Since"), ("since",), css="n"),
    ],
    default_sort="grade",
    row_template="projects/_alarm_row.html",
    detail_template="projects/alarm_detail.html",
    rows=lambda rows: rows.for_list(),
    panels=alarm_panels,
    views=[(gettext_lazy("Set aside"), "state=aside")],
    empty=gettext_lazy("Nothing looks wrong. The records are looked through every night."),
)


class SetAsideForm(RecordForm):
    """Why an alarm may stand, and until when."""

    class Meta(RecordForm.Meta):
        model = SetAside
        fields = ["reason", "until"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "reason": gettext_lazy("What you found out. Everybody who reads the alarm reads it."),
            "until": gettext_lazy("On the next day the alarm comes back; within a year."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].may_be_future = True
        self.initial.setdefault("until", timezone.localdate() + timedelta(days=USUAL_DAYS))

    def clean_until(self):
        """Raises ValidationError for a day that is over, or too far away."""
        until, today = self.cleaned_data["until"], timezone.localdate()
        if not today < until <= today + timedelta(days=ASIDE_DAYS):
            raise forms.ValidationError(
                _("An alarm is set aside until a day after today and within a year.")
            )
        return until


def set_aside(request: Request, pk: int) -> HttpResponse:
    alarm = get_object_or_404(Alarm.objects.visible_to(request.user).for_list(), pk=pk)
    if not request.user.has_perm("projects.set_aside_alarm"):
        raise PermissionDenied
    form = SetAsideForm(typed(request), user=request.user)
    form.instance.alarm, form.instance.set_by = alarm, request.user
    if alarm.is_aside:
        messages.info(request, _("The alarm is set aside already."))
        return redirect(alarm)
    if request.method == "POST" and form.is_valid() and is_written(form):
        messages.success(request, _("The alarm is set aside."))
        return redirect(alarm)
    context = {"form": form, "alarm": alarm, "title": _("Set the alarm aside")}
    status = 422 if form.errors else 200
    return render(request, "projects/alarm_set_aside.html", context, status=status)
