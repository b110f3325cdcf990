"""The proofs that the ledger adds up, from its rows alone.

Rule: a proof reads, names the first thing that is wrong, and trusts no balance and no function that
wrote one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from ledger.replay import differences, replay

COUNTS = """
SELECT (SELECT count(*) FROM ledger_pool), (SELECT count(*) FROM ledger_movement),
       (SELECT count(*) FROM ledger_piece), (SELECT count(*) FROM ledger_period)
"""
# Every allocation, payment and correction, each led back to gifts that add up to it.
BACKWARDS = """
SELECT count(*), min(id) FILTER (WHERE fen IS DISTINCT FROM amount)
  FROM (SELECT m.id, m.amount, (SELECT sum(g.size) FROM ledger_bwd(
                m.target_id, m.in_start, m.in_start + m.amount) AS g) AS fen
          FROM ledger_movement m WHERE m.source_id IS NOT NULL) AS traced
"""
FAULTS = {
    "free": "pool {}: what is free is not what came in without what went on",
    "received": "pool {}: received is not the sum of what came",
    "spent": "pool {}: spent is not the sum of what went",
    "axis": "movement {}: it does not begin where the one before ended",
    "tiles": "movement {}: its pieces do not add up to it",
    "period": "movement {}: posted in a period that was closed already",
    "circle": "piece {}: its money comes from itself",
}


@dataclass(frozen=True)
class Proof:
    """What was proved of how many, or the first fault in words."""

    what: str
    count: int
    fault: str = ""


def proofs(*, fast: bool = False) -> Iterator[Proof]:
    """Proves step by step and stops at the first fault. `fast` leaves out the last two steps."""
    if connection.in_atomic_block:
        yield from _proofs(fast)
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield from _proofs(fast)


def _proofs(fast: bool) -> Iterator[Proof]:
    pools, movements, pieces, _periods = _row(COUNTS)
    found = _row("SELECT what, id FROM ledger_fault LIMIT 1")
    fault = FAULTS[found[0]].format(found[1]) if found else ""
    yield Proof("pools equal the sums of their movements and pieces", pools, fault)
    if fault:
        return
    yield Proof("movements lie without gap and are tiled by their pieces", movements)
    yield Proof("pieces lead back to gifts and never to themselves", pieces)
    if fast:
        return
    traced, wrong = _row(BACKWARDS)
    fault = f"movement {wrong}: its givers do not add up to it" if wrong else ""
    yield Proof("allocations, payments and corrections add up from their givers", traced, fault)
    if fault:
        return
    fault = next(iter(differences(replay())), "")
    yield Proof("movements, played again, make the same pools and pieces", movements, fault)


def _row(sql: str) -> tuple:
    """The first row; empty if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() or ()
