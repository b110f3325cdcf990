"""Forms of agreements, plan periods, disasters and villages, for the pages and the admin alike."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.forms import DayField, RecordForm
from core.models import Division
from core.parts import PartTable
from projects.models import Agreement, Disaster, PlanPeriod, Target, Village

TARGETS = PartTable(
    model=Target,
    fields=("measure", "planned", "note"),
    title=_("Targets"),
    help=_("What is to be reached; the records give what was done."),
)


class AgreementForm(RecordForm):
    parts = (TARGETS,)

    class Meta(RecordForm.Meta):
        model = Agreement
        fields = [
            "name_zh",
            "name_en",
            "year",
            "supporter",
            "receiver",
            "period",
            "amount",
            "document",
        ]
        help_texts = {
            "amount": _("The sum of the agreed amounts of its projects."),
            "document": _("The number of the protocol, as printed."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.setdefault("year", timezone.localdate().year)
        if "supporter" in self.fields and self.user and self.user.office:
            sides = Office.Side
            own = self.user.office.with_below().filter(side=sides.SUPPORTING)
            self.fields["supporter"].queryset = own
            self.initial.setdefault("supporter", self.user.office_id)
            receiving = Office.objects.filter(side=sides.RECEIVING, parent=None)
            self.fields["receiver"].queryset = receiving


class PlanPeriodForm(RecordForm):
    parts = (TARGETS,)

    class Meta(RecordForm.Meta):
        model = PlanPeriod
        fields = ["name_zh", "name_en", "first_year", "last_year", "document"]

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first_year"), cleaned.get("last_year")
        if first and last and last < first:
            raise ValidationError({"last_year": _("The last year cannot be before the first.")})
        return cleaned


class DisasterForm(RecordForm):
    ended_on = DayField(label=_("Ended on"), required=False)

    class Meta(RecordForm.Meta):
        model = Disaster
        fields = [
            "name_zh",
            "name_en",
            "key",
            "kind",
            "started_on",
            "ended_on",
            "places",
            "about_zh",
            "about_en",
        ]
        help_texts = {"key": _("A short name in Latin letters, such as drought-2010")}
        widgets = {"places": forms.CheckboxSelectMultiple}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "places" in self.fields:
            counties = Division.objects.filter(
                pk__in=Office.objects.filter(side=Office.Side.RECEIVING).values("division"),
                level=Division.Level.COUNTY,
            )
            self.fields["places"].queryset = counties.order_by("code")

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("started_on"), cleaned.get("ended_on")
        if first and last and last < first:
            raise ValidationError({"ended_on": _("The end cannot be before the beginning.")})
        return cleaned


class VillageForm(RecordForm):
    class Meta(RecordForm.Meta):
        model = Village
        fields = [
            "county",
            "town",
            "name_zh",
            "name_en",
            "is_old_base",
            "advanced_in",
            "household_count",
            "people_count",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # a village stays where it is; another place is another village
            for name in {"county", "town"} & self.fields.keys():
                del self.fields[name]
        elif "county" in self.fields:
            receiving = Office.objects.filter(side=Office.Side.RECEIVING).values("division")
            places = Division.objects.filter(pk__in=receiving, level=Division.Level.COUNTY)
            self.fields["county"].queryset = places.order_by("code")
            towns = Division.objects.filter(level=Division.Level.TOWN, parent__in=places)
            self.fields["town"].queryset = towns.order_by("code")

    def clean(self):
        cleaned = super().clean()
        town, county = cleaned.get("town"), cleaned.get("county")
        if town and county and town.parent_id != county.pk:
            raise ValidationError({"town": _("This town does not lie in the county.")})
        return cleaned
