"""How a record moves: checks, decisions, and who waits for what.

Rule: only `perform()` moves a record. It locks, then checks state, right, separation of duties,
reason and guard, then writes the Decision; the database applies the status and checks again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, QuerySet, When
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from core.lifecycle import WORKFLOWS, Move, Workflow
from core.models import Decision, LegalMove, LifeCycle, Record
from core.triggers import FREE_COLUMNS

ASKED = 10  # people looked at, at most, to say whom a record waits for


@dataclass
class Offer:
    """A move as it stands for one person and one record: allowed, or why not."""

    move: Move
    allowed: bool
    reason: str = ""
    url: str = ""


def workflow_of(record: Record | type[Record]) -> Workflow:
    return WORKFLOWS[record.workflow_name]


def is_editable(record: Record) -> bool:
    """Whether the content may still be edited; what was submitted is frozen."""
    return record.status in workflow_of(record).editable


def _own_work(record: Record, move: Move, user) -> bool:
    if "enter" in move.not_by and record.created_by_id == user.pk:
        return True
    return bool(move.not_by) and (
        Decision.objects.of(record).filter(move__in=move.not_by, decided_by=user).exists()
    )


def check(record: Record, move: Move, *, by) -> None:
    """Raises ValidationError for "not now", PermissionDenied for "not you"."""
    if record.status not in move.source:
        raise ValidationError(
            _("%(record)s is %(state)s now; this move is not possible from there.")
            % {"record": record.number, "state": record.state.word}
        )
    if not by.can(move.permission, record):
        raise PermissionDenied(_("Your role does not include this move."))
    if move.own_scope and not by.can(move.permission, record, editing=True):
        raise PermissionDenied(_("This is done by the office that keeps the record."))
    if _own_work(record, move, by):
        raise PermissionDenied(_("You submitted this yourself; another person must decide it."))
    if move.guard:
        move.guard(record)


def offers(record: Record, user) -> list[Offer]:
    """The moves from the present state that this person's role includes, each with its reason."""
    found = []
    for move in workflow_of(record).from_status(record.status):
        if not user.has_perm(move.permission):
            continue
        try:
            check(record, move, by=user)
        except PermissionDenied as refusal:
            found.append(Offer(move, allowed=False, reason=str(refusal)))
        except ValidationError as refusal:
            found.append(Offer(move, allowed=False, reason=" ".join(refusal.messages)))
        else:
            found.append(Offer(move, allowed=True))
    return found


@transaction.atomic
def perform(record: Record, name: str, *, by, note: str = "") -> Record:
    """Makes one move and answers the record as it stands then.

    Raises ValidationError when the move is not possible now, PermissionDenied when not by this
    person, KeyError for a move that does not exist.
    """
    move = workflow_of(record).by_move[name]
    record = type(record)._base_manager.select_for_update(of=("self",)).get(pk=record.pk)
    check(record, move, by=by)
    if move.needs_note and not note.strip():
        raise ValidationError(
            {"note": _("Give the reason; the person who submitted will read it.")}
        )
    if move.effect:
        move.effect(record, by=by, note=note)
    decide(record, move, by=by, note=note)
    if move.then:
        return perform(record, move.then, by=by)
    app.configure_task("core.jobs.tell_who_it_waits_for").defer(
        workflow=record.workflow_name, record_id=record.pk
    )
    return record


def decide(record: Record, move: Move, *, by, note: str = "") -> Decision:
    """Writes the decision row, which moves the record; checks are those of the database."""
    decision = Decision(
        workflow=record.workflow_name,
        record_id=record.pk,
        move=move.name,
        from_status=record.status,
        to_status=move.target,
        decided_by=by,
        note=note.strip(),
    )
    decision.full_clean(exclude=["decided_by", "decided_at"])
    decision.save()
    record.refresh_from_db()
    return decision


@dataclass(frozen=True)
class Waiting:
    """Records of one kind that wait for one move."""

    workflow: Workflow
    move: Move
    records: QuerySet


