"""How records are typed in the Django admin: the pages' parts as inlines, and the pages' guards.

Rule: a form sent twice makes one record, and nothing is saved over what somebody else has written
meanwhile; the refusal names what changed and keeps what was typed.
"""

from functools import partialmethod
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.conflicts import Conflict, overtaken_by, version_of
from core.drafts import Opened, pairs_of
from core.forms import RecordForm
from core.parts import Part
from core.punctuation import labelled, told
from core.requests import Request


class PartInline(InlineModelAdmin):
    """A part of a record, with the rights that the person has on the record."""

    part: Part
    record_admin: admin.ModelAdmin

    def get_formset(self, request, obj=None, **kwargs):
        return self.part.formset(self.parent_model)

    def has_view_permission(self, request, obj=None) -> bool:
        return self.record_admin.has_view_permission(request, obj)

    def has_change_permission(self, request, obj=None) -> bool:
        if obj is None or obj.pk is None:
            return self.record_admin.has_add_permission(request)
        return self.record_admin.has_change_permission(request, obj)

    def has_add_permission(self, request, obj=None) -> bool:
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        return self.has_change_permission(request, obj)


def inline_of(part: Part, record_admin: admin.ModelAdmin) -> PartInline:
    """The inline of a part, as the admin wants it."""
    look = "tabular" if part.is_table else "stacked"
    words = {
        "part": part,
        "record_admin": record_admin,
        "model": part.model,
        "fields": part.fields,
        "verbose_name_plural": part.title,
        "template": f"admin/edit_inline/{look}.html",
    }
    inline = type("PartInline", (PartInline,), words)
    return inline(record_admin.model, record_admin.admin_site)


class TypedAdmin(admin.ModelAdmin):
    """A record type that is typed in the admin with the form of its pages."""

    form: Any
    change_form_template = "admin/record_form.html"

    # -- the form and its parts -------------------------------------------------------------------

    def get_form(self, request, obj=None, change=False, **kwargs):
        if change and not self.has_change_permission(request, obj):
            kwargs["form"] = forms.ModelForm  # read only: it has no field that ours could prepare
        form: Any = super().get_form(request, obj, change, **kwargs)
        if not issubclass(form, RecordForm):
            return form
        words = {
            "__init__": partialmethod(form.__init__, user=request.user),
            "parts": (),  # the admin shows and saves them as inlines
            "refusal": getattr(request, "refusal", ""),
        }
        return type(form)(form.__name__, (form,), words)

    @property
    def is_typed(self) -> bool:
        return issubclass(self.form, RecordForm)

    def _whole(self, request: Request, record, *, is_sent: bool = False):
        """The form of the pages, with its parts, for a record or for what was sent of it."""
        return self.form(request.POST if is_sent else None, user=request.user, instance=record)

    def get_inline_instances(self, request, obj=None):
        found = super().get_inline_instances(request, obj)
        if not self.is_typed or not self.form.parts:
            return found
        whole = self._whole(request, obj, is_sent=request.method == "POST")
        parts = [rows.part for rows in whole.bound_parts if not whole.is_bound or rows.is_bound]
        return found + [inline_of(part, self) for part in parts]

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, PartInline):
            kwargs["whole"] = self._whole(request, obj, is_sent=request.method == "POST")
        return kwargs

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        if self.is_typed:
            self._whole(request, form.instance, is_sent=True).let_go_of(form.instance)

    # -- sent once, and over nobody ---------------------------------------------------------------

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if not self.is_typed:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            record = self._locked(request, object_id)
            opened = Opened.of(request, f"admin:{self.opts.label_lower}", record and record.pk)
            if request.method == "POST" and (made := self._judge(request, opened, record)):
                return self._to_saved(request, made)
            keys = {"opened": opened, "version": version_of(self._whole(request, record))}
            request.opened = opened
            more = (extra_context or {}) | (keys if record else keys | {"version": ""})
            answer = super().changeform_view(request, object_id, form_url, more)
            if request.method == "POST" and answer.status_code == 200:
                transaction.set_rollback(True)  # not saved: the token stays free
            return answer

    def _locked(self, request: Request, object_id: str | None):
        """The record, locked where it is to be changed; None for a new one or one out of sight."""
        if object_id is None:
            return None
        record = self.get_object(request, object_id)
        if record is None or request.method != "POST":
            return record
        rows = self.model._base_manager.select_for_update()
        list(rows.filter(pk=record.pk).values("pk"))
        return self.get_object(request, object_id)

    def _judge(self, request: Request, opened: Opened, record) -> int | None:
        """The record that the same form made before; sets the refusal where something clashes."""
        if made := opened.take(pairs_of(opened.data, self.form)):
            return made
        if record is None and opened.saved_before:
            request.refusal = _(
                "This form was saved already. Save it again to make another record."
            )
        elif record is not None and opened.version:
            theirs = self._whole(request, record)
            mine = self._whole(request, record, is_sent=True)
            conflict = Conflict(theirs, mine, opened.version)
            if conflict.is_overtaken and (differences := conflict.differences()):
                request.refusal = self._clash(request, theirs, differences)
        return None

    @staticmethod
    def _clash(request: Request, theirs, differences) -> str:
        """Who changed what, and that what was typed is still there."""
        changed = [f"{labelled(one.label, one.theirs)}." for one in differences]
        stays = _("What you typed is still here; save again to put it in the place of theirs.")
        return told([overtaken_by(theirs, reader=request.user), *changed, stays])

    def _to_saved(self, request: Request, record_id: int) -> HttpResponse:
        messages.info(request, _("This form was saved already; this is its record."))
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return redirect(reverse(name, args=[record_id]))

    def log_addition(self, request, obj, message):
        self._done(request, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        self._done(request, obj)
        return super().log_change(request, obj, message)

    @staticmethod
    def _done(request: Request, record) -> None:
        if opened := getattr(request, "opened", None):
            opened.done(record.pk)
