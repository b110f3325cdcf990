"""A project in the words of the public pages: where it is, what is built, how its money stands.

Rule: the language being read comes first; what is missing in it is given in the other one.
"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.formatting import number
from core.punctuation import listed
from donations.models import Programme
from projects.models import Project

register = template.Library()


@register.simple_tag
def content(project: Project) -> SafeString:
    """What is built or done; marked with its language where it is not the page's."""
    chinese = (get_language() or "").startswith("zh")
    own, other = project.content_en, project.content_zh
    if chinese:
        own, other = other, own
    if own or not other:
        return format_html("{}", own)
    return format_html('<span lang="{}">{}</span>', "en" if chinese else "zh-Hans", other)


@register.simple_tag
def place(project: Project) -> str:
    """From the village up to the county, in the order of the language."""
    parts = [project.village, project.town, project.county]
    names = [part.name for part in parts if part]
    if (get_language() or "").startswith("zh"):
        return "".join(reversed(names))
    return listed(names)


@register.simple_tag
def money_parts(programme: Programme) -> str:
    """“88% paid, 12% to come” of a programme's money."""
    whole = programme.income_amount
    if not whole:
        return _("nothing given yet")
    paid = programme.paid_amount * 100 / whole
    shown = number(round(paid) if paid in (0, 100) else min(max(round(paid), 1), 99))
    rest = number(100 - int(shown))
    return _("{paid}% paid, {rest}% to come").format(paid=shown, rest=rest)
