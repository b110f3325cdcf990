"""The overview of a year, for the staff and in public, and the progress panel.

Rule: both pages say the same numbers; only the staff's lead to the work pages.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone, translation

from reports.counties import counties_of
from reports.overview import overview_of
from reports.progress import progress_of
from reports.tallies import Year
from reports.wording import brief, short

YUAN = Decimal
GOVERNMENT = {"kind": "government", "level": "city"}


@pytest.fixture
def year(make):
    """A small year with something in every section."""
    make.approved_project(
        types=["industry"], is_integrated=True, agreed_amount=YUAN("43150000"), **GOVERNMENT
    )
    make.approved_project(agreed_amount=YUAN("38700000"))
    make.posted_gift(programme=make.programme(is_drought_relief=True))
    make.confirmed_course()
    make.confirmed_secondment()
    return 2010


def text_of(response) -> str:
    return response.content.decode()


def test_the_overview_shows_published_beside_computed(year, cast, client_of):
    page = text_of(client_of(cast.officer).get("/overview/2010/"))
    assert "309 · ¥81.85 M" in page
    assert "2 · ¥81.85 M" in page
    assert "Does it add up?" in page
    assert "its share of government money" in page


def test_without_a_year_the_latest_with_records_is_shown(make, cast, client_of):
    make.approved_project(year=2008)
    make.project(year=2012)
    response = client_of(cast.officer).get("/overview/")
    assert response.context["overview"].year == 2008


def test_the_running_year_is_shown_once_it_is_over(make, cast, client_of):
    this_year = timezone.localdate().year
    make.approved_project(year=this_year)
    browser = client_of(cast.officer)
    assert browser.get("/overview/").context["overview"].year == this_year
    make.approved_project(year=this_year - 3)
    assert browser.get("/overview/").context["overview"].year == this_year - 3
    assert browser.get("/portal/overview/").context["overview"].year == this_year - 3
    assert browser.get("/overview/progress/").context["progress"].year == this_year


def test_a_year_without_records_says_so(cast, client_of):
    page = text_of(client_of(cast.officer).get("/overview/2003/"))
    assert "No records of 2003 yet" in page


@pytest.mark.parametrize("address", ["/overview/1995/", "/overview/2101/", "/overview/2010/Z9/"])
def test_what_is_no_year_or_figure_is_not_found(address, cast, client_of):
    assert client_of(cast.officer).get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/overview/", "/overview/2010/", "/overview/2010/B3/", "/overview/progress/"],
)
def test_the_overview_is_for_those_who_read_projects(address, year, cast, client_of):
    assert client_of(cast.officer).get(address).status_code == 200
    assert client_of(cast.sysadmin).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_amounts_follow_the_readers_unit(year, cast, client_of):
    page = text_of(client_of(cast.officer).get("/overview/2010/?unit=wan"))
    assert "8,185.00 万元" in page
    assert "¥81.85 M" not in page


def test_the_records_behind_a_mixed_figure_are_listed_by_kind(year, cast, client_of):
    page = text_of(client_of(cast.officer).get("/overview/2010/E3/"))
    assert "/courses/?year=2010" in page
    assert "/secondments/?year=2010" in page
    assert ">95<" in page


def test_the_public_overview_says_the_same_and_links_to_public_pages_only(year):
    page = text_of(Client().get("/portal/overview/2010/"))
    assert "309 · ¥81.85 M" in page
    assert 'href="/portal/projects/?year=2010' in page
    for work_page in ("/projects/", "/gifts/", "/courses/", "/overview/", "/allocations/"):
        assert f'href="{work_page}' not in page


def test_the_overview_reads_well_in_chinese(year, cast, client_of):
    response = client_of(cast.officer).get("/overview/2010/?language=zh-hans")
    assert response.status_code == 200
    with translation.override("zh-hans"):
        assert short(YUAN("43150000")) == "4,315.00 万元"
        assert brief(YUAN("43150000"), "yuan") == "43,150,000.00 元"


def test_a_sum_is_never_rounded():
    with translation.override("en"):
        assert brief(YUAN("81850000.05"), "yuan") == "¥81.85000005 M"
        assert brief(YUAN("40000"), "yuan") == "¥40,000.00"
        assert short(YUAN("500291.26"), rounded=True) == "0.500 M"


def test_a_row_that_was_not_printed_has_no_check(make):
    make.approved_project(year=2011)
    rows = [row for section in overview_of(2011, "yuan").sections for row in section.rows]
    assert all(row.mark is None and row.printed == "" for row in rows)
    assert not [row for row in rows if row.key == "E7"]


def test_counties_add_up_to_all_projects(make):
    make.approved_project(agreed_amount=YUAN("100.00"))
    make.approved_project(agreed_amount=YUAN("100.00"), county=make.place("522324"))
    make.approved_project(agreed_amount=YUAN("50.00"), county=make.place("522324"))
    with translation.override("en"):
        counties = counties_of(Year(2010))
    assert (counties.count, counties.amount) == (3, YUAN("250.00"))
    assert [county.name for county in counties.rows] == ["Qinglong", "Ceheng"]
    assert counties.rows[0].tile == "l5 g2 r1"


def test_many_counties_end_in_one_line_for_the_others(make):
    county = make.place()
    for place in range(13):
        code = f"5227{place:02d}"
        other = type(county).objects.create(
            code=code, level="county", parent=county.parent, name_zh=f"第{place}县"
        )
        make.approved_project(county=other)
    counties = counties_of(Year(2010))
    assert (len(counties.rows), len(counties.others), counties.others_count) == (11, 2, 2)


def test_progress_is_what_was_paid_and_did_not_come_back(make, cast):
    project = make.completed_project(agreed_amount=YUAN("5000.00"))
    line = make.line(amount="1000.00", project=project)
    make.paid_payment(line, "400.00")
    make.approved_project(year=2009)
    closed = make.closed_project(year=2010)
    progress = progress_of(2010)
    assert (progress.approved, progress.completed) == (2, 2)
    assert (progress.paid, progress.held) == (YUAN("400.00"), YUAN("600.00"))
    assert progress.open == YUAN("4000.00") + closed.agreed_amount


def test_the_panel_comes_alone_and_as_a_page(year, cast, client_of):
    browser = client_of(cast.officer)
    assert "<html" in text_of(browser.get("/overview/progress/"))
    part = text_of(browser.get("/overview/progress/", headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert 'id="progress"' in part


def test_thirty_records_cost_the_queries_of_three(make, cast, django_assert_max_num_queries):
    def queries() -> int:
        with django_assert_max_num_queries(40) as captured:
            overview_of(2010, "yuan")
        return len(captured)

    programme = make.programme(is_drought_relief=True)
    for _round in range(3):
        make.approved_project()
    make.posted_gift(programme=programme, received_on=date(2010, 3, 1))
    few = queries()
    for _round in range(12):
        make.approved_project()
        make.posted_gift(programme=programme)
        make.confirmed_course()
    assert queries() == few
