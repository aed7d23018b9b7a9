"""Making JSON from SQL values: to_json, json_build_*, json_object, array_to_json, and the aggregates json_agg ...

`converter` gives for a type the function that writes its values as JSON text; the jsonb functions load that text and
print it canonically.
"""

import re
from collections.abc import Callable, Iterator
from copy import copy
from json.encoder import encode_basestring as quote
from typing import Any

from executor.builtins.array import element_of
from executor.builtins.base import ArgumentTypes, Builtin, Implementation, Python, PythonAggregate
from executor.builtins.output import printer
from executor.context import Context
from executor.errors import not_supported
from executor.facts.lookup import type_at
from executor.sqlstates import (
    ArraySubscriptError,
    DuplicateJsonObjectKeyValue,
    InvalidParameterValue,
    NullValueNotAllowed,
)
from executor.types import arrays, oids
from executor.types.base import Stored
from executor.types.jsontext import dump, load
from executor.types.made import fields_of
from executor.types.registry import codec

Converter = Callable[[Context, Stored], str]
"""Writes a stored value as JSON text; NULL as null."""

_INTEGERS = frozenset((oids.INT2, oids.INT4, oids.INT8))
_NUMBERS = frozenset((oids.FLOAT4, oids.FLOAT8, oids.NUMERIC))
_DATES = frozenset((oids.DATE, oids.TIMESTAMP, oids.TIMESTAMPTZ))
_HOURS_ONLY = re.compile(r"(:[0-9.]+[-+][0-9]{2})( BC)?\Z")
_NO_NUMBER = frozenset(("NaN", "Infinity", "-Infinity"))


def _integer(context: Context, value: Stored) -> str:
    return str(value)


def _boolean(context: Context, value: Stored) -> str:
    return "true" if value else "false"


def _verbatim(context: Context, value: Stored) -> str:
    assert isinstance(value, str)
    return value


def _number(oid: int) -> Converter:
    show = printer(oid)

    def write(context: Context, value: Stored) -> str:
        text = show(context, value)
        return f'"{text}"' if text in _NO_NUMBER else text

    return write


def _date(oid: int, typmod: int) -> Converter:
    kind = codec(oid)

    def write(context: Context, value: Stored) -> str:
        env = copy(context.env)
        env.date_style = "ISO"
        text = kind.text_encoder(typmod, env)(value).decode()
        if oid == oids.TIMESTAMPTZ:
            text = _HOURS_ONLY.sub(r"\1:00\2", text)  # XML Schema's form of the zone has minutes
        return quote(text.replace(" ", "T", 1) if oid != oids.DATE and text[:1].isdigit() else text)

    return write


def _quoted(oid: int, typmod: int) -> Converter:
    show = printer(oid, typmod)
    return lambda context, value: quote(show(context, value))


def _array(element: int, typmod: int) -> Converter:
    write, read = converter(element, typmod), arrays.from_json(element)

    def nested(context: Context, items: list[Any], separator: str) -> str:
        return "[" + separator.join([
            nested(context, item, ",") if isinstance(item, list) else "null" if item is None
            else write(context, read(item)) for item in items]) + "]"

    return lambda context, value: nested(context, arrays.load(value).items, ",")


_FIXED: dict[int, Converter] = {
    oids.BOOL: _boolean, oids.JSON: _verbatim, oids.JSONB: _verbatim, **dict.fromkeys(_INTEGERS, _integer),
}


def is_structured(oid: int) -> bool:
    """Whether a type's values become JSON arrays or objects of their own."""
    known = type_at(oid)
    return oid == oids.RECORD or (known is not None and (known.is_array or known.kind == "c"))


