"""COPY's text format: fields separated by one character, with backslash escapes. Source: sql-copy.html."""

import re
from collections.abc import Callable, Sequence

from executor.copy.batch import Field, Marker, Place, find_invalid_utf8
from executor.copy.fields import FieldReader
from executor.copy.options import Options
from executor.types.base import invalid_utf8

_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([\s\S])|$)")
_SIMPLE_ESCAPE = re.compile(r"\\([\s\S]?)")
_BYTE_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]|[0-7])")
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LETTER_BYTES = {letter.encode(): value.encode() for letter, value in _LETTERS.items()}


def text_reader(options: Options, columns: Sequence[str], place: Place) -> FieldReader:
    """The reader of a COPY FROM in text format."""
    return FieldReader(options, columns, place, _splitter(options), _plain_splitter(options))


def _splitter(options: Options) -> Callable[[str], list[Field]]:
    delimiter, null, default = options.delimiter, options.null, options.default

    def split(line: str) -> list[Field]:
        fields: list[Field] = []
        for raw in _cut(line, delimiter):
            if raw == null:
                fields.append(None)
            elif raw == default:
                fields.append(Marker.DEFAULT)
            else:
                fields.append(unescape(raw) if "\\" in raw else raw)
        return fields

    return split


def _plain_splitter(options: Options) -> Callable[[Sequence[str]], list[list[Field]]]:
    r"""For records in which backslashes stand in \N only, if at all."""
    delimiter, null = options.delimiter, options.null

    def replaced(fields: list[str]) -> list[Field]:
        return [None if raw == null else unescape(raw) if "\\" in raw else raw for raw in fields]

    def split(lines: Sequence[str]) -> list[list[Field]]:
        if null == "\\N":
            return [replaced(line.split(delimiter)) if "\\" in line else line.split(delimiter) for line in lines]  # type: ignore[misc]
        rows = (line.split(delimiter) for line in lines)
        return [replaced(row) if null in row else row for row in rows]  # type: ignore[misc]

    return split


def _cut(line: str, delimiter: str) -> list[str]:
    """The raw fields; a delimiter after a backslash belongs to its field."""
    parts = line.split(delimiter)
    if "\\" not in line:
        return parts
    fields = []
    pending = ""
    for part in parts:
        part = pending + part
        pending = ""
        if part.endswith("\\") and (len(part) - len(part.rstrip("\\"))) % 2:
            pending = part + delimiter
        else:
            fields.append(part)
    if pending:
        fields.append(pending[: -len(delimiter)])  # the line itself ends with a backslash
    return fields


def unescape(raw: str) -> str:
    """A field's value (22021 where its escapes make bytes that are no text)."""
    if not _BYTE_ESCAPE.search(raw):
        return _SIMPLE_ESCAPE.sub(lambda match: _LETTERS.get(match[1], match[1]), raw)
    data = _ESCAPE.sub(_escaped_bytes, raw.encode())
    wrong = find_invalid_utf8(data)
    if wrong is not None:
        raise invalid_utf8(data, wrong)
    return data.decode()


def _escaped_bytes(match: re.Match[bytes]) -> bytes:
    digits, octal, other = match.groups()
    if digits is not None:
        return bytes((int(digits, 16),))
    if octal is not None:
        return bytes((int(octal, 8) & 0xFF,))
    return _LETTER_BYTES.get(other, other) if other is not None else b""


# --- writing ---------------------------------------------------------------------------------------------------------

_SPECIAL = {b"\\": b"\\\\", b"\b": b"\\b", b"\f": b"\\f", b"\n": b"\\n", b"\r": b"\\r", b"\t": b"\\t", b"\v": b"\\v"}


def text_writer(options: Options) -> Callable[[Sequence[bytes | None]], list[bytes]]:
    """Makes a column's values (text, UTF-8) fit to be joined by the delimiter."""
    delimiter, null = options.delimiter.encode(), options.null.encode()
    escapes = _SPECIAL | ({delimiter: b"\\" + delimiter} if delimiter not in _SPECIAL else {})
    special = re.compile(b"[" + b"".join(re.escape(character) for character in escapes) + b"]")

    def write(values: Sequence[bytes | None]) -> list[bytes]:
        if None in values:
            found = [null if value is None else value for value in values]
            present = b"".join([value for value in values if value is not None])
        else:
            found = list(values)  # type: ignore[arg-type]
            present = b"".join(found)
        if special.search(present) is None:
            return found
        # The null marker itself is not escaped.
        return [
            value if original is None else special.sub(lambda match: escapes[match[0]], value)
            for original, value in zip(values, found, strict=True)
        ]

    return write
