"""Donors, programmes and campaigns, gifts in cash and in kind.

Rule: a gift reaches the ledger only when a second person has confirmed it; a donor's name is
public only with consent; cash and goods are never added.
"""

import secrets
from datetime import date
from decimal import Decimal

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from accounts.scope import Scoped
from core.history import tracked
from core.models import Counter, Named, Record
from core.money import AmountField, positive, yuan
from core.search import Searched, found
from core.text import visible_text
from core.triggers import case_triggers, fixed, never_deleted
from ledger.models import Fund, MoneyRecord, money_triggers
from partnerships.models import Organisation
from projects.models import FundingLine, Project
from projects.models.limits import within_agreed

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 6


def new_check_code() -> str:
    """Six characters without those that are easily mistaken for another: 0 O 1 I."""
    return "".join(secrets.choice(CODE_LETTERS) for _place in range(CODE_LENGTH))


class CustodianScoped(Scoped):
    """Rows that belong to the organisation that holds the money."""

    office_path = "custodian"

    def found(self, text: str):
        return found(self, text)


@tracked
class Donor(Named, Searched):
    """Somebody who gives. The name is shown to others only while consent stands."""

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        ENTERPRISE = "enterprise", _("enterprise")
        ASSOCIATION = "association", _("association")
        RELIGIOUS = "religious", _("religious body")
        PUBLIC_BODY = "public_body", _("public body")
        GROUP = "group", _("group of people")
        ANONYMOUS = "anonymous", _("anonymous")

    number = models.CharField(_("number"), max_length=30, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    custodian = models.ForeignKey(
        Office, models.PROTECT, related_name="donors", verbose_name=_("kept by")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="donors",
        verbose_name=_("organisation"),
    )
    has_name_consent = models.BooleanField(_("agrees that the name is shown"), default=False)
    consent_on = models.DateField(_("agreed on"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True, validators=[visible_text])
    created_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", editable=False
    )
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = CustodianScoped.as_manager()

    class Meta:
        verbose_name = _("donor")
        verbose_name_plural = _("donors")
        ordering = ["pinyin", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(has_name_consent=False) | Q(consent_on__isnull=False),
                name="donor_consent_has_a_day",
            )
        ]
        indexes = [GinIndex(fields=["grams"], name="donor_grams")]
        triggers = [fixed("id", "number", "created_by_id", "is_demo"), never_deleted()]

    def searched(self) -> list[str]:
        return [self.name_zh, self.name_en, self.number]

    def get_absolute_url(self) -> str:
        return reverse("donations:donor-detail", args=[self.pk])

    def save(self, *args, **kwargs):
        if not self.number:
            self.number = f"D-{Counter.take('D'):06d}"
        super().save(*args, **kwargs)

    @property
    def public_name(self) -> str:
        """The name as others may read it."""
        return self.name if self.has_name_consent else gettext("Name withheld at the giver’s wish")


# A programme keeps its fund from the first gift on.
KEEP_FUND = """
IF EXISTS (SELECT FROM public.donations_gift WHERE programme_id = OLD.id)
   OR EXISTS (SELECT FROM public.donations_goodsgift WHERE programme_id = OLD.id)
THEN RAISE EXCEPTION 'frozen'; END IF;
RETURN NEW;
"""


class ProgrammeQuerySet(CustodianScoped):
    office_path = "fund__custodian"

    def for_public_display(self):
        return self.filter(is_public=True)

    def with_money(self):
        """Annotates free_fen, set_aside_fen, paid_fen and their sum income_fen.

        Read from the pools alone: what lies in the fund, in the projects' lines and behind them.
        What went back to its giver is in none of them.
        """
        lines = FundingLine.objects.filter(fund=OuterRef("fund")).order_by().values("fund")

        def of_lines(pool: str):
            here = Sum(F(f"{pool}__received") - F(f"{pool}__spent"))
            return Coalesce(Subquery(lines.annotate(here=here).values("here")), 0)

        return self.annotate(
            free_fen=F("fund__pool__received") - F("fund__pool__spent"),
            set_aside_fen=of_lines("pool"),
            paid_fen=of_lines("pool__gone"),
        ).annotate(income_fen=F("free_fen") + F("set_aside_fen") + F("paid_fen"))


