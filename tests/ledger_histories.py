"""Random histories, played on the ledger and on the model at once, and compared.

Rule: after each step both have accepted or both refused, and no check waits for commit; at the end
every fen has the same way in both, forwards and backwards.
"""

import random
from collections import Counter
from datetime import date
from itertools import count

import psycopg
from django.db import DatabaseError

from tests.ledger_model import Model, Refused

CHECK = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
POST = "SELECT id FROM ledger_post(%s, %s, %s, %s, %s, %s, NULL, %s)"
POST_MANY = "SELECT ledger_post_many(%s, %s, %s, %s::bigint[], %s::text[], %s::date[], NULL)"
TAKE_BACK = "SELECT id FROM ledger_take_back(%s, %s, %s, %s, %s, %s, %s, NULL)"
CLOSE = "SELECT ledger_close(%s, %s, NULL)"
GIFTS = ("gift", "bound_gift", "move")

# What happens in a history, each as often as it stands here.
OPERATIONS = (
    *("gift",) * 4,
    *("gifts", "bound_gift", "payments", "again", "close"),
    *("allocation",) * 4,
    *("payment",) * 4,
    *("surplus", "withdrawal", "bounce", "bounce", "move", "reversal", "wrong_amount", "any"),
)

vouchers = (f"h{number}" for number in count())


def random_steps(seed: int, length: int) -> list[tuple]:
    """Steps as (operation, two choices, an amount, a flag)."""
    rnd = random.Random(seed)
    first = [("gift", rnd.randrange(100), rnd.randrange(100), 9, True) for _ in range(3)]
    return first + [
        (
            rnd.choice(OPERATIONS),
            rnd.randrange(100),
            rnd.randrange(100),
            rnd.randint(1, 12),
            rnd.random() < 0.5,
        )
        for _ in range(length - 3)
    ]


