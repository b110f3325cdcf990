"""The verbs that move gifts: into a programme's fund, or to the project their giver named.

Rule: a gift is posted once, in full, under its receipt number; the receipt number is given in the
same transaction, so that no number is lost and none is given twice.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.models import Counter
from donations.models import Gift
from ledger import money as ledger
from projects.money import may_receive, receiving_line

RECEIPT_DIGITS = 6


def may_confirm(gift: Gift) -> None:
    """Raises ValidationError when a bound gift's project cannot take it."""
    if gift.custodian_id != gift.programme.fund.custodian_id:
        raise ValidationError(_("The gift must be held by the custodian of the programme’s fund."))
    if gift.project:
        may_receive(gift.project, gift.programme.fund, gift.amount)


def receipt_numbers(year: int, count: int) -> list[str]:
    """The next receipt numbers of a year, without a gap: NB-2010-004217."""
    first = Counter.take(f"NB-{year}", count)
    return [f"NB-{year}-{first + place:0{RECEIPT_DIGITS}d}" for place in range(count)]


def post_gift(gift: Gift, *, by, note: str = "") -> None:
    """Gives the receipt number and posts the gift: outside → fund, or → the project's line."""
    gift.receipt_number = receipt_numbers(gift.received_on.year, 1)[0]
    fund = gift.programme.fund
    pool = receiving_line(gift.project, fund, gift.amount).pool if gift.project else fund.pool
    gift.movement = ledger.receive(
        pool,
        gift.amount,
        kind="bound_gift" if gift.project else "gift",
        voucher=f"gift:{gift.receipt_number}",
        on=gift.received_on,
        by=by,
    )
    gift.save(update_fields=["receipt_number", "movement"])
