"""Nobody writes the ledger but its functions, and not even its owner can make it wrong."""

from datetime import date

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from core.refusals import key_of
from ledger.models import Fund, Movement, Naming, Period, Piece, Pool
from tests.ledger_fixtures import WITHOUT_RECORDS

TABLES = [model._meta.db_table for model in (Pool, Movement, Piece, Period)]
WRITERS = {
    "ledger_open",
    "ledger_hold",
    "ledger_post",
    "ledger_post_many",
    "ledger_take_back",
    "ledger_close_decided",
    "ledger_check_pool",
}
GIFT = (
    "INSERT INTO ledger_movement"
    " (kind, source_id, target_id, amount, in_start, cause_id, voucher, posted_on, posted_at)"
)
PIECE = "INSERT INTO ledger_piece (movement_id, pool_id, lo, hi, to_pool_id, to_lo, by_id)"
ROOM = (
    "UPDATE ledger_pool SET received = received + 5, free = free + int8multirange("
    "int8range(received, received + 5)) WHERE id = {pool}"
)


class Books:
    """A fund with gifts of 100 and 50 fen; 80 allocated, 30 paid, 10 of the first gift bounced."""

    def __init__(self, owner: psycopg.Connection):
        self.owner = owner
        owner.execute(WITHOUT_RECORDS)
        self.fund, self.line = self.one("ledger_open('fund')"), self.one("ledger_open('line')")
        self.fund_gone, self.gone = self.gone_of(self.fund), self.gone_of(self.line)
        self.gift = self.post("gift", None, self.fund, 100)
        self.post("gift", None, self.fund, 50)
        self.allocation = self.post("allocation", self.fund, self.line, 80)
        self.payment = self.post("payment", self.line, self.gone, 30)
        self.one(
            "ledger_take_back('bounce', %s, %s, 50, true, 'bounce', '2010-05-01', NULL)",
            self.gift,
            self.fund_gone,
        )
        self.one("ledger_close('2009-01-01', '2009-12-31', NULL)")
        self.check()
        self.names = {key: value for key, value in vars(self).items() if isinstance(value, int)}

    def one(self, expression: str, *parameters):
        return self.owner.execute(f"SELECT {expression}", parameters or None).fetchone()[0]

    def gone_of(self, pool: int) -> int:
        return self.one("gone_id FROM ledger_pool WHERE id = %s", pool)

    def post(self, kind, source, target, amount) -> int:
        return self.one(
            "id FROM ledger_post(%s, %s, %s, %s, gen_random_uuid()::text, '2010-05-01', NULL)",
            kind,
            source,
            target,
            amount,
        )

    def check(self) -> None:
        self.owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.owner.execute("SET CONSTRAINTS ALL DEFERRED")

    def attack(self, sql: str) -> None:
        for statement in sql.split(";"):
            self.owner.execute(statement.format(**self.names))
        self.check()


@pytest.fixture
def books(owner):
    return Books(owner)


