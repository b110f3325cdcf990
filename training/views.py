"""The staff's pages of courses and secondments.

Rule: a sum of persons says that it counts persons, and counts what the whole filter finds.
"""

from django.db.models import Sum
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from core.formatting import number
from core.lists import Column
from core.views import Records
from core.workflow import with_waiting
from training.filters import CourseFilter, SecondmentFilter
from training.forms import CourseForm, SecondmentForm
from training.models import Course, Secondment


def persons(queryset) -> dict[str, object]:
    """The sum of persons under its column, with the word."""
    count = queryset.order_by().aggregate(sum=Sum("people_count"))["sum"] or 0
    return {"people": ngettext("%s person", "%s persons", count) % number(count)}


COURSES = Records(
    app="training",
    name="course",
    model=Course,
    title=gettext_lazy("Training courses"),
    new_title=gettext_lazy("New course"),
    filterset=CourseFilter,
    columns=[
        Column("name", gettext_lazy("Course"), ("pinyin",)),
        Column("kind", gettext_lazy("Kind"), ("kind",), css="mid"),
        Column("office", pgettext_lazy("a course", "Held by"), ("office__pinyin",)),
        Column("division", pgettext_lazy("a course", "For"), ("division__code",)),
        Column("starts_on", gettext_lazy("Days"), ("starts_on",), css="nb"),
        Column("status", gettext_lazy("State"), ("status",)),
        Column("people", gettext_lazy("Persons"), ("people_count",), css="n"),
        Column("waiting", gettext_lazy("Waiting"), ("waiting_since",), css="n"),
    ],
    rows=lambda courses: with_waiting(courses.for_list()),
    totals=persons,
    list_template="training/list.html",
    row_template="training/_course_row.html",
    detail_template="training/course_detail.html",
    form=CourseForm,
    default_sort="-starts_on",
    views=[
        (gettext_lazy("Waiting for confirmation"), "status=recorded"),
        (gettext_lazy("Confirmed"), "status=confirmed"),
    ],
    empty=gettext_lazy("Courses appear here when an office enters them."),
)

SECONDMENTS = Records(
    app="training",
    name="secondment",
    model=Secondment,
    title=gettext_lazy("Secondments"),
    new_title=gettext_lazy("New secondment"),
    filterset=SecondmentFilter,
    columns=[
        Column("name", gettext_lazy("Secondment"), ("pinyin",)),
        Column("rank", gettext_lazy("Rank"), ("rank",)),
        Column("direction", gettext_lazy("Direction"), ("direction",), css="mid"),
        Column("office", gettext_lazy("Arranged by"), ("office__pinyin",)),
        Column("starts_on", gettext_lazy("Days"), ("starts_on",), css="nb"),
        Column("status", gettext_lazy("State"), ("status",)),
        Column("people", gettext_lazy("Persons"), ("people_count",), css="n"),
        Column("waiting", gettext_lazy("Waiting"), ("waiting_since",), css="n"),
    ],
    rows=lambda secondments: with_waiting(secondments.for_list()),
    totals=persons,
    list_template="training/list.html",
    row_template="training/_secondment_row.html",
    detail_template="training/secondment_detail.html",
    form=SecondmentForm,
    default_sort="-starts_on",
    views=[
        (gettext_lazy("Waiting for confirmation"), "status=recorded"),
        (gettext_lazy("Confirmed"), "status=confirmed"),
    ],
    empty=gettext_lazy("Secondments appear here when an office enters them."),
)
