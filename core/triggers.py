"""The triggers that hold life cycles in the database, whatever way a change comes.

Rule: nobody writes a status but `core_decision`'s own trigger, on the ground of a row there that
names a legal move, a person who may make it, and the content decided on. Tables are named with
their schema, so that no temporary table can stand in their place; `migrate` takes away pgtrigger's
own switch that would let a session ignore a trigger.
"""

from dataclasses import dataclass

import pgtrigger

# Columns that may change in any state: they carry no content that was decided on.
FREE_COLUMNS = ["status", "status_at", "updated_at", "editors", "pinyin", "found_by", "grams"]


@dataclass(frozen=True)
class Function:
    declare: list[tuple[str, str]]
    body: str


APPEND_ONLY = "RAISE EXCEPTION 'append_only';"

CHECK_DECISION = Function(
    declare=[
        ("c", "public.core_lifecycle"),
        ("m", "public.core_legalmove"),
        ("s", "public.core_approvalstep"),
        ("record", "jsonb"),
        ("part", "jsonb"),
        ("rows", "jsonb"),
        ("authors", "bigint[]"),
        ("actor", "bigint"),
        ("more", "bigint"),
    ],
    body="""
    SELECT * INTO c FROM public.core_lifecycle WHERE workflow = NEW.workflow;
    IF NOT FOUND THEN RAISE EXCEPTION 'no_such_move'; END IF;
    EXECUTE format('SELECT to_jsonb(t) FROM public.%I t WHERE id = $1 FOR UPDATE', c.table_name)
       INTO record USING NEW.record_id;
    SELECT * INTO m FROM public.core_legalmove
     WHERE workflow_id = NEW.workflow AND name = NEW.move AND from_status = record->>'status';
    IF NOT FOUND OR NEW.from_status IS DISTINCT FROM record->>'status' THEN
        RAISE EXCEPTION 'no_such_move';
    END IF;
    -- moves that only another decision's trigger makes
    IF m.automatic AND pg_trigger_depth() < 2 THEN RAISE EXCEPTION 'no_such_move'; END IF;
    -- only the demonstration has decisions of other days
    IF NOT (record->>'is_demo')::boolean THEN
        NEW.decided_at := statement_timestamp();
    END IF;
    IF NEW.on_behalf_of_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.core_delegation g
         WHERE g.absent_id = NEW.on_behalf_of_id AND g.deputy_id = NEW.decided_by_id
           AND (g.ended_at IS NULL OR g.ended_at > NEW.decided_at)
           AND (NEW.decided_at AT TIME ZONE 'Asia/Shanghai')::date
               BETWEEN g.starts_on AND g.ends_on)
    THEN RAISE EXCEPTION 'no_delegation'; END IF;
    -- own work: of the person who decides as of the one for whom it is decided
    -- OFFSET 0: by the record first, also while the table has no statistics
    SELECT coalesce(array_agg(a.id), '{}') INTO authors FROM (
        SELECT unnest(ARRAY[d.decided_by_id, d.on_behalf_of_id]) AS id
          FROM (SELECT * FROM public.core_decision
                 WHERE workflow = NEW.workflow AND record_id = NEW.record_id OFFSET 0) d
         WHERE d.move = ANY (m.not_by)
            OR (m.routed AND d.move = m.name AND d.step_id IS NOT NULL
                AND d.decided_at > (record->>'status_at')::timestamptz)) a
     WHERE a.id IS NOT NULL;
    IF 'enter' = ANY (m.not_by) THEN
        authors := authors || (record->>'created_by_id')::bigint
            || ARRAY(SELECT jsonb_array_elements_text(record->'editors')::bigint);
    END IF;
    IF NEW.decided_by_id = ANY (authors) OR NEW.on_behalf_of_id = ANY (authors) THEN
        RAISE EXCEPTION 'own_work';
    END IF;
    IF m.needs_note AND btrim(NEW.note) = '' THEN RAISE EXCEPTION 'needs_note'; END IF;
    -- the newest decision has the highest number, so nobody chooses one
    IF NEW.id <> currval('public.core_decision_id_seq') THEN RAISE EXCEPTION 'no_such_move'; END IF;
    NEW.step_id := NULL;
    IF NOT m.routed AND NEW.to_status <> m.to_status THEN RAISE EXCEPTION 'no_such_move'; END IF;
    IF m.routed THEN
        actor := coalesce(NEW.on_behalf_of_id, NEW.decided_by_id);
        SELECT t.* INTO s FROM public.core_open_steps(NEW.workflow, NEW.record_id, NEW.move) t
         WHERE public.core_may_give(t, record, actor) LIMIT 1;
        SELECT count(*) INTO more
          FROM public.core_steps_left(NEW.workflow, NEW.record_id, NEW.move);
        IF s.id IS NULL THEN RAISE EXCEPTION 'not_your_step'; END IF;
        NEW.step_id := s.id;
        NEW.to_status := CASE WHEN more > 1 THEN NEW.from_status ELSE m.to_status END;
    END IF;
    NEW.content := record - c.hidden_columns;
    FOR part IN SELECT jsonb_array_elements(c.parts) LOOP
        EXECUTE format('SELECT jsonb_agg(to_jsonb(t) ORDER BY t.id) FROM public.%I t'
                       ' WHERE t.%I = $1', part->>'table', part->>'column')
           INTO rows USING NEW.record_id;
        IF rows IS NOT NULL THEN
            NEW.content := jsonb_set(NEW.content, ARRAY['parts'],
                coalesce(NEW.content->'parts', '{}') || jsonb_build_object(part->>'table', rows));
        END IF;
    END LOOP;
    NEW.content_hash := encode(sha256(convert_to(NEW.content::text, 'UTF8')), 'hex');
    NEW.transaction := pg_current_xact_id()::text::bigint;
    RETURN NEW;
    """,
)

