"""The kinds of entries in the file of a project, and the pages on which they are typed.

Rule: whoever reads the project may open the pages that the role includes; what the receiving side
tells of its own work only the office that keeps the project enters, and an entry is put right and
struck out by the office that entered it. Outside the scope 404, not of the role 403, too late 409.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.file_forms import ReasonForm
from core.punctuation import labelled, told
from core.refusals import WORDS, in_words
from core.requests import Request
from core.uploads import attach
from core.views import typed
from projects import entry_forms
from projects.entry_forms import EntryForm, with_evidence
from projects.models import (
    Acceptance,
    Asset,
    AssetVisit,
    Finding,
    Inspection,
    Milestone,
    Notice,
    Objection,
    Outcome,
    ProgressReport,
    Project,
    Settlement,
    Survey,
)
from projects.models.entry import Entry
from projects.progress_form import ProgressForm

Text = str | Promise
CLOSED = (Project.Status.CLOSED, Project.Status.CANCELLED)


@dataclass(frozen=True)
class FollowUp:
    """What is added to an entry later: by the office that entered it, or that keeps the project."""

    label: Text
    fields: tuple[str, ...]
    is_open: Callable[[Any], bool]


@dataclass(frozen=True)
class Kind:
    """One kind of entry: how it is called, typed, shown, and when it may be entered.

    `anchor` is the panel where it stands; one without a `title` stands there `under` another entry.
    `own_scope` for what only the office that keeps the project enters; `after_closing` and
    `standing` as in the triggers of the model; `photograph` and `document` are the kinds under
    which files that come with it are kept.
    """

    model: type[Entry]
    form: type[EntryForm]
    anchor: str
    new_title: Text
    title: Text = ""
    under: str = ""
    own_scope: bool = False
    after_closing: bool = False
    standing: bool = False
    photograph: str = ""
    document: str = ""
    follow_up: FollowUp | None = None

    @property
    def name(self) -> str:
        return self.model._meta.model_name  # type: ignore[return-value]

    @property
    def template(self) -> str:
        """What an entry of this kind says, as HTML."""
        return f"projects/entries/_{self.name}.html"

    def permission(self, action: str) -> str:
        return f"projects.{action}_{self.name}"

    def refusal(self, project: Project) -> str:
        """Why nothing of this kind is entered now, or changed; empty where it may be."""
        closed = CLOSED[1:] if self.after_closing else CLOSED
        if project.status in closed:
            return str(WORDS["file_closed"])
        if self.standing and project.status not in Project.STANDING:
            return str(WORDS["not_standing"])
        return ""

    # -- who --------------------------------------------------------------------------------------

    def may_add(self, user, project: Project, *, is_own: bool | None = None) -> bool:
        """Whether the role enters this kind; `is_own` where it is known whose project it is."""
        if not user.has_perm(self.permission("add")):
            return False
        if not self.own_scope:
            return True
        return keeps(user, project) if is_own is None else is_own

    def may_change(self, user, entry: Entry) -> bool:
        return user.has_perm(self.permission("change")) and entry.is_kept_by(user)

    def may_follow_up(self, user, entry: Entry, *, is_own: bool | None = None) -> bool:
        if not (self.follow_up and user.has_perm(self.permission("change"))):
            return False
        is_own = keeps(user, entry.project) if is_own is None else is_own
        return is_own or entry.is_kept_by(user)


def keeps(user, project: Project) -> bool:
    """Whether the project is kept by the person's own office or one below it."""
    return user.can("projects.view_project", project, editing=True)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            model=Survey,
            form=entry_forms.SurveyForm,
            anchor="surveys",
            title=gettext_lazy("Surveys"),
            new_title=gettext_lazy("Enter a survey"),
            photograph="photo_before",
            document="survey_report",
        ),
        Kind(
            model=Notice,
            form=entry_forms.NoticeForm,
            anchor="notices",
            title=gettext_lazy("Public notices"),
            new_title=gettext_lazy("Enter a public notice"),
            own_scope=True,
            photograph="photo",
            document="public_notice",
        ),
        Kind(
            model=Objection,
            form=entry_forms.ObjectionForm,
            anchor="notices",
            new_title=gettext_lazy("Enter an objection"),
            under="notice",
            own_scope=True,
            document="other",
            follow_up=FollowUp(
                gettext_lazy("Answer the objection"),
                ("reply", "replied_on"),
                lambda objection: objection.replied_on is None,
            ),
        ),
        Kind(
            model=ProgressReport,
            form=ProgressForm,
            anchor="progress",
            title=gettext_lazy("Progress"),
            new_title=gettext_lazy("Report progress"),
            own_scope=True,
            standing=True,
            photograph="photo_during",
            document="other",
        ),
        Kind(
            model=Milestone,
            form=entry_forms.MilestoneForm,
            anchor="milestones",
            title=gettext_lazy("Milestones"),
            new_title=gettext_lazy("Enter a milestone"),
            own_scope=True,
            follow_up=FollowUp(
                gettext_lazy("Record that it is reached"),
                ("reached_on",),
                lambda milestone: milestone.reached_on is None,
            ),
        ),
        Kind(
            model=Inspection,
            form=entry_forms.InspectionForm,
            anchor="inspections",
            title=gettext_lazy("Inspections"),
            new_title=gettext_lazy("Enter an inspection"),
            standing=True,
            photograph="photo_during",
            document="minutes",
        ),
        Kind(
            model=Finding,
            form=entry_forms.FindingForm,
            anchor="findings",
            title=gettext_lazy("Findings"),
            new_title=gettext_lazy("Enter a finding"),
            after_closing=True,
            photograph="photo",
            document="audit_report",
            follow_up=FollowUp(
                gettext_lazy("Record that it is put right"),
                ("rectification", "rectified_on"),
                lambda finding: finding.rectified_on is None,
            ),
        ),
        Kind(
            model=Acceptance,
            form=entry_forms.AcceptanceForm,
            anchor="acceptances",
            title=gettext_lazy("Acceptance"),
            new_title=gettext_lazy("Enter an acceptance"),
            standing=True,
            photograph="photo_after",
            document="acceptance_form",
        ),
        Kind(
            model=Settlement,
            form=entry_forms.SettlementForm,
            anchor="settlements",
            title=gettext_lazy("Settlement"),
            new_title=gettext_lazy("Enter the final account"),
            standing=True,
            document="settlement_report",
        ),
        Kind(
            model=Asset,
            form=entry_forms.AssetForm,
            anchor="assets",
            title=gettext_lazy("Assets"),
            new_title=gettext_lazy("Enter an asset"),
            own_scope=True,
            standing=True,
            photograph="photo_after",
            document="asset_card",
        ),
        Kind(
            model=AssetVisit,
            form=entry_forms.AssetVisitForm,
            anchor="assets",
            new_title=gettext_lazy("Enter a visit"),
            under="asset",
            after_closing=True,
            photograph="photo_after",
            document="other",
        ),
        Kind(
            model=Outcome,
            form=entry_forms.OutcomeForm,
            anchor="outcomes",
            title=gettext_lazy("Outcomes"),
            new_title=gettext_lazy("Enter an outcome"),
            standing=True,
            photograph="photo_after",
            document="other",
        ),
    )
}


