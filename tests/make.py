"""Records for the tests, each the smallest that the rules allow. Everything can be overridden."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from django.utils import timezone

from accounts.models import Office
from accounts.tasks import Task
from core.models import Division
from core.notes import Note
from core.uploads import attach
from core.workflow import perform
from donations.models import Donor, Gift, GoodsGift, Programme
from ledger.models import Fund, PeriodClosing
from partnerships.models import Organisation
from projects import alarms
from projects.models import (
    Agreement,
    Alarm,
    Allocation,
    Amendment,
    Appropriation,
    Contract,
    Contribution,
    Disaster,
    Hop,
    Instalment,
    Payment,
    PlanPeriod,
    Project,
    Remittance,
    Surplus,
    Village,
)
from projects.money import line_of
from tests import papers
from training.models import Course, Secondment

YUAN = Decimal
CONTRACTOR = "册亨县水利施工队"


class Make:
    """`make.project(...)`, `make.posted_gift(...)`: records of the cast's offices."""

    def __init__(self, cast):
        self.cast = cast
        self.serial = count(1)

    def place(self, code: str = "522327") -> Division:
        return Division.objects.get(code=code)

    def office(self, key: str = "nb") -> Office:
        return Office.objects.get(key=key)

    def organisation(self, **changes) -> Organisation:
        values = {
            "key": f"organisation-{next(self.serial)}",
            "name_zh": "七塔寺",
            "kind": "religious",
        }
        return Organisation.objects.create(**values | changes)

    # -- projects ---------------------------------------------------------------------------------

    def project(self, **changes) -> Project:
        """A draft of the reporter's, complete enough to be proposed; or the given `project`."""
        if given := changes.pop("project", None):
            return given
        parts = changes.pop("parts", True)
        values = {
            "name_zh": f"冗渡镇水窖 {next(self.serial)}",
            "name_en": "Water cellars, Rongdu",
            "kind": "social",
            "types": ["water"],
            "year": 2010,
            "office": self.office("qxn-ceheng"),
            "supporter": self.office("nb-jiangbei"),
            "county": self.place(),
            "agreed_amount": YUAN("697500.00"),
            "need": "旱季缺水。",
            "content_zh": "水窖 12 口",
            "content_en": "12 cellars",
            "created_by": self.cast.reporter,
        }
        project = Project.objects.create(**values | changes)
        if parts:
            self.parts(project)
        return project

    def parts(self, project: Project) -> None:
        """What a project must say of its quantities and its money before it is proposed."""
        project.quantities.create(item="水窖", item_en="Cellars", unit="well", planned=12)
        project.budget.create(purpose="works", amount=project.agreed_amount)
        project.sources.create(source="municipal", amount=project.agreed_amount)

    def submitted_project(self, **changes) -> Project:
        project = self.project(**changes)
        return perform(project, "submit", by=project.created_by)

    def surveyed_project(self, **changes) -> Project:
        project = self.submitted_project(**changes)
        project.surveys.create(
            surveyed_on=date(2010, 3, 1),
            office=self.office(),
            people="演示",
            opinion="可行",
            created_by=self.cast.officer,
        )
        return perform(project, "survey", by=self.cast.officer)

    def reviewed_project(self, **changes) -> Project:
        return perform(self.surveyed_project(**changes), "review", by=self.cast.reviewer)

    def library_project(self, **changes) -> Project:
        project = self.reviewed_project(**changes)
        project.notices.create(
            occasion="before",
            place="冗渡镇公示栏",
            starts_on=date(2010, 3, 10),
            ends_on=date(2010, 3, 20),
            phone="12317",
            created_by=self.cast.reporter,
        )
        asked = {"library_year": project.year}
        return perform(project, "enlist", by=project.created_by, asked=asked)

    def agreement(self, **changes) -> Agreement:
        values = {
            "name_zh": "2010 年对口帮扶项目合同",
            "name_en": "Counterpart support contract 2010",
            "year": 2010,
            "supporter": self.office(),
            "receiver": self.office("qxn"),
            "amount": YUAN("50000000.00"),
            "created_by": self.cast.officer,
        }
        return Agreement.objects.create(**values | changes)

    def village(self, **changes) -> Village:
        values = {"county": self.place(), "name_zh": f"板街村{next(self.serial)}"}
        return Village.objects.create(**values | changes)

    def disaster(self, **changes) -> Disaster:
        values = {
            "name_zh": "旱灾",
            "name_en": "Drought",
            "key": f"drought-{next(self.serial)}",
            "kind": "drought",
            "started_on": date(2009, 10, 1),
        }
        return Disaster.objects.create(**values | changes)

    def planperiod(self, **changes) -> PlanPeriod:
        values = {"name_zh": "十一五规划", "first_year": 2006, "last_year": 2010}
        return PlanPeriod.objects.create(**values | changes)

    def signed_agreement(self, **changes) -> Agreement:
        agreement = self.agreement(**changes)
        agreement = perform(agreement, "submit", by=agreement.created_by)
        agreement = perform(agreement, "sign", by=self.cast.reviewer)
        asked = {"signed_on": date(2010, 7, 20)}
        return perform(agreement, "sign", by=self.cast.approver, asked=asked)

    def agreed_project(self, **changes) -> Project:
        project = self.library_project(**changes)
        asked = {}
        if project.kind == "government":
            known = Agreement.objects.filter(year=project.year, status="signed").first()
            asked["agreement"] = known or self.signed_agreement(year=project.year)
        return perform(project, "agree", by=self.cast.officer, asked=asked)

    def approved_project(self, **changes) -> Project:
        project = perform(self.agreed_project(**changes), "approve", by=self.cast.reviewer)
        asked = {"approved_on": date(2010, 4, 1)}
        project = perform(project, "approve", by=self.cast.approver, asked=asked)
        if project.status == "agreed":  # a large amount needs a second approver
            project = perform(project, "approve", by=self.cast.approver2, asked=asked)
        return project

    def project_under_way(self, **changes) -> Project:
        project = self.approved_project(**changes)
        asked = {"started_on": date(2010, 4, 2)}
        return perform(project, "start", by=project.created_by, asked=asked)

    def survey(self):
        return self.project_under_way().surveys.get()

    def milestone(self, **changes):
        values = {"name": "管道铺通", "planned_on": date(2010, 8, 1)}
        values |= {"created_by": self.cast.reporter}
        return self.project_under_way().milestones.create(**values | changes)

    def completed_project(self, **changes) -> Project:
        project = self.project_under_way(**changes)
        report = project.progressreports.create(
            reported_on=date(2010, 9, 1),
            percent=100,
            spent=0,
            text="完成",
            created_by=self.cast.reporter,
        )
        for quantity in project.quantities.all():
            report.quantities.create(
                project=project,
                quantity=quantity,
                done=quantity.planned,
                created_by=self.cast.reporter,
            )
        asked = {"completed_on": date(2010, 9, 2)}
        return perform(project, "complete", by=project.created_by, asked=asked)

    def accepted_project(self, **changes) -> Project:
        project = self.completed_project(**changes)
        project.acceptances.create(
            level="county",
            accepted_on=date(2010, 9, 10),
            people="演示",
            quality="good",
            text="合格",
            created_by=self.cast.reviewer,
        )
        return perform(project, "accept", by=self.cast.reviewer)

    def settled_project(self, **changes) -> Project:
        project = self.accepted_project(**changes)
        project.settlements.create(
            settled_on=date(2010, 10, 1),
            claimed=project.agreed_amount,
            settled=project.agreed_amount,
            created_by=self.cast.finance,
        )
        return perform(project, "settle", by=self.cast.finance)

    def handed_over_project(self, **changes) -> Project:
        project = self.settled_project(**changes)
        project.assets.create(
            name="水窖",
            custodian="冗渡村委会",
            handed_on=date(2010, 10, 10),
            created_by=self.cast.reporter,
        )
        project.notices.create(
            occasion="after",
            place="冗渡镇公示栏",
            starts_on=date(2010, 10, 11),
            ends_on=date(2010, 10, 21),
            phone="12317",
            created_by=self.cast.reporter,
        )
        return perform(project, "hand_over", by=project.created_by)

    def closed_project(self, **changes) -> Project:
        return self.close(self.handed_over_project(**changes))

    def close(self, project: Project) -> Project:
        """Closes a project that is handed over, with what became better."""
        project.outcomes.create(
            indicator="饮水安全户数",
            before=0,
            after=120,
            measured_on=date(2011, 1, 1),
            evidence="走访",
            created_by=self.cast.reporter,
        )
        return perform(project, "close", by=self.cast.officer)

    def amendment(self, project=None, **changes) -> Amendment:
        project = project or self.project_under_way()
        values = {
            "project": project,
            "reason": "材料涨价",
            "changes": {"agreed_amount": "720000.00"},
            "before": {"agreed_amount": str(project.agreed_amount)},
            "amount": YUAN("720000.00"),
            "created_by": self.cast.reporter,
        }
        return Amendment.objects.create(**values | changes)

    # -- files ------------------------------------------------------------------------------------

    def attachment(self, record=None, upload=None, kind="approval_document", **changes):
        """A file of a project under way, added by its reporter."""
        record = record or self.project_under_way()
        upload = upload or papers.upload(papers.pdf(f"批复 {next(self.serial)}"), "批复.pdf")
        by = changes.pop("by", None) or record.created_by
        return attach(record, upload, kind=kind, by=by, **changes)

    def photograph(self, record=None, seed=None, kind="photo_after", **changes):
        upload = papers.photograph(next(self.serial) if seed is None else seed)
        return self.attachment(record, upload, kind, **changes)

    def public_photograph(self):
        file = self.photograph()
        file.publish(by=self.cast.approver)
        return file

    # -- notes and tasks --------------------------------------------------------------------------

    def note(self, **changes) -> Note:
        values = {"workflow": "project", "written_by": self.cast.reporter, "text": "看过了"}
        record = changes.pop("record", None) or self.project()
        return Note.objects.create(record_id=record.pk, **values | changes)

    def task(self, **changes) -> Task:
        """A task of the reporter's on a project, given by the city's officer, due in five days."""
        record = changes.pop("record", None) or self.project()
        values = {
            "title": "补村民会议纪要",
            "due_on": timezone.localdate() + timedelta(days=5),
            "given_by": self.cast.officer,
        }
        if not {"person", "office"} & set(changes):
            values["person"] = self.cast.reporter
        return Task.objects.create(
            workflow=record.workflow_name, record_id=record.pk, **values | changes
        )

    # -- money ------------------------------------------------------------------------------------

    def fund(self, **changes) -> Fund:
        key = changes.get("key", f"fund-{next(self.serial)}")
        values = {
            "key": key,
            "name_zh": "抗旱救灾募捐",
            "name_en": "Drought relief appeal",
            "kind": "donated",
            "custodian": self.office("nb-charity"),
            "purpose_zh": "抗旱",
            "opened_on": date(2010, 1, 1),
            "created_by": self.cast.officer,
        }
        return Fund.objects.create(**values | changes)

    def filled_fund(self, amount="100000.00", **changes) -> Fund:
        """A fund with money of no particular giver."""
        fund = self.fund(**changes)
        money = self.appropriation(fund=fund, amount=YUAN(amount), received_on=date(2010, 1, 2))
        perform(money, "confirm", by=self.cast.finance)
        return Fund.objects.get(pk=fund.pk)

    def period_closing(self, **changes) -> PeriodClosing:
        values = {
            "starts_on": date(2010, 2, 1),
            "ends_on": date(2010, 2, 28),
            "created_by": self.cast.finance,
        }
        return PeriodClosing.objects.create(**values | changes)

    def closed_period(self, **changes) -> PeriodClosing:
        return perform(self.period_closing(**changes), "close", by=self.cast.finance2)

    def allocation(self, fund=None, project=None, amount="1000.00", **changes) -> Allocation:
        values = {
            "fund": fund or self.filled_fund(),
            "project": project or self.project_under_way(),
            "amount": YUAN(amount),
            "allocated_on": date(2010, 4, 1),
            "created_by": self.cast.officer,
        }
        return Allocation.objects.create(**values | changes)

    def posted_allocation(self, *args, **changes) -> Allocation:
        return perform(self.allocation(*args, **changes), "approve", by=self.cast.approver)

    def line(self, amount="1000.00", **changes):
        """A funding line that holds money."""
        allocation = self.posted_allocation(amount=amount, **changes)
        return line_of(allocation.project, allocation.fund)

    def contract(self, project=None, amount="600.00", **changes) -> Contract:
        values = {
            "project": project or self.project_under_way(),
            "number": f"合同 {next(self.serial)}",
            "contractor": CONTRACTOR,
            "procurement": "inquiry",
            "subject": "水窖 12 口",
            "amount": YUAN(amount),
            "signed_on": date(2010, 4, 10),
            "created_by": self.cast.reporter,
        }
        return Contract.objects.create(**values | changes)

    def instalment(self, contract=None, amount="200.00", **changes) -> Instalment:
        contract = contract or self.contract()
        values = {
            "contract": contract,
            "project": contract.project,
            "position": next(self.serial),
            "condition": "开工",
            "amount": YUAN(amount),
            "created_by": self.cast.reporter,
        }
        return Instalment.objects.create(**values | changes)

    def payment(self, line=None, amount="400.00", **changes) -> Payment:
        if instalment := changes.get("instalment"):
            changes.setdefault("contract", instalment.contract)
        values = {
            "line": line or self.line(),
            "amount": YUAN(amount),
            "purpose_zh": "管材",
            "purpose_en": "Pipes",
            "payee": CONTRACTOR,
            "requested_on": date(2010, 4, 20),
            "created_by": self.cast.officer,
        }
        return Payment.objects.create(**values | changes)

    def approved_payment(self, *args, **changes) -> Payment:
        return perform(self.payment(*args, **changes), "approve", by=self.cast.approver)

    def paid_payment(self, *args, **changes) -> Payment:
        asked = {
            "voucher": changes.pop("voucher", f"0426-{next(self.serial)}"),
            "paid_on": changes.pop("paid_on", date(2010, 4, 26)),
        }
        payment = self.approved_payment(*args, **changes)
        return perform(payment, "pay", by=self.cast.finance, asked=asked)

    def surplus(self, line=None, amount="100.00", **changes) -> Surplus:
        values = {
            "line": line or self.line(),
            "amount": YUAN(amount),
            "returned_on": date(2010, 10, 1),
            "reason": "工程结余",
            "created_by": self.cast.officer,
        }
        return Surplus.objects.create(**values | changes)

    def remittance(self, amount="1000.00", **changes) -> Remittance:
        allocation, project = changes.get("allocation"), changes.get("project")
        values = {
            "project": project or (allocation.project if allocation else self.project_under_way()),
            "amount": YUAN(amount),
            "document": f"甬财拨〔2010〕{next(self.serial)}号",
            "sent_on": date(2010, 4, 1),
            "created_by": self.cast.finance,
        }
        return Remittance.objects.create(**values | changes)

    def hop(self, remittance=None, place="city", amount="1000.00", **changes) -> Hop:
        remittance = remittance or self.remittance()
        reviewer = self.cast.reviewer
        people = {"city": self.cast.finance, "province": reviewer, "prefecture": reviewer}
        values = {
            "remittance": remittance,
            "project": remittance.project,
            "place": place,
            "amount": YUAN(amount),
            "arrived_on": date(2010, 4, 2),
            "created_by": people.get(place, self.cast.reporter),
        }
        return Hop.objects.create(**values | changes)

    def alarm(self) -> Alarm:
        """Money of April 2010 that nobody has sent on."""
        hop = self.hop()
        alarms.refresh(hop.project)
        return hop.project.alarms.get(rule="hop_late")

    def contribution(self, amount="5000.00", **changes) -> Contribution:
        values = {
            "project": changes.get("project") or self.project_under_way(),
            "source": "county",
            "amount": YUAN(amount),
            "came_on": date(2010, 5, 1),
            "created_by": self.cast.reporter,
        }
        return Contribution.objects.create(**values | changes)

    def appropriation(self, **changes) -> Appropriation:
        values = {
            "amount": YUAN("2000000.00"),
            "fund": changes.pop("fund", None) or self.fund(kind="public", custodian=self.office()),
            "source": self.office(),
            "document": f"甬财〔2010〕{next(self.serial)}号",
            "received_on": date(2010, 4, 1),
            "created_by": self.cast.officer,
        }
        return Appropriation.objects.create(**values | changes)

    # -- gifts ------------------------------------------------------------------------------------

    def donor(self, **changes) -> Donor:
        values = {
            "name_zh": f"演示捐赠人 {next(self.serial)}",
            "kind": "person",
            "custodian": self.office("nb-charity"),
            "created_by": self.cast.clerk,
        }
        return Donor.objects.create(**values | changes)

    def programme(self, **changes) -> Programme:
        key = changes.get("key", f"programme-{next(self.serial)}")
        values = {
            "key": key,
            "name_zh": "抗旱救灾募捐",
            "name_en": "Drought relief appeal",
            "kind": "campaign",
            "fund": changes.get("fund") or self.fund(key=key),
            "about_zh": "抗旱",
            "about_en": "Water in the drought",
        }
        return Programme.objects.create(**values | changes)

    def gift(self, amount="10000.00", **changes) -> Gift:
        values = {
            "donor": changes.get("donor") or self.donor(),
            "programme": changes.get("programme") or self.programme(),
            "custodian": self.office("nb-charity"),
            "amount": YUAN(amount),
            "received_on": date(2010, 3, 18),
            "created_by": self.cast.clerk,
        }
        return Gift.objects.create(**values | changes)

    def posted_gift(self, amount="10000.00", **changes) -> Gift:
        return perform(self.gift(amount, **changes), "confirm", by=self.cast.finance)

    def goods(self, **changes) -> GoodsGift:
        values = {
            "donor": changes.get("donor") or self.donor(),
            "programme": changes.get("programme") or self.programme(),
            "custodian": self.office("nb-charity"),
            "received_on": date(2010, 3, 18),
            "goods_zh": "矿泉水",
            "goods_en": "Bottled water",
            "quantity": 100,
            "unit": "箱",
            "basis": "invoice",
            "value_amount": YUAN("3000.00"),
            "created_by": self.cast.clerk,
        }
        return GoodsGift.objects.create(**values | changes)

    # -- training ---------------------------------------------------------------------------------

    def course(self, **changes) -> Course:
        values = {
            "name_zh": f"新农村建设培训班 {next(self.serial)}",
            "name_en": "New rural construction",
            "kind": "new_rural",
            "office": self.office(),
            "division": self.place("522300"),
            "starts_on": date(2010, 5, 10),
            "ends_on": date(2010, 5, 20),
            "people_count": 87,
            "created_by": self.cast.officer,
        }
        return Course.objects.create(**values | changes)

    def confirmed_course(self, **changes) -> Course:
        return perform(self.course(**changes), "confirm", by=self.cast.approver)

    def secondment(self, **changes) -> Secondment:
        values = {
            "name_zh": f"处级干部挂职 {next(self.serial)}",
            "office": self.office(),
            "direction": "to_ningbo",
            "rank": "division",
            "starts_on": date(2010, 3, 1),
            "ends_on": date(2010, 8, 31),
            "people_count": 8,
            "created_by": self.cast.officer,
        }
        return Secondment.objects.create(**values | changes)

    def confirmed_secondment(self, **changes) -> Secondment:
        return perform(self.secondment(**changes), "confirm", by=self.cast.approver)
