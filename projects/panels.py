"""What the page of a project shows beside its money: the plan, the entries, the missing evidence.

Rule: the page costs the same queries whether a panel holds three entries or thirty.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.attachments import Attachment
from core.formatting import number, quantity
from core.money import AmountField, money_text
from core.requests import Request
from core.workflow import duty_of
from projects import stages
from projects.drawings import Board, Chart, board_of, chart_of
from projects.entries import KINDS, Kind, keeps
from projects.models import DETAILS, DoneQuantity, PlannedQuantity, ProgressReport, Project
from projects.models.entry import Entry

HUNDRED = Decimal(100)
SHOWN = 4  # entries of a panel that are not folded


# -- entries --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """An entry as the page shows it, with its files, what stands under it, and what may be done."""

    kind: Kind
    entry: Entry
    files: list[Attachment]
    may_change: bool
    may_follow_up: bool
    below: list["Row"] = field(default_factory=list)
    below_kind: Kind | None = None
    add_below: str = ""


@dataclass(frozen=True)
class Panel:
    """The entries of one kind: those that count, and those that were struck out."""

    kind: Kind
    rows: list[Row]
    struck: list[Row]
    add_url: str

    @property
    def anchor(self) -> str:
        return self.kind.anchor

    @property
    def title(self):
        return self.kind.title

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def is_empty(self) -> bool:
        return not (self.rows or self.struck)

    @property
    def first(self) -> list[Row]:
        """What is shown at once; the rest is folded."""
        return self.rows[:SHOWN]

    @property
    def more(self) -> list[Row]:
        return self.rows[SHOWN:]


class Reader:
    """What one person may do with the entries of one project, asked once for all of them."""

    def __init__(self, request: Request, project: Project):
        self.user, self.project = request.user, project
        self.is_own = keeps(request.user, project)
        self.files = self._files()

    def _files(self) -> dict[tuple[str, int | None], list[Attachment]]:
        found = defaultdict(list)
        files = Attachment.objects.of(self.project).current().exclude(entry_kind="")
        for file in files.select_related("kind").order_by("pk"):
            found[file.entry_kind, file.entry_id].append(file)
        return found

    def panel(self, kind: Kind) -> Panel:
        below = next((k for k in KINDS.values() if k.under and k.anchor == kind.anchor), None)
        under = self._under(below) if below else {}
        rows = [self._row(kind, one, below, under.get(one.pk, [])) for one in self._rows(kind)]
        standing = [row for row in rows if not row.entry.struck_at]
        return Panel(
            kind,
            _in_order(kind, standing),
            [row for row in rows if row.entry.struck_at],
            self.add_url(kind),
        )

    def add_url(self, kind: Kind) -> str:
        """Where an entry of this kind is typed; empty where this reader cannot now."""
        may = kind.may_add(self.user, self.project, is_own=self.is_own)
        if not may or kind.refusal(self.project):
            return ""
        return reverse("projects:entry-create", args=[self.project.pk, kind.name])

    def _rows(self, kind: Kind) -> Iterable[Entry]:
        rows = kind.model.objects.filter(project=self.project).for_panel()
        if any(one.name == "office" for one in kind.model._meta.fields):
            rows = rows.select_related("office")
        if kind.model is ProgressReport:
            done = DoneQuantity.objects.standing().select_related("quantity")
            rows = rows.prefetch_related(Prefetch("quantities", done.order_by("quantity")))
        return rows

    def _under(self, kind: Kind) -> dict[int, list[Row]]:
        found = defaultdict(list)
        for entry in self._rows(kind):
            found[getattr(entry, f"{kind.under}_id")].append(self._row(kind, entry))
        return found

    def _row(self, kind: Kind, entry: Entry, below: Kind | None = None, rows=()) -> Row:
        entry.project = self.project
        is_fixed = bool(entry.struck_at or kind.refusal(self.project))
        add_url = self.add_url(below) if below and not entry.struck_at else ""
        return Row(
            kind,
            entry,
            self.files.get((entry._meta.label_lower, entry.pk), []),
            may_change=not is_fixed and kind.may_change(self.user, entry),
            may_follow_up=not is_fixed and self._may_follow_up(kind, entry),
            below=list(rows),
            below_kind=below,
            add_below=f"{add_url}?{below.under}={entry.pk}" if below and add_url else "",
        )

    def _may_follow_up(self, kind: Kind, entry: Entry) -> bool:
        return bool(
            kind.follow_up
            and kind.follow_up.is_open(entry)
            and kind.may_follow_up(self.user, entry, is_own=self.is_own)
        )


def _in_order(kind: Kind, rows: list[Row]) -> list[Row]:
    """The newest first, and before it what is still open; steps of a plan in their own order."""
    if not kind.model.day_field:
        return rows
    rows = rows[::-1]
    return sorted(rows, key=lambda row: not (kind.follow_up and kind.follow_up.is_open(row.entry)))


# -- plan -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quantity:
    """A planned quantity beside what is reported as done; `percent` of the plan."""

    planned: PlannedQuantity
    done: Decimal | None

    @property
    def percent(self) -> int | None:
        return None if self.done is None else int(self.done * HUNDRED / self.planned.planned)


@dataclass(frozen=True)
class Place:
    """A site with its number on the board; without one where nobody has entered its point."""

    name: str
    latitude: Decimal | None
    longitude: Decimal | None
    number: int | None


@dataclass(frozen=True)
class Plan:
    """What was decided on together with the project."""

    quantities: list[Quantity]
    budget: list
    budget_sum: Decimal
    sources: list
    sources_sum: Decimal
    details: list[tuple[str, list[tuple[str, str]]]]
    places: list[Place]
    board: Board | None

    @property
    def is_empty(self) -> bool:
        return not (self.quantities or self.budget or self.sources or self.details or self.places)


def done_of(project: Project) -> dict[int, Decimal]:
    """What is done of each planned quantity, by the newest report that counts it."""
    rows = DoneQuantity.objects.standing().filter(project=project, progress__struck_at__isnull=True)
    return dict(rows.order_by("progress__reported_on").values_list("quantity", "done"))


def quantities_of(project: Project) -> list[Quantity]:
    done = done_of(project)
    return [Quantity(one, done.get(one.pk)) for one in project.quantities.all()]


def plan_of(project: Project) -> Plan:
    budget = list(project.budget.all())
    sources = list(project.sources.select_related("office"))
    places = _places(project)
    points = [(p.number, p.latitude, p.longitude) for p in places if p.number is not None]
    return Plan(
        quantities=quantities_of(project),
        budget=budget,
        budget_sum=sum((line.amount for line in budget), Decimal(0)),
        sources=sources,
        sources_sum=sum((line.amount for line in sources), Decimal(0)),
        details=_details(project),
        places=places,
        board=board_of(points),
    )


def _places(project: Project) -> list[Place]:
    """The project's own point, then its further sites."""
    sites = list(project.sites.select_related("town", "village"))
    known = [(str(site), site.latitude, site.longitude) for site in sites]
    if project.latitude is not None:
        name = str(project.village or project.town or project.county)
        known.insert(0, (name, project.latitude, project.longitude))
    places, count = [], 0
    for name, latitude, longitude in known:
        count += latitude is not None
        numbered = count if latitude is not None else None
        places.append(Place(name, latitude, longitude, numbered))
    return places


