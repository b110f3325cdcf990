"""Pages of lists: each row once in any order, whatever is added meanwhile, and what is left out."""

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.lists import List
from core.views import RECORD_TYPES
from core.workflow import perform, waited_states, workflow_of
from projects.models.project import WAITED, Project

SORTS = [
    f"{sign}{key}"
    for key in ("name", "county", "state", "agreed", "paid", "waiting")
    for sign in ("", "-")
]


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(List, "page_size", 3)


@pytest.fixture
def projects(make, cast):
    """Ten projects with the same names, amounts and states in twos and threes; two have money."""
    found = [
        make.project(
            name_zh=name, agreed_amount=Decimal(amount), county=make.place(place), year=2010
        )
        for name, amount, place in [
            ("茶叶", 5, "522324"),
            ("茶叶", 5, "522327"),
            ("茶叶", 7, "522324"),
            ("水窖", 5, "522327"),
            ("水窖", 9, "522634"),
        ]
    ]
    perform(found[0], "cancel", by=cast.reporter, note="选址重复。")
    found += [make.submitted_project(name_zh=name) for name in ("水窖", "茶叶")]
    found += [make.approved_project(), make.project_under_way()]
    make.paid_payment(line=make.line(project=found[-1]))
    found.append(make.line(project=make.project_under_way()).project)
    return found


def walk(client, address: str, way: str = "next_url") -> tuple[list[list], str]:
    """The rows of each page from this address on, and the address of the last."""
    path, pages = address.partition("?")[0], []
    while True:
        context = client.get(address).context
        pages.append(list(context["records"]))
        assert len(pages) < 50, "the pages never end"
        if not (found := getattr(context["page"], way)):
            return pages, address
        address = f"{path}{found}"


def rows(client, address: str) -> list:
    pages, _last = walk(client, address)
    return list(itertools.chain(*pages))


def test_each_row_is_shown_once_in_every_order_and_on_the_way_back(
    projects, cast, client_of, small_pages
):
    client, keys = client_of(cast.auditor), [row.pk for row in projects]
    for sort in SORTS:
        pages, last = walk(client, f"/projects/?sort={sort}")
        assert [len(page) for page in pages] == [3, 3, 3, 1], sort
        assert sorted(row.pk for row in itertools.chain(*pages)) == keys, sort
        back, _first = walk(client, last, "previous_url")
        assert back[::-1] == pages, sort


def test_the_order_is_that_of_the_column_and_empty_values_come_last(
    projects, cast, client_of, small_pages
):
    client = client_of(cast.auditor)
    for sort, value in (
        ("name", lambda row: row.pinyin),
        ("agreed", lambda row: row.agreed_amount),
        ("county", lambda row: row.county.pinyin),
    ):
        found = [value(row) for row in rows(client, f"/projects/?sort={sort}")]
        assert found == sorted(found), sort
    for sort, name in (("paid", "paid_fen"), ("waiting", "waiting_since")):
        for sign in ("", "-"):
            found = rows(client, f"/projects/?sort={sign}{sort}")
            values = [getattr(row, name) for row in found]
            filled = [value for value in values if value is not None]
            assert 1 <= len(filled) < len(values) == 10
            assert values[: len(filled)] == sorted(filled, reverse=bool(sign)), sort


def test_rows_that_come_between_two_pages_neither_hide_a_row_nor_double_one(
    projects, make, cast, client_of, small_pages
):
    client, seen = client_of(cast.auditor), []
    address = "/projects/?sort=name"
    while address:
        context = client.get(address).context
        seen += [row.pk for row in context["records"]]
        address = context["page"].next_url and f"/projects/{context['page'].next_url}"
        make.project(name_zh="啊啊啊")  # before every other
    assert seen[:10] == sorted(seen[:10], key=seen.index) and len(seen) == len(set(seen))
    assert {row.pk for row in projects} <= set(seen)


