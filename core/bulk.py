"""Moving several records in one go: which moves, and what becomes of each record.

Rule: each record is moved by itself, in its own transaction and by `perform()`, so that one refusal
stops no other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from core.bulk_moves import BulkMove
from core.lifecycle import WORKFLOWS, Move, Workflow
from core.punctuation import told
from core.refusals import in_words
from core.workflow import may_ever, perform

MOST = 500


@dataclass(frozen=True)
class Bar:
    """The bar over a list: where ticked rows go, the moves of the reader's role, what is added up.

    `amount` is the column of money whose sum is shown, under the word `label`.
    """

    url: str
    moves: list[Move]
    amount: str = ""
    label: Any = ""
    most: int = MOST


def moves_for(user, workflow: Workflow, states: Iterable[str] = ()) -> Iterator[Move]:
    """The moves of this person's role that are possible from all of these states.

    A move that asks for more than a note is made record by record.
    """
    for move in workflow.moves:
        if not move.asks and set(states) <= set(move.source) and may_ever(user, move.permission):
            yield move


def run(bulk: BulkMove) -> None:
    """Tries every record that was not tried yet, each by itself."""
    model = WORKFLOWS[bulk.workflow].model
    tried = set(bulk.outcomes.values_list("record_id", flat=True))
    for key in bulk.record_ids:
        if key not in tried:
            _try(bulk, model(pk=key))


def _try(bulk: BulkMove, record) -> None:
    """Moves one record and says so in one transaction; says why where it is refused."""
    try:
        with transaction.atomic():
            perform(record, bulk.move, by=bulk.made_by, note=bulk.note)
            bulk.outcomes.create(record_id=record.pk)
        return
    except PermissionDenied as refusal:
        reason = str(refusal) or _("Your role does not include this move.")
    except ValidationError as refusal:
        reason = told(refusal.messages)
    except DatabaseError as error:
        if not (reason := in_words(error)):
            raise
    bulk.outcomes.get_or_create(record_id=record.pk, defaults={"reason": reason})
