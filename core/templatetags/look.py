"""The components of a page as template tags: icons, money, counts, states, ages and bars.

The one rule kept here: markup only. What a thing is called, what it costs and how urgent it is
come from the record; how it is written out comes from core.formatting.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext, pgettext

from core import formatting
from core.answers import in_words
from core.formatting import WAN, YUAN, Segment
from core.lifecycle import WORKFLOWS, State
from core.money import fen, money_text
from core.parts import own_fields
from core.punctuation import gap, labelled, listed
from core.workflow import MANY

register = template.Library()
register.filter(labelled)
register.filter(listed)
register.filter(formatting.moment)
register.filter(in_words)
register.filter(own_fields)
register.simple_tag(gap)

SHADES = {1: (1,), 2: (1, 4), 3: (1, 3, 5)}
TEXT_WIDTH = {"latin": 7.2, "han": 13.0}
CHART_WIDTH = 900
HATCHED = {"plan": "hatch-plan", "free": "hatch-free"}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon of static/icons.svg; decoration only, the word stands beside it."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"></use></svg>',
        f"i {css}".strip(),
        static("icons.svg"),
        name,
    )


# -- money and counts ---------------------------------------------------------------------------


def _unit(context: dict[str, Any]) -> str:
    return getattr(context.get("request"), "unit", None) or context.get("unit") or YUAN


def _is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


@register.simple_tag(takes_context=True)
def money(context: dict[str, Any], amount: Decimal | None) -> SafeString:
    """An amount in yuan with its unit, in the unit and the language of the reader."""
    if amount is None:
        return format_html('<span class="num dim">{}</span>', formatting.NOTHING)
    unit = _unit(context)
    digits = formatting.amount_text(amount, unit)
    if unit == WAN:
        return format_html(
            '<span class="num">{}<span class="u" lang="zh-Hans">万元</span></span>',
            digits,
        )
    if _is_chinese():
        return format_html('<span class="num">{}<span class="u">元</span></span>', digits)
    sign, digits = (formatting.MINUS, digits[1:]) if amount < 0 else ("", digits)
    return format_html('<span class="num">{}¥{}</span>', sign, digits)


@register.simple_tag(takes_context=True)
def money_plain(context: dict[str, Any], amount: Decimal | None) -> str:
    """The digits alone, for a column whose head carries the unit."""
    return formatting.amount_text(amount, _unit(context))


@register.simple_tag(takes_context=True)
def unit_head(context: dict[str, Any]) -> SafeString:
    """The unit for the head of a column of money."""
    if _unit(context) == WAN:
        return format_html('<span lang="zh-Hans">{}</span>', "万元")
    return format_html("{}", "元" if _is_chinese() else "¥")


@register.simple_tag(takes_context=True)
def in_unit(context: dict[str, Any]) -> SafeString:
    """What follows the words of a column of money: ` ¥`, in Chinese `（元）`."""
    return format_html("（{}）" if _is_chinese() else " {}", unit_head(context))


QUALIFIERS = {
    ">": "more than",
    "more": "more than",
    "more_than": "more than",
    "~": "about",
    "about": "about",
    "<": "less than",
    "less": "less than",
    "less_than": "less than",
}


def qualifier_word(qualifier: str | None) -> str:
    """The word of a qualifier's sign or name, "" for an exact value."""
    words = {
        "more than": pgettext("qualifier", "more than"),
        "about": pgettext("qualifier", "about"),
        "less than": pgettext("qualifier", "less than"),
    }
    return words.get(QUALIFIERS.get(str(qualifier or ""), ""), "")


@register.simple_tag
def qualified(value: Any, qualifier: str | None = "") -> SafeString:
    """A value with the qualifier that it was printed with; numbers get their commas."""
    if isinstance(value, int | Decimal):
        value = formatting.number(value)
    elif value is None:
        return format_html('<span class="dim">{}</span>', gettext("not published"))
    word = qualifier_word(qualifier)
    before = format_html('<span class="q">{}</span> ', word) if word else ""
    return format_html('<span class="num">{}{}</span>', before, value)


@register.simple_tag
def count(value: int | None, kind: str = "", qualifier: str | None = "") -> SafeString:
    """A count that names what it counts: {% count 1286 _("people") qualifier="about" %}."""
    if value is None:
        return qualified(None)
    return format_html("{}{}", qualified(value, qualifier), f" {kind}" if kind else "")


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """1286 -> "1,286"."""
    return formatting.number(value, places)


@register.filter
def many(count: int) -> str:
    """A count of what waits, which is made so far and no further: 1000 -> "999+"."""
    return formatting.number(count) if count < MANY else f"{formatting.number(MANY - 1)}+"


@register.filter
def quantity(value: Decimal | None) -> str:
    """2.50 -> "2.5"."""
    return formatting.quantity(value)


