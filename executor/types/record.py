"""Rows as values (record, composite types): stored as TEXT, the JSON array of their fields in stored form.

The stored form does not say its fields' types, so a codec is made for given fields: `record_codec`. The codec of the
bare type `record` exists for Describe; reading or printing a value through it is 0A000.
"""

import re
from collections.abc import Callable, Sequence
from struct import Struct
from typing import NoReturn

import msgspec

from executor.errors import not_supported
from executor.sqlstates import DatatypeMismatch, FeatureNotSupported, InvalidTextRepresentation, ProtocolViolation
from executor.types import arrays
from executor.types.base import Codec, Encoder, Env, Stored, declared, misfit
from executor.types.oids import RECORD


class Field(msgspec.Struct, frozen=True):
    """One column of a row type."""

    name: str
    codec: Codec
    typmod: int = -1


_MUST_QUOTE = re.compile(r'[()",\\\s]', re.ASCII)
_DOUBLED = re.compile(r'(["\\])')
_LENGTH = Struct("!i")
_FIELD = Struct("!Ii")
_NULL = -1


def load_fields(value: Stored) -> list[object]:
    """The fields of a stored row, each in the form it has inside an array."""
    if not isinstance(value, str):
        raise misfit("record", value)
    fields = msgspec.json.decode(value)
    if not isinstance(fields, list):
        raise misfit("record", value)
    return fields


def dump_fields(values: Sequence[Stored], oids: Sequence[int]) -> str:
    """The stored form of a row of these stored values, whose types are `oids`."""
    return arrays.dump([None if value is None else arrays.to_json(oid)(value)
                        for value, oid in zip(values, oids, strict=True)])


def field_values(value: Stored, oids: Sequence[int]) -> list[Stored]:
    """The fields of a stored row in stored form."""
    items = load_fields(value)
    if len(items) != len(oids):
        raise misfit("record", value)
    return [None if item is None else arrays.from_json(oid)(item) for item, oid in zip(items, oids, strict=True)]


def _quoted(text: str) -> str:
    if text and not _MUST_QUOTE.search(text):
        return text
    return '"' + _DOUBLED.sub(r"\1\1", text) + '"'


def _split(text: str) -> list[str | None]:
    """record_in: the fields' texts; None for an empty field."""
    trimmed = text.strip(" \t\n\v\f\r")

    def fail(detail: str) -> NoReturn:
        raise InvalidTextRepresentation(f'malformed record literal: "{text}"', detail=detail)

    if not trimmed.startswith("("):
        fail("Missing left parenthesis.")
    fields: list[str | None] = []
    at = 1
    while True:
        found: list[str] | None = None
        quoted = False
        while quoted or trimmed[at : at + 1] not in (",", ")"):
            character = trimmed[at : at + 1]
            if not character or (character == "\\" and at + 1 >= len(trimmed)):
                fail("Unexpected end of input.")
            found = [] if found is None else found
            if character == "\\":
                found.append(trimmed[at + 1])
                at += 1
            elif character == '"':
                if quoted and trimmed[at + 1 : at + 2] == '"':
                    found.append('"')
                    at += 1
                else:
                    quoted = not quoted
            else:
                found.append(character)
            at += 1
        fields.append(None if found is None else "".join(found))
        at += 1
        if trimmed[at - 1] == ")":
            break
    if at < len(trimmed):
        fail("Junk after right parenthesis.")
    return fields


