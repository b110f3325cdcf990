-- The last place that each remittance has reached, unless it is with the contractor.
SELECT p.id AS project_id,
       CASE WHEN h.id IS NULL THEN 'projects.remittance' ELSE 'projects.hop' END AS record_kind,
       coalesce(h.id, t.id) AS record_id, '' AS part,
       %(today)s::date - coalesce(h.arrived_on, t.sent_on) AS measure,
       coalesce(h.arrived_on, t.sent_on) AS since,
       coalesce(h.amount, t.amount) AS amount,
       jsonb_build_object('place', coalesce(h.place, '')) AS facts,
       '{}'::bigint[] AS rows
  FROM projects_project p
  JOIN projects_remittance t ON t.project_id = p.id AND t.struck_at IS NULL
  LEFT JOIN LATERAL (
    SELECT n.* FROM projects_hop n
     WHERE n.remittance_id = t.id AND n.struck_at IS NULL
     ORDER BY array_position(
         ARRAY['city', 'province', 'prefecture', 'county', 'contractor'], n.place::text) DESC
     LIMIT 1) h ON true
 WHERE h.place IS DISTINCT FROM 'contractor'
   AND p.status NOT IN ('closed', 'cancelled') AND {of_project}
