"""The parts of a project as they are typed with it: sites, quantities, budget, details by kind.

Rule: what is declared here stands in the form of the pages and in the admin alike.
"""

from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.forms import widgets
from django.utils.translation import gettext_lazy as _

from core.models import Division
from core.parts import Part, PartDetail, PartForm, PartTable
from projects.models import (
    DETAILS,
    BudgetLine,
    FundingSource,
    PlannedQuantity,
    Site,
    Village,
)
from projects.places import PlaceField, kept, village_named


class SiteForm(PartForm):
    """A further place; towns and villages are those of the project's county."""

    town = PlaceField(label=_("Town"), queryset=Division.objects.none(), required=False)
    village = forms.CharField(
        label=_("Village"),
        max_length=200,
        required=False,
        widget=widgets.TextInput(attrs={"list": "village-known", "autocomplete": "off"}),
    )

    class Meta(PartForm.Meta):
        model = Site
        fields = ("name", "town", "village", "latitude", "longitude")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["town"].queryset = self.whole.fields["town"].queryset
        if self.instance.village_id:
            self.initial["village"] = self.instance.village.name_zh

    def clean_village(self) -> Village | None:
        county, town = self.whole.standing("county"), self.cleaned_data.get("town")
        return village_named(self.cleaned_data["village"], county=county, town=town)

    def clean(self):
        cleaned = super().clean()
        point = [cleaned.get(name) for name in ("latitude", "longitude")]
        if any(one is not None for one in point) and None in point and not self.errors:
            raise ValidationError(_("A point has both a latitude and a longitude."))
        return cleaned

    def save(self, commit=True):
        self.instance.village = kept(self.instance.village)
        return super().save(commit)


def is_for(types: tuple[str, ...]) -> Callable[[forms.ModelForm], bool]:
    """Whether a project as it is typed is of one of these types."""
    return lambda form: bool({*types} & {*(form.standing("types") or ())})


def details() -> list[Part]:
    """The details by kind, each shown for the types that have it."""
    found = []
    for model in dict.fromkeys(DETAILS.values()):
        types = tuple(name for name, detail in DETAILS.items() if detail is model)
        fields = tuple(f.name for f in model._meta.fields if f.editable and f.name not in OWN)
        found.append(PartDetail(model, fields, model._meta.verbose_name, when=is_for(types)))
    return found


OWN = ("id", "project")
PARTS: tuple[Part, ...] = (
    PartTable(
        PlannedQuantity,
        ("item", "item_en", "unit", "planned", "is_renewal"),
        _("What is built or done, in quantities"),
        help=_("One row for each thing; what is done is later set beside it."),
        add=_("Add quantities"),
    ),
    *details(),
    PartTable(
        Site,
        SiteForm.Meta.fields,
        _("Further sites"),
        help=_("Where the project works at more than one place."),
        form=SiteForm,
        rows=lambda sites: sites.select_related("village"),
        add=_("Add sites"),
    ),
    PartTable(
        BudgetLine,
        ("purpose", "note", "amount"),
        _("Budget"),
        help=_("What the whole investment is meant for."),
        is_copied=False,
        sums=("amount",),
        add=_("Add budget lines"),
    ),
    PartTable(
        FundingSource,
        ("source", "office", "amount"),
        _("Who bears it"),
        help=_("Together as much as the budget; the aid as much as is to be agreed."),
        is_copied=False,
        sums=("amount",),
        add=_("Add sources"),
    ),
)
