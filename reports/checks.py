"""Does the year add up? Every cross-check of the printed figures, with its working.

Rule: the working is computed from the figures, each time; a check that fails stays in sight, and
what the source does not say is said to be so, never filled in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.punctuation import told
from reports.figures import Computed
from reports.published import INTEGRATED_SHARE, VILLAGES_SINCE_2006, published
from reports.wording import short

Text = str | Promise
Figures = dict[str, Computed]


class Result(models.TextChoices):
    HOLDS = "holds", gettext_lazy("Holds")
    DOES_NOT = "does_not", gettext_lazy("Does not add up")
    NOT_ITEMISED = "not_itemised", gettext_lazy("Not itemised")
    SOURCE_DOES_NOT_SAY = "source_does_not_say", gettext_lazy("Source does not say")


@dataclass(frozen=True)
class Outcome:
    """What a check found: the result, and the working in one sentence.

    `printed` and `computed` are set where the check compares a number that no figure is.
    """

    name: str
    label: Text
    keys: tuple[str, ...]
    result: Result
    working: str
    printed: str = ""
    computed: str = ""


@dataclass(frozen=True)
class Check:
    """A cross-check of the figures `keys`. `run` answers None where a year offers nothing to it."""

    name: str
    label: Text
    keys: tuple[str, ...]
    run: Callable[[int, Figures], tuple | None]

    def of(self, year: int, figures: Figures) -> Outcome | None:
        found = self.run(year, figures)
        return Outcome(self.name, self.label, self.keys, *found) if found else None


CHECKS: list[Check] = []


def check(name: str, label: Text, *keys: str):
    """Registers the function below it as a cross-check of the figures named."""

    def register(run):
        CHECKS.append(Check(name, label, keys, run))
        return run

    return register


def checks_of(year: int, figures: Figures) -> list[Outcome]:
    """The outcomes of a year, in the order of the yearbook's own table."""
    outcomes = (entry.of(year, figures) for entry in CHECKS)
    return [outcome for outcome in outcomes if outcome]


def share(part: Decimal, whole: Decimal) -> Decimal:
    """A part in per cent of the whole, with one decimal; 0 of nothing."""
    return (part / whole * 100).quantize(Decimal("0.1")) if whole else Decimal("0.0")


def _value(figures: Figures, key: str) -> Decimal:
    return figures[key].value or Decimal(0)


@check("parts-make-all", gettext_lazy("Government and social make all"), "A1", "A2", "A3")
def parts_make_all(year: int, figures: Figures):
    whole, government, social = (figures[key] for key in ("A1", "A2", "A3"))
    holds = (
        government.number + social.number == whole.number
        and _value(figures, "A2") + _value(figures, "A3") == whole.value
    )
    working = _("{a} + {b} = {c} projects; {x} + {y} = {z}")
    if not holds:
        working = _("{a} + {b} against {c} projects; {x} + {y} against {z}")
    return (Result.HOLDS if holds else Result.DOES_NOT), working.format(
        a=government.number,
        b=social.number,
        c=whole.number,
        x=short(government.value),
        y=short(social.value),
        z=short(whole.value),
    )


# xgettext:no-python-format
@check("integrated-share", gettext_lazy("“70% of government funds”"), "C1", "A2")
def integrated_share(year: int, figures: Figures):
    if year not in INTEGRATED_SHARE:
        return None
    printed = INTEGRATED_SHARE[year]
    part, whole = _value(figures, "C1"), _value(figures, "A2")
    computed = share(part, whole)
    holds = computed.quantize(Decimal(1)) == printed
    said = [_("{part} of {whole} is {computed}%; the source prints {printed}%.")]
    if not holds:
        said.append(_("Both are kept."))
    return (
        Result.HOLDS if holds else Result.DOES_NOT,
        told(said).format(part=short(part), whole=short(whole), computed=computed, printed=printed),
        f"{printed}%",
        f"{computed}%",
    )


@check("inside-integrated", gettext_lazy("Villages and industry inside C1"), "C1", "C2", "C3")
def inside_integrated(year: int, figures: Figures):
    whole, villages, industry = (_value(figures, key) for key in ("C1", "C2", "C3"))
    rest = whole - villages - industry
    sums = {
        "a": short(villages),
        "b": short(industry),
        "sum": short(villages + industry),
        "whole": short(whole),
        "rest": short(abs(rest)),
    }
    if rest > 0:
        return Result.NOT_ITEMISED, _(
            "{a} + {b} = {sum} of {whole}; the source does not say what the other {rest} was for."
        ).format(**sums)
    if rest < 0:
        return Result.DOES_NOT, _("{a} + {b} = {sum}, {rest} more than {whole}.").format(**sums)
    return Result.HOLDS, _("{a} + {b} = {whole}").format(**sums)


