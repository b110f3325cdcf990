"""The pages of givers behind a payment, of donors, programmes and goods."""

from datetime import date
from decimal import Decimal

import pytest

from donations.models import Donor, GoodsGift, Programme
from ledger import money as ledger
from tests.test_gift_pages import errors_of, queries_of

# -- payment to givers ----------------------------------------------------------------------------


def test_the_givers_of_a_payment_are_named_to_those_who_may_read_gifts(make, cast, client_of):
    project = make.project_under_way()
    programme = make.programme()
    gift = make.posted_gift("300.00", programme=programme, project=project)
    make.posted_gift("300.00", programme=programme, project=project)
    payment = make.paid_payment(project.lines.get(), "400.00")
    response = client_of(cast.finance).get(f"/payments/{payment.pk}/givers/")
    page = response.content.decode()
    assert gift.receipt_number in page and "400.00" in page
    assert [row.amount for row in response.context["rows"]] == [
        Decimal("300.00"),
        Decimal("100.00"),
    ]
    assert client_of(cast.reporter).get(f"/payments/{payment.pk}/givers/").status_code == 403
    assert client_of(cast.stranger).get(f"/payments/{payment.pk}/givers/").status_code == 404


def test_the_givers_come_as_a_panel_in_pages_at_the_same_cost(make, cast, client_of):
    project = make.project_under_way()
    programme = make.programme()
    client = client_of(cast.finance)
    for _gift in range(3):
        make.posted_gift("10.00", programme=programme, project=project)
    few_paid = make.paid_payment(project.lines.get(), "30.00")
    for _gift in range(31):
        make.posted_gift("10.00", programme=programme, project=project)
    many_paid = make.paid_payment(project.lines.get(), "310.00")
    few = queries_of(client, f"/payments/{few_paid.pk}/givers/")
    assert queries_of(client, f"/payments/{many_paid.pk}/givers/") == few
    panel = client.get(f"/payments/{many_paid.pk}/givers/?page=2", headers={"HX-Request": "true"})
    assert "<html" not in panel.content.decode() and len(panel.context["rows"]) == 1


def test_money_whose_giver_the_reader_may_not_read_is_counted_and_not_named(make, cast, client_of):
    programme = make.programme()
    make.posted_gift("100.00", programme=programme)
    payment = make.paid_payment(make.line("100.00", fund=programme.fund), "40.00")
    cast.officer2.office = make.office("nb-jiangbei")
    cast.officer2.save()
    page = client_of(cast.officer2).get(f"/payments/{payment.pk}/givers/").content.decode()
    assert "Money of another office" in page and "40.00" in page


# -- donors, programmes, goods --------------------------------------------------------------------


def test_a_donor_is_entered_edited_and_shown_with_the_gifts(make, cast, client_of):
    client = client_of(cast.clerk)
    data = {"name_zh": "王小明", "kind": "person", "custodian": make.office("nb-charity").pk}
    assert "Enter the day" in errors_of(
        client.post("/donors/new/", data | {"has_name_consent": "on"})
    )
    assert client.post("/donors/new/", data).status_code == 302
    donor = Donor.objects.get(name_zh="王小明")
    make.posted_gift("70.00", donor=donor)
    make.goods(donor=donor)
    page = client.get(f"/donors/{donor.pk}/").content.decode()
    assert "NB-2010-000001" in page and "¥70.00" in page and "Bottled water" in page
    assert client.post(f"/donors/{donor.pk}/edit/", data | {"phone": "0574-1"}).status_code == 302


def test_a_programme_takes_a_fund_of_the_own_scope_that_has_none(make, cast, client_of):
    client = client_of(cast.clerk)
    fund, foreign = make.fund(), make.fund(custodian=make.office("nb"))
    data = {
        "name_zh": "温暖午餐",
        "name_en": "Warm lunch",
        "kind": "programme",
        "about_zh": "午餐",
        "starts_on": "2010-01-01",
        "ends_on": "2030-12-31",
        "is_public": "on",
    }
    assert "valid choice" in errors_of(client.post("/programmes/new/", data | {"fund": foreign.pk}))
    assert client.post("/programmes/new/", data | {"fund": fund.pk}).status_code == 302
    programme = Programme.objects.get()
    assert programme.key == "warm-lunch" and programme.fund == fund
    assert "valid choice" in errors_of(client.post("/programmes/new/", data | {"fund": fund.pk}))
    late = data | {"fund": make.fund().pk, "ends_on": "2009-01-01"}
    assert "before the first" in errors_of(client.post("/programmes/new/", late))


