"""What happens to whose money: each case of docs/ledger.md, as a giver would tell it."""

from datetime import date
from decimal import Decimal
from io import StringIO
from itertools import count

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from ledger import money
from ledger.models import Movement
from ledger.trace import givers_of, of_gift, rest_of

DAY = date(2010, 5, 1)
NOTHING = Decimal("0.00")


class Books:
    """A fund, another fund, and a line of the first; each verb with a voucher of its own."""

    def __init__(self, make):
        self.make, self.by = make, make.cast.finance
        self.fund, self.other = make.fund().pool, make.fund().pool
        self.line = money.open_line()
        self.names = (f"v{number}" for number in count())

    def stamp(self) -> dict:
        return {"voucher": next(self.names), "on": DAY, "by": self.by}

    def gift(self, amount, pool=None) -> Movement:
        kind = "bound_gift" if pool == self.line else "gift"
        return money.receive(pool or self.fund, Decimal(amount), kind=kind, **self.stamp())

    def allocate(self, amount) -> Movement:
        return money.allocate(self.fund, self.line, Decimal(amount), **self.stamp())

    def pay(self, amount, **options) -> Movement:
        return money.pay(self.line, Decimal(amount), **self.stamp(), **options)

    def surplus(self, amount) -> Movement:
        return money.give_back(self.line, self.fund, Decimal(amount), **self.stamp())

    def back(self, movement, to, amount, kind, substitute=False) -> Movement:
        return money.take_back(
            movement, to, Decimal(amount), kind=kind, substitute=substitute, **self.stamp()
        )

    def bounce(self, gift, amount) -> Movement:
        return self.back(gift, gift.target.gone, amount, "bounce", substitute=True)

    def free(self, pool) -> Decimal:
        pool.refresh_from_db()
        return pool.free_amount


@pytest.fixture
def books(make, without_records):
    yield Books(make)
    assert "The ledger adds up." in check_ledger()


def check_ledger(**options) -> str:
    out = StringIO()
    call_command("check_ledger", stdout=out, **options)
    return out.getvalue()


def places(gift: Movement) -> dict[str, Decimal]:
    """Where a gift's money lies, by the kind of movement that brought it there."""
    found: dict[str, Decimal] = {}
    steps = of_gift(gift.pk)
    for step in steps:
        if step.free_amount:
            found[step.kind] = found.get(step.kind, NOTHING) + step.free_amount
    assert sum(found.values()) == gift.amount_in_yuan
    return found


def whose(movement: Movement) -> dict[Movement, Decimal]:
    ids = {giver.movement_id: giver.amount for giver in givers_of(movement.pk)}
    return {gift: ids[gift.pk] for gift in Movement.objects.filter(pk__in=ids)}


def refusal(verb, *args, **kwargs) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        verb(*args, **kwargs)
    return caught.value.code, " ".join(caught.value.messages)


# -- forwards -------------------------------------------------------------------------------------


def test_the_first_gift_is_used_first_and_every_fen_has_its_place(books):
    first, second = books.gift("100.01"), books.gift("50.00")
    books.allocate("120.00")
    paid = books.pay("110.00")
    assert places(first) == {"payment": Decimal("100.01")}
    assert places(second) == {
        "payment": Decimal("9.99"),
        "allocation": Decimal("10.00"),
        "gift": Decimal("30.01"),
    }
    assert whose(paid) == {first: Decimal("100.01"), second: Decimal("9.99")}


def test_a_trace_is_one_statement(books, django_assert_num_queries):
    gift = books.gift("100.00")
    books.allocate("80.00")
    paid = books.pay("30.00")
    with django_assert_num_queries(1):
        of_gift(gift.pk)
    with django_assert_num_queries(1):
        givers_of(paid.pk)


def test_more_than_there_is_is_refused_in_words_and_the_transaction_goes_on(books):
    books.gift("100.00")
    code, words = refusal(books.allocate, "100.01")
    assert code == "not_enough" and "100.00" in words
    assert books.free(books.fund) == Decimal("100.00")