@register.filter
def capital(amount: Decimal | None) -> str:
    """120000 -> "壹拾贰万元整"."""
    return "" if amount is None else formatting.capital_amount(amount)


# -- states and ages ------------------------------------------------------------------------------


@register.simple_tag
def state(record: Any) -> SafeString:
    """The chip of a record's state, or of a state itself: icon, word and tone."""
    shown = record if hasattr(record, "word") else record.state
    return format_html(
        '<span class="{}">{}{}</span>',
        f"state {shown.tone}".strip(),
        icon(shown.icon) if shown.icon else "",
        shown.word,
    )


@register.simple_tag
def age(
    since: date | datetime | None,
    late: int = formatting.LATE_DAYS,
    over: int = formatting.OVER_DAYS,
    short: bool = False,
) -> SafeString:
    """How long something has waited: plain, amber from `late` days, red from `over`."""
    if since is None:
        return format_html('<span class="age">{}</span>', formatting.NOTHING)
    days = max(formatting.days_between(since, timezone.localdate()), 0)
    if short:
        text = pgettext("short days", "{days} d").format(days=days)
    elif days == 0:
        text = gettext("today")
    else:
        text = ngettext("{days} day", "{days} days", days).format(days=days)
    return format_html(
        '<span class="{}">{}</span>',
        f"age {formatting.age_tone(days, late, over)}".strip(),
        text,
    )


@register.simple_tag
def due(on: date | datetime | None, soon: int = 3) -> SafeString:
    """How long is left until a day: plain, amber in the last `soon` days, red after it."""
    if on is None:
        return format_html('<span class="age">{}</span>', formatting.NOTHING)
    days = -formatting.days_between(on, timezone.localdate())
    tone = "over" if days < 0 else "late" if days <= soon else ""
    return format_html('<span class="{}">{}</span>', f"age {tone}".strip(), _days_left(days))


@register.simple_tag
def overdue(
    on: date, late: int = formatting.LATE_DAYS, over: int = formatting.OVER_DAYS
) -> SafeString:
    """How long is left until a due day; past it amber from `late` days, red from `over`."""
    days = formatting.days_between(on, timezone.localdate())
    tone = f"age {formatting.age_tone(days, late, over)}".strip()
    return format_html('<span class="{}">{}</span>', tone, _days_left(-days))


def _days_left(days: int) -> str:
    if days == 0:
        return gettext("due today")
    if days > 0:
        return ngettext("{days} day left", "{days} days left", days).format(days=days)
    return ngettext("{days} day over", "{days} days over", -days).format(days=-days)


@register.simple_tag
def task_state(task: Any) -> SafeString:
    """The chip of a task: open or done."""
    if task.done_at:
        return state(State("done", pgettext("a task", "Done"), "done", "check"))
    return state(State("open", pgettext("a task", "Open"), "prep", "clock"))


@register.simple_tag
def state_after(record: Any, move: Any) -> SafeString:
    """The chip of the state to which a move leads."""
    return state(WORKFLOWS[record.workflow_name].by_value[move.target])


@register.simple_tag
def not_yet(checks: Iterable[Any]) -> SafeString:
    """“Not yet: …”, each thing that is missing with a link to where it is entered."""
    links = (
        format_html('<a href="#{}">{}</a>', check.requirement.anchor, check.missing)
        for check in checks
    )
    # the sentences are escaped where they are put into their links
    return format_html(gettext("Not yet: {missing}."), missing=SafeString(listed(links)))


@register.inclusion_tag("components/steps.html")
def life_cycle(record: Any, workflow: Any, timeline: Any = ()) -> dict[str, Any]:
    """The main line of a life cycle with the place of the record on it.

    A record in a side state shows that state with the reason that was given for it.
    """
    line = [workflow.by_value[value] for value in workflow.main_line]
    values = [one.value for one in line]
    if record.status not in values:
        reason = next((entry for entry in timeline if entry.kind == "decision"), None)
        return {"side": workflow.by_value[record.status] if line else None, "entry": reason}
    here = values.index(record.status)
    tones = ["past"] * here + ["now"] + [""] * (len(line) - here - 1)
    return {
        "steps": [{"word": one.word, "tone": tone} for one, tone in zip(line, tones, strict=True)],
        "number": here + 1,
        "count": len(line),
        "word": line[here].word,
        "next_word": line[here + 1].word if here + 1 < len(line) else "",
        "steps_label": gettext("Step {number} of {count}").format(number=here + 1, count=len(line)),
    }


# -- lists and forms ------------------------------------------------------------------------------


