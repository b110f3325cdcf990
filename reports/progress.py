"""How far a year has come: projects approved and completed, persons trained, money paid.

Rule: paid is what has left the projects' funding lines and did not come back.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum

from core.money import yuan
from projects.models import FundingLine, Project
from reports.tallies import Year


@dataclass(frozen=True)
class Progress:
    """A year's progress; amounts in yuan. `held` is received by the projects and not yet paid."""

    year: int
    approved: int
    completed: int
    people: int
    agreed: Decimal
    paid: Decimal
    held: Decimal

    @property
    def open(self) -> Decimal:
        """Agreed and not yet received."""
        return max(self.agreed - self.paid - self.held, Decimal(0))


def progress_of(year: int) -> Progress:
    """The progress of a year, in four queries."""
    records = Year(year)
    projects = Project.objects.counted().filter(year=year)
    completed = projects.filter(completed_on__isnull=False).count()
    lines = FundingLine.objects.filter(project__in=projects).order_by()
    money = lines.aggregate(
        paid=Sum(F("pool__gone__received") - F("pool__gone__spent")),
        held=Sum(F("pool__received") - F("pool__spent")),
    )
    whole = records.projects["all"]
    return Progress(
        year=year,
        approved=whole.count,
        completed=completed,
        people=records.courses["all"].people + records.secondments["all"].people,
        agreed=whole.amount,
        paid=yuan(money["paid"] or 0),
        held=yuan(money["held"] or 0),
    )
