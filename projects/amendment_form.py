"""The form of an amendment: the project's own form, filled with what is approved.

Rule: what is typed is never written to the project; the difference is, as the amendment's changes.
"""

from typing import Any

from crispy_forms.layout import Field, Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms import widgets
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import visible_text
from core.workflow import is_editable
from projects import amendments
from projects.forms import NumberField, ProjectForm
from projects.models import Amendment, Project

# Kind, year, and the two sides are what the project was agreed as; they are not amended.
KEPT = ("kind", "level", "year", "office", "county", "supporter", "disaster", "is_drought_relief")


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
        standing = Project.objects.get(pk=self.approved.pk) if self.approved.pk else Project()
        amendments.applied(standing, self.amendment.changes)
        initial |= {"project": self.approved, "reason": self.amendment.reason}
        super().__init__(data, user=user, instance=standing, initial=initial, **kwargs)
        self.fields["project"].queryset = Project.objects.filter(pk=self.approved.pk)
        for name in KEPT:
            self.fields.pop(name, None)
        self.refusal = self._refusal()
        self.helper.layout = self._layout()

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

    def _layout(self):
        layout = super().helper.layout if hasattr(super(), "helper") else self.helper.layout
        shown = _without(layout, KEPT)
        shown.insert(0, Fieldset(_("Why"), "project", Field("reason", wrapper_class="wide")))
        return shown

    # -- parts ------------------------------------------------------------------------------------

    @property
    def bound_parts(self) -> list:
        if "_rows" not in self.__dict__:
            self._rows = [self._as_amended(rows) for rows in super().bound_parts]
        return self._rows

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
        after = self._with_village()
        names = [name for name in self._meta.fields if name in self.fields]
        amendment.changes, amendment.before = amendments.changed_columns(
            self.approved, after, names
        )
        for rows in self.sent_parts:
            if before := self._changed(rows):
                table = rows.model._meta.db_table
                amendment.changes.setdefault("parts", {})[table] = _rows_of(rows)
                amendment.before.setdefault("parts", {})[table] = before
        amendment.amount = after.agreed_amount
        amendment.full_clean(exclude=["office", "supporter", "created_by"])
        amendment.save()
        self.instance = amendment
        return amendment

    def _with_village(self) -> Project:
        """The project as it would be; a village typed for the first time is kept at once."""
        village = self.instance.village
        if village and village.pk is None:
            self.instance.village = self.keep_village(village)
        return self.instance

    @staticmethod
    def _changed(rows) -> list[dict]:
        """The rows as approved, if what was typed differs from them; else nothing."""
        kept = rows.get_queryset()
        before = amendments.plain([amendments.columns_of(row) for row in kept])
        return before if _rows_of(rows) != before else []


def _rows_of(rows) -> list[dict]:
    """The rows of a part as they are typed, without those that are blank or taken away."""
    typed = [
        form.instance
        for form in rows.forms
        if (form.instance.pk or form.has_changed()) and not rows._should_delete_form(form)
    ]
    found = amendments.plain([amendments.columns_of(row) for row in typed])
    return [{key: value for key, value in row.items() if value is not None} for row in found]


def _without(layout, names):
    """The layout without some fields."""
    return layout
