"""Contracts of a project and the instalments in which they are paid.

Rule: the instalments of a contract never add up to more than it, and neither do the payments that
were approved; what was paid by a contract stays in it.
"""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.attachments import with_files
from core.history import tracked
from core.money import FEN, AmountField, positive
from core.text import visible_text
from projects.models.entry import Entry, entry_triggers
from projects.models.limits import CONTRACT_KEEPS_ITS_PAYMENTS, INSTALMENT_FITS
from projects.models.parts import BudgetLine

STANDING = Q(struck_at__isnull=True)


def budget_field() -> models.CharField:
    """The purpose of the project's budget that a contract or a payment belongs to."""
    return models.CharField(
        _("budget line"), max_length=12, choices=BudgetLine.Purpose.choices, blank=True
    )


@with_files(under="project")
@tracked
class Contract(Entry):
    """What a contractor or supplier is bound to do for a project, and for how much yuan at most."""

    class Procurement(models.TextChoices):
        TENDER = "tender", _("open tender")
        INVITED = "invited", _("invited tender")
        NEGOTIATED = "negotiated", _("negotiation")
        INQUIRY = "inquiry", _("price inquiry")
        SINGLE = "single", _("single source")
        VILLAGE = "village", _("the village itself")

    number = models.CharField(_("contract number"), max_length=60, validators=[visible_text])
    contractor = models.CharField(_("contractor"), max_length=200, validators=[visible_text])
    supervisor = models.CharField(
        _("supervisor"), max_length=200, blank=True, validators=[visible_text]
    )
    procurement = models.CharField(_("procurement"), max_length=12, choices=Procurement.choices)
    subject = models.CharField(_("subject"), max_length=300, validators=[visible_text])
    budget = budget_field()
    amount = AmountField(_("contract amount"))
    signed_on = models.DateField(_("signed on"))
    ends_on = models.DateField(_("to be done by"), null=True, blank=True)
    retention_percent = models.DecimalField(
        _("retention money, in percent"),
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    retention_until = models.DateField(_("retained until"), null=True, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            positive("amount", model="contract"),
            models.UniqueConstraint(
                fields=["project", "number"], condition=STANDING, name="contract_once"
            ),
            models.CheckConstraint(
                condition=Q(retention_percent__range=(0, 100)), name="contract_retention_percent"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("signed_on")),
                name="contract_days_in_order",
            ),
        ]
        indexes = [models.Index(fields=["contractor", "amount"], name="contract_contractor")]
        triggers = [
            *entry_triggers(standing=True, past=("signed_on",)),
            CONTRACT_KEEPS_ITS_PAYMENTS,
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.contractor}"

    @property
    def retention_amount(self) -> Decimal:
        """Yuan that are kept back until the end of the term."""
        return (self.amount * self.retention_percent / 100).quantize(FEN)


@tracked
class Instalment(Entry):
    """A part of a contract's amount that falls due when its condition is met."""

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="instalments", verbose_name=_("contract")
    )
    position = models.PositiveSmallIntegerField(_("no."))
    condition = models.CharField(_("condition"), max_length=200, validators=[visible_text])
    amount = AmountField(_("amount"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    met_on = models.DateField(_("condition met on"), null=True, blank=True)
    is_retention = models.BooleanField(_("retention money"), default=False)

    class Meta(Entry.Meta):
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        ordering = ["contract", "position"]
        constraints = [
            positive("amount", model="instalment"),
            models.UniqueConstraint(
                fields=["contract", "position"], condition=STANDING, name="instalment_once"
            ),
        ]
        triggers = [*entry_triggers("contract_id", past=("met_on",)), INSTALMENT_FITS]

    def __str__(self) -> str:
        return f"{self.position} · {self.condition}"
