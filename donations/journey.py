"""Where a gift went: fund by fund, project by project, payment by payment, to the fen.

Rule: it is read from the ledger's trace of this one gift and says nothing of any other giver; what
lies at each place adds up to the gift.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language

from donations.models import Gift
from ledger.models import Fund
from ledger.trace import Step, of_gift
from projects.models import FundingLine, Payment, Project

NOTHING = Decimal("0.00")


@dataclass
class PaidPart:
    """What one payment took of the gift. `amount` is the gift's part in yuan."""

    payment: Payment
    amount: Decimal

    @property
    def number(self) -> str:
        return self.payment.number

    @property
    def voucher(self) -> str:
        return self.payment.voucher

    @property
    def purpose(self) -> str:
        """What was paid for, in the language being read."""
        chinese = (get_language() or "").startswith("zh")
        zh, en = self.payment.purpose_zh, self.payment.purpose_en
        return zh if chinese or not en else en

    @property
    def paid_on(self) -> date:
        return self.payment.paid_on

    @property
    def share(self) -> Decimal:
        """The gift's part of the whole payment, from 0 to 1."""
        return self.amount / self.payment.amount


@dataclass
class ProjectPart:
    """What one project has of the gift through one fund: `paid` out, or `promised` to it.

    `stepped_in_on` is the day on which this money took the place of a gift that did not arrive.
    """

    project: Project
    set_aside_on: date
    stepped_in_on: date | None = None
    promised: Decimal = NOTHING
    payments: list[PaidPart] = field(default_factory=list)

    @property
    def paid(self) -> Decimal:
        return sum((part.amount for part in self.payments), NOTHING)

    @property
    def amount(self) -> Decimal:
        return self.paid + self.promised

    @property
    def share(self) -> Decimal:
        """The gift's part of the project's agreed amount, from 0 to 1."""
        return self.amount / self.project.agreed_amount


@dataclass
class FundPart:
    """What of the gift went into one fund and lies there (`unspent`) or behind it."""

    fund: Fund
    unspent: Decimal = NOTHING
    projects: list[ProjectPart] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return self.unspent + sum((part.amount for part in self.projects), NOTHING)


@dataclass
class RefundPart:
    """Money of the gift that went back to its giver."""

    amount: Decimal
    refunded_on: date
    voucher: str


@dataclass
class ReturnPart:
    """Money of the gift that a project did not need and that went back to its fund.

    It is part of no sum: since then it lies in the fund, or has gone on from there.
    """

    project: Project
    fund: Fund
    amount: Decimal
    returned_on: date


@dataclass
class Journey:
    """A posted gift's way. total = paid + promised + unspent + refunded, in yuan.

    `returns` tell what has been with a project before, and `steps` are the trace itself, for those
    who tell what happened on the way.
    """

    total: Decimal
    received_on: date
    funds: list[FundPart]
    refunds: list[RefundPart]
    returns: list[ReturnPart] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list, repr=False)

    @property
    def projects(self) -> list[ProjectPart]:
        """The projects of every fund, the largest part first."""
        parts = [part for fund in self.funds for part in fund.projects]
        return sorted(parts, key=lambda part: (-part.amount, part.project.number))

    @property
    def payments(self) -> list[PaidPart]:
        """The payments of every project, in the order of their days."""
        parts = [part for project in self.projects for part in project.payments]
        return sorted(parts, key=lambda part: (part.paid_on, part.number))

    @property
    def paid(self) -> Decimal:
        return sum((part.paid for part in self.projects), NOTHING)

    @property
    def promised(self) -> Decimal:
        """Set aside for projects and not yet paid out."""
        return sum((part.promised for part in self.projects), NOTHING)

    @property
    def unspent(self) -> Decimal:
        """Not yet set aside for a project."""
        return sum((part.unspent for part in self.funds), NOTHING)

    @property
    def refunded(self) -> Decimal:
        return sum((part.amount for part in self.refunds), NOTHING)


