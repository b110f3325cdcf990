"""Amounts of money: yuan with two decimals in Python and in the tables, whole fen in the ledger.

Rule: money is Decimal yuan or int fen, never float; 万元 exists only where it is shown or typed.
"""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

FEN = Decimal("0.01")
LARGEST = Decimal("99999999999.99")  # yuan; a thousand times the largest yearly sum we know


def fen(amount: Decimal) -> int:
    """An amount in yuan as whole fen. Raises ValueError when it has a fraction of a fen."""
    scaled = amount * 100
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} yuan is not a whole number of fen")
    return int(scaled)


def yuan(fen_count: int) -> Decimal:
    """Whole fen as an amount in yuan with two decimals."""
    return (Decimal(fen_count) / 100).quantize(FEN)


def money_text(amount: Decimal) -> str:
    """An amount in a sentence, to the fen: `¥93,000.00`, in Chinese `93,000.00 元`."""
    chinese = (get_language() or "").startswith("zh")
    return f"{amount:,.2f} 元" if chinese else f"¥{amount:,.2f}"


class AmountField(models.DecimalField):
    """An amount in yuan with two decimals, more than zero and at most LARGEST.

    The column's own bounds stand in `positive()`, to be put among the model's constraints: NaN is
    larger than every number for PostgreSQL, so the upper bound keeps it out as well.
    """

    default_validators = [MinValueValidator(FEN), MaxValueValidator(LARGEST)]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 13)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


def positive(field: str, *, model: str) -> models.CheckConstraint:
    """The database's own bounds of an amount column; empty columns pass where null is allowed."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__gte": FEN, f"{field}__lte": LARGEST}),
        name=f"{model}_{field}_bounds",
    )
