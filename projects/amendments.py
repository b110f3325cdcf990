"""What an amendment changes: worked out from a form, shown side by side.

Rule: `changes` holds nothing but what differs from the project as it is approved, in the form in
which the database carries it out.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.formatting import NOTHING, number
from core.money import AmountField, money_text
from core.punctuation import listed
from core.search import pinyin_of, search_text
from projects.models import PARTS, Amendment, Project

TABLES = {part._meta.db_table: part for part in PARTS}


def plain(values: Any) -> Any:
    """Values as JSON holds them: days and amounts as text."""
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder))


def columns_of(row: models.Model, names: Any = None) -> dict[str, Any]:
    """The columns of a row by name, or those of the named fields."""
    fields = [row._meta.get_field(name) for name in names] if names else row._meta.concrete_fields
    return {field.attname: _exact(field, getattr(row, field.attname)) for field in fields}


def _exact(field: Any, value: Any) -> Any:
    """A decimal with the places of its column, so that 12 and 12.00 are the same."""
    if value is None or not isinstance(field, models.DecimalField):
        return value
    return Decimal(value).quantize(Decimal(1).scaleb(-field.decimal_places))


def changed_columns(before: Project, after: Project, names: list[str]) -> tuple[dict, dict]:
    """(changes, before) of the named fields; a new name brings what the search knows it by."""
    old, new = plain(columns_of(before, names)), plain(columns_of(after, names))
    changed = {key for key in new if new[key] != old[key]}
    changes = {key: new[key] for key in new if key in changed}
    if {"name_zh", "name_en"} & changed:
        changes |= {
            "pinyin": pinyin_of(after.name_zh),
            "found_by": search_text(*after.searched()),
        }
    return changes, {key: old[key] for key in old if key in changed}


def applied(project: Project, changes: dict[str, Any]) -> Project:
    """The project as the amendment would leave it, not saved."""
    for field in project._meta.concrete_fields:
        if field.attname in changes:
            setattr(project, field.attname, field.to_python(changes[field.attname]))
    return project


# -- side by side ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of a difference: what, as it is approved, as it would be; "" where there is none."""

    label: str
    old: str
    new: str
    is_added: bool = False
    is_removed: bool = False


def difference(amendment: Amendment) -> list[Line]:
    """Every value that the amendment changes, old beside new."""
    lines = list(_columns(Project, amendment.before, amendment.changes))
    parts, before = amendment.changes.get("parts", {}), amendment.before.get("parts", {})
    for table, rows in parts.items():
        lines += _rows(TABLES[table], before.get(table, []), rows)
    return lines


def _columns(model: Any, old: dict, new: dict, within: str = "") -> Iterator[Line]:
    for field in model._meta.concrete_fields:
        key = field.attname
        if field.editable and key != "project_id" and new.get(key) != old.get(key):
            label = capfirst(str(field.verbose_name))
            label = f"{within} · {label}" if within else label
            yield Line(label, _value(field, old.get(key)), _value(field, new.get(key)))


def _rows(model: Any, old: list[dict], new: list[dict]) -> Iterator[Line]:
    title = capfirst(str(model._meta.verbose_name))
    before = {row["id"]: row for row in old}
    for row in new:
        if row.get("id") in before:
            name = f"{title} {_named(model, before[row['id']])}"
            yield from _columns(model, before[row["id"]], row, within=name)
        else:
            yield Line(title, "", _told(model, row), is_added=True)
    kept = {row.get("id") for row in new}
    for key, row in before.items():
        if key not in kept:
            yield Line(title, _told(model, row), "", is_removed=True)


def _named(model: Any, row: dict) -> str:
    return str(model(**{key: value for key, value in row.items() if _is_own(model, key)}))


def _is_own(model: Any, key: str) -> bool:
    return key in {field.attname for field in model._meta.concrete_fields}


def _told(model: Any, row: dict) -> str:
    """A whole row in words."""
    shown = [
        f"{capfirst(str(field.verbose_name))} {_value(field, row.get(field.attname))}"
        for field in model._meta.concrete_fields
        if field.editable
        and field.attname not in ("id", "project_id")
        and row.get(field.attname) not in (None, "", False)
    ]
    return listed(shown)


def _value(field: Any, value: Any) -> str:
    if value in (None, "", []):
        return NOTHING
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if field.remote_field:
        found = field.remote_field.model._base_manager.filter(pk=value).first()
        return str(found or value)
    if isinstance(value, list):
        words = dict(field.base_field.choices or [])
        return listed(str(words.get(one, one)) for one in value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    value = field.to_python(value)
    if isinstance(field, AmountField):
        return money_text(value)
    if isinstance(field, models.DecimalField):
        return number(value, 0 if value == value.to_integral_value() else None)
    return str(value)
