"""What a project may repeat: why it is pointed out, and how two are told apart for good."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models import Division
from core.refusals import key_of
from projects.likeness import likes_of, look_of
from projects.models import ToldApart
from tests.typed import project_typed, rows_typed


@pytest.fixture
def here(make):
    """A village of Rongdu, and its town."""
    town = Division.objects.get(code="522327104")
    return {"town": town, "village": make.village(town=town)}


def likes(project, person) -> dict:
    return {like.project: like.reasons for like in likes_of(look_of(project), person)}


def road(make, km, **changes):
    project = make.project(types=["road"], parts=False, **changes)
    project.quantities.create(item="公路", unit="km", planned=km)
    return project


def test_a_repetition_is_pointed_out_with_every_reason(make, cast, here):
    first = road(make, "2.0", name_zh="冗渡镇板街村通村公路2公里", year=2009, **here)
    again = road(make, "2.1", name_zh="册亨县冗渡镇通村公路2.1公里", year=2010, **here)
    said = likes(again, cast.reporter)
    assert said == {first: "same village, same kind, like name, 2.1 km / 2 km, 2009"}


def test_the_same_village_alone_is_no_likeness(make, cast, here):
    first = make.project(name_zh="小学食堂", types=["school"], **here)
    other = make.project(name_zh="通村公路", types=["road"], **here)
    assert first not in likes(other, cast.reporter)


def test_years_lie_at_most_three_apart(make, cast, here):
    near, far = make.project(year=2007, **here), make.project(year=2006, **here)
    said = likes(make.project(year=2010, **here), cast.reporter)
    assert near in said and far not in said


def test_a_quantity_is_alike_within_ten_percent_of_the_same_unit(make, cast, here):
    within = road(make, "1.8", name_zh="甲路", **here)
    outside = road(make, "1.79", name_zh="乙路", **here)
    mu = make.project(types=["road"], name_zh="丙路", parts=False, **here)
    mu.quantities.create(item="公路", unit="mu", planned=2)
    said = likes(road(make, "2.0", name_zh="丁", **here), cast.reporter)
    assert "2 km / 1.8 km" in said[within]
    assert " / " not in said[outside] and " / " not in said[mu]


def test_two_villages_of_one_town_need_more_than_the_kind(make, cast, here):
    first = road(make, "2.0", name_zh="冗渡镇大寨公路", **here)
    elsewhere = here | {"village": make.village(town=here["town"])}
    assert first not in likes(road(make, "5", name_zh="冗渡镇水泥路", **elsewhere), cast.reporter)
    assert first in likes(road(make, "5", name_zh="冗渡镇大寨公路", **elsewhere), cast.reporter)
    assert first in likes(road(make, "2", name_zh="冗渡镇水泥路", **elsewhere), cast.reporter)


def test_a_site_in_the_same_village_counts(make, cast, here):
    first = make.project(**here)
    other = make.project(town=here["town"])
    other.sites.create(name="板街", village=here["village"])
    assert "same village among the sites" in likes(other, cast.reporter)[first]
    assert other in likes(first, cast.reporter)


def test_only_what_the_reader_reads_is_pointed_out(make, cast, here):
    make.project(**here)
    assert likes(make.project(**here), cast.stranger) == {}


def test_a_cancelled_project_is_repeated_by_nobody(make, cast, client_of, here):
    first = make.project(**here)
    client_of(cast.reporter).post(f"/projects/{first.pk}/move/cancel/", {"note": "不做了"})
    assert likes(make.project(**here), cast.reporter) == {}


def test_what_is_typed_is_compared_before_it_is_saved(make, cast, client_of, here):
    first = make.project(**here)
    typed = project_typed(make, village=here["village"].name_zh, agreed_amount="")
    typed |= rows_typed("plannedquantity", [{"item": "水窖", "unit": "well", "planned": "11"}])
    page = client_of(cast.reporter).post("/projects/likes/", typed).content.decode()
    assert first.number in page and "11 wells and cellars / 12 wells and cellars" in page
    assert client_of(cast.reporter).post("/projects/likes/", {}).content.decode().strip() == ""
    assert client_of(cast.finance).post("/projects/likes/", typed).status_code == 403


def test_a_reviewer_tells_two_apart_and_it_is_quiet(make, cast, client_of, here):
    first, again = make.project(**here), make.project(**here)
    client, url = client_of(cast.reviewer), f"/projects/{again.pk}/apart/{first.pk}/"
    page = client.get(f"/projects/{again.pk}/").content.decode()
    assert url in page
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "另一组的水窖"}).status_code == 302
    assert likes(again, cast.reviewer) == {} and likes(first, cast.reviewer) == {}
    for project in (again, first):
        page = client.get(f"/projects/{project.pk}/").content.decode()
        assert "另一组的水窖" in page and "Reviewer" in page


def test_nobody_tells_own_work_apart(make, cast, client_of, here):
    first, again = make.project(**here), make.project(created_by=cast.officer, **here)
    answer = client_of(cast.officer).post(
        f"/projects/{first.pk}/apart/{again.pk}/", {"reason": "不是"}
    )
    assert answer.status_code == 422 and "You had a hand in this" in answer.content.decode()
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        ToldApart.objects.create(project=again, other=first, told_by=cast.reporter, reason="x")
    assert key_of(refused.value)[0] == "own_hand"


def test_what_was_said_stays(make, cast, here):
    first, again = make.project(**here), make.project(**here)
    kept = ToldApart.objects.create(
        project=again, other=first, told_by=cast.reviewer, reason="另一组"
    )
    for attempt in (
        lambda: ToldApart.objects.filter(pk=kept.pk).update(reason="x"),
        lambda: ToldApart.objects.filter(pk=kept.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_thirty_likes_cost_the_queries_of_three(make, cast, here):
    look = look_of(make.project(**here))

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            likes_of(look, cast.auditor)
        return len(caught)

    for _i in range(3):
        make.project(**here)
    queries()
    few = queries()
    for _i in range(27):
        make.project(**here)
    assert queries() == few
