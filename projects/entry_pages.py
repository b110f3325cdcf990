"""The pages on which entries of a project are typed, put right, followed up and struck out.

Rule: outside the scope 404, not of the role or of another office 403, too early or too late 409;
what was sent is judged under the lock of its entry and of its own token, and always comes back.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core import entry as typing
from core.conflicts import TAKE, Conflict, version_of, who_changed
from core.drafts import Opened, TooLong, pairs_of
from core.entry import NotSaved
from core.file_forms import ReasonForm
from core.parts import with_more_rows
from core.punctuation import labelled, told
from core.refusals import WORDS, in_words, tell
from core.requests import Request
from core.uploads import attach
from core.views import typed
from projects.entries import KINDS, Kind, url_of
from projects.entry_forms import EntryForm, with_evidence
from projects.models import Project
from projects.models.entry import Entry

NEW, EDIT, FOLLOW_UP = "", "-edit", "-follow-up"


# -- fetch ----------------------------------------------------------------------------------------


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _project(request: Request, kind: Kind, pk: int) -> Project:
    """The project in which this person enters something of the kind."""
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("projects.view_project"):
        raise PermissionDenied
    if not kind.may_add(request.user, project):
        raise PermissionDenied(_("Your role does not enter this here."))
    return project


def _entry(request: Request, kind: Kind, pk: int) -> Entry:
    rows = kind.model.objects.visible_to(request.user)
    entry = get_object_or_404(rows.select_related("project", "created_by__office"), pk=pk)
    if not request.user.has_perm(kind.permission("view")):
        raise PermissionDenied
    return entry


def _own(request: Request, kind: Kind, pk: int) -> Entry:
    """The entry that this person puts right or strikes out."""
    entry = _entry(request, kind, pk)
    if not kind.may_change(request.user, entry):
        raise PermissionDenied(_("An entry is put right by the office that entered it."))
    return entry


def _followed(request: Request, kind: Kind, pk: int) -> Entry:
    """The entry to which this person adds what could not be known at first."""
    entry = _entry(request, kind, pk)
    if not kind.may_follow_up(request.user, entry):
        raise PermissionDenied(_("Your role does not enter this here."))
    return entry


def _refused(request: Request, kind: Kind, project: Project, entry=None) -> HttpResponse | None:
    """The answer where nothing is typed, because of the project's state or the entry's own."""
    struck = entry is not None and entry.struck_at
    words = WORDS["struck_out"] if struck else kind.refusal(project)
    return render(request, "409.html", {"words": words}, status=409) if words else None


# -- one form -------------------------------------------------------------------------------------


class Sheet:
    """The form that somebody has open: of a new entry, or of one that is put right or followed up.

    `only` are the fields of a follow-up.
    """

    def __init__(self, request: Request, kind: Kind, project: Project, entry=None, *, way=NEW):
        self.request, self.kind, self.project, self.entry = request, kind, project, entry
        self.is_follow_up = way == FOLLOW_UP
        record = project if entry is None else entry
        self.opened = Opened.of(request, f"projects:{kind.name}{way}", record.pk)

    def answer(self) -> HttpResponse:
        if refusal := _refused(self.request, self.kind, self.project, self.entry):
            return refusal
        if more := self.request.POST.get("form_more"):
            self.opened.data = with_more_rows(self.kind.form.parts, self.opened.data, more)
        elif self.request.method == "POST":
            return self._receive()
        if self.entry is None and self.opened.saved_before:
            return self._to_saved()
        form = self._form(self.opened.data)
        if self.opened.data is not None:
            form.unjudged()
        elif self.entry is not None:
            self.opened.version = version_of(self._plain())
        return self._page(form)

    def _plain(self, data=None, files=None) -> EntryForm:
        """The form without the fields for files."""
        values: dict[str, Any] = {"user": self.request.user, "project": self.project}
        if self.entry is None:
            values["initial"] = {name: value for name, value in self.request.GET.items() if value}
        else:
            values["instance"] = self.entry
        form = self.kind.form(data, files, **values)
        if self.is_follow_up:
            form.only(self.kind.follow_up.fields)
        return form

    def _form(self, data=None) -> EntryForm:
        form = self._plain(data, self.request.FILES if data is not None else None)
        with_evidence(form, photograph=self.kind.photograph, document=self.kind.document)
        return form

    # -- sent -------------------------------------------------------------------------------------

    def _receive(self) -> HttpResponse:
        try:
            with transaction.atomic():
                return self._save()
        except NotSaved as refusal:
            if refusal.is_conflict:
                with suppress(TooLong):
                    self.opened.keep(self._pairs())
            return refusal.page

    def _save(self) -> HttpResponse:
        if self.entry is not None:
            self._lock()
        if self.opened.take(self._pairs()):
            return self._to_saved()
        if self.entry is None and self.opened.saved_before:
            raise NotSaved(self._page(self._form(self.opened.data).unjudged(), status=409))
        form = self._without_conflict()
        if not form.is_valid() or not self._is_written(form):
            raise NotSaved(self._page(form, status=422))
        self.opened.done(form.instance.pk)
        saved = _("%(entry)s is saved.") % {"entry": form.instance}
        messages.success(self.request, saved)
        return redirect(url_of(self.kind, self.project))

    def _lock(self) -> None:
        """Takes the entry as it stands now; whoever else saves it waits."""
        rows = self.kind.model.objects.select_for_update(of=("self",))
        self.entry = rows.select_related("project", "created_by__office").get(pk=self.entry.pk)
        if refusal := _refused(self.request, self.kind, self.project, self.entry):
            raise NotSaved(refusal)

    def _pairs(self) -> list:
        return pairs_of(self.opened.data, self.kind.form)

    def _to_saved(self) -> HttpResponse:
        messages.info(self.request, _("This form was saved already."))
        return redirect(url_of(self.kind, self.project))

    def _without_conflict(self) -> EntryForm:
        """The form of what was sent and chosen; raises NotSaved where a choice is due."""
        if self.entry is None or not self.opened.version:
            return self._form(self.opened.data)
        theirs = self._plain()
        if any(name.startswith(TAKE) for name in self.opened.data):
            mine = self._plain(self.opened.data)
            self.opened.data = Conflict(theirs, mine, self.opened.version).merged(self.opened.data)
        conflict = Conflict(theirs, self._plain(self.opened.data), self.opened.version)
        if conflict.is_overtaken and (differences := conflict.differences()):
            raise NotSaved(self._conflict_page(theirs, differences), is_conflict=True)
        return self._form(self.opened.data)

    def _is_written(self, form: EntryForm) -> bool:
        """Writes the entry with its files, all or nothing; a refusal stands in the form."""
        try:
            with transaction.atomic():
                form.save()
                if not all(list(self._kept(form))):
                    raise _FileRefused
        except DatabaseError as error:
            if not tell(form, error):
                raise
        except _FileRefused:
            pass
        return not form.errors

    def _kept(self, form: EntryForm) -> Iterator[bool]:
        """Keeps each file as evidence of the entry; a refusal stands beside the field."""
        of_field = {"photographs": self.kind.photograph, "documents": self.kind.document}
        for name, kind in of_field.items():
            for upload in form.cleaned_data.get(name, ()):
                entry, by = form.instance, self.request.user
                try:
                    attach(self.project, upload, kind=kind, by=by, entry=entry)
                except ValidationError as refusal:
                    form.add_error(name, labelled(upload.name, told(refusal.messages)))
                    yield False
                else:
                    yield True

    # -- shown ------------------------------------------------------------------------------------

    def _page(self, form: EntryForm, *, status: int = 200) -> HttpResponse:
        is_new = self.entry is None
        title = self.kind.new_title if is_new else self.entry
        if self.is_follow_up:
            title = self.kind.follow_up.label
        made = self.opened.saved_before if is_new else None
        context = _context(self.kind, self.project, form, title) | {
            "entry": self.entry if self.is_follow_up else None,
            "opened": self.opened,
            "drafts": self.opened.others() if self.request.method == "GET" else [],
            "made": made and self.kind.model.objects.filter(pk=made).first(),
            "made_url": url_of(self.kind, self.project),
            "came_with_files": bool(self.request.FILES),
        }
        return render(self.request, "projects/entry_form.html", context, status=status)

    def _conflict_page(self, theirs: EntryForm, differences) -> HttpResponse:
        context = _context(self.kind, self.project, theirs, self.entry) | {
            "record": self.entry,
            "words": who_changed(theirs, reader=self.request.user),
            "differences": differences,
            "opened": self.opened,
            "version": version_of(theirs),
            "typed": self._pairs(),
            "list_title": _("Projects"),
        }
        return render(self.request, "core/conflict.html", context, status=409)


class _FileRefused(Exception):
    """A file was refused, and with it the entry that it came with."""


def _context(kind: Kind, project: Project, form: forms.Form, title) -> dict[str, Any]:
    return {
        "kind": kind,
        "form": form,
        "project": project,
        "title": title,
        "back_url": url_of(kind, project),
        "list_url": reverse("projects:project-list"),
    }


# -- pages ----------------------------------------------------------------------------------------


def create(request: Request, pk: int, kind: str) -> HttpResponse:
    """A new entry; `?notice=3` and the like preset a field."""
    chosen = _kind(kind)
    return Sheet(request, chosen, _project(request, chosen, pk)).answer()


def edit(request: Request, kind: str, pk: int) -> HttpResponse:
    """Puts an entry right that was typed in the own office."""
    chosen = _kind(kind)
    entry = _own(request, chosen, pk)
    return Sheet(request, chosen, entry.project, entry, way=EDIT).answer()


def follow_up(request: Request, kind: str, pk: int) -> HttpResponse:
    """Adds what could not be known at first: the answer, the day it was put right or reached."""
    chosen = _kind(kind)
    if chosen.follow_up is None:
        raise Http404
    entry = _followed(request, chosen, pk)
    return Sheet(request, chosen, entry.project, entry, way=FOLLOW_UP).answer()


def strike(request: Request, kind: str, pk: int) -> HttpResponse:
    """Strikes a mistake out with a reason; it stays readable."""
    chosen = _kind(kind)
    entry = _own(request, chosen, pk)
    if refusal := _refused(request, chosen, entry.project, entry):
        return refusal
    form = ReasonForm(typed(request))
    if request.method == "POST" and form.is_valid() and _is_struck(request, entry, form):
        messages.success(request, _("Struck out. It stays readable with its reason."))
        return redirect(url_of(chosen, entry.project))
    context = _context(chosen, entry.project, form, _("Strike an entry out"))
    context |= {"entry": entry, "is_danger": True}
    status = 422 if form.errors else 200
    return render(request, "projects/entry_form.html", context, status=status)


def _is_struck(request: Request, entry: Entry, form: ReasonForm) -> bool:
    """Strikes the entry out; why it stands all the same is said over the form."""
    try:
        with transaction.atomic():
            entry.strike(by=request.user, reason=form.cleaned_data["reason"])
    except ValidationError as refusal:
        form.add_error(None, refusal)
    except DatabaseError as error:
        if not (words := in_words(error)):
            raise
        form.add_error(None, words)
    else:
        return True
    entry.refresh_from_db()
    return False


# -- drafts ---------------------------------------------------------------------------------------


class Drafted:
    """How the drafts of one kind of entry are kept (core/entry.py)."""

    def __init__(self, kind: Kind, way: str):
        self.kind, self.way, self.form = kind, way, kind.form
        self.key = f"projects:{kind.name}{way}"

    def may_type(self, request: Request, pk: int | None) -> None:
        """Raises Http404 and PermissionDenied as the page itself does."""
        if pk is None:
            raise Http404
        fetch = {NEW: _project, EDIT: _own, FOLLOW_UP: _followed}[self.way]
        fetch(request, self.kind, pk)


for one in KINDS.values():
    for drafted in (Drafted(one, way) for way in (NEW, EDIT, FOLLOW_UP)):
        typing.ENTRIES[drafted.key] = drafted
