"""What people type about donors, programmes and gifts.

Rule: a donor or a project is typed by number or name and becomes exactly one record, or the form
says which ones it could be; a gift is held by the custodian of its programme's fund.
"""

from decimal import Decimal

from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.urls import reverse_lazy
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Office
from core.forms import DayField, MeasureField, RecordForm
from core.punctuation import listed
from core.search import pinyin_of
from core.text import half_width
from donations.models import Donor, Gift, GoodsGift, Programme
from ledger.models import Fund
from projects.models import Project
from projects.money import may_receive

SUGGESTIONS = 5
NAME_LENGTH = 200
LARGEST_QUANTITY = Decimal("9999999999.99")
ANONYMOUS_NAME = "匿名"


class FoundInput(forms.TextInput):
    """A text field with suggestions from `url`; works as a plain text field without JavaScript."""

    template_name = "donations/widgets/found.html"

    def __init__(self, *, url, attrs=None):
        super().__init__(attrs={"autocomplete": "off", **(attrs or {})})
        self.url = url

    def get_context(self, name, value, attrs):
        return super().get_context(name, value, attrs) | {"url": self.url}


class FoundField(forms.CharField):
    """One record, typed as `D-000123`, as a name, or as the two together."""

    default_error_messages = {
        "unknown": gettext_lazy("There is no “%(text)s” here."),
        "similar": gettext_lazy("There is no “%(text)s”. Is it %(names)s?"),
        "several": gettext_lazy("“%(text)s” fits several: %(names)s. Type the number of one."),
    }

    def __init__(self, *, url, queryset: QuerySet | None = None, **kwargs):
        super().__init__(widget=FoundInput(url=url), max_length=NAME_LENGTH, **kwargs)
        self.queryset = queryset

    def prepare_value(self, value):
        record = self.queryset.filter(pk=value).first() if isinstance(value, int) else None
        return f"{record.number} {record.name}" if record else value

    def clean(self, value):
        text = half_width(super().clean(value))
        return self.record_of(text) if text else None

    def record_of(self, text: str):
        numbered = self.queryset.filter(number=text.split()[0].upper()).first()
        if numbered:
            return numbered
        named = list(self.queryset.filter(Q(name_zh=text) | Q(name_en=text))[: SUGGESTIONS + 1])
        if len(named) == 1:
            return named[0]
        similar = named or list(self.queryset.found(text)[:SUGGESTIONS])
        code = "several" if named else "similar" if similar else "unknown"
        names = listed(f"{record.name} ({record.number})" for record in similar)
        params = {"text": text[:40], "names": names}
        raise ValidationError(self.error_messages[code], code=code, params=params)

    def has_changed(self, initial, data):
        return str(self.prepare_value(initial) or "") != (data or "")


