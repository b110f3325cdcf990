"""Rows typed with a record: tables and details of a project, in the pages and in the admin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import FormDraft
from projects.models import BudgetLine, PlannedQuantity, Project, Site, WaterWorks
from tests.test_conflicts import chosen, differences_of
from tests.test_drafts import keys_of
from tests.typed import project_typed, rows_typed


@pytest.fixture
def typed(make):
    return lambda **changes: project_typed(make, **changes)


CELLARS = {"item": "水窖", "item_en": "Cellars", "unit": "well", "planned": "１２．５"}
PIPES = {"item": "管道", "item_en": "Pipes", "unit": "km", "planned": "3"}
WORKS = {"purpose": "works", "note": "", "amount": "60", "amount_unit": "wan"}
DESIGN = {"purpose": "design", "note": "图纸", "amount": "97,500.00", "amount_unit": "yuan"}
WATER = {"purpose": "drinking", "means": "storage", "work": "new", "people": "1,286"}


def whole(typed, **changes) -> dict:
    return (
        typed(**changes)
        | rows_typed("plannedquantity", [CELLARS, PIPES])
        | rows_typed("budgetline", [WORKS, DESIGN])
        | rows_typed("waterworks", [WATER])
    )


def kept(project) -> tuple:
    quantities = list(project.quantities.values_list("item", "planned"))
    budget = list(project.budget.values_list("purpose", "amount"))
    return quantities, [(name, str(amount)) for name, amount in budget]


@pytest.mark.parametrize("path", ["/projects/new/", "/admin/projects/project/add/"])
def test_rows_are_saved_with_the_project(typed, cast, client_of, path):
    assert client_of(cast.reporter).post(path, whole(typed)).status_code == 302
    project = Project.objects.get()
    assert kept(project) == (
        [("水窖", 12.5), ("管道", 3)],
        [("works", "600000.00"), ("design", "97500.00")],
    )
    assert project.waterworks.people == 1286


def test_rows_are_changed_removed_and_added(make, typed, cast, client_of):
    client = client_of(cast.reporter)
    client.post("/projects/new/", whole(typed))
    project = Project.objects.get()
    first, second = project.quantities.all()
    path = f"/projects/{project.pk}/edit/"
    rows = [CELLARS | {"id": first.pk, "planned": "20"}, PIPES | {"id": second.pk, "DELETE": "on"}]
    rows.append({"item": "水池", "unit": "set", "planned": "2"})
    data = typed() | rows_typed("plannedquantity", rows, kept=2)
    assert client.post(path, keys_of(client.get(path)) | data).status_code == 302
    assert kept(project)[0] == [("水窖", 20), ("水池", 2)]
    assert len(kept(project)[1]) == 2 and project.waterworks  # what was not sent stays


@pytest.mark.parametrize("path", ["/projects/new/", "/admin/projects/project/add/"])
def test_nothing_is_saved_while_one_row_is_wrong(typed, cast, client_of, path):
    bad = rows_typed("plannedquantity", [CELLARS, PIPES | {"planned": "drei"}, {"item": "水池"}])
    answer = client_of(cast.reporter).post(path, whole(typed) | bad)
    assert answer.status_code in (200, 422) and not Project.objects.exists()
    text = answer.content.decode()
    assert 'value="drei"' in text and "Enter a number" in text and 'value="水池"' in text


def test_errors_name_the_table_and_the_row(typed, cast, client_of):
    bad = rows_typed("plannedquantity", [CELLARS, PIPES | {"planned": "-3"}, {"item": "水池"}])
    answer = client_of(cast.reporter).post("/projects/new/", whole(typed, year="1890") | bad)
    text = answer.content.decode()
    place = "What is built or done, in quantities, row"
    assert f'<a href="#id_plannedquantity-1-planned">{place} 2 · Planned: ' in text
    assert f'<a href="#id_plannedquantity-2-unit">{place} 3 · Unit: ' in text
    assert "4 things to correct" in text and text.index("1996 and 2100") < text.index(place)


def test_blank_rows_are_no_rows_and_more_are_given(typed, cast, client_of):
    client = client_of(cast.reporter)
    page = client.get("/projects/new/").content.decode()
    assert 'name="site-2-name"' in page and 'name="site-3-name"' not in page
    asked = client.post("/projects/new/", whole(typed, year="1890") | {"form_more": "budgetline"})
    text = asked.content.decode()
    assert asked.status_code == 200 and "data-errors" not in text
    assert 'name="budgetline-4-note"' in text and 'value="图纸"' in text
    assert not Project.objects.exists()


@pytest.mark.parametrize("path", ["/projects/new/", "/admin/projects/project/add/"])
def test_rows_left_blank_are_sent_and_ignored(typed, cast, client_of, path):
    """A browser sends the choices of a blank row and the unit of its amount."""
    blank = {"purpose": "", "note": "", "amount": "", "amount_unit": "yuan"}
    idle = {"purpose": "", "means": "", "work": "", "people": "", "livestock": ""}
    data = typed() | rows_typed("budgetline", [WORKS, blank, blank])
    data |= rows_typed("waterworks", [idle]) | rows_typed("plannedquantity", [{"unit": ""}] * 3)
    assert client_of(cast.reporter).post(path, data).status_code == 302
    assert BudgetLine.objects.count() == 1
    assert not WaterWorks.objects.exists() and not PlannedQuantity.objects.exists()


def test_sums_stand_under_the_amounts(typed, cast, client_of):
    client = client_of(cast.reporter)
    asked = client.post("/projects/new/", whole(typed) | {"form_more": "budgetline"})
    assert 'data-kind="money">¥697,500.00</td>' in asked.content.decode()
    client.post("/projects/new/", whole(typed))
    page = client.get(f"/projects/{Project.objects.get().pk}/edit/").content.decode()
    assert 'data-kind="money">¥697,500.00</td>' in page


def test_details_belong_to_their_kind(typed, cast, client_of):
    client = client_of(cast.reporter)
    empty = client.get("/projects/new/").content.decode()
    assert "waterworks-0-means" not in empty
    asked = client.post("/projects/new/", typed(types=["water", "road"]) | {"form_more": ""})
    text = asked.content.decode()
    assert "waterworks-0-means" in text and "road-0-surface" in text
    assert "school-0-building" not in text
    client.post("/projects/new/", whole(typed))
    project = Project.objects.get()
    path = f"/projects/{project.pk}/edit/"
    keys = keys_of(client.get(path))
    assert client.post(path, keys | typed(types=["road"])).status_code == 302
    assert not WaterWorks.objects.exists()


def test_the_admin_lets_go_of_a_detail_too(typed, cast, client_of):
    client = client_of(cast.reporter)
    client.post("/projects/new/", whole(typed))
    path = f"/admin/projects/project/{Project.objects.get().pk}/change/"
    data = typed(types=["road"]) | rows_typed("plannedquantity", []) | rows_typed("budgetline", [])
    assert client.post(path, keys_of(client.get(path)) | data).status_code == 302
    assert not WaterWorks.objects.exists() and PlannedQuantity.objects.count() == 2


def test_a_site_lies_in_the_county_and_its_village_is_kept_once(make, typed, cast, client_of):
    client = client_of(cast.reporter)
    town = typed()["town"]
    rows = [
        {"name": "一组", "village": "板街村", "town": town},
        {"name": "二组", "village": "新村"},
    ]
    data = typed() | rows_typed("site", rows)
    assert client.post("/projects/new/", data).status_code == 302
    project = Project.objects.get()
    first, second = Site.objects.all()
    assert first.village == project.village and second.village.county == project.county
    other = make.place("522634").pk
    for wrong in ({"town": other}, {"latitude": "25.1"}, {"latitude": "95", "longitude": "106"}):
        data = typed() | rows_typed("site", [{"name": "一组"} | wrong])
        assert client.post("/projects/new/", data).status_code == 422, wrong
    point = {"name": "一组", "latitude": "２５.１", "longitude": "106.8"}
    assert client.post("/projects/new/", typed() | rows_typed("site", [point])).status_code == 302


@pytest.mark.parametrize(
    "strange",
    [
        {"site-TOTAL_FORMS": "x"},
        {"site-TOTAL_FORMS": "99999"},
        {"site-TOTAL_FORMS": "3", "site-INITIAL_FORMS": "2", "site-0-id": "999", "site-1-id": "x"},
        {"site-TOTAL_FORMS": "-1"},
    ],
)
def test_strange_rows_are_no_fault(typed, cast, client_of, strange):
    client = client_of(cast.reporter)
    data = typed() | rows_typed("site", []) | strange
    for path in ("/projects/new/", "/admin/projects/project/add/"):
        assert client.post(path, data).status_code in (200, 302, 422)
    assert client.post("/projects/new/", data | {"form_more": "site"}).status_code == 200


def test_rows_of_another_project_stay_out_of_reach(make, typed, cast, client_of):
    other, project = make.project(), make.project()
    theirs = other.quantities.get()
    client = client_of(cast.reporter)
    path = f"/projects/{project.pk}/edit/"
    rows = rows_typed("plannedquantity", [CELLARS | {"id": theirs.pk, "planned": "99"}], kept=1)
    client.post(path, keys_of(client.get(path)) | typed() | rows)
    theirs.refresh_from_db()
    assert theirs.planned == 12 and theirs.project == other
    assert [row.planned for row in project.quantities.all()] == [12]


def test_frozen_rows_are_refused(make, typed, cast, client_of):
    project = make.submitted_project()
    client = client_of(cast.reporter)
    path = f"/projects/{project.pk}/edit/"
    data = typed() | rows_typed("plannedquantity", [PIPES])
    assert client.post(path, keys_of(client.get(path)) | data).status_code == 422
    assert project.quantities.count() == 1


def test_a_form_of_thirty_rows_costs_the_queries_of_three(make, cast, client_of):
    project, client = make.project(), client_of(cast.reporter)
    path, counts = f"/projects/{project.pk}/edit/", []
    for number in (2, 27):
        for place in range(number):
            Site.objects.create(project=project, name=f"{number}-{place}")
            BudgetLine.objects.create(project=project, purpose="works", amount=1)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- drafts, copies, conflicts --------------------------------------------------------------------


def test_a_draft_keeps_the_rows(typed, cast, client_of):
    client = client_of(cast.reporter)
    keys = keys_of(client.get("/projects/new/"))
    assert client.post("/drafts/", keys | whole(typed)).status_code == 200
    page = client.get(f"/projects/new/?draft={FormDraft.objects.get().token}").content.decode()
    for value in ("１２．５", "图纸", "1,286", "60"):
        assert f'value="{value}"' in page
    assert "data-errors" not in page and "¥697,500.00" in page


def test_a_copy_takes_the_content_and_no_money(make, typed, cast, client_of):
    client = client_of(cast.reporter)
    client.post("/projects/new/", whole(typed))
    project = Project.objects.get()
    page = client.get(f"/projects/new/?copy={project.number}")
    text, form = page.content.decode(), page.context["form"]
    assert f"Copied from {project.number}" in text
    assert form["name_zh"].value() == project.name_zh and form["village"].value() == "板街村"
    assert not form["agreed_amount"].value() and 'value="水窖"' in text and "1286" in text
    assert "97500" not in text and "图纸" not in text
    copy = whole(typed) | keys_of(page) | rows_typed("budgetline", [])
    assert client.post(f"/projects/new/?copy={project.number}", copy).status_code == 302
    assert Project.objects.count() == 2 and PlannedQuantity.objects.count() == 4
    assert (
        f'href="/projects/new/?copy={project.number}"'
        in client.get(f"/projects/{project.pk}/").content.decode()
    )


def test_only_what_one_may_read_is_copied(make, cast, client_of):
    project = make.project()
    assert client_of(cast.stranger).get(f"/projects/new/?copy={project.number}").status_code == 404
    assert client_of(cast.reporter).get("/projects/new/?copy=P-1").status_code == 404
    assert client_of(cast.officer).get("/payments/new/?copy=P-1").status_code == 200


@pytest.fixture
def two(typed, cast, client_of):
    """A project with rows, its address, and two reporters who have its form open."""
    client_of(cast.reporter).post("/projects/new/", whole(typed))
    project = Project.objects.get()
    path = f"/projects/{project.pk}/edit/"
    clients = [client_of(user) for user in (cast.reporter, cast.reporter2)]
    return project, path, [(client, keys_of(client.get(path))) for client in clients]


def quantities(project, *changes: dict, new=()) -> dict:
    """The rows of a project as they stand, with changes to each."""
    rows = []
    for row, change in zip(project.quantities.all(), [*changes, {}, {}], strict=False):
        values = {"id": row.pk, "item": row.item, "item_en": row.item_en, "unit": row.unit}
        rows.append(values | {"planned": str(row.planned)} | change)
    return rows_typed("plannedquantity", [*rows, *new], kept=len(rows))


def test_a_row_that_both_changed_is_chosen(two, typed):
    project, path, ((first, keys), (second, other_keys)) = two
    mine = quantities(project, {"planned": "14"}, {"planned": "5"}, new=[{**PIPES, "unit": "m"}])
    added = {"item": "水池", "item_en": "", "unit": "set", "planned": "2"}
    theirs = quantities(project, {"planned": "13"}, new=[added])
    assert first.post(path, keys | typed() | theirs).status_code == 302
    page = second.post(path, other_keys | typed() | mine)
    assert page.status_code == 409
    found = differences_of(page)
    assert {key.partition(":")[0] for key in found} == {"plannedquantity"}
    one, two_, three = sorted(found.values(), key=lambda difference: difference.key)
    assert (one.chosen, two_.chosen, three.chosen) == ("", "mine", "theirs")
    assert "水池" in three.theirs and three.mine == "not there"
    assert "Planned: 13" in one.theirs and "Planned: 14" in one.mine
    assert "row 1" in one.label
    answer = second.post(path, chosen(page, **{one.key: "theirs"}))
    assert answer.status_code == 302
    assert kept(project)[0] == [("水窖", 13), ("管道", 5), ("水池", 2), ("管道", 3)]


def test_a_row_that_the_other_added_may_be_refused(two, typed):
    project, path, ((first, keys), (second, other_keys)) = two
    mine = quantities(project)
    added = {"item": "水池", "item_en": "", "unit": "set", "planned": "2"}
    first.post(path, keys | typed() | quantities(project, new=[added]))
    page = second.post(path, other_keys | typed() | mine)
    (one,) = differences_of(page).values()
    assert second.post(path, chosen(page, **{one.key: "mine"})).status_code == 302
    assert kept(project)[0] == [("水窖", 12.5), ("管道", 3)]


def test_a_row_that_one_removed_and_the_other_changed(two, typed):
    project, path, ((first, keys), (second, other_keys)) = two
    mine = quantities(project, {"planned": "14"})
    first.post(path, keys | typed() | quantities(project, {"DELETE": "on"}))
    page = second.post(path, other_keys | typed() | mine)
    (one,) = differences_of(page).values()
    assert one.theirs == "not there" and "14" in one.mine and one.chosen == ""
    assert second.post(path, chosen(page, **{one.key: "mine"})).status_code == 302
    assert kept(project)[0] == [("管道", 3), ("水窖", 14)]


def test_a_detail_that_both_changed_is_chosen(two, typed):
    project, path, ((first, keys), (second, other_keys)) = two
    row = {"id": project.waterworks.pk, **WATER}
    first.post(path, keys | typed() | rows_typed("waterworks", [row | {"people": "1"}], kept=1))
    mine = rows_typed("waterworks", [row | {"people": "2"}], kept=1)
    page = second.post(path, other_keys | typed() | mine)
    (one,) = differences_of(page).values()
    assert one.key == "waterworks" and one.chosen == ""
    assert second.post(path, chosen(page, waterworks="mine")).status_code == 302
    project.refresh_from_db()
    assert project.waterworks.people == 2


def test_the_admin_refuses_rows_that_would_overwrite(two, typed):
    project, path, ((first, keys), (second, _keys)) = two
    admin = f"/admin/projects/project/{project.pk}/change/"
    mine = keys_of(second.get(admin)) | typed() | quantities(project, {"planned": "14"})
    first.post(path, keys | typed() | quantities(project, {"planned": "13"}))
    refused = second.post(admin, mine)
    assert refused.status_code == 200 and "save again" in refused.content.decode()
    assert kept(project)[0][0] == ("水窖", 13)


def test_the_admin_shows_rows_to_those_who_only_read(make, cast, client_of):
    project = make.project()
    for user, path in ((cast.auditor, "change"), (cast.reporter, "change")):
        page = client_of(user).get(f"/admin/projects/project/{project.pk}/{path}/")
        assert page.status_code == 200 and "水窖" in page.content.decode()
    submitted = make.submitted_project()
    page = client_of(cast.reporter).get(f"/admin/projects/project/{submitted.pk}/change/")
    assert "水窖" in page.content.decode() and "plannedquantity-0-item" not in page.content.decode()
