"""What every request goes through: the reader's language and unit, and refusals in words.

Rule: a refusal of the database reaches a person as a sentence with status 409, never as a 500.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import Error
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation

from core.refusals import in_words
from core.requests import Request

YEAR = 365 * 24 * 3600
UNITS = ("yuan", "wan")


class Reader:
    """Language (`?language=`) and unit of amounts (`?unit=`), remembered in cookies.

    Without a choice the browser's language is taken, and 万元 for Chinese pages of the staff.
    """

    def __init__(self, get_response: Callable[[Request], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        language = request.GET.get("language", "")
        if language in dict(settings.LANGUAGES):
            request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language
        asked = request.GET.get("unit") or request.COOKIES.get("unit")
        request.unit = asked if asked in UNITS else "yuan"
        response = self.get_response(request)
        if request.user.is_authenticated:  # nothing between us and the reader keeps the page
            response.headers.setdefault("Cache-Control", "private, no-cache")
        if language in dict(settings.LANGUAGES):
            self._remember(response, settings.LANGUAGE_COOKIE_NAME, language)
        if request.GET.get("unit") in UNITS:
            self._remember(response, "unit", request.unit)
        return response

    @staticmethod
    def _remember(response: HttpResponse, name: str, value: str) -> None:
        response.set_cookie(
            name,
            value,
            max_age=YEAR,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


class Refusals:
    """Turns a refusal of a trigger or a constraint into a page with the sentence."""

    def __init__(self, get_response: Callable[[Request], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        for value in (request.path, *request.GET.values()):
            if "\x00" in value:
                raise BadRequest("NUL in the address")
        return self.get_response(request)

    def process_exception(self, request: Request, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Error) or not (words := in_words(exception)):
            return None
        return render(request, "409.html", {"words": words}, status=409)


def language_tag() -> str:
    """The active language as an HTML tag: `en` or `zh-Hans`."""
    return re.sub(r"hans", "Hans", translation.get_language() or "en")
