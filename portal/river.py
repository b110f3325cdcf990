"""The river of a gift: from the gift to the fund, the projects and the payments, as drawn lengths.

Rule: widths are to scale, and no label lies on the water: it stands above its node or beside it.
Pure geometry; what is written and how a part is called comes from the page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Mouth:
    """An end of the water: a payment, or money that waits. tone: paid, wait, free or back."""

    amount: Decimal
    title: str
    line: str
    tone: str
    brief_line: str = ""


@dataclass(frozen=True)
class Arm:
    """A part of a fund's water: a project with its mouths, or money that went no further."""

    amount: Decimal
    amount_text: str
    title: str
    line: str
    tone: str = ""
    mouths: tuple[Mouth, ...] = ()


@dataclass(frozen=True)
class Reach:
    """A fund and the arms into which the gift divides there."""

    amount: Decimal
    amount_text: str
    title: str
    line: str
    arms: tuple[Arm, ...]


@dataclass(frozen=True)
class Flow:
    path: str
    tone: str


@dataclass(frozen=True)
class Node:
    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str
    css: str = ""
    anchor: str = "start"


@dataclass
class Drawing:
    """A finished drawing: its size, and its parts in the order in which they are painted."""

    width: float
    height: float = 0
    flows: list[Flow] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


# -- flat: from left to right, for wide pages -----------------------------------------------------

WIDE, NODE = 1018, 12
GIFT_X, FUND_X, ARM_X, MOUTH_X = 0, 226, 478, 770
WATER = 262  # height of the whole gift
HEAD, GAP = 46, 18  # above a node for its two lines; between a block and the next one's lines
MOUTH_STEP, MOUTH_GAP = 40, 10
ARM_ROOM, MOUTH_ROOM, FUND_ROOM = 536, 222, 248  # pixels for words


def flat(total: Decimal, title: str, line: str, reaches: Sequence[Reach]) -> Drawing:
    """The wide drawing. The columns' heads are the page's; they stand above y = 26."""
    drawing = Drawing(WIDE)
    top = 26 + HEAD + 16
    scale = WATER / float(total)
    gift = Node(GIFT_X, top, NODE, WATER, "root")
    drawing.nodes.append(gift)
    _above(drawing, GIFT_X, top, title, line, FUND_ROOM - 20)
    start, y = float(top), float(top)
    for reach in reaches:
        height = float(reach.amount) * scale
        drawing.flows.append(_across(NODE, start, FUND_X, y, height, ""))
        drawing.nodes.append(Node(FUND_X, y, NODE, height, "root"))
        _above(drawing, FUND_X, y, reach.title, reach.line, FUND_ROOM)
        y = max(_arms(drawing, reach, y, scale), y + height) + GAP + HEAD
        start += height
    drawing.height = round(max(y - GAP - HEAD, top + WATER) + 16)
    return drawing


def _arms(drawing: Drawing, reach: Reach, top: float, scale: float) -> float:
    """Draws the arms of a fund below each other and answers where the last one ends."""
    start = y = bottom = top
    for arm in reach.arms:
        height = float(arm.amount) * scale
        drawing.flows.append(_across(FUND_X + NODE, start, ARM_X, y, height, arm.tone))
        drawing.nodes.append(Node(ARM_X, y, NODE, max(height, 2), arm.tone))
        _above(drawing, ARM_X, y, arm.title, arm.line, ARM_ROOM)
        bottom = max(y + height, _mouths(drawing, arm, y, scale))
        start += height
        y = bottom + GAP + HEAD
    return bottom


def _mouths(drawing: Drawing, arm: Arm, top: float, scale: float) -> float:
    start = y = bottom = top
    for mouth in arm.mouths:
        height = float(mouth.amount) * scale
        room = max(height, MOUTH_STEP - MOUTH_GAP)
        at = y + (room - height) / 2
        drawing.flows.append(_across(ARM_X + NODE, start, MOUTH_X, at, height, mouth.tone))
        drawing.nodes.append(Node(MOUTH_X, at, NODE, max(height, 2), mouth.tone))
        middle = at + height / 2
        x = MOUTH_X + NODE + 10
        drawing.labels.append(Label(x, middle - 3, cut(mouth.title, MOUTH_ROOM, 7.9), "t1"))
        drawing.labels.append(Label(x, middle + 14, cut(mouth.line, MOUTH_ROOM, 6.7)))
        start += height
        bottom = y + room
        y = bottom + MOUTH_GAP
    return bottom