@tracked
class Programme(Named, Searched):
    """What gifts are asked for: a lasting programme, a donor's own fund, or a dated campaign."""

    class Kind(models.TextChoices):
        PROGRAMME = "programme", _("programme")
        CAMPAIGN = "campaign", _("campaign")
        NAMED_FUND = "named_fund", _("donor’s fund")

    key = models.SlugField(_("key"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    fund = models.OneToOneField(
        Fund, models.PROTECT, related_name="programme", verbose_name=_("fund")
    )
    about_zh = models.CharField(
        _("what it is for, in Chinese"), max_length=300, validators=[visible_text]
    )
    about_en = models.CharField(
        _("what it is for, in English"), max_length=300, blank=True, validators=[visible_text]
    )
    target_amount = AmountField(_("target"), null=True, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    is_drought_relief = models.BooleanField(_("drought relief"), default=False)
    is_public = models.BooleanField(_("shown in the portal"), default=True)
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["id"]
        constraints = [
            positive("target_amount", model="programme"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="programme_days_in_order",
            ),
        ]
        indexes = [GinIndex(fields=["grams"], name="programme_grams")]
        triggers = [
            pgtrigger.Trigger(
                name="keep_fund",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.id <> OLD.id OR NEW.fund_id <> OLD.fund_id"),
                func=KEEP_FUND,
            ),
            never_deleted(),
        ]

    def get_absolute_url(self) -> str:
        return reverse("donations:programme-detail", args=[self.pk])

    @property
    def about(self) -> str:
        """What it is for, in the language being read."""
        return self.about_zh if self.name == self.name_zh else self.about_en or self.about_zh

    @property
    def free_amount(self) -> Decimal:
        """Yuan not set aside for a project; this and the next three need `with_money()`."""
        return yuan(self.free_fen)

    @property
    def set_aside_amount(self) -> Decimal:
        return yuan(self.set_aside_fen)

    @property
    def paid_amount(self) -> Decimal:
        return yuan(self.paid_fen)

    @property
    def income_amount(self) -> Decimal:
        return yuan(self.income_fen)


class GivenByDonor(CustodianScoped):
    """Gifts of any kind; they are found by their donors."""

    def found(self, text: str):
        return self.filter(donor__in=found(Donor.objects.all(), text).values("pk"))


class GiftQuerySet(GivenByDonor):
    def posted(self):
        return self.filter(status=Gift.Status.POSTED)

    def for_list(self):
        return self.select_related("donor", "programme", "project", "custodian")


@tracked
class Gift(MoneyRecord):
    """Cash given: into a programme's fund, or bound by its giver to one project.

    Confirmed and posted in one step by a second person; then it has a receipt number and a check
    code, with which its giver follows it.
    """

    class Status(models.TextChoices):
        RECORDED = "recorded", _("Recorded")
        RETURNED = "returned", _("Returned")
        CONFIRMED = "confirmed", _("Confirmed")
        POSTED = "posted", _("Posted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Method(models.TextChoices):
        BANK = "bank", _("bank transfer")
        CASH = "cash", _("cash")
        POSTAL = "postal", _("postal order")
        ORGANISATION = "organisation", _("through an organisation")

    workflow_name = "gift"
    number_digits = 6

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.RECORDED, editable=False
    )
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="gifts", verbose_name=_("donor"))
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="gifts", verbose_name=_("programme or campaign")
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bound_gifts",
        verbose_name=_("bound to the project"),
    )
    custodian = models.ForeignKey(
        Office, models.PROTECT, related_name="gifts", verbose_name=_("held by")
    )
    received_on = models.DateField(_("received on"))
    method = models.CharField(
        _("way of payment"), max_length=12, choices=Method.choices, default=Method.BANK
    )
    bank_reference = models.CharField(
        _("bank reference"), max_length=60, blank=True, validators=[visible_text]
    )
    message = models.TextField(
        _("message"), blank=True, validators=[visible_text, MaxLengthValidator(500)]
    )
    receipt_number = models.CharField(
        _("receipt number"), max_length=30, unique=True, null=True, editable=False
    )
    check_code = models.CharField(max_length=CODE_LENGTH, default=new_check_code, editable=False)

    objects = GiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        ordering = ["-number"]
        permissions = [("confirm_gift", "Confirm a gift against the bank")]
        constraints = [
            positive("amount", model="gift"),
            models.CheckConstraint(
                condition=Q(movement__isnull=False, receipt_number__isnull=False)
                | ~Q(status="posted"),
                name="gift_posted_is_in_ledger",
            ),
            models.UniqueConstraint(
                fields=["custodian", "bank_reference"],
                condition=~Q(bank_reference=""),
                name="gift_bank_reference_once",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "status_at", "id"], name="gift_status"),
            models.Index(fields=["programme", "received_on"], name="gift_programme_day"),
            models.Index(fields=["-received_on", "-id"], name="gift_day"),
            models.Index(fields=["donor", "received_on"], name="gift_donor"),
            models.Index(fields=["amount", "id"], name="gift_amount"),
        ]
        triggers = [
            *money_triggers(
                "gift",
                voucher="'gift:' || NEW.receipt_number",
                on="NEW.received_on",
                way="""
            SELECT CASE WHEN NEW.project_id IS NULL THEN 'gift' ELSE 'bound_gift' END, NULL::bigint,
                   CASE WHEN NEW.project_id IS NULL
                        THEN (SELECT pool_id FROM public.ledger_fund WHERE id = p.fund_id)
                        ELSE (SELECT pool_id FROM public.projects_fundingline
                               WHERE fund_id = p.fund_id AND project_id = NEW.project_id) END
              FROM public.donations_programme p WHERE p.id = NEW.programme_id
            """,
                filled_once=("receipt_number",),
            ),
            within_agreed(
                "NEW.project_id",
                when="NEW.status = 'posted' AND OLD.status <> 'posted'",
            ),
        ]

    def series_of(self) -> str:
        return f"G-{self.received_on.year}"

    @property
    def receipt_kind(self) -> str:
        """The form of receipt in force on the day (财综〔2010〕112号, from 1 July 2011)."""
        return (
            "公益性单位接受捐赠统一收据"
            if self.received_on < date(2011, 7, 1)
            else "公益事业捐赠票据"
        )

    def __str__(self) -> str:
        return self.receipt_number or self.number

    @property
    def summary(self) -> str:
        return f"{self.donor} → {self.programme}"


