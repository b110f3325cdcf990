"""Each verb that moves a project's money: appropriations in, allocations, payments.

Rule: purpose and budget are checked here, before the ledger is asked; balances are the ledger's.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.money import money_text, yuan
from ledger import money as ledger
from ledger.models import Fund, Movement
from ledger.trace import givers_of
from projects.models import (
    HELD,
    PAID,
    Allocation,
    Amendment,
    Appropriation,
    FundingLine,
    Payment,
    Project,
    Surplus,
)


def line_of(project: Project, fund: Fund) -> FundingLine:
    """The project's funding line from a fund, opened when the first money comes."""
    line = FundingLine.objects.filter(project=project, fund=fund).first()
    return line or FundingLine.objects.create(project=project, fund=fund, pool=ledger.open_line())


def receiving_line(project: Project, fund: Fund, amount) -> FundingLine:
    """The line that takes an amount on, under the project's lock, so that two amounts that come at
    the same time do not pass the agreed amount together. Raises ValidationError as may_receive."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    may_receive(project, fund, amount)
    return line_of(project, fund)


def may_allocate(allocation: Allocation) -> None:
    """Raises ValidationError when the project is not approved, the purpose differs or the agreed
    amount would be passed."""
    project, fund = allocation.project, allocation.fund
    may_receive(project, fund, allocation.amount)
    free = yuan(fund.pool.received - fund.pool.spent)
    if allocation.amount > free:
        raise ValidationError(
            _("The fund holds %(free)s; an allocation of %(amount)s is more than that.")
            % {"free": money_text(free), "amount": money_text(allocation.amount)}
        )


def may_receive(project: Project, fund: Fund, amount) -> None:
    """Raises ValidationError when a project cannot take this amount from this fund."""
    if project.status not in Project.PAYABLE:
        raise ValidationError(_("The project is not approved yet."), code="not_approved")
    if fund.project_types and not set(fund.project_types) & set(project.types):
        raise ValidationError(
            _("The purpose of the fund does not cover this kind of project."), code="purpose"
        )
    taken = project.lines.aggregate(held=HELD, paid=PAID)
    room = project.agreed_amount - yuan((taken["held"] or 0) + (taken["paid"] or 0))
    if amount > room:
        raise ValidationError(
            _("The project may still receive %(room)s of its agreed amount; this is %(amount)s.")
            % {"room": money_text(room), "amount": money_text(amount)}
        )


def allocate(allocation: Allocation, *, by, note: str = "") -> None:
    """Posts an approved allocation: fund → funding line."""
    line = receiving_line(allocation.project, allocation.fund, allocation.amount)
    allocation.movement = ledger.allocate(
        allocation.fund.pool,
        line.pool,
        allocation.amount,
        voucher=f"allocation:{allocation.number}",
        on=allocation.allocated_on,
        by=by,
    )
    allocation.save(update_fields=["movement"])


def may_pay(payment: Payment) -> None:
    """Raises ValidationError when the line holds less, or the project is not approved."""
    if payment.line.project.status not in Project.PAYABLE:
        raise ValidationError(_("The project is not approved yet."), code="not_approved")
    free = yuan(payment.line.pool.received - payment.line.pool.spent)
    if payment.amount > free:
        raise ValidationError(
            _("The line holds %(free)s; a payment of %(amount)s is more than that.")
            % {"free": money_text(free), "amount": money_text(payment.amount)}
        )


def pay(payment: Payment, *, by, note: str = "") -> None:
    """Posts an approved payment: funding line → outside."""
    payment.movement = ledger.pay(
        payment.line.pool,
        payment.amount,
        voucher=f"payment:{payment.voucher}",
        on=payment.paid_on,
        by=by,
    )
    payment.save(update_fields=["movement"])


def receive(appropriation: Appropriation, *, by, note: str = "") -> None:
    """Posts a confirmed appropriation: outside → fund."""
    appropriation.movement = ledger.receive(
        appropriation.fund.pool,
        appropriation.amount,
        kind="appropriation",
        voucher=f"appropriation:{appropriation.document}",
        on=appropriation.received_on,
        by=by,
    )
    appropriation.save(update_fields=["movement"])


def may_give_back(surplus: Surplus) -> None:
    """Raises ValidationError when the line holds less than is to go back."""
    free = yuan(surplus.line.pool.received - surplus.line.pool.spent)
    if surplus.amount > free:
        raise ValidationError(
            _("The line holds %(free)s; a return of %(amount)s is more than that.")
            % {"free": money_text(free), "amount": money_text(surplus.amount)}
        )


def give_back(surplus: Surplus, *, by, note: str = "") -> None:
    """Posts an approved return of surplus: funding line → fund."""
    surplus.movement = ledger.give_back(
        surplus.line.pool,
        surplus.line.fund.pool,
        surplus.amount,
        voucher=f"surplus:{surplus.number}",
        on=surplus.returned_on,
        by=by,
    )
    surplus.save(update_fields=["movement"])


def may_amend(amendment: Amendment) -> None:
    """Raises ValidationError when the project could not keep what it has already received."""
    project = amendment.project
    if project.status not in Project.AMENDABLE:
        raise ValidationError(_("A project is amended once it is approved."))
    if not amendment.changes:
        raise ValidationError(_("Not yet: say what is to change."))
    taken = project.lines.aggregate(held=HELD, paid=PAID)
    received = yuan((taken["held"] or 0) + (taken["paid"] or 0))
    if amendment.amount < received:
        raise ValidationError(
            _("The project has already received %(received)s; give the surplus back first.")
            % {"received": money_text(received)}
        )


@dataclass(frozen=True)
class Account:
    """What one funding line was given and what was asked of it, the oldest first."""

    line: FundingLine
    allocations: list[Allocation]
    payments: list[Payment]

    @property
    def bound_amount(self) -> Decimal:
        """Yuan that came to the line by no allocation: gifts bound to the project."""
        posted = (entry.amount for entry in self.allocations if entry.status == "posted")
        return self.line.received_amount - sum(posted, Decimal(0))


def accounts_of(project: Project) -> list[Account]:
    """The funding lines of a project with their allocations and payments, in three queries."""
    allocations, payments = defaultdict(list), defaultdict(list)
    for allocation in project.allocations.order_by("allocated_on", "pk"):
        allocations[allocation.fund_id].append(allocation)
    for payment in Payment.objects.filter(line__project=project).order_by("requested_on", "pk"):
        payments[payment.line_id].append(payment)
    lines = project.lines.select_related("fund__custodian", "pool")
    return [Account(line, allocations[line.fund_id], payments[line.pk]) for line in lines]


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
