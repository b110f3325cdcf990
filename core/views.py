"""The pages that every record type has: list, detail, form, move. A few lines a type.

Rule: each page begins with `visible_to(user)`, so a stranger gets 404; what lies in the scope but
not in the role gets 403; what is too early comes back in words beside what was typed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import talk_pages
from core.approvals import Delegation
from core.bulk import Bar, moves_for
from core.entry import ENTRIES, Entry
from core.files import panel_of
from core.forms import RecordForm
from core.lifecycle import Move
from core.lists import Column, List
from core.paging import is_column
from core.punctuation import labelled
from core.refusals import in_words
from core.requests import Request
from core.saved_views import SavedView
from core.talk import follows, reminder_of_today
from core.timeline import timeline_of
from core.workflow import (
    actors,
    asked_now,
    duty_of,
    for_queue,
    in_motion,
    is_editable,
    offers,
    people_for,
    perform,
    route_of,
    waiting_count,
    waiting_for,
    workflow_of,
)

Text = str | Promise
TASKS = 50
# What upper floors show on the pages of this one: each adds its part of the context.
ON_RECORD: list[Callable[[Request, Any], dict[str, Any]]] = []
ON_START: list[Callable[[Request], dict[str, Any]]] = []
RECORD_TYPES: list["Records"] = []


def typed(request: Request):
    """What a form was sent with, even if it was sent empty; None where it is only shown."""
    return request.POST if request.method == "POST" else None


class MoveForm(RecordForm):
    """What is typed with a move: the fields that it asks for, and the note or reason."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args, move, **kwargs):
        super().__init__(*args, **kwargs)
        for name, asked in self.fields.items():
            asked.required = move.needs_note if name == "note" else name not in move.optional
            if hasattr(asked, "queryset") and hasattr(self.instance, "choices_for"):
                asked.queryset = self.instance.choices_for(name, self.user)
        self.order_fields([name for name in self.fields if name != "note"])
        if move.needs_note:
            self.fields["note"].label = _("Reason")
            self.fields["note"].help_text = _(
                "Say what to change; the person who submitted will read this."
            )

    def clean(self):
        return self.cleaned_data  # the move itself checks whether it is possible now

    @property
    def asked(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "note"}

    def refuse(self, refusal: ValidationError) -> None:
        """Puts a refusal where it was typed, or over the form."""
        errors = getattr(refusal, "error_dict", {None: refusal})
        for name, error in errors.items():
            self.add_error(name if name in self.fields else None, error)


def move_form(record, move: Move, request: Request) -> MoveForm:
    """The form of a move of this record, as it was sent or empty."""
    form: Any = forms.modelform_factory(type(record), form=MoveForm, fields=asked_now(record, move))
    return form(typed(request), instance=record, move=move, user=request.user)


