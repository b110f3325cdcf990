"""What was done of what a plan period or an agreement set out to reach, counted from the records.

Rule: a measure counts projects that stand, by their plan year; a village counts once over years.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from projects.models import Measure, Project, Target, Unit, Village

Count_ = Callable[[QuerySet], Decimal | int | None]


def _sum(path: str) -> Count_:
    return lambda rows: rows.aggregate(sum=Sum(path))["sum"]


def _done(unit: str) -> Count_:
    """Planned quantities of a unit; what was done more or less stands on the project's page."""
    return lambda rows: rows.filter(quantities__unit=unit).aggregate(
        sum=Sum("quantities__planned")
    )["sum"]


def _villages(rows: QuerySet) -> int:
    rows = rows.filter(types__contains=[Project.Type.MODEL_VILLAGE])
    return rows.aggregate(count=Count("village", distinct=True))["count"]


def _of_type(rows: QuerySet, kind: str) -> QuerySet:
    return rows.filter(types__contains=[kind])


def _advanced(rows: QuerySet) -> int:
    years = rows.values("year").distinct()
    return Village.objects.filter(is_old_base=True, advanced_in__in=years).count()


COUNTED: dict[str, Count_] = {
    Measure.PROJECTS: lambda rows: rows.count(),
    Measure.MONEY: _sum("agreed_amount"),
    Measure.MODEL_VILLAGES: _villages,
    Measure.MODEL_VILLAGE_MONEY: lambda rows: _sum("agreed_amount")(
        _of_type(rows, Project.Type.MODEL_VILLAGE)
    ),
    Measure.BASES: lambda rows: rows.filter(industrybase__is_eco_base=True).count(),
    Measure.BASE_MONEY: lambda rows: _sum("agreed_amount")(
        rows.filter(industrybase__is_eco_base=True)
    ),
    Measure.OLD_BASE_VILLAGES: _advanced,
    Measure.PEOPLE: _sum("people_count"),
    Measure.ROAD: _done(Unit.KM),
    Measure.FARMLAND: _done(Unit.MU),
    Measure.WATER_PEOPLE: _sum("waterworks__people"),
    Measure.WATER_LIVESTOCK: _sum("waterworks__livestock"),
}
MONEY = (Measure.MONEY, Measure.MODEL_VILLAGE_MONEY, Measure.BASE_MONEY)


@dataclass(frozen=True)
class Reached:
    """A target with what the records give for it; amounts in yuan."""

    target: Target
    done: Decimal

    @property
    def is_money(self) -> bool:
        return self.target.measure in MONEY

    @property
    def percent(self) -> int | None:
        """Whole per cent of what was planned, cut, so that 99.9 is not 100."""
        return int(self.done * 100 / self.target.planned) if self.target.planned else None


def reached(targets: QuerySet, projects: QuerySet) -> list[Reached]:
    """Each target with what these projects give for it."""
    rows = projects.counted().order_by()
    return [
        Reached(target, Decimal(COUNTED[target.measure](rows) or 0))
        for target in targets.order_by("pk")
    ]
