"""The entries in the file of a project in the admin: the forms, scope and refusals of the pages.

Rule: an entry is typed, put right and struck out by whom the pages let do it, and never deleted.
"""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin import NoteActionForm, ScopedAdmin
from core.punctuation import labelled, told
from core.refusals import WORDS, in_words
from projects.entries import KINDS, Kind
from projects.entry_forms import EntryForm
from projects.models import DoneQuantity
from projects.models.entry import Entry
from projects.progress_form import DoneQuantityForm

# The quantities of a report are fields of its form on the pages, and rows of their own here.
ROWS = (
    *KINDS.values(),
    Kind(
        model=DoneQuantity,
        form=DoneQuantityForm,
        anchor="progress",
        new_title=gettext_lazy("Enter a quantity done"),
        own_scope=True,
        standing=True,
    ),
)


class TypedInAdmin:
    """A form in which the project is typed too: whether it takes the entry is judged with it."""

    kind: Kind

    def clean(self: Any):
        cleaned = super().clean()  # type: ignore[misc]
        project = cleaned.get("project")
        if project and not self.instance.pk:
            if not self.kind.may_add(self.user, project):
                self.add_error("project", _("Your role does not enter this here."))
            elif words := self.kind.refusal(project):
                self.add_error("project", words)
        return cleaned


class EntryAdmin(ScopedAdmin):
    kind: Kind

    action_form = NoteActionForm
    actions = ("strike_out",)
    list_display = ("__str__", "project_number", "created_by", "created_at", "struck_at")
    list_select_related = ("project", "created_by")
    search_fields = ("project__found_by",)
    readonly_fields = ("created_by", "created_at", "struck_at", "struck_by", "struck_reason")

    def get_readonly_fields(self, request, obj=None):
        return super().get_readonly_fields(request, obj) if obj else ()

    def has_change_permission(self, request, obj=None) -> bool:
        if obj is not None and (obj.struck_at or self.kind.refusal(obj.project)):
            return False
        return super().has_change_permission(request, obj)

    @admin.display(description=gettext_lazy("project"), ordering="project__number")
    def project_number(self, entry: Entry) -> str:
        return entry.project.number

    @admin.action(description=gettext_lazy("Strike out, with the reason"), permissions=["change"])
    def strike_out(self, request, queryset) -> None:
        """Each entry on its own; a message says that it is struck out, or why not."""
        reason = request.POST.get("note", "")
        for entry in queryset.select_related("project", "created_by__office").order_by("pk"):
            say = partial(self.message_user, request)
            try:
                self._strike(request.user, entry, reason)
            except PermissionDenied as refusal:
                say(labelled(entry, refusal), messages.ERROR)
            except ValidationError as refusal:
                say(labelled(entry, told(refusal.messages)), messages.ERROR)
            except DatabaseError as error:
                if not (words := in_words(error)):
                    raise
                say(labelled(entry, words), messages.ERROR)
            else:
                say(labelled(entry, _("Struck out. It stays readable with its reason.")))

    def _strike(self, user, entry: Entry, reason: str) -> None:
        if not self.kind.may_change(user, entry):
            raise PermissionDenied(_("An entry is put right by the office that entered it."))
        if words := self.kind.refusal(entry.project):
            raise ValidationError(words)
        if not reason.strip():
            raise ValidationError(str(WORDS["needs_note"]))
        with transaction.atomic():
            entry.strike(by=user, reason=reason)


def register(kind: Kind) -> None:
    """Registers a kind of entry with the form of its pages."""
    form: type[EntryForm] = type(kind.form.__name__, (TypedInAdmin, kind.form), {"kind": kind})
    words = {"kind": kind, "form": form, "__doc__": kind.model.__doc__}
    words["raw_id_fields"] = (kind.under,) if kind.under else ()  # there may be very many
    admin.site.register(kind.model, type(f"{kind.model.__name__}Admin", (EntryAdmin,), words))


for one in ROWS:
    register(one)
