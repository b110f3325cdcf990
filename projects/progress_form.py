"""The form of a progress report with the quantities done: one field for each that is planned.

Rule: what is reported is what was done in all, so it does not fall from one report to the next
without a reason, and no more is spent than the project has received.
"""

from decimal import Decimal
from typing import Any

from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import formatting
from core.forms import RecordForm
from core.money import money_text, yuan
from core.punctuation import told
from projects.entry_forms import EntryForm, QuantityField, SumField
from projects.models import HELD, PAID, DoneQuantity, PlannedQuantity, ProgressReport, Project


def received_of(project: Project) -> Decimal:
    """Yuan that have reached the project and did not go back."""
    sums = project.lines.aggregate(held=HELD, paid=PAID)
    return yuan((sums["held"] or 0) + (sums["paid"] or 0))


class ProgressForm(EntryForm):
    follows = {"reported_on": "started_on"}
    prefixes = ("done",)

    spent = SumField(
        label=ProgressReport._meta.get_field("spent").verbose_name,
        help_text=_("Of the aid money alone, since the work began."),
    )

    class Meta(RecordForm.Meta):
        model = ProgressReport
        fields = ["reported_on", "percent", "spent", "text", "why_less"]
        help_texts = {"why_less": _("Only where a number is lower than in an earlier report.")}
        error_messages = {
            "percent": dict.fromkeys(
                ("min_value", "max_value"), _("The work is done between 0 and 100 percent.")
            )
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.quantities = {f"done-{one.pk}": one for one in self._planned()}
        self._add_quantities()
        self.helper.layout = Layout(
            "reported_on",
            "percent",
            "spent",
            *(
                [Fieldset(_("Quantities done, in all"), *self.quantities)]
                if self.quantities
                else []
            ),
            Field("text", wrapper_class="wide"),
            Field("why_less", wrapper_class="wide"),
        )

    # -- quantities -------------------------------------------------------------------------------

    def _planned(self) -> list[PlannedQuantity]:
        """On a page; in the admin the quantities of a report are rows of their own."""
        return list(self.about.quantities.all()) if self.about and self.is_page else []

    def _add_quantities(self) -> None:
        own = {}
        if self.instance.pk:
            own = dict(self.instance.quantities.standing().values_list("quantity", "done"))
        last = self._done_before(None)
        for name, quantity in self.quantities.items():
            self.fields[name] = QuantityField(
                label=f"{quantity} ({quantity.get_unit_display()})",
                required=quantity.pk in own,
                help_text=self._hint(quantity, last.get(quantity.pk)),
            )
            self.initial[name] = own.get(quantity.pk)

    @staticmethod
    def _hint(quantity: PlannedQuantity, last: DoneQuantity | None) -> str:
        hint = gettext("Planned: %(planned)s.") % {"planned": formatting.quantity(quantity.planned)}
        if last is None:
            return hint
        day = date_format(last.progress.reported_on)
        so_far = gettext("On %(day)s: %(done)s.")
        return told([hint, so_far % {"day": day, "done": formatting.quantity(last.done)}])

    def _others(self):
        return self.instance.project.progressreports.standing().exclude(pk=self.instance.pk)

    def _done_before(self, day) -> dict[int, DoneQuantity]:
        """What was last reported of each quantity before a day, or at all."""
        if not self.instance.project_id:
            return {}
        rows = DoneQuantity.objects.standing().filter(progress__in=self._others().values("pk"))
        if day:
            rows = rows.filter(progress__reported_on__lt=day)
        rows = rows.select_related("progress").order_by("progress__reported_on")
        return {row.quantity_id: row for row in rows}

    # -- what was typed ---------------------------------------------------------------------------

    def check(self, cleaned: dict[str, Any]) -> None:
        day = cleaned.get("reported_on")
        if day is None:
            return
        if self._others().filter(reported_on=day).exists():
            words = gettext("There is a report of this day already. Put that one right.")
            self.add_error("reported_on", words)
        self._check_spent(cleaned.get("spent"))
        if not cleaned.get("why_less"):
            self._check_falls(cleaned, day)
        self._check_later(cleaned, day)

    def _check_spent(self, spent: Decimal | None) -> None:
        received = received_of(self.instance.project)
        if spent and spent > received:
            words = gettext("The project has received %(received)s; no more than that is spent.")
            self.add_error("spent", words % {"received": money_text(received)})

    def _check_falls(self, cleaned: dict[str, Any], day) -> None:
        """Nothing is less than in the report before it."""
        before = self._others().filter(reported_on__lt=day).last()
        words = gettext("The report of %(day)s says %(value)s. If it is less now, say why below.")
        for name, earlier, on in self._earlier(before, day):
            value = cleaned.get(name)
            if value is not None and value < earlier:
                shown = (
                    money_text(earlier)
                    if name == "spent"
                    else formatting.quantity(Decimal(earlier))
                )
                self.add_error(name, words % {"day": date_format(on), "value": shown})

    def _earlier(self, before: ProgressReport | None, day):
        """(field, value, day of the report) of what was reported before."""
        if before:
            yield "percent", before.percent, before.reported_on
            yield "spent", before.spent, before.reported_on
        for row in self._done_before(day).values():
            yield f"done-{row.quantity_id}", row.done, row.progress.reported_on

    def _check_later(self, cleaned: dict[str, Any], day) -> None:
        """Nothing is more than in the report after it, unless that one says why."""
        later = self._others().filter(reported_on__gt=day).first()
        if later is None or later.why_less:
            return
        words = gettext("The report of %(day)s says only %(value)s. Put that one right first.")
        for name in ("percent", "spent"):
            value, after = cleaned.get(name), getattr(later, name)
            if value is not None and value > after:
                shown = (
                    money_text(after) if name == "spent" else formatting.quantity(Decimal(after))
                )
                self.add_error(
                    name, words % {"day": date_format(later.reported_on), "value": shown}
                )

    def save(self, commit=True):
        report = super().save(commit)
        if commit:
            for name, quantity in self.quantities.items():
                self._save_quantity(report, quantity, self.cleaned_data.get(name))
        return report

    def _save_quantity(self, report, quantity, done: Decimal | None) -> None:
        row = report.quantities.standing().filter(quantity=quantity).first()
        if done is None or (row and row.done == done):
            return
        row = row or DoneQuantity(
            project=report.project, progress=report, quantity=quantity, created_by=self.user
        )
        row.done = done
        row.save()


class DoneQuantityForm(EntryForm):
    """One quantity of a report, as the admin enters it."""

    done = QuantityField(label=DoneQuantity._meta.get_field("done").verbose_name)

    class Meta(RecordForm.Meta):
        model = DoneQuantity
        fields = ["progress", "quantity", "done"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("progress", "quantity"):
            if name in self.fields:
                self.fields[name].label_from_instance = self._named

    def _named(self, row) -> str:
        return str(row) if self.about else f"{row.project.number} · {row}"

    def check(self, cleaned: dict[str, Any]) -> None:
        progress, quantity, done = (cleaned.get(n) for n in ("progress", "quantity", "done"))
        if progress is None or quantity is None or done is None or progress.why_less:
            return
        before = DoneQuantity.objects.standing().filter(
            quantity=quantity,
            progress__struck_at__isnull=True,
            progress__reported_on__lt=progress.reported_on,
        )
        last = before.order_by("progress__reported_on").last()
        if last and done < last.done:
            raise forms.ValidationError(gettext("This is less than was reported before; say why."))
