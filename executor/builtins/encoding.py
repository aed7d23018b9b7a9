"""encode and decode: hex, base64 and escape formats of bytes; conversion between character encodings."""

import codecs
from base64 import b64encode
from collections.abc import Callable

from executor.builtins.base import Builtin, Python
from executor.sqlstates import (
    CharacterNotInRepertoire,
    InvalidParameterValue,
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


# PostgreSQL's names of encodings, without punctuation and in lower case, and Python's.
_ENCODINGS = {
    "utf8": "utf-8", "unicode": "utf-8", "sqlascii": "ascii", "latin1": "latin-1", "iso88591": "latin-1",
    "latin2": "iso8859-2", "iso88592": "iso8859-2", "latin3": "iso8859-3", "latin4": "iso8859-4", "latin5": "iso8859-9",
    "latin6": "iso8859-10", "latin7": "iso8859-13", "latin8": "iso8859-14", "latin9": "iso8859-15",
    "iso885915": "iso8859-15", "latin10": "iso8859-16", "iso88595": "iso8859-5", "iso88596": "iso8859-6",
    "iso88597": "iso8859-7", "iso88598": "iso8859-8", "win1250": "cp1250", "win1251": "cp1251", "win": "cp1251",
    "win1252": "cp1252", "windows1252": "cp1252", "win1253": "cp1253", "win1254": "cp1254", "win1255": "cp1255",
    "win1256": "cp1256", "win1257": "cp1257", "win1258": "cp1258", "koi8r": "koi8-r", "koi8u": "koi8-u",
    "win866": "cp866", "win874": "cp874", "sjis": "cp932", "eucjp": "euc-jp", "euckr": "euc-kr", "gbk": "gbk",
    "gb18030": "gb18030", "big5": "big5",
}


def _codec(name: str, role: str) -> tuple[str, str]:
    """(PostgreSQL's name, the codec's name) of an encoding."""
    plain = "".join(c for c in name.lower() if c.isalnum())
    found = _ENCODINGS.get(plain)
    if found is None:
        raise InvalidParameterValue(f'invalid {role}encoding name "{name}"')
    return plain.upper(), codecs.lookup(found).name


def _read(data: bytes, label: str, name: str) -> str:
    if name == "utf-8":
        return utf8(data)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        wrong = " ".join(f"0x{byte:02x}" for byte in data[error.start : error.end])
        raise CharacterNotInRepertoire(f'invalid byte sequence for encoding "{label}": {wrong}') from None
    return utf8(text.encode())


def _write(text: str, label: str, name: str) -> bytes:
    try:
        return text.encode(name)
    except UnicodeEncodeError as error:
        wrong = " ".join(f"0x{byte:02x}" for byte in text[error.start].encode())
        raise UntranslatableCharacter(f'character with byte sequence {wrong} in encoding "UTF8" has no equivalent in '
                                      f'encoding "{label}"') from None


def convert_from(data: bytes, source: str) -> str:
    """Text from bytes in an encoding."""
    return _read(data, *_codec(source, "source "))


def convert_to(text: str, target: str) -> bytes:
    """The bytes of text in an encoding."""
    return _write(text, *_codec(target, "destination "))


def convert(data: bytes, source: str, target: str) -> bytes:
    """Bytes from one encoding to another."""
    return convert_to(convert_from(data, source), target)


def length_in(data: bytes, source: str) -> int:
    """The number of characters in bytes of an encoding."""
    return len(_read(data, *_codec(source, "")))


BUILTINS = (
    Builtin("encode(bytea,text)", Python(encode), (r"encode('\x00ff'::bytea, 'base64')", "AP8=")),
    Builtin("decode(text,text)", Python(decode), (r"decode('00ff', 'hex')", r"\x00ff")),
    Builtin("convert_from(bytea,name)", Python(convert_from), (r"convert_from('\xe9'::bytea, 'LATIN1')", "é")),
    Builtin("convert_to(text,name)", Python(convert_to), ("convert_to('é', 'LATIN1')", r"\xe9")),
    Builtin("convert(bytea,name,name)", Python(convert), (r"convert('\xe9'::bytea, 'LATIN1', 'UTF8')", r"\xc3a9")),
    Builtin("length(bytea,name)", Python(length_in), (r"length('\xc3a9'::bytea, 'UTF8')", "1")),
)
