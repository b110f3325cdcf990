"""Two people at one record: how it stood when a form was opened, and both versions side by side.

Rule: a version is a mark of every value that the form showed. Whoever saves what another has
changed meanwhile is shown both and chooses; nothing is merged unseen and nothing typed is lost.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.forms import BoundField, widgets
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from pghistory.models import Events

from core.answers import in_words, spoken
from core.formatting import moment
from core.parts import is_new, own_fields

Values = list[list[str]]
TAKE = "take-"
THEIRS, MINE = "theirs", "mine"

# -- values as a browser sends them ---------------------------------------------------------------


def names_of(field: BoundField) -> list[str]:
    """The names under which a browser sends a field: an amount has one for its unit."""
    suffixes = getattr(field.field.widget, "widgets_names", [""])
    return [f"{field.html_name}{suffix}" for suffix in suffixes]


def untouched(field: BoundField) -> Values:
    """What a browser sends for a field that nobody touches, by name."""
    widget: Any = field.field.widget
    value = field.value()
    if isinstance(widget, widgets.CheckboxInput):
        return [["on"] if widget.check_test(value) else []]
    if not isinstance(widget, widgets.MultiWidget):
        return [_texts(widget.format_value(value))]
    values: Any = value if isinstance(value, list) else widget.decompress(value)
    pieces = zip(widget.widgets, values, strict=True)
    return [_texts(piece.format_value(one)) for piece, one in pieces]


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return ["" if one is None else str(one) for one in values]


def typed(field: BoundField) -> Values:
    """What was sent for a field, by name."""
    sent: Any = field.form.data
    return [sent.getlist(name) for name in names_of(field)]


def mark(values: list[Values]) -> str:
    """A short mark of values; line ends count as one, since browsers differ in them."""
    plain = [[sorted(one.replace("\r\n", "\n").strip() for one in v) for v in vs] for vs in values]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:10]


# -- versions -------------------------------------------------------------------------------------


def version_of(form) -> str:
    """How the record of a form stands: a mark of each field, and of each row of its parts."""
    marks: dict[str, str | None] = {name: mark([untouched(form[name])]) for name in form.fields}
    for rows in form.bound_parts:
        marks |= {_key(rows, row): row_mark(row) for row in rows.initial_forms}
    return json.dumps(marks, separators=(",", ":"))


def _key(rows, row) -> str:
    return f"{rows.prefix}:{row.instance.pk}" if rows.part.is_table else rows.prefix


def row_mark(row) -> str | None:
    """The mark of a row as it is kept, or as it was sent; None where it holds nothing."""
    if not row.is_bound:
        return mark([untouched(field) for field in own_fields(row)])
    if _is_removed(row) or (is_new(row) and not row.has_changed()):
        return None
    return mark([typed(field) for field in own_fields(row)])


def _is_removed(row) -> bool:
    return row.is_bound and row.add_prefix("DELETE") in row.data


def _marks(version: str) -> dict[str, str]:
    """The marks of a version that came with a form; none where it is not one of ours."""
    try:
        marks = json.loads(version)
    except ValueError:
        return {}
    return marks if isinstance(marks, dict) else {}


# -- both versions --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """A value that differs: theirs, mine, and which is proposed; empty where both changed it."""

    key: str
    label: str
    theirs: str
    mine: str
    chosen: str


@dataclass(frozen=True)
class _Sides:
    """The forms of what differs, on the record's side and on that of the person who types."""

    key: str
    label: str
    theirs: Any
    mine: Any


