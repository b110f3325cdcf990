"""Where money went and whose it is, to the fen. Amounts here are yuan.

Rule: a trace is one statement, and what lies at its ends adds up to what was asked for.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from core.money import yuan


@dataclass(frozen=True)
class Step:
    """A stretch of the gift in one pool: how it came there, and how much of it still lies there.

    `offset` and `amount` say which part of the gift this is; steps with a greater `depth` over the
    same part are where it went on. A stretch with a `free_amount` in a pool of kind fund is not yet
    set aside; in a line it is promised to that project and not paid; in a pool of what has gone it
    was paid (kind payment) or went back to its giver (bounce, refund). `from_pool_id` is empty at
    the first step. `stepped_in_by_id` is set where this money took the place of other money: the
    correction that brought it about, `stepped_in_on` its day.
    """

    offset: Decimal
    amount: Decimal
    free_amount: Decimal
    depth: int
    movement_id: int
    kind: str
    voucher: str
    posted_on: date
    from_pool_id: int | None
    pool_id: int
    pool_kind: str
    stepped_in_by_id: int | None
    stepped_in_on: date | None


@dataclass(frozen=True)
class Giver:
    """A gift or appropriation and how much of it lies in what was asked for."""

    movement_id: int
    amount: Decimal


OF_GIFT = "SELECT * FROM ledger_trace(%s)"
GIVERS_OF = "SELECT * FROM ledger_givers(%s)"
REST_OF = """
SELECT coalesce(sum(ledger_size(int8multirange(int8range(w.lo, w.hi)) * p.free)), 0)::bigint
  FROM ledger_fwd(%s) AS w
  JOIN ledger_pool p ON p.id = w.pool
  JOIN ledger_movement m ON m.id = %s AND m.target_id = w.pool
"""


def of_gift(movement_id: int) -> list[Step]:
    """Every place a gift (or any movement's money) has passed, in the order of its parts.

    The free amounts add up to the gift.
    """
    return [
        Step(yuan(offset), yuan(size), yuan(free), *rest)
        for offset, size, free, *rest in _rows(OF_GIFT, [movement_id])
    ]


def givers_of(movement_id: int) -> list[Giver]:
    """Whose money a movement carried; of a payment or refund, what has not been reversed."""
    return [Giver(gift, yuan(size)) for gift, size in _rows(GIVERS_OF, [movement_id])]


of_payment = givers_of


def rest_of(movement_id: int) -> Decimal:
    """How much of a movement lies free where it went: what `take_back` gives without a step-in."""
    return yuan(_rows(REST_OF, [movement_id, movement_id])[0][0])


def _rows(sql: str, parameters: list[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
