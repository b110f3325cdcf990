"""A request as the pages of the staff see it, after the middleware has done its part.

Rule: this is for the types alone; nothing is made from it.
"""

from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request of somebody who has signed in: who, the htmx headers, the reader's unit.

    In the admin, why what was sent was not taken.
    """

    user: Any
    htmx: HtmxDetails
    unit: str
    refusal: str
