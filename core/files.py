"""The pages of files: the panel on a record's page, adding, looking, putting right, publishing.

Rule: each begins with the case record and `visible_to(user)`, so that a stranger gets 404 for a
file as for the record itself; bytes are given out by these views alone, and never as a page.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core import content, pictures, storage
from core.attachments import ENTRIES, Attachment, copies_of
from core.file_forms import ConsentForm, FileForm, ReasonForm, UploadForm
from core.lifecycle import WORKFLOWS
from core.punctuation import labelled, listed, told
from core.requests import Request
from core.uploads import attach, entry_of, may_add, sent_name

ALONE = "default-src 'none'; sandbox"  # what is looked at runs nothing and loads nothing


@dataclass(frozen=True)
class Copy:
    """The same picture in another place; `record` only where the reader may see that one."""

    file: Attachment
    record: Any


@dataclass(frozen=True)
class Shown:
    """A file as the panel shows it: the entry that it belongs to, and where else it stands."""

    file: Attachment
    entry: Any = None
    copies: list[Copy] = field(default_factory=list)
    may_publish: bool = False


@dataclass(frozen=True)
class Panel:
    """The files of a record, or of one entry under it, as this reader sees them."""

    photographs: list[Shown]
    documents: list[Shown]
    withdrawn: list[Shown]
    form: UploadForm | None
    add_url: str
    may_add: bool
    may_open_withdrawn: bool

    @property
    def count(self) -> int:
        return len(self.photographs) + len(self.documents)

    @property
    def size(self) -> int:
        """Bytes of the files that count."""
        return sum(one.file.size for one in (*self.photographs, *self.documents))


def panel_of(request: Request, record, *, entry=None) -> Panel:
    """What `core/_files.html` shows of a record, or of one entry under it."""
    files = Attachment.objects.at(entry) if entry else Attachment.objects.of(record)
    rows = list(files.for_list().select_related("withdrawn_by__office").order_by("pk"))
    entries = {} if entry else _entries(rows)
    elsewhere = _elsewhere(request.user, rows)
    publishes = may_be_public(record) and request.user.has_perm("core.publish_attachment")
    shown = [
        Shown(
            file,
            entries.get((file.entry_kind, file.entry_id)),
            elsewhere.get(file.pk, []),
            publishes and file.is_picture and file.uploaded_by_id != request.user.pk,
        )
        for file in rows
    ]
    current = [one for one in shown if not one.file.withdrawn_at]
    adds = may_add(request.user, record, entry)
    return Panel(
        photographs=[one for one in current if one.file.is_photograph],
        documents=[one for one in current if not one.file.is_photograph],
        withdrawn=[one for one in shown if one.file.withdrawn_at],
        form=UploadForm() if adds else None,
        add_url=add_url(record, entry),
        may_add=adds,
        may_open_withdrawn=request.user.has_perm("core.see_withdrawn_attachment"),
    )


def add_url(record, entry=None) -> str:
    url = reverse("core:file-add", args=[record.workflow_name, record.pk])
    return f"{url}?entry={entry._meta.label_lower}:{entry.pk}" if entry else url


def may_be_public(record) -> bool:
    """Whether records of this type have a public page on which a photograph could stand."""
    return hasattr(type(record).objects, "for_public_display")


def _entries(files: Iterable[Attachment]) -> dict[tuple[str, int | None], Any]:
    """The entries that files belong to, in one query a type."""
    found: dict[tuple[str, int | None], Any] = {}
    for label in {file.entry_kind for file in files} & set(ENTRIES):
        model, _under = ENTRIES[label]
        keys = {file.entry_id for file in files if file.entry_kind == label}
        rows = model._base_manager.in_bulk(keys)
        found |= {(label, key): row for key, row in rows.items()}
    return found


def _elsewhere(user, files: list[Attachment]) -> dict[int, list[Copy]]:
    """Where else each photograph stands, as far as this reader may know, in one query a type."""
    copies = copies_of(files)
    others = {other.pk: other for found in copies.values() for other in found}.values()
    records: dict[tuple[str, int], Any] = {}
    for name in {other.workflow for other in others}:
        keys = {other.record_id for other in others if other.workflow == name}
        visible = WORKFLOWS[name].model.objects.visible_to(user)
        records |= {(name, key): row for key, row in visible.in_bulk(keys).items()}
    return {
        key: [Copy(other, records.get((other.workflow, other.record_id))) for other in found]
        for key, found in copies.items()
    }


# -- fetch ----------------------------------------------------------------------------------------


def fetch_record(request: Request, workflow: str, pk: int):
    """The case record within the reader's scope. Raises Http404, PermissionDenied."""
    if workflow not in WORKFLOWS:
        raise Http404
    model = WORKFLOWS[workflow].model
    record = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    meta = model._meta
    if not request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
        raise PermissionDenied
    return record


def fetch(request: Request, pk: int) -> tuple[Attachment, Any]:
    """A file with its record, within the reader's scope."""
    file = get_object_or_404(Attachment.objects.for_list(), pk=pk)
    record = fetch_record(request, file.workflow, file.record_id)
    if file.withdrawn_at and not request.user.has_perm("core.see_withdrawn_attachment"):
        raise Http404
    return file, record


def fetch_to_change(request: Request, pk: int) -> tuple[Attachment, Any]:
    file, record = fetch(request, pk)
    if file.withdrawn_at or not may_add(request.user, record, file.entry):
        raise PermissionDenied(_("Your role does not change the files of this record."))
    return file, record


# -- the bytes ------------------------------------------------------------------------------------