def journey_of(gift: Gift) -> Journey:
    """The way of a posted gift, in four queries whatever the number of projects and payments.

    Raises ValueError for a gift that is not in the ledger yet.
    """
    if gift.movement_id is None:
        raise ValueError(f"{gift.number} is not posted")
    steps = of_gift(gift.movement_id)
    funds = _funds(steps)
    lines = _lines(steps, funds)
    payments = _payments(steps)
    refunds = []
    for step in steps:
        if not step.free_amount:
            continue
        if step.pool_kind == "fund":
            funds[step.pool_id].unspent += step.free_amount
        elif step.pool_kind == "line":
            lines[step.pool_id].promised += step.free_amount
        elif step.movement_id not in payments:
            refunds.append(RefundPart(step.free_amount, step.posted_on, step.voucher))
    _lay(steps, payments, lines)
    returns = _returns(steps, funds, lines)
    for part in funds.values():
        part.projects = [project for project in part.projects if project.amount]
    return Journey(
        total=gift.amount,
        received_on=gift.received_on,
        funds=[part for part in funds.values() if part.amount],
        refunds=sorted(refunds, key=lambda part: part.refunded_on),
        returns=returns,
        steps=steps,
    )


def _funds(steps: list[Step]) -> dict[int, FundPart]:
    """By pool, the funds the gift has passed; also those whose lines it reached directly."""
    pools = {step.pool_id for step in steps if step.pool_kind == "fund"}
    return {fund.pool_id: FundPart(fund) for fund in Fund.objects.filter(pool__in=pools)}


def _lines(steps: list[Step], funds: dict[int, FundPart]) -> dict[int, ProjectPart]:
    """By pool, the projects' lines the gift has reached, each put under its fund."""
    days: dict[int, date] = {}
    stepped: dict[int, date] = {}
    for step in steps:
        if step.pool_kind == "line":
            days[step.pool_id] = min(days.get(step.pool_id, step.posted_on), step.posted_on)
            if step.stepped_in_on:
                stepped[step.pool_id] = step.stepped_in_on
    parts = {}
    lines = FundingLine.objects.filter(pool__in=days).select_related(
        "fund", "project__county__parent", "project__town", "project__village"
    )
    for line in lines.order_by("id"):
        parts[line.pool_id] = ProjectPart(
            line.project, days[line.pool_id], stepped.get(line.pool_id)
        )
        fund = funds.setdefault(line.fund.pool_id, FundPart(line.fund))
        fund.projects.append(parts[line.pool_id])
    return parts


def _payments(steps: list[Step]) -> dict[int, Payment]:
    """By movement, the payments that hold money of the gift."""
    movements = {
        step.movement_id for step in steps if step.pool_kind == "gone" and step.free_amount
    }
    payments = Payment.objects.filter(movement__in=movements).select_related("line")
    return {payment.movement_id: payment for payment in payments}


def _returns(
    steps: list[Step], funds: dict[int, FundPart], lines: dict[int, ProjectPart]
) -> list[ReturnPart]:
    """What came back into a fund from a project's line, movement by movement, by their days."""
    parts: dict[int, ReturnPart] = {}
    for step in steps:
        if step.pool_kind != "fund" or step.from_pool_id not in lines:
            continue
        part = parts.setdefault(
            step.movement_id,
            ReturnPart(
                lines[step.from_pool_id].project,
                funds[step.pool_id].fund,
                NOTHING,
                step.posted_on,
            ),
        )
        part.amount += step.amount
    return sorted(parts.values(), key=lambda part: (part.returned_on, part.project.number))


def _lay(steps: list[Step], payments: dict[int, Payment], lines: dict[int, ProjectPart]) -> None:
    """Adds up what each payment took and puts it under its project, in the order of the days."""
    taken: dict[int, Decimal] = {}
    for step in steps:
        if step.movement_id in payments and step.pool_kind == "gone":
            taken[step.movement_id] = taken.get(step.movement_id, NOTHING) + step.free_amount
    for movement, amount in taken.items():
        if amount:
            payment = payments[movement]
            lines[payment.line.pool_id].payments.append(PaidPart(payment, amount))
    for part in lines.values():
        part.payments.sort(key=lambda paid: (paid.paid_on, paid.number))
