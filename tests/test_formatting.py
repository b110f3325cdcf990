"""How numbers are written out: capital amounts above all, since a receipt stands on them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.formatting import (
    age_tone,
    amount_text,
    capital_amount,
    days_between,
    number,
    shares,
    wan_text,
    yuan_text,
)

CAPITAL = [
    ("0", "零元整"),
    ("1", "壹元整"),
    ("10", "壹拾元整"),
    ("12", "壹拾贰元整"),
    ("100", "壹佰元整"),
    ("105", "壹佰零伍元整"),
    ("1000", "壹仟元整"),
    ("1005", "壹仟零伍元整"),
    ("1050", "壹仟零伍拾元整"),
    ("1409.50", "壹仟肆佰零玖元伍角"),
    ("6007.14", "陆仟零柒元壹角肆分"),
    ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
    ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
    ("325.04", "叁佰贰拾伍元零肆分"),
    ("107000.53", "壹拾万柒仟元零伍角叁分"),
    ("120000", "壹拾贰万元整"),
    ("100001", "壹拾万零壹元整"),
    ("1000000", "壹佰万元整"),
    ("10001000", "壹仟万壹仟元整"),
    ("10000100", "壹仟万零壹佰元整"),
    ("43150000", "肆仟叁佰壹拾伍万元整"),
    ("100000000", "壹亿元整"),
    ("100000001", "壹亿零壹元整"),
    ("100010000", "壹亿零壹万元整"),
    ("120030405.06", "壹亿贰仟零叁万零肆佰零伍元零陆分"),
    ("1000000000000", "壹万亿元整"),
    ("1000000000005", "壹万亿零伍元整"),
    ("1002000000000", "壹万零贰拾亿元整"),
    ("100000000000000", "壹佰万亿元整"),
    (
        "99999999999999.99",
        "玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    ),
    ("0.50", "伍角"),
    ("0.05", "伍分"),
    ("0.55", "伍角伍分"),
    ("10.05", "壹拾元零伍分"),
    ("-12.30", "负壹拾贰元叁角"),
]


@pytest.mark.parametrize(("amount", "words"), CAPITAL)
def test_a_capital_amount_reads_as_on_a_receipt(amount, words):
    assert capital_amount(Decimal(amount)) == words


def test_a_capital_amount_refuses_a_part_of_a_fen():
    with pytest.raises(ValueError, match="fen"):
        capital_amount(Decimal("0.001"))


def test_yuan_has_two_decimals_and_commas():
    assert yuan_text(Decimal(697500)) == "697,500.00"
    assert yuan_text(Decimal("-0.5")) == "−0.50"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("697500", "69.75"),
        ("0", "0.00"),
        ("10000", "1.00"),
        ("12345.67", "1.234567"),
        ("0.01", "0.000001"),
        ("43150000.10", "4,315.00001"),
        ("-5000", "−0.50"),
    ],
)
def test_wan_keeps_every_fen(amount, text):
    assert wan_text(Decimal(amount)) == text


def test_no_amount_is_a_dash_in_either_unit():
    assert amount_text(None) == amount_text(None, unit="wan") == "–"
    assert amount_text(Decimal(1), unit="wan") == "0.0001"


def test_counts_have_commas_and_a_true_minus():
    assert number(1286) == "1,286"
    assert number(-1286) == "−1,286"
    assert number(None) == "–"


def test_days_count_by_the_local_day():
    assert days_between(date(2010, 6, 22), date(2010, 6, 28)) == 6
    late_evening_in_utc = datetime(2010, 6, 22, 17, 0, tzinfo=UTC)
    assert days_between(late_evening_in_utc, date(2010, 6, 28)) == 5


@pytest.mark.parametrize(
    ("days", "tone"), [(0, ""), (4, ""), (5, "late"), (9, "late"), (10, "over")]
)
def test_an_age_grows_urgent(days, tone):
    assert age_tone(days) == tone


def test_shares_begin_where_the_last_ended_and_stay_inside():
    assert shares([Decimal(50), Decimal(25)], Decimal(100)) == [(0.0, 50.0), (50.0, 25.0)]
    assert shares([Decimal(80), Decimal(80)], Decimal(100)) == [(0.0, 80.0), (80.0, 20.0)]
    assert shares([Decimal(1)], Decimal(0)) == [(0.0, 0.0)]
