"""The way of one gift through all hops, beside one row by its key and the same way by the ORM."""

from django.db import connection, transaction
from django.db.models import Q

from benchmarks.books import Books
from core.money import fen
from ledger.models import Movement, Piece
from ledger.trace import givers_of, of_gift

SAMPLE = 500


class Trace:
    """The jobs: each takes the next gift of a random order."""

    name = "trace of one gift"

    def __init__(self, books: Books):
        self.books = books
        self.gifts = books.rnd.choices(books.gifts, k=20_000)
        self.payments = books.rnd.choices(books.payments, k=20_000)

    def _next(self) -> int:
        self.gifts.append(gift := self.gifts.pop(0))
        return gift

    def peer(self) -> None:
        """What one would write first: a query a hop and stretch."""
        gift = Movement.objects.get(pk=self._next())
        todo = [(gift.target_id, gift.in_start, gift.in_start + gift.amount)]
        while todo:
            pool, lo, hi = todo.pop()
            meets = Q(pool=pool, lo__lt=hi, hi__gt=lo, ended__isnull=True)
            for piece in Piece.objects.filter(meets).select_related("movement", "to_pool"):
                start = piece.to_lo + max(lo, piece.lo) - piece.lo
                size = min(hi, piece.hi) - max(lo, piece.lo)
                todo.append((piece.to_pool_id, start, start + size))

    def ours(self) -> None:
        of_gift(self._next())

    def backwards(self) -> None:
        """A payment back to its givers."""
        self.payments.append(payment := self.payments.pop(0))
        givers_of(payment)

    def limit(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM ledger_movement WHERE id = %s", [self._next()])
            cursor.fetchone()

    def check(self) -> None:
        """Of 500 gifts and 500 payments each adds up, to the fen."""
        amounts = dict(
            Movement.objects.filter(
                pk__in=self.gifts[:SAMPLE] + self.payments[:SAMPLE]
            ).values_list("pk", "amount")
        )
        for gift in self.gifts[:SAMPLE]:
            assert sum(fen(step.free_amount) for step in of_gift(gift)) == amounts[gift], gift
        for payment in self.payments[:SAMPLE]:
            assert sum(fen(giver.amount) for giver in givers_of(payment)) == amounts[payment]

    def plan(self) -> list[str]:
        """How the database finds the way of the gift with most steps among some."""
        gift = max(self.gifts[:SAMPLE], key=lambda pk: len(of_gift(pk)))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT prosrc, proconfig FROM pg_proc WHERE oid = 'ledger_trace'::regproc"
            )
            source, options = cursor.fetchone()
            for option in options:
                cursor.execute("SET LOCAL {} = {}".format(*option.split("=")))
            query = source.partition("RETURN QUERY")[2].partition(";")[0]
            query = query.replace("ledger_fwd(b)", "ledger_fwd(%s)")
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {query}", [gift])
            return [line for (line,) in cursor.fetchall()]
