-- Approved, and no public notice before the approval stands in the file.
SELECT p.id AS project_id, 'projects.project' AS record_kind, p.id AS record_id, '' AS part,
       %(today)s::date - p.approved_on AS measure, p.approved_on AS since,
       p.agreed_amount AS amount, '{}'::jsonb AS facts, '{}'::bigint[] AS rows
  FROM projects_project p
 WHERE p.approved_on IS NOT NULL AND {of_project}
   AND p.status IN ('approved', 'under_way', 'suspended', 'completed', 'accepted', 'settled',
                    'handed_over')
   AND NOT EXISTS (
    SELECT FROM projects_notice n
     WHERE n.project_id = p.id AND n.occasion = 'before' AND n.struck_at IS NULL)
