"""The models of money: the ledger's rows, funds, closings, and what a money record is made of."""

from ledger.models.book import Movement, Naming, Period, Piece, Pool, UnitsField
from ledger.models.closing import PeriodClosing
from ledger.models.fund import Fund, FundQuerySet, ProjectType
from ledger.models.record import MoneyRecord, money_triggers

__all__ = [
    "Fund",
    "FundQuerySet",
    "MoneyRecord",
    "Movement",
    "Naming",
    "Period",
    "PeriodClosing",
    "Piece",
    "Pool",
    "ProjectType",
    "UnitsField",
    "money_triggers",
]
