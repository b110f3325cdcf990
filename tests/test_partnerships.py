"""Twinnings and organisations: who was paired with whom on a day, entered with its source."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Office
from core.models import Division
from partnerships.models import Organisation, Twinning, receiving_counties
from tests.test_project_pages import queries_of, rows_of


@pytest.fixture
def typed(make, cast):
    def values(**changes) -> dict:
        return (
            {
                "supporter": make.office("nb").pk,
                "receiver": make.office("qdn-leishan").pk,
                "level": "county",
                "valid_from": "",
                "valid_to": "",
                "precision": "year",
                "known_by": "2010.4",
                "basis_zh": "",
                "basis_en": "",
                "source_note": "",
            }
            | {"known_by": "2010-04-01"}
            | changes
        )

    return values


def test_the_pairs_of_any_day(make, cast, client_of):
    ended = Twinning.objects.create(
        supporter=make.office("nb"),
        receiver=make.office("qdn"),
        level="prefecture",
        valid_from=date(1996, 1, 1),
        valid_to=date(2013, 12, 31),
    )
    named = Twinning.objects.create(
        supporter=make.office("nb"),
        receiver=make.office("qdn-leishan"),
        level="county",
        known_by=date(2010, 4, 1),
    )
    client = client_of(cast.reporter)
    for day, there in (
        ("1995-12-31", set()),
        ("2010-03-31", {ended.pk}),
        ("2010-07-01", {ended.pk, named.pk}),
        ("2010年7月1日", {ended.pk, named.pk}),
        ("2014-01-01", {named.pk}),
    ):
        rows = rows_of(client, f"/twinnings/?on={day}")
        assert {row.pk for row in rows} & {ended.pk, named.pk} == there, day
    page = client.get("/twinnings/?on=tomorrow")
    assert page.status_code == 200 and "Enter a day as year-month-day" in page.content.decode()


def test_twinnings_are_filtered_by_name_level_and_prefecture(make, cast, client_of):
    client = client_of(cast.auditor)
    assert [row.receiver.key for row in rows_of(client, "/twinnings/?q=册亨")] == ["qxn-ceheng"]
    assert [row.level for row in rows_of(client, "/twinnings/?level=prefecture")] == ["prefecture"]
    path = f"/twinnings/?prefecture={make.place('522300').pk}"
    assert len(rows_of(client, path)) == 2


def test_thirty_twinnings_cost_the_queries_of_three(make, cast, client_of):
    client = client_of(cast.officer)
    client.get("/twinnings/")
    few = queries_of(client, "/twinnings/")
    for year in range(1950, 1980):
        Twinning.objects.create(
            supporter=make.office("nb-jiangbei"),
            receiver=make.office("qxn-ceheng"),
            level="county",
            valid_from=date(year, 1, 1),
        )
    assert queries_of(client, "/twinnings/") == few


def test_an_officer_enters_a_pair_and_others_read_it(make, typed, cast, client_of):
    answer = client_of(cast.officer).post("/twinnings/new/", typed())
    twinning = Twinning.objects.get(receiver=make.office("qdn-leishan"))
    assert answer.status_code == 302 and answer.url == f"/twinnings/{twinning.pk}/"
    for user in (cast.reporter, cast.stranger, cast.auditor):
        page = client_of(user).get(f"/twinnings/{twinning.pk}/")
        assert page.status_code == 200 and page.context["edit_url"] is None
        assert client_of(user).post("/twinnings/new/", typed()).status_code == 403
        assert client_of(user).post(f"/twinnings/{twinning.pk}/edit/", {}).status_code == 403


@pytest.mark.parametrize("path", ["/twinnings/new/", "/admin/partnerships/twinning/add/"])
@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"known_by": ""}, "known_by", "when a source names it"),
        ({"valid_from": "2010-01-01", "valid_to": "2009-01-01"}, "valid_to", "before the first"),
        ({"valid_from": "soon"}, "valid_from", "year-month-day"),
        ({"known_by": "2999-01-01"}, "known_by", "after today"),
        ({"supporter": ""}, "supporter", "required"),
        ({"source_note": "x" * 301}, "source_note", "it has 301"),
        ({"basis_zh": "‮"}, "basis_zh", "invisible mark"),
    ],
)
def test_a_pair_that_cannot_be_is_refused(typed, cast, client_of, path, changes, field, says):
    context = client_of(cast.officer).post(path, typed(**changes)).context
    form = context["adminform"].form if "adminform" in context else context["form"]
    assert set(form.errors) == {field} and says in " ".join(form.errors[field])


def test_both_sides_of_a_pair_are_sides(make, cast):
    pair = Twinning(
        supporter=make.office("qxn"), receiver=make.office("nb"), valid_from=date(2010, 1, 1)
    )
    with pytest.raises(ValidationError) as caught:
        pair.clean()
    assert set(caught.value.error_dict) == {"supporter", "receiver"}


def test_the_same_pair_is_entered_once(make, typed, cast, client_of):
    client = client_of(cast.officer)
    client.post("/twinnings/new/", typed())
    again = client.post("/twinnings/new/", typed())
    assert again.status_code == 422 and "already" in again.content.decode()
    assert Twinning.objects.filter(receiver=make.office("qdn-leishan")).count() == 1


def test_a_pair_is_never_deleted_in_the_admin(cast, client_of):
    twinning = Twinning.objects.first()
    path = f"/admin/partnerships/twinning/{twinning.pk}/delete/"
    assert client_of(cast.officer).post(path, {"post": "yes"}).status_code == 403


def test_counties_that_receive_aid_are_those_of_the_day_and_of_the_office(make, cast):
    day = date(2010, 7, 1)
    codes = {place.code for place in receiving_counties(day, cast.officer)}
    assert codes == {"522327", "522324", "522634"}
    assert [place.code for place in receiving_counties(day, cast.reporter)] == ["522327"]
    assert {place.code for place in receiving_counties(day, cast.reviewer)} == {"522327", "522324"}
    city = Division.objects.create(
        code="522303",
        level="county",
        parent=make.place("522300"),
        name_zh="册亨市",
        valid_from=date(2018, 8, 1),
    )
    Division.objects.filter(code="522327").update(valid_to=date(2018, 7, 31), successor=city)
    assert list(receiving_counties(date(2019, 7, 1), cast.reporter)) == [city]


# -- organisations --------------------------------------------------------------------------------


def test_an_organisation_is_entered_and_found_by_all_its_names(cast, client_of):
    client = client_of(cast.officer)
    data = {
        "name_zh": "七塔禅寺",
        "name_en": "Seven-Pagoda Temple",
        "kind": "religious",
        "division": "",
        "other_names": "七塔报恩寺\r\n Qita Temple \r\n",
        "source_note": "",
    }
    assert client.post("/organisations/new/", data).status_code == 302
    temple = Organisation.objects.get()
    assert temple.other_names == ["七塔报恩寺", "Qita Temple"] and temple.key
    for query in ("七塔", "报恩", "qtcs", "seven", "qita"):
        assert rows_of(client, f"/organisations/?q={query}") == [temple], query
    assert rows_of(client, "/organisations/?kind=enterprise") == []
    page = client_of(cast.stranger).get(f"/organisations/{temple.pk}/").content.decode()
    assert "七塔报恩寺" in page and "Edit" not in page
    again = client.post(f"/organisations/{temple.pk}/edit/", data | {"kind": "other"})
    temple.refresh_from_db()
    assert again.status_code == 302 and temple.kind == "other"


@pytest.mark.parametrize("path", ["/organisations/new/", "/admin/partnerships/organisation/add/"])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_zh": ""}, "name_zh"),
        ({"name_zh": "寺\x00"}, "name_zh"),
        ({"name_zh": "寺" * 201}, "name_zh"),
        ({"kind": "x"}, "kind"),
        ({"other_names": "寺" * 201}, "other_names"),
        ({"other_names": "寺\x00"}, "other_names"),
        ({"division": "x"}, "division"),
    ],
)
def test_a_bad_organisation_is_refused(cast, client_of, path, changes, field):
    data = {"name_zh": "七塔禅寺", "kind": "religious"} | changes
    context = client_of(cast.officer).post(path, data).context
    form = context["adminform"].form if "adminform" in context else context["form"]
    assert set(form.errors) == {field}
    assert not Organisation.objects.exists()


def test_only_officers_change_organisations(cast, client_of):
    for user in (cast.reporter, cast.approver, cast.auditor, cast.clerk):
        assert client_of(user).post("/organisations/new/", {}).status_code == 403
        assert client_of(user).get("/organisations/").status_code == 200
    assert Office.objects.filter(side="receiving").exists()
