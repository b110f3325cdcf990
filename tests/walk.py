"""A walk through every state of a life cycle, by legal moves of people who may make them.

Rule: each step stands in a savepoint that is taken back, so that from every state all is tried.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction

from core.approvals import steps_of
from core.lifecycle import WORKFLOWS
from core.models import Decision
from core.workflow import decide

FIRST = {
    "project": lambda make: make.project(),
    "allocation": lambda make: make.allocation(),
    "payment": lambda make: make.payment(),
    "appropriation": lambda make: make.appropriation(),
    "gift": lambda make: make.gift(),
    "goods_gift": lambda make: make.goods(),
    "course": lambda make: make.course(),
    "secondment": lambda make: make.secondment(),
    "agreement": lambda make: make.agreement(),
    "amendment": lambda make: make.amendment(),
    "surplus": lambda make: make.surplus(),
    "period_closing": lambda make: make.period_closing(),
}
DAYS = ("approved_on", "started_on", "completed_on", "paid_on", "signed_on")


def asked_for(record, move, make) -> dict:
    """Values for what a move asks to be typed."""
    values = {day: date(2010, 5, 1) for day in DAYS}
    values |= {"library_year": 2010, "library_rank": 1, "approval_document": "甬扶〔2010〕1号"}
    values |= {"voucher": f"0501-{record.pk}"}
    if "agreement" in move.asks:
        values["agreement"] = make.signed_agreement()
    return {name: values[name] for name in move.asks}


class Walk:
    """Calls `look` once in every state that a record of this life cycle reaches."""

    def __init__(self, name: str, make, cast, look: Callable[[Any], None]):
        self.workflow, self.make, self.look = WORKFLOWS[name], make, look
        self.people, self.seen = cast.everybody(), set()
        self._from(FIRST[name](make))

    def _from(self, record) -> None:
        if record.status in self.seen:
            return
        self.seen.add(record.status)
        self.look(record)
        for move in self.workflow.from_status(record.status):
            self._step(record, move)

    def _step(self, record, move) -> None:
        """One move forward by somebody new."""
        try:
            with transaction.atomic():
                asked = asked_for(record, move, self.make)
                for name, value in asked.items():
                    setattr(record, name, value)
                record.save(update_fields=list(asked))
                if move.effect:
                    move.effect(record, by=self.people[0], note="")
                before = record.status
                while record.status == before:
                    decide(record, move, by=self._somebody(record, move), note="reason")
                self._from(record)
                transaction.set_rollback(True)
        finally:
            record.refresh_from_db()

    def _somebody(self, record, move):
        """Whoever has not had a hand in it; with a route, whose step it is."""
        if move.route:
            name = self.workflow.name
            return next(p for p in self.people if steps_of(name, record.pk, move.name, p.pk))
        made = Decision.objects.of(record).filter(move__in=move.not_by)
        authors = {record.created_by_id, *made.values_list("decided_by", flat=True)}
        return next(p for p in self.people if p.pk not in authors)
