"""`check_ledger` names the first fault, also those that no balance shows."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.ledger_fixtures import own_database

__all__ = ["own_database"]

POST = "SELECT id FROM ledger_post(%s, %s, %s, %s, gen_random_uuid()::text, '2010-05-01', NULL)"
TABLES = ("ledger_pool", "ledger_movement", "ledger_piece", "ledger_period")

# Each is done with every trigger switched off, as only the owner can.
FORGERIES = {
    "free is not what came in without what went on": (
        "UPDATE ledger_piece SET ended_id = 1 WHERE lo = 0"
    ),
    "its pieces do not add up to it": "UPDATE ledger_piece SET to_lo = to_lo + 500",
    "received is not the sum of what came": (
        "UPDATE ledger_pool SET received = received + 5,"
        " free = free + int8multirange(int8range(received, received + 5)) WHERE kind = 'fund'"
    ),
    "begin where the one before ended": (
        "UPDATE ledger_movement SET in_start = in_start + 1000"
        " WHERE kind = 'payment' AND in_start > 0"
    ),
    "in a period that was closed already": (
        "INSERT INTO ledger_period (starts_on, ends_on, closed_at)"
        " VALUES ('2010-05-01', '2010-05-31', '2010-06-01')"
    ),
    # two payments change their givers: all sums stay right
    "units 0 to 50 of pool": (
        "UPDATE ledger_piece SET ended_id = 1 WHERE movement_id IN"
        " (SELECT id FROM ledger_movement WHERE kind = 'payment');"
        "INSERT INTO ledger_piece (movement_id, pool_id, lo, hi, to_pool_id, to_lo, by_id)"
        " SELECT movement_id, pool_id, 50 - lo, 100 - lo, to_pool_id, to_lo, by_id"
        " FROM ledger_piece WHERE ended_id = 1"
    ),
}


def check(**options) -> str:
    out = StringIO()
    call_command("check_ledger", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def books(own_database):
    """Two gifts of 50 fen, allocated at once, and paid out in two payments of 50."""
    with own_database.session(as_owner=True) as owner:

        def one(sql, *parameters):
            return owner.execute(sql, parameters or None).fetchone()[0]

        fund, line = one("SELECT ledger_open('fund')"), one("SELECT ledger_open('line')")
        gone = one("SELECT gone_id FROM ledger_pool WHERE id = %s", line)
        for kind, source, target, amount in [
            ("gift", None, fund, 50),
            ("gift", None, fund, 50),
            ("allocation", fund, line, 100),
            ("payment", line, gone, 50),
            ("payment", line, gone, 50),
        ]:
            one(POST, kind, source, target, amount)
        yield owner


def test_books_that_nobody_touched_add_up(books):
    assert "The ledger adds up." in check()


@pytest.mark.parametrize("fault", FORGERIES)
def test_a_forgery_by_the_owner_is_named(fault, books):
    for table in TABLES:
        books.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in FORGERIES[fault].split(";"):
        books.execute(statement)
    with pytest.raises(CommandError, match=fault):
        check()


def test_only_playing_it_again_sees_payments_that_changed_their_givers(books):
    for table in TABLES:
        books.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in FORGERIES["units 0 to 50 of pool"].split(";"):
        books.execute(statement)
    assert "The ledger adds up." in check(fast=True)
    assert books.execute("SELECT * FROM ledger_fault").fetchall() == []
