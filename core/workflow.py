"""How a record moves: checks, decisions, and who waits for what.

Rule: only `perform()` moves a record. It locks, then checks state, right, separation of duties,
reason and guard, then writes the Decision; the database applies the status and checks again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from core.approvals import ApprovalStep, Delegation, HasStepFor, MayGive, steps_left, steps_of
from core.attachments import ENTRIES, LATE
from core.lifecycle import AMEND, WORKFLOWS, Move, Workflow
from core.models import Decision, LegalMove, LifeCycle, Record
from core.refusals import WORDS
from core.triggers import FREE_COLUMNS

MANY = 1000  # records that wait for a person are counted so far
ASKED = 10  # people looked at, at most, to say whom a record waits for


@dataclass
class Offer:
    """A move as it stands for one person and one record: allowed, or why not.

    `missing` are the pieces of evidence that the reason names, where it names any.
    """

    move: Move
    allowed: bool
    reason: str = ""
    missing: list = field(default_factory=list)
    url: str = ""
    on_behalf_of: Any = None


def workflow_of(record: Record | type[Record]) -> Workflow:
    return WORKFLOWS[record.workflow_name]


def is_editable(record: Record) -> bool:
    """Whether the content may still be edited; what was submitted is frozen."""
    return record.status in workflow_of(record).editable


def actors(user) -> list:
    """For whom this person may decide today: for oneself, and for those who are away."""
    if not hasattr(user, "_actors"):
        held = Delegation.objects.held_by(user) if user.is_authenticated else []
        user._actors = [user, *(delegation.absent for delegation in held)]
    return user._actors


def _own_work(record: Record, move: Move, user) -> bool:
    """Whether the person entered or edited the record, made a move that rules this one out, or has
    given another approval of this round."""
    if "enter" in move.not_by and user.pk in (record.created_by_id, *record.editors):
        return True
    made = Decision.objects.of(record).filter(Q(decided_by=user) | Q(on_behalf_of=user))
    if move.route and made.filter(step__isnull=False, decided_at__gt=record.status_at).exists():
        return True
    return bool(move.not_by) and made.filter(move__in=move.not_by).exists()


def _check_person(record: Record, move: Move, by, actor) -> None:
    """Raises PermissionDenied unless `by` may make the move in the standing of `actor`."""
    if not actor.can(move.permission, record):
        raise PermissionDenied(_("Your role does not include this move."))
    if move.own_scope and not actor.can(move.permission, record, editing=True):
        raise PermissionDenied(_("This is done by the office that keeps the record."))
    if any(_own_work(record, move, person) for person in {by, actor}):
        raise PermissionDenied(_("You submitted this yourself; another person must decide it."))
    if not _has_step(record, move, actor):
        raise PermissionDenied(str(WORDS["not_your_step"]))


def check(record: Record, move: Move, *, by) -> Any:
    """Answers the person in whose standing `by` may make the move: `by`, or one who is away.

    Raises ValidationError for "not now", PermissionDenied for "not you".
    """
    if record.status not in move.source:
        raise ValidationError(
            _("%(record)s is %(state)s now; this move is not possible from there.")
            % {"record": record.number, "state": record.state.word}
        )
    refused = None
    for actor in actors(by):
        try:
            _check_person(record, move, by, actor)
        except PermissionDenied as refusal:
            refused = refusal
        else:
            break
    else:
        raise refused or PermissionDenied
    if move.guard:
        move.guard(record)
    return actor


def may_ever(user, permission: str) -> bool:
    """Whether the role includes the permission, the own or that of somebody who is away."""
    return any(actor.has_perm(permission) for actor in actors(user))


def offers(record: Record, user) -> list[Offer]:
    """The moves from the present state that this person's role includes, each with its reason."""
    found = []
    for move in workflow_of(record).from_status(record.status):
        if not may_ever(user, move.permission):
            continue
        try:
            actor = check(record, move, by=user)
        except PermissionDenied as refusal:
            found.append(Offer(move, allowed=False, reason=str(refusal)))
        except ValidationError as refusal:
            missing = getattr(refusal, "missing", [])
            reason = " ".join(refusal.messages)
            found.append(Offer(move, allowed=False, reason=reason, missing=missing))
        else:
            behalf = actor if actor != user else None
            found.append(Offer(move, allowed=True, on_behalf_of=behalf))
    return found


def asked_now(record: Record, move: Move) -> tuple[str, ...]:
    """The fields typed with the move; with several approvals they come with the last."""
    if move.route and len(steps_left(record.workflow_name, record.pk, move.name)) > 1:
        return ()
    return move.asks


