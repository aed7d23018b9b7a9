"""Constructs that PostgreSQL's parser replaces by simpler ones, which is how it prints them."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from executor import plan
from executor.bind.resolve import array_type
from executor.plan import ArrayCompare, BoolOp, Call, Expr, InList, Relabel
from executor.types import oids as T


def _in_list(node: InList) -> Expr:
    """= ANY (ARRAY[...]) or <> ALL (ARRAY[...])."""
    wanted = node.equal.arguments[1].type
    array: Expr = plan.Array(type=array_type(wanted), elements=node.items)
    if node.common not in (0, wanted):
        elements = tuple(_unconverted(item, node.common) for item in node.items)
        array = Relabel(type=array.type, argument=plan.Array(type=array_type(node.common), elements=elements))
    compare = replace(node.equal, operator="<>" if node.negated else "=")
    return ArrayCompare(type=T.BOOL, every=node.negated, value=node.value, array=array, compare=compare)


def _unconverted(item: Expr, common: int) -> Expr:
    """An item before its conversion from the common type of the list."""
    if isinstance(item, Relabel) and item.argument.type == common:
        return item.argument
    if isinstance(item, Call) and item.implicit_cast and item.arguments[0].type == common:
        return item.arguments[0]
    return item


def _distinct(node: plan.DistinctFrom) -> Expr:
    if not node.negated:
        return node
    return BoolOp(type=T.BOOL, operator="NOT", arguments=(replace(node, negated=False),))


def _rows(node: plan.RowCompare) -> Expr:
    if node.operator not in ("=", "<>"):
        return node
    compares = tuple(replace(c, operator=node.operator) if isinstance(c, Call) else c for c in node.compares)
    return BoolOp(type=T.BOOL, operator="AND" if node.operator == "=" else "OR", arguments=compares)


def _row_json(node: plan.RowJson) -> Expr:
    return node.argument


REWRITES: dict[type[Expr], Callable[[Any], Expr]] = {
    InList: _in_list, plan.DistinctFrom: _distinct, plan.RowCompare: _rows, plan.RowJson: _row_json,
}
