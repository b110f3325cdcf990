"""What a giver types from the receipt.

Rule: it is read as generously as it can be - full width, lower case, spaces, missing hyphens - and
refused in one sentence that does not tell which of the two was wrong.
"""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import half_width

RECEIPT = re.compile(r"NB(\d{4})(\d{6,9})")
NOT_RIGHT = _("The receipt number or the check code is not right; compare them with the receipt.")


def typed(value: str) -> str:
    """Letters and digits of what was typed, half width and upper case."""
    return "".join(sign for sign in half_width(value).upper() if sign.isalnum())


class LookUpForm(forms.Form):
    """Receipt number and check code; both come out in the form in which they are kept."""

    receipt_number = forms.CharField(
        label=_("Receipt number"),
        max_length=60,
        strip=False,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "class": "form-control num",
                "aria-describedby": "receipt-hint",
            }
        ),
    )
    check_code = forms.CharField(
        label=_("Check code"),
        max_length=30,
        strip=False,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "aria-describedby": "code-hint",
                "class": "form-control num",
            }
        ),
    )

    def clean_receipt_number(self) -> str:
        text = typed(self.cleaned_data["receipt_number"])
        match = RECEIPT.fullmatch(text)
        return f"NB-{match[1]}-{match[2]}" if match else text

    def clean_check_code(self) -> str:
        return typed(self.cleaned_data["check_code"])
