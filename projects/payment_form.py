"""The form of a request for payment: of a line, most often under a contract and an instalment.

Rule: who is paid, how much and out of which budget line comes from what was chosen, with a script
and without; what is left stands beside each choice.
"""

from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django.core.exceptions import ValidationError
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import RecordForm
from core.money import money_text
from core.punctuation import told
from projects import money
from projects.cash_forms import purposes_of
from projects.models import Contract, FundingLine, Instalment, Payment
from projects.money_forms import LineForm, MoneyForm

# A choice renews what follows from it: the page is asked for anew, with what is chosen so far.
FOLLOWS = {
    "hx-get": reverse_lazy("projects:payment-create"),
    "hx-trigger": "change",
    "hx-include": "#id_project, #id_fund, #id_contract, #id_instalment",
    "hx-select": "#bound",
    "hx-target": "#bound",
    "hx-swap": "outerHTML",
}
APPROVED = Coalesce(
    Sum("payments__amount", filter=Q(payments__status__in=Payment.BINDING)), money.NOTHING
)
BEGINS = FOLLOWS | {"hx-include": "#id_project"}  # another project has other funds and contracts


def next_due(contract: Contract) -> Instalment | None:
    """The first instalment of a contract that is met and not yet asked for in full."""
    for instalment in contract.instalments.standing().order_by("position"):
        if instalment.met_on and money.left_of(instalment) > 0:
            return instalment
    return None


def from_contract(contract: Contract, instalment: Instalment | None) -> dict[str, Any]:
    """What a request under a contract begins with."""
    bound = instalment or contract
    return {
        "project": contract.project,
        "contract": contract.pk,
        "instalment": instalment and instalment.pk,
        "payee": contract.contractor,
        "budget": contract.budget,
        "amount": max(min(money.left_of(bound), money.left_of(contract)), money.NOTHING) or None,
        "purpose_zh": contract.subject[:200],
    }


class PaymentForm(LineForm):
    refused_at = MoneyForm.refused_at | {
        "over_contract": "amount",
        "over_instalment": "amount",
        "over_line": "amount",
        "other_contract": "contract",
        "other_instalment": "instalment",
        "other_payee": "payee",
    }

    class Meta(RecordForm.Meta):
        model = Payment
        fields = [
            "contract",
            "instalment",
            "amount",
            "budget",
            "payee",
            "requested_on",
            "purpose_zh",
            "purpose_en",
        ]
        help_texts = {
            "contract": _("Without a choice it is paid under no contract."),
            "budget": _("The purpose of the project's budget; that of the contract if left open."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._offer_contracts()
        self.helper.layout = Layout(
            Field("project", **BEGINS),
            Div(
                "fund",
                Field("contract", wrapper_class="wide", **FOLLOWS),
                Field("instalment", wrapper_class="wide", **FOLLOWS),
                "amount",
                "budget",
                Field("payee", wrapper_class="wide"),
                css_id="bound",
                css_class="fields wide",
            ),
            "requested_on",
            Field("purpose_zh", wrapper_class="wide"),
            Field("purpose_en", wrapper_class="wide"),
        )

    # -- choices ----------------------------------------------------------------------------------

    def _offer_contracts(self) -> None:
        """Contracts and instalments of the project alone, each with what it has left."""
        known = {"contract": Contract, "instalment": Instalment}
        for name in known.keys() & self.fields.keys():
            rows = known[name].objects.standing().filter(project=self.about)
            if name == "instalment":
                rows = rows.select_related("contract").order_by("contract", "position")
            self.fields[name].queryset = rows.annotate(approved=APPROVED)
            self.fields[name].label_from_instance = getattr(self, f"_{name}")
        if self.about and "budget" in self.fields:
            self.fields["budget"].choices = purposes_of(self.about, self.instance.budget)

    @staticmethod
    def _contract(contract: Contract) -> str:
        left = money_text(contract.amount - contract.approved)
        return gettext("%(contract)s · %(amount)s left") % {"contract": contract, "amount": left}

    @staticmethod
    def _instalment(instalment: Instalment) -> str:
        words = gettext("%(contract)s, %(instalment)s · %(amount)s left") % {
            "contract": instalment.contract.number,
            "instalment": instalment,
            "amount": money_text(instalment.amount - instalment.approved),
        }
        if instalment.met_on:
            return words
        return gettext("%(instalment)s · condition not met") % {"instalment": words}

    # -- what was typed ---------------------------------------------------------------------------

    def clean(self):
        cleaned = super().clean()
        self._follow(cleaned)
        if (line := self.line_typed(cleaned)) is None:
            return cleaned
        self.instance.line = line
        if cleaned.get("amount"):
            self._check_limits(line, cleaned)
        return cleaned

    def _follow(self, cleaned: dict[str, Any]) -> None:
        """Fills from the contract and the instalment what was left open, and refuses what differs
        from them."""
        instalment = cleaned.get("instalment")
        if instalment and not cleaned.get("contract") and "contract" in cleaned:
            cleaned["contract"] = instalment.contract
        if not (contract := cleaned.get("contract")):
            return
        if instalment and instalment.contract_id != contract.pk:
            self.add_error("instalment", money.refusal("other_instalment"))
            instalment = None
        self._fill(cleaned, "payee", contract.contractor)
        if instalment:
            self._fill(cleaned, "amount", money.left_of(instalment))
        if not cleaned.get("budget"):
            cleaned["budget"] = contract.budget
        if cleaned.get("payee", contract.contractor) != contract.contractor:
            self.add_error("payee", money.refusal("other_payee", contract.contractor))

    def _fill(self, cleaned: dict[str, Any], name: str, value: Any) -> None:
        """Puts a value where nothing was typed."""
        typed = self[name].data
        if not (typed[0] if isinstance(typed, list) else typed) and value:
            self.errors.pop(name, None)
            cleaned[name] = value

    def _check_limits(self, line: FundingLine, cleaned: dict[str, Any]) -> None:
        typed = {name: cleaned.get(name) for name in ("amount", "contract", "instalment")}
        try:
            money.may_pay(Payment(line=line, **typed))
        except ValidationError as refusal:
            self._refuse(refusal)

    @property
    def warnings(self) -> list[str]:
        """What does not stand in the way of the request, but will of its approval."""
        instalment = self.standing("instalment") if "instalment" in self.fields else None
        if instalment is None or instalment.met_on:
            return []
        waits = money.refusal("condition_not_met", instalment.condition).message
        return [told([waits, gettext("It is approved once the condition is met.")])]
