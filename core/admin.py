"""The Django admin for entry and review: the pages' scope, forms, moves and refusals.

Rule: the admin asks `visible_to` and `user.can` as every page does; a state moves by an action that
calls `perform()`, and nothing is deleted.
"""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from core.admin_entry import TypedAdmin
from core.attachments import Attachment, AttachmentKind
from core.file_forms import FileForm, NewFileForm
from core.forms import form_field
from core.lifecycle import Move
from core.models import Decision, Division
from core.news import Mail
from core.notes import Note, Reminder
from core.punctuation import labelled, told
from core.refusals import in_words
from core.requests import Request
from core.uploads import keep, may_add
from core.workflow import is_editable, may_ever, perform, workflow_of

admin.site.site_header = gettext_lazy("Shanhai, data entry and review")
admin.site.site_title = gettext_lazy("Shanhai")
admin.site.index_title = gettext_lazy("Data entry and review")
admin.site.enable_nav_sidebar = False


class NoteActionForm(ActionForm):
    """The action's choice with the reason that some moves need."""

    note = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=2000)


class ScopedAdmin(TypedAdmin):
    """Rows in the person's scope only; rights of the roles table; no deletion."""

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        return queryset.filter(pk__in=self.model.objects.visible_to(request.user).values("pk"))

    def _can(self, request: Request, action: str, record=None) -> bool:
        permission = f"{self.opts.app_label}.{action}_{self.opts.model_name}"
        return request.user.can(permission, record, editing=action == "change")

    def has_view_permission(self, request, obj=None) -> bool:
        return self._can(request, "view", obj)

    def has_add_permission(self, request) -> bool:
        return self._can(request, "add")

    def has_change_permission(self, request, obj=None) -> bool:
        if obj is not None and hasattr(obj, "workflow_name") and not is_editable(obj):
            return False
        return self._can(request, "change", obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.remote_field or getattr(db_field, "choices", None):
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return form_field(db_field, **kwargs)

    def get_fields(self, request, obj=None):
        """Who only reads is shown the model's own fields, not those that help to enter it."""
        names = super().get_fields(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return names
        own = {field.name for field in self.opts.get_fields()}
        return [name for name in names if name in own]

    def save_model(self, request, obj, form, change) -> None:
        if not change and hasattr(obj, "created_by_id"):
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except DatabaseError as error:
            return self._refused(request, error)

    def _refused(self, request: Request, error: DatabaseError) -> HttpResponse:
        """Shows a refusal of the database as a message on the page it came from."""
        if not (words := in_words(error)):
            raise error
        self.message_user(request, words, messages.ERROR)
        return HttpResponseRedirect(request.path)


class RecordAdmin(ScopedAdmin):
    """A record type with a life cycle: its moves are the admin's actions."""

    action_form = NoteActionForm
    readonly_fields = ("number", "status", "status_at", "created_by", "created_at", "updated_at")

    def get_readonly_fields(self, request, obj=None):
        """What the database fills in is shown once there is something to show."""
        return super().get_readonly_fields(request, obj) if obj else ()

    def get_actions(self, request) -> dict:
        return {
            move.name: (self._action(move), move.name, str(move.label))
            for move in workflow_of(self.model).moves
            if may_ever(request.user, move.permission)
        }

    @staticmethod
    def _action(move: Move) -> Callable:
        def action(modeladmin, request, queryset):
            if move.asks:
                return modeladmin._ask(request, queryset, move)
            note = request.POST.get("note", "")
            for record in queryset.order_by("pk"):
                modeladmin._try(request, record, move, note)
            return None

        action.__name__ = move.name
        return action

    def _ask(self, request: Request, queryset, move: Move) -> HttpResponse | None:
        """A move that asks for more than a reason is made on its own page, one at a time."""
        records = list(queryset[:2])
        if len(records) != 1:
            words = gettext("%(move)s asks for further facts: choose one record at a time.")
            self.message_user(request, words % {"move": move.label}, messages.ERROR)
            return None
        url = f"{self.opts.app_label}:{self.opts.model_name}-move"
        return HttpResponseRedirect(reverse(url, args=[records[0].pk, move.name]))

    def _try(self, request: Request, record, move: Move, note: str) -> None:
        """One record, checked on its own; a message says that it went through or why not."""
        try:
            with transaction.atomic():
                perform(record, move.name, by=request.user, note=note)
        except PermissionDenied as refusal:
            self.message_user(request, labelled(record.number, refusal), messages.ERROR)
        except ValidationError as refusal:
            self.message_user(
                request, labelled(record.number, told(refusal.messages)), messages.ERROR
            )
        except DatabaseError as error:
            if not (words := in_words(error)):
                raise
            self.message_user(request, labelled(record.number, words), messages.ERROR)
        else:
            self.message_user(request, labelled(record.number, move.done), messages.SUCCESS)


@admin.register(AttachmentKind)
class AttachmentKindAdmin(admin.ModelAdmin):
    list_display = ("position", "key", "name_zh", "name_en", "is_photograph", "is_offered")
    list_display_links = ("key",)

    def get_readonly_fields(self, request, obj=None):
        return ("key", "is_photograph") if obj else ()

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Attachment)
class AttachmentAdmin(ScopedAdmin):
    """Files of the records in the person's scope, added and put right as on the pages."""

    action_form = NoteActionForm
    actions = ("withdraw",)
    list_display = ("uploaded_at", "number", "kind", "title", "document_number", "uploaded_by")
    list_filter = ("kind", "workflow", "media_type")
    list_select_related = ("kind", "uploaded_by")
    search_fields = ("title_zh", "title_en", "file_name", "document_number", "sha256")
    TOLD = (
        "number",
        "file_name",
        "media_type",
        "size",
        "sha256",
        "uploaded_by",
        "uploaded_at",
        "taken_at",
        "latitude",
        "longitude",
        "withdrawn_at",
        "withdrawn_by",
        "withdrawn_because",
        "published_at",
        "published_by",
    )

    @admin.display(description=gettext_lazy("record"))
    def number(self, file: Attachment) -> str:
        return file.record.number

    def get_readonly_fields(self, request, obj=None):
        return self.TOLD if obj else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        kwargs["form"] = FileForm if obj else NewFileForm
        return super().get_form(request, obj, change, **kwargs)

    def has_change_permission(self, request, obj=None) -> bool:
        if obj is None or not self.has_view_permission(request, obj) or obj.withdrawn_at:
            return False
        return may_add(request.user, obj.record, obj.entry)

    def save_model(self, request, obj, form, change) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            keep(obj, form.cleaned_data["upload"])

    @admin.action(description=gettext_lazy("Withdraw"), permissions=["view"])
    def withdraw(self, request, queryset):
        note = request.POST.get("note", "").strip()
        for file in queryset.order_by("pk"):
            if not self.has_change_permission(request, file):
                words = gettext("Your role does not change the files of this record.")
                self.message_user(request, labelled(file, words), messages.ERROR)
            elif not note:
                words = gettext("Give the reason; everybody who reads the record will read it.")
                self.message_user(request, labelled(file, words), messages.ERROR)
            else:
                file.withdraw(by=request.user, because=note)
                self.message_user(request, labelled(file, gettext("The file is withdrawn.")))


@admin.register(Division)
class DivisionAdmin(admin.ModelAdmin):
    list_display = ("code", "name_zh", "name_en", "level", "valid_from", "valid_to")
    list_filter = ("level",)
    search_fields = ("code", "name_zh", "name_en", "pinyin")
    raw_id_fields = ("parent", "successor")

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Decision)
class DecisionAdmin(admin.ModelAdmin):
    """Decisions are read here; the database writes and keeps them."""

    list_display = ("decided_at", "workflow", "record_id", "move", "decided_by", "note")
    list_filter = ("workflow", "move")
    list_select_related = ("decided_by",)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class ReadOnlyAdmin(ScopedAdmin):
    """What people said on records in one's scope: it is read here and written on their pages."""

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Note)
class NoteAdmin(ReadOnlyAdmin):
    list_display = ("written_at", "workflow", "record_id", "written_by", "text", "struck_at")
    list_filter = ("workflow",)
    list_select_related = ("written_by",)


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    list_display = ("reminded_at", "workflow", "record_id", "reminded_by")
    list_filter = ("workflow",)
    list_select_related = ("reminded_by",)


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin):
    """Whether mails went out; what they say is between the records and their readers."""

    list_display = ("written_at", "person", "digest_on", "taken_at", "sent_at")
    list_select_related = ("person",)
    fields = ("person", "digest_on", "written_at", "taken_at", "sent_at")
    date_hierarchy = "written_at"

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
