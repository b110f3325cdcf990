"""One clear example of each kind of alarm, where the year itself has none.

Rule: all of it is invented, carries the mark and 演示 in its words, and touches no figure: entries
in files, a photograph, and proposals of the present year that nobody has approved.
"""

import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from core.uploads import attach
from projects import alarms
from projects.likeness import likes_of, look_of
from projects.models import (
    Alarm,
    BudgetLine,
    Contract,
    ProgressReport,
    Project,
    SetAside,
    ToldApart,
)
from reports.demo import year_2010
from reports.demo.load import Loaded
from reports.demo.pending import Idea, Pending
from reports.demo.people import Cast

# Two proposals of one place and kind, each a little below the amount of a second approval.
PARTS_OF_ONE = (
    Idea("522327103", "中心小学教学楼一期", "School, phase 1", "school", 1_960_000, "proposed", 2),
    Idea("522327103", "中心小学教学楼二期", "School, phase 2", "school", 1_940_000, "proposed", 2),
)
SIZE = (960, 720)
HILLS = [(0, 420), (300, 180), (560, 400), (760, 240), (960, 430), SIZE, (0, SIZE[1])]
ASIDE_DAYS = 60


@dataclass
class Examples:
    """Writes the examples into projects of 2010 that are under way, found by their county."""

    cast: Cast
    loaded: Loaded
    today: date

    def under_way(self, county: str, *, last: bool = False) -> Project:
        """The first of a county, or the last, but not that of the gift to follow."""
        rows = Project.objects.filter(
            is_demo=True, status="under_way", year=year_2010.YEAR, is_drought_relief=False
        )
        rows = rows.filter(county__code=county).select_related("county")
        return rows.latest("number") if last else rows.earliest("number")

    def entered(self, by, day: date) -> dict:
        at = timezone.make_aware(datetime(day.year, day.month, day.day, 10, 20))
        return {"created_by": by, "created_at": at, "is_demo": True}

    def by_county(self, project: Project):
        return self.cast.reporters[project.county.code]

    # -- money --------------------------------------------------------------------------------

    def signed_early(self) -> None:
        """The day of a contract that lies before the approval."""
        project = self.under_way("522327")
        contract = project.contracts.standing().earliest("pk")
        contract.signed_on = project.approved_on - timedelta(days=12)
        contract.save()

    def over_budget(self) -> None:
        project = self.under_way("522325", last=True)  # nothing of it is paid yet
        line = project.budget.get(purpose=BudgetLine.Purpose.WORKS)
        Contract.objects.create(
            project=project,
            number=f"演示合〔{year_2010.YEAR}〕预1号",
            contractor=f"{project.county.name_zh}施工队（演示）",
            procurement=Contract.Procurement.INQUIRY,
            subject=project.content_zh,
            budget=line.purpose,
            amount=line.amount + 17_400,
            signed_on=project.approved_on + timedelta(days=5),
            **self.entered(self.by_county(project), project.approved_on + timedelta(days=6)),
        )

    def money_ahead(self) -> None:
        """After the report that counts, one that had to take most of it back."""
        project = self.under_way("522625")
        last = project.progressreports.standing().last()
        ProgressReport.objects.create(
            project=project,
            reported_on=last.reported_on + timedelta(days=126),
            percent=20,
            spent=last.spent,
            text="名单复核后重新发放（演示）",
            why_less="抽查发现名单有误，已发的要重新核实（演示）",
            **self.entered(self.by_county(project), last.reported_on + timedelta(days=127)),
        )

    # -- evidence -----------------------------------------------------------------------------

    def unpublished(self) -> None:
        project = self.under_way("522628")
        for notice in project.notices.standing():
            notice.strike(by=notice.created_by, reason="公示地点无法核实，重新公示（演示）")

    def same_photograph(self) -> None:
        for county in ("522327", "522634"):
            project = self.under_way(county)
            attach(
                project,
                SimpleUploadedFile("IMG_0417.jpg", picture(), "image/jpeg"),
                kind="photo_during",
                by=self.by_county(project),
                title_zh="施工现场（演示）",
                title_en="Building site (demonstration)",
            )

    # -- proposals, and what was said ---------------------------------------------------------

    def parts_of_one(self) -> None:
        pending = Pending(self.cast, self.loaded, self.today)
        pending.propose(PARTS_OF_ONE)
        pending.journal.write()

    def told_apart(self) -> None:
        """A renewal of an earlier year, which the prefecture has told apart."""
        reviewer = self.cast["reviewer"]
        rows = Project.objects.filter(is_demo=True, year=year_2010.YEAR, village__isnull=False)
        mine = rows.filter(county__code__startswith="5223").order_by("number")
        for project in mine.select_related("county", "town", "village"):
            for like in likes_of(look_of(project), reviewer):
                later, earlier = sorted((project, like.project), key=lambda one: -one.pk)
                ToldApart.objects.create(
                    project=later,
                    other=earlier,
                    told_by=reviewer,
                    reason="前一次改造的是上寨，这一次是下寨（演示）",
                )
                return

    def set_aside(self) -> None:
        """One alarm that somebody has looked into."""
        lying = Alarm.objects.standing().filter(rule="idle_money")
        alarm = lying.filter(record_kind="projects.fundingline").order_by("pk").first()
        SetAside.objects.create(
            alarm=alarm,
            reason="余款是质保金，期满验看后再付（演示）",
            until=self.today + timedelta(days=ASIDE_DAYS),
            set_by=self.cast["approver2"],
        )


def picture() -> bytes:
    """A drawing of a building site that says what it is."""
    drawn = Image.new("RGB", SIZE, "#cfe4e6")
    pen = ImageDraw.Draw(drawn)
    pen.polygon(
        [(0, 420), (300, 180), (560, 400), (760, 240), (960, 430), (960, 720), (0, 720)], "#8fae8b"
    )
    pen.rectangle((250, 380, 700, 600), "#e9e2d0", "#5a6c73", 6)
    for left in (300, 430, 560):
        pen.rectangle((left, 430, left + 80, 500), "#6fa9b1", "#5a6c73", 4)
    for pole in range(230, 740, 85):
        pen.line((pole, 340, pole, 620), "#7d5000", 7)
    for board in (360, 450, 540):
        pen.line((220, board, 730, board), "#7d5000", 7)
    pen.rectangle((0, 640, 960, 720), "#fdf2d8")
    pen.text((30, 655), "DEMONSTRATION - a drawing, no photograph", "#684200", font_size=34)
    target = io.BytesIO()
    drawn.save(target, "JPEG", quality=88)
    return target.getvalue()


def write_alarms(cast: Cast, loaded: Loaded, *, today: date) -> int:
    """Writes the examples, looks for alarms, sets one aside; answers how many stand."""
    examples = Examples(cast, loaded, today)
    for write in (
        examples.signed_early,
        examples.over_budget,
        examples.money_ahead,
        examples.unpublished,
        examples.same_photograph,
        examples.parts_of_one,
        examples.told_apart,
    ):
        write()
    alarms.refresh(today=today)
    examples.set_aside()
    return Alarm.objects.standing().count()