class History:
    """Two funds, three lines and the five pools of what has gone from them.

    `run(sql, parameters)` answers rows, in a transaction that the caller undoes.
    """

    def __init__(self, run):
        self.run = run
        self.funds = [self._open("fund") for _ in range(2)]
        self.lines = [self._open("line") for _ in range(3)]
        self.gone = dict(
            run(
                "SELECT id, gone_id FROM ledger_pool WHERE id = ANY (%s)", [self.funds + self.lines]
            )
        )
        self.fund_of = dict(zip(self.lines, [self.funds[0], *self.funds], strict=True))
        self.pools = [*self.funds, *self.lines, *self.gone.values()]
        self.model = Model(self.pools)
        self.movements: list[int] = []
        self.latest: tuple | None = None  # (sql, parameters, answer) of the latest that was posted
        self.seen: Counter = Counter()

    def _open(self, kind: str) -> int:
        return self.run("SELECT ledger_open(%s)", [kind])[0][0]

    # -- one statement on both --------------------------------------------------------------------

    def ask(self, sql: str, parameters: list):
        """(answer, "") of the ledger, or (None, key of its refusal)."""
        self.run("SAVEPOINT step", [])
        try:
            answer = self.run(sql, parameters)[0][0]
            self.run(CHECK, None)
        except (psycopg.errors.RaiseException, DatabaseError) as error:
            cause = error.__cause__ if isinstance(error, DatabaseError) else error
            if not isinstance(cause, psycopg.errors.RaiseException):
                raise
            self.run("ROLLBACK TO SAVEPOINT step", [])
            return None, cause.diag.message_primary.partition(":")[0]
        self.run("RELEASE SAVEPOINT step", [])
        return answer, ""

    def do(self, kind: str, sql: str, parameters: list, on_model):
        """Asks the ledger, then the model with the ledger's number; both must agree."""
        answer, refusal = self.ask(sql, parameters)
        expected = ""
        try:
            on_model(-1 if answer is None else answer)
        except Refused as refused:
            expected = str(refused)
        assert refusal == expected, f"{kind} {parameters}: {refusal!r}, not {expected!r}"
        self.seen[kind, refusal] += 1
        if answer is not None and sql is not CLOSE:
            self.latest = (sql, parameters, answer)
            self.movements += answer if isinstance(answer, list) else [answer]
        return answer

    def post(self, kind, source, target, amount, day, cause=None):
        def on_model(number):
            if source is None:
                self.model.receive(number, kind, target, amount, day)
            else:
                self.model.post(number, kind, source, target, amount, day, cause)

        parameters = [kind, source, target, amount, next(vouchers), day, cause]
        return self.do(kind, POST, parameters, on_model)

    def post_many(self, kind, source, target, amounts, day):
        def on_model(numbers):
            if source is not None and len(self.model.free[source]) < sum(amounts):
                raise Refused("not_enough")
            self.model.on_open_day(day)
            for number, amount in zip(numbers, amounts, strict=True):
                if source is None:
                    self.model.receive(number, kind, target, amount, day)
                else:
                    self.model.post(number, kind, source, target, amount, day)

        names = [next(vouchers) for _ in amounts]
        parameters = [kind, source, target, amounts, names, [day] * len(amounts)]
        return self.do(f"many {kind}", POST_MANY, parameters, on_model)

    def take_back(self, kind, cause, target, amount, day, substitute=False):
        def on_model(number):
            self.model.take_back(number, kind, cause, target, amount, substitute, day)

        parameters = [kind, cause, target, amount, substitute, next(vouchers), day]
        return self.do(kind, TAKE_BACK, parameters, on_model)

    # -- the operations ---------------------------------------------------------------------------

    def step(self, operation: str, a: int, b: int, amount: int, flag: bool) -> None:
        day = date(2010, 1 + b % 12, 15)
        getattr(self, f"_{operation}")(a, b, amount, flag, day)

    def _of(self, *kinds: str) -> list[int]:
        return [m for m in self.movements if self.model.kind[m] in kinds]

    def _within(self, pool: int, amount: int, b: int) -> int:
        """Three in four ask for no more than there is; else every second one is refused."""
        return min(amount, len(self.model.free[pool])) or amount if b % 4 else amount

    def _rich_line(self, a: int) -> int:
        rich = [line for line in self.lines if self.model.free[line]] or self.lines
        return rich[a % len(rich)]

    def _gift(self, a, b, amount, flag, day):
        self.post("gift", None, self.funds[a % 2], amount + flag, day)

    def _bound_gift(self, a, b, amount, flag, day):
        self.post("bound_gift", None, self.lines[a % 3], amount, day)

    def _gifts(self, a, b, amount, flag, day):
        self.post_many("gift", None, self.funds[a % 2], [amount, 1 + b % 5, 3], day)

    def _allocation(self, a, b, amount, flag, day):
        rich = [line for line in self.lines if self.model.free[self.fund_of[line]]] or self.lines
        line = rich[a % len(rich)]
        fund = self.fund_of[line]
        self.post("allocation", fund, line, self._within(fund, amount, b), day)

    def _payment(self, a, b, amount, flag, day):
        line = self._rich_line(a)
        self.post("payment", line, self.gone[line], self._within(line, amount, b), day)

    def _payments(self, a, b, amount, flag, day):
        line = self._rich_line(a)
        self.post_many("payment", line, self.gone[line], [1 + amount // 3, 1, 1 + b % 3], day)

    def _surplus(self, a, b, amount, flag, day):
        line = self._rich_line(a)
        self.post("surplus", line, self.fund_of[line], self._within(line, amount, b), day)

    def _withdrawal(self, a, b, amount, flag, day):
        if found := self._of("allocation"):
            m = found[a % len(found)]
            amount = min(amount, self.model.amount[m])
            self.take_back("withdrawal", m, self.model.source[m], amount, day)

    def _bounce(self, a, b, amount, flag, day):
        if found := self._of(*GIFTS):
            m = found[a % len(found)]
            amount = self.model.amount[m] if flag else min(amount, self.model.amount[m])
            kind = "bounce" if b % 2 else "refund"
            target = self.gone[self.model.target[m]]
            self.take_back(kind, m, target, amount, day, substitute=b % 5 > 0)

    def _move(self, a, b, amount, flag, day):
        if found := [m for m in self._of("gift") if self.model.target[m] in self.funds]:
            m = found[a % len(found)]
            other = self.funds[1 - self.funds.index(self.model.target[m])]
            amount = min(amount, self.model.amount[m])
            self.take_back("move", m, other, amount, day, substitute=flag)

    def _reversal(self, a, b, amount, flag, day):
        found = self._of("payment", "bounce", "refund")
        if found:
            m = found[a % len(found)]
            kind = "reversal" if self.model.kind[m] == "payment" else "return"
            amount = self.model.amount[m] if flag else min(amount, self.model.amount[m])
            self.take_back(kind, m, self.model.source[m], amount, day)

    def _wrong_amount(self, a, b, amount, flag, day):
        if found := self._of("payment"):
            m = found[a % len(found)]
            line, gone = self.model.source[m], self.model.target[m]
            if reversal := self.take_back("reversal", m, line, self.model.amount[m], day):
                self.post("payment", line, gone, amount, day, cause=reversal)

    def _any(self, a, b, amount, flag, day):
        """Anything taken back to anywhere."""
        if self.movements:
            m = self.movements[a % len(self.movements)]
            others = [pool for pool in self.pools if pool != self.model.target[m]]
            amount = min(amount, self.model.amount[m])
            to = others[b % len(others)]
            self.take_back("correction", m, to, amount, day, substitute=flag)

    def _close(self, a, b, amount, flag, day):
        if b % 3 == 0:
            first, last = day.replace(day=1), day.replace(day=20)
            self.do("close", CLOSE, [first, last], lambda _: self.model.close(first, last))

    def _again(self, a, b, amount, flag, day):
        """The latest posting comes a second time: as it was, and with another amount."""
        if not self.latest:
            return
        sql, parameters, answer = self.latest
        assert self.ask(sql, parameters) == (answer, ""), "the same posting again is another one"
        changed = list(parameters)
        if sql is POST_MANY:
            changed[3] = [parameters[3][0] + 1, *parameters[3][1:]]
        else:
            changed[3] += 1
        answer, refusal = self.ask(sql, changed)
        assert refusal in ("voucher_twice", "not_enough") and answer is None, refusal

    # -- the end ----------------------------------------------------------------------------------

    def check(self) -> None:
        assert self.run("SELECT * FROM ledger_fault", []) == []
        self._check_pools()
        self._check_forwards()
        self._check_backwards()

    def _starts(self) -> dict[int, int]:
        return dict(
            self.run(
                "SELECT id, in_start FROM ledger_movement WHERE id = ANY (%s)", [self.movements]
            )
        )

    def _check_pools(self) -> None:
        """Each unit rests in one place, and as many as came in are there."""
        rows = self.run(
            "SELECT id, received - spent FROM ledger_pool WHERE id = ANY (%s)", [self.pools]
        )
        assert dict(rows) == {pool: len(queue) for pool, queue in self.model.free.items()}
        came = sum(self.model.amount[m] for m in self._of("gift", "bound_gift"))
        assert came == len(self.model.units) == sum(free for _, free in rows)

    def _check_forwards(self) -> None:
        start = self._starts()
        found: dict[tuple, set] = {}
        for gift, offset, lo, hi, movement in self.run(
            "SELECT g.id, w.ofs, w.lo, w.hi, w.movement FROM ledger_movement g"
            " CROSS JOIN LATERAL ledger_fwd(g.id) AS w"
            " WHERE g.source_id IS NULL AND g.id = ANY (%s)",
            [self.movements],
        ):
            for place in range(hi - lo):
                passed = found.setdefault((gift, offset + place), set())
                passing = (movement, lo + place - start[movement])
                assert passing not in passed
                passed.add(passing)
        assert all(len(set(unit.past)) == len(unit.past) for unit in self.model.units)
        assert found == {unit.past[0]: set(unit.past) for unit in self.model.units}

    def _check_backwards(self) -> None:
        start = self._starts()
        found = {}
        for pool, at, gift, offset, size in self.run(
            "SELECT p.id, lower(r) + g.ofs, g.gift, g.gift_ofs, g.size FROM ledger_pool p,"
            " unnest(p.free) AS r, LATERAL ledger_bwd(p.id, lower(r), upper(r)) AS g"
            " WHERE p.id = ANY (%s)",
            [self.pools],
        ):
            for place in range(size):
                assert (pool, at + place) not in found
                found[pool, at + place] = (gift, offset + place)
        assert found == {
            (pool, start[unit.past[-1][0]] + unit.past[-1][1]): unit.past[0]
            for pool, queue in self.model.free.items()
            for unit in queue
        }


def play(run, steps: list[tuple]) -> History:
    """Plays the steps, compares, and answers what was done."""
    history = History(run)
    for step in steps:
        history.step(*step)
    history.check()
    return history
