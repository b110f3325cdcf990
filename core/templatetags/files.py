"""What the panel of files shows: where a photograph was taken, and who brought a file.

The one rule kept here: markup only; who may see a file is asked in core.files.
"""

from typing import Any

from django import template
from django.utils.translation import pgettext

from core.files import add_url
from core.timeline import called

register = template.Library()
register.filter("from_office", called)


@register.simple_tag
def point(file: Any) -> str:
    """The place of the camera: `25.0200° N, 105.8100° E`."""
    latitude, longitude = f"{abs(file.latitude):.4f}", f"{abs(file.longitude):.4f}"
    words = {
        (True, True): pgettext("a place", "{latitude}° N, {longitude}° E"),
        (True, False): pgettext("a place", "{latitude}° N, {longitude}° W"),
        (False, True): pgettext("a place", "{latitude}° S, {longitude}° E"),
        (False, False): pgettext("a place", "{latitude}° S, {longitude}° W"),
    }[file.latitude >= 0, file.longitude >= 0]
    return words.format(latitude=latitude, longitude=longitude)


@register.simple_tag
def file_add_url(record: Any, entry: Any = None) -> str:
    """Where files are added to a record, or to an entry under it, such as a report."""
    return add_url(record, entry)
