"""What people type is read right or refused in words."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from core.forms import AmountInputField, CountField, DayField
from core.money import fen, yuan
from core.search import grams_of, initials_of, pinyin_of, search_text
from core.text import visible_text


@pytest.mark.parametrize(
    ("typed", "unit", "read"),
    [
        ("480,000.00", "yuan", "480000.00"),
        ("４８０，０００．５", "yuan", "480000.50"),
        ("48", "wan", "480000.00"),
        ("48万元", "yuan", "480000.00"),
        ("0.0001", "wan", "1.00"),
        ("¥1,286.50", "yuan", "1286.50"),
        (" 12 ", "yuan", "12.00"),
        ("12元", "yuan", "12.00"),
        ("99999999999.99", "yuan", "99999999999.99"),
    ],
)
def test_an_amount_is_read_right(typed, unit, read):
    assert AmountInputField().clean([typed, unit]) == Decimal(read)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("-5", "more than zero"),
        ("0", "more than zero"),
        ("0.00", "more than zero"),
        ("NaN", "in figures"),
        ("Infinity", "in figures"),
        ("1e5", "in figures"),
        ("1_000", "in figures"),
        ("abc", "in figures"),
        ("1.005", "two decimals"),
        ("100000000000", "larger than"),
        ("9" * 400, "larger than"),
        ("12\x00", "in figures"),
        ("‮12", "in figures"),
        ("<b>1</b>", "in figures"),
    ],
)
def test_an_amount_is_refused_in_words(typed, says):
    with pytest.raises(ValidationError, match=says):
        AmountInputField().clean([typed, "yuan"])


def test_an_empty_amount_is_missing_only_where_it_is_asked_for():
    assert AmountInputField(required=False).clean(["", "yuan"]) is None
    with pytest.raises(ValidationError, match="required"):
        AmountInputField().clean([None, "yuan"])


@pytest.mark.parametrize(
    "typed", ["2010-07-12", "2010.7.12", "2010年7月12日", "２０１０－０７－１２"]
)
def test_a_day_is_read_as_people_write_it(typed):
    assert DayField().clean(typed) == date(2010, 7, 12)


@pytest.mark.parametrize(
    "typed", ["2999-01-01", "2010-02-30", "soon", "10-07-12", "2010-07-12\x00"]
)
def test_a_day_is_refused_in_words(typed):
    with pytest.raises(ValidationError):
        DayField().clean(typed)


def test_a_count_is_read_in_any_width():
    assert CountField().clean("１，２８６") == 1286
    assert CountField().widget.input_type == "text"  # a number field drops what it cannot read


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "abc‮def", "‏", "\ud800"])
def test_a_text_with_an_invisible_character_is_refused(text):
    with pytest.raises(ValidationError):
        visible_text(text)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "册亨县\n冗渡镇", "“引号”—…·", "𠮷"])
def test_a_text_that_people_can_see_is_kept(text):
    visible_text(text)


def test_money_is_whole_fen_or_an_error():
    assert fen(Decimal("697500.05")) == 69750005
    assert yuan(69750005) == Decimal("697500.05")
    with pytest.raises(ValueError, match="whole number of fen"):
        fen(Decimal("0.005"))


def test_a_name_is_found_by_characters_pinyin_and_initials():
    text = search_text("册亨县", "Ceheng County", "522327")
    assert "册亨" in text and "ceheng" in text and "chx" in text and "522327" in text
    assert grams_of("亨") == ["亨"] and grams_of("册亨县") == ["亨县", "册亨"]
    assert pinyin_of("望谟") == "wang mo" and initials_of("望谟") == "wm"
