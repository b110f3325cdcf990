"""The pages of funds: who sees them, what they say, what they cost."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import money
from ledger.models import Fund

YUAN = Decimal
DAY = date(2010, 5, 1)

FORM = {
    "name_zh": "抗旱救灾专项",
    "name_en": "Drought relief",
    "key": "drought-2010",
    "kind": "public",
    "purpose_zh": "抗旱",
    "opened_on": "2010年3月1日",
    "spend_by": "2012-12-31",
    "project_types": ["water", "relief"],
}


@pytest.fixture
def fund(make, without_records):
    """100,000 yuan appropriated, 1,000 given; 30,000 set aside for a line."""
    fund = make.filled_fund("100000.00")
    money.receive(fund.pool, YUAN("1000.00"), kind="gift", voucher="gift:1", on=DAY, by=None)
    line = money.open_line()
    money.allocate(fund.pool, line, YUAN("30000.00"), voucher="allocation:1", on=DAY, by=None)
    return fund


def test_the_list_shows_each_fund_with_its_balance(fund, client_of, cast):
    page = client_of(cast.finance).get("/funds/").content.decode()
    assert "F-2010-01" in page
    for amount in ("101,000.00", "30,000.00", "71,000.00"):
        assert amount in page


def test_thirty_funds_cost_the_queries_of_one(fund, make, client_of, cast):
    client = client_of(cast.finance)
    client.get("/funds/")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/funds/")
        return len(captured)

    of_one = queries()
    for _ in range(29):
        make.fund()
    assert queries() == of_one


@pytest.mark.parametrize(
    "query", ["q=抗旱", "q=F-2010-01", "kind=donated", "left=yes", "type=water"]
)
def test_a_filter_that_fits_finds_the_fund(query, fund, client_of, cast):
    assert fund.number in client_of(cast.finance).get(f"/funds/?{query}").content.decode()


@pytest.mark.parametrize("query", ["q=小学", "kind=public", "left=no"])
def test_a_filter_that_does_not_fit_leaves_it_out(query, fund, client_of, cast):
    assert fund.number not in client_of(cast.finance).get(f"/funds/?{query}").content.decode()


def test_the_page_of_a_fund_states_what_came_and_went(fund, client_of, cast):
    page = client_of(cast.finance).get(f"/funds/{fund.pk}/").content.decode()
    for text in ("Appropriation", "Gift", "Allocation", "allocation:1", "71,000.00", "2010"):
        assert text in page


def test_movements_are_paged_without_a_gap_and_without_repetition(fund, client_of, cast):
    entries = [(YUAN("1.00"), f"gift:many-{place}") for place in range(75)]
    money.receive_many(fund.pool, entries, kind="gift", on=DAY, by=None)
    client, seen, query = client_of(cast.finance), [], ""
    for _ in range(3):
        page = client.get(f"/funds/{fund.pk}/{query}").context["movements"]
        seen += [entry.movement.pk for entry in page.entries]
        query = f"?{page.next_query}"
    assert page.next_query == ""
    assert len(seen) == 78 and seen == sorted(set(seen), reverse=True)


@pytest.mark.parametrize("query", ["?came=x", "?came=-1", f"?went={'9' * 30}"])
def test_a_place_that_is_none_shows_the_first_page(query, fund, client_of, cast):
    assert client_of(cast.finance).get(f"/funds/{fund.pk}/{query}").status_code == 200


def test_who_may_see_a_fund(fund, client_of, cast):
    statuses = {
        person: client_of(getattr(cast, person)).get(f"/funds/{fund.pk}/").status_code
        for person in ("officer", "finance", "auditor", "stranger", "sysadmin")
    }
    assert statuses == {
        "officer": 200,
        "finance": 200,
        "auditor": 200,
        "stranger": 404,
        "sysadmin": 403,
    }


def test_an_officer_opens_a_fund(client_of, cast, make):
    client = client_of(cast.officer)
    typed = FORM | {"custodian": make.office("nb").pk}
    answer = client.post("/funds/new/", typed)
    fund = Fund.objects.get(key="drought-2010")
    assert answer.status_code == 302 and answer.url == f"/funds/{fund.pk}/"
    assert fund.created_by == cast.officer and fund.opened_on == date(2010, 3, 1)
    assert fund.project_types == ["water", "relief"] and fund.pool.kind == "fund"


def test_a_clerk_opens_none(client_of, cast):
    assert client_of(cast.clerk).get("/funds/new/").status_code == 403


def test_a_fund_with_money_keeps_its_kind(fund, client_of, cast, make):
    typed = FORM | {"custodian": make.office("nb-charity").pk, "key": fund.key}
    answer = client_of(cast.officer).post(f"/funds/{fund.pk}/edit/", typed)
    assert answer.status_code == 422
    assert "its kind is settled" in answer.content.decode()


def test_a_fund_with_money_keeps_its_custodian(fund, client_of, cast, make):
    typed = FORM | {"custodian": make.office("nb").pk, "key": fund.key, "kind": fund.kind}
    answer = client_of(cast.officer).post(f"/funds/{fund.pk}/edit/", typed)
    assert answer.status_code == 422
    assert "its custodian is settled" in answer.content.decode()


def test_a_fund_is_not_due_before_it_is_opened(client_of, cast, make):
    typed = FORM | {"custodian": make.office("nb").pk, "spend_by": "2010-01-01"}
    answer = client_of(cast.officer).post("/funds/new/", typed)
    assert answer.status_code == 422 and "before the fund was opened" in answer.content.decode()


@pytest.mark.parametrize("page", ["movement", "period"])
def test_the_admin_shows_the_ledger_s_rows_to_auditors_and_changes_none(
    page, fund, client_of, cast
):
    cast.auditor.is_staff = True
    cast.auditor.save()
    client = client_of(cast.auditor)
    assert client.get(f"/admin/ledger/{page}/").status_code == 200
    assert client.get(f"/admin/ledger/{page}/add/").status_code == 403
    cast.finance.is_staff = True
    cast.finance.save()
    assert client_of(cast.finance).get(f"/admin/ledger/{page}/").status_code == 403
