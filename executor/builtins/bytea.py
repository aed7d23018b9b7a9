"""Functions of bytea: parts, bits and bytes, hashes, checksums, casts from and to integers."""

import hashlib
import zlib
from collections.abc import Callable, Iterator

from executor.builtins.base import Builtin, Python, native
from executor.builtins.integer import checked
from executor.sqlstates import ArraySubscriptError, InvalidParameterValue, NumericValueOutOfRange, SubstringError
from executor.types.memory import compare_bytes


def substr(data: bytes, start: int, length: int | None = None) -> bytes:
    """The bytes at positions start .. start + length - 1, of which some may be before or after the data."""
    if length is None:
        return data[max(start - 1, 0) :]
    if length < 0:
        raise SubstringError("negative substring length not allowed")
    return data[max(start - 1, 0) : max(start - 1 + length, 0)]


def overlay(data: bytes, new: bytes, start: int, length: int | None = None) -> bytes:
    """Put `new` in the place of `length` bytes (as many as it has itself) from `start`."""
    if start <= 0:
        raise SubstringError("negative substring length not allowed")
    rest = checked(start + (len(new) if length is None else length), "int4")
    return substr(data, 1, start - 1) + new + substr(data, rest)


def _byte_at(data: bytes, index: int) -> int:
    if not 0 <= index < len(data):
        raise ArraySubscriptError(f"index {index} out of valid range, 0..{len(data) - 1}")
    return data[index]


def get_byte(data: bytes, index: int) -> int:
    """Byte number `index`, from 0."""
    return _byte_at(data, index)


def set_byte(data: bytes, index: int, value: int) -> bytes:
    """The data with byte number `index` set to the low 8 bits of value."""
    _byte_at(data, index)
    return data[:index] + bytes((value & 255,)) + data[index + 1 :]


