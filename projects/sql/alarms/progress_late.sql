-- Under way, and the last report is old, or there is none.
SELECT p.id AS project_id, 'projects.project' AS record_kind, p.id AS record_id, '' AS part,
       %(today)s::date - coalesce(g.last, p.started_on) AS measure,
       coalesce(g.last, p.started_on) AS since, NULL::numeric AS amount,
       jsonb_build_object('reported', g.last IS NOT NULL) AS facts, '{}'::bigint[] AS rows
  FROM projects_project p
  LEFT JOIN LATERAL (
    SELECT max(reported_on) AS last FROM projects_progressreport
     WHERE project_id = p.id AND struck_at IS NULL) g ON true
 WHERE p.status = 'under_way' AND coalesce(g.last, p.started_on) IS NOT NULL AND {of_project}
