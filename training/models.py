"""Courses and secondments, with counts of persons.

Rule: persons and person-times are counted apart and always labelled; a count keeps its qualifier.
"""

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Office
from core.history import tracked
from core.models import Division, Named, Qualifier, Record
from core.search import Searched, found
from core.text import visible_text
from core.triggers import case_triggers
from partnerships.scope import PartnerScoped


class TrainingQuerySet(PartnerScoped):
    def found(self, text: str):
        return found(self, text)

    def for_list(self):
        return self.select_related("office")

    def confirmed(self):
        return self.filter(status="confirmed")


class Status(models.TextChoices):
    RECORDED = "recorded", _("Recorded")
    RETURNED = "returned", _("Returned")
    CONFIRMED = "confirmed", _("Confirmed")


class CourseQuerySet(TrainingQuerySet):
    def for_list(self):
        return self.select_related("office", "co_host", "division")


@tracked
class Course(Record, Named, Searched):
    """A training course or seminar: who held it for whom, when, and how many persons came."""

    class Kind(models.TextChoices):
        NEW_RURAL = "new_rural", _("new rural construction")
        CADRE = "cadre", _("township cadres and village leaders")
        TECHNICAL = "technical", _("technical persons")
        TEACHER = "teacher", _("teachers and headmasters")
        HEALTH = "health", _("medical staff")

    workflow_name = "course"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.RECORDED, editable=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    office = models.ForeignKey(
        Office,
        models.PROTECT,
        related_name="courses",
        verbose_name=pgettext_lazy("a course", "held by"),
    )
    co_host = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="co_hosted_courses",
        verbose_name=_("together with"),
    )
    division = models.ForeignKey(
        Division,
        models.PROTECT,
        related_name="courses",
        verbose_name=_("for the county or prefecture"),
    )
    place = models.CharField(_("place"), max_length=100, blank=True, validators=[visible_text])
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    planned_people_count = models.PositiveIntegerField(_("persons planned"), null=True, blank=True)
    people_count = models.PositiveIntegerField(
        _("persons trained"), validators=[MinValueValidator(1)]
    )
    people_qualifier = models.CharField(
        _("how exact"), max_length=6, choices=Qualifier.choices, default=Qualifier.EXACT
    )
    person_times_count = models.PositiveIntegerField(_("person-times"), null=True, blank=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["-number"]
        permissions = [("confirm_course", "Confirm a course")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="course_days_in_order"
            ),
            models.CheckConstraint(condition=Q(people_count__gt=0), name="course_has_people"),
        ]
        indexes = [
            GinIndex(fields=["grams"], name="course_grams"),
            models.Index(fields=["starts_on"], name="course_day"),
        ]
        triggers = case_triggers("course")

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, self.number, self.place]

    def series_of(self) -> str:
        return f"C-{self.starts_on.year}"

    @property
    def day_count(self) -> int:
        """Days from the first to the last, both counted."""
        return (self.ends_on - self.starts_on).days + 1

    @property
    def sign(self) -> str:
        """The qualifier as pages show it; empty for an exact count."""
        return "" if self.people_qualifier == Qualifier.EXACT else self.people_qualifier

    @property
    def summary(self) -> str:
        return f"{self.office} → {self.division}"


@tracked
class Secondment(Record, Named, Searched):
    """A batch of people who worked for a time in a unit of the other side."""

    class Rank(models.TextChoices):
        DIVISION = "division", _("division level")
        SECTION = "section", _("section level")
        HEADMASTER = "headmaster", _("headmasters")
        TECHNICAL = "technical", _("technical persons")
        CADRE = "cadre", _("cadres")

    class Direction(models.TextChoices):
        TO_NINGBO = "to_ningbo", _("from Guizhou to Ningbo")
        TO_GUIZHOU = "to_guizhou", _("from Ningbo to Guizhou")

    workflow_name = "secondment"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.RECORDED, editable=False
    )
    office = models.ForeignKey(
        Office, models.PROTECT, related_name="secondments", verbose_name=_("arranged by")
    )
    direction = models.CharField(_("direction"), max_length=12, choices=Direction.choices)
    rank = models.CharField(_("rank"), max_length=12, choices=Rank.choices)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    people_count = models.PositiveIntegerField(_("persons"), validators=[MinValueValidator(1)])

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = _("secondment")
        verbose_name_plural = _("secondments")
        ordering = ["-number"]
        permissions = [("confirm_secondment", "Confirm a secondment")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="secondment_days_in_order"
            ),
            models.CheckConstraint(condition=Q(people_count__gt=0), name="secondment_has_people"),
        ]
        indexes = [
            GinIndex(fields=["grams"], name="secondment_grams"),
            models.Index(fields=["starts_on"], name="secondment_day"),
        ]
        triggers = case_triggers("secondment")

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, self.number]

    def series_of(self) -> str:
        return f"S-{self.starts_on.year}"

    @property
    def summary(self) -> str:
        return str(self.office)
