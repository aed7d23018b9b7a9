"""encode and decode: hex, base64 and escape formats of bytes; conversion between character encodings."""

from base64 import b64encode
from collections.abc import Callable
from functools import cache

from executor.builtins.base import Builtin, Python
from executor.errors import not_supported
from executor.facts import table
from executor.sqlstates import (
    CharacterNotInRepertoire,
    InvalidParameterValue,
    UndefinedFunction,
    UntranslatableCharacter,
)
from executor.types.base import utf8
from executor.types.bytea import escape_decode, escape_text, hex_decode

_LINE = 76
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}


def _to_base64(data: bytes) -> str:
    """base64 with a line break after every 76 characters."""
    text = b64encode(data).decode()
    return "\n".join(text[at : at + _LINE] for at in range(0, len(text), _LINE))


def _from_base64(text: str) -> bytes:
    found = bytearray()
    bits = position = end = 0  # end: how many bytes the padded group has, once a "=" has come
    for character in text:
        if character in " \t\n\r":
            continue
        if character == "=":
            if not end:
                if position not in (2, 3):
                    raise InvalidParameterValue('unexpected "=" while decoding base64 sequence')
                end = position - 1
            value = 0
        else:
            known = _VALUES.get(character)
            if known is None:
                raise InvalidParameterValue(f'invalid symbol "{character}" found while decoding base64 sequence')
            value = known
        bits = bits << 6 | value
        position += 1
        if position == 4:
            found += bits.to_bytes(3, "big")[: end or 3]
            bits = position = 0
    if position:
        raise InvalidParameterValue("invalid base64 end sequence",
                                    hint="Input data is missing padding, is truncated, or is otherwise corrupted.")
    return bytes(found)


_FORMATS: dict[str, tuple[Callable[[bytes], str], Callable[[str], bytes]]] = {
    "hex": (bytes.hex, hex_decode), "base64": (_to_base64, _from_base64), "escape": (escape_text, escape_decode),
}


def _format(name: str) -> tuple[Callable[[bytes], str], Callable[[str], bytes]]:
    found = _FORMATS.get(name.lower())
    if found is None:
        raise InvalidParameterValue(f'unrecognized encoding: "{name}"')
    return found


def encode(data: bytes, name: str) -> str:
    """Bytes as text in the named format."""
    return _format(name)[0](data)


def decode(text: str, name: str) -> bytes:
    """The bytes of text in the named format."""
    return _format(name)[1](text)


# What PostgreSQL calls its encodings, in the order of their numbers, and Python's codecs (none: not to be converted here).
_CODECS = {
    "SQL_ASCII": "", "EUC_JP": "euc-jp", "EUC_CN": "gb2312", "EUC_KR": "euc-kr", "EUC_TW": "", "EUC_JIS_2004": "euc-jis-2004",
    "UTF8": "utf-8", "MULE_INTERNAL": "", "LATIN1": "latin-1", "LATIN2": "iso8859-2", "LATIN3": "iso8859-3",
    "LATIN4": "iso8859-4", "LATIN5": "iso8859-9", "LATIN6": "iso8859-10", "LATIN7": "iso8859-13",
    "LATIN8": "iso8859-14", "LATIN9": "iso8859-15",
    "LATIN10": "iso8859-16", "WIN1256": "cp1256", "WIN1258": "cp1258", "WIN866": "cp866", "WIN874": "cp874", "KOI8R": "koi8-r",
    "WIN1251": "cp1251", "WIN1252": "cp1252", "ISO_8859_5": "iso8859-5", "ISO_8859_6": "iso8859-6", "ISO_8859_7": "iso8859-7",
    "ISO_8859_8": "iso8859-8", "WIN1250": "cp1250", "WIN1253": "cp1253", "WIN1254": "cp1254", "WIN1255": "cp1255",
    "WIN1257": "cp1257", "KOI8U": "koi8-u", "SJIS": "cp932", "BIG5": "big5", "GBK": "gbk", "UHC": "cp949", "GB18030": "gb18030",
    "JOHAB": "johab", "SHIFT_JIS_2004": "shift-jis-2004",
}  # fmt: skip
_NUMBERS = {name: number for number, name in enumerate(_CODECS)}
_MULTIBYTE = frozenset({"EUC_JP", "EUC_CN", "EUC_KR", "EUC_TW", "EUC_JIS_2004", "UTF8", "MULE_INTERNAL", "SJIS", "BIG5", "GBK",
                        "UHC", "GB18030", "JOHAB", "SHIFT_JIS_2004"})
