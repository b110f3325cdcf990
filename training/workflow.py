"""The life cycles of courses and secondments: recorded by one person, confirmed by another.

Rule: every state and move stands in these tables and nowhere else; only what is confirmed counts.
"""

from django.utils.translation import gettext_lazy

from core.lifecycle import Move, State, Workflow
from training.models import Course, Secondment

STATES = (
    State("recorded", gettext_lazy("Recorded"), "prep", "clock"),
    State("returned", gettext_lazy("Returned"), "hold", "back"),
    State("confirmed", gettext_lazy("Confirmed"), "done", "check"),
)


def _moves(model_name: str) -> tuple[Move, ...]:
    return (
        Move(
            name="confirm",
            label=gettext_lazy("Confirm record"),
            done=gettext_lazy("Confirmed"),
            source=("recorded",),
            target="confirmed",
            permission=f"training.confirm_{model_name}",
            not_by=("enter", "resubmit"),
            duty=gettext_lazy("the city approver or the prefecture reviewer"),
            icon="check",
            primary=True,
        ),
        Move(
            name="return",
            label=gettext_lazy("Return for revision"),
            done=gettext_lazy("Returned for revision"),
            source=("recorded",),
            target="returned",
            permission=f"training.confirm_{model_name}",
            needs_note=True,
            icon="back",
        ),
        Move(
            name="resubmit",
            label=gettext_lazy("Record again"),
            done=gettext_lazy("Recorded again"),
            source=("returned",),
            target="recorded",
            permission=f"training.change_{model_name}",
            duty=gettext_lazy("the office that entered it"),
            icon="send",
            primary=True,
            own_scope=True,
        ),
    )


COURSE = Workflow(
    name="course",
    model=Course,
    states=STATES,
    moves=_moves("course"),
    main_line=("recorded", "confirmed"),
    editable=("recorded", "returned"),
)
SECONDMENT = Workflow(
    name="secondment",
    model=Secondment,
    states=STATES,
    moves=_moves("secondment"),
    main_line=("recorded", "confirmed"),
    editable=("recorded", "returned"),
)
