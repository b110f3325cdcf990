"""What every record stands on: names in two languages, numbers, places, decisions.

Rule: a decision row is the move. The database applies the status when the row is written, and
refuses a status that comes by any other way (core/triggers.py).
"""

from datetime import date

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxLengthValidator
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Cast, Concat, Length, Now
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.approvals import ApprovalStep
from core.archives import TakenArchive as TakenArchive
from core.attachments import Attachment as Attachment
from core.bulk_moves import BulkMove as BulkMove
from core.lifecycle import WORKFLOWS, State
from core.news import News as News
from core.notes import Note as Note
from core.saved_views import SavedView as SavedView
from core.search import Searched, found, pinyin_of
from core.text import visible_text
from core.triggers import APPEND_ONLY, APPLY_DECISION, CHECK_DECISION, fixed, never_deleted

LONGEST_DRAFT = 200_000  # characters of one draft, with the names of its fields


class Named(models.Model):
    """A Chinese name, which every record has, and an English one where it is published."""

    name_zh = models.CharField(_("Chinese name"), max_length=200, validators=[visible_text])
    name_en = models.CharField(
        _("English name"), max_length=200, blank=True, validators=[visible_text]
    )
    pinyin = models.CharField(max_length=400, editable=False, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language being read; Chinese where there is no English one."""
        chinese = (get_language() or "").startswith("zh")
        return self.name_zh if chinese or not self.name_en else self.name_en

    @property
    def other_name(self) -> str:
        """The name in the other language, or nothing."""
        return (
            "" if not self.name_en else self.name_en if self.name == self.name_zh else self.name_zh
        )

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en]

    def save(self, *args, **kwargs):
        self.pinyin = pinyin_of(self.name_zh)
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "pinyin"}
        super().save(*args, **kwargs)


class Qualifier(models.TextChoices):
    """How exact a count is, as the source words it."""

    EXACT = "exact", _("exactly")
    ABOUT = "about", _("about")
    MORE = "more", _("more than")


class DivisionQuerySet(models.QuerySet):
    def valid_on(self, day: date):
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )

    def found(self, text: str):
        return found(self, text)


class Division(Named, Searched):
    """A place of GB/T 2260 with the days between which its code and name were in force."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("province")
        PREFECTURE = "prefecture", _("prefecture")
        COUNTY = "county", _("county")
        TOWN = "town", _("town")

    code = models.CharField(_("code"), max_length=12)
    level = models.CharField(_("level"), max_length=12, choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("in"),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("followed by"),
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["code", "valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="division_code_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="division_days_in_order",
            ),
        ]
        indexes = [GinIndex(fields=["grams"], name="division_grams")]
        triggers = [never_deleted()]

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, self.code]


class Counter(models.Model):
    """The last number given in a series. Numbers have no gap: the row is locked until commit."""

    series = models.CharField(primary_key=True, max_length=40)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        triggers = [
            pgtrigger.Trigger(
                name="only_grows",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.series <> OLD.series OR NEW.last < OLD.last"),
                func=APPEND_ONLY,
            ),
            never_deleted(),
        ]

    @classmethod
    def take(cls, series: str, count: int = 1) -> int:
        """Takes `count` numbers of a series and answers the first of them."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_counter (series, last) VALUES (%s, %s) ON CONFLICT (series)"
                " DO UPDATE SET last = core_counter.last + excluded.last RETURNING last",
                [series, count],
            )
            return cursor.fetchone()[0] - count + 1


class FormDraftQuerySet(models.QuerySet):
    def of(self, user, form: str, record_id: int | None):
        """A person's drafts of one form that have not been saved, the newest first."""
        sent = SentForm.objects.filter(owner=user, token=models.OuterRef("token"))
        mine = self.filter(owner=user, form=form, record_id=record_id)
        return mine.filter(~models.Exists(sent)).order_by("-updated_at", "-id")


class FormDraft(models.Model):
    """What somebody has typed into a form and not saved yet: theirs alone, and no record.

    `data` are the pairs of name and value in the order of the form; `version` says how the record
    stood when the form was opened (core/conflicts.py).
    """

    token = models.UUIDField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="form_drafts")
    form = models.CharField(max_length=60)
    record_id = models.BigIntegerField(null=True)
    data = models.JSONField()
    version = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = FormDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "token"], name="draft_once"),
            models.CheckConstraint(
                condition=LessThanOrEqual(
                    Length(Concat(Cast("data", models.TextField()), "version")), LONGEST_DRAFT
                ),
                name="draft_is_no_book",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "form", "record_id"], name="draft_mine"),
            models.Index(fields=["updated_at"], name="draft_age"),
        ]
        triggers = [fixed("id", "token", "owner_id", "form", "record_id")]

    @property
    def gist(self) -> str:
        """The beginning of what was typed first, to tell one draft from another."""
        return next((value for _name, value in self.data if value), "")[:40]


