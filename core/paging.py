"""Pages by key: a page begins behind the last row of the one before, wherever that lies.

Rule: a page is found by one comparison that an index answers, so that the thousandth costs what the
first does, and rows that come or go meanwhile neither hide a row nor show one twice. Rows without
a value to sort by come last (docs/decisions/0009-pages-by-key.md).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, F, Field, Func, Q, QuerySet, Value

from core.workflow import waited_states, workflow_of

WAITING = "waiting_since"  # of core.workflow.with_waiting: the column is `status_at`
LONGEST_PLACE = 1000


class Beyond(Func):
    """(a, b) > (x, y) as one comparison of rows."""

    output_field = BooleanField()

    def __init__(self, keys: Sequence, values: Sequence, *, sign: str):
        super().__init__(*keys, *values)
        self.sign = sign

    def as_sql(self, compiler, connection, *_words, **_context) -> tuple[str, list]:
        parts = [compiler.compile(part) for part in self.source_expressions]
        keys, values = parts[: len(parts) // 2], parts[len(parts) // 2 :]
        left, right = (", ".join(sql for sql, _ in side) for side in (keys, values))
        return f"({left}) {self.sign} ({right})", [p for _, some in parts for p in some]


@dataclass(frozen=True)
class Place:
    """Where a page begins or ends: the values of one row, and its key; no values for an empty."""

    values: tuple
    pk: Any

    def __str__(self) -> str:
        return json.dumps([*map(_text, self.values), _text(self.pk)], ensure_ascii=False)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


@dataclass(frozen=True)
class Order:
    """A total order of rows: by `names`, then by key; `descending` turns both round."""

    rows: QuerySet
    names: tuple[str, ...]
    descending: bool
    columns: tuple[str, ...] = field(init=False)
    filled: Q = field(init=False)

    def __post_init__(self) -> None:
        filled = Q()
        for name in self.names:
            if name == WAITING:
                filled &= Q(status__in=sorted(waited_states(workflow_of(self.rows.model))))
            elif _may_be_empty(self.rows, name):
                filled &= Q(**{f"{name}__isnull": False})
        columns = tuple("status_at" if name == WAITING else name for name in self.names)
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "filled", filled)

    def read(self, text: str) -> Place | None:
        """The place that an address names; None for one that names none."""
        try:
            parts = json.loads(text[:LONGEST_PLACE])
            if not isinstance(parts, list) or not all(isinstance(p, str) for p in parts):
                return None
            *values, pk = parts
            lengths = (len(self.columns), 0) if self.filled else (len(self.columns),)
            if len(values) not in lengths or "\0" in "".join(parts):
                return None
            pk = _value(self.rows, "pk", pk)
            found = zip(self.columns, values, strict=False)
            return Place(tuple(_value(self.rows, name, value) for name, value in found), pk)
        except (ValueError, ValidationError, OverflowError, RecursionError):
            return None

    def behind(self, place: Place | None, count: int) -> list[Place]:
        """The next so many places, in order."""
        return self._walk(place, count, self.descending, (True, False))

    def before(self, place: Place, count: int) -> list[Place]:
        """The so many places before one, in order."""
        return self._walk(place, count, not self.descending, (False, True))[::-1]

    def _walk(self, place, count: int, down: bool, parts: tuple[bool, ...]) -> list[Place]:
        """First the filled rows and then the empty, or the other way round."""
        if not self.filled:
            parts = (True,)
        elif place and bool(place.values) != parts[0]:
            parts = parts[1:]
        found: list[Place] = []
        for is_filled in parts:
            found += self._part(is_filled, place, count - len(found), down)
            place = None
            if len(found) == count:
                break
        return found

    def _part(self, is_filled: bool, place: Place | None, count: int, down: bool) -> list[Place]:
        rows = self.rows.filter(self.filled) if is_filled else self.rows.exclude(self.filled)
        names = (*self.columns, "pk") if is_filled else ("pk",)
        if place:
            keys = [F(name) for name in names]
            fields = [_field_of(rows, name) for name in names]
            values = [
                Value(value, output_field=field)
                for value, field in zip((*place.values, place.pk), fields, strict=True)
            ]
            rows = rows.filter(Beyond(keys, values, sign="<" if down else ">"))
        order = [F(name).desc() if down else F(name).asc() for name in names]
        return [
            Place(tuple(values), pk)
            for *values, pk in rows.order_by(*order).values_list(*names)[:count]
        ]


def is_column(model, name: str) -> bool:
    """Whether an index of the model's own table can sort by this."""
    if name in (WAITING, "pk"):
        return True
    try:
        return bool(model._meta.get_field(name).concrete)
    except FieldDoesNotExist:
        return False


def _value(rows: QuerySet, name: str, text: str) -> Any:
    """A value as its field reads it. Raises ValueError or ValidationError for none."""
    field = _field_of(rows, name)
    value = field.to_python(text)
    field.run_validators(value)
    return value


def _field_of(rows: QuerySet, name: str) -> Field:
    """The field of a sort name: a column, one of a related row, or what was annotated."""
    if name in rows.query.annotations:
        return rows.query.annotations[name].output_field
    model: Any = rows.model
    found: Any = None
    for part in name.split("__"):
        found = model._meta.pk if part == "pk" else model._meta.get_field(part)
        model = found.related_model
    return found


def _may_be_empty(rows: QuerySet, name: str) -> bool:
    if name in rows.query.annotations:
        return True
    model = rows.model
    for part in name.split("__"):
        found = model._meta.pk if part == "pk" else model._meta.get_field(part)
        if found.null:
            return True
        model = found.related_model
    return False
