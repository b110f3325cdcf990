"""The closing of days: proposed by one person, carried out when another one agrees.

Rule: the decision itself closes the days, by a trigger (ledger/sql/closing.sql), and nothing else
of the web's does.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scoped
from core.history import tracked
from core.models import Record
from core.refusals import WORDS
from core.text import visible_text
from core.triggers import case_triggers
from ledger.models.book import Period


class PeriodClosingQuerySet(Scoped):
    office_path = "created_by__office"

    def visible_to(self, user) -> "PeriodClosingQuerySet":
        """Closed days bind everybody who posts, so every office reads them."""
        return self if user.is_authenticated and user.office_id else self.none()

    def for_list(self):
        return self.select_related("created_by")


@tracked
class PeriodClosing(Record):
    """Days on which nothing shall be posted any more."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CLOSED = "closed", _("Closed for good")
        DECLINED = "declined", _("Declined")

    workflow_name = "period_closing"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.PROPOSED, editable=False
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    note = models.CharField(_("note"), max_length=300, blank=True, validators=[visible_text])

    objects = PeriodClosingQuerySet.as_manager()

    class Meta:
        verbose_name = _("closing of a period")
        verbose_name_plural = _("closings of periods")
        ordering = ["-number"]
        permissions = [("close_period", "Close a period for good")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="closing_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["status", "status_at"], name="closing_status")]
        triggers = case_triggers("period_closing")

    def __str__(self) -> str:
        return f"{date_format(self.starts_on)} – {date_format(self.ends_on)}"

    @property
    def summary(self) -> str:
        return str(self)

    def series_of(self) -> str:
        return f"L-{self.ends_on.year}"

    def check_days(self) -> None:
        """Raises ValidationError while a day is to come, or where one is closed already."""
        if self.ends_on >= timezone.localdate():
            raise ValidationError(str(WORDS["period_not_over"]), code="period_not_over")
        if Period.objects.filter(starts_on__lte=self.ends_on, ends_on__gte=self.starts_on).exists():
            raise ValidationError(str(WORDS["period_twice"]), code="period_twice")
