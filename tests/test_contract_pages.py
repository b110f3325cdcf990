"""Contracts with their instalments, remittances with their hops: as people enter and read them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Contract, Hop, Payment
from tests.typed import rows_typed

CONTRACT = {
    "number": "合同 1",
    "contractor": "册亨县水利施工队",
    "procurement": "inquiry",
    "subject": "水窖 12 口",
    "budget": "works",
    "amount": "10",
    "amount_unit": "wan",
    "signed_on": "2010-04-10",
    "retention_percent": "5",
    "retention_until": "2011-10-01",
}
FIRST = {"condition": "开工", "amount": "4", "amount_unit": "wan", "met_on": "2010-04-12"}
SECOND = {"condition": "竣工", "amount": "5.5", "amount_unit": "wan"}
RETAINED = {"condition": "质保期满", "amount": "5000", "is_retention": "on"}


def typed(rows=(FIRST, SECOND, RETAINED), kept: int = 0, **changes) -> dict:
    return CONTRACT | changes | rows_typed("instalment", list(rows), kept=kept)


def form_of(answer):
    context = answer.context
    return context["adminform"].form if "adminform" in context else context["form"]


@pytest.fixture
def project(make):
    return make.project_under_way()


@pytest.fixture
def entered(project, cast, client_of):
    """A contract over 100,000 yuan with three instalments, the first of them met."""
    path = f"/projects/{project.pk}/enter/contract/"
    assert client_of(cast.reporter).post(path, typed()).status_code == 302
    return Contract.objects.get()


def rows_of(contract) -> list:
    found = contract.instalments.standing().order_by("position")
    return list(found.values_list("position", "condition", "amount"))


# -- contracts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["page", "admin"])
def test_a_contract_is_entered_with_its_instalments(project, cast, client_of, way):
    client = client_of(cast.reporter)
    if way == "page":
        answer = client.post(f"/projects/{project.pk}/enter/contract/", typed())
    else:
        more = {"project": project.number, "why_struck": ""}
        answer = client.post("/admin/projects/contract/add/", typed() | more)
    assert answer.status_code == 302, form_of(answer).errors
    contract = Contract.objects.get()
    assert contract.retention_amount == Decimal("5000.00")
    assert [row[:2] for row in rows_of(contract)] == [(1, "开工"), (2, "竣工"), (3, "质保期满")]
    for instalment in contract.instalments.all():
        assert (instalment.project, instalment.created_by) == (project, cast.reporter)


def test_instalments_do_not_pass_the_contract_and_the_sum_is_said(project, cast, client_of):
    path = f"/projects/{project.pk}/enter/contract/"
    answer = client_of(cast.reporter).post(path, typed(amount="9"))
    assert answer.status_code == 422 and not Contract.objects.exists()
    page = answer.content.decode()
    assert "add up to ¥100,000.00; that is ¥10,000.00 more than the contract" in page
    assert "¥10,000.00 too much" in page


def test_more_rows_are_given_without_a_script(project, cast, client_of):
    path = f"/projects/{project.pk}/enter/contract/"
    answer = client_of(cast.reporter).post(path, typed() | {"form_more": "instalment"})
    assert answer.status_code == 200 and not Contract.objects.exists()
    page = answer.content.decode()
    assert 'name="instalment-5-condition"' in page and "开工" in page and "left" in page


def test_a_contract_is_put_right_with_its_instalments(entered, cast, client_of):
    """One is lowered while another is raised, and both while the amount falls."""
    first, second, third = entered.instalments.order_by("position")
    rows = [
        FIRST | {"id": first.pk, "amount": "6"},
        SECOND | {"id": second.pk, "amount": "2"},
        RETAINED | {"id": third.pk, "DELETE": "on"},
    ]
    path = f"/entries/contract/{entered.pk}/edit/"
    client = client_of(cast.reporter)
    answer = client.post(path, typed(rows, 3, amount="8"))
    assert "Say below why" in " ".join(
        map(str, answer.context["form"].bound_parts[0].non_form_errors())
    )
    answer = client.post(path, typed(rows, 3, amount="8", why_struck="不留质保金"))
    assert answer.status_code == 302
    entered.refresh_from_db()
    assert entered.amount == 80000
    assert rows_of(entered) == [(1, "开工", 60000), (2, "竣工", 20000)]
    third.refresh_from_db()
    assert (third.struck_by, third.struck_reason) == (cast.reporter, "不留质保金")
    page = client.get(f"/projects/{entered.project_id}/").content.decode()
    assert "不留质保金" in page


def test_what_was_paid_by_a_contract_is_refused_beside_its_field(make, entered, cast, client_of):
    first = entered.instalments.get(position=1)
    line = make.line(project=entered.project, amount="50000.00")
    make.approved_payment(line, "40000.00", instalment=first)
    client, rows = client_of(cast.reporter), entered.instalments.order_by("position")
    known = [{"id": one.pk} for one in rows]
    path = f"/entries/contract/{entered.pk}/edit/"
    all_rows = [one | key for one, key in zip((FIRST, SECOND, RETAINED), known, strict=True)]
    form = client.post(path, typed(all_rows, 3, contractor="别的公司")).context["form"]
    assert "its contractor stays" in form.errors["contractor"][0]
    form = client.post(path, typed(all_rows[:1], 1, amount="3")).context["form"]
    assert "Payments of ¥40,000.00" in form.errors["amount"][0]
    lowered = [FIRST | known[0] | {"amount": "3"}, *all_rows[1:]]
    (rows,) = client.post(path, typed(lowered, 3)).context["form"].bound_parts
    assert "approved for this instalment" in rows.forms[0].errors["amount"][0]
    removed = [FIRST | known[0] | {"DELETE": "on"}, *all_rows[1:]]
    (rows,) = client.post(path, typed(removed, 3, why_struck="x")).context["form"].bound_parts
    assert "Payments name this instalment" in rows.non_form_errors()[0]
    answer = client.post(f"/entries/contract/{entered.pk}/strike/", {"reason": "x"})
    assert "Payments name this" in answer.content.decode()
    entered.refresh_from_db()
    assert entered.struck_at is None and len(rows_of(entered)) == 3


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"number": "合同 0"}, "number", "of this number already"),
        ({"retention_until": ""}, "retention_until", "until when"),
        ({"retention_until": "2010-04-09"}, "retention_until", "cannot be before “signed on”"),
        ({"retention_percent": "101"}, "retention_percent", "less than or equal to 100"),
        ({"ends_on": "2010-04-09"}, "ends_on", "cannot be before “signed on”"),
        ({"signed_on": "2999-01-01"}, "signed_on", "after today"),
        ({"budget": "design"}, "budget", "not one of"),
    ],
)
def test_a_bad_contract_is_refused(make, project, cast, client_of, changes, field, says):
    make.contract(project, number="合同 0")
    path = f"/projects/{project.pk}/enter/contract/"
    form = client_of(cast.reporter).post(path, typed(**changes)).context["form"]
    assert set(form.errors) == {field} and says in " ".join(form.errors[field])


def test_retention_money_is_met_after_its_term(entered, cast, client_of):
    retained = entered.instalments.get(is_retention=True)
    client = client_of(cast.reporter)
    path = f"/entries/instalment/{retained.pk}/follow-up/"
    form = client.post(path, {"met_on": "2011-09-30"}).context["form"]
    assert "not due before 1 October 2011" in form.errors["met_on"][0]
    assert client.post(path, {"met_on": "2011-10-01"}).status_code == 302
    assert client.post(path, {"met_on": "2011-10-02"}).status_code == 302  # put right is possible


def test_a_later_instalment_fits_what_is_left(entered, cast, client_of):
    path = f"/projects/{entered.project_id}/enter/instalment/?contract={entered.pk}"
    values = {"contract": entered.pk, "condition": "加项", "amount": "0.01"}
    form = client_of(cast.reporter).post(path, values).context["form"]
    assert "has ¥0.00 left for instalments" in form.errors["amount"][0]


# -- the page of the project ----------------------------------------------------------------------


def test_the_page_says_what_each_budget_line_has_left(make, cast, client_of, entered):
    project = entered.project
    line = make.line(project=project, amount="90000.00")
    first = entered.instalments.get(position=1)
    make.paid_payment(line, "30000.00", instalment=first)
    make.approved_payment(line, "10000.00", instalment=first)
    make.payment(line, "7000.00", budget="works")
    context = client_of(cast.officer).get(f"/projects/{project.pk}/").context
    (works,) = context["budget"].rows
    use = works.use
    assert (works.agreed, works.by_contract) == (project.agreed_amount, 100000)
    assert (use.requested, use.approved, use.paid) == (7000, 10000, 30000)
    assert works.left == project.agreed_amount - 100000
    (city,) = context["sources"].aid
    assert (city.planned, city.came, city.paid) == (project.agreed_amount, 90000, 30000)


def test_a_passed_budget_line_is_below_zero(make, project, cast, client_of):
    make.contract(project, amount="700000.00", budget="works")
    page = client_of(cast.officer).get(f"/projects/{project.pk}/")
    assert page.context["budget"].total.left == -2500
    assert 'class="n passed"' in page.content.decode()


def test_what_came_from_the_county_is_never_added_to_aid(make, cast, client_of, project):
    make.contribution(project=project, amount="5000.00")
    make.contribution(project=project, source="labour", what="120 工日", amount="6000.00")
    sources = client_of(cast.officer).get(f"/projects/{project.pk}/").context["sources"]
    assert sources.aid_total.came == 0
    assert [(row.came, row.is_cash) for row in sources.local] == [(5000, True), (6000, False)]


def test_the_page_costs_the_same_with_more_contracts_and_remittances(
    make, cast, client_of, project
):
    def queries() -> int:
        client = client_of(cast.officer)
        with CaptureQueriesContext(connection) as found:
            assert client.get(f"/projects/{project.pk}/").status_code == 200
        return len(found)

    def fill(count: int) -> None:
        for _each in range(count):
            contract = make.contract(project)
            make.instalment(contract)
            make.instalment(contract)
            remittance = make.remittance(project=project)
            make.hop(remittance, "city")
            make.hop(remittance, "county")
            make.contribution(project=project)

    fill(2)
    queries()
    few = queries()
    fill(8)
    assert queries() == few


# -- requests for payment -------------------------------------------------------------------------


def test_a_request_begins_with_its_contract(make, entered, cast, client_of):
    line = make.line(project=entered.project, amount="90000.00")
    client = client_of(cast.officer)
    page = client.get(f"/projects/{entered.project_id}/").content.decode()
    assert f"/payments/new/?contract={entered.pk}" in page
    first = entered.instalments.get(position=1)
    assert f"/payments/new/?instalment={first.pk}" in page
    form = client.get(f"/payments/new/?contract={entered.pk}").context["form"]
    shown = {name: form[name].value() for name in ("fund", "contract", "instalment", "budget")}
    assert shown == {
        "fund": line.fund_id,
        "contract": entered.pk,
        "instalment": first.pk,
        "budget": "works",
    }
    assert form["payee"].value() == entered.contractor
    assert form["amount"].value() == Decimal("40000.00")
    choices = " ".join(str(label) for _key, label in form.fields["instalment"].choices)
    assert "¥40,000.00 left" in choices and "condition not met" in choices


def test_without_a_script_the_contract_fills_what_is_left_open(make, entered, cast, client_of):
    line = make.line(project=entered.project, amount="90000.00")
    first = entered.instalments.get(position=1)
    data = {
        "project": entered.project.number,
        "fund": line.fund_id,
        "instalment": first.pk,
        "requested_on": "2010-05-01",
        "purpose_zh": "首付",
    }
    answer = client_of(cast.officer).post("/payments/new/", data)
    assert answer.status_code == 302, answer.context["form"].errors
    payment = Payment.objects.get()
    assert (payment.contract, payment.instalment, payment.budget) == (entered, first, "works")
    assert (payment.payee, payment.amount) == (entered.contractor, 40000)


@pytest.mark.parametrize("path", ["/payments/new/", "/admin/projects/payment/add/"])
def test_a_request_past_its_contract_is_refused_beside_its_field(
    make, entered, cast, client_of, path
):
    fund = make.filled_fund("200000.00")
    line = make.line(project=entered.project, fund=fund, amount="200000.00")
    other = make.contract(make.project_under_way())
    first = entered.instalments.get(position=1)
    data = {
        "project": entered.project.number,
        "fund": line.fund_id,
        "contract": entered.pk,
        "amount": "100000.01",
        "requested_on": "2010-05-01",
        "purpose_zh": "首付",
        "payee": entered.contractor,
    }
    client = client_of(cast.officer)
    for changes, field, says in (
        ({}, "amount", "contract has ¥100,000.00 left"),
        ({"instalment": first.pk, "amount": "40000.01"}, "amount", "has ¥40,000.00 left"),
        ({"amount": "1", "payee": "张三"}, "payee", "goes to its contractor"),
        ({"amount": "1", "contract": other.pk}, "contract", "not one of"),
    ):
        errors = form_of(client.post(path, data | changes)).errors
        assert set(errors) == {field} and says in " ".join(errors[field]), errors


def test_a_request_for_what_is_not_due_is_warned_of(make, entered, cast, client_of):
    make.line(project=entered.project)
    second = entered.instalments.get(position=2)
    page = client_of(cast.officer).get(f"/payments/new/?instalment={second.pk}").content.decode()
    assert "not met yet: 竣工" in page


# -- the return of a surplus ----------------------------------------------------------------------


def test_a_surplus_is_proposed_from_the_project(make, cast, client_of):
    line = make.line(amount="1000.00")
    client = client_of(cast.officer)
    page = client.get(f"/projects/{line.project_id}/").content.decode()
    assert f"/surpluses/new/?line={line.pk}" in page
    form = client.get(f"/surpluses/new/?line={line.pk}").context["form"]
    assert "¥1,000.00 left" in str(form["fund"]) and "¥1,000.00 unspent" in str(form["allocation"])
    data = {
        "project": line.project.number,
        "fund": line.fund_id,
        "amount": "400",
        "returned_on": "2010-10-01",
        "reason": "结余",
    }
    form = client.post("/surpluses/new/", data | {"amount": "1000.01"}).context["form"]
    assert form.errors == {
        "amount": ["Only ¥1,000.00 can go back; a return of ¥1,000.01 is more than that."]
    }
    assert client.post("/surpluses/new/", data).status_code == 302
    surplus = line.surpluses.get()
    assert (surplus.amount, surplus.created_by) == (400, cast.officer)
    assert client.get(f"/surpluses/{surplus.pk}/edit/").status_code == 200


@pytest.mark.parametrize("path", ["/surpluses/new/", "/admin/projects/surplus/add/"])
def test_bound_money_goes_back_by_its_allocation_alone(make, cast, client_of, path):
    programme, project = make.programme(), make.project_under_way()
    make.posted_gift("10000.00", programme=programme, project=project)
    make.posted_gift("1000.00", programme=programme)
    allocation = make.posted_allocation(programme.fund, project, "1000.00")
    other = make.posted_allocation()
    data = {
        "project": project.number,
        "fund": programme.fund_id,
        "amount": "400",
        "returned_on": "2010-10-01",
        "reason": "结余",
    }
    client = client_of(cast.officer)
    errors = form_of(client.post(path, data)).errors
    assert set(errors) == {"allocation"} and "Givers have bound" in errors["allocation"][0]
    errors = form_of(client.post(path, data | {"allocation": other.pk})).errors
    assert set(errors) == {"allocation"}
    assert client.post(path, data | {"allocation": allocation.pk}).status_code == 302


# -- money on its way -----------------------------------------------------------------------------


@pytest.fixture
def remittance(make, project):
    return make.remittance(project=project, amount="1000.00", sent_on=date(2010, 4, 1))


def hop_form(client_of, who, remittance):
    path = f"/projects/{remittance.project_id}/enter/hop/?remittance={remittance.pk}"
    return client_of(who).get(path).context["form"]


def test_the_next_place_and_amount_stand_ready(make, remittance, cast, client_of):
    form = hop_form(client_of, cast.finance, remittance)
    assert (form["place"].value(), form["amount"].value()) == ("city", Decimal("1000.00"))
    make.hop(remittance, "city")
    make.hop(remittance, "prefecture", arrived_on=date(2010, 4, 9), amount="900.00")
    form = hop_form(client_of, cast.reporter, remittance)
    assert (form["place"].value(), form["amount"].value()) == ("county", Decimal("900.00"))
    assert hop_form(client_of, cast.reviewer, remittance)["place"].value() == "province"


@pytest.mark.parametrize(
    ("who", "places"),
    [
        ("finance", ["city"]),
        ("officer", ["city"]),
        ("reviewer", ["province", "prefecture"]),
        ("reporter", ["county", "contractor"]),
    ],
)
def test_each_role_says_for_its_own_places_that_money_arrived(
    remittance, cast, client_of, who, places
):
    user = getattr(cast, who)
    form = hop_form(client_of, user, remittance)
    assert [key for key, _label in form.fields["place"].choices if key] == places
    path = f"/projects/{remittance.project_id}/enter/hop/"
    data = {"remittance": remittance.pk, "arrived_on": "2010-04-02", "amount": "1000"}
    admin = {"project": remittance.project.number}
    for place, _label in Hop.Place.choices:
        if place in places:
            continue
        for errors in (
            client_of(user).post(path, data | {"place": place}).context["form"].errors,
            form_of(
                client_of(user).post("/admin/projects/hop/add/", data | admin | {"place": place})
            ).errors,
        ):
            assert errors == {
                "place": ["It is for the other side to say that the money arrived there."]
            }
    assert client_of(user).post(path, data | {"place": places[0]}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"arrived_on": "2010-04-04"}, "arrived_on", "left the place before on 5 April 2010"),
        ({"amount": "950.01"}, "amount", "Only ¥950.00 left the place before"),
        ({"place": "prefecture"}, "place", "for the other side"),
        ({"amount": "0"}, "amount", "more than zero"),
        ({"arrived_on": "2999-01-01"}, "arrived_on", "after today"),
    ],
)
def test_a_bad_arrival_is_refused(make, remittance, cast, client_of, changes, field, says):
    make.hop(remittance, "prefecture", arrived_on=date(2010, 4, 5), amount="950.00")
    path = f"/projects/{remittance.project_id}/enter/hop/"
    data = {
        "remittance": remittance.pk,
        "place": "county",
        "arrived_on": "2010-04-06",
        "amount": "950",
    }
    errors = client_of(cast.reporter).post(path, data | changes).context["form"].errors
    assert set(errors) == {field} and says in " ".join(errors[field])


def test_the_way_says_where_the_money_stands_and_what_was_kept(make, remittance, cast, client_of):
    make.hop(remittance, "city", arrived_on=date(2010, 4, 2))
    make.hop(remittance, "prefecture", arrived_on=date(2010, 4, 20), amount="900.00")
    page = client_of(cast.reporter).get(f"/projects/{remittance.project_id}/").content.decode()
    assert "prefecture since 20 April 2010" in page and "¥100.00</span> kept back" in page
    assert "after 18 days" in page
    assert f"/enter/hop/?remittance={remittance.pk}" in page
    officer = client_of(cast.officer).get(f"/projects/{remittance.project_id}/").content.decode()
    assert "/enter/hop/" not in officer  # the city has said so already


def test_a_remittance_sends_what_its_allocation_has_left(make, cast, client_of):
    allocation = make.posted_allocation(amount="1000.00")
    make.remittance(allocation=allocation, amount="700.00")
    path = f"/projects/{allocation.project_id}/enter/remittance/"
    client = client_of(cast.finance)
    assert "¥300.00 not sent yet" in client.get(path).content.decode()
    data = {"allocation": allocation.number, "amount": "300.01", "sent_on": "2010-05-01"}
    errors = client.post(path, data).context["form"].errors
    assert "¥300.00 that is not yet sent" in errors["amount"][0]
    assert client.post(path, data | {"amount": "300"}).status_code == 302


def test_a_remittance_with_hops_is_not_struck_out(make, remittance, cast, client_of):
    make.hop(remittance, "county")
    path = f"/entries/remittance/{remittance.pk}/strike/"
    answer = client_of(cast.finance).post(path, {"reason": "x"})
    assert answer.status_code == 422 and "Strike out its hops first" in answer.content.decode()
    remittance.refresh_from_db()
    assert remittance.struck_at is None and remittance.hops.get().struck_at is None


def test_labour_is_entered_with_what_it_was(project, cast, client_of):
    path = f"/projects/{project.pk}/enter/contribution/"
    data = {"source": "labour", "amount": "6000", "came_on": "2010-05-01"}
    errors = client_of(cast.reporter).post(path, data).context["form"].errors
    assert set(errors) == {"what"}


def test_more_instalments_cost_the_payment_form_no_more_queries(make, cast, client_of):
    project = make.line().project
    contract = make.contract(project, amount="600.00")
    client, url = client_of(cast.officer), f"/payments/new/?contract={contract.pk}"
    counts = []
    for places in ((1,), (2, 3, 4, 5)):
        for place in places:
            contract.instalments.create(
                project=project,
                position=place,
                condition="主体完工",
                amount="10.00",
                created_by=cast.reporter,
            )
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1] and page.content.decode().count("10.00 left") >= 5


def test_another_project_brings_its_own_funds_and_contracts(make, cast, client_of):
    contract = make.contract(make.line().project)
    other = make.contract(make.line().project)
    url = f"/payments/new/?project={other.project.number}"
    form = client_of(cast.officer).get(url, headers={"HX-Request": "true"}).context["form"]
    assert list(form.fields["contract"].queryset) == [other] != [contract]
    assert form.fields["fund"].queryset.count() == 1