@pytest.mark.parametrize("amount", ["0.00", "-5.00", "0.001"])
def test_what_is_no_amount_never_reaches_the_ledger(amount, books):
    with pytest.raises(ValueError):
        books.gift(amount)


def test_many_gifts_at_once_are_received_in_order(books):
    entries = [(Decimal(f"{place}.00"), f"many-{place}") for place in range(1, 6)]
    days = [DAY, DAY, date(2010, 5, 2), DAY, DAY]
    ids = money.receive_many(books.fund, entries, kind="gift", on=days, by=books.by)
    found = list(Movement.objects.filter(pk__in=ids).order_by("in_start"))
    assert [movement.pk for movement in found] == ids
    assert [movement.amount_in_yuan for movement in found] == [amount for amount, _ in entries]
    assert [movement.posted_on for movement in found] == days
    assert {movement.posted_by for movement in found} == {books.by}
    assert ids == money.receive_many(books.fund, entries, kind="gift", on=days, by=books.by)


def test_of_many_with_one_known_voucher_none_is_posted(books):
    books.gift("5.00")
    entries = [(Decimal("1.00"), "new"), (Decimal("1.00"), "v0")]
    code, _ = refusal(money.receive_many, books.fund, entries, kind="gift", on=DAY, by=books.by)
    assert code == "voucher_twice" and books.free(books.fund) == Decimal("5.00")


def test_many_of_none_are_none(books):
    assert money.pay_many(books.line, [], on=DAY, by=books.by) == []


# -- vouchers and days ----------------------------------------------------------------------------


def test_the_same_posting_again_is_the_first_one(books):
    stamp = books.stamp()
    first = money.receive(books.fund, Decimal("7.00"), kind="gift", **stamp)
    assert money.receive(books.fund, Decimal("7.00"), kind="gift", **stamp) == first
    assert books.free(books.fund) == Decimal("7.00")


@pytest.mark.parametrize("change", ["amount", "kind", "pool", "on", "by"])
def test_a_voucher_with_anything_changed_is_refused(change, books):
    stamp = books.stamp()
    amount, pool, kind = Decimal("7.00"), books.fund, "gift"
    money.receive(pool, amount, kind=kind, **stamp)
    if change == "amount":
        amount = Decimal("8.00")
    elif change == "pool":
        pool = books.other
    elif change == "kind":
        kind = "appropriation"
    else:
        stamp[change] = {"on": date(2010, 5, 2), "by": None}[change]
    assert refusal(money.receive, pool, amount, kind=kind, **stamp)[0] == "voucher_twice"


def test_a_closed_period_takes_no_posting_but_knows_the_old_ones(books):
    stamp = books.stamp()
    gift = money.receive(books.fund, Decimal("7.00"), kind="gift", **stamp)
    books.make.closed_period(starts_on=date(2010, 5, 1), ends_on=date(2010, 5, 31))
    assert refusal(books.gift, "1.00")[0] == "period_closed"
    assert refusal(books.bounce, gift, "1.00")[0] == "period_closed"
    assert money.receive(books.fund, Decimal("7.00"), kind="gift", **stamp) == gift
    later = {"voucher": "june", "on": date(2010, 6, 1), "by": books.by}
    money.receive(books.fund, Decimal("1.00"), kind="gift", **later)


def test_nothing_is_posted_on_a_day_to_come(books):
    stamp = books.stamp() | {"on": date(2999, 1, 1)}
    code, _ = refusal(money.receive, books.fund, Decimal("1.00"), kind="gift", **stamp)
    assert code == "future_day"


# -- gifts that go back ---------------------------------------------------------------------------


def test_an_unused_gift_that_bounces_touches_nobody_else(books):
    first, second = books.gift("100.00"), books.gift("100.00")
    books.allocate("50.00")
    books.bounce(second, "100.00")
    assert places(first) == {"allocation": Decimal("50.00"), "gift": Decimal("50.00")}
    assert places(second) == {"bounce": Decimal("100.00")}


