"""Background work on tasks: those whom a task is for hear of it, when it is given and when due.

Rule: as in core.jobs, a job done a second time tells nobody twice.
"""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from accounts.tasks import Task, receivers_of
from core.jobs import AGAIN, record_of_row
from core.news import Kind
from core.telling import Because, tell

BEFORE, AFTER = timedelta(days=1), timedelta(days=3)


@app.task(queue="mail", retry=AGAIN)
def tell_of_task(task_id: int) -> None:
    """Tells whom an open task is for, or who gave one that is done."""
    task = Task.objects.select_related("given_by", "done_by", "reopened_by", "office").get(
        pk=task_id
    )
    if task.done_at:
        people = [task.given_by_id]
        _tell(task, Kind.TASK_DONE, people, at=task.done_at, by=task.done_by, words=task.proof)
    else:
        people = [person.pk for person in receivers_of(task, record_of_row(task))]
        at, by = task.reopened_at or task.given_at, task.reopened_by or task.given_by
        _tell(task, Kind.TASK_GIVEN, people, at=at, by=by, words=task.reopened_for)


@app.periodic(cron="30 21 * * *")  # half past five in the morning in Shanghai
@app.task(queue="mail", queueing_lock="tell_of_due_tasks")
def tell_of_due_tasks(timestamp: int) -> None:
    """Tells, once for each due day, whom a task is for that is due tomorrow or was lately."""
    today = timezone.localdate()
    due = Task.objects.open().filter(due_on__range=(today - AFTER, today + BEFORE))
    for task in due.select_related("office"):
        people = [person.pk for person in receivers_of(task, record_of_row(task))]
        _tell(task, Kind.TASK_DUE, people, at=task.due_on)


def _tell(task: Task, kind: Kind, people: list[int], *, at, by=None, words: str = "") -> None:
    tell(
        record_of_row(task),
        f"task:{task.pk}:{kind}:{at.isoformat()}",
        because=[Because(kind, people)],
        by=by,
        words="\n".join(filter(None, [task.title, words])),
        due_on=task.due_on,
        path=task.get_absolute_url(),
    )
