"""Small drawings of a project as numbers for SVG: its progress over time, and where its sites lie.

Rule: a drawing repeats what a table beside it says, and asks nobody outside for a map.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import cos, radians

WIDTH, HEIGHT = 640, 180
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 10, 24
BOARD, MARGIN = (320, 200), 28
KM_A_DEGREE = 111.2
BARS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True)
class Line:
    """A line of a chart: its points for `polyline`, and each for a dot."""

    points: str
    dots: list[tuple[float, float]]


@dataclass(frozen=True)
class Chart:
    """Work and spending in percent over time, the ticks with their places."""

    done: Line
    spent: Line
    heights: list[tuple[int, float]]
    first: date
    last: date


def chart_of(reports: Sequence, *, started_on: date | None, agreed: Decimal) -> Chart | None:
    """The chart of progress reports, the oldest first; None where there is nothing to compare."""
    rows = [(report.reported_on, report.percent, report.spent) for report in reports]
    if rows and started_on and started_on < rows[0][0]:
        rows = [(started_on, 0, Decimal(0)), *rows]
    if len(rows) < 2:
        return None
    first, last = rows[0][0], rows[-1][0]
    days = max((last - first) // timedelta(days=1), 1)

    def place(day: date, percent: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * ((day - first).days / days)
        return round(across, 1), _height(min(percent, 100))

    return Chart(
        done=_line([place(day, percent) for day, percent, _spent in rows]),
        spent=_line([place(day, float(spent / agreed * 100)) for day, _percent, spent in rows]),
        heights=[(percent, _height(percent)) for percent in (0, 50, 100)],
        first=first,
        last=last,
    )


def _height(percent: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * percent / 100, 1)


def _line(dots: list[tuple[float, float]]) -> Line:
    return Line(" ".join(f"{x},{y}" for x, y in dots), dots)


@dataclass(frozen=True)
class Spot:
    """A site on the board, with the number that it has in the list."""

    number: int
    x: float
    y: float


@dataclass(frozen=True)
class Board:
    """Where sites lie to each other, north up; the bar of so many kilometres begins at x = 12."""

    spots: list[Spot]
    bar_end: float
    bar_km: float


def board_of(points: Sequence[tuple[int, Decimal, Decimal]]) -> Board | None:
    """A board of (number, latitude, longitude); None for fewer than two places."""
    if len({point[1:] for point in points}) < 2:
        return None
    middle = sum(float(latitude) for _n, latitude, _l in points) / len(points)
    width = KM_A_DEGREE * cos(radians(middle))
    flat = [(n, float(east) * width, float(north) * KM_A_DEGREE) for n, north, east in points]
    west, south = min(x for _n, x, _y in flat), min(y for _n, _x, y in flat)
    span_x = max(x for _n, x, _y in flat) - west
    span_y = max(y for _n, _x, y in flat) - south
    room_x, room_y = BOARD[0] - 2 * MARGIN, BOARD[1] - 2 * MARGIN
    scale = min(room_x / max(span_x, 0.01), room_y / max(span_y, 0.01))  # pixels a kilometre
    left, low = (BOARD[0] - span_x * scale) / 2, (BOARD[1] + span_y * scale) / 2
    bar_km = max((km for km in BARS if km * scale <= BOARD[0] / 3), default=BARS[0])
    spots = [
        Spot(n, round(left + (x - west) * scale, 1), round(low - (y - south) * scale, 1))
        for n, x, y in flat
    ]
    return Board(spots, round(12 + bar_km * scale, 1), bar_km)
