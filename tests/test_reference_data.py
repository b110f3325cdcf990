"""The reference data as committed: places, organisations, offices and twinnings.

Rule: these tests read the files alone, so that a slip is found before anything is loaded.
"""

import csv
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REFERENCE_DAY = date(2010, 7, 1)
FILES = {
    "core/data/divisions.csv": (
        "code,name_zh,name_en,pinyin,initials,level,parent_code,"
        "valid_from,valid_to,successor_code,note"
    ),
    "partnerships/data/organisations.csv": (
        "key,name_zh,name_en,kind,division_code,other_names,source_note"
    ),
    "partnerships/data/offices.csv": "key,parent_key,name_zh,name_en,kind,side,division_code",
    "partnerships/data/twinnings.csv": (
        "supporter_key,receiver_key,level,valid_from,valid_to,precision,known_by,"
        "basis_zh,basis_en,source_note"
    ),
}
COUNTIES_OF_2010 = {
    "330200": (
        "海曙区330203 江东区330204 江北区330205 北仑区330206 镇海区330211 鄞州区330212 "
        "象山县330225 宁海县330226 余姚市330281 慈溪市330282 奉化市330283"
    ),
    "522300": (
        "兴义市522301 兴仁县522322 普安县522323 晴隆县522324 贞丰县522325 望谟县522326 "
        "册亨县522327 安龙县522328"
    ),
    "522600": (
        "凯里市522601 黄平县522622 施秉县522623 三穗县522624 镇远县522625 岑巩县522626 "
        "天柱县522627 锦屏县522628 剑河县522629 台江县522630 黎平县522631 榕江县522632 "
        "从江县522633 雷山县522634 麻江县522635 丹寨县522636"
    ),
}
CONFIRMED_TWINNINGS = {
    ("nb", "qxn", "prefecture"),
    ("nb", "qdn", "prefecture"),
    ("nb-xiangshan", "qdn-huangping", "county"),
    ("nb-jingwei", "qdn-huangping", "bureau"),
    ("nb-cixi", "qdn-leishan", "county"),
    ("nb-jiangbei", "qxn-ceheng", "county"),
    ("nb-jiaowei", "qxn-qinglong", "bureau"),
    ("nb-fenghua", "qxn-qinglong", "county"),
    ("nb-ninghai", "qxn-qinglong", "county"),
    ("nb-haishu", "qxn-zhenfeng", "county"),
}
ORGANISATION_KINDS = {
    "enterprise",
    "association",
    "religious",
    "charity",
    "government",
    "school",
    "foundation",
    "other",
}


