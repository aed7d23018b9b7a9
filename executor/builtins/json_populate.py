"""jsonb values as values of any SQL type: scalars through their text, arrays element by element.

Used by RETURNING of the SQL/JSON functions. Composite types: 0A000.
"""

from typing import Any

from executor.context import Context
from executor.errors import SqlError, not_supported
from executor.facts.lookup import Type, type_at
from executor.sqlstates import InvalidTextRepresentation
from executor.types import arrays, oids
from executor.types.base import Stored
from executor.types.jsontext import Json, dump
from executor.types.registry import codec


def _type(oid: int) -> Type:
    found = type_at(oid)
    assert found is not None, oid
    return found


def unquoted(value: Json) -> str:
    """A value as text: a string as it is, anything else as JSON."""
    return value if value.__class__ is str else dump(value)


def populate(context: Context, value: Json, oid: int, typmod: int, omit_quotes: bool) -> Stored:
    """A whole document (not SQL NULL) as a value of a type; omit_quotes: a string stands for its text.

    Raises the errors of the type's input, 22P02 for what should be an array, 0A000 for composite types.
    """
    known = _type(oid)
    if known.is_array and not omit_quotes:
        return _array(context, value, known.element, typmod)
    if known.kind == "c":
        raise not_supported(f"JSON as type {known.name}")
    if oid == oids.JSONB and not omit_quotes:
        return dump(value)
    return codec(oid).parse(unquoted(value) if omit_quotes else dump(value), typmod, context.env)


def element(context: Context, value: Json, oid: int, typmod: int) -> Stored:
    """A value inside a document as a value of a type; null is NULL, and a string always stands for its text."""
    if value is None:
        return None
    known = _type(oid)
    if known.is_array and value.__class__ is not str:
        return _array(context, value, known.element, typmod)
    if oid in (oids.JSON, oids.JSONB):
        return dump(value)
    if known.kind == "c":
        raise not_supported(f"JSON as type {known.name}")
    return codec(oid).parse(unquoted(value), typmod, context.env)


class _Array:
    """Reads nested JSON arrays as one array; the number of dimensions shows with the first element that is no array."""

    def __init__(self, context: Context, oid: int, typmod: int) -> None:
        self.context, self.oid, self.typmod = context, oid, typmod
        self.convert = arrays.to_json(oid)
        self.dimensions = 0
        self.sizes: list[int] = []
        self.at: list[int] = []

    def read(self, value: Json, depth: int) -> list[Any]:
        if value.__class__ is not list:
            raise self.expected_array(depth - 1)
        if not self.dimensions and (not value or value[0].__class__ is not list):
            self.dimensions = depth
            self.sizes = [-1] * depth
        items = []
        for number, item in enumerate(value):
            self.at[depth - 1 :] = [number]
            if self.dimensions and depth >= self.dimensions:
                stored = element(self.context, item, self.oid, self.typmod)
                items.append(None if stored is None else self.convert(stored))
            else:
                items.append(self.read(item, depth + 1))
        if self.sizes[depth - 1] not in (-1, len(items)):
            raise InvalidTextRepresentation(
                "malformed JSON array",
                detail="Multidimensional arrays must have sub-arrays with matching dimensions.")
        self.sizes[depth - 1] = len(items)
        return items

    def expected_array(self, depth: int) -> SqlError:
        if depth <= 0:
            return InvalidTextRepresentation("expected JSON array")
        place = "".join(f"[{number}]" for number in self.at[:depth])
        return InvalidTextRepresentation("expected JSON array", hint=f"See the array element {place}.")


def _array(context: Context, value: Json, oid: int, typmod: int) -> str:
    reader = _Array(context, oid, typmod)
    items = reader.read(value, 1)
    return arrays.dump(items if 0 not in reader.sizes else [])


