"""Making new jsonb (and json) from old: || - #- jsonb_set, jsonb_insert, stripping nulls, pretty-printing, casts."""

from collections.abc import Callable
from json.encoder import encode_basestring as quote
from typing import Any

from executor.builtins import float as floats
from executor.builtins import numeric
from executor.builtins.base import Builtin, Python
from executor.builtins.json_access import index_of
from executor.sqlstates import ArraySubscriptError, InvalidParameterValue, InvalidTextRepresentation, NullValueNotAllowed
from executor.types import arrays
from executor.types.jsontext import Json, Number, Pairs, compare_jsonb, dump, key_order, load, load_pairs

_DELETED = object()


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def concat(a: str, b: str) -> str:
    """||: merge objects, join arrays; a scalar or object beside an array counts as an array of itself."""
    first, second = load(a), load(b)
    if isinstance(first, dict) and isinstance(second, dict):
        return dump({**first, **second})
    return dump(_listed(first) + _listed(second))


def _scalar(value: Json) -> bool:
    return not isinstance(value, dict | list)


def delete_key(document: str, key: str) -> str:
    """- text: without a member, or without the string elements equal to it."""
    value = load(document)
    if _scalar(value):
        raise InvalidParameterValue("cannot delete from scalar")
    return dump(_without(value, {key}))


def _without(value: Json, keys: set[str]) -> Json:
    if isinstance(value, dict):
        return {name: item for name, item in value.items() if name not in keys}
    return [item for item in value if item.__class__ is not str or item not in keys]


def delete_keys(document: str, keys: str) -> str:
    """- text[]: without these members or string elements."""
    value = load(document)
    if _scalar(value):
        raise InvalidParameterValue("cannot delete from scalar")
    array = arrays.load(keys)
    if len(array.lengths) > 1:
        raise ArraySubscriptError("wrong number of array subscripts")
    return dump(_without(value, {key for key in array.items if isinstance(key, str)}))


def delete_index(document: str, index: int) -> str:
    """- integer: without an element; negative indexes count from the end."""
    value = load(document)
    if _scalar(value):
        raise InvalidParameterValue("cannot delete from scalar")
    if isinstance(value, dict):
        raise InvalidParameterValue("cannot delete from object using integer index")
    at = index + len(value) if index < 0 else index
    return dump([item for number, item in enumerate(value) if number != at])


class _Change:
    """What to do at the end of a path: `at_key(object, key)` and `at_index(array, index)` give the new container."""

    def __init__(self, new: Any, create: bool, insert: bool = False, after: bool = False) -> None:
        self.new = new
        self.create = create
        self.insert = insert
        self.after = after

    def at_key(self, container: dict[str, Json], key: str) -> Json:
        if self.new is _DELETED:
            return _without(container, {key})
        if key in container and self.insert:
            raise InvalidParameterValue("cannot replace existing key",
                                        hint="Try using the function jsonb_set to replace key value.")
        return {**container, key: self.new} if key in container or self.create else container

    def at_index(self, container: list[Json], index: int) -> Json:
        size = len(container)
        at = index + size if index < 0 else min(index, size)
        if 0 <= at < size:
            if self.new is _DELETED:
                return container[:at] + container[at + 1 :]
            if self.insert:
                at += self.after
                return [*container[:at], self.new, *container[at:]]
            return [*container[:at], self.new, *container[at + 1 :]]
        if self.new is _DELETED or not self.create:
            return container
        return [self.new, *container] if at < 0 else [*container, self.new]


def _apply(value: Json, path: list[str | None], level: int, change: _Change) -> Json:
    step = path[level]
    if step is None:
        raise NullValueNotAllowed(f"path element at position {level + 1} is null")
    last = level == len(path) - 1
    if isinstance(value, dict):
        if last:
            return change.at_key(value, step)
        return {**value, step: _apply(value[step], path, level + 1, change)} if step in value else value
    if not isinstance(value, list):
        return value
    index = index_of(step)
    if index is None:
        raise InvalidTextRepresentation(f'path element at position {level + 1} is not an integer: "{step}"')
    if last:
        return change.at_index(value, index)
    if not -len(value) <= index < len(value):
        return value
    changed = list(value)
    changed[index] = _apply(value[index], path, level + 1, change)
    return changed