@dataclass
class Records(Entry):
    """The pages of one record type; `urls()` gives their addresses.

    `rows` says what a list row needs beside the record (select_related and annotations), so that
    a page of thirty rows costs the queries of one. `panels(request, record)` adds to the detail's
    context. A type without `form` is read here and entered elsewhere.
    """

    app: str
    name: str
    model: Any
    title: Text
    new_title: Text
    filterset: type
    columns: list[Column]
    row_template: str
    detail_template: str
    form: Any = None
    form_template: str = "core/form.html"
    list_template: str = "core/list.html"
    rows: Callable[[Any], Any] = lambda queryset: queryset
    totals: Callable[[Any], dict[str, Any]] | None = None
    panels: Callable[[Request, Any], dict[str, Any]] | None = None
    initial: Callable[[Request], dict[str, Any]] | None = None
    default_sort: str = "-number"
    views: list[tuple[Text, str]] = field(default_factory=list)
    empty: Text = ""

    def __post_init__(self) -> None:
        RECORD_TYPES.append(self)
        if self.form:
            ENTRIES[self.key] = self

    @cached_property
    def label(self) -> str:
        return self.model._meta.model_name

    def permission(self, action: str) -> str:
        return f"{self.model._meta.app_label}.{action}_{self.label}"

    def url(self, action: str, *args) -> str:
        return reverse(f"{self.app}:{self.name}-{action}", args=args)

    def urls(self, prefix: str) -> list:
        patterns = [
            path(f"{prefix}", self.list, name=f"{self.name}-list"),
            path(f"{prefix}<int:pk>/", self.detail, name=f"{self.name}-detail"),
        ]
        if hasattr(self.model, "workflow_name"):
            move = f"{prefix}<int:pk>/move/<slug:move>/"
            patterns.append(path(move, self.move, name=f"{self.name}-move"))
        if self.form:
            patterns += [
                path(f"{prefix}new/", self.create, name=f"{self.name}-create"),
                path(f"{prefix}<int:pk>/edit/", self.edit, name=f"{self.name}-edit"),
            ]
        return patterns

    # -- fetch ------------------------------------------------------------------------------------

    def visible(self, request: Request):
        return self.model.objects.visible_to(request.user)

    def fetch(self, request: Request, pk: int):
        record = get_object_or_404(self.rows(self.visible(request)), pk=pk)
        if not request.user.has_perm(self.permission("view")):
            raise PermissionDenied
        return record

    # -- pages ------------------------------------------------------------------------------------

    def list(self, request: Request) -> HttpResponse:
        if not request.user.has_perm(self.permission("view")):
            raise PermissionDenied
        page = self.listed(request)
        views = self.saved_views(request)
        default = next((v for v in views if v.is_default and v.owner_id == request.user.pk), None)
        if default and not request.GET and not request.htmx:
            return redirect(f"{request.path}?{default.query}")
        may_add = self.form and request.user.has_perm(self.permission("add"))
        context = page.context(totals=self.totals) | {
            "title": self.title,
            "new_title": self.new_title,
            "empty": self.empty,
            "row_template": self.row_template,
            "create_url": self.url("create") if may_add else None,
            "own_views": views,
            "views": page.views(self.views),
            "here": page.query(),
            "save_url": reverse("core:view-save", args=[self.app, self.name]),
            "bulk": self.bulk_bar(request, page.query()),
        }
        partial = request.htmx and not request.htmx.boosted
        response = render(request, "core/_table.html" if partial else self.list_template, context)
        patch_vary_headers(response, ["HX-Request"])  # or Back would show the bare table
        return response

    def bulk_bar(self, request: Request, query: str) -> Bar | None:
        """The bar over ticked rows; none where there is nothing to do for several at once."""
        if not hasattr(self.model, "workflow_name"):
            return None
        moves = list(moves_for(request.user, workflow_of(self.model)))
        url = reverse("core:bulk", args=[self.app, self.name])
        return Bar(f"{url}?{query}", moves, *self.money) if moves else None

    @cached_property
    def money(self) -> tuple[str, Text]:
        """The first column of money that a record has itself, and its word."""
        for column in self.columns:
            if "money" in column.css and column.sort and is_column(self.model, column.sort[0]):
                return column.sort[0], column.label
        return "", ""

    def listed(self, request: Request) -> List:
        """The list at the request's address."""
        return List(
            request,
            self.filterset,
            self.visible(request),
            columns=self.columns,
            default_sort=self.default_sort,
            rows=self.rows,
        )

    @property
    def key(self) -> str:
        return f"{self.app}:{self.name}"

    def saved_views(self, request: Request) -> Sequence[SavedView]:
        """The reader's own views of this list by name, then those that colleagues share."""
        views = SavedView.objects.readable_by(request.user).filter(list_key=self.key)
        mine = request.user.pk
        return sorted(views.select_related("owner"), key=lambda view: view.owner_id != mine)

    def detail(self, request: Request, pk: int) -> HttpResponse:
        record = self.fetch(request, pk)
        return render(request, self.detail_template, self.detail_context(request, record))

    def detail_context(self, request: Request, record) -> dict[str, Any]:
        has_life = hasattr(record, "workflow_name")
        editing = not has_life or is_editable(record)
        may_edit = (
            editing
            and self.form
            and request.user.can(self.permission("change"), record, editing=True)
        )
        context = {
            "record": record,
            "title": str(record),
            "list_title": self.title,
            "list_url": self.url("list"),
            "edit_url": self.url("edit", record.pk) if may_edit else None,
            "copy_url": self.copy_url(request, record),
        }
        if has_life:
            moves = offers(record, request.user)
            for offer in moves:
                offer.url = self.url("move", record.pk, offer.move.name)
            duty = duty_of(record)
            context |= {
                "moves": moves,
                "workflow": workflow_of(record),
                "duty": duty,
                "duty_people": people_for(duty, record) if duty else [],
                "route": route_of(record),
                "files": panel_of(request, record),
                "timeline": timeline_of(record, reader=request.user),
                "note_form": talk_pages.NoteForm(),
                "reminder": reminder_of_today(record) if duty else None,
                "follows": follows(record, request.user),
            }
            for extra in ON_RECORD:
                context |= extra(request, record)
        if self.panels:
            context |= self.panels(request, record)
        return context

    def move(self, request: Request, pk: int, move: str) -> HttpResponse:
        record = self.fetch(request, pk)
        wanted = workflow_of(record).by_move.get(move)
        if wanted is None:
            raise Http404
        form = move_form(record, wanted, request)
        if request.method != "POST":
            return self._move_page(request, record, wanted, form)
        if not form.is_valid():
            return self._move_page(request, record, wanted, form, status=422)
        try:
            note = form.cleaned_data["note"]
            perform(record, move, by=request.user, note=note, asked=form.asked)
        except ValidationError as refusal:
            form.refuse(refusal)
            return self._move_page(request, record, wanted, form, status=409)
        except DatabaseError as error:
            if not (words := in_words(error)):
                raise
            form.add_error(None, words)
            return self._move_page(request, record, wanted, form, status=409)
        messages.success(request, str(wanted.done))
        return redirect(self.url("detail", pk))

    def _move_page(self, request, record, move, form, status: int = 200) -> HttpResponse:
        if not any(
            actor.can(move.permission, record, editing=move.own_scope)
            for actor in actors(request.user)
        ):
            raise PermissionDenied(_("Your role does not include this move."))
        context = {
            "record": record,
            "move": move,
            "form": form,
            "title": labelled(move.label, record),
            "back_url": self.url("detail", record.pk),
            "list_title": self.title,
            "list_url": self.url("list"),
        } | self.answers(request, record, move)
        return render(request, "core/confirm_move.html", context, status=status)


def records_named(request: Request, app: str, name: str) -> Records:
    """The record type of this app and name. Raises Http404, or PermissionDenied for a reader."""
    found = next((kind for kind in RECORD_TYPES if (kind.app, kind.name) == (app, name)), None)
    if found is None:
        raise Http404
    if not request.user.has_perm(found.permission("view")):
        raise PermissionDenied
    return found


@dataclass(frozen=True)
class Task:
    """A record that waits for the reader, and the move it waits for."""

    record: Any
    move: Any
    url: str


def start(request: Request) -> HttpResponse:
    """What waits for me, the longest wait first, and what I have moved that waits for others."""
    queues = waiting_for(request.user)
    tasks = [
        Task(record, queue.move, record.get_absolute_url())
        for queue in queues
        for record in for_queue(queue.records)[:TASKS]
    ]
    tasks.sort(key=lambda task: task.record.status_at)
    context = {
        "title": _("Start"),
        "tasks": tasks[:TASKS],
        "waiting_count": waiting_count(request.user),
        "mine": [(record, duty_of(record)) for record in in_motion(request.user)],
        "held": Delegation.objects.held_by(request.user),
    }
    for extra in ON_START:
        context |= extra(request)
    return render(request, "core/start.html", context)
