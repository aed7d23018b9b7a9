"""Set-returning functions of json and jsonb: members, keys and elements as rows."""

from collections.abc import Callable, Iterator

from executor.builtins.base import Builtin, SetReturning
from executor.builtins.json_access import as_text, json_text
from executor.sqlstates import InvalidParameterValue
from executor.types.jsontext import Json, dump, element_texts, key_order, kind_of, load, member_texts

_OBJECT, _ARRAY = "{", "["


def _json_members(name: str) -> Callable[[str], list[tuple[str, str]]]:
    def members(document: str) -> list[tuple[str, str]]:
        kind = kind_of(document)
        if kind == _ARRAY:
            raise InvalidParameterValue("cannot deconstruct an array as an object")
        if kind != _OBJECT:
            raise InvalidParameterValue("cannot deconstruct a scalar")
        return member_texts(document)

    return members


def json_each(document: str) -> Iterator[tuple[str, str | None]]:
    """Key and value of each member."""
    yield from _json_members("json_each")(document)


def json_each_text(document: str) -> Iterator[tuple[str, str | None]]:
    """Key and value as text of each member."""
    for key, value in _json_members("json_each_text")(document):
        yield key, json_text(value)


def _json_elements(document: str, name: str) -> list[str]:
    kind = kind_of(document)
    if kind != _ARRAY:
        raise InvalidParameterValue(f"cannot call {name} on a {'non-array' if kind == _OBJECT else 'scalar'}")
    return element_texts(document)


def json_array_elements(document: str) -> Iterator[str]:
    """Each element."""
    yield from _json_elements(document, "json_array_elements")


def json_array_elements_text(document: str) -> Iterator[str | None]:
    """Each element as text."""
    for value in _json_elements(document, "json_array_elements_text"):
        yield json_text(value)


def _no_keys(document: str, name: str) -> None:
    kind = kind_of(document)
    if kind != _OBJECT:
        raise InvalidParameterValue(f"cannot call {name} on {'an array' if kind == _ARRAY else 'a scalar'}")


def json_object_keys(document: str) -> Iterator[str]:
    """Each key, in order, duplicates included."""
    _no_keys(document, "json_object_keys")
    for key, _ in member_texts(document):
        yield key


def _members(document: str, name: str) -> Iterator[tuple[str, Json]]:
    value = load(document)
    if not isinstance(value, dict):
        raise InvalidParameterValue(f"cannot call {name} on a non-object")
    for key in sorted(value, key=key_order):
        yield key, value[key]


def jsonb_each(document: str) -> Iterator[tuple[str, str]]:
    """Key and value of each member."""
    for key, value in _members(document, "jsonb_each"):
        yield key, dump(value)


def jsonb_each_text(document: str) -> Iterator[tuple[str, str | None]]:
    """Key and value as text of each member."""
    for key, value in _members(document, "jsonb_each_text"):
        yield key, as_text(value)


def _elements(document: str) -> list[Json]:
    value = load(document)
    if isinstance(value, dict):
        raise InvalidParameterValue("cannot extract elements from an object")
    if not isinstance(value, list):
        raise InvalidParameterValue("cannot extract elements from a scalar")
    return value


def jsonb_array_elements(document: str) -> Iterator[str]:
    """Each element."""
    for value in _elements(document):
        yield dump(value)


def jsonb_array_elements_text(document: str) -> Iterator[str | None]:
    """Each element as text."""
    for value in _elements(document):
        yield as_text(value)


def jsonb_object_keys(document: str) -> Iterator[str]:
    """Each key, in jsonb's order."""
    _no_keys(document, "jsonb_object_keys")
    yield from sorted(load(document), key=key_order)


BUILTINS = tuple(
    Builtin(f"{function.__name__}({function.__name__.partition('_')[0]})", SetReturning(function)) for function in (
        json_each, json_each_text, json_array_elements, json_array_elements_text, json_object_keys, jsonb_each,
        jsonb_each_text, jsonb_array_elements, jsonb_array_elements_text, jsonb_object_keys))
