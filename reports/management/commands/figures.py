"""`manage.py figures 2010 [--json]`: every published figure of a year, computed from the records.

Rule: money is printed in yuan with two decimals, in either form.
"""

import json
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from reports.checks import Outcome, checks_of
from reports.figures import Computed, figures_of
from reports.published import Printed, agrees, published

FIRST, LAST = 1996, 2100
ROW = "{:<4} {:<44} {:>7} {:<9} {:>18} {:>7}  {}"


class Command(BaseCommand):
    help = "Prints every figure of a year: key, value, unit, count, definition, address and checks."

    def add_arguments(self, parser):
        parser.add_argument("year", help="the plan year, such as 2010")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args, year: str, **options):
        if not (year.isascii() and year.isdecimal() and FIRST <= int(year) <= LAST):
            raise CommandError(
                f"“{year}” is not a year. Give one from {FIRST} to {LAST}, such as 2010.",
                returncode=2,
            )
        with translation.override("en"):
            number = int(year)
            figures = figures_of(number)
            outcomes = checks_of(number, figures)
            entries = [entry(figure, outcomes) for figure in figures.values()]
            if options["json"]:
                self.stdout.write(json.dumps(entries, ensure_ascii=False, indent=1))
            else:
                self._table(entries, outcomes)

    def _table(self, entries: list[dict[str, Any]], outcomes: list[Outcome]) -> None:
        self.stdout.write(ROW.format("key", "figure", "number", "", "yuan", "records", "printed"))
        for row in entries:
            value = f"{Decimal(row['value']):,.2f}" if isinstance(row["value"], str) else ""
            agreement = (row["published"] or {}).get("agreement", "not printed")
            self.stdout.write(
                ROW.format(
                    row["key"],
                    row["label"],
                    "" if row["number"] is None else row["number"],
                    row["unit"],
                    value,
                    row["count"],
                    agreement,
                )
            )
        for outcome in outcomes:
            self.stdout.write(f"{outcome.result.label}: {outcome.label}: {outcome.working}")


def entry(figure: Computed, outcomes: list[Outcome]) -> dict[str, Any]:
    """One figure as JSON takes it.

    `value` is yuan as text with two decimals, or the number itself for a figure without money.
    """
    money = figure.value is not None
    return {
        "key": figure.key,
        "label": str(figure.figure.label),
        "value": f"{figure.value:.2f}" if money else figure.number,
        "value_unit": "yuan" if money else figure.figure.unit,
        "unit": figure.figure.unit,
        "number": None if figure.figure.unit == "yuan" else figure.number,
        "count": figure.count,
        "definition": str(figure.figure.definition),
        "url": figure.url,
        "parts": [
            {
                "label": str(part.label),
                "count": part.tally.count,
                "value": None if part.tally.amount is None else f"{part.tally.amount:.2f}",
                "url": part.url,
            }
            for part in figure.parts
        ],
        "published": _printed(figure, published(figure.year).get(figure.key)),
        "checks": [
            {"name": outcome.name, "result": outcome.result.value, "working": outcome.working}
            for outcome in outcomes
            if figure.key in outcome.keys
        ],
    }


def _printed(figure: Computed, printed: Printed | None) -> dict[str, Any] | None:
    if printed is None:
        return None
    return {
        "number": printed.number,
        "value": None if printed.value is None else f"{printed.value:.2f}",
        "qualifier": printed.qualifier,
        "agreement": agrees(printed, number=figure.number, value=figure.value, count=figure.count),
    }
