"""What a project's budget, sources, contracts and instalments have left.

Rule: what was asked for is not yet spent, what was declined never counted; a payment under a
contract uses the budget line of its contract where it names none itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from projects.books import Account
from projects.models import (
    BudgetLine,
    Contract,
    Contribution,
    FundingSource,
    Instalment,
    Payment,
    Project,
)
from projects.panels import entries_of

NOTHING = Decimal("0.00")


@dataclass
class Use:
    """Yuan asked for, approved and not yet paid, and paid."""

    requested: Decimal = NOTHING
    approved: Decimal = NOTHING
    paid: Decimal = NOTHING

    def add(self, payment: Payment) -> None:
        if payment.status in ("requested", "approved", "paid"):
            name = str(payment.status)
            setattr(self, name, getattr(self, name) + payment.amount)

    @property
    def bound(self) -> Decimal:
        """What nobody else can have any more."""
        return self.approved + self.paid


class Uses:
    """What the payments of a project use, by contract, by instalment and by purpose."""

    def __init__(self, payments: Iterable[Payment], contracts: Iterable[Contract]):
        self.contracts: dict[int, Use] = defaultdict(Use)
        self.instalments: dict[int, Use] = defaultdict(Use)
        self.purposes: dict[str, Use] = defaultdict(Use)
        self.without_contract: dict[str, Use] = defaultdict(Use)
        budget_of = {contract.pk: contract.budget for contract in contracts}
        for payment in payments:
            purpose = payment.budget or budget_of.get(payment.contract_id, "")
            self.purposes[purpose].add(payment)
            if payment.contract_id is None:
                self.without_contract[purpose].add(payment)
            else:
                self.contracts[payment.contract_id].add(payment)
            if payment.instalment_id is not None:
                self.instalments[payment.instalment_id].add(payment)

    def of(self, entry: Contract | Instalment) -> Use:
        known = self.contracts if isinstance(entry, Contract) else self.instalments
        return known[entry.pk]


@dataclass(frozen=True)
class BudgetRow:
    """A purpose of the budget: agreed, bound by contracts, asked for, approved, paid, and left.

    Left is what neither a contract binds nor a payment without one; below zero it is passed.
    """

    label: Any
    note: str
    agreed: Decimal
    by_contract: Decimal
    use: Use
    left: Decimal


@dataclass(frozen=True)
class Budget:
    rows: list[BudgetRow]
    total: BudgetRow


def budget_of(project: Project, contracts: Iterable[Contract], uses: Uses) -> Budget:
    """The budget of a project, purpose by purpose, and what belongs to none."""
    agreed: dict[str, Decimal] = defaultdict(Decimal)
    notes: dict[str, list[str]] = defaultdict(list)
    bound: dict[str, Decimal] = defaultdict(Decimal)
    for line in project.budget.all():
        agreed[line.purpose] += line.amount
        notes[line.purpose] += [line.note] if line.note else []
    for contract in contracts:
        bound[contract.budget] += contract.amount
    labels = dict(BudgetLine.Purpose.choices)
    names = [name for name in (*labels, "") if name in {*agreed, *bound, *uses.purposes}]
    rows = [
        BudgetRow(
            labels.get(name, ""),
            " · ".join(notes[name]),
            agreed[name],
            bound[name],
            uses.purposes[name],
            agreed[name] - bound[name] - uses.without_contract[name].bound,
        )
        for name in names
    ]
    return Budget(rows, _total(rows))


def _total(rows: list[BudgetRow]) -> BudgetRow:
    use = Use(*(sum((getattr(r.use, n) for r in rows), NOTHING) for n in Use.__annotations__))
    sums = (sum((getattr(r, n) for r in rows), NOTHING) for n in ("agreed", "by_contract", "left"))
    agreed, by_contract, left = sums
    return BudgetRow("", "", agreed, by_contract, use, left)


@dataclass(frozen=True)
class SourceRow:
    """Who bears a part of the investment: what was planned, what came, and of that what is paid.

    Nothing (None) stands where the records cannot tell it source by source.
    """

    label: Any
    sub: Any
    planned: Decimal | None
    came: Decimal | None
    paid: Decimal | None
    is_cash: bool = True


@dataclass(frozen=True)
class Sources:
    """Aid money and what the receiving side brings; cash and labour are never added up."""

    aid: list[SourceRow]
    local: list[SourceRow]
    aid_total: SourceRow


def sources_of(
    project: Project, accounts: Iterable[Account], brought: Iterable[Contribution]
) -> Sources:
    """The sources of a project beside what came: aid by its funding lines, the rest as entered."""
    planned = list(project.sources.select_related("office", "fund"))
    came: dict[str, Decimal] = defaultdict(Decimal)
    for entry in brought:
        came[entry.source] += entry.amount
    local = [
        _local_row(source.source, source.office, source.amount, came)
        for source in planned
        if source.source not in FundingSource.AID
    ]
    local += [_local_row(name, None, None, came) for name in sorted(came)]
    aid = _aid_rows([s for s in planned if s.source in FundingSource.AID], list(accounts))
    return Sources(aid, local, _aid_total(aid, accounts))


def _aid_rows(sources: list[FundingSource], accounts: list[Account]) -> list[SourceRow]:
    """Each source with the money of its fund; a single source that names none has borne it all."""
    if len(sources) == 1 and not sources[0].fund_id:
        return [_aid_row(sources[0], accounts)]
    by_fund = {account.line.fund_id: account for account in accounts}
    rows = []
    for source in sources:
        account = by_fund.pop(source.fund_id, None)
        if source.fund_id:
            rows.append(_aid_row(source, [account] if account else []))
        else:
            rows.append(SourceRow(source, source.office or "", source.amount, None, None))
    return rows + [
        SourceRow(one.line.fund, "", None, one.kept_amount, one.paid_amount)
        for one in by_fund.values()
    ]


def _aid_row(source: FundingSource, accounts: list[Account]) -> SourceRow:
    funds = source.fund and [source.fund] or [account.line.fund for account in accounts]
    sub = " · ".join(str(one) for one in (source.office, *funds) if one)
    came = sum((account.kept_amount for account in accounts), NOTHING)
    paid = sum((account.paid_amount for account in accounts), NOTHING)
    return SourceRow(source, sub, source.amount, came, paid)


def _local_row(name: str, office, planned: Decimal | None, came: dict) -> SourceRow:
    label = FundingSource.Source(name).label
    is_cash = name != FundingSource.Source.LABOUR
    return SourceRow(label, office or "", planned, came.pop(name, NOTHING), None, is_cash)


def _aid_total(aid: list[SourceRow], accounts: Iterable[Account]) -> SourceRow:
    planned = sum((row.planned or NOTHING for row in aid), NOTHING)
    came = sum((account.kept_amount for account in accounts), NOTHING)
    paid = sum((account.paid_amount for account in accounts), NOTHING)
    return SourceRow("", "", planned, came, paid)


def of_project(project: Project, accounts: list[Account]) -> dict[str, Any]:
    """The budget and the sources of a project for its page; its contracts and instalments are told
    what they have used."""
    entries = entries_of(project)
    standing = {
        name: [entry for entry in entries[name] if not entry.struck_at]
        for name in ("contract", "contribution")
    }
    payments = [payment for account in accounts for payment in account.payments]
    uses = Uses(payments, standing["contract"])
    for entry in (*entries["contract"], *entries["instalment"]):
        entry.use = uses.of(entry)
    return {
        "budget": budget_of(project, standing["contract"], uses),
        "sources": sources_of(project, accounts, standing["contribution"]),
    }
