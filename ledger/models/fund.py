"""Funds: money with a purpose and a custodian.

Rule: a fund keeps its pool, and from its first money on its kind and its custodian.
"""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import DecimalField, F, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from accounts.scope import Scoped
from core.history import tracked
from core.models import Counter, Named
from core.search import Searched, found
from core.text import visible_text
from ledger.models.book import Pool


class ProjectType(models.TextChoices):
    """What aid money is given for; a fund may be bound to some of these."""

    MODEL_VILLAGE = "model_village", _("model village")
    INDUSTRY = "industry", _("agriculture or industry base")
    WATER = "water", _("drinking water for people and livestock")
    SCHOOL = "school", _("school or dormitory")
    CADRE_TRAINING = "cadre_training", _("training of township cadres and village leaders")
    SKILLS_TRAINING = "skills_training", _("practical-skills training")
    ROAD = "road", _("road")
    HEALTH = "health", _("health")
    ASSISTANCE = "assistance", _("student assistance")
    RELIEF = "relief", _("relief")
    ENTERPRISE_SHARE = "enterprise_share", _("share in an enterprise")


# A fund keeps its pool and number; from its first money on also its kind and its custodian.
KEEP_POOL = """
IF (NEW.pool_id, NEW.number, NEW.created_by_id)
       IS DISTINCT FROM (OLD.pool_id, OLD.number, OLD.created_by_id)
   OR ((NEW.kind, NEW.custodian_id) IS DISTINCT FROM (OLD.kind, OLD.custodian_id)
       AND EXISTS (SELECT FROM ledger_pool WHERE id = OLD.pool_id AND received > 0))
THEN RAISE EXCEPTION 'frozen'; END IF;
RETURN NEW;
"""
AMOUNT: DecimalField = DecimalField(max_digits=18, decimal_places=2)


class FundQuerySet(Scoped):
    office_path = "custodian"

    def found(self, text: str):
        return found(self, text)

    def with_balance(self):
        """Annotates received_amount, spent_amount and free_amount in yuan, and free_fen."""
        hundred = models.Value(100, output_field=DecimalField())
        received, spent = F("pool__received"), F("pool__spent")
        return self.annotate(
            received_amount=Cast(Cast(received, AMOUNT) / hundred, AMOUNT),
            spent_amount=Cast(Cast(spent, AMOUNT) / hundred, AMOUNT),
            free_amount=Cast(Cast(received - spent, AMOUNT) / hundred, AMOUNT),
            free_fen=received - spent,
        )


@tracked
class Fund(Named, Searched):
    """Money with a purpose and a custodian: a budget, a donor's fund, a campaign."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("public money")
        DONATED = "donated", _("donated money")

    number = models.CharField(_("number"), max_length=30, unique=True, editable=False)
    key = models.SlugField(_("key"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    custodian = models.ForeignKey(
        Office, models.PROTECT, related_name="funds", verbose_name=_("custodian")
    )
    purpose_zh = models.TextField(
        _("purpose, in Chinese"), blank=True, validators=[visible_text, MaxLengthValidator(2000)]
    )
    purpose_en = models.TextField(
        _("purpose, in English"), blank=True, validators=[visible_text, MaxLengthValidator(2000)]
    )
    project_types = ArrayField(
        models.CharField(max_length=16, choices=ProjectType.choices),
        default=list,
        blank=True,
        verbose_name=_("only for"),
    )
    opened_on = models.DateField(_("opened on"))
    spend_by = models.DateField(_("to be spent by"), null=True, blank=True)
    pool = models.OneToOneField(Pool, models.PROTECT, related_name="fund", editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("entered by"),
    )
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = FundQuerySet.as_manager()

    class Meta:
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(spend_by__isnull=True) | Q(spend_by__gte=F("opened_on")),
                name="fund_days_in_order",
            ),
        ]
        indexes = [
            GinIndex(fields=["grams"], name="fund_grams"),
            models.Index(fields=["custodian", "number"], name="fund_custodian"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="open_pool",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="NEW.pool_id := ledger_open('fund'); RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="keep_pool",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=KEEP_POOL,
            ),
            pgtrigger.Trigger(
                name="never_deleted",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="RAISE EXCEPTION 'never_deleted';",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("ledger:fund-detail", args=[self.pk])

    @property
    def purpose(self) -> str:
        """The purpose in the language being read, else in the other one."""
        first, second = self.purpose_en, self.purpose_zh
        if self.name == self.name_zh:
            first, second = second, first
        return first or second

    @property
    def type_labels(self) -> list[str]:
        """The kinds of project it may be spent on, in words; none if on any."""
        words = dict(ProjectType.choices)
        return [str(words[value]) for value in self.project_types]

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, self.number, self.key]

    def clean(self) -> None:
        if self.spend_by and self.opened_on and self.spend_by < self.opened_on:
            raise ValidationError(
                {"spend_by": _("The money cannot be due before the fund was opened.")}
            )

    def allows(self, project_types) -> bool:
        """Whether the fund's purpose covers a project that serves all of these types."""
        return not self.project_types or bool(set(project_types) & set(self.project_types))

    def save(self, *args, **kwargs) -> None:
        if not self.number:
            series = f"F-{self.opened_on.year}"
            self.number = f"{series}-{Counter.take(series):02d}"
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if is_new:  # the database has opened the fund's pool
            self.refresh_from_db(fields=["pool"])
