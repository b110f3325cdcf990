"""The ledger played again from its movements alone, in Python, and compared with what stands.

Rule: nothing here asks the database's functions how the ledger works; it is written a second time,
on sorted lists of ranges, so that a mistake would have to be made twice to stay unseen. It reads
and never writes, so it runs with the rights of the web.
"""

from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from ledger.models import Movement

Ranges = list[tuple[int, int]]  # ascending, disjoint, not touching
CHUNK = 20_000
FORWARDS = set(Movement.FORWARDS)

# -- sets of units --------------------------------------------------------------------------------


def size(units: Ranges) -> int:
    return sum(hi - lo for lo, hi in units)


def union(units: Ranges) -> Ranges:
    joined: Ranges = []
    for lo, hi in sorted(units):
        if joined and lo <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(hi, joined[-1][1]))
        else:
            joined.append((lo, hi))
    return joined


def both(units: Ranges, others: Ranges) -> Ranges:
    found, i, j = [], 0, 0
    while i < len(units) and j < len(others):
        lo, hi = max(units[i][0], others[j][0]), min(units[i][1], others[j][1])
        if lo < hi:
            found.append((lo, hi))
        if units[i][1] < others[j][1]:
            i += 1
        else:
            j += 1
    return found


def without(units: Ranges, others: Ranges) -> Ranges:
    left = []
    for lo, hi in units:
        for other_lo, other_hi in others:
            if other_hi <= lo or other_lo >= hi:
                continue
            if lo < other_lo:
                left.append((lo, other_lo))
            lo = other_hi
        if lo < hi:
            left.append((lo, hi))
    return left


def first(units: Ranges, count: int) -> Ranges:
    taken = []
    for lo, hi in units:
        if count <= 0:
            break
        taken.append((lo, min(hi, lo + count)))
        count -= hi - lo
    return taken


def last(units: Ranges, count: int) -> Ranges:
    return without(units, first(units, size(units) - count))


# -- the rows as they must be ---------------------------------------------------------------------


class Piece(NamedTuple):
    """A live piece; sorted by `lo` within its pool."""

    lo: int
    hi: int
    to_pool: int
    to_lo: int
    movement: int
    by: int
    stepped_in: int | None


@dataclass
class Pool:
    received: int = 0
    spent: int = 0
    free: Ranges = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    def meeting(self, lo: int, hi: int) -> Iterator[Piece]:
        """The live pieces that share a unit with [lo, hi), ascending."""
        place = max(bisect_right(self.pieces, lo, key=lambda piece: piece.lo) - 1, 0)
        for piece in self.pieces[place:]:
            if piece.lo >= hi:
                return
            if piece.hi > lo:
                yield piece

    def lay(self, piece: Piece) -> None:
        if not self.pieces or self.pieces[-1].lo < piece.lo:
            self.pieces.append(piece)
        else:
            insort(self.pieces, piece)


class Row(NamedTuple):
    """A movement as it is read."""

    id: int
    kind: str
    source: int | None
    target: int
    amount: int
    in_start: int
    cause: int | None


