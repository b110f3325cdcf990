"""The life cycles of gifts in cash and in kind.

A clerk records a gift; a second person compares it with the bank and confirms it; the ledger
takes it on in the same moment and the giver gets a receipt number and a check code.

Rule: every state and move stands in these tables and nowhere else.
"""

from django.utils.translation import gettext_lazy

from core.lifecycle import Move, State, Workflow
from donations import money
from donations.models import Gift, GoodsGift

GIFT = Workflow(
    name="gift",
    model=Gift,
    states=(
        State("recorded", gettext_lazy("Recorded"), "prep", "clock"),
        State("returned", gettext_lazy("Returned"), "hold", "back"),
        State("confirmed", gettext_lazy("Confirmed"), "go", "check"),
        State("posted", gettext_lazy("Posted"), "done", "coin"),
        State("withdrawn", gettext_lazy("Withdrawn"), "void", "x"),
    ),
    main_line=("recorded", "confirmed", "posted"),
    editable=("recorded", "returned"),
    free_columns=("movement_id", "receipt_number"),
    moves=(
        Move(
            name="confirm",
            label=gettext_lazy("Confirm gift"),
            done=gettext_lazy("Confirmed against the bank"),
            source=("recorded",),
            target="confirmed",
            permission="donations.confirm_gift",
            not_by=("enter", "resubmit"),
            guard=money.may_confirm,
            duty=gettext_lazy("the finance officer"),
            icon="check",
            primary=True,
            then="post",
        ),
        Move(
            name="post",
            label=gettext_lazy("Post gift"),
            done=gettext_lazy("Posted to the ledger"),
            source=("confirmed",),
            target="posted",
            permission="donations.confirm_gift",
            not_by=("enter", "resubmit"),
            effect=money.post_gift,
            posts=True,
            duty=gettext_lazy("the finance officer"),
            icon="coin",
            primary=True,
        ),
        Move(
            name="return",
            label=gettext_lazy("Return for revision"),
            done=gettext_lazy("Returned for revision"),
            source=("recorded",),
            target="returned",
            permission="donations.confirm_gift",
            needs_note=True,
            icon="back",
        ),
        Move(
            name="resubmit",
            label=gettext_lazy("Record again"),
            done=gettext_lazy("Recorded again"),
            source=("returned",),
            target="recorded",
            permission="donations.change_gift",
            duty=gettext_lazy("the charity clerk"),
            icon="send",
            primary=True,
            own_scope=True,
        ),
        Move(
            name="withdraw",
            label=gettext_lazy("Withdraw"),
            done=gettext_lazy("Withdrawn"),
            source=("recorded", "returned"),
            target="withdrawn",
            permission="donations.change_gift",
            needs_note=True,
            icon="x",
            danger=True,
            own_scope=True,
        ),
    ),
)

GOODS_GIFT = Workflow(
    name="goods_gift",
    model=GoodsGift,
    states=(
        State("recorded", gettext_lazy("Recorded"), "prep", "clock"),
        State("confirmed", gettext_lazy("Confirmed"), "done", "check"),
        State("withdrawn", gettext_lazy("Withdrawn"), "void", "x"),
    ),
    main_line=("recorded", "confirmed"),
    editable=("recorded",),
    moves=(
        Move(
            name="confirm",
            label=gettext_lazy("Confirm goods"),
            done=gettext_lazy("Confirmed"),
            source=("recorded",),
            target="confirmed",
            permission="donations.confirm_goodsgift",
            not_by=("enter",),
            duty=gettext_lazy("the finance officer"),
            icon="check",
            primary=True,
        ),
        Move(
            name="withdraw",
            label=gettext_lazy("Withdraw"),
            done=gettext_lazy("Withdrawn"),
            source=("recorded",),
            target="withdrawn",
            permission="donations.change_goodsgift",
            needs_note=True,
            icon="x",
            danger=True,
            own_scope=True,
        ),
    ),
)
