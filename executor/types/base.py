"""What a type is to pgquill: how its values are stored in SQLite, read from a client and printed for one.

*Stored form* is what SQLite holds and what SQL expressions compute with (int, float, str, bytes or None; see the table
in ARCHITECTURE.md, "How values are stored"). A codec translates between the stored form and PostgreSQL's text and
binary formats. One module per type family; each ends with `CODECS = (...)`, collected by executor.types.registry.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Protocol

from executor.errors import SqlError
from executor.types.oids import FLOAT4, FLOAT8, WITHOUT_EQUALITY

Stored = int | float | str | bytes | None
FILE_COLLATIONS = frozenset(("RTRIM", "decimal"))
"""RTRIM is built into SQLite; storage registers `decimal`; every other collation is made from `Codec.compare`."""
Encoder = Callable[[Stored], bytes]
"""Encodes one stored value that is not NULL."""


class ObjectNames(Protocol):
    """What regclass, regtype, regproc ... need of a catalog; the session puts one into `Env.objects`."""

    def oid_of(self, kind: int, name: str) -> int:
        """The OID of the object that `name` (SQL text, possibly qualified) means; `kind` is the OID of the reg* type.

        Raises PostgreSQL's error (42P01, 42704, 42883, 42725 ...) where there is none.
        """

    def name_of(self, kind: int, oid: int) -> str | None:
        """The name to print, quoted and qualified as the search path needs; None where no such object exists."""


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
    xml_option: str = "content"  # content | document
    xml_binary: str = "base64"  # base64 | hex
    objects: ObjectNames | None = None  # the names behind reg* types; None: they are read and printed as numbers
    now_us: int = 0  # start of the transaction, microseconds since 1970 ('now', 'today' ... depend on it); 0: none


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
        Only those of FILE_COLLATIONS may stand in a file: the sqlite3 shell has them too.
    compare: what the collation does: two stored values -> negative, 0 or positive.
    equal_as_stored: the collation is for the order only; values are equal when their stored forms are.
    equal_but_zeros: the same would hold, were there no negative zeros inside (rows and arrays of floats).
    wire_oid: the OID that clients know the type by, where `oid` is another: that of the built-in type whose values are
        stored in the same way (domains), or the number of a user's type (executor.types.made).
    """

    oid: int
    parse: Callable[[str, int, Env], Stored]
    text_encoder: Callable[[int, Env], Encoder]
    receive: Callable[[bytes, int, Env], Stored]
    binary_encoder: Callable[[int, Env], Encoder]
    declare: Callable[[int], str]
    collation: str | None = None
    compare: Callable[[str, str], int] | None = None
    equal_as_stored: bool = False
    equal_but_zeros: bool = False
    wire_oid: int = 0

    @property
    def shown_oid(self) -> int:
        """The type's OID in binary formats."""
        return self.wire_oid or self.oid

    @property
    def equal_inside(self) -> bool:
        """True if values inside of rows and arrays are equal when their stored forms are."""
        return self.equal_as_stored or (
            self.collation is None and self.oid not in (FLOAT4, FLOAT8) and self.oid not in WITHOUT_EQUALITY)

    @property
    def equal_inside_but_zeros(self) -> bool:
        """The same, were there no negative zeros."""
        return self.equal_inside or self.equal_but_zeros or self.oid in (FLOAT4, FLOAT8)


def constant(encoder: Encoder) -> Callable[[int, Env], Encoder]:
    """For `Codec.text_encoder` and `binary_encoder` of a type whose output depends on no typmod and no setting."""
    return lambda typmod, env: encoder


def declared(name: str) -> Callable[[int], str]:
    """For `Codec.declare` of a type without modifiers."""
    return lambda typmod: name


def invalid_syntax(type_name: str, text: str) -> SqlError:
    """PostgreSQL's 22P02 for text that a type's input function does not understand."""
    from executor.sqlstates import InvalidTextRepresentation

    return InvalidTextRepresentation(f'invalid input syntax for type {type_name}: "{text}"')


def misfit(type_name: str, value: Stored) -> SqlError:
    """The error for a stored value that its column's type cannot have (another SQLite program wrote it)."""
    from executor.sqlstates import InvalidTextRepresentation

    return InvalidTextRepresentation(f"stored value {value!r} does not fit type {type_name}")


def binary_length(data: bytes, length: int) -> bytes:
    """Check that a binary value has exactly `length` bytes (08P01 if fewer, 22P03 if more), and give it back."""
    from executor.sqlstates import InvalidBinaryRepresentation, ProtocolViolation

    if len(data) < length:
        raise ProtocolViolation("insufficient data left in message")
    if len(data) > length:
        raise InvalidBinaryRepresentation("incorrect binary data format")
    return data


def utf8(data: bytes) -> str:
    """Decode a text that a client sent; 22021 where it is not UTF-8 or has a zero byte."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise invalid_utf8(data, error.start) from None
    return without_zero(text) if "\x00" in text else text


_LENGTHS = tuple([1] * 0xC0 + [2] * 0x20 + [3] * 0x10 + [4] * 0x08 + [1] * 0x08)
"""How many bytes a UTF-8 character has, by its first byte, as PostgreSQL counts them for its message."""


def invalid_utf8(data: bytes, at: int, where: str | None = None) -> SqlError:
    """22021 for the byte sequence at a position."""
    from executor.sqlstates import CharacterNotInRepertoire

    wrong = " ".join(f"0x{byte:02x}" for byte in data[at : at + _LENGTHS[data[at]]])
    return CharacterNotInRepertoire(f'invalid byte sequence for encoding "UTF8": {wrong}', where=where)


def without_zero(text: str) -> str:
    """Give text back unless it has a zero character, which no PostgreSQL text can have (22021)."""
    from executor.sqlstates import CharacterNotInRepertoire

    if "\x00" in text:
        raise CharacterNotInRepertoire('invalid byte sequence for encoding "UTF8": 0x00')
    return text
