"""The staff's pages of donors, programmes, gifts in cash and in kind.

Rule: a receipt, a check code and a giver's name are shown only to those who may read gifts; a gift
outside the scope is counted in a payment, and not named.
"""

from decimal import Decimal

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, F, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from core.lists import PAGE_SIZE, Column
from core.money import yuan
from core.views import Records
from core.workflow import with_waiting
from donations.filters import DonorFilter, GiftFilter, GoodsGiftFilter, ProgrammeFilter
from donations.forms import (
    SUGGESTIONS,
    DonorForm,
    GiftForm,
    GoodsGiftForm,
    ProgrammeForm,
    projects_for,
)
from donations.givers import givers_of_payment
from donations.journey import journey_of
from donations.models import Donor, Gift, GoodsGift, Programme
from projects.models import FundingLine, Payment

ROWS_IN_PANEL = 20


def sum_of(gifts) -> dict[str, object]:
    """The sum of the amounts under the key of its column."""
    return gifts.aggregate(amount=Sum("amount", default=Decimal("0.00")))


def of_donor(request: HttpRequest, donor: Donor) -> dict[str, object]:
    """The gifts of a donor, the newest first, and their sum; goods beside them, never added."""
    if not request.user.has_perm("donations.view_gift"):
        return {}
    gifts = Gift.objects.visible_to(request.user).filter(donor=donor)
    goods = GoodsGift.objects.visible_to(request.user).filter(donor=donor)
    return {
        "gifts": gifts.for_list().order_by("-received_on", "-pk")[:ROWS_IN_PANEL],
        "given": gifts.posted().aggregate(sum=Sum("amount"), count=Count("pk")),
        "goods": goods.select_related("programme").order_by("-received_on", "-pk")[:ROWS_IN_PANEL],
    }


def of_programme(request: HttpRequest, programme: Programme) -> dict[str, object]:
    """Where the programme's money stands, and the projects that have some of it."""
    lines = (
        FundingLine.objects.filter(fund=programme.fund_id)
        .select_related("project__county__parent", "pool__gone")
        .annotate(kept=F("pool__received") - F("pool__spent"))
        .order_by("-pool__received", "pk")
    )
    return {
        "lines": [
            {
                "project": line.project,
                "received": yuan(line.kept + line.pool.gone.received - line.pool.gone.spent),
                "paid": yuan(line.pool.gone.received - line.pool.gone.spent),
                "kept": yuan(line.kept),
            }
            for line in lines[:ROWS_IN_PANEL]
        ],
        "line_count": lines.count(),
    }


def of_gift(request: HttpRequest, gift: Gift) -> dict[str, object]:
    """The gift's way through the ledger, once it is there."""
    return {"journey": journey_of(gift) if gift.movement_id else None}


def asked_programme(request: HttpRequest) -> dict[str, object]:
    return {"programme": request.GET.get("programme")}


DONORS = Records(
    app="donations",
    name="donor",
    model=Donor,
    title=gettext_lazy("Donors"),
    new_title=gettext_lazy("New donor"),
    filterset=DonorFilter,
    columns=[
        Column("name", gettext_lazy("Donor"), ("pinyin",)),
        Column("kind", gettext_lazy("Kind")),
        Column("consent", gettext_lazy("Name shown to others")),
        Column("custodian", gettext_lazy("Kept by"), css="mid"),
    ],
    rows=lambda donors: donors.select_related("custodian", "organisation"),
    row_template="donations/_donor_row.html",
    detail_template="donations/donor_detail.html",
    form=DonorForm,
    panels=of_donor,
    default_sort="name",
    empty=gettext_lazy("Donors appear here with their first gift."),
)

PROGRAMMES = Records(
    app="donations",
    name="programme",
    model=Programme,
    title=gettext_lazy("Programmes and campaigns"),
    new_title=gettext_lazy("New programme"),
    filterset=ProgrammeFilter,
    columns=[
        Column("name", gettext_lazy("Programme"), ("pinyin",)),
        Column("kind", gettext_lazy("Kind"), ("kind",)),
        Column("custodian", gettext_lazy("Held by"), css="mid"),
        Column("income", gettext_lazy("Came in"), ("income_fen",), css="n money"),
        Column("paid", gettext_lazy("Paid"), ("paid_fen",), css="n money"),
        Column("free", gettext_lazy("Not set aside"), ("free_fen",), css="n money"),
    ],
    rows=lambda programmes: programmes.select_related("fund__custodian").with_money(),
    row_template="donations/_programme_row.html",
    detail_template="donations/programme_detail.html",
    form=ProgrammeForm,
    panels=of_programme,
    default_sort="name",
    empty=gettext_lazy("A programme needs a fund; open one under Money first."),
)

