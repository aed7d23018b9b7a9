"""text, varchar, bpchar (char(n)), name, "char", cstring, unknown, void and types kept as their text: stored as TEXT.

char(n) is stored without trailing blanks and padded when it is printed. A bpchar without length keeps its blanks, as
in PostgreSQL; they never count in comparisons, which is SQLite's own collation RTRIM. "char" is stored as the
character with the byte's number.
"""

import re
from collections.abc import Callable

from executor.sqlstates import InvalidBinaryRepresentation, StringDataRightTruncation
from executor.types.base import Codec, Encoder, Env, Stored, constant, declared, misfit, utf8, without_zero
from executor.types.float import float8_text
from executor.types.oids import (
    ACLITEM,
    BPCHAR,
    CHAR,
    CSTRING,
    NAME,
    PG_NODE_TREE,
    REFCURSOR,
    TEXT,
    TRIGGER,
    UNKNOWN,
    VARCHAR,
    VOID,
)

NAME_BYTES_MAX = 63
_OCTAL = re.compile(r"\\([0-7]{3})")


def text_of_stored(value: Stored) -> str:
    """The text of what a text column holds; other programs may have put numbers or UTF-8 bytes there."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return float8_text(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return utf8(value)
    raise misfit("text", value)


def _encode(value: Stored) -> bytes:
    if value.__class__ is str:
        return value.encode()
    return text_of_stored(value).encode()


def _receive(data: bytes, typmod: int, env: Env) -> Stored:
    return utf8(data)


def shorten_varchar(text: str, typmod: int, explicit: bool) -> str:
    """Fit text into varchar(n): blanks beyond n are cut, anything else only by an explicit cast (else 22001)."""
    limit = typmod - 4
    if limit < 0 or len(text) <= limit:
        return text
    if not explicit and text[limit:].strip(" "):
        raise StringDataRightTruncation(f"value too long for type character varying({limit})")
    return text[:limit]


def shorten_bpchar(text: str, typmod: int, explicit: bool) -> str:
    """Fit text into char(n), as `shorten_varchar`, and cut its trailing blanks."""
    limit = typmod - 4
    if limit < 0:
        return text
    if len(text) <= limit:
        return text.rstrip(" ")
    if not explicit and text[limit:].strip(" "):
        raise StringDataRightTruncation(f"value too long for type character({limit})")
    return text[:limit].rstrip(" ")


def _parse_text(text: str, typmod: int, env: Env) -> Stored:
    return without_zero(text)


def _parse_varchar(text: str, typmod: int, env: Env) -> Stored:
    return shorten_varchar(without_zero(text), typmod, False)


def _parse_bpchar(text: str, typmod: int, env: Env) -> Stored:
    return shorten_bpchar(without_zero(text), typmod, False)


def _receive_varchar(data: bytes, typmod: int, env: Env) -> Stored:
    return shorten_varchar(utf8(data), typmod, False)


def _receive_bpchar(data: bytes, typmod: int, env: Env) -> Stored:
    return shorten_bpchar(utf8(data), typmod, False)


def _bpchar_encoder(typmod: int, env: Env) -> Encoder:
    width = typmod - 4
    if width < 0:
        return _encode
    return lambda value: text_of_stored(value).ljust(width).encode()


def compare_bpchar(a: str, b: str) -> int:
    """SQLite's collation RTRIM."""
    first, second = a.rstrip(" "), b.rstrip(" ")
    return (first > second) - (first < second)


def _declare_sized(name: str) -> Callable[[int], str]:
    return lambda typmod: f"{name}({typmod - 4})" if typmod >= 4 else name


def truncate_name(text: str) -> str:
    """Cut text to the 63 bytes a name can have, at a character."""
    if len(text) * 4 <= NAME_BYTES_MAX:
        return text
    data = text.encode()
    return text if len(data) <= NAME_BYTES_MAX else data[:NAME_BYTES_MAX].decode(errors="ignore")


def _parse_name(text: str, typmod: int, env: Env) -> Stored:
    return truncate_name(without_zero(text))


def _receive_name(data: bytes, typmod: int, env: Env) -> Stored:
    return truncate_name(utf8(data))


def char_from_text(text: str) -> str:
    r"""charin: a byte written as \ooo, else the first byte of the text (none: the zero byte, stored as '')."""
    match = _OCTAL.fullmatch(text)
    byte = int(match[1], 8) & 255 if match else text.encode()[0] if text else 0
    return chr(byte) if byte else ""


def char_text(value: str) -> str:
    r"""charout: bytes from 128 up are printed as \ooo."""
    return f"\\{ord(value):03o}" if value and ord(value) > 127 else value


def _encode_char(value: Stored) -> bytes:
    if isinstance(value, str) and len(value) <= 1 and value < "\u0100":
        return char_text(value).encode()
    raise misfit('"char"', value)


def _encode_char_binary(value: Stored) -> bytes:
    if isinstance(value, str) and len(value) <= 1 and value < "\u0100":
        return value.encode("latin-1") or b"\0"
    raise misfit('"char"', value)


def _receive_char(data: bytes, typmod: int, env: Env) -> Stored:
    if len(data) != 1:
        raise InvalidBinaryRepresentation("incorrect binary data format")
    return "" if data == b"\0" else data.decode("latin-1")


def _as_text(oid: int, declaration: str) -> Codec:
    return Codec(oid, _parse_text, constant(_encode), _receive, constant(_encode), declared(declaration))


def _void(value: Stored) -> bytes:
    return b""


CODECS = (
    _as_text(TEXT, "text"),
    Codec(VARCHAR, _parse_varchar, constant(_encode), _receive_varchar, constant(_encode), _declare_sized("varchar")),
    Codec(BPCHAR, _parse_bpchar, _bpchar_encoder, _receive_bpchar, _bpchar_encoder, _declare_sized("char"),
          "RTRIM", compare_bpchar),
    Codec(NAME, _parse_name, constant(_encode), _receive_name, constant(_encode), declared("name TEXT")),
    Codec(CHAR, lambda text, typmod, env: char_from_text(text), constant(_encode_char), _receive_char,
          constant(_encode_char_binary), declared('"char" TEXT')),
    _as_text(UNKNOWN, "text"),
    _as_text(CSTRING, "text"),
    _as_text(REFCURSOR, "refcursor TEXT"),
    _as_text(PG_NODE_TREE, "text"),
    _as_text(ACLITEM, "text"),
    Codec(VOID, lambda text, typmod, env: "", constant(_void), lambda data, typmod, env: "", constant(_void),
          declared("text")),
    Codec(TRIGGER, lambda text, typmod, env: "", constant(_void), lambda data, typmod, env: "", constant(_void),
          declared("text")),
)
