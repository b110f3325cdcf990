"""What the lists of donors, programmes and gifts are filtered by; page and export share it.

Rule: every filter of gifts is served by an index; a text is looked up among the donors first.
"""

import re

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms import AmountInputField, DayField
from core.search import normal
from core.text import half_width
from donations.models import Donor, Gift, GoodsGift, Programme

NUMBER = re.compile(r"(NB|G|K)-[\d-]+", re.IGNORECASE)


class AmountField(AmountInputField):
    """An amount in a filter: one text field, yuan unless 万 is typed with it."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


class AmountFilter(django_filters.Filter):
    field_class = AmountField


class DayFilter(django_filters.Filter):
    """A day of a range; days to come are allowed, they only find nothing."""

    field_class = DayField

    def __init__(self, *args, **kwargs):
        super().__init__(*args, may_be_future=True, **kwargs)


def programmes_of(request) -> QuerySet:
    """The programmes a list may be narrowed to."""
    return Programme.objects.visible_to(request.user) if request else Programme.objects.none()


class DonorFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Search"))
    kind = django_filters.ChoiceFilter(choices=Donor.Kind.choices, label=_("Kind"))
    consent = django_filters.BooleanFilter(
        field_name="has_name_consent", label=_("Agrees that the name is shown")
    )

    class Meta:
        model = Donor
        fields = ()

    def search(self, queryset, name, value):
        return queryset.found(value)


class ProgrammeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Search"))
    kind = django_filters.ChoiceFilter(choices=Programme.Kind.choices, label=_("Kind"))
    public = django_filters.BooleanFilter(field_name="is_public", label=_("Shown in the portal"))

    class Meta:
        model = Programme
        fields = ()

    def search(self, queryset, name, value):
        return queryset.found(value)


class GivingFilter(django_filters.FilterSet):
    """What gifts in cash and in kind have in common."""

    q = django_filters.CharFilter(method="search", label=_("Search"))
    programme = django_filters.ModelChoiceFilter(queryset=programmes_of, label=_("Programme"))
    received_from = DayFilter(field_name="received_on", lookup_expr="gte", label=_("Received from"))
    received_to = DayFilter(field_name="received_on", lookup_expr="lte", label=_("Received until"))
    relief = django_filters.BooleanFilter(method="for_relief", label=_("Drought relief"))

    def search(self, queryset, name, value):
        """Numbers by their index, anything else among the donors."""
        text = half_width(value)
        if NUMBER.fullmatch(text):
            return queryset.filter(self.numbered(text.upper()))
        return queryset.found(text)

    def for_relief(self, queryset, name, value):
        """By the few programmes' keys, which the index of gifts begins with."""
        programmes = Programme.objects.filter(is_drought_relief=value)
        return queryset.filter(programme__in=list(programmes.values_list("pk", flat=True)))

    def numbered(self, number: str) -> Q:
        return Q(number=number)


class GiftFilter(GivingFilter):
    status = django_filters.ChoiceFilter(choices=Gift.Status.choices, label=_("State"))
    method = django_filters.ChoiceFilter(choices=Gift.Method.choices, label=_("Way of payment"))
    binding = django_filters.ChoiceFilter(
        choices=[("bound", _("bound to a project")), ("free", _("free"))],
        method="bound_or_free",
        label=_("Bound or free"),
    )
    amount_from = AmountFilter(field_name="amount", lookup_expr="gte", label=_("Amount from"))
    amount_to = AmountFilter(field_name="amount", lookup_expr="lte", label=_("Amount up to"))
    receipt = django_filters.CharFilter(method="by_receipt", label=_("Receipt number"))

    class Meta:
        model = Gift
        fields = ()

    def numbered(self, number: str) -> Q:
        return Q(receipt_number=number) if number.startswith("NB") else Q(number=number)

    def bound_or_free(self, queryset, name, value):
        return queryset.filter(project__isnull=value == "free")

    def by_receipt(self, queryset, name, value):
        return queryset.filter(receipt_number=normal(value).upper())


class GoodsGiftFilter(GivingFilter):
    status = django_filters.ChoiceFilter(choices=GoodsGift.Status.choices, label=_("State"))
    basis = django_filters.ChoiceFilter(
        choices=GoodsGift.Basis.choices, label=_("Basis of the value")
    )
    unvalued = django_filters.BooleanFilter(
        field_name="value_amount", lookup_expr="isnull", label=_("Without a value")
    )

    class Meta:
        model = GoodsGift
        fields = ()
