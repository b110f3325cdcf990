"""The ledger does what single fen would do, whatever happens to them."""

import os

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.database import web_login
from ledger.replay import differences, replay
from tests.conftest import become
from tests.ledger_fixtures import WITHOUT_RECORDS
from tests.ledger_histories import OPERATIONS, play, random_steps

HISTORIES = int(os.environ.get("LEDGER_HISTORIES", "200"))
STEPS = 40

step = st.tuples(
    st.sampled_from(OPERATIONS),
    st.integers(0, 99),
    st.integers(0, 99),
    st.integers(1, 12),
    st.booleans(),
)


@pytest.fixture(scope="module", autouse=True)
def as_owner(django_db_setup, django_db_blocker, owner_login):
    """Corrections, closings and movements without a record are the owner's."""
    with django_db_blocker.unblock():
        become(owner_login)
        yield
        become(web_login())


def run(sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else None


def once(steps) -> None:
    """One history, and then the replay of its rows; nothing of it stays."""
    with transaction.atomic():
        run(WITHOUT_RECORDS, None)
        play(run, steps)
        assert differences(replay()) == []
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(
    max_examples=HISTORIES,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(step, min_size=10, max_size=STEPS))
def test_a_history_is_the_same_in_ranges_and_in_single_fen(steps):
    once(steps)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(HISTORIES // 2))
def test_a_long_history_is_the_same_in_ranges_and_in_single_fen(seed):
    once(random_steps(seed, STEPS * 2))


def changed(owner, function: str, old: str, new: str) -> None:
    """Breaks a function in the owner's open transaction."""
    (text,) = owner.execute(
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s", [function]
    ).fetchone()
    assert old in text
    owner.execute(text.replace(old, new))


MUTANTS = {
    "others step in before the own money is used": (
        "ledger_take_back",
        "WHERE w.pool = cause.target_id;",
        "WHERE w.pool = cause.target_id AND w.depth = 0;",
    ),
    "the first is taken back, not the last": (
        "ledger_take_back",
        "own := ledger_take_last(own, p_amount)",
        "own := ledger_take(own, p_amount)",
    ),
    "the step-in takes the place of the wrong units": (
        "ledger_take_back",
        "replaced := ledger_take_last(replaced, need)",
        "replaced := ledger_take(replaced, need)",
    ),
    "what was taken back is taken back again": (
        "ledger_fwd",
        "WHEN m.cause_id = b THEN m.id",
        "WHEN m.cause_id = b THEN t.away",
    ),
    "the last in is the first out": ("ledger_post", "ledger_take(free", "ledger_take_last(free"),
    "the wrong payment's money is not used first": (
        "ledger_post",
        "preferred := ledger_take(preferred, p_amount)",
        "preferred := '{}'",
    ),
    "a batch is cut in the wrong places": (
        "ledger_post_many",
        "m.in_start - start + m.amount) - y.at",
        "m.in_start - start + m.amount - 1) - y.at",
    ),
    "a broken piece loses its rest": (
        "ledger_take_back",
        "unnest(int8multirange(int8range(e.lo, e.hi)) - replaced)",
        "unnest('{}'::int8multirange)",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", MUTANTS)
def test_the_histories_find_a_ledger_that_is_wrong(name, owner):
    def as_owner(sql, parameters):
        cursor = owner.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else None

    def is_found(seed) -> bool:
        owner.execute("SAVEPOINT history")
        try:
            play(as_owner, random_steps(seed, STEPS))
        except Exception:  # a wrong answer, or a rule of the database that stops it
            return True
        finally:
            owner.execute("ROLLBACK TO SAVEPOINT history")
        return False

    owner.execute(WITHOUT_RECORDS)
    owner.execute("SET LOCAL statement_timeout = '5s'")
    assert not is_found(0), "the ledger as it is must pass"
    changed(owner, *MUTANTS[name])
    assert any(is_found(seed) for seed in range(60))
