"""The kinds of alarm as one table: words, what it means, what to do, whom it concerns, its query.

Rule: the numbers are data (`AlarmRule`); what a kind of alarm is stands here, and its query in
projects/sql/alarms, one file a kind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.formatting import number
from core.money import money_text
from projects.models.parts import BudgetLine
from projects.models.remittances import Hop

Text = str | Promise
SQL = Path(__file__).parent / "sql" / "alarms"
MONTHS, DAYS, COUNT = gettext_lazy("months"), gettext_lazy("days"), gettext_lazy("number")
PERCENT, POINTS = gettext_lazy("percent"), gettext_lazy("percentage points")


@dataclass(frozen=True)
class Rule:
    """A kind of alarm. `unit` says what its numbers count, `anchor` where on the project's page
    the matter stands, `roles` whose business it is; `sentence(alarm)` puts one into words."""

    key: str
    label: Text
    means: Text
    remedy: Text
    unit: Text
    anchor: str
    roles: tuple[str, ...]
    sentence: Callable[[Any], str]

    def concerns(self, user) -> bool:
        """Whether a role of the person is to see to it."""
        return bool({*self.roles} & {*user.roles})

    @property
    def query(self) -> str:
        return (SQL / f"{self.key}.sql").read_text(encoding="utf-8")


# -- sentences ------------------------------------------------------------------------------------


def _parts(alarm) -> dict[str, Any]:
    """What every sentence may name: the day, the amount, and the facts as they are."""
    amount = "" if alarm.amount is None else money_text(alarm.amount)
    return alarm.facts | {"since": date_format(alarm.since), "amount": amount}


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text))


def _idle_money(alarm) -> str:
    facts = alarm.facts
    chinese = (get_language() or "").startswith("zh")
    fund = facts["fund_zh"] if chinese else facts["fund_en"] or facts["fund_zh"]
    return _(
        "%(amount)s from “%(fund)s” lies with the project since %(since)s and is not paid."
    ) % (_parts(alarm) | {"fund": fund})


def _hop_late(alarm) -> str:
    if not (place := alarm.facts["place"]):
        return _("%(amount)s was sent on %(since)s and has arrived nowhere yet.") % _parts(alarm)
    shown = _parts(alarm) | {"place": Hop.Place(place).label}
    return _("%(amount)s lies at “%(place)s” since %(since)s and was not sent on.") % shown


EARLY = {
    "contract": gettext_lazy(
        "The contract %(name)s was signed on %(since)s, before the approval of %(approved)s."
    ),
    "remittance": gettext_lazy(
        "%(amount)s was sent on %(since)s, before the approval of %(approved)s."
    ),
    "payment": gettext_lazy(
        "The payment %(name)s was made on %(since)s, before the approval of %(approved)s."
    ),
    "start": gettext_lazy("Work started on %(since)s, before the approval of %(approved)s."),
}


def _paid_early(alarm) -> str:
    shown = _parts(alarm) | {"approved": _day(alarm.facts["approved"])}
    return str(EARLY[alarm.facts["what"]]) % shown


SPLIT = {
    "projects.payment": gettext_lazy(
        "%(count)s payments to %(who)s, together %(amount)s, each a little below %(edge)s."
    ),
    "projects.contract": gettext_lazy(
        "%(count)s contracts with %(who)s, together %(amount)s, each a little below %(edge)s."
    ),
    "projects.project": gettext_lazy(
        "%(count)s projects of one office, together %(amount)s, each a little below %(edge)s."
    ),
}


def _split(alarm) -> str:
    edge = money_text(Decimal(alarm.facts["edge"]))
    return str(SPLIT[alarm.record_kind]) % (_parts(alarm) | {"edge": edge})


def _photo_twice(alarm) -> str:
    return _("The same photograph stands as evidence in %(projects)s projects.") % _parts(alarm)


def _plan_unpublished(alarm) -> str:
    return _("Approved on %(since)s, and no public notice before the approval is kept.") % (
        _parts(alarm)
    )


def _result_unpublished(alarm) -> str:
    return _("Completed on %(since)s, and no public notice of the result yet.") % _parts(alarm)


def _over_budget(alarm) -> str:
    if alarm.part == "settled":
        return _("The final account of %(since)s is %(amount)s above what was agreed.") % (
            _parts(alarm)
        )
    if alarm.part == "total":
        words = _("Contracts and payments are %(amount)s above what was agreed.")
        return words % _parts(alarm)
    purpose = BudgetLine.Purpose(alarm.part).label
    words = _("Contracts and payments for “%(purpose)s” are %(amount)s above the budget line.")
    return words % (_parts(alarm) | {"purpose": purpose})


def _progress_late(alarm) -> str:
    if alarm.facts["reported"]:
        return _("The last progress report is of %(since)s.") % _parts(alarm)
    return _("Work started on %(since)s, and nobody has reported progress yet.") % _parts(alarm)


def _money_ahead(alarm) -> str:
    shown = {name: number(alarm.facts[name]) for name in ("paid", "done")}
    return _("%(paid)s percent of the money is paid, %(done)s percent of the work is done.") % shown


# -- the table ------------------------------------------------------------------------------------

RULES: tuple[Rule, ...] = (
    Rule(
        key="idle_money",
        label=gettext_lazy("Idle money"),
        means=gettext_lazy("Money was set aside for the project and has been paid to nobody."),
        remedy=gettext_lazy("Request the payment that is due, or return the surplus to the fund."),
        unit=MONTHS,
        anchor="money",
        roles=("officer", "finance", "reporter", "auditor"),
        sentence=_idle_money,
    ),
    Rule(
        key="hop_late",
        label=gettext_lazy("Money not sent on"),
        means=gettext_lazy("A remittance stays at one place on its way to the contractor."),
        remedy=gettext_lazy("Ask who holds it to send it on; enter its arrival if it has arrived."),
        unit=DAYS,
        anchor="money",
        roles=("finance", "reviewer", "reporter", "auditor"),
        sentence=_hop_late,
    ),
    Rule(
        key="paid_early",
        label=gettext_lazy("Before the approval"),
        means=gettext_lazy("Money, a contract or the work bears a day before the approval."),
        remedy=gettext_lazy("Put the day right if it is mistyped; else ask how it came about."),
        unit=DAYS,
        anchor="money",
        roles=("approver", "reviewer", "auditor"),
        sentence=_paid_early,
    ),
    Rule(
        key="split",
        label=gettext_lazy("Split below a threshold"),
        means=gettext_lazy(
            "Like amounts in a short time, each just below the amount that needs one more approval."
        ),
        remedy=gettext_lazy("Look at them together: is it one piece of work in several parts?"),
        unit=COUNT,
        anchor="money",
        roles=("approver", "reviewer", "auditor"),
        sentence=_split,
    ),
    Rule(
        key="photo_twice",
        label=gettext_lazy("The same photograph"),
        means=gettext_lazy("One picture is the evidence of several projects."),
        remedy=gettext_lazy("Withdraw it where it does not belong, and bring one of the place."),
        unit=COUNT,
        anchor="files",
        roles=("reviewer", "reporter", "approver", "auditor"),
        sentence=_photo_twice,
    ),
    Rule(
        key="plan_unpublished",
        label=gettext_lazy("Plan not made public"),
        means=gettext_lazy("A project is approved without a public notice of its plan."),
        remedy=gettext_lazy("Hang the notice for ten days and enter where and when it hung."),
        unit=DAYS,
        anchor="notices",
        roles=("reporter", "reviewer", "auditor"),
        sentence=_plan_unpublished,
    ),
    Rule(
        key="result_unpublished",
        label=gettext_lazy("Result not made public"),
        means=gettext_lazy("A completed project must say in public what was built for how much."),
        remedy=gettext_lazy("Hang the notice for ten days and enter where and when it hung."),
        unit=DAYS,
        anchor="notices",
        roles=("reporter", "reviewer", "auditor"),
        sentence=_result_unpublished,
    ),
    Rule(
        key="over_budget",
        label=gettext_lazy("Over budget"),
        means=gettext_lazy("More is bound, paid or accounted for than was agreed for it."),
        remedy=gettext_lazy("Propose an amendment, or put contract, payment or account right."),
        unit=PERCENT,
        anchor="plan",
        roles=("officer", "finance", "reporter", "approver", "auditor"),
        sentence=_over_budget,
    ),
    Rule(
        key="progress_late",
        label=gettext_lazy("Progress not reported"),
        means=gettext_lazy("Work is under way, and the monthly or quarterly report is missing."),
        remedy=gettext_lazy("Report the progress, or report that the work is completed."),
        unit=DAYS,
        anchor="progress",
        roles=("reporter", "officer", "auditor"),
        sentence=_progress_late,
    ),
    Rule(
        key="money_ahead",
        label=gettext_lazy("Money ahead of the work"),
        means=gettext_lazy("Far more of the money is paid than of the work is done."),
        remedy=gettext_lazy("Hold further payments; inspect the site; report the progress."),
        unit=POINTS,
        anchor="progress",
        roles=("approver", "finance", "officer", "reviewer", "auditor"),
        sentence=_money_ahead,
    ),
)
BY_KEY = {rule.key: rule for rule in RULES}
