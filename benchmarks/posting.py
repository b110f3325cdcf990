"""Payments posted one by one and in batches of a hundred, beside a bare insert and the ORM's lock.

The bare insert writes a movement's row with its keys and indexes and nothing else.
"""

from decimal import Decimal
from itertools import count

from django.db import connection, models, transaction

from benchmarks.books import FIRST_DAY, Books
from ledger import money
from ledger.models import Pool

BATCH = 100
TABLES = """
CREATE TABLE bench_bare (LIKE ledger_movement INCLUDING IDENTITY INCLUDING CONSTRAINTS);
ALTER TABLE bench_bare ADD PRIMARY KEY (id), ADD UNIQUE (voucher),
    ADD FOREIGN KEY (source_id) REFERENCES ledger_pool,
    ADD FOREIGN KEY (target_id) REFERENCES ledger_pool;
CREATE INDEX ON bench_bare (target_id, in_start) INCLUDE (amount, source_id);
CREATE INDEX ON bench_bare (source_id, id);
CREATE TABLE bench_account (id bigserial PRIMARY KEY, balance bigint NOT NULL);
CREATE TABLE bench_entry (id bigserial PRIMARY KEY, source_id bigint REFERENCES bench_account,
    target_id bigint REFERENCES bench_account, amount bigint NOT NULL, voucher text UNIQUE);
INSERT INTO bench_account (balance) VALUES (1000000000000), (0);
"""
BARE = """
INSERT INTO bench_bare (kind, source_id, target_id, amount, in_start, voucher, posted_on, posted_at)
VALUES ('payment', %s, %s, 700, 0, gen_random_uuid()::text, '2010-01-01', clock_timestamp())
"""


class Account(models.Model):
    """The peer's account, with a balance that is locked, read, and written back."""

    balance = models.BigIntegerField()

    class Meta:
        app_label, managed, db_table = "benchmarks", False, "bench_account"


class Entry(models.Model):
    source = models.ForeignKey(Account, models.PROTECT, related_name="+")
    target = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    voucher = models.TextField()

    class Meta:
        app_label, managed, db_table = "benchmarks", False, "bench_entry"


class Posting:
    """The jobs: payments of seven yuan from one line."""

    name = "posting a payment"

    def __init__(self, books: Books):
        self.names = (f"bench:{number}" for number in count())
        fund, self.line = books.funds[0], money.open_line()
        voucher = {"voucher": next(self.names), "on": FIRST_DAY, "by": None}
        money.receive(fund, Decimal("99000000.00"), kind="appropriation", **voucher)
        voucher["voucher"] = next(self.names)
        money.allocate(fund, self.line, Decimal("90000000.00"), **voucher)
        self.line = Pool.objects.get(pk=self.line.pk)
        with connection.cursor() as cursor:
            cursor.execute(TABLES)

    def peer(self) -> None:
        with transaction.atomic():
            accounts = Account.objects.select_for_update().order_by("pk")
            source, target = accounts
            assert source.balance >= 700
            source.balance -= 700
            target.balance += 700
            source.save()
            target.save()
            Entry.objects.create(source=source, target=target, amount=700, voucher=next(self.names))

    def ours(self) -> None:
        money.pay(self.line, Decimal("7.00"), voucher=next(self.names), on=FIRST_DAY, by=None)

    def batch(self) -> None:
        entries = [(Decimal("7.00"), next(self.names)) for _ in range(BATCH)]
        money.pay_many(self.line, entries, on=FIRST_DAY, by=None)

    def limit(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [self.line.pk, self.line.gone_id])

    def check(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM ledger_fault")
            assert cursor.fetchall() == []
