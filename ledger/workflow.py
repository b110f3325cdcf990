"""The life cycle of the closing of a period: one person proposes the days, another closes them.

Rule: every state and move stands in this table and nowhere else.
"""

from django.utils.translation import gettext_lazy

from core.lifecycle import Move, State, Workflow
from ledger.models import PeriodClosing

PERIOD_CLOSING = Workflow(
    name="period_closing",
    model=PeriodClosing,
    states=(
        State("proposed", gettext_lazy("Proposed"), "prep", "clock"),
        State("closed", gettext_lazy("Closed for good"), "done", "seal"),
        State("declined", gettext_lazy("Declined"), "void", "x"),
    ),
    main_line=("proposed", "closed"),
    editable=("proposed",),
    moves=(
        Move(
            name="close",
            label=gettext_lazy("Close the period"),
            done=gettext_lazy("The period is closed"),
            source=("proposed",),
            target="closed",
            permission="ledger.close_period",
            not_by=("enter",),
            guard=PeriodClosing.check_days,
            duty=gettext_lazy("another finance officer or an approver"),
            icon="seal",
            primary=True,
            help=gettext_lazy("These days never open again; nothing is posted on them any more."),
        ),
        Move(
            name="decline",
            label=gettext_lazy("Decline the closing"),
            done=gettext_lazy("Declined"),
            source=("proposed",),
            target="declined",
            permission="ledger.close_period",
            needs_note=True,
            icon="x",
            danger=True,
        ),
    ),
)
