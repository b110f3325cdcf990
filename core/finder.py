"""The search over everything: numbers, and names in characters, pinyin and initials.

Rule: it asks each record type with the right and the scope of its own list, and no more.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.requests import Request
from core.search import found, normal
from core.text import half_width
from core.views import RECORD_TYPES, Records

NUMBERS = ("number", "receipt_number", "voucher", "document")
SHOWN = 8


@dataclass(frozen=True)
class Group:
    """What was found of one record type; `more` says that the list has others."""

    title: Any
    records: list[Any]
    more: bool
    list_url: str


def search(request: Request) -> HttpResponse:
    """Everything the text fits; a number that fits one record alone opens it."""
    text = half_width(request.GET.get("q", ""))[:60]
    groups, exact = [], []
    if normal(text):
        kinds = [kind for kind in RECORD_TYPES if request.user.has_perm(kind.permission("view"))]
        exact = [record for kind in kinds for record in _by_number(request, kind, text)]
        groups = [group for kind in kinds if (group := _by_name(request, kind, text))]
    if len(exact) == 1:
        return redirect(_address(exact[0]))
    context = {
        "title": _("Search"),
        "search_text": text,
        "exact": [(record, _address(record)) for record in exact],
        "groups": groups,
    }
    return render(request, "core/search.html", context)


def _by_number(request: Request, kind: Records, text: str) -> list[Any]:
    fields = [name for name in NUMBERS if _has_field(kind.model, name)]
    if not fields:
        return []
    fits = Q(_connector=Q.OR, **{f"{name}__in": [text, text.upper()] for name in fields})
    return list(kind.visible(request).filter(fits)[:SHOWN])


def _by_name(request: Request, kind: Records, text: str) -> Group | None:
    if not _has_field(kind.model, "grams"):
        return None
    rows = list(kind.rows(found(kind.visible(request), text)).order_by("-pk")[: SHOWN + 1])
    if not rows:
        return None
    shown = [(record, kind.url("detail", record.pk)) for record in rows[:SHOWN]]
    return Group(kind.title, shown, len(rows) > SHOWN, kind.url("list"))


def _address(record) -> str:
    kind = next(kind for kind in RECORD_TYPES if isinstance(record, kind.model))
    return kind.url("detail", record.pk)


def _has_field(model, name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
