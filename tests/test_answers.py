"""Before a record is sent on, what was typed is shown once more, with the way to change it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Division
from projects.models import Project
from tests.test_parts import whole
from tests.typed import project_typed


@pytest.fixture
def project(make, cast, client_of):
    def typed(**changes):
        return project_typed(make, **changes)

    client_of(cast.reporter).post("/projects/new/", whole(typed, need="旱季缺水。\n要走两里路。"))
    return Project.objects.get()


def test_every_answer_is_shown_in_words_with_a_way_to_change_it(project, cast, client_of):
    page = client_of(cast.reporter).get(f"/projects/{project.pk}/move/submit/")
    text = page.content.decode()
    shown = {a.label: a.text for section in page.context["answers"] for a in section.answers}
    assert shown["Kind"] == "Government project" and shown["Plan year"] == "2010"
    assert shown["What it is for"] == "Drinking water for people and livestock"
    assert shown["County"] == "Ceheng County 522327" and shown["Village"] == "板街村"
    assert shown["Town"] == "Rongdu Town · Ceheng County"
    assert shown["Agreed amount"] == "¥697,500.00" and shown["Local match"] == "–"
    assert shown["Drought relief"] == "no" and shown["People served"] == "1,286"
    assert shown["Means"] == "Storage" and shown["People with water"] == "1,286"
    assert "要走两里路" in text and "水窖" in text and "¥97,500.00" in text
    edit = f"/projects/{project.pk}/edit/"
    form = client_of(cast.reporter).get(edit).content.decode()
    for anchor in ("id_name_zh", "id_types", "id_waterworks-0-means", "part-budgetline"):
        assert f'href="{edit}#{anchor}"' in text and f'id="{anchor}"' in form


def test_nothing_is_checked_where_nothing_was_typed(make, cast, client_of):
    project = make.submitted_project()
    for user, path in (
        (cast.reviewer, f"/projects/{project.pk}/move/return/"),
        (cast.reporter, f"/projects/{make.project().pk}/move/cancel/"),
        (cast.approver, f"/allocations/{make.allocation().pk}/move/approve/"),
    ):
        page = client_of(user).get(path)
        assert page.status_code == 200 and "answers" not in page.context


def test_more_rows_cost_no_more_queries(make, cast, client_of):
    project, counts = make.project(), []
    path = f"/projects/{project.pk}/move/submit/"
    for number in (3, 30):
        for place in range(number):
            project.budget.create(purpose="works", amount=1, note=f"{number}-{place}")
        with CaptureQueriesContext(connection) as queries:
            client_of(cast.reporter).get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_place_that_is_no_choice_any_more_is_shown_by_its_name(project, cast, client_of):
    Division.objects.filter(pk=project.town_id).update(valid_to=date(2009, 12, 31))
    page = client_of(cast.reporter).get(f"/projects/{project.pk}/move/submit/")
    shown = {a.label: a.text for section in page.context["answers"] for a in section.answers}
    assert shown["Town"] == "Rongdu Town"
