"""Alarms: what does not look right, since when and how grave, and why somebody set it aside.

Rule: the nightly job and the project's page raise and clear alarms (projects/alarms.py); a person
only sets one aside, with a reason and until a day, and never for work of their own. The database
holds that, and nothing of it is removed.
"""

from datetime import date
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from core.history import tracked
from core.lifecycle import State
from core.models import Division
from core.text import visible_text
from core.triggers import APPEND_ONLY, fixed, never_deleted
from partnerships.scope import PartnerScoped
from projects.alarm_rules import BY_KEY, Rule
from projects.models.project import Project

ASIDE_DAYS = 366  # an alarm is set aside for a year at most, then looked at again


class Grade(models.IntegerChoices):
    """How grave an alarm is; the gravest is the lowest, so that it comes first."""

    SEVERE = 1, pgettext_lazy("grade of an alarm", "Severe")
    SERIOUS = 2, pgettext_lazy("grade of an alarm", "Serious")
    NOTICE = 3, pgettext_lazy("grade of an alarm", "To be watched")


LOOKS = {
    Grade.SEVERE: ("stop", "warn"),
    Grade.SERIOUS: ("hold", "warn"),
    Grade.NOTICE: ("prep", "eye"),
}


def number(label, most: int = 100_000, **kwargs) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(
        label, null=True, blank=True, validators=[MaxValueValidator(most)], **kwargs
    )


@tracked
class AlarmRule(models.Model):
    """The numbers of one kind of alarm: from where on it is of which grade. An administrator sets
    them; what the kind means stands in projects/alarm_rules.py."""

    key = models.SlugField(_("key"), primary_key=True, max_length=30, editable=False)
    is_active = models.BooleanField(_("in force"), default=True)
    notice_from = number(pgettext_lazy("grade of an alarm", "to be watched from"))
    serious_from = number(pgettext_lazy("grade of an alarm", "serious from"))
    severe_from = number(pgettext_lazy("grade of an alarm", "severe from"))
    window_days = number(_("within so many days"), 1000)
    percent = number(_("so many percent below the threshold"), 100)

    class Meta:
        verbose_name = _("rule of alarms")
        verbose_name_plural = _("rules of alarms")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(notice_from__isnull=False)
                | Q(serious_from__isnull=False)
                | Q(severe_from__isnull=False),
                name="alarm_rule_has_a_grade",
                violation_error_message=_("A kind of alarm has at least one grade."),
            ),
            models.CheckConstraint(
                condition=(Q(notice_from__isnull=True) | Q(serious_from__isnull=True))
                | Q(notice_from__lt=F("serious_from")),
                name="alarm_rule_serious_after_notice",
                violation_error_message=_("Serious begins after to be watched."),
            ),
            models.CheckConstraint(
                condition=(Q(serious_from__isnull=True) | Q(severe_from__isnull=True))
                | Q(serious_from__lt=F("severe_from")),
                name="alarm_rule_severe_after_serious",
                violation_error_message=_("Severe begins after serious."),
            ),
            models.CheckConstraint(
                condition=(Q(notice_from__isnull=True) | Q(severe_from__isnull=True))
                | Q(notice_from__lt=F("severe_from")),
                name="alarm_rule_severe_after_notice",
                violation_error_message=_("Severe begins after to be watched."),
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__range=(0, 100)),
                name="alarm_rule_percent",
                violation_error_message=_("A percentage lies between 0 and 100."),
            ),
        ]
        triggers = [fixed("key"), never_deleted()]

    def __str__(self) -> str:
        return str(self.rule.label)

    @property
    def rule(self) -> Rule:
        return BY_KEY[self.key]


