"""Forms of contracts with their instalments, of money on its way, and of what the county brings.

Rule: what the database would refuse of them is said beside the field, before it is asked; what was
paid by a contract stays in it.
"""

from decimal import Decimal
from typing import Any

from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import CHOOSE, RecordForm
from core.money import money_text
from core.parts import PartForm, PartFormSet, PartTable, is_new
from core.refusals import WORDS
from core.text import visible_text
from projects.entry_forms import EntryForm
from projects.forms import NumberField
from projects.models import (
    Allocation,
    BudgetLine,
    Contract,
    Contribution,
    Hop,
    Instalment,
    Payment,
    Project,
    Remittance,
)
from projects.models.limits import PLACES
from projects.money import approved_of, refusal

NOTHING = Decimal("0.00")


def next_position(contract: Contract) -> int:
    """The number of an instalment that is added to a contract."""
    last = contract.instalments.aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def is_used(bound: Contract | Instalment) -> bool:
    """Whether a payment that was not declined names it."""
    return bound.payments.exclude(status=Payment.Status.DECLINED).exists()


# -- instalments ----------------------------------------------------------------------------------


def judge(form: forms.ModelForm, *, retained_until) -> None:
    """What holds for an instalment wherever it is typed."""
    typed = form.cleaned_data
    met_on, is_retention = typed.get("met_on"), typed.get("is_retention")
    if "is_retention" not in typed:
        is_retention = form.instance.is_retention
    if is_retention and met_on and retained_until and met_on < retained_until:
        form.add_error("met_on", refusal("retention_term", date_format(retained_until)))
    if not form.instance.pk or is_new(form):
        return
    paid, amount = approved_of(form.instance), typed.get("amount")
    if amount is not None and amount < paid:
        form.add_error("amount", refusal("instalment_paid", money_text(paid)))
    if paid and "met_on" in typed and met_on is None:
        form.add_error("met_on", refusal("instalment_used"))


class InstalmentRow(PartForm):
    """An instalment in the table of its contract."""

    class Meta(PartForm.Meta):
        model = Instalment
        fields = ("condition", "amount", "due_on", "met_on", "is_retention")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_on"].may_be_future = True

    def clean(self):
        cleaned = super().clean()
        judge(self, retained_until=self.whole.standing("retention_until"))
        return cleaned

    def save(self, commit=True):
        instalment = self.instance
        if is_new(self):
            instalment.project = instalment.contract.project
            instalment.created_by = self.whole.user
            instalment.position = next_position(instalment.contract)
        return super().save(commit)


class InstalmentRows(PartFormSet):
    """The instalments of a contract as they are typed, all of them within its amount."""

    @property
    def initial_forms(self):
        """What is lowered is saved before what is raised, so that no sum is passed on the way."""
        rows = super().initial_forms
        return sorted(rows, key=self._rise) if self.is_bound and self.is_valid() else rows

    def _rise(self, row) -> Decimal:
        is_out = self._should_delete_form(row)
        return (NOTHING if is_out else row.cleaned_data["amount"]) - row.initial["amount"]

    def clean(self):
        super().clean()
        self._check_removed()
        amount, together = self.whole.standing("amount"), self.sums["amount"]
        if amount is not None and together > amount:
            words = gettext(
                "The instalments add up to %(sum)s; that is %(over)s more than the contract."
            )
            shown = {"sum": money_text(together), "over": money_text(together - amount)}
            raise ValidationError(words % shown)

    def _check_removed(self) -> None:
        removed = [row.instance for row in self.deleted_forms if not is_new(row)]
        if any(is_used(instalment) for instalment in removed):
            raise refusal("instalment_used")
        if removed and not (self.whole.standing("why_struck") or "").strip():
            raise ValidationError(gettext("Say below why an instalment is struck out."))


def strike(instalment: Instalment, whole: Any) -> None:
    """Takes an instalment out of its contract: struck out, with the reason that was typed."""
    if instalment.struck_at is None:
        instalment.strike(by=whole.user, reason=whole.standing("why_struck"))


