"""The parts of a record that are typed with it: tables of rows, and details that only some have.

Rule: a part is declared once, in `RecordForm.parts`; page and admin show it, refuse and save it
alike, in the transaction of the record.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseInlineFormSet, BoundField, ModelChoiceField, inlineformset_factory
from django.http import QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.answers import settled
from core.forms import RecordForm, form_field
from core.punctuation import labelled

Text = str | Promise
BLANK_ROWS = 3
MOST_ROWS = 100


class PartForm(forms.ModelForm):
    """One row of a part. `whole` is the form of the record that it belongs to."""

    class Meta:
        formfield_callback = form_field

    def __init__(self, *args, whole=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.whole = whole
        for field in self.fields.values():
            RecordForm.prepare(field)

    @property
    def is_blank(self) -> bool:
        """A row that holds nothing, ready to be filled in."""
        return is_new(self) and not self.has_changed() and not self.initial


class PartFormSet(BaseInlineFormSet):
    """The rows of one part as they are typed; those that stay blank are no rows."""

    part: "Part"
    _errors: Any
    _should_delete_form: Callable[[Any], bool]
    default_error_messages = {
        "too_many_forms": gettext_lazy("There may be %(num)s rows at most."),
    }

    def __init__(self, *args, whole=None, queryset=None, **kwargs):
        rows = self.part.rows(self.model._default_manager.all() if queryset is None else queryset)
        super().__init__(*args, **kwargs | {"queryset": rows})
        self.whole = whole
        self._offered: dict[str, list] = {}

    @classmethod
    def get_default_prefix(cls) -> str:
        return cls.part.prefix

    def get_form_kwargs(self, index):
        return super().get_form_kwargs(index) | {"whole": self.whole}

    def add_fields(self, form, index):
        """Choices are looked up once for all rows."""
        for name, field in form.fields.items():
            if isinstance(field, ModelChoiceField):
                if name not in self._offered:
                    self._offered[name] = list(cast(Iterable, field.choices))
                field.choices = self._offered[name]
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = pgettext("a row", "Remove")

    def delete_existing(self, obj, commit=True):
        """A row that was taken out goes as its part lets it go."""
        if commit:
            self.part.remove(obj, self.whole)

    # -- as it is shown ---------------------------------------------------------------------------

    @property
    def columns(self) -> list[BoundField]:
        """The fields of a row, for the heads of the table."""
        return own_fields(self.empty_form)

    @property
    def rows(self) -> list[forms.ModelForm]:
        """The rows that hold something: those of the record, and what was typed beside them."""
        return [form for form in self.forms if not is_new(form) or form.has_changed()]

    @property
    def bound_amount(self) -> Decimal | None:
        """What the rows may come to together, by a field of the record; None where nothing says."""
        if not self.part.bound_by or self.part.bound_by not in self.whole.fields:
            return None
        return self.whole.standing(self.part.bound_by)

    @cached_property
    def sums(self) -> dict[str, Any]:
        """The sum of each summed column, as far as its values can be read."""
        columns: tuple[str, ...] = self.part.sums
        return {name: sum(self._values(name), start=Decimal(0)) for name in columns}

    def _values(self, name: str) -> Iterator[Any]:
        for form in self.forms:
            if not (self.is_bound and self._should_delete_form(form)):
                yield settled(form[name]) or 0

    def faults(self) -> Iterator[tuple[str, str]]:
        """(anchor, sentence) of everything that must be corrected."""
        if not self.is_bound:
            return
        for words in self.non_form_errors():
            yield f"part-{self.prefix}", labelled(self.part.title, words)
        for number, form in enumerate(self.forms, start=1):
            if form.errors and not self._should_delete_form(form):
                yield from self._faults_of(form, number)

    def _faults_of(self, form, number: int) -> Iterator[tuple[str, str]]:
        place = self.part.row_name(number)
        faults: Any = form.errors
        for name, errors in faults.items():
            field = None if name == NON_FIELD_ERRORS else form[name]
            anchor = field.id_for_label if field else f"part-{self.prefix}"
            label = f"{place} · {capfirst(str(field.label))}" if field else place
            for words in errors:
                yield anchor, labelled(label, words)

    def unjudged(self) -> None:
        """What is typed, without a word about whether it is right."""
        self._errors, self._non_form_errors = [{} for _form in self.forms], self.error_class()
        for form in self.forms:
            form._errors, form.cleaned_data = forms.utils.ErrorDict(), {}


def is_new(row: forms.ModelForm) -> bool:
    """Whether the row is not kept yet; its key may be that of the record, which it has early."""
    return row.instance._state.adding


def own_fields(form: forms.ModelForm) -> list[BoundField]:
    """The fields of a row that a person fills in."""
    return [field for field in form.visible_fields() if field.name != "DELETE"]


@dataclass(frozen=True)
class Part:
    """A part of a record: its model, the fields that are typed, and what it is called.

    `when(form)` says whether the record that is typed has this part; `is_copied` whether a copy of
    the record takes it along. `form` is the form of a row, where it offers or checks more, and
    `rows(queryset)` says what the rows need for it; `rows_form` judges the rows together, and
    `remove(row, whole)` lets a row go.
    """

    model: Any
    fields: tuple[str, ...]
    title: Text
    help: Text = ""
    form: type[PartForm] = PartForm
    rows_form: type[PartFormSet] = PartFormSet
    remove: Callable[[Any, Any], object] = lambda row, whole: row.delete()
    rows: Callable[[Any], Any] = lambda queryset: queryset
    when: Callable[[Any], bool] = lambda form: True
    is_copied: bool = True

    sums: tuple[str, ...] = ()
    bound_by: str = ""

    is_table = False

    @property
    def prefix(self) -> str:
        return self.model._meta.model_name

    def row_name(self, number: int) -> str:
        return str(self.title)

    def formset(self, parent: type) -> type[PartFormSet]:
        return _formset_of(self, parent)

    def limits(self) -> dict[str, Any]:
        return {"extra": 1, "max_num": 1, "can_delete": False}

    def add_blank_rows(self, data: QueryDict) -> None:
        """A detail has the one row; a table may have more."""

    def bound_to(self, whole: Any) -> PartFormSet:
        """The rows of the record that `whole` is about, with what was typed of them."""
        formset = self.formset(type(whole.instance))
        is_sent = f"{self.prefix}-TOTAL_FORMS" in whole.data
        data = whole.data if is_sent else None  # what was not on the page that was sent stays
        initial = whole.part_initial.get(self.prefix, [])
        rows = formset(data, instance=whole.instance, whole=whole, initial=initial)
        rows.extra += len(initial)
        return rows

    def let_go(self, record: Any) -> None:
        """Rows of a table stay until somebody removes them."""


@dataclass(frozen=True)
class PartDetail(Part):
    """What only a record of some kind has: one row beside it, typed like fields of its own."""

    def let_go(self, record: Any) -> None:
        """Removes the detail of a record that is of this kind no more."""
        fk: Any = self.formset(type(record)).fk
        whose = {fk.name: record}
        self.model._default_manager.filter(**whose).delete()


@dataclass(frozen=True)
class PartTable(Part):
    """Rows of a record in a table; `sums` names the columns that are added up, `bound_by` the field
    of the record that says how much their amounts may come to."""

    add: Text = gettext_lazy("Add rows")
    most: int = MOST_ROWS

    is_table = True

    def row_name(self, number: int) -> str:
        return _("%(table)s, row %(number)s") % {"table": self.title, "number": number}

    def limits(self) -> dict[str, Any]:
        return {
            "extra": BLANK_ROWS,
            "max_num": self.most,
            "absolute_max": self.most + BLANK_ROWS,
            "validate_max": True,
            "can_delete": True,
        }

    def add_blank_rows(self, data: QueryDict) -> None:
        """Lets a form that was sent to be shown again have more rows to fill in."""
        name = f"{self.prefix}-TOTAL_FORMS"
        total = data.get(name, "")
        if total.isdecimal() and len(total) < 6:
            data[name] = str(min(int(total) + BLANK_ROWS, self.most))


def with_more_rows(parts: tuple, data: QueryDict, prefix: str) -> QueryDict:
    """What was sent, with blank rows more in the table that asks for them."""
    data = data.copy()
    for part in parts:
        if part.prefix == prefix:
            part.add_blank_rows(data)
    return data


@cache
def _formset_of(part: Part, parent: type) -> type[PartFormSet]:
    formset: Any = inlineformset_factory(
        parent,
        part.model,
        form=part.form,
        formset=part.rows_form,
        fields=part.fields,
        **part.limits(),
    )
    return type(formset.__name__, (formset,), {"part": part})
