"""The way of a remittance as a picture of five stations.

Rule: a station that nobody spoke for is drawn empty; days and differences are between two that
somebody did.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from projects.models import Hop, Remittance
from projects.models.limits import PLACES

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Station:
    """A place of the way: the hop that says that the money arrived, if one does.

    `days` since the money left the place before, `kept` yuan that did not arrive with it; `tone` is
    "past", "now" where the money stands, and empty where it has not been told of.
    """

    label: str
    hop: Hop | None
    days: int
    kept: Decimal
    tone: str


def stations_of(remittance: Remittance) -> list[Station]:
    """The five stations in their order."""
    told = {hop.place: hop for hop in remittance.way}
    labels = dict(Hop.Place.choices)
    day, amount, stations = remittance.sent_on, remittance.amount, []
    for place in PLACES:
        hop = told.get(place)
        if hop is None:
            stations.append(Station(labels[place], None, 0, NOTHING, ""))
            continue
        tone = "now" if hop == remittance.way[-1] and not remittance.is_arrived else "past"
        days, kept = (hop.arrived_on - day).days, amount - hop.amount
        stations.append(Station(labels[place], hop, days, kept, tone))
        day, amount = hop.arrived_on, hop.amount
    return stations


def days_under_way(remittance: Remittance, today: date) -> int:
    """Days from the sending to the arrival at the last place, or until today."""
    until = remittance.way[-1].arrived_on if remittance.is_arrived else today
    return (until - remittance.sent_on).days