def _bit_at(data: bytes, index: int) -> int:
    if not 0 <= index < len(data) * 8:
        raise ArraySubscriptError(f"index {index} out of valid range, 0..{len(data) * 8 - 1}")
    return data[index // 8]


def get_bit(data: bytes, index: int) -> int:
    """Bit number `index`, from 0, the least significant bit of each byte first."""
    return _bit_at(data, index) >> index % 8 & 1


def set_bit(data: bytes, index: int, value: int) -> bytes:
    """The data with bit number `index` set to 0 or 1."""
    byte = _bit_at(data, index)
    if value not in (0, 1):
        raise InvalidParameterValue("new bit must be 0 or 1")
    changed = byte & ~(1 << index % 8) | value << index % 8
    return data[: index // 8] + bytes((changed,)) + data[index // 8 + 1 :]


def _crc32c_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return tuple(table)


_CRC32C = _crc32c_table()


def crc32c(data: bytes) -> int:
    """The CRC-32C checksum."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC32C[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


_SIZES = {"int2": (2, "smallint"), "int4": (4, "integer"), "int8": (8, "bigint")}


def _to_integer(kind: str) -> Callable[[bytes], int]:
    size, name = _SIZES[kind]

    def convert(data: bytes) -> int:
        if len(data) > size:
            raise NumericValueOutOfRange(f"{name} out of range")
        value = int.from_bytes(data, "big")
        # Fewer bytes are the low ones of a positive number.
        return value - (1 << size * 8) if len(data) == size and data[0] & 128 else value

    return convert


def _from_integer(size: int) -> Callable[[int], bytes]:
    return lambda value: value.to_bytes(size, "big", signed=True)


def _strip(left: bool, right: bool) -> Callable[[bytes, bytes], bytes]:
    def strip(data: bytes, unwanted: bytes) -> bytes:
        if not unwanted:
            return data
        data = data.lstrip(unwanted) if left else data
        return data.rstrip(unwanted) if right else data

    return strip


def _digest(algorithm: str) -> Callable[[bytes], bytes]:
    return lambda data: hashlib.new(algorithm, data).digest()


def _hashes() -> Iterator[Builtin]:
    for name in ("sha224", "sha256", "sha384", "sha512"):
        digest = _digest(name)
        yield Builtin(f"{name}(bytea)", Python(digest), (f"{name}('abc'::bytea)", "\\x" + digest(b"abc").hex()))


def md5_text(text: str) -> str:
    """The MD5 digest of text, in hexadecimal."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def md5(data: bytes) -> str:
    """The MD5 digest of bytes, in hexadecimal."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


BUILTINS = (
    Builtin("byteacat(bytea,bytea)", Python(lambda a, b: a + b),
            (r"byteacat('\x01'::bytea, '\x02'::bytea)", r"\x0102")),
    Builtin("byteacmp(bytea,bytea)", Python(compare_bytes),
            (r"byteacmp('\x01'::bytea, '\x02'::bytea)", "-1")),
    *(Builtin(f"{name}(bytea)", native(lambda a: f"length({a})"), (rf"{name}('\x0001'::bytea)", "2"))
      for name in ("length", "octet_length")),
    Builtin("bit_length(bytea)", native(lambda a: f"(length({a}) * 8)"), (r"bit_length('\x0001'::bytea)", "16")),
    Builtin("bit_count(bytea)", Python(lambda a: int.from_bytes(a, "big").bit_count()),
            (r"bit_count('\xff01'::bytea)", "9")),
    *(Builtin(f"{name}(bytea,int4)", Python(substr), (rf"{name}('\x010203'::bytea, 2)", r"\x0203"))
      for name in ("substr", "substring")),
    *(Builtin(f"{name}(bytea,int4,int4)", Python(substr), (rf"{name}('\x010203'::bytea, 0, 2)", r"\x01"))
      for name in ("substr", "substring")),
    Builtin("overlay(bytea,bytea,int4,int4)", Python(overlay),
            (r"overlay('\x010203'::bytea, '\xff'::bytea, 2, 2)", r"\x01ff")),
    Builtin("overlay(bytea,bytea,int4)", Python(overlay),
            (r"overlay('\x010203'::bytea, '\xff'::bytea, 2)", r"\x01ff03")),
    Builtin("position(bytea,bytea)", Python(lambda a, b: a.find(b) + 1)),
    *(Builtin(f"{name}(bytea,bytea)", Python(_strip(left, right)),
        (rf"{name}('\x0001ff00'::bytea, '\x00'::bytea)", expected))
      for name, left, right, expected in (("btrim", True, True, r"\x01ff"), ("ltrim", True, False, r"\x01ff00"),
                                          ("rtrim", False, True, r"\x0001ff"))),
    Builtin("reverse(bytea)", Python(lambda a: a[::-1]), (r"reverse('\x0102'::bytea)", r"\x0201")),
    Builtin("get_byte(bytea,int4)", Python(get_byte), (r"get_byte('\x0102'::bytea, 1)", "2")),
    Builtin("set_byte(bytea,int4,int4)", Python(set_byte), (r"set_byte('\x0102'::bytea, 1, 255)", r"\x01ff")),
    Builtin("get_bit(bytea,int8)", Python(get_bit), (r"get_bit('\x0102'::bytea, 9)", "1")),
    Builtin("set_bit(bytea,int8,int4)", Python(set_bit), (r"set_bit('\x0102'::bytea, 8, 1)", r"\x0103")),
    *_hashes(),
    Builtin("md5(text)", Python(md5_text), ("md5('abc')", "900150983cd24fb0d6963f7d28e17f72")),
    Builtin("md5(bytea)", Python(md5), ("md5('abc'::bytea)", "900150983cd24fb0d6963f7d28e17f72")),
    Builtin("crc32(bytea)", Python(zlib.crc32), ("crc32('abc'::bytea)", "891568578")),
    Builtin("crc32c(bytea)", Python(crc32c), ("crc32c('abc'::bytea)", "910901175")),
    *(Builtin(f"{kind}(bytea)", Python(_to_integer(kind)), (rf"{kind}('\x0102'::bytea)", "258")) for kind in _SIZES),
    *(Builtin(f"bytea({kind})", Python(_from_integer(size)), (f"bytea((-2)::{kind})", "\\x" + (size - 1) * "ff" + "fe"))
      for kind, (size, _) in _SIZES.items()),
)
