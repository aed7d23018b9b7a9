"""The values of options in parentheses (COPY, EXPLAIN, VACUUM, CREATE DATABASE), as PostgreSQL's defGet...() read them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from executor.errors import SqlError
from executor.parse import Node, Source
from executor.sqlstates import SyntaxError

BOOLEANS = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
"""Options take whole words only, unlike settings."""

OptionReaders = Mapping[str, tuple[str, Callable[[str, "Node | None"], Any]]]
"""Option -> the field that it sets, and what reads its value, given its name and argument."""

_SCALARS: dict[str, Callable[[Node], str]] = {
    "String": lambda node: node.text,
    "Integer": lambda node: str(node.take("ival", 0)),
    "Float": lambda node: str(node.take("fval", "")),
    "Boolean": lambda node: "true" if node.take("boolval", False) else "false",
    "A_Star": lambda node: "*",
    "TypeName": lambda node: ".".join(node.texts("names")[-1:]),
}


def option_text(name: str, argument: Node | None) -> str:
    """An argument as text (42601 where there is none)."""
    read = None if argument is None else _SCALARS.get(argument.kind)
    if argument is None or read is None:
        raise SyntaxError(f"{name} requires a parameter")
    return read(argument)


def option_boolean(name: str, argument: Node | None) -> bool:
    """An argument as a Boolean; an option without one is on (42601)."""
    if argument is None:
        return True
    value = BOOLEANS.get(option_text(name, argument).lower())
    if value is None:
        raise SyntaxError(f"{name} requires a Boolean value")
    return value


def read_parameters(nodes: Iterable[Node], known: OptionReaders, of: str, source: Source) -> dict[str, Any]:
    """The WITH (...) or SET (...) of an object, by field; `of`: what has them, for the error (42601)."""
    found: dict[str, Any] = {}
    for node in nodes:
        name, argument = node.take("defname"), node.take("arg")
        node.take("defaction")
        node.take("defnamespace")
        option = known.get(name)
        if option is None:
            raise SyntaxError(f'unrecognized {of} parameter: "{name}"')
        field, read = option
        if field in found:
            raise SyntaxError("conflicting or redundant options", position=source.position(node.location) or None)
        found[field] = read(name, argument)
        node.finish()
    return found


def unrecognized(command: str, name: str, position: int | None) -> SqlError:
    """42601 for an option that a command does not have."""
    return SyntaxError(f'unrecognized {command} option "{name}"', position=position)
