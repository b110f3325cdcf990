"""Funds, the ledger under them, and what a record has that ends in a movement. Amounts are fen.

Rule: nobody writes the ledger's rows but the functions in the database (ledger/sql), which Python
calls from ledger/money.py. docs/ledger.md says what they promise.
"""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import DecimalField, F, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from accounts.scope import Scoped
from core.history import tracked
from core.models import Counter, Named, Record
from core.money import AmountField, yuan
from core.search import Searched, found
from core.text import visible_text
from core.triggers import case_triggers


class UnitsField(models.Field):
    """Units of a pool, a psycopg Multirange; written by the database alone."""

    def db_type(self, connection) -> str:
        return "int8multirange"


class Pool(models.Model):
    """Money at one place of its way: units 0 to `received` came in this order, `free` lie here."""

    class Kind(models.TextChoices):
        FUND = "fund", _("free money of a fund")
        LINE = "line", _("money of a project")
        GONE = "gone", _("paid or given back")

    kind = models.CharField(max_length=4, choices=Kind.choices)
    gone = models.OneToOneField("self", models.PROTECT, null=True, related_name="gone_from")
    received = models.BigIntegerField()
    spent = models.BigIntegerField()
    free = UnitsField()
    last = UnitsField()

    owner_only = True

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def received_amount(self) -> Decimal:
        """Yuan that have come in, also what came back."""
        return yuan(self.received)

    @property
    def spent_amount(self) -> Decimal:
        """Yuan that have gone on."""
        return yuan(self.spent)

    @property
    def free_amount(self) -> Decimal:
        """Yuan that lie here and are not yet taken on."""
        return yuan(self.received - self.spent)


class Movement(models.Model):
    """An amount in fen that went from a pool, or from outside, to a pool. Never changed.

    It fills the units `in_start` to `in_start + amount` of its target. `cause` is the movement that
    a correction takes back, or the one whose money a payment uses first.
    """

    class Kind(models.TextChoices):
        GIFT = "gift", _("gift")
        BOUND_GIFT = "bound_gift", _("gift bound to a project")
        APPROPRIATION = "appropriation", _("appropriation")
        ALLOCATION = "allocation", _("allocation")
        PAYMENT = "payment", _("payment")
        SURPLUS = "surplus", _("surplus returned")
        WITHDRAWAL = "withdrawal", _("allocation withdrawn")
        REVERSAL = "reversal", _("payment reversed")
        BOUNCE = "bounce", _("gift that did not arrive")
        REFUND = "refund", _("gift refunded")
        MOVE = "move", _("moved to another purpose")
        RETURN = "return", _("refund that came back")
        CORRECTION = "correction", _("correction")

    FROM_OUTSIDE = (Kind.GIFT, Kind.BOUND_GIFT, Kind.APPROPRIATION)
    FORWARDS = (Kind.ALLOCATION, Kind.PAYMENT, Kind.SURPLUS)

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    source = models.ForeignKey(
        Pool, models.PROTECT, null=True, related_name="outflows", db_index=False
    )
    target = models.ForeignKey(Pool, models.PROTECT, related_name="inflows", db_index=False)
    amount = models.BigIntegerField()
    in_start = models.BigIntegerField()
    cause = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="corrections",
        db_index=False,
        verbose_name=_("corrects"),
    )
    voucher = models.CharField(_("voucher"), max_length=100)
    posted_on = models.DateField(_("day"))
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="movements",
        db_index=False,
        verbose_name=_("posted by"),
    )
    posted_at = models.DateTimeField(_("posted at"))

    owner_only = True

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["voucher"], name="ledger_voucher_once"),
            models.UniqueConstraint(
                fields=["target", "in_start"],
                include=["amount", "source"],
                name="ledger_movement_in",
            ),
        ]
        indexes = [
            models.Index(
                fields=["source", "id"],
                condition=Q(source__isnull=False),
                name="ledger_movement_out",
            ),
            models.Index(
                fields=["cause"], condition=Q(cause__isnull=False), name="ledger_movement_cause"
            ),
        ]

    def __str__(self) -> str:
        return self.voucher

    @property
    def amount_in_yuan(self) -> Decimal:
        return yuan(self.amount)


