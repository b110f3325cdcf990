"""Large sums in the reader's unit, and lengths of drawings, as template tags.

Rule: markup only; how a sum is written out stands in reports.wording.
"""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.formatting import YUAN
from reports import wording

register = template.Library()


@register.simple_tag(takes_context=True)
def brief(context: dict[str, Any], amount: Decimal | None) -> str:
    """A large sum with its unit: {% brief figure.value %}."""
    return wording.brief(amount, context.get("unit") or YUAN)


@register.simple_tag(takes_context=True)
def public_figure(context: dict[str, Any], row: Any) -> SafeString:
    """A figure's number in public, linked where `public_links` has an address for its key."""
    url = context.get("public_links", {}).get(row.key) if row.figure else None
    if not url:
        return format_html("{}", row.computed)
    return format_html('<a href="{}">{}</a>', url, row.computed)


@register.filter
def number_plain(value: float) -> str:
    """A length for an SVG attribute: a point, and no separator in any language."""
    return f"{value:.1f}".removesuffix(".0")
