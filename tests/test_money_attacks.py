"""What somebody with a SQL prompt of the web's role cannot do to the ledger.

Rule: money moves by the ledger's functions, and each movement is named at commit by a record that
other people have decided on.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from core.workflow import perform
from donations.models import Gift
from donations.money import post_gift
from ledger import money as ledger
from ledger.models import Period
from tests.ledger_fixtures import WITHOUT_RECORDS
from tests.test_decisions import insert_decision, refused

DAY = date(2010, 5, 1)


def run(sql: str, *parameters) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)


def value(sql: str, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


def commit() -> None:
    """What a commit checks."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")


def refused_at_commit(key: str = "not_named"):
    return pytest.raises(DatabaseError, match=key)


def forbidden(sql: str, *parameters) -> None:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        run(sql, *parameters)
    assert caught.value.__cause__.sqlstate == "42501"


# -- the functions --------------------------------------------------------------------------------


class Books:
    """A fund with two gifts, a line with two payments; all calls as the web's role makes them."""

    def __init__(self, make):
        self.fund = make.fund().pool
        self.gift = self.post("gift", None, self.fund.pk, 500)
        self.post("gift", None, self.fund.pk, 9500)
        self.line = ledger.open_line()
        self.post("allocation", self.fund.pk, self.line.pk, 5000)
        self.payment = self.post("payment", self.line.pk, self.line.gone_id, 100)
        self.post("payment", self.line.pk, self.line.gone_id, 900)

    def post(self, kind, source, target, amount, day="2010-05-01", cause=None) -> int:
        return value(
            "SELECT id FROM ledger_post(%s, %s, %s, %s, gen_random_uuid()::text, %s, NULL, %s)",
            *(kind, source, target, amount, day, cause),
        )

    def refused(self, key, *args, **kwargs) -> None:
        with pytest.raises(DatabaseError, match=key), transaction.atomic():
            self.post(*args, **kwargs)

    def refused_back(self, kind, cause, target, substitute=False) -> None:
        sql = (
            "SELECT ledger_take_back(%s, %s, %s, 5, %s, gen_random_uuid()::text, now()::date, NULL)"
        )
        refused("ledger_fault", sql, kind, cause, target, substitute)


@pytest.fixture
def books(make, without_records) -> Books:
    return Books(make)


def test_a_payment_leaves_a_line_and_never_a_fund(books):
    books.refused("ledger_fault", "payment", books.fund.pk, books.fund.gone_id, 5)


def test_no_more_goes_back_in_the_name_of_a_gift_or_a_payment_than_it_was(books):
    """Taking back is bounded by what is taken back, so a plain posting cannot pass for it."""
    fund, line = books.fund, books.line
    for kind in ("bounce", "refund", "correction"):
        books.refused("ledger_fault", kind, fund.pk, fund.gone_id, 4000, cause=books.gift)
    books.refused("ledger_fault", "reversal", line.gone_id, line.pk, 1000, cause=books.payment)


def test_money_is_neither_set_aside_nor_paid_by_taking_back(books):
    books.refused_back("allocation", books.gift, books.line.pk)
    books.refused_back("payment", books.gift, books.fund.gone_id)
    books.refused_back("reversal", books.payment, books.line.pk, substitute=True)


@pytest.mark.parametrize("day", ["-infinity", "infinity", "0044-03-15 BC"])
def test_the_ledger_takes_no_day_that_no_page_can_show(books, day):
    books.refused("ledger_movement_day|future_day", "gift", None, books.fund.pk, 5, day)


# -- movements without a record -------------------------------------------------------------------


@pytest.fixture
def pools(make):
    """A fund that holds money and a line that holds money, both by records."""
    line = make.line()
    return {"fund": line.fund.pool, "line": line.pool, "gone": line.pool.gone, "outside": None}


WAYS = {
    "gift": ("outside", "fund"),
    "bound_gift": ("outside", "line"),
    "appropriation": ("outside", "fund"),
    "allocation": ("fund", "line"),
    "payment": ("line", "gone"),
    "surplus": ("line", "fund"),
}


@pytest.mark.parametrize("kind", WAYS)
def test_no_money_moves_without_a_record(kind, pools):
    source, target = (pools[name] for name in WAYS[kind])
    post = "SELECT ledger_post(%s, %s, %s, 5, 'forged', %s, NULL)"
    many = (
        "SELECT ledger_post_many(%s, %s, %s, '{5,6}', '{forged1,forged2}', array_fill(%s, '{2}'),"
        " NULL)"
    )
    for sql in (post, many):
        with refused_at_commit(), transaction.atomic():
            run(sql, kind, source and source.pk, target.pk, DAY)
            commit()


TAKEN = {
    "withdrawal": ("allocation", "fund"),
    "reversal": ("payment", "line"),
    "bounce": ("appropriation", "fund_gone"),
    "refund": ("appropriation", "fund_gone"),
    "move": ("appropriation", "other"),
    "correction": ("payment", "other"),
}


@pytest.mark.parametrize("kind", TAKEN)
def test_nothing_is_taken_back_without_a_record(kind, make):
    payment = make.paid_payment()
    fund = payment.line.fund
    movements = {
        "payment": payment.movement,
        "allocation": payment.line.project.allocations.get().movement,
        "appropriation": fund.appropriations.get().movement,
    }
    pools = {
        "fund": fund.pool,
        "fund_gone": fund.pool.gone,
        "line": payment.line.pool,
        "other": make.fund().pool,
    }
    cause, target = TAKEN[kind]
    with refused_at_commit(), transaction.atomic():
        ledger.take_back(
            movements[cause],
            pools[target],
            Decimal(1),
            kind=kind,
            substitute=False,
            voucher="forged",
            on=DAY,
            by=None,
        )
        commit()


