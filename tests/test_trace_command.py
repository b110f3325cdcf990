"""`manage.py trace`: a gift to its payments and a payment to its givers, as text and as JSON."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.workflow import perform
from ledger import money as ledger


def trace(number: str, *options: str) -> str:
    out = StringIO()
    call_command("trace", number, *options, stdout=out)
    return out.getvalue()


def told(number: str) -> dict:
    return json.loads(trace(number, "--json"))


@pytest.fixture
def way(make):
    """A gift of ¥100.00, of which ¥70.70 were allocated and ¥33.33 paid."""
    gift = make.posted_gift("100.00")
    project = make.project_under_way()
    make.posted_allocation(gift.programme.fund, project, "70.70")
    payment = make.paid_payment(project.lines.get(), "33.33")
    return gift, project, payment


def test_a_gift_is_traced_by_receipt_and_by_own_number(way):
    gift, project, payment = way
    for number in (gift.receipt_number, gift.number):
        trace_of_gift = told(number)
        assert trace_of_gift["kind"] == "gift" and trace_of_gift["amount"] == "100.00"
        assert trace_of_gift["sum"] == "100.00"
        assert [trace_of_gift[name] for name in ("paid", "promised", "unspent", "refunded")] == [
            "33.33",
            "37.37",
            "29.30",
            "0.00",
        ]
    (fund,) = trace_of_gift["funds"]
    (part,) = fund["projects"]
    assert part["number"] == project.number and part["county"] == "Ceheng County"
    (paid,) = part["payments"]
    assert paid["voucher"] == payment.voucher and paid["paid_on"] == "2010-04-26"
    assert paid["amount"] == "33.33" and paid["share"] == "100.00"


def test_the_text_of_a_gift_adds_up(way):
    gift, project, payment = way
    text = trace(gift.receipt_number)
    for part in (project.number, payment.voucher, "33.33", "37.37", "29.30"):
        assert part in text
    assert text.strip().splitlines()[-1].split()[-1] == "100.00"


def test_a_payment_is_traced_by_number_and_by_voucher(way, make):
    gift, project, payment = way
    for number in (payment.number, payment.voucher):
        trace_of_payment = told(number)
        assert trace_of_payment["kind"] == "payment"
        assert trace_of_payment["sum"] == trace_of_payment["amount"] == "33.33"
    (giver,) = trace_of_payment["givers"]
    assert giver["receipt_number"] == gift.receipt_number and giver["amount"] == "33.33"
    assert gift.receipt_number in trace(payment.number)


@pytest.mark.usefixtures("without_records")
def test_public_money_is_named_by_its_document(make, cast):
    appropriation = make.appropriation(amount=Decimal("500.00"))
    ledger.receive(
        appropriation.fund.pool,
        Decimal("1.00"),
        kind="appropriation",
        voucher="test:unknown",
        on=date(2010, 1, 1),
        by=cast.finance,
    )
    posted = perform(appropriation, "confirm", by=cast.finance)
    project = make.project_under_way()
    make.posted_allocation(posted.fund, project, "300.00")
    payment = make.paid_payment(project.lines.get(), "200.00")
    givers = told(payment.voucher)["givers"]
    assert {giver.get("document") for giver in givers} == {None, appropriation.document}
    assert sum(Decimal(giver["amount"]) for giver in givers) == Decimal("200.00")


@pytest.mark.usefixtures("without_records")
def test_refunds_and_reversals_stand_in_the_sums(way, cast):
    gift, project, payment = way
    line = project.lines.get()
    for movement, pool, amount, kind in (
        (payment.movement, line.pool, "3.33", "reversal"),
        (gift.movement, gift.programme.fund.pool.gone, "9.30", "refund"),
    ):
        ledger.take_back(
            movement,
            pool,
            Decimal(amount),
            kind=kind,
            substitute=False,
            voucher=f"{kind}:1",
            on=date(2010, 5, 1),
            by=cast.finance,
        )
    of_gift, of_payment = told(gift.number), told(payment.number)
    assert of_gift["sum"] == "100.00" and of_gift["refunds"][0]["amount"] == "9.30"
    assert (of_payment["sum"], of_payment["reversed"]) == ("30.00", "3.33")
    assert "refund:1" in trace(gift.number) and "Came back since" in trace(payment.number)


def test_what_is_not_posted_yet_is_said(make):
    gift, payment = make.gift(), make.payment()
    assert told(gift.number)["sum"] == "0.00" and "Not in the ledger yet." in trace(gift.number)
    assert told(payment.number)["givers"] == [] and "Not paid yet." in trace(payment.number)


@pytest.mark.parametrize("number", ["NB-2010-999999", "", "没有", "'; --", "a\x00b"])
def test_a_number_that_nobody_has_is_one_sentence(db, number):
    with pytest.raises(CommandError, match="There is no gift"):
        trace(number)


def test_many_payments_cost_the_queries_of_one(way, make):
    gift, project, _payment = way
    with CaptureQueriesContext(connection) as few:
        trace(gift.number, "--json")
    for _more in range(9):
        make.paid_payment(project.lines.get(), "1.00")
    with CaptureQueriesContext(connection) as many:
        trace(gift.number, "--json")
    assert len(many) == len(few)
