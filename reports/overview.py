"""The overview of a year: headline, checks, sections with their figures, charts and counties.

Rule: a pure function of the year and the unit; every number in it comes from figures.py, and the
page of the staff and that of the public differ in their links alone.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.formatting import Segment, number
from core.punctuation import listed, told
from reports.checks import Outcome, Result, checks_of
from reports.counties import Counties, counties_of
from reports.figures import Computed, figures_of
from reports.published import Printed, agrees, published
from reports.tallies import Year
from reports.wording import brief

Text = str | Promise

SECTIONS: tuple[tuple[str, Text, Text, tuple[str, ...]], ...] = (
    ("A", gettext_lazy("A. All projects"), "", ("A1", "A2", "A3", "A5", "A7")),
    (
        "B",
        gettext_lazy("B. Drought relief"),
        gettext_lazy("cash and goods are counted apart"),
        ("B2", "B3", "B4", "B4a", "B4b", "B4c", "B5", "B6"),
    ),
    (
        "C",
        gettext_lazy("C. Model villages and industry"),
        "",
        ("C1", "C2", "C3", "C4", "C5", "C6", "C7"),
    ),
    (
        "E",
        gettext_lazy("E. Training"),
        gettext_lazy("persons, each counted once a course or batch"),
        ("E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E10"),
    ),
    ("G", gettext_lazy("G. Social aid"), "", ("G1", "G2")),
)
RESULT_MARKS = {
    Result.HOLDS: ("y", "ok"),
    Result.DOES_NOT: ("n", "unequal"),
    Result.NOT_ITEMISED: ("m", "ask"),
    Result.SOURCE_DOES_NOT_SAY: ("m", "ask"),
}


@dataclass(frozen=True)
class Mark:
    """How a check came out: tone (y, n or m), icon and word."""

    tone: str
    icon: str
    word: str


@dataclass(frozen=True)
class Row:
    """A figure as the overview's table shows it."""

    key: str
    label: Text
    definition: Text
    printed: str
    computed: str
    records: str
    mark: Mark | None
    figure: Computed | None = None


@dataclass(frozen=True)
class Chart:
    label: str
    segments: list[Segment]
    total: Decimal | int | None = None


@dataclass(frozen=True)
class Section:
    key: str
    title: Text
    note: Text
    rows: list[Row]
    charts: list[Chart] = field(default_factory=list)
    hint: str = ""


@dataclass(frozen=True)
class Overview:
    """Everything that the page of a year shows."""

    year: int
    figures: dict[str, Computed]
    sections: list[Section]
    checks: list[tuple[Outcome, Mark]]
    counties: Counties

    @property
    def is_empty(self) -> bool:
        return not any(figure.count for figure in self.figures.values())

    @property
    def facts(self) -> str:
        """One sentence on how the year stands to the printed page."""
        marks = [
            row.mark.tone
            for section in self.sections
            for row in section.rows
            if row.mark is not None
        ]
        shown = len(self.figures)
        first = ngettext(
            "{shown} figure, counted from records and linked to them.",
            "{shown} figures, each counted from records and linked to them.",
            shown,
        ).format(shown=shown)
        agreement = _("{same} of {total} printed values agree with the records.").format(
            same=marks.count("y"), total=len(marks)
        )
        return told([first, *([agreement] if marks else []), self._checks_said()])

    def _checks_said(self) -> str:
        results = [outcome.result for outcome, _mark in self.checks]
        holds, fails = results.count(Result.HOLDS), results.count(Result.DOES_NOT)
        return _(
            "Of {total} cross-checks {holds} passed, {fails} failed, {open} cannot be settled."
        ).format(total=len(results), holds=holds, fails=fails, open=len(results) - holds - fails)


def overview_of(year: int, unit: str) -> Overview:
    """The overview of a year, in a number of queries that no record changes."""
    records = Year(year)
    figures = figures_of(records)
    outcomes = checks_of(year, figures)
    return Overview(
        year=year,
        figures=figures,
        sections=[_section(*entry, year, figures, outcomes, unit) for entry in SECTIONS],
        checks=[(outcome, _mark(outcome)) for outcome in outcomes],
        counties=counties_of(records),
    )