def test_the_numbers_of_the_rows_are_told(projects, make, cast, client_of, small_pages):
    client = client_of(cast.auditor)
    page = client.get("/projects/?sort=name").context["page"]
    assert (page.start, page.end, page.total, page.previous_url) == (1, 3, 10, "")
    page = client.get(f"/projects/{page.next_url}").context["page"]
    assert (page.start, page.end) == (4, 6)
    page = client.get(f"/projects/{page.previous_url}").context["page"]
    assert (page.start, page.end, page.previous_url) == (1, 3, "")
    empty = client.get("/projects/?q=nothing").context["page"]
    assert (empty.start, empty.end, empty.total, empty.next_url) == (0, 0, 0, "")


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "[]",
        "{}",
        "null",
        '["a"]',
        '["a","b"]',
        '["a","1","2"]',
        '["\\u0000","1"]',
        '["shui","99999999999999999999999"]',
        '[["a"],1]',
        "[" * 2000,
        '["1e999999","1"]',
        "[1e400,1]",
    ],
)
def test_an_invented_place_is_no_fault(make, cast, client_of, place):
    make.paid_payment()
    client = client_of(cast.auditor)
    for sort in ("name", "agreed", "waiting", "paid", "-number"):
        for way in ("after", "before"):
            assert client.get("/projects/", {"sort": sort, way: place}).status_code == 200


def test_what_no_index_sorts_is_sorted_up_to_the_cap(
    projects, cast, client_of, small_pages, monkeypatch
):
    client = client_of(cast.auditor)
    monkeypatch.setattr("core.lists.COUNT_CAP", 9)
    answer = client.get("/projects/?sort=-paid")
    assert "More than 9 rows cannot be sorted by “Paid”" in answer.content.decode()
    assert answer.context["totals"] is None
    assert "More than 9 records" in answer.content.decode()
    found = [row.number for row in rows(client, "/projects/?sort=-paid")]
    assert found == sorted(found, reverse=True) and len(found) == 10
    answer = client.get("/projects/?sort=-paid&q=水窖")
    assert "cannot be sorted" not in answer.content.decode()
    assert answer.context["records"][0].paid_fen


def test_a_list_of_the_money_is_paged_by_a_related_name(make, cast, client_of, small_pages):
    line = make.line()
    payments = [make.payment(line=line, amount="1.00").pk for _n in range(7)]
    for sort in ("project", "-fund", "day", "-amount"):
        found = rows(client_of(cast.officer), f"/payments/?sort={sort}")
        assert sorted(row.pk for row in found) == payments, sort


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("colour=red", "no filter “colour”"),
        ("state=invented", "“State” has no such value"),
        ("fund=999999", "“Fund” has no such value"),
        ("sort=colour", "cannot be sorted by “colour”"),
    ],
)
def test_what_an_address_asks_in_vain_is_said(make, cast, client_of, query, words):
    project = make.project()
    make.project(year=2009)
    answer = client_of(cast.officer).get(f"/projects/?year=2010&{query}")
    assert words in answer.content.decode()
    assert [row.pk for row in answer.context["records"]] == [project.pk]
    assert "Plan year: 2010" in answer.content.decode() or answer.context["chips"]


def test_every_column_of_every_list_sorts(make, cast, client_of):
    make.paid_payment(line=make.line())
    make.posted_gift()
    for name in ("goods", "course", "secondment", "appropriation", "organisation"):
        getattr(make, name)()
    client = client_of(cast.clerk)
    for records in RECORD_TYPES:
        for column in records.columns:
            for sign in ("", "-") if column.sort else ():
                answer = client.get(records.url("list"), {"sort": f"{sign}{column.key}"})
                assert answer.status_code == 200 and answer.context["remarks"] == []


def test_a_page_far_in_costs_the_queries_of_the_first(make, cast, client_of, small_pages):
    for _n in range(14):
        make.project()
    client, address = client_of(cast.officer), "/projects/?sort=name"
    client.get(address)
    counts = []
    for _n in range(4):
        with CaptureQueriesContext(connection) as queries:
            context = client.get(address).context
        counts.append(len(queries))
        address = f"/projects/{context['page'].next_url}"
    assert len(set(counts)) == 1


def test_a_wait_of_the_same_moment_is_paged_as_well(make, cast, client_of, small_pages):
    moment = timezone.now() - timedelta(days=3)
    made = {make.project(created_at=moment).pk for _n in range(8)}
    found = rows(client_of(cast.officer), "/projects/?sort=waiting")
    assert {row.pk for row in found} == made and len(found) == 8


def test_the_index_of_what_waits_names_the_states_of_the_life_cycle():
    assert set(WAITED) == waited_states(workflow_of(Project))
