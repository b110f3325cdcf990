"""The timeline names what changed, and costs the same however often it changed."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.timeline import timeline_of
from tests.test_whole_case import refused


def change(project, make, times: int) -> None:
    """Edits the supporting side to and fro."""
    for turn in range(times):
        project.supporter = make.office("nb" if turn % 2 == 0 else "nb-jiangbei")
        project.save()


def test_a_changed_office_is_shown_by_its_name(make):
    project = make.project()
    change(project, make, 1)
    changes = [line for entry in timeline_of(project) for line in entry.changes]
    assert ("supporting side", "Jiangbei office", "Ningbo office") in changes


def test_twelve_changes_cost_the_queries_of_two(make, django_assert_num_queries):
    project = make.project()
    change(project, make, 2)
    timeline_of(project)  # what is looked up once for all
    with CaptureQueriesContext(connection) as two:
        timeline_of(project)
    change(project, make, 10)
    with django_assert_num_queries(len(two)):
        timeline_of(project)


def test_what_is_typed_with_a_move_stands_with_its_decision(make, cast, client_of):
    project = make.approved_project()
    client_of(cast.reporter).post(
        f"/projects/{project.pk}/move/start/", {"started_on": "2010-05-10", "note": ""}
    )
    project.refresh_from_db()
    (begun,) = [entry for entry in timeline_of(project) if entry.what == "Work has started"]
    assert [label for label, _old, _new in begun.changes] == ["work started on"]
    changed = [entry for entry in timeline_of(project) if entry.what == "Changed"]
    assert "work started on" not in [label for one in changed for label, _old, _new in one.changes]


def test_what_no_person_typed_with_a_move_is_a_line_of_its_own_and_then_stays(make):
    project = make.approved_project()
    write = "UPDATE projects_project SET approval_document = %s WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.execute(write, ["甬扶〔2010〕9号", project.pk])
    changed = [entry for entry in timeline_of(project) if entry.what == "Changed"]
    told = [label for one in changed for label, _old, _new in one.changes]
    assert "approval document number" in told
    with refused("frozen"), connection.cursor() as cursor:
        cursor.execute(write, ["甬扶〔2010〕10号", project.pk])