class SentForm(models.Model):
    """A form that was saved: the same form sent again leads to the record that it made."""

    token = models.UUIDField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    record_id = models.BigIntegerField(null=True)
    typed_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "token"], name="form_sent_once"),
        ]
        indexes = [models.Index(fields=["sent_at"], name="sent_form_age")]
        triggers = [fixed("id", "token", "owner_id", "typed_hash")]


class LifeCycle(models.Model):
    """A life cycle as the database knows it; written by `migrate` from the workflow tables."""

    workflow = models.CharField(primary_key=True, max_length=40)
    table_name = models.CharField(max_length=63)
    initial = models.CharField(max_length=20)
    editable = ArrayField(models.CharField(max_length=20))
    free_columns = ArrayField(models.CharField(max_length=63))
    hidden_columns = ArrayField(models.CharField(max_length=63), default=list)
    parts = models.JSONField(default=list)
    amount_column = models.CharField(max_length=63, default="")
    supporting_column = models.CharField(max_length=63, default="")
    receiving_column = models.CharField(max_length=63, default="")
    amends = models.CharField(max_length=40, default="")
    amends_column = models.CharField(max_length=63, default="")
    amends_at = models.CharField(max_length=20, default="")
    late_entries = models.JSONField(default=list)

    owner_only = True


class LegalMove(models.Model):
    """A move of a life cycle as the database knows it; written by `migrate`."""

    workflow = models.ForeignKey(LifeCycle, models.CASCADE, related_name="moves")
    name = models.CharField(max_length=20)
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    not_by = ArrayField(models.CharField(max_length=20))
    needs_note = models.BooleanField()
    routed = models.BooleanField(default=False)
    automatic = models.BooleanField(default=False)

    owner_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "name", "from_status"], name="legal_move_once"
            )
        ]


class DecisionQuerySet(models.QuerySet):
    def of(self, record: "Record"):
        return self.filter(workflow=record.workflow_name, record_id=record.pk)


class Decision(models.Model):
    """A move of one record: who, when, why, and the content it was decided on, with its hash."""

    workflow = models.CharField(_("life cycle"), max_length=40)
    record_id = models.BigIntegerField(_("record"))
    move = models.CharField(_("move"), max_length=20)
    from_status = models.CharField(_("state before"), max_length=20)
    to_status = models.CharField(_("state after"), max_length=20)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="decisions",
        verbose_name=_("decided by"),
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("on behalf of"),
    )
    step = models.ForeignKey(
        ApprovalStep,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        editable=False,
        verbose_name=_("approval step"),
    )
    decided_at = models.DateTimeField(_("decided at"), db_default=Now())
    note = models.TextField(
        _("note"), blank=True, validators=[visible_text, MaxLengthValidator(2000)]
    )
    content = models.JSONField(null=True, editable=False)
    content_hash = models.CharField(max_length=64, default="", editable=False)
    transaction = models.BigIntegerField(null=True, editable=False)

    objects = DecisionQuerySet.as_manager()
    append_only = True

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["workflow", "record_id", "id"], name="decision_record"),
            models.Index(fields=["decided_by", "id"], name="decision_person"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="check_decision",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=CHECK_DECISION.declare,
                func=CHECK_DECISION.body,
            ),
            pgtrigger.Trigger(
                name="apply_decision",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                declare=APPLY_DECISION.declare,
                func=APPLY_DECISION.body,
            ),
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=APPEND_ONLY,
            ),
            pgtrigger.Trigger(
                name="no_truncate",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func=APPEND_ONLY,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} {self.record_id}: {self.move}"


class Record(models.Model):
    """A case record: it has a number, a state that only decisions move, and a history.

    Subclasses set `workflow_name`, put `case_triggers(workflow_name)` among their triggers, give
    `status` its choices and, if they have one, `series_of()` for their number.
    """

    number = models.CharField(_("number"), max_length=30, unique=True, editable=False)
    status_at = models.DateTimeField(_("in this state since"), db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("entered by"),
    )
    created_at = models.DateTimeField(_("entered at"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    editors = ArrayField(models.BigIntegerField(), default=list, editable=False)
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    status: str
    workflow_name: str
    number_digits = 4

    class Meta:
        abstract = True

    @cached_property
    def kind_label(self) -> str:
        return str(self._meta.verbose_name)

    @property
    def summary(self) -> str:
        """One line that tells this record from others of its kind, for queues and mails."""
        return ""

    @property
    def about(self) -> list["Record"]:
        """The records to which this one belongs, such as the project of a payment."""
        return []

    @property
    def state(self) -> State:
        """The state's word, tone and icon."""
        return WORKFLOWS[self.workflow_name].by_value[self.status]

    def get_absolute_url(self) -> str:
        return reverse(f"{self._meta.app_label}:{self._meta.model_name}-detail", args=[self.pk])

    def series_of(self) -> str:
        """The series from which this record takes its number, such as `P-2010`."""
        raise NotImplementedError

    def save(self, *args, **kwargs):
        if not self.number:
            series = self.series_of()
            self.number = f"{series}-{Counter.take(series):0{self.number_digits}d}"
        super().save(*args, **kwargs)
