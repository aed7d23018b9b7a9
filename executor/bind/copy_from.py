"""COPY FROM's WHERE, over the row that is about to be inserted."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from executor import plan, walk
from executor.bind import expressions
from executor.bind.data_change import bind_copy
from executor.bind.scope import Item, Scope
from executor.bind.statement import Statement
from executor.catalog.model import Column
from executor.parse import Node
from executor.plan import ColumnRef, Const, Expr, Insert, Select, ValuesEntry
from executor.sqlstates import FeatureNotSupported, InvalidColumnReference

_CLAUSE = "COPY FROM WHERE conditions"


def bind_copy_from(s: Statement, relation: Node, names: list[str] | None,
                   where: Node | None) -> tuple[Insert, tuple[Column, ...]]:
    """The INSERT that COPY FROM runs for each record: $1 ... $n are the values of `names` (None: all columns), in
    their types. Raises as PostgreSQL: 42P01, 42703, 42701, 42P10, 42804, 0A000."""
    insert, columns = bind_copy(s, relation, names)
    if where is None:
        return insert, columns
    source = insert.source
    assert isinstance(source, Select)
    entry = source.source[0]
    assert isinstance(entry, ValuesEntry)
    chosen = {column.number: i for i, column in enumerate(insert.columns)}
    values = tuple((column.name, _value(column, entry, chosen)) for column in insert.relation.columns)
    scope = Scope(items=[Item(insert.entry.alias, values, insert.entry, schema=insert.relation.schema)])
    condition = _condition(s, scope, where)
    _refuse_generated(insert, condition)
    return replace(insert, source=replace(source, where=condition)), columns


_GENERATED = -2
"""Stands for the index of a generated column, which has no value yet."""


def _value(column: Column, entry: ValuesEntry, chosen: dict[int, int]) -> Expr:
    """A column of the new row: given, a default, or NULL."""
    index = chosen.get(column.number)
    if column.generated:
        return ColumnRef(type=column.type, typmod=column.typmod, entry=entry.number, index=_GENERATED, name=column.name)
    if index is None:
        return Const(type=column.type, typmod=column.typmod, value=None)
    return ColumnRef(type=column.type, typmod=column.typmod, entry=entry.number, index=index, name=column.name)


def _condition(s: Statement, scope: Scope, where: Node) -> Expr:
    found = subquery(where.tree)
    if found is not None:
        position = s.position(Node("SubLink", found)) or None
        raise FeatureNotSupported("cannot use subquery in COPY FROM WHERE condition", position=position)
    scope.aggregates_refused = f"aggregate functions are not allowed in {_CLAUSE}"
    scope.windows_refused = f"window functions are not allowed in {_CLAUSE}"
    condition = expressions.condition(s, scope, where, "WHERE")
    for expr in walk.descend((condition,)):
        if isinstance(expr, plan.Call) and expr.function.returns_set:
            message = f"set-returning functions are not allowed in {_CLAUSE}"
            raise FeatureNotSupported(message, position=expr.position or None)
    return condition


def subquery(tree: Any) -> dict[str, Any] | None:
    """The fields of the first subquery in a parse tree."""
    parts: Iterable[Any] = ()
    if isinstance(tree, dict):
        if "SubLink" in tree:
            return tree["SubLink"]  # type: ignore[no-any-return]
        parts = tree.values()
    elif isinstance(tree, list):
        parts = tree
    return next((found for part in parts if (found := subquery(part)) is not None), None)


def _refuse_generated(insert: Insert, condition: Expr) -> None:
    for expr in walk.descend(condition):
        if isinstance(expr, ColumnRef) and expr.index == _GENERATED:
            detail = f'Column "{expr.name}" is a generated column.'
            raise InvalidColumnReference(f"generated columns are not supported in {_CLAUSE}", detail=detail)
