"""The form of an amendment: the project's own form, filled with what is approved.

Rule: what is typed is never written to the project; the difference is, as the amendment's changes.
"""

from collections.abc import Iterable
from copy import copy
from datetime import date
from typing import Any

from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Model
from django.forms import widgets
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.parts import is_new
from core.text import visible_text
from core.workflow import is_editable
from projects import amendments
from projects.forms import NumberField, ProjectForm
from projects.models import Amendment, Project
from projects.places import kept

# Kind, year, and the two sides are what the project was agreed as; they are not amended.
KEPT = {"kind", "level", "year", "office", "county", "supporter", "disaster", "is_drought_relief"}


class AmendmentForm(ProjectForm):
    """Shows the project as it would be; `instance` is the amendment, or nothing for a new one."""

    copied = ()
    project = NumberField(
        label=gettext_lazy("Project"),
        queryset=Project.objects.none(),
        widget=widgets.HiddenInput,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is to change"),
        help_text=gettext_lazy("Both sides read this before they approve."),
        widget=widgets.Textarea(attrs={"rows": 3}),
        validators=[visible_text, MaxLengthValidator(2000)],
    )

    def __init__(self, data=None, *, user=None, instance=None, initial=None, **kwargs):
        self.amendment = instance or Amendment()
        initial = dict(initial or {})
        self.approved = self._project(data, user, initial)
        self.__dict__["day"] = date(self.approved.year or timezone.localdate().year, 7, 1)
        standing = amendments.applied(copy(self.approved), self.amendment.changes)
        initial |= {"project": self.approved, "reason": self.amendment.reason}
        super().__init__(data, user=user, instance=standing, initial=initial, **kwargs)
        self.fields["project"].queryset = Project.objects.filter(pk=self.approved.pk)
        for name in KEPT & self.fields.keys():
            self._keep(name)
        self.refusal = self._refusal()
        self.helper.layout = Layout(
            Fieldset(_("Why"), "project", Field("reason", wrapper_class="wide")),
            Fieldset(
                _("What it is"),
                Field("name_zh", wrapper_class="wide"),
                Field("name_en", wrapper_class="wide"),
                "types",
                "is_integrated",
            ),
            Fieldset(_("Where"), "town", "village"),
            Fieldset(_("Money"), "agreed_amount", "match_amount"),
            Fieldset(
                _("Why, and for whom"),
                "need",
                Field("content_zh", wrapper_class="wide"),
                Field("content_en", wrapper_class="wide"),
                "household_count",
                "people_count",
                "people_qualifier",
            ),
        )

    def _keep(self, name: str) -> None:
        """A field that stays as the project was agreed, whatever is sent."""
        field = self.fields[name]
        field.disabled, field.required = True, False
        self.initial[name] = getattr(self.approved, self.instance._meta.get_field(name).attname)
        if hasattr(field, "queryset"):
            field.queryset = field.queryset.model.objects.filter(pk=self.initial[name])

    def _project(self, data, user, initial: dict[str, Any]) -> Project:
        """The project as it is approved: the amendment's, or the one named by its number."""
        if self.amendment.pk:
            return Project.objects.get(pk=self.amendment.project_id)
        number = (data or {}).get("project") or initial.get("project") or ""
        found = Project.objects.visible_to(user).filter(number=getattr(number, "number", number))
        return found.first() or Project()

    def _refusal(self) -> Any:
        if self.amendment.pk:
            if not is_editable(self.amendment):
                return _("What was submitted cannot be changed. Return it for revision first.")
            return ""
        if self.approved.pk is None:
            return _("Begin an amendment from the page of its project.")
        try:
            Amendment(project=self.approved).clean()
        except ValidationError as refusal:
            return " ".join(refusal.messages)
        return ""

    # -- parts ------------------------------------------------------------------------------------

    @cached_property
    def bound_parts(self) -> list:
        return [self._as_amended(rows) for rows in super().bound_parts]

    def _as_amended(self, rows):
        """The rows of a part as the amendment would leave them, where nothing is typed yet."""
        table = rows.model._meta.db_table
        if rows.is_bound or table not in self.amendment.changes.get("parts", {}):
            return rows
        wanted = self.amendment.changes["parts"][table]
        by_key = {row["id"]: row for row in wanted if row.get("id")}
        self.part_initial[rows.prefix] = [row for row in wanted if not row.get("id")]
        rows = rows.part.bound_to(self)
        for form in rows.initial_forms:
            form.initial |= by_key.get(form.instance.pk, {"DELETE": True})
        return rows

    # -- saving -----------------------------------------------------------------------------------

    def clean(self):
        if self.refusal:
            raise ValidationError(self.refusal)
        return self.cleaned_data

    def save(self, commit=True):
        """Writes the amendment; the project stays as it is."""
        amendment = self.amendment
        amendment.project = self.approved
        if amendment.pk is None:
            amendment.created_by = self.user
        amendment.reason = self.cleaned_data["reason"]
        after = self.instance
        after.village = kept(after.village)
        names = [name for name in self._meta.fields if name in self.fields]
        amendment.changes, amendment.before = amendments.changed_columns(
            self.approved, after, names
        )
        for rows in self.sent_parts:
            if (before := self._changed(rows)) is not None:
                table = rows.model._meta.db_table
                amendment.changes.setdefault("parts", {})[table] = _rows_of(rows)
                amendment.before.setdefault("parts", {})[table] = before
        amendment.amount = after.agreed_amount
        amendment.full_clean(exclude=["office", "supporter", "created_by"])
        amendment.save()
        self.instance = amendment
        return amendment

    @staticmethod
    def _changed(rows) -> list[dict] | None:
        """The rows as approved, if what was typed differs from them; else None."""
        before = _as_json(rows.model.objects.filter(project=rows.instance.pk).order_by("pk"))
        return before if _rows_of(rows) != before else None


def _rows_of(rows) -> list[dict]:
    """The rows of a part as they are typed, without those that are blank or taken away."""
    return _as_json(
        form.instance
        for form in rows.forms
        if (not is_new(form) or form.has_changed()) and not rows._should_delete_form(form)
    )


def _as_json(rows: Iterable[Model]) -> list[dict]:
    found = amendments.plain([amendments.columns_of(row) for row in rows])
    return [{key: value for key, value in row.items() if value is not None} for row in found]
