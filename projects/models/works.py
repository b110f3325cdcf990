"""The work of a project and its evidence, from the survey to the visits after the handover.

Rule: each entry says who saw what on which day; what it counts is set beside what was planned, and
less than was reported before is reported with a reason.
"""

import pgtrigger
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.attachments import with_files
from core.history import tracked
from core.money import LARGEST, AmountField, positive
from core.punctuation import labelled
from core.text import visible_text
from projects.models.entry import Entry, entry_triggers, in_order
from projects.models.parts import QUANTITY, PlannedQuantity


def long_text(label, limit: int = 2000, **kwargs) -> models.TextField:
    return models.TextField(label, validators=[visible_text, MaxLengthValidator(limit)], **kwargs)


def sum_of_money(label, **kwargs) -> models.DecimalField:
    """An amount that may be nothing."""
    return models.DecimalField(
        label, max_digits=13, decimal_places=2, validators=[MinValueValidator(0)], **kwargs
    )


def not_negative(field: str, *, model: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__range": (0, LARGEST)}),
        name=f"{model}_{field}_bounds",
    )


@with_files(under="project")
@tracked
class Survey(Entry):
    """The supporting side has looked at the place and says what it thinks of the proposal."""

    day_field = "surveyed_on"

    surveyed_on = models.DateField(_("surveyed on"))
    office = models.ForeignKey(
        Office, models.PROTECT, related_name="surveys", verbose_name=_("who surveyed")
    )
    people = models.CharField(_("people"), max_length=300, validators=[visible_text])
    opinion = long_text(_("opinion"))
    recommends = models.BooleanField(_("recommends the project"), default=True)

    class Meta(Entry.Meta):
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["surveyed_on", "id"]
        triggers = entry_triggers(past=("surveyed_on",))


@with_files(under="project")
@tracked
class Notice(Entry):
    """A public notice before or after: where it hung, from when to when, and whom to call."""

    day_field = "starts_on"

    class Occasion(models.TextChoices):
        BEFORE = "before", _("before the approval")
        AFTER = "after", _("after completion")

    occasion = models.CharField(_("occasion"), max_length=8, choices=Occasion.choices)
    place = models.CharField(_("place"), max_length=200, validators=[visible_text])
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    phone = models.CharField(_("telephone"), max_length=40, validators=[visible_text])

    class Meta(Entry.Meta):
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="notice_days_in_order"
            ),
        ]
        triggers = entry_triggers(past=("starts_on",))

    @property
    def days(self) -> int:
        """Calendar days for which it hung, both ends counted."""
        return (self.ends_on - self.starts_on).days + 1


@with_files(under="project")
@tracked
class Objection(Entry):
    """What somebody said against a project while the notice hung, and the answer."""

    day_field = "received_on"

    notice = models.ForeignKey(
        Notice, models.PROTECT, related_name="objections", verbose_name=_("public notice")
    )
    received_on = models.DateField(_("received on"))
    text = long_text(_("objection"))
    reply = long_text(_("answer"), blank=True)
    replied_on = models.DateField(_("answered on"), null=True, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            models.CheckConstraint(
                condition=Q(replied_on__isnull=True, reply="")
                | Q(replied_on__isnull=False) & ~Q(reply=""),
                name="objection_answered",
            ),
            in_order("received_on", "replied_on", model="objection"),
        ]
        indexes = [
            models.Index(
                fields=["project"],
                condition=Q(replied_on__isnull=True, struck_at__isnull=True),
                name="objection_open",
            ),
        ]
        triggers = entry_triggers(
            past=("received_on", "replied_on"), under={"notice_id": "projects_notice"}
        )


REPORT_FALLS = pgtrigger.Trigger(
    name="falls_back",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Condition("NEW.struck_at IS NULL"),
    declare=[("other", "public.projects_progressreport")],
    func="""
    PERFORM FROM public.projects_project WHERE id = NEW.project_id FOR NO KEY UPDATE;
    SELECT * INTO other FROM public.projects_progressreport
     WHERE project_id = NEW.project_id AND struck_at IS NULL AND id <> NEW.id
       AND reported_on < NEW.reported_on ORDER BY reported_on DESC LIMIT 1;
    IF (NEW.percent < other.percent OR NEW.spent < other.spent) AND btrim(NEW.why_less) = ''
    THEN RAISE EXCEPTION 'falls_back'; END IF;
    SELECT * INTO other FROM public.projects_progressreport
     WHERE project_id = NEW.project_id AND struck_at IS NULL AND id <> NEW.id
       AND reported_on > NEW.reported_on ORDER BY reported_on LIMIT 1;
    IF (other.percent < NEW.percent OR other.spent < NEW.spent) AND btrim(other.why_less) = ''
    THEN RAISE EXCEPTION 'more_than_later'; END IF;
    RETURN NEW;
    """,
)
QUANTITY_FALLS = pgtrigger.Trigger(
    name="falls_back",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Condition("NEW.struck_at IS NULL"),
    declare=[
        ("report", "public.projects_progressreport"),
        ("other", "numeric"),
        ("reason", "text"),
    ],
    func="""
    SELECT * INTO STRICT report FROM public.projects_progressreport WHERE id = NEW.progress_id;
    SELECT d.done INTO other
      FROM public.projects_donequantity d
      JOIN public.projects_progressreport r ON r.id = d.progress_id
     WHERE d.quantity_id = NEW.quantity_id AND d.id <> NEW.id AND d.struck_at IS NULL
       AND r.reported_on < report.reported_on ORDER BY r.reported_on DESC LIMIT 1;
    IF NEW.done < other AND btrim(report.why_less) = '' THEN RAISE EXCEPTION 'falls_back'; END IF;
    SELECT d.done, r.why_less INTO other, reason
      FROM public.projects_donequantity d
      JOIN public.projects_progressreport r ON r.id = d.progress_id
     WHERE d.quantity_id = NEW.quantity_id AND d.id <> NEW.id AND d.struck_at IS NULL
       AND r.reported_on > report.reported_on ORDER BY r.reported_on LIMIT 1;
    IF other < NEW.done AND btrim(reason) = '' THEN RAISE EXCEPTION 'more_than_later'; END IF;
    RETURN NEW;
    """,
)


