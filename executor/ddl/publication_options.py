"""WITH (...) of CREATE and SET (...) of ALTER PUBLICATION."""

from typing import Any

from executor.ddl.base import DdlContext
from executor.option_values import OptionReaders, option_boolean, option_text, read_parameters
from executor.parse import Node
from executor.sqlstates import SyntaxError

ACTIONS = ("insert", "update", "delete", "truncate")
GENERATED = {"none": "n", "stored": "s"}


def read_options(nodes: list[Node], ctx: DdlContext) -> dict[str, Any]:
    """The fields of a Publication that are given (42601)."""
    return read_parameters(nodes, _OPTIONS, "publication", ctx.source)


def _actions(name: str, argument: Node | None) -> tuple[str, ...]:
    text = option_text(name, argument)
    given = [part.strip().lower() for part in text.split(",")] if text.strip() else []
    for part in given:
        if not part or " " in part:
            raise SyntaxError(f'invalid list syntax in parameter "{name}"')
        if part not in ACTIONS:
            raise SyntaxError(f'unrecognized value for publication option "{name}": "{part}"')
    return tuple(action for action in ACTIONS if action in given)


def _generated(name: str, argument: Node | None) -> str:
    text = "" if argument is None else option_text(name, argument)
    found = GENERATED.get(text.lower())
    if found is None:
        raise SyntaxError(f'invalid value for publication parameter "{name}": "{text}"',
                          detail='Valid values are "none" and "stored".')
    return found


_OPTIONS: OptionReaders = {
    "publish": ("actions", _actions),
    "publish_via_partition_root": ("via_root", option_boolean),
    "publish_generated_columns": ("generated", _generated),
}
"""Option -> field of Publication, and what reads it."""
