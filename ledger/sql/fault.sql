-- What must never be there: the rows of ledger_fault say which rule is broken, and where.

-- Pieces whose units come, on their way back, to themselves again. Units go back along ever older
-- movements, except through a piece that was laid for stepping in; so a circle holds at least one
-- piece whose units arrived no earlier than it led on, and it is enough to walk back from those.
CREATE OR REPLACE FUNCTION ledger_circles() RETURNS TABLE (piece bigint) LANGUAGE sql STABLE AS $$
WITH RECURSIVE suspect AS (
    SELECT s.id, s.pool_id, s.lo, s.hi
      FROM ledger_piece s
      CROSS JOIN LATERAL (SELECT a.id FROM ledger_movement a
                           WHERE a.target_id = s.pool_id AND a.in_start < s.hi
                           ORDER BY a.in_start DESC LIMIT 1) AS arrival
     WHERE s.ended_id IS NULL AND arrival.id >= s.movement_id),
t AS (
    SELECT id, pool_id AS pool, lo, hi, 0::bigint AS ofs, pool_id AS pool_0, lo AS lo_0, 0 AS depth,
           false AS is_circle
      FROM suspect
    UNION ALL
    SELECT t.id, q.pool_id, q.lo + greatest(q.to_lo, t.lo) - q.to_lo,
           q.lo + least(q.to_lo + q.hi - q.lo, t.hi) - q.to_lo, step.ofs, t.pool_0, t.lo_0, t.depth + 1,
           t.depth > 100000 OR (q.pool_id = t.pool_0
               AND q.lo + greatest(q.to_lo, t.lo) - q.to_lo - step.ofs = t.lo_0)
      FROM t
      CROSS JOIN LATERAL (
        SELECT * FROM ledger_piece q
         WHERE q.to_pool_id = t.pool AND q.ended_id IS NULL AND q.to_lo < t.hi
           AND q.to_lo + q.hi - q.lo > t.lo
           AND q.to_lo >= coalesce((SELECT z.to_lo FROM ledger_piece z
                                     WHERE z.to_pool_id = t.pool AND z.ended_id IS NULL
                                       AND z.to_lo <= t.lo
                                     ORDER BY z.to_lo DESC LIMIT 1), t.lo)) AS q
      CROSS JOIN LATERAL (SELECT t.ofs + greatest(q.to_lo, t.lo) - t.lo AS ofs) AS step
     WHERE NOT t.is_circle)
SELECT DISTINCT id FROM t WHERE is_circle
$$;

CREATE OR REPLACE VIEW ledger_fault AS
WITH live AS (
    SELECT pool_id, range_agg(int8range(lo, hi)) AS used FROM ledger_piece WHERE ended_id IS NULL GROUP BY 1),
came AS (SELECT target_id AS pool_id, sum(amount) AS fen FROM ledger_movement GROUP BY 1),
went AS (SELECT source_id AS pool_id, sum(amount) AS fen FROM ledger_movement GROUP BY 1),
tiled AS (
    SELECT movement_id, sum(hi - lo) AS fen, min(to_lo) AS first, max(to_lo + hi - lo) AS last,
           min(pool_id) AS pool_id, max(pool_id) AS pool_2, min(to_pool_id) AS to_pool_id,
           max(to_pool_id) AS to_pool_2
      FROM ledger_piece WHERE ended_id IS NULL GROUP BY 1)
SELECT 'free' AS what, p.id FROM ledger_pool p LEFT JOIN live ON live.pool_id = p.id
 WHERE p.free IS DISTINCT FROM int8multirange(int8range(0, p.received)) - coalesce(live.used, '{}')
UNION ALL
SELECT 'received', p.id FROM ledger_pool p LEFT JOIN came ON came.pool_id = p.id
 WHERE p.received <> coalesce(came.fen, 0)
UNION ALL
SELECT 'spent', p.id FROM ledger_pool p LEFT JOIN went ON went.pool_id = p.id
 WHERE p.spent <> coalesce(went.fen, 0)
UNION ALL
SELECT 'axis', id FROM (
    SELECT id, in_start, lag(in_start + amount, 1, 0::bigint) OVER axis AS expected,
           lag(id, 1, 0::bigint) OVER axis AS before
      FROM ledger_movement WINDOW axis AS (PARTITION BY target_id ORDER BY in_start)) AS a
 WHERE in_start <> expected OR id <= before
UNION ALL
SELECT 'tiles', coalesce(m.id, t.movement_id)
  FROM (SELECT * FROM ledger_movement WHERE source_id IS NOT NULL) AS m
  FULL JOIN tiled t ON t.movement_id = m.id
 WHERE (t.fen = m.amount AND t.first = m.in_start AND t.last = m.in_start + m.amount
        AND t.pool_id = m.source_id AND t.pool_2 = m.source_id
        AND t.to_pool_id = m.target_id AND t.to_pool_2 = m.target_id) IS NOT TRUE
UNION ALL
SELECT 'period', m.id FROM ledger_period c
  JOIN ledger_movement m ON m.posted_on BETWEEN c.starts_on AND c.ends_on AND m.posted_at > c.closed_at
UNION ALL
SELECT 'circle', piece FROM ledger_circles();

REVOKE EXECUTE ON FUNCTION ledger_circles FROM PUBLIC;

-- undo
DROP VIEW ledger_fault;
DROP FUNCTION ledger_circles;
