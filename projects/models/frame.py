"""What projects stand in: plan periods with targets, annual agreements, disasters.

Rule: an agreement is signed by both sides, each for itself; its lines are the projects naming it.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.history import tracked
from core.models import Division, Named, Record
from core.money import AmountField, money_text, positive
from core.search import Searched, found
from core.text import visible_text
from core.triggers import case_triggers, never_deleted
from partnerships.scope import PartnerScoped
from projects.models.village import OpenToStaff


@tracked
class Disaster(Named, Searched):
    """A drought, flood or other disaster: the parent of projects, campaigns and grants."""

    class Kind(models.TextChoices):
        DROUGHT = "drought", _("drought")
        FLOOD = "flood", _("flood")
        FROST = "frost", _("frost and snow")
        EARTHQUAKE = "earthquake", _("earthquake")
        OTHER = "other", _("other")

    key = models.SlugField(_("key"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    started_on = models.DateField(_("began on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    places = models.ManyToManyField(
        Division, blank=True, related_name="disasters", verbose_name=_("counties struck")
    )
    about_zh = models.TextField(_("about it, in Chinese"), blank=True, validators=[visible_text])
    about_en = models.TextField(_("about it, in English"), blank=True, validators=[visible_text])
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = OpenToStaff.as_manager()

    class Meta:
        verbose_name = _("disaster")
        verbose_name_plural = _("disasters")
        ordering = ["-started_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="disaster_days_in_order",
            ),
        ]
        triggers = [never_deleted()]

    def get_absolute_url(self) -> str:
        return reverse("projects:disaster-detail", args=[self.pk])


@tracked
class PlanPeriod(Named):
    """A plan period, such as the 11th Five-Year Plan, with its targets."""

    first_year = models.PositiveSmallIntegerField(
        _("first year"), validators=[MinValueValidator(1996), MaxValueValidator(2100)]
    )
    last_year = models.PositiveSmallIntegerField(
        _("last year"), validators=[MinValueValidator(1996), MaxValueValidator(2100)]
    )
    document = models.CharField(
        _("document number"), max_length=60, blank=True, validators=[visible_text]
    )
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = OpenToStaff.as_manager()

    class Meta:
        verbose_name = _("plan period")
        verbose_name_plural = _("plan periods")
        ordering = ["-first_year", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")), name="plan_period_years_in_order"
            ),
        ]
        triggers = [never_deleted()]

    def get_absolute_url(self) -> str:
        return reverse("projects:planperiod-detail", args=[self.pk])


class Measure(models.TextChoices):
    """What a target counts; the records of the years give what was done."""

    PROJECTS = "projects", _("projects")
    MONEY = "money", _("aid money, in yuan")
    MODEL_VILLAGES = "model_villages", _("model villages")
    MODEL_VILLAGE_MONEY = "model_village_money", _("money of model villages, in yuan")
    BASES = "bases", _("large eco-agriculture bases")
    BASE_MONEY = "base_money", _("money of eco-agriculture bases, in yuan")
    OLD_BASE_VILLAGES = "old_base_villages", _("old revolutionary base villages advanced")
    PEOPLE = "people", _("people served")
    ROAD = "road", _("road, in km")
    FARMLAND = "farmland", _("farmland, in mu")
    WATER_PEOPLE = "water_people", _("people with water")
    WATER_LIVESTOCK = "water_livestock", _("head of livestock with water")


@tracked
class Target(models.Model):
    """A number that a plan period or an annual agreement sets out to reach."""

    period = models.ForeignKey(
        PlanPeriod,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
        verbose_name=_("plan period"),
    )
    agreement = models.ForeignKey(
        "Agreement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
        verbose_name=_("annual agreement"),
    )
    measure = models.CharField(_("measure"), max_length=24, choices=Measure.choices)
    planned = models.DecimalField(
        _("planned"), max_digits=16, decimal_places=2, validators=[MinValueValidator(0)]
    )
    note = models.CharField(_("note"), max_length=200, blank=True, validators=[visible_text])

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period__isnull=True) ^ Q(agreement__isnull=True),
                name="target_of_one_frame",
            ),
            models.UniqueConstraint(
                fields=["period", "agreement", "measure"],
                name="target_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(planned__gte=0), name="target_planned_bounds"),
        ]

    def __str__(self) -> str:
        return str(self.get_measure_display())


class AgreementQuerySet(PartnerScoped):
    office_path = "receiver"
    edit_path = "supporter"

    def readable_offices(self, user) -> list[int]:
        """A county reads the agreement of its prefecture as well."""
        path = user.office.path
        above = [path[: end + 1] for end, sign in enumerate(path) if sign == "/"]
        keys = Office.objects.filter(path__in=above).values_list("pk", flat=True)
        return sorted({*super().readable_offices(user), *keys})

    def for_list(self):
        return self.select_related("supporter", "receiver")

    def found(self, text: str):
        return found(self, text)


@tracked
class Agreement(Record, Named, Searched):
    """The year's aid agreed between the city and one prefecture; its lines are projects."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OFFERED = "offered", _("Offered for signature")
        SIGNED = "signed", _("Signed")
        RETURNED = "returned", _("Returned")

    workflow_name = "agreement"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1996), MaxValueValidator(2100)]
    )
    supporter = models.ForeignKey(
        Office, models.PROTECT, related_name="agreements_given", verbose_name=_("supporting side")
    )
    receiver = models.ForeignKey(
        Office, models.PROTECT, related_name="agreements_taken", verbose_name=_("receiving side")
    )
    period = models.ForeignKey(
        PlanPeriod,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("plan period"),
    )
    amount = AmountField(_("agreed total"))
    document = models.CharField(
        _("protocol number"), max_length=60, blank=True, validators=[visible_text]
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("annual agreement")
        verbose_name_plural = _("annual agreements")
        ordering = ["-number"]
        permissions = [
            ("submit_agreement", "Offer an agreement for signature"),
            ("sign_agreement", "Sign an agreement"),
        ]
        constraints = [
            positive("amount", model="agreement"),
            models.UniqueConstraint(
                fields=["year", "supporter", "receiver"], name="agreement_once"
            ),
            models.CheckConstraint(
                condition=~Q(status="signed") | Q(signed_on__isnull=False),
                name="agreement_signed_on_a_day",
            ),
        ]
        triggers = case_triggers("agreement", filled_once=("signed_on",))

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, self.number, self.document]

    def series_of(self) -> str:
        return f"X-{self.year}"

    @property
    def summary(self) -> str:
        return f"{money_text(self.amount)} · {self.receiver}"

    def clean(self) -> None:
        """Raises ValidationError where the two sides are none."""
        errors: dict[str, Any] = {}
        if self.supporter_id and self.supporter.side != Office.Side.SUPPORTING:
            errors["supporter"] = _("Choose an office of the supporting side.")
        if self.receiver_id and self.receiver.side != Office.Side.RECEIVING:
            errors["receiver"] = _("Choose an office of the receiving side.")
        if errors:
            raise ValidationError(errors)
