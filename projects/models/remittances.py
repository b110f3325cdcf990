"""What comes to a project beside the ledger: money on its way, hop by hop, match and labour.

Rule: a remittance goes forward through its five places, no day before the last and no amount above
it; the match of the receiving side and the labour of villagers are recorded and never booked.
"""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.attachments import with_files
from core.history import tracked
from core.money import AmountField, positive
from core.refusals import WORDS
from core.text import visible_text
from projects.models.entry import Entry, entry_triggers
from projects.models.limits import HOP_IN_ORDER, PLACES, REMITTANCE_FITS
from projects.models.money import Allocation
from projects.models.parts import FundingSource


@with_files(under="project")
@tracked
class Remittance(Entry):
    """Money on its way from the city to the county and the contractor, hop by hop."""

    day_field = "sent_on"

    allocation = models.ForeignKey(
        Allocation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="remittances",
        verbose_name=_("allocation"),
    )
    document = models.CharField(
        _("document number"), max_length=60, blank=True, validators=[visible_text]
    )
    amount = AmountField(_("amount"))
    sent_on = models.DateField(_("sent on"))

    class Meta(Entry.Meta):
        verbose_name = _("remittance")
        verbose_name_plural = _("remittances")
        ordering = ["sent_on", "id"]
        constraints = [positive("amount", model="remittance")]
        indexes = [models.Index(fields=["sent_on", "id"], name="remittance_day")]
        triggers = [*entry_triggers(standing=True, past=("sent_on",)), REMITTANCE_FITS]

    def __str__(self) -> str:
        return self.document or f"{self._meta.verbose_name} {self.pk}"

    @cached_property
    def way(self) -> list["Hop"]:
        """The hops that stand, in the order of their places."""
        standing = (hop for hop in self.hops.all() if hop.struck_at is None)
        return sorted(standing, key=lambda hop: PLACES.index(hop.place))

    @property
    def open_places(self) -> list[str]:
        """The places where nobody has said yet that the money arrived, in their order."""
        passed = {hop.place for hop in self.way}
        return [place for place in PLACES if place not in passed]

    @property
    def is_arrived(self) -> bool:
        return bool(self.way) and self.way[-1].place == PLACES[-1]

    @property
    def stands_since(self) -> date:
        """The day on which the money arrived where it stands, or left."""
        return self.way[-1].arrived_on if self.way else self.sent_on

    @property
    def arrived_amount(self) -> Decimal:
        """Yuan that are still whole at the last place."""
        return self.way[-1].amount if self.way else self.amount

    @property
    def kept_amount(self) -> Decimal:
        """Yuan that were kept back on the way."""
        return self.amount - self.arrived_amount

    def strike(self, *, by, reason: str) -> None:
        """Its hops are struck out first, each by the side that entered it."""
        if self.hops.filter(struck_at=None).exists():
            raise ValidationError(WORDS["remittance_used"], code="remittance_used")
        super().strike(by=by, reason=reason)


@tracked
class Hop(Entry):
    """One stop of a remittance: who has the money now, since when, and how much of it."""

    class Place(models.TextChoices):
        CITY = "city", _("city finance")
        PROVINCE = "province", _("province")
        PREFECTURE = "prefecture", _("prefecture")
        COUNTY = "county", _("special account of the county")
        CONTRACTOR = "contractor", _("contractor or recipient")

    remittance = models.ForeignKey(
        Remittance, models.PROTECT, related_name="hops", verbose_name=_("remittance")
    )
    place = models.CharField(_("where it arrived"), max_length=12, choices=Place.choices)
    arrived_on = models.DateField(_("arrived on"))
    amount = AmountField(_("amount"))
    voucher = models.CharField(
        _("voucher number"), max_length=60, blank=True, validators=[visible_text]
    )

    class Meta(Entry.Meta):
        verbose_name = _("hop")
        verbose_name_plural = _("hops")
        ordering = ["remittance", "arrived_on", "id"]
        permissions = [
            ("enter_city_hop", "Enter that money arrived at the city or left it"),
            ("enter_prefecture_hop", "Enter that money arrived at province or prefecture"),
            ("enter_county_hop", "Enter that money arrived at county or contractor"),
        ]
        constraints = [
            positive("amount", model="hop"),
            models.UniqueConstraint(
                fields=["remittance", "place"],
                condition=Q(struck_at__isnull=True),
                name="hop_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["remittance"],
                condition=Q(place="contractor", struck_at__isnull=True),
                name="hop_at_its_end",
            ),
        ]
        triggers = [
            *entry_triggers("remittance_id", "place", past=("arrived_on",)),
            HOP_IN_ORDER,
        ]

    # Whose it is to say that money arrived at a place.
    ENTERED_BY = {
        Place.CITY: "projects.enter_city_hop",
        Place.PROVINCE: "projects.enter_prefecture_hop",
        Place.PREFECTURE: "projects.enter_prefecture_hop",
        Place.COUNTY: "projects.enter_county_hop",
        Place.CONTRACTOR: "projects.enter_county_hop",
    }

    def __str__(self) -> str:
        return str(self.get_place_display())

    @classmethod
    def places_of(cls, user) -> list[str]:
        """The places of which this person says that money arrived there."""
        return [str(place) for place, held in cls.ENTERED_BY.items() if user.has_perm(held)]


@with_files(under="project")
@tracked
class Contribution(Entry):
    """What the receiving side brought in: match money that came directly, or labour in its value.

    It is no aid money and stands in no fund; labour and goods are never added to cash.
    """

    day_field = "came_on"

    Source = models.TextChoices(
        "Source",
        {
            one.name: (one.value, one.label)
            for one in FundingSource.Source
            if one not in FundingSource.AID
        },
    )

    source = models.CharField(_("source"), max_length=12, choices=Source.choices)
    amount = AmountField(_("amount or value"))
    came_on = models.DateField(_("came on"))
    what = models.CharField(
        _("what, with its quantity"), max_length=200, blank=True, validators=[visible_text]
    )
    document = models.CharField(
        _("document number"), max_length=60, blank=True, validators=[visible_text]
    )

    class Meta(Entry.Meta):
        verbose_name = _("local contribution")
        verbose_name_plural = _("local contributions")
        ordering = ["came_on", "id"]
        constraints = [
            positive("amount", model="contribution"),
            models.CheckConstraint(
                condition=~Q(source="labour") | ~Q(what=""), name="contribution_labour_in_words"
            ),
        ]
        triggers = entry_triggers(standing=True, past=("came_on",))

    @property
    def is_cash(self) -> bool:
        return self.source != FundingSource.Source.LABOUR
