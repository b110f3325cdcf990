"""The money of the year through the ledger: appropriations in, allocations, payments out.

Rule: the ledger's verbs move it; each record names its movement and went through other hands than
the one who entered it.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from random import Random
from typing import Any

from accounts.models import Office
from core.models import Division
from ledger import money as ledger
from ledger.models import Fund
from projects.models import Allocation, Appropriation, FundingLine, Payment, Project
from projects.workflow import SECOND_APPROVAL_FROM
from reports.demo import words
from reports.demo.journal import Journal, Step, numbers, write
from reports.demo.parts import purpose_of
from reports.demo.people import Cast
from reports.demo.plan import Instalment, Plan
from reports.demo.shares import moment, moments, working_days_before
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
        self.planned: list[tuple[Payment, dict]] = []
        self.bound: Mapping[Plan, Any] = {}

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
                **self.entered(grant.day, 0),
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
            self.journal.add(record, *self._approvals(record, place, record.allocated_on))

    def _allocation(self, number: str, part: Instalment, plan: Plan) -> Allocation:
        record = Allocation(
            number=number,
            amount=Decimal(part.amount),
            fund=self.funds[plan.fund],
            project=self.projects[plan],
            allocated_on=part.day,
            **self.entered(part.day, 1),
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

    def request(self) -> None:
        """Writes the requests for payment and notes their approvals."""
        self.planned = self._payments()
        write([payment for payment, _typed in self.planned])
        for place, (payment, typed) in enumerate(self.planned):
            day = working_days_before(typed["paid_on"], 1)
            self.journal.add(payment, *self._approvals(payment, place, day))

    def pay(self) -> None:
        """Posts the approved payments line by line."""
        of_line: dict[int, list[tuple[Payment, dict]]] = {}
        for payment, typed in self.planned:
            of_line.setdefault(payment.line_id, []).append((payment, typed))
        for payments in of_line.values():
            movements = ledger.pay_many(
                payments[0][0].line.pool,
                [(payment.amount, f"payment:{typed['voucher']}") for payment, typed in payments],
                on=[typed["paid_on"] for _payment, typed in payments],
                by=self.cast["finance"],
            )
            for (_payment, typed), movement in zip(payments, movements, strict=True):
                typed["movement_id"] = movement
        for payment, typed in self.planned:
            at = moment(self.rng, typed["paid_on"])
            self.journal.add(payment, Step("pay", self.cast["finance"], at, asked=typed))

    def _payments(self) -> list[tuple[Payment, dict]]:
        """The payments, each with what finance types when it is paid; vouchers count the payments
        of a day."""
        parts = [
            (part, plan, place)
            for plan in self.projects
            for place, part in enumerate(plan.payments)
        ]
        parts.sort(key=lambda item: (item[0].day, item[2]))
        vouchers: Counter[date] = Counter()
        planned = []
        for year, some in groupby(parts, key=lambda item: item[0].day.year):
            of_year = list(some)
            names = numbers(f"Z-{year}", len(of_year), 5)
            for number, (part, plan, place) in zip(names, of_year, strict=True):
                vouchers[part.day] += 1
                voucher = f"{part.day:%m%d}-{vouchers[part.day]:02d}/{year}"
                typed = {"voucher": voucher, "paid_on": part.day}
                planned.append((self._payment(number, part, plan, place), typed))
        return planned

    def _payment(self, number: str, part: Instalment, plan: Plan, place: int) -> Payment:
        steps = words.STEPS[plan.card.content.steps]
        purpose_zh, purpose_en = steps[min(place, len(steps) - 1)]
        bound = self.bound.get(plan)
        county = f"{plan.place.county_zh}扶贫资金专户（演示）"
        return Payment(
            number=number,
            line=self.line(plan),
            amount=Decimal(part.amount),
            purpose_zh=purpose_zh,
            purpose_en=purpose_en,
            budget=purpose_of(plan),
            payee=bound.contract.contractor if bound else county,
            contract=bound and bound.contract,
            instalment=bound and bound.instalments[place],
            requested_on=working_days_before(part.day, 2),
            **self.entered(part.day, 2),
        )

    # -- common -------------------------------------------------------------------------------

    def entered(self, day: date, days_before: int) -> dict:
        """Who entered a record and when: the city's officer, some working days before."""
        entered_at = moment(self.rng, working_days_before(day, days_before))
        return {
            "created_by": self.cast["officer"],
            "created_at": entered_at,
            "status_at": entered_at,
            "is_demo": True,
        }

    def _approvals(self, record, place: int, day: date) -> list[Step]:
        """One approval, and a second one of a large amount."""
        first = self.cast.approver(place)
        if record.amount < SECOND_APPROVAL_FROM:
            return [Step("approve", first, moment(self.rng, day))]
        one, two = moments(self.rng, [day, day])
        return [
            Step("approve", first, one, stays=True),
            Step("approve", self.cast.other_approver(first), two),
        ]

    def _decide(self, record, *moves: tuple[str, str, date]) -> None:
        steps = [Step(move, self.cast[who], moment(self.rng, day)) for move, who, day in moves]
        self.journal.add(record, *steps)