def test_for_the_used_part_of_a_bounced_gift_other_money_of_the_fund_steps_in(books):
    first, second = books.gift("100.00"), books.gift("100.00")
    books.allocate("60.00")
    paid = books.pay("60.00")
    bounce = books.bounce(first, "100.00")
    assert places(first) == {"bounce": Decimal("100.00")}
    assert places(second) == {"payment": Decimal("60.00"), "gift": Decimal("40.00")}
    assert whose(paid) == {second: Decimal("60.00")}
    (stepped,) = [step for step in of_gift(second.pk) if step.stepped_in_by_id]
    assert (stepped.stepped_in_by_id, stepped.stepped_in_on) == (bounce.pk, DAY)
    assert (stepped.kind, stepped.amount) == ("allocation", Decimal("60.00"))


def test_what_is_left_of_a_broken_stretch_has_not_stepped_in(books):
    first = books.gift("100.00")
    books.gift("20.00")
    books.allocate("100.00")
    books.bounce(first, "10.00")
    assert not any(step.stepped_in_by_id for step in of_gift(first.pk))


def test_money_that_came_back_as_surplus_goes_back_first_and_makes_no_circle(books):
    gift = books.gift("100.00")
    books.allocate("100.00")
    books.surplus("100.00")
    books.bounce(gift, "100.00")
    assert places(gift) == {"bounce": Decimal("100.00")}
    assert books.free(books.fund) == NOTHING


def test_without_free_money_a_bounce_is_refused_until_somebody_covers_it(books):
    gift = books.gift("100.00")
    books.allocate("100.00")
    code, _ = refusal(books.bounce, gift, "100.00")
    assert code == "no_step_in"
    cover = books.gift("100.00")
    books.bounce(gift, "100.00")
    assert places(cover) == {"allocation": Decimal("100.00")}


def test_a_giver_who_asks_back_gets_only_what_is_unspent(books):
    gift = books.gift("100.00")
    books.gift("100.00")
    books.allocate("70.00")
    gone = books.fund.gone
    code, words = refusal(books.back, gift, gone, "100.00", "refund")
    assert code == "still_unspent" and "30.00" in words
    assert rest_of(gift.pk) == Decimal("30.00")
    books.back(gift, gone, "30.00", "refund")
    assert places(gift) == {"refund": Decimal("30.00"), "allocation": Decimal("70.00")}


def test_a_gift_does_not_go_back_twice(books):
    gift = books.gift("100.00")
    books.gift("100.00")
    books.bounce(gift, "100.00")
    assert refusal(books.bounce, gift, "1.00")[0] == "nothing_left"


def test_a_refund_that_fails_is_the_giver_s_again(books):
    gift = books.gift("100.00")
    refund = books.back(gift, books.fund.gone, "40.00", "refund")
    books.back(refund, books.fund, "40.00", "return")
    assert places(gift) == {"gift": Decimal("60.00"), "return": Decimal("40.00")}
    books.bounce(gift, "100.00")
    assert places(gift) == {"bounce": Decimal("100.00")}


def test_too_high_a_gift_is_taken_back_by_the_difference(books):
    gift = books.gift("100.00")
    books.bounce(gift, "10.00")
    assert places(gift) == {"gift": Decimal("90.00"), "bounce": Decimal("10.00")}


def test_a_gift_moves_to_another_purpose_with_its_unused_part(books):
    gift = books.gift("100.00")
    books.allocate("30.00")
    assert refusal(books.back, gift, books.other, "80.00", "move")[0] == "still_unspent"
    move = books.back(gift, books.other, "70.00", "move")
    assert places(gift) == {"allocation": Decimal("30.00"), "move": Decimal("70.00")}
    new_purpose = books.gift("100.00", books.other)
    money.allocate(books.other, money.open_line(), Decimal("70.00"), **books.stamp())
    books.back(move, books.other.gone, "70.00", "bounce", substitute=True)
    assert places(new_purpose) == {"allocation": Decimal("70.00"), "gift": Decimal("30.00")}


