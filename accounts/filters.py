"""What the list of tasks can be filtered by.

Rule: the page and its address share the filter; a filter never shows what is out of scope.
"""

import django_filters as filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.tasks import Task
from core.lifecycle import WORKFLOWS
from core.notes import view_permission
from core.text import half_width

WHOSE = [("me", _("mine or my office’s")), ("given", _("given by me"))]
STATES = [
    ("open", pgettext_lazy("a task", "open")),
    ("over", _("over due")),
    ("done", pgettext_lazy("a task", "done")),
]


def record_types(request) -> list[tuple[str, str]]:
    """The record types that the reader's role includes."""
    return [
        (name, workflow.model._meta.verbose_name)
        for name, workflow in WORKFLOWS.items()
        if request.user.has_perm(view_permission(workflow.model))
    ]


class TaskFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("Search"), method="search")
    whose = filters.ChoiceFilter(label=_("Whose"), choices=WHOSE, method="of_reader")
    state = filters.ChoiceFilter(label=_("State"), choices=STATES, method="in_state")
    on = filters.ChoiceFilter(label=_("Record type"), field_name="workflow")
    until = filters.DateFilter(label=_("Due until"), field_name="due_on", lookup_expr="lte")

    class Meta:
        model = Task
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["on"].extra["choices"] = record_types(self.request)

    def search(self, tasks, name, value):
        """Words of the title, or the number of the record."""
        fits = Q(title__icontains=value.strip())
        for workflow in WORKFLOWS.values():
            numbered = workflow.model.objects.filter(number=half_width(value).upper())
            fits |= Q(workflow=workflow.name, record_id__in=numbered.order_by().values("pk"))
        return tasks.filter(fits)

    def of_reader(self, tasks, name, value):
        user = self.request.user
        return tasks.for_user(user) if value == "me" else tasks.filter(given_by=user)

    def in_state(self, tasks, name, value):
        if value == "over":
            return tasks.over(timezone.localdate())
        return tasks.open() if value == "open" else tasks.done()
