"""JSON_OBJECT and JSON_ARRAY, JSON(... WITH UNIQUE KEYS) and IS JSON at run time."""

from collections.abc import Callable, Iterator
from typing import Any

from executor.builtins.base import ArgumentTypes
from executor.builtins.json_build import converter, key_converter
from executor.context import Context
from executor.sqlstates import (
    DuplicateJsonObjectKeyValue,
    InvalidParameterValue,
    InvalidTextRepresentation,
    NullValueNotAllowed,
    UntranslatableCharacter,
)
from executor.types import oids
from executor.types.base import Stored
from executor.types.jsontext import Json, Pairs, dump, kind_of, load, load_pairs, validate

Builder = Callable[..., Stored]


def array_builder(types: ArgumentTypes, result: int, absent_on_null: bool) -> Builder:
    """JSON_ARRAY(values): (context, values ...) -> json or jsonb."""
    writers = [converter(*kind) for kind in types]

    def build(context: Context, *values: Stored) -> str:
        items = ["null" if value is None else write(context, value)
                 for write, value in zip(writers, values, strict=True) if value is not None or not absent_on_null]
        text = "[" + ", ".join(items) + "]"
        return text if result == oids.JSON else dump(load(text))

    return build


def object_builder(types: ArgumentTypes, result: int, absent_on_null: bool, unique: bool) -> Builder:
    """JSON_OBJECT(keys and values in turn): (context, ...) -> json or jsonb. 22004, 22023, 22030."""
    keys = [key_converter(*kind) for kind in types[::2]]
    writers = [converter(*kind) for kind in types[1::2]]

    def members(context: Context, values: tuple[Stored, ...]) -> Iterator[str]:
        seen: set[str] = set()
        for at, (key, write) in enumerate(zip(keys, writers, strict=True)):
            name, value = values[2 * at], values[2 * at + 1]
            skipped = absent_on_null and value is None
            if skipped and not unique:
                continue
            if name is None:
                raise (NullValueNotAllowed("null value not allowed for object key") if result == oids.JSON
                       else InvalidParameterValue(f"argument {2 * at + 1}: key must not be null"))
            shown = key(context, name)
            if unique and shown in seen:
                raise DuplicateJsonObjectKeyValue(
                    "duplicate JSON object key value" + (f": {shown}" if result == oids.JSON else ""))
            seen.add(shown)
            if not skipped:
                yield f"{shown} : {'null' if value is None else write(context, value)}"

    def build(context: Context, *values: Stored) -> str:
        text = "{" + ", ".join(members(context, values)) + "}"
        return text if result == oids.JSON else dump(load(text))

    return build


def _unique(value: Json) -> bool:
    """Whether no object inside has a key twice; objects are `Pairs`."""
    if isinstance(value, Pairs):
        return len({key for key, _ in value}) == len(value) and all(_unique(item) for _, item in value)
    return all(_unique(item) for item in value) if value.__class__ is list else True


def parse_unique(text: str) -> str:
    """JSON(text WITH UNIQUE KEYS). 22P02, 22030."""
    if not _unique(load_pairs(text)):
        raise DuplicateJsonObjectKeyValue("duplicate JSON object key value")
    return text


_KINDS: dict[str, Callable[[str], bool]] = {
    "": lambda first: True, "object": lambda first: first == "{", "array": lambda first: first == "[",
    "scalar": lambda first: first not in "{[",
}


def json_test(item: str, unique: bool, checked: bool) -> Callable[[Any], int]:
    """IS JSON [item] [WITH UNIQUE KEYS]: text -> 0 or 1. checked: the value is JSON for sure (type json or jsonb)."""
    suits = _KINDS[item]

    def test(text: str) -> int:
        try:
            if not checked:
                validate(text)
            return int(suits(kind_of(text)) and (not unique or _unique(load_pairs(text))))
        except (InvalidTextRepresentation, UntranslatableCharacter):
            return 0

    return test
