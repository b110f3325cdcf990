"""Money on its way: forward through its places, no day before the last, no amount above it."""

from datetime import date
from decimal import Decimal

import pytest

from tests.test_limits import refused, update

YUAN = Decimal


@pytest.fixture
def remittance(make):
    """1,000 yuan, sent on 1 April 2010."""
    return make.remittance(amount="1000.00", sent_on=date(2010, 4, 1))


@pytest.fixture
def hop(make, remittance):
    """`hop(place, day of April, amount)` by whoever may enter that place."""

    def entered(place: str, day: int, amount: str = "1000.00", **changes):
        return make.hop(remittance, place, amount=amount, arrived_on=date(2010, 4, day), **changes)

    return entered


def test_a_remittance_goes_through_its_five_places(make, remittance, hop):
    for day, place in enumerate(("city", "province", "prefecture", "county", "contractor"), 1):
        hop(place, day)
    assert [one.place for one in remittance.way][-1] == "contractor"
    assert remittance.kept_amount == 0


def test_places_may_be_skipped_and_filled_in_later(make, remittance, hop):
    hop("city", 1)
    hop("county", 20, "900.00")
    hop("prefecture", 10, "950.00")
    assert [one.place for one in remittance.way] == ["city", "prefecture", "county"]
    assert remittance.kept_amount == YUAN("100.00")


def test_money_does_not_arrive_before_it_left(make, remittance, hop):
    early = {"amount": "1.00", "arrived_on": date(2010, 3, 31)}
    refused("hop_day", make.hop, remittance, "city", **early)
    hop("prefecture", 10)
    refused("hop_day", hop, "county", 9)
    refused("hop_next_day", hop, "city", 11)


def test_no_hop_is_more_than_the_one_before_it(make, remittance, hop):
    refused("hop_amount", hop, "city", 1, "1000.01")
    first = hop("prefecture", 10, "900.00")
    refused("hop_amount", hop, "county", 11, "900.01")
    refused("hop_next_amount", hop, "city", 2, "899.99")
    county = hop("county", 11, "800.00")
    refused("hop_next_amount", update, first, amount="799.99")
    refused("hop_amount", update, county, amount="900.01")
    refused("hop_next_amount", update, remittance, amount="899.99")
    refused("hop_next_day", update, remittance, sent_on=date(2010, 4, 11))


def test_a_struck_hop_counts_no_more(make, cast, remittance, hop):
    wrong = hop("prefecture", 10, "100.00")
    refused("taken", hop, "prefecture", 10)
    strike(wrong, cast.reviewer)
    hop("county", 11, "900.00")
    hop("prefecture", 10)
    refused("remittance_used", strike, remittance, cast.finance)


def strike(entry, by) -> None:
    update(entry, struck_at="2010-05-01T00:00Z", struck_by=by, struck_reason="录错")


def test_neither_side_says_for_the_other_that_money_arrived(make, cast, hop):
    for place in ("prefecture", "county", "contractor"):
        refused("not_your_hop", hop, place, 2, created_by=cast.finance)
    refused("not_your_hop", hop, "city", 2, created_by=cast.reporter)


def test_no_role_says_for_another_that_money_arrived(make, cast, hop):
    """By SQL as well: county and prefecture each tell of their own places."""
    refused("not_your_hop", hop, "province", 2, created_by=cast.reporter)
    refused("not_your_hop", hop, "prefecture", 2, created_by=cast.reporter)
    refused("not_your_hop", hop, "county", 2, created_by=cast.reviewer)
    refused("not_your_hop", hop, "city", 2, created_by=cast.approver)


def test_a_remittance_sends_no_more_than_was_allocated(make):
    allocation = make.posted_allocation(amount="1000.00")
    make.remittance(allocation=allocation, amount="700.00")
    refused("over_allocation", make.remittance, allocation=allocation, amount="300.01")
    other = make.project_under_way()
    refused(
        "other_allocation", make.remittance, project=other, allocation=allocation, amount="1.00"
    )


def test_a_hop_stays_with_its_remittance_and_place(make, remittance, hop):
    one = hop("city", 1)
    refused("frozen", update, one, place="county")
    other = make.remittance(project=remittance.project)
    refused("frozen", update, one, remittance=other)
    refused("other_remittance", hop, "county", 2, project=make.project_under_way())


def test_labour_is_said_in_words_and_is_no_cash(make):
    labour = make.contribution(source="labour", what="120 个工日", amount="6000.00")
    assert not labour.is_cash and make.contribution(source="county").is_cash
