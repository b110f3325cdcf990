"""Gifts in the ledger: receipts, journeys and many at once. What is told adds up to the fen."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.refusals import in_words
from core.workflow import perform
from donations.forms import free_key
from donations.givers import givers_of_payment
from donations.journey import journey_of
from donations.models import CODE_LETTERS, Donor, GoodsGift, Programme, new_check_code
from ledger import money as ledger
from ledger.models import Movement

YUAN = Decimal
APRIL = date(2010, 4, 20)


def adds_up(journey) -> bool:
    parts = journey.paid + journey.promised + journey.unspent + journey.refunded
    funds = sum((fund.amount for fund in journey.funds), YUAN(0))
    return parts == journey.total == funds + journey.refunded


def take_back(movement, pool, amount, *, kind, by, substitute=False, on=APRIL):
    return ledger.take_back(
        movement,
        pool,
        YUAN(amount),
        kind=kind,
        substitute=substitute,
        voucher=f"{kind}:{movement.pk}",
        on=on,
        by=by,
    )


# -- receipts -------------------------------------------------------------------------------------


def test_receipt_numbers_follow_each_other_by_the_year_of_the_gift(make):
    programme = make.programme()
    numbers = [
        make.posted_gift(programme=programme, received_on=day).receipt_number
        for day in (date(2010, 3, 1), date(2009, 12, 31), date(2010, 5, 1))
    ]
    assert numbers == ["NB-2010-000001", "NB-2009-000001", "NB-2010-000002"]


def test_a_confirmation_that_fails_takes_no_receipt_number(make, cast):
    programme = make.programme()
    make.posted_gift(programme=programme)
    make.closed_period(starts_on=date(2010, 2, 1), ends_on=date(2010, 2, 28))
    late = make.gift(programme=programme, received_on=date(2010, 2, 3))
    with pytest.raises(ValidationError, match="period is closed"):
        perform(late, "confirm", by=cast.finance)
    late.refresh_from_db()
    assert late.status == "recorded" and late.receipt_number is None
    assert make.posted_gift(programme=programme).receipt_number == "NB-2010-000002"


def test_a_check_code_has_no_letter_that_is_taken_for_another():
    codes = {new_check_code() for _code in range(200)}
    assert len(codes) > 190 and all(len(code) == 6 for code in codes)
    assert not set("01IO") & set(CODE_LETTERS)


def test_the_form_of_the_receipt_is_that_of_its_day(make):
    assert make.gift().receipt_kind == "公益性单位接受捐赠统一收据"
    assert make.gift(received_on=date(2011, 7, 1)).receipt_kind == "公益事业捐赠票据"


def test_a_gift_is_in_the_ledger_with_its_own_amount_and_day(make):
    gift = make.posted_gift("12.34")
    movement = Movement.objects.get(pk=gift.movement_id)
    assert (movement.kind, movement.amount, movement.posted_on) == ("gift", 1234, date(2010, 3, 18))
    assert movement.target == gift.programme.fund.pool
    assert movement.voucher == f"gift:{gift.receipt_number}"


def test_a_bound_gift_goes_to_the_projects_line_and_not_to_the_fund(make):
    project = make.approved_project()
    gift = make.posted_gift("500.00", project=project)
    assert project.lines.get().pool.received == 50000
    assert gift.programme.fund.pool.received == 0


def test_a_gift_bound_to_a_project_that_was_cancelled_meanwhile_is_not_posted(make, cast):
    project = make.approved_project()
    gift = make.gift(project=project)
    perform(project, "cancel", by=cast.reporter, note="选址改变")
    with pytest.raises(ValidationError, match="not approved yet"):
        perform(gift, "confirm", by=cast.finance)


def test_a_gift_held_by_another_office_than_the_fund_is_not_posted(make, cast):
    gift = make.gift(custodian=make.office("nb"))
    with pytest.raises(ValidationError, match="custodian"):
        perform(gift, "confirm", by=cast.finance)


# -- journeys -------------------------------------------------------------------------------------


def test_a_gift_that_nobody_has_used_lies_in_its_fund(make, django_assert_max_num_queries):
    gift = make.posted_gift("100.01")
    with django_assert_max_num_queries(4):
        journey = journey_of(gift)
    assert (journey.unspent, journey.paid, journey.promised) == (YUAN("100.01"), 0, 0)
    assert adds_up(journey) and not journey.projects
    assert [part.fund for part in journey.funds] == [gift.programme.fund]


def test_a_gift_is_followed_through_projects_and_payments_to_the_fen(make):
    programme = make.programme()
    gift = make.posted_gift("100.00", programme=programme)
    make.posted_gift("900.00", programme=programme)
    wells, school = make.project_under_way(), make.project_under_way(types=["school"])
    make.posted_allocation(programme.fund, wells, "70.70")
    make.posted_allocation(programme.fund, school, "20.02")
    paid = make.paid_payment(wells.lines.get(), "33.33")
    journey = journey_of(gift)
    assert adds_up(journey) and journey.total == YUAN("100.00")
    assert (journey.paid, journey.promised, journey.unspent) == (
        YUAN("33.33"),
        YUAN("57.39"),
        YUAN("9.28"),
    )
    assert [part.project for part in journey.projects] == [wells, school]
    (part,) = journey.payments
    assert (part.payment, part.amount, part.share) == (paid, YUAN("33.33"), 1)
    assert part.voucher == paid.voucher and journey.projects[0].set_aside_on == date(2010, 4, 1)


def test_a_journey_costs_the_same_for_one_payment_and_for_twenty(
    make, django_assert_max_num_queries
):
    project = make.project_under_way()
    gift = make.posted_gift("1000.00", project=project)
    for _payment in range(20):
        make.paid_payment(project.lines.get(), "10.00")
    with django_assert_max_num_queries(4):
        journey = journey_of(gift)
        _read = [(part.project.county.parent, part.project.village) for part in journey.projects]
        _read = [(part.number, part.paid_on, part.purpose) for part in journey.payments]
    assert len(journey.payments) == 20 and adds_up(journey)


def test_a_journey_tells_nothing_of_another_giver(make):
    programme = make.programme()
    gift = make.posted_gift("100.00", programme=programme)
    other = make.posted_gift("100.00", programme=programme, donor=make.donor(name_zh="别人"))
    project = make.project_under_way()
    make.posted_allocation(programme.fund, project, "200.00")
    make.paid_payment(project.lines.get(), "150.00")
    told = repr(journey_of(gift))
    assert "别人" not in told and other.receipt_number not in told
    assert journey_of(gift).paid == YUAN("100.00")
    assert journey_of(other).paid == YUAN("50.00")


@pytest.mark.usefixtures("without_records")
def test_what_was_refunded_is_told_and_the_rest_goes_on(make, cast):
    gift = make.posted_gift("100.00")
    fund = gift.programme.fund
    project = make.project_under_way()
    make.posted_allocation(fund, project, "60.00")
    take_back(gift.movement, fund.pool.gone, "15.50", kind="refund", by=cast.finance)
    journey = journey_of(gift)
    assert adds_up(journey)
    assert (journey.refunded, journey.promised, journey.unspent) == (
        YUAN("15.50"),
        YUAN("60.00"),
        YUAN("24.50"),
    )
    (refund,) = journey.refunds
    assert (refund.refunded_on, refund.voucher) == (APRIL, f"refund:{gift.movement_id}")


@pytest.mark.usefixtures("without_records")
def test_a_refund_of_used_money_is_told_to_whoever_stepped_in(make, cast):
    programme = make.programme()
    gift = make.posted_gift("100.00", programme=programme)
    other = make.posted_gift("100.00", programme=programme)
    project = make.project_under_way()
    make.posted_allocation(programme.fund, project, "100.00")
    take_back(
        gift.movement,
        programme.fund.pool.gone,
        "100.00",
        kind="bounce",
        substitute=True,
        by=cast.finance,
    )
    gone, stayed = journey_of(gift), journey_of(other)
    assert gone.refunded == YUAN("100.00") and adds_up(gone) and not gone.projects
    assert stayed.promised == YUAN("100.00") and adds_up(stayed)
    assert stayed.projects[0].stepped_in_on == APRIL


@pytest.mark.usefixtures("without_records")
def test_a_reversed_payment_is_money_of_the_project_again(make, cast):
    project = make.project_under_way()
    gift = make.posted_gift("100.00", project=project)
    line = project.lines.get()
    payment = make.paid_payment(line, "80.00")
    make.paid_payment(line, "5.00")
    take_back(payment.movement, line.pool, "30.00", kind="reversal", by=cast.finance)
    journey = journey_of(gift)
    assert adds_up(journey)
    assert (journey.paid, journey.promised) == (YUAN("55.00"), YUAN("45.00"))
    givers = givers_of_payment(payment)
    assert (givers.total, givers.reversed) == (YUAN("50.00"), YUAN("30.00"))


@pytest.mark.usefixtures("without_records")
def test_surplus_is_not_set_aside_again_and_a_project_left_empty_is_not_told(make, cast):
    gift = make.posted_gift("100.00")
    fund, project = gift.programme.fund, make.project_under_way()
    allocation = make.posted_allocation(fund, project, "40.00")
    take_back(allocation.movement, fund.pool, "40.00", kind="withdrawal", by=cast.finance)
    journey = journey_of(gift)
    assert adds_up(journey) and journey.unspent == YUAN("100.00") and not journey.projects


def test_a_gift_that_is_not_posted_has_no_journey(make):
    with pytest.raises(ValueError, match="not posted"):
        journey_of(make.gift())


def test_the_givers_of_a_payment_add_up_to_it(make):
    programme = make.programme()
    gifts = [make.posted_gift("33.33", programme=programme) for _gift in range(4)]
    project = make.project_under_way()
    make.posted_allocation(programme.fund, project, "100.00")
    payment = make.paid_payment(project.lines.get(), "99.98")
    givers = givers_of_payment(payment)
    assert givers.total == YUAN("99.98") and givers.reversed == 0
    assert [entry.amount for entry in givers.entries] == [
        YUAN("33.33"),
        YUAN("33.33"),
        YUAN("33.32"),
    ]
    assert {row.gift for row in givers.named(givers.entries)} == set(gifts[:3])


# -- what the database holds -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes", [{"amount": "-1"}, {"amount": "0"}, {"amount": "NaN"}, {"amount": "1e12"}]
)
def test_the_database_keeps_impossible_amounts_out(make, changes):
    gift = make.gift()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE donations_gift SET amount = %s::numeric WHERE id = %s",
            [changes["amount"], gift.pk],
        )


def test_a_bank_reference_stands_once_in_the_books_of_a_custodian(make):
    make.gift(bank_reference="B-1")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make.gift(bank_reference="B-1")
    assert "saved the same a moment ago" in in_words(refused.value)
    make.gift(bank_reference="")
    make.gift(bank_reference="")


def test_goods_without_a_value_have_none_and_cash_never_counts_them(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.goods(basis="not_valued")
    programme = make.programme()
    make.goods(programme=programme, value_amount=YUAN("9999.00"))
    assert Programme.objects.with_money().get(pk=programme.pk).income_amount == 0
    assert not Movement.objects.exists() and GoodsGift.objects.count() == 1


def test_a_name_is_public_only_with_consent(make):
    withheld = make.donor(name_zh="王小明")
    shown = make.donor(name_zh="甬江厂", has_name_consent=True, consent_on=date(2010, 1, 1))
    assert "王" not in withheld.public_name and shown.public_name == "甬江厂"
    with pytest.raises(IntegrityError), transaction.atomic():
        make.donor(has_name_consent=True)
    assert Donor.objects.found("yjc").get() == shown


def test_programmes_of_one_name_have_keys_of_their_own(make):
    make.programme(key="warm-lunch")
    make.programme(key="warm-lunch-2")
    assert free_key("Warm lunch") == "warm-lunch-3"
    assert free_key("温暖") == "programme"
