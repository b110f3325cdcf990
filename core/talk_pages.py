"""The addresses by which people talk on a record: notes, reminders, following, whom one can name.

Rule: each begins with the record as the reader sees it; what lies outside the scope is answered
with 404, and a record type outside the role with 403, as on the record's own page.
"""

from collections import Counter

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from core.forms import AtMost
from core.lifecycle import WORKFLOWS
from core.models import Record
from core.notes import LONGEST_NOTE, Note, view_permission
from core.people import Named, found_people, readers
from core.punctuation import listed
from core.requests import Request
from core.talk import follow, follows, remind, strike, write_note
from core.text import visible_text
from core.timeline import timeline_of

SHOWN, LOOKED_AT = 8, 60


class NoteForm(forms.Form):
    """A note on a record."""

    text = forms.CharField(
        label=gettext_lazy("Note"),
        strip=True,
        validators=[visible_text, AtMost(LONGEST_NOTE)],
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def record_of(request: Request, workflow: str, pk: int) -> Record:
    """The record that the address names, if the reader may see it."""
    if workflow not in WORKFLOWS:
        raise Http404
    model = WORKFLOWS[workflow].model
    rows = model.objects.visible_to(request.user)
    rows = rows.for_list() if hasattr(rows, "for_list") else rows
    record = get_object_or_404(rows, pk=pk)
    if not request.user.has_perm(view_permission(model)):
        raise PermissionDenied
    return record


def note_create(request: Request, workflow: str, pk: int) -> HttpResponse:
    """A note by its own page or, with htmx, within the history of the record."""
    record = record_of(request, workflow, pk)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _note, named = write_note(record, by=request.user, text=form.cleaned_data["text"])
        _say_who_was_told(request, named)
        form = NoteForm()
        if not request.htmx:
            return redirect(f"{record.get_absolute_url()}#history")
    status = 422 if form.errors else 200
    context = {"record": record, "note_form": form, "form": form, "title": str(record)}
    if not request.htmx:
        return render(request, "core/note_form.html", context, status=status)
    context["timeline"] = timeline_of(record, reader=request.user)
    return render(request, "core/_timeline.html", context, status=status)


def _say_who_was_told(request: Request, named: Named) -> None:
    told = [person for person in named.readers if person != request.user]
    words = _("The note is written.")
    if told:
        words = _("The note is written; %(people)s will be told.") % {"people": listed(told)}
    messages.success(request, words)
    if named.others:
        words = ngettext(
            "%(people)s cannot read this record and was not told.",
            "%(people)s cannot read this record and were not told.",
            len(named.others),
        )
        messages.warning(request, words % {"people": listed(named.others)})
    if named.unknown:
        words = _("Nobody here is called %(names)s.")
        messages.warning(request, words % {"names": listed(f"“{name}”" for name in named.unknown)})


@require_POST
def note_strike(request: Request, pk: int) -> HttpResponse:
    note = get_object_or_404(Note.objects.visible_to(request.user), pk=pk)
    record = record_of(request, note.workflow, note.record_id)
    strike(note, by=request.user)
    return redirect(f"{record.get_absolute_url()}#history")


@require_POST
def reminder_create(request: Request, workflow: str, pk: int) -> HttpResponse:
    record = record_of(request, workflow, pk)
    try:
        with transaction.atomic():
            remind(record, by=request.user)
    except ValidationError as refusal:
        messages.warning(request, " ".join(refusal.messages))
    except IntegrityError:
        messages.warning(request, _("Somebody has reminded them a moment ago."))
    else:
        messages.success(request, _("Reminded. They get a mail, if they want such mails."))
    return redirect(record)


@require_POST
def follow_change(request: Request, workflow: str, pk: int) -> HttpResponse:
    record = record_of(request, workflow, pk)
    follow(record, by=request.user, is_on=request.POST.get("follow") == "on")
    if follows(record, request.user):
        messages.success(request, _("You follow this record and are told what is new on it."))
    else:
        messages.success(request, _("You do not follow this record any more."))
    return redirect(record)


def people(request: Request, workflow: str, pk: int) -> HttpResponse:
    """Those who can read the record: a page, and with htmx what completes a name."""
    record = record_of(request, workflow, pk)
    text = request.GET.get("q", "")[:60]
    context = {"record": record, "text": text, "title": _("Who can read this record")}
    if request.htmx:
        context["people"] = _completing(readers(record, found_people(text)[:LOOKED_AT])[:SHOWN])
        return render(request, "core/_people.html", context)
    context["people"] = readers(record, found_people(text))
    return render(request, "core/people.html", context)


def _completing(able: list) -> list:
    """Sets by what each is named: the name, or the account where two have the same name."""
    names = Counter(str(person) for person in able)
    for person in able:
        person.called = str(person) if names[str(person)] == 1 else person.username
    return able
