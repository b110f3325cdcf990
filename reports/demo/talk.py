"""What is said and asked on the records that wait: notes, and tasks from one side to the other.

Rule: as with what waits, the days are counted from `today`, and nothing of it counts in 2010.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from accounts.models import Office
from accounts.tasks import Task
from core.notes import Note
from projects.models import Project
from reports.demo.people import Cast
from reports.demo.shares import PLACE_OF_TIME


@dataclass(frozen=True)
class Said:
    """A note on a project: who wrote it, how many days ago at which hour, and whom it names."""

    project: str
    by: str
    days: int
    hour: int
    text: str
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A task on a project: who gave it to whom, an account or an office, and due in how long."""

    project: str
    by: str
    whom: str
    days: int
    title: str


NOTES = (
    Said(
        "通村公路2公里",
        "officer",
        1,
        10,
        "清单写 31 吨水泥，概算是 28 吨。@杨秋月 请核对，哪个对？",
        ("reporter-leishan",),
    ),
    Said(
        "通村公路2公里",
        "reporter-leishan",
        1,
        15,
        "已与乡里核对，28 吨对，清单明天更正。@林静",
        ("officer",),
    ),
    Said("水窖20口", "reviewer", 4, 11, "村里去年修过 6 口，这 20 口不在原处。"),
    Said("茶叶基地600亩", "officer", 7, 16, "考察定在下周，请县里先定好地块。"),
)
TASKS = (
    Asked("茶叶基地600亩", "officer", "reporter-leishan", -6, "补一份村民会议纪要，写明地块"),
    Asked("通村公路2公里", "officer", "reporter-leishan", 3, "更正材料清单"),
    Asked("通村公路2公里", "reporter-leishan", "nb", 8, "约定实地考察的日子"),
    Asked("水窖20口", "officer", "reporter", 0, "拍施工前的照片"),
    Asked("水窖20口", "reviewer", "officer", 5, "核对与 2009 年水窖是否同址"),
)


def write_talk(cast: Cast, *, today: date) -> None:
    """Writes the notes and tasks on the projects that wait."""
    projects = {
        said: Project.objects.get(is_demo=True, year=today.year, name_zh__endswith=said)
        for said in {one.project for one in (*NOTES, *TASKS)}
    }
    for said in NOTES:
        Note.objects.create(
            workflow="project",
            record_id=projects[said.project].pk,
            written_by=cast[said.by],
            written_at=_at(today - timedelta(days=said.days), said.hour),
            text=said.text,
            told=[cast[name].pk for name in said.named],
        )
    offices = {office.key: office for office in Office.objects.all()}
    for asked in TASKS:
        office = offices.get(asked.whom)
        Task.objects.create(
            workflow="project",
            record_id=projects[asked.project].pk,
            title=asked.title,
            person=None if office else cast[asked.whom],
            office=office,
            due_on=today + timedelta(days=asked.days),
            given_by=cast[asked.by],
            given_at=_at(today - timedelta(days=9), 9),
        )


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=PLACE_OF_TIME)
