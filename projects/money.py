"""Each verb that moves a project's money: appropriations in, allocations, payments, surplus.

Rule: purpose, budget, contract and commitments are checked here in words, before the ledger is
asked; the database refuses the same (projects/models/limits.py), also of two who come together.
Whoever posts locks in its order: project, fund, line, then the ledger's pools.
"""

from datetime import date
from decimal import Decimal
from typing import cast

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.money import money_text, yuan
from core.refusals import WORDS
from ledger import money as ledger
from ledger.models import Fund, Movement
from ledger.trace import rest_of
from projects.commitments import free_of, needed
from projects.models import (
    HELD,
    PAID,
    Allocation,
    Amendment,
    Appropriation,
    FundingLine,
    Payment,
    PlannedQuantity,
    Project,
    Surplus,
)

NOTHING = Decimal("0.00")


def refusal(key: str, parameter: object = "") -> ValidationError:
    """The database's own words for what it would refuse."""
    return ValidationError(str(WORDS[key]) % {"parameter": parameter}, code=key)


def line_of(project: Project, fund: Fund) -> FundingLine:
    """The project's funding line from a fund, opened when the first money comes."""
    line = FundingLine.objects.filter(project=project, fund=fund).first()
    return line or FundingLine.objects.create(project=project, fund=fund, pool=ledger.open_line())


def locked(project_id: int) -> Project:
    """The project, locked: no other money of it moves until this transaction ends."""
    projects = Project.objects.select_for_update(of=("self",), no_key=True)
    return projects.get(pk=project_id)


def receiving_line(project: Project, fund: Fund, amount) -> FundingLine:
    """The line that takes an amount on, under the project's lock, so that two amounts that come at
    the same time do not pass the agreed amount together. Raises ValidationError as may_receive."""
    project = locked(project.pk)
    may_receive(project, fund, amount)
    return line_of(project, fund)


def may_allocate(allocation: Allocation) -> None:
    """Raises ValidationError when the project is not approved, the purpose differs, the agreed
    amount would be passed, or the fund has committed its money to others."""
    fund, amount = allocation.fund, allocation.amount
    may_receive(allocation.project, fund, amount)
    free, committed = free_of(fund), needed(allocation) - amount
    if amount > free:
        raise ValidationError(
            _("The fund holds %(free)s; an allocation of %(amount)s is more than that.")
            % {"free": money_text(free), "amount": money_text(amount)}
        )
    if amount > free - committed:
        raise ValidationError(
            _(
                "The fund holds %(free)s, of which %(committed)s is committed; an allocation of"
                " %(amount)s is more than the rest."
            )
            % {
                "free": money_text(free),
                "committed": money_text(committed),
                "amount": money_text(amount),
            }
        )


def may_receive(project: Project, fund: Fund, amount) -> None:
    """Raises ValidationError when a project cannot take this amount from this fund."""
    if project.status not in Project.PAYABLE:
        raise refusal("not_approved")
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
    fund = Fund.objects.select_for_update(of=("self",), no_key=True).get(pk=allocation.fund_id)
    allocation.movement = ledger.allocate(
        fund.pool,
        line.pool,
        allocation.amount,
        voucher=f"allocation:{allocation.number}",
        on=allocation.allocated_on,
        by=by,
    )
    allocation.save(update_fields=["movement"])


def may_pay(payment: Payment) -> None:
    """Raises ValidationError when the project is not approved, or when the contract, the instalment
    or the line has less left than the payment."""
    if payment.line.project.status not in Project.PAYABLE:
        raise refusal("not_approved")
    _within_contract(payment)
    left, approved = left_on(payment.line, besides=payment.pk)
    if payment.amount <= left:
        return
    if not approved:
        raise ValidationError(
            _("The line holds %(free)s; a payment of %(amount)s is more than that.")
            % {"free": money_text(left), "amount": money_text(payment.amount)}
        )
    raise ValidationError(
        _(
            "The line holds %(free)s, of which %(approved)s is approved for other payments; a"
            " payment of %(amount)s is more than the rest."
        )
        % {
            "free": money_text(left + approved),
            "approved": money_text(approved),
            "amount": money_text(payment.amount),
        }
    )