class GoodsGiftQuerySet(GivenByDonor):
    def for_list(self):
        return self.select_related("donor", "programme", "custodian")

    def confirmed(self):
        return self.filter(status=GoodsGift.Status.CONFIRMED)


@tracked
class GoodsGift(Record):
    """Goods given, with quantity, unit and the basis of their value. Never part of the ledger."""

    class Status(models.TextChoices):
        RECORDED = "recorded", _("Recorded")
        CONFIRMED = "confirmed", _("Confirmed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Basis(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        MARKET = "market", _("market price")
        APPRAISAL = "appraisal", _("appraisal")
        NOT_VALUED = "not_valued", _("not valued")

    workflow_name = "goods_gift"

    status = models.CharField(
        _("state"), max_length=12, choices=Status.choices, default=Status.RECORDED, editable=False
    )
    donor = models.ForeignKey(
        Donor, models.PROTECT, related_name="goods_gifts", verbose_name=_("donor")
    )
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        related_name="goods_gifts",
        verbose_name=_("programme or campaign"),
    )
    custodian = models.ForeignKey(
        Office, models.PROTECT, related_name="goods_gifts", verbose_name=_("held by")
    )
    received_on = models.DateField(_("received on"))
    goods_zh = models.CharField(_("goods, in Chinese"), max_length=200, validators=[visible_text])
    goods_en = models.CharField(
        _("goods, in English"), max_length=200, blank=True, validators=[visible_text]
    )
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    unit = models.CharField(_("unit"), max_length=20, validators=[visible_text])
    basis = models.CharField(_("basis of the value"), max_length=12, choices=Basis.choices)
    value_amount = AmountField(_("value"), null=True, blank=True)

    objects = GoodsGiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("gift in kind")
        verbose_name_plural = _("gifts in kind")
        ordering = ["-number"]
        permissions = [("confirm_goodsgift", "Confirm a gift in kind")]
        constraints = [
            positive("value_amount", model="goods_gift"),
            models.CheckConstraint(
                condition=Q(basis="not_valued", value_amount__isnull=True)
                | (~Q(basis="not_valued") & Q(value_amount__isnull=False)),
                name="goods_gift_value_has_a_basis",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, quantity__lt=10**10), name="goods_gift_quantity_bounds"
            ),
        ]
        indexes = [models.Index(fields=["programme", "received_on"], name="goods_programme_day")]
        triggers = case_triggers("goods_gift")

    def series_of(self) -> str:
        return f"K-{self.received_on.year}"

    def __str__(self) -> str:
        return self.number

    @property
    def goods(self) -> str:
        """What was given, in the language being read."""
        chinese = (get_language() or "").startswith("zh")
        return self.goods_zh if chinese or not self.goods_en else self.goods_en

    @property
    def quantity_text(self) -> str:
        """The quantity without empty decimals: `100`, `2.5`."""
        return f"{self.quantity:,.2f}".rstrip("0").rstrip(".")

    @property
    def summary(self) -> str:
        return f"{self.donor} · {self.goods}"
