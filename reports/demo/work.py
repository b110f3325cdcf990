"""The entries of the work of each project: survey and notices, progress, acceptance, handover.

Rule: their days fit the moves of the project, their quantities what was planned, their money what
was paid by then. Before the start of work nothing is entered of it.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from projects.models import (
    Acceptance,
    Asset,
    AssetVisit,
    DoneQuantity,
    Finding,
    Inspection,
    Milestone,
    Notice,
    Objection,
    Outcome,
    PlannedQuantity,
    ProgressReport,
    Project,
    Settlement,
    Survey,
)
from projects.stages import TANGIBLE
from reports.demo import phrases
from reports.demo.journal import write
from reports.demo.plan import Plan
from reports.demo.project_records import Records
from reports.demo.shares import later, moment, workday

# In the order in which they are written: what hangs on another row comes after it.
ORDER = (
    Survey,
    Notice,
    Objection,
    Milestone,
    ProgressReport,
    DoneQuantity,
    Inspection,
    Acceptance,
    Settlement,
    Finding,
    Asset,
    AssetVisit,
    Outcome,
)
DAY = timedelta(days=1)
OPEN_FINDINGS = 6


class File:
    """Collects the entries of all projects, then writes them kind by kind."""

    def __init__(self, records: Records):
        self.records, self.rng = records, records.rng
        self.rows: dict[type, list] = {}
        self.open_findings = OPEN_FINDINGS

    def add(self, model: type, project: Project, by: User, on: date, **values: Any):
        """An entry of a day, entered by somebody at a moment of the next working day."""
        row = model(
            project=project,
            created_by=by,
            created_at=moment(self.rng, workday(on)),
            is_demo=True,
            **values,
        )
        self.rows.setdefault(model, []).append(row)
        return row

    def write(self, order: tuple[type, ...] = ORDER) -> int:
        count = 0
        for model in order:
            count += len(write(self.rows.pop(model, [])))
        return count

    # -- before the approval ------------------------------------------------------------------

    def before(self, plan: Plan, project: Project) -> None:
        by = self.records.surveyor(plan)
        self.add(
            Survey,
            project,
            by,
            plan.visited_on,
            surveyed_on=plan.visited_on,
            office=project.supporter,
            people=phrases.SURVEYORS,
            opinion=self.rng.choice(phrases.OPINIONS),
        )
        notice = self._notice(plan, project, Notice.Occasion.BEFORE, plan.notice)
        if self.rng.random() < 0.05:
            text, reply = self.rng.choice(phrases.OBJECTIONS)
            received_on = plan.notice[0] + timedelta(days=self.rng.randint(2, 5))
            self.add(
                Objection,
                project,
                self.records.reporter(plan),
                received_on,
                notice=notice,
                received_on=received_on,
                text=text,
                reply=reply,
                replied_on=received_on + timedelta(days=self.rng.randint(1, 4)),
            )

    def _notice(self, plan: Plan, project: Project, occasion: str, days: tuple[date, date]):
        where = plan.village[0] if plan.village else plan.place.name_zh
        return self.add(
            Notice,
            project,
            self.records.reporter(plan),
            days[0],
            occasion=occasion,
            place=f"{where}政务公开栏",
            starts_on=days[0],
            ends_on=days[1],
            phone=phrases.PHONE,
        )

    # -- the work -----------------------------------------------------------------------------

    def work(self, plan: Plan, project: Project, quantities: list[PlannedQuantity]) -> None:
        """Everything from the start of work as far as the project has come."""
        if not plan.started_on:
            return
        until = plan.completed_on or max([plan.started_on, *(p.day for p in plan.payments)])
        self._milestones(plan, project, until)
        self._progress(plan, project, until, quantities)
        self._inspection(plan, project, until)
        if plan.completed_on:
            self._end(plan, project)

    def _milestones(self, plan: Plan, project: Project, until: date) -> None:
        names = phrases.MILESTONES[plan.card.content.steps]
        length = max((until - plan.started_on).days, 1)
        for place, name in enumerate(names, start=1):
            reached = plan.started_on + timedelta(days=length * place // len(names))
            is_reached = bool(plan.completed_on) or place == 1 and bool(plan.payments)
            planned = reached + timedelta(days=self.rng.randint(-12, 8))
            self.add(
                Milestone,
                project,
                self.records.reporter(plan),
                plan.started_on,
                name=name,
                planned_on=max(planned, plan.started_on),
                reached_on=reached if is_reached else None,
            )

    def _progress(self, plan: Plan, project: Project, until: date, quantities: list) -> None:
        length = (until - plan.started_on).days
        count = max(1, min(4, length // 30))
        texts = phrases.PROGRESS[plan.card.content.steps]
        whole = 100 if plan.completed_on else self._percent(plan)
        for place in range(1, count + 1):
            is_last = place == count
            percent = whole if is_last else whole * place // count
            on = until if is_last else plan.started_on + timedelta(days=length * place // count)
            report = self.add(
                ProgressReport,
                project,
                self.records.reporter(plan),
                on,
                reported_on=on,
                percent=percent,
                spent=sum(part.amount for part in plan.payments if part.day <= on),
                text=texts[min(3, percent * 4 // 101)] + "（演示）",
            )
            for quantity in quantities:
                self._done(plan, project, report, quantity, percent)

    def _percent(self, plan: Plan) -> int:
        paid = sum(part.amount for part in plan.payments)
        return min(90, paid * 100 // plan.card.agreed // 5 * 5) or 10

    def _done(self, plan: Plan, project: Project, report, quantity, percent: int) -> None:
        done = quantity.planned * percent / 100
        if percent < 100 and quantity.unit not in ("km", "m", "m2", "m3", "mu"):
            done = Decimal(int(done))
        self.add(
            DoneQuantity,
            project,
            self.records.reporter(plan),
            report.reported_on,
            progress=report,
            quantity=quantity,
            done=round(done, 2),
        )

    def _inspection(self, plan: Plan, project: Project, until: date) -> None:
        if self.rng.random() > 0.35 or (until - plan.started_on).days < 10:
            return
        on = workday(plan.started_on + (until - plan.started_on) / 2)
        by, office = self.records.surveyor(plan), project.supporter
        if self.rng.random() < 0.5:
            by = self.records.cast.reviewer(plan.card.county)
            office = by.office
        self.add(
            Inspection,
            project,
            by,
            on,
            inspected_on=on,
            office=office,
            people=phrases.INSPECTORS,
            result=self.rng.choice(phrases.INSPECTION_RESULTS),
        )
        if self.rng.random() < 0.4:
            self._finding(plan, project, by, on, Finding.Source.INSPECTION)

    def _finding(self, plan: Plan, project: Project, by: User, on: date, source: str) -> None:
        """A fault; what was settled has it put right, of the others some wait."""
        text, right = self.rng.choice(phrases.FINDINGS)
        stays = self.open_findings > 0 and not plan.day("settle")
        self.open_findings -= stays
        self.add(
            Finding,
            project,
            by,
            on,
            source=source,
            found_on=on,
            text=text,
            due_on=on + timedelta(days=30),
            rectification="" if stays else right,
            rectified_on=None if stays else later(self.rng, on, 4, 24),
        )

    # -- after it -----------------------------------------------------------------------------

    def _end(self, plan: Plan, project: Project) -> None:
        self._acceptances(plan, project)
        if settled_on := plan.day("settle"):
            self._settlement(plan, project, settled_on)
        if handed_on := plan.day("hand_over"):
            self._notice(
                plan,
                project,
                Notice.Occasion.AFTER,
                (settled_on + DAY, settled_on + timedelta(days=12)),
            )
            self._asset(plan, project, handed_on)
        if plan.day("close"):
            self._outcome(plan, project, handed_on + timedelta(days=5))

    def _acceptances(self, plan: Plan, project: Project) -> None:
        accepted_on = plan.day("accept")
        levels = [(Acceptance.Level.SELF, plan.completed_on, self.records.reporter(plan))]
        if accepted_on:
            county = accepted_on - timedelta(days=self.rng.randint(0, 5))
            levels.append((Acceptance.Level.COUNTY, county, self.records.reporter(plan)))
            if self.rng.random() < 0.2:
                levels.append(
                    (Acceptance.Level.SUPPORTER, accepted_on, self.records.surveyor(plan))
                )
        for level, on, by in levels:
            is_spot_check = level == Acceptance.Level.SUPPORTER
            self.add(
                Acceptance,
                project,
                by,
                on,
                level=level,
                accepted_on=on,
                people=phrases.ACCEPTED_BY,
                quality=self.rng.choice(("good", "good", "sound")),
                text=phrases.SPOT_CHECK if is_spot_check else phrases.ACCEPTANCE,
            )

    def _settlement(self, plan: Plan, project: Project, on: date) -> None:
        finance = self.records.cast["finance"]
        settled = plan.settled
        cut = settled // 10_000 * 100 if self.rng.random() < 0.12 else 0
        is_audited = plan.card.agreed >= 200_000
        self.add(
            Settlement,
            project,
            finance,
            on,
            settled_on=on,
            claimed=settled + cut,
            settled=settled,
            auditor=phrases.AUDITOR if is_audited else "",
            document=f"{plan.document.replace('批', '结')}" if is_audited else "",
            text=phrases.SETTLEMENT,
        )
        if cut:
            before = on - timedelta(days=10)
            self._finding(plan, project, self.records.cast["auditor"], before, Finding.Source.AUDIT)

    def _asset(self, plan: Plan, project: Project, on: date) -> None:
        kind = next((one for one in plan.card.content.types if one in phrases.ASSETS), "")
        if not TANGIBLE & set(plan.card.content.types) or not kind:
            return
        name, years = phrases.ASSETS[kind]
        where = plan.village[0] if plan.village else plan.place.name_zh
        keeper = "学校" if kind == "school" else "管护小组"
        by = self.records.reporter(plan)
        asset = self.add(
            Asset,
            project,
            by,
            on,
            name=name,
            card=f"演示资-{project.number[2:]}",
            quantity="1 项",
            value=plan.settled,
            custodian=f"{where}{keeper}（演示）",
            handed_on=on,
            life_years=int(years),
        )
        if self.rng.random() < 0.3:
            self._visit(plan, project, asset)

    def _visit(self, plan: Plan, project: Project, asset: Asset) -> None:
        on = later(self.rng, asset.handed_on, 200, 500)
        condition = self.rng.choices(list(phrases.VISITS), (86, 10, 4))[0]
        self.add(
            AssetVisit,
            project,
            self.records.surveyor(plan),
            on,
            asset=asset,
            visited_on=on,
            condition=condition,
            people=phrases.INSPECTORS,
            text=phrases.VISITS[condition],
        )

    def _outcome(self, plan: Plan, project: Project, on: date) -> None:
        kind = plan.card.content.types[0]
        indicator, unit, of, before, after = phrases.OUTCOMES[kind]
        if of == "income":
            values = {"before": Decimal(1_400 + plan.people % 500), "target": None}
            values["after"] = values["before"] + 300 + plan.people % 260
        else:
            whole = getattr(plan, of)
            values = {"before": int(whole * before), "after": int(whole * after), "target": whole}
        self.add(
            Outcome,
            project,
            self.records.reporter(plan),
            on,
            indicator=indicator,
            unit=unit,
            measured_on=on,
            evidence=phrases.EVIDENCE,
            **values,
        )


def write_before(records: Records) -> int:
    """What stands in the files before the approval."""
    file = File(records)
    for plan, project in records.projects.items():
        file.before(plan, project)
    return file.write()


def write_work(records: Records) -> int:
    """What stands in the files of the work; the projects have started."""
    planned: dict[int, list[PlannedQuantity]] = {}
    for quantity in PlannedQuantity.objects.filter(project__in=records.projects.values()):
        planned.setdefault(quantity.project_id, []).append(quantity)
    file = File(records)
    for plan, project in records.projects.items():
        file.work(plan, project, planned.get(project.pk, []))
    return file.write()
