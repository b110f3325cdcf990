"""Forms of the entries in the file of a project, for the pages and the admin alike.

Rule: a day that has not come, or that comes before what it follows, is refused beside its field;
so is what would fall below an earlier report without a reason.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.attachments import AttachmentKind
from core.content import ACCEPT
from core.file_forms import ManyFilesField, ManyFilesInput
from core.forms import AmountInputField, RecordForm
from core.money import money_text
from core.text import half_width
from core.uploads import CLOSED, is_late
from projects.forms import NumberField
from projects.models import (
    Acceptance,
    Asset,
    AssetVisit,
    Finding,
    Inspection,
    Milestone,
    Notice,
    Objection,
    Outcome,
    PlannedQuantity,
    Project,
    Settlement,
    Survey,
)
from projects.models.entry import Entry


class EvidenceField(ManyFilesField):
    """Files that come with an entry, if any."""

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=ManyFilesInput(attrs={"accept": ACCEPT}), **kwargs)

    def clean(self, data, initial=None):
        return super().clean(data, initial) if any(data or []) else []


class SumField(AmountInputField):
    """An amount in 元 or 万元 that may be nothing."""

    def bounded(self, amount: Decimal) -> Decimal:
        return Decimal("0.00") if amount == 0 else super().bounded(amount)


class QuantityField(forms.DecimalField):
    """A quantity with two decimals at most, in any width of digits."""

    def __init__(self, **kwargs):
        kwargs = {"max_digits": 12, "decimal_places": 2, "min_value": 0} | kwargs
        super().__init__(**kwargs)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value):
        text = half_width(value).replace(",", "") if isinstance(value, str) else value
        return super().to_python(text)


class EntryForm(RecordForm):
    """Base of the forms of entries. On a page the project is known; in the admin it is typed.

    `in_order` are pairs of own days of which the second is not before the first; `follows` tells
    before which day of the project a day cannot be; `future` are days that may be to come.
    """

    in_order: tuple[tuple[str, str], ...] = ()
    follows: dict[str, str] = {}
    future: tuple[str, ...] = ()

    project = NumberField(label=_("Project"), queryset=Project.objects.none())

    def __init__(self, *args, project: Project | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_page = project is not None
        if project:
            self.instance.project = project
            self.fields.pop("project", None)
        elif "project" in self.fields:
            self._ask_for_project()
        self.order_fields(["project"])
        for name, field in self.fields.items():
            if name in self.future:
                field.may_be_future = True
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3
        self._offer_rows()
        self._offer_offices()
        self.helper.layout = Layout(*self.fields)

    def only(self, names: tuple[str, ...]) -> None:
        """Leaves nothing but these fields, each of them needed."""
        self.fields = {name: self.fields[name] for name in names}
        for field in self.fields.values():
            field.required = True
        self.helper.layout = Layout(*self.fields)

    def _ask_for_project(self) -> None:
        field = self.fields["project"]
        if self.user:
            field.queryset = Project.objects.visible_to(self.user)
        if self.instance.pk:
            field.disabled, self.initial["project"] = True, self.instance.project

    # -- choices ----------------------------------------------------------------------------------

    def _offer_rows(self) -> None:
        """Other entries that may be named: those that stand, of the same project."""
        for name, field in self.fields.items():
            model = getattr(getattr(field, "queryset", None), "model", None)
            if model and issubclass(model, Entry | PlannedQuantity):
                field.queryset = self._rows(model)
                self._preset_only(name, field)

    def _rows(self, model):
        rows = model.objects.all()
        if issubclass(model, Entry):
            rows = rows.standing()
        if self.about:
            return rows.filter(project=self.about)
        visible = Project.objects.visible_to(self.user) if self.user else Project.objects.none()
        return rows.filter(project__in=visible.values("pk")).select_related("project")

    def _preset_only(self, name: str, field) -> None:
        found = list(field.queryset[:2]) if self.about and not self.instance.pk else []
        if len(found) == 1:
            self.initial.setdefault(name, found[0].pk)

    def _offer_offices(self) -> None:
        """Whoever surveys or inspects is most often of the own office."""
        if "office" in self.fields:
            self.fields["office"].queryset = Office.objects.exclude(kind=Office.Kind.CHARITY)
            if self.user and self.user.office_id:
                self.initial.setdefault("office", self.user.office_id)

    @cached_property
    def about(self) -> Project | None:
        """The project where it is known before anything is typed."""
        return self.instance.project if self.instance.project_id else None

    # -- what was typed ---------------------------------------------------------------------------

    def clean(self):
        cleaned = super().clean()
        if project := cleaned.get("project"):
            self.instance.project = project
        if self.instance.project_id:
            self._check_days(cleaned)
            self._check_rows(cleaned)
            self.check(cleaned)
        return cleaned

    def check(self, cleaned: dict[str, Any]) -> None:
        """What is special about one kind of entry."""

    def _check_days(self, cleaned: dict[str, Any]) -> None:
        for first, last in self.in_order:
            label = self.instance._meta.get_field(first).verbose_name
            start = cleaned.get(first) or getattr(self.instance, first)
            self._not_before(last, cleaned.get(last), start, label)
        for name, of_project in self.follows.items():
            label = Project._meta.get_field(of_project).verbose_name
            start = getattr(self.instance.project, of_project)
            self._not_before(name, cleaned.get(name), start, label)

    def _not_before(self, name: str, day: date | None, start: date | None, label) -> None:
        if day and start and day < start:
            words = gettext("This day cannot be before “%(what)s”, %(day)s.")
            shown = {"what": label, "day": date_format(start)}
            self.add_error(name, ValidationError(words, code="order", params=shown))

    def _check_rows(self, cleaned: dict[str, Any]) -> None:
        for name, value in cleaned.items():
            if (
                isinstance(value, Entry | PlannedQuantity)
                and value.project_id != self.instance.project_id
            ):
                self.add_error(name, gettext("This belongs to another project."))

    def _day_and_text(self, cleaned: dict[str, Any], day: str, text: str) -> None:
        """A day and a text that come together or not at all."""
        if day in cleaned and text in cleaned and bool(cleaned[day]) != bool(cleaned[text]):
            missing = text if cleaned[day] else day
            label = capfirst(str(self.fields[missing].label))
            self.add_error(missing, gettext("“%(label)s” is needed as well.") % {"label": label})


def with_evidence(form: EntryForm, *, photograph: str, document: str) -> None:
    """Adds the fields for files to the form of an entry on a page, unless the file is closed.

    `photograph` and `document` are the kinds under which the files will be kept.
    """
    keys = [photograph, document]
    if form.instance.project.status in CLOSED:
        keys = [photograph] if is_late(form.instance.project, form.instance) else []
    kinds = AttachmentKind.objects.in_bulk(keys)
    labels = {
        "photographs": (_("Photographs"), photograph),
        "documents": (_("Documents"), document),
    }
    for name, (label, key) in labels.items():
        if key in kinds:
            hint = gettext("Kept as “%(kind)s”.") % {"kind": kinds[key]}
            form.fields[name] = EvidenceField(label=label, help_text=hint)
            form.helper.layout.append(name)


class SurveyForm(EntryForm):
    class Meta(RecordForm.Meta):
        model = Survey
        fields = ["surveyed_on", "office", "people", "opinion", "recommends"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "office" in self.fields:
            offices = self.fields["office"].queryset
            self.fields["office"].queryset = offices.filter(side=Office.Side.SUPPORTING)


class NoticeForm(EntryForm):
    in_order = (("starts_on", "ends_on"),)
    future = ("ends_on",)

    class Meta(RecordForm.Meta):
        model = Notice
        fields = ["occasion", "place", "starts_on", "ends_on", "phone"]
        help_texts = {"ends_on": _("At least ten days, first and last counted.")}

    def check(self, cleaned):
        done = self.instance.project.completed_on
        if cleaned.get("occasion") == Notice.Occasion.AFTER:
            label = Project._meta.get_field("completed_on").verbose_name
            self._not_before("starts_on", cleaned.get("starts_on"), done, label)


class ObjectionForm(EntryForm):
    in_order = (("received_on", "replied_on"),)

    class Meta(RecordForm.Meta):
        model = Objection
        fields = ["notice", "received_on", "text", "reply", "replied_on"]

    def check(self, cleaned):
        self._day_and_text(cleaned, "replied_on", "reply")
        if notice := cleaned.get("notice"):
            label = Notice._meta.get_field("starts_on").verbose_name
            self._not_before("received_on", cleaned.get("received_on"), notice.starts_on, label)


class MilestoneForm(EntryForm):
    future = ("planned_on",)

    class Meta(RecordForm.Meta):
        model = Milestone
        fields = ["name", "planned_on", "reached_on"]


class InspectionForm(EntryForm):
    class Meta(RecordForm.Meta):
        model = Inspection
        fields = ["inspected_on", "office", "people", "result"]


class FindingForm(EntryForm):
    in_order = (("found_on", "due_on"), ("found_on", "rectified_on"))
    future = ("due_on",)

    class Meta(RecordForm.Meta):
        model = Finding
        fields = [
            "source",
            "found_on",
            "text",
            "amount",
            "due_on",
            "rectification",
            "rectified_on",
        ]

    def check(self, cleaned):
        self._day_and_text(cleaned, "rectified_on", "rectification")


class AcceptanceForm(EntryForm):
    follows = {"accepted_on": "started_on"}

    class Meta(RecordForm.Meta):
        model = Acceptance
        fields = ["level", "accepted_on", "people", "quality", "text", "is_passed"]

    def check(self, cleaned):
        if cleaned.get("quality") == Acceptance.Quality.POOR and cleaned.get("is_passed"):
            self.add_error("is_passed", gettext("Work that is not sound is not accepted."))


class SettlementForm(EntryForm):
    follows = {"settled_on": "started_on"}

    class Meta(RecordForm.Meta):
        model = Settlement
        fields = ["settled_on", "claimed", "settled", "auditor", "document", "text"]

    def check(self, cleaned):
        claimed, settled = cleaned.get("claimed"), cleaned.get("settled")
        if claimed and settled and settled > claimed:
            words = gettext("The settled amount cannot be more than the %(claimed)s claimed.")
            self.add_error("settled", words % {"claimed": money_text(claimed)})


class AssetForm(EntryForm):
    follows = {"handed_on": "started_on"}

    class Meta(RecordForm.Meta):
        model = Asset
        fields = ["name", "card", "quantity", "value", "custodian", "handed_on", "life_years"]
        help_texts = {"custodian": _("Who keeps and repairs it from now on.")}


class AssetVisitForm(EntryForm):
    class Meta(RecordForm.Meta):
        model = AssetVisit
        fields = ["asset", "visited_on", "condition", "people", "text"]

    def check(self, cleaned):
        if asset := cleaned.get("asset"):
            label = Asset._meta.get_field("handed_on").verbose_name
            self._not_before("visited_on", cleaned.get("visited_on"), asset.handed_on, label)


class OutcomeForm(EntryForm):
    follows = {"measured_on": "started_on"}

    class Meta(RecordForm.Meta):
        model = Outcome
        fields = ["indicator", "unit", "before", "target", "after", "measured_on", "evidence"]
        field_classes = dict.fromkeys(("before", "target", "after"), QuantityField)
        help_texts = {
            "indicator": _("Such as “households with safe drinking water”."),
            "evidence": _("How it was counted, and by whom."),
        }