def _mark(outcome: Outcome) -> Mark:
    return Mark(*RESULT_MARKS[outcome.result], str(outcome.result.label))


def _section(key, title, note, keys, year, figures, outcomes, unit) -> Section:
    printed = published(year)
    rows = [_row(figures[name], printed.get(name), unit) for name in keys]
    rows = [row for row in rows if _is_shown(row)]
    if key == "C":
        rows[1:1] = [_share_row(outcome) for outcome in outcomes if outcome.printed]
    charts, hint = CHARTS[key](figures, unit) if key in CHARTS else ([], "")
    return Section(key, title, note, rows, charts, hint)


def _is_shown(row: Row) -> bool:
    """E4 to E10 name single courses of one year; where neither side has them there is no row."""
    is_single = row.key[0] == "E" and int(row.key[1:]) > 3
    return not is_single or bool(row.printed) or bool(row.figure and row.figure.count)


def _row(figure: Computed, printed: Printed | None, unit: str) -> Row:
    return Row(
        key=figure.key,
        label=figure.figure.label,
        definition=figure.figure.definition,
        printed=_printed_text(figure, printed, unit) if printed else "",
        computed=_computed_text(figure, unit),
        records=_records_text(figure),
        mark=_agreement(figure, printed, unit) if printed else None,
        figure=figure,
    )


def _share_row(outcome: Outcome) -> Row:
    holds = outcome.result == Result.HOLDS
    mark = Mark("y", "ok", _("Same")) if holds else Mark("n", "unequal", _("Differs"))
    return Row(
        key="C1",
        label=_("its share of government money"),
        definition=outcome.working,
        printed=outcome.printed,
        computed=outcome.computed,
        records=_("2 figures"),
        mark=mark,
    )


def qualifier_sign(printed: Printed) -> str:
    return {"more": ">", "about": "~"}.get(printed.qualifier, "")


def _printed_text(figure: Computed, printed: Printed, unit: str) -> str:
    sign = qualifier_sign(printed)
    if printed.each is not None and printed.number:
        return f"{printed.number} × {brief(printed.each, unit)}"
    parts = []
    if printed.number is not None:
        counted = counted_text(printed.number, figure.figure.unit)
        parts.append(number(printed.number) if figure.value is not None else counted)
    if printed.value is not None:
        parts.append(brief(printed.value, unit))
    return sign + " · ".join(parts)


def _computed_text(figure: Computed, unit: str) -> str:
    if figure.value is None:
        return counted_text(figure.number, figure.figure.unit)
    if figure.figure.unit == "yuan":
        return brief(figure.value, unit)
    return f"{number(figure.number)} · {brief(figure.value, unit)}"


def counted_text(count: int, unit: str) -> str:
    """A count with its word: "309 projects"."""
    words = {
        "projects": ngettext("{count} project", "{count} projects", count),
        "villages": ngettext("{count} village", "{count} villages", count),
        "agreements": ngettext("{count} agreement", "{count} agreements", count),
        "prefectures": ngettext("{count} prefecture", "{count} prefectures", count),
        "kinds": ngettext("{count} kind", "{count} kinds", count),
        "towns": ngettext("{count} town", "{count} towns", count),
        "counties": ngettext("{count} county", "{count} counties", count),
        "schools": ngettext("{count} school", "{count} schools", count),
        "bases": ngettext("{count} base", "{count} bases", count),
        "gifts": ngettext("{count} gift", "{count} gifts", count),
        "lots": ngettext("{count} lot of goods", "{count} lots of goods", count),
        "allocations": ngettext("{count} allocation", "{count} allocations", count),
        "grants": ngettext("{count} grant", "{count} grants", count),
        "courses": ngettext("{count} course", "{count} courses", count),
        "batches": ngettext("{count} batch", "{count} batches", count),
        "persons": ngettext("{count} person", "{count} persons", count),
    }
    return words[unit].format(count=number(count))


def _records_text(figure: Computed) -> str:
    counted = [part for part in figure.parts if part.tally.count] or figure.parts[:1]
    return listed(counted_text(part.tally.count, part.unit) for part in counted)


