"""Gifts and payments posted by one, four and eight processes at once, beside hordak and the limit.

Into one pool all wait for its lock; into pools of their own they do not. The limit is a bare insert
of a movement's row; it refuses no overdraft and follows no money. Balances are read from equally
many gifts.
"""

import multiprocessing
import time
from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

from django.db import connection, transaction
from hordak.models import Account, AccountType, Leg, Transaction
from moneyed import Money

from benchmarks.books import FIRST_DAY, NAME, in_transactions
from benchmarks.measure import ROUNDS, SLICE, joined, ratios, rounds
from benchmarks.measure import Timing as Timed
from benchmarks.posting import BARE, TABLES
from ledger import money
from ledger.models import Pool

AT_ONCE = (1, 4, 8)
SEVEN = Decimal("7.00")
Job = Callable[[int], object]


class Busy:
    """Pools, lines and accounts: one for all, and one for each of eight."""

    def __init__(self, gifts: int):
        self.funds = [self._fund() for _ in range(max(AT_ONCE) + 1)]
        self.lines = [self._line(fund) for fund in self.funds]
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
        self.bank = Account.objects.create(
            name="bank", code="0", type=AccountType.asset, currencies=["CNY"]
        )
        self.accounts = [self._account(number) for number in range(len(self.funds))]
        self._fill(gifts)

    def _fund(self) -> Pool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_open('fund')")
            return Pool.objects.select_related("gone").get(pk=cursor.fetchone()[0])

    def _line(self, fund: Pool) -> Pool:
        """A line that can pay for as long as this lasts."""
        line = money.open_line()
        money.receive(fund, Decimal("90000000.00"), kind="appropriation", **self.named())
        money.allocate(fund, line, Decimal("90000000.00"), **self.named())
        return Pool.objects.select_related("gone").get(pk=line.pk)

    def _account(self, number: int) -> Account:
        return Account.objects.create(
            name=f"fund {number}", code=f"{number + 1}", type=AccountType.income, currencies=["CNY"]
        )

    def _fill(self, gifts: int) -> None:
        """The same gifts in the first pool and the first account."""
        for first in range(0, gifts, 1000):
            entries = [(SEVEN, f"busy:{uuid4()}") for _ in range(min(1000, gifts - first))]
            money.receive_many(self.funds[0], entries, kind="gift", on=FIRST_DAY, by=None)
        for _place in in_transactions(range(0, gifts, 1000)):
            made = Transaction.objects.bulk_create(Transaction() for _ in range(1000))
            Leg.objects.bulk_create(leg for one in made for leg in self._legs(one))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def _legs(self, one: Transaction) -> list[Leg]:
        amount = Money(SEVEN, "CNY")
        return [
            Leg(transaction=one, account=self.accounts[0], credit=amount),
            Leg(transaction=one, account=self.bank, debit=amount),
        ]

    def named(self) -> dict:
        return {"voucher": f"busy:{uuid4()}", "on": FIRST_DAY, "by": None}

    # -- the jobs, in the pool of this number -----------------------------------------------------

    def gift(self, number: int) -> None:
        money.receive(self.funds[number], SEVEN, kind="gift", **self.named())

    def payment(self, number: int) -> None:
        money.pay(self.lines[number], SEVEN, **self.named())

    def hordak(self, number: int) -> None:
        self.accounts[number].transfer_to(
            self.bank, Money(SEVEN, "CNY"), description=f"busy:{uuid4()}"
        )

    def bare(self, number: int) -> None:
        line = self.lines[number]
        with connection.cursor() as cursor:
            cursor.execute(BARE, [line.pk, line.gone_id])

    # -- balances ---------------------------------------------------------------------------------

    def balance(self) -> Decimal:
        return Pool.objects.get(pk=self.funds[0].pk).received_amount

    def hordak_balance(self) -> Decimal:
        return self.accounts[0].get_balance()["CNY"].amount


def work(busy: Busy, job: str, number: int, start: float) -> int:
    """How often one process did the job in its slice of time, on a connection of its own."""
    connection.close()
    connection.settings_dict["NAME"] = NAME
    do = getattr(busy, job)
    connection.ensure_connection()
    time.sleep(max(0.0, start - time.time()))
    done, end = 0, time.perf_counter() + 2 * SLICE
    while time.perf_counter() < end:
        do(number)
        done += 1
    connection.close()
    return done


def at_once(busy: Busy, job: str, *, workers: int, is_one_pool: bool) -> Timed:
    """The job by several processes; their parts of the time are added up."""
    connection.close()
    start = time.time() + 0.3
    numbers = [0 if is_one_pool else number + 1 for number in range(workers)]
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        done = sum(pool.starmap(work, [(busy, job, number, start) for number in numbers]))
    return Timed([2 * SLICE / done] * done)


def report(gifts: int, say: Callable[[str], None]) -> None:
    busy = Busy(gifts)
    jobs = ("gift", "payment", "hordak", "bare")
    for is_one_pool, where in ((True, "one pool"), (False, "pools of their own")):
        for workers in AT_ONCE:
            found: dict[str, list[Timed]] = {job: [] for job in jobs}
            for turn in range(ROUNDS):
                for place in range(len(jobs)):
                    job = jobs[(turn + place) % len(jobs)]
                    timed = at_once(busy, job, workers=workers, is_one_pool=is_one_pool)
                    found[job].append(timed)
            for job in ("gift", "payment"):
                say(
                    f"  {job}, {workers} at once, {where}: {joined(found[job]).per_second:,.0f} a"
                    f" second, {ratios(found[job], found['hordak'])} of hordak,"
                    f" {ratios(found[job], found['bare'])} of a bare insert"
                )
    found = rounds({"ours": (busy.balance, 1), "hordak": (busy.hordak_balance, 1)})
    say(f"  a balance: {ratios(found['ours'], found['hordak'])} times as many a second as hordak")
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT * FROM ledger_fault")
        assert cursor.fetchall() == []
