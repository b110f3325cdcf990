"""Some thousand random histories of the ledger, compared with the model of single fen."""

import time
from collections import Counter

from django.db import connection, transaction

from ledger.replay import differences, replay
from tests.ledger_histories import play, random_steps

LENGTH, FIRST_SEED = 60, 1_000_000


def run(sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else None


def check(count: int) -> str:
    """Plays so many; says how many operations were accepted and refused. Raises at a difference."""
    start, seen, units, swaps = time.perf_counter(), Counter(), 0, 0
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        with transaction.atomic():
            history = play(run, random_steps(seed, LENGTH))
            assert differences(replay()) == []
            swaps += run("SELECT count(*) FROM ledger_piece WHERE ended_id IS NOT NULL", [])[0][0]
            transaction.set_rollback(True)
        seen.update(history.seen)
        units += len(history.model.units)
    refused = sum(number for (_, refusal), number in seen.items() if refusal)
    seconds = time.perf_counter() - start
    return (
        f"{count:,} histories, {sum(seen.values()):,} operations, {refused:,} refused,"
        f" {units:,} fen, {swaps:,} ended pieces: 0 differences ({seconds:.0f} s)"
    )