def _at_path(document: str, path: str, change: _Change, verb: str) -> str:
    array = arrays.load(path)
    if len(array.lowers) > 1:
        from executor.sqlstates import ArraySubscriptError

        raise ArraySubscriptError("wrong number of array subscripts")
    value = load(document)
    if _scalar(value):
        raise InvalidParameterValue(f"cannot {verb} path in scalar")
    if not array.items or (not value and not change.create):
        return document
    return dump(_apply(value, array.items, 0, change))


def delete_path(document: str, path: str) -> str:
    """#-: without what is at the path."""
    return _at_path(document, path, _Change(_DELETED, False), "delete")


def set_path(document: str, path: str, new: str, create: int = 1) -> str:
    """jsonb_set: replace what is at the path; `create`: add it if only its last step is missing."""
    return _at_path(document, path, _Change(load(new), bool(create)), "set")


def insert_path(document: str, path: str, new: str, after: int = 0) -> str:
    """jsonb_insert: add a member, or an element before (or after) the one at the path."""
    return _at_path(document, path, _Change(load(new), True, True, bool(after)), "set")


def set_lax(document: str | None, path: str | None, new: str | None, create: int | None = 1,
            treatment: str | None = "use_json_null") -> str | None:
    """jsonb_set that says what a NULL value means."""
    if document is None or path is None or create is None:
        return None
    if treatment is None:
        raise InvalidParameterValue('null_value_treatment must be "delete_key", "return_target", "use_json_null", or '
                                    '"raise_exception"')
    if new is not None:
        return set_path(document, path, new, create)
    return _null_treatment(treatment)(document, path, create)


def _raise(document: str, path: str, create: int) -> str:
    raise NullValueNotAllowed(
        "JSON value must not be null",
        detail='Exception was raised because null_value_treatment is "raise_exception".',
        hint="To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.")


_TREATMENTS: dict[str, Callable[[str, str, int], str]] = {
    "raise_exception": _raise, "use_json_null": lambda document, path, create: set_path(document, path, "null", create),
    "delete_key": lambda document, path, create: delete_path(document, path),
    "return_target": lambda document, path, create: document,
}


def _null_treatment(name: str) -> Callable[[str, str, int], str]:
    found = _TREATMENTS.get(name)
    if found is None:
        raise InvalidParameterValue('null_value_treatment must be "delete_key", "return_target", "use_json_null", or '
                                    '"raise_exception"')
    return found


def _stripped(value: Json, in_arrays: bool) -> Json:
    if isinstance(value, dict):
        return {key: _stripped(item, in_arrays) for key, item in value.items() if item is not None}
    if isinstance(value, Pairs):
        return Pairs((key, _stripped(item, in_arrays)) for key, item in value if item is not None)
    if isinstance(value, list):
        return [_stripped(item, in_arrays) for item in value if not (in_arrays and item is None)]
    return value


def strip_nulls(document: str, in_arrays: int = 0) -> str:
    """jsonb without members that are null; and elements, if asked for."""
    return dump(_stripped(load(document), bool(in_arrays)))


def _compact(value: Json) -> str:
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{quote(key)}:{_compact(item)}" for key, item in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_compact, value)) + "]"
    return dump(value)


def json_strip_nulls(document: str, in_arrays: int = 0) -> str:
    """strip_nulls for json: order and duplicates stay, blanks go."""
    return _compact(_stripped(load_pairs(document), bool(in_arrays)))


def _pretty(value: Json, indent: str) -> str:
    deeper = indent + "    "
    if isinstance(value, dict):
        lines = [f"{deeper}{quote(key)}: {_pretty(value[key], deeper)}" for key in sorted(value, key=key_order)]
        brackets = "{}"
    elif isinstance(value, list):
        lines = [deeper + _pretty(item, deeper) for item in value]
        brackets = "[]"
    else:
        return dump(value)
    return f"{brackets[0]}\n" + ",\n".join(lines) + ("\n" if lines else "") + indent + brackets[1]


