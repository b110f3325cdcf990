"""The verbs of the ledger: the one door through which money is moved. Amounts here are yuan.

Rule: a verb is one statement, in the caller's transaction. What the ledger refuses comes as
ValidationError in words, its code one of core.refusals; whether the person may, and whether purpose
and budget allow it, the caller has asked before.

A transaction of several verbs first holds every pool that it will touch (`hold`); then two of them
wait for each other in one order and never in a circle.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from core.money import fen
from core.refusals import in_words, key_of
from ledger.models import Movement, Pool

FAULT = "ledger_fault"
Entries = Sequence[tuple[Decimal, str]]


def open_line() -> Pool:
    """An empty pool for the money of one project from one fund."""
    return Pool.objects.get(pk=_value("SELECT ledger_open('line')", []))


def hold(*pools: Pool, correcting: bool = False) -> None:
    """Locks pools until the end of the transaction; `correcting` if it will take anything back.

    With each fund or line hold also the pool of what has gone from it, where money goes there.
    """
    _value("SELECT ledger_hold(%s, %s)", [[pool.pk for pool in pools], correcting])


def receive(
    pool: Pool, amount: Decimal, *, kind: str, voucher: str, on: date, by: User | None
) -> Movement:
    """Money from outside: kind gift, bound_gift or appropriation.

    Raises ValidationError: voucher_twice, period_closed, future_day.
    """
    return _post(kind, None, pool.pk, amount, voucher=voucher, on=on, by=by)


def receive_many(
    pool: Pool, entries: Entries, *, kind: str, on: date | Sequence[date], by: User | None
) -> list[int]:
    """Receives (amount, voucher) in this order, all or none; numbers of the movements in order.

    `on` is one day for all of them or a day for each.
    """
    return _post_many(kind, None, pool.pk, entries, on=on, by=by)


def allocate(
    fund_pool: Pool, line_pool: Pool, amount: Decimal, *, voucher: str, on: date, by: User | None
) -> Movement:
    """Money of a fund for a project, the oldest first.

    Raises ValidationError: not_enough, voucher_twice, period_closed, future_day.
    """
    return _post("allocation", fund_pool.pk, line_pool.pk, amount, voucher=voucher, on=on, by=by)


def allocate_many(
    fund_pool: Pool,
    line_pool: Pool,
    entries: Entries,
    *,
    on: date | Sequence[date],
    by: User | None,
) -> list[int]:
    """Allocations from one fund to one line, in order, all or none."""
    return _post_many("allocation", fund_pool.pk, line_pool.pk, entries, on=on, by=by)


def pay(
    pool: Pool,
    amount: Decimal,
    *,
    voucher: str,
    on: date,
    by: User | None,
    instead_of: Movement | None = None,
) -> Movement:
    """Money of a line paid out, the oldest first.

    `instead_of` is the reversal of a payment that was entered wrongly: its units are used first, so
    that the mistake changes nobody's trace.
    Raises ValidationError: not_enough, voucher_twice, period_closed, future_day.
    """
    cause = instead_of.pk if instead_of else None
    return _post(
        "payment", pool.pk, pool.gone_id, amount, voucher=voucher, on=on, by=by, cause=cause
    )


def pay_many(
    pool: Pool, entries: Entries, *, on: date | Sequence[date], by: User | None
) -> list[int]:
    """Payments from one line, in order, all or none."""
    return _post_many("payment", pool.pk, pool.gone_id, entries, on=on, by=by)


def give_back(
    line_pool: Pool, fund_pool: Pool, amount: Decimal, *, voucher: str, on: date, by: User | None
) -> Movement:
    """Surplus of a line to a fund, the oldest money first, whoever gave it.

    Where gifts bound to the project may lie in the line, take back the allocations instead.
    """
    return _post("surplus", line_pool.pk, fund_pool.pk, amount, voucher=voucher, on=on, by=by)


surplus = give_back


def take_back(
    movement: Movement,
    to_pool: Pool,
    amount: Decimal,
    *,
    kind: str,
    substitute: bool,
    voucher: str,
    on: date,
    by: User | None,
) -> Movement:
    """Takes an amount of a movement back out of the pool it went to; the one correction there is.

    First its own money that lies free there, the latest first. Then, with `substitute`, other free
    money of the same pool steps into the place of what is in use; that is for gifts that never came
    or must by law go back, so only bounces, refunds and moves may ask for it.
    Raises ValidationError: still_unspent, nothing_left, no_step_in, voucher_twice, period_closed,
    future_day.
    """
    if substitute and kind not in (
        Movement.Kind.BOUNCE,
        Movement.Kind.REFUND,
        Movement.Kind.MOVE,
    ):
        raise ValueError(f"nothing steps in for a {kind}")
    return _movement(
        "SELECT * FROM ledger_take_back(%s, %s, %s, %s, %s, %s, %s, %s)",
        [kind, movement.pk, to_pool.pk, _fen(amount), substitute, voucher, on, by and by.pk],
    )


# -- the statements -------------------------------------------------------------------------------


def _post(
    kind: str,
    source: int | None,
    target: int | None,
    amount: Decimal,
    *,
    voucher: str,
    on: date,
    by: User | None,
    cause: int | None = None,
) -> Movement:
    return _movement(
        "SELECT * FROM ledger_post(%s, %s, %s, %s, %s, %s, %s, %s)",
        [kind, source, target, _fen(amount), voucher, on, by and by.pk, cause],
    )


def _post_many(
    kind: str,
    source: int | None,
    target: int | None,
    entries: Entries,
    *,
    on: date | Sequence[date],
    by: User | None,
) -> list[int]:
    days = [on] * len(entries) if isinstance(on, date) else list(on)
    if len(days) != len(entries):
        raise ValueError("as many days as entries, or one")
    amounts, vouchers = [_fen(amount) for amount, _ in entries], [name for _, name in entries]
    return _value(
        "SELECT ledger_post_many(%s, %s, %s, %s::bigint[], %s::text[], %s::date[], %s)",
        [kind, source, target, amounts, vouchers, days, by and by.pk],
    )


def _movement(sql: str, parameters: list[Any]) -> Movement:
    with _refusals():
        return Movement.objects.raw(sql, parameters)[0]


def _value(sql: str, parameters: list[Any]) -> Any:
    with _refusals(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


@contextmanager
def _refusals() -> Iterator[None]:
    """A refusal undoes its own statement only, and comes as ValidationError in words."""
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            yield
    except DatabaseError as error:
        key, _parameter = key_of(error)
        if not key or key == FAULT:
            raise
        raise ValidationError(in_words(error), code=key) from error


def _fen(amount: Decimal) -> int:
    if (count := fen(amount)) <= 0:
        raise ValueError(f"{amount} is not an amount that can be moved")
    return count
