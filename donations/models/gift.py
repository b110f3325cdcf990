"""Gifts in cash.

Rule: a gift reaches the ledger only when a second person has confirmed it.
"""

import secrets
from datetime import date

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.history import tracked
from core.money import positive
from core.search import found
from core.text import visible_text
from donations.models.donor import CustodianScoped, Donor
from donations.models.programme import Programme
from ledger.models import MoneyRecord, money_triggers
from projects.models import Project
from projects.models.limits import within_agreed

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 6


def new_check_code() -> str:
    """Six characters without those that are easily mistaken for another: 0 O 1 I."""
    return "".join(secrets.choice(CODE_LETTERS) for _place in range(CODE_LENGTH))


class GivenByDonor(CustodianScoped):
    """Gifts of any kind; they are found by their donors."""

    def found(self, text: str):
        return self.filter(donor__in=found(Donor.objects.all(), text).values("pk"))


class GiftQuerySet(GivenByDonor):
    def posted(self):
        return self.filter(status=Gift.Status.POSTED)

    def for_list(self):
        return self.select_related("donor", "programme", "project", "custodian")


@tracked
class Gift(MoneyRecord):
    """Cash given: into a programme's fund, or bound by its giver to one project.

    Confirmed and posted in one step by a second person; then it has a receipt number and a check
    code, with which its giver follows it.
    """

    class Status(models.TextChoices):
        RECORDED = "recorded", _("Recorded")
        RETURNED = "returned", _("Returned")
        CONFIRMED = "confirmed", _("Confirmed")
        POSTED = "posted", _("Posted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Method(models.TextChoices):
        BANK = "bank", _("bank transfer")
        CASH = "cash", _("cash")
        POSTAL = "postal", _("postal order")
        ORGANISATION = "organisation", _("through an organisation")

    workflow_name = "gift"
    number_digits = 6

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.RECORDED, editable=False
    )
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="gifts", verbose_name=_("donor"))
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="gifts", verbose_name=_("programme or campaign")
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bound_gifts",
        verbose_name=_("bound to the project"),
    )
    custodian = models.ForeignKey(
        Office, models.PROTECT, related_name="gifts", verbose_name=_("held by")
    )
    received_on = models.DateField(_("received on"))
    method = models.CharField(
        _("way of payment"), max_length=12, choices=Method.choices, default=Method.BANK
    )
    bank_reference = models.CharField(
        _("bank reference"), max_length=60, blank=True, validators=[visible_text]
    )
    message = models.TextField(
        _("message"), blank=True, validators=[visible_text, MaxLengthValidator(500)]
    )
    receipt_number = models.CharField(
        _("receipt number"), max_length=30, unique=True, null=True, editable=False
    )
    check_code = models.CharField(max_length=CODE_LENGTH, default=new_check_code, editable=False)

    objects = GiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        ordering = ["-number"]
        permissions = [("confirm_gift", "Confirm a gift against the bank")]
        constraints = [
            positive("amount", model="gift"),
            models.CheckConstraint(
                condition=Q(movement__isnull=False, receipt_number__isnull=False)
                | ~Q(status="posted"),
                name="gift_posted_is_in_ledger",
            ),
            models.UniqueConstraint(
                fields=["custodian", "bank_reference"],
                condition=~Q(bank_reference=""),
                name="gift_bank_reference_once",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "status_at", "id"], name="gift_status"),
            models.Index(fields=["programme", "received_on"], name="gift_programme_day"),
            models.Index(fields=["-received_on", "-id"], name="gift_day"),
            models.Index(fields=["donor", "received_on"], name="gift_donor"),
            models.Index(fields=["amount", "id"], name="gift_amount"),
        ]
        triggers = [
            *money_triggers(
                "gift",
                voucher="'gift:' || NEW.receipt_number",
                on="NEW.received_on",
                way="""
            SELECT CASE WHEN NEW.project_id IS NULL THEN 'gift' ELSE 'bound_gift' END, NULL::bigint,
                   CASE WHEN NEW.project_id IS NULL
                        THEN (SELECT pool_id FROM public.ledger_fund WHERE id = p.fund_id)
                        ELSE (SELECT pool_id FROM public.projects_fundingline
                               WHERE fund_id = p.fund_id AND project_id = NEW.project_id) END
              FROM public.donations_programme p WHERE p.id = NEW.programme_id
            """,
                filled_once=("receipt_number",),
            ),
            within_agreed(
                "NEW.project_id",
                when="NEW.status = 'posted' AND OLD.status <> 'posted'",
            ),
        ]

    def series_of(self) -> str:
        return f"G-{self.received_on.year}"

    @property
    def receipt_kind(self) -> str:
        """The form of receipt in force on the day (财综〔2010〕112号, from 1 July 2011)."""
        return (
            "公益性单位接受捐赠统一收据"
            if self.received_on < date(2011, 7, 1)
            else "公益事业捐赠票据"
        )

    def __str__(self) -> str:
        return self.receipt_number or self.number

    @property
    def summary(self) -> str:
        return f"{self.donor} → {self.programme}"
