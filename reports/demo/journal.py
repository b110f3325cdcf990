"""Decisions of days gone by, written in bulk: each moves its record as the real one would.

Rule: the database applies and checks every decision; one statement holds one step of many records,
since two steps of one record need two statements.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import pghistory
from django.db import connection

from accounts.models import User
from core.lifecycle import WORKFLOWS
from core.models import Counter, Decision, Named, Record
from core.search import Searched, pinyin_of, search_text

BATCH = 200


@dataclass(frozen=True)
class Step:
    """One move of a record: which, by whom, when, why, and what is typed with it.

    `stays` marks an approval after which others of the same move are still to come.
    """

    move: str
    by: User
    at: datetime
    note: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    stays: bool = False


class Journal:
    """The steps of records, in order for each record, until they are written."""

    def __init__(self):
        self.steps: list[tuple[Record, list[Step]]] = []

    def add(self, record: Record, *steps: Step) -> None:
        self.steps.append((record, list(steps)))

    def write(self) -> int:
        """Writes the first steps of all records, then the second ones; answers how many."""
        check_what_waits()
        longest = max((len(steps) for _record, steps in self.steps), default=0)
        written = 0
        for place in range(longest):
            turn = [(record, steps[place]) for record, steps in self.steps if place < len(steps)]
            _type(turn)
            _insert([_decision(record, step) for record, step in turn])
            written += len(turn)
        self.steps = []
        return written


def _type(turn: list[tuple[Record, Step]]) -> None:
    """Writes what is typed with the moves, those of the same fields together."""
    groups: dict[tuple, list[Record]] = {}
    for record, step in turn:
        for name, value in step.asked.items():
            setattr(record, name, value)
        if step.asked:
            groups.setdefault((type(record), *step.asked), []).append(record)
    for (model, *names), records in groups.items():
        for some in batched(records):
            with pghistory.context(is_loaded=True):
                model.objects.bulk_update(some, names)
            check_what_waits()


def _decision(record: Record, step: Step) -> Decision:
    """The decision; the record in memory stands where it leads to."""
    move = WORKFLOWS[record.workflow_name].by_move[step.move]
    before = record.status
    if not step.stays:
        record.status, record.status_at = move.target, step.at
    return Decision(
        workflow=record.workflow_name,
        record_id=record.pk,
        move=move.name,
        from_status=before,
        to_status=record.status,
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
    for some in batched(rows):
        type(some[0]).objects.bulk_create(some)
        check_what_waits()
    return rows


def batched(rows: list) -> Iterator[list]:
    return (rows[first : first + BATCH] for first in range(0, len(rows), BATCH))


def check_what_waits() -> None:
    """Runs the checks that wait for the commit, but the one of movements.

    The decisions on the records that name a movement come last.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {_waiting()} IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@cache
def _waiting() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(conname), ', ') FROM pg_constraint"
            " WHERE condeferrable AND conname <> 'named'"
            " AND connamespace = 'public'::regnamespace"
        )
        return cursor.fetchone()[0]


def numbers(series: str, count: int, digits: int) -> list[str]:
    """The next numbers of a series."""
    first = Counter.take(series, count) if count else 1
    return [f"{series}-{first + place:0{digits}d}" for place in range(count)]