GIFTS = Records(
    app="donations",
    name="gift",
    model=Gift,
    title=gettext_lazy("Gifts"),
    new_title=gettext_lazy("New gift"),
    filterset=GiftFilter,
    columns=[
        Column("number", gettext_lazy("Gift"), ("number",)),
        Column("donor", gettext_lazy("Donor")),
        Column("programme", gettext_lazy("Programme"), css="mid"),
        Column("received_on", gettext_lazy("Received on"), ("received_on",), css="nb"),
        Column("status", gettext_lazy("State"), ("status", "status_at")),
        Column("amount", gettext_lazy("Amount"), ("amount",), css="n money"),
        Column("waiting", gettext_lazy("Waiting"), css="n"),
    ],
    rows=lambda gifts: with_waiting(gifts.for_list()),
    totals=sum_of,
    list_template="donations/gift_list.html",
    row_template="donations/_gift_row.html",
    detail_template="donations/gift_detail.html",
    form=GiftForm,
    form_template="donations/gift_form.html",
    panels=of_gift,
    initial=asked_programme,
    views=[
        (gettext_lazy("Waiting for confirmation"), "status=recorded"),
        (gettext_lazy("Returned"), "status=returned"),
        (gettext_lazy("Posted"), "status=posted"),
        (gettext_lazy("Bound to a project"), "binding=bound"),
    ],
    empty=gettext_lazy("Gifts appear here when a charity clerk enters them."),
)

GOODS = Records(
    app="donations",
    name="goodsgift",
    model=GoodsGift,
    title=gettext_lazy("Gifts in kind"),
    new_title=gettext_lazy("New gift in kind"),
    filterset=GoodsGiftFilter,
    columns=[
        Column("number", gettext_lazy("Gift in kind"), ("number",)),
        Column("donor", gettext_lazy("Donor")),
        Column("goods", gettext_lazy("Goods"), ("goods_zh",)),
        Column("quantity", gettext_lazy("Quantity"), css="n"),
        Column("received_on", gettext_lazy("Received on"), ("received_on",), css="nb"),
        Column("status", gettext_lazy("State"), ("status", "status_at")),
        Column("value", gettext_lazy("Value"), ("value_amount",), css="n money"),
        Column("waiting", gettext_lazy("Waiting"), ("waiting_since",), css="n"),
    ],
    rows=lambda goods: with_waiting(goods.for_list()),
    row_template="donations/_goods_row.html",
    detail_template="donations/goods_detail.html",
    form=GoodsGiftForm,
    form_template="donations/gift_form.html",
    initial=asked_programme,
    empty=gettext_lazy("Goods appear here when a charity clerk enters them."),
)


@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of a posted gift, to be printed."""
    gift = GIFTS.fetch(request, pk)
    if not gift.receipt_number:
        messages.warning(request, _("The receipt is there once the gift is posted."))
        return redirect(gift)
    context = {"gift": gift, "title": gift.receipt_number, "portal": settings.PUBLIC_URL}
    return render(request, "donations/receipt.html", context)


@require_GET
def payment_givers(request: HttpRequest, pk: int) -> HttpResponse:
    """The gifts behind a payment: a page, or a panel of the payment's page."""
    payment = get_object_or_404(
        Payment.objects.visible_to(request.user).select_related("line__project", "line__fund"),
        pk=pk,
    )
    if not request.user.has_perm("donations.view_gift"):
        raise PermissionDenied
    givers = givers_of_payment(payment)
    page = Paginator(givers.entries, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "payment": payment,
        "title": _("Who paid for this"),
        "givers": givers,
        "rows": givers.named(page.object_list, visible_to=request.user),
        "pager": page,
    }
    partial = request.htmx and not request.htmx.boosted
    template = "donations/_givers.html" if partial else "donations/payment_givers.html"
    return render(request, template, context)


@require_GET
def donor_options(request: HttpRequest) -> HttpResponse:
    """Suggestions for a donor's name while it is typed."""
    if not request.user.has_perm("donations.view_donor"):
        raise PermissionDenied
    return _options(request, Donor.objects.editable_by(request.user), request.GET.get("donor", ""))


@require_GET
def project_options(request: HttpRequest) -> HttpResponse:
    """Suggestions for a project's name while it is typed."""
    if not request.user.has_perm("projects.view_project"):
        raise PermissionDenied
    return _options(request, projects_for(request.user), request.GET.get("project", ""))


def _options(request: HttpRequest, queryset, text: str) -> HttpResponse:
    found = queryset.found(text).order_by("pinyin", "pk")[: 2 * SUGGESTIONS] if text else []
    return render(request, "donations/_options.html", {"records": found})
