"""What readers of COPY data give: records cut into fields, and where in the data they stood."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from executor.errors import SqlError
from executor.sqlstates import BadCopyFileFormat


class Marker(Enum):
    """Fields without a value: one that stands for the column's default (option DEFAULT), and one that is not there."""

    DEFAULT = "default"
    MISSING = "missing"


Field = str | bytes | None | Marker
"""str in text and CSV, bytes in binary format."""

SHOWN_BYTES_MAX = 100
"""Of a value or line in an error's context."""


@dataclass(slots=True)
class Batch:
    """Records in order. numbers: their line numbers, from 1; texts: the lines themselves, empty in binary format.

    has_missing: some field is Marker.MISSING, which is an error only if the fields before it are right.
    failure: what is wrong with the record after these; to be raised when these have been dealt with.
    """

    rows: list[list[Field]] = field(default_factory=list)
    numbers: Sequence[int] = ()
    texts: Sequence[str] = ()
    failure: SqlError | None = None
    has_missing: bool = False


def shown(text: str) -> str:
    """A value as an error's context shows it: at most 100 bytes."""
    encoded = text.encode()
    if len(encoded) <= SHOWN_BYTES_MAX:
        return text
    return encoded[:SHOWN_BYTES_MAX].decode(errors="ignore") + "..."


@dataclass(slots=True)
class Place:
    """Says in an error's context where in the data it happened. relation: the table's name."""

    relation: str

    def line(self, number: int, text: str | None = None) -> str:
        """In a record."""
        return f"COPY {self.relation}, line {number}" + ("" if text is None else f': "{shown(text)}"')

    def column(self, number: int, column: str, value: Field, *, binary: bool = False) -> str:
        """In a field of a record."""
        start = f"COPY {self.relation}, line {number}, column {column}"
        if binary:
            return start
        return f"{start}: null input" if not isinstance(value, str) else f'{start}: "{shown(value)}"'


def add_where(error: SqlError, where: str) -> SqlError:
    """Add a line to an error's context, below those that are there."""
    error.where = where if error.where is None else f"{error.where}\n{where}"
    return error


def bad_format(message: str, where: str | None = None, *, hint: str | None = None) -> SqlError:
    """22P04."""
    return BadCopyFileFormat(message, where=where, hint=hint)


def find_invalid_utf8(data: bytes) -> int | None:
    """Where the first byte sequence is that no PostgreSQL text can have: wrong UTF-8, or a zero byte."""
    end: int | None = None
    try:
        data.decode()
    except UnicodeDecodeError as error:
        end = error.start
    zero = data.find(b"\0", 0, end)
    return zero if zero >= 0 else end
