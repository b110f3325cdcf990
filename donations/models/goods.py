"""Gifts in kind.

Rule: goods have quantities and a basis of their value; cash and goods are never added.
"""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.history import tracked
from core.models import Record
from core.money import AmountField, positive
from core.text import visible_text
from core.triggers import case_triggers
from donations.models.donor import Donor
from donations.models.gift import GivenByDonor
from donations.models.programme import Programme


class GoodsGiftQuerySet(GivenByDonor):
    def for_list(self):
        return self.select_related("donor", "programme", "custodian")

    def confirmed(self):
        return self.filter(status=GoodsGift.Status.CONFIRMED)


@tracked
class GoodsGift(Record):
    """Goods given, with quantity, unit and the basis of their value. Never part of the ledger."""

    class Status(models.TextChoices):
        RECORDED = "recorded", _("Recorded")
        CONFIRMED = "confirmed", _("Confirmed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Basis(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        MARKET = "market", _("market price")
        APPRAISAL = "appraisal", _("appraisal")
        NOT_VALUED = "not_valued", _("not valued")

    workflow_name = "goods_gift"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.RECORDED, editable=False
    )
    donor = models.ForeignKey(
        Donor, models.PROTECT, related_name="goods_gifts", verbose_name=_("donor")
    )
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        related_name="goods_gifts",
        verbose_name=_("programme or campaign"),
    )
    custodian = models.ForeignKey(
        Office, models.PROTECT, related_name="goods_gifts", verbose_name=_("held by")
    )
    received_on = models.DateField(_("received on"))
    goods_zh = models.CharField(_("goods, in Chinese"), max_length=200, validators=[visible_text])
    goods_en = models.CharField(
        _("goods, in English"), max_length=200, blank=True, validators=[visible_text]
    )
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    unit = models.CharField(_("unit"), max_length=20, validators=[visible_text])
    basis = models.CharField(_("basis of the value"), max_length=12, choices=Basis.choices)
    value_amount = AmountField(_("value"), null=True, blank=True)

    objects = GoodsGiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("gift in kind")
        verbose_name_plural = _("gifts in kind")
        ordering = ["-number"]
        permissions = [("confirm_goodsgift", "Confirm a gift in kind")]
        constraints = [
            positive("value_amount", model="goods_gift"),
            models.CheckConstraint(
                condition=Q(basis="not_valued", value_amount__isnull=True)
                | (~Q(basis="not_valued") & Q(value_amount__isnull=False)),
                name="goods_gift_value_has_a_basis",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lt=10**10), name="goods_gift_quantity_bounds"
            ),
        ]
        indexes = [models.Index(fields=["programme", "received_on"], name="goods_programme_day")]
        triggers = case_triggers("goods_gift")

    def series_of(self) -> str:
        return f"K-{self.received_on.year}"

    def __str__(self) -> str:
        return self.number

    @property
    def goods(self) -> str:
        """What was given, in the language being read."""
        chinese = (get_language() or "").startswith("zh")
        return self.goods_zh if chinese or not self.goods_en else self.goods_en

    @property
    def quantity_text(self) -> str:
        """The quantity without empty decimals: `100`, `2.5`."""
        return f"{self.quantity:,.2f}".rstrip("0").rstrip(".")

    @property
    def summary(self) -> str:
        return f"{self.donor} · {self.goods}"
