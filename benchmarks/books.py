"""A ledger of any size: gifts in 200 funds, one with 40%, lines, allocations, payments, bounces.

Rule: every row comes by the verbs of ledger.money, so what is measured is what an import does.
"""

import itertools
import math
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from core.money import yuan
from ledger import money
from ledger.models import Movement, Pool

FUNDS, FIRST_SHARE, BATCH, CALLS = 200, 0.4, 1000, 200
FIRST_DAY = date(2010, 1, 1)
NAME = "bench_shanhai"
T = TypeVar("T")


@contextmanager
def database() -> Iterator[None]:
    """A database of its own on the configured server, made for this and dropped after it.

    Its owner lets movements stand without records: what is measured is the ledger.
    """
    original = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = NAME
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_movement DISABLE TRIGGER named")
    try:
        yield
    finally:
        connection.creation.destroy_test_db(original, verbosity=0)


class Books:
    """The filled ledger: pools, the numbers of its gifts and payments, and what filling took."""

    def __init__(self, gift_count: int):
        self.rnd = random.Random(gift_count)
        self.gift_count = gift_count
        self.gifts: list[int] = []
        self.payments: list[int] = []
        self.lines: list[Pool] = []
        self.seconds: dict[str, float] = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_open('fund') FROM generate_series(1, %s)", [FUNDS])
            ids = [pk for (pk,) in cursor.fetchall()]
        self.funds = list(Pool.objects.filter(pk__in=ids).select_related("gone").order_by("pk"))

    def fill(self) -> None:
        for step in (self._gifts, self._allocations, self._payments, self._bounces, self._vacuum):
            start = time.perf_counter()
            step()
            self.seconds[step.__name__.strip("_")] = time.perf_counter() - start

    def day(self) -> date:
        return FIRST_DAY + timedelta(days=self.rnd.randrange(365))

    def _gifts(self) -> None:
        """Batches of a thousand, amounts from one to some ten thousand yuan."""
        for first in range(0, self.gift_count, BATCH):
            rest = self.funds[1:] if len(self.funds) > 1 else self.funds
            is_first = self.rnd.random() < FIRST_SHARE
            fund = self.funds[0] if is_first else self.rnd.choice(rest)
            entries = [
                (Decimal(int(math.exp(self.rnd.random() * 9))), f"gift:{first + place}")
                for place in range(min(BATCH, self.gift_count - first))
            ]
            days = [self.day() for _ in entries]
            self.gifts += money.receive_many(fund, entries, kind="gift", on=days, by=None)

    def _allocations(self) -> None:
        """A line for every fifty gifts; each takes its part of nine tenths of the fund in three."""
        left = {fund.pk: fund for fund in Pool.objects.filter(pk__in=[f.pk for f in self.funds])}
        rich = [fund for fund in left.values() if fund.received]
        count = max(self.gift_count // 50, len(rich))
        weights = [fund.received for fund in rich]
        wanted = self.rnd.choices(rich, weights, k=count)
        uses = {fund.pk: wanted.count(fund) for fund in rich}
        for place, fund in in_transactions(enumerate(wanted)):
            line = money.open_line()
            share = yuan(int(fund.received * 0.9 / uses[fund.pk] / 3))
            if share:
                entries = [(share, f"allocation:{place}-{part}") for part in range(3)]
                money.allocate_many(fund, line, entries, on=self.day(), by=None)
                line.received = int(share * 300)
                self.lines.append(line)

    def _payments(self) -> None:
        """Five payments a line, of nine tenths of what it holds."""
        for line in in_transactions(self.lines):
            share = yuan(int(line.received * 0.9 / 5))
            if share:
                entries = [(share, f"payment:{line.pk}-{part}") for part in range(5)]
                self.payments += money.pay_many(line, entries, on=self.day(), by=None)

    def _bounces(self) -> None:
        """One gift in two thousand did not arrive; where nothing can step in, it is left."""
        funds = {fund.pk: fund for fund in self.funds}
        self.bounced, self.refused = 0, 0
        for gift in self.rnd.sample(self.gifts, max(self.gift_count // 2000, 1)):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT target_id, amount FROM ledger_movement WHERE id = %s", [gift]
                )
                fund, fen = cursor.fetchone()
            try:
                money.take_back(
                    Movement(pk=gift),
                    funds[fund].gone,
                    yuan(fen),
                    kind="bounce",
                    substitute=True,
                    voucher=f"bounce:{gift}",
                    on=self.day(),
                    by=None,
                )
                self.bounced += 1
            except ValidationError:
                self.refused += 1

    def _vacuum(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE ledger_pool, ledger_movement, ledger_piece")


def in_transactions(items: Iterable[T]) -> Iterator[T]:
    """The items, with a commit after every few hundred of them, as an import does it."""
    items = iter(items)
    while True:
        with transaction.atomic():
            done = 0
            for item in itertools.islice(items, CALLS):
                yield item
                done += 1
        if done < CALLS:
            return
