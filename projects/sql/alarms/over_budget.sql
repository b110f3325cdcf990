-- What is bound by contracts or paid without one, against its budget line and against what was
-- agreed; and the final account against what was agreed.
SELECT p.id AS project_id, e.record_kind, e.record_id, e.part,
       (e.amount * 100 / greatest(e.allowed, 0.01)) AS measure, e.since, e.amount,
       '{}'::jsonb AS facts, e.rows
  FROM projects_project p
  CROSS JOIN LATERAL (
    WITH bound AS MATERIALIZED (
        SELECT c.budget, c.amount, c.signed_on AS day
          FROM projects_contract c WHERE c.project_id = p.id AND c.struck_at IS NULL
        UNION ALL
        SELECT y.budget, y.amount, y.requested_on
          FROM projects_fundingline f JOIN projects_payment y ON y.line_id = f.id
         WHERE f.project_id = p.id AND y.contract_id IS NULL AND y.status IN ('approved', 'paid'))
    SELECT 'projects.project' AS record_kind, p.id AS record_id, b.budget::text AS part,
           sum(b.amount) - l.planned AS amount, l.planned AS allowed, max(b.day) AS since,
           '{}'::bigint[] AS rows
      FROM bound b
      JOIN (SELECT purpose, sum(amount) AS planned FROM projects_budgetline
             WHERE project_id = p.id GROUP BY purpose) l ON l.purpose = b.budget
     GROUP BY b.budget, l.planned HAVING sum(b.amount) > l.planned
    UNION ALL
    SELECT 'projects.project', p.id, 'total',
           sum(b.amount) - p.agreed_amount - coalesce(p.match_amount, 0),
           p.agreed_amount + coalesce(p.match_amount, 0), max(b.day), '{}'::bigint[]
      FROM bound b HAVING sum(b.amount) > p.agreed_amount + coalesce(p.match_amount, 0)
    UNION ALL
    SELECT 'projects.settlement', s.id, 'settled',
           s.settled - p.agreed_amount - coalesce(p.match_amount, 0),
           p.agreed_amount + coalesce(p.match_amount, 0), s.settled_on, '{}'::bigint[]
      FROM projects_settlement s
     WHERE s.project_id = p.id AND s.struck_at IS NULL
       AND s.settled > p.agreed_amount + coalesce(p.match_amount, 0)) e
 WHERE p.status IN ('approved', 'under_way', 'suspended', 'completed', 'accepted', 'settled',
                    'handed_over') AND {of_project}
