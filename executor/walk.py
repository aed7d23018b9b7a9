"""Walks over analyzed plans: the expressions in a node, and what a node means apart from how it was written."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from executor.catalog.model import Column as TableColumn
from executor.catalog.model import Relation
from executor.facts.lookup import Function
from executor.plan import BoolOp, Expr, OuterAggregate, RowCompare, SortKey, Subquery, Window

NOT_PLANS = (Relation, Function, TableColumn)
"""Nodes that plans refer to, and that have no expressions of theirs."""


def children(value: Any) -> Any:
    """Yield every Expr directly inside a node (through tuples), for walks that need all of them."""
    if isinstance(value, tuple):
        for item in value:
            yield from (item,) if isinstance(item, Expr) else children(item)
    elif isinstance(value, msgspec.Struct) and not isinstance(value, OuterAggregate):  # what is in that is another query's
        for name in value.__struct_fields__:
            field = getattr(value, name)
            if isinstance(field, Expr):
                yield field
            elif isinstance(field, (tuple, SortKey, Window)):
                yield from children(field)


def own(expr: Expr) -> Any:
    """Yield an expression and those inside it, at any depth but that of subqueries."""
    yield expr
    for child in children(expr):
        yield from own(child)


def nodes(value: Any, skip: Callable[[msgspec.Struct], bool] | None = None) -> Iterator[msgspec.Struct]:
    """Yield every plan node inside at any depth, subqueries included, each before what is inside of it.

    skip: the nodes that are left out with all that is inside of them.
    """
    stack: list[Any] = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(reversed(current))
        elif isinstance(current, msgspec.Struct) and not isinstance(current, NOT_PLANS) and not (skip and skip(current)):
            yield current
            stack.extend([getattr(current, name) for name in reversed(current.__struct_fields__)])


def descend(value: Any) -> Iterator[Expr]:
    """Yield every Expr inside a node at any depth, subqueries included."""
    return (node for node in nodes(value) if isinstance(node, Expr))


AS_WRITTEN = frozenset({"position", "implicit_cast", "explicit_cast", "explicit", "operator", "sql_syntax", "sql_value",
                        "written", "merged", "common", "untyped"})
"""Fields that only say how an expression was written."""


def key(value: Any) -> Any:
    """A node without its positions and other accidents of writing, for comparing expressions by meaning."""
    if isinstance(value, tuple):
        return tuple(key(item) for item in value)
    if isinstance(value, NOT_PLANS):
        return (type(value).__name__, getattr(value, "oid", None), value.name)
    if isinstance(value, msgspec.Struct):
        name = type(value).__name__
        if isinstance(value, (BoolOp, RowCompare, Subquery)):  # their `operator` is their meaning
            name += value.operator
        return (name, *(key(getattr(value, n)) for n in value.__struct_fields__ if n not in AS_WRITTEN))
    return (type(value).__name__, value) if isinstance(value, (bool, int, float)) else value
