"""The form of a project, for the pages and the admin alike.

Rule: what a person may choose is what the person may read; places and pairs are those of the year.
"""

from datetime import date

from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.forms import widgets
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.forms import RecordForm
from core.models import Division
from core.punctuation import listed
from core.text import half_width, visible_text
from partnerships.models import Twinning, receiving_counties
from projects.likeness import Like, likes_of, look_of
from projects.models import Project, Village
from projects.parts import PARTS
from projects.places import PlaceField, VillageInput, kept, village_named
from projects.stages import READ_FIRST

SUGGESTIONS = 300


class NumberField(forms.ModelChoiceField):
    """A record typed by its number, such as P-2010-0093, among those the person may read."""

    widget = widgets.TextInput
    default_error_messages = {
        "invalid_choice": _("There is no %(value)s among the records that you may read.")
    }

    def __init__(self, **kwargs):
        super().__init__(to_field_name="number", **kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            visible_text(value := half_width(value).upper()[:40])
        return super().to_python(value)

    def prepare_value(self, value):
        return getattr(value, "number", value)


class ProjectForm(RecordForm):
    parts = PARTS
    renewing = ("types",)
    copied = (
        "name_zh",
        "name_en",
        "kind",
        "level",
        "types",
        "is_integrated",
        "is_drought_relief",
        "county",
        "supporter",
        "town",
        "village",
        "office",
        "need",
        "content_zh",
        "content_en",
        "household_count",
        "people_count",
        "people_qualifier",
    )
    types = forms.MultipleChoiceField(
        label=_("What it is for"),
        choices=Project.Type.choices,
        widget=widgets.CheckboxSelectMultiple,
        help_text=_("A project may be of several kinds."),
    )
    county = PlaceField(
        label=_("County"),
        queryset=Division.objects.none(),
        error_messages={"invalid_choice": _("Choose a county that receives aid in this year.")},
    )
    town = PlaceField(
        label=_("Town"),
        queryset=Division.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("This town does not lie in the county.")},
    )
    village = forms.CharField(
        label=_("Village"),
        max_length=200,
        required=False,
        widget=VillageInput,
        help_text=_("Pick a known village or type a new one; it is kept over the years."),
    )

    class Meta(RecordForm.Meta):
        model = Project
        fields = [
            "name_zh",
            "name_en",
            "kind",
            "level",
            "year",
            "types",
            "is_integrated",
            "is_drought_relief",
            "county",
            "supporter",
            "town",
            "village",
            "office",
            "agreed_amount",
            "match_amount",
            "need",
            "content_zh",
            "content_en",
            "household_count",
            "people_count",
            "people_qualifier",
        ]
        widgets = {"need": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "name_zh": _("Place and content, such as “冗渡镇 12 口水窖”."),
            "name_en": _("Used on the public pages in English."),
            "level": _("A government project names the level of its budget."),
            "agreed_amount": _("Aid money as agreed, without the local match."),
            "match_amount": _("Money of the county and labour of the villagers, valued."),
            "need": _("The situation, the difficulty, what the villagers say. Reviewers read it."),
        }
        error_messages = {
            "year": dict.fromkeys(
                ("min_value", "max_value"), _("The plan year lies between 1996 and 2100.")
            ),
            "household_count": {"min_value": _("Households served cannot be fewer than none.")},
            "people_count": {"min_value": _("People served cannot be fewer than none.")},
            "agreed_amount": {
                "three_decimals": _("The agreed amount may have two decimals, such as 480,000.00"),
            },
            "match_amount": {
                "three_decimals": _("The local match may have two decimals, such as 120,000.00"),
            },
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk and not self.initial.get("year"):
            self.initial["year"] = timezone.localdate().year
        for name in self.fields.keys() & READ_FIRST:
            self.fields[name].needed_later = _("(needed to submit)")
        self._offer_places()
        self._offer_offices()
        if self.instance.village:
            self.initial["village"] = self.instance.village.name_zh
        self.helper.layout = Layout(
            Fieldset(
                _("What it is"),
                Field("name_zh", wrapper_class="wide"),
                Field("name_en", wrapper_class="wide"),
                "kind",
                "level",
                "types",
                "is_integrated",
                "is_drought_relief",
            ),
            Fieldset(
                _("Where, and with whom"),
                self._following("year"),
                "office",
                Div(*self.places_layout(), css_id="places", css_class="fields wide"),
            ),
            Fieldset(_("Money"), "agreed_amount", "match_amount"),
            Fieldset(
                _("Why, and for whom"),
                "need",
                Field("content_zh", wrapper_class="wide"),
                Field("content_en", wrapper_class="wide"),
                "household_count",
                "people_count",
                "people_qualifier",
            ),
        )

    @staticmethod
    def _following(name: str) -> Field:
        """A field whose change renews what may be chosen in the places."""
        return Field(
            name,
            hx_get=reverse_lazy("projects:project-places"),
            hx_include="closest form",
            hx_params="year,county,town,village,supporter",
            hx_target="#places",
            hx_trigger="change",
        )

    def places_layout(self) -> list:
        return [self._following("county"), "supporter", "town", "village"]

    # -- choices ----------------------------------------------------------------------------------

    @cached_property
    def day(self) -> date:
        """The day of the plan year by which places and pairs are looked up."""
        year = self.standing("year") if "year" in self.fields else self.instance.year
        return date(min(max(year or timezone.localdate().year, 1), 9999), 7, 1)

    def _offer_places(self) -> None:
        """Counties that receive aid in the plan year, and the towns and villages of the one."""
        if not {"county", "supporter"} <= self.fields.keys():
            return
        counties = receiving_counties(self.day, self.user)
        self.fields["county"].queryset = counties
        county = self.standing("county") or self._only(counties)
        towns = Division.objects.filter(level="town", parent__in=[county] if county else counties)
        self.fields["town"].queryset = towns.valid_on(self.day).select_related("parent")
        if county:
            known = Village.objects.filter(county=county)[:SUGGESTIONS]
            self.fields["village"].widget.villages = known
            self._preset_supporter(county)

    def _only(self, counties):
        """The county where there is but one to choose; preset in a new form."""
        found = list(counties[:2])
        if len(found) != 1 or self.is_bound or self.instance.pk:
            return None
        self.initial["county"] = found[0].pk
        return found[0]

    def _preset_supporter(self, county: Division) -> None:
        """Presets the office paired with the county, and names the pairs where there are more."""
        pairs = Twinning.objects.on(self.day).select_related("supporter")
        own = [pair.supporter for pair in pairs.of_county(county)]
        offices = own or [pair.supporter for pair in pairs.of_county(county.parent)]
        field = self.fields["supporter"]
        if offices:
            field.help_text = gettext("Paired with %(county)s in %(year)s: %(offices)s.") % {
                "county": county if own else county.parent,
                "year": self.day.year,
                "offices": listed(offices),
            }
        if len(offices) == 1 and not self.instance.pk and not self.initial.get("supporter"):
            self.initial["supporter"] = offices[0].pk

    def _offer_offices(self) -> None:
        if "supporter" in self.fields:
            supporting = Office.objects.filter(side=Office.Side.SUPPORTING)
            self.fields["supporter"].queryset = supporting
        if "office" in self.fields and self.user and self.user.office:
            self.fields["office"].queryset = self.user.office.with_below()
            self.initial.setdefault("office", self.user.office_id)

    # -- what was typed ---------------------------------------------------------------------------

    def clean_village(self) -> Village | None:
        """The village of this name: the known one, or a new one that is saved with the project."""
        county, town = self.cleaned_data.get("county"), self.cleaned_data.get("town")
        return village_named(self.cleaned_data["village"], county=county, town=town)

    def save(self, commit=True):
        self.instance.village = kept(self.instance.village)
        return super().save(commit)

    @cached_property
    def likes(self) -> list[Like]:
        """Projects that this one may repeat, among those that the person may read."""
        if not self.user or not self.instance.pk:
            return []
        return likes_of(look_of(self.instance), self.user)
