"""What clients did to append-only lists, and what they saw: the material the checker in anomalies.py judges.

Each element is appended at most once to one key, so the list a transaction reads tells which appends it saw, in which
order: the version order and the dependencies of transactions follow without knowing anything of the server.
Times are seconds of one monotonic clock, taken in the client just before sending and just after the answer.
"""

from dataclasses import dataclass, field
from enum import Enum
from math import inf


class Level(Enum):
    """Isolation levels, as BEGIN spells them."""

    READ_COMMITTED = "READ COMMITTED"
    REPEATABLE_READ = "REPEATABLE READ"
    SERIALIZABLE = "SERIALIZABLE"

    @property
    def keeps_snapshot(self) -> bool:
        """Whether all statements of a transaction see one snapshot."""
        return self is not Level.READ_COMMITTED


class Outcome(Enum):
    """How a transaction ended. UNKNOWN: the connection was lost at COMMIT."""

    COMMITTED = "committed"
    ABORTED = "aborted"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Append:
    """`element` was put at the end of the list `key`. undone: by ROLLBACK TO SAVEPOINT."""

    key: int
    element: int
    began: float = 0.0
    ended: float = inf
    undone: bool = False


@dataclass(slots=True)
class Read:
    """The list `key` was `values`; a missing row is an empty list.

    statement: the reads of one statement have one number, within the transaction. locking: FOR UPDATE, FOR SHARE or
    RETURNING, which see the newest row at READ COMMITTED instead of the statement's snapshot.
    """

    key: int
    values: tuple[int, ...]
    began: float = 0.0
    ended: float = inf
    statement: int = 0
    locking: bool = False


@dataclass(slots=True)
class Savepoint:
    """SAVEPOINT, of which there is at most one at a time."""


@dataclass(slots=True)
class RolledBackTo:
    """ROLLBACK TO the savepoint: the appends since it are marked as undone."""


Operation = Append | Read | Savepoint | RolledBackTo


@dataclass(slots=True)
class Transaction:
    """One transaction of one client. began: its first statement after BEGIN; commit_sent, ended: COMMIT and its answer."""

    operations: list[Operation] = field(default_factory=list)
    outcome: Outcome = Outcome.COMMITTED
    began: float = 0.0
    commit_sent: float = 0.0
    ended: float = inf
    error: str | None = None
    number: int = 0

    def appends(self) -> list[Append]:
        """Its appends, also those undone."""
        return [each for each in self.operations if isinstance(each, Append)]

    def reads(self) -> list[Read]:
        """Its reads."""
        return [each for each in self.operations if isinstance(each, Read)]


@dataclass
class History:
    """All transactions of a run at one level, and what was read of every key after all had ended."""

    level: Level
    transactions: list[Transaction]
    final: dict[int, tuple[int, ...]]

    def __post_init__(self) -> None:
        for number, transaction in enumerate(self.transactions):
            transaction.number = number
