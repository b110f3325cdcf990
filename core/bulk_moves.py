"""Several records moved in one go: what was asked for, and what became of each.

Rule: rows are added and never changed. A row of a record is written in the transaction that moves
it, so that a request sent twice or broken off moves nothing twice and goes on where it was.
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Now

from core.lifecycle import WORKFLOWS, Move
from core.text import visible_text


class BulkMove(models.Model):
    """One move of many records, asked for by one person with one note."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bulk_moves")
    made_at = models.DateTimeField(db_default=Now())
    workflow = models.CharField(max_length=40)
    move = models.CharField(max_length=20)
    note = models.TextField(blank=True, validators=[visible_text, MaxLengthValidator(2000)])
    record_ids = ArrayField(models.BigIntegerField())

    append_only = True

    class Meta:
        ordering = ["made_at", "id"]

    @property
    def wanted(self) -> Move:
        return WORKFLOWS[self.workflow].by_move[self.move]


class BulkOutcome(models.Model):
    """That one record was tried; `reason` is empty where it went through."""

    bulk = models.ForeignKey(BulkMove, models.CASCADE, related_name="outcomes")
    record_id = models.BigIntegerField()
    reason = models.TextField(blank=True)

    append_only = True

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["bulk", "record_id"], name="bulk_record_once")
        ]
