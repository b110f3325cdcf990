-- Rules between rows. The first two look at all rows of a statement at once, when it ends; the third,
-- at the end of the transaction, at what a pool gained and lost. Together they make it so that after
-- each commit: free = [0, received) without the live pieces, and movements lie on the axis without gap.
--
-- A plan that a session made while the tables were small would read them whole when they are large.
-- Each of these queries has its index, so no other way is ever better; and it asks for one row by a
-- scalar query, since EXISTS may be turned into a table of all rows.

-- The refusal of whatever changes a row that stands.
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append_only';
END
$$;

CREATE OR REPLACE FUNCTION ledger_today() RETURNS date LANGUAGE sql STABLE AS $$
SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date
$$;

-- A movement begins where the one before ended, within what its pool has received, has its pieces,
-- joins pools that its kind may join, and its day is neither to come nor in a closed period.
CREATE OR REPLACE FUNCTION ledger_check_movements() RETURNS trigger
LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    wrong text;
BEGIN
    SELECT CASE WHEN day_to_come THEN 'future_day: ' || posted_on
                WHEN day_closed THEN 'period_closed: ' || posted_on
                ELSE 'ledger_fault: movement ' || id END
      INTO wrong
      FROM (
        SELECT n.id, n.posted_on,
            n.posted_on > ledger_today() AS day_to_come,
            EXISTS (SELECT FROM ledger_period c
                     WHERE daterange(c.starts_on, c.ends_on, '[]') @> n.posted_on) AS day_closed,
            n.in_start + n.amount > target.received
            OR (n.in_start > 0 AND n.in_start IS DISTINCT FROM (
                    SELECT b.in_start + b.amount FROM ledger_movement b
                     WHERE b.target_id = n.target_id AND b.in_start < n.in_start
                     ORDER BY b.in_start DESC LIMIT 1)) AS off_axis,
            n.source_id IS NOT NULL AND (
                SELECT q.id FROM ledger_piece q WHERE q.movement_id = n.id LIMIT 1) IS NULL AS no_pieces,
            CASE
                WHEN n.kind IN ('gift', 'bound_gift', 'appropriation') THEN target.kind <> 'gone'
                WHEN n.cause_id IS NOT NULL AND cause.target_id <> n.source_id THEN false
                WHEN n.kind = 'allocation' THEN source.kind = 'fund' AND target.kind = 'line'
                WHEN n.kind = 'payment' THEN source.kind = 'line' AND source.gone_id = target.id
                WHEN n.kind = 'surplus' THEN source.kind = 'line' AND target.kind = 'fund'
                WHEN n.kind IN ('withdrawal', 'reversal', 'return') THEN cause.source_id = n.target_id
                    AND cause.kind = ANY (CASE n.kind WHEN 'withdrawal' THEN '{allocation}'
                        WHEN 'reversal' THEN '{payment}' ELSE '{bounce,refund}' END::text[])
                WHEN n.kind IN ('bounce', 'refund', 'move') THEN
                    cause.kind IN ('gift', 'bound_gift', 'appropriation', 'move')
                    AND CASE n.kind WHEN 'move' THEN target.kind <> 'gone'
                        ELSE source.gone_id = target.id END
                ELSE true
            END AS fits
        FROM laid n
        JOIN ledger_pool target ON target.id = n.target_id
        LEFT JOIN ledger_pool source ON source.id = n.source_id
        LEFT JOIN ledger_movement cause ON cause.id = n.cause_id
      ) AS seen
     WHERE day_to_come OR day_closed OR off_axis OR no_pieces OR NOT coalesce(fits, false)
     LIMIT 1;
    IF FOUND THEN RAISE EXCEPTION '%', wrong; END IF;
    RETURN NULL;
END
$$;

-- The live pieces of a movement tile its interval exactly and lie in its source, on units that are not
-- free; a piece that ends leaves no unit of its own behind.
CREATE OR REPLACE FUNCTION ledger_check_pieces() RETURNS trigger
LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT v.id INTO wrong
      FROM (SELECT DISTINCT movement_id FROM laid) AS touched
      JOIN ledger_movement v ON v.id = touched.movement_id
      CROSS JOIN LATERAL (
        SELECT sum(q.hi - q.lo) = v.amount AND min(q.to_lo) = v.in_start
               AND max(q.to_lo + q.hi - q.lo) = v.in_start + v.amount
               AND bool_and(q.pool_id = v.source_id AND q.to_pool_id = v.target_id) AS is_tiled
          FROM ledger_piece q WHERE q.movement_id = v.id AND q.ended_id IS NULL) AS tiles
     WHERE is_tiled IS NOT TRUE LIMIT 1;
    IF NOT FOUND AND TG_OP = 'INSERT' THEN
        SELECT n.movement_id INTO wrong FROM laid n JOIN ledger_pool p ON p.id = n.pool_id
         WHERE n.ended_id IS NOT NULL OR n.hi > p.received OR p.free && int8range(n.lo, n.hi)
            OR (n.by_id <> n.movement_id
                AND (SELECT b.id FROM ledger_movement b WHERE b.id = n.by_id) IS NULL)
         LIMIT 1;
    ELSIF NOT FOUND THEN
        SELECT n.movement_id INTO wrong FROM laid n
         WHERE n.hi - n.lo <> ledger_covered(n.pool_id, n.lo, n.hi)
            OR (SELECT e.id FROM ledger_movement e WHERE e.id = n.ended_id) IS NULL
         LIMIT 1;
    END IF;
    IF wrong IS NOT NULL THEN RAISE EXCEPTION 'ledger_fault: pieces of movement %', wrong; END IF;
    RETURN NULL;
END
$$;

-- How many units of [a, b) of a pool lie in live pieces.
CREATE OR REPLACE FUNCTION ledger_covered(p bigint, a bigint, b bigint) RETURNS bigint
LANGUAGE plpgsql STABLE
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
    RETURN (
        SELECT coalesce(sum(least(q.hi, b) - greatest(q.lo, a)), 0)
          FROM ledger_piece q
         WHERE q.pool_id = p AND q.ended_id IS NULL AND q.lo < b AND q.hi > a
           AND q.lo >= coalesce((SELECT z.lo FROM ledger_piece z
                                  WHERE z.pool_id = p AND z.ended_id IS NULL AND z.lo <= a
                                  ORDER BY z.lo DESC LIMIT 1), a));
END
$$;

-- What a pool has gained came by movements, and what is no longer free went on in pieces.
CREATE OR REPLACE FUNCTION ledger_check_pool() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    used int8multirange := OLD.free - NEW.free;
BEGIN
    IF NOT isempty(used) AND ledger_size(used) <>
       (SELECT sum(ledger_covered(NEW.id, lower(r), upper(r))) FROM unnest(used) AS r)
    THEN RAISE EXCEPTION 'ledger_fault: pool %', NEW.id; END IF;
    IF NEW.received > OLD.received AND NEW.received - OLD.received IS DISTINCT FROM
       (SELECT sum(amount) FROM ledger_movement
         WHERE target_id = NEW.id AND in_start >= OLD.received AND in_start < NEW.received)
    THEN RAISE EXCEPTION 'ledger_fault: pool %', NEW.id; END IF;
    RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION ledger_refuse, ledger_today, ledger_check_movements, ledger_check_pieces,
    ledger_covered, ledger_check_pool FROM PUBLIC;

-- undo
DROP FUNCTION ledger_check_pool;
DROP FUNCTION ledger_covered;
DROP FUNCTION ledger_check_pieces;
DROP FUNCTION ledger_check_movements;
DROP FUNCTION ledger_today;
DROP FUNCTION ledger_refuse;
