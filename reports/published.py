"""What the yearbook of 2010 printed, word for word in numbers.

Source: the chapter on paired aid of the Ningbo yearbook for the year 2010. Rule: what was printed
is a fact of its own; it keeps its qualifier and is never changed to fit what is computed.
"""

from dataclasses import dataclass
from decimal import Decimal

MILLION = Decimal(1_000_000)
PRINTED_STEP = Decimal("1E4")  # the source prints million yuan with two decimals


@dataclass(frozen=True)
class Printed:
    """A printed figure.

    `number` is in the figure's unit, `value` in yuan; None where the source prints none.
    `count` is the number of records that the source names where it is not the figure's own unit.
    The qualifier is "" (exact), "more" or "about" and belongs to the number, or else to the value.
    """

    number: int | None = None
    value: Decimal | None = None
    qualifier: str = ""
    count: int | None = None
    each: Decimal | None = None


def _million(text: str) -> Decimal:
    return Decimal(text) * MILLION


PUBLISHED: dict[int, dict[str, Printed]] = {
    2010: {
        "A1": Printed(309, _million("81.85")),
        "A2": Printed(148, _million("43.15")),
        "A3": Printed(161, _million("38.70")),
        "A5": Printed(2),
        "A7": Printed(6),
        "B2": Printed(2, _million("4.00"), each=_million("2.00")),
        "B3": Printed(None, _million("10.22")),
        "B4": Printed(86),
        "B4a": Printed(8),
        "B4b": Printed(200_000, qualifier="more"),
        "B4c": Printed(30),
        "C1": Printed(109, _million("31.19")),
        "C2": Printed(58, _million("14.40")),
        "C3": Printed(None, _million("6.14")),
        "C5": Printed(103, _million("51.53")),
        "C6": Printed(16),
        "C7": Printed(None, _million("15"), "more", count=13),
        "E1": Printed(9),
        "E2": Printed(4),
        "E3": Printed(635),
        "E4": Printed(174, count=2),
        "E5": Printed(70, qualifier="more"),
        "E6": Printed(30),
        "E7": Printed(40),
        "E8": Printed(8),
        "E9": Printed(50, count=2),
        "E10": Printed(20),
        "G1": Printed(None, _million("26"), "more"),
        "G2": Printed(None, _million("12"), "more"),
    }
}

# Printed as the share of A2's money that went into C1, in per cent.
INTEGRATED_SHARE = {2010: Decimal(70)}

# Printed of the Eleventh Five-Year Plan up to the year: villages, and yuan.
VILLAGES_SINCE_2006 = {2010: (103, _million("51.53"))}


def published(year: int) -> dict[str, Printed]:
    """What was printed for a year, by key; empty where nothing was."""
    return PUBLISHED.get(year, {})


def agrees(printed: Printed, *, number: int, value: Decimal | None, count: int) -> str:
    """How the records stand to what was printed: "same", "fits" a qualifier, or "differs"."""
    compared = [(printed.number, number), (printed.count, count)]
    if printed.value is not None and value is not None:
        compared.append((printed.value, value.quantize(PRINTED_STEP)))
    pairs = [(said, found) for said, found in compared if said is not None]
    if all(said == found for said, found in pairs):
        return "same"
    return "fits" if all(_fits(printed.qualifier, *pair) for pair in pairs) else "differs"


def _fits(qualifier: str, said: Decimal | int, found: Decimal | int) -> bool:
    if qualifier == "more":
        return found >= said
    return qualifier == "about" and abs(found - said) * 20 <= said
