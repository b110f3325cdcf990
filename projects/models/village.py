"""Villages: long-lived places that many projects help over the years.

Rule: a village that is renewed twice is still one village.
"""

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import Division, Named
from core.search import Searched, found
from core.triggers import never_deleted


class OpenToStaff(models.QuerySet):
    """Rows that everybody who signs in may read; who changes them is in the roles."""

    def visible_to(self, user):
        return self if user.is_authenticated else self.none()

    def editable_by(self, user):
        return self.visible_to(user)

    def found(self, text: str):
        return found(self, text)


class VillageQuerySet(OpenToStaff):
    def for_list(self):
        return self.select_related("county__parent", "town")


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
    is_old_base = models.BooleanField(_("old revolutionary base village"), default=False)
    advanced_in = models.PositiveSmallIntegerField(
        _("whole-village advancement finished in"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1996), MaxValueValidator(2100)],
    )
    household_count = models.PositiveIntegerField(_("households"), null=True, blank=True)
    people_count = models.PositiveIntegerField(_("people"), null=True, blank=True)
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = VillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("village")
        verbose_name_plural = _("villages")
        ordering = ["county__code", "pinyin", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "town", "name_zh"], name="village_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(advanced_in__isnull=True) | Q(advanced_in__range=(1996, 2100)),
                name="village_advanced_in_a_year",
            ),
        ]
        indexes = [GinIndex(fields=["grams"], name="village_grams")]
        triggers = [never_deleted()]

    def get_absolute_url(self) -> str:
        return reverse("projects:village-detail", args=[self.pk])
