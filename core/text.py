"""What a typed text may hold, and how typed numbers are read.

Rule: a character nobody can see is refused in words; a full-width digit is read as the digit.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

ALLOWED_CONTROLS = "\n\r\t"
FILLERS = set("\u115f\u1160\u3164\uffa0")
DIRECTION_MARKS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible_text(value: str) -> None:
    """Raises ValidationError for control characters and marks that turn the reading direction."""
    for character in value:
        if character in DIRECTION_MARKS:
            raise ValidationError(
                _(
                    "The text holds an invisible mark (%(mark)s) that turns the reading direction."
                    " Delete it or type the text again."
                ),
                params={"mark": f"U+{ord(character):04X}"},
                code="direction_mark",
            )
        if unicodedata.category(character) == "Cc" and character not in ALLOWED_CONTROLS:
            raise ValidationError(
                _("The text holds a control character (%(mark)s). Delete it or type it again."),
                params={"mark": f"U+{ord(character):04X}"},
                code="control_character",
            )
        if unicodedata.category(character) == "Cf" or character in FILLERS:
            raise ValidationError(
                _("The text holds a character that nobody sees (%(mark)s). Delete it."),
                params={"mark": f"U+{ord(character):04X}"},
                code="unseen_character",
            )
        if unicodedata.category(character) == "Cs":
            raise ValidationError(_("The text holds a broken character."), code="surrogate")


def half_width(value: str) -> str:
    """Full-width digits, signs and spaces as half-width ones; no-break spaces as spaces."""
    return unicodedata.normalize("NFKC", value).replace("，", ",").replace("。", ".").strip()


def day_text(value: str) -> str:
    """`2010.7.12`, `2010/7/12`, `2010年7月12日` as `2010-7-12`; anything else unchanged."""
    text = half_width(value)
    match = re.fullmatch(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?", text)
    return "-".join(match.groups()) if match else text