# A decision that approves an amendment carries it out: columns, then parts, then a decision of the
# amended record with the content in force from now on.
APPLY_DECISION = Function(
    declare=[
        ("c", "public.core_lifecycle"),
        ("t", "public.core_lifecycle"),
        ("amendment", "jsonb"),
        ("columns", "text"),
        ("part", "jsonb"),
        ("rows", "jsonb"),
        ("amended", "bigint"),
        ("state", "text"),
    ],
    body="""
    SELECT * INTO c FROM public.core_lifecycle WHERE workflow = NEW.workflow;
    IF NEW.to_status <> NEW.from_status THEN
        EXECUTE format('UPDATE public.%I SET status = $1, status_at = $2 WHERE id = $3',
                       c.table_name)
          USING NEW.to_status, NEW.decided_at, NEW.record_id;
    END IF;
    IF c.amends = '' OR NEW.to_status <> c.amends_at OR NEW.from_status = c.amends_at THEN
        RETURN NEW;
    END IF;
    SELECT * INTO STRICT t FROM public.core_lifecycle WHERE workflow = c.amends;
    EXECUTE format('SELECT to_jsonb(a) FROM public.%I a WHERE id = $1', c.table_name)
       INTO amendment USING NEW.record_id;
    amended := (amendment->>c.amends_column)::bigint;
    SELECT string_agg(format('%1$I = n.%1$I', key), ', ') INTO columns
      FROM jsonb_object_keys((amendment->'changes') - 'parts') AS key;
    IF columns IS NOT NULL THEN
        EXECUTE format('UPDATE public.%1$I r SET %2$s FROM jsonb_populate_record(NULL::public.%1$I,'
                       ' $1) n WHERE r.id = $2', t.table_name, columns)
          USING (amendment->'changes') - 'parts', amended;
    END IF;
    FOR part IN SELECT jsonb_array_elements(t.parts) LOOP
        rows := amendment#>ARRAY['changes', 'parts', part->>'table'];
        CONTINUE WHEN rows IS NULL;
        EXECUTE format('DELETE FROM public.%I WHERE %I = $1 AND id <> ALL (ARRAY('
                       'SELECT (e->>''id'')::bigint FROM jsonb_array_elements($2) e'
                       ' WHERE e->>''id'' IS NOT NULL))', part->>'table', part->>'column')
          USING amended, rows;
        SELECT string_agg(format('%1$I = excluded.%1$I', attname), ', ') INTO columns
          FROM pg_attribute WHERE attrelid = ('public.' || quote_ident(part->>'table'))::regclass
           AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> 'id';
        EXECUTE format(
            'INSERT INTO public.%1$I OVERRIDING SYSTEM VALUE'
            ' SELECT n.* FROM jsonb_array_elements($2) e, jsonb_populate_record(NULL::public.%1$I,'
            '  e || jsonb_build_object(''id'', coalesce((e->>''id'')::bigint,'
            '   nextval(pg_get_serial_sequence($3, ''id''))), $4, $1)) n'
            ' ON CONFLICT (id) DO UPDATE SET %2$s WHERE public.%1$I.%3$I = $1',
            part->>'table', columns, part->>'column')
          USING amended, rows, 'public.' || quote_ident(part->>'table'), part->>'column';
    END LOOP;
    EXECUTE format('SELECT status FROM public.%I WHERE id = $1', t.table_name)
       INTO state USING amended;
    INSERT INTO public.core_decision (workflow, record_id, move, from_status, to_status,
           decided_by_id, on_behalf_of_id, decided_at, note, content_hash)
    VALUES (c.amends, amended, 'amend', state, state, NEW.decided_by_id, NEW.on_behalf_of_id,
            NEW.decided_at, amendment->>'number', '');
    RETURN NEW;
    """,
)

