"""The pages of projects and of their money: allocations, payments, appropriations.

Rule: a page asks and shows; what may be asked is in filters, forms and workflows, and what a
thing costs in the ledger.
"""

from typing import Any

from crispy_forms.layout import Layout
from crispy_forms.utils import render_crispy_form
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.lists import Column
from core.money import yuan
from core.views import Records
from core.workflow import with_waiting
from projects import alarms, balances, books, panels
from projects import told as told
from projects.amendment_form import AmendmentForm
from projects.amendments import difference
from projects.filters import (
    AllocationFilter,
    AmendmentFilter,
    AppropriationFilter,
    PaymentFilter,
    ProjectFilter,
    SurplusFilter,
)
from projects.forms import ProjectForm
from projects.likeness import likes_of, look_of, told_apart_of
from projects.models import (
    PAID,
    Allocation,
    Amendment,
    Appropriation,
    Contract,
    FundingLine,
    Instalment,
    Payment,
    Project,
    Surplus,
)
from projects.money_forms import AllocationForm, AppropriationForm, SurplusForm
from projects.payment_form import PaymentForm, from_contract, next_due

# -- projects ---------------------------------------------------------------------------------


def listed(rows: QuerySet) -> QuerySet:
    """Rows of a list with what they show, and since when somebody waits for them."""
    return with_waiting(rows.for_list())


def project_totals(projects: QuerySet) -> dict[str, Any]:
    """Agreed and paid yuan of every project of the filter."""
    lines = FundingLine.objects.filter(project__in=projects.order_by().values("pk"))
    agreed = projects.aggregate(sum=Sum("agreed_amount"))["sum"]
    return {"agreed": agreed, "paid": yuan(lines.aggregate(sum=PAID)["sum"] or 0)}


def project_panels(request: HttpRequest, project: Project) -> dict[str, Any]:
    accounts = books.accounts_of(project)
    shown = panels.panels_of(request, project)
    funds = {account.line.fund_id for account in accounts}
    waiting = project.allocations.exclude(fund__in=funds).select_related("fund")
    payable = project.status in Project.PAYABLE
    return (
        shown
        | balances.of_project(project, accounts)
        | alarms.of_project(request, project)
        | {
            "accounts": accounts,
            "unopened": waiting.order_by("pk"),
            "likes": likes_of(look_of(project), request.user),
            "told_apart": told_apart_of(project, request.user),
            "may_tell_apart": request.user.has_perm("projects.add_toldapart"),
            "may_allocate": payable and request.user.has_perm("projects.add_allocation"),
            "amendments": project.amendments.order_by("-pk"),
            "may_amend": project.status in Project.AMENDABLE
            and request.user.can("projects.add_amendment", project, editing=True),
            "may_request": payable and request.user.has_perm("projects.add_payment"),
            "may_return": request.user.has_perm("projects.add_surplus"),
        }
    )


def new_project(request: HttpRequest) -> dict[str, Any]:
    """Presets of a new project: those of the address, else the year entered last."""
    known = Project.objects.editable_by(request.user).order_by("-created_at", "-pk")
    year = known.values_list("year", flat=True).first() or timezone.localdate().year
    return {"year": year} | {key: value for key, value in request.GET.items() if value}


PROJECTS = Records(
    app="projects",
    name="project",
    model=Project,
    title=_("Projects"),
    new_title=_("New project"),
    filterset=ProjectFilter,
    form=ProjectForm,
    form_template="projects/project_form.html",
    columns=[
        Column("name", _("Project"), ("pinyin",)),
        Column("county", _("County"), ("county__pinyin",)),
        Column("supporter", _("Supporting side"), css="mid"),
        Column("state", _("State"), ("status", "status_at")),
        Column("agreed", _("Agreed"), ("agreed_amount",), css="n money"),
        Column("paid", _("Paid"), ("paid_fen",), css="n money"),
        Column("waiting", _("Waiting"), ("waiting_since",), css="n"),
    ],
    row_template="projects/_project_row.html",
    detail_template="projects/project_detail.html",
    rows=listed,
    totals=project_totals,
    panels=project_panels,
    initial=new_project,
    views=[
        (_("All"), ""),
        (_("Waiting for me"), "waiting=me"),
        (_("In preparation"), "stage=preparing"),
        (_("Under way"), "state=under_way"),
        (_("In difficulty"), "stage=troubled"),
        (_("Findings over due"), "lacks=rectification"),
        (_("Government 2010"), "year=2010&kind=government"),
        (_("Social 2010"), "year=2010&kind=social"),
        (_("Model villages 2010"), "year=2010&type=model_village"),
        (_("Drought relief"), "relief=yes"),
    ],
    empty=_("Projects appear here when an office enters them."),
)


