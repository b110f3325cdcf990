"""What a project's page says of its money, fund by fund and payment by payment.

Rule: nothing is added up here that the ledger knows; nothing is moved.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from ledger.models import Movement
from ledger.trace import givers_of
from projects.models import Allocation, Appropriation, FundingLine, Payment, Project, Surplus


@dataclass(frozen=True)
class Account:
    """What one funding line was given and what was asked of it, the oldest first."""

    line: FundingLine
    allocations: list[Allocation]
    payments: list[Payment]
    surpluses: list[Surplus]

    @property
    def bound_amount(self) -> Decimal:
        """Yuan that came to the line by no allocation: gifts bound to the project."""
        posted = (entry.amount for entry in self.allocations if entry.status == "posted")
        return self.line.received_amount - sum(posted, Decimal(0))

    @property
    def paid_amount(self) -> Decimal:
        return sum((one.amount for one in self.payments if one.status == "paid"), Decimal("0.00"))

    @property
    def kept_amount(self) -> Decimal:
        """Yuan that reached the project and did not go back."""
        return self.line.free_amount + self.paid_amount


def accounts_of(project: Project) -> list[Account]:
    """The funding lines of a project with their allocations, payments and surpluses."""
    allocations, payments, surpluses = (defaultdict(list) for _kind in range(3))
    for allocation in project.allocations.order_by("allocated_on", "pk"):
        allocations[allocation.fund_id].append(allocation)
    for payment in Payment.objects.filter(line__project=project).order_by("requested_on", "pk"):
        payments[payment.line_id].append(payment)
    for surplus in Surplus.objects.filter(line__project=project).order_by("returned_on", "pk"):
        surpluses[surplus.line_id].append(surplus)
    lines = project.lines.select_related("fund__custodian", "pool")
    return [
        Account(line, allocations[line.fund_id], payments[line.pk], surpluses[line.pk])
        for line in lines
    ]


@dataclass(frozen=True)
class Origin:
    """Whose money a payment used: appropriations one by one, gifts by their number and sum."""

    appropriations: list[tuple[Movement, Appropriation | None, Decimal]]
    gift_count: int
    gift_amount: Decimal


def origin_of(payment: Payment) -> Origin | None:
    """Where the money of a posted payment came from, by the ledger; None before it is paid."""
    if payment.movement_id is None:
        return None
    amounts = {giver.movement_id: giver.amount for giver in givers_of(payment.movement_id)}
    public = Movement.objects.filter(pk__in=amounts, kind=Movement.Kind.APPROPRIATION)
    records = {
        entry.movement_id: entry for entry in Appropriation.objects.filter(movement__in=public)
    }
    appropriations = [(one, records.get(one.pk), amounts.pop(one.pk)) for one in public]
    return Origin(appropriations, len(amounts), sum(amounts.values(), Decimal(0)))
