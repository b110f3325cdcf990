-- What lies unpaid of each allocation or bound gift: the part of its units that the line still has.
-- Retention money of contracts whose term is not over may lie.
SELECT m.*
  FROM (
    SELECT f.project_id,
           CASE WHEN a.id IS NULL THEN 'projects.fundingline' ELSE 'projects.allocation' END
               AS record_kind,
           coalesce(a.id, f.id) AS record_id, '' AS part,
           (extract(year FROM age(%(today)s::date, min(v.posted_on))) * 12
            + extract(month FROM age(%(today)s::date, min(v.posted_on)))) AS measure,
           min(v.posted_on) AS since,
           sum(i.fen) / 100.0 AS amount,
           jsonb_build_object('fund_zh', d.name_zh, 'fund_en', d.name_en) AS facts,
           '{}'::bigint[] AS rows,
           sum(sum(i.fen)) OVER (PARTITION BY f.project_id) / 100.0 AS held
      FROM projects_project p
      JOIN projects_fundingline f ON f.project_id = p.id
      JOIN ledger_pool o ON o.id = f.pool_id
      JOIN ledger_fund d ON d.id = f.fund_id
      JOIN ledger_movement v ON v.target_id = o.id
      LEFT JOIN projects_allocation a ON a.movement_id = v.id
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(upper(u) - lower(u)), 0) AS fen
          FROM unnest(o.free * int8multirange(int8range(v.in_start, v.in_start + v.amount))) u) i
     WHERE o.received > o.spent AND i.fen > 0
       AND p.status NOT IN ('cancelled') AND {of_project}
     GROUP BY f.project_id, f.id, a.id, d.id) m
  LEFT JOIN LATERAL (
    SELECT sum(c.amount * c.retention_percent / 100) AS kept
      FROM projects_contract c
     WHERE c.project_id = m.project_id AND c.struck_at IS NULL AND c.retention_percent > 0
       AND coalesce(c.retention_until, %(today)s::date) >= %(today)s::date) c ON true
 WHERE m.held > coalesce(c.kept, 0)
