"""Contracts with their instalments, money on its way, what the counties brought, and two surpluses.

Rule: instalments are what was paid, in its order, and what is still to come; money leaves the city
before it is paid and never before it was set aside; each side speaks for its own places.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import User
from ledger import money as ledger
from projects.models import (
    Allocation,
    Contract,
    Contribution,
    Hop,
    Instalment,
    Payment,
    Project,
    Remittance,
    Surplus,
)
from reports.demo import phrases
from reports.demo.flow import Flow
from reports.demo.journal import Step, numbers, write
from reports.demo.parts import purpose_of
from reports.demo.people import Cast
from reports.demo.plan import Plan
from reports.demo.project_records import Records
from reports.demo.shares import moment, workday, working_days_before
from reports.demo.work import DAY, File

RETENTION = 5  # percent, as spending.py keeps it back
TERM = timedelta(days=365)
EVERY = 2  # of the government's projects, one in so many has its remittances written
DAY_OF_WORK = 50  # yuan


@dataclass(frozen=True)
class Bound:
    """The contract of a project with the instalments of its payments, in their order."""

    contract: Contract
    instalments: list[Instalment]


# -- contracts ------------------------------------------------------------------------------------


def write_contracts(records: Records) -> dict[Plan, Bound]:
    """A contract for each project that has one, with what is paid in instalments of its own."""
    file, found = File(records), {}
    for plan, project in records.projects.items():
        if plan.has_contract and plan.payments and plan.fund:
            found[plan] = _bound(file, plan, project, len(found) + 1)
    file.write((Contract, Instalment))
    return found


def _bound(file: File, plan: Plan, project: Project, place: int) -> Bound:
    by, approved_on = file.records.reporter(plan), plan.approved_on
    signed_on = max(approved_on, plan.started_on - timedelta(days=4))
    retained = plan.keeps_back and bool(plan.completed_on)
    trade = phrases.TRADES[plan.card.content.steps]
    contract = file.add(
        Contract,
        project,
        by,
        signed_on,
        number=f"演示合〔{plan.year}〕{place}号",
        contractor=f"{plan.place.county_zh}{trade}（演示）",
        procurement="tender" if plan.card.agreed >= 500_000 else "inquiry",
        subject=plan.content_zh[:200],
        budget=purpose_of(plan),
        amount=plan.card.agreed,
        signed_on=signed_on,
        ends_on=plan.completed_on,
        retention_percent=RETENTION if retained else 0,
        retention_until=plan.completed_on + TERM if retained else None,
    )
    return Bound(contract, _instalments(file, plan, project, contract, retained))


def _instalments(file: File, plan: Plan, project: Project, contract, retained: bool) -> list:
    parts = [(part.amount, part.day) for part in plan.payments]
    rest = plan.card.agreed - plan.surplus - sum(amount for amount, _day in parts)
    if rest:
        parts.append((rest, None))
    words, by = phrases.CONDITIONS, file.records.reporter(plan)
    rows = []
    for place, (amount, paid_on) in enumerate(parts):
        is_last = place == len(parts) - 1
        keeps = retained and is_last and (paid_on is None or paid_on == plan.retained_on)
        met_on = paid_on and working_days_before(paid_on, 3)
        if keeps and paid_on:
            met_on = contract.retention_until
        due_on = paid_on or (contract.retention_until if keeps else None)
        rows.append(
            file.add(
                Instalment,
                project,
                by,
                contract.signed_on,
                contract=contract,
                position=place + 1,
                condition=words[-1] if keeps else words[min(place, len(words) - 2)],
                amount=amount,
                due_on=due_on,
                met_on=met_on,
                is_retention=keeps,
            )
        )
    return rows


# -- what the counties brought --------------------------------------------------------------------


def write_contributions(records: Records) -> int:
    """Match and labour of what is done, as they were planned."""
    file = File(records)
    for plan, project in records.projects.items():
        if not plan.completed_on:
            continue
        by, document = records.reporter(plan), f"{plan.document.replace('批', '配')}"
        brought = (
            ("county", plan.match, plan.started_on + 20 * DAY, "", document),
            ("labour", plan.labour, plan.completed_on, _labour(plan), ""),
        )
        for source, amount, came_on, what, number in brought:
            if amount:
                values = {"source": source, "amount": amount, "what": what, "document": number}
                file.add(Contribution, project, by, came_on, came_on=came_on, **values)
    return file.write((Contribution,))


def _labour(plan: Plan) -> str:
    return f"群众投工约 {plan.labour // DAY_OF_WORK} 个工日（演示）"


# -- money on its way -----------------------------------------------------------------------------


class Ways:
    """Collects remittances with their hops; each place is told by its own side."""

    def __init__(self, rng, cast: Cast):
        self.rng, self.cast = rng, cast
        self.remittances: list[Remittance] = []
        self.hops: list[Hop] = []

    def _said(self, by: User, on: date) -> dict:
        return {"created_by": by, "created_at": moment(self.rng, workday(on)), "is_demo": True}

    def send(self, project: Project, amount: Decimal, sent_on: date, **values) -> Remittance:
        number = len(self.remittances) + 1
        remittance = Remittance(
            project=project,
            amount=amount,
            sent_on=sent_on,
            document=f"演示汇〔{sent_on.year}〕{number}号",
            **values,
            **self._said(self.cast["finance"], sent_on),
        )
        self.remittances.append(remittance)
        return remittance

    def arrive(self, remittance: Remittance, place: str, on: date, *, less: int = 0) -> None:
        county = remittance.project.county.code
        people = {"city": self.cast["finance"], "prefecture": self.cast.reviewer(county)}
        hop = Hop(
            remittance=remittance,
            project=remittance.project,
            place=place,
            arrived_on=on,
            amount=remittance.amount - less,
            **self._said(people.get(place, self.cast.reporters[county]), on),
        )
        self.hops.append(hop)

    def write(self) -> int:
        return len(write(self.remittances)) + len(write(self.hops))


def write_ways(flow: Flow) -> int:
    """The way of each payment of some projects of the government, to whoever was paid."""
    ways = Ways(flow.rng, flow.cast)
    allocations = Allocation.objects.posted().filter(project__in=flow.projects.values())
    first = {one.project_id: one for one in allocations.order_by("-allocated_on", "-pk")}
    paid: dict[Plan, list[Payment]] = {}
    plans = {line.pk: plan for plan, line in flow.lines.items()}
    for payment, _typed in flow.planned:
        paid.setdefault(plans[payment.line_id], []).append(payment)
    government = [plan for plan in paid if plan.card.is_government]
    for plan in government[::EVERY]:
        for payment in paid[plan]:
            _way(ways, flow.projects[plan], payment, first.get(flow.projects[plan].pk))
    return ways.write()


def _way(ways: Ways, project: Project, payment: Payment, allocation: Allocation | None) -> None:
    """Leaves after the allocation and is with the contractor on the day of the payment."""
    until = payment.paid_on
    since = allocation.allocated_on if allocation else until - timedelta(days=30)
    sent_on = max(since, until - timedelta(days=ways.rng.randint(16, 34)))
    length = (until - sent_on).days
    remittance = ways.send(project, payment.amount, sent_on, allocation=allocation)
    for place, share in (("city", 1), ("prefecture", 4), ("county", 7), ("contractor", 10)):
        ways.arrive(remittance, place, sent_on + timedelta(days=length * share // 10))


# -- surplus --------------------------------------------------------------------------------------


def give_back(flow: Flow) -> int:
    """What was left of works that cost less goes back to their funds."""
    plans = [plan for plan in flow.projects if plan.surplus]
    days = [workday(plan.day("settle") + 5 * DAY) for plan in plans]
    order = sorted(zip(days, plans, strict=True), key=lambda pair: pair[0])
    records = []
    for day, plan in order:
        (number,) = numbers(f"J-{day.year}", 1, 5)
        line = flow.line(plan)
        record = Surplus(
            number=number,
            line=line,
            amount=Decimal(plan.surplus),
            returned_on=day,
            reason=phrases.SURPLUS,
            **flow.entered(day, 3),
        )
        record.movement = ledger.give_back(
            line.pool,
            line.fund.pool,
            record.amount,
            voucher=f"surplus:{number}",
            on=day,
            by=flow.cast["approver"],
        )
        records.append(record)
    for record in write(records):
        at = moment(flow.rng, record.returned_on)
        flow.journal.add(record, Step("approve", flow.cast["approver"], at))
    return len(records)
