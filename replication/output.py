"""What an output plugin is: the contract between those that write a stream's payload and those that send it. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import NamedTuple, Protocol

from replication import decoded

Options = Mapping[str, str | None] | Iterable[tuple[str, str | None]]
"""Options as the consumer wrote them, in order (pairs may repeat a name, which some plugins refuse); None: without a value."""


class PluginError(Exception):
    """The consumer's options are wrong, or it asks for what is not there. sqlstate: PostgreSQL's."""

    def __init__(self, sqlstate: str, message: str, hint: str | None = None, detail: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message
        self.hint = hint
        self.detail = detail


class Output(NamedTuple):
    """One message to the consumer: the payload of one XLogData, or one row of pg_logical_slot_get_changes.

    lsn: a consumer that has confirmed it is told all again that is not complete by now: what is said of a transaction stands at
    its `safe_lsn`, and only the last of it at its end.
    last: False if the next one belongs to the same position; then XLogData says position 0, so that nobody confirms half of it.
    """

    lsn: int
    xid: int
    data: bytes
    last: bool = True


class Plugin(Protocol):
    """Writes transactions for one consumer, for as long as it is connected."""

    @property
    def is_text(self) -> bool:
        """Whether the output is text in UTF-8."""

    @property
    def binary(self) -> bool:
        """Whether it wants values in the types' binary format, where there is one."""

    @property
    def publications(self) -> tuple[str, ...] | None:
        """The publications that say what it is told; None: everything."""

    @property
    def messages(self) -> bool:
        """Whether it wants decoded.Message."""

    def transaction(self, transaction: decoded.Transaction) -> Iterator[Output]:
        """What it says of one transaction, lazily."""

    def message(self, message: decoded.Message) -> Iterator[Output]:
        """What it says of a message outside of all transactions."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a plugin depends on beside its options. work_mem: logical_decoding_work_mem in bytes: a transaction of more is
    streamed in blocks, if the consumer agrees. zone: of the times that are printed (the setting TimeZone)."""

    work_mem: int = 64 * 1024 * 1024
    zone: tzinfo = UTC


Maker = Callable[[Options, Surroundings], Plugin]
"""Raises PluginError."""


def pairs(options: Options) -> Iterator[tuple[str, str | None]]:
    """The options one by one."""
    yield from options.items() if isinstance(options, Mapping) else options


def is_streamed(transaction: decoded.Transaction, surroundings: Surroundings) -> bool:
    """Whether a transaction is so large that it is sent in blocks."""
    return transaction.size > surroundings.work_mem


def size_of(change: decoded.Change) -> int:
    """About how many bytes a change takes, to divide a large transaction into blocks."""
    rows = (getattr(change, "old", None), getattr(change, "new", None))
    content = len(change.content) if isinstance(change, decoded.Message) else 0
    return CHANGE_BYTES + content + sum(len(value) for row in rows if row for value in row if value is not None)


CHANGE_BYTES = 100
"""What a change takes beside its values."""


def _prefixes(word: str, shortest: int = 1) -> list[str]:
    return [word[:length] for length in range(shortest, len(word) + 1)]


BOOLEANS = {
    **dict.fromkeys(("1", "on", *_prefixes("true"), *_prefixes("yes")), True),
    **dict.fromkeys(("0", *_prefixes("off", 2), *_prefixes("false"), *_prefixes("no")), False),
}
"""As the type boolean reads them, but for blanks around."""


def parse_boolean(name: str, value: str | None) -> bool:
    """The value of a boolean option of the plugins that print text; without a value it is on."""
    if value is None:
        return True
    parsed = BOOLEANS.get(value.lower())
    if parsed is None:
        raise unparsable(name, value)
    return parsed


def unparsable(name: str, value: str, sqlstate: str = "22023") -> PluginError:
    """The error for a value that an option cannot have."""
    return PluginError(sqlstate, f'could not parse value "{value}" for parameter "{name}"')


def unknown_option(name: str, value: str | None) -> PluginError:
    """The error for an option that a plugin does not have."""
    return PluginError("22023", f'option "{name}" = "{"(null)" if value is None else value}" is unknown')
