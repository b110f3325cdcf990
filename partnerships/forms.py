"""Forms of twinnings and organisations.

Rule: a pair is dated as exactly as its source dates it, and says so; nothing is guessed.
"""

from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.forms import DayField, RecordForm
from core.text import visible_text
from partnerships.models import Organisation, Twinning


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


class OrganisationForm(RecordForm):
    other_names = SimpleArrayField(
        forms.CharField(max_length=200, validators=[visible_text]),
        label=_("Other names"),
        required=False,
        delimiter="\n",
        help_text=_("Former names and short forms, one a line; all of them are found."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    class Meta(RecordForm.Meta):
        model = Organisation
        fields = ["name_zh", "name_en", "kind", "division", "other_names", "source_note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
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
        return [name for name in self.cleaned_data["other_names"] if name]
