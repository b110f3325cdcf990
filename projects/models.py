"""Aid projects, their villages, and the money of each: allocations in, payments out.

Rule: a project's money stands in the ledger; what is here says why it moved, who asked and who
decided, and names the movement.
"""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.history import tracked
from core.models import Division, Named, Qualifier, Record
from core.money import AmountField, money_text, positive, yuan
from core.search import Searched, found
from core.text import visible_text
from core.triggers import case_triggers, fixed, never_deleted
from ledger.models import Fund, MoneyRecord, Pool, ProjectType, money_triggers
from partnerships.scope import PartnerScoped

SIMILAR_YEARS = 3
# Of a funding line's pool: what lies in it, and what was paid out of it and did not come back.
HELD = Sum(F("pool__received") - F("pool__spent"))
PAID = Sum(F("pool__gone__received") - F("pool__gone__spent"))


class VillageQuerySet(models.QuerySet):
    def found(self, text: str):
        return found(self, text)


class Village(Named, Searched):
    """A village, kept over the years: one that is renewed twice is still one village."""

    county = models.ForeignKey(
        Division, models.PROTECT, related_name="villages_of_county", verbose_name=_("county")
    )
    town = models.ForeignKey(
        Division,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="villages_of_town",
        verbose_name=_("town"),
    )
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = VillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("village")
        verbose_name_plural = _("villages")
        ordering = ["county__code", "pinyin", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "town", "name_zh"], name="village_once", nulls_distinct=False
            )
        ]
        indexes = [GinIndex(fields=["grams"], name="village_grams")]
        triggers = [never_deleted()]


class ProjectQuerySet(PartnerScoped):
    def found(self, text: str):
        return found(self, text)

    def counted(self):
        """Projects that stand: approved and not cancelled. Figures count these."""
        return self.filter(status__in=Project.STANDING)

    def for_public_display(self):
        return self.counted()

    def with_money(self):
        """Annotates held_fen, what its funding lines hold, and paid_fen, what left for good."""
        lines = (
            FundingLine.objects.filter(project=models.OuterRef("pk")).order_by().values("project")
        )
        return self.annotate(
            held_fen=models.Subquery(lines.annotate(s=HELD).values("s")),
            paid_fen=models.Subquery(lines.annotate(s=PAID).values("s")),
        )

    def for_list(self):
        return self.select_related(
            "county__parent", "town", "village", "supporter", "office"
        ).with_money()

    def similar_to(self, project: "Project"):
        """Projects of the same village or town, of one of its types, at most three years apart.

        A county alone is too wide: without a town or a village nothing is similar.
        """
        if not (project.town_id or project.village_id):
            return self.none()
        return self.exclude(pk=project.pk).filter(
            county=project.county_id,
            town=project.town_id,
            village=project.village_id,
            types__overlap=project.types,
            year__range=(project.year - SIMILAR_YEARS, project.year + SIMILAR_YEARS),
        )