APPEND_ONLY, FAULT, CHECK, ONCE = "append_only", "ledger_fault", "check constraint", "exclusion"
ATTACKS = {
    # rows that stand
    "a movement is changed": ("UPDATE ledger_movement SET amount = 1", APPEND_ONLY),
    "a movement is dated back": (
        "UPDATE ledger_movement SET posted_on = '2010-01-01'",
        APPEND_ONLY,
    ),
    "a movement is deleted": ("DELETE FROM ledger_movement WHERE id = {payment}", APPEND_ONLY),
    "a piece is changed": ("UPDATE ledger_piece SET hi = hi + 1", APPEND_ONLY),
    "a piece is deleted": ("DELETE FROM ledger_piece WHERE movement_id = {payment}", APPEND_ONLY),
    "a piece lives again": (
        "UPDATE ledger_piece SET ended_id = NULL WHERE ended_id IS NOT NULL",
        APPEND_ONLY,
    ),
    "a piece ends and nothing follows": (
        "UPDATE ledger_piece SET ended_id = {gift} WHERE movement_id = {payment}",
        FAULT,
    ),
    "a pool is deleted": ("DELETE FROM ledger_pool", APPEND_ONLY),
    "a pool changes its kind": (
        "UPDATE ledger_pool SET kind = 'line' WHERE id = {fund}",
        APPEND_ONLY,
    ),
    "a period opens again": ("DELETE FROM ledger_period", APPEND_ONLY),
    "a period is moved": ("UPDATE ledger_period SET ends_on = '2009-11-30'", APPEND_ONLY),
    "a period is closed twice": (
        "INSERT INTO ledger_period (starts_on, ends_on, closed_at)"
        " VALUES ('2009-12-01', '2010-01-31', now())",
        ONCE,
    ),
    **{f"{table} is emptied": (f"TRUNCATE {table} CASCADE", APPEND_ONLY) for table in TABLES},
    # balances
    "less is spent": ("UPDATE ledger_pool SET spent = spent - 1 WHERE id = {line}", APPEND_ONLY),
    "a used unit is free": (
        "UPDATE ledger_pool SET free = free + int8multirange(int8range(0, 1)) WHERE id = {line}",
        APPEND_ONLY,
    ),
    "money comes back out of nothing": (
        "UPDATE ledger_pool SET spent = spent - 7, free = free + int8multirange(int8range(0, 7))"
        " WHERE id = {line}",
        APPEND_ONLY,
    ),
    "a used unit and a free one change places": (
        "UPDATE ledger_pool SET free = free + int8multirange(int8range(0, 7))"
        " - int8multirange(int8range(40, 47)) WHERE id = {line}",
        APPEND_ONLY,
    ),
    "money vanishes": (
        "UPDATE ledger_pool SET spent = spent + 1, free = free - ledger_take(free, 1)"
        " WHERE id = {line}",
        FAULT,
    ),
    "money appears": (ROOM.format(pool="{fund}"), FAULT),
    "a pool begins full": (
        "INSERT INTO ledger_pool (kind, gone_id, received, spent, free, last)"
        " VALUES ('gone', NULL, 5, 0, '{{[0,5)}}', '{{}}')",
        APPEND_ONLY,
    ),
    "more is spent than there is": (
        "UPDATE ledger_pool SET spent = received + 1, free = '{{}}' WHERE id = {line}",
        CHECK,
    ),
    # new rows
    "a piece takes what another has": (
        f"{PIECE} SELECT movement_id, pool_id, lo, hi, to_pool_id, to_lo + 10000, by_id"
        " FROM ledger_piece WHERE movement_id = {payment}",
        ONCE,
    ),
    "a piece lies where another does": (
        f"{PIECE} SELECT movement_id, pool_id, lo + 10000, hi + 10000, to_pool_id, to_lo, by_id"
        " FROM ledger_piece WHERE movement_id = {payment}",
        ONCE,
    ),
    "a piece of no movement's interval": (
        f"{PIECE} VALUES ({{payment}}, {{line}}, 900, 905, {{gone}}, 900, {{payment}})",
        FAULT,
    ),
    "a movement without pieces": (
        f"{ROOM.format(pool='{gone}')}; {GIFT} VALUES ('payment', {{line}}, {{gone}}, 5, 30, NULL,"
        " 'x', '2010-05-01', now())",
        FAULT,
    ),
    "a payment that takes nothing from its line": (
        f"{ROOM.format(pool='{gone}')}; WITH m AS ({GIFT} VALUES ('payment', {{line}}, {{gone}}, 5,"
        " 30, NULL, 'x', '2010-05-01', now()) RETURNING id)"
        f" {PIECE} SELECT id, {{line}}, 40, 45, {{gone}}, 30, id FROM m",
        FAULT,
    ),
    "a gift out of thin air": (
        f"{GIFT} VALUES ('gift', NULL, {{fund}}, 5, 9000, NULL, 'x', '2010-05-01', now())",
        FAULT,
    ),
    "a gift that its fund never received": (
        f"{GIFT} VALUES ('gift', NULL, {{fund}}, 5, 150, NULL, 'x', '2010-05-01', now())",
        FAULT,
    ),
    "a gift in a closed period": (
        f"{ROOM.format(pool='{fund}')}; {GIFT} VALUES ('gift', NULL, {{fund}}, 5, 150, NULL, 'x',"
        " '2009-05-01', now())",
        "period_closed",
    ),
    "a gift of tomorrow": (
        f"{ROOM.format(pool='{fund}')}; {GIFT} VALUES ('gift', NULL, {{fund}}, 5, 150, NULL, 'x',"
        " current_date + 2, now())",
        "future_day",
    ),
    "a gift to what has gone": (
        f"{ROOM.format(pool='{gone}')}; {GIFT} VALUES ('gift', NULL, {{gone}}, 5, 30, NULL, 'x',"
        " '2010-05-01', now())",
        FAULT,
    ),
    "a movement of an unknown kind": (
        f"{GIFT} VALUES ('bribe', NULL, {{fund}}, 5, 150, NULL, 'x', '2010-05-01', now())",
        CHECK,
    ),
    "a voucher twice": (
        f"{ROOM.format(pool='{fund}')}; {GIFT} VALUES ('gift', NULL, {{fund}}, 5, 150, NULL,"
        " 'bounce', '2010-05-01', now())",
        "ledger_voucher_once",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_owner_is_refused(name, books):
    sql, refusal = ATTACKS[name]
    with pytest.raises(psycopg.Error, match=refusal):
        books.attack(sql)


KINDS = [
    ("allocation", "line", "fund"),
    ("allocation", "fund", "fund_gone"),
    ("payment", "line", "fund_gone"),
    ("payment", "fund", "line"),
    ("surplus", "fund", "line"),
    ("withdrawal", "line", "fund"),
]


@pytest.mark.parametrize("kind, source, target", KINDS)
def test_a_kind_joins_only_the_pools_that_it_may(kind, source, target, books):
    with pytest.raises(psycopg.Error, match="ledger_fault|check constraint"):
        books.post(kind, books.names[source], books.names[target], 5)


BACK = [
    ("withdrawal", "payment", "line"),
    ("reversal", "allocation", "fund"),
    ("reversal", "payment", "fund"),
    ("bounce", "allocation", "gone"),
    ("refund", "gift", "gone"),
    ("move", "gift", "fund_gone"),
    ("return", "payment", "line"),
]


@pytest.mark.parametrize("kind, cause, target", BACK)
def test_a_correction_takes_back_only_what_its_name_says(kind, cause, target, books):
    with pytest.raises(psycopg.Error, match="ledger_fault"):
        books.one(
            "ledger_take_back(%s, %s, %s, 5, true, 'y', '2010-05-01', NULL)",
            kind,
            books.names[cause],
            books.names[target],
        )


def test_the_attacks_leave_books_that_add_up(books):
    assert books.owner.execute("SELECT * FROM ledger_fault").fetchall() == []


def test_the_view_of_faults_sees_what_the_rules_would_have_refused(books):
    owner = books.owner
    for table in ("ledger_pool", "ledger_movement", "ledger_piece"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner.execute("UPDATE ledger_pool SET received = received + 1, spent = spent + 1")
    owner.execute("UPDATE ledger_piece SET ended_id = %s", [books.gift])
    found = {what for (what,) in owner.execute("SELECT what FROM ledger_fault").fetchall()}
    assert {"free", "received", "spent", "tiles"} <= found


# -- the web's role -------------------------------------------------------------------------------


def refusal_of(sql: str, parameters=None) -> str:
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, parameters)
    return key_of(caught.value)[0] or type(caught.value.__cause__).__name__


@pytest.mark.django_db
@pytest.mark.parametrize("table", [*TABLES, Naming._meta.db_table])
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO {} DEFAULT VALUES",
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "SELECT id FROM {} FOR UPDATE",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
    ],
)
def test_the_web_may_only_read(table, sql):
    assert refusal_of(sql.format(table)) == "InsufficientPrivilege"


