"""Reading parts of json and jsonb: -> ->> #> #>>, containment and existence, type and length.

A json value's parts are cut out of its text as they are written; a jsonb value is loaded, and its parts printed anew.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from executor.builtins.base import Builtin, Python
from executor.sqlstates import InvalidParameterValue
from executor.types import arrays
from executor.types.jsonerror import check
from executor.types.jsontext import Json, Number, dump, element_texts, kind_of, load, member_texts

_INDEX = re.compile(r"[ \t\n\v\f\r]*([-+]?[0-9]+)")  # as C's strtol reads it: blanks before the number, but not behind
_INDEX_LENGTH_MAX = 400
_KIND_NAMES = {"{": "object", "[": "array", '"': "string", "t": "boolean", "f": "boolean", "n": "null"}


def index_of(text: str | None) -> int | None:
    """A path element as an array index; None if it is no integer."""
    match = _INDEX.fullmatch(text) if text is not None else None
    if match is None or len(match[1]) > _INDEX_LENGTH_MAX:
        return None
    value = int(match[1])
    return value if -(1 << 31) <= value < 1 << 31 else None


# json: parts of the text


def _check_escapes(document: str) -> None:
    """Refuse escapes that cannot become text, wherever they are: looking for a key reads the whole document (22P02, 22P05)."""
    if "\\u" in document:
        check(document, True)


def json_field(document: str, key: str) -> str | None:
    """The value of a member, the last one of that name."""
    _check_escapes(document)
    if kind_of(document) != "{":
        return None
    return next((value for name, value in reversed(member_texts(document)) if name == key), None)


def json_element(document: str, index: int) -> str | None:
    """An element of an array; negative indexes count from the end."""
    _check_escapes(document)
    if kind_of(document) != "[":
        return None
    elements = element_texts(document)
    return elements[index] if -len(elements) <= index < len(elements) else None


def json_text(value: str | None) -> str | None:
    """->>: a string without its quotes, null as NULL, anything else as it is written."""
    if value is None or value == "null":
        return None
    return load(value) if value[0] == '"' else value


def json_path(document: str, path: str) -> str | None:
    """#>: follow a text array through members and elements."""
    _check_escapes(document)
    value: str | None = document.strip(" \t\n\r")
    for step in arrays.load_items(path):
        if value is None or step is None:
            return None
        kind = kind_of(value)
        index = index_of(step)
        value = (json_field(value, step) if kind == "{" else json_element(value, index)
                 if kind == "[" and index is not None else None)
    return value


# jsonb: parts of the loaded value

_MISSING = object()


def _field(document: Json, key: str) -> Any:
    return document.get(key, _MISSING) if isinstance(document, dict) else _MISSING


def _element(document: Json, index: int) -> Any:
    if isinstance(document, list):
        return document[index] if -len(document) <= index < len(document) else _MISSING
    # A scalar is an array of itself inside jsonb, which shows here.
    return document if not isinstance(document, dict) and index in (0, -1) else _MISSING


def _follow(document: Json, path: str) -> Any:
    value = document
    for step in arrays.load_items(path):
        if step is None:
            return _MISSING
        if isinstance(value, dict):
            value = value.get(step, _MISSING)
        elif isinstance(value, list):
            index = index_of(step)
            value = _element(value, index) if index is not None else _MISSING
        else:
            return _MISSING
    return value


def as_text(value: Json) -> str | None:
    """->> of a loaded value."""
    if value is None:
        return None
    return value if isinstance(value, str) else dump(value)


def _shown(find: Callable[[Json, Any], Any]) -> Callable[[str, Any], str | None]:
    def get(document: str, step: Any) -> str | None:
        value = find(load(document), step)
        return None if value is _MISSING else dump(value)

    return get


def _texted(find: Callable[[Json, Any], Any]) -> Callable[[str, Any], str | None]:
    def get(document: str, step: Any) -> str | None:
        value = find(load(document), step)
        return None if value is _MISSING else as_text(value)

    return get


def _same(a: Json, b: Json) -> bool:
    """Whether two scalars are equal."""
    if a.__class__ is not b.__class__:
        return False
    return bool(Decimal(a) == Decimal(b)) if isinstance(a, Number) else bool(a == b)


def _has(container: list[Json], wanted: Json) -> bool:
    if isinstance(wanted, dict | list):
        return any(isinstance(item, dict | list) and _contains(item, wanted) for item in container)
    return any(_same(item, wanted) for item in container)


def _contains(container: Json, wanted: Json) -> bool:
    if isinstance(container, dict) and isinstance(wanted, dict):
        return all(
            key in container and (_contains(container[key], value) if isinstance(value, dict | list)
                                  else _same(container[key], value)) for key, value in wanted.items())
    if isinstance(container, list) and isinstance(wanted, list):
        return all(_has(container, item) for item in wanted)
    return False


