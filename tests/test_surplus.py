"""Money left on a line goes back to its fund, and what a giver bound to the project does not."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from core.workflow import perform
from donations.journey import journey_of
from projects.money import has_bound_gifts, line_of
from tests.test_limits import decide, refused

YUAN = Decimal


def free(fund) -> Decimal:
    fund.pool.refresh_from_db()
    return fund.pool.free_amount


def test_a_surplus_goes_back_to_the_fund_of_its_line(make, cast):
    line = make.line(amount="1000.00")
    before = free(line.fund)
    surplus = perform(make.surplus(line, "400.00"), "approve", by=cast.approver)
    assert surplus.status == "posted" and surplus.movement.kind == "surplus"
    assert free(line.fund) == before + 400
    line.pool.refresh_from_db()
    assert line.free_amount == YUAN("600.00")


def test_who_proposed_a_surplus_does_not_approve_it(make, cast):
    surplus = make.surplus(created_by=cast.approver)
    refused("own_work", decide, surplus, "approve", "posted", cast.approver)


def test_what_is_approved_for_payments_does_not_go_back(make, cast):
    line = make.line(amount="1000.00")
    make.approved_payment(line, "700.00")
    surplus = make.surplus(line, "300.01")
    with pytest.raises(ValidationError, match="Only ¥300.00 can go back"):
        perform(surplus, "approve", by=cast.approver)


@pytest.fixture
def bound(make):
    """A line of 10,000 yuan bound by a giver and then 1,000 allocated from the same fund."""
    programme = make.programme()
    project = make.project_under_way()
    make.posted_gift("10000.00", programme=programme, project=project)
    free_gift = make.posted_gift("1000.00", programme=programme)
    allocation = make.posted_allocation(programme.fund, project, "1000.00")
    return line_of(project, programme.fund), allocation, free_gift


def test_bound_money_is_never_carried_off_by_a_surplus(make, cast, bound):
    line, allocation, _gift = bound
    assert has_bound_gifts(line)
    refused("bound_gifts", make.surplus, line, "1000.00")


def test_of_a_line_with_bound_gifts_the_allocation_goes_back(make, cast, bound):
    line, allocation, gift = bound
    surplus = make.surplus(line, "600.00", allocation=allocation)
    surplus = perform(surplus, "approve", by=cast.approver)
    assert surplus.movement.kind == "withdrawal"
    assert surplus.movement.cause == allocation.movement
    assert free(line.fund) == YUAN("600.00")
    rest = make.surplus(line, "400.01", allocation=allocation)
    with pytest.raises(ValidationError, match="Only ¥400.00 can go back"):
        perform(rest, "approve", by=cast.approver)


def test_an_allocation_of_another_line_does_not_go_back(make, bound):
    line, _allocation, _gift = bound
    other = make.posted_allocation()
    refused("other_allocation", make.surplus, line, "1.00", allocation=other)
    proposed = make.allocation(make.filled_fund(), line.project)
    refused("other_allocation", make.surplus, line, "1.00", allocation=proposed)


def test_a_surplus_is_posted_once(make, cast):
    surplus = perform(make.surplus(), "approve", by=cast.approver)
    with pytest.raises(ValidationError, match="not possible from there"):
        perform(surplus, "approve", by=cast.approver2)
    refused("no_such_move", decide, surplus, "approve", "posted", cast.approver2)


# -- what its giver is told -----------------------------------------------------------------------


@pytest.fixture
def returned(make, cast):
    """A gift of 1,000 yuan that was set aside whole, of which 400 went back to the fund."""
    programme = make.programme()
    gift = make.posted_gift("1000.00", programme=programme)
    line = make.line(fund=programme.fund, amount="1000.00")
    surplus = make.surplus(line, "400.00", returned_on=date(2010, 11, 1))
    return gift, perform(surplus, "approve", by=cast.approver)


def test_the_journey_says_what_went_back_to_the_fund(returned):
    gift, surplus = returned
    journey = journey_of(gift)
    assert (journey.unspent, journey.promised) == (YUAN("400.00"), YUAN("600.00"))
    (back,) = journey.returns
    assert (back.amount, back.returned_on) == (YUAN("400.00"), date(2010, 11, 1))
    assert back.project == surplus.line.project and back.fund == surplus.line.fund


def test_the_trace_command_says_what_went_back_to_the_fund(returned):
    gift, surplus = returned
    out = StringIO()
    call_command("trace", gift.receipt_number, stdout=out)
    assert f"went back to the fund 2010-11-01 from {surplus.line.project.number}" in out.getvalue()


def test_a_withdrawn_allocation_is_told_as_well(make, cast, bound):
    line, allocation, gift = bound
    surplus = make.surplus(line, "600.00", allocation=allocation)
    perform(surplus, "approve", by=cast.approver)
    (back,) = journey_of(gift).returns
    assert back.amount == YUAN("600.00")