INSTALMENTS = PartTable(
    Instalment,
    InstalmentRow.Meta.fields,
    _("Instalments"),
    help=_(
        "In the order in which they fall due. What is removed is struck out and stays readable."
    ),
    form=InstalmentRow,
    rows_form=InstalmentRows,
    rows=lambda rows: rows.standing(),
    remove=strike,
    sums=("amount",),
    bound_by="amount",
    add=_("Add instalments"),
    most=40,
)


class InstalmentForm(EntryForm):
    """One instalment by itself: entered later, put right, or met."""

    future = ("due_on",)
    refused_at = {
        "over_instalments": "amount",
        "instalment_paid": "amount",
        "instalment_used": "met_on",
        "retention_term": "met_on",
        "other_contract": "contract",
    }

    class Meta(RecordForm.Meta):
        model = Instalment
        fields = ["contract", "condition", "amount", "due_on", "met_on", "is_retention"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "contract" in self.fields:
            self.fields["contract"].disabled = True

    def check(self, cleaned: dict[str, Any]) -> None:
        contract = cleaned.get("contract") or (self.instance.pk and self.instance.contract)
        if not contract:
            return
        judge(self, retained_until=contract.retention_until)
        if amount := cleaned.get("amount"):
            others = contract.instalments.standing().exclude(pk=self.instance.pk)
            left = contract.amount - sum((one.amount for one in others), NOTHING)
            if amount > left:
                self.add_error("amount", refusal("over_instalments", money_text(left)))

    def save(self, commit=True):
        if not self.instance.pk:
            self.instance.position = next_position(self.instance.contract)
        return super().save(commit)


# -- contracts ------------------------------------------------------------------------------------


class ContractForm(EntryForm):
    in_order = (("signed_on", "ends_on"), ("signed_on", "retention_until"))
    future = ("ends_on", "retention_until")
    parts = (INSTALMENTS,)
    refused_at = {
        "contract_paid": "amount",
        "instalments_above": "amount",
        "contract_used": "contractor",
        "taken": "number",
    }

    why_struck = forms.CharField(
        label=_("Why an instalment is struck out"),
        max_length=500,
        required=False,
        validators=[visible_text],
    )

    class Meta(RecordForm.Meta):
        model = Contract
        fields = [
            "number",
            "contractor",
            "supervisor",
            "procurement",
            "subject",
            "budget",
            "amount",
            "signed_on",
            "ends_on",
            "retention_percent",
            "retention_until",
        ]
        help_texts = {
            "number": _("As printed on the contract."),
            "supervisor": _("Who watches over the work, if anybody is hired for it."),
            "budget": _("The purpose of the project's budget that it uses."),
            "retention_percent": _("What is kept back of the amount; 0 for nothing."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_page and not self.instance.pk:
            self.fields.pop("why_struck")
        if self.about and "budget" in self.fields:
            self.fields["budget"].choices = purposes_of(self.about, self.instance.budget)
        if "retention_percent" in self.fields:
            self.fields["retention_percent"].widget.attrs["data-share-of"] = "amount"
        self.helper.layout = Layout(
            *(
                Field(name, wrapper_class="wide") if name in ("subject", "why_struck") else name
                for name in self.fields
            )
        )

    def standing(self, name: str) -> Any:
        return super().standing(name) if name in self.fields else None

    def check(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("retention_percent") and not cleaned.get("retention_until"):
            self.add_error("retention_until", gettext("Say until when the money is retained."))
        self._check_number(cleaned.get("number"))
        if self.instance.pk:
            self._check_paid(cleaned)

    def _check_number(self, number: str | None) -> None:
        others = Contract.objects.standing().filter(project=self.instance.project, number=number)
        if number and others.exclude(pk=self.instance.pk).exists():
            self.add_error("number", gettext("The project has a contract of this number already."))

    def _check_paid(self, cleaned: dict[str, Any]) -> None:
        paid = approved_of(self.instance)
        if (amount := cleaned.get("amount")) and amount < paid:
            self.add_error("amount", refusal("contract_paid", money_text(paid)))
        if self.initial["contractor"] != cleaned.get("contractor") and is_used(self.instance):
            self.add_error("contractor", refusal("contract_used"))

    def save(self, commit=True):
        """Instalments are lowered before the amount that they must stay within."""
        lower = self.instance.pk and self.instance.amount < self.initial["amount"]
        if commit and lower:
            self.save_parts(self.instance)
        return super().save(commit)


def purposes_of(project: Project, *also: str) -> list[tuple[str, Any]]:
    """The purposes of the project's budget to choose from, and what was chosen before."""
    known = {*project.budget.values_list("purpose", flat=True), *also}
    found = [choice for choice in BudgetLine.Purpose.choices if choice[0] in known]
    return [("", CHOOSE), *(found or BudgetLine.Purpose.choices)]


# -- money on its way -----------------------------------------------------------------------------


class RemittanceForm(EntryForm):
    allocation = NumberField(
        label=_("Allocation"),
        queryset=Allocation.objects.none(),
        required=False,
        help_text=_("The allocation whose money is sent, where it is money of a fund."),
    )
    refused_at = {
        "other_allocation": "allocation",
        "over_allocation": "amount",
        "hop_next_day": "sent_on",
        "hop_next_amount": "amount",
    }

    class Meta(RecordForm.Meta):
        model = Remittance
        fields = ["allocation", "document", "amount", "sent_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "allocation" not in self.fields:
            return
        field = self.fields["allocation"]
        if self.is_page:
            field = self._select(field)
        elif self.user:
            field.queryset = Allocation.objects.visible_to(self.user).posted()
        if self.instance.allocation_id:
            self.initial["allocation"] = self.instance.allocation

    def _select(self, typed: NumberField) -> forms.ModelChoiceField:
        """On the page of a project its allocations are few: they are chosen, with what is left."""
        field = forms.ModelChoiceField(
            self.about.allocations.posted().select_related("fund"),
            label=typed.label,
            help_text=typed.help_text,
            required=False,
            empty_label=CHOOSE,
            to_field_name="number",
        )
        sent = self._sent()
        field.label_from_instance = lambda one: (
            gettext("%(number)s · %(fund)s · %(left)s not sent yet")
            % {
                "number": one.number,
                "fund": one.fund,
                "left": money_text(one.amount - sent.get(one.pk, NOTHING)),
            }
        )
        self.fields["allocation"] = field
        return field

    def _sent(self) -> dict[int, Decimal]:
        """Yuan already sent of each allocation of the project, besides by this remittance."""
        sent: dict[int, Decimal] = {}
        rows = Remittance.objects.standing().filter(project=self.about).exclude(pk=self.instance.pk)
        for allocation, amount in rows.values_list("allocation", "amount"):
            sent[allocation] = sent.get(allocation, NOTHING) + amount
        return sent

    def check(self, cleaned: dict[str, Any]) -> None:
        allocation, amount = cleaned.get("allocation"), cleaned.get("amount")
        if allocation and allocation.project_id != self.instance.project_id:
            self.add_error("allocation", refusal("other_allocation"))
        elif allocation and amount:
            others = Remittance.objects.standing().filter(allocation=allocation)
            others = others.exclude(pk=self.instance.pk).values_list("amount", flat=True)
            left = allocation.amount - sum(others, NOTHING)
            if amount > left:
                self.add_error("amount", refusal("over_allocation", money_text(left)))
        if self.instance.pk and (way := self.instance.way):
            if (sent_on := cleaned.get("sent_on")) and sent_on > way[0].arrived_on:
                day = date_format(way[0].arrived_on)
                self.add_error("sent_on", refusal("hop_next_day", day))
            if amount and amount < way[0].amount:
                self.add_error("amount", refusal("hop_next_amount", money_text(way[0].amount)))


class HopForm(EntryForm):
    """“Money arrived here”: the next place that is the person's own, with the amount that left."""

    refused_at = {
        "not_your_hop": "place",
        "other_remittance": "remittance",
        "hop_day": "arrived_on",
        "hop_next_day": "arrived_on",
        "hop_amount": "amount",
        "hop_next_amount": "amount",
        "taken": "place",
    }

    class Meta(RecordForm.Meta):
        model = Hop
        fields = ["remittance", "place", "arrived_on", "amount", "voucher"]
        help_texts = {"amount": _("What arrived. What was kept back on the way shows as missing.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in {"remittance", "place"} & self.fields.keys():
                self.fields[name].disabled = True
        elif "place" in self.fields:
            self._offer_places()

    def _offer_places(self) -> None:
        own = Hop.places_of(self.user) if self.user else []
        remittance = self.standing("remittance") if self.is_page else None
        if remittance:
            own = [place for place in remittance.open_places if place in own]
            last = remittance.way[-1].place if remittance.way else PLACES[0]
            ahead = [place for place in own if PLACES.index(place) >= PLACES.index(last)]
            self.initial.setdefault("place", next(iter(ahead or own), None))
            self.initial.setdefault("amount", remittance.arrived_amount)
            self.refusal = "" if own else WORDS["not_your_hop"]
        labels = dict(Hop.Place.choices)
        field = self.fields["place"]
        field.choices = [("", CHOOSE), *((place, labels[place]) for place in own)]
        field.error_messages["invalid_choice"] = self._not_here

    @property
    def _not_here(self) -> str:
        """Why a place is not among those offered."""
        typed = self.data.get(self.add_prefix("place")) if self.is_bound else ""
        if self.user and typed in Hop.places_of(self.user):
            return gettext("Somebody has entered already that the money arrived there.")
        return str(WORDS["not_your_hop"])

    def check(self, cleaned: dict[str, Any]) -> None:
        remittance, place = cleaned.get("remittance"), cleaned.get("place")
        if not remittance or not place:
            return
        here = PLACES.index(place)
        way = [hop for hop in remittance.way if hop.pk != self.instance.pk]
        before = next((hop for hop in reversed(way) if PLACES.index(hop.place) < here), None)
        behind = next((hop for hop in way if PLACES.index(hop.place) > here), None)
        if any(hop.place == place for hop in way):
            words = gettext("Somebody has entered already that the money arrived there.")
            self.add_error("place", words)
        self._check_day(cleaned, before.arrived_on if before else remittance.sent_on, behind)
        self._check_amount(cleaned, before.amount if before else remittance.amount, behind)

    def _check_day(self, cleaned: dict[str, Any], left_on, behind: Hop | None) -> None:
        day = cleaned.get("arrived_on")
        if day and day < left_on:
            self.add_error("arrived_on", refusal("hop_day", date_format(left_on)))
        elif day and behind and day > behind.arrived_on:
            words = refusal("hop_next_day", date_format(behind.arrived_on))
            self.add_error("arrived_on", words)

    def _check_amount(self, cleaned: dict[str, Any], left: Decimal, behind: Hop | None) -> None:
        amount = cleaned.get("amount")
        if amount and amount > left:
            self.add_error("amount", refusal("hop_amount", money_text(left)))
        elif amount and behind and amount < behind.amount:
            self.add_error("amount", refusal("hop_next_amount", money_text(behind.amount)))


class ContributionForm(EntryForm):
    class Meta(RecordForm.Meta):
        model = Contribution
        fields = ["source", "amount", "came_on", "what", "document"]
        help_texts = {
            "amount": _("Money as it came; labour and goods at their value."),
            "what": _("For labour and goods, such as 120 days of work."),
        }

    def check(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("source") == "labour" and not cleaned.get("what", "").strip():
            self.add_error("what", gettext("Say what was done or brought, and how much of it."))