@check("money-a-village", gettext_lazy("Money a model village, since 2006 and this year"), "C2")
def money_a_village(year: int, figures: Figures):
    if year not in VILLAGES_SINCE_2006:
        return None
    count, money = VILLAGES_SINCE_2006[year]
    villages = figures["C2"].number
    return Result.SOURCE_DOES_NOT_SAY, _(
        "Printed since 2006: {money} for {count} villages, {each} each; this year {value} "
        "for {villages}, {now} each. A village is renewed in more than one year and counts once; "
        "the source does not say which."
    ).format(
        money=short(money),
        count=count,
        each=short(money / count, rounded=True),
        value=short(figures["C2"].value),
        villages=villages,
        now=short(_value(figures, "C2") / villages if villages else Decimal(0), rounded=True),
    )


@check("social-aid", gettext_lazy("Zhu fund and other social aid"), "G1", "G2", "A3")
def social_aid(year: int, figures: Figures):
    zhu, other, whole = (_value(figures, key) for key in ("G1", "G2", "A3"))
    rest = whole - zhu - other
    said = _("{zhu} + {other} = {whole}")
    result = Result.HOLDS
    if rest > 0:
        result = Result.NOT_ITEMISED
        said = _("{zhu} + {other} = {sum} of {whole}; {rest} is not allocated from funds.")
    if rest < 0:
        result = Result.DOES_NOT
        said = _("{zhu} + {other} = {sum}, {rest} more than the {whole} of A3.")
    return result, said.format(
        zhu=short(zhu),
        other=short(other),
        sum=short(zhu + other),
        whole=short(whole),
        rest=short(abs(rest)),
    )


NAMED_COURSES = ("E4", "E5", "E6", "E7")
NAMED_BATCHES = ("E8", "E9", "E10")


@check(
    "named-training",
    gettext_lazy("Courses and batches named, of all persons trained"),
    "E1",
    "E3",
    *NAMED_COURSES,
    *NAMED_BATCHES,
)
def named_training(year: int, figures: Figures):
    people = [figures[key].number for key in (*NAMED_COURSES, *NAMED_BATCHES)]
    courses = sum(figures[key].count for key in NAMED_COURSES)
    all_courses, all_people = figures["E1"].number, figures["E3"].number
    rest = all_people - sum(people)
    words = {
        "courses": courses,
        "all": all_courses,
        "terms": " + ".join(str(number) for number in people),
        "sum": sum(people),
        "people": all_people,
        "rest": abs(rest),
    }
    if rest < 0 or courses > all_courses:
        return Result.DOES_NOT, _("{terms} = {sum} persons, more than {people}.").format(**words)
    if rest == 0 and courses == all_courses:
        return Result.HOLDS, _("{terms} = {people} persons").format(**words)
    return Result.NOT_ITEMISED, _(
        "{courses} of {all} courses are named; {terms} = {sum} of {people} persons. The other "
        "{rest} were in courses that the source does not name."
    ).format(**words)


@check("batches", gettext_lazy("Seconded batches"), "E2", *NAMED_BATCHES)
def batches(year: int, figures: Figures):
    parts, whole = [figures[key].count for key in NAMED_BATCHES], figures["E2"].number
    words = {"terms": " + ".join(map(str, parts)), "sum": sum(parts), "whole": whole}
    if sum(parts) == whole:
        return Result.HOLDS, f"{words['terms']} = {whole}"
    if sum(parts) > whole:
        return Result.DOES_NOT, _("{terms} = {sum}, against {whole} in all").format(**words)
    return Result.NOT_ITEMISED, ngettext(
        "{terms} = {sum} of {whole} batch", "{terms} = {sum} of {whole} batches", whole
    ).format(**words)


@check("relief-inside-all", gettext_lazy("Is the drought relief inside all projects?"), "B3", "A1")
def relief_inside_all(year: int, figures: Figures):
    relief, whole = _value(figures, "B3"), _value(figures, "A1")
    if not published(year) and not relief:
        return None
    return Result.SOURCE_DOES_NOT_SAY, _(
        "Each yuan is counted once, with its owner; {relief} is shown beside the {whole} of A1, "
        "not added to it."
    ).format(relief=short(relief), whole=short(whole))
