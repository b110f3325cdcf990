"""Projects of the present year in the later stages, with amendments and photographs.

Rule: each queue of each role has something that waits; all of it is of the present year and social,
so that nothing of it counts in 2010 or in an agreement.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from accounts.models import Office
from core.models import Record
from core.uploads import attach
from projects.models import Acceptance, Amendment, Notice, Project
from reports.demo.journal import Step, numbers, write
from reports.demo.load import Loaded
from reports.demo.pending import Idea, Pending
from reports.demo.people import Cast
from reports.demo.snapshots import snapshot

COUNTIES = ("522327", "522634")  # whose reporters have an account
# The way of a project, with the days before the state that it waits in.
WAY = ("submit", "survey", "review", "enlist", "agree", "approve", "start", "complete", "accept",
       "settle", "hand_over", "close")  # fmt: skip
ENDS = {"surveyed": 2, "reviewed": 3, "in_library": 4, "agreed": 5, "approved": 6, "under_way": 7,
        "completed": 8, "accepted": 9, "settled": 10, "handed_over": 11}  # fmt: skip
SIDE = {"suspended": "suspend", "recovering": "recover", "cancelled": "cancel"}
REASONS = {
    "suspended": "雨季塌方，等路通了再施工。（演示）",
    "recovering": "承建方退出，资金收回另作安排。（演示）",
    "cancelled": "村民改走州里的项目，本项目不做了。（演示）",
}
IDEAS = (
    Idea("522327102", "机耕桥", "Farm bridge", "road", 88_000, "surveyed", 6),
    Idea("522634100", "蔬菜大棚30个", "30 vegetable tunnels", "industry", 150_000, "reviewed", 4),
    Idea("522327103", "小水池12个", "12 small reservoirs", "water", 72_000, "in_library", 8),
    Idea("522634101", "村小图书室", "School library", "school", 46_000, "agreed", 3),
    Idea("522327104", "山塘整治", "Repair of a hill pond", "water", 94_000, "approved", 5),
    Idea("522327101", "引泉入户", "Spring water to the houses", "water", 126_000, "under_way", 12),
    Idea("522634200", "茶园道路", "Road through the tea", "road", 168_000, "under_way", 9),
    Idea("522327104", "养牛圈舍", "Sheds for cattle", "industry", 132_000, "under_way", 7),
    Idea("522634102", "宿舍热水", "Hot water for a dormitory", "school", 58_000, "completed", 6),
    Idea("522327102", "卫生室设备", "Equipment of a clinic", "health", 64_000, "accepted", 4),
    Idea("522634100", "灌溉渠1公里", "1 km of canal", "water", 83_000, "settled", 5),
    Idea("522327103", "村小操场", "School yard", "school", 77_000, "handed_over", 3),
    Idea("522634200", "滑坡段道路", "Road at a landslip", "road", 142_000, "suspended", 16),
    Idea("522327101", "烤烟房", "Curing barns", "industry", 110_000, "recovering", 11),
    Idea("522634101", "老井清淤", "Clearing an old well", "water", 24_000, "cancelled", 10),
)


class Later(Pending):
    """Writes them; what the work needs comes between the steps that ask for it."""

    def write(self) -> list[Record]:
        records = self.propose(IDEAS)
        for project, idea in zip(records, IDEAS, strict=True):
            self._plan(project, idea)
        self._before(records)
        self._walk(records, 0, 7)
        self._work(records)
        self._walk(records, 7, 12)
        self._sides(records)
        return [*records, *self._amendments(records[5:8])]

    def _project(self, number: str, idea: Idea, *place) -> Project:
        project = super()._project(number, idea, *place)
        project.kind, project.level = Project.Kind.SOCIAL, ""
        project.is_integrated = False
        return project

    def _moves(self, record: Project, idea: Idea) -> None:
        """The steps follow when the plan is written."""

    def _plan(self, project: Project, idea: Idea) -> None:
        project.quantities.create(item=idea.zh, item_en=idea.en, unit="set", planned=1)
        project.budget.create(purpose="works", amount=idea.amount)
        project.sources.create(source="donated", amount=idea.amount)

    # -- steps --------------------------------------------------------------------------------

    def _reached(self, idea: Idea) -> int:
        """How many steps of the way the project has gone."""
        return ENDS.get(idea.state, 6 if idea.state == "cancelled" else 7)

    def _walk(self, records: Sequence[Project], first: int, last: int) -> None:
        for project, idea in zip(records, IDEAS, strict=True):
            reached = self._reached(idea)
            steps = []
            for place in range(first, min(last, reached)):
                steps += self._step_of(project, WAY[place], idea.days + 4 * (reached - place - 1))
            self.journal.add(project, *steps)
        self.journal.write()

    def _step_of(self, project: Project, move: str, days: int) -> list[Step]:
        code, cast, day = project.county.code, self.cast, self.ago(days)
        reporter, reviewer = cast.reporters[code], cast.reviewer(code)
        people = {
            "survey": cast["officer"],
            "review": reviewer,
            "agree": cast["officer"],
            "accept": reviewer,
            "settle": cast["finance"],
            "close": cast["officer"],
        }
        asked = {
            "enlist": {"library_year": project.year},
            "approve": {
                "approved_on": day,
                "approval_document": f"演示批〔{day.year}〕{project.pk}号",
            },
            "start": {"started_on": day},
            "complete": {"completed_on": day},
        }.get(move, {})
        first = moment_of(self, days)
        if move == "approve":
            return [
                Step(move, reviewer, first, stays=True),
                Step(move, cast["approver"], first, asked=asked),
            ]
        return [Step(move, people.get(move, reporter), first, asked=asked)]

    def _sides(self, records: Sequence[Project]) -> None:
        for project, idea in zip(records, IDEAS, strict=True):
            if move := SIDE.get(idea.state):
                reporter = self.cast.reporters[project.county.code]
                by = reporter if move == "cancel" else self.cast["approver"]
                self.journal.add(project, self.step(move, by, idea.days, REASONS[idea.state]))
        self.journal.write()

    # -- what is in the files -----------------------------------------------------------------

    def _entered(self, project: Project, days: int) -> dict:
        by = self.cast.reporters[project.county.code]
        return {"created_by": by, "created_at": moment_of(self, days), "is_demo": True}

    def _before(self, records: Sequence[Project]) -> None:
        city = Office.objects.get(key="nb")
        for project, idea in zip(records, IDEAS, strict=True):
            days = idea.days + 4 * self._reached(idea)
            project.surveys.create(
                surveyed_on=self.ago(days),
                office=city,
                people="演示考察组",
                opinion="选址合适，群众要求迫切，建议立项。（演示）",
                **self._entered(project, days) | {"created_by": self.cast["officer"]},
            )
            if self._reached(idea) > 3:
                self._notice(project, Notice.Occasion.BEFORE, days)

    def _notice(self, project: Project, occasion: str, days: int) -> None:
        project.notices.create(
            occasion=occasion,
            place="村公示栏（演示）",
            starts_on=self.ago(days),
            ends_on=self.ago(max(days - 10, 1)),
            phone="12317",
            **self._entered(project, days),
        )

    def _work(self, records: Sequence[Project]) -> None:
        for seed, (project, idea) in enumerate(zip(records, IDEAS, strict=True), start=1):
            reached = self._reached(idea)
            if reached < 7:
                continue
            days = idea.days + 4 * max(reached - 8, 0) + 1
            percent = 100 if reached > 7 else 45
            report = project.progressreports.create(
                reported_on=self.ago(days),
                percent=percent,
                spent=0,
                text="按计划施工。（演示）" if percent < 100 else "全部完工。（演示）",
                **self._entered(project, days),
            )
            for quantity in project.quantities.all():
                report.quantities.create(
                    project=project,
                    quantity=quantity,
                    done=quantity.planned * percent / 100,
                    **self._entered(project, days),
                )
            self._photograph(project, report, seed, self.ago(days), percent)
            if reached > 8:
                self._ended(project, idea.days + 1)

    def _ended(self, project: Project, days: int) -> None:
        reviewer = self.cast.reviewer(project.county.code)
        project.acceptances.create(
            level=Acceptance.Level.COUNTY,
            accepted_on=self.ago(days),
            people="演示验收组",
            quality="good",
            text="质量合格。（演示）",
            **self._entered(project, days) | {"created_by": reviewer},
        )
        project.settlements.create(
            settled_on=self.ago(days),
            claimed=project.agreed_amount,
            settled=project.agreed_amount,
            **self._entered(project, days) | {"created_by": self.cast["finance"]},
        )
        project.assets.create(
            name=project.name_zh,
            custodian="村委会（演示）",
            handed_on=self.ago(days),
            **self._entered(project, days),
        )
        self._notice(project, Notice.Occasion.AFTER, days + 10)

    def _photograph(self, project: Project, report, seed: int, day: date, percent: int) -> None:
        """Of the work; the first ones are shown to the public."""
        place = {
            "latitude": Decimal("24.98") + Decimal(seed) / 500,
            "longitude": Decimal("105.81") + Decimal(seed) / 400,
        }
        upload = snapshot(seed, day=day, works=1 + percent // 25, **place)
        kind = "photo_after" if percent == 100 else "photo_during"
        by = self.cast.reporters[project.county.code]
        words = {"caption": f"{project.name_zh}（演示图）"}
        file = attach(project, upload, kind=kind, by=by, entry=report, **words)
        if seed % 2:
            file.publish(by=self.cast["approver"])

    # -- amendments ---------------------------------------------------------------------------

    def _amendments(self, projects: Sequence[Project]) -> list[Record]:
        """One that was carried out, one that was declined, and one that waits."""
        names = numbers(f"V-{self.today.year}", len(projects), 4)
        said = ("材料涨价，增加一段管道。", "改道绕开基本农田。", "增加两户圈舍。")
        records = []
        for number, project, reason in zip(names, projects, said, strict=True):
            amount = project.agreed_amount + 6_000
            records.append(
                Amendment(
                    number=number,
                    project=project,
                    reason=f"{reason}（演示）",
                    amount=amount,
                    changes={"people_count": project.people_count + 20},
                    before={"people_count": project.people_count},
                    **self.entered(self.cast.reporters[project.county.code], 6),
                )
            )
        for record in records:
            record.amount = record.project.agreed_amount
        for place, record in enumerate(write(records)):
            self._decide(record, place)
        self.journal.write()
        return records

    def _decide(self, record: Amendment, place: int) -> None:
        code = record.project.county.code
        reporter, reviewer = self.cast.reporters[code], self.cast.reviewer(code)
        steps = [self.step("submit", reporter, 5)]
        if place == 0:
            at = moment_of(self, 2)
            steps += [
                Step("approve", reviewer, at, stays=True),
                Step("approve", self.cast["approver"], at),
            ]
        elif place == 1:
            steps.append(
                self.step("decline", self.cast["approver"], 2, "路线已公示，不再改。（演示）")
            )
        self.journal.add(record, *steps)


def moment_of(later: Later, days: int):
    return later.step("", later.cast["officer"], days).at


def write_later(cast: Cast, loaded: Loaded, *, today: date) -> int:
    """Writes them; answers how many records."""
    return len(Later(cast, loaded, today).write())