@with_files(under="project")
@tracked
class ProgressReport(Entry):
    """A monthly or quarterly report: percent done, money spent so far, and a few words."""

    day_field = "reported_on"

    reported_on = models.DateField(_("state of"))
    percent = models.PositiveSmallIntegerField(
        _("done, in percent"), validators=[MaxValueValidator(100)]
    )
    spent = sum_of_money(_("spent so far"))
    text = long_text(_("what was done"))
    why_less = long_text(_("why it is less than before"), 500, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["reported_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__range=(0, 100)), name="progress_percent"),
            not_negative("spent", model="progress"),
            models.UniqueConstraint(
                fields=["project", "reported_on"],
                condition=Q(struck_at__isnull=True),
                name="progress_once_a_day",
            ),
        ]
        triggers = [*entry_triggers(standing=True, past=("reported_on",)), REPORT_FALLS]


@tracked
class DoneQuantity(Entry):
    """How much of a planned quantity was done by the day of a progress report, in all."""

    progress = models.ForeignKey(
        ProgressReport, models.PROTECT, related_name="quantities", verbose_name=_("progress report")
    )
    quantity = models.ForeignKey(
        PlannedQuantity, models.PROTECT, related_name="done", verbose_name=_("planned quantity")
    )
    done = models.DecimalField(_("done"), **QUANTITY)

    class Meta(Entry.Meta):
        verbose_name = _("quantity done")
        verbose_name_plural = _("quantities done")
        constraints = [
            models.UniqueConstraint(
                fields=["progress", "quantity"],
                condition=Q(struck_at__isnull=True),
                name="done_once",
            ),
            models.CheckConstraint(condition=Q(done__gte=0), name="done_quantity_bounds"),
        ]
        triggers = [
            *entry_triggers(
                standing=True,
                under={
                    "progress_id": "projects_progressreport",
                    "quantity_id": "projects_plannedquantity",
                },
            ),
            QUANTITY_FALLS,
        ]

    def __str__(self) -> str:
        return labelled(self.quantity, self.done)


@with_files(under="project")
@tracked
class Milestone(Entry):
    """A step of the work with the day it was planned for and the day it was reached."""

    name = models.CharField(_("milestone"), max_length=200, validators=[visible_text])
    planned_on = models.DateField(_("planned on"))
    reached_on = models.DateField(_("reached on"), null=True, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["planned_on", "id"]
        triggers = entry_triggers(past=("reached_on",))

    def __str__(self) -> str:
        return self.name


@with_files(under="project")
@tracked
class Inspection(Entry):
    """A visit to the site while the work goes on; what it finds stands in findings."""

    day_field = "inspected_on"

    inspected_on = models.DateField(_("inspected on"))
    office = models.ForeignKey(
        Office, models.PROTECT, related_name="inspections", verbose_name=_("who inspected")
    )
    people = models.CharField(_("people"), max_length=300, validators=[visible_text])
    result = long_text(_("result"))

    class Meta(Entry.Meta):
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        ordering = ["inspected_on", "id"]
        triggers = entry_triggers(standing=True, past=("inspected_on",))


@with_files(under="project")
@tracked
class Acceptance(Entry):
    """The acceptance form: by whom, in which quality, with what result."""

    day_field = "accepted_on"

    class Level(models.TextChoices):
        SELF = "self", _("by the implementing unit")
        COUNTY = "county", _("by the county")
        SUPPORTER = "supporter", _("spot check of the supporting side")

    class Quality(models.TextChoices):
        GOOD = "good", _("good")
        SOUND = "sound", _("sound")
        POOR = "poor", _("not sound")

    level = models.CharField(_("level"), max_length=12, choices=Level.choices)
    accepted_on = models.DateField(_("day"))
    people = models.CharField(_("people"), max_length=300, validators=[visible_text])
    quality = models.CharField(_("quality"), max_length=8, choices=Quality.choices)
    is_passed = models.BooleanField(_("passed"), default=True)
    text = long_text(_("result"))

    class Meta(Entry.Meta):
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering = ["accepted_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(quality="poor", is_passed=True), name="acceptance_of_sound_work"
            ),
        ]
        triggers = entry_triggers(standing=True, past=("accepted_on",))


@with_files(under="project")
@tracked
class Settlement(Entry):
    """The final account: what was claimed, what the audit let stand."""

    day_field = "settled_on"

    settled_on = models.DateField(_("settled on"))
    claimed = AmountField(_("claimed"))
    settled = AmountField(_("settled amount"))
    auditor = models.CharField(
        _("audited by"), max_length=200, blank=True, validators=[visible_text]
    )
    document = models.CharField(
        _("document number"), max_length=60, blank=True, validators=[visible_text]
    )
    text = long_text(_("remarks"), blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["settled_on", "id"]
        constraints = [
            positive("claimed", model="settlement"),
            positive("settled", model="settlement"),
            models.CheckConstraint(
                condition=Q(settled__lte=F("claimed")), name="settlement_not_above_claim"
            ),
        ]
        triggers = entry_triggers(standing=True, past=("settled_on",))


@with_files(under="project")
@tracked
class Finding(Entry):
    """A fault found by an inspection, an acceptance or an audit, and how it was put right."""

    day_field = "found_on"

    class Source(models.TextChoices):
        INSPECTION = "inspection", _("inspection")
        ACCEPTANCE = "acceptance", _("acceptance")
        AUDIT = "audit", _("audit")

    source = models.CharField(_("found by"), max_length=12, choices=Source.choices)
    found_on = models.DateField(_("found on"))
    text = long_text(_("finding"))
    amount = AmountField(_("amount concerned"), null=True, blank=True)
    due_on = models.DateField(_("to be put right by"), null=True, blank=True)
    rectification = long_text(_("how it was put right"), blank=True)
    rectified_on = models.DateField(_("put right on"), null=True, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["found_on", "id"]
        constraints = [
            positive("amount", model="finding"),
            models.CheckConstraint(
                condition=Q(rectified_on__isnull=True, rectification="")
                | Q(rectified_on__isnull=False) & ~Q(rectification=""),
                name="finding_put_right_somehow",
            ),
            in_order("found_on", "rectified_on", model="finding"),
            in_order("found_on", "due_on", model="finding"),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(rectified_on__isnull=True, struck_at__isnull=True),
                name="finding_open",
            ),
        ]
        triggers = entry_triggers(after_closing=True, past=("found_on", "rectified_on"))

    @property
    def is_over_due(self) -> bool:
        return bool(not self.rectified_on and self.due_on and self.due_on < timezone.localdate())


@with_files(under="project")
@tracked
class Asset(Entry):
    """Something that stays: what it is, who keeps it from now on."""

    name = models.CharField(_("asset"), max_length=200, validators=[visible_text])
    card = models.CharField(_("card number"), max_length=60, blank=True, validators=[visible_text])
    quantity = models.CharField(
        _("quantity and unit"), max_length=60, blank=True, validators=[visible_text]
    )
    value = AmountField(_("value"), null=True, blank=True)
    custodian = models.CharField(_("custodian"), max_length=200, validators=[visible_text])
    handed_on = models.DateField(_("handed over on"))
    life_years = models.PositiveSmallIntegerField(_("to last, in years"), null=True, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        ordering = ["handed_on", "id"]
        constraints = [positive("value", model="asset")]
        triggers = entry_triggers(standing=True, past=("handed_on",))

    def __str__(self) -> str:
        return self.name


@with_files(under="project", after_closing=True)
@tracked
class AssetVisit(Entry):
    """A later look at an asset: whether it is there, used and in order."""

    day_field = "visited_on"

    class Condition(models.TextChoices):
        IN_USE = "in_use", _("in use and in order")
        REPAIR = "repair", _("in need of repair")
        UNUSED = "unused", _("not used")
        GONE = "gone", _("not there any more")

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="visits", verbose_name=_("asset"))
    visited_on = models.DateField(_("visited on"))
    condition = models.CharField(_("condition"), max_length=8, choices=Condition.choices)
    people = models.CharField(_("people"), max_length=300, validators=[visible_text])
    text = long_text(_("what was seen"), blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("visit to an asset")
        verbose_name_plural = _("visits to assets")
        ordering = ["visited_on", "id"]
        triggers = entry_triggers(
            after_closing=True, past=("visited_on",), under={"asset_id": "projects_asset"}
        )


@with_files(under="project")
@tracked
class Outcome(Entry):
    """What became better: an indicator before and after, with its evidence."""

    day_field = "measured_on"

    indicator = models.CharField(_("indicator"), max_length=200, validators=[visible_text])
    unit = models.CharField(_("unit"), max_length=40, blank=True, validators=[visible_text])
    before = models.DecimalField(_("before"), max_digits=14, decimal_places=2)
    target = models.DecimalField(
        _("target"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    after = models.DecimalField(_("after"), max_digits=14, decimal_places=2)
    measured_on = models.DateField(_("measured on"))
    evidence = long_text(_("evidence"))

    class Meta(Entry.Meta):
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["measured_on", "id"]
        triggers = entry_triggers(standing=True, past=("measured_on",))
