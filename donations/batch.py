"""Confirming many gifts in one go.

Rule: each gift is checked on its own; free gifts of one programme and one year are posted in
one statement; what is refused is told with its reason and leaves the others untouched.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from core.refusals import in_words
from core.workflow import check, decide, perform
from donations.models import Gift
from donations.money import post_gifts
from donations.workflow import GIFT

CONFIRM, POST = GIFT.by_move["confirm"], GIFT.by_move["post"]


@dataclass
class Outcome:
    """What became of one gift; `reason` is empty for a gift that went through."""

    gift: Gift
    reason: str = ""


@transaction.atomic
def confirm_gifts(keys: Iterable[int], *, by) -> list[Outcome]:
    """Confirms and posts the gifts that may be, and answers about each, in the order of numbers.

    Keys outside the person's scope are passed over as if they did not exist.
    """
    visible = Gift.objects.visible_to(by).filter(pk__in=list(keys)).values("pk")
    gifts = list(
        Gift.objects.filter(pk__in=visible)
        .select_for_update(of=("self",))
        .select_related("programme__fund__pool", "project", "donor")
        .order_by("pk")
    )
    reasons = {gift.pk: _refusal(lambda gift=gift: check(gift, CONFIRM, by=by)) for gift in gifts}
    ready = [gift for gift in gifts if not reasons[gift.pk]]
    for batch in _batches(ready):
        reasons |= _confirm_batch(batch, by=by)
    told = Gift.objects.for_list().in_bulk([gift.pk for gift in gifts])
    return [Outcome(told[gift.pk], reasons[gift.pk]) for gift in gifts]


def _batches(gifts: list[Gift]) -> list[list[Gift]]:
    """Free gifts by programme and year; a bound gift by itself."""

    def place(gift: Gift) -> tuple:
        alone = gift.pk if gift.project_id else 0
        return gift.programme_id, gift.received_on.year, alone

    return [list(batch) for _place, batch in groupby(sorted(gifts, key=place), key=place)]


def _confirm_batch(batch: Sequence[Gift], *, by) -> dict[int, str]:
    """Reason by gift. A batch that is refused as a whole is tried again gift by gift."""
    if len(batch) > 1 and not _refusal(lambda: _post_together(batch, by=by)):
        return {gift.pk: "" for gift in batch}
    return {
        gift.pk: _refusal(lambda gift=gift: perform(gift, CONFIRM.name, by=by)) for gift in batch
    }


def _post_together(batch: Sequence[Gift], *, by) -> None:
    for gift in batch:
        decide(gift, CONFIRM, by=by)
    post_gifts(batch, by=by)
    for gift in batch:
        decide(gift, POST, by=by)


def _refusal(attempt: Callable[[], object]) -> str:
    """Runs the attempt; answers the reason if it is refused, after which nothing of it is left."""
    try:
        with transaction.atomic():
            attempt()
    except PermissionDenied as refusal:
        return str(refusal)
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    except DatabaseError as error:
        if not (words := in_words(error)):
            raise
        return words
    return ""
