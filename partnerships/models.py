"""Who is paired with whom, since when; and the organisations that take part or give.

Rule: a twinning is dated and confirmed by a source; what no source confirms is left empty.
"""

from datetime import date
from secrets import token_hex
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.history import tracked
from core.models import Division, Named
from core.search import Searched, found
from core.triggers import never_deleted


class OrganisationQuerySet(models.QuerySet):
    def found(self, text: str):
        return found(self, text)

    def for_list(self):
        return self.select_related("division")

    def visible_to(self, user):
        return self

    def editable_by(self, user):
        return self


@tracked
class Organisation(Named, Searched):
    """An enterprise, association, temple, charity or foundation with its former and other names."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", _("enterprise")
        ASSOCIATION = "association", _("association")
        RELIGIOUS = "religious", _("religious body")
        CHARITY = "charity", _("charity")
        GOVERNMENT = "government", _("government body")
        SCHOOL = "school", _("school")
        FOUNDATION = "foundation", _("foundation")
        OTHER = "other", _("other")

    key = models.SlugField(_("key"), max_length=40, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    division = models.ForeignKey(
        Division,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("place"),
    )
    other_names = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name=_("other names")
    )
    source_note = models.CharField(_("source"), max_length=300, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["pinyin", "id"]
        indexes = [GinIndex(fields=["grams"], name="organisation_grams")]
        triggers = [never_deleted()]

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, *self.other_names]

    def save(self, *args, **kwargs):
        self.key = self.key or f"o-{token_hex(6)}"
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("partnerships:organisation-detail", args=[self.pk])


class TwinningQuerySet(models.QuerySet):
    def on(self, day: date):
        """The pairs known to be in force on a day.

        A pair without a first day counts from the day on which a source first names it.
        """
        return self.filter(
            Q(valid_from__lte=day) | Q(valid_from__isnull=True, known_by__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )

    def of_county(self, county: Division):
        """The pairs of the offices of a county, districts before bureaus."""
        return self.filter(receiver__division=county).order_by("-level", "supporter__path", "pk")

    def for_list(self):
        return self.select_related("supporter", "receiver__parent", "receiver__division")

    def visible_to(self, user):
        """Who is paired with whom is public; everybody who signs in may read it."""
        return self

    def editable_by(self, user):
        """Pairs of the own office or one below it: a pair opens the records of both."""
        if user.office is None:
            return self.none()
        own = user.office.with_below()
        return self.filter(Q(supporter__in=own) | Q(receiver__in=own))


@tracked
class Twinning(models.Model):
    """A supporting office paired with a receiving one, dated as well as its source dates it."""

    class Level(models.TextChoices):
        PREFECTURE = "prefecture", _("city with prefecture")
        COUNTY = "county", _("district or county with county")
        BUREAU = "bureau", _("bureau with county")

    class Precision(models.TextChoices):
        DAY = "day", _("to the day")
        MONTH = "month", _("to the month")
        YEAR = "year", _("to the year")

    supporter = models.ForeignKey(
        Office, models.PROTECT, related_name="supports", verbose_name=_("supporting side")
    )
    receiver = models.ForeignKey(
        Office, models.PROTECT, related_name="supported_by", verbose_name=_("receiving side")
    )
    level = models.CharField(_("level"), max_length=12, choices=Level.choices)
    valid_from = models.DateField(_("since"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    known_by = models.DateField(_("first named by a source"), null=True, blank=True)
    precision = models.CharField(
        _("precision of the days"), max_length=6, choices=Precision.choices, default=Precision.YEAR
    )
    basis_zh = models.CharField(_("basis, in Chinese"), max_length=300, blank=True)
    basis_en = models.CharField(_("basis, in English"), max_length=300, blank=True)
    source_note = models.CharField(_("source"), max_length=300, blank=True)

    objects = TwinningQuerySet.as_manager()

    class Meta:
        verbose_name = _("twinning")
        verbose_name_plural = _("twinnings")
        ordering = ["receiver__path", "supporter__path", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supporter", "receiver", "valid_from"],
                name="twinning_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="twinning_days_in_order",
            ),
            models.CheckConstraint(condition=~Q(supporter=F("receiver")), name="twinning_of_two"),
        ]
        triggers = [never_deleted()]

    def __str__(self) -> str:
        return f"{self.supporter} – {self.receiver}"

    def get_absolute_url(self) -> str:
        return reverse("partnerships:twinning-detail", args=[self.pk])

    def clean(self) -> None:
        """Raises ValidationError for a pair without a day, or of two offices of one side."""
        errors: dict[str, Any] = {}
        if not self.valid_from and not self.known_by:
            errors["known_by"] = _("Enter since when the pair stands, or when a source names it.")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            errors["valid_to"] = _("The last day cannot lie before the first.")
        if self.supporter_id and self.supporter.side != Office.Side.SUPPORTING:
            errors["supporter"] = _("This office is on the receiving side.")
        if self.receiver_id and self.receiver.side != Office.Side.RECEIVING:
            errors["receiver"] = _("This office is on the supporting side.")
        if errors:
            raise ValidationError(errors)


def receiving_counties(on: date, user=None) -> models.QuerySet[Division]:
    """Counties of the paired prefectures as they stood on a day.

    For a person of the receiving side, those of the own office and of the offices below it.
    """
    counties = Division.objects.filter(level=Division.Level.COUNTY).valid_on(on)
    if user is None or user.office is None or user.office.side == Office.Side.SUPPORTING:
        prefectures = Office.objects.filter(side=Office.Side.RECEIVING, parent=None)
        return counties.filter(parent__in=prefectures.values("division"))
    own = user.office.with_below().values("division")
    return counties.filter(Q(pk__in=own) | Q(parent__in=own) | Q(predecessors__in=own)).distinct()
