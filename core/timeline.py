"""A record's timeline: decisions, changes, files, notes and reminders, newest first.

Rule: it is read from what the database wrote; nothing is added by hand. An upper floor adds its own
entries by a source.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pghistory.models import Events

from core.archives import TakenArchive
from core.attachments import Attachment
from core.lifecycle import AMEND
from core.models import Decision, Record
from core.notes import Note, Reminder
from core.punctuation import labelled, listed
from core.workflow import workflow_of

LIMIT = 200
WITH_A_MOVE = timedelta(hours=1)  # the longest transaction in which somebody types and decides
TOGETHER = timedelta(minutes=15)  # files that one person adds within it are one line
FILE_EVENTS: Any = Attachment.pgh_event_model  # type: ignore[attr-defined]
FILE_WORDS = ("kind", "title_zh", "title_en", "caption", "document_number", "dated_on")
QUIET = {
    "status",
    "status_at",
    "updated_at",
    "id",
    "number",
    "created_by_id",
    "created_at",
}


@dataclass
class Entry:
    """One line of the timeline. `told` says who was told, `strike_url` offers to strike it out."""

    kind: str
    what: str
    who: str
    at: datetime
    tone: str = ""
    icon: str = "pen"
    note: str = ""
    hash: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    told: str = ""
    is_struck: bool = False
    strike_url: str = ""


SOURCES: list[Callable[[Record], Iterable[Entry]]] = []


def timeline_of(record: Record, *, reader=None, limit: int | None = LIMIT) -> list[Entry]:
    """What happened on a record and was said about it, newest first, as this person reads it.

    With a limit every decision, and of all else the newest so many lines.
    """
    decided = _decisions(record)
    entries = [entry for _row, entry in decided] + _changes(record, decided, limit)
    entries += [*_files(record), *_archives(record, limit)]
    entries += _talk(record, reader, limit)
    entries += [entry for source in SOURCES for entry in source(record)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return [
        one for n, one in enumerate(entries) if one.kind == "decision" or not limit or n < limit
    ]


def _decisions(record: Record) -> list[tuple[Decision, Entry]]:
    workflow = workflow_of(record)
    rows = Decision.objects.of(record).select_related("decided_by__office", "on_behalf_of", "step")
    rows = rows.defer("content")
    return [
        (
            row,
            Entry(
                kind="decision",
                what=_what(workflow, row),
                who=called(row.decided_by, row.on_behalf_of),
                at=row.decided_at,
                tone="amber" if row.to_status == "returned" else "sea",
                icon=state.icon if (state := workflow.by_value.get(row.to_status)) else "check",
                note=row.note,
                hash=row.content_hash,
            ),
        )
        for row in rows
    ]


def _what(workflow, row: Decision) -> str:
    """What was done, in a word; the name of the approval where it was one of several."""
    if row.move == AMEND:
        return _("Amended")
    if row.step and row.from_status == row.to_status:
        return str(row.step.word)
    return str(workflow.by_move[row.move].done) if row.move in workflow.by_move else row.move


def _changes(record: Record, decided: list[tuple[Decision, Entry]], limit) -> list[Entry]:
    """The changes, each on a line of its own, but what was typed with a move stands with that."""
    events = list(
        Events.objects.tracks(record)
        .order_by("-pgh_created_at", "-pgh_id")
        .values("pgh_created_at", "pgh_label", "pgh_diff", "pgh_context")[:limit]
    )
    people, named = _people(record, events), _named(record, events)
    entries = []
    for event in events:
        changes = shown(record, event["pgh_diff"] or {}, named)
        first = event["pgh_label"] == "insert"
        if not first and not changes:
            continue
        if decision := None if first else _typed_with(record, event, decided):
            decision.changes += changes
            continue
        user = (event["pgh_context"] or {}).get("user") or (record.created_by_id if first else None)
        entries.append(
            Entry(
                kind="change",
                what=_("Entered") if first else _("Changed"),
                who=called(people[user]) if user in people else _("the system"),
                at=record.created_at if first else event["pgh_created_at"],
                icon="plus" if first else "pen",
                changes=changes,
            )
        )
    return entries


def _typed_with(record: Record, event: dict, decided: list[tuple[Decision, Entry]]) -> Entry | None:
    """The decision with which a change was typed: by the same person, at the same time."""
    fields, moves = set(event["pgh_diff"]) - QUIET, workflow_of(record).by_move
    context = event["pgh_context"] or {}
    for row, entry in decided:
        asks = moves[row.move].asks if row.move in moves else ()
        is_theirs = context.get("user") == row.decided_by_id
        is_then = abs(row.decided_at - event["pgh_created_at"]) < WITH_A_MOVE
        is_loaded = record.is_demo and "is_loaded" in context
        if fields <= _columns(record, asks) and (is_loaded or (is_theirs and is_then)):
            return entry
    return None


def _columns(record: Record, names: Iterable[str]) -> set[str]:
    columns: list[Any] = [record._meta.get_field(name) for name in names]
    return {column.attname for column in columns}


def _talk(record: Record, reader, limit: int | None) -> list[Entry]:
    notes = list(
        Note.objects.of(record).select_related("written_by__office").order_by("-pk")[:limit]
    )
    reminders = list(
        Reminder.objects.of(record).select_related("reminded_by__office").order_by("-pk")[:limit]
    )
    ids = {person for row in (*notes, *reminders) for person in row.told}
    people = get_user_model().objects.in_bulk(ids) if ids else {}
    entries = [_note(note, people, reader) for note in notes]
    return entries + [_reminder(reminder, people) for reminder in reminders]


def _note(note: Note, people: dict, reader) -> Entry:
    told = listed(people[pk] for pk in note.told)
    may_strike = reader and reader.pk == note.written_by_id and not note.struck_at
    return Entry(
        kind="note",
        what=_("Struck out") if note.struck_at else _("Noted"),
        who=called(note.written_by),
        at=note.written_at,
        icon="note",
        note=note.text,
        told=labelled(_("Told"), told) if told else "",
        is_struck=bool(note.struck_at),
        strike_url=reverse("core:note-strike", args=[note.pk]) if may_strike else "",
    )


def _reminder(reminder: Reminder, people: dict) -> Entry:
    return Entry(
        kind="note",
        what=_("Reminded %(people)s") % {"people": listed(people[pk] for pk in reminder.told)},
        who=called(reminder.reminded_by),
        at=reminder.reminded_at,
        tone="amber",
        icon="clock",
    )


def _people(record: Record, events: list[dict]) -> dict:
    ids = {(event["pgh_context"] or {}).get("user") for event in events} - {None}
    ids.add(record.created_by_id)
    return get_user_model().objects.select_related("office").in_bulk(ids)


def called(user, on_behalf_of=None) -> str:
    """Office and name of a person, with the one for whom it was done."""
    name = str(user)
    if on_behalf_of:
        name = _("%(deputy)s for %(absent)s") % {"deputy": user, "absent": on_behalf_of}
    return f"{user.office} · {name}" if user.office_id else name


def _named(record: Record, events: list[dict]) -> dict[str, dict]:
    """The records that changed foreign keys named before and after: one query a field."""
    named = {}
    for field_ in record._meta.local_fields:
        changes = [(event["pgh_diff"] or {}).get(field_.attname, ()) for event in events]
        keys = {key for change in changes for key in change if key is not None}
        if keys and field_.remote_field and field_.editable:
            named[field_.attname] = field_.remote_field.model._base_manager.in_bulk(keys)
    return named


def shown(record: Record, differences: dict, named: dict[str, dict]) -> list[tuple[str, str, str]]:
    """(label, old, new) of each changed field that a person would know."""
    found = []
    for field_ in record._meta.local_fields:
        if field_.attname in differences and field_.attname not in QUIET and field_.editable:
            known = named.get(field_.attname, {})
            old, new = (_value(field_, value, known) for value in differences[field_.attname])
            found.append((str(field_.verbose_name), old, new))
    return found


def _value(field_, value, known: dict) -> str:
    if value in (None, ""):
        return "–"
    if field_.remote_field:
        return str(known.get(value, value))
    return str(dict(field_.flatchoices).get(value, value))


def _archives(record: Record, limit: int | None) -> list[Entry]:
    """Who took the whole record as an archive."""
    rows = TakenArchive.objects.of(record).select_related("taken_by__office").order_by("-pk")
    return [
        Entry(
            kind="file",
            what=_("Archive taken"),
            who=called(row.taken_by) if row.taken_by else _("the system"),
            at=row.taken_at,
            icon="import",
        )
        for row in rows[:limit]
    ]


# -- files ----------------------------------------------------------------------------------------


def _files(record: Record) -> list[Entry]:
    """What happened to the files of a record: added, described, withdrawn, shown to the public."""
    events = list(
        FILE_EVENTS.objects.filter(
            pgh_obj__workflow=record.workflow_name, pgh_obj__record_id=record.pk
        )
        .select_related("pgh_context", "kind", "withdrawn_by__office", "published_by__office")
        .select_related("pgh_obj__kind", "pgh_obj__uploaded_by__office")
        .order_by("-pgh_id")[:LIMIT]
    )
    events.reverse()
    added = [event.pgh_obj for event in events if event.pgh_label == "insert"]
    ids = {event.pgh_context.metadata.get("user") for event in events if event.pgh_context_id}
    people = get_user_model().objects.select_related("office").in_bulk(ids - {None})
    entries = _added(added)
    before: dict[int, Any] = {}
    for event in events:
        if earlier := before.get(event.pgh_obj_id):
            entries += _file_changed(event, earlier, people)
        before[event.pgh_obj_id] = event
    return entries


def _added(files: list[Attachment]) -> list[Entry]:
    """One line for what one person added in one go."""
    entries: list[Entry] = []
    for file in files:
        last = entries[-1] if entries else None
        if last and _in_one_go(last.files[0], file):
            last.files.append(file)
        else:
            person = called(file.uploaded_by)
            entries.append(Entry("file", "", person, file.uploaded_at, files=[file]))
    for entry in entries:
        photographs = all(file.is_photograph for file in entry.files)
        entry.icon, entry.what = "photo" if photographs else "doc", _count_of(entry, photographs)
    return entries


def _in_one_go(first: Attachment, file: Attachment) -> bool:
    near = file.uploaded_at - first.uploaded_at < TOGETHER
    return near and first.uploaded_by_id == file.uploaded_by_id


def _count_of(entry: Entry, photographs: bool) -> str:
    count = len(entry.files)
    if photographs:
        words = ngettext("%(count)s photograph added", "%(count)s photographs added", count)
    else:
        words = ngettext("%(count)s file added", "%(count)s files added", count)
    return words % {"count": count}


def _file_changed(event, earlier, people: dict) -> list[Entry]:
    """What one change of a file was; nothing where it told people nothing new."""
    user = people.get((event.pgh_context.metadata if event.pgh_context else {}).get("user"))
    line = Entry("file", "", called(user) if user else _("the system"), event.pgh_created_at)
    line.files = [event.pgh_obj]
    if event.withdrawn_at and not earlier.withdrawn_at:
        line.what, line.icon, line.tone = _("File withdrawn"), "back", "amber"
        line.note, line.who = event.withdrawn_because, called(event.withdrawn_by)
    elif event.published_at and not earlier.published_at:
        line.what, line.icon = _("Photograph shown to the public"), "eye"
        line.who = called(event.published_by)
    elif earlier.published_at and not event.published_at:
        line.what, line.icon = _("Photograph taken from the public"), "eye"
    else:
        line.what, line.changes = _("File described"), _words_changed(event, earlier)
    return [line] if line.what and (line.changes or line.icon != "pen") else []


def _words_changed(event, earlier) -> list[tuple[str, str, str]]:
    changed = []
    for name in FILE_WORDS:
        old, new = getattr(earlier, name), getattr(event, name)
        if old != new:
            label: Any = Attachment._meta.get_field(name)
            changed.append((str(label.verbose_name), str(old or "–"), str(new or "–")))
    return changed
