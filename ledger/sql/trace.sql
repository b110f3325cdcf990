-- The two ways of the trace. Both are plain queries, so that the planner sees through them.
--
-- The live pieces of a pool are disjoint, so those that meet [a, b) begin at the last one that begins
-- at or before a, and both ends of the search are bound on the index.

-- Every place that the money of movement b has passed: units [lo, hi) of a pool, reached by `movement`,
-- being the units of b from `ofs` on. `away` is the movement that took them back from b, if one did;
-- `stepped_in` the correction for which they took the place of other money here, if it was one.
CREATE OR REPLACE FUNCTION ledger_fwd(b bigint) RETURNS TABLE (
    ofs bigint, pool bigint, lo bigint, hi bigint, movement bigint, away bigint, stepped_in bigint,
    depth int)
LANGUAGE sql STABLE AS $$
WITH RECURSIVE t AS (
    SELECT 0::bigint AS ofs, m.target_id AS pool, m.in_start AS lo, m.in_start + m.amount AS hi,
           m.id AS movement, NULL::bigint AS away, NULL::bigint AS stepped_in, 0 AS depth
      FROM ledger_movement m WHERE m.id = b
    UNION ALL
    SELECT t.ofs + greatest(p.lo, t.lo) - t.lo, p.to_pool_id, p.to_lo + greatest(p.lo, t.lo) - p.lo,
           p.to_lo + least(p.hi, t.hi) - p.lo, p.movement_id,
           CASE WHEN m.kind IN ('allocation', 'payment', 'surplus') THEN t.away
                WHEN m.cause_id = b THEN m.id
                WHEN m.cause_id = t.away THEN NULL
                ELSE t.away END,
           p.stepped_in_id, t.depth + 1
      FROM t
      CROSS JOIN LATERAL (
        SELECT * FROM ledger_piece p
         WHERE p.pool_id = t.pool AND p.ended_id IS NULL AND p.lo < t.hi AND p.hi > t.lo
           AND p.lo >= coalesce((SELECT q.lo FROM ledger_piece q
                                  WHERE q.pool_id = t.pool AND q.ended_id IS NULL AND q.lo <= t.lo
                                  ORDER BY q.lo DESC LIMIT 1), t.lo)) AS p
      JOIN ledger_movement m ON m.id = p.movement_id)
SELECT * FROM t
$$;

-- Which gifts the units [a, b) of pool p are: `size` units of `gift` from its `gift_ofs` on lie at
-- a + ofs.
CREATE OR REPLACE FUNCTION ledger_bwd(p bigint, a bigint, b bigint)
RETURNS TABLE (gift bigint, gift_ofs bigint, ofs bigint, size bigint)
LANGUAGE sql STABLE AS $$
WITH RECURSIVE t AS (
    SELECT p AS pool, a AS lo, b AS hi, 0::bigint AS ofs
    UNION ALL
    SELECT q.pool_id, q.lo + greatest(q.to_lo, t.lo) - q.to_lo,
           q.lo + least(q.to_lo + q.hi - q.lo, t.hi) - q.to_lo,
           t.ofs + greatest(q.to_lo, t.lo) - t.lo
      FROM t
      CROSS JOIN LATERAL (
        SELECT * FROM ledger_piece q
         WHERE q.to_pool_id = t.pool AND q.ended_id IS NULL AND q.to_lo < t.hi
           AND q.to_lo + q.hi - q.lo > t.lo
           AND q.to_lo >= coalesce((SELECT z.to_lo FROM ledger_piece z
                                     WHERE z.to_pool_id = t.pool AND z.ended_id IS NULL
                                       AND z.to_lo <= t.lo
                                     ORDER BY z.to_lo DESC LIMIT 1), t.lo)) AS q)
SELECT g.id, greatest(g.in_start, t.lo) - g.in_start, t.ofs + greatest(g.in_start, t.lo) - t.lo,
       least(g.in_start + g.amount, t.hi) - greatest(g.in_start, t.lo)
  FROM t
  CROSS JOIN LATERAL (
    SELECT * FROM ledger_movement g
     WHERE g.target_id = t.pool AND g.source_id IS NULL AND g.in_start < t.hi
       AND g.in_start + g.amount > t.lo
       AND g.in_start >= coalesce((SELECT z.in_start FROM ledger_movement z
                                    WHERE z.target_id = t.pool AND z.in_start <= t.lo
                                    ORDER BY z.in_start DESC LIMIT 1), t.lo)) AS g
$$;

-- The same as the pages ask for them. In these functions a session plans the query once, not for each
-- gift; planning would take longer than the way itself.

CREATE OR REPLACE FUNCTION ledger_trace(b bigint) RETURNS TABLE (
    ofs bigint, size bigint, free bigint, depth int, movement bigint, kind varchar, voucher varchar,
    posted_on date, source bigint, pool bigint, pool_kind varchar, stepped_in bigint,
    stepped_in_on date)
LANGUAGE plpgsql STABLE
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT w.ofs, w.hi - w.lo, ledger_size(int8multirange(int8range(w.lo, w.hi)) * p.free), w.depth,
           m.id, m.kind, m.voucher, m.posted_on, m.source_id, p.id, p.kind, s.id, s.posted_on
      FROM ledger_fwd(b) AS w
      JOIN ledger_movement m ON m.id = w.movement
      JOIN ledger_pool p ON p.id = w.pool
      LEFT JOIN ledger_movement s ON s.id = w.stepped_in
     ORDER BY w.ofs, w.depth;
END
$$;

-- Whose money movement m carried; where it went to what has gone, only what still lies there.
CREATE OR REPLACE FUNCTION ledger_givers(m bigint) RETURNS TABLE (gift bigint, size bigint)
LANGUAGE plpgsql STABLE
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    led ledger_movement;
    units int8multirange;
BEGIN
    SELECT * INTO led FROM ledger_movement WHERE id = m;
    units := int8multirange(int8range(led.in_start, led.in_start + led.amount));
    SELECT CASE WHEN kind = 'gone' THEN units * free ELSE units END INTO units
      FROM ledger_pool WHERE id = led.target_id;
    RETURN QUERY
    SELECT g.gift, sum(g.size)::bigint
      FROM unnest(units) AS r
      CROSS JOIN LATERAL ledger_bwd(led.target_id, lower(r), upper(r)) AS g
     GROUP BY g.gift ORDER BY g.gift;
END
$$;

REVOKE EXECUTE ON FUNCTION ledger_fwd, ledger_bwd, ledger_trace, ledger_givers FROM PUBLIC;

-- undo
DROP FUNCTION ledger_givers;
DROP FUNCTION ledger_trace;
DROP FUNCTION ledger_bwd;
DROP FUNCTION ledger_fwd;
