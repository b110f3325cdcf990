"""Forms as people type: full-width digits, 万元, Chinese dates; every refusal in a sentence.

Rule: what was typed is kept; a field is read right or refused beside itself in words.
"""

from decimal import Decimal, InvalidOperation

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms import widgets
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.money import FEN, LARGEST, AmountField
from core.text import day_text, half_width, visible_text
from core.workflow import is_editable

UNITS = [("yuan", "元"), ("wan", "万元")]
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


class DayField(forms.DateField):
    """A day, typed as 2010-07-12, 2010.7.12 or 2010年7月12日; refuses days after today."""

    widget = widgets.DateInput(
        format="%Y-%m-%d", attrs={"autocomplete": "off", "placeholder": "2010-07-12"}
    )
    default_error_messages = {
        "invalid": _("Enter a day as year-month-day, such as 2010-07-12"),
        "future": _("The day cannot be after today, %(today)s"),
    }

    def __init__(self, *, may_be_future: bool = False, **kwargs):
        self.may_be_future = may_be_future
        super().__init__(**kwargs)

    def to_python(self, value):
        return super().to_python(day_text(value) if isinstance(value, str) else value)

    def validate(self, value):
        super().validate(value)
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
    if isinstance(field, AmountField):
        return field.formfield(form_class=AmountInputField, **kwargs)
    internal = field.get_internal_type()
    if internal == "DateField":
        return field.formfield(form_class=DayField, **kwargs)
    if internal in WHOLE_NUMBERS and not field.choices:
        return field.formfield(form_class=CountField, **kwargs)
    if internal == "TextField":
        return field.formfield(validators=field.validators, **kwargs)
    return field.formfield(**kwargs)


class RecordForm(forms.ModelForm):
    """Base of every form of a case record, in the pages and in the admin alike."""

    class Meta:
        formfield_callback = form_field

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.attrs = {"novalidate": True}
        for field in self.fields.values():
            self.prepare(field)

    @staticmethod
    def prepare(field: forms.Field) -> None:
        if isinstance(field, forms.CharField):
            field.widget.attrs.pop("maxlength", None)  # a browser would cut what is pasted
            if visible_text not in field.validators:
                field.validators.append(visible_text)
            field.validators = [
                AtMost(rule.limit_value) if isinstance(rule, MaxLengthValidator) else rule
                for rule in field.validators
            ]

    def clean(self):
        if self.instance.pk and hasattr(self.instance, "status") and not is_editable(self.instance):
            raise ValidationError(
                _("What was submitted cannot be changed. Return it for revision first.")
            )
        return super().clean()

    def save(self, commit=True):
        if self.user and not self.instance.pk and hasattr(self.instance, "created_by_id"):
            self.instance.created_by = self.user
        return super().save(commit)
