"""What a person sets for oneself, and what is typed about a task.

Rule: nobody sets here what a role or an office gives, and a task goes to those who read its record.
"""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Office, User
from accounts.tasks import LONGEST_PROOF
from core.approvals import Delegation
from core.forms import AtMost, DayField, RecordForm
from core.models import Record
from core.news import Kind, MailChoice, When, choices_of
from core.people import active_people, readers
from core.punctuation import listed
from core.text import half_width


class MyForm(forms.ModelForm):
    """A person's own settings. `off` is the kind of mail that a link in a mail asks to end."""

    class Meta:
        model = User
        fields = ["language", "has_keys"]
        labels = {"has_keys": gettext_lazy("Single-letter keys on the pages")}
        help_texts = {
            "language": gettext_lazy("The pages themselves follow the switch at the top."),
            "has_keys": gettext_lazy("Off for those who speak to the computer or use other helps."),
        }

    def __init__(self, *args: Any, off: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.off = off
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


class AwayForm(RecordForm):
    """Who acts for a person who is away, from which day to which."""

    class Meta(RecordForm.Meta):
        model = Delegation
        fields = ["deputy", "starts_on", "ends_on", "reason"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.absent = self.instance.created_by = self.user
        deputies = active_people().filter(office__in=self.user.office.with_above())
        self.fields["deputy"].queryset = deputies.exclude(pk=self.user.pk).order_by("office", "pk")
        for name in ("starts_on", "ends_on"):
            self.fields[name].may_be_future = True

    def clean_ends_on(self) -> date:
        """Raises ValidationError for days that are over."""
        if self.cleaned_data["ends_on"] < timezone.localdate():
            raise ValidationError(_("These days are over already."))
        return self.cleaned_data["ends_on"]


class TaskForm(forms.Form):
    """Base of what is typed about a task."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        for field in self.fields.values():
            RecordForm.prepare(field)

    def refuse(self, refusal: ValidationError) -> None:
        """Puts a refusal where it was typed, or over the form."""
        for name, error in getattr(refusal, "error_dict", {None: refusal}).items():
            self.add_error(name if name in self.fields else None, error)


class DoneForm(TaskForm):
    proof = forms.CharField(
        label=gettext_lazy("With what it was done"),
        help_text=gettext_lazy("Such as the number of a document, a day, who confirmed it."),
        validators=[AtMost(LONGEST_PROOF)],
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReopenForm(TaskForm):
    reason = forms.CharField(
        label=gettext_lazy("Why it is opened again"),
        validators=[AtMost(LONGEST_PROOF)],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    due_on = DayField(label=gettext_lazy("New due day"), may_be_future=True)


class GiveForm(TaskForm):
    """A new task; for whom is typed as a name, an account or an office."""

    title = forms.CharField(label=gettext_lazy("What is to be done"), validators=[AtMost(200)])
    whom = forms.CharField(
        label=gettext_lazy("For whom"),
        help_text=gettext_lazy("A person or an office that can read this record."),
        max_length=200,
    )
    due_on = DayField(label=gettext_lazy("Due day"), may_be_future=True)

    def __init__(self, *args: Any, record: Record, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        self.fields["whom"].widget.attrs.update(list="targets", autocomplete="off")

    def clean_whom(self) -> User | Office:
        """The one person or office of this name that can read the record."""
        text = half_width(self.cleaned_data["whom"])
        people, offices = _people_called(text), _offices_called(text)
        able = {person.pk for person in readers(self.record, people)}
        members = readers(self.record, active_people().filter(office__in=offices))
        reading = {person.office_id for person in members}
        found = [person for person in people if person.pk in able]
        found += [office for office in offices if office.pk in reading]
        if len(found) == 1:
            return found[0]
        if found:
            names = listed(f"{one} @{one.username}" for one in found if isinstance(one, User))
            raise ValidationError(
                _("Several have this name; add the account: %(names)s.") % {"names": names}
            )
        if people or offices:
            raise ValidationError(_("%(whom)s cannot read this record.") % {"whom": text})
        raise ValidationError(
            _("No person and no office has the name “%(name)s”.") % {"name": text}
        )

    @property
    def given(self) -> dict[str, Any]:
        """What `accounts.tasks.give` asks for."""
        whom = self.cleaned_data["whom"]
        return {
            "title": self.cleaned_data["title"],
            "due_on": self.cleaned_data["due_on"],
            "person": whom if isinstance(whom, User) else None,
            "office": whom if isinstance(whom, Office) else None,
        }


def _people_called(text: str) -> list[User]:
    """Active people of an account (after @) or of a name."""
    _name, at, account = text.rpartition("@")
    if at:
        return list(active_people().filter(username__iexact=account.strip()))
    named = Q(username__iexact=text) | Q(name_zh__iexact=text) | Q(name_en__iexact=text)
    return list(active_people().filter(named))


def _offices_called(text: str) -> list[Office]:
    named = Q(key__iexact=text) | Q(name_zh__iexact=text) | Q(name_en__iexact=text)
    return list(Office.objects.filter(named))