def pretty(document: str) -> str:
    """jsonb laid out in lines."""
    return _pretty(load(document), "")


_KINDS = {dict: "object", list: "array", str: "string", bool: "boolean", Number: "numeric"}


def _cast(target: str, wanted: type, convert: Callable[[Any], Any]) -> Callable[[str], Any]:
    def cast(document: str) -> Any:
        value = load(document)
        if value is None:
            return None
        if value.__class__ is not wanted:
            kind = _KINDS[value.__class__]
            raise InvalidParameterValue(f"cannot cast jsonb {kind} to type {target}")
        return convert(value)

    return cast


_NUMBER_CASTS: tuple[tuple[str, str, Callable[[str], Any], str], ...] = (
    ("numeric", "numeric", str, "1.50"), ("int2", "smallint", numeric.to_integer("int2"), "2"),
    ("int4", "integer", numeric.to_integer("int4"), "2"), ("int8", "bigint", numeric.to_integer("int8"), "2"),
    ("float4", "real", floats.float4_from_numeric, "1.5"),
    ("float8", "double precision", floats.float8_from_numeric, "1.5"),
)

BUILTINS = (
    Builtin("jsonb_concat(jsonb,jsonb)", Python(concat), ("jsonb_concat('[1]', '2')", "[1, 2]")),
    Builtin("jsonb_delete(jsonb,text)", Python(delete_key),
            ("jsonb_delete('{\"a\": 1, \"b\": 2}', 'a'::text)", '{"b": 2}')),
    Builtin("jsonb_delete(jsonb,int4)", Python(delete_index), ("jsonb_delete('[1, 2, 3]', -1)", "[1, 2]")),
    Builtin("jsonb_delete(jsonb,_text)", Python(delete_keys),
            ("jsonb_delete('{\"a\": 1, \"b\": 2}', VARIADIC '{a,b}'::text[])", "{}")),
    Builtin("jsonb_delete_path(jsonb,_text)", Python(delete_path),
            ("jsonb_delete_path('{\"a\": [1, 2]}', '{a,0}')", '{"a": [2]}')),
    Builtin("jsonb_set(jsonb,_text,jsonb,bool)", Python(set_path),
            ("jsonb_set('{\"a\": 1}', '{b}', '2', true)", '{"a": 1, "b": 2}')),
    Builtin("jsonb_insert(jsonb,_text,jsonb,bool)", Python(insert_path),
            ("jsonb_insert('[1, 2]', '{1}', '9', false)", "[1, 9, 2]")),
    Builtin("jsonb_set_lax(jsonb,_text,jsonb,bool,text)", Python(set_lax),
            ("jsonb_set_lax('{\"a\": 1}', '{a}', NULL, true, 'delete_key')", "{}")),
    Builtin("jsonb_strip_nulls(jsonb,bool)", Python(strip_nulls),
            ("jsonb_strip_nulls('{\"a\": null, \"b\": [null]}', false)", '{"b": [null]}')),
    Builtin("json_strip_nulls(json,bool)", Python(json_strip_nulls),
            ("json_strip_nulls('{\"a\": null, \"b\": 1.0}', false)", '{"b":1.0}')),
    Builtin("jsonb_pretty(jsonb)", Python(pretty),
            ("jsonb_pretty('{\"a\": [1]}')", '{\n    "a": [\n        1\n    ]\n}')),
    Builtin("jsonb_cmp(jsonb,jsonb)", Python(compare_jsonb), ("jsonb_cmp('1', '1.0')", "0")),
    Builtin("bool(jsonb)", Python(_cast("boolean", bool, int)), ("bool('true'::jsonb)", "t")),
    *(Builtin(f"{name}(jsonb)", Python(_cast(target, Number, convert)), (f"\"{name}\"('1.50'::jsonb)", expected))
      for name, target, convert, expected in _NUMBER_CASTS),
)
