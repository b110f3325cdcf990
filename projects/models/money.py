"""The money of a project through the ledger: allocations, payments, appropriations, surplus.

Rule: amounts stand in the ledger; a record here says why money moved, who asked and who decided,
and names the movement.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.history import tracked
from core.models import Division, Record
from core.money import positive
from core.text import visible_text
from ledger.models import Fund, MoneyRecord, money_triggers
from partnerships.scope import PartnerScoped
from projects.models.contracts import Contract, Instalment, budget_field
from projects.models.limits import (
    ALLOCATION_LOCKS,
    ALLOCATION_WITHIN_LIMITS,
    PAYMENT_FITS,
    PAYMENT_WITHIN_LIMITS,
    SURPLUS_OF_ITS_OWN,
)
from projects.models.project import FundingLine, Project


class AllocationQuerySet(PartnerScoped):
    office_path = "project__office"
    edit_path = "fund__custodian"

    def posted(self):
        return self.filter(status=Allocation.Status.POSTED)

    def for_list(self):
        return self.select_related("fund__custodian", "project__county", "movement")


@tracked
class Allocation(MoneyRecord):
    """A fund's money set aside for a project; posted when another person has approved it."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        POSTED = "posted", _("Allocated")
        DECLINED = "declined", _("Declined")

    workflow_name = "allocation"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.PROPOSED, editable=False
    )
    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="allocations", verbose_name=_("fund")
    )
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="allocations", verbose_name=_("project")
    )
    allocated_on = models.DateField(_("day"))
    note = models.CharField(_("note"), max_length=300, blank=True, validators=[visible_text])

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ["-number"]
        permissions = [("approve_allocation", "Approve an allocation")]
        constraints = [
            positive("amount", model="allocation"),
            models.CheckConstraint(
                condition=Q(movement__isnull=False) | ~Q(status="posted"),
                name="allocation_posted_is_in_ledger",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "status_at"], name="allocation_status"),
            models.Index(fields=["allocated_on"], name="allocation_day"),
        ]
        triggers = [
            *money_triggers(
                "allocation",
                voucher="'allocation:' || NEW.number",
                on="NEW.allocated_on",
                way="""
            SELECT 'allocation', (SELECT pool_id FROM public.ledger_fund WHERE id = l.fund_id),
                   l.pool_id
              FROM public.projects_fundingline l
             WHERE l.fund_id = NEW.fund_id AND l.project_id = NEW.project_id
            """,
            ),
            ALLOCATION_LOCKS,
            ALLOCATION_WITHIN_LIMITS,
        ]

    def series_of(self) -> str:
        return f"A-{self.allocated_on.year}"

    @property
    def summary(self) -> str:
        return f"{self.fund} → {self.project}"

    @property
    def about(self) -> list[Record]:
        return [self.project]


class PaymentQuerySet(PartnerScoped):
    office_path = "line__project__office"
    edit_path = "line__fund__custodian"

    def paid(self):
        return self.filter(status=Payment.Status.PAID)

    def for_list(self):
        return self.select_related(
            "line__pool", "line__fund__custodian", "line__project__county", "movement"
        )


