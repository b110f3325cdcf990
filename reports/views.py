"""The pages of a year for the staff: overview, the records behind one figure, the progress panel.

Rule: published figures are the same for every reader; which of the records behind them a reader
may open is decided by the lists that they link to.
"""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reports.figures import FIGURES
from reports.overview import counted_text, overview_of
from reports.progress import progress_of
from reports.tallies import Year, full_year, latest_year, years_with_records

FIRST_YEAR, LAST_YEAR = 1996, 2100

sees_projects = permission_required("projects.view_project", raise_exception=True)


def year_or_404(year: int | None) -> int:
    """The year asked for; without one the last full year that has records, else the present one."""
    if year is None:
        return full_year() or timezone.localdate().year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return year


def years_to_choose(year: int) -> list[int]:
    """The years of the switch: those with records, and the one that is being read."""
    return sorted({*years_with_records()[:5], year})


@sees_projects
def overview(request: HttpRequest, year: int | None = None) -> HttpResponse:
    year = year_or_404(year)
    context = {"overview": overview_of(year, request.unit), "years": years_to_choose(year)}
    return render(request, "reports/overview.html", context)


@sees_projects
def figure(request: HttpRequest, year: int, key: str) -> HttpResponse:
    """The lists in which the records behind one figure stand."""
    if key not in FIGURES:
        raise Http404
    found = FIGURES[key].of(Year(year_or_404(year)))
    number = counted_text(found.number, FIGURES[key].unit) if found.value is None else ""
    return render(request, "reports/figure.html", {"figure": found, "number": number})


@sees_projects
def progress_panel(request: HttpRequest) -> HttpResponse:
    """How far the latest year has come: a part of the start page, or a page of its own."""
    context = {"progress": progress_of(latest_year() or timezone.localdate().year)}
    partial = request.htmx and not request.htmx.boosted
    template = "reports/_progress.html" if partial else "reports/progress.html"
    return render(request, template, context)
