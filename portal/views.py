"""The public pages: no sign-in, no cookie but the reader's choices and the gift that was looked up.

Rule: a page never says who gave what unless the giver agreed; a gift is shown to whoever holds its
receipt, and its page is neither kept by a browser nor found by a search.
"""

import hmac
import math
import time

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from core.files import stream_copy
from core.lists import Column, List
from donations.models import Gift, Programme
from portal import pages
from portal.art import pictures_of, published_photographs
from portal.filters import PublicGiftFilter, PublicProjectFilter
from portal.forms import NOT_RIGHT, LookUpForm
from portal.limits import wait_for
from portal.story import story_of
from portal.works import work_of
from reports.overview import overview_of
from reports.views import year_or_404, years_to_choose

GIFT_SECONDS = 4 * 3600
NO_CODE = "0" * 6  # a code that no receipt carries: 0 is not among its letters
PROJECT_COLUMNS = [
    Column("number", _("Project"), ("number",)),
    Column("county", _("County"), ("county__code",)),
    Column("status", _("State"), ("status", "completed_on")),
    Column("amount", _("Agreed"), ("agreed_amount",), css="n money"),
    Column("paid", _("Paid"), css="n money"),
]
GIFT_COLUMNS = [
    Column("day", _("Day"), ("received_on",), css="nb"),
    Column("giver", _("Giver, as agreed")),
    Column("programme", _("For")),
    Column("amount", _("Amount"), ("amount",), css="n money"),
]


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = pages.home(year_or_404(None)) | {"form": LookUpForm()}
    return render(request, "portal/home.html", context)


# -- one gift -------------------------------------------------------------------------------------


@login_not_required
@sensitive_post_parameters("receipt_number", "check_code")
def look_up(request: HttpRequest) -> HttpResponse:
    form = LookUpForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _private(render(request, "portal/look_up.html", {"form": form}))
    if not form.is_valid():
        return _private(render(request, "portal/look_up.html", {"form": form}, status=422))
    seconds = wait_for(request, form.cleaned_data["receipt_number"])
    if seconds:
        return _too_many(request, seconds)
    gift = _gift_with(**form.cleaned_data)
    if gift is None:
        form.add_error(None, NOT_RIGHT)
        return _private(render(request, "portal/look_up.html", {"form": form}, status=422))
    request.session.cycle_key()
    request.session["gift"] = {"id": gift, "until": time.time() + GIFT_SECONDS}
    return _private(redirect("portal:gift"))


def _gift_with(*, receipt_number: str, check_code: str) -> int | None:
    """The key of the gift with this receipt and code: always one query and one comparison."""
    posted = Gift.objects.posted().filter(receipt_number=receipt_number)
    key, code = posted.order_by().values_list("pk", "check_code").first() or (None, NO_CODE)
    is_right = hmac.compare_digest(check_code.encode(), code.encode())
    return key if is_right else None


def _too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    context = {"minutes": math.ceil(seconds / 60)}
    response = render(request, "portal/too_many.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """Neither kept by the browser nor found by a search."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_safe
def gift(request: HttpRequest) -> HttpResponse:
    """The gift that was looked up in this session; the address says nothing of it."""
    kept = request.session.get("gift") or {}
    if kept.get("until", 0) < time.time():
        request.session.pop("gift", None)
        return _private(redirect("portal:gift-lookup"))
    found = get_object_or_404(
        Gift.objects.posted().select_related("custodian", "programme", "movement"), pk=kept["id"]
    )
    return _private(render(request, "portal/gift.html", {"story": story_of(found), "gift": found}))


@login_not_required
@require_POST
def close_gift(request: HttpRequest) -> HttpResponse:
    """Forgets the gift, for a computer that others use as well."""
    request.session.pop("gift", None)
    return _private(redirect("portal:home"))


@login_not_required
@require_safe
def gifts(request: HttpRequest) -> HttpResponse:
    """Every published gift, the latest first."""
    listed = List(
        request,
        PublicGiftFilter,
        pages.published_gifts(),
        columns=GIFT_COLUMNS,
        default_sort="-day",
    )
    context = listed.context(totals=pages.sum_of_gifts)
    return render(request, "portal/gift_list.html", context)


# -- projects and programmes ----------------------------------------------------------------------


@login_not_required
@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    listed = List(
        request,
        PublicProjectFilter,
        pages.public_projects(),
        columns=PROJECT_COLUMNS,
        default_sort="-number",
        rows=lambda projects: projects.with_money(),
    )
    context = listed.context(totals=pages.money_of)
    return render(request, "portal/project_list.html", context)


@login_not_required
@require_safe
def project(request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(pages.public_projects().with_money(), number=number)
    context = {
        "project": found,
        "lines": pages.funding_of(found),
        "pictures": pictures_of([found])[found.pk],
        "work": work_of(found),
    }
    return render(request, "portal/project_detail.html", context)


@login_not_required
@require_safe
def photograph(request: HttpRequest, pk: int, edge: int) -> HttpResponse:
    """A shrunk copy of a published photograph, without what the camera wrote."""
    return stream_copy(request, get_object_or_404(published_photographs(), pk=pk), edge)


@login_not_required
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    found = Programme.objects.for_public_display().with_money().order_by("id")
    return render(request, "portal/programme_list.html", {"programmes": found})


@login_not_required
@require_safe
def programme(request: HttpRequest, key: str) -> HttpResponse:
    shown = Programme.objects.for_public_display().with_money()
    found = get_object_or_404(shown.select_related("fund__custodian"), key=key)
    projects = pages.projects_of(found)
    context = {
        "programme": found,
        "projects": projects.with_money().order_by("-agreed_amount", "pk")[:10],
        "money": pages.money_of(projects),
        "gifts": pages.published_gifts().filter(programme=found)[:10],
        "goods": pages.goods_of(found),
    }
    return render(request, "portal/programme_detail.html", context)


# -- the year, and how it is published ------------------------------------------------------------


@login_not_required
@require_safe
def overview(request: HttpRequest, year: int | None = None) -> HttpResponse:
    year = year_or_404(year)
    context = {
        "overview": overview_of(year, request.unit),
        "years": years_to_choose(year),
        "is_public": True,
        "public_links": pages.links_of(year),
    }
    return render(request, "portal/overview.html", context)


@login_not_required
@require_safe
def how(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/how.html")
