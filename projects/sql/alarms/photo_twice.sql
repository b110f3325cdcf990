-- Photographs in force that stand in another project as well, one alarm a project and picture.
SELECT DISTINCT ON (p.id, coalesce(a.same_as_id, a.id))
       p.id AS project_id, 'core.attachment' AS record_kind, a.id AS record_id, '' AS part,
       o.projects + 1 AS measure,
       (greatest(a.uploaded_at, o.first) AT TIME ZONE 'Asia/Shanghai')::date AS since,
       NULL::numeric AS amount, jsonb_build_object('projects', o.projects + 1) AS facts, o.rows
  FROM projects_project p
  JOIN core_attachment a ON a.workflow = 'project' AND a.record_id = p.id
  JOIN core_attachmentkind k ON k.key = a.kind_id AND k.is_photograph
  CROSS JOIN LATERAL (
    SELECT count(DISTINCT b.record_id) AS projects, min(b.uploaded_at) AS first,
           array_agg(b.id ORDER BY b.id) AS rows
      FROM core_attachment b
      JOIN core_attachmentkind n ON n.key = b.kind_id AND n.is_photograph
     WHERE (b.same_as_id = coalesce(a.same_as_id, a.id) OR b.id = a.same_as_id)
       AND b.workflow = 'project' AND b.record_id <> p.id AND b.withdrawn_at IS NULL) o
 WHERE a.withdrawn_at IS NULL AND o.projects > 0 AND p.status <> 'cancelled' AND {of_project}
   AND (a.same_as_id IS NOT NULL OR EXISTS (
        SELECT FROM core_attachment c WHERE c.same_as_id = a.id))
 ORDER BY p.id, coalesce(a.same_as_id, a.id), a.id
