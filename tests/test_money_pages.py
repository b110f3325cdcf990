"""The pages of allocations, payments and appropriations, and the same in the admin."""

from decimal import Decimal

import pytest

from projects.models import Allocation, Appropriation, Payment


def rows_of(client, path: str) -> list:
    return list(client.get(path).context["records"])


# -- lists ----------------------------------------------------------------------------------------


def test_money_is_filtered_by_fund_project_state_year_and_kind(make, cast, client_of):
    public = make.filled_fund(kind="public", custodian=make.office())
    project = make.project_under_way(is_drought_relief=True)
    payment = make.paid_payment(line=make.line(fund=public, project=project), voucher="0830-02")
    make.payment()
    client = client_of(cast.officer)
    for query in (
        f"fund={public.pk}",
        f"project={project.number.lower()}",
        "state=paid",
        "money=public",
        "relief=yes",
        "q=0830-02",
        "q=0830",
        f"q={payment.number}",
    ):
        assert rows_of(client, f"/payments/?{query}") == [payment], query
    assert rows_of(client, "/payments/?year=2010") == [payment]
    assert rows_of(client, "/payments/?year=2009") == []
    allocations = rows_of(client, f"/allocations/?money=public&project={project.number}")
    assert [row.project for row in allocations] == [project]


def test_relief_grants_are_filtered(make, cast, client_of):
    grant = make.appropriation(relief_for=make.place("522300"))
    make.appropriation()
    client = client_of(cast.officer)
    assert rows_of(client, "/appropriations/?relief=yes") == [grant]
    assert len(rows_of(client, "/appropriations/?relief=no")) == 1


# -- asking for money -----------------------------------------------------------------------------


def test_a_project_page_offers_money_to_those_who_may(make, cast, client_of):
    line = make.line()
    path = f"/projects/{line.project_id}/"
    officer = client_of(cast.officer).get(path).content.decode()
    assert f"/allocations/new/?project={line.project_id}" in officer
    assert f"/payments/new/?line={line.pk}" in officer
    reporter = client_of(cast.reporter).get(path).content.decode()
    assert "/allocations/new/" not in reporter and "/payments/new/" not in reporter
    draft = make.project()
    page = client_of(cast.officer).get(f"/projects/{draft.pk}/").content.decode()
    assert "/allocations/new/" not in page


def test_an_allocation_is_proposed_from_a_project(make, cast, client_of):
    project, fund = make.project_under_way(), make.filled_fund()
    client = client_of(cast.officer)
    page = client.get(f"/allocations/new/?project={project.pk}")
    assert f'value="{project.number}"' in page.content.decode()
    data = {
        "project": f" {project.number.lower()} ",
        "fund": fund.pk,
        "amount": "1.2",
        "amount_unit": "wan",
        "allocated_on": "2010-04-01",
        "note": "",
    }
    assert client.post("/allocations/new/", data).status_code == 302
    allocation = Allocation.objects.get()
    assert allocation.amount == Decimal("12000.00") and allocation.project == project
    edit = f"/allocations/{allocation.pk}/edit/"
    assert f'value="{project.number}"' in client.get(edit).content.decode()
    assert client.post(edit, data | {"amount": "1.3"}).status_code == 302
    allocation.refresh_from_db()
    assert allocation.amount == Decimal("13000.00")


def test_the_funds_to_choose_from_say_what_they_hold(make, cast, client_of):
    project, other = make.project_under_way(), make.fund(project_types=["relief"])
    fund = make.filled_fund()
    client = client_of(cast.officer)
    page = client.get(f"/allocations/new/?project={project.pk}").content.decode()
    assert f"{fund} · holds ¥100,000.00" in page
    assert f"{other} · not for this kind of project" in page
    line = make.line(fund=fund, project=project)
    page = client.get(f"/payments/new/?line={line.pk}").content.decode()
    assert f'<option value="{fund.pk}" selected' in page
    assert f'<option value="{other.pk}"' not in page


def test_whoever_decides_on_money_sees_how_much(make, cast, client_of):
    allocation = make.allocation()
    page = client_of(cast.approver).get(f"/allocations/{allocation.pk}/move/approve/")
    assert "¥1,000.00" in page.content.decode()
    assert str(allocation.project) in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"amount": "100000.01"}, "amount", "The fund holds ¥100,000.00"),
        ({"amount": "-1"}, "amount", "more than zero"),
        ({"project": "P-2010-9999"}, "project", "There is no P-2010-9999"),
        ({"project": "P\x00"}, "project", "control character"),
        ({"project": ""}, "project", "required"),
        ({"fund": "0"}, "fund", "not one of"),
        ({"allocated_on": "2999-01-01"}, "allocated_on", "after today"),
        ({"note": "字" * 301}, "note", "it has 301"),
    ],
)
@pytest.mark.parametrize("path", ["/allocations/new/", "/admin/projects/allocation/add/"])
def test_a_bad_allocation_is_refused(make, cast, client_of, path, changes, field, says):
    data = {
        "project": make.project_under_way().number,
        "fund": make.filled_fund().pk,
        "amount": "1000",
        "amount_unit": "yuan",
        "allocated_on": "2010-04-01",
    }
    answer = client_of(cast.officer).post(path, data | changes)
    context = answer.context
    form = context["adminform"].form if "adminform" in context else context["form"]
    assert set(form.errors) == {field} and says in " ".join(form.errors[field])


