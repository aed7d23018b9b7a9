"""COPY's CSV format: quotes instead of escapes; an unquoted field can be NULL. Source: sql-copy.html."""

import re
from collections.abc import Callable, Sequence

from executor.copy.batch import Field, Marker, Place, bad_format
from executor.copy.fields import FieldReader
from executor.copy.options import Options


def csv_reader(options: Options, columns: Sequence[str], place: Place) -> FieldReader:
    """The reader of a COPY FROM in CSV format."""
    return FieldReader(options, columns, place, _splitter(options), _plain_splitter(options))


def _plain_splitter(options: Options) -> Callable[[Sequence[str]], list[list[Field]]]:
    """For records without quotes."""
    delimiter, null = options.delimiter, options.null

    def split(lines: Sequence[str]) -> list[list[Field]]:
        rows = (line.split(delimiter) for line in lines)
        return [[None if raw == null else raw for raw in row] if null in row else row for row in rows]  # type: ignore[misc]

    return split


def _splitter(options: Options) -> Callable[[str], list[Field]]:
    delimiter, quote, escape = options.delimiter, options.quote, options.escape
    null, default = options.null, options.default
    part = _part_pattern(options)
    escaped = re.compile(f"{re.escape(escape)}([{re.escape(escape)}{re.escape(quote)}])")

    def unquoted(raw: str) -> Field:
        if raw == null:
            return None
        return Marker.DEFAULT if raw == default else raw

    def quoted(line: str, at: int) -> tuple[Field, int]:
        """The field at a position that has quotes in it, and where it ends."""
        pieces = []
        while True:
            match = part.match(line, at)
            assert match is not None
            pieces.append(match[1])
            at = match.end()
            if match[2] is None:
                if line[at : at + 1] == quote:
                    raise bad_format("unterminated CSV quoted field")
                return "".join(pieces), at
            pieces.append(escaped.sub(r"\1", match[2]) if escape in match[2] else match[2])

    def split(line: str) -> list[Field]:
        if quote not in line:
            return [unquoted(raw) for raw in line.split(delimiter)]
        fields: list[Field] = []
        at = 0
        while True:
            stop = line.find(delimiter, at)
            stop = len(line) if stop < 0 else stop
            if line.find(quote, at, stop) < 0:
                fields.append(unquoted(line[at:stop]))
            else:
                field, stop = quoted(line, at)
                fields.append(field)
            if stop == len(line):
                return fields
            at = stop + 1

    return split


def _part_pattern(options: Options) -> re.Pattern[str]:
    """What stands outside of quotes up to a delimiter, then what stands in them."""
    delimiter, quote, escape = map(re.escape, (options.delimiter, options.quote, options.escape))
    if quote == escape:
        inside = f"[^{quote}]*+(?:{quote}{quote}[^{quote}]*+)*+"
    else:
        inside = rf"[^{quote}{escape}]*+(?:{escape}[{escape}{quote}]?[^{quote}{escape}]*+)*+"
    return re.compile(f"([^{delimiter}{quote}]*+)(?:{quote}({inside}){quote})?")


# --- writing ---------------------------------------------------------------------------------------------------------


def csv_writer(options: Options, *, force: bool, alone: bool) -> Callable[[Sequence[bytes | None]], list[bytes]]:
    r"""Makes a column's values fit to be joined by the delimiter. force: FORCE_QUOTE.

    alone: the only column, whose value \. is quoted because old readers take it for the end of the data.
    """
    delimiter, quote, escape, null = (
        text.encode() for text in (options.delimiter, options.quote, options.escape, options.null)
    )
    special = re.compile(b"[\r\n" + re.escape(delimiter) + re.escape(quote) + b"]")
    to_escape = re.compile(b"[" + re.escape(quote) + re.escape(escape) + b"]")

    def quoted(value: bytes) -> bytes:
        if quote in value or escape in value:
            value = to_escape.sub(lambda match: escape + match[0], value)
        return quote + value + quote

    def one(value: bytes | None) -> bytes:
        if value is None:
            return null
        if force or value == null or special.search(value) or (alone and value == b"\\."):
            return quoted(value)
        return value

    def write(values: Sequence[bytes | None]) -> list[bytes]:
        if force or alone or None in values or null in values:
            return list(map(one, values))
        plain: list[bytes] = list(values)  # type: ignore[arg-type]
        return plain if special.search(b"".join(plain)) is None else list(map(one, plain))

    return write
