"""Courses and secondments: pages, admin, moves; persons are counted as persons."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.workflow import perform
from training.models import Course, Secondment


def course_typed(make, **changes) -> dict[str, str]:
    return {
        "name_zh": "新农村建设培训班",
        "name_en": "",
        "kind": "new_rural",
        "office": str(make.office("qxn-ceheng").pk),
        "co_host": "",
        "division": str(make.place("522327").pk),
        "place": "册亨县委党校",
        "starts_on": "2010-05-10",
        "ends_on": "2010-05-20",
        "planned_people_count": "90",
        "people_count": "87",
        "people_qualifier": "exact",
        "person_times_count": "",
    } | changes


def secondment_typed(make, **changes) -> dict[str, str]:
    return {
        "name_zh": "处级干部挂职",
        "name_en": "",
        "direction": "to_ningbo",
        "rank": "division",
        "office": str(make.office("qxn-ceheng").pk),
        "starts_on": "2010-03-01",
        "ends_on": "2010-08-31",
        "people_count": "8",
    } | changes


def errors_of(response) -> str:
    form = response.context.get("form") or response.context["adminform"].form
    return " ".join(text for texts in form.errors.values() for text in texts)


def test_a_reporter_enters_a_course_and_the_city_confirms_it(make, cast, client_of):
    client = client_of(cast.reporter)
    response = client.post("/courses/new/", course_typed(make, people_count="８７"))
    course = Course.objects.get()
    assert response.url == f"/courses/{course.pk}/" and course.number == "C-2010-0001"
    assert course.people_count == 87 and course.status == "recorded"
    move = f"/courses/{course.pk}/move/confirm/"
    assert client.post(move, {"note": ""}).status_code == 403
    assert client_of(cast.approver).post(move, {"note": ""}).status_code == 302
    course.refresh_from_db()
    assert course.status == "confirmed"


def test_a_secondment_is_entered_returned_and_recorded_again(make, cast, client_of):
    client = client_of(cast.reporter)
    assert client.post("/secondments/new/", secondment_typed(make)).status_code == 302
    batch = Secondment.objects.get()
    back = f"/secondments/{batch.pk}/move/return/"
    assert client_of(cast.reviewer).post(back, {"note": ""}).status_code == 422
    assert client_of(cast.reviewer).post(back, {"note": "人数不符"}).status_code == 302
    changed = secondment_typed(make, people_count="7")
    assert client.post(f"/secondments/{batch.pk}/edit/", changed).status_code == 302
    again = client.post(f"/secondments/{batch.pk}/move/resubmit/", {"note": ""})
    assert again.status_code == 302
    batch.refresh_from_db()
    assert (batch.status, batch.people_count) == ("recorded", 7)
    assert "人数不符" in client.get(f"/secondments/{batch.pk}/").content.decode()


BAD = [
    ("people_count", "-1", "greater than or equal to 0"),
    ("people_count", "0", "greater than or equal to 1"),
    ("people_count", "NaN", "whole number"),
    ("people_count", "8.5", "whole number"),
    ("people_count", "9" * 30, "less than or equal to"),
    ("starts_on", "soon", "year-month-day"),
    ("ends_on", "2010-05-01", "before the first"),
    ("name_zh", "x" * 5000, "may have 200 characters; it has 5,000"),
    ("name_zh", "a\x00b", "ull character"),
    ("name_zh", "班‮级", "reading direction"),
    ("person_times_count", "10", "fewer than persons"),
    ("division", "999999", "valid choice"),
    ("office", "x", "valid choice"),
]


@pytest.mark.parametrize("address", ["/courses/new/", "/admin/training/course/add/"])
@pytest.mark.parametrize(
    ("field", "text", "says"), BAD, ids=[f"{field} {text[:12]!a}" for field, text, _says in BAD]
)
def test_what_is_typed_wrongly_is_refused_in_words(
    make, cast, client_of, address, field, text, says
):
    response = client_of(cast.reporter).post(address, course_typed(make) | {field: text})
    assert response.status_code in (200, 422) and not Course.objects.exists()
    assert says in errors_of(response)
    assert "册亨县委党校" in response.content.decode()


def test_html_in_a_name_is_shown_as_text(make, cast, client_of):
    course = make.course(name_zh="<b>班</b>", name_en="")
    for address in ("/courses/", f"/courses/{course.pk}/"):
        page = client_of(cast.officer).get(address).content.decode()
        assert "&lt;b&gt;班" in page and "<b>班" not in page


def test_a_county_enters_for_itself_only(make, cast, client_of):
    data = course_typed(make, office=str(make.office("qdn-leishan").pk))
    assert "valid choice" in errors_of(client_of(cast.reporter).post("/courses/new/", data))


@pytest.mark.parametrize("kind", ["courses", "secondments"])
def test_strangers_get_404_and_readers_403(make, cast, client_of, kind):
    office = make.office("qxn-ceheng")
    record = make.course(office=office) if kind == "courses" else make.secondment(office=office)
    for page in ("", "edit/", "move/confirm/"):
        assert client_of(cast.stranger).get(f"/{kind}/{record.pk}/{page}").status_code == 404
    assert client_of(cast.auditor).get(f"/{kind}/{record.pk}/").status_code == 200
    assert client_of(cast.auditor).get(f"/{kind}/{record.pk}/edit/").status_code == 403
    assert client_of(cast.auditor).get(f"/{kind}/new/").status_code == 403
    assert client_of(cast.sysadmin).get(f"/{kind}/").status_code == 403


def test_nobody_confirms_what_they_entered(make, cast, client_of):
    course = make.course(created_by=cast.approver)
    client = client_of(cast.approver)
    assert client.post(f"/courses/{course.pk}/move/confirm/", {"note": ""}).status_code == 403
    act = {"action": "confirm", "_selected_action": [course.pk], "note": ""}
    page = client.post("/admin/training/course/", act, follow=True).content.decode()
    assert "another person must decide it" in page
    with pytest.raises(DatabaseError, match="status_without_decision"), transaction.atomic():
        Course.objects.filter(pk=course.pk).update(status="confirmed")
    course.refresh_from_db()
    assert course.status == "recorded"


def test_a_confirmed_course_is_frozen_on_page_admin_and_by_sql(make, cast, client_of):
    course = make.confirmed_course(office=make.office("qxn-ceheng"), created_by=cast.reporter)
    client = client_of(cast.reporter)
    data = course_typed(make, people_count="1")
    assert client.post(f"/courses/{course.pk}/edit/", data).status_code == 422
    assert client.post(f"/admin/training/course/{course.pk}/change/", data).status_code == 403
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Course.objects.filter(pk=course.pk).update(people_count=1)
    with pytest.raises(DatabaseError, match="never_deleted"), transaction.atomic():
        course.delete()


@pytest.mark.parametrize("who", ["auditor", "officer", "finance"])
def test_the_admin_shows_a_record_to_those_who_only_read_it(who, make, cast, client_of):
    client = client_of(getattr(cast, who))
    for record in (make.course(), make.gift(), make.donor(), make.programme(), make.fund()):
        meta = record._meta
        address = f"/admin/{meta.app_label}/{meta.model_name}/{record.pk}/change/"
        assert client.get(address).status_code == 200, record


def test_the_admin_confirms_and_asks_for_a_reason_to_return(make, cast, client_of):
    one, two = make.secondment(), make.secondment()
    client = client_of(cast.approver)
    act = {"action": "confirm", "_selected_action": [one.pk], "note": ""}
    client.post("/admin/training/secondment/", act)
    back = {"action": "return", "_selected_action": [two.pk], "note": ""}
    page = client.post("/admin/training/secondment/", back, follow=True).content.decode()
    assert "Give the reason" in page
    one.refresh_from_db(), two.refresh_from_db()
    assert (one.status, two.status) == ("confirmed", "recorded")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("year=2010", 2),
        ("year=２００９", 1),
        ("year=abc", 3),
        ("kind=cadre", 1),
        ("status=confirmed", 1),
        ("q=册亨班", 1),
        ("q=chb", 1),
        ("q=C-2009-0001", 1),
    ],
)
def test_courses_are_filtered(make, cast, client_of, query, found):
    make.course(name_zh="册亨班", kind="cadre")
    make.course(starts_on=date(2009, 5, 1), ends_on=date(2009, 5, 2))
    perform(make.course(), "confirm", by=cast.approver)
    response = client_of(cast.officer).get(f"/courses/?{query}")
    assert response.context["page"].total == found


def test_courses_are_filtered_by_host_and_county(make, cast, client_of):
    make.course()
    county = make.course(office=make.office("qxn-ceheng"), division=make.place("522327"))
    client = client_of(cast.officer)
    for query in (f"host={county.office_id}", f"division={county.division_id}"):
        assert list(client.get(f"/courses/?{query}").context["records"]) == [county]


@pytest.mark.parametrize(
    ("query", "found"),
    [("rank=division", 2), ("direction=to_guizhou", 1), ("year=2010&rank=technical", 1)],
)
def test_secondments_are_filtered(make, cast, client_of, query, found):
    make.secondment()
    make.secondment()
    make.secondment(rank="technical", direction="to_guizhou")
    response = client_of(cast.officer).get(f"/secondments/?{query}")
    assert response.context["page"].total == found


def test_the_sum_of_a_filter_says_that_it_counts_persons(make, cast, client_of):
    for _course in range(31):
        make.course(people_count=40)
    make.course(people_count=5, kind="health")
    client = client_of(cast.officer)
    assert client.get("/courses/?kind=new_rural").context["totals"] == {"people": "1,240 persons"}
    assert "5 persons" in client.get("/courses/?kind=health").content.decode()


@pytest.mark.parametrize("sort", ["name", "-people", "office", "division", "-starts_on", "status"])
def test_thirty_courses_cost_the_queries_of_three_in_every_order(make, cast, client_of, sort):
    client = client_of(cast.officer)
    address = f"/courses/?sort={sort}"

    def cost() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    for _course in range(3):
        make.course()
    few = cost()
    for _course in range(27):
        make.course()
    assert cost() == few


def test_a_count_keeps_its_qualifier(make, cast, client_of):
    course = make.course(people_count=70, people_qualifier="more")
    assert "more than" in client_of(cast.officer).get(f"/courses/{course.pk}/").content.decode()
    assert course.day_count == 11