_GUARD = """
    SELECT * INTO STRICT c FROM public.core_lifecycle WHERE workflow = '{workflow}';
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> c.initial THEN RAISE EXCEPTION 'not_first_state'; END IF;
        NEW.editors := '{{}}';
        RETURN NEW;
    END IF;
    IF NEW.status IS DISTINCT FROM OLD.status THEN
        SELECT * INTO d FROM public.core_decision
         WHERE workflow = '{workflow}' AND record_id = OLD.id ORDER BY id DESC LIMIT 1;
        IF NOT FOUND OR d.transaction <> pg_current_xact_id()::text::bigint
           OR d.from_status <> OLD.status OR d.to_status <> NEW.status
        THEN RAISE EXCEPTION 'status_without_decision'; END IF;
    END IF;
    IF (NEW.id, NEW.number, NEW.created_by_id, NEW.created_at, NEW.is_demo)
          IS DISTINCT FROM (OLD.id, OLD.number, OLD.created_by_id, OLD.created_at, OLD.is_demo)
       OR (NEW.status = OLD.status AND NEW.status_at <> OLD.status_at)
       OR NOT NEW.editors @> OLD.editors
    THEN RAISE EXCEPTION 'frozen'; END IF;
    IF to_jsonb(NEW) - c.free_columns IS DISTINCT FROM to_jsonb(OLD) - c.free_columns THEN
        IF OLD.status = ANY (c.editable) THEN
            -- whoever changes the content is one of its authors from now on
            author := nullif(current_setting('pghistory.context_metadata', true), '')::jsonb
                      ->>'user';
            IF author <> NEW.created_by_id AND author <> ALL (NEW.editors) THEN
                NEW.editors := NEW.editors || author;
            END IF;
            RETURN NEW;
        END IF;
        {amended}
        RAISE EXCEPTION 'frozen';
    END IF;
    {filled_again}
    RETURN NEW;
"""

# The change is the one that an amendment approved in this transaction asks for, and no other.
_AMENDED = """
        IF pg_trigger_depth() > 1 THEN
            SELECT * INTO STRICT a FROM public.core_lifecycle WHERE amends = '{workflow}';
            EXECUTE format('SELECT x.changes - ''parts'' FROM public.%I x'
                ' JOIN public.core_decision d ON d.workflow = $1 AND d.record_id = x.id'
                ' AND d.to_status = $2 AND d.transaction = $3 WHERE x.%I = $4',
                a.table_name, a.amends_column)
               INTO changes
              USING a.workflow, a.amends_at, pg_current_xact_id()::text::bigint, OLD.id;
            IF to_jsonb(NEW) - c.free_columns
               = to_jsonb(jsonb_populate_record(OLD, changes)) - c.free_columns
            THEN RETURN NEW; END IF;
        END IF;
"""


