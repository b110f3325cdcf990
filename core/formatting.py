"""How numbers are written out: money, capital amounts, counts, ages. Pure functions, no markup.

The one rule kept here: nothing is rounded. Whoever shows an amount in 万元 shows it to the fen.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format, time_format

YUAN, WAN = "yuan", "wan"
MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"

LATE_DAYS, OVER_DAYS = 5, 10

CAPITAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
CAPITAL_PLACES = ("", "拾", "佰", "仟")


class Segment(NamedTuple):
    """One part of a share bar: as long as `value`; written of it is `text`, or the value."""

    label: str
    value: Decimal | int
    css: str = ""
    text: str = ""


def number(value: Decimal | float | None, places: int | None = None) -> str:
    """1286 -> "1,286"; with places=2, 1286.5 -> "1,286.50"; None -> an en dash."""
    if value is None:
        return NOTHING
    text = f"{abs(value):,}" if places is None else f"{abs(value):,.{places}f}"
    return (MINUS if value < 0 else "") + text


def quantity(value: Decimal | None) -> str:
    """With the decimals that it needs: 1200.00 -> "1,200", 2.50 -> "2.5"."""
    if value is None:
        return NOTHING
    whole = value.to_integral_value()
    return number(whole.quantize(Decimal(1)) if value == whole else value.normalize())


def yuan_text(amount: Decimal) -> str:
    """697500 -> "697,500.00"."""
    return number(Decimal(amount), places=2)


def wan_text(amount: Decimal) -> str:
    """Yuan in units of ten thousand, to the fen: 697500 -> "69.75", 697500.05 -> "69.750005"."""
    text = number(Decimal(amount) / 10_000, places=6)
    whole, decimals = text.split(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def amount_text(amount: Decimal | None, unit: str = YUAN) -> str:
    """An amount in yuan as digits of the reader's unit, without the unit's sign."""
    if amount is None:
        return NOTHING
    return wan_text(amount) if unit == WAN else yuan_text(amount)


def capital_amount(amount: Decimal) -> str:
    """120000 -> "壹拾贰万元整", as amounts stand on Chinese receipts and vouchers.

    Follows the People's Bank of China's rules for filling in bills (Payment and Settlement
    Measures of 1997, annex 1): 整 after whole yuan only; where the rules leave a 零 to choice,
    the first of their own examples is followed. Valid below 10^16 yuan.
    """
    count, rest = divmod(abs(Decimal(amount)) * 100, 1)
    if rest or count >= 10**18:
        raise ValueError("Only whole fen below 10^16 yuan have a capital form.")
    yuan, jiao, fen = int(count) // 100, int(count) // 10 % 10, int(count) % 10
    words = "负" if amount < 0 else ""
    if yuan or not (jiao or fen):
        words += _capital_integer(yuan) + "元"
    if not (jiao or fen):
        return words + "整"
    if yuan and (not jiao or yuan % 10 == 0):
        words += "零"
    if jiao:
        words += CAPITAL_DIGITS[jiao] + "角"
    if fen:
        words += CAPITAL_DIGITS[fen] + "分"
    return words


def _capital_integer(value: int) -> str:
    """Read in groups: 亿 above, then 万, then the last four digits, each group by the same rule."""
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if value >= size:
            upper, lower = divmod(value, size)
            gap = "零" if 0 < lower < size // 10 else ""
            tail = _capital_integer(lower) if lower else ""
            return _capital_integer(upper) + name + gap + tail
    return _capital_group(value)


def _capital_group(value: int) -> str:
    """A number below ten thousand; zeros inside are read once, zeros at the end not at all."""
    if value == 0:
        return CAPITAL_DIGITS[0]
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = value // 10**place % 10
        if digit:
            words += ("零" if gap else "") + CAPITAL_DIGITS[digit] + CAPITAL_PLACES[place]
            gap = False
        elif words:
            gap = True
    return words


def days_between(since: date | datetime, today: date) -> int:
    """Whole days from `since` to `today`; a moment counts by its local day."""
    if isinstance(since, datetime):
        since = timezone.localtime(since).date() if timezone.is_aware(since) else since.date()
    return (today - since).days


def age_tone(days: int, late: int = LATE_DAYS, over: int = OVER_DAYS) -> str:
    """How urgent an age is: "" below `late` days, then "late", from `over` days "over"."""
    if days >= over:
        return "over"
    return "late" if days >= late else ""


def shares(values: list[Decimal | int], total: Decimal | int) -> list[tuple[float, float]]:
    """Where each part begins and how long it is, in per cent of the total, never past the end."""
    if not total or total < 0:
        return [(0.0, 0.0) for _ in values]
    parts, start = [], 0.0
    for value in values:
        width = min(max(float(value / total) * 100, 0.0), 100.0 - start)
        parts.append((round(start, 3), round(width, 3)))
        start += width
    return parts


def moment(at: datetime) -> str:
    """`14:32`, with the day before it where that is not today."""
    at = timezone.localtime(at)
    clock = time_format(at, "H:i")
    return clock if at.date() == timezone.localdate() else f"{date_format(at)} {clock}"