# -- fetch ----------------------------------------------------------------------------------------


def kind_or_404(name: str) -> Kind:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _project(request: Request, pk: int) -> Project:
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("projects.view_project"):
        raise PermissionDenied
    return project


def _entry(request: Request, kind: Kind, pk: int) -> Entry:
    rows = kind.model.objects.visible_to(request.user)
    entry = get_object_or_404(rows.select_related("project", "created_by__office"), pk=pk)
    if not request.user.has_perm(kind.permission("view")):
        raise PermissionDenied
    return entry


def _changeable(request: Request, kind: Kind, pk: int) -> Entry:
    entry = _entry(request, kind, pk)
    if not kind.may_change(request.user, entry):
        raise PermissionDenied(_("An entry is put right by the office that entered it."))
    return entry


def _refused(request: Request, kind: Kind, entry: Entry) -> HttpResponse | None:
    """The answer where the entry stays as it is, because of its own state or the project's."""
    words = WORDS["struck_out"] if entry.struck_at else kind.refusal(entry.project)
    return render(request, "409.html", {"words": words}, status=409) if words else None


# -- pages ----------------------------------------------------------------------------------------


def create(request: Request, pk: int, kind: str) -> HttpResponse:
    """A new entry; `?notice=3` and the like preset a field."""
    chosen = kind_or_404(kind)
    project = _project(request, pk)
    if not chosen.may_add(request.user, project):
        raise PermissionDenied(_("Your role does not enter this here."))
    if words := chosen.refusal(project):
        return render(request, "409.html", {"words": words}, status=409)
    initial = {name: value for name, value in request.GET.items() if value}
    form = _form(request, chosen, project=project, initial=initial)
    if _is_saved(request, chosen, form):
        messages.success(request, _("%(entry)s is saved.") % {"entry": form.instance})
        return redirect(url_of(chosen, project))
    return _page(request, chosen, form, chosen.new_title)