@transaction.atomic
def perform(
    record: Record, name: str, *, by, note: str = "", asked: dict[str, Any] | None = None
) -> Record:
    """Makes one move and answers the record as it stands then.

    `asked` are the values of the fields that the move asks for.
    Raises ValidationError when the move is not possible now, PermissionDenied when not by this
    person, KeyError for a move that does not exist.
    """
    move = workflow_of(record).by_move[name]
    record = type(record)._base_manager.select_for_update(of=("self",)).get(pk=record.pk)
    names = asked_now(record, move) if record.status in move.source else ()
    _take(record, move, names, asked or {})
    actor = check(record, move, by=by)
    if move.needs_note and not note.strip():
        raise ValidationError(
            {"note": _("Give the reason; the person who submitted will read it.")}
        )
    missing = [n for n in names if n not in move.optional and getattr(record, n) in (None, "")]
    if missing:
        raise ValidationError({name: _("This is needed for the move.") for name in missing})
    if names:
        record.clean_fields(exclude={f.name for f in record._meta.fields} - set(names))
        record.save(update_fields=names)
    if move.effect and _moves_on(record, move):
        move.effect(record, by=by, note=note)
    decision = decide(record, move, by=by, note=note, on_behalf_of=actor if actor != by else None)
    if move.then:
        return perform(record, move.then, by=by)
    app.configure_task("core.jobs.tell_of_decision").defer(decision_id=decision.pk)
    return record


def _take(record: Record, move: Move, names: Iterable[str], asked: dict[str, Any]) -> None:
    for name in names:
        if name in asked:
            setattr(record, name, asked[name])


def _moves_on(record: Record, move: Move) -> bool:
    """Whether the decision moves the record, or is one approval of several."""
    return not move.route or len(steps_left(record.workflow_name, record.pk, move.name)) == 1


def decide(record: Record, move: Move, *, by, note: str = "", on_behalf_of=None) -> Decision:
    """Writes the decision row, which moves the record; checks are those of the database."""
    decision = Decision(
        workflow=record.workflow_name,
        record_id=record.pk,
        move=move.name,
        from_status=record.status,
        to_status=move.target,
        decided_by=by,
        on_behalf_of=on_behalf_of,
        note=note.strip(),
    )
    decision.full_clean(exclude=["decided_by", "on_behalf_of", "decided_at"])
    decision.save()
    record.refresh_from_db()
    return decision


@dataclass(frozen=True)
class Waiting:
    """Records of one kind that wait for one move."""

    workflow: Workflow
    move: Move
    records: QuerySet
    actor: Any = None


def waiting_for(user) -> list[Waiting]:
    """What waits for this person: per duty, the records in scope that this person may decide.

    What waits for somebody who is away waits for the deputy as well.
    """
    queues = []
    for workflow, move in duties():
        seen: list[QuerySet] = []
        for actor in actors(user):
            if not actor.has_perm(move.permission):
                continue
            rows = workflow.model.objects
            scope = rows.editable_by(actor) if move.own_scope else rows.visible_to(actor)
            records = scope.filter(status__in=move.source)
            for person in {user, actor}:
                records = without_own_work(records, workflow, move, person)
            if move.route:
                for person in {user, actor}:
                    records = _without_given(records, workflow, person)
                records = records.filter(HasStepFor(workflow.name, move.name, actor.pk))
            for earlier in seen:
                records = records.exclude(pk__in=earlier.values("pk"))
            seen.append(records)
            queues.append(Waiting(workflow, move, records.order_by("status_at", "pk"), actor))
    return queues


def together(queues: Iterable[QuerySet]) -> QuerySet:
    """The keys of records that wait, of all queues in one statement."""
    first, *rest = (records.order_by().values("pk") for records in queues)
    return first.union(*rest, all=True)


def waiting_count(user) -> int:
    """How many records wait for this person, each as often as for moves; counted to `MANY`."""
    queues = [queue.records for queue in waiting_for(user)]
    return together(queues)[:MANY].count() if queues else 0


def without_own_work(records: QuerySet, workflow: Workflow, move: Move, user) -> QuerySet:
    """Without the records on which the person made a move that rules this one out."""
    if "enter" in move.not_by:
        records = records.exclude(created_by=user).exclude(editors__contains=[user.pk])
    if move.not_by:
        own = Decision.objects.filter(
            Q(decided_by=user) | Q(on_behalf_of=user),
            workflow=workflow.name,
            record_id=OuterRef("pk"),
            move__in=move.not_by,
        )
        records = records.filter(~Exists(own))
    return records


def _without_given(records: QuerySet, workflow: Workflow, user) -> QuerySet:
    """Without the records to which the person has given an approval of this round."""
    given = Decision.objects.filter(
        Q(decided_by=user) | Q(on_behalf_of=user),
        workflow=workflow.name,
        record_id=OuterRef("pk"),
        step__isnull=False,
        decided_at__gt=OuterRef("status_at"),
    )
    return records.filter(~Exists(given))


def duties() -> Iterable[tuple[Workflow, Move]]:
    """Every move that somebody waits for, in the order of the workflows."""
    return (
        (workflow, move) for workflow in WORKFLOWS.values() for move in workflow.moves if move.duty
    )


