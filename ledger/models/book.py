"""The rows of the ledger: pools, movements, pieces, closed days, who names what. Amounts are fen.

Rule: nobody writes them but the functions in the database (ledger/sql), which Python calls from
ledger/money.py. docs/ledger.md says what they promise.
"""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.money import yuan


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


class Naming(models.Model):
    """In which states the records of a table name movements of a kind; written by migrations.

    A movement of a kind without such a row is posted by the owner of the ledger alone.
    """

    kind = models.CharField(max_length=16)
    table_name = models.CharField(max_length=63)
    statuses = ArrayField(models.CharField(max_length=20))

    owner_only = True

    class Meta:
        ordering = ["kind", "table_name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "table_name"], name="ledger_naming_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.table_name}"
