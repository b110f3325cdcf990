"""The entries of a project in its timeline: entered, put right, struck out.

Rule: who did what, and when, is read from the rows and the history that the database wrote.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from pghistory.models import Events

from core import timeline
from core.punctuation import labelled
from projects.models import Instalment, Project
from projects.models.entry import Entry
from projects.panels import entries_of

LIMIT = 200
AT_ONCE = timedelta(milliseconds=20)  # what is saved within it was entered so


def told_of(record: Model) -> Iterator[timeline.Entry]:
    """What happened to the entries of a project."""
    if not isinstance(record, Project):
        return
    found = entries_of(record)
    contracts = {contract.pk: contract for contract in found["contract"]}
    entries = [entry for rows in found.values() for entry in rows]
    for entry in entries:
        if isinstance(entry, Instalment) and _came_with(contracts[entry.contract_id], entry):
            continue
        name = capfirst(entry._meta.verbose_name)
        who = timeline.called(entry.created_by)
        words = labelled(_("Entered"), name)
        yield timeline.Entry("change", words, who, entry.created_at, icon="plus")
        if entry.struck_at:
            yield _struck(entry, name)
    yield from _put_right(entries)


def _came_with(contract: Entry, entry: Instalment) -> bool:
    """Whether an instalment was entered with its contract, and was not struck out since."""
    same = contract.created_by_id == entry.created_by_id and not entry.struck_at
    return same and contract.created_at.date() == entry.created_at.date()


def _struck(entry: Entry, name: str) -> timeline.Entry:
    return timeline.Entry(
        "change",
        labelled(_("Struck out"), name),
        timeline.called(entry.struck_by),
        entry.struck_at,
        tone="amber",
        icon="x",
        note=entry.struck_reason,
    )


def _put_right(entries: list[Entry]) -> Iterator[timeline.Entry]:
    """What was changed in entries after they had been entered, in a query a kind."""
    touched = defaultdict(list)
    for entry in entries:
        if entry.updated_at - entry.created_at > AT_ONCE:
            touched[type(entry)].append(entry)
    found = [(rows, event) for rows in touched.values() for event in _updates(rows)]
    users = {(event["pgh_context"] or {}).get("user") for _rows, event in found} - {None}
    people = get_user_model().objects.select_related("office").in_bulk(users) if users else {}
    for rows, event in found:
        entry = next(row for row in rows if str(row.pk) == event["pgh_obj_id"])
        changes = timeline.shown(entry, event["pgh_diff"] or {}, {})
        person = people.get((event["pgh_context"] or {}).get("user"))
        if changes:
            yield timeline.Entry(
                "change",
                labelled(_("Put right"), capfirst(entry._meta.verbose_name)),
                timeline.called(person) if person else _("the system"),
                event["pgh_created_at"],
                changes=changes,
            )


def _updates(rows: list[Entry]) -> list[dict[str, Any]]:
    events = Events.objects.tracks(rows).filter(pgh_label="update")
    events = events.order_by("-pgh_created_at", "-pgh_id")
    return list(events.values("pgh_obj_id", "pgh_created_at", "pgh_diff", "pgh_context")[:LIMIT])


timeline.SOURCES.append(told_of)
