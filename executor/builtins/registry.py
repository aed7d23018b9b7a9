"""All rows of the tables of built-in functions. A family is imported when one of its functions is first looked up.

Which family has a function is known from the function's name (`FAMILIES`), so that a session that only compares
integers never loads JSON or regular expressions. A test holds the lists of names against the families.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from executor.builtins.base import Builtin
from executor.builtins.families import FAMILIES


@cache
def _families_by_name() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for family, names in FAMILIES.items():
        for name in names.split():
            found[name] = (*found.get(name, ()), family)
    return found


@cache
def family(name: str) -> dict[str, Builtin]:
    """The rows of one module of executor.builtins, by signature."""
    rows: tuple[Builtin, ...] = import_module(f"executor.builtins.{name}").BUILTINS
    return {row.signature: row for row in rows}


@cache
def find(signature: str) -> Builtin | None:
    """The row of a function, "upper(text)"; None if pgquill does not have it."""
    for name in _families_by_name().get(signature.partition("(")[0], ()):
        row = family(name).get(signature)
        if row is not None:
            return row
    return None


@cache
def made_with_type(source: str) -> Builtin:
    """What implements a function that came with a user's range type, by its prosrc."""
    from executor.builtins import multirange, range

    return {**range.MADE_WITH_TYPE, **multirange.MADE_WITH_TYPE}[source]


def all_builtins() -> Iterator[Builtin]:
    """Every row of every family; imports them all."""
    for name in FAMILIES:
        yield from family(name).values()