def converter(oid: int, typmod: int = -1) -> Converter:
    """The function that writes values of a type that are not NULL as JSON. 0A000 for rows: see `row_converter`."""
    if oid in _FIXED:
        return _FIXED[oid]
    if oid in _NUMBERS:
        return _number(oid)
    if oid in _DATES:
        return _date(oid, typmod)
    known = type_at(oid)
    if known is not None and known.is_array:
        return _array(element_of(oid), typmod)
    if known is not None and known.kind == "d":
        return converter(known.base, known.base_typmod)
    if (fields := fields_of(oid)) is not None:
        return row_converter(tuple(f.name for f in fields), tuple((f.type, f.typmod) for f in fields))
    if oid == oids.RECORD:
        raise not_supported("JSON of a row whose columns are not known here")
    return _quoted(oid, typmod)


def row_converter(names: tuple[str, ...], types: ArgumentTypes) -> Converter:
    """For row_to_json and to_json of a row with these columns: writes a stored row as a JSON object."""
    writers = [(quote(name), converter(*kind), arrays.from_json(kind[0])) for name,
        kind in zip(names, types, strict=True)]

    def write(context: Context, value: Stored) -> str:
        items = arrays.load(value).items
        return "{" + ",".join([f"{name}:{'null' if item is None else to_json(context, read(item))}"
                               for (name, to_json, read), item in zip(writers, items, strict=True)]) + "}"

    return write


def key_converter(oid: int, typmod: int = -1) -> Converter:
    """The function that writes values as keys: quoted text. 22023 for types that are no scalars."""
    if oid in (oids.JSON, oids.JSONB) or is_structured(oid):
        def refuse(context: Context, value: Stored) -> str:
            raise InvalidParameterValue("key value must be scalar, not array, composite, or json")

        return refuse
    if oid == oids.BOOL or oid in _DATES:
        write = converter(oid, typmod)
        return write if oid in _DATES else lambda context, value: quote(write(context, value))
    return _quoted(oid, typmod)


def _canonical(text: str) -> str:
    return dump(load(text))


def _to_json(types: ArgumentTypes, result: int) -> Callable[[Context, Stored], str]:
    write = converter(*types[0])
    if result == oids.JSON or types[0][0] == oids.JSONB:
        return write
    return lambda context, value: _canonical(write(context, value))


def _values(types: ArgumentTypes) -> list[Converter]:
    """One converter an argument; NULL is written as null."""
    def nullable(write: Converter) -> Converter:
        return lambda context, value: "null" if value is None else write(context, value)

    return [nullable(converter(*kind)) for kind in types]


def _build_array(types: ArgumentTypes, result: int) -> Callable[..., str]:
    writers = _values(types)

    def build(context: Context, *values: Stored) -> str:
        text = "[" + ", ".join([write(context, value) for write, value in zip(writers, values, strict=True)]) + "]"
        return text if result == oids.JSON else _canonical(text)

    return build