def test_the_owner_corrects_what_no_record_can(owner):
    """By hand and for the worst case; the web's role is refused above."""
    owner.execute(WITHOUT_RECORDS)
    (fund,) = owner.execute("SELECT ledger_open('fund')").fetchone()
    (other,) = owner.execute("SELECT ledger_open('fund')").fetchone()
    (gift,) = owner.execute(
        "SELECT id FROM ledger_post('gift', NULL, %s, 5, 'x', %s, NULL)", [fund, DAY]
    ).fetchone()
    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
    owner.execute("SET CONSTRAINTS ALL DEFERRED")
    owner.execute("ALTER TABLE ledger_movement ENABLE TRIGGER named")
    owner.execute(
        "SELECT ledger_take_back('correction', %s, %s, 5, false, 'y', %s, NULL)",
        [gift, other, DAY],
    )
    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_payment_that_nobody_has_paid_names_no_movement(make, cast):
    """Not a request, nor an approved one whose movement somebody else has posted."""
    for payment in (make.payment(), make.approved_payment()):
        run(
            "UPDATE projects_payment SET voucher = %s, paid_on = %s WHERE id = %s",
            f"forged-{payment.pk}",
            DAY,
            payment.pk,
        )
        with refused_at_commit(), transaction.atomic():
            movement = ledger.pay(
                payment.line.pool,
                payment.amount,
                voucher=f"payment:forged-{payment.pk}",
                on=DAY,
                by=cast.finance,
            )
            run(
                "UPDATE projects_payment SET movement_id = %s WHERE id = %s",
                movement.pk,
                payment.pk,
            )
            commit()


def test_a_record_s_own_money_stays_named(make):
    make.paid_payment()
    make.posted_gift()
    commit()


def test_one_gift_without_a_record_among_many_is_found(make, cast):
    programme = make.programme()
    gifts = [make.gift(programme=programme) for _gift in range(5)]
    for gift in gifts:
        run(insert_decision(gift, "confirm", "confirmed", cast.finance))
    with refused_at_commit(), transaction.atomic():
        for gift in Gift.objects.filter(programme=programme):
            post_gift(gift, by=cast.finance)
        for gift in gifts[1:]:
            run(insert_decision(Gift.objects.get(pk=gift.pk), "post", "posted", cast.finance))
        commit()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT ledger_write_named()",
        "INSERT INTO ledger_naming (kind, table_name, statuses) VALUES ('move', 'x', '{x}')",
        "UPDATE ledger_naming SET statuses = '{approved}'",
        "ALTER TABLE ledger_movement DISABLE TRIGGER named",
        "SET session_replication_role = replica",
        "SET SESSION AUTHORIZATION shanhai",
    ],
)
def test_the_web_cannot_take_the_rule_away(db, sql):
    forbidden(sql)


def test_a_table_of_the_session_names_no_movement(pools):
    run("CREATE TEMP TABLE donations_gift (movement_id bigint, status text) ON COMMIT DROP")
    with refused_at_commit(), transaction.atomic():
        movement = value(
            "SELECT id FROM ledger_post('gift', NULL, %s, 5, 'forged', %s, NULL)",
            pools["fund"].pk,
            DAY,
        )
        run("INSERT INTO pg_temp.donations_gift VALUES (%s, 'posted')", movement)
        commit()


# -- closed periods -------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2009-01-01", "-infinity", "0044-03-15 BC"])
def test_no_period_is_closed_by_hand(db, day):
    forbidden("SELECT ledger_close(%s, '2009-12-31', NULL)", day)


def test_a_period_is_closed_by_its_decision_and_by_no_other(make, cast):
    closing = make.period_closing()
    refused(
        "status_without_decision",
        "UPDATE ledger_periodclosing SET status = 'closed' WHERE id = %s",
        closing.pk,
    )
    refused("own_work", insert_decision(closing, "close", "closed", cast.finance))
    assert not Period.objects.exists()
    run(insert_decision(closing, "close", "closed", cast.finance2))
    period = Period.objects.get()
    assert (period.starts_on, period.ends_on) == (closing.starts_on, closing.ends_on)
    assert period.closed_by == cast.finance2


@pytest.mark.parametrize(
    ("days", "key"),
    [
        ({"ends_on": date(2999, 1, 1)}, "period_not_over"),
        ({"ends_on": date(2010, 3, 31)}, "period_twice"),
        ({"starts_on": "0044-03-15 BC"}, "ledger_period_days"),
    ],
)
def test_a_decision_closes_no_days_that_may_not_be_closed(make, cast, days, key):
    make.closed_period(starts_on=date(2010, 3, 1), ends_on=date(2010, 3, 31))
    closing = make.period_closing()
    for column, day in days.items():
        run(f"UPDATE ledger_periodclosing SET {column} = %s WHERE id = %s", day, closing.pk)
    refused(key, insert_decision(closing, "close", "closed", cast.finance2))
    if key != "ledger_period_days":
        with pytest.raises(ValidationError):
            perform(closing, "close", by=cast.finance2)