def _details(project: Project) -> list[tuple[str, list[tuple[str, str]]]]:
    """(what it is, its facts) of each kind of project that this one is, where they are entered."""
    models = dict.fromkeys(DETAILS[name] for name in project.types if name in DETAILS)
    found = ((m, m.objects.filter(project=project).first()) for m in models)
    return [(capfirst(m._meta.verbose_name), facts_of(row)) for m, row in found if row]


def facts_of(row) -> list[tuple[str, str]]:
    """The filled fields of a row of details, in words."""
    facts = []
    for one in row._meta.fields:
        value = getattr(row, one.attname)
        if one.primary_key or one.name == "project" or value in (None, "", False):
            continue
        facts.append((capfirst(str(one.verbose_name)), _in_words(row, one, value)))
    return facts


def _in_words(row, one, value) -> str:
    if one.choices:
        return str(getattr(row, f"get_{one.name}_display")())
    if value is True:
        return _("yes")
    if isinstance(one, AmountField):
        return money_text(value)
    if isinstance(value, Decimal):
        return quantity(value)
    if isinstance(value, date):
        return date_format(value)
    return number(value) if isinstance(value, int) else str(value)


# -- the page -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """An entry of the index over the panels."""

    anchor: str
    title: Any
    count: int | None = None


@dataclass(frozen=True)
class Evidence:
    """What the next move asks for, and how much of it is there."""

    label: Any
    checks: list[stages.Check]

    @property
    def met_count(self) -> int:
        return sum(check.is_met for check in self.checks)