def places(request: HttpRequest) -> HttpResponse:
    """The fields of the places, as the year and the county typed so far limit them.

    Another county brings its own supporting side; another year keeps the one that was chosen.
    """
    if not request.user.has_perm("projects.add_project"):
        raise PermissionDenied
    chosen = request.GET.dict()
    if request.htmx.trigger_name == "county":
        chosen.pop("supporter", None)
    form = ProjectForm(user=request.user, initial=chosen)
    form.helper.layout = Layout(*form.places_layout())
    return HttpResponse(render_crispy_form(form))


# -- amendments -------------------------------------------------------------------------------


def amendment_panels(request: HttpRequest, amendment: Amendment) -> dict[str, Any]:
    return {
        "lines": difference(amendment),
        "changes_amount": "agreed_amount" in amendment.changes,
    }


AMENDMENTS = Records(
    app="projects",
    name="amendment",
    model=Amendment,
    title=_("Amendments"),
    new_title=_("Propose an amendment"),
    filterset=AmendmentFilter,
    form=AmendmentForm,
    form_template="projects/amendment_form.html",
    columns=[
        Column("number", _("Amendment"), ("number",)),
        Column("project", _("Of the project"), ("project__pinyin",)),
        Column("reason", _("Why"), css="mid"),
        Column("state", _("State"), ("status", "status_at")),
        Column("agreed", _("Agreed amount"), ("amount",), css="n money"),
        Column("waiting", _("Waiting"), ("waiting_since",), css="n"),
    ],
    row_template="projects/_amendment_row.html",
    detail_template="projects/amendment_detail.html",
    rows=listed,
    panels=amendment_panels,
    initial=lambda request: {"project": request.GET.get("project", "")},
    views=[(_("All"), ""), (_("Waiting for me"), "waiting=me")],
    empty=_("An amendment is proposed from the page of an approved project."),
)

# -- money ------------------------------------------------------------------------------------


def sum_of(rows: QuerySet) -> dict[str, Any]:
    return {"amount": rows.aggregate(sum=Sum("amount"))["sum"]}


def number_of(request: HttpRequest, name: str) -> int | None:
    """A key in the address; None where there is none."""
    asked = request.GET.get(name, "")
    return int(asked) if asked.isdecimal() and len(asked) < 19 else None


def preset(request: HttpRequest) -> dict[str, Any]:
    """The project and the fund of `?project=` or `?line=`, where the person may read them."""
    visible = Project.objects.visible_to(request.user)
    if line := number_of(request, "line"):
        lines = FundingLine.objects.filter(pk=line, project__in=visible).select_related("project")
        if found := lines.first():
            return {"project": found.project, "fund": found.fund_id}
    if project := number_of(request, "project"):
        return {"project": visible.filter(pk=project).first()}
    if number := request.GET.get("project", ""):
        return {"project": visible.filter(number=number[:40]).first()}
    return {}


def new_money(day: str):
    """Presets of a new allocation or surplus: project, fund, today."""
    return lambda request: {day: timezone.localdate()} | preset(request)


def new_payment(request: HttpRequest) -> dict[str, Any]:
    """Presets of a new payment: those of its line, and what `?contract=` or `?instalment=` brings.

    Whoever chose another contract in the form does not keep the instalment of the one before.
    """
    initial = {"requested_on": timezone.localdate()} | preset(request)
    if fund := number_of(request, "fund"):
        initial["fund"] = fund
    contracts = Contract.objects.visible_to(request.user).standing().select_related("project")
    instalment = None
    if (pk := number_of(request, "instalment")) and request.htmx.trigger_name != "contract":
        known = Instalment.objects.visible_to(request.user).standing()
        instalment = known.filter(pk=pk).first()
    pk = instalment.contract_id if instalment else number_of(request, "contract")
    if contract := pk and contracts.filter(pk=pk).first():
        initial |= from_contract(contract, instalment or next_due(contract))
    return initial


