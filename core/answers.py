"""What a form holds, in the words that a person reads: for checking answers, and for conflicts.

Rule: a value is shown as it would be read on the record's page; what cannot be read stays as typed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import BoundField, widgets
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.formatting import NOTHING, number
from core.money import money_text
from core.punctuation import labelled, listed


def settled(field: BoundField) -> Any:
    """The value that a field stands for, typed or of the record; None where it cannot be read."""
    try:
        return field.field.clean(field.data if field.form.is_bound else field.value())
    except ValidationError:
        return None


def in_words(field: BoundField) -> str:
    """The value of a field as a person reads it."""
    if isinstance(field.field.widget, widgets.CheckboxInput):
        return str(_("yes") if field.value() else _("no"))
    value = settled(field)
    if value in (None, "", []):
        return _typed(field) or NOTHING
    return _written(field.field, value)


def _typed(field: BoundField) -> str:
    """What was typed and cannot be read, or a record that is no choice any more by its name."""
    value = field.value()
    if isinstance(field.field, forms.ModelChoiceField) and str(value or "").isdecimal():
        rows: Any = field.field.queryset
        return str(rows.model._default_manager.filter(pk=value).first() or value)
    pieces = value if isinstance(value, list | tuple) else [value]
    return " ".join(str(piece) for piece in pieces if piece) if pieces and pieces[0] else ""


def _written(field: forms.Field, value: Any) -> str:
    if isinstance(value, Model) and hasattr(field, "label_from_instance"):
        return str(field.label_from_instance(value))
    if isinstance(field, forms.MultipleChoiceField):
        return listed(_choice(field, one) for one in value)
    if isinstance(field, forms.ChoiceField):
        return _choice(field, value)
    if getattr(field, "is_money", False):
        return money_text(value)
    if isinstance(value, int | Decimal):
        return number(value) if getattr(field, "has_commas", True) else str(value)
    if isinstance(value, date):
        return date_format(value)
    return str(value)


def _choice(field: forms.ChoiceField, value: Any) -> str:
    flat: dict[str, Any] = {}
    offered: Any = field.choices
    for key, label in offered:
        flat |= (
            {str(k): v for k, v in label} if isinstance(label, list | tuple) else {str(key): label}
        )
    return capfirst(str(flat.get(str(value), value)))


@dataclass(frozen=True)
class Answer:
    """One line of what was typed: its label, the value in words, and where it is changed."""

    label: str
    text: str
    anchor: str


@dataclass(frozen=True)
class Section:
    """The answers under one heading of the form, or the rows of one of its tables."""

    title: str
    answers: list[Answer]
    rows: Any = None


def answers_of(form) -> list[Section]:
    """Everything that the form shows of its record, in the form's own order."""
    sections = [
        Section(title, [_answer(form[name]) for name in names]) for title, names in _laid(form)
    ]
    return sections + [_of_part(rows) for rows in form.bound_parts]


def _of_part(rows) -> Section:
    title = capfirst(str(rows.part.title))
    if rows.part.is_table:
        return Section(title, [], rows)
    fields = [field for row in rows.forms for field in row.visible_fields()]
    return Section(title, [_answer(field) for field in fields])


def _answer(field: BoundField) -> Answer:
    return Answer(capfirst(str(field.label)), in_words(field), field.id_for_label or field.auto_id)


def _laid(form) -> list[tuple[str, list[str]]]:
    """(heading, names of the visible fields) in the order of the layout."""
    laid, loose = [], []
    for place in form.helper.layout.fields if form.helper.layout else list(form.fields):
        names = [place] if isinstance(place, str) else [p.name for p in place.get_field_names()]
        names = [name for name in names if name in form.fields and not form[name].is_hidden]
        if isinstance(place, Fieldset):
            laid.append((str(place.legend or ""), names))
        else:
            loose += names
    return ([("", loose)] if loose else []) + laid


def spoken(fields: list[BoundField]) -> str:
    """The fields of a row in one line."""
    said = ((field.label, in_words(field)) for field in fields)
    return listed(labelled(capfirst(str(label)), text) for label, text in said if text != NOTHING)
