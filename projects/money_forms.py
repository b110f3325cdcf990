"""Forms of allocations, appropriations and returns of surplus, for the pages and the admin alike.

Rule: the money's own checks (projects/money) are asked when it is typed, and asked again when it is
decided; a refusal stands beside the field that it is about.
"""

from typing import Any

from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.forms import RecordForm
from core.models import Division
from core.money import money_text
from ledger.models import Fund
from ledger.trace import rest_of
from projects import money
from projects.forms import NumberField
from projects.models import Allocation, Appropriation, FundingLine, Project, Surplus


class MoneyForm(RecordForm):
    """What the forms of money share: a refusal stands beside the field that it is about."""

    refused_at = {"not_approved": "project", "purpose": "fund"}

    def _offer_funds(self, **which) -> None:
        """Funds that the person's own office keeps, each with what it holds."""
        if (field := self.fields.get("fund")) and self.user:
            field.queryset = Fund.objects.editable_by(self.user).filter(**which).with_balance()
            field.label_from_instance = self.named

    def named(self, fund: Fund) -> str:
        """A fund in the list to choose from: what it holds, or that it is for something else."""
        if self.about and not fund.allows(self.about.types):
            return gettext("%(fund)s · not for this kind of project") % {"fund": fund}
        holds = money_text(fund.free_amount)
        return gettext("%(fund)s · holds %(amount)s") % {"fund": fund, "amount": holds}

    def _offer_projects(self) -> None:
        if "project" in self.fields and self.user:
            self.fields["project"].queryset = Project.objects.visible_to(self.user)

    def _refuse(self, refusal: ValidationError) -> None:
        for error in refusal.error_list:
            self.add_error(self.refused_at.get(error.code, "amount"), error)

    @cached_property
    def about(self) -> Project | None:
        """The project it is about, with its money; None while it is not typed."""
        if not (field := self.fields.get("project")):
            return None
        project = self.get_initial_for_field(field, "project")
        if self.is_bound or not isinstance(project, Project):
            try:
                project = field.clean(self["project"].data if self.is_bound else project)
            except ValidationError:
                return None
        return project and Project.objects.for_list().filter(pk=project.pk).first()


