"""What people type about courses and secondments.

Rule: persons and person-times are typed apart; days that end before they start are refused.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Office
from core.forms import DayField, RecordForm
from core.models import Division
from training.models import Course, Secondment


class DatedForm(RecordForm):
    """A record with a first and a last day, kept by an office of the person."""

    starts_on = DayField(label=gettext_lazy("starts on"), may_be_future=True)
    ends_on = DayField(label=gettext_lazy("ends on"), may_be_future=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        own = self.user.office.with_below() if self.user and self.user.office_id else None
        self.fields["office"].queryset = Office.objects.none() if own is None else own
        if own is not None and not self.instance.pk:
            self.initial.setdefault("office", self.user.office_id)

    def clean(self):
        data = super().clean()
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day cannot be before the first."))
        return data


class CourseForm(DatedForm):
    class Meta(RecordForm.Meta):
        model = Course
        fields = (
            "name_zh",
            "name_en",
            "kind",
            "office",
            "co_host",
            "division",
            "place",
            "starts_on",
            "ends_on",
            "planned_people_count",
            "people_count",
            "people_qualifier",
            "person_times_count",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = receiving_divisions()
        self.fields["person_times_count"].help_text = _(
            "Only where the source counts visits, not persons."
        )

    def clean(self):
        data = super().clean()
        if data.get("co_host") and data["co_host"] == data.get("office"):
            self.add_error("co_host", _("The other host cannot be the office itself."))
        persons, times = data.get("people_count"), data.get("person_times_count")
        if persons and times and times < persons:
            self.add_error("person_times_count", _("Person-times cannot be fewer than persons."))
        return data


def receiving_divisions():
    """The counties and prefectures of Guizhou."""
    levels = (Division.Level.PREFECTURE, Division.Level.COUNTY)
    return Division.objects.filter(code__startswith="52", level__in=levels).select_related("parent")


class SecondmentForm(DatedForm):
    class Meta(RecordForm.Meta):
        model = Secondment
        fields = (
            "name_zh",
            "name_en",
            "direction",
            "rank",
            "office",
            "starts_on",
            "ends_on",
            "people_count",
        )
