-- Percent paid of the agreed amount less percent done by the last report.
SELECT p.id AS project_id, 'projects.project' AS record_kind, p.id AS record_id, '' AS part,
       round(m.fen / p.agreed_amount) - coalesce(g.percent, 0) AS measure,
       m.since, m.fen / 100.0 AS amount,
       jsonb_build_object('paid', round(m.fen / p.agreed_amount), 'done', coalesce(g.percent, 0))
           AS facts,
       '{}'::bigint[] AS rows
  FROM projects_project p
  CROSS JOIN LATERAL (
    SELECT sum(o.received - o.spent) AS fen, max(y.paid_on) AS since
      FROM projects_fundingline f
      JOIN ledger_pool l ON l.id = f.pool_id
      JOIN ledger_pool o ON o.id = l.gone_id
      CROSS JOIN LATERAL (
        SELECT max(paid_on) AS paid_on FROM projects_payment
         WHERE line_id = f.id AND status = 'paid') y
     WHERE f.project_id = p.id) m
  LEFT JOIN LATERAL (
    SELECT percent FROM projects_progressreport
     WHERE project_id = p.id AND struck_at IS NULL ORDER BY reported_on DESC LIMIT 1) g ON true
 WHERE p.status IN ('under_way', 'suspended') AND m.fen > 0 AND m.since IS NOT NULL
   AND {of_project}
