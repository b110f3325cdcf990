-- What bears a day before the approval: contracts, remittances, payments, the start of the work.
SELECT p.id AS project_id, e.record_kind, e.record_id, '' AS part,
       p.approved_on - e.since AS measure, e.since, e.amount,
       jsonb_build_object('what', e.what, 'name', e.name, 'approved', p.approved_on) AS facts,
       '{}'::bigint[] AS rows
  FROM projects_project p
  CROSS JOIN LATERAL (
    SELECT 'contract' AS what, 'projects.contract' AS record_kind, c.id AS record_id,
           c.number AS name, c.signed_on AS since, c.amount
      FROM projects_contract c
     WHERE c.project_id = p.id AND c.struck_at IS NULL AND c.signed_on < p.approved_on
    UNION ALL
    SELECT 'remittance', 'projects.remittance', t.id, t.document, t.sent_on, t.amount
      FROM projects_remittance t
     WHERE t.project_id = p.id AND t.struck_at IS NULL AND t.sent_on < p.approved_on
    UNION ALL
    SELECT 'payment', 'projects.payment', y.id, y.number, y.paid_on, y.amount
      FROM projects_fundingline f
      JOIN projects_payment y ON y.line_id = f.id
     WHERE f.project_id = p.id AND y.status = 'paid' AND y.paid_on < p.approved_on
    UNION ALL
    SELECT 'start', 'projects.project', p.id, p.number, p.started_on, NULL
     WHERE p.started_on < p.approved_on) e
 WHERE p.approved_on IS NOT NULL AND p.status <> 'cancelled' AND {of_project}
