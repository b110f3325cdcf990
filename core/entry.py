"""The pages on which a record is typed: new, changed, copied; with drafts, and without clashes.

Rule: what was sent is judged under the lock of its record and of its own token, so that nothing is
written twice and nothing over what somebody else has just written; what is typed always comes back.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import DateField
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.answers import answers_of
from core.conflicts import TAKE, Conflict, version_of, who_changed
from core.drafts import Opened, Sent, TooLong, pairs_of
from core.formatting import moment
from core.lifecycle import Move
from core.models import FormDraft
from core.parts import own_fields, with_more_rows
from core.refusals import is_written
from core.requests import Request
from core.workflow import is_editable

ENTRIES: dict[str, "Entry"] = {}


class NotSaved(Exception):
    """Nothing is written; the page says what stands in the way."""

    def __init__(self, page: HttpResponse, *, is_conflict: bool = False):
        self.page = page
        self.is_conflict = is_conflict


class Entry:
    """How the records of one type are typed. The other pages of the type are in core/views.py."""

    app: str
    name: str
    model: Any
    form: Any
    form_template: str
    initial: Any
    title: Any
    new_title: Any
    permission: Callable[[str], str]
    fetch: Callable[..., Any]
    visible: Callable[..., Any]
    rows: Callable[..., Any]
    url: Callable[..., str]

    @property
    def key(self) -> str:
        return f"{self.app}:{self.name}"

    def may_type(self, request: Request, pk: int | None):
        """The record to be changed, or None for a new one; raises Http404 and PermissionDenied."""
        if pk is None:
            if not request.user.has_perm(self.permission("add")):
                raise PermissionDenied
            return None
        record = self.fetch(request, pk)
        if not request.user.can(self.permission("change"), record, editing=True):
            raise PermissionDenied
        return record

    # -- shown ------------------------------------------------------------------------------------

    def create(self, request: Request) -> HttpResponse:
        self.may_type(request, None)
        opened = Opened.of(request, self.key)
        if opened.saved_before:
            return self._to_saved(request, opened.saved_before)
        return self._receive(request, opened) if _is_sent(request) else self._show(request, opened)

    def edit(self, request: Request, pk: int) -> HttpResponse:
        opened = Opened.of(request, self.key, pk)
        return self._receive(request, opened) if _is_sent(request) else self._show(request, opened)

    def _show(self, request: Request, opened: Opened) -> HttpResponse:
        """The form as it is opened, gone on with, or asked for once more with blank rows."""
        record = self.may_type(request, opened.record_id)
        if more := request.POST.get("form_more"):
            opened.data = with_more_rows(self.form.parts, opened.data, more)
        source = self._source(request) if record is None else None
        form = self._form(request, opened, record, source)
        if opened.data is not None:
            form.unjudged()
        elif record is not None:
            opened.version = version_of(form)
        return self._form_page(request, opened, form, source=source)

    def _form(self, request: Request, opened: Opened, record=None, source=None):
        """The form of what is typed; with nothing typed, of the record, a copy or presets."""
        if record is not None:
            return self.form(opened.data, user=request.user, instance=record)
        initial = self.initial(request) if self.initial else {}
        if source is None:
            return self.form(opened.data, user=request.user, initial=initial)
        copied = self.form(user=request.user, instance=source)
        initial |= {name: copied[name].initial for name in copied.copied}
        form = self.form(opened.data, user=request.user, initial=initial)
        form.part_initial = {
            rows.prefix: [
                {f.name: f.initial for f in own_fields(row)} for row in rows.initial_forms
            ]
            for rows in copied.bound_parts
            if rows.part.is_copied
        }
        return form

    def answers(self, request: Request, record, move: Move) -> dict[str, Any]:
        """What was typed, to be checked before the move by which its office lets go of it."""
        is_last = move.own_scope and not move.danger and is_editable(record)
        if not self.form or not is_last:
            return {}
        form = self.form(user=request.user, instance=record)
        return {"answers": answers_of(form), "edit_url": self.url("edit", record.pk)}

    def copy_url(self, request: Request, record) -> str:
        """Where a copy of the record is begun; empty where nobody, or not this person, copies."""
        if (
            not self.form
            or not self.form.copied
            or not request.user.has_perm(self.permission("add"))
        ):
            return ""
        return f"{self.url('create')}?copy={record.number}"

    def _source(self, request: Request):
        """The record of `?copy=`, where its type is copied and the person may read it."""
        number = request.GET.get("copy", "")
        if not number or not self.form.copied:
            return None
        return get_object_or_404(self.rows(self.visible(request)), number=number)

    def _form_page(self, request, opened, form, *, status: int = 200, **more) -> HttpResponse:
        is_new = opened.record_id is None
        context = {
            "form": form,
            "opened": opened,
            "drafts": opened.others() if request.method == "GET" else [],
            "title": self.new_title if is_new else str(form.instance),
            "back_url": self.url("list") if is_new else self.url("detail", opened.record_id),
            "list_title": self.title,
        }
        return render(request, self.form_template, context | more, status=status)

    # -- sent -------------------------------------------------------------------------------------

    def _receive(self, request: Request, opened: Opened) -> HttpResponse:
        """Saves what was sent, or shows it again with what stands in its way."""
        try:
            with transaction.atomic():
                return self._save(request, opened)
        except NotSaved as refusal:
            if refusal.is_conflict:
                with suppress(TooLong):
                    opened.keep(pairs_of(opened.data, self.form))
            return refusal.page

    def _save(self, request: Request, opened: Opened) -> HttpResponse:
        self._lock(opened.record_id)
        record = self.may_type(request, opened.record_id)
        if made := opened.take(pairs_of(opened.data, self.form)):
            return self._to_saved(request, made)
        if record is None and opened.saved_before:
            raise NotSaved(self._saved_before_page(request, opened))
        form = self._without_conflict(request, opened, record)
        if not form.is_valid() or not is_written(form):
            raise NotSaved(self._form_page(request, opened, form, status=422))
        opened.done(form.instance.pk)
        saved = _("Saved.") if record else _("%(number)s is saved.") % {"number": form.instance}
        messages.success(request, saved)
        return redirect(self.url("detail", form.instance.pk))

    def _lock(self, pk: int | None) -> None:
        list(self.model._base_manager.select_for_update().filter(pk=pk).values("pk"))

    def _to_saved(self, request: Request, record_id: int) -> HttpResponse:
        messages.info(request, _("This form was saved already; this is its record."))
        return redirect(self.url("detail", record_id))

    def _saved_before_page(self, request: Request, opened: Opened) -> HttpResponse:
        """A form that made a record and was then changed: whether another is meant is asked."""
        made = self.visible(request).filter(pk=opened.saved_before).first()
        form = self._form(request, opened).unjudged()
        url = self.url("detail", opened.saved_before)
        return self._form_page(request, opened, form, status=409, made=made, made_url=url)

    # -- conflicts --------------------------------------------------------------------------------

    def _without_conflict(self, request: Request, opened: Opened, record):
        """The form of what was sent and chosen; raises NotSaved where a choice is due."""
        form = self._form(request, opened, record)
        if record is None or not opened.version:
            return form
        theirs = self.form(user=request.user, instance=record)
        if any(name.startswith(TAKE) for name in opened.data):
            opened.data = Conflict(theirs, form, opened.version).merged(opened.data)
            form = self._form(request, opened, record)
        conflict = Conflict(theirs, form, opened.version)
        if conflict.is_overtaken and (differences := conflict.differences()):
            page = self._conflict_page(request, opened, theirs, differences)
            raise NotSaved(page, is_conflict=True)
        return form

    def _conflict_page(self, request, opened, theirs, differences) -> HttpResponse:
        context = {
            "record": theirs.instance,
            "title": str(theirs.instance),
            "words": who_changed(theirs, reader=request.user),
            "differences": differences,
            "opened": opened,
            "version": version_of(theirs),
            "typed": pairs_of(opened.data, self.form),
            "back_url": self.url("detail", opened.record_id),
            "list_title": self.title,
            "list_url": self.url("list"),
        }
        return render(request, "core/conflict.html", context, status=409)


def _is_sent(request: Request) -> bool:
    """Whether a form is sent to be saved, not only to be shown with more rows."""
    return request.method == "POST" and "form_more" not in request.POST


def _is_copied(field) -> bool:
    """Money and days are not copied: they were decided on."""
    return not getattr(field, "is_money", False) and not isinstance(field, DateField)


# -- drafts ---------------------------------------------------------------------------------------


@require_POST
def keep_draft(request: Request) -> HttpResponse:
    """Keeps what is typed into a form; answers when, or that the form was saved meanwhile."""
    entry = ENTRIES.get(request.POST.get("form_key", ""))
    record = request.POST.get("form_record", "")
    if entry is None or not (record == "" or (record.isdecimal() and len(record) < 19)):
        raise Http404
    record_id = int(record) if record else None
    entry.may_type(request, record_id)
    opened = Opened.of(request, entry.key, record_id)
    try:
        at = opened.keep(pairs_of(request.POST, entry.form))
    except Sent:
        return JsonResponse({"is_sent": True})
    except TooLong:
        return HttpResponse(status=413)
    return JsonResponse({"at": moment(at)})


@require_POST
def discard_draft(request: Request) -> HttpResponse:
    """Lets a draft go, at the wish of the person who typed it."""
    draft = request.POST.get("draft", "")
    if draft.isdecimal() and len(draft) < 19:
        FormDraft.objects.filter(owner=request.user, pk=draft).delete()
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "core:start"
    return redirect(back)