@tracked
class Project(Record, Named, Searched):
    """An aid project: one piece of help at one place, agreed by both sides.

    `agreed_amount` is yuan of aid money, without the local match. `year` is the plan year.
    """

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("government project")
        SOCIAL = "social", _("social project")

    class Level(models.TextChoices):
        CITY = "city", _("city")
        COUNTY = "county", _("district or county")
        BUREAU = "bureau", _("bureau")

    Type = ProjectType

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned")
        APPROVED = "approved", _("Approved")
        UNDER_WAY = "under_way", _("Under way")
        COMPLETED = "completed", _("Completed")
        CANCELLED = "cancelled", _("Cancelled")

    STANDING = (Status.APPROVED, Status.UNDER_WAY, Status.COMPLETED)
    workflow_name = "project"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    level = models.CharField(
        _("level of the budget"), max_length=8, choices=Level.choices, blank=True
    )
    types = ArrayField(
        models.CharField(max_length=16, choices=Type.choices), verbose_name=_("what it is for")
    )
    is_integrated = models.BooleanField(_("integrated rural development"), default=False)
    is_drought_relief = models.BooleanField(_("drought relief"), default=False)
    year = models.PositiveSmallIntegerField(
        _("plan year"), validators=[MinValueValidator(1996), MaxValueValidator(2100)]
    )
    office = models.ForeignKey(
        Office, models.PROTECT, related_name="projects", verbose_name=_("reporting office")
    )
    supporter = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supported_projects",
        verbose_name=_("supporting side"),
    )
    county = models.ForeignKey(
        Division, models.PROTECT, related_name="projects_of_county", verbose_name=_("county")
    )
    town = models.ForeignKey(
        Division,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="projects_of_town",
        verbose_name=_("town"),
    )
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("village"),
    )
    agreed_amount = AmountField(_("agreed amount"))
    match_amount = AmountField(_("local match"), null=True, blank=True)
    need = models.TextField(
        _("why it is needed"), blank=True, validators=[visible_text, MaxLengthValidator(4000)]
    )
    content_zh = models.CharField(
        _("what is built or done, in Chinese"),
        max_length=300,
        blank=True,
        validators=[visible_text],
    )
    content_en = models.CharField(
        _("what is built or done, in English"),
        max_length=300,
        blank=True,
        validators=[visible_text],
    )
    household_count = models.PositiveIntegerField(_("households served"), null=True, blank=True)
    people_count = models.PositiveIntegerField(_("people served"), null=True, blank=True)
    people_qualifier = models.CharField(
        _("how exact"), max_length=6, choices=Qualifier.choices, default=Qualifier.EXACT
    )
    surveyed_on = models.DateField(_("surveyed on"), null=True, blank=True)
    approval_document = models.CharField(_("approval document number"), max_length=60, blank=True)
    completed_on = models.DateField(_("completed on"), null=True, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-number"]
        permissions = [
            ("submit_project", "Submit a project"),
            ("return_project", "Return a project for revision"),
            ("approve_project", "Approve a project"),
            ("report_project", "Report start and completion of a project"),
        ]
        constraints = [
            positive("agreed_amount", model="project"),
            positive("match_amount", model="project"),
            models.CheckConstraint(condition=~Q(types=[]), name="project_has_a_type"),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(completed_on__isnull=False),
                name="project_completed_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="social")
                | Q(status__in=["draft", "returned", "cancelled"])
                | (~Q(level="") & Q(supporter__isnull=False)),
                name="project_government_has_its_budget",
            ),
        ]
        indexes = [
            GinIndex(fields=["grams"], name="project_grams"),
            models.Index(fields=["year", "kind", "status"], name="project_year"),
            models.Index(fields=["county", "year"], name="project_county"),
            models.Index(fields=["status", "status_at"], name="project_status"),
            models.Index(fields=["office", "-number"], name="project_office"),
        ]
        triggers = case_triggers("project", filled_once=("completed_on",))

    def __str__(self) -> str:
        return self.name

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, self.number]

    def series_of(self) -> str:
        return f"P-{self.year}"

    @property
    def summary(self) -> str:
        return f"{money_text(self.agreed_amount)} · {self.county}"

    def clean(self) -> None:
        """Raises ValidationError when the parts of the record do not fit each other."""
        errors: dict[str, Any] = {}
        if self.kind == self.Kind.GOVERNMENT:
            if not self.level:
                errors["level"] = _("A government project names the level of its budget.")
            if not self.supporter_id:
                errors["supporter"] = _("A government project names its supporting side.")
        if self.county_id and self.town_id and self.town.parent_id != self.county_id:
            errors["town"] = _("This town does not lie in the county.")
        if self.village_id and self.village.county_id != self.county_id:
            errors["village"] = _("This village does not lie in the county.")
        if errors:
            raise ValidationError(errors)

    @property
    def received_amount(self) -> Decimal:
        """Yuan paid or still held, without what went back; needs `with_money()`."""
        return yuan((self.held_fen or 0) + (self.paid_fen or 0))

    @property
    def paid_amount(self) -> Decimal:
        """Yuan paid out of its funding lines; needs `with_money()`."""
        return yuan(self.paid_fen or 0)

    @property
    def held_amount(self) -> Decimal:
        """Yuan received and not yet paid; needs `with_money()`."""
        return yuan(self.held_fen or 0)

    @property
    def open_amount(self) -> Decimal:
        """Yuan agreed and not yet received; needs `with_money()`."""
        return max(self.agreed_amount - self.received_amount, Decimal(0))

    @property
    def type_labels(self) -> list[str]:
        return [str(self.Type(value).label) for value in self.types]


class FundingLine(models.Model):
    """The money one project has from one fund; its pool in the ledger."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="lines")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="lines")
    pool = models.OneToOneField(Pool, models.PROTECT, related_name="line")

    class Meta:
        verbose_name = _("funding line")
        verbose_name_plural = _("funding lines")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["project", "fund"], name="line_once")]
        triggers = [fixed("id", "project_id", "fund_id", "pool_id"), never_deleted()]

    def __str__(self) -> str:
        return f"{self.project.number} ← {self.fund}"

    @property
    def received_amount(self) -> Decimal:
        return yuan(self.pool.received)

    @property
    def paid_amount(self) -> Decimal:
        return yuan(self.pool.spent)

    @property
    def free_amount(self) -> Decimal:
        """Yuan that the line holds and can still pay."""
        return yuan(self.pool.received - self.pool.spent)


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
            SELECT 'allocation', f.pool_id, l.pool_id
              FROM public.projects_fundingline l JOIN public.ledger_fund f ON f.id = l.fund_id
             WHERE l.fund_id = NEW.fund_id AND l.project_id = NEW.project_id
            """,
        )

    def series_of(self) -> str:
        return f"A-{self.allocated_on.year}"

    @property
    def summary(self) -> str:
        return f"{self.fund} → {self.project}"


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
    voucher = models.CharField(
        _("voucher number"), max_length=40, unique=True, validators=[visible_text]
    )
    paid_on = models.DateField(_("day of payment"))

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
        ]
        indexes = [
            models.Index(fields=["status", "status_at"], name="payment_status"),
            models.Index(fields=["paid_on"], name="payment_day"),
        ]
        triggers = money_triggers(
            "payment",
            voucher="'payment:' || NEW.voucher",
            on="NEW.paid_on",
            way="""
            SELECT 'payment', p.id, p.gone_id
              FROM public.projects_fundingline l JOIN public.ledger_pool p ON p.id = l.pool_id
             WHERE l.id = NEW.line_id
            """,
        )

    def series_of(self) -> str:
        return f"Z-{self.paid_on.year}"

    @property
    def purpose(self) -> str:
        """What it pays for, in the language being read where that is known."""
        chinese = (get_language() or "").startswith("zh")
        return self.purpose_zh if chinese or not self.purpose_en else self.purpose_en

    @property
    def summary(self) -> str:
        return f"{self.line.project} · {self.purpose}"


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
