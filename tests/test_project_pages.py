"""The pages of projects: lists, filters, the form and its refusals, the same in the admin."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Division
from projects.likeness import likes_of, look_of
from projects.models import Project, Village

LISTS = ("projects", "allocations", "payments", "appropriations")


@pytest.fixture
def typed(make):
    """What a reporter of Ceheng types for a project; everything can be overridden."""

    def values(**changes) -> dict:
        town = Division.objects.get(code="522327104")
        return {
            "name_zh": "冗渡镇 12 口水窖",
            "name_en": "12 water cellars, Rongdu",
            "kind": "government",
            "level": "county",
            "year": "2010",
            "types": ["water"],
            "county": make.place().pk,
            "supporter": make.office("nb-jiangbei").pk,
            "town": town.pk,
            "village": "板街村",
            "office": make.office("qxn-ceheng").pk,
            "agreed_amount": "697,500.00",
            "agreed_amount_unit": "yuan",
            "match_amount": "",
            "match_amount_unit": "yuan",
            "need": "旱季缺水。",
            "content_zh": "水窖 12 口",
            "content_en": "12 cellars",
            "household_count": "",
            "people_count": "1286",
            "people_qualifier": "about",
            "approval_document": "",
        } | changes

    return values


def queries_of(client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def rows_of(client, path: str) -> list:
    return list(client.get(path).context["records"])


# -- lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/projects/", "project"),
        ("/projects/?sort=-paid&kind=social", "project"),
        ("/allocations/", "allocation"),
        ("/payments/?money=donated", "payment"),
        ("/appropriations/", "appropriation"),
    ],
)
def test_thirty_rows_cost_the_queries_of_three(make, cast, client_of, path, kind):
    client = client_of(cast.officer)
    fund, project = make.filled_fund(), make.project_under_way()
    line = make.line(fund=fund, project=project)
    parents = {
        "project": {},
        "allocation": {"fund": fund, "project": project},
        "payment": {"line": line},
        "appropriation": {"fund": make.fund(kind="public")},
    }[kind]
    for _i in range(3):
        getattr(make, kind)(**parents)
    client.get(path)
    few = queries_of(client, path)
    for _i in range(27):
        getattr(make, kind)(**parents)
    assert queries_of(client, path) == few
    assert client.get(path).context["page"].end >= 30


def test_the_totals_are_those_of_the_whole_filter(make, cast, client_of):
    for _i in range(31):
        make.project(agreed_amount=Decimal("1000.00"))
    make.project(agreed_amount=Decimal("5.00"), year=2009)
    make.paid_payment(
        line=make.line(project=make.project_under_way(agreed_amount=Decimal("2000.00")))
    )
    page = client_of(cast.officer).get("/projects/?year=2010")
    assert len(page.context["records"]) == 30
    totals = page.context["totals"]
    assert totals == {"agreed": Decimal("33000.00"), "paid": Decimal("400.00")}
    assert "33,000.00" in page.content.decode()


@pytest.mark.parametrize(
    "query",
    ["q=冗渡", "q=渡", "q=rdz", "q=rongdu", "q=ｒｏｎｇｄｕ", "q=cellars", "q=水窖 冗"],
)
def test_a_project_is_found_by_characters_pinyin_and_initials(make, cast, client_of, query):
    project = make.project(name_zh="冗渡镇水窖")
    make.project(name_zh="茶叶基地", name_en="Tea base")
    assert rows_of(client_of(cast.officer), f"/projects/?{query}") == [project]


def test_a_project_is_found_by_its_number(make, cast, client_of):
    make.project()
    project = make.project()
    assert rows_of(client_of(cast.officer), f"/projects/?q={project.number}") == [project]


def test_the_filters_of_the_projects(make, cast, client_of):
    wanted = make.project_under_way(
        kind="government",
        level="city",
        types=["industry", "water"],
        is_integrated=True,
        is_drought_relief=True,
        year=2009,
    )
    fund = make.filled_fund()
    make.line(fund=fund, project=wanted)
    make.project(types=["school"], supporter=make.office("nb"), county=make.place("522324"))
    client = client_of(cast.officer)
    for query in (
        "year=2009",
        "kind=government",
        f"county={make.place().pk}",
        f"supporter={make.office('nb-jiangbei').pk}",
        "type=industry",
        "state=under_way",
        "integrated=yes",
        "relief=yes",
        f"fund={fund.pk}",
    ):
        assert rows_of(client, f"/projects/?{query}") == [wanted], query
    both = rows_of(client, f"/projects/?prefecture={make.place('522300').pk}")
    assert len(both) == 2
    assert rows_of(client, "/projects/?year=2009&type=school") == []


def test_waiting_for_me_are_those_that_i_may_decide(make, cast, client_of):
    project = make.submitted_project()
    make.project()
    for user, count in ((cast.officer, 1), (cast.approver, 0), (cast.auditor, 0)):
        assert len(rows_of(client_of(user), "/projects/?waiting=me")) == count, user
    cast.reporter.groups.set(cast.officer.groups.all())
    assert project not in rows_of(client_of(cast.reporter), "/projects/?waiting=me")
    assert rows_of(client_of(cast.officer), "/projects/?waiting=me") == [project]


@pytest.mark.parametrize("path", LISTS)
def test_a_filter_that_is_not_touched_filters_nothing(make, cast, client_of, path):
    """A browser sends every field of the form, and of a choice its first option."""
    make.paid_payment()
    client = client_of(cast.officer)
    form = client.get(f"/{path}/").context["filter"].form
    sent = {
        name: str(field.choices[0][0])
        if hasattr(field, "choices") and not hasattr(field, "queryset")
        else ""
        for name, field in form.fields.items()
    }
    assert set(sent.values()) == {""}
    answer = client.get(f"/{path}/", sent)
    assert answer.context["page"].total == 1 and answer.context["chips"] == []


@pytest.mark.parametrize("sort", ["name", "county", "state", "agreed", "paid", "waiting"])
def test_every_sort_goes_both_ways(make, cast, client_of, sort):
    make.project(name_zh="茶叶", agreed_amount=Decimal("1.00"))
    make.submitted_project(name_zh="水窖", agreed_amount=Decimal("2.00"))
    client = client_of(cast.officer)
    up = rows_of(client, f"/projects/?sort={sort}")
    down = rows_of(client, f"/projects/?sort=-{sort}")
    assert {row.pk for row in up} == {row.pk for row in down} and len(up) == 2
    if sort in ("name", "agreed"):
        assert up == down[::-1]


def test_names_are_sorted_by_pinyin(make, cast, client_of):
    for name in ("水窖", "茶叶", "贞丰"):
        make.project(name_zh=name)
    rows = rows_of(client_of(cast.officer), "/projects/?sort=name")
    assert [row.name_zh for row in rows] == ["茶叶", "水窖", "贞丰"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    ["year=abc", "county=99999999999999999999", "page=0", "page=999999", "sort=drop", "fund=x"],
)
def test_a_strange_address_is_no_fault(make, cast, client_of, path, query):
    make.payment()
    assert client_of(cast.officer).get(f"/{path}/?{query}").status_code == 200


# -- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["project", "allocation", "payment"])
def test_a_stranger_finds_nothing(make, cast, client_of, kind):
    record = getattr(make, kind)()
    client = client_of(cast.stranger)
    path = record.get_absolute_url()
    assert rows_of(client, f"/{kind}s/") == []
    assert client.get(path).status_code == 404
    assert client.get(f"{path}edit/").status_code == 404
    assert client.post(f"{path}move/approve/").status_code == 404


def test_an_appropriation_is_read_by_the_office_of_its_fund(make, cast, client_of):
    record = make.appropriation()
    assert client_of(cast.officer).get(record.get_absolute_url()).status_code == 200
    assert client_of(cast.stranger).get(record.get_absolute_url()).status_code == 404


def test_a_colleague_without_the_right_is_refused(make, cast, client_of):
    project, payment = make.submitted_project(), make.payment()
    for user, path in (
        (cast.reporter2, f"/projects/{project.pk}/move/survey/"),
        (cast.reviewer, f"/projects/{project.pk}/move/survey/"),
        (cast.finance, f"/payments/{payment.pk}/move/approve/"),
        (cast.reporter, f"/payments/{payment.pk}/edit/"),
        (cast.approver, "/projects/new/"),
        (cast.reporter, "/payments/new/"),
        (cast.finance, "/appropriations/new/"),
        (cast.auditor, "/projects/places/"),
        (cast.sysadmin, "/projects/"),
    ):
        assert client_of(user).post(path).status_code == 403, (user, path)


# -- entering a project ---------------------------------------------------------------------------


def test_a_reporter_enters_a_project_as_typed(typed, cast, client_of):
    answer = client_of(cast.reporter).post(
        "/projects/new/", typed(agreed_amount="６９．７５", agreed_amount_unit="wan")
    )
    project = Project.objects.get()
    assert answer.status_code == 302 and answer.url == f"/projects/{project.pk}/"
    assert project.agreed_amount == Decimal("697500.00")
    assert project.created_by == cast.reporter and project.status == "draft"
    assert project.village.name_zh == "板街村" and project.village.town == project.town
    assert project.number == "P-2010-0001"


def test_the_form_presets_the_own_office_county_and_the_pair_of_the_year(make, cast, client_of):
    form = client_of(cast.reporter).get("/projects/new/?year=2010").context["form"]
    assert form.initial["office"] == cast.reporter.office_id
    assert form.initial["county"] == make.place().pk
    assert form.initial["supporter"] == make.office("nb-jiangbei").pk
    assert "Jiangbei" in form.fields["supporter"].help_text
    assert list(form.fields["office"].queryset) == [cast.reporter.office]


def test_before_the_pairing_no_supporter_is_preset(cast, client_of):
    form = client_of(cast.reporter).get("/projects/new/?year=1995").context["form"]
    assert "supporter" not in form.initial


def test_the_year_of_a_new_project_is_that_entered_last(make, cast, client_of):
    make.project(year=2009)
    form = client_of(cast.reporter).get("/projects/new/").context["form"]
    assert form.initial["year"] == 2009


def test_choosing_a_county_renews_the_places(make, cast, client_of):
    Village.objects.create(county=make.place(), name_zh="板街村")
    path = f"/projects/places/?year=2010&county={make.place().pk}"
    page = client_of(cast.officer).get(path).content.decode()
    assert "Rongdu Town" in page and "板街村" in page
    assert f'<option value="{make.office("nb-jiangbei").pk}" selected>' in page
    other = client_of(cast.officer).get(
        f"/projects/places/?year=2010&county={make.place('522634').pk}"
    )
    assert "Rongdu Town" not in other.content.decode()


def test_another_year_keeps_the_supporter_and_another_county_does_not(make, cast, client_of):
    client, chosen = client_of(cast.officer), make.office("nb").pk
    path = f"/projects/places/?year=2010&county={make.place().pk}&supporter={chosen}"
    for name, expected in (("year", chosen), ("county", make.office("nb-jiangbei").pk)):
        headers = {"HX-Request": "true", "HX-Trigger-Name": name}
        page = client.get(path, headers=headers).content.decode()
        assert f'<option value="{expected}" selected>' in page


def test_another_supporter_than_the_paired_one_may_be_chosen(make, typed, cast, client_of):
    client_of(cast.reporter).post("/projects/new/", typed(supporter=make.office("nb").pk))
    assert Project.objects.get().supporter == make.office("nb")


def test_a_county_counts_in_the_years_of_its_name(make, typed, cast, client_of):
    Division.objects.filter(code="522327").update(valid_to=date(2009, 12, 31))
    answer = client_of(cast.officer).post(
        "/projects/new/", typed(office=make.office("nb").pk, town="")
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["county"] == [
        "Choose a county that receives aid in this year."
    ]


def test_a_town_lies_in_its_county(make, typed, cast, client_of):
    data = typed(office=make.office("nb").pk, county=make.place("522324").pk)
    answer = client_of(cast.officer).post("/projects/new/", data)
    assert answer.context["form"].errors == {"town": ["This town does not lie in the county."]}


def test_a_reporter_enters_no_project_for_another_office(make, typed, cast, client_of):
    data = typed(office=make.office("qdn-leishan").pk)
    answer = client_of(cast.reporter).post("/projects/new/", data)
    assert "office" in answer.context["form"].errors


def test_a_village_is_kept_once(make, typed, cast, client_of):
    client = client_of(cast.reporter)
    for changes in ({}, {"name_zh": "第二年"}, {"town": ""}):
        assert client.post("/projects/new/", typed(**changes)).status_code == 302
    assert Village.objects.count() == 1
    assert Project.objects.filter(village=Village.objects.get()).count() == 3


def test_a_government_project_asks_for_level_and_supporter(typed, cast, client_of):
    client = client_of(cast.reporter)
    answer = client.post("/projects/new/", typed(level="", supporter=""))
    assert set(answer.context["form"].errors) == {"level", "supporter"}
    social = typed(level="", supporter="", kind="social")
    assert client.post("/projects/new/", social).status_code == 302


def test_a_repetition_is_pointed_out_and_not_refused(typed, cast, client_of):
    client = client_of(cast.reporter)
    client.post("/projects/new/", typed(year="2008", name_zh="旧水窖"))
    first = Project.objects.get()
    answer = client.post("/projects/new/", typed(types=["water", "road"]))
    second = Project.objects.exclude(pk=first.pk).get()
    assert answer.status_code == 302
    for path in (f"/projects/{second.pk}/", f"/projects/{second.pk}/edit/"):
        page = client.get(path).content.decode()
        assert first.number in page and "repe" in page
    for changes in ({"types": ["road"]}, {"village": "另一村"}, {"year": "2004"}):
        client.post("/projects/new/", typed(**changes))
        newest = Project.objects.order_by("-pk").first()
        likes = likes_of(look_of(newest), cast.reporter)
        assert first not in [like.project for like in likes], changes


def test_an_edit_keeps_what_was_entered(make, typed, cast, client_of):
    client = client_of(cast.reporter)
    client.post("/projects/new/", typed())
    project = Project.objects.get()
    page = client.get(f"/projects/{project.pk}/edit/")
    assert page.context["form"]["village"].value() == "板街村"
    changed = typed(name_zh="冗渡镇 13 口水窖", village="")
    assert client.post(f"/projects/{project.pk}/edit/", changed).status_code == 302
    project.refresh_from_db()
    assert project.name_zh == "冗渡镇 13 口水窖" and project.village is None
    timeline = client.get(f"/projects/{project.pk}/").content.decode()
    assert "冗渡镇 12 口水窖" in timeline


# -- what is typed wrong --------------------------------------------------------------------------

BAD = [
    ("agreed_amount", "-5", "more than zero"),
    ("agreed_amount", "0", "more than zero"),
    ("agreed_amount", "NaN", "in figures"),
    ("agreed_amount", "Infinity", "in figures"),
    ("agreed_amount", "1e5", "in figures"),
    ("agreed_amount", "480,000.005", "The agreed amount may have two decimals"),
    ("agreed_amount", "9" * 400, "larger than"),
    ("agreed_amount", "12\x00", "in figures"),
    ("agreed_amount", "", "required"),
    ("match_amount", "<b>12</b>", "in figures"),
    ("year", "1890", "1996"),
    ("year", "2010.5", "whole number"),
    ("household_count", "-1", "fewer than none"),
    ("people_count", "9" * 30, "2147483647"),
    ("name_zh", "水" * 5000, "it has 5,000"),
    ("name_zh", "水\x00窖", "control character"),
    ("name_zh", "水‮窖", "invisible mark"),
    ("name_zh", "   ", "required"),
    ("village", "村" * 201, "200"),
    ("village", "村\x00", "control character"),
    ("need", "旱" * 5000, "it has 5,000"),
    ("kind", "secret", "not one of"),
    ("types", ["water", "gold"], "not one of"),
    ("types", [], "required"),
    ("county", "12\x00", "Null characters"),
    ("town", "99999999999999999999999", "does not lie"),
    ("supporter", "<script>", "not one of"),
    ("office", "-1", "not one of"),
]


@pytest.mark.parametrize("path", ["/projects/new/", "/admin/projects/project/add/"])
@pytest.mark.parametrize(("field", "value", "says"), BAD)
def test_bad_input_is_refused_in_words_beside_the_field(
    typed, cast, client_of, path, field, value, says
):
    answer = client_of(cast.reporter).post(path, typed(**{field: value}))
    assert answer.status_code in (200, 422)
    context = answer.context
    form = context["adminform"].form if "adminform" in context else context["form"]
    assert set(form.errors) == {field} and says in " ".join(form.errors[field])
    assert form["content_zh"].value() == "水窖 12 口"
    if isinstance(value, str) and "_amount" not in field:
        assert form[field].value() == value
    assert not Project.objects.exists()


@pytest.mark.parametrize("path", ["/projects/new/", "/admin/projects/project/add/"])
@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("agreed_amount", "４８０，０００．００", Decimal("480000.00")),
        ("agreed_amount", "48万元", Decimal("480000.00")),
        ("people_count", "１，２８６", 1286),
        ("year", "２０１０", 2010),
        ("name_en", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_input_in_other_shapes_is_read_right(typed, cast, client_of, path, field, value, read):
    client = client_of(cast.reporter)
    assert client.post(path, typed(**{field: value})).status_code == 302
    project = Project.objects.get()
    assert getattr(project, field) == read and project.created_by == cast.reporter
    assert "<script>alert" not in client.get(f"/projects/{project.pk}/").content.decode()
