"""Money to look after: the list of remittances, what a fund has promised, and the start page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


def rows_of(client, path: str) -> list:
    return list(client.get(path).context["records"])


@pytest.fixture
def sent(make):
    """A remittance that has arrived, one at the prefecture, one that nobody has told of."""
    project = make.project_under_way()
    arrived, stands, silent = (make.remittance(project=project) for _each in range(3))
    make.hop(arrived, "contractor")
    make.hop(stands, "city")
    make.hop(stands, "prefecture")
    return arrived, stands, silent


def test_remittances_are_found_by_where_they_stand(make, sent, cast, client_of):
    arrived, stands, silent = sent
    client = client_of(cast.officer)
    assert set(rows_of(client, "/remittances/?way=under_way")) == {stands, silent}
    assert rows_of(client, "/remittances/?way=arrived") == [arrived]
    assert rows_of(client, "/remittances/?stands=prefecture") == [stands]
    assert rows_of(client, "/remittances/?stands=city") == []
    assert rows_of(client, f"/remittances/?q={silent.document}") == [silent]
    assert len(rows_of(client, f"/remittances/?project={silent.project.number}")) == 3
    assert rows_of(client_of(cast.stranger), "/remittances/") == []


def test_a_struck_remittance_leaves_the_list(make, sent, cast, client_of):
    silent = sent[-1]
    silent.strike(by=cast.finance, reason="录错")
    assert silent not in rows_of(client_of(cast.officer), "/remittances/")


def test_thirty_remittances_cost_the_queries_of_three(make, sent, cast, client_of):
    def queries() -> int:
        client = client_of(cast.officer)
        with CaptureQueriesContext(connection) as found:
            assert client.get("/remittances/").status_code == 200
        return len(found)

    queries()
    few = queries()
    for _each in range(25):
        make.hop(make.remittance(project=sent[0].project), "city")
    assert queries() == few


def test_the_start_page_counts_what_leads_to_a_list(make, sent, cast, client_of):
    poor = make.approved_project()
    with_money = make.posted_allocation().project
    asked = make.allocation(fund=make.filled_fund(), project=make.approved_project()).project
    client = client_of(cast.officer)
    lists = {url: count for _words, count, url in client.get("/").context["money_lists"]}
    assert lists == {"/projects/?lacks=money": 2, "/remittances/?way=under_way": 2}
    found = rows_of(client, "/projects/?lacks=money")
    assert set(found) == {poor, sent[0].project}
    assert with_money not in found and asked not in found
    reporter = client_of(cast.reporter).get("/").context["money_lists"]
    assert [url for _words, _count, url in reporter] == ["/remittances/?way=under_way"]
    assert client_of(cast.clerk).get("/").context["money_lists"] == []
    assert client_of(cast.stranger).get("/").context["money_lists"] == []


def test_a_project_whose_allocation_was_declined_lacks_money_again(make, cast, client_of):
    allocation = make.allocation(project=make.approved_project())
    client = client_of(cast.officer)
    assert rows_of(client, "/projects/?lacks=money") == []
    path = f"/allocations/{allocation.pk}/move/decline/"
    client_of(cast.approver).post(path, {"note": "重报"})
    assert rows_of(client, "/projects/?lacks=money") == [allocation.project]


def test_a_fund_says_what_it_has_promised(make, cast, client_of):
    fund = make.filled_fund("100000.00")
    make.posted_allocation(fund, amount="30000.00")
    proposed = make.allocation(fund, make.project_under_way(), "20000.00")
    line = make.line(fund=fund, amount="10000.00")
    make.approved_payment(line, "4000.00")
    client = client_of(cast.officer)
    path = f"/funds/{fund.pk}/commitments/"
    assert f'hx-get="{path}"' in client.get(f"/funds/{fund.pk}/").content.decode()
    context = client.get(path).context
    assert (context["held"], context["committed"], context["free"]) == (60000, 20000, 40000)
    assert (context["approved"], context["approved_count"]) == (4000, 1)
    ((project, row),) = context["rows"]
    assert project == proposed.project and row.proposed == 20000
    panel = client.get(path, HTTP_HX_REQUEST="true").content.decode()
    assert panel.lstrip().startswith("<section") and proposed.project.number in panel
    assert client_of(cast.reporter).get(path).status_code == 404
