-- Records of one payee or office a little below an amount from which one more approval is needed,
-- near each other in time. The first of each project stands for them.
WITH edges AS MATERIALIZED (
    SELECT DISTINCT workflow, from_amount AS edge,
           from_amount * (1 - coalesce(r.percent, 10) / 100.0) AS low
      FROM core_approvalstep
     WHERE is_active AND from_amount > 0 AND workflow IN ('payment', 'project')),
near AS NOT MATERIALIZED (
    SELECT 'projects.payment' AS kind, y.id, f.project_id, y.payee AS who,
           y.requested_on AS day, y.amount, s.edge
      FROM edges s
      JOIN projects_payment y ON y.amount >= s.low AND y.amount < s.edge
      JOIN projects_fundingline f ON f.id = y.line_id
     WHERE s.workflow = 'payment' AND y.status <> 'declined'
    UNION ALL
    SELECT 'projects.contract', c.id, c.project_id, c.contractor, c.signed_on, c.amount, s.edge
      FROM edges s
      JOIN projects_contract c ON c.amount >= s.low AND c.amount < s.edge
     WHERE s.workflow = 'payment' AND c.struck_at IS NULL
    UNION ALL
    SELECT 'projects.project', q.id, q.id, q.office_id::text,
           coalesce(q.approved_on, (q.created_at AT TIME ZONE 'Asia/Shanghai')::date),
           q.agreed_amount, s.edge
      FROM edges s
      JOIN projects_project q ON q.agreed_amount >= s.low AND q.agreed_amount < s.edge
     WHERE s.workflow = 'project' AND q.status NOT IN ('draft', 'returned', 'cancelled'))
SELECT p.id AS project_id, a.kind AS record_kind, a.id AS record_id, a.edge::text AS part,
       count(*) AS measure, min(b.day) AS since, sum(b.amount) AS amount,
       jsonb_build_object('count', count(*), 'edge', a.edge::text,
           'who', CASE WHEN a.kind = 'projects.project' THEN '' ELSE a.who END) AS facts,
       array_agg(b.id ORDER BY b.id) AS rows
  FROM projects_project p
  JOIN near a ON a.project_id = p.id
  JOIN near b ON b.kind = a.kind AND b.who = a.who AND b.edge = a.edge
   AND b.day BETWEEN a.day - coalesce(r.window_days, 30) AND a.day + coalesce(r.window_days, 30)
 WHERE p.status <> 'cancelled' AND {of_project}
   AND NOT EXISTS (
    SELECT FROM near e
     WHERE e.kind = a.kind AND e.who = a.who AND e.edge = a.edge AND e.project_id = a.project_id
       AND e.day >= a.day - coalesce(r.window_days, 30) AND (e.day, e.id) < (a.day, a.id))
 GROUP BY p.id, a.kind, a.id, a.edge, a.who
HAVING count(*) > 1
