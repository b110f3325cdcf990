"""What each move of a project asks for as evidence, as one table.

Rule: guards, the checklist on the project's page and docs/workflows.md read it from here. A
requirement is met when `missing` has nothing to say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.money import money_text, yuan
from core.punctuation import listed
from projects.models import (
    HELD,
    Acceptance,
    Agreement,
    Allocation,
    FundingSource,
    Notice,
    Payment,
    Project,
    Surplus,
)

NOTICE_DAYS = 10  # national guide on public notices of poverty funds: not less than ten days
READ_FIRST = ("need", "content_zh", "supporter")
TANGIBLE = {"model_village", "industry", "water", "school", "road", "health"}


@dataclass(frozen=True)
class Requirement:
    """Evidence that a move asks for. `missing(project)` says in words what lacks, or nothing;
    `anchor` is the panel of the project's page where it is entered."""

    key: str
    label: str | Promise
    missing: Callable[[Project], str]
    anchor: str


def _facts(project: Project) -> str:
    asked = [*READ_FIRST]
    if project.kind == Project.Kind.GOVERNMENT:
        asked.append("level")
    missing = [
        str(Project._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        for name in asked
        if not getattr(project, name)
    ]
    return _("fill in %(fields)s") % {"fields": listed(missing)} if missing else ""


def _quantities(project: Project) -> str:
    return "" if project.quantities.exists() else _("say what is built or done, with its quantity")


def _budget(project: Project) -> str:
    budget = project.budget.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    sources = dict(project.sources.order_by().values_list("source").annotate(sum=Sum("amount")))
    if not budget or not sources:
        return _("enter the budget and who bears it")
    aid = sum((sources.get(name, Decimal(0)) for name in FundingSource.AID), Decimal(0))
    if aid != project.agreed_amount:
        return _("the sources of aid give %(aid)s, and %(agreed)s is to be agreed") % {
            "aid": money_text(aid),
            "agreed": money_text(project.agreed_amount),
        }
    if budget != (total := sum(sources.values(), Decimal(0))):
        return _("the budget is %(budget)s and its sources give %(sources)s") % {
            "budget": money_text(budget),
            "sources": money_text(total),
        }
    return ""


def _survey(project: Project) -> str:
    surveys = project.surveys.standing()
    if not surveys.exists():
        return _("enter the survey of the place")
    return "" if surveys.filter(recommends=True).exists() else _("no survey recommends it")


def _notice(occasion: str) -> Callable[[Project], str]:
    def missing(project: Project) -> str:
        notices = [n for n in project.notices.standing() if n.occasion == occasion]
        if not notices:
            return _("enter the public notice")
        if all(n.days < NOTICE_DAYS for n in notices):
            return _("a public notice hangs for at least %(days)s days") % {"days": NOTICE_DAYS}
        if all(n.days < NOTICE_DAYS or n.ends_on >= timezone.localdate() for n in notices):
            return _("the public notice still hangs")
        unanswered = project.objections.standing().filter(
            notice__in=notices, replied_on__isnull=True
        )
        return _("answer every objection") if unanswered.exists() else ""

    return missing


def _agreement(project: Project) -> str:
    agreement = project.agreement
    if agreement is None:
        needed = project.kind == Project.Kind.GOVERNMENT
        return _("name the annual agreement") if needed else ""
    if agreement.status != Agreement.Status.SIGNED:
        return _("the agreement is not signed by both sides yet")
    others = agreement.projects.exclude(pk=project.pk).exclude(status="cancelled")
    room = agreement.amount - (others.aggregate(sum=Sum("agreed_amount"))["sum"] or 0)
    if project.agreed_amount > room:
        return _("the agreement has %(room)s left for projects, and this one is %(amount)s") % {
            "room": money_text(room),
            "amount": money_text(project.agreed_amount),
        }
    return ""


def _progress(project: Project) -> str:
    last = project.progressreports.standing().last()
    return "" if last and last.percent == 100 else _("report the work as done in full")


def _done(project: Project) -> str:
    done = project.quantities.filter(done__struck_at__isnull=True, done__isnull=False)
    without = project.quantities.exclude(pk__in=done.values("pk")).count()
    words = ngettext(
        "%(count)s planned quantity has no quantity done",
        "%(count)s planned quantities have no quantity done",
        without,
    )
    return words % {"count": without} if without else ""


def _acceptance(project: Project) -> str:
    passed = project.acceptances.standing().filter(
        level__in=[Acceptance.Level.COUNTY, Acceptance.Level.SUPPORTER], is_passed=True
    )
    return "" if passed.exists() else _("enter the acceptance by the county or the supporting side")


def _settlement(project: Project) -> str:
    return "" if project.settlements.standing().exists() else _("enter the final account")


def _findings(project: Project) -> str:
    count = project.findings.standing().filter(rectified_on__isnull=True).count()
    words = ngettext(
        "%(count)s finding is not put right", "%(count)s findings are not put right", count
    )
    return words % {"count": count} if count else ""


def _nothing_open(project: Project) -> str:
    waiting = (
        Payment.objects.filter(line__project=project, status__in=["requested", "approved"]).count()
        + Allocation.objects.filter(project=project, status="proposed").count()
        + Surplus.objects.filter(line__project=project, status="proposed").count()
    )
    words = ngettext(
        "%(count)s payment, allocation or surplus still waits",
        "%(count)s payments, allocations or surpluses still wait",
        waiting,
    )
    return words % {"count": waiting} if waiting else ""


def held(project: Project) -> Decimal:
    """Yuan that lie on the project's funding lines."""
    return yuan(project.lines.aggregate(sum=HELD)["sum"] or 0)


def retention(project: Project) -> Decimal:
    """Yuan that its contracts keep back until the end of their term."""
    parts = (c.amount * c.retention_percent / 100 for c in project.contracts.standing())
    return sum(parts, Decimal(0))


def _rest_is_retention(project: Project) -> str:
    if (rest := held(project)) <= retention(project):
        return ""
    return _("%(rest)s is neither paid nor given back") % {"rest": money_text(rest)}


def _nothing_held(project: Project) -> str:
    rest = held(project)
    return _("%(rest)s is neither paid nor given back") % {"rest": money_text(rest)} if rest else ""


def _assets(project: Project) -> str:
    if not TANGIBLE & set(project.types) or project.assets.standing().exists():
        return ""
    return _("enter what is handed over, and who keeps it")


def _outcome(project: Project) -> str:
    return "" if project.outcomes.standing().exists() else _("enter what became better")


FACTS = Requirement("facts", gettext_lazy("What, why and for whom"), _facts, "facts")
QUANTITIES = Requirement("quantities", gettext_lazy("Planned quantities"), _quantities, "plan")
BUDGET = Requirement("budget", gettext_lazy("Budget that adds up"), _budget, "plan")
SURVEY = Requirement("survey", gettext_lazy("Survey of the place"), _survey, "surveys")
NOTICE_BEFORE = Requirement(
    "notice-before",
    gettext_lazy("Public notice of ten days, objections answered"),
    _notice(Notice.Occasion.BEFORE),
    "notices",
)
AGREEMENT = Requirement(
    "agreement", gettext_lazy("Line of a signed agreement"), _agreement, "facts"
)
PROGRESS = Requirement("progress", gettext_lazy("Work reported as done"), _progress, "progress")
DONE = Requirement("done", gettext_lazy("Quantities done"), _done, "progress")
ACCEPTANCE = Requirement("acceptance", gettext_lazy("Acceptance"), _acceptance, "acceptances")
FINDINGS = Requirement("findings", gettext_lazy("Findings put right"), _findings, "findings")
SETTLEMENT = Requirement("settlement", gettext_lazy("Final account"), _settlement, "settlements")
NOTHING_OPEN = Requirement("open", gettext_lazy("No money waits"), _nothing_open, "money")
RETENTION = Requirement(
    "rest", gettext_lazy("Nothing left but retention money"), _rest_is_retention, "money"
)
NOTHING_HELD = Requirement("held", gettext_lazy("Nothing left"), _nothing_held, "money")
NOTICE_AFTER = Requirement(
    "notice-after",
    gettext_lazy("Public notice of the result"),
    _notice(Notice.Occasion.AFTER),
    "notices",
)
ASSETS = Requirement("assets", gettext_lazy("Assets with a custodian"), _assets, "assets")
OUTCOME = Requirement("outcome", gettext_lazy("Outcome"), _outcome, "outcomes")

ASKED: dict[str, tuple[Requirement, ...]] = {
    "submit": (FACTS, QUANTITIES, BUDGET),
    "survey": (SURVEY,),
    "enlist": (NOTICE_BEFORE,),
    "agree": (AGREEMENT,),
    "approve": (AGREEMENT,),
    "complete": (PROGRESS, DONE),
    "accept": (ACCEPTANCE,),
    "settle": (SETTLEMENT, FINDINGS, NOTHING_OPEN, RETENTION),
    "hand_over": (ASSETS, NOTICE_AFTER),
    "close": (NOTHING_HELD, FINDINGS, OUTCOME),
    "recovered": (NOTHING_OPEN, NOTHING_HELD),
}


@dataclass(frozen=True)
class Check:
    """A requirement as it stands for a project."""

    requirement: Requirement
    missing: str

    @property
    def is_met(self) -> bool:
        return not self.missing


class EvidenceMissing(ValidationError):
    """A move asks for evidence that is not there; `missing` says which, and where it is entered."""

    def __init__(self, missing: list[Check]):
        words = _("Not yet: %(missing)s.")
        super().__init__(words % {"missing": listed(check.missing for check in missing)})
        self.missing = missing


def ready(move: str) -> Callable[[Project], None]:
    """The guard of a move: raises EvidenceMissing while there is any."""

    def guard(project: Project) -> None:
        missing = [check for check in checklist(project, move) if not check.is_met]
        if missing:
            raise EvidenceMissing(missing)

    return guard


def checklist(project: Project, move: str) -> list[Check]:
    """What the move asks for, and what of it is still missing."""
    return [Check(one, one.missing(project)) for one in ASKED.get(move, ())]
