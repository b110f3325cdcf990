"""The pages of tasks: the list, one task, giving one; and what records and the start page show.

Rule: a task is read by whoever reads its record; outside it the task does not exist.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.filters import TaskFilter
from accounts.forms import DoneForm, GiveForm, ReopenForm
from accounts.models import Office
from accounts.tasks import Task, finish, give, reopen
from core import timeline, views
from core.lists import Column, List
from core.models import Record
from core.notes import records_of
from core.people import active_people, found_people, readers
from core.punctuation import labelled
from core.requests import Request
from core.talk_pages import record_of
from core.timeline import Entry, called
from core.views import typed

SHOWN, ON_RECORD, ON_START = 8, 30, 10
LOOKED_AT = 60

COLUMNS = [
    Column("title", gettext_lazy("What is to be done"), ("title",)),
    Column("record", gettext_lazy("Record")),
    Column("whom", gettext_lazy("For whom")),
    Column("given", gettext_lazy("Given"), ("given_at",), "mid"),
    Column("state", gettext_lazy("State"), ("done_at",)),
    Column("due", gettext_lazy("Due"), ("due_on",), "n"),
]
VIEWS = [
    (gettext_lazy("My tasks"), "whose=me&state=open"),
    (gettext_lazy("Over due"), "state=over"),
    (gettext_lazy("Given by me"), "whose=given"),
    (gettext_lazy("All tasks"), ""),
]


def task_list(request: Request) -> HttpResponse:
    page = List(
        request,
        TaskFilter,
        Task.objects.visible_to(request.user),
        columns=COLUMNS,
        default_sort="due",
        rows=lambda tasks: tasks.for_list(),
    )
    context = page.context() | {
        "title": _("Tasks"),
        "empty": _("A task is given on the page of a record, under “Tasks”."),
        "row_template": "accounts/_task_row.html",
        "views": page.views(VIEWS),
    }
    with_records(context["records"], request.user)
    partial = request.htmx and not request.htmx.boosted
    response = render(request, "core/_table.html" if partial else "core/list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def with_records(tasks: Iterable[Task], user) -> list[Task]:
    """The tasks with their records, as far as the person reads them: one query a record type."""
    tasks = list(tasks)
    found = records_of(tasks, user)
    for task in tasks:
        task.record = found.get((task.workflow, task.record_id))  # type: ignore[attr-defined]
    return [task for task in tasks if task.record]  # type: ignore[attr-defined]


def task_detail(request: Request, pk: int) -> HttpResponse:
    """One task; those whom it concerns say here that it is done, or open it again."""
    task = get_object_or_404(Task.objects.visible_to(request.user).for_list(), pk=pk)
    record = record_of(request, task.workflow, task.record_id)
    form = ReopenForm(typed(request)) if task.done_at else DoneForm(typed(request))
    if request.method == "POST" and form.is_valid() and _turn(request, task, record, form):
        return redirect(record)
    context = {
        "task": task,
        "record": record,
        "form": form if task.concerns(request.user) else None,
        "title": str(task),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/task_detail.html", context, status=status)


def _turn(request: Request, task: Task, record: Record, form) -> bool:
    """Finishes or reopens the task; a refusal stands in the form."""
    try:
        if task.done_at:
            reopen(task, by=request.user, record=record, **form.cleaned_data)
            words = _("The task is open again.")
        else:
            finish(task, by=request.user, record=record, **form.cleaned_data)
            words = _("The task is done.")
    except ValidationError as refusal:
        form.refuse(refusal)
        return False
    messages.success(request, words)
    return True


def task_create(request: Request, workflow: str, pk: int) -> HttpResponse:
    record = record_of(request, workflow, pk)
    form = GiveForm(typed(request), record=record)
    if request.method == "POST" and form.is_valid() and (task := _give(request, record, form)):
        words = _("The task is given to %(whom)s.") % {"whom": task.whom}
        messages.success(request, words)
        return redirect(f"{record.get_absolute_url()}#tasks")
    context = {"form": form, "record": record, "title": _("Give a task")}
    status = 422 if form.errors else 200
    return render(request, "accounts/task_form.html", context, status=status)


def _give(request: Request, record: Record, form: GiveForm) -> Task | None:
    try:
        return give(record, by=request.user, **form.given)
    except ValidationError as refusal:
        form.refuse(refusal)
        return None


def task_targets(request: Request, workflow: str, pk: int) -> HttpResponse:
    """What completes the name for whom a task is: people and offices that can read the record."""
    record = record_of(request, workflow, pk)
    text = request.GET.get("whom", "")[:60].rpartition("@")[2].strip()
    if not text:
        return render(request, "accounts/_targets.html", {})
    offices = list(Office.objects.found(text).order_by("path")[:SHOWN])
    able = readers(record, active_people().filter(office__in=offices))
    reading = {person.office_id for person in able}
    context = {
        "people": readers(record, found_people(text)[:LOOKED_AT])[:SHOWN],
        "offices": [office for office in offices if office.pk in reading],
    }
    return render(request, "accounts/_targets.html", context)


# -- what other pages show ------------------------------------------------------------------------


def on_record(request: Request, record: Record) -> dict[str, Any]:
    tasks = Task.objects.of(record).for_list()
    return {
        "tasks": list(tasks.open().order_by("due_on", "pk")[:ON_RECORD]),
        "done_tasks": list(tasks.done().order_by("-done_at")[:ON_RECORD]),
    }


def on_start(request: Request) -> dict[str, Any]:
    """My open tasks, the first to fall due first."""
    mine = Task.objects.open().for_user(request.user).visible_to(request.user)
    tasks = mine.for_list().order_by("due_on", "pk")[: ON_START + 1]
    tasks = with_records(tasks, request.user)
    return {"my_tasks": tasks[:ON_START], "has_more_tasks": len(tasks) > ON_START}


def entries_of(record: Record) -> list[Entry]:
    """Each turn of each task of a record, as the database wrote it down."""
    events = Task.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        pgh_obj__workflow=record.workflow_name, pgh_obj__record_id=record.pk
    )
    people = ("given_by__office", "done_by__office", "reopened_by__office", "person", "office")
    events = events.select_related(*people).order_by("-pgh_id")[: timeline.LIMIT]
    return [_entry(event) for event in events]


def _entry(event) -> Entry:
    if event.done_at:
        what, who, at, note = _("Task done"), event.done_by, event.done_at, event.proof
    elif event.pgh_label == "insert":
        due = _("due %(day)s") % {"day": date_format(event.due_on)}
        what, who, at = _("Task given"), event.given_by, event.given_at
        note = f"{labelled(event.person or event.office, event.title)} · {due}"
        return Entry("note", what, called(who), at, icon="flag", note=note)
    else:
        what, who, at = _("Task reopened"), event.reopened_by, event.reopened_at
        note = event.reopened_for
    return Entry("note", labelled(what, event.title), called(who), at, icon="flag", note=note)


views.ON_RECORD.append(on_record)
views.ON_START.append(on_start)
timeline.SOURCES.append(entries_of)
