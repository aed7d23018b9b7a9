"""int2, int4, int8, oid, xid, cid, xid8, pg_lsn: stored as INTEGER.

xid8 and pg_lsn are unsigned 64-bit in PostgreSQL; values of 2^63 and more, which neither ever reaches, are 22003 here.
"""

import re
from collections.abc import Callable
from struct import Struct

from executor.errors import not_supported
from executor.sqlstates import NumericValueOutOfRange
from executor.types.base import (
    Codec,
    Encoder,
    Env,
    Stored,
    binary_length,
    constant,
    declared,
    invalid_syntax,
    misfit,
)
from executor.types.oids import CID, INT2, INT4, INT8, OID, PG_LSN, XID, XID8

INT2_MIN, INT2_MAX = -(1 << 15), (1 << 15) - 1
INT4_MIN, INT4_MAX = -(1 << 31), (1 << 31) - 1
INT8_MIN, INT8_MAX = -(1 << 63), (1 << 63) - 1

_SPACE = " \t\n\v\f\r"
_LITERAL = re.compile(
    r"[ \t\n\v\f\r]*([-+]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[oO]((?:_?[0-7])+)|0[bB]((?:_?[01])+)|([0-9](?:_?[0-9])*))"
    r"[ \t\n\v\f\r]*"
)
_START = re.compile(
    r"[ \t\n\v\f\r]*[-+]?(?:0[xX]((?:_?[0-9a-fA-F])+)|0[oO]((?:_?[0-7])+)|0[bB]((?:_?[01])+)|([0-9](?:_?[0-9])*))"
)
_UNSIGNED = re.compile(r"[ \t\n\v\f\r]*([-+]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))[ \t\n\v\f\r]*")
_LSN = re.compile(r"([0-9a-fA-F]{1,8})/([0-9a-fA-F]{1,8})")
_BASES = (16, 8, 2, 10)
_DIGITS_MAX = 200  # more digits than any integer type has; int() refuses to read thousands


def _out_of_range(type_name: str, text: str) -> NumericValueOutOfRange:
    return NumericValueOutOfRange(f'value "{text}" is out of range for type {type_name}')


def _overflows(text: str, low: int) -> bool:
    """Whether the digits at the start of a malformed text are too many: PostgreSQL notices that before what follows them."""
    match = _START.match(text)
    if match is None:
        return False
    digits, base = next((digits, base) for digits, base in zip(match.groups(), _BASES, strict=True) if digits)
    value = 0
    for digit in digits.replace("_", ""):
        if value > -low // base:
            return True
        value = value * base + int(digit, base)
    return False


def integer_from_text(text: str, type_name: str, low: int, high: int) -> int:
    """Read an integer as int4in does: sign, decimal or 0x, 0o, 0b digits, single underscores between digits.

    Raises 22P02 for anything else and 22003 outside low..high.
    """
    if len(text) < 19 and text.isascii() and text.isdigit():
        value = int(text)
    else:
        match = _LITERAL.fullmatch(text)
        if match is None:
            raise _out_of_range(type_name, text) if _overflows(text, low) else invalid_syntax(type_name, text)
        sign, *numbers = match.groups()
        digits, base = next((number, base) for number, base in zip(numbers, _BASES, strict=True) if number)
        digits = digits.replace("_", "").lstrip("0") or "0"
        if len(digits) > _DIGITS_MAX:
            raise _out_of_range(type_name, text)
        value = int(digits, base)
        if sign == "-":
            value = -value
    if low <= value <= high:
        return value
    raise _out_of_range(type_name, text)


def unsigned_from_text(text: str, type_name: str, bits: int) -> int:
    """Read an oid, xid, cid or xid8: C's strtoul with base 0, negative numbers wrapping around."""
    match = _UNSIGNED.fullmatch(text)
    if match is None:
        raise invalid_syntax(type_name, text)
    sign, hexadecimal, octal, decimal = match.groups()
    digits, base = (hexadecimal, 16) if hexadecimal else (octal, 8) if octal else (decimal, 10)
    digits = digits.lstrip("0") or "0"
    if len(digits) > _DIGITS_MAX:
        raise _out_of_range(type_name, text)
    value = int(digits, base)
    if sign == "-":
        if value > 1 << (bits - 1):  # would not survive the cast back to a signed number
            raise _out_of_range(type_name, text)
        value = -value & ((1 << bits) - 1)
    if bits == 32 and (1 << 64) - (1 << 31) <= value < 1 << 64:
        return value & 0xFFFF_FFFF  # strtoul's result survives the cast to a signed integer
    if value >= 1 << bits:
        raise _out_of_range(type_name, text)
    return value