_ALIASES = {
    "abc": "WIN1258", "alt": "WIN866", "iso88591": "LATIN1", "iso885910": "LATIN6", "iso885913": "LATIN7", "iso885914": "LATIN8",
    "iso885915": "LATIN9", "iso885916": "LATIN10", "iso88592": "LATIN2", "iso88593": "LATIN3", "iso88594": "LATIN4",
    "iso88599": "LATIN5", "koi8": "KOI8R", "mskanji": "SJIS", "shiftjis": "SJIS", "tcvn": "WIN1258", "tcvn5712": "WIN1258",
    "unicode": "UTF8", "vscii": "WIN1258", "win": "WIN1251", "win932": "SJIS", "win936": "GBK", "win949": "UHC", "win950": "BIG5",
    "windows866": "WIN866", "windows874": "WIN874", "windows932": "SJIS", "windows936": "GBK", "windows949": "UHC",
    "windows950": "BIG5",
} | {f"windows125{i}": f"WIN125{i}" for i in range(9)} | {name.replace("_", "").lower(): name for name in _CODECS}


def _encoding(name: str, role: str) -> str:
    """PostgreSQL's own name of an encoding (22023)."""
    found = _ALIASES.get("".join(c for c in name.lower() if c.isascii() and c.isalnum()))
    if found is None:
        raise InvalidParameterValue(f'invalid {role}encoding name "{name}"')
    return found


@cache
def _conversions() -> frozenset[tuple[int, int]]:
    return frozenset(table("pg_conversion").select("conforencoding", "contoencoding"))


def _hex(data: bytes) -> str:
    return " ".join(f"0x{byte:02x}" for byte in data)


def _verified(data: bytes, encoding: str) -> bytes:
    """Bytes that are text of an encoding (22021)."""
    wrong = data.find(0)
    if wrong >= 0 and (encoding not in _MULTIBYTE or b"\0" not in data[:wrong]):
        _check_codec(data[:wrong], encoding)
        raise CharacterNotInRepertoire(f'invalid byte sequence for encoding "{encoding}": 0x00')
    _check_codec(data, encoding)
    return data


def _check_codec(data: bytes, encoding: str) -> None:
    if encoding not in _MULTIBYTE:
        return  # every byte is a character
    try:
        data.decode(_codec(encoding))
    except UnicodeDecodeError as error:
        wrong = data[error.start : max(error.end, error.start + 1)]
        raise CharacterNotInRepertoire(f'invalid byte sequence for encoding "{encoding}": {_hex(wrong)}') from None


def _codec(encoding: str) -> str:
    if not _CODECS[encoding]:
        raise not_supported(f"encoding {encoding}")
    return _CODECS[encoding]


def _converted(data: bytes, source: str, target: str) -> bytes:
    """Verified bytes from one encoding to another (22P05, 42883)."""
    if not data or source == target or target == "SQL_ASCII":
        return data
    if source == "SQL_ASCII":
        return _verified(data, target)
    if (_NUMBERS[source], _NUMBERS[target]) not in _conversions():
        raise UndefinedFunction(f'default conversion function for encoding "{source}" to "{target}" does not exist')
    try:
        text = data.decode(_codec(source))
    except UnicodeDecodeError as error:
        raise _untranslatable(data[error.start : error.end], source, target) from None
    try:
        return text.encode(_codec(target))
    except UnicodeEncodeError as error:
        raise _untranslatable(text[error.start].encode(_codec(source)), source, target) from None


def _untranslatable(character: bytes, source: str, target: str) -> UntranslatableCharacter:
    return UntranslatableCharacter(f'character with byte sequence {_hex(character)} in encoding "{source}" has no equivalent in '
                                   f'encoding "{target}"')


def convert(data: bytes, source: str, target: str) -> bytes:
    """Bytes from one encoding to another."""
    origin, destination = _encoding(source, "source "), _encoding(target, "destination ")
    return _converted(_verified(data, origin), origin, destination)


def convert_from(data: bytes, source: str) -> str:
    """Text from bytes in an encoding."""
    origin = _encoding(source, "source ")
    return utf8(_converted(_verified(data, origin), origin, "UTF8"))


def convert_to(text: str, target: str) -> bytes:
    """The bytes of text in an encoding."""
    return _converted(text.encode(), "UTF8", _encoding(target, "destination "))


def length_in(data: bytes, source: str) -> int:
    """The number of characters in bytes of an encoding."""
    origin = _encoding(source, "")
    verified = _verified(data, origin)
    return len(verified.decode(_codec(origin))) if origin in _MULTIBYTE else len(verified)


BUILTINS = (
    Builtin("encode(bytea,text)", Python(encode), (r"encode('\x00ff'::bytea, 'base64')", "AP8=")),
    Builtin("decode(text,text)", Python(decode), (r"decode('00ff', 'hex')", r"\x00ff")),
    Builtin("convert_from(bytea,name)", Python(convert_from), (r"convert_from('\xe9'::bytea, 'LATIN1')", "é")),
    Builtin("convert_to(text,name)", Python(convert_to), ("convert_to('é', 'LATIN1')", r"\xe9")),
    Builtin("convert(bytea,name,name)", Python(convert), (r"convert('\xe9'::bytea, 'LATIN1', 'UTF8')", r"\xc3a9")),
    Builtin("length(bytea,name)", Python(length_in), (r"length('\xc3a9'::bytea, 'UTF8')", "1")),
)
