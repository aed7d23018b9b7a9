"""What a type is to pgquill: how its values are stored in SQLite, read from a client and printed for one.

*Stored form* is what SQLite holds and what SQL expressions compute with (int, float, str, bytes or None; see the table
in ARCHITECTURE.md, "How values are stored"). A codec translates between the stored form and PostgreSQL's text and
binary formats. One module per type family; each module ends with `CODECS = (...)`, collected by executor.types.registry.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo

Stored = int | float | str | bytes | None
Encoder = Callable[[Stored], bytes]
"""Encodes one stored value that is not NULL."""


@dataclass(slots=True)
class Env:
    """The session settings that change how values are read and printed."""

    date_style: str = "ISO"  # ISO | Postgres | SQL | German
    date_order: str = "MDY"  # MDY | DMY | YMD
    interval_style: str = "postgres"  # postgres | postgres_verbose | sql_standard | iso_8601
    timezone: tzinfo = UTC
    timezone_name: str = "UTC"
    extra_float_digits: int = 1
    bytea_output: str = "hex"  # hex | escape
    now: str = ""  # start of the transaction: stored form of a timestamptz ('now', 'today' ... depend on it)


@dataclass(frozen=True, slots=True)
class Codec:
    """The input and output of one type.

    parse: text -> stored form; a typmod other than -1 is applied as an assignment to a column would
        (raises 22P02, 22003, 22001, 22007, 22008 ... with PostgreSQL's message).
    text_encoder: (typmod, env) -> a function from stored value to PostgreSQL's text, as UTF-8 bytes.
    receive: binary format -> stored form (22P03 on a malformed body).
    binary_encoder: (typmod, env) -> a function from stored value to PostgreSQL's binary format.
    declare: typmod -> what CREATE TABLE says in SQLite; its affinity must leave stored values unchanged.
    collation: the SQLite collation whose order and equality are PostgreSQL's; None where SQLite's own are.
        `decimal` is the only one that may stand in a file (the sqlite3 shell has it too).
    compare: for a collation other than decimal: two stored values -> negative, 0 or positive.
    """

    oid: int
    parse: Callable[[str, int, Env], Stored]
    text_encoder: Callable[[int, Env], Encoder]
    receive: Callable[[bytes, int, Env], Stored]
    binary_encoder: Callable[[int, Env], Encoder]
    declare: Callable[[int], str]
    collation: str | None = None
    compare: Callable[[str, str], int] | None = None
