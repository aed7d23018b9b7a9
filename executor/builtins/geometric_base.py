"""Rows of geometric functions: written over values (executor.types.shapes), run by SQLite over their stored forms."""

from collections.abc import Callable
from typing import Any

from executor.builtins.base import Builtin, Python
from executor.builtins.float import number, stored
from executor.types.geometric import LOADERS, dump
from executor.types.shapes import Box, Circle, Line, Lseg, Path, Point, Polygon

_LOAD: dict[str, Callable[[Any], Any]] = {**LOADERS, "float8": number, "int4": int}
_STORE: dict[type, Callable[[Any], Any]] = {
    bool: int, int: int, float: stored, type(None): lambda value: None,
    **dict.fromkeys((Point, Line, Lseg, Box, Path, Polygon, Circle), dump),
}


def _over_stored(function: Callable[..., Any], kinds: list[str]) -> Callable[..., Any]:
    """The function over stored forms, of which there are one or two."""
    first = _LOAD[kinds[0]]
    if len(kinds) == 1:
        def one(a: Any) -> Any:
            value = function(first(a))
            return _STORE[value.__class__](value)

        return one
    second = _LOAD[kinds[1]]

    def two(a: Any, b: Any) -> Any:
        value = function(first(a), second(b))
        return _STORE[value.__class__](value)

    return two


def row(signature: str, function: Callable[..., Any], arguments: str, expected: str | None) -> Builtin:
    """One row; `arguments` are those of the example, literals without their types, separated by " ; "."""
    name, _, rest = signature.partition("(")
    kinds = rest.removesuffix(")").split(",")
    shown = ", ".join(f"{kind} '{text}'" for kind, text in zip(kinds, arguments.split(" ; "), strict=True))
    return Builtin(signature, Python(_over_stored(function, kinds)), (f"{name}({shown})", expected))
