"""The pages of funds (what came, what went, what is left) and of the closing of periods.

Rule: balances are read from the ledger's pools and never added up here.
"""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.lists import Column
from core.money import yuan
from core.views import Records
from core.workflow import with_waiting
from ledger.filters import FundFilter, PeriodClosingFilter
from ledger.forms import FundForm, PeriodClosingForm
from ledger.models import Fund, FundQuerySet, Period, PeriodClosing
from ledger.statement import entries_of, posted_between, statement_of


def listed(rows: FundQuerySet) -> QuerySet:
    return rows.select_related("custodian").with_balance()


def fund_totals(funds: QuerySet) -> dict[str, Any]:
    """Yuan received, spent and free in every fund of the filter."""
    sums = funds.aggregate(received=Sum("pool__received"), spent=Sum("pool__spent"))
    received, spent = sums["received"] or 0, sums["spent"] or 0
    return {"received": yuan(received), "spent": yuan(spent), "free": yuan(received - spent)}


def place(request: HttpRequest, name: str) -> int | None:
    """A place in the movements from the address; None where there is none."""
    asked = request.GET.get(name, "")
    return int(asked) if asked.isdecimal() and len(asked) < 19 else None


def fund_panels(request: HttpRequest, fund: Fund) -> dict[str, Any]:
    came_below, went_below = place(request, "came"), place(request, "went")
    return {
        "years": statement_of(fund.pool),
        "movements": entries_of(fund.pool, came_below=came_below, went_below=went_below),
        "is_later_page": came_below is not None or went_below is not None,
    }


FUNDS = Records(
    app="ledger",
    name="fund",
    model=Fund,
    title=_("Funds"),
    new_title=_("New fund"),
    filterset=FundFilter,
    form=FundForm,
    columns=[
        Column("name", _("Fund"), ("pinyin",)),
        Column("kind", _("Kind"), ("kind",)),
        Column("custodian", _("Custodian"), ("custodian__pinyin",), css="mid"),
        Column("received", _("Received"), ("pool__received",), css="n money"),
        Column("spent", _("Set aside or given back"), ("pool__spent",), css="n money"),
        Column("free", _("Free"), ("free_fen",), css="n money"),
    ],
    row_template="ledger/_fund_row.html",
    detail_template="ledger/fund_detail.html",
    rows=listed,
    totals=fund_totals,
    panels=fund_panels,
    views=[
        (_("All"), ""),
        (_("Public money"), "kind=public"),
        (_("Donated money"), "kind=donated"),
        (_("With free money"), "left=yes"),
    ],
    empty=_("Funds appear here when an officer opens one."),
)


def next_days(request: HttpRequest) -> dict[str, Any]:
    """A new closing begins where the last one ended."""
    last = Period.objects.order_by("-ends_on").first()
    return {"starts_on": last.ends_on + timedelta(days=1)} if last else {}


def closing_panels(request: HttpRequest, closing: PeriodClosing) -> dict[str, Any]:
    return {"posted": posted_between(closing.starts_on, closing.ends_on)}


CLOSINGS = Records(
    app="ledger",
    name="periodclosing",
    model=PeriodClosing,
    title=_("Closings"),
    new_title=_("New closing"),
    filterset=PeriodClosingFilter,
    form=PeriodClosingForm,
    columns=[
        Column("period", _("Period"), ("starts_on",)),
        Column("by", _("Proposed by"), css="mid"),
        Column("state", _("State"), ("status",)),
        Column("age", _("Waiting"), ("waiting_since",), css="n"),
    ],
    row_template="ledger/_periodclosing_row.html",
    detail_template="ledger/periodclosing_detail.html",
    rows=lambda rows: with_waiting(rows.for_list()),
    panels=closing_panels,
    initial=next_days,
    views=[(_("All"), ""), (_("Proposed"), "state=proposed")],
    empty=_("Closings appear here when a finance officer proposes one."),
)
