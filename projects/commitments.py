"""What a fund has committed: to projects whose sources name it, and by allocations proposed.

Rule: the database adds it up (projects/sql/money.sql) for pages and for its own refusals alike.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from core.money import yuan
from ledger.models import Fund
from projects.models import Allocation

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Commitment:
    """What a fund still owes one project, in yuan: `planned` by its sources and not `received`, or
    `proposed` by allocations, whichever is more."""

    project_id: int
    planned: Decimal
    received: Decimal
    proposed: Decimal
    open: Decimal


def commitments_of(fund: Fund) -> list[Commitment]:
    """The projects to which the fund still owes money, the largest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM projects_commitments(%s) WHERE open > 0 ORDER BY open DESC, project",
            [fund.pk],
        )
        return [Commitment(project, *map(yuan, fen)) for project, *fen in cursor.fetchall()]


def committed(fund: Fund) -> Decimal:
    """Yuan that the fund has committed in all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(open), 0) FROM projects_commitments(%s)", [fund.pk])
        return yuan(cursor.fetchone()[0])


def free_of(fund: Fund) -> Decimal:
    """Yuan that lie in the fund, committed or not."""
    return yuan(fund.pool.received - fund.pool.spent)


def needed(allocation: Allocation) -> Decimal:
    """Yuan that the fund must hold, so that this allocation and what it owes others are covered."""
    total, own = NOTHING, None
    for one in commitments_of(allocation.fund):
        if one.project_id == allocation.project_id:
            own = one
        else:
            total += one.open
    if own is None:
        return total + allocation.amount
    known = Allocation.objects.filter(pk=allocation.pk, fund=allocation.fund_id)
    counted = known.values_list("amount", flat=True).first() or NOTHING
    proposed = own.proposed - counted + allocation.amount
    return total + max(own.planned - own.received, proposed)