@require_safe
def show(request: Request, pk: int) -> HttpResponse:
    """The file as it came; pictures and PDF in the browser, the rest to be kept."""
    file, _record = fetch(request, pk)
    is_inline = file.media_type in content.SHOWN_INLINE
    path, name = storage.path_of(file.sha256), sent_name(file)
    return stream(request, path, file.media_type, name, is_inline=is_inline)


@require_safe
def show_copy(request: Request, pk: int, edge: int) -> HttpResponse:
    """A shrunk copy of a picture, upright and without what the camera wrote."""
    file, _record = fetch(request, pk)
    return stream_copy(request, file, edge)


def stream_copy(request, file: Attachment, edge: int) -> HttpResponse:
    if not file.is_picture or edge not in pictures.EDGES:
        raise Http404
    return stream(request, pictures.copy_of(file.sha256, edge), "image/jpeg")


def stream(request, path: Path, media_type: str, name: str = "", *, is_inline=True):
    """A file as a response: asked for anew each time, taken for nothing but what it is."""
    tag = f'"{path.name}"'
    response = get_conditional_response(request, etag=tag) or FileResponse(
        path.open("rb"), content_type=media_type, as_attachment=not is_inline, filename=name
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = ALONE
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = tag
    return response


# -- adding ---------------------------------------------------------------------------------------


def add(request: Request, workflow: str, pk: int) -> HttpResponse:
    """Several files at once; each is judged on its own and refused in its own sentence."""
    record = fetch_record(request, workflow, pk)
    entry = _asked_entry(request, record)
    if not may_add(request.user, record, entry):
        raise PermissionDenied(_("Your role does not add files to this record."))
    if request.method != "POST":
        return _add_page(request, record, entry, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        _attach_all(request, record, entry, form)
    if form.errors:
        return _add_page(request, record, entry, form, status=422)
    return redirect(place_of(record, entry))


def _asked_entry(request: Request, record):
    label, _colon, key = request.GET.get("entry", "").partition(":")
    if not label:
        return None
    entry = entry_of(record, label=label, key=key)
    if entry is None:
        raise Http404
    return entry


def _attach_all(request: Request, record, entry, form: UploadForm) -> None:
    values = dict(form.cleaned_data)
    uploads, kind = values.pop("uploads"), values.pop("kind")
    added = []
    for upload in uploads:
        try:
            attach(record, upload, kind=kind.pk, by=request.user, entry=entry, **values)
        except ValidationError as refusal:
            form.add_error("uploads", labelled(upload.name, told(refusal.messages)))
        else:
            added.append(upload.name)
    if added:
        words = ngettext("%(count)s file is added: %(names)s.", "%(count)s files are added:"
                         " %(names)s.", len(added))  # fmt: skip
        messages.success(request, words % {"count": len(added), "names": listed(added)})


def _add_page(request, record, entry, form: UploadForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "record": record,
        "entry": entry,
        "title": _("Add files"),
        "button": _("Add files"),
        "back_url": place_of(record, entry),
    }
    return render(request, "core/file.html", context, status=status)


def place_of(record, entry=None) -> str:
    """The page on which the files stand."""
    row = entry if hasattr(entry, "get_absolute_url") else record
    return f"{row.get_absolute_url()}#files"


# -- putting right, withdrawing, publishing -------------------------------------------------------


def edit(request: Request, pk: int) -> HttpResponse:
    """Words and kind of a file; number and day where they are still empty."""
    file, record = fetch_to_change(request, pk)
    form = FileForm(request.POST if request.method == "POST" else None, instance=file)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(place_of(record))
    return _page(request, file, record, form, capfirst(file.title), _("Save"))


def withdraw(request: Request, pk: int) -> HttpResponse:
    """Takes a file out of the evidence with a reason; it is kept, and new readers see it not."""
    file, record = fetch_to_change(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        file.withdraw(by=request.user, because=form.cleaned_data["reason"])
        messages.success(request, _("The file is withdrawn."))
        return redirect(place_of(record))
    return _page(request, file, record, form, _("Withdraw a file"), _("Withdraw"), danger=True)


def publish(request: Request, pk: int) -> HttpResponse:
    """Shows a photograph to the public; never by the person who brought it."""
    file, record = _fetch_to_publish(request, pk)
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        file.publish(by=request.user)
        messages.success(request, _("The photograph is public now."))
        return redirect(place_of(record))
    return _page(request, file, record, form, _("Show to the public"), _("Show to the public"))


@require_POST
def hide(request: Request, pk: int) -> HttpResponse:
    """Takes a photograph from the public, at once and without a question."""
    file, record = fetch(request, pk)
    if not request.user.can("core.publish_attachment", record):
        raise PermissionDenied(_("Your role does not publish photographs."))
    file.hide()
    messages.success(request, _("The photograph is no longer public."))
    return redirect(place_of(record))


def _fetch_to_publish(request: Request, pk: int) -> tuple[Attachment, Any]:
    file, record = fetch(request, pk)
    if not request.user.can("core.publish_attachment", record):
        raise PermissionDenied(_("Your role does not publish photographs."))
    if file.withdrawn_at or not file.is_photograph or not may_be_public(record):
        raise Http404
    if file.uploaded_by_id == request.user.pk:
        raise PermissionDenied(_("You added this photograph; another person must publish it."))
    return file, record


def _page(request, file, record, form, title, button, *, danger=False) -> HttpResponse:
    context = {
        "file": file,
        "form": form,
        "record": record,
        "title": title,
        "button": button,
        "danger": danger,
        "back_url": place_of(record),
    }
    return render(request, "core/file.html", context, status=422 if form.errors else 200)
