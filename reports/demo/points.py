"""Points on the map for invented places: near the seat of their county, the same at every load.

Rule: a point stands for no real house, field or village; only the county is right.
"""

from decimal import Decimal
from random import Random

from reports.demo.plan import Place

# Latitude and longitude of the county seats, to two decimals.
SEATS = {
    "522301": (25.09, 104.90),
    "522322": (25.43, 105.19),
    "522323": (25.78, 104.95),
    "522324": (25.83, 105.22),
    "522325": (25.39, 105.65),
    "522326": (25.18, 106.10),
    "522327": (24.98, 105.81),
    "522328": (25.10, 105.44),
    "522601": (26.57, 107.98),
    "522622": (26.90, 107.92),
    "522623": (27.03, 108.12),
    "522624": (26.95, 108.68),
    "522625": (27.05, 108.43),
    "522626": (27.17, 108.82),
    "522627": (26.91, 109.21),
    "522628": (26.68, 109.20),
    "522629": (26.73, 108.44),
    "522630": (26.67, 108.32),
    "522631": (26.23, 109.14),
    "522632": (25.93, 108.52),
    "522633": (25.75, 108.91),
    "522634": (26.38, 108.08),
    "522635": (26.49, 107.59),
    "522636": (26.20, 107.79),
}
TOWN, VILLAGE = 0.07, 0.012  # degrees from the seat, and from the town


def point(place: Place, village: tuple[str, str] | None = None) -> tuple[Decimal, Decimal]:
    """Latitude and longitude of a town, or of a village in it."""
    latitude, longitude = _near(SEATS[place.code[:6]], TOWN, place.code)
    if village:
        latitude, longitude = _near((latitude, longitude), VILLAGE, place.code + village[1])
    return Decimal(f"{latitude:.5f}"), Decimal(f"{longitude:.5f}")


def _near(centre: tuple[float, float], far: float, name: str) -> tuple[float, float]:
    rng = Random(name)
    return centre[0] + rng.uniform(-far, far), centre[1] + rng.uniform(-far, far)