def _above(drawing: Drawing, x: float, top: float, title: str, line: str, room: float) -> None:
    drawing.labels.append(Label(x, top - 28, cut(title, room, 7.9), "t1"))
    drawing.labels.append(Label(x, top - 10, cut(line, room, 6.7)))


def _across(x1: float, y1: float, x2: float, y2: float, height: float, tone: str) -> Flow:
    middle = (x1 + x2) / 2
    a, b, c, d = (f"{value:.1f}" for value in (y1, y2, y2 + height, y1 + height))
    path = (
        f"M{x1:g} {a}C{middle:g} {a} {middle:g} {b} {x2:g} {b}"
        f"V{c}C{middle:g} {c} {middle:g} {d} {x1:g} {d}Z"
    )
    return Flow(path, tone)


# -- tall: from top to bottom, for the phone ------------------------------------------------------

NARROW, BAR, SPACE = 318, 14, 9
ROW = 25


def tall(total: Decimal, title: str, line: str, reaches: Sequence[Reach]) -> Drawing:
    """The upright drawing: the water above, and every part of it named in a list below."""
    drawing = Drawing(NARROW)
    drawing.labels += [
        Label(0, 14, cut(title, 200, 7.9), "t1"),
        Label(NARROW, 14, line, anchor="end"),
    ]
    arms = [arm for reach in reaches for arm in reach.arms]
    rooms = max(len(arms) - 1, 0) * SPACE
    drawing.nodes.append(Node(0, 26, NARROW, BAR, "root"))
    wide, narrow = NARROW / float(total), (NARROW - rooms) / float(total)
    start = left = 0.0
    for reach in reaches:
        width = float(reach.amount) * wide
        drawing.flows.append(_down(start, 26 + BAR, start, 84, width, width, ""))
        drawing.nodes.append(Node(start, 84, width, BAR, "root"))
        at = start
        for arm in reach.arms:
            from_width, to_width = float(arm.amount) * wide, float(arm.amount) * narrow
            drawing.flows.append(_down(at, 84 + BAR, left, 158, from_width, to_width, arm.tone))
            drawing.nodes.append(Node(left, 158, to_width, BAR, arm.tone))
            _tall_mouths(drawing, arm, left, narrow)
            at, left = at + from_width, left + to_width + SPACE
        start += width
    drawing.height = _list(drawing, reaches, 256)
    return drawing


def _tall_mouths(drawing: Drawing, arm: Arm, left: float, scale: float) -> None:
    for mouth in arm.mouths:
        width = float(mouth.amount) * scale
        drawing.flows.append(_down(left, 158 + BAR, left, 220, width, width, mouth.tone))
        drawing.nodes.append(Node(left, 220, max(width - 1, 1), BAR, mouth.tone))
        left += width


def _down(
    x1: float, y1: float, x2: float, y2: float, above: float, below: float, tone: str
) -> Flow:
    middle = (y1 + y2) / 2
    a, b, c, d = (f"{value:.1f}" for value in (x1, x2, x2 + below, x1 + above))
    path = (
        f"M{a} {y1:g}C{a} {middle:g} {b} {middle:g} {b} {y2:g}"
        f"H{c}C{c} {middle:g} {d} {middle:g} {d} {y1:g}Z"
    )
    return Flow(path, tone)


def _list(drawing: Drawing, reaches: Iterable[Reach], y: float) -> float:
    """Every part by name and amount, in the order in which the water divides."""
    for reach in reaches:
        y = _entry(drawing, y, "root", reach.title, reach.amount_text, "t3")
        for arm in reach.arms:
            y = _entry(drawing, y, arm.tone, arm.title, arm.amount_text, "t3")
            for mouth in arm.mouths:
                y = _entry(
                    drawing, y, mouth.tone, mouth.brief_line or mouth.line, mouth.title, "t4", 14
                )
    return round(y)


def _entry(drawing, y: float, tone: str, words: str, amount: str, css: str, indent: float = 0):
    drawing.nodes.append(Node(indent, y, 12, 12, tone))
    room = NARROW - indent - 20 - len(amount) * 7.6 - 8
    drawing.labels.append(Label(indent + 20, y + 11, cut(words, room, 7), css))
    drawing.labels.append(Label(NARROW, y + 11, amount, "t3", "end"))
    return y + ROW


def cut(text: str, room: float, latin: float) -> str:
    """The text as far as it fits into `room` pixels, where a Latin letter takes `latin`."""
    used = 0.0
    for place, letter in enumerate(text):
        used += latin * (1.9 if ord(letter) > 0x2E7F else 1)
        if used > room:
            return text[: max(place - 1, 1)].rstrip() + "…"
    return text