def people_for(
    move: Move, record: Record, *, limit: int = 5, steps: Iterable[ApprovalStep] = ()
) -> list:
    """Active people who may make the move on this record now: role, scope, and not own work.

    With `steps` those who may give one of these approvals.
    """
    people = get_user_model().objects.with_perm(
        move.permission,
        backend="django.contrib.auth.backends.ModelBackend",
        include_superusers=False,
    )
    if move.own_scope:
        people = people.filter(office=record.created_by.office_id)
    if move.route:
        steps = steps or steps_left(record.workflow_name, record.pk, move.name)
        people = people.filter(MayGive(record.workflow_name, record.pk, move.name, steps))
    able = (
        person
        for person in people.filter(is_active=True).select_related("office").order_by("pk")[:ASKED]
        if person.can(move.permission, record, editing=move.own_scope)
        and not _own_work(record, move, person)
    )
    return list(islice(able, limit))


def _has_step(record: Record, move: Move, person) -> bool:
    return not move.route or bool(steps_of(record.workflow_name, record.pk, move.name, person.pk))


@dataclass(frozen=True)
class Given:
    """A step of a route as it stands for one record: who gave it, or who may give it since when."""

    step: ApprovalStep
    decision: Decision | None = None
    people: list = field(default_factory=list)
    since: datetime | None = None


def route_of(record: Record) -> list[Given]:
    """The approvals of the present round: the given ones first, then the open, then the later."""
    move = duty_of(record)
    if move is None or not move.route:
        return []
    rows = Decision.objects.of(record).filter(step__isnull=False, decided_at__gt=record.status_at)
    given = [Given(row.step, row) for row in rows.select_related("step", "decided_by__office")]
    left = steps_left(record.workflow_name, record.pk, move.name)
    now = min((step.position for step in left), default=0)
    before = [one.decision.decided_at for one in given if one.decision and one.step.position < now]
    since = max([record.status_at, *before])
    return given + [
        Given(step, people=people_for(move, record, limit=3, steps=[step]), since=since)
        if step.position == now
        else Given(step)
        for step in left
    ]


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
    LegalMove.objects.all().delete()
    for workflow in WORKFLOWS.values():
        LifeCycle.objects.update_or_create(workflow=workflow.name, defaults=_as_row(workflow))
        LegalMove.objects.bulk_create(_legal_moves(workflow))
        for move in workflow.moves:
            _write_route(workflow, move)


def _as_row(workflow: Workflow) -> dict[str, Any]:
    column = f"{workflow.name}_id"
    return {
        "table_name": workflow.model._meta.db_table,
        "initial": workflow.initial,
        "editable": list(workflow.editable),
        "free_columns": [*FREE_COLUMNS, *workflow.free_columns],
        "hidden_columns": FREE_COLUMNS,
        "parts": [{"table": part._meta.db_table, "column": column} for part in workflow.parts],
        "amount_column": workflow.amount_column,
        "supporting_column": workflow.supporting_column,
        "receiving_column": workflow.receiving_column,
        "amends": workflow.amends,
        "amends_column": f"{workflow.amends}_id" if workflow.amends else "",
        "amends_at": workflow.amends_at,
        "late_entries": list(_late_entries(workflow)),
    }


def _late_entries(workflow: Workflow) -> Iterable[dict[str, str]]:
    """The rows under a record that take photographs although it is closed."""
    for label in sorted(LATE):
        model, under = ENTRIES[label]
        if model._meta.get_field(under).related_model is workflow.model:
            yield {"kind": label, "table": model._meta.db_table, "column": f"{under}_id"}


def _legal_moves(workflow: Workflow) -> Iterable[LegalMove]:
    for move in workflow.moves:
        for source in move.source:
            yield LegalMove(
                workflow_id=workflow.name,
                name=move.name,
                from_status=source,
                to_status=move.target,
                not_by=list(move.not_by),
                needs_note=move.needs_note,
                routed=bool(move.route),
                automatic=False,
            )
    for state in workflow.amended_in:
        yield LegalMove(
            workflow_id=workflow.name,
            name=AMEND,
            from_status=state,
            to_status=state,
            not_by=[],
            needs_note=False,
            routed=False,
            automatic=True,
        )


def _write_route(workflow: Workflow, move: Move) -> None:
    """The fixed steps always; the others where nobody has set any yet."""
    known = ApprovalStep.objects.filter(workflow=workflow.name, move=move.name)
    is_new = not known.exists()
    for step in move.route:
        if not (step.fixed or is_new):
            continue
        ApprovalStep.objects.get_or_create(
            workflow=workflow.name,
            move=move.name,
            position=step.position,
            role=step.role,
            side=step.side,
            kind="",
            defaults={
                "word_en": step.word_en,
                "word_zh": step.word_zh,
                "from_amount": step.from_amount,
                "is_fixed": step.fixed,
            },
        )