def waiting_for(user) -> list[Waiting]:
    """What waits for this person: per duty, the records in scope that this person may decide."""
    queues = []
    for workflow, move in duties():
        if not user.has_perm(move.permission):
            continue
        rows = workflow.model.objects
        scope = rows.editable_by(user) if move.own_scope else rows.visible_to(user)
        records = scope.filter(status__in=move.source)
        records = without_own_work(records, workflow, move, user)
        queues.append(Waiting(workflow, move, records.order_by("status_at", "pk")))
    return queues


def without_own_work(records: QuerySet, workflow: Workflow, move: Move, user) -> QuerySet:
    """Without the records on which the person made a move that rules this one out."""
    if "enter" in move.not_by:
        records = records.exclude(created_by=user)
    if move.not_by:
        own = Decision.objects.filter(
            workflow=workflow.name,
            record_id=OuterRef("pk"),
            move__in=move.not_by,
            decided_by=user,
        )
        records = records.filter(~Exists(own))
    return records


def duties() -> Iterable[tuple[Workflow, Move]]:
    """Every move that somebody waits for, in the order of the workflows."""
    return (
        (workflow, move) for workflow in WORKFLOWS.values() for move in workflow.moves if move.duty
    )


def people_for(move: Move, record: Record, *, limit: int = 5) -> list:
    """Active people who may make the move on this record now: role, scope, and not own work."""
    people = get_user_model().objects.with_perm(
        move.permission,
        backend="django.contrib.auth.backends.ModelBackend",
        include_superusers=False,
    )
    if move.own_scope:
        people = people.filter(office=record.created_by.office_id)
    able = (
        person
        for person in people.filter(is_active=True).select_related("office").order_by("pk")[:ASKED]
        if person.can(move.permission, record, editing=move.own_scope)
        and not _own_work(record, move, person)
    )
    return list(islice(able, limit))


def waited_states(workflow: Workflow) -> set[str]:
    """The states in which a record waits for somebody."""
    return {status for move in workflow.moves if move.duty for status in move.source}


def with_waiting(rows: QuerySet) -> QuerySet:
    """Annotates `waiting_since`, the moment since when somebody has had to act; null if nobody."""
    waits = When(status__in=waited_states(workflow_of(rows.model)), then=F("status_at"))
    return rows.annotate(waiting_since=Case(waits))


def for_queue(rows: QuerySet) -> QuerySet:
    """Rows with what a queue shows of them, so that thirty cost the queries of one."""
    return rows.for_list() if hasattr(rows, "for_list") else rows


def in_motion(user, *, limit: int = 10) -> list[Record]:
    """Records this person has moved that now wait for somebody else, the oldest first."""
    found: list[Record] = []
    for workflow in WORKFLOWS.values():
        mine = Decision.objects.filter(
            workflow=workflow.name, record_id=OuterRef("pk"), decided_by=user
        )
        rows = workflow.model.objects.visible_to(user).filter(
            Exists(mine), status__in=waited_states(workflow)
        )
        found += for_queue(rows).order_by("status_at", "pk")[:limit]
    return sorted(found, key=lambda record: record.status_at)[:limit]


def duty_of(record: Record) -> Move | None:
    """The move that the record waits for in its present state."""
    return next((m for m in workflow_of(record).from_status(record.status) if m.duty), None)


def write_life_cycles() -> None:
    """Writes the tables from which the database checks every decision. Called by `migrate`."""
    for workflow in WORKFLOWS.values():
        LifeCycle.objects.update_or_create(
            workflow=workflow.name,
            defaults={
                "table_name": workflow.model._meta.db_table,
                "initial": workflow.initial,
                "editable": list(workflow.editable),
                "free_columns": [*FREE_COLUMNS, *workflow.free_columns],
            },
        )
    LegalMove.objects.all().delete()
    LegalMove.objects.bulk_create(
        LegalMove(
            workflow_id=workflow.name,
            name=move.name,
            from_status=source,
            to_status=move.target,
            not_by=list(move.not_by),
            needs_note=move.needs_note,
        )
        for workflow in WORKFLOWS.values()
        for move in workflow.moves
        for source in move.source
    )
