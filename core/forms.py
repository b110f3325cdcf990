"""Forms as people type: full-width digits, 万元, Chinese dates; every refusal in a sentence.

Rule: what was typed is kept; a field is read right or refused beside itself in words.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms import widgets
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.money import FEN, LARGEST, AmountField
from core.text import day_text, half_width, visible_text
from core.workflow import is_editable

UNITS = [("yuan", "元"), ("wan", "万元")]
CHOOSE = _("Choose …")
RENEWS = {
    "hx-post": "",
    "hx-vals": '{"form_more": ""}',
    "hx-include": "closest form",
    "hx-select": "#parts",
    "hx-target": "#parts",
    "hx-swap": "outerHTML",
}
TEN_THOUSAND = Decimal(10_000)
WHOLE_NUMBERS = ("PositiveIntegerField", "PositiveSmallIntegerField", "IntegerField")


class AmountInput(widgets.MultiWidget):
    """A text field for the number and the unit in which it was typed."""

    template_name = "core/widgets/amount.html"
    use_fieldset = False  # one label and one description for both parts

    def __init__(self, attrs=None):
        number = widgets.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__({"": number, "unit": widgets.Select(choices=UNITS)}, attrs)

    def decompress(self, value):
        return [value, "yuan"]

    def value_omitted_from_data(self, data, files, name):
        return name not in data

    def value_from_datadict(self, data, files, name):
        return [data.get(name), data.get(f"{name}_unit") or "yuan"]

    def id_for_label(self, id_):
        return id_


class AmountInputField(forms.Field):
    """Reads an amount in 元 or 万元, in any width of digits, and answers yuan as Decimal."""

    widget = AmountInput
    is_money = True
    default_error_messages = {
        "not_a_number": _("Enter an amount in figures, such as 480,000.00"),
        "three_decimals": _("The amount may have two decimals, such as 480,000.00"),
        "too_small": _("The amount must be more than zero"),
        "too_large": _("The amount is larger than this system keeps; check the unit"),
    }

    def __init__(self, *, max_digits=None, decimal_places=None, **kwargs):
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return value

    def has_changed(self, initial, data):
        typed = data[0] if isinstance(data, (list, tuple)) else data
        if not typed:
            return initial is not None
        try:
            return self.clean(data) != initial
        except ValidationError:
            return True

    def clean(self, value):
        typed, unit = value if isinstance(value, (list, tuple)) else (value, "yuan")
        text = half_width(str(typed or "")).replace(",", "").replace(" ", "").strip("¥￥")
        if text.endswith("万元") or text.endswith("万"):
            text, unit = text.rstrip("元").rstrip("万"), "wan"
        text = text.removesuffix("元")
        if not text:
            return super().clean(None)
        return self.bounded(self.number(text) * (TEN_THOUSAND if unit == "wan" else 1))

    def number(self, text: str) -> Decimal:
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise self.refusal("not_a_number") from None
        if not number.is_finite() or "e" in text.lower() or "_" in text:
            raise self.refusal("not_a_number")
        return number

    def bounded(self, amount: Decimal) -> Decimal:
        if amount <= 0:
            raise self.refusal("too_small")
        if amount > LARGEST:
            raise self.refusal("too_large")
        if amount != amount.quantize(FEN):
            raise self.refusal("three_decimals")
        return amount.quantize(FEN)

    def refusal(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)


FIRST_DAY = date(1949, 10, 1)  # no record of this kind is older


class DayField(forms.DateField):
    """A day, typed as 2010-07-12, 2010.7.12 or 2010年7月12日; refuses days after today."""

    widget = widgets.DateInput(
        format="%Y-%m-%d", attrs={"autocomplete": "off", "placeholder": "2010-07-12"}
    )
    default_error_messages = {
        "invalid": _("Enter a day as year-month-day, such as 2010-07-12"),
        "future": _("The day cannot be after today, %(today)s"),
        "long_ago": _("The day cannot be before %(first)s"),
    }

    def __init__(self, *, may_be_future: bool = False, **kwargs):
        self.may_be_future = may_be_future
        super().__init__(**kwargs)

    def to_python(self, value):
        return super().to_python(day_text(value) if isinstance(value, str) else value)

    def validate(self, value):
        super().validate(value)
        if value and value < FIRST_DAY:
            first = {"first": date_format(FIRST_DAY)}
            raise ValidationError(self.error_messages["long_ago"], params=first, code="long_ago")
        if value and not self.may_be_future and value > (today := timezone.localdate()):
            raise ValidationError(
                self.error_messages["future"],
                code="future",
                params={"today": date_format(today)},
            )


class CountField(forms.IntegerField):
    """A whole number of people, households or things, in any width of digits.

    It is typed as text: a browser's field for numbers drops what it does not take for one.
    """

    widget = widgets.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, *, has_commas: bool = True, **kwargs):
        self.has_commas = has_commas
        super().__init__(**kwargs)

    def to_python(self, value):
        text = half_width(value).replace(",", "") if isinstance(value, str) else value
        return super().to_python(text)


class MeasureField(forms.DecimalField):
    """A number with decimals, in any width of digits; typed as text, as a count is."""

    widget = widgets.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value):
        text = half_width(value).replace(",", "") if isinstance(value, str) else value
        return super().to_python(text)


class AtMost(MaxLengthValidator):
    """A longest length that says in words how long a text may be and how long it is."""

    def __call__(self, value):
        length = len(value)
        if length > self.limit_value:
            words = ngettext(
                "The text may have %(limit)s character; it has %(length)s.",
                "The text may have %(limit)s characters; it has %(length)s.",
                self.limit_value,
            )
            shown = {"limit": f"{self.limit_value:,}", "length": f"{length:,}"}
            raise ValidationError(words % shown, code=self.code)


def form_field(field, **kwargs):
    """The form field of a model field: amounts, days and counts read as people type them."""
    if "form_class" in kwargs:
        return field.formfield(**kwargs)
    if isinstance(field, AmountField):
        return field.formfield(form_class=AmountInputField, **kwargs)
    internal = field.get_internal_type()
    if internal == "DateField":
        return field.formfield(form_class=DayField, **kwargs)
    if internal in WHOLE_NUMBERS and not field.choices:
        is_year = internal == "PositiveSmallIntegerField"
        return field.formfield(form_class=CountField, has_commas=not is_year, **kwargs)
    if internal == "DecimalField":
        return field.formfield(**{"form_class": MeasureField} | kwargs)
    if internal == "TextField":
        return field.formfield(validators=field.validators, **kwargs)
    return field.formfield(**kwargs)


class RecordForm(forms.ModelForm):
    """Base of every form of a case record, in the pages and in the admin alike.

    `parts` are the tables and details typed with the record (core/parts.py), `copied` the fields
    that a copy of a record begins with; a type without them is not copied. `prefixes` begin the
    names of fields that a form makes for itself.
    """

    parts: tuple = ()
    prefixes: tuple[str, ...] = ()
    renewing: tuple[str, ...] = ()  # fields whose change renews which parts the record has
    copied: tuple[str, ...] = ()
    refused_at: dict[str, str] = {}  # the field beside which a refusal of the database stands
    refusal: Any = ""  # why it cannot be saved whatever is typed

    class Meta:
        formfield_callback = form_field

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.part_initial: dict[str, list[dict]] = {}
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.attrs = {"novalidate": True}
        for field in self.fields.values():
            self.prepare(field)
        for name in self.renewing:
            self.fields[name].widget.attrs |= RENEWS

    @staticmethod
    def prepare(field: forms.Field) -> None:
        """Makes a field keep what is pasted, refuse what cannot be seen, and ask in words."""
        if isinstance(field, forms.CharField):
            field.widget.attrs.pop("maxlength", None)  # a browser would cut what is pasted
            if visible_text not in field.validators:
                field.validators.append(visible_text)
            field.validators = [
                AtMost(rule.limit_value) if isinstance(rule, MaxLengthValidator) else rule
                for rule in field.validators
            ]
        elif isinstance(field, forms.ModelChoiceField):
            if field.empty_label is not None:
                field.empty_label = CHOOSE
        elif isinstance(field, forms.ChoiceField):
            offered: Any = field.choices
            field.choices = [(key, label if key != "" else CHOOSE) for key, label in offered]

    def standing(self, name: str) -> Any:
        """A field as it stands: typed, or of the record, or preset; None where it is not right."""
        field = self.fields[name]
        value = self[name].data if self.is_bound else self.get_initial_for_field(field, name)
        try:
            return field.clean(getattr(value, "pk", value))
        except ValidationError:
            return None

    # -- parts ------------------------------------------------------------------------------------

    @cached_property
    def bound_parts(self) -> list:
        """The rows of each part that the record has as it stands."""
        return [part.bound_to(self) for part in self.parts if part.when(self)]

    @property
    def sent_parts(self) -> list:
        """Those that were on the page that was sent."""
        return [rows for rows in self.bound_parts if rows.is_bound]

    def is_valid(self) -> bool:
        judged = [super().is_valid(), *(rows.is_valid() for rows in self.sent_parts)]
        return all(judged)

    def unjudged(self) -> "RecordForm":
        """The form with what is typed, without a word about whether it is right."""
        self._errors, self.cleaned_data = ErrorDict(renderer=self.renderer), {}
        for rows in self.sent_parts:
            rows.unjudged()
        return self

    # -- saving -----------------------------------------------------------------------------------

    def clean(self):
        if self.refusal:
            raise ValidationError(self.refusal)
        if self.instance.pk and hasattr(self.instance, "status") and not is_editable(self.instance):
            raise ValidationError(
                _("What was submitted cannot be changed. Return it for revision first.")
            )
        return super().clean()

    def save(self, commit=True):
        if self.user and not self.instance.pk and hasattr(self.instance, "created_by_id"):
            self.instance.created_by = self.user
        record = super().save(commit)
        if commit:
            self.save_parts(record)
        return record

    def save_parts(self, record) -> None:
        for rows in self.sent_parts:
            rows.instance = record
            rows.save()
        self.let_go_of(record)

    def let_go_of(self, record) -> None:
        """Removes the details of kinds that the record, as it was typed, is not of."""
        for part in self.parts:
            if not part.when(self):
                part.let_go(record)