ALLOCATIONS = Records(
    app="projects",
    name="allocation",
    model=Allocation,
    title=_("Allocations"),
    new_title=_("Propose an allocation"),
    filterset=AllocationFilter,
    form=AllocationForm,
    form_template="projects/allocation_form.html",
    columns=[
        Column("number", _("Allocation"), ("number",)),
        Column("project", _("To the project"), ("project__pinyin",)),
        Column("fund", _("From the fund"), ("fund__pinyin",), css="mid"),
        Column("day", _("Day"), ("allocated_on",)),
        Column("state", _("State"), ("status", "status_at")),
        Column("amount", _("Amount"), ("amount",), css="n money"),
        Column("waiting", _("Waiting"), ("waiting_since",), css="n"),
    ],
    row_template="projects/_allocation_row.html",
    detail_template="projects/allocation_detail.html",
    rows=listed,
    totals=sum_of,
    initial=new_money("allocated_on"),
    views=[
        (_("All"), ""),
        (_("Waiting for me"), "waiting=me"),
        (_("Donated money"), "money=donated"),
        (_("Public money"), "money=public"),
        (_("Drought relief"), "relief=yes"),
    ],
    empty=_("An allocation is proposed from the page of an approved project."),
)


def payment_panels(request: HttpRequest, payment: Payment) -> dict[str, Any]:
    return {"origin": books.origin_of(payment)}


PAYMENTS = Records(
    app="projects",
    name="payment",
    model=Payment,
    title=_("Payments"),
    new_title=_("Request a payment"),
    filterset=PaymentFilter,
    form=PaymentForm,
    form_template="projects/payment_form.html",
    columns=[
        Column("number", _("Payment"), ("number",)),
        Column("project", _("For the project"), ("line__project__pinyin",)),
        Column("fund", _("From the fund"), ("line__fund__pinyin",), css="mid"),
        Column("day", _("Day"), ("paid_on",)),
        Column("state", _("State"), ("status", "status_at")),
        Column("amount", _("Amount"), ("amount",), css="n money"),
        Column("waiting", _("Waiting"), ("waiting_since",), css="n"),
    ],
    row_template="projects/_payment_row.html",
    detail_template="projects/payment_detail.html",
    rows=listed,
    totals=sum_of,
    panels=payment_panels,
    initial=new_payment,
    views=[
        (_("All"), ""),
        (_("Waiting for me"), "waiting=me"),
        (_("Paid"), "state=paid"),
        (_("Donated money"), "money=donated"),
        (_("Public money"), "money=public"),
    ],
    empty=_("A payment is requested from the page of a project that has money."),
)

APPROPRIATIONS = Records(
    app="projects",
    name="appropriation",
    model=Appropriation,
    title=_("Appropriations"),
    new_title=_("New appropriation"),
    filterset=AppropriationFilter,
    form=AppropriationForm,
    columns=[
        Column("document", _("Document"), ("document",)),
        Column("fund", _("To the fund"), ("fund__pinyin",)),
        Column("source", _("Whose budget"), ("source__path",), css="mid"),
        Column("day", _("Received on"), ("received_on",)),
        Column("state", _("State"), ("status", "status_at")),
        Column("amount", _("Amount"), ("amount",), css="n money"),
        Column("waiting", _("Waiting"), ("waiting_since",), css="n"),
    ],
    row_template="projects/_appropriation_row.html",
    detail_template="projects/appropriation_detail.html",
    rows=listed,
    totals=sum_of,
    initial=lambda request: {"received_on": timezone.localdate()},
    views=[
        (_("All"), ""),
        (_("Waiting for me"), "waiting=me"),
        (_("Relief grants"), "relief=yes"),
        (_("2010"), "year=2010"),
    ],
    empty=_("Public money that reaches a fund is recorded here and confirmed by finance."),
)

SURPLUSES = Records(
    app="projects",
    name="surplus",
    model=Surplus,
    title=_("Surpluses"),
    new_title=_("Return a surplus"),
    filterset=SurplusFilter,
    form=SurplusForm,
    form_template="projects/surplus_form.html",
    columns=[
        Column("number", _("Surplus"), ("number",)),
        Column("project", _("Of the project"), ("line__project__pinyin",)),
        Column("fund", _("To the fund"), ("line__fund__pinyin",), css="mid"),
        Column("day", _("Day"), ("returned_on",)),
        Column("state", _("State"), ("status",)),
        Column("amount", _("Amount"), ("amount",), css="n money"),
        Column("waiting", _("Waiting"), ("waiting_since",), css="n"),
    ],
    row_template="projects/_surplus_row.html",
    detail_template="projects/surplus_detail.html",
    rows=listed,
    totals=sum_of,
    initial=new_money("returned_on"),
    views=[(_("All"), ""), (_("Waiting for me"), "waiting=me")],
    empty=_("What is left on the line of a project goes back to its fund."),
)
