"""Comparisons of a value with the items of a list (IN) or of an array (ANY, ALL)."""

from functools import reduce

from executor import plan, walk
from executor.bind import operators
from executor.bind.coerce import coerce
from executor.bind.expressions import bind, bind_all
from executor.bind.resolve import array_type, common_type, element_type
from executor.bind.scope import Scope
from executor.bind.statement import Statement
from executor.facts import lookup
from executor.facts.lookup import base_type
from executor.parse import Node
from executor.plan import BoolOp, Call, CaseValue, ElementRef, Expr, Row
from executor.sqlstates import WrongObjectType
from executor.types import oids as T
from executor.types.made import is_anonymous


def in_list(s: Statement, scope: Scope, node: Node) -> Expr:
    """value [NOT] IN (list)."""
    (name,), position = node.texts("name"), s.position(node)
    negated = name == "<>"
    value = bind(s, scope, node.take("lexpr"))
    items = bind_all(s, scope, node.take("rexpr").nodes("items"))
    # As in PostgreSQL, what has columns is compared one by one, each with an operator of its own.
    listed = [item for item in items if not has_columns(item)]
    parts: list[Expr] = []
    if len(listed) > 1 and (found := _in_constants(s, value, listed, negated, position)) is not None:
        parts, items = [found], [item for item in items if has_columns(item)]
    parts += [operators.make(s, [name], value, item, position) for item in items]
    if len(parts) <= NESTED_MAX:
        operator = "AND" if negated else "OR"
        return reduce(lambda a, b: BoolOp(type=T.BOOL, operator=operator, arguments=(a, b), position=position), parts)
    return BoolOp(type=T.BOOL, operator="AND" if negated else "OR", arguments=tuple(parts), position=position)


NESTED_MAX = 50
"""Comparisons nested in pairs, which is how PostgreSQL prints them; more would only deepen the plan."""


def has_columns(expr: Expr) -> bool:
    """True if a column of this or an enclosing level is used, not looking into subqueries."""
    return isinstance(expr, (plan.ColumnRef, plan.WholeRow)) or any(has_columns(child) for child in walk.children(expr))


def _in_constants(s: Statement, value: Expr, items: list[Expr], negated: bool, position: int) -> Expr | None:
    """value IN (items) with items of one common type; None if they have none."""
    if any(isinstance(item, Row) and is_anonymous(item.type) for item in (value, *items)):
        return None
    common = common_type([value.type, *(item.type for item in items)])
    if common is None:
        return None
    converted = [coerce(s, item, common, position=position) for item in items]
    equal = operators.make(s, ["="], value, CaseValue(type=common, position=position), position)
    assert isinstance(equal, Call)
    wanted = equal.arguments[1].type
    if wanted != common:
        converted = [coerce(s, item, wanted, position=position) for item in converted]
    return plan.InList(type=T.BOOL, negated=negated, value=equal.arguments[0], items=tuple(converted), equal=equal,
                       common=common, position=position)


def array_compare(s: Statement, scope: Scope, node: Node, *, every: bool) -> Expr:
    """value op ANY/ALL (array)."""
    name, position = node.texts("name"), s.position(node)
    value, array = bind(s, scope, node.take("lexpr")), bind(s, scope, node.take("rexpr"))
    element = T.UNKNOWN if array.type == T.UNKNOWN else element_type(array.type)
    if not element:
        raise WrongObjectType("op ANY/ALL (array) requires array on right side", position=position or None)
    operator = operators.operator_for(s, name, value.type, element, position)
    function = lookup.functions_by_oid()[operator.function]
    if operator.result != T.BOOL:
        raise WrongObjectType("op ANY/ALL (array) requires operator to yield boolean", position=position or None)
    wanted, _ = operators.polymorphic(function.arguments, [value.type, element], function.result, position)
    right = element if wanted[1] == T.RECORD else wanted[1]
    if element == T.UNKNOWN and right == T.TEXT and base_type(value.type) in (T.VARCHAR, T.BPCHAR):
        right = T.TEXT
    target = array_type(right)
    converted = coerce(s, array, target, position=position) if target else array
    value = coerce(s, value, wanted[0], position=position)
    compare = Call(type=T.BOOL, function=function, arguments=(value, ElementRef(type=right)), operator=operator.name)
    return plan.ArrayCompare(type=T.BOOL, every=every, value=value, array=converted, compare=compare,
                             position=position)
