"""Tasks on a record: what somebody is to do, by which day, and with what it was done.

Rule: a task is given to a person or an office that can read the record. It keeps what was given;
whoever it is for or gave it says with what it was done, and may open it again with a reason.
"""

from datetime import date
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from procrastinate.contrib.django import app

from core.history import tracked
from core.models import Record
from core.news import News
from core.notes import OfRecord, OfRecordQuerySet
from core.people import active_people, may_read, readers
from core.text import visible_text
from core.triggers import fixed, never_deleted, of_record
from core.workflow import actors

LONGEST_PROOF = 2000


class TaskQuerySet(OfRecordQuerySet):
    def open(self):
        return self.filter(done_at=None)

    def done(self):
        return self.filter(done_at__isnull=False)

    def over(self, today: date):
        """Open and past the due day."""
        return self.open().filter(due_on__lt=today)

    def for_user(self, user):
        """Given to the person, to the office, or to somebody for whom the person acts today."""
        office = Q(office=user.office_id) if user.office_id else Q()
        return self.filter(Q(person__in=actors(user)) | office)

    def for_list(self):
        return self.select_related(
            "person__office", "office", "given_by__office", "done_by", "reopened_by"
        )


@tracked
class Task(OfRecord):
    """A task on a record, for a person or for whoever of an office takes it."""

    title = models.CharField(
        gettext_lazy("what is to be done"), max_length=200, validators=[visible_text]
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=pgettext_lazy("of an office", "person"),
    )
    office = models.ForeignKey(
        "accounts.Office",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=gettext_lazy("office"),
    )
    due_on = models.DateField(gettext_lazy("due day"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="given_tasks",
        verbose_name=gettext_lazy("given by"),
    )
    given_at = models.DateTimeField(gettext_lazy("given at"), db_default=Now(), editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="done_tasks",
        verbose_name=gettext_lazy("done by"),
    )
    done_at = models.DateTimeField(gettext_lazy("done at"), null=True, editable=False)
    proof = models.TextField(
        gettext_lazy("with what it was done"),
        blank=True,
        validators=[visible_text, MaxLengthValidator(LONGEST_PROOF)],
    )
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=gettext_lazy("reopened by"),
    )
    reopened_at = models.DateTimeField(gettext_lazy("reopened at"), null=True, editable=False)
    reopened_for = models.TextField(
        gettext_lazy("why it was reopened"),
        blank=True,
        validators=[visible_text, MaxLengthValidator(LONGEST_PROOF)],
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("task")
        verbose_name_plural = gettext_lazy("tasks")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, office__isnull=True)
                | Q(person__isnull=True, office__isnull=False),
                name="task_for_one",
            ),
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="task_says_something"),
            models.CheckConstraint(
                condition=Q(done_by__isnull=True, done_at__isnull=True, proof="")
                | Q(done_by__isnull=False, done_at__isnull=False, proof__regex=r"\S"),
                name="task_done_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=Q(reopened_by__isnull=True, reopened_at__isnull=True, reopened_for="")
                | Q(
                    reopened_by__isnull=False,
                    reopened_at__isnull=False,
                    reopened_for__regex=r"\S",
                ),
                name="task_reopened_by_whom_and_why",
            ),
        ]
        indexes = [
            models.Index(fields=["workflow", "record_id"], name="task_record"),
            models.Index(fields=["due_on", "id"], name="task_due"),
        ]
        triggers = [
            of_record("given_at"),
            fixed(
                "id",
                "workflow",
                "record_id",
                "title",
                "person_id",
                "office_id",
                "given_by_id",
                "given_at",
            ),
            pgtrigger.Trigger(
                name="turns",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                IF OLD.done_at IS NULL AND NEW.done_at IS NOT NULL
                   AND (NEW.due_on, NEW.reopened_for) = (OLD.due_on, OLD.reopened_for)
                   AND (NEW.reopened_by_id, NEW.reopened_at)
                       IS NOT DISTINCT FROM (OLD.reopened_by_id, OLD.reopened_at)
                THEN NEW.done_at := statement_timestamp();
                ELSIF OLD.done_at IS NOT NULL AND NEW.done_at IS NULL
                  AND NEW.reopened_at IS DISTINCT FROM OLD.reopened_at
                THEN NEW.reopened_at := statement_timestamp();
                ELSIF to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD)
                THEN RAISE EXCEPTION 'frozen'; END IF;
                RETURN NEW;
                """,
            ),
            never_deleted(),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("accounts:task-detail", args=[self.pk])

    @property
    def whom(self) -> Any:
        """The person or the office that it was given to."""
        return self.person or self.office

    def concerns(self, user) -> bool:
        """Whether the person may say that it is done, or open it again."""
        people = {person.pk for person in actors(user)}
        is_own = self.person_id in people or self.given_by_id == user.pk
        return is_own or (self.office_id is not None and self.office_id == user.office_id)


def receivers_of(task: Task, record: Record) -> list[Any]:
    """The people whom the task is for and who can read the record."""
    people = active_people()
    mine = people.filter(pk=task.person_id) if task.person_id else people.filter(office=task.office)
    return readers(record, mine)


@transaction.atomic
def give(record: Record, *, by, title: str, due_on: date, person=None, office=None) -> Task:
    """Gives a task to a person or an office. Raises ValidationError where it cannot be given."""
    task = Task(
        workflow=record.workflow_name,
        record_id=record.pk,
        title=title.strip(),
        person=person,
        office=office,
        due_on=due_on,
        given_by=by,
    )
    task.full_clean(exclude=["given_at"])
    _not_over(due_on)
    if not receivers_of(task, record):
        raise ValidationError(_("%(whom)s cannot read this record.") % {"whom": task.whom})
    task.save()
    _tell(task)
    return task


@transaction.atomic
def finish(task: Task, *, by, record: Record, proof: str) -> None:
    """Says with what the task was done. Raises ValidationError where it is done already."""
    task = _turned(task, by, record)
    if task.done_at:
        raise ValidationError(_("%(who)s has done this already.") % {"who": task.done_by})
    task.done_by, task.done_at, task.proof = by, timezone.now(), proof.strip()
    task.full_clean()
    task.save(update_fields=["done_by", "done_at", "proof"])
    open_news = News.objects.filter(cause__startswith=f"task:{task.pk}:", closed_at=None)
    open_news.update(closed_at=timezone.now())
    _tell(task)


@transaction.atomic
def reopen(task: Task, *, by, record: Record, reason: str, due_on: date) -> None:
    """Opens a task again, for a reason and to a new day. Raises ValidationError for an open one."""
    task = _turned(task, by, record)
    if not task.done_at:
        raise ValidationError(_("The task is open."))
    _not_over(due_on)
    task.done_by, task.done_at, task.proof, task.due_on = None, None, "", due_on
    task.reopened_by, task.reopened_at, task.reopened_for = by, timezone.now(), reason.strip()
    task.full_clean()
    task.save()
    _tell(task)


def _turned(task: Task, by, record: Record) -> Task:
    """The task, locked. Raises PermissionDenied unless it concerns the person."""
    task = Task.objects.select_for_update().get(pk=task.pk)
    if not (task.concerns(by) and may_read(record, by)):
        raise PermissionDenied(_("This is done by whoever the task is for, or who gave it."))
    return task


def _not_over(due_on: date) -> None:
    if due_on < timezone.localdate():
        raise ValidationError({"due_on": _("The due day is over already.")})


def _tell(task: Task) -> None:
    app.configure_task("accounts.jobs.tell_of_task").defer(task_id=task.pk)
