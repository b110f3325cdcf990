"""Who paid: the gifts and appropriations behind a payment, to the fen.

Rule: the amounts are those of the ledger's trace and add up to the payment; a gift is named only
to those who may read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from donations.models import Gift
from ledger.trace import Giver, givers_of
from projects.models import Appropriation, Payment

NOTHING = Decimal("0.00")


@dataclass
class Named:
    """One giver's part, with the gift or the appropriation as far as the reader may read it."""

    amount: Decimal
    gift: Gift | None = None
    appropriation: Appropriation | None = None


@dataclass
class Givers:
    """The movements behind a payment, the largest part first."""

    payment: Payment
    entries: list[Giver]

    @property
    def total(self) -> Decimal:
        return sum((entry.amount for entry in self.entries), NOTHING)

    @property
    def reversed(self) -> Decimal:
        """What of the payment has come back since, so that nobody gave for it."""
        return self.payment.amount - self.total if self.payment.movement_id else NOTHING

    def named(self, entries: Sequence[Giver], *, visible_to=None) -> list[Named]:
        """Some of the entries with their records, in two queries; without a reader all named."""
        movements = [entry.movement_id for entry in entries]
        gifts = Gift.objects.visible_to(visible_to) if visible_to else Gift.objects.all()
        given = {gift.movement_id: gift for gift in gifts.for_list().filter(movement__in=movements)}
        rows = Appropriation.objects.filter(movement__in=movements).select_related("fund", "source")
        public = {row.movement_id: row for row in rows}
        return [
            Named(entry.amount, given.get(entry.movement_id), public.get(entry.movement_id))
            for entry in entries
        ]


def givers_of_payment(payment: Payment) -> Givers:
    """The givers of a payment, in one query; none before it is paid."""
    entries = givers_of(payment.movement_id) if payment.movement_id else []
    merged: dict[int, Decimal] = {}
    for entry in entries:
        merged[entry.movement_id] = merged.get(entry.movement_id, NOTHING) + entry.amount
    parts = [Giver(movement, amount) for movement, amount in merged.items()]
    return Givers(payment, sorted(parts, key=lambda part: (-part.amount, part.movement_id)))
