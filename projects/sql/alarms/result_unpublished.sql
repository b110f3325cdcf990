-- Completed, and no public notice of the result.
SELECT p.id AS project_id, 'projects.project' AS record_kind, p.id AS record_id, '' AS part,
       %(today)s::date - p.completed_on AS measure, p.completed_on AS since,
       p.agreed_amount AS amount, '{}'::jsonb AS facts, '{}'::bigint[] AS rows
  FROM projects_project p
 WHERE p.status IN ('completed', 'accepted', 'settled') AND {of_project}
   AND NOT EXISTS (
    SELECT FROM projects_notice n
     WHERE n.project_id = p.id AND n.occasion = 'after' AND n.struck_at IS NULL)