def edit(request: Request, kind: str, pk: int) -> HttpResponse:
    """Puts an entry right that was typed in the own office."""
    chosen = kind_or_404(kind)
    entry = _changeable(request, chosen, pk)
    if refusal := _refused(request, chosen, entry):
        return refusal
    form = _form(request, chosen, project=entry.project, instance=entry)
    if _is_saved(request, chosen, form):
        messages.success(request, _("Saved."))
        return redirect(url_of(chosen, entry.project))
    return _page(request, chosen, form, entry)


def follow_up(request: Request, kind: str, pk: int) -> HttpResponse:
    """Adds what could not be known at first: the answer, the day it was put right or reached."""
    chosen = kind_or_404(kind)
    if chosen.follow_up is None:
        raise Http404
    entry = _entry(request, chosen, pk)
    if not chosen.may_follow_up(request.user, entry):
        raise PermissionDenied(_("Your role does not enter this here."))
    if refusal := _refused(request, chosen, entry):
        return refusal
    form = _form(request, chosen, project=entry.project, instance=entry)
    form.only(chosen.follow_up.fields)
    if _is_saved(request, chosen, form):
        messages.success(request, _("Saved."))
        return redirect(url_of(chosen, entry.project))
    return _page(request, chosen, form, chosen.follow_up.label, entry=entry)


def strike(request: Request, kind: str, pk: int) -> HttpResponse:
    """Strikes a mistake out with a reason; it stays readable."""
    chosen = kind_or_404(kind)
    entry = _changeable(request, chosen, pk)
    if refusal := _refused(request, chosen, entry):
        return refusal
    form = ReasonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        entry.strike(by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Struck out. It stays readable with its reason."))
        return redirect(url_of(chosen, entry.project))
    title = _("Strike an entry out")
    return _page(request, chosen, form, title, entry=entry, is_danger=True)


def url_of(kind: Kind, project: Project) -> str:
    """The place on the project's page where entries of this kind stand."""
    return f"{reverse('projects:project-detail', args=[project.pk])}#{kind.anchor}"


def _form(request: Request, kind: Kind, **more) -> EntryForm:
    files = request.FILES if request.method == "POST" else None
    form = kind.form(typed(request), files, user=request.user, **more)
    with_evidence(form, photograph=kind.photograph, document=kind.document)
    return form


def _page(request: Request, kind: Kind, form: forms.Form, title, **more) -> HttpResponse:
    entry = more.get("entry") or form.instance
    context = {
        "kind": kind,
        "form": form,
        "project": entry.project,
        "title": title,
        "back_url": url_of(kind, entry.project),
        "list_url": reverse("projects:project-list"),
        "came_with_files": bool(request.FILES),
    }
    status = 422 if form.errors else 200
    return render(request, "projects/entry_form.html", context | more, status=status)


# -- saving ---------------------------------------------------------------------------------------


class _NotKept(Exception):
    """A file was refused, and with it the entry that it came with."""


def _is_saved(request: Request, kind: Kind, form: EntryForm) -> bool:
    """Saves the entry with its files, all or nothing; what was refused stands in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    is_new = form.instance.pk is None
    try:
        with transaction.atomic():
            form.save()
            if not all(list(_kept(request, kind, form))):
                raise _NotKept
    except DatabaseError as error:
        if not (words := in_words(error)):
            raise
        form.add_error(None, words)
    except _NotKept:
        pass
    else:
        return True
    if is_new:
        form.instance.pk = None
    return False


def _kept(request: Request, kind: Kind, form: EntryForm) -> Iterator[bool]:
    """Keeps each file as evidence of the entry; a refusal stands beside the field."""
    entry = form.instance
    for name, file_kind in (("photographs", kind.photograph), ("documents", kind.document)):
        for upload in form.cleaned_data.get(name, ()):
            try:
                attach(entry.project, upload, kind=file_kind, by=request.user, entry=entry)
            except ValidationError as refusal:
                form.add_error(name, labelled(upload.name, told(refusal.messages)))
                yield False
            else:
                yield True
