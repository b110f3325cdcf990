"""Aid projects and their funding lines.

Rule: what is approved stays as it was approved; the money of a project is what its lines hold in
the ledger.
"""

from decimal import Decimal
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from core.history import tracked
from core.models import Division, Named, Qualifier, Record
from core.money import AmountField, money_text, positive, yuan
from core.search import Searched, found
from core.text import visible_text
from core.triggers import case_triggers, fixed, never_deleted
from ledger.models import Fund, Pool, ProjectType
from partnerships.scope import PartnerScoped
from projects.models.frame import Agreement, Disaster
from projects.models.limits import PROJECT_WITHIN_LIMITS
from projects.models.village import Village

# The states in which somebody has to act, as the life cycle says; the index of waiting rows.
WAITED = (
    "accepted",
    "agreed",
    "approved",
    "completed",
    "draft",
    "handed_over",
    "in_library",
    "proposed",
    "recovering",
    "returned",
    "reviewed",
    "settled",
    "surveyed",
    "suspended",
    "under_way",
)
# Of a funding line's pool: what lies in it, and what was paid out of it and did not come back.
HELD = Sum(F("pool__received") - F("pool__spent"))
PAID = Sum(F("pool__gone__received") - F("pool__gone__spent"))


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
        PROPOSED = "proposed", pgettext_lazy("state of a project", "Proposed")
        SURVEYED = "surveyed", pgettext_lazy("state of a project", "Surveyed")
        REVIEWED = "reviewed", _("Reviewed")
        IN_LIBRARY = "in_library", _("In library")
        AGREED = "agreed", pgettext_lazy("state of a project", "Agreed")
        APPROVED = "approved", _("Approved")
        UNDER_WAY = "under_way", _("Under way")
        COMPLETED = "completed", _("Completed")
        ACCEPTED = "accepted", _("Accepted")
        SETTLED = "settled", _("Settled")
        HANDED_OVER = "handed_over", _("Handed over")
        CLOSED = "closed", _("Closed")
        RETURNED = "returned", _("Returned")
        SUSPENDED = "suspended", _("Suspended")
        CANCELLED = "cancelled", _("Cancelled")
        RECOVERING = "recovering", _("Recovering funds")

    # Approved and not cancelled: what figures count.
    STANDING = (
        Status.APPROVED,
        Status.UNDER_WAY,
        Status.SUSPENDED,
        Status.COMPLETED,
        Status.ACCEPTED,
        Status.SETTLED,
        Status.HANDED_OVER,
        Status.CLOSED,
        Status.RECOVERING,
    )
    # Where money may come in and go out.
    PAYABLE = (
        Status.APPROVED,
        Status.UNDER_WAY,
        Status.COMPLETED,
        Status.ACCEPTED,
        Status.SETTLED,
        Status.HANDED_OVER,
    )
    # Where its sources commit the funds that they name.
    COMMITTING = (
        Status.APPROVED,
        Status.UNDER_WAY,
        Status.SUSPENDED,
        Status.COMPLETED,
        Status.ACCEPTED,
    )
    # Where approved content changes by an amendment.
    AMENDABLE = (Status.APPROVED, Status.UNDER_WAY, Status.SUSPENDED)
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
    disaster = models.ForeignKey(
        Disaster,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("disaster"),
    )
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
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
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
    library_year = models.PositiveSmallIntegerField(
        _("library year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1996), MaxValueValidator(2100)],
    )
    library_rank = models.PositiveSmallIntegerField(_("rank in the library"), null=True, blank=True)
    agreement = models.ForeignKey(
        Agreement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("annual agreement"),
    )
    approval_document = models.CharField(_("approval document number"), max_length=60, blank=True)
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    started_on = models.DateField(_("work started on"), null=True, blank=True)
    completed_on = models.DateField(_("completed on"), null=True, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-number"]
        permissions = [
            ("submit_project", "Propose a project"),
            ("survey_project", "Record that a project was surveyed"),
            ("review_project", "Review a project"),
            ("agree_project", "Take a project into an agreement"),
            ("return_project", "Return a project for revision"),
            ("approve_project", "Approve a project"),
            ("report_project", "Report on the work of a project"),
            ("accept_project", "Accept the work of a project"),
            ("settle_project", "Settle the accounts of a project"),
            ("close_project", "Close a project"),
            ("suspend_project", "Suspend a project or recover its funds"),
        ]
        constraints = [
            positive("agreed_amount", model="project"),
            positive("match_amount", model="project"),
            models.CheckConstraint(condition=~Q(types=[]), name="project_has_a_type"),
            models.CheckConstraint(
                condition=~Q(status__in=["completed", "accepted", "settled"])
                | Q(completed_on__isnull=False),
                name="project_completed_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="social")
                | Q(status__in=["draft", "returned", "cancelled"])
                | (~Q(level="") & Q(supporter__isnull=False)),
                name="project_government_has_its_budget",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(18, 54), longitude__range=(73, 135)),
                name="project_point_in_china",
            ),
            models.CheckConstraint(
                condition=~Q(status="agreed", kind="government") | Q(agreement__isnull=False),
                name="project_agreed_by_an_agreement",
            ),
        ]
        indexes = [
            GinIndex(fields=["grams"], name="project_grams"),
            models.Index(fields=["year", "kind", "status"], name="project_year"),
            models.Index(fields=["county", "year"], name="project_county"),
            models.Index(fields=["status", "status_at", "id"], name="project_status"),
            models.Index(fields=["office", "-number"], name="project_office"),
            models.Index(fields=["pinyin", "id"], name="project_name"),
            models.Index(fields=["agreed_amount", "id"], name="project_agreed"),
            models.Index(
                fields=["status_at", "id"],
                condition=Q(status__in=WAITED),
                name="project_waiting",
            ),
            GinIndex(fields=["types"], name="project_types"),
            models.Index(
                fields=["number"], condition=Q(is_drought_relief=True), name="project_relief"
            ),
            models.Index(
                fields=["number"], condition=Q(is_integrated=True), name="project_integrated"
            ),
        ]
        triggers = [
            *case_triggers(
                "project",
                filled_once=(
                    "library_year",
                    "library_rank",
                    "agreement_id",
                    "approved_on",
                    "started_on",
                    "completed_on",
                ),
                amended=True,
            ),
            PROJECT_WITHIN_LIMITS,
            pgtrigger.Trigger(
                name="document_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("approval_document"),
                condition=pgtrigger.Condition(
                    "OLD.approval_document <> ''"
                    " AND NEW.approval_document IS DISTINCT FROM OLD.approval_document"
                ),
                func="RAISE EXCEPTION 'frozen';",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, self.number]

    def series_of(self) -> str:
        return f"P-{self.year}"

    def choices_for(self, name: str, user) -> models.QuerySet:
        """What may be chosen for a field that a move asks for."""
        signed = Agreement.objects.visible_to(user).filter(
            year=self.year, status=Agreement.Status.SIGNED
        )
        above = [self.office.path[: end + 1] for end, c in enumerate(self.office.path) if c == "/"]
        return signed.filter(receiver__path__in=above)

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
