"""Life cycles as tables: states in the words people see, and moves with who, when and what then.

Rule: an app states its life cycle once, in its `workflow.py`; pages, queues, admin, documents and
the database read it from here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

Text = str | Promise
AMEND = "amend"  # the move by which an approved amendment enters the record that it amends


@dataclass(frozen=True)
class State:
    """A state: its stored value, the word people see, its tone and icon (docs: the look)."""

    value: str
    word: Text
    tone: str
    icon: str


@dataclass(frozen=True)
class Step:
    """An approval that a routed move starts with; `from_amount` in yuan, 0 for always.

    `fixed` steps stay whatever an administrator sets; the others are where the office begins.
    """

    role: str
    side: str
    word_en: str
    word_zh: str
    position: int = 1
    from_amount: int = 0
    fixed: bool = True


@dataclass(frozen=True)
class Move:
    """A move `name` from any of `source` to `target`.

    `permission` is asked of the person; `not_by` names moves whose author may not make this one
    ("enter" stands for whoever entered the record); `own_scope` asks for the own office.
    `guard(record)` raises ValidationError when it is too early; `effect(record, by=, note=)` runs
    before the status is written, in the same transaction; `then` names the move that follows at
    once, by the same person. `duty` is the word for whom a record waits that needs this move.
    `asks` names fields of the record that are typed with the move. `route` makes it a move of
    several approvals, of which the last moves the record (core/approvals.py).
    `posts` says that the move posts money.
    """

    name: str
    label: Text
    source: tuple[str, ...]
    target: str
    permission: str
    done: Text
    icon: str = "check"
    not_by: tuple[str, ...] = ()
    needs_note: bool = False
    guard: Callable[[Any], None] | None = None
    effect: Callable[..., None] | None = None
    duty: Text = ""
    primary: bool = False
    danger: bool = False
    help: Text = ""
    own_scope: bool = False
    then: str = ""
    asks: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    route: tuple[Step, ...] = ()
    posts: bool = False


@dataclass(frozen=True)
class Workflow:
    """A life cycle: the table that buttons, queues, admin, documents and the database share.

    `parts` are the models of rows decided on with the record; their foreign key has the name of the
    life cycle. `amends` is the life cycle whose records this one amends, once it is `amends_at`, by
    the foreign key of that name; `amended_in` are the states in which that may happen. The three
    columns say where a route finds amount and sides.
    """

    name: str
    model: Any
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    editable: tuple[str, ...]
    free_columns: tuple[str, ...] = ()
    main_line: tuple[str, ...] = ()
    parts: tuple[Any, ...] = ()
    amended_in: tuple[str, ...] = ()
    amends: str = ""
    amends_at: str = ""
    amount_column: str = ""
    supporting_column: str = ""
    receiving_column: str = ""
    by_value: dict[str, State] = field(init=False)
    by_move: dict[str, Move] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_value", {state.value: state for state in self.states})
        object.__setattr__(self, "by_move", {move.name: move for move in self.moves})
        WORKFLOWS[self.name] = self

    @property
    def initial(self) -> str:
        return self.states[0].value

    def from_status(self, status: str) -> list[Move]:
        return [move for move in self.moves if status in move.source]


WORKFLOWS: dict[str, Workflow] = {}