class Conflict:
    """What was typed beside what the record holds now. `theirs` is the form of the record as it
    stands, `mine` that of what was typed; `version` is what the typing began with."""

    def __init__(self, theirs, mine, version: str):
        self.theirs, self.mine = theirs, mine
        self.base, self.now = _marks(version), _marks(version_of(theirs))
        self.is_overtaken = bool(version) and self.base != self.now

    def differences(self) -> list[Difference]:
        """Every value that is not the same on both sides."""
        return [*self._of_fields(), *self._of_rows()]

    def _of_fields(self) -> Iterator[Difference]:
        for name in self.mine.changed_data:
            field = self.mine[name]
            if not field.is_hidden:
                label = capfirst(str(field.label))
                chosen = self._proposed(name, mark([typed(field)]))
                yield Difference(name, label, in_words(self.theirs[name]), in_words(field), chosen)

    def _of_rows(self) -> Iterator[Difference]:
        for sides in self._rows():
            theirs, mine = (row and row_mark(row) for row in (sides.theirs, sides.mine))
            if theirs != mine:
                yield Difference(
                    sides.key,
                    sides.label,
                    spoken(own_fields(sides.theirs)) if theirs else _("not there"),
                    spoken(own_fields(sides.mine)) if mine else _("not there"),
                    self._proposed(sides.key, mine),
                )

    def _proposed(self, key: str, mine: str | None) -> str:
        """Whose value is proposed: that of the one who changed it."""
        they_did = self.base.get(key) != self.now.get(key)
        i_did = self.base.get(key) != mine
        return "" if they_did == i_did else THEIRS if they_did else MINE

    def _rows(self) -> Iterator[_Sides]:
        """The rows that both sides know, that one of them has removed, or that they have added."""
        for rows in self.mine.sent_parts:
            known = self._kept(rows)
            for number, row in enumerate(rows.forms, start=1):
                if key := self._key_of(rows, row):
                    yield _Sides(key, rows.part.row_name(number), known.pop(key, None), row)
            for number, (key, row) in enumerate(known.items(), start=len(rows.forms) + 1):
                yield _Sides(key, rows.part.row_name(number), row, None)

    def _kept(self, rows) -> dict[str, Any]:
        """The rows of the record for the part, by key."""
        theirs = [kept for kept in self.theirs.bound_parts if kept.prefix == rows.prefix]
        return {_key(kept, row): row for kept in theirs for row in kept.initial_forms}

    @staticmethod
    def _key_of(rows, row) -> str:
        """The key of a row as it was sent; none for one that was typed anew."""
        if not rows.part.is_table:
            return rows.prefix
        kept = row.data.get(row.add_prefix(rows.model._meta.pk.name), "")
        return f"{rows.prefix}:{kept}" if kept else ""

    # -- what was chosen --------------------------------------------------------------------------

    def merged(self, data: QueryDict) -> QueryDict:
        """What was typed, with the record's own values where those were chosen."""
        chosen = {key.removeprefix(TAKE): str(data[key]) for key in data if key.startswith(TAKE)}
        merged = data.copy()
        for name, side in chosen.items():
            if side == THEIRS and name in self.theirs.fields:
                _put(merged, names_of(self.theirs[name]), untouched(self.theirs[name]))
        for rows in self.mine.sent_parts:
            self._merge_rows(merged, rows, chosen)
        return merged

    def _merge_rows(self, data: QueryDict, rows, chosen: dict[str, str]) -> None:
        """Writes the rows anew: those of the record first, then those typed beside them."""
        kept = self._kept(rows)
        sent = {key: row for row in rows.forms if (key := self._key_of(rows, row))}
        new = [row for row in rows.forms if not self._key_of(rows, row)]
        new += [r for key, r in sent.items() if key not in kept and chosen.get(key) != THEIRS]
        for name in [name for name in data if name.startswith(f"{rows.prefix}-")]:
            del data[name]
        for place, (key, row) in enumerate(kept.items()):
            mine = sent.get(key) if chosen.get(key) != THEIRS else None
            prefix = f"{rows.prefix}-{place}"
            _write_row(data, prefix, mine or row)
            data[f"{prefix}-{rows.model._meta.pk.name}"] = str(row.instance.pk)
            if mine and _is_removed(mine) or (key not in sent and chosen.get(key) == MINE):
                data[f"{prefix}-DELETE"] = "on"
        new = [row for row in new if row_mark(row)]
        for place, row in enumerate(new, start=len(kept)):
            _write_row(data, f"{rows.prefix}-{place}", row)
        data[f"{rows.prefix}-TOTAL_FORMS"] = str(len(kept) + len(new))
        data[f"{rows.prefix}-INITIAL_FORMS"] = str(len(kept))


def _write_row(data: QueryDict, prefix: str, row) -> None:
    for field in own_fields(row):
        names = [prefix + name.removeprefix(row.prefix) for name in names_of(field)]
        _put(data, names, typed(field) if row.is_bound else untouched(field))


def _put(data: QueryDict, names: list[str], values: Values) -> None:
    for name, value in zip(names, values, strict=True):
        data.setlist(name, value)


# -- who ------------------------------------------------------------------------------------------


def who_changed(form, *, reader) -> str:
    """The sentence over both versions: who changed the record of a form last, and when."""
    who, at = _last_change(form)
    if at is None:
        return _("Somebody has changed this meanwhile; both versions are below")
    if who == reader:
        words = _("You changed this at %(time)s in another window; both versions are below")
    else:
        words = _("%(who)s changed this at %(time)s; both versions are below")
    return words % {"who": who or _("The system"), "time": moment(at)}


def overtaken_by(form, *, reader) -> str:
    """The same in the admin, where only one version is shown."""
    who, at = _last_change(form)
    if at is None:
        return _("Somebody has changed this meanwhile.")
    if who == reader:
        return _("You changed this at %(time)s in another window.") % {"time": moment(at)}
    shown = {"who": who or _("The system"), "time": moment(at)}
    return _("%(who)s changed this at %(time)s.") % shown


def _last_change(form) -> tuple[Any, datetime | None]:
    """Person and moment of the newest change of the record or of one of its parts."""
    events = [Events.objects.tracks(form.instance)]
    for rows in form.bound_parts:
        if kept := [row.instance for row in rows.initial_forms]:
            events.append(Events.objects.tracks(kept))
    newest = [
        event
        for found in events
        if (
            event := found.order_by("-pgh_created_at", "-pgh_id")
            .values("pgh_created_at", "pgh_context")
            .first()
        )
    ]
    if not newest:
        return None, None
    last = max(newest, key=lambda event: event["pgh_created_at"])
    user: Any = (last["pgh_context"] or {}).get("user")
    return get_user_model().objects.filter(pk=user).first(), last["pgh_created_at"]
