"""The life cycles of projects, allocations, payments and appropriations.

A project is drafted and submitted by the county, approved or returned by the city, then reported
under way and completed. Money is asked for by one person, approved by a second and, where it
leaves the house, paid by a third.

Rule: every state and move stands in these tables and nowhere else.
"""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from core.lifecycle import Move, State, Workflow
from core.punctuation import listed
from projects import money
from projects.models import Allocation, Appropriation, Payment, Project

READ_FIRST = ("need", "content_zh", "supporter")


def enough_to_submit(project: Project) -> None:
    """Raises ValidationError while what a reviewer reads first is empty."""
    asked = [*READ_FIRST]
    if project.kind == Project.Kind.GOVERNMENT:
        asked.append("level")
    missing = [
        str(Project._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        for name in asked
        if not getattr(project, name)
    ]
    if missing:
        raise ValidationError(_("Not yet: fill in %(fields)s.") % {"fields": listed(missing)})


def complete(project: Project, *, by, note: str) -> None:
    project.completed_on = timezone.localdate()
    project.save(update_fields=["completed_on"])


def nothing_open(project: Project) -> None:
    """Raises ValidationError while a payment of the project still waits."""
    waiting = Payment.objects.filter(line__project=project, status__in=["requested", "approved"])
    if count := waiting.count():
        raise ValidationError(
            ngettext(
                "Not yet: %(count)s payment still waits.",
                "Not yet: %(count)s payments still wait.",
                count,
            )
            % {"count": count}
        )


def nothing_received(project: Project) -> None:
    """Raises ValidationError once money has been set aside for the project or given to it."""
    allocated = Allocation.objects.filter(project=project, status__in=["proposed", "posted"])
    if allocated.exists() or project.lines.filter(pool__received__gt=0).exists():
        raise ValidationError(_("Not possible: money has been set aside for this project."))


PROJECT = Workflow(
    name="project",
    model=Project,
    states=(
        State("draft", gettext_lazy("Draft"), "", "pen"),
        State("submitted", gettext_lazy("Submitted"), "prep", "clock"),
        State("returned", gettext_lazy("Returned"), "hold", "back"),
        State("approved", gettext_lazy("Approved"), "go", "seal"),
        State("under_way", gettext_lazy("Under way"), "go", "tool"),
        State("completed", gettext_lazy("Completed"), "done", "flag"),
        State("cancelled", gettext_lazy("Cancelled"), "void", "x"),
    ),
    main_line=("draft", "submitted", "approved", "under_way", "completed"),
    editable=("draft", "returned"),
    free_columns=("completed_on",),
    moves=(
        Move(
            name="submit",
            label=gettext_lazy("Submit for approval"),
            done=pgettext_lazy("what was done", "Submitted"),
            source=("draft", "returned"),
            target="submitted",
            permission="projects.submit_project",
            guard=enough_to_submit,
            duty=gettext_lazy("the reporting office"),
            icon="send",
            primary=True,
            own_scope=True,
            help=gettext_lazy("The content is locked until it is returned or decided."),
        ),
        Move(
            name="approve",
            label=gettext_lazy("Approve project"),
            done=gettext_lazy("Approved"),
            source=("submitted",),
            target="approved",
            permission="projects.approve_project",
            not_by=("enter", "submit"),
            duty=gettext_lazy("the city approver"),
            icon="seal",
            primary=True,
        ),
        Move(
            name="return",
            label=gettext_lazy("Return for revision"),
            done=gettext_lazy("Returned for revision"),
            source=("submitted",),
            target="returned",
            permission="projects.return_project",
            needs_note=True,
            icon="back",
        ),
        Move(
            name="start",
            label=gettext_lazy("Report start of work"),
            done=gettext_lazy("Work has started"),
            source=("approved",),
            target="under_way",
            permission="projects.report_project",
            duty=gettext_lazy("the reporting office"),
            icon="tool",
            primary=True,
            own_scope=True,
        ),
        Move(
            name="complete",
            label=gettext_lazy("Report completion"),
            done=gettext_lazy("Completed"),
            source=("under_way",),
            target="completed",
            permission="projects.report_project",
            guard=nothing_open,
            effect=complete,
            icon="flag",
            primary=True,
            own_scope=True,
        ),
        Move(
            name="cancel",
            label=gettext_lazy("Cancel project"),
            done=gettext_lazy("Cancelled"),
            source=("draft", "returned", "approved"),
            target="cancelled",
            permission="projects.submit_project",
            guard=nothing_received,
            needs_note=True,
            icon="x",
            danger=True,
            own_scope=True,
        ),
    ),
)

ALLOCATION = Workflow(
    name="allocation",
    model=Allocation,
    states=(
        State("proposed", gettext_lazy("Proposed"), "prep", "clock"),
        State("posted", gettext_lazy("Allocated"), "go", "coin"),
        State("declined", gettext_lazy("Declined"), "void", "x"),
    ),
    main_line=("proposed", "posted"),
    editable=("proposed",),
    free_columns=("movement_id",),
    moves=(
        Move(
            name="approve",
            label=gettext_lazy("Approve allocation"),
            done=gettext_lazy("Approved and posted"),
            source=("proposed",),
            target="posted",
            permission="projects.approve_allocation",
            not_by=("enter",),
            guard=money.may_allocate,
            effect=money.allocate,
            duty=gettext_lazy("the city approver"),
            icon="seal",
            primary=True,
        ),
        Move(
            name="decline",
            label=gettext_lazy("Decline allocation"),
            done=gettext_lazy("Declined"),
            source=("proposed",),
            target="declined",
            permission="projects.approve_allocation",
            needs_note=True,
            icon="x",
            danger=True,
        ),
    ),
)

PAYMENT = Workflow(
    name="payment",
    model=Payment,
    states=(
        State("requested", gettext_lazy("Requested"), "prep", "clock"),
        State("approved", gettext_lazy("Approved"), "go", "seal"),
        State("paid", gettext_lazy("Paid"), "done", "coin"),
        State("declined", gettext_lazy("Declined"), "void", "x"),
    ),
    main_line=("requested", "approved", "paid"),
    editable=("requested",),
    free_columns=("movement_id",),
    moves=(
        Move(
            name="approve",
            label=gettext_lazy("Approve payment"),
            done=gettext_lazy("Approved"),
            source=("requested",),
            target="approved",
            permission="projects.approve_payment",
            not_by=("enter",),
            guard=money.may_pay,
            duty=gettext_lazy("the city approver"),
            icon="seal",
            primary=True,
        ),
        Move(
            name="pay",
            label=gettext_lazy("Record as paid"),
            done=gettext_lazy("Paid"),
            source=("approved",),
            target="paid",
            permission="projects.pay_payment",
            not_by=("enter", "approve"),
            guard=money.may_pay,
            effect=money.pay,
            duty=gettext_lazy("the finance officer"),
            icon="coin",
            primary=True,
        ),
        Move(
            name="decline",
            label=gettext_lazy("Decline payment"),
            done=gettext_lazy("Declined"),
            source=("requested", "approved"),
            target="declined",
            permission="projects.approve_payment",
            needs_note=True,
            icon="x",
            danger=True,
        ),
    ),
)

APPROPRIATION = Workflow(
    name="appropriation",
    model=Appropriation,
    states=(
        State("recorded", gettext_lazy("Recorded"), "prep", "clock"),
        State("posted", gettext_lazy("Received"), "go", "coin"),
        State("declined", gettext_lazy("Declined"), "void", "x"),
    ),
    main_line=("recorded", "posted"),
    editable=("recorded",),
    free_columns=("movement_id",),
    moves=(
        Move(
            name="confirm",
            label=gettext_lazy("Confirm receipt"),
            done=gettext_lazy("Confirmed and posted"),
            source=("recorded",),
            target="posted",
            permission="projects.confirm_appropriation",
            not_by=("enter",),
            effect=money.receive,
            duty=gettext_lazy("the finance officer"),
            icon="coin",
            primary=True,
        ),
        Move(
            name="decline",
            label=gettext_lazy("Decline"),
            done=gettext_lazy("Declined"),
            source=("recorded",),
            target="declined",
            permission="projects.confirm_appropriation",
            needs_note=True,
            icon="x",
            danger=True,
        ),
    ),
)