def may_approve(payment: Payment) -> None:
    """Raises ValidationError as may_pay, and while the condition of the instalment is not met."""
    may_pay(payment)
    if payment.instalment and payment.instalment.met_on is None:
        raise refusal("condition_not_met", payment.instalment.condition)


def left_on(line: FundingLine, *, besides: int | None = None) -> tuple[Decimal, Decimal]:
    """Yuan of a line that nobody was promised yet, and yuan of payments approved and not paid."""
    waiting = line.payments.filter(status=Payment.Status.APPROVED).exclude(pk=besides)
    approved = waiting.aggregate(sum=Sum("amount"))["sum"] or NOTHING
    return line.free_amount - approved, approved


def left_of(bound) -> Decimal:
    """Yuan of a contract or an instalment for which no payment is approved yet."""
    return bound.amount - approved_of(bound)


def approved_of(bound, *, besides: int | None = None) -> Decimal:
    """Yuan of the payments of a contract or an instalment that are approved or paid."""
    counted = bound.payments.filter(status__in=Payment.BINDING).exclude(pk=besides)
    return counted.aggregate(sum=Sum("amount"))["sum"] or NOTHING


def _within_contract(payment: Payment) -> None:
    for key, bound in (
        ("over_contract", payment.contract),
        ("over_instalment", payment.instalment),
    ):
        if bound is None:
            continue
        left = bound.amount - approved_of(bound, besides=payment.pk)
        if payment.amount > left:
            raise refusal(key, money_text(left))


def pay(payment: Payment, *, by, note: str = "") -> None:
    """Posts an approved payment: funding line → outside."""
    project, paid_on = locked(payment.line.project_id), cast(date, payment.paid_on)
    if project.approved_on and paid_on < project.approved_on:
        refused = refusal("paid_before_approval", date_format(project.approved_on))
        raise ValidationError({"paid_on": refused})
    payment.movement = ledger.pay(
        payment.line.pool,
        payment.amount,
        voucher=f"payment:{payment.voucher}",
        on=paid_on,
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


def has_bound_gifts(line: FundingLine) -> bool:
    """Whether a giver has bound money on this line to the project."""
    return Movement.objects.filter(target=line.pool_id, source=None).exists()


def may_give_back(surplus: Surplus) -> None:
    """Raises ValidationError when the line, or the allocation it is of, has less to go back, or
    when it would carry off money that a giver has bound to the project."""
    line, amount = surplus.line, surplus.amount
    left, _approved = left_on(line)
    if surplus.allocation:
        left = min(left, rest_of(cast(int, surplus.allocation.movement_id)))
    elif has_bound_gifts(line):
        raise refusal("bound_gifts")
    if amount > left:
        raise ValidationError(
            _("Only %(left)s can go back; a return of %(amount)s is more than that.")
            % {"left": money_text(left), "amount": money_text(amount)}
        )


def give_back(surplus: Surplus, *, by, note: str = "") -> None:
    """Posts an approved return: the unspent money of one allocation, or the oldest of the line."""
    line = FundingLine.objects.select_for_update(no_key=True).get(pk=surplus.line_id)
    how = {"voucher": f"surplus:{surplus.number}", "on": surplus.returned_on, "by": by}
    pool, amount = line.fund.pool, surplus.amount
    if surplus.allocation:
        taken = cast(Movement, surplus.allocation.movement)
        surplus.movement = ledger.take_back(
            taken, pool, amount, kind="withdrawal", substitute=False, **how
        )
    else:
        surplus.movement = ledger.give_back(line.pool, pool, amount, **how)
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
    rows = amendment.changes.get("parts", {}).get(PlannedQuantity._meta.db_table)
    if rows is not None:
        kept = {row.get("id") for row in rows} - {None}
        if project.quantities.exclude(pk__in=kept).filter(done__isnull=False).exists():
            raise refusal("quantity_reported")
