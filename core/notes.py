"""What people say about a record: notes and reminders; and who follows it.

Rule: what was said stays. A note may be struck out by its author, and its text is kept; a record
is reminded of once a day, whoever does it.
"""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.lifecycle import WORKFLOWS
from core.text import visible_text
from core.triggers import APPEND_ONLY, never_deleted, of_record

LONGEST_NOTE = 4000


class OfRecordQuerySet(models.QuerySet):
    def of(self, record: Any):
        return self.filter(workflow=record.workflow_name, record_id=record.pk)

    def visible_to(self, user):
        """What belongs to records that this person may read."""
        seen = Q(pk__in=[])
        for name, workflow in WORKFLOWS.items():
            if user.has_perm(view_permission(workflow.model)):
                ids = workflow.model.objects.visible_to(user).order_by().values("pk")
                seen |= Q(workflow=name, record_id__in=ids)
        return self.filter(seen)


class OfRecord(models.Model):
    """Something that belongs to one case record, whatever its type."""

    workflow = models.CharField(_("life cycle"), max_length=40)
    record_id = models.BigIntegerField(_("record"))

    objects = OfRecordQuerySet.as_manager()

    class Meta:
        abstract = True


def view_permission(model) -> str:
    """The permission without which nobody reads a record of this type."""
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


def records_of(rows, user) -> dict[tuple[str, int], Any]:
    """The records of these rows that the person may read, by (workflow, id): one query a type."""
    found: dict[tuple[str, int], Any] = {}
    for name in {row.workflow for row in rows}:
        model = WORKFLOWS[name].model
        if user.has_perm(view_permission(model)):
            ids = {row.record_id for row in rows if row.workflow == name}
            records = model.objects.visible_to(user)
            records = records.for_list() if hasattr(records, "for_list") else records
            found |= {(name, record.pk): record for record in records.filter(pk__in=ids)}
    return found


class Note(OfRecord):
    """A note on a record. `told` are the ids of those named in it who can read the record."""

    text = models.TextField(_("note"), validators=[visible_text, MaxLengthValidator(LONGEST_NOTE)])
    told = ArrayField(models.BigIntegerField(), default=list, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="notes",
        verbose_name=_("written by"),
    )
    written_at = models.DateTimeField(_("written at"), db_default=Now(), editable=False)
    struck_at = models.DateTimeField(_("struck out at"), null=True, editable=False)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="note_says_something")
        ]
        indexes = [models.Index(fields=["workflow", "record_id", "id"], name="note_record")]
        triggers = [
            of_record("written_at"),
            pgtrigger.Trigger(
                name="struck_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                IF OLD.struck_at IS NOT NULL OR NEW.struck_at IS NULL
                   OR to_jsonb(NEW) - 'struck_at' IS DISTINCT FROM to_jsonb(OLD) - 'struck_at'
                THEN RAISE EXCEPTION 'append_only'; END IF;
                NEW.struck_at := statement_timestamp();
                RETURN NEW;
                """,
            ),
            never_deleted(),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Reminder(OfRecord):
    """A polite word to those for whom a record waits. `told` are the ids of these people."""

    told = ArrayField(models.BigIntegerField(), default=list, editable=False)
    reminded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="reminders",
        verbose_name=_("reminded by"),
    )
    reminded_at = models.DateTimeField(_("reminded at"), db_default=Now(), editable=False)
    reminded_on = models.DateField(_("reminded on"), editable=False)

    append_only = True

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "record_id", "reminded_on"], name="reminder_once_a_day"
            ),
        ]
        triggers = [
            of_record("reminded_at", day="reminded_on"),
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=APPEND_ONLY,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} {self.record_id}, {self.reminded_on}"


class Follow(OfRecord):
    """A person's word on following a record, which stands above what follows by itself."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="follows")
    is_on = models.BooleanField()

    class Meta:
        verbose_name = _("following")
        verbose_name_plural = _("followings")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["workflow", "record_id", "person"], name="follow_once")
        ]
        triggers = [of_record()]
