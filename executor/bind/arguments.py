"""The arguments of EXECUTE: expressions without columns, each for a parameter of a type."""

from executor.bind.calls import contains_set_returning
from executor.bind.coerce import try_coerce
from executor.bind.copy_from import subquery
from executor.bind.expressions import bind
from executor.bind.resolve import ASSIGNMENT
from executor.bind.scope import Scope
from executor.bind.statement import Statement, type_name
from executor.parse import Node
from executor.plan import Expr
from executor.sqlstates import DatatypeMismatch, FeatureNotSupported

_PLACE = "EXECUTE parameters"


def bind_argument(s: Statement, node: Node, number: int, target: int) -> Expr:
    """The argument for $number as a value of its type. Raises as PostgreSQL: 0A000, 42803, 42P20, 42703, 42804, 22P02."""
    found = subquery(node.tree)
    if found is not None:
        position = s.position(Node("SubLink", found)) or None
        raise FeatureNotSupported("cannot use subquery in EXECUTE parameter", position=position)
    scope = Scope(aggregates_refused=f"aggregate functions are not allowed in {_PLACE}",
                  windows_refused=f"window functions are not allowed in {_PLACE}")
    expr = bind(s, scope, node)
    if contains_set_returning(expr):
        raise FeatureNotSupported(f"set-returning functions are not allowed in {_PLACE}", position=expr.position or None)
    value = try_coerce(s, expr, target, -1, ASSIGNMENT)
    if value is None:
        raise DatatypeMismatch(f"parameter ${number} of type {type_name(expr.type)} cannot be coerced to the expected type "
                               f"{type_name(target)}", hint="You will need to rewrite or cast the expression.",
                               position=expr.position or None)
    return value
