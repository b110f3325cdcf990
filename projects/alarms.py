"""Raising and clearing alarms, and what other pages show of them.

Rule: one statement finds what every rule in force says, writes what is new or has changed, and
marks as cleared what holds no more. Done twice, it changes nothing (docs/decisions/0010-alarms.md).
"""

from datetime import date
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from core import views
from core.requests import Request
from projects.alarm_rules import RULES
from projects.models import Alarm, Project
from projects.models.alarms import Grade

ON_START = 5

_FOUND = """
SELECT r.key AS rule, q.project_id, q.record_kind, q.record_id, q.part,
       CASE WHEN q.measure >= r.severe_from THEN 1
            WHEN q.measure >= r.serious_from THEN 2 ELSE 3 END AS grade,
       q.since, q.amount, q.facts, q.rows
  FROM projects_alarmrule r CROSS JOIN LATERAL ({query}) q
 WHERE r.key = '{key}' AND r.is_active
   AND q.measure >= coalesce(r.notice_from, r.serious_from, r.severe_from)
"""
_REFRESH = """
WITH found AS MATERIALIZED ({found}),
raised AS (
    INSERT INTO projects_alarm AS a (rule, project_id, office_id, county_id, record_kind, record_id,
           rows, part, grade, since, amount, facts, raised_on)
    SELECT f.rule, f.project_id, p.office_id, p.county_id, f.record_kind, f.record_id,
           f.rows, f.part, f.grade, f.since, f.amount, f.facts, %(today)s
      FROM found f JOIN projects_project p ON p.id = f.project_id
     ORDER BY f.rule, f.record_kind, f.record_id, f.part
    ON CONFLICT (rule, record_kind, record_id, part) DO UPDATE
       SET office_id = excluded.office_id, county_id = excluded.county_id, rows = excluded.rows,
           grade = excluded.grade, since = excluded.since, amount = excluded.amount,
           facts = excluded.facts, cleared_on = NULL,
           raised_on = CASE WHEN a.cleared_on IS NULL THEN a.raised_on ELSE excluded.raised_on END
     WHERE (a.office_id, a.county_id, a.rows, a.grade, a.since, a.amount, a.facts, a.cleared_on)
           IS DISTINCT FROM (excluded.office_id, excluded.county_id, excluded.rows,
               excluded.grade, excluded.since, excluded.amount, excluded.facts, NULL::date)
    RETURNING 1),
cleared AS (
    UPDATE projects_alarm a SET cleared_on = %(today)s
     WHERE a.cleared_on IS NULL AND {of_alarm}
       AND NOT EXISTS (
        SELECT FROM found f
         WHERE (f.rule, f.record_kind, f.record_id, f.part)
             = (a.rule, a.record_kind, a.record_id, a.part))
    RETURNING 1)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM cleared)
"""


@cache
def found_by(key: str, of_project: str) -> str:
    """The query of one rule, for all projects (`true`) or for some."""
    rule = next(rule for rule in RULES if rule.key == key)
    return _FOUND.format(key=key, query=rule.query.replace("{of_project}", of_project))


@cache
def _statement(of_project: str, of_alarm: str) -> str:
    found = " UNION ALL ".join(f"({found_by(rule.key, of_project)})" for rule in RULES)
    return _REFRESH.replace("{found}", found).replace("{of_alarm}", of_alarm)


def refresh(project: Project | None = None, *, today: date | None = None) -> tuple[int, int]:
    """Brings the alarms of one project, or of all, to the day; answers how many were raised or
    changed, and how many were cleared."""
    only = ("p.id = %(project)s", "a.project_id = %(project)s") if project else ("true", "true")
    values = {"today": today or timezone.localdate(), "project": project and project.pk}
    with connection.cursor() as cursor:
        cursor.execute(_statement(*only), values)
        return cursor.fetchone()


# -- what other pages show ------------------------------------------------------------------------


def of_project(request: Request, project: Project) -> dict[str, Any]:
    """The alarms of a project as they stand now, for its page."""
    if not request.user.has_perm("projects.view_alarm"):
        return {}
    refresh(project)
    standing = project.alarms.standing().select_related("project")
    return {
        "alarms": list(standing.order_by("grade", "since", "pk")),
        "may_set_aside": request.user.has_perm("projects.set_aside_alarm"),
    }


def on_start(request: Request) -> dict[str, Any]:
    """How many open alarms are the reader's business, and the gravest of them."""
    user = request.user
    if not (user.has_perm("projects.view_alarm") and any(r.concerns(user) for r in RULES)):
        return {}
    mine = Alarm.objects.visible_to(user).open().concerning(user)
    grades = {f"grade_{grade.value}": Count("pk", filter=Q(grade=grade)) for grade in Grade}
    counts = mine.order_by().aggregate(all=Count("pk"), **grades)
    first = mine.for_list().order_by("grade", "since", "pk")[:ON_START] if counts["all"] else []
    by_grade = [(grade, counts[f"grade_{grade.value}"]) for grade in Grade]
    return {
        "my_alarms": list(first),
        "alarm_count": counts["all"],
        "alarm_grades": [(grade.label, count) for grade, count in by_grade if count],
    }


views.ON_START.append(on_start)