def _agreement(figure: Computed, printed: Printed, unit: str) -> Mark:
    found = agrees(printed, number=figure.number, value=figure.value, count=figure.count)
    if found == "same":
        return Mark("y", "ok", _("Same"))
    if found == "differs":
        return Mark("n", "unequal", _("Differs"))
    said = _printed_text(figure, printed, unit)
    return Mark("y", "ok", _("Fits “{printed}”").format(printed=said))


# -- charts ---------------------------------------------------------------------------------------


def _money_segment(label: str, amount: Decimal, unit: str, css: str = "") -> Segment:
    return Segment(label, amount, css, brief(amount, unit))


def _chart_a(figures: dict[str, Computed], unit: str) -> tuple[list[Chart], str]:
    whole, government, social = (figures[key] for key in ("A1", "A2", "A3"))
    charts = [
        Chart(
            _("Projects, {count}").format(count=number(whole.number)),
            [
                Segment(_("Government"), government.number, "s1"),
                Segment(_("Social"), social.number, "s4"),
            ],
        ),
        Chart(
            _("Money, {amount}").format(amount=brief(whole.value, unit)),
            [
                _money_segment(_("Government"), government.value, unit, "s1"),
                _money_segment(_("Social"), social.value, unit, "s4"),
            ],
        ),
    ]
    return (charts if whole.number else []), ""


def _chart_b(figures: dict[str, Computed], unit: str) -> tuple[list[Chart], str]:
    relief = figures["B3"]
    segments = [
        _money_segment(str(part.label), part.tally.amount, unit, css)
        for part, css in zip(relief.parts, ("s1", "s3", "s5"), strict=True)
        if part.tally.amount
    ]
    label = _("Funds and materials, {amount}").format(amount=brief(relief.value, unit))
    return ([Chart(label, segments)] if segments else []), ""


def _chart_c(figures: dict[str, Computed], unit: str) -> tuple[list[Chart], str]:
    whole, integrated = figures["A2"].value, figures["C1"].value
    if not whole or not integrated:
        return [], ""
    parts = [
        _money_segment(_("Model villages"), figures["C2"].value, unit, "s2"),
        _money_segment(_("Industry"), figures["C3"].value, unit, "s3"),
    ]
    rest = integrated - sum(part.value for part in parts)
    if rest > 0:
        parts.append(_money_segment(_("Not itemised"), rest, unit, "free"))
    charts = [
        Chart(
            _("Government projects, {amount}").format(amount=brief(whole, unit)),
            [
                _money_segment(_("Integrated rural development"), integrated, unit, "s1"),
                _money_segment(_("Other"), whole - integrated, unit, "s5"),
            ],
        ),
        Chart(
            _("of which, inside the {amount}").format(amount=brief(integrated, unit)), parts, whole
        ),
    ]
    return charts, ""


def _chart_e(figures: dict[str, Computed], unit: str) -> tuple[list[Chart], str]:
    people = figures["E3"].number
    named = [
        (_("New rural construction"), "E4"),
        (_("Xiangshan"), "E5"),
        (_("Cixi"), "E7"),
        (_("Jiangbei"), "E6"),
    ]
    segments = [Segment(label, figures[key].number) for label, key in named if figures[key].number]
    seconded = figures["E3"].parts[1].tally.people
    if seconded:
        segments.append(Segment(_("Secondments"), seconded))
    rest = people - sum(segment.value for segment in segments)
    if rest > 0:
        segments.append(Segment(_("Courses the source does not name"), rest, "free"))
    if not people:
        return [], ""
    label = _("Persons trained, {count}").format(count=number(people))
    return [Chart(label, segments)], ""


def _chart_g(figures: dict[str, Computed], unit: str) -> tuple[list[Chart], str]:
    parts = [
        _money_segment(_("Zhu Yinglong"), figures["G1"].value, unit, "s1"),
        _money_segment(_("Other funds of gifts"), figures["G2"].value, unit, "s4"),
    ]
    total = sum(part.value for part in parts)
    label = _("Allocated from gifts, {amount}").format(amount=brief(Decimal(total), unit))
    return ([Chart(label, parts)] if total else []), ""


CHARTS: dict[str, Any] = {"A": _chart_a, "B": _chart_b, "C": _chart_c, "E": _chart_e, "G": _chart_g}
