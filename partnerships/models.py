"""Who is paired with whom, since when; and the organisations that take part or give.

Rule: a twinning is dated and confirmed by a source; what no source confirms is left empty.
"""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.history import tracked
from core.models import Division, Named
from core.search import Searched, found


class OrganisationQuerySet(models.QuerySet):
    def found(self, text: str):
        return found(self, text)

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

    key = models.SlugField(_("key"), max_length=40, unique=True)
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

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, *self.other_names]


class TwinningQuerySet(models.QuerySet):
    def on(self, day: date):
        """The pairs known to be in force on a day.

        A pair without a first day counts from the day on which a source first names it.
        """
        return self.filter(
            Q(valid_from__lte=day) | Q(valid_from__isnull=True, known_by__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )

    def visible_to(self, user):
        """Who is paired with whom is public; everybody who signs in may read it."""
        return self

    def editable_by(self, user):
        return self


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

    def __str__(self) -> str:
        return f"{self.supporter} – {self.receiver}"
