"""Many at once: no overdraft, no deadlock, no circle, no posting into a period that was closed."""

import random
import threading
import time
from collections import Counter
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tests.ledger_fixtures import OwnDatabase, own_database
from tests.patience import join

__all__ = ["own_database"]

SECONDS, WORKERS = 4, 8
DAY = "2010-05-01"
POST = "SELECT id FROM ledger_post(%s, %s, %s, %s, gen_random_uuid()::text, '2010-05-01', NULL)"
BACK = (
    "SELECT id FROM ledger_take_back(%s, %s, %s, %s, true, gen_random_uuid()::text,"
    " '2010-05-01', NULL)"
)


class Pools:
    """Two funds and a line of each, with what has gone from them."""

    def __init__(self, session):
        self.session = session
        self.a, self.b = self.open("fund"), self.open("fund")
        self.line, self.other_line = self.open("line"), self.open("line")
        self.gone = {
            pool: session.execute(
                "SELECT gone_id FROM ledger_pool WHERE id = %s", [pool]
            ).fetchone()[0]
            for pool in (self.a, self.b, self.line, self.other_line)
        }

    def open(self, kind: str) -> int:
        return self.session.execute("SELECT ledger_open(%s)", [kind]).fetchone()[0]


def post(session, kind, source, target, amount) -> int:
    return session.execute(POST, [kind, source, target, amount]).fetchone()[0]


def bounce(session, movement, target, amount) -> int:
    return session.execute(BACK, ["bounce", movement, target, amount]).fetchone()[0]


def check_ledger() -> str:
    out = StringIO()
    call_command("check_ledger", stdout=out)
    return out.getvalue()


