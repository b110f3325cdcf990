"""What the page of a project shows beside its money: entries, evidence, what is done next.

Rule: the page costs the same queries whether a panel holds three entries or thirty.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.attachments import Attachment
from core.requests import Request
from core.workflow import duty_of
from projects import stages
from projects.drawings import Chart, chart_of
from projects.entries import KINDS, Kind, keeps
from projects.models import DoneQuantity, ProgressReport, Project, Remittance
from projects.models.entry import Entry
from projects.plan import Plan, plan_of

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


def entries_of(project: Project) -> dict[str, list[Entry]]:
    """Every entry in the file of a project by its kind, read once for a page."""
    if not hasattr(project, "_entries"):
        project._entries = {kind.name: _read(kind, project) for kind in KINDS.values()}
    return project._entries


def _read(kind: Kind, project: Project) -> list[Entry]:
    rows = kind.model.objects.filter(project=project).for_panel()
    if any(one.name == "office" for one in kind.model._meta.fields):
        rows = rows.select_related("office")
    if kind.model is ProgressReport:
        done = DoneQuantity.objects.standing().select_related("quantity")
        rows = rows.prefetch_related(Prefetch("quantities", done.order_by("quantity")))
    if kind.model is Remittance:
        rows = rows.select_related("allocation").prefetch_related("hops")
    for entry in (found := list(rows)):
        entry.project = project
    return found


class Reader:
    """What one person may do with the entries of one project, asked once for all of them."""

    def __init__(self, request: Request, project: Project):
        self.user, self.project = request.user, project
        self.is_own = keeps(request.user, project)
        self.files, self.entries = self._files(), entries_of(project)

    def _files(self) -> dict[tuple[str, int | None], list[Attachment]]:
        found = defaultdict(list)
        files = Attachment.objects.of(self.project).current().exclude(entry_kind="")
        for file in files.select_related("kind").order_by("pk"):
            found[file.entry_kind, file.entry_id].append(file)
        return found

    def panel(self, kind: Kind) -> Panel:
        below = next((k for k in KINDS.values() if k.under and k.anchor == kind.anchor), None)
        under = self._under(below) if below else {}
        rows = [
            self._row(kind, one, below, under.get(one.pk, [])) for one in self.entries[kind.name]
        ]
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

    def _under(self, kind: Kind) -> dict[int, list[Row]]:
        found = defaultdict(list)
        for entry in self.entries[kind.name]:
            found[getattr(entry, f"{kind.under}_id")].append(self._row(kind, entry))
        return found

    def _row(self, kind: Kind, entry: Entry, below: Kind | None = None, rows=()) -> Row:
        is_fixed = bool(entry.struck_at or kind.refusal(self.project))
        add_url = ""
        if below and not entry.struck_at and below.may_add_to(self.user, entry):
            add_url = self.add_url(below)
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