class LineForm(MoneyForm):
    """A form about the money that a project has from a fund: the line is found by the two."""

    project = NumberField(
        label=_("Project"), queryset=Project.objects.all(), help_text=_("Its number.")
    )
    fund = forms.ModelChoiceField(
        label=_("Fund"),
        queryset=Fund.objects.all(),
        help_text=_("The fund from which the project has money."),
    )
    field_order = ["project", "fund"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._offer_funds()
        self._offer_projects()
        if self.instance.pk:
            self.initial["project"] = self.instance.line.project
            self.initial["fund"] = self.instance.line.fund_id
        if not self.is_bound and self.about and "fund" in self.fields:
            field = self.fields["fund"]
            field.queryset = field.queryset.filter(lines__project=self.about)
            if len(self.lines) == 1:
                self.initial.setdefault("fund", next(iter(self.lines)))

    @cached_property
    def lines(self) -> dict[int, FundingLine]:
        """The lines of the project by their funds."""
        lines = self.about.lines.select_related("project", "fund", "pool") if self.about else ()
        return {line.fund_id: line for line in lines}

    def named(self, fund: Fund) -> str:
        """A fund in the list to choose from, with what may still be asked of its line."""
        if not (line := self.lines.get(fund.pk)):
            return str(fund)
        left = money_text(money.left_on(line)[0])
        return gettext("%(fund)s · %(amount)s left") % {"fund": fund, "amount": left}

    def line_typed(self, cleaned: dict[str, Any]) -> FundingLine | None:
        """The line of the project and the fund that were typed."""
        project, fund = cleaned.get("project"), cleaned.get("fund")
        if not project or not fund:
            return None
        line = self.lines.get(fund.pk)
        if line is None:
            self.add_error("fund", _("The project has no money from this fund yet."))
        return line


class AllocationForm(MoneyForm):
    project = NumberField(
        label=_("Project"), queryset=Project.objects.all(), help_text=_("Its number.")
    )

    class Meta(RecordForm.Meta):
        model = Allocation
        fields = ["project", "fund", "amount", "allocated_on", "note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._offer_funds()
        self._offer_projects()
        if self.instance.pk:
            self.initial["project"] = self.instance.project
        self.helper.layout = Layout(
            Field("project", wrapper_class="wide"),
            Field("fund", wrapper_class="wide"),
            "amount",
            "allocated_on",
            Field("note", wrapper_class="wide"),
        )

    def clean(self):
        cleaned = super().clean()
        if {"project", "fund", "amount"} <= cleaned.keys():
            typed = {name: cleaned[name] for name in ("project", "fund", "amount")}
            try:
                money.may_allocate(Allocation(**typed))
            except ValidationError as refusal:
                self._refuse(refusal)
        return cleaned


class AppropriationForm(MoneyForm):
    class Meta(RecordForm.Meta):
        model = Appropriation
        fields = ["fund", "source", "amount", "document", "received_on", "relief_for"]
        help_texts = {
            "document": _("As printed, such as 甬财〔2010〕17号."),
            "relief_for": _("Only for a relief grant to a whole prefecture."),
        }
        error_messages = {
            "document": {"unique": _("An appropriation with this document exists already.")}
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._offer_funds(kind=Fund.Kind.PUBLIC)
        if "source" in self.fields:
            supporting = Office.objects.filter(side=Office.Side.SUPPORTING)
            self.fields["source"].queryset = supporting.exclude(kind=Office.Kind.CHARITY)
        if "relief_for" in self.fields:
            receiving = Office.objects.filter(side=Office.Side.RECEIVING, parent=None)
            self.fields["relief_for"].queryset = Division.objects.filter(
                pk__in=receiving.values("division")
            )
        self.helper.layout = Layout(
            "fund", "source", "amount", "received_on", "document", "relief_for"
        )


class SurplusForm(LineForm):
    """What is left on a line and goes back; where givers bound money, of one allocation."""

    refused_at = MoneyForm.refused_at | {
        "bound_gifts": "allocation",
        "other_allocation": "allocation",
        "over_line": "amount",
    }

    class Meta(RecordForm.Meta):
        model = Surplus
        fields = ["allocation", "amount", "returned_on", "reason"]
        help_texts = {
            "allocation": _("Without a choice the oldest money of the line goes back."),
            "reason": _("Such as work that cost less; the approver and the givers read it."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "allocation" in self.fields:
            self._offer_allocations()
        self.helper.layout = Layout(
            "project",
            "fund",
            Field("allocation", wrapper_class="wide"),
            "amount",
            "returned_on",
            Field("reason", wrapper_class="wide"),
        )

    def _offer_allocations(self) -> None:
        field = self.fields["allocation"]
        known = self.about.allocations.posted() if self.about else Allocation.objects.none()
        field.queryset = known.select_related("fund")
        field.label_from_instance = lambda one: (
            gettext("%(number)s · %(fund)s · %(amount)s unspent")
            % {
                "number": one.number,
                "fund": one.fund,
                "amount": money_text(rest_of(one.movement_id)),
            }
        )

    def named(self, fund: Fund) -> str:
        line = self.lines.get(fund.pk)
        if line and money.has_bound_gifts(line):
            return gettext("%(fund)s · only of an allocation: gifts are bound here") % {
                "fund": fund
            }
        return super().named(fund)

    def clean(self):
        cleaned = super().clean()
        if (line := self.line_typed(cleaned)) is None:
            return cleaned
        self.instance.line = line
        allocation = cleaned.get("allocation")
        if allocation and (allocation.project_id, allocation.fund_id) != (
            line.project_id,
            line.fund_id,
        ):
            self.add_error("allocation", money.refusal("other_allocation"))
        elif (amount := cleaned.get("amount")) and "allocation" in cleaned:
            try:
                money.may_give_back(Surplus(line=line, amount=amount, allocation=allocation))
            except ValidationError as refusal:
                self._refuse(refusal)
        return cleaned
