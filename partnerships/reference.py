"""Loads the reference data: divisions, offices, organisations, twinnings.

Rule: loading again changes nothing but what the files have changed; nothing is removed.
"""

import csv
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.models import Office
from core.models import Division
from core.search import search_text
from partnerships.models import Organisation, Twinning

DIVISIONS = Path(settings.BASE_DIR, "core", "data", "divisions.csv")
DATA = Path(settings.BASE_DIR, "partnerships", "data")
REFERENCE_DAY = date(2010, 7, 1)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text: str) -> date | None:
    """A day of the files; a bare year or month stands for its first day."""
    return date.fromisoformat((text + "-01-01")[:10]) if text else None


@transaction.atomic
def load() -> dict[str, int]:
    """Loads every file and answers how many rows of each kind stand now."""
    load_divisions(rows_of(DIVISIONS))
    load_offices(rows_of(DATA / "offices.csv"))
    load_organisations(rows_of(DATA / "organisations.csv"))
    load_twinnings(rows_of(DATA / "twinnings.csv"))
    kinds = (Division, Office, Organisation, Twinning)
    return {kind._meta.verbose_name_plural: kind.objects.count() for kind in kinds}


def load_divisions(rows: list[dict[str, str]]) -> None:
    """Divisions keep the pinyin of the file: its readings of place names were checked by hand."""
    known = {(d.code, d.valid_from): d for d in Division.objects.all()}
    fresh = []
    for row in rows:
        key = (row["code"], day(row["valid_from"]))
        division = known.get(key) or Division(code=key[0], valid_from=key[1])
        known[key] = division
        fresh.append(division)
        division.name_zh, division.name_en = row["name_zh"], row["name_en"]
        division.level, division.note = row["level"], row["note"]
        division.valid_to, division.pinyin = day(row["valid_to"]), row["pinyin"]
        division.found_by = search_text(
            row["name_zh"],
            row["name_en"],
            row["code"],
            row["pinyin"].replace(" ", ""),
            row["initials"],
        )
    fields = ["name_zh", "name_en", "level", "note", "valid_to", "pinyin", "found_by"]
    Division.objects.bulk_create([division for division in fresh if not division.pk])
    Division.objects.bulk_update([division for division in fresh if division.pk], fields)
    _link_divisions(rows, known)


def _link_divisions(rows: list[dict[str, str]], known: dict) -> None:
    by_code: dict[str, list[Division]] = {}
    for division in known.values():
        by_code.setdefault(division.code, []).append(division)
    changed = []
    for row in rows:
        division = known[row["code"], day(row["valid_from"])]
        division.parent = _latest(by_code.get(row["parent_code"], []), division.valid_to)
        division.successor = _latest(by_code.get(row["successor_code"], []), None)
        changed.append(division)
    Division.objects.bulk_update(changed, ["parent", "successor"])


def _latest(divisions: list[Division], until: date | None) -> Division | None:
    """Of the rows of one code, the one that was in force last, or on the day `until`."""
    then = [d for d in divisions if until is None or d.valid_from is None or d.valid_from <= until]
    return max(then, key=lambda d: d.valid_from or date.min, default=None)


def load_offices(rows: list[dict[str, str]]) -> None:
    """Offices come parents first in the file; their places are those of the reference year."""
    places = {d.code: d for d in Division.objects.valid_on(REFERENCE_DAY)}
    offices = {office.key: office for office in Office.objects.all()}
    for row in rows:
        office = offices.setdefault(row["key"], Office(key=row["key"]))
        office.name_zh, office.name_en = row["name_zh"], row["name_en"]
        office.kind, office.side = row["kind"], row["side"]
        office.parent = offices[row["parent_key"]] if row["parent_key"] else None
        office.division = places.get(row["division_code"])
        office.save()


def load_organisations(rows: list[dict[str, str]]) -> None:
    places = {d.code: d for d in Division.objects.valid_on(REFERENCE_DAY)}
    for row in rows:
        Organisation.objects.update_or_create(
            key=row["key"],
            defaults={
                "name_zh": row["name_zh"],
                "name_en": row["name_en"],
                "kind": row["kind"],
                "division": places.get(row["division_code"]),
                "other_names": [name for name in row["other_names"].split(";") if name],
                "source_note": row["source_note"][:300],
            },
        )


def load_twinnings(rows: list[dict[str, str]]) -> None:
    offices = {office.key: office for office in Office.objects.all()}
    for row in rows:
        Twinning.objects.update_or_create(
            supporter=offices[row["supporter_key"]],
            receiver=offices[row["receiver_key"]],
            valid_from=day(row["valid_from"]),
            defaults={
                "level": row["level"],
                "valid_to": day(row["valid_to"]),
                "known_by": day(row["known_by"]),
                "precision": row["precision"] or Twinning.Precision.YEAR,
                "basis_zh": row["basis_zh"][:300],
                "basis_en": row["basis_en"][:300],
                "source_note": row["source_note"][:300],
            },
        )
