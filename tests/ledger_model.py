"""The ledger as a child would keep it: single fen, each with the list of what it has passed.

Rule: nothing here knows a range. A fen's past is a list of (movement, place in it); taking money
back with a step-in swaps the pasts of two fen.
"""

from datetime import date

FORWARDS = {"allocation", "payment", "surplus"}


class Refused(Exception):
    """What the ledger must refuse; the argument is the key of the refusal."""


class Unit:
    def __init__(self):
        self.past: list[tuple[int, int]] = []
        self.pool = None

    def passed(self, movement: int) -> bool:
        return any(m == movement for m, _ in self.past)

    def place_in(self, movement: int) -> int:
        return [m for m, _ in self.past].index(movement)


class Model:
    """Pools as queues of single units. Verbs take the number that the ledger gave the movement."""

    def __init__(self, pools):
        self.free = {pool: [] for pool in pools}
        self.units: list[Unit] = []
        self.kind, self.cause, self.source, self.target, self.amount = {}, {}, {}, {}, {}
        self.closed: list[tuple[date, date]] = []

    def on_open_day(self, day: date) -> None:
        if any(first <= day <= last for first, last in self.closed):
            raise Refused("period_closed")

    def close(self, first: date, last: date) -> None:
        if any(a <= last and first <= b for a, b in self.closed):
            raise Refused("period_twice")
        self.closed.append((first, last))

    def receive(self, movement, kind, target, count, day) -> None:
        self.on_open_day(day)
        units = [Unit() for _ in range(count)]
        self.units += units
        self._arrive(movement, kind, None, target, units, None)

    def post(self, movement, kind, source, target, count, day, cause=None) -> None:
        queue = self.free[source]
        if len(queue) < count:
            raise Refused("not_enough")
        self.on_open_day(day)
        came = [unit for unit in queue if cause is not None and unit.past[-1][0] == cause][:count]
        rest = [unit for unit in queue if unit not in came][: count - len(came)]
        self._arrive(movement, kind, source, target, came + rest, cause)

    def take_back(self, movement, kind, cause, target, count, substitute, day) -> None:
        pool = self.target[cause]
        own = [unit for unit in self.free[pool] if unit.passed(cause)]
        pairs = []
        if count > len(own):
            if not substitute:
                raise Refused("still_unspent")
            pairs = self._pairs(cause, pool, count - len(own))
        else:
            own = own[-count:]
        self.on_open_day(day)
        for used, other in pairs:
            cut = used.place_in(cause) + 1
            used.past, other.past = other.past + used.past[cut:], used.past[:cut]
        units = own + [other for _, other in pairs]
        self._arrive(movement, kind, pool, target, units, cause)

    def _pairs(self, cause, pool, need) -> list[tuple[Unit, Unit]]:
        """The last `need` units of the cause in use, each with the free one that steps in."""
        in_use = [unit for unit in self.units if unit.passed(cause) and self._in_use(unit, cause)]
        in_use.sort(key=lambda unit: unit.past[unit.place_in(cause)])
        others = [unit for unit in self.free[pool] if not unit.passed(cause)]
        if len(in_use) < need:
            raise Refused("nothing_left")
        if len(others) < need:
            raise Refused("no_step_in")
        return list(zip(in_use[-need:], others[:need], strict=True))

    def _in_use(self, unit, cause) -> bool:
        if unit.pool == self.target[cause] and unit in self.free[unit.pool]:
            return False
        away = None
        for movement, _ in unit.past[unit.place_in(cause) + 1 :]:
            if self.kind[movement] in FORWARDS:
                continue
            if self.cause[movement] == cause:
                away = movement
            elif away is not None and self.cause[movement] == away:
                away = None
        return away is None

    def _arrive(self, movement, kind, source, target, units, cause) -> None:
        self.kind[movement], self.cause[movement] = kind, cause
        self.source[movement], self.target[movement] = source, target
        self.amount[movement] = len(units)
        if source is not None:
            self.free[source] = [unit for unit in self.free[source] if unit not in units]
            units.sort(key=lambda unit: unit.past[-1])
        for place, unit in enumerate(units):
            unit.past.append((movement, place))
            unit.pool = target
        self.free[target] += units
