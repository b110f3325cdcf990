"""Decisions of days gone by, written in bulk: each moves its record as the real one would.

Rule: the database applies and checks every decision; one statement holds one step of many records,
since two steps of one record need two statements.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.models import User
from core.lifecycle import WORKFLOWS
from core.models import Counter, Decision, Named, Record
from core.search import Searched, pinyin_of, search_text

BATCH = 200


@dataclass(frozen=True)
class Step:
    """One move of a record: which, by whom, when, why."""

    move: str
    by: User
    at: datetime
    note: str = ""


class Journal:
    """The steps of records, in order for each record, until they are written."""

    def __init__(self):
        self.steps: list[tuple[Record, list[Step]]] = []

    def add(self, record: Record, *steps: Step) -> None:
        self.steps.append((record, list(steps)))

    def write(self) -> int:
        """Writes the first steps of all records, then the second ones; answers how many."""
        status = {(record.workflow_name, record.pk): record.status for record, _ in self.steps}
        longest = max((len(steps) for _record, steps in self.steps), default=0)
        written = 0
        for place in range(longest):
            decisions = [
                _decision(record, steps[place], status)
                for record, steps in self.steps
                if place < len(steps)
            ]
            _insert(decisions)
            written += len(decisions)
        self.steps = []
        return written


def _decision(record: Record, step: Step, status: dict[tuple[str, int], str]) -> Decision:
    move = WORKFLOWS[record.workflow_name].by_move[step.move]
    key = (record.workflow_name, record.pk)
    before, status[key] = status[key], move.target
    return Decision(
        workflow=record.workflow_name,
        record_id=record.pk,
        move=move.name,
        from_status=before,
        to_status=move.target,
        decided_by=step.by,
        decided_at=step.at,
        note=step.note,
    )


def write(records: list) -> list:
    """Inserts new records in bulk, with what `save()` would have worked out but the numbers."""
    for record in records:
        if isinstance(record, Named):
            record.pinyin = pinyin_of(record.name_zh)
        if isinstance(record, Searched):
            record.found_by = search_text(*record.searched())
    return _insert(records)


def _insert(rows: list) -> list:
    """Inserts rows, and checks after every batch what otherwise waits for the commit.

    The history's triggers begin and abort a subtransaction for each row, and PostgreSQL then looks
    through every check that waits: with all of a year waiting, a row costs twenty times as much.
    """
    for first in range(0, len(rows), BATCH):
        type(rows[0]).objects.bulk_create(rows[first : first + BATCH])
        connection.check_constraints()
    return rows


def numbers(series: str, count: int, digits: int) -> list[str]:
    """The next numbers of a series."""
    first = Counter.take(series, count) if count else 1
    return [f"{series}-{first + place:0{digits}d}" for place in range(count)]
