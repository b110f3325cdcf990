"""The money of the year through the ledger: appropriations in, allocations, payments out.

Rule: the ledger's verbs move it; each record names its movement and went through other hands than
the one who entered it.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random

from accounts.models import Office
from core.models import Division
from ledger import money as ledger
from ledger.models import Fund
from projects.models import Allocation, Appropriation, FundingLine, Payment, Project
from reports.demo import words
from reports.demo.journal import Journal, Step, numbers, write
from reports.demo.people import Cast
from reports.demo.plan import Instalment, Plan
from reports.demo.shares import moment, working_days_before
from reports.demo.spending import Grant

YEAR = 2010


class Flow:
    """What the steps of the year's money share: people, journal, funds, projects and lines."""

    def __init__(
        self,
        rng: Random,
        cast: Cast,
        journal: Journal,
        funds: dict[str, Fund],
        projects: dict[Plan, Project],
    ):
        self.rng, self.cast, self.journal = rng, cast, journal
        self.funds, self.projects = funds, projects
        self.lines: dict[Plan, FundingLine] = {}

    def line(self, plan: Plan) -> FundingLine:
        """The plan's funding line from its fund, opened when it is first asked for."""
        if plan not in self.lines:
            self.lines[plan] = FundingLine.objects.create(
                project=self.projects[plan],
                fund=self.funds[plan.fund],
                pool=ledger.open_line(),
            )
        return self.lines[plan]

    # -- in -----------------------------------------------------------------------------------

    def appropriate(self, grants: list[Grant], offices: dict[str, Office]) -> None:
        prefectures = {
            place.code: place for place in Division.objects.filter(level=Division.Level.PREFECTURE)
        }
        records = []
        for place, (grant, number) in enumerate(
            zip(grants, numbers(f"B-{YEAR}", len(grants), 5), strict=True), start=1
        ):
            record = Appropriation(
                number=number,
                amount=Decimal(grant.amount),
                fund=self.funds[grant.fund],
                source=offices[grant.source],
                document=f"演示拨〔{YEAR}〕{place}号",
                received_on=grant.day,
                relief_for=prefectures.get(grant.relief_for),
                **self._entered(grant.day, 0),
            )
            record.movement = ledger.receive(
                record.fund.pool,
                record.amount,
                kind="appropriation",
                voucher=f"appropriation:{record.document}",
                on=grant.day,
                by=self.cast["finance"],
            )
            records.append(record)
        for record in write(records):
            self._decide(record, ("confirm", "finance", record.received_on))

    # -- set aside ----------------------------------------------------------------------------

    def allocate(self) -> None:
        """Posts the allocations in the order of their days, so that first gifts go first."""
        parts = [(part, plan) for plan in self.projects for part in plan.allocations]
        parts.sort(key=lambda pair: pair[0].day)
        names = numbers(f"A-{YEAR}", len(parts), 5)
        records = write(
            [
                self._allocation(number, part, plan)
                for number, (part, plan) in zip(names, parts, strict=True)
            ]
        )
        for place, record in enumerate(records):
            approver = self.cast.approver(place).username
            self._decide(record, ("approve", approver, record.allocated_on))

    def _allocation(self, number: str, part: Instalment, plan: Plan) -> Allocation:
        record = Allocation(
            number=number,
            amount=Decimal(part.amount),
            fund=self.funds[plan.fund],
            project=self.projects[plan],
            allocated_on=part.day,
            **self._entered(part.day, 1),
        )
        record.movement = ledger.allocate(
            record.fund.pool,
            self.line(plan).pool,
            record.amount,
            voucher=f"allocation:{number}",
            on=part.day,
            by=self.cast["approver"],
        )
        return record

    # -- out ----------------------------------------------------------------------------------

    def pay(self) -> None:
        """Posts the payments line by line; their vouchers count the payments of a day."""
        records = self._payments()
        of_line: dict[int, list[Payment]] = {}
        for record in records:
            of_line.setdefault(record.line_id, []).append(record)
        for payments in of_line.values():
            movements = ledger.pay_many(
                payments[0].line.pool,
                [(payment.amount, f"payment:{payment.voucher}") for payment in payments],
                on=[payment.paid_on for payment in payments],
                by=self.cast["finance"],
            )
            for payment, movement in zip(payments, movements, strict=True):
                payment.movement_id = movement
        for place, record in enumerate(write(records)):
            approved_on = working_days_before(record.paid_on, 1)
            self._decide(
                record,
                ("approve", self.cast.approver(place).username, approved_on),
                ("pay", "finance", record.paid_on),
            )

    def _payments(self) -> list[Payment]:
        parts = [
            (part, plan, place)
            for plan in self.projects
            for place, part in enumerate(plan.payments)
        ]
        parts.sort(key=lambda item: (item[0].day, item[2]))
        vouchers: Counter[date] = Counter()
        records = []
        for number, (part, plan, place) in zip(
            numbers(f"Z-{YEAR}", len(parts), 5), parts, strict=True
        ):
            vouchers[part.day] += 1
            voucher = f"{part.day:%m%d}-{vouchers[part.day]:02d}/{YEAR}"
            records.append(self._payment(number, voucher, part, plan, place))
        return records

    def _payment(
        self, number: str, voucher: str, part: Instalment, plan: Plan, place: int
    ) -> Payment:
        steps = words.STEPS[plan.card.content.steps]
        purpose_zh, purpose_en = steps[min(place, len(steps) - 1)]
        return Payment(
            number=number,
            line=self.line(plan),
            amount=Decimal(part.amount),
            purpose_zh=purpose_zh,
            purpose_en=purpose_en,
            payee=f"{plan.place.county_zh}扶贫资金专户（演示）",
            voucher=voucher,
            paid_on=part.day,
            **self._entered(part.day, 2),
        )

    # -- common -------------------------------------------------------------------------------

    def _entered(self, day: date, days_before: int) -> dict:
        """Who entered a record and when: the city's officer, some working days before."""
        entered_at = moment(self.rng, working_days_before(day, days_before))
        return {
            "created_by": self.cast["officer"],
            "created_at": entered_at,
            "status_at": entered_at,
            "is_demo": True,
        }

    def _decide(self, record, *moves: tuple[str, str, date]) -> None:
        steps = [Step(move, self.cast[who], moment(self.rng, day)) for move, who, day in moves]
        self.journal.add(record, *steps)
