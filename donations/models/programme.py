"""What gifts are asked for: programmes, campaigns and donors’ own funds.

Rule: a programme keeps its fund from the first gift on.
"""

from decimal import Decimal

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.history import tracked
from core.models import Named
from core.money import AmountField, positive, yuan
from core.search import Searched
from core.text import visible_text
from core.triggers import never_deleted
from donations.models.donor import CustodianScoped
from ledger.models import Fund
from projects.models import FundingLine

# A programme keeps its fund from the first gift on.
KEEP_FUND = """
IF EXISTS (SELECT FROM public.donations_gift WHERE programme_id = OLD.id)
   OR EXISTS (SELECT FROM public.donations_goodsgift WHERE programme_id = OLD.id)
THEN RAISE EXCEPTION 'frozen'; END IF;
RETURN NEW;
"""


class ProgrammeQuerySet(CustodianScoped):
    office_path = "fund__custodian"

    def for_public_display(self):
        return self.filter(is_public=True)

    def with_money(self):
        """Annotates free_fen, set_aside_fen, paid_fen and their sum income_fen.

        Read from the pools alone: what lies in the fund, in the projects' lines and behind them.
        What went back to its giver is in none of them.
        """
        lines = FundingLine.objects.filter(fund=OuterRef("fund")).order_by().values("fund")

        def of_lines(pool: str):
            here = Sum(F(f"{pool}__received") - F(f"{pool}__spent"))
            return Coalesce(Subquery(lines.annotate(here=here).values("here")), 0)

        return self.annotate(
            free_fen=F("fund__pool__received") - F("fund__pool__spent"),
            set_aside_fen=of_lines("pool"),
            paid_fen=of_lines("pool__gone"),
        ).annotate(income_fen=F("free_fen") + F("set_aside_fen") + F("paid_fen"))


@tracked
class Programme(Named, Searched):
    """What gifts are asked for: a lasting programme, a donor's own fund, or a dated campaign."""

    class Kind(models.TextChoices):
        PROGRAMME = "programme", _("programme")
        CAMPAIGN = "campaign", _("campaign")
        NAMED_FUND = "named_fund", _("donor’s fund")

    key = models.SlugField(_("key"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    fund = models.OneToOneField(
        Fund, models.PROTECT, related_name="programme", verbose_name=_("fund")
    )
    about_zh = models.CharField(
        _("what it is for, in Chinese"), max_length=300, validators=[visible_text]
    )
    about_en = models.CharField(
        _("what it is for, in English"), max_length=300, blank=True, validators=[visible_text]
    )
    target_amount = AmountField(_("target"), null=True, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    is_drought_relief = models.BooleanField(_("drought relief"), default=False)
    is_public = models.BooleanField(_("shown in the portal"), default=True)
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["id"]
        constraints = [
            positive("target_amount", model="programme"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="programme_days_in_order",
            ),
        ]
        indexes = [GinIndex(fields=["grams"], name="programme_grams")]
        triggers = [
            pgtrigger.Trigger(
                name="keep_fund",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.id <> OLD.id OR NEW.fund_id <> OLD.fund_id"),
                func=KEEP_FUND,
            ),
            never_deleted(),
        ]

    def get_absolute_url(self) -> str:
        return reverse("donations:programme-detail", args=[self.pk])

    @property
    def about(self) -> str:
        """What it is for, in the language being read."""
        return self.about_zh if self.name == self.name_zh else self.about_en or self.about_zh

    @property
    def free_amount(self) -> Decimal:
        """Yuan not set aside for a project; this and the next three need `with_money()`."""
        return yuan(self.free_fen)

    @property
    def set_aside_amount(self) -> Decimal:
        return yuan(self.set_aside_fen)

    @property
    def paid_amount(self) -> Decimal:
        return yuan(self.paid_fen)

    @property
    def income_amount(self) -> Decimal:
        return yuan(self.income_fen)