@pytest.mark.django_db
def test_the_functions_write_what_the_web_may_not():
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_open('line')")
        pool = Pool.objects.get(pk=cursor.fetchone()[0])
    assert (pool.kind, pool.received, pool.gone.kind) == ("line", 0, "gone")


@pytest.mark.django_db
def test_a_table_of_the_same_name_does_not_lead_the_functions_astray():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE ledger_pool (LIKE public.ledger_pool) ON COMMIT DROP")
        cursor.execute("SELECT ledger_open('fund')")
        cursor.execute("SELECT count(*) FROM pg_temp.ledger_pool")
        assert cursor.fetchone()[0] == 0


@pytest.mark.django_db
def test_only_these_functions_have_the_owner_s_rights_and_none_is_everybody_s():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosecdef, coalesce(proconfig, '{}'),"
            " proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0)"
            " FROM pg_proc WHERE proname LIKE 'ledger\\_%'"
        )
        functions = cursor.fetchall()
    assert {name for name, is_definer, *_ in functions if is_definer} == WRITERS
    for name, is_definer, options, is_public in functions:
        assert not is_public, name
        assert not is_definer or "search_path=public, pg_temp" in options, name


@pytest.mark.django_db(transaction=False)
def test_the_ledger_is_not_posted_to_on_an_old_snapshot(owner):
    owner.rollback()
    owner.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with pytest.raises(psycopg.errors.RaiseException, match="read committed"):
        owner.execute("SELECT ledger_hold('{}')")


# -- a fund's pool --------------------------------------------------------------------------------


def test_a_fund_has_a_pool_of_its_own(make):
    first, second = make.fund(), make.fund()
    assert first.pool.kind == "fund" and first.pool_id != second.pool_id
    assert [first.number, second.number] == ["F-2010-01", "F-2010-02"]


def test_a_fund_cannot_be_given_another_s_pool(make):
    first = make.fund()
    other = make.fund(pool_id=first.pool_id)
    assert other.pool_id != first.pool_id
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        Fund.objects.filter(pk=other.pk).update(pool=first.pool)
    assert key_of(caught.value)[0] == "frozen"


@pytest.mark.parametrize("column", ["kind", "custodian_id"])
def test_what_a_fund_is_stays_from_its_first_money_on(make, column):
    values = {"kind": "public", "custodian_id": make.office("nb").pk}
    empty, filled = make.fund(), make.filled_fund()
    Fund.objects.filter(pk=empty.pk).update(**{column: values[column]})
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        Fund.objects.filter(pk=filled.pk).update(**{column: values[column]})
    assert key_of(caught.value)[0] == "frozen"


def test_a_fund_is_never_deleted(make):
    fund = make.fund()
    with connection.cursor() as cursor, transaction.atomic():
        with pytest.raises(DatabaseError) as caught:
            cursor.execute("DELETE FROM ledger_fund WHERE id = %s", [fund.pk])
        transaction.set_rollback(True)
    assert key_of(caught.value)[0] == "never_deleted"


def test_a_fund_is_to_be_spent_after_it_is_opened(make):
    with pytest.raises(DatabaseError, match="fund_days_in_order"), transaction.atomic():
        make.fund(spend_by=date(2009, 12, 31))