def contains(container: str, wanted: str) -> int:
    """@>: whether every member and element of `wanted` is in `container`; an array contains a bare scalar."""
    whole, part = load(container), load(wanted)
    if not isinstance(part, dict | list):
        return int(_has(whole, part) if isinstance(whole, list) else
                   not isinstance(whole, dict) and _same(whole, part))
    return int(_contains(whole, part))


def _exists(document: Json, key: str | None) -> bool:
    if isinstance(document, dict):
        return key in document
    if isinstance(document, list):
        return any(item.__class__ is str and item == key for item in document)
    return document.__class__ is str and document == key


def exists(document: str, key: str) -> int:
    """?: whether the text is a key, or a string element."""
    return int(_exists(load(document), key))


def exists_any(document: str, keys: str) -> int:
    """?|: whether any of the texts exists."""
    value = load(document)
    return int(any(_exists(value, key) for key in arrays.load_items(keys) if key is not None))


def exists_all(document: str, keys: str) -> int:
    """?&: whether all of the texts exist."""
    value = load(document)
    return int(all(_exists(value, key) for key in arrays.load_items(keys) if key is not None))


def type_of(document: str) -> str:
    """object, array, string, number, boolean or null."""
    return _KIND_NAMES.get(kind_of(document), "number")


def array_length(document: str) -> int:
    """The number of elements of an array; 22023 for anything else."""
    kind = kind_of(document)
    if kind != "[":
        raise InvalidParameterValue(f"cannot get array length of a {'non-array' if kind == '{' else 'scalar'}")
    return len(element_texts(document))


BUILTINS = (
    Builtin("json_object_field(json,text)", Python(json_field), ("json_object_field('{\"a\": 1.50}', 'a')", "1.50")),
    Builtin("json_object_field_text(json,text)", Python(lambda a, b: json_text(json_field(a, b))),
            ("json_object_field_text('{\"a\": \"x\"}', 'a')", "x")),
    Builtin("json_array_element(json,int4)", Python(json_element), ("json_array_element('[1, 2]', -1)", "2")),
    Builtin("json_array_element_text(json,int4)", Python(lambda a, b: json_text(json_element(a, b))),
            ("json_array_element_text('[1, null]', 1)", None)),
    Builtin("json_extract_path(json,_text)", Python(json_path),
            ("json_extract_path('{\"a\": [1, {\"b\": 2}]}', 'a', '1')", '{"b": 2}')),
    Builtin("json_extract_path_text(json,_text)", Python(lambda a, b: json_text(json_path(a, b))),
            ("json_extract_path_text('{\"a\": \"x\"}', 'a')", "x")),
    Builtin("jsonb_object_field(jsonb,text)", Python(_shown(_field)),
            ("jsonb_object_field('{\"a\": 1.50}', 'a')", "1.50")),
    Builtin("jsonb_object_field_text(jsonb,text)", Python(_texted(_field)),
            ("jsonb_object_field_text('{\"a\": \"x\"}', 'a')", "x")),
    Builtin("jsonb_array_element(jsonb,int4)", Python(_shown(_element)), ("jsonb_array_element('[1, 2]', -1)", "2")),
    Builtin("jsonb_array_element_text(jsonb,int4)", Python(_texted(_element)),
            ("jsonb_array_element_text('[1, null]', 1)", None)),
    Builtin("jsonb_extract_path(jsonb,_text)", Python(_shown(_follow)),
            ("jsonb_extract_path('{\"a\": [1, {\"b\": 2}]}', 'a', '1')", '{"b": 2}')),
    Builtin("jsonb_extract_path_text(jsonb,_text)", Python(_texted(_follow)),
            ("jsonb_extract_path_text('{\"a\": \"x\"}', 'a')", "x")),
    Builtin("jsonb_contains(jsonb,jsonb)", Python(contains),
            ("jsonb_contains('{\"a\": 1, \"b\": 2}', '{\"b\": 2.0}')", "t")),
    Builtin("jsonb_contained(jsonb,jsonb)", Python(lambda a, b: contains(b, a)),
            ("jsonb_contained('[1]', '[2, 1]')", "t")),
    Builtin("jsonb_exists(jsonb,text)", Python(exists), ("jsonb_exists('{\"a\": 1}', 'a')", "t")),
    Builtin("jsonb_exists_any(jsonb,_text)", Python(exists_any), ("jsonb_exists_any('{\"a\": 1}', '{x,a}')", "t")),
    Builtin("jsonb_exists_all(jsonb,_text)", Python(exists_all), ("jsonb_exists_all('{\"a\": 1}', '{x,a}')", "f")),
    *(Builtin(f"{kind}_typeof({kind})", Python(type_of), (f"{kind}_typeof('-1.5')", "number")) for kind in ("json",
        "jsonb")),
    *(Builtin(f"{kind}_array_length({kind})", Python(array_length), (f"{kind}_array_length('[1, [2, 3]]')", "2"))
      for kind in ("json", "jsonb")),
)