class AlarmQuerySet(PartnerScoped):
    office_path = "office"

    def standing(self):
        """Raised and not cleared."""
        return self.filter(cleared_on=None)

    def open(self, today: date | None = None):
        """What stands and is not set aside: the day has passed, or it became graver."""
        return self.standing().exclude(self._aside(today))

    def set_aside(self, today: date | None = None):
        return self.standing().filter(self._aside(today))

    @staticmethod
    def _aside(today: date | None) -> Q:
        today = today or timezone.localdate()
        return Q(
            aside_until__isnull=False,
            aside_until__gte=today,
            aside_grade__isnull=False,
            aside_grade__lte=F("grade"),
        )

    def concerning(self, user):
        """Of the kinds that the person's roles are to see to."""
        return self.filter(rule__in=[key for key, rule in BY_KEY.items() if rule.concerns(user)])

    def for_list(self):
        return self.select_related("project", "county")


@tracked
class Alarm(models.Model):
    """One alarm of a kind on one record: the same row as long as it stands or comes back.

    `record_kind` and `record_id` name the row that it is about, `rows` those of the same kind that
    belong to it; `part` tells several of one record apart. `facts` are the parts of its sentence.
    """

    rule = models.CharField(_("kind of alarm"), max_length=30, editable=False)
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="alarms", editable=False, verbose_name=_("project")
    )
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", editable=False)
    county = models.ForeignKey(
        Division, models.PROTECT, related_name="+", editable=False, verbose_name=_("county")
    )
    record_kind = models.CharField(max_length=60, editable=False)
    record_id = models.BigIntegerField(editable=False)
    rows = ArrayField(models.BigIntegerField(), default=list, editable=False)
    part = models.CharField(max_length=30, default="", editable=False)
    grade = models.PositiveSmallIntegerField(_("grade"), choices=Grade.choices, editable=False)
    since = models.DateField(_("since"), editable=False)
    amount = models.DecimalField(
        _("amount"), max_digits=15, decimal_places=2, null=True, editable=False
    )
    facts = models.JSONField(default=dict, editable=False)
    raised_on = models.DateField(_("raised on"), editable=False)
    cleared_on = models.DateField(_("cleared on"), null=True, editable=False)
    aside_until = models.DateField(_("set aside until"), null=True, editable=False)
    aside_grade = models.PositiveSmallIntegerField(null=True, editable=False)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["grade", "since", "id"]
        permissions = [("set_aside_alarm", "Set an alarm aside for a while")]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "record_kind", "record_id", "part"], name="alarm_once"
            ),
            models.CheckConstraint(condition=Q(grade__in=[1, 2, 3]), name="alarm_grade"),
            models.CheckConstraint(
                condition=Q(aside_until__isnull=True, aside_grade__isnull=True)
                | Q(aside_until__isnull=False, aside_grade__isnull=False),
                name="alarm_aside_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["grade", "since", "id"],
                condition=Q(cleared_on__isnull=True),
                name="alarm_standing",
            ),
            models.Index(
                fields=["office", "rule", "grade", "since", "id"],
                condition=Q(cleared_on__isnull=True),
                name="alarm_office",
            ),
        ]
        triggers = [
            fixed("id", "rule", "record_kind", "record_id", "part"),
            never_deleted(),
            pgtrigger.Trigger(
                name="aside_by_a_person",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                IF TG_OP = 'INSERT' THEN
                    IF NEW.aside_until IS NOT NULL THEN RAISE EXCEPTION 'frozen'; END IF;
                    RETURN NEW;
                END IF;
                IF OLD.cleared_on IS NOT NULL AND NEW.cleared_on IS NULL THEN
                    -- it has come back, and is looked at anew
                    NEW.aside_until := NULL;
                    NEW.aside_grade := NULL;
                ELSIF (OLD.aside_until, OLD.aside_grade)
                      IS DISTINCT FROM (NEW.aside_until, NEW.aside_grade)
                      AND pg_trigger_depth() < 2
                THEN RAISE EXCEPTION 'frozen'; END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.kind.label)

    def get_absolute_url(self) -> str:
        return reverse("projects:alarm-detail", args=[self.pk])

    @property
    def kind(self) -> Rule:
        return BY_KEY[self.rule]

    @property
    def sentence(self) -> str:
        """What does not look right, in one sentence."""
        return self.kind.sentence(self)

    @property
    def is_aside(self) -> bool:
        today, until = timezone.localdate(), self.aside_until
        return bool(until and until >= today and self.aside_grade <= self.grade)

    @property
    def state(self) -> State:
        """The chip of its grade."""
        tone, icon = LOOKS[Grade(self.grade)]
        return State(str(self.grade), Grade(self.grade).label, tone, icon)

    @property
    def standing_word(self) -> Any:
        """Whether it stands, is set aside or was cleared."""
        if self.cleared_on:
            return pgettext_lazy("an alarm", "Cleared")
        if self.is_aside:
            return pgettext_lazy("an alarm", "Set aside")
        return pgettext_lazy("an alarm", "Open")


# Who had a hand in the rows that an alarm is about: entered, edited, brought, approved the project
# that it is about, or decided on the money.
_AUTHORS = """
    SELECT * INTO STRICT a FROM public.projects_alarm WHERE id = NEW.alarm_id FOR NO KEY UPDATE;
    IF a.cleared_on IS NOT NULL THEN RAISE EXCEPTION 'alarm_cleared'; END IF;
    EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(t)), ''[]'') FROM public.%I t'
                   ' WHERE id = ANY ($1)', replace(a.record_kind, '.', '_'))
       INTO about USING a.record_id || a.rows;
    IF EXISTS (
        SELECT FROM jsonb_array_elements(about) r
         WHERE NEW.set_by_id::text IN (r->>'created_by_id', r->>'uploaded_by_id')
            OR coalesce(r->'editors', '[]') @> to_jsonb(NEW.set_by_id))
       OR (a.record_kind = 'projects.project' AND EXISTS (
        SELECT FROM public.core_decision d
         WHERE d.workflow = 'project' AND d.record_id = a.project_id AND d.move = 'approve'
           AND NEW.set_by_id IN (d.decided_by_id, d.on_behalf_of_id)))
       OR (a.record_kind IN ('projects.allocation', 'projects.payment') AND EXISTS (
        SELECT FROM public.core_decision d
         WHERE d.workflow = split_part(a.record_kind, '.', 2)
           AND d.record_id = ANY (a.record_id || a.rows)
           AND NEW.set_by_id IN (d.decided_by_id, d.on_behalf_of_id)))
    THEN RAISE EXCEPTION 'own_hand'; END IF;
"""


class SetAside(models.Model):
    """Somebody has looked at an alarm: why it may stand, and until when."""

    alarm = models.ForeignKey(
        Alarm, models.PROTECT, related_name="set_asides", verbose_name=_("alarm")
    )
    reason = models.TextField(_("reason"), validators=[visible_text, MaxLengthValidator(2000)])
    until = models.DateField(_("until"))
    grade = models.PositiveSmallIntegerField(_("grade"), choices=Grade.choices, editable=False)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,
        verbose_name=_("set aside by"),
    )
    set_at = models.DateTimeField(_("set aside at"), db_default=Now(), editable=False)

    append_only = True

    class Meta:
        verbose_name = _("setting aside of an alarm")
        verbose_name_plural = _("settings aside of alarms")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="set_aside_with_reason"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="by_another",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("a", "public.projects_alarm"), ("about", "jsonb"), ("today", "date")],
                func=f"""
                {_AUTHORS}
                NEW.grade := a.grade;
                NEW.set_at := statement_timestamp();
                today := (NEW.set_at AT TIME ZONE 'Asia/Shanghai')::date;
                IF NEW.until <= today OR NEW.until > today + {ASIDE_DAYS}
                THEN RAISE EXCEPTION 'aside_days'; END IF;
                RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="sets_aside",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                UPDATE public.projects_alarm
                   SET aside_until = NEW.until, aside_grade = NEW.grade WHERE id = NEW.alarm_id;
                RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=APPEND_ONLY,
            ),
        ]

    def __str__(self) -> str:
        return str(self.alarm)