def evidence_of(project: Project) -> Evidence | None:
    """The evidence that the project's next move asks for; None where it asks for none."""
    move = duty_of(project)
    checks = stages.checklist(project, move.name) if move else []
    return Evidence(move.label, checks) if move and checks else None


@dataclass(frozen=True)
class Doing:
    """What is done on a project beside its moves, among what happens next."""

    label: Any
    url: str
    icon: str
    note: str = ""
    is_primary: bool = False


def _doings(progress: Panel | None, evidence: Evidence | None) -> list[Doing]:
    """Reporting progress comes first as long as the work is not reported as done."""
    if progress is None or not progress.add_url or evidence is None:
        return []
    if all(check.is_met or check.requirement is not stages.PROGRESS for check in evidence.checks):
        return []
    note = ""
    if progress.rows:
        last = progress.rows[0].entry
        shown = {"day": date_format(last.reported_on), "percent": last.percent}
        note = _("Last report %(day)s: %(percent)s%% done") % shown
    return [Doing(progress.kind.new_title, progress.add_url, "chart", note, is_primary=True)]


def progress_chart(panel: Panel, project: Project) -> Chart | None:
    reports = [row.entry for row in reversed(panel.rows)]
    return chart_of(reports, started_on=project.started_on, agreed=project.agreed_amount)


def panels_of(request: Request, project: Project) -> dict[str, Any]:
    """The context of the project's page that is not its money: plan, panels, index, evidence."""
    reader = Reader(request, project)
    kinds = [kind for kind in KINDS.values() if kind.title]
    panels = {
        kind.name: reader.panel(kind)
        for kind in kinds
        if request.user.has_perm(kind.permission("view"))
    }
    filled = [panel for panel in panels.values() if not panel.is_empty]
    empty = [panel for panel in panels.values() if panel.is_empty]
    plan, evidence = plan_of(project), evidence_of(project)
    progress = panels.get("progressreport")
    return {
        "plan": plan,
        "panels": filled,
        "empty_panels": [panel for panel in empty if panel.add_url],
        "closed_panels": [panel for panel in empty if not panel.add_url],
        "chart": progress_chart(progress, project) if progress else None,
        "last_report": progress.rows[0].entry if progress and progress.rows else None,
        "evidence": evidence,
        "doings": _doings(progress, evidence),
        "marks": _marks(plan, filled),
    }


def _marks(plan: Plan, panels: list[Panel]) -> list[Mark]:
    """The index: what the page holds, in its order."""
    return [
        *([] if plan.is_empty else [Mark("plan", _("Plan"))]),
        Mark("money", _("Money")),
        *(Mark(panel.anchor, panel.title, panel.count) for panel in panels),
        Mark("files", _("Files")),
        Mark("history", _("History")),
    ]