class Replay:
    """The ledger, from no movement on. `ended` are pieces that are no longer live."""

    def __init__(self, pools: list[int], causes: set[int]):
        self.pools = {pk: Pool() for pk in pools}
        self.causes = causes
        self.known: dict[int, Row] = {}  # movements that something was taken back from or led by
        self.ended: list[tuple[int, Piece, int]] = []
        self.faults: list[str] = []

    def play(self, row: Row) -> None:
        if self.pools[row.target].received != row.in_start:
            self.faults.append(f"movement {row.id} begins at {row.in_start}, not where it should")
        taken: Ranges = []
        if row.source is not None and row.kind in FORWARDS:
            taken = self._forward(row, self.pools[row.source])
        elif row.source is not None and row.cause is not None:
            taken = self._back(row, row.source, self.known[row.cause])
        target = self.pools[row.target]
        place = target.received
        if row.source is not None:
            if size(taken) != row.amount:
                self.faults.append(f"movement {row.id} finds {size(taken)} of {row.amount} fen")
            for lo, hi in taken:
                piece = Piece(lo, hi, row.target, place, row.id, row.id, None)
                self.pools[row.source].lay(piece)
                place += hi - lo
            self.pools[row.source].spent += row.amount
        target.free = union([*target.free, (target.received, target.received + row.amount)])
        target.received += row.amount
        if row.id in self.causes or row.cause is not None:
            self.known[row.id] = row

    def _forward(self, row: Row, pool: Pool) -> Ranges:
        taken: Ranges = []
        if row.cause is not None:
            cause = self.known[row.cause]
            came = [(cause.in_start, cause.in_start + cause.amount)]
            taken = first(both(came, pool.free), row.amount)
        rest = first(without(pool.free, taken), row.amount - size(taken))
        taken = union([*taken, *rest])
        pool.free = without(pool.free, taken)
        return taken

    def _back(self, row: Row, source: int, cause: Row) -> Ranges:
        pool = self.pools[source]
        places = list(self.places(cause))
        own = both(union([(lo, hi) for _, p, lo, hi, _ in places if p == source]), pool.free)
        need = row.amount - size(own)
        if need <= 0:
            own = last(own, row.amount)
            pool.free = without(pool.free, own)
            return own
        rests = []
        for offset, p, lo, hi, is_away in places:
            if p == source or is_away:
                start = cause.in_start + offset - lo
                rests += [(start + a, start + b) for a, b in both([(lo, hi)], self.pools[p].free)]
        in_use = without([(cause.in_start, cause.in_start + cause.amount)], union(rests))
        replaced = last(in_use, need)
        others = first(without(pool.free, own), need)
        pool.free = without(without(pool.free, own), others)
        self._step_in(row, source, replaced, others)
        return union([*own, *replaced])

    def _step_in(self, row: Row, source: int, replaced: Ranges, others: Ranges) -> None:
        pool = self.pools[source]
        broken = [piece for lo, hi in replaced for piece in pool.meeting(lo, hi)]
        for piece in dict.fromkeys(broken):
            pool.pieces.remove(piece)
            self.ended.append((source, piece, row.id))
            for lo, hi in without([(piece.lo, piece.hi)], replaced):
                rest = piece._replace(lo=lo, hi=hi, to_lo=piece.to_lo + lo - piece.lo, by=row.id)
                pool.lay(rest)
            for lo, hi, other_lo in opposite(replaced, others):
                a, b = max(lo, piece.lo), min(hi, piece.hi)
                if a < b:
                    to_lo = piece.to_lo + a - piece.lo
                    at = other_lo + a - lo
                    pool.lay(
                        Piece(at, at + b - a, piece.to_pool, to_lo, piece.movement, row.id, row.id)
                    )

    def places(self, cause: Row) -> Iterator[tuple[int, int, int, int, bool]]:
        """(offset, pool, lo, hi, whether taken back from the cause) of all it has passed."""
        todo = [(0, cause.target, cause.in_start, cause.in_start + cause.amount, 0)]
        while todo:
            offset, pool, lo, hi, away = todo.pop()
            yield offset, pool, lo, hi, bool(away)
            for piece in self.pools[pool].meeting(lo, hi):
                a, b = max(lo, piece.lo), min(hi, piece.hi)
                start = piece.to_lo + a - piece.lo
                led = self.known.get(piece.movement)
                now = away
                if led and led.kind not in FORWARDS:
                    now = led.id if led.cause == cause.id else 0 if led.cause == away else away
                todo.append((offset + a - lo, piece.to_pool, start, start + b - a, now))


def opposite(units: Ranges, others: Ranges) -> Iterator[tuple[int, int, int]]:
    """(lo, hi, where `lo` is opposite) of two sets of one size laid side by side."""
    i = j = done_i = done_j = 0
    while i < len(units) and j < len(others):
        lo, other_lo = units[i][0] + done_i, others[j][0] + done_j
        count = min(units[i][1] - lo, others[j][1] - other_lo)
        yield lo, lo + count, other_lo
        done_i, done_j = done_i + count, done_j + count
        if units[i][0] + done_i == units[i][1]:
            i, done_i = i + 1, 0
        if others[j][0] + done_j == others[j][1]:
            j, done_j = j + 1, 0


# -- against what stands --------------------------------------------------------------------------


def _rows(sql: str) -> Iterator[tuple]:
    """Rows a chunk at a time, whatever their number."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while chunk := cursor.fetchmany(CHUNK):
            yield from chunk


def replay() -> Replay:
    """Plays every movement in the order of their numbers, which is the order of the locks."""
    pools = [pk for (pk,) in _rows("SELECT id FROM ledger_pool")]
    causes = {
        pk
        for (pk,) in _rows(
            "SELECT DISTINCT cause_id FROM ledger_movement WHERE cause_id IS NOT NULL"
        )
    }
    played = Replay(pools, causes)
    for values in _rows(
        "SELECT id, kind, source_id, target_id, amount, in_start, cause_id"
        " FROM ledger_movement ORDER BY id"
    ):
        played.play(Row(*values))
    return played


def differences(played: Replay) -> list[str]:
    """What in the pools and pieces is not as the movements make it, in words; empty if nothing."""
    return [*played.faults, *_pool_differences(played), *_piece_differences(played)]


def _pool_differences(played: Replay) -> Iterator[str]:
    for pk, received, spent, free in _rows("SELECT id, received, spent, free FROM ledger_pool"):
        pool = played.pools[pk]
        live = [(r.lower, r.upper) for r in free]
        if (received, spent, live) != (pool.received, pool.spent, pool.free):
            yield f"pool {pk} is not as its movements make it"


def _piece_differences(played: Replay) -> Iterator[str]:
    expected = {
        (pk, *piece, None) for pk, pool in played.pools.items() for piece in pool.pieces
    } | {(pk, *piece, ended) for pk, piece, ended in played.ended}
    for row in _rows(
        "SELECT pool_id, lo, hi, to_pool_id, to_lo, movement_id, by_id, stepped_in_id, ended_id"
        " FROM ledger_piece ORDER BY id"
    ):
        if row not in expected:
            yield f"a piece of movement {row[5]}, units {row[1]} to {row[2]} of pool {row[0]}"
        expected.discard(row)
    for row in sorted(expected, key=lambda row: row[5]):
        yield f"no piece of movement {row[5]}, units {row[1]} to {row[2]} of pool {row[0]}"
