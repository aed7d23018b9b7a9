"""What the passes share: new range entries, and copies of nodes with some expressions replaced."""

from collections.abc import Callable
from typing import Any

import msgspec

from executor import walk
from executor.lower.generator import Generator
from executor.plan import Expr, FromItem, Join, Query, RangeEntry, SetOperation

FIRST_NEW_ENTRY = 1_000_000
replace = msgspec.structs.replace


def new_entry(g: Generator) -> int:
    """A range entry number that the binder did not use."""
    g.root.counter[0] += 1
    return FIRST_NEW_ENTRY + g.root.counter[0]


def range_entries(items: tuple[FromItem, ...]) -> set[int]:
    """The numbers of the range entries in a FROM list."""
    found: set[int] = set()
    for item in items:
        found |= range_entries((item.left, item.right)) if isinstance(item, Join) else {item.number}
    return found


def replace_entries(value: Any, change: Callable[[FromItem], FromItem]) -> Any:
    """A copy of a node, subqueries and WITH queries included, with other range entries."""
    if isinstance(value, tuple):
        return tuple(replace_entries(item, change) for item in value)
    if not isinstance(value, msgspec.Struct) or isinstance(value, walk.NOT_PLANS):
        return value
    if isinstance(value, RangeEntry):
        changed = change(value)
        if changed is not value:
            return changed
    fields = {}
    for name in value.__struct_fields__:
        old = getattr(value, name)
        if isinstance(old, (tuple, msgspec.Struct)):
            new = replace_entries(old, change)
            if new is not old:
                fields[name] = new
    return replace(value, **fields) if fields else value


def entries_of(value: Any) -> list[RangeEntry]:
    """Every range entry inside, subqueries and WITH queries included."""
    return [node for node in walk.nodes(value) if isinstance(node, RangeEntry)]


def numbers_inside(value: Any) -> set[int]:
    """The numbers that columns of what is inside refer to: of range entries and set operations."""
    return {node.number for node in walk.nodes(value) if isinstance(node, (RangeEntry, SetOperation))}


def rewrite(value: Any, change: Callable[[Expr], Expr | None], inside: Callable[[Expr], Expr | None] | None = None) -> Any:
    """A copy of a node in which `change` replaced expressions (None: look inside).

    inside: what to do so in subqueries; without it they stay as they are.
    """
    if isinstance(value, Expr):
        changed = change(value)
        if changed is not None:
            return changed
    if isinstance(value, tuple):
        return tuple(rewrite(item, change, inside) for item in value)
    if isinstance(value, Query):
        if inside is None:
            return value
        change = inside
    if isinstance(value, msgspec.Struct) and not isinstance(value, walk.NOT_PLANS):
        fields = {}
        for name in value.__struct_fields__:
            old = getattr(value, name)
            if isinstance(old, (tuple, msgspec.Struct)):
                new = rewrite(old, change, inside)
                if new is not old:
                    fields[name] = new
        return replace(value, **fields) if fields else value
    return value