class Piece(models.Model):
    """Units `lo` to `hi` of a pool that became the units from `to_lo` on of another.

    `movement` led them there. `by` laid the piece: the movement itself, or a correction that ended
    the piece laid before; that one's `ended` names it. `stepped_in` is the correction for which
    these units took the place of others.
    """

    movement = models.ForeignKey(Movement, models.PROTECT, related_name="pieces")
    pool = models.ForeignKey(
        Pool, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    to_pool = models.ForeignKey(
        Pool, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    to_lo = models.BigIntegerField()
    by = models.ForeignKey(
        Movement, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    ended = models.ForeignKey(
        Movement, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    stepped_in = models.ForeignKey(
        Movement, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )

    owner_only = True

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.pool_id} {self.lo}-{self.hi} → {self.to_pool_id} {self.to_lo}"


class Period(models.Model):
    """Days on which nothing is posted any more."""

    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("closed by"),
    )

    owner_only = True

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        ordering = ["starts_on"]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"


class ProjectType(models.TextChoices):
    """What aid money is given for; a fund may be bound to some of these."""

    MODEL_VILLAGE = "model_village", _("model village")
    INDUSTRY = "industry", _("agriculture or industry base")
    WATER = "water", _("drinking water for people and livestock")
    SCHOOL = "school", _("school or dormitory")
    CADRE_TRAINING = "cadre_training", _("training of township cadres and village leaders")
    SKILLS_TRAINING = "skills_training", _("practical-skills training")
    ROAD = "road", _("road")
    HEALTH = "health", _("health")
    ASSISTANCE = "assistance", _("student assistance")
    RELIEF = "relief", _("relief")
    ENTERPRISE_SHARE = "enterprise_share", _("share in an enterprise")


# A fund keeps its pool and number; with money in it, also its kind.
KEEP_POOL = """
IF (NEW.pool_id, NEW.number, NEW.created_by_id)
       IS DISTINCT FROM (OLD.pool_id, OLD.number, OLD.created_by_id)
   OR (NEW.kind <> OLD.kind
       AND EXISTS (SELECT FROM ledger_pool WHERE id = OLD.pool_id AND received > 0))
THEN RAISE EXCEPTION 'frozen'; END IF;
RETURN NEW;
"""
AMOUNT: DecimalField = DecimalField(max_digits=18, decimal_places=2)


class FundQuerySet(Scoped):
    office_path = "custodian"

    def found(self, text: str):
        return found(self, text)

    def with_balance(self):
        """Annotates received_amount, spent_amount and free_amount in yuan, and free_fen."""
        hundred = models.Value(100, output_field=DecimalField())
        received, spent = F("pool__received"), F("pool__spent")
        return self.annotate(
            received_amount=Cast(Cast(received, AMOUNT) / hundred, AMOUNT),
            spent_amount=Cast(Cast(spent, AMOUNT) / hundred, AMOUNT),
            free_amount=Cast(Cast(received - spent, AMOUNT) / hundred, AMOUNT),
            free_fen=received - spent,
        )


@tracked
class Fund(Named, Searched):
    """Money with a purpose and a custodian: a budget, a donor's fund, a campaign."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("public money")
        DONATED = "donated", _("donated money")

    number = models.CharField(_("number"), max_length=30, unique=True, editable=False)
    key = models.SlugField(_("key"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    custodian = models.ForeignKey(
        Office, models.PROTECT, related_name="funds", verbose_name=_("custodian")
    )
    purpose_zh = models.TextField(
        _("purpose, in Chinese"), blank=True, validators=[visible_text, MaxLengthValidator(2000)]
    )
    purpose_en = models.TextField(
        _("purpose, in English"), blank=True, validators=[visible_text, MaxLengthValidator(2000)]
    )
    project_types = ArrayField(
        models.CharField(max_length=16, choices=ProjectType.choices),
        default=list,
        blank=True,
        verbose_name=_("only for"),
    )
    opened_on = models.DateField(_("opened on"))
    spend_by = models.DateField(_("to be spent by"), null=True, blank=True)
    pool = models.OneToOneField(Pool, models.PROTECT, related_name="fund", editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("entered by"),
    )
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = FundQuerySet.as_manager()

    class Meta:
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(spend_by__isnull=True) | Q(spend_by__gte=F("opened_on")),
                name="fund_days_in_order",
            ),
        ]
        indexes = [
            GinIndex(fields=["grams"], name="fund_grams"),
            models.Index(fields=["custodian", "number"], name="fund_custodian"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="open_pool",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="NEW.pool_id := ledger_open('fund'); RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="keep_pool",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=KEEP_POOL,
            ),
            pgtrigger.Trigger(
                name="never_deleted",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="RAISE EXCEPTION 'never_deleted';",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("ledger:fund-detail", args=[self.pk])

    @property
    def purpose(self) -> str:
        """The purpose in the language being read, else in the other one."""
        first, second = self.purpose_en, self.purpose_zh
        if self.name == self.name_zh:
            first, second = second, first
        return first or second

    @property
    def type_labels(self) -> list[str]:
        """The kinds of project it may be spent on, in words; none if on any."""
        words = dict(ProjectType.choices)
        return [str(words[value]) for value in self.project_types]

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, self.number, self.key]

    def clean(self) -> None:
        if self.spend_by and self.opened_on and self.spend_by < self.opened_on:
            raise ValidationError(
                {"spend_by": _("The money cannot be due before the fund was opened.")}
            )

    def allows(self, project_types) -> bool:
        """Whether the fund's purpose covers a project that serves all of these types."""
        return not self.project_types or bool(set(project_types) & set(self.project_types))

    def save(self, *args, **kwargs) -> None:
        if not self.number:
            series = f"F-{self.opened_on.year}"
            self.number = f"{series}-{Counter.take(series):02d}"
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if is_new:  # the database has opened the fund's pool
            self.refresh_from_db(fields=["pool"])


def money_triggers(
    workflow: str, *, voucher: str, on: str, way: str, filled_once: tuple[str, ...] = ()
) -> list[pgtrigger.Trigger]:
    """The triggers of a record that ends in a movement: the movement says what the record says.

    `voucher` and `on` are the movement's voucher and day in terms of NEW; `way` is a query for the
    kind and the pools (source, target) that it has.
    """
    return [
        *case_triggers(workflow, filled_once=("movement_id", *filled_once)),
        pgtrigger.Trigger(
            name="same_movement",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            condition=pgtrigger.Condition("NEW.movement_id IS NOT NULL"),
            declare=[("m", "public.ledger_movement"), ("way", "record")],
            # one by one, each by its key: joined, they are led astray by tables without statistics
            func=f"""
            SELECT * INTO m FROM public.ledger_movement WHERE id = NEW.movement_id;
            SELECT * INTO way FROM ({way}) AS w (kind, source, target);
            IF (m.amount, m.voucher, m.posted_on, m.kind, m.source_id, m.target_id)
                 IS DISTINCT FROM
               (NEW.amount * 100, {voucher}, {on}, way.kind, way.source, way.target)
            THEN RAISE EXCEPTION 'ledger_fault'; END IF;
            RETURN NEW;
            """,
        ),
    ]


class MoneyRecord(Record):
    """A decision about money that ends in one movement of the ledger."""

    amount = AmountField(_("amount"))
    movement = models.OneToOneField(
        Movement, models.PROTECT, null=True, editable=False, related_name="+"
    )

    number_digits = 5

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number