def _build_object(name: str) -> Callable[[ArgumentTypes, int], Callable[..., str]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[..., str]:
        if len(types) % 2:
            raise InvalidParameterValue(
                "argument list must have even number of elements",
                hint=f"The arguments of {name}() must consist of alternating keys and values.")
        keys = [key_converter(*kind) for kind in types[::2]]
        writers = _values(types[1::2])

        def build(context: Context, *values: Stored) -> str:
            members = []
            for at, (key, write) in enumerate(zip(keys, writers, strict=True)):
                if values[2 * at] is None:
                    raise _null_key(result, 2 * at + 1)
                members.append(f"{key(context, values[2 * at])} : {write(context, values[2 * at + 1])}")
            text = "{" + ", ".join(members) + "}"
            return text if result == oids.JSON else _canonical(text)

        return build

    return factory


def _null_key(result: int, argument: int) -> Exception:
    if result == oids.JSON:
        return NullValueNotAllowed("null value not allowed for object key")
    return InvalidParameterValue(f"argument {argument}: key must not be null")


def _array_to_json(types: ArgumentTypes, result: int) -> Callable[..., str]:
    element = element_of(types[0][0])
    write, read = converter(element, types[0][1]), arrays.from_json(element)
    whole = converter(*types[0])

    def convert(context: Context, value: Stored, lines: int = 0) -> str:
        if not lines:
            return whole(context, value)
        array = arrays.load(value)
        if len(array.lowers) > 1:
            inner = [whole(context, arrays.dump(item)) for item in array.items]
        else:
            inner = ["null" if item is None else write(context, read(item)) for item in array.items]
        return "[" + ",\n ".join(inner) + "]"

    return convert


def _object_pairs(pairs: str) -> Iterator[tuple[str | None, str | None]]:
    array = arrays.load(pairs)
    lengths = array.lengths
    if len(lengths) > 2:
        raise ArraySubscriptError("wrong number of array subscripts")
    if len(lengths) == 2 and lengths[1] != 2:
        raise ArraySubscriptError("array must have two columns")
    items = list(arrays.flat(array.items))
    if len(items) % 2:
        raise ArraySubscriptError("array must have even number of elements")
    return zip(items[::2], items[1::2], strict=True)


def _text_object(pairs: Iterator[tuple[str | None, str | None]]) -> str:
    members = []
    for key, value in pairs:
        if key is None:
            raise NullValueNotAllowed("null value not allowed for object key")
        members.append(f"{quote(key)} : {'null' if value is None else quote(value)}")
    return "{" + ", ".join(members) + "}"


def json_object(pairs: str) -> str:
    """An object from an array of keys and values."""
    return _text_object(_object_pairs(pairs))


def json_object_of(keys: str, values: str) -> str:
    """An object from an array of keys and one of values."""
    first, second = arrays.load(keys), arrays.load(values)
    if len(first.lowers) > 1 or len(first.lowers) != len(second.lowers):
        raise ArraySubscriptError("wrong number of array subscripts")
    if len(first.items) != len(second.items):
        raise ArraySubscriptError("mismatched array dimensions")
    return _text_object(zip(first.items, second.items, strict=True))


# Aggregates


class _ArrayAggregate:
    def __init__(self, context: Context, write: Converter, result: int, strict: bool, separator: str) -> None:
        self.context, self.write, self.result, self.strict = context, write, result, strict
        self.separator = separator
        self.items: list[str] | None = None

    def step(self, value: Stored) -> None:
        if self.items is None:
            self.items = []
        if value is not None or not self.strict:
            self.items.append("null" if value is None else self.write(self.context, value))

    def final(self) -> Stored:
        if self.items is None:
            return None
        text = "[" + self.separator.join(self.items) + "]"
        return text if self.result == oids.JSON else _canonical(text)


def _array_aggregate(strict: bool) -> Callable[[ArgumentTypes, int], Callable[[Context], _ArrayAggregate]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[[Context], _ArrayAggregate]:
        write = converter(*types[0])
        separator = ", \n " if is_structured(types[0][0]) else ", "
        return lambda context: _ArrayAggregate(context, write, result, strict, separator)

    return factory


class _ObjectAggregate:
    def __init__(self, context: Context, key: Converter, write: Converter, result: int, strict: bool,
                 unique: bool) -> None:
        self.context, self.key, self.write, self.result = context, key, write, result
        self.strict, self.unique = strict, unique
        self.members: list[str] | None = None
        self.keys: set[str] = set()
        self.repeated = False

    def step(self, key: Stored, value: Stored) -> None:
        if key is None:
            raise (NullValueNotAllowed("null value not allowed for object key") if self.result == oids.JSON
                   else InvalidParameterValue("field name must not be null"))
        if self.members is None:
            self.members = []
        if value is None and self.strict:
            return
        name = self.key(self.context, key)
        if self.unique and name in self.keys and self.result == oids.JSON:
            raise DuplicateJsonObjectKeyValue(f"duplicate JSON object key value: {name}")
        self.repeated |= name in self.keys
        self.keys.add(name)
        self.members.append(f"{name} : {'null' if value is None else self.write(self.context, value)}")

    def final(self) -> Stored:
        if self.members is None:
            return None
        if self.result == oids.JSON:
            return "{ " + ", ".join(self.members) + " }"
        if self.unique and self.repeated:  # jsonb finds out only when it sorts the keys
            raise DuplicateJsonObjectKeyValue("duplicate JSON object key value")
        return _canonical("{" + ", ".join(self.members) + "}")


def _object_aggregate(strict: bool, unique: bool) -> Callable[[ArgumentTypes, int],
                      Callable[[Context], _ObjectAggregate]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[[Context], _ObjectAggregate]:
        key, write = key_converter(*types[0]), converter(*types[1])
        return lambda context: _ObjectAggregate(context, key, write, result, strict, unique)

    return factory


def _typed(factory: Callable[..., Any]) -> Implementation:
    return Python(factory, context=True, typed=True)


def _aggregates(kind: str) -> Iterator[Builtin]:
    def aggregate(factory: Callable[..., Any]) -> Implementation:
        return PythonAggregate(factory, context=True, typed=True, strict=False)

    yield Builtin(f"{kind}_agg(anyelement)", aggregate(_array_aggregate(False)),
                  (f"(SELECT {kind}_agg(x) FROM (VALUES (1), (NULL)) v (x))", "[1, null]"))
    yield Builtin(f"{kind}_agg_strict(anyelement)", aggregate(_array_aggregate(True)),
                  (f"(SELECT {kind}_agg_strict(x) FROM (VALUES (1), (NULL)) v (x))", "[1]"))
    for suffix, strict, unique in (("", False, False), ("_strict", True, False), ("_unique", False, True),
                                   ("_unique_strict", True, True)):
        yield Builtin(f"{kind}_object_agg{suffix}(any,any)", aggregate(_object_aggregate(strict, unique)),
                      (f"(SELECT {kind}_object_agg{suffix}(x, x) FROM (VALUES (1)) v (x))",
                       '{ "1" : 1 }' if kind == "json" else '{"1": 1}'))


def _both(kind: str) -> Iterator[Builtin]:
    colon = " : " if kind == "json" else ": "
    yield Builtin(f"to_{kind}(anyelement)", _typed(_to_json), (f"to_{kind}('a\"b'::text)", '"a\\"b"'))
    yield Builtin(f"{kind}_build_array(any)", _typed(_build_array),
        (f"{kind}_build_array(1, NULL, 'a')", '[1, null, "a"]'))
    yield Builtin(f"{kind}_build_array()", Python(lambda: "[]"), (f"{kind}_build_array()", "[]"))
    yield Builtin(f"{kind}_build_object(any)", _typed(_build_object(f"{kind}_build_object")),
                  (f"{kind}_build_object('a', 1)", f'{{"a"{colon}1}}'))
    yield Builtin(f"{kind}_build_object()", Python(lambda: "{}"), (f"{kind}_build_object()", "{}"))
    finish: Callable[[str], str] = str if kind == "json" else _canonical
    yield Builtin(f"{kind}_object(_text)", Python(lambda pairs: finish(json_object(pairs))),
                  (f"{kind}_object('{{a,1}}')", f'{{"a"{colon}"1"}}'))
    yield Builtin(f"{kind}_object(_text,_text)", Python(lambda keys, values: finish(json_object_of(keys, values))),
                  (f"{kind}_object('{{a}}', '{{1}}')", f'{{"a"{colon}"1"}}'))
    yield from _aggregates(kind)


BUILTINS = (
    *_both("json"), *_both("jsonb"),
    Builtin("array_to_json(anyarray)", _typed(_array_to_json),
            ("array_to_json('{{1,2},{3,4}}'::int[])", "[[1,2],[3,4]]")),
    Builtin("array_to_json(anyarray,bool)", _typed(_array_to_json),
            ("array_to_json('{1,2}'::int[], true)", "[1,\n 2]")),
)
