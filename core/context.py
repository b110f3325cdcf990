"""What every page stands in: brand, places of the menu, who reads, unit and languages.

The one rule kept here: a place is named by its URL, so that the menu knows no upper app; a place
whose URL does not exist, or not for this reader, is not shown.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.workflow import waiting_count

Label = str | Promise


class Place(NamedTuple):
    """An entry of a menu: URL name, icon, label, its letter, permission, short label."""

    name: str
    icon: str
    label: Label
    letter: str = ""
    permission: str = ""
    short: Label = ""


STAFF = (
    Place("core:start", "inbox", gettext_lazy("Start"), "s"),
    Place("projects:project-list", "list", gettext_lazy("Projects"), "p", "projects.view_project"),
    Place("donations:gift-list", "gift", gettext_lazy("Gifts"), "g", "donations.view_gift"),
    Place("ledger:fund-list", "coin", gettext_lazy("Money"), "", "ledger.view_fund"),
    Place(
        "partnerships:twinning-list",
        "link",
        gettext_lazy("Twinnings"),
        "",
        "partnerships.view_twinning",
    ),
    Place("training:course-list", "people", gettext_lazy("Training"), "", "training.view_course"),
)
YEAR = (
    Place(
        "reports:overview",
        "chart",
        gettext_lazy("Year overview"),
        "y",
        "projects.view_project",
        gettext_lazy("Year"),
    ),
)
BESIDE = {  # lists that stand side by side under one place of the menu
    "core:start": (
        Place("accounts:task-list", "", gettext_lazy("Tasks")),
        Place("projects:alarm-list", "", gettext_lazy("Alarms"), "", "projects.view_alarm"),
    ),
    "projects:project-list": tuple(
        Place(f"projects:{name}-list", "", label, "", f"projects.view_{name}")
        for name, label in (
            ("project", gettext_lazy("Projects")),
            ("agreement", gettext_lazy("Annual agreements")),
            ("amendment", gettext_lazy("Amendments")),
            ("village", gettext_lazy("Villages")),
            ("disaster", gettext_lazy("Disasters")),
            ("planperiod", gettext_lazy("Plan periods")),
        )
    ),
    "ledger:fund-list": (
        Place("ledger:fund-list", "", gettext_lazy("Funds"), "", "ledger.view_fund"),
        Place("projects:payment-list", "", gettext_lazy("Payments"), "", "projects.view_payment"),
        Place(
            "projects:allocation-list",
            "",
            gettext_lazy("Allocations"),
            "",
            "projects.view_allocation",
        ),
        Place(
            "projects:appropriation-list",
            "",
            gettext_lazy("Appropriations"),
            "",
            "projects.view_appropriation",
        ),
        Place("projects:surplus-list", "", gettext_lazy("Surpluses"), "", "projects.view_surplus"),
        Place(
            "projects:remittance-list",
            "",
            gettext_lazy("Remittances"),
            "",
            "projects.view_remittance",
        ),
        Place(
            "ledger:periodclosing-list",
            "",
            gettext_lazy("Closings"),
            "",
            "ledger.view_periodclosing",
        ),
    ),
    "partnerships:twinning-list": (
        Place(
            "partnerships:twinning-list",
            "",
            gettext_lazy("Twinnings"),
            "",
            "partnerships.view_twinning",
        ),
        Place(
            "partnerships:organisation-list",
            "",
            gettext_lazy("Organisations"),
            "",
            "partnerships.view_organisation",
        ),
    ),
}
PUBLIC = (
    Place("portal:gift-lookup", "", gettext_lazy("Find my gift")),
    Place("portal:project-list", "", gettext_lazy("Projects")),
    Place("portal:overview", "", gettext_lazy("Year overview")),
    Place("portal:how", "", gettext_lazy("How we publish")),
)
ON_PHONE = (
    "core:start",
    "projects:project-list",
    "donations:gift-list",
    "reports:overview",
)
LANGUAGES = (("zh-hans", "zh-Hans", "中文"), ("en", "en", "EN"))


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context of base.html, staff.html and public.html; menus are made when they are asked."""
    user = getattr(request, "user", None)
    me = user if user is not None and user.is_authenticated else None
    language = (get_language() or "en").lower()

    @cache
    def waiting() -> int:
        return waiting_count(me) if me else 0

    def places(table: Iterable[Place]) -> SimpleLazyObject:
        return SimpleLazyObject(lambda: _places(request, table))

    return {
        "brand": {
            "name": _("Shanhai"),
            "line": _("Ningbo – Guizhou aid"),
            "public_line": _("Ningbo – Guizhou, in the open"),
        },
        "places": places(STAFF),
        "year_places": places(YEAR),
        "phone_places": places(place for place in STAFF + YEAR if place.name in ON_PHONE),
        "public_places": places(PUBLIC),
        "beside": SimpleLazyObject(lambda: _beside(request)),
        "waiting_count": waiting,
        "demo": settings.DEMO,
        "unit": getattr(request, "unit", "yuan"),
        "languages": [
            {"code": code, "tag": tag, "label": label, "current": code == language}
            for code, tag, label in LANGUAGES
        ],
        "language_tag": language.replace("hans", "Hans"),
        "me": me,
        "frame_template": "staff.html" if me else "public.html",
    }


def _places(request: HttpRequest, table: Iterable[Place]) -> list[dict[str, Any]]:
    here = getattr(request, "resolver_match", None)
    shown = []
    for place in table:
        if place.permission and not request.user.has_perm(place.permission):
            continue
        try:
            url = reverse(place.name)
        except NoReverseMatch:
            continue
        shown.append(
            {
                "icon": place.icon,
                "label": place.label,
                "short": place.short or place.label,
                "url": url,
                "letter": place.letter,
                "counts": place.name == "core:start",
                "current": _current(place, url, request.path, here),
            }
        )
    return shown


def _beside(request: HttpRequest) -> list[dict[str, Any]]:
    """The lists that stand beside the one being read."""
    for table in BESIDE.values():
        shown = _places(request, table)
        if len(shown) > 1 and any(place["url"] == request.path for place in shown):
            return shown
    return []


def _current(place: Place, url: str, path: str, here: Any) -> str:
    """The value of aria-current: `page` on the place itself, `true` on pages below it."""
    if url == path:
        return "page"
    for name, table in BESIDE.items():
        if any(path.startswith(reverse(other.name)) for other in table):
            return "true" if place.name == name else ""
    app, _colon, _name = place.name.partition(":")
    same_app = here is not None and here.app_name == app and app not in ("core", "portal")
    return "true" if same_app or (app == "portal" and path.startswith(url)) else ""
