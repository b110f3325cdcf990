-- Sums over the lines of a project and the commitments of a fund, in fen: triggers and pages ask here.

-- What a project has received: what its lines hold and what was paid out of them.
CREATE OR REPLACE FUNCTION projects_received(p bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
SELECT coalesce(sum(l.received - l.spent + g.received - g.spent), 0)::bigint
  FROM public.projects_fundingline f
  JOIN public.ledger_pool l ON l.id = f.pool_id
  JOIN public.ledger_pool g ON g.id = l.gone_id
 WHERE f.project_id = p
$$;

-- What a fund still owes to each project: what sources of projects that stand name of it and the
-- project has not received from it, or what is proposed for it, whichever is more.
CREATE OR REPLACE FUNCTION projects_commitments(f bigint)
RETURNS TABLE (project bigint, planned bigint, received bigint, proposed bigint, open bigint)
LANGUAGE sql STABLE AS $$
WITH planned AS (
    SELECT s.project_id, (sum(s.amount) * 100)::bigint AS fen
      FROM public.projects_fundingsource s
      JOIN public.projects_project p ON p.id = s.project_id
     WHERE s.fund_id = f
       AND p.status IN ('approved', 'under_way', 'suspended', 'completed', 'accepted')
     GROUP BY s.project_id),
proposed AS (
    SELECT a.project_id, (sum(a.amount) * 100)::bigint AS fen
      FROM public.projects_allocation a
     WHERE a.fund_id = f AND a.status = 'proposed' AND a.movement_id IS NULL
     GROUP BY a.project_id),
both_of AS (
    SELECT project_id, coalesce(planned.fen, 0) AS planned, coalesce(proposed.fen, 0) AS proposed
      FROM planned FULL JOIN proposed USING (project_id))
SELECT b.project_id, b.planned, coalesce(g.fen, 0), b.proposed,
       greatest(b.planned - coalesce(g.fen, 0), b.proposed, 0)
  FROM both_of b
  LEFT JOIN LATERAL (
    SELECT l.received - l.spent + g.received - g.spent AS fen
      FROM public.projects_fundingline n
      JOIN public.ledger_pool l ON l.id = n.pool_id
      JOIN public.ledger_pool g ON g.id = l.gone_id
     WHERE n.project_id = b.project_id AND n.fund_id = f) g ON true
$$;

-- undo
DROP FUNCTION projects_commitments;
DROP FUNCTION projects_received;