def work(database: OwnDatabase, pools: Pools, seed: int, seen: Counter) -> None:
    """Posts at random until the time is up; counts what was posted, refused, or went wrong."""
    rnd, mine = random.Random(seed), []
    end = time.monotonic() + SECONDS
    with database.session() as session:
        while time.monotonic() < end:
            amount = rnd.randint(1, 60)
            fund, line = rnd.choice([(pools.a, pools.line), (pools.b, pools.other_line)])
            deed = rnd.choice(
                ["gift", "gift", "allocation", "payment", "surplus", "bounce", "move"]
            )
            try:
                if deed == "gift":
                    mine.append(post(session, "gift", None, fund, 1 + amount // 2))
                elif deed == "allocation":
                    post(session, "allocation", fund, line, amount)
                elif deed == "payment":
                    post(session, "payment", line, pools.gone[line], amount)
                elif deed == "surplus":
                    post(session, "surplus", line, rnd.choice([pools.a, pools.b]), amount)
                elif mine:
                    took(session, pools, deed, rnd.choice(mine))
                seen["posted"] += 1
            except psycopg.errors.RaiseException as refusal:
                seen[refusal.diag.message_primary.partition(":")[0]] += 1
            except psycopg.Error as error:
                seen[f"{type(error).__name__}: {error}"] += 1


def took(session, pools: Pools, deed: str, movement: int) -> None:
    (at,) = session.execute(
        "SELECT target_id FROM ledger_movement WHERE id = %s", [movement]
    ).fetchone()
    other = pools.b if at == pools.a else pools.a
    target = pools.gone[at] if deed == "bounce" else other
    session.execute(BACK, [deed, movement, target, 1])


def test_eight_at_once_make_books_that_add_up(own_database):
    with own_database.session() as session:
        pools = Pools(session)
    counts = [Counter() for _ in range(WORKERS)]
    workers = [
        threading.Thread(target=work, args=(own_database, pools, seed, seen))
        for seed, seen in enumerate(counts)
    ]
    for worker in workers:
        worker.start()
    join(*workers)
    seen = sum(counts, Counter())
    refusals = {"not_enough", "nothing_left", "no_step_in", "still_unspent"}
    assert set(seen) <= {"posted", *refusals}, seen
    assert seen["posted"] > 100 and seen["not_enough"] > 0, seen
    assert "The ledger adds up." in check_ledger()


class Crossed(Pools):
    """The gift of each fund was used, came back by a project, and lies free in the other fund."""

    def __init__(self, session):
        super().__init__(session)
        self.in_a = post(session, "gift", None, self.a, 10)
        self.in_b = post(session, "gift", None, self.b, 10)
        post(session, "allocation", self.a, self.line, 10)
        post(session, "allocation", self.b, self.other_line, 10)
        post(session, "surplus", self.line, self.b, 10)
        post(session, "surplus", self.other_line, self.a, 10)


def test_of_two_step_ins_the_second_sees_what_the_first_has_done(own_database):
    with own_database.session() as one, own_database.session() as two:
        pools = Crossed(one)
        two.execute("SET lock_timeout = '300ms'")
        with one.transaction():
            bounce(one, pools.in_a, pools.gone[pools.a], 10)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                bounce(two, pools.in_b, pools.gone[pools.b], 10)
        bounce(two, pools.in_b, pools.gone[pools.b], 10)
    assert "The ledger adds up." in check_ledger()


def test_without_taking_turns_two_step_ins_make_a_circle_and_the_check_finds_it(own_database):
    with own_database.session(as_owner=True) as owner:
        (text,) = owner.execute("SELECT pg_get_functiondef('ledger_hold'::regproc)").fetchone()
        turn = "LOCK TABLE ledger_period IN SHARE UPDATE EXCLUSIVE MODE"
        assert turn in text
        owner.execute(text.replace(turn, "NULL"))
    with own_database.session() as one, own_database.session() as two:
        pools = Crossed(one)
        with one.transaction():
            bounce(one, pools.in_a, pools.gone[pools.a], 10)
            bounce(two, pools.in_b, pools.gone[pools.b], 10)
    with pytest.raises(CommandError, match="its money comes from itself"):
        check_ledger()


def test_a_closing_waits_for_what_is_being_posted_and_the_next_post_for_the_closing(own_database):
    with own_database.session() as one:
        fund = Pools(one).a
        close = "SELECT ledger_close('2010-05-01', '2010-05-31', NULL)"
        one.execute("SET lock_timeout = '300ms'")
        with one.transaction():
            post(one, "gift", None, fund, 5)
            with (
                own_database.session(as_owner=True) as owner,
                pytest.raises(psycopg.errors.LockNotAvailable),
            ):
                owner.execute("SET lock_timeout = '300ms'")
                owner.execute(close)
        with own_database.session(as_owner=True) as owner, owner.transaction():
            owner.execute(close)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                post(one, "gift", None, fund, 5)
        with pytest.raises(psycopg.errors.RaiseException, match="period_closed"):
            post(one, "gift", None, fund, 5)
    assert "The ledger adds up." in check_ledger()


def test_the_same_voucher_in_two_pools_at_once_is_posted_once(own_database):
    with own_database.session() as one, own_database.session() as two:
        pools = Pools(one)
        gift = "SELECT id FROM ledger_post('gift', NULL, %s, 5, 'same', '2010-05-01', NULL)"
        results = []

        def second():
            try:
                two.execute(gift, [pools.b])
                results.append("posted")
            except psycopg.errors.RaiseException as refusal:
                results.append(refusal.diag.message_primary)

        with one.transaction():
            one.execute(gift, [pools.a])
            waiting = threading.Thread(target=second)
            waiting.start()
            time.sleep(0.3)
            assert results == []
        join(waiting)
    assert results == ["voucher_twice: same"]


def test_a_post_locks_its_pools_by_number(own_database):
    """Whoever holds a pool makes those wait that need it, and only those."""
    with own_database.session() as one, own_database.session() as two:
        pools = Pools(one)
        two.execute("SET lock_timeout = '300ms'")
        with one.transaction():
            one.execute("SELECT ledger_hold(ARRAY[%s, %s]::bigint[])", [pools.line, pools.a])
            post(two, "gift", None, pools.b, 5)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                post(two, "gift", None, pools.a, 5)
