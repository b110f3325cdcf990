"""The published figures: what each counts, what it leaves out, and where its records are.

Rule: a figure equals the list that it links to, row for row.
"""

import json
import re
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.workflow import perform
from reports.checks import Result, checks_of
from reports.figures import FIGURES, figures_of
from reports.published import PUBLISHED, Printed, agrees
from reports.tallies import Year

YUAN = Decimal
GOVERNMENT = {"kind": "government", "level": "city"}


def integrated(make, amount: str, **changes):
    values = {"is_integrated": True, "agreed_amount": YUAN(amount), **GOVERNMENT}
    return make.approved_project(**values | changes)


def checks(year: int = 2010) -> dict:
    return {outcome.name: outcome for outcome in checks_of(year, figures_of(year))}


def printed_json(*args: str) -> list[dict]:
    out = StringIO()
    call_command("figures", *args, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_projects_count_once_they_are_approved(make):
    make.project()
    make.submitted_project()
    make.approved_project(agreed_amount=YUAN("100.50"))
    make.project_under_way(agreed_amount=YUAN("200.00"), **GOVERNMENT)
    make.approved_project(year=2009)
    figures = figures_of(2010)
    assert (figures["A1"].number, figures["A1"].value) == (2, YUAN("300.50"))
    assert (figures["A2"].number, figures["A2"].value) == (1, YUAN("200.00"))
    assert (figures["A3"].number, figures["A3"].value) == (1, YUAN("100.50"))


def test_a_cancelled_project_no_longer_counts(make, cast):
    project = make.approved_project()
    perform(project, "cancel", by=cast.reporter, note="No site was found.")
    assert figures_of(2010)["A1"].number == 0


def test_a_village_with_two_projects_counts_once(make):
    village = make.place().villages_of_county.create(name_zh="大塘村")
    for _round in range(2):
        integrated(make, "50000", types=["model_village"], village=village)
    figure = figures_of(2010)["C2"]
    assert (figure.number, figure.count, figure.value) == (1, 2, YUAN("100000.00"))


def test_a_social_project_is_never_among_the_integrated_ones(make):
    integrated(make, "10000", types=["industry"])
    integrated(make, "20000", types=["industry"], kind="social", level="")
    figures = figures_of(2010)
    assert figures["C1"].value == figures["C3"].value == YUAN("10000.00")


def test_drought_relief_shows_cash_and_goods_apart(make, cast):
    grant = make.appropriation(relief_for=make.place("522300"))
    perform(grant, "confirm", by=cast.finance)
    appeal = make.programme(is_drought_relief=True)
    make.posted_gift("1000.00", programme=appeal)
    make.gift("500.00", programme=appeal)
    make.posted_gift("300.00")
    perform(make.goods(programme=appeal), "confirm", by=cast.finance)
    unvalued = make.goods(programme=appeal, basis="not_valued", value_amount=None)
    perform(unvalued, "confirm", by=cast.finance)
    figures = figures_of(2010)
    assert (figures["B2"].number, figures["B2"].value) == (1, YUAN("2000000.00"))
    parts = [part.tally.amount for part in figures["B3"].parts]
    assert parts == [YUAN("2000000.00"), YUAN("1000.00"), YUAN("3000.00")]
    assert (figures["B3"].value, figures["B3"].count) == (YUAN("2004000.00"), 3)


def test_persons_are_those_of_courses_and_of_batches(make):
    make.confirmed_course(people_count=87, person_times_count=900)
    make.course(people_count=5)
    make.confirmed_course(people_count=30, starts_on=date(2009, 12, 31))
    make.confirmed_secondment(people_count=8)
    figures = figures_of(2010)
    assert (figures["E1"].number, figures["E2"].number) == (1, 1)
    assert (figures["E3"].number, figures["E3"].count) == (95, 2)
    assert (figures["E4"].number, figures["E4"].value) == (87, None)


def test_allocations_from_mr_zhus_fund_stand_apart(make):
    zhu = make.filled_fund("5000.00", key="zhu-yinglong")
    make.programme(key="zhu-yinglong", fund=zhu)
    project = make.project_under_way()
    make.posted_allocation(zhu, project, "700.00")
    make.posted_allocation(make.filled_fund("5000.00"), project, "200.00")
    make.allocation(zhu, project, "100.00")
    public = make.filled_fund("5000.00", kind="public", custodian=make.office())
    make.posted_allocation(public, make.project_under_way(**GOVERNMENT), "900.00")
    figures = figures_of(2010)
    assert figures["G1"].value == YUAN("700.00")
    assert figures["G2"].value == YUAN("200.00")


def test_every_figure_leads_to_as_many_rows_as_it_counts(make, cast, client_of):
    zhu = make.filled_fund("9000.00", key="zhu-yinglong")
    make.programme(key="zhu-yinglong", fund=zhu)
    appeal = make.programme(is_drought_relief=True)
    perform(make.appropriation(relief_for=make.place("522300")), "confirm", by=cast.finance)
    make.appropriation()
    for _round in range(2):
        make.posted_gift(programme=appeal)
    make.posted_gift()
    perform(make.goods(programme=appeal), "confirm", by=cast.finance)
    village = make.place().villages_of_county.create(name_zh="大塘村")
    integrated(make, "50000", types=["model_village"], village=village)
    integrated(make, "20000", types=["industry"])
    project = make.project_under_way()
    make.submitted_project()
    make.posted_allocation(zhu, project)
    make.posted_allocation(make.filled_fund(), project)
    make.confirmed_course()
    make.confirmed_course(
        kind="cadre", office=make.office("nb-jiangbei"), division=make.place(), people_count=30
    )
    make.confirmed_secondment()
    browser = client_of(cast.auditor)
    for figure in figures_of(2010).values():
        for part in figure.parts:
            page = browser.get(part.url)
            assert page.status_code == 200, part.url
            assert page.context["page"].total == part.tally.count, part.url
        answer = browser.get(figure.url)
        assert answer.status_code == 200, figure.url


def test_every_printed_figure_is_computed():
    assert set(FIGURES) - set(PUBLISHED[2010]) == {"B5", "B6", "C4"}  # printed without a number


@pytest.mark.parametrize(
    ("printed", "found", "result"),
    [
        (Printed(309), {"number": 309}, "same"),
        (Printed(309), {"number": 308}, "differs"),
        (Printed(70, qualifier="more"), {"number": 73}, "fits"),
        (Printed(70, qualifier="more"), {"number": 69}, "differs"),
        (Printed(100, qualifier="about"), {"number": 97}, "fits"),
        (Printed(value=YUAN("81850000")), {"value": YUAN("81854999.99")}, "same"),
        (Printed(value=YUAN("81850000")), {"value": YUAN("81860000.00")}, "differs"),
        (Printed(50, count=2), {"number": 50, "count": 1}, "differs"),
    ],
)
def test_a_printed_figure_keeps_its_qualifier(printed, found, result):
    assert agrees(printed, **{"number": 0, "value": None, "count": 0} | found) == result


# -- checks ---------------------------------------------------------------------------------------


def test_parts_that_make_the_whole_hold(make):
    make.approved_project()
    make.approved_project(**GOVERNMENT)
    assert checks()["parts-make-all"].result == Result.HOLDS


def test_a_share_that_differs_from_the_printed_one_is_said(make):
    integrated(make, "72.30")
    make.approved_project(agreed_amount=YUAN("27.70"), **GOVERNMENT)
    found = checks()["integrated-share"]
    assert (found.result, found.printed, found.computed) == (Result.DOES_NOT, "70%", "72.3%")


def test_a_share_that_agrees_holds(make):
    integrated(make, "70.00")
    make.approved_project(agreed_amount=YUAN("30.00"), **GOVERNMENT)
    assert checks()["integrated-share"].result == Result.HOLDS


def test_what_the_source_does_not_itemise_is_named_with_its_size(make):
    integrated(make, "1000000.00", types=["road"])
    found = checks()["inside-integrated"]
    assert found.result == Result.NOT_ITEMISED
    assert "1.00 M" in found.working


def test_a_project_of_two_kinds_can_make_the_parts_too_large(make):
    integrated(make, "1000000.00", types=["industry", "model_village"])
    assert checks()["inside-integrated"].result == Result.DOES_NOT


def test_an_unnamed_course_leaves_the_training_not_itemised(make):
    make.confirmed_course()
    make.confirmed_course(kind="teacher", people_count=40)
    found = checks()["named-training"]
    assert found.result == Result.NOT_ITEMISED
    assert "87 of 127" in found.working


def test_the_2010_checks_are_not_asked_of_another_year(make):
    make.approved_project(year=2011)
    names = checks(2011)
    assert "integrated-share" not in names
    assert names["parts-make-all"].result == Result.HOLDS


# -- the command ----------------------------------------------------------------------------------


def test_the_command_prints_money_as_text_with_two_decimals(make):
    make.approved_project(agreed_amount=YUAN("12.5"))
    first = printed_json("2010")[0]
    assert (first["key"], first["value"], first["count"]) == ("A1", "12.50", 1)
    assert {"unit", "definition", "url", "checks", "published"} <= set(first)
    assert first["checks"][0]["result"] == "holds"


def test_a_year_without_records_is_all_zeros(db):
    entries = printed_json("2003")
    assert [entry["key"] for entry in entries] == list(FIGURES)
    assert all(entry["count"] == 0 for entry in entries)
    assert all(entry["value"] in (0, "0.00") for entry in entries)


def test_the_table_names_every_figure(make):
    make.approved_project()
    out = StringIO()
    call_command("figures", "2010", stdout=out)
    assert set(FIGURES) <= set(re.findall(r"^([A-G]\d+[a-z]?)", out.getvalue(), re.MULTILINE))


@pytest.mark.parametrize("year", ["abc", "20100", "-1", "二〇一〇", "2010.5", "1900"])
def test_what_is_no_year_is_refused_in_a_sentence(year):
    with pytest.raises(CommandError, match="is not a year") as refusal:
        call_command("figures", "--", year)
    assert refusal.value.returncode == 2


def test_thirty_records_cost_the_queries_of_one(make, django_assert_num_queries):
    make.confirmed_course()
    make.approved_project()
    with django_assert_num_queries(15):
        figures_of(Year(2010))
    for _round in range(6):
        make.approved_project()
        make.confirmed_course()
    with django_assert_num_queries(15):
        figures_of(Year(2010))