@register.simple_tag
def tick(record: Any, amount: str = "") -> SafeString:
    """The cell by which a row is selected, with its state and the fen of its `amount`."""
    value = getattr(record, amount) if amount else None
    return format_html(
        '<td class="tick"><input class="form-check-input" type="checkbox" form="bulk" name="pk"'
        ' value="{}" data-state="{}" data-fen="{}" aria-label="{}"></td>',
        record.pk,
        record.status,
        fen(value or Decimal(0)),
        gettext("Select {name}").format(name=record.number),
    )


@register.simple_tag(takes_context=True)
def total_cell(context: dict[str, Any], totals: dict[str, Any], head: Any) -> SafeString:
    """The cell of a totals row under a column; empty where the column has no total."""
    value = totals.get(getattr(head, "key", ""))
    if value is None:
        return format_html('<td class="{}"></td>', f"{head.css} off".strip())
    shown = money_plain(context, value) if isinstance(value, Decimal) else value
    shown = formatting.number(shown) if isinstance(shown, int) else shown
    return format_html('<td class="{}" data-l="{}">{}</td>', head.css, head.label, shown)


@register.filter
def faults(form: Any) -> list[tuple[str, str]]:
    """(anchor, sentence) of everything to correct in a form and in its parts.

    The words are those beside the field, with the field's name where they lack it.
    """
    found = [("", text) for text in form.non_field_errors()]
    for field in form:
        anchor = "" if field.is_hidden else field.id_for_label or field.auto_id
        for text in error_texts(field):
            named = field.is_hidden or str(field.label).lower() in text.lower()
            found.append((anchor, text if named else labelled(capfirst(field.label), text)))
    return found + [fault for rows in getattr(form, "bound_parts", ()) for fault in rows.faults()]


@register.simple_tag
def error_count(form: Any) -> str:
    """How many things of a form must be corrected, in words."""
    found = len(faults(form))
    return ngettext("{found} thing to correct", "{found} things to correct", found).format(
        found=found
    )


@register.filter
def is_set(field: Any) -> bool:
    """Whether a filter's field narrows anything."""
    value = field.value()
    values = value if isinstance(value, list | tuple) else [value]
    return any(one not in (None, "", False, "unknown") for one in values)


@register.filter
def is_looked_up(field: Any) -> bool:
    """Whether the choices of a filter's field are records, and looked up when it is opened."""
    return hasattr(field.field, "queryset") and not field.errors and not is_set(field)


@register.filter
def error_texts(field: Any) -> list[str]:
    """The errors of a field in words that make sense away from it: an empty one is named."""
    needed = gettext("“{label}” is needed").format(label=capfirst(field.label))
    standard = field.field.error_messages.get("required")
    return [
        needed if error.code == "required" and error.message == standard else text
        for error in field.errors.as_data()
        for text in error.messages
    ]


@register.simple_tag
def part_sum(rows: Any, column: Any) -> SafeString:
    """The foot of a column of a part's table: its sum, where it has one; parts.js renews it."""
    value = rows.sums.get(column.name)
    if value is None:
        return SafeString("<td></td>")
    is_money = getattr(column.field, "is_money", False)
    shown = money_text(value) if is_money else formatting.number(value)
    kind = "money" if is_money else "count"
    return format_html(
        '<td class="n" data-sum="{}" data-kind="{}">{}</td>', column.name, kind, shown
    )


@register.simple_tag
def part_rest(rows: Any, column: Any) -> SafeString:
    """Under the sum of a part's amounts: what is left of the record's own, or how much it is over;
    parts.js renews it."""
    if column.name not in rows.sums:
        return SafeString("<td></td>")
    bound, words = rows.bound_amount, (gettext("{amount} left"), gettext("{amount} too much"))
    rest = None if bound is None else bound - rows.sums[column.name]
    shown = "" if rest is None else words[rest < 0].format(amount=money_text(abs(rest)))
    return format_html(
        '<td class="{}" data-rest="{}" data-of="{}" data-left="{}" data-over="{}">{}</td>',
        "n over" if rest is not None and rest < 0 else "n",
        column.name,
        rows.whole.add_prefix(rows.part.bound_by),
        *words,
        shown,
    )


# -- bars: SVG with lengths as attributes, since the pages allow no inline styles -----------------


def _percent(value: Decimal | int, total: Decimal | int) -> str:
    return f"{float(value / total) * 100:.1f}".removesuffix(".0") if total else "0"


def _svg_parts(parts: Iterable[tuple[str, float, float]]) -> SafeString:
    """Rectangles of (class, start, width in per cent); a hairline of ground between two."""
    marks = []
    for css, start, width in parts:
        if width <= 0:
            continue
        fill = format_html(' fill="url(#{})"', HATCHED[css]) if css in HATCHED else ""
        marks.append(
            format_html(
                '<rect class="{}" x="{}%" width="{}%" height="100%"{}></rect>',
                css,
                f"{start:g}",
                f"{width:g}",
                fill,
            )
        )
        if start > 0:
            marks.append(
                format_html(
                    '<line class="cut" x1="{0}%" x2="{0}%" y1="0" y2="100%"></line>',
                    f"{start:g}",
                )
            )
    return format_html_join("", "{}", ((mark,) for mark in marks))