def test_a_programme_shows_what_came_in_and_where_it_is(make, cast, client_of):
    programme = make.programme()
    project = make.project_under_way()
    make.posted_gift("1000.00", programme=programme)
    make.posted_gift("200.00", programme=programme, project=project)
    make.posted_allocation(programme.fund, project, "500.00")
    make.paid_payment(project.lines.get(), "300.00")
    shown = client_of(cast.clerk).get(f"/programmes/{programme.pk}/").context
    record = shown["record"]
    assert record.income_amount == Decimal("1200.00") and record.paid_amount == Decimal("300.00")
    assert record.set_aside_amount == Decimal("400.00")
    assert record.free_amount == Decimal("500.00")
    (line,) = shown["lines"]
    assert (line["received"], line["paid"], line["kept"]) == (
        Decimal("700.00"),
        Decimal("300.00"),
        Decimal("400.00"),
    )


def goods(make, **changes) -> dict[str, object]:
    return {
        "donor": make.donor().number,
        "programme": make.programme().pk,
        "goods_zh": "大米",
        "quantity": "２．５",
        "unit": "吨",
        "basis": "invoice",
        "value_amount": "1.2",
        "value_amount_unit": "wan",
        "received_on": "2010-03-18",
    } | changes


@pytest.mark.parametrize("text", ["NaN", "-1", "0", "1.005", "9" * 40, "<b>", "\x00"])
@pytest.mark.parametrize("address", ["/goods/new/", "/admin/donations/goodsgift/add/"])
def test_a_bad_quantity_of_goods_is_refused_in_words(make, cast, client_of, address, text):
    response = client_of(cast.clerk).post(address, goods(make, quantity=text))
    assert response.status_code in (200, 422) and not GoodsGift.objects.exists()
    assert "quantity" in (response.context.get("form") or response.context["adminform"].form).errors


def test_goods_are_entered_confirmed_and_never_added_to_cash(make, cast, client_of):
    assert client_of(cast.clerk).post("/goods/new/", goods(make)).status_code == 302
    gift = GoodsGift.objects.get()
    assert (gift.quantity, gift.value_amount) == (Decimal("2.5"), Decimal("12000.00"))
    assert client_of(cast.clerk2).post(f"/goods/{gift.pk}/move/confirm/").status_code == 403
    client = client_of(cast.finance)
    assert client.post(f"/goods/{gift.pk}/move/confirm/", {"note": ""}).status_code == 302
    response = client.get("/goods/")
    assert response.context["totals"] is None and "大米" in response.content.decode()
    assert client.get(f"/programmes/{gift.programme_id}/").context["record"].income_amount == 0


def test_a_value_needs_a_basis_and_a_basis_a_value(make, cast, client_of):
    client = client_of(cast.clerk)
    assert "Enter the value" in errors_of(client.post("/goods/new/", goods(make, value_amount="")))
    unvalued = goods(make, basis="not_valued")
    assert "have no value" in errors_of(client.post("/goods/new/", unvalued))
    assert client.post("/goods/new/", unvalued | {"value_amount": ""}).status_code == 302


@pytest.mark.usefixtures("without_records")
def test_a_gift_taken_back_is_told_on_its_page(make, cast, client_of):
    gift = make.posted_gift("100.00")
    ledger.take_back(
        gift.movement,
        gift.programme.fund.pool.gone,
        Decimal("40.00"),
        kind="refund",
        substitute=False,
        voucher="refund:1",
        on=date(2010, 4, 1),
        by=cast.finance,
    )
    page = client_of(cast.clerk).get(f"/gifts/{gift.pk}/").content.decode()
    assert "Went back to the giver" in page and "refund:1" in page