def _encode_text(type_name: str) -> Encoder:
    def encode(value: Stored) -> bytes:
        if value.__class__ is int:
            return b"%d" % value
        raise misfit(type_name, value)

    return encode


def _encode_binary(type_name: str, layout: Struct) -> Encoder:
    pack = layout.pack

    def encode(value: Stored) -> bytes:
        if value.__class__ is int:
            try:
                return pack(value)
            except Exception:
                raise _out_of_range(type_name, str(value)) from None
        raise misfit(type_name, value)

    return encode


def _receive(layout: Struct, beyond: str = "") -> Callable[[bytes, int, Env], Stored]:
    """beyond: what is not supported where a value is larger than SQLite's integers."""
    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        value: int = layout.unpack(binary_length(data, layout.size))[0]
        if value > INT8_MAX:
            raise not_supported(beyond)
        return value

    return receive


def _signed(oid: int, name: str, layout: str, low: int, high: int, declaration: str) -> Codec:
    def parse(text: str, typmod: int, env: Env) -> Stored:
        return integer_from_text(text, name, low, high)

    body = Struct(layout)
    return Codec(
        oid,
        parse,
        constant(_encode_text(name)),
        _receive(body),
        constant(_encode_binary(name, body)),
        declared(declaration),
    )


def _unsigned(oid: int, name: str, layout: str, bits: int, declaration: str) -> Codec:
    beyond = f"a value of type {name} beyond {INT8_MAX}"

    def parse(text: str, typmod: int, env: Env) -> Stored:
        value = unsigned_from_text(text, name, bits)
        if value > INT8_MAX:
            raise not_supported(beyond)
        return value

    body = Struct(layout)
    return Codec(
        oid,
        parse,
        constant(_wrapped(_encode_text(name), bits)),
        _receive(body, beyond),
        constant(_wrapped(_encode_binary(name, body), bits)),
        declared(declaration),
    )


def _wrapped(encode: Encoder, bits: int) -> Encoder:
    """Negative numbers come from casts of integer that change nothing but the type (-1::oid); they wrap around."""
    mask = (1 << bits) - 1

    def wrap(value: Stored) -> bytes:
        return encode(value & mask if isinstance(value, int) and value < 0 else value)

    return wrap


LSN_BEYOND = "a value of type pg_lsn beyond 7FFFFFFF/FFFFFFFF"


def lsn_from_text(text: str) -> int:
    """Read a log position written as two hexadecimal numbers, "16/B374D848" (22P02 otherwise)."""
    match = _LSN.fullmatch(text)
    if match is None:
        raise invalid_syntax("pg_lsn", text)
    value = int(match[1], 16) << 32 | int(match[2], 16)
    if value > INT8_MAX:
        raise not_supported(LSN_BEYOND)
    return value


def lsn_text(value: int) -> str:
    """A log position as PostgreSQL prints it."""
    return f"{value >> 32:X}/{value & 0xFFFFFFFF:X}"


def _encode_lsn(value: Stored) -> bytes:
    if isinstance(value, int):
        return lsn_text(value).encode()
    raise misfit("pg_lsn", value)


_UNSIGNED_8 = Struct("!Q")

CODECS = (
    _signed(INT2, "smallint", "!h", INT2_MIN, INT2_MAX, "smallint"),
    _signed(INT4, "integer", "!i", INT4_MIN, INT4_MAX, "integer"),
    _signed(INT8, "bigint", "!q", INT8_MIN, INT8_MAX, "bigint"),
    _unsigned(OID, "oid", "!I", 32, "oid INTEGER"),
    _unsigned(XID, "xid", "!I", 32, "xid INTEGER"),
    _unsigned(CID, "cid", "!I", 32, "cid INTEGER"),
    _unsigned(XID8, "xid8", "!Q", 64, "xid8 INTEGER"),
    Codec(
        PG_LSN,
        lambda text, typmod, env: lsn_from_text(text),
        constant(_encode_lsn),
        _receive(_UNSIGNED_8, LSN_BEYOND),
        constant(_encode_binary("pg_lsn", _UNSIGNED_8)),
        declared("pg_lsn INTEGER"),
    ),
)