def case_triggers(
    workflow: str, *, filled_once: tuple[str, ...] = (), amended: bool = False
) -> list[pgtrigger.Trigger]:
    """The triggers of a record type with a life cycle: state, frozen content, no deletion.

    `filled_once` are columns that a move fills in, such as the movement; after that they stay.
    `amended` says that approved content changes by amendments.
    """
    filled = " OR ".join(
        f"(OLD.{name} IS NOT NULL AND NEW.{name} IS DISTINCT FROM OLD.{name})"
        for name in filled_once
    )
    return [
        pgtrigger.Trigger(
            name="guard",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            declare=[
                ("c", "public.core_lifecycle"),
                ("a", "public.core_lifecycle"),
                ("d", "public.core_decision"),
                ("author", "bigint"),
                ("changes", "jsonb"),
            ],
            func=_GUARD.format(
                workflow=workflow,
                amended=_AMENDED.format(workflow=workflow) if amended else "",
                filled_again=f"IF {filled} THEN RAISE EXCEPTION 'frozen'; END IF;"
                if filled
                else "",
            ),
        ),
        never_deleted(),
    ]


def part_triggers(workflow: str, column: str) -> list[pgtrigger.Trigger]:
    """The triggers of rows that are decided on with a record: they change while it is edited.

    Later only a decision's own trigger changes them, to carry out an amendment.
    """
    return [
        pgtrigger.Trigger(
            name="part_of",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            declare=[
                ("c", "public.core_lifecycle"),
                ("a", "public.core_lifecycle"),
                ("whole", "bigint"),
                ("state", "text"),
                ("author", "bigint"),
                ("amended", "boolean"),
            ],
            func=f"""
            SELECT * INTO STRICT c FROM public.core_lifecycle WHERE workflow = '{workflow}';
            IF TG_OP = 'DELETE' THEN whole := OLD.{column}; ELSE whole := NEW.{column}; END IF;
            IF TG_OP = 'UPDATE' AND NEW.{column} <> OLD.{column} THEN
                RAISE EXCEPTION 'frozen';
            END IF;
            EXECUTE format('SELECT status FROM public.%I WHERE id = $1 FOR SHARE', c.table_name)
               INTO state USING whole;
            IF state = ANY (c.editable) THEN
                author := nullif(current_setting('pghistory.context_metadata', true), '')::jsonb
                          ->>'user';
                EXECUTE format('UPDATE public.%I SET editors = editors || $1 WHERE id = $2'
                    ' AND $1 <> created_by_id AND $1 <> ALL (editors)', c.table_name)
                  USING author, whole;
            ELSE
                SELECT * INTO a FROM public.core_lifecycle WHERE amends = c.workflow;
                IF a.workflow IS NULL OR pg_trigger_depth() < 2 THEN
                    RAISE EXCEPTION 'frozen';
                END IF;
                EXECUTE format('SELECT true FROM public.%I x JOIN public.core_decision d'
                    ' ON d.workflow = $1 AND d.record_id = x.id AND d.to_status = $2'
                    ' AND d.transaction = $3 WHERE x.%I = $4', a.table_name, a.amends_column)
                   INTO amended
                  USING a.workflow, a.amends_at, pg_current_xact_id()::text::bigint, whole;
                IF amended IS NOT TRUE THEN RAISE EXCEPTION 'frozen'; END IF;
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
            """,
        ),
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


def of_record(moment: str = "", *, day: str = "") -> pgtrigger.Trigger:
    """A row that belongs to a case record: the record is there, and the moment is the present one.

    `day` is filled with the day of the moment. Only the demonstration has moments of other days.
    """
    stamp = f"""
    IF NOT (record->>'is_demo')::boolean THEN NEW.{moment} := statement_timestamp(); END IF;
    """
    dated = f"NEW.{day} := (NEW.{moment} AT TIME ZONE 'Asia/Shanghai')::date;"
    return pgtrigger.Trigger(
        name="of_record",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("c", "public.core_lifecycle"), ("record", "jsonb")],
        func=f"""
        SELECT * INTO c FROM public.core_lifecycle WHERE workflow = NEW.workflow;
        IF NOT FOUND THEN RAISE EXCEPTION 'no_such_record'; END IF;
        EXECUTE format('SELECT to_jsonb(t) FROM public.%I t WHERE id = $1', c.table_name)
           INTO record USING NEW.record_id;
        IF record IS NULL THEN RAISE EXCEPTION 'no_such_record'; END IF;
        {stamp if moment else ""}
        {dated if day else ""}
        RETURN NEW;
        """,
    )
