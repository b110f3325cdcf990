"""The forms of funds and of closings, for the pages and the admin alike.

Rule: a fund's kind and custodian are settled with its first money; public money does not become
donated money, and nobody hands it to another office by an edit.
"""

from typing import cast

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.forms import DayField, RecordForm
from ledger.models import Fund, PeriodClosing, ProjectType


class FundForm(RecordForm):
    project_types = forms.MultipleChoiceField(
        label=_("Only for projects of these kinds"),
        choices=ProjectType.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without a choice the money may be spent on any project."),
    )
    spend_by = DayField(label=_("To be spent by"), required=False, may_be_future=True)

    class Meta(RecordForm.Meta):
        model = Fund
        fields = [
            "name_zh",
            "name_en",
            "key",
            "kind",
            "custodian",
            "purpose_zh",
            "purpose_en",
            "project_types",
            "opened_on",
            "spend_by",
        ]
        help_texts = {"key": _("A short name in Latin letters, such as drought-2010")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.user:
            custodian = cast(forms.ModelChoiceField, self.fields["custodian"])
            custodian.queryset = self._custodians()
        for name in ("purpose_zh", "purpose_en"):
            self.fields[name].widget.attrs["rows"] = 3
        self.helper.layout = Layout(
            Fieldset(_("The fund"), "name_zh", "name_en", "key", "kind"),
            Fieldset(_("Purpose"), "purpose_zh", "purpose_en", "project_types"),
            Fieldset(_("Keeping"), "custodian", "opened_on", "spend_by"),
        )

    def _custodians(self):
        """The offices for which this person may keep funds, and the one that has it now."""
        office = self.user.office
        own = office.with_below() if office else Office.objects.none()
        return own | Office.objects.filter(pk=self.instance.custodian_id)

    def clean_kind(self):
        kind, fund = self.cleaned_data["kind"], self.instance
        if fund.pk and "kind" in self.changed_data and fund.pool.received:
            raise ValidationError(_("The fund holds money already; its kind is settled."))
        return kind

    def clean_custodian(self):
        custodian, fund = self.cleaned_data["custodian"], self.instance
        if fund.pk and "custodian" in self.changed_data and fund.pool.received:
            raise ValidationError(_("The fund holds money already; its custodian is settled."))
        return custodian


class PeriodClosingForm(RecordForm):
    class Meta(RecordForm.Meta):
        model = PeriodClosing
        fields = ["starts_on", "ends_on", "note"]

    def clean(self):
        typed = super().clean()
        first, last = typed.get("starts_on"), typed.get("ends_on")
        if first and last:
            if first > last:
                raise ValidationError({"ends_on": _("The last day cannot be before the first.")})
            PeriodClosing(starts_on=first, ends_on=last).check_days()
        return typed
