"""Large sums as the overview writes them, in the unit and the language of the reader.

Rule: no sum is rounded; one that is not a whole ten thousand yuan shows its further decimals.
"""

from decimal import Decimal

from django.utils.translation import get_language

from core.formatting import NOTHING, WAN, number, wan_text, yuan_text

MILLION = 1_000_000
LEAST_PLACES = 2
MOST_PLACES = 8  # a fen is 0.00000001 million


def million_text(amount: Decimal) -> str:
    """Yuan in millions: 43150000 -> "43.15"."""
    whole, decimals = number(Decimal(amount) / MILLION, places=MOST_PLACES).split(".")
    return f"{whole}.{decimals.rstrip('0').ljust(LEAST_PLACES, '0')}"


def brief(amount: Decimal | None, unit: str) -> str:
    """A large sum with its unit: "¥43.15 M", in Chinese "43,150,000.00 元" or "4,315.00 万元".

    A sum below a million stands in yuan: "¥40,000.00" and not "¥0.04 M".
    """
    if amount is None:
        return NOTHING
    if unit == WAN:
        return f"{wan_text(amount)} 万元"
    if _is_chinese():
        return f"{yuan_text(amount)} 元"
    return f"¥{million_text(amount)} M" if abs(amount) >= MILLION else f"¥{yuan_text(amount)}"


def short(amount: Decimal | None, *, rounded: bool = False) -> str:
    """A sum inside a working: "43.15 M", in Chinese "4,315.00 万元".

    `rounded` is for an average, to a thousand yuan: no record holds such an amount.
    """
    amount = Decimal(amount or 0)
    if rounded:
        thousands = number(amount / (10_000 if _is_chinese() else 1_000_000), places=3)
        return f"{thousands} 万元" if _is_chinese() else f"{thousands} M"
    return f"{wan_text(amount)} 万元" if _is_chinese() else f"{million_text(amount)} M"


def _is_chinese() -> bool:
    return (get_language() or "").startswith("zh")
