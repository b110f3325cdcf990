"""The triggers that hold life cycles in the database, whatever way a change comes.

Rule: nobody writes a status but `core_decision`'s own trigger, on the ground of a row there that
names a legal move, a person who may make it, and the content decided on. Tables are named with
their schema, so that no temporary table can stand in their place; `migrate` takes away pgtrigger's
own switch that would let a session ignore a trigger.
"""

from dataclasses import dataclass

import pgtrigger

# Columns that may change in any state: they carry no content that was decided on.
FREE_COLUMNS = ["status", "status_at", "updated_at", "pinyin", "found_by", "grams"]


@dataclass(frozen=True)
class Function:
    declare: list[tuple[str, str]]
    body: str


APPEND_ONLY = "RAISE EXCEPTION 'append_only';"

CHECK_DECISION = Function(
    declare=[("c", "public.core_lifecycle"), ("m", "public.core_legalmove"), ("record", "jsonb")],
    body="""
    SELECT * INTO c FROM public.core_lifecycle WHERE workflow = NEW.workflow;
    IF NOT FOUND THEN RAISE EXCEPTION 'no_such_move'; END IF;
    EXECUTE format('SELECT to_jsonb(t) FROM public.%I t WHERE id = $1 FOR UPDATE', c.table_name)
       INTO record USING NEW.record_id;
    SELECT * INTO m FROM public.core_legalmove
     WHERE workflow_id = NEW.workflow AND name = NEW.move
       AND from_status = record->>'status' AND to_status = NEW.to_status;
    IF NOT FOUND OR NEW.from_status IS DISTINCT FROM record->>'status' THEN
        RAISE EXCEPTION 'no_such_move';
    END IF;
    -- OFFSET 0: by the record first, also while the table has no statistics
    IF EXISTS (SELECT 1 FROM (SELECT decided_by_id, move FROM public.core_decision
                               WHERE workflow = NEW.workflow AND record_id = NEW.record_id
                              OFFSET 0) d
                WHERE d.decided_by_id = NEW.decided_by_id AND d.move = ANY (m.not_by))
       OR ('enter' = ANY (m.not_by) AND (record->>'created_by_id')::bigint = NEW.decided_by_id)
    THEN RAISE EXCEPTION 'own_work'; END IF;
    IF m.needs_note AND btrim(NEW.note) = '' THEN RAISE EXCEPTION 'needs_note'; END IF;
    -- the newest decision has the highest number, so nobody chooses one
    IF NEW.id <> currval('public.core_decision_id_seq') THEN RAISE EXCEPTION 'no_such_move'; END IF;
    -- only the demonstration has decisions of other days
    IF NOT (record->>'is_demo')::boolean THEN
        NEW.decided_at := statement_timestamp();
    END IF;
    NEW.content := record - c.free_columns;
    NEW.content_hash := encode(sha256(convert_to(NEW.content::text, 'UTF8')), 'hex');
    NEW.transaction := pg_current_xact_id()::text::bigint;
    RETURN NEW;
    """,
)

APPLY_DECISION = Function(
    declare=[("c", "public.core_lifecycle")],
    body="""
    SELECT * INTO c FROM public.core_lifecycle WHERE workflow = NEW.workflow;
    EXECUTE format('UPDATE public.%I SET status = $1, status_at = $2 WHERE id = $3', c.table_name)
      USING NEW.to_status, NEW.decided_at, NEW.record_id;
    RETURN NEW;
    """,
)

_GUARD = """
    SELECT * INTO STRICT c FROM public.core_lifecycle WHERE workflow = '{workflow}';
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> c.initial THEN RAISE EXCEPTION 'not_first_state'; END IF;
        RETURN NEW;
    END IF;
    IF NEW.status IS DISTINCT FROM OLD.status THEN
        SELECT * INTO d FROM public.core_decision
         WHERE workflow = '{workflow}' AND record_id = OLD.id ORDER BY id DESC LIMIT 1;
        IF NOT FOUND OR d.transaction <> pg_current_xact_id()::text::bigint
           OR d.from_status <> OLD.status OR d.to_status <> NEW.status
        THEN RAISE EXCEPTION 'status_without_decision'; END IF;
    END IF;
    IF OLD.status <> ALL (c.editable)
       AND to_jsonb(NEW) - c.free_columns IS DISTINCT FROM to_jsonb(OLD) - c.free_columns
    THEN RAISE EXCEPTION 'frozen'; END IF;
    IF (NEW.id, NEW.number, NEW.created_by_id, NEW.created_at, NEW.is_demo)
          IS DISTINCT FROM (OLD.id, OLD.number, OLD.created_by_id, OLD.created_at, OLD.is_demo)
       OR (NEW.status = OLD.status AND NEW.status_at <> OLD.status_at) {filled_again}
    THEN RAISE EXCEPTION 'frozen'; END IF;
    RETURN NEW;
"""


def case_triggers(workflow: str, *, filled_once: tuple[str, ...] = ()) -> list[pgtrigger.Trigger]:
    """The triggers of a record type with a life cycle: state, frozen content, no deletion.

    `filled_once` are columns that a move fills in, such as the movement; after that they stay.
    """
    filled_again = " ".join(
        f"OR (OLD.{name} IS NOT NULL AND NEW.{name} IS DISTINCT FROM OLD.{name})"
        for name in filled_once
    )
    return [
        pgtrigger.Trigger(
            name="guard",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            declare=[("c", "public.core_lifecycle"), ("d", "public.core_decision")],
            func=_GUARD.format(workflow=workflow, filled_again=filled_again),
        ),
        never_deleted(),
    ]


def never_deleted() -> pgtrigger.Trigger:
    """Rows that others rely on: they are added and put right, and never removed."""
    return pgtrigger.Trigger(
        name="never_deleted",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func="RAISE EXCEPTION 'never_deleted';",
    )


def fixed(*columns: str) -> pgtrigger.Trigger:
    """Columns that keep for ever what they were given."""
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
    return pgtrigger.Trigger(
        name="fixed",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(changed),
        func="RAISE EXCEPTION 'frozen';",
    )