class DonorForm(RecordForm):
    class Meta(RecordForm.Meta):
        model = Donor
        fields = (
            "name_zh",
            "name_en",
            "kind",
            "custodian",
            "organisation",
            "has_name_consent",
            "consent_on",
            "email",
            "phone",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["custodian"].queryset = offices_of(self.user)
        self.fields["consent_on"].help_text = _("Needed where the name may be shown.")
        if not self.instance.pk and self.user and self.user.office_id:
            self.initial.setdefault("custodian", self.user.office_id)

    def clean(self):
        data = super().clean()
        has_day = data.get("consent_on") or "consent_on" in self.errors
        if data.get("has_name_consent") and not has_day:
            self.add_error("consent_on", _("Enter the day on which the donor agreed."))
        return data


def offices_of(user) -> QuerySet:
    """The offices for which this person enters records."""
    return user.office.with_below() if user and user.office_id else Office.objects.none()


class ProgrammeForm(RecordForm):
    starts_on = DayField(label=gettext_lazy("starts on"), required=False, may_be_future=True)
    ends_on = DayField(label=gettext_lazy("ends on"), required=False, may_be_future=True)

    class Meta(RecordForm.Meta):
        model = Programme
        fields = (
            "name_zh",
            "name_en",
            "kind",
            "fund",
            "about_zh",
            "about_en",
            "target_amount",
            "starts_on",
            "ends_on",
            "is_drought_relief",
            "is_public",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        unused = Fund.objects.editable_by(self.user).filter(programme__isnull=True)
        own = Fund.objects.filter(pk=self.instance.fund_id)
        self.fields["fund"].queryset = unused | own if self.instance.pk else unused
        self.fields["fund"].help_text = _("A fund of your office that has no programme yet.")

    def clean(self):
        data = super().clean()
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day cannot be before the first."))
        if not self.instance.key and data.get("name_zh"):
            self.instance.key = free_key(data.get("name_en") or pinyin_of(data["name_zh"]))
        return data


def free_key(name: str) -> str:
    """A key for addresses made of a name: `warm-lunch`, or `warm-lunch-2` where it is taken."""
    stem = slugify(name)[:34].strip("-") or "programme"
    taken = set(Programme.objects.filter(key__startswith=stem).values_list("key", flat=True))
    keys = (stem if place == 1 else f"{stem}-{place}" for place in range(1, len(taken) + 2))
    return next(key for key in keys if key not in taken)


class GivingForm(RecordForm):
    """A gift of any kind: its donor is found, or typed anew with kind and consent."""

    donor = FoundField(
        label=gettext_lazy("known donor"),
        url=reverse_lazy("donations:donor-options"),
        required=False,
        help_text=gettext_lazy("Type the name, pinyin or number, and take one of those offered."),
    )
    new_donor_name = forms.CharField(
        label=gettext_lazy("new donor’s name"), max_length=NAME_LENGTH, required=False
    )
    new_donor_kind = forms.ChoiceField(
        label=gettext_lazy("new donor’s kind"),
        choices=[("", "–"), *Donor.Kind.choices],
        required=False,
    )
    new_donor_consent = forms.BooleanField(
        label=gettext_lazy("the new donor agrees that the name is shown"), required=False
    )
    new_donor_anyway = forms.BooleanField(
        label=gettext_lazy("the new donor is another one of the same name"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.editable_by(self.user).select_related("fund__custodian")
        self.fields["programme"].queryset = programmes
        self.fields["donor"].queryset = Donor.objects.editable_by(self.user)

    def clean(self):
        data = super().clean()
        if data.get("programme"):
            self.instance.custodian = data["programme"].fund.custodian
        if self.is_new_donor(data):
            self.check_new_donor(data)
        elif not data.get("donor") and "donor" not in self.errors:
            self.add_error("donor", _("Enter the donor, or the name and kind of a new one."))
        return data

    @staticmethod
    def is_new_donor(data) -> bool:
        return bool(data.get("new_donor_name") or data.get("new_donor_kind"))

    def check_new_donor(self, data) -> None:
        """Adds what is missing or doubtful about a donor typed anew, beside its field."""
        if data.get("donor"):
            self.add_error("new_donor_name", _("A donor is chosen already; empty one of the two."))
        if not data.get("new_donor_kind"):
            self.add_error("new_donor_kind", _("Choose the kind of the new donor."))
        if data.get("new_donor_kind") == Donor.Kind.ANONYMOUS:
            data["new_donor_name"] = data.get("new_donor_name") or ANONYMOUS_NAME
            return
        if not data.get("new_donor_name"):
            if "new_donor_name" not in self.errors:
                self.add_error("new_donor_name", _("Enter the name of the new donor."))
        elif not data.get("new_donor_anyway"):
            self.check_namesake(data["new_donor_name"])

    def check_namesake(self, name: str) -> None:
        namesake = self.fields["donor"].queryset.filter(name_zh=name).first()
        if namesake:
            self.fields["new_donor_anyway"].widget = forms.CheckboxInput()
            words = _("%(name)s is known as %(number)s. Choose this donor, or tick below.")
            self.add_error(
                "new_donor_name", words % {"name": namesake.name, "number": namesake.number}
            )

    def save(self, commit=True):
        if self.is_new_donor(self.cleaned_data):
            self.instance.donor = self.new_donor()
        return super().save(commit)

    def new_donor(self) -> Donor:
        has_consent = self.cleaned_data["new_donor_consent"]
        return Donor.objects.create(
            name_zh=self.cleaned_data["new_donor_name"],
            kind=self.cleaned_data["new_donor_kind"],
            has_name_consent=has_consent,
            consent_on=self.cleaned_data["received_on"] if has_consent else None,
            custodian=self.instance.custodian,
            created_by=self.user,
        )


DONOR_FIELDS = (
    "donor",
    "new_donor_name",
    "new_donor_kind",
    "new_donor_anyway",
    "new_donor_consent",
)


def laid_out(*fields: str | Field) -> Layout:
    """The donor, known or new, above what was given."""
    known, *new = DONOR_FIELDS
    return Layout(
        Fieldset(
            _("Who gives: a known donor, or somebody new"),
            Field(known, wrapper_class="wide"),
            *new,
        ),
        Fieldset(_("What is given"), *fields),
    )


class GiftForm(GivingForm):
    project = FoundField(
        label=gettext_lazy("bound to the project"),
        url=reverse_lazy("donations:project-options"),
        required=False,
        help_text=gettext_lazy("Only where the donor named one project. Name or number."),
    )
    field_order = (
        *DONOR_FIELDS,
        "programme",
        "project",
        "amount",
        "received_on",
        "method",
        "bank_reference",
        "message",
    )

    class Meta(RecordForm.Meta):
        model = Gift
        fields = (
            "donor",
            "programme",
            "project",
            "amount",
            "received_on",
            "method",
            "bank_reference",
            "message",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = projects_for(self.user)
        self.helper.layout = laid_out(
            Field("programme", wrapper_class="wide"),
            Field("project", wrapper_class="wide"),
            *self.Meta.fields[3:],
        )

    def clean(self):
        data = super().clean()
        self.check_project(data)
        self.check_bank_reference(data)
        return data

    def check_project(self, data) -> None:
        project, programme, amount = (data.get(name) for name in ("project", "programme", "amount"))
        if not project:
            return
        try:
            if project.status not in Project.PAYABLE:
                raise ValidationError(_("The project is not approved yet."))
            if programme and amount:
                may_receive(project, programme.fund, amount)
        except ValidationError as refusal:
            self.add_error("project", refusal)

    def check_bank_reference(self, data) -> None:
        reference, programme = data.get("bank_reference"), data.get("programme")
        if not reference or not programme:
            return
        twins = Gift.objects.filter(
            custodian=programme.fund.custodian_id, bank_reference=reference
        ).exclude(pk=self.instance.pk)
        if twin := twins.first():
            self.add_error(
                "bank_reference",
                _("This bank reference stands on %(gift)s already.") % {"gift": twin},
            )


def projects_for(user) -> QuerySet:
    """The projects a gift may be bound to: those that are public, and what the person may see."""
    public = Project.objects.for_public_display()
    return public | Project.objects.visible_to(user) if user else public


class GoodsGiftForm(GivingForm):
    quantity = MeasureField(
        label=gettext_lazy("quantity"),
        min_value=Decimal("0.01"),
        max_value=LARGEST_QUANTITY,
        decimal_places=2,
    )
    field_order = (
        *DONOR_FIELDS,
        "programme",
        "goods_zh",
        "goods_en",
        "quantity",
        "unit",
        "basis",
        "value_amount",
        "received_on",
    )

    class Meta(RecordForm.Meta):
        model = GoodsGift
        fields = (
            "donor",
            "programme",
            "goods_zh",
            "goods_en",
            "quantity",
            "unit",
            "basis",
            "value_amount",
            "received_on",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper.layout = laid_out(
            Field("programme", wrapper_class="wide"), *self.Meta.fields[2:]
        )

    def clean(self):
        data = super().clean()
        if "value_amount" in self.errors or not data.get("basis"):
            return data
        valued = data["basis"] != GoodsGift.Basis.NOT_VALUED
        if valued and not data.get("value_amount"):
            self.add_error("value_amount", _("Enter the value, or choose “not valued”."))
        elif not valued and data.get("value_amount"):
            self.add_error("value_amount", _("Goods that are not valued have no value; empty it."))
        return data
