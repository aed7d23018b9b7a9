"""What is compared: expressions, and what a server answers to them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """One expression: the text after SELECT. group: the settings it runs under (tests.differential.groups)."""

    family: str
    text: str
    group: int = 0


@dataclass(frozen=True)
class Answer:
    """What a server says: the columns as (type, typmod) and the rows as text; or an error.

    A type is its OID, or its name if a user made it.
    """

    columns: tuple[tuple[int | str, int], ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    sqlstate: str = ""
    message: str = ""

    def packed(self) -> list[Any]:
        """As it stands in a line of JSON."""
        if self.sqlstate:
            return [self.sqlstate, self.message]
        return [[list(column) for column in self.columns], [list(row) for row in self.rows]]

    @classmethod
    def unpacked(cls, first: Any, second: Any) -> "Answer":
        """The other way."""
        if isinstance(first, str):
            return cls(sqlstate=first, message=second)
        return cls(tuple((t, m) for t, m in first), tuple(map(tuple, second)))


EQUAL, UNSUPPORTED, DIFFERENT, WORDING = "equal", "0A000", "different", "wording"


def outcome(reference: Answer, found: Answer) -> str:
    """How an answer of pgquill compares with PostgreSQL's. `wording`: the same error in other words."""
    if found.sqlstate == UNSUPPORTED != reference.sqlstate:
        return UNSUPPORTED
    if reference.sqlstate or found.sqlstate:
        if reference.sqlstate != found.sqlstate:
            return DIFFERENT
        return EQUAL if reference.message == found.message else WORDING
    return EQUAL if (reference.columns, reference.rows) == (found.columns, found.rows) else DIFFERENT