def record_codec(oid: int, fields: Sequence[Field], name: str = "record") -> Codec:
    """The codec of a row type with these fields. Rows compare field by field, nulls last."""
    oids = [field.codec.oid for field in fields]

    def parse(text: str, typmod: int, env: Env) -> Stored:
        texts = _split(text)
        if fields and len(texts) != len(fields):
            few = len(texts) < len(fields)
            raise InvalidTextRepresentation(f'malformed record literal: "{text}"',
                                            detail="Too few columns." if few else "Too many columns.")
        return dump_fields([None if part is None else field.codec.parse(part, field.typmod, env)
                            for part, field in zip(texts, fields, strict=False)], oids)

    def text_encoder(typmod: int, env: Env) -> Encoder:
        encoders = [field.codec.text_encoder(field.typmod, env) for field in fields]

        def encode(value: Stored) -> bytes:
            parts = ["" if item is None else _quoted(encoder(item).decode())
                     for item, encoder in zip(field_values(value, oids), encoders, strict=True)]
            return f"({','.join(parts)})".encode()

        return encode

    def binary_encoder(typmod: int, env: Env) -> Encoder:
        encoders = [field.codec.binary_encoder(field.typmod, env) for field in fields]
        shown = [field.codec.shown_oid for field in fields]

        def encode(value: Stored) -> bytes:
            parts = [_LENGTH.pack(len(fields))]
            for item, encoder, field_oid in zip(field_values(value, oids), encoders, shown, strict=True):
                body = b"" if item is None else encoder(item)
                parts += (_FIELD.pack(field_oid, _NULL if item is None else len(body)), body)
            return b"".join(parts)

        return encode

    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        return dump_fields(_receive(data, fields, env), oids)

    return Codec(oid, parse, text_encoder, receive, binary_encoder, declared(f'"{name}" TEXT'),
                 f"pg_record_{oid}_{'_'.join(map(str, oids))}", record_comparison(fields),
                 equal_as_stored=all(field.codec.equal_inside for field in fields),
                 equal_but_zeros=all(field.codec.equal_inside_but_zeros for field in fields))


def _receive(data: bytes, fields: Sequence[Field], env: Env) -> list[Stored]:
    if len(data) < _LENGTH.size:
        raise ProtocolViolation("insufficient data left in message")
    count = _LENGTH.unpack_from(data)[0]
    if count != len(fields):
        raise DatatypeMismatch(f"wrong number of columns: {count}, expected {len(fields)}")
    at = _LENGTH.size
    values: list[Stored] = []
    for number, field in enumerate(fields, 1):
        if len(data) - at < _FIELD.size:
            raise ProtocolViolation("insufficient data left in message")
        oid, length = _FIELD.unpack_from(data, at)
        at += _FIELD.size
        if oid != field.codec.shown_oid:
            raise DatatypeMismatch(f"binary data has type {oid} instead of expected {field.codec.shown_oid} "
                                   f"in record column {number}")
        if length > len(data) - at or length < _NULL:
            raise ProtocolViolation("insufficient data left in message")
        values.append(None if length == _NULL else field.codec.receive(data[at : at + length], field.typmod, env))
        at += max(length, 0)
    return values


def record_comparison(fields: Sequence[Field]) -> Callable[[str, str], int]:
    """btrecordcmp over stored rows with these fields."""
    compares = [arrays.element_comparison(field.codec) for field in fields]

    def compare(a: str, b: str) -> int:
        for x, y, order in zip(load_fields(a), load_fields(b), compares, strict=True):
            if x is None or y is None:
                result = (x is None) - (y is None)
            else:
                result = order(x, y)
            if result:
                return result
        return 0

    return compare


def _no_fields(*arguments: object) -> NoReturn:
    raise not_supported("a value of type record whose columns are not known here")


_MARK, _COLON = "\x01", "\x02"


def described(number: int, stored: Stored) -> Stored:
    """A stored row that says what it is, by the number of its type: a value of the type `record` whose columns nobody knows
    before a function has given it. Such values are never kept in the file."""
    return None if stored is None else f"{_MARK}{number}{_COLON}{stored!s}"


def undescribed(value: Stored) -> tuple[int, Stored] | None:
    """(type, stored row) of such a value; None for any other."""
    if not isinstance(value, str) or not value.startswith(_MARK):
        return None
    number, _, stored = value[1:].partition(_COLON)
    return int(number), stored


def _of_itself(encoder: Callable[[Codec], Encoder]) -> Encoder:
    def encode(value: Stored) -> bytes:
        from executor.types.registry import codec

        found = undescribed(value)
        if found is None:
            _no_fields()
        return encoder(codec(found[0]))(found[1])

    return encode


def no_input(data: object, typmod: int, env: Env) -> NoReturn:
    """Input of `record`."""
    raise FeatureNotSupported("input of anonymous composite types is not implemented")


CODECS = (
    Codec(RECORD, no_input, lambda typmod, env: _of_itself(lambda own: own.text_encoder(-1, env)), _no_fields,
          lambda typmod, env: _of_itself(lambda own: own.binary_encoder(-1, env)), _no_fields),
)
