"""JSON into rows: json_populate_record, json_to_record and their kin, as PostgreSQL's populate_record does it.

Values are read as text of JSON, so that numbers keep their digits. What domains demand is checked by the plan around
the call (executor.bind.calls).
"""

from collections.abc import Callable, Iterator
from typing import Any

from executor.builtins.base import ArgumentTypes, Builtin, Python, SetReturning
from executor.builtins.json_access import json_text
from executor.context import Context
from executor.facts.lookup import type_at
from executor.sqlstates import (
    DatatypeMismatch,
    FeatureNotSupported,
    InvalidParameterValue,
    InvalidTextRepresentation,
)
from executor.types import arrays, oids, record
from executor.types.base import Stored
from executor.types.jsontext import dump, element_texts, kind_of, load, member_texts
from executor.types.made import Field, fields_of
from executor.types.registry import codec

Reader = Callable[[Context, str], Stored]
"""Reads the text of a JSON value that is not null."""


def _is_null(text: str) -> bool:
    return text.strip() == "null"


def _base(number: int, typmod: int) -> tuple[int, int]:
    found = type_at(number)
    while found is not None and found.kind == "d":
        number, typmod = found.base, found.base_typmod if typmod == -1 else typmod
        found = type_at(number)
    return number, typmod


def _reader(number: int, typmod: int, key: str) -> Reader:
    """The function for one type. key: the name of the field it is for, for hints."""
    number, typmod = _base(number, typmod)
    found = type_at(number)
    if number == oids.JSON:
        return lambda context, text: text.strip()
    if number == oids.JSONB:
        return lambda context, text: dump(load(text))
    if found is not None and found.is_array:
        return _array(number, typmod, found.element, key)
    if (fields := fields_of(number)) is not None:
        return _composite(number, fields)
    kind = codec(number)
    return lambda context, text: kind.parse(json_text(text) or "", typmod, context.env)


def _array(number: int, typmod: int, element: int, key: str) -> Reader:
    kind, read = codec(number), _reader(element, typmod, key)
    to_json = arrays.to_json(_base(element, -1)[0])

    def items(context: Context, text: str, depth: int) -> list[Any]:
        """The elements of a JSON array of so many dimensions."""
        if kind_of(text) != "[":
            raise InvalidTextRepresentation("expected JSON array", hint=f'See the value of key "{key}".')
        parts = element_texts(text)
        if depth > 1:
            found = [items(context, part, depth - 1) for part in parts]
            if len({len(item) for item in found}) > 1:
                raise InvalidTextRepresentation(
                    "malformed JSON array",
                    detail="Multidimensional arrays must have sub-arrays with matching dimensions.")
            return found
        return [None if _is_null(part) else to_json(read(context, part)) for part in parts]

    def convert(context: Context, text: str) -> Stored:
        if kind_of(text) == '"':
            return kind.parse(json_text(text) or "", typmod, context.env)
        found = items(context, text, _dimensions(text))
        return arrays.dump(found if any(True for _ in arrays.flat(found)) else [])

    return convert


def _dimensions(text: str) -> int:
    """How deep the first elements of nested JSON arrays go."""
    count = 1
    parts = element_texts(text) if kind_of(text) == "[" else []
    while parts and kind_of(parts[0]) == "[":
        count += 1
        parts = element_texts(parts[0])
    return count


def _composite(number: int, fields: tuple[Field, ...]) -> Reader:
    fill, kind = _filler(fields), codec(number)

    def convert(context: Context, text: str) -> Stored:
        if kind_of(text) == '"':
            return kind.parse(json_text(text) or "", -1, context.env)
        return fill(context, _members(text, "populate_composite"), None)

    return convert


def _members(text: str, function: str) -> dict[str, str]:
    kind = kind_of(text)
    if kind != "{":
        raise InvalidParameterValue(f"cannot call {function} on {'an array' if kind == '[' else 'a scalar'}")
    return dict(member_texts(text))


Filler = Callable[[Context, dict[str, str], Stored], str]


def _filler(fields: tuple[Field, ...]) -> Filler:
    """A row from the members of an object; those that are missing come from a base row."""
    types = [_base(f.type, f.typmod)[0] for f in fields]
    readers = [_reader(f.type, f.typmod, f.name) for f in fields]

    def fill(context: Context, members: dict[str, str], base: Stored) -> str:
        values: list[Stored] = [None] * len(fields) if base is None else record.field_values(base, types)
        for i, field in enumerate(fields):
            text = members.get(field.name)
            if text is not None:
                values[i] = None if _is_null(text) else readers[i](context, text)
        return record.dump_fields(values, types)

    return fill


def _row_fields(number: int, function: str) -> tuple[Field, ...]:
    found = fields_of(number)
    if found is not None:
        return found
    if number == oids.RECORD:
        raise FeatureNotSupported(
            f"could not determine row type for result of {function}",
            hint="Provide a non-null record argument, or call the function in the FROM clause using a column definition list.")
    raise DatatypeMismatch(f"first argument of {function} must be a row type")


def _populate(function: str) -> Callable[[ArgumentTypes, int], Callable[..., Stored]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[..., Stored]:
        fill = _filler(_row_fields(result, function))

        def populate(context: Context, base: Stored, document: str | None, as_text: int = 0) -> Stored:
            return base if document is None else fill(context, _members(document, "populate_composite"), base)

        return populate

    return factory


def _to_record(function: str) -> Callable[[ArgumentTypes, int], Callable[..., Stored]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[..., Stored]:
        fill = _filler(_row_fields(result, function))
        return lambda context, document: fill(context, _members(document, "populate_composite"), None)

    return factory


def _objects(function: str, document: str) -> Iterator[dict[str, str]]:
    kind = kind_of(document)
    if kind != "[":
        what = "a non-array" if function.startswith("jsonb") else "an object" if kind == "{" else "a scalar"
        raise InvalidParameterValue(f"cannot call {function} on {what}")
    for text in element_texts(document):
        if kind_of(text) != "{":
            raise InvalidParameterValue(f"argument of {function} must be an array of objects")
        yield dict(member_texts(text))


def _recordset(function: str, *, base: bool) -> Callable[[ArgumentTypes, int], Callable[..., Iterator[Stored]]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[..., Iterator[Stored]]:
        fill = _filler(_row_fields(result, function))

        def rows(context: Context, *arguments: Any) -> Iterator[Stored]:
            row, document = arguments[:2] if base else (None, arguments[0])
            for members in _objects(function, document) if document is not None else ():
                yield fill(context, members, row)

        return rows

    return factory


def _rows(kind: str, more: str) -> Iterator[Builtin]:
    populate, to = f"{kind}_populate_record", f"{kind}_to_record"
    yield Builtin(f"{populate}(anyelement,{kind}{more})", Python(_populate(populate), context=True, typed=True))
    yield Builtin(f"{populate}set(anyelement,{kind}{more})",
                  SetReturning(_recordset(f"{populate}set", base=True), context=True, typed=True))
    yield Builtin(f"{to}({kind})", Python(_to_record(to), context=True, typed=True))
    yield Builtin(f"{to}set({kind})", SetReturning(_recordset(f"{to}set", base=False), context=True, typed=True))


BUILTINS = (*_rows("json", ",bool"), *_rows("jsonb", ""))
