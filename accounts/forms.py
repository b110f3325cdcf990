"""What a person sets for oneself: language, keys, and which mails come when.

Rule: nobody sets here what a role or an office gives.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.notices import Kind, MailChoice, When, choices_of


class MyForm(forms.ModelForm):
    """A person's own settings. `off` is the kind of mail that a link in a mail asks to end."""

    class Meta:
        model = User
        fields = ["language", "has_keys"]
        labels = {"has_keys": _("Single-letter keys on the pages")}
        help_texts = {
            "language": _("The pages themselves follow the switch at the top."),
            "has_keys": _("Off for those who speak to the computer or use other helps."),
        }

    def __init__(self, *args: Any, off: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = choices_of(self.instance)
        for kind in Kind:
            ends = off == kind or (off == "all" and chosen[kind] == When.DAILY)
            self.fields[f"mail_{kind.value}"] = forms.ChoiceField(
                label=kind.label,
                choices=When.choices,
                initial=When.NEVER if ends else chosen[kind],
                widget=forms.RadioSelect,
            )

    @property
    def mails(self) -> list[forms.BoundField]:
        """The fields of the kinds of mail."""
        return [self[f"mail_{kind.value}"] for kind in Kind]

    def save(self, commit: bool = True) -> User:
        person = super().save(commit)
        chosen = choices_of(person)
        for kind in Kind:
            when = self.cleaned_data[f"mail_{kind.value}"]
            if when != chosen[kind]:
                MailChoice.objects.update_or_create(
                    person=person, kind=kind, defaults={"when": when}
                )
        return person
