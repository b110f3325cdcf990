"""Records that wait in the queues on the day of loading: drafts, proposals, requests, gifts.

Rule: the only part with a clock, handed in as `today`; nothing of it counts in the year 2010, and
nothing of it touches the appeal, whose first gifts the README follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from accounts.models import Office, User
from core.models import Division, Record
from core.money import yuan
from donations.models import CODE_LENGTH, CODE_LETTERS, Donor, Gift, Programme
from ledger.models import PeriodClosing
from projects.models import Allocation, FundingLine, Payment, Project
from reports.demo import words, year_2010
from reports.demo.cash import Ways
from reports.demo.fill import CHARITY
from reports.demo.journal import Journal, Step, numbers, write
from reports.demo.load import Loaded
from reports.demo.people import Cast
from reports.demo.shares import moment
from training.models import Course


@dataclass(frozen=True)
class Idea:
    """A project of the present year: where, what, whole yuan, state, and days it waits."""

    town: str
    zh: str
    en: str
    kind: str
    amount: int
    state: str
    days: int
    note: str = ""


IDEAS = (
    Idea("522327102", "饮水管网维修", "Repair of water pipes", "water", 182_000, "draft", 1),
    Idea("522327101", "村卫生室", "Village clinic", "health", 96_000, "draft", 3),
    Idea("522634200", "茶青交易棚", "Shed for tea leaves", "industry", 240_000, "draft", 4),
    Idea(
        "522634100",
        "农村实用技术培训",
        "Practical-skills course",
        "skills_training",
        58_000,
        "draft",
        6,
    ),
    Idea(
        "522622101",
        "示范村改造",
        "Model village renewal",
        "model_village",
        480_000,
        "proposed",
        14,
    ),
    Idea("522634200", "茶叶基地600亩", "Tea base, 600 mu", "industry", 360_000, "proposed", 9),
    Idea("522326102", "核桃基地800亩", "Walnut base, 800 mu", "industry", 296_000, "proposed", 7),
    Idea("522327103", "水窖20口", "20 water cellars", "water", 260_000, "proposed", 5),
    Idea("522324102", "小学食堂", "School canteen", "school", 310_000, "proposed", 3),
    Idea("522634101", "通村公路2公里", "Village road, 2 km", "road", 420_000, "proposed", 1),
    Idea(
        "522327104",
        "长毛兔养殖示范",
        "Long-haired rabbit breeding",
        "industry",
        120_000,
        "returned",
        2,
        words.RETURN_REASONS[1],
    ),
    Idea(
        "522634102",
        "寄宿制学校宿舍",
        "Boarding school dormitory",
        "school",
        540_000,
        "returned",
        4,
        words.RETURN_REASONS[2],
    ),
)
GIFTS = (
    ("warm-lunch", 200),
    ("student-assistance", 1_200),
    ("water-cellar", 500),
    ("care-package", 3_000),
    ("student-assistance", 20_000),
)


class Pending:
    """Writes the waiting records. `rng` gives hours and codes, `today` the days."""

    def __init__(self, cast: Cast, loaded: Loaded, today: date):
        self.rng, self.journal = Random(year_2010.SEED + 1), Journal()
        self.cast, self.loaded, self.today = cast, loaded, today

    def ago(self, days: int) -> date:
        """A day some days ago, but not before this year."""
        return max(self.today - timedelta(days=days), date(self.today.year, 1, 1))

    def entered(self, by: User, days: int) -> dict:
        at = moment(self.rng, self.ago(days))
        return {"created_by": by, "created_at": at, "status_at": at, "is_demo": True}

    def step(self, move: str, by: User, days: int, note: str = "") -> Step:
        return Step(move, by, moment(self.rng, self.ago(days)), note)

    # -- projects -----------------------------------------------------------------------------

    def propose(self, ideas: Sequence[Idea] = IDEAS) -> list[Record]:
        offices = {o.division_id: o for o in Office.objects.filter(side="receiving")}
        city = Office.objects.get(key="nb")
        towns = Division.objects.valid_on(year_2010.TWINNINGS_DAY).select_related("parent")
        listed = towns.filter(code__in={idea.town for idea in ideas})
        places = {town.code: self.today_s(town) for town in listed}
        names = numbers(f"P-{self.today.year}", len(ideas), 4)
        records = []
        for number, idea in zip(names, ideas, strict=True):
            town = places[idea.town]
            office = offices[town.parent_id]
            supporter = city if idea.kind in ("road", "health") else self._supporter(office, city)
            records.append(self._project(number, idea, town, office, supporter))
        for record, idea in zip(write(records), ideas, strict=True):
            self._moves(record, idea)
        return records

    def _supporter(self, office: Office, city: Office) -> Office:
        pair = office.supported_by.order_by("supporter__key").first()
        return pair.supporter if pair else city

    def today_s(self, town: Division) -> Division:
        """The town as it is listed in the year of loading."""
        while town.successor and town.valid_to and town.valid_to < self.today:
            town = town.successor
        return town

    def _project(self, number: str, idea: Idea, town, office, supporter) -> Project:
        return Project(
            number=number,
            kind=Project.Kind.GOVERNMENT,
            level=Project.Level.CITY,
            types=[idea.kind],
            is_integrated=idea.kind in ("model_village", "industry", "water"),
            year=self.today.year,
            office=office,
            supporter=supporter,
            county=town.parent,
            town=town,
            name_zh=f"{town.parent.name_zh}{town.name_zh}{idea.zh}",
            name_en=f"{idea.en}, {town.name_en}",
            content_zh=f"{idea.zh}（演示）",
            content_en=f"{idea.en} (demonstration)",
            need=words.NEEDS[idea.days % len(words.NEEDS)],
            agreed_amount=idea.amount,
            match_amount=idea.amount // 10,
            people_count=idea.amount // 400,
            household_count=idea.amount // 1_700,
            **self.entered(self.cast.reporters[town.parent.code], idea.days + 3),
        )

    def _moves(self, record: Project, idea: Idea) -> None:
        reporter = self.cast.reporters[record.county.code]
        if idea.state == "draft":
            return
        if idea.state == "proposed":
            self.journal.add(record, self.step("submit", reporter, idea.days))
            return
        self.journal.add(
            record,
            self.step("submit", reporter, idea.days + 2),
            self.step("return", self.cast.reviewer(record.county.code), idea.days, idea.note),
        )

    # -- money --------------------------------------------------------------------------------

    def allocations(self) -> list[Record]:
        """Two proposals of the city's fund, for projects that still wait for money."""
        fund = self.loaded.funds[year_2010.CITY_FUND]
        waiting = Project.objects.filter(
            is_demo=True, year=year_2010.YEAR, status="approved", lines__isnull=True
        ).order_by("number")[:2]
        names = numbers(f"A-{self.today.year}", len(waiting), 5)
        return write(
            [
                Allocation(
                    number=number,
                    fund=fund,
                    project=project,
                    amount=project.agreed_amount,
                    allocated_on=self.ago(days),
                    **self.entered(self.cast["officer"], days),
                )
                for number, project, days in zip(names, waiting, (3, 6), strict=True)
            ]
        )

    def payments(self) -> list[Record]:
        """Two requests and an approved one, out of lines of 2010 that hold money."""
        lines = FundingLine.objects.filter(
            project__is_demo=True,
            project__status="under_way",
            project__year=year_2010.YEAR,
            project__is_drought_relief=False,
        ).select_related("project__county", "pool")
        chosen = [line for line in lines.order_by("id") if line.pool.free_amount > 20_000][:3]
        names = numbers(f"Z-{self.today.year}", len(chosen), 5)
        records = write(
            [
                Payment(
                    number=number,
                    line=line,
                    **self._bound(line.project),
                    amount=(line.pool.free_amount / 2 // 100 * 100).quantize(Decimal("0.01")),
                    purpose_zh="施工进度款",
                    purpose_en="Building, by progress",
                    requested_on=self.ago(days),
                    **self.entered(self.cast["officer"], days),
                )
                for number, line, days in zip(names, chosen, (6, 2, 4), strict=True)
            ]
        )
        self.journal.add(records[-1], self.step("approve", self.cast["approver"], 1))
        return records

    def _bound(self, project: Project) -> dict:
        """Who is paid, under which contract and of which budget line."""
        contract = project.contracts.standing().first()
        county = f"{project.county.name_zh}扶贫资金专户（演示）"
        return {
            "contract": contract,
            "payee": contract.contractor if contract else county,
            "budget": project.budget.order_by("pk")[0].purpose,
        }

    def remittances(self, payments: list[Payment]) -> list[Record]:
        """Money on its way for what is to be paid: at the county with less, late at the prefecture,
        and just left the city."""
        ways = Ways(self.rng, self.cast)
        reached = (
            (("city", 38, 0), ("prefecture", 31, 0), ("county", 20, 1_000)),
            (("city", 61, 0), ("prefecture", 52, 0)),
            (("city", 8, 0),),
        )
        for payment, hops in zip(payments, reached, strict=True):
            sent_on = self.ago(hops[0][1] + 2)
            remittance = ways.send(payment.line.project, payment.amount, sent_on)
            for place, days, less in hops:
                ways.arrive(remittance, place, self.ago(days), less=less)
        ways.write()
        return ways.remittances

    # -- gifts, training ----------------------------------------------------------------------

    def gifts(self) -> list[Record]:
        programmes = {programme.key: programme for programme in Programme.objects.all()}
        charity = Office.objects.get(key=CHARITY)
        donors = Donor.objects.filter(is_demo=True, kind=Donor.Kind.PERSON).order_by("number")
        givers = donors.filter(name_zh__startswith="演示")[: len(GIFTS)]
        names = numbers(f"G-{self.today.year}", len(GIFTS), Gift.number_digits)
        return write(
            [
                Gift(
                    number=number,
                    donor=giver,
                    programme=programmes[key],
                    custodian=charity,
                    amount=yuan(amount * 100),
                    received_on=self.ago(place + 1),
                    bank_reference=f"DEMO-{self.today:%Y%m%d}-{place + 1}",
                    check_code="".join(self.rng.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)),
                    **self.entered(self.cast["clerk"], place + 1),
                )
                for place, (number, giver, (key, amount)) in enumerate(
                    zip(names, givers, GIFTS, strict=True)
                )
            ]
        )

    def courses(self) -> list[Record]:
        number = numbers(f"C-{self.today.year}", 1, 4)[0]
        return write(
            [
                Course(
                    number=number,
                    kind=Course.Kind.CADRE,
                    name_zh=f"演示培训班 {self.today.year}",
                    name_en=f"Demonstration course {self.today.year}",
                    office=Office.objects.get(key="nb-jiangbei"),
                    division=Division.objects.get(code="522327", level="county"),
                    starts_on=self.ago(12),
                    ends_on=self.ago(8),
                    planned_people_count=40,
                    people_count=36,
                    **self.entered(self.cast["officer"], 2),
                )
            ]
        )

    def closings(self) -> list[Record]:
        """The reference year, to be closed by the other finance officer."""
        number = numbers(f"L-{year_2010.YEAR}", 1, PeriodClosing.number_digits)[0]
        return write(
            [
                PeriodClosing(
                    number=number,
                    starts_on=date(year_2010.YEAR, 1, 1),
                    ends_on=date(year_2010.YEAR, 12, 31),
                    **self.entered(self.cast["finance"], 1),
                )
            ]
        )


def write_pending(cast: Cast, loaded: Loaded, *, today: date) -> int:
    """Writes all of them; answers how many."""
    pending = Pending(cast, loaded, today)
    payments = pending.payments()
    records = [
        *pending.propose(),
        *pending.allocations(),
        *payments,
        *pending.remittances(payments),
        *pending.gifts(),
        *pending.courses(),
        *pending.closings(),
    ]
    pending.journal.write()
    return len(records)