# -- payments and allocations ---------------------------------------------------------------------


def test_a_reversed_payment_returns_to_its_line_and_waits_at_the_end(books):
    first, second = books.gift("50.00"), books.gift("50.00")
    books.allocate("100.00")
    wrong = books.pay("50.00")
    books.back(wrong, books.line, "50.00", "reversal")
    right = books.pay("50.00")
    assert whose(wrong) == {}
    assert whose(right) == {second: Decimal("50.00")}
    assert places(first) == {"reversal": Decimal("50.00")}


def test_a_payment_reversed_in_part_is_reversed_from_its_end(books):
    first, second = books.gift("50.00"), books.gift("50.00")
    books.allocate("100.00")
    paid = books.pay("100.00")
    books.back(paid, books.line, "50.00", "reversal")
    assert whose(paid) == {first: Decimal("50.00")}
    assert places(second) == {"reversal": Decimal("50.00")}


def test_a_payment_is_not_reversed_twice(books):
    books.gift("50.00")
    books.allocate("50.00")
    paid = books.pay("50.00")
    books.back(paid, books.line, "50.00", "reversal")
    assert refusal(books.back, paid, books.line, "1.00", "reversal")[0] == "still_unspent"


def test_a_payment_entered_anew_uses_the_same_givers_money(books):
    first, second = books.gift("50.00"), books.gift("50.00")
    books.allocate("100.00")
    wrong = books.pay("40.00")
    reversal = books.back(wrong, books.line, "40.00", "reversal")
    right = books.pay("45.00", instead_of=reversal)
    assert whose(right) == {first: Decimal("45.00")}
    assert places(second) == {"allocation": Decimal("50.00")}


def test_an_allocation_is_withdrawn_as_far_as_it_is_unspent(books):
    gift = books.gift("100.00")
    allocation = books.allocate("100.00")
    books.gift("20.00", books.line)
    books.pay("60.00")
    refused = refusal(books.back, allocation, books.fund, "50.00", "withdrawal")
    assert refused[0] == "still_unspent" and "40.00" in refused[1]
    books.back(allocation, books.fund, "40.00", "withdrawal")
    assert places(gift) == {"payment": Decimal("60.00"), "withdrawal": Decimal("40.00")}
    assert books.free(books.line) == Decimal("20.00")


def test_only_gifts_may_have_others_step_in(books):
    books.gift("100.00")
    allocation = books.allocate("100.00")
    with pytest.raises(ValueError):
        books.back(allocation, books.fund, "10.00", "withdrawal", substitute=True)


def test_money_is_traced_through_any_number_of_passes(books):
    gift = books.gift("100.00")
    for _ in range(5):
        books.allocate("100.00")
        books.surplus("100.00")
    books.allocate("100.00")
    paid = books.pay("100.00")
    assert whose(paid) == {gift: Decimal("100.00")}
    assert len(of_gift(gift.pk)) == 13


def test_several_verbs_in_one_transaction_hold_their_pools_first(books):
    money.hold(books.fund, books.fund.gone, books.line, correcting=True)
    gift = books.gift("100.00")
    allocation = books.allocate("100.00")
    books.back(allocation, books.fund, "100.00", "withdrawal")
    books.bounce(gift, "100.00")
    assert places(gift) == {"bounce": Decimal("100.00")}


# -- the check ------------------------------------------------------------------------------------


def test_the_check_says_what_it_checked_and_how_much_of_it(books):
    books.gift("100.00")
    books.allocate("100.00")
    said = check_ledger()
    assert "2 movements, played again, make the same pools and pieces" in said
    assert "1 allocations, payments and corrections add up" in said
    assert "played again" not in check_ledger(fast=True)