def rows(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def first_day(row: dict[str, str]) -> date:
    return date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min


def last_day(row: dict[str, str]) -> date:
    return date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max


def valid_on(row: dict[str, str], day: date) -> bool:
    return first_day(row) <= day <= last_day(row)


def of_level(level: str) -> list[dict[str, str]]:
    return [row for row in DIVISIONS if row["level"] == level]


def label(row: dict[str, str]) -> str:
    return row["name_zh"] + row["code"]


DIVISIONS = rows("core/data/divisions.csv")
ORGANISATIONS = rows("partnerships/data/organisations.csv")
OFFICES = rows("partnerships/data/offices.csv")
TWINNINGS = rows("partnerships/data/twinnings.csv")


@pytest.mark.parametrize(("path", "columns"), FILES.items())
def test_a_file_has_its_columns_and_no_stray_spaces(path, columns):
    text = (ROOT / path).read_text(encoding="utf-8")
    assert text.splitlines()[0] == columns
    assert "\r" not in text and text.endswith("\n")
    for row in rows(path):
        assert None not in row, f"too many cells: {row}"
        assert all(cell is not None and cell == cell.strip() for cell in row.values()), row


def test_a_code_stands_for_one_place_on_any_day():
    once = Counter((row["code"], row["valid_from"]) for row in DIVISIONS)
    assert max(once.values()) == 1
    ordered = sorted(DIVISIONS, key=lambda row: (row["code"], first_day(row)))
    for before, after in pairwise(ordered):
        assert first_day(before) <= last_day(before)
        if before["code"] == after["code"]:
            assert last_day(before) < first_day(after), label(before)


def test_a_place_lies_in_a_place_one_level_up_that_existed_in_its_days():
    above = {"province": "", "prefecture": "province", "county": "prefecture", "town": "county"}
    by_code = {row["code"]: row for row in DIVISIONS if row["level"] != "town"}
    for row in DIVISIONS:
        if not above[row["level"]]:
            assert row["parent_code"] == ""
            continue
        parent = by_code[row["parent_code"]]
        assert parent["level"] == above[row["level"]], label(row)
        assert first_day(parent) <= first_day(row) or row["valid_from"] == "", label(row)
        assert last_day(row) <= last_day(parent), label(row)


def test_a_town_code_begins_with_the_code_of_its_county():
    assert len(of_level("town")) > 500
    for row in of_level("town"):
        assert len(row["code"]) == 9 and row["code"][:6] == row["parent_code"], label(row)
        assert row["code"][6] in "012", f"not a town, township or subdistrict: {label(row)}"


def test_every_county_has_towns_in_2010_and_today():
    for day in (REFERENCE_DAY, date(2023, 6, 30)):
        with_towns = {row["parent_code"] for row in of_level("town") if valid_on(row, day)}
        assert {row["code"] for row in of_level("county") if valid_on(row, day)} == with_towns


@pytest.mark.parametrize(("prefecture", "counties"), COUNTIES_OF_2010.items())
def test_the_counties_of_2010_are_those_of_the_national_list(prefecture, counties):
    found = {
        label(row)
        for row in of_level("county")
        if row["parent_code"] == prefecture and valid_on(row, REFERENCE_DAY)
    }
    assert found == set(counties.split())


def test_the_three_changes_of_counties_hand_over_without_a_gap():
    changed = {row["code"]: row["successor_code"] for row in of_level("county") if row["valid_to"]}
    assert changed == {"330204": "330212", "330283": "330213", "522322": "522302"}
    by_code = {row["code"]: row for row in of_level("county")}
    for old, new in (("330283", "330213"), ("522322", "522302")):
        assert last_day(by_code[old]) + timedelta(days=1) == first_day(by_code[new])


def test_a_successor_exists_and_only_what_ended_has_one():
    for row in DIVISIONS:
        if row["successor_code"]:
            heirs = [other for other in DIVISIONS if other["code"] == row["successor_code"]]
            assert row["valid_to"], label(row)
            assert any(valid_on(heir, last_day(row) + timedelta(days=1)) for heir in heirs), label(
                row
            )


def test_what_ended_or_began_says_why():
    for row in DIVISIONS:
        if row["valid_from"] or row["valid_to"]:
            assert row["note"], label(row)
        assert len(row["note"]) <= 300, label(row)


def test_pinyin_is_plain_and_initials_follow_from_it():
    for row in DIVISIONS:
        assert row["pinyin"].replace(" ", "").isalpha() and row["pinyin"].isascii(), label(row)
        assert row["pinyin"] == row["pinyin"].lower()
        assert row["initials"] == "".join(word[0] for word in row["pinyin"].split()), label(row)
        assert row["name_en"].isascii(), label(row)


def test_english_names_begin_with_the_pinyin():
    for row in DIVISIONS:
        first_word = row["name_en"].split()[0].replace("'", "").lower()
        assert first_word == row["pinyin"].replace(" ", ""), label(row)


@pytest.mark.parametrize(
    ("code", "name_en"),
    [
        ("330212", "Yinzhou District"),
        ("522300", "Qianxinan Buyei and Miao Autonomous Prefecture"),
        ("522323", "Pu'an County"),
        ("522327", "Ceheng County"),
        ("522601", "Kaili City"),
        ("522622102", "Chong'an Town"),
        ("522327102", "Rongdu Town"),
        ("522634203", "Dadi Sui Ethnic Township"),
    ],
)
def test_names_that_are_easily_misread(code, name_en):
    assert [row["name_en"] for row in DIVISIONS if row["code"] == code] == [name_en]


def test_organisations_have_a_known_kind_and_a_place_of_2010():
    assert len({row["key"] for row in ORGANISATIONS}) == len(ORGANISATIONS)
    places = {row["code"] for row in DIVISIONS if valid_on(row, REFERENCE_DAY)}
    for row in ORGANISATIONS:
        assert row["kind"] in ORGANISATION_KINDS, row["key"]
        assert row["division_code"] in places | {""}, row["key"]
        assert row["name_zh"] and row["name_en"] and row["source_note"], row["key"]


def test_offices_are_a_tree_of_three_roots():
    by_key = {row["key"]: row for row in OFFICES}
    assert len(by_key) == len(OFFICES)
    assert {row["key"] for row in OFFICES if not row["parent_key"]} == {"nb", "qxn", "qdn"}
    for row in OFFICES:
        if row["parent_key"]:
            assert by_key[row["parent_key"]]["side"] == row["side"], row["key"]
            assert row["key"].startswith(row["parent_key"] + "-"), row["key"]


def test_every_county_of_2010_has_its_office():
    kinds = Counter((row["parent_key"], row["kind"]) for row in OFFICES)
    assert kinds["nb", "county"] == 11
    assert kinds["qxn", "county"] == 8
    assert kinds["qdn", "county"] == 16
    names = {row["code"]: row["name_zh"] for row in DIVISIONS if valid_on(row, REFERENCE_DAY)}
    for row in OFFICES:
        assert row["division_code"] in names, row["key"]
        if row["kind"] == "county":
            assert row["name_zh"] == names[row["division_code"]] + "扶贫办"


def test_no_twinning_but_those_confirmed():
    found = [(row["supporter_key"], row["receiver_key"], row["level"]) for row in TWINNINGS]
    assert len(found) == len(set(found))
    assert set(found) == CONFIRMED_TWINNINGS


def test_a_twinning_joins_a_supporting_office_to_a_receiving_one():
    sides = {row["key"]: row["side"] for row in OFFICES}
    for row in TWINNINGS:
        assert sides[row["supporter_key"]] == "supporting"
        assert sides[row["receiver_key"]] == "receiving"


def test_a_twinning_says_how_exactly_its_days_are_known():
    for row in TWINNINGS:
        assert first_day(row) <= last_day(row)
        assert row["known_by"] and row["basis_zh"] and row["basis_en"], row
        assert bool(row["precision"]) == bool(row["valid_from"] or row["valid_to"]), row
        assert row["precision"] in {"", "year", "month", "day"}, row