@tracked
class Payment(MoneyRecord):
    """Money paid out of a funding line: requested, approved and paid by three people."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        PAID = "paid", _("Paid")
        DECLINED = "declined", _("Declined")

    # What counts against a contract.
    BINDING = (Status.APPROVED, Status.PAID)
    workflow_name = "payment"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.REQUESTED, editable=False
    )
    line = models.ForeignKey(
        FundingLine, models.PROTECT, related_name="payments", verbose_name=_("funding line")
    )
    budget = budget_field()
    purpose_zh = models.CharField(
        _("what it pays for, in Chinese"), max_length=200, validators=[visible_text]
    )
    purpose_en = models.CharField(
        _("what it pays for, in English"), max_length=200, blank=True, validators=[visible_text]
    )
    payee = models.CharField(_("paid to"), max_length=200, validators=[visible_text])
    contract = models.ForeignKey(
        Contract,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name=_("contract"),
    )
    instalment = models.ForeignKey(
        Instalment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name=_("instalment"),
    )
    requested_on = models.DateField(_("requested on"), default=timezone.localdate)
    voucher = models.CharField(
        _("voucher number"), max_length=40, unique=True, null=True, validators=[visible_text]
    )
    paid_on = models.DateField(_("day of payment"), null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-number"]
        permissions = [
            ("approve_payment", "Approve a payment"),
            ("pay_payment", "Pay an approved payment"),
        ]
        constraints = [
            positive("amount", model="payment"),
            models.CheckConstraint(
                condition=Q(movement__isnull=False) | ~Q(status="paid"),
                name="payment_paid_is_in_ledger",
            ),
            models.CheckConstraint(
                condition=~Q(status="paid") | Q(voucher__isnull=False, paid_on__isnull=False),
                name="payment_paid_has_its_voucher",
            ),
            models.CheckConstraint(
                condition=Q(instalment__isnull=True) | Q(contract__isnull=False),
                name="payment_instalment_of_a_contract",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "status_at"], name="payment_status"),
            models.Index(fields=["paid_on"], name="payment_day"),
            models.Index(fields=["payee", "amount"], name="payment_payee"),
            models.Index(fields=["amount"], name="payment_amount"),
        ]
        triggers = [
            *money_triggers(
                "payment",
                filled_once=("voucher", "paid_on"),
                voucher="'payment:' || NEW.voucher",
                on="NEW.paid_on",
                way="""
            SELECT 'payment', p.id, p.gone_id FROM public.ledger_pool p
             WHERE p.id = (SELECT pool_id FROM public.projects_fundingline WHERE id = NEW.line_id)
            """,
            ),
            PAYMENT_FITS,
            PAYMENT_WITHIN_LIMITS,
        ]

    def series_of(self) -> str:
        return f"Z-{self.requested_on.year}"

    @property
    def purpose(self) -> str:
        """What it pays for, in the language being read where that is known."""
        chinese = (get_language() or "").startswith("zh")
        return self.purpose_zh if chinese or not self.purpose_en else self.purpose_en

    @property
    def summary(self) -> str:
        return f"{self.line.project} · {self.purpose}"

    @property
    def about(self) -> list[Record]:
        return [self.line.project]


class AppropriationQuerySet(PartnerScoped):
    office_path = "fund__custodian"

    def posted(self):
        return self.filter(status=Appropriation.Status.POSTED)

    def for_list(self):
        return self.select_related("fund__custodian", "source", "relief_for", "movement")


@tracked
class Appropriation(MoneyRecord):
    """Public money that fills a fund: recorded, then confirmed by a second person and posted."""

    class Status(models.TextChoices):
        RECORDED = "recorded", _("Recorded")
        POSTED = "posted", _("Received")
        DECLINED = "declined", _("Declined")

    workflow_name = "appropriation"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.RECORDED, editable=False
    )
    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="appropriations", verbose_name=_("fund")
    )
    source = models.ForeignKey(
        Office, models.PROTECT, related_name="appropriations", verbose_name=_("whose budget")
    )
    document = models.CharField(
        _("document number"), max_length=60, unique=True, validators=[visible_text]
    )
    received_on = models.DateField(_("received on"))
    relief_for = models.ForeignKey(
        Division,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="relief_grants",
        verbose_name=_("relief grant for the prefecture"),
    )

    objects = AppropriationQuerySet.as_manager()

    class Meta:
        verbose_name = _("appropriation")
        verbose_name_plural = _("appropriations")
        ordering = ["-number"]
        permissions = [("confirm_appropriation", "Confirm an appropriation")]
        constraints = [
            positive("amount", model="appropriation"),
            models.CheckConstraint(
                condition=Q(movement__isnull=False) | ~Q(status="posted"),
                name="appropriation_posted_is_in_ledger",
            ),
        ]
        triggers = money_triggers(
            "appropriation",
            voucher="'appropriation:' || NEW.document",
            on="NEW.received_on",
            way="""
            SELECT 'appropriation', NULL::bigint, f.pool_id
              FROM public.ledger_fund f WHERE f.id = NEW.fund_id
            """,
        )

    def series_of(self) -> str:
        return f"B-{self.received_on.year}"

    @property
    def summary(self) -> str:
        return f"{self.document} → {self.fund}"


class SurplusQuerySet(PartnerScoped):
    office_path = "line__project__office"
    edit_path = "line__fund__custodian"

    def for_list(self):
        return self.select_related("line__pool", "line__fund__custodian", "line__project__county")


@tracked
class Surplus(MoneyRecord):
    """Money left on a funding line that goes back to its fund.

    Without an allocation the oldest money of the line goes. Where a giver has bound money to the
    project, it names the allocation whose unspent money goes back, so that the bound stays.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        POSTED = "posted", _("Returned to the fund")
        DECLINED = "declined", _("Declined")

    workflow_name = "surplus"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.PROPOSED, editable=False
    )
    line = models.ForeignKey(
        FundingLine, models.PROTECT, related_name="surpluses", verbose_name=_("funding line")
    )
    allocation = models.ForeignKey(
        Allocation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="surpluses",
        verbose_name=_("of the allocation"),
    )
    returned_on = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=300, validators=[visible_text])

    objects = SurplusQuerySet.as_manager()

    class Meta:
        verbose_name = _("surplus")
        verbose_name_plural = _("surpluses")
        ordering = ["-number"]
        permissions = [("approve_surplus", "Approve the return of a surplus")]
        constraints = [
            positive("amount", model="surplus"),
            models.CheckConstraint(
                condition=Q(movement__isnull=False) | ~Q(status="posted"),
                name="surplus_posted_is_in_ledger",
            ),
        ]
        indexes = [models.Index(fields=["status", "status_at"], name="surplus_status")]
        triggers = [
            *money_triggers(
                "surplus",
                voucher="'surplus:' || NEW.number",
                on="NEW.returned_on",
                way="""
            SELECT CASE WHEN NEW.allocation_id IS NULL THEN 'surplus' ELSE 'withdrawal' END,
                   l.pool_id, (SELECT pool_id FROM public.ledger_fund WHERE id = l.fund_id)
              FROM public.projects_fundingline l WHERE l.id = NEW.line_id
            """,
            ),
            SURPLUS_OF_ITS_OWN,
        ]

    def series_of(self) -> str:
        return f"J-{self.returned_on.year}"

    @property
    def summary(self) -> str:
        return f"{self.line.project} → {self.line.fund}"

    @property
    def about(self) -> list[Record]:
        return [self.line.project]