def test_an_allocation_to_a_draft_is_refused_at_the_project(make, cast, client_of):
    data = {
        "project": make.project().number,
        "fund": make.filled_fund().pk,
        "amount": "1000",
        "allocated_on": "2010-04-01",
    }
    form = client_of(cast.officer).post("/allocations/new/", data).context["form"]
    assert form.errors == {"project": ["The project is not approved yet."]}


@pytest.fixture
def request_of(make):
    """What an officer types for a payment from a line that holds 1,000 yuan."""
    line = make.line(amount="1000.00")
    return {
        "project": line.project.number,
        "fund": line.fund_id,
        "amount": "400",
        "amount_unit": "yuan",
        "requested_on": "2010-04-26",
        "payee": "册亨县水利施工队",
        "purpose_zh": "管材",
        "purpose_en": "Pipes",
    }


@pytest.mark.parametrize("path", ["/payments/new/", "/admin/projects/payment/add/"])
def test_a_payment_is_requested(request_of, cast, client_of, path):
    assert client_of(cast.officer).post(path, request_of).status_code == 302
    payment = Payment.objects.get()
    assert payment.status == "requested" and payment.created_by == cast.officer
    assert payment.line.project.number == request_of["project"]


@pytest.mark.parametrize("path", ["/payments/new/", "/admin/projects/payment/add/"])
@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"amount": "1000.01"}, "amount", "The line holds ¥1,000.00; a payment of ¥1,000.01"),
        ({"amount": "0.001"}, "amount", "two decimals"),
        ({"payee": "队\x00"}, "payee", "control character"),
        ({"purpose_zh": ""}, "purpose_zh", "required"),
        ({"requested_on": "2999-01-01"}, "requested_on", "after today"),
        ({"project": "P-1"}, "project", "There is no P-1"),
    ],
)
def test_a_bad_request_is_refused(request_of, cast, client_of, path, changes, field, says):
    answer = client_of(cast.officer).post(path, request_of | changes)
    context = answer.context
    form = context["adminform"].form if "adminform" in context else context["form"]
    assert set(form.errors) == {field} and says in " ".join(form.errors[field])
    assert not Payment.objects.exists()


def test_a_payment_needs_money_of_the_fund(make, request_of, cast, client_of):
    other = request_of | {"fund": make.filled_fund().pk}
    form = client_of(cast.officer).post("/payments/new/", other).context["form"]
    assert form.errors == {"fund": ["The project has no money from this fund yet."]}


def test_a_voucher_pays_once(make, cast, client_of):
    make.paid_payment(voucher="0426-01")
    payment = make.approved_payment()
    typed = {"voucher": "0426-01", "paid_on": "2010-04-27"}
    path = f"/payments/{payment.pk}/move/pay/"
    answer = client_of(cast.finance).post(path, typed)
    assert answer.status_code == 409 and "Somebody has saved the same" in answer.content.decode()


def test_a_requested_payment_is_edited_and_an_approved_one_not(make, cast, client_of):
    payment = make.payment()
    client = client_of(cast.officer)
    path = f"/payments/{payment.pk}/edit/"
    form = client.get(path).context["form"]
    assert form["project"].value() == payment.line.project.number
    data = {name: form[name].value() or "" for name in form.fields} | {"amount": "500"}
    assert client.post(path, data).status_code == 302
    client_of(cast.approver).post(f"/payments/{payment.pk}/move/approve/")
    answer = client.post(path, data | {"amount": "600"})
    assert answer.status_code == 422 and "cannot be changed" in answer.content.decode()
    payment.refresh_from_db()
    assert payment.amount == Decimal("500.00")


def test_an_appropriation_is_recorded_for_a_public_fund(make, cast, client_of):
    public, donated = make.fund(kind="public", custodian=make.office()), make.fund()
    data = {
        "fund": public.pk,
        "source": make.office().pk,
        "amount": "200",
        "amount_unit": "wan",
        "document": "甬财〔2010〕17号",
        "received_on": "2010-04-01",
        "relief_for": make.place("522300").pk,
    }
    client = client_of(cast.officer)
    form = client.post("/appropriations/new/", data | {"fund": donated.pk}).context["form"]
    assert set(form.errors) == {"fund"}
    assert client.post("/appropriations/new/", data).status_code == 302
    assert Appropriation.objects.get().amount == Decimal("2000000.00")
    form = client.post("/appropriations/new/", data).context["form"]
    assert form.errors == {"document": ["An appropriation with this document exists already."]}


def test_a_preset_of_what_one_may_not_read_is_left_out(make, cast, client_of):
    line = make.line()
    cast.stranger.groups.set(cast.officer.groups.all())
    client = client_of(cast.stranger)
    for query in (f"line={line.pk}", f"project={line.project_id}", "line=x", f"line={'9' * 30}"):
        page = client.get(f"/payments/new/?{query}")
        assert page.status_code == 200
        assert line.project.number not in page.content.decode()
