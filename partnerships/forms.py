"""Forms of twinnings and organisations.

Rule: a pair is dated as exactly as its source dates it, and says so; nothing is guessed.
"""

from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.forms import DayField, RecordForm
from partnerships.models import Organisation, Twinning

LONGEST_NAME = 200


class TwinningForm(RecordForm):
    valid_from = DayField(
        label=_("Since"),
        required=False,
        may_be_future=True,
        help_text=_("Leave empty what no source says."),
    )
    valid_to = DayField(label=_("Until"), required=False, may_be_future=True)

    class Meta(RecordForm.Meta):
        model = Twinning
        fields = [
            "supporter",
            "receiver",
            "level",
            "valid_from",
            "valid_to",
            "precision",
            "known_by",
            "basis_zh",
            "basis_en",
            "source_note",
        ]
        help_texts = {
            "known_by": _("Counts as the first day where the source gives none."),
            "source_note": _("Where this is written, and how sure it is."),
        }
        error_messages = {
            NON_FIELD_ERRORS: {
                "unique_together": _("These two offices are paired since this day already.")
            }
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, side in (("supporter", "supporting"), ("receiver", "receiving")):
            if field := self.fields.get(name):
                field.queryset = Office.objects.filter(side=side)
        self.helper.layout = Layout(
            Fieldset(_("Who"), "supporter", "receiver", "level"),
            Fieldset(_("Since when"), "valid_from", "valid_to", "precision", "known_by"),
            Fieldset(
                _("On what ground"),
                *(
                    Field(name, wrapper_class="wide")
                    for name in ("basis_zh", "basis_en", "source_note")
                ),
            ),
        )

    def clean(self):
        data = super().clean()
        pair = {office for name in ("supporter", "receiver") if (office := data.get(name))}
        own = set(self.user.office.with_below()) if self.user and self.user.office else set()
        if len(pair) == 2 and not pair & own:
            raise ValidationError(_("One of the two is your own office or one below it."))
        return data


class OrganisationForm(RecordForm):
    other_names = forms.CharField(
        label=_("Other names"),
        required=False,
        help_text=_("Former names and short forms, one a line; all of them are found."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    class Meta(RecordForm.Meta):
        model = Organisation
        fields = ["name_zh", "name_en", "kind", "division", "other_names", "source_note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["other_names"] = "\n".join(self.instance.other_names)
        if field := self.fields.get("division"):
            field.queryset = field.queryset.exclude(level="town").order_by("code", "pk")
        self.helper.layout = Layout(
            Field("name_zh", wrapper_class="wide"),
            Field("name_en", wrapper_class="wide"),
            "kind",
            "division",
            "other_names",
            Field("source_note", wrapper_class="wide"),
        )

    def clean_other_names(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["other_names"].splitlines()]
        if any(len(name) > LONGEST_NAME for name in names):
            raise ValidationError(
                _("A name may have %(limit)s characters.") % {"limit": LONGEST_NAME}
            )
        return [name for name in names if name]
