"""Who must agree to a routed move, and who acts for whom while somebody is away.

Rule: steps and delegations are data that the office sets; whether a decision keeps to them the
database checks when it is written (core/triggers.py), with the same `core_open_steps` that pages
ask.
"""

from collections.abc import Iterable
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from core.money import money_text
from core.text import visible_text
from core.triggers import fixed, never_deleted

SIDES = (("supporting", _("supporting side")), ("receiving", _("receiving side")))


@tracked
class ApprovalStep(models.Model):
    """One approval that a routed move needs: by a role, of a side, from an amount in yuan on.

    Steps of a lower position come first; those of one position are open at the same time. A fixed
    step comes with the life cycle and stays.
    """

    workflow = models.CharField(_("life cycle"), max_length=40)
    move = models.CharField(_("move"), max_length=20)
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    word_zh = models.CharField(_("Chinese name"), max_length=60, validators=[visible_text])
    word_en = models.CharField(
        _("English name"), max_length=60, blank=True, validators=[visible_text]
    )
    role = models.CharField(_("role"), max_length=40)
    side = models.CharField(_("side"), max_length=12, choices=SIDES, blank=True)
    from_amount = models.DecimalField(
        _("from this amount on"),
        max_digits=13,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
    )
    kind = models.CharField(_("only for this kind"), max_length=20, blank=True)
    is_active = models.BooleanField(_("in force"), default=True)
    is_fixed = models.BooleanField(_("fixed"), default=False, editable=False)

    class Meta:
        verbose_name = _("approval step")
        verbose_name_plural = _("approval steps")
        ordering = ["workflow", "move", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "move", "position", "role", "side", "kind"],
                name="approval_step_once",
            ),
            models.CheckConstraint(
                condition=~Q(is_fixed=True)
                | Q(is_active=True, from_amount=0, kind="") & Q(position=1),
                name="approval_step_fixed_always_applies",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="fixed_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.is_fixed OR NEW.is_fixed <> OLD.is_fixed"),
                func="RAISE EXCEPTION 'fixed_step';",
            ),
            fixed("id", "workflow", "move", "role", "side"),
            never_deleted(),
        ]

    def __str__(self) -> str:
        return self.word

    @property
    def word(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return self.word_zh if chinese or not self.word_en else self.word_en

    @property
    def threshold(self) -> str:
        """From which amount it applies, in words; empty where it always does."""
        if not self.from_amount:
            return ""
        return str(_("from %(amount)s on") % {"amount": money_text(self.from_amount)})


def steps_of(workflow: str, record_id: int, move: str, person_id: int) -> list[ApprovalStep]:
    """The approvals that this person may give to the record now."""
    return list(
        ApprovalStep.objects.raw(
            "SELECT * FROM core_steps_of(%s, %s, %s, %s)", [workflow, record_id, move, person_id]
        )
    )


def steps_left(workflow: str, record_id: int, move: str) -> list[ApprovalStep]:
    """The approvals still to come, those of later positions too."""
    return list(
        ApprovalStep.objects.raw(
            "SELECT * FROM core_steps_left(%s, %s, %s)", [workflow, record_id, move]
        )
    )


class HasStepFor(Func):
    """In a filter: whether one of the open approvals of the row is this person's to give."""

    template = "EXISTS (SELECT FROM core_steps_of(%(expressions)s))"
    output_field = models.BooleanField()

    def __init__(self, workflow: str, move: str, person_id: int):
        text: models.TextField = models.TextField()
        super().__init__(
            Value(workflow, output_field=text),
            F("pk"),
            Value(move, output_field=text),
            Value(person_id),
        )


class MayGive(Func):
    """In a filter of people: whether one of these approvals of the record is theirs to give now."""

    template = "EXISTS (SELECT FROM core_steps_of(%(expressions)s) s WHERE s.id = ANY (%(steps)s))"
    output_field = models.BooleanField()

    def __init__(self, workflow: str, record_id: int, move: str, steps: Iterable[ApprovalStep]):
        text: models.TextField = models.TextField()
        keys = ", ".join(str(int(step.pk)) for step in steps)
        super().__init__(
            Value(workflow, output_field=text),
            Value(record_id, output_field=models.BigIntegerField()),
            Value(move, output_field=text),
            F("pk"),
            steps=f"ARRAY[{keys}]::bigint[]",
        )


class DelegationQuerySet(models.QuerySet):
    def on(self, day):
        """In force on a day, and not ended."""
        return self.not_over(day).filter(starts_on__lte=day)

    def not_over(self, day):
        """In force on a day or after it."""
        return self.filter(ends_on__gte=day, ended_at=None)

    def held_by(self, user):
        """Those by which this person acts for others today."""
        today = timezone.localdate()
        return self.on(today).filter(deputy=user, absent__is_active=True).select_related("absent")


@tracked
class Delegation(models.Model):
    """A person who is away, and who acts in the meantime; decisions then name both.

    The deputy belongs to the same office or to one above it, and so reads what the other reads.
    It holds for whole days, and once ended not a moment longer.
    """

    absent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="delegations",
        verbose_name=_("who is away"),
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="deputised",
        verbose_name=_("who acts"),
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    reason = models.TextField(
        _("reason"), blank=True, validators=[visible_text, MaxLengthValidator(300)]
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="delegation_days_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(absent=F("deputy")), name="delegation_to_somebody_else"
            ),
        ]
        indexes = [models.Index(fields=["deputy", "ends_on"], name="delegation_deputy")]
        triggers = [
            fixed("id", "absent_id", "deputy_id", "starts_on", "created_by_id", "created_at"),
            never_deleted(),
            pgtrigger.Trigger(
                name="same_office",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                IF TG_OP = 'UPDATE' THEN
                    IF NEW.ends_on > OLD.ends_on OR OLD.ended_at IS NOT NULL THEN
                        RAISE EXCEPTION 'frozen';
                    END IF;
                    IF NEW.ended_at IS NOT NULL THEN NEW.ended_at := statement_timestamp(); END IF;
                ELSIF NOT EXISTS (
                    SELECT FROM public.accounts_user a
                      JOIN public.accounts_office ao ON ao.id = a.office_id,
                           public.accounts_user d
                      JOIN public.accounts_office dk ON dk.id = d.office_id
                     WHERE a.id = NEW.absent_id AND d.id = NEW.deputy_id
                       AND starts_with(ao.path, dk.path))
                THEN RAISE EXCEPTION 'no_deputy'; END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.absent} → {self.deputy}"

    def clean(self) -> None:
        """Raises ValidationError for a deputy who cannot act, or days that are none."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day cannot be before the first.")})
        if not (self.absent_id and self.deputy_id):
            return
        if self.absent_id == self.deputy_id:
            raise ValidationError({"deputy": _("Name somebody else.")})
        above, own = self.deputy.office, self.absent.office
        if not (above and own) or not own.path.startswith(above.path):
            raise ValidationError(
                {"deputy": _("A deputy belongs to the same office or to one above it.")}
            )
