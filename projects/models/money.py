"""The money of a project: funding lines, appropriations, allocations, contracts, payments, surplus.

Rule: amounts stand in the ledger; a record here says why money moved, who asked and who decided,
and names the movement.
"""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.attachments import with_files
from core.history import tracked
from core.models import Division, Record
from core.money import AmountField, positive
from core.text import visible_text
from ledger.models import Fund, MoneyRecord, money_triggers
from partnerships.scope import PartnerScoped
from projects.models.entry import Entry, entry_triggers
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
        triggers = money_triggers(
            "allocation",
            voucher="'allocation:' || NEW.number",
            on="NEW.allocated_on",
            way="""
            SELECT 'allocation', (SELECT pool_id FROM public.ledger_fund WHERE id = l.fund_id),
                   l.pool_id
              FROM public.projects_fundingline l
             WHERE l.fund_id = NEW.fund_id AND l.project_id = NEW.project_id
            """,
        )

    def series_of(self) -> str:
        return f"A-{self.allocated_on.year}"

    @property
    def summary(self) -> str:
        return f"{self.fund} → {self.project}"

    @property
    def about(self) -> list[Record]:
        return [self.project]


@with_files(under="project")
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
            models.UniqueConstraint(fields=["project", "number"], name="contract_once"),
            models.CheckConstraint(
                condition=Q(retention_percent__range=(0, 100)), name="contract_retention_percent"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("signed_on")),
                name="contract_days_in_order",
            ),
        ]
        triggers = entry_triggers()

    def __str__(self) -> str:
        return f"{self.number} · {self.contractor}"


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
            models.UniqueConstraint(fields=["contract", "position"], name="instalment_once"),
        ]
        triggers = entry_triggers()

    def __str__(self) -> str:
        return f"{self.position} · {self.condition}"


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

    workflow_name = "payment"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.REQUESTED, editable=False
    )
    line = models.ForeignKey(
        FundingLine, models.PROTECT, related_name="payments", verbose_name=_("funding line")
    )
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
        ]
        triggers = money_triggers(
            "payment",
            filled_once=("voucher", "paid_on"),
            voucher="'payment:' || NEW.voucher",
            on="NEW.paid_on",
            way="""
            SELECT 'payment', p.id, p.gone_id FROM public.ledger_pool p
             WHERE p.id = (SELECT pool_id FROM public.projects_fundingline WHERE id = NEW.line_id)
            """,
        )

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


class Remittance(Entry):
    """Money on its way from the city to the county and the contractor, hop by hop."""

    allocation = models.ForeignKey(
        Allocation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="remittances",
        verbose_name=_("allocation"),
    )
    document = models.CharField(
        _("document number"), max_length=60, blank=True, validators=[visible_text]
    )
    amount = AmountField(_("amount"))
    sent_on = models.DateField(_("sent on"))

    class Meta(Entry.Meta):
        verbose_name = _("remittance")
        verbose_name_plural = _("remittances")
        constraints = [positive("amount", model="remittance")]
        triggers = entry_triggers()


class Hop(Entry):
    """One stop of a remittance: who has the money now, since when, and how much of it."""

    class Place(models.TextChoices):
        CITY = "city", _("city finance")
        PROVINCE = "province", _("province")
        PREFECTURE = "prefecture", _("prefecture")
        COUNTY = "county", _("special account of the county")
        CONTRACTOR = "contractor", _("contractor or recipient")

    remittance = models.ForeignKey(
        Remittance, models.PROTECT, related_name="hops", verbose_name=_("remittance")
    )
    place = models.CharField(_("where it arrived"), max_length=12, choices=Place.choices)
    arrived_on = models.DateField(_("arrived on"))
    amount = AmountField(_("amount"))
    voucher = models.CharField(
        _("voucher number"), max_length=60, blank=True, validators=[visible_text]
    )

    class Meta(Entry.Meta):
        verbose_name = _("hop")
        verbose_name_plural = _("hops")
        ordering = ["remittance", "arrived_on", "id"]
        constraints = [
            positive("amount", model="hop"),
            models.UniqueConstraint(fields=["remittance", "place"], name="hop_once"),
        ]
        triggers = entry_triggers()


class SurplusQuerySet(PartnerScoped):
    office_path = "line__project__office"
    edit_path = "line__fund__custodian"

    def for_list(self):
        return self.select_related("line__pool", "line__fund__custodian", "line__project__county")


@tracked
class Surplus(MoneyRecord):
    """Money left on a funding line that goes back to its fund."""

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
        triggers = money_triggers(
            "surplus",
            voucher="'surplus:' || NEW.number",
            on="NEW.returned_on",
            way="""
            SELECT 'surplus', l.pool_id,
                   (SELECT pool_id FROM public.ledger_fund WHERE id = l.fund_id)
              FROM public.projects_fundingline l WHERE l.id = NEW.line_id
            """,
        )

    def series_of(self) -> str:
        return f"S-{self.returned_on.year}"

    @property
    def summary(self) -> str:
        return f"{self.line.project} → {self.line.fund}"

    @property
    def about(self) -> list[Record]:
        return [self.line.project]
