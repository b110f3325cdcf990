"""What a record has that ends in a movement: an amount, and the movement once it is posted.

Rule: the movement says what the record says; the database compares them.
"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Record
from core.money import AmountField
from core.triggers import case_triggers
from ledger.models.book import Movement


def money_triggers(
    workflow: str, *, voucher: str, on: str, way: str, filled_once: tuple[str, ...] = ()
) -> list[pgtrigger.Trigger]:
    """The triggers of a record that ends in a movement: the movement says what the record says.

    `voucher` and `on` are the movement's voucher and day in terms of NEW; `way` is a query for the
    kind and the pools (source, target) that it has.
    """
    return [
        *case_triggers(workflow, filled_once=("movement_id", *filled_once)),
        pgtrigger.Trigger(
            name="same_movement",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            condition=pgtrigger.Condition("NEW.movement_id IS NOT NULL"),
            declare=[("m", "public.ledger_movement"), ("way", "record")],
            # one by one, each by its key: joined, they are led astray by tables without statistics
            func=f"""
            SELECT * INTO m FROM public.ledger_movement WHERE id = NEW.movement_id;
            SELECT * INTO way FROM ({way}) AS w (kind, source, target);
            IF (m.amount, m.voucher, m.posted_on, m.kind, m.source_id, m.target_id)
                 IS DISTINCT FROM
               (NEW.amount * 100, {voucher}, {on}, way.kind, way.source, way.target)
            THEN RAISE EXCEPTION 'ledger_fault'; END IF;
            RETURN NEW;
            """,
        ),
    ]


class MoneyRecord(Record):
    """A decision about money that ends in one movement of the ledger."""

    amount = AmountField(_("amount"))
    movement = models.OneToOneField(
        Movement, models.PROTECT, null=True, editable=False, related_name="+"
    )

    number_digits = 5

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number