def _bar(css: str, values: list[tuple[str, Decimal | int]], total: Any, label: str) -> SafeString:
    placed = formatting.shares([value for _, value in values], total)
    parts = [(name, *place) for (name, _), place in zip(values, placed, strict=True)]
    return format_html(
        '<svg class="{}" role="img" aria-label="{}">{}</svg>',
        css,
        label,
        _svg_parts(parts),
    )


@register.simple_tag
def bar(
    paid: Decimal | int = 0,
    held: Decimal | int = 0,
    plan: Decimal | int = 0,
    total: Decimal | int | None = None,
    done: Decimal | int = 0,
    css: str = "",
    label: str = "",
) -> SafeString:
    """The money bar of a project: paid, held (received, not paid), plan (agreed, not received).

    `total` is the whole length; without it the parts make the whole. `done` is a green part, for
    work and jobs. css="thin" or "fat". Without `label` the shares are read out.
    """
    values = [
        ("paid", paid or 0),
        ("held", held or 0),
        ("plan", plan or 0),
        ("ok", done or 0),
    ]
    total = sum(value for _, value in values) if total is None else total
    if not label:
        words = {
            "paid": gettext("{share}% paid"),
            # xgettext:no-python-format
            "held": gettext("{share}% received and not yet paid"),
            "plan": gettext("{share}% agreed and not yet received"),
            # xgettext:no-python-format
            "ok": gettext("{share}% done"),
        }
        label = _read_out(values, total, words)
    return _bar(f"bar {css}".strip(), values, total, label)


@register.simple_tag
def split(
    paid: Decimal | int = 0,
    wait: Decimal | int = 0,
    free: Decimal | int = 0,
    css: str = "split",
    label: str = "",
) -> SafeString:
    """The three parts of a gift or a fund: paid, promised to a project, not used yet.

    css="bar" gives the thin form for cards.
    """
    values = [("paid", paid or 0), ("wait", wait or 0), ("free", free or 0)]
    total = sum(value for _, value in values)
    if not label:
        words = {
            "paid": gettext("{share}% paid"),
            "wait": gettext("{share}% promised"),
            "free": gettext("{share}% not used yet"),
        }
        label = _read_out(values, total, words)
    return _bar(css, values, total, label)


def _read_out(values: list[tuple[str, Any]], total: Any, words: dict[str, str]) -> str:
    """The parts in words; a part of nothing is left out, unless nothing else is left to say."""
    said = [(name, value) for name, value in values if value] or values[:1]
    return listed(words[name].format(share=_percent(value, total)) for name, value in said)


@register.inclusion_tag("components/share_bar.html")
def share_bar(
    segments: Iterable[Segment | tuple], label: str, total: Decimal | int | None = None
) -> dict[str, Any]:
    """A bar of labelled shares with its key.

    A segment is (label, value, class, text): class s1..s5 from dark to light, "free" for what the
    source does not itemise; "" takes the next shade. `total` past the sum leaves the rest empty.
    """
    parts = [segment if isinstance(segment, Segment) else Segment(*segment) for segment in segments]
    total = sum(part.value for part in parts) if total is None else total
    places = formatting.shares([part.value for part in parts], total)
    plain = sum(not part.css for part in parts)
    shades = iter(SHADES.get(plain, (1, 2, 3, 4, *[5] * plain)))
    shown, spoken = [], []
    for part, (start, width) in zip(parts, places, strict=True):
        text = part.text or formatting.number(part.value)
        whole = f"{part.label} {text}"
        fits = [words for words in (whole, text) if _width(words) + 14 < width * CHART_WIDTH / 100]
        spoken.append(whole)
        shown.append(
            {
                "label": part.label,
                "text": text,
                "css": part.css or f"s{next(shades)}",
                "hatch": HATCHED.get(part.css, ""),
                "start": f"{start:g}",
                "width": f"{width:g}",
                "inside": fits[0] if fits else "",
                "whole": bool(fits) and fits[0] == whole,
            }
        )
    return {
        "segments": shown,
        "label": label,
        "spoken": labelled(label, pgettext("between clauses", "; ").join(spoken)),
        "needs_key": not all(part["whole"] for part in shown),
    }


def _width(text: str) -> float:
    """About how many pixels a label takes at 12.5 px."""
    return sum(TEXT_WIDTH["han" if ord(letter) > 0x2E7F else "latin"] for letter in text)
