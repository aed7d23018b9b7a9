"""Subqueries as expressions: EXISTS, scalar, ARRAY(...), IN / op ANY / op ALL."""

from executor import plan
from executor.bind import operators
from executor.bind.expressions import bind
from executor.bind.resolve import array_type, element_type
from executor.bind.scope import Scope
from executor.bind.statement import Statement
from executor.errors import not_supported
from executor.parse import Node
from executor.plan import ElementRef, Expr, Row, Subquery
from executor.sqlstates import SyntaxError
from executor.types import oids as T


def bind_sublink(s: Statement, scope: Scope, node: Node) -> Expr:
    """A SubLink node."""
    kind = node.take("subLinkType")
    handler = KINDS.get(kind)
    if handler is None:
        raise not_supported(kind, position=s.position(node) or None)
    return handler(s, scope, node)


def _query(s: Statement, scope: Scope, node: Node) -> plan.Query:
    from executor.bind.query import bind_query

    inner = node.take("subselect")
    found = bind_query(s, scope.child(), inner)
    inner.finish()
    return found


def _visible(query: plan.Query) -> list[plan.Target]:
    return [t for t in query.targets if not t.hidden]


def _exists(s: Statement, scope: Scope, node: Node) -> Expr:
    return Subquery(type=T.BOOL, kind="exists", query=_query(s, scope, node), position=s.position(node))


def _one_column(s: Statement, query: plan.Query, node: Node) -> plan.Target:
    targets = _visible(query)
    if len(targets) != 1:
        raise SyntaxError("subquery must return only one column", position=s.position(node) or None)
    return targets[0]


def _scalar(s: Statement, scope: Scope, node: Node) -> Expr:
    query = _query(s, scope, node)
    target = _one_column(s, query, node)
    return Subquery(type=target.expr.type, typmod=target.expr.typmod, kind="scalar", query=query, position=s.position(node))


def _array(s: Statement, scope: Scope, node: Node) -> Expr:
    query = _query(s, scope, node)
    target = _one_column(s, query, node)
    if element_type(target.expr.type):
        raise not_supported("ARRAY(SELECT array)", position=s.position(node) or None)
    return Subquery(type=array_type(target.expr.type), typmod=target.expr.typmod, kind="array", query=query,
                    position=s.position(node))


def _any(s: Statement, scope: Scope, node: Node) -> Expr:
    return _compared(s, scope, node, "any")


def _all(s: Statement, scope: Scope, node: Node) -> Expr:
    return _compared(s, scope, node, "all")


def _compared(s: Statement, scope: Scope, node: Node, kind: str) -> Expr:
    names = node.texts("operName") or ["="]
    value = bind(s, scope, node.take("testexpr"))
    query = _query(s, scope, node)
    left = value.fields if isinstance(value, (Row, plan.WholeRow)) else (value,)
    position = s.position(node)
    return compare_columns(s, kind, names, left, query, position)


def compare_columns(s: Statement, kind: str, names: list[str], left: tuple[Expr, ...], query: plan.Query,
                    position: int) -> Subquery:
    """left op (query's columns), column by column."""
    targets = _visible(query)
    if len(targets) < len(left):
        raise SyntaxError("subquery has too few columns", position=position or None)
    if len(targets) > len(left):
        raise SyntaxError("subquery has too many columns", position=position or None)
    name = {"!=": "<>"}.get(names[-1], names[-1])
    if len(left) > 1 and name not in ("=", "<>"):
        raise not_supported(f"row comparison with {name} over a subquery", position=position or None)
    compares = []
    for value, target in zip(left, targets, strict=True):
        right = ElementRef(type=target.expr.type, typmod=target.expr.typmod)
        compares.append(operators.make(s, names, value, right, position))
    return Subquery(type=T.BOOL, kind=kind, query=query, value=left, compare=tuple(compares), operator=name,
                    position=position)


def row_subquery(s: Statement, scope: Scope, names: list[str], left: Node, right: Node, position: int) -> Expr:
    """(a, b) op (SELECT x, y): PostgreSQL's ROWCOMPARE; no row gives NULL."""
    kind = right.take("subLinkType")
    if kind != "EXPR_SUBLINK":
        value = bind(s, scope, left)
        return operators.make(s, names, value, bind(s, scope, right), position)
    value = bind(s, scope, left)
    assert isinstance(value, Row)
    query = _query(s, scope, right)
    right.finish()
    if names[-1] != "=":
        raise not_supported("row comparison with a subquery other than =", position=position or None)
    return compare_columns(s, "row", names, value.fields, query, position)


KINDS = {"EXISTS_SUBLINK": _exists, "EXPR_SUBLINK": _scalar, "ARRAY_SUBLINK": _array, "ANY_SUBLINK": _any,
         "ALL_SUBLINK": _all}
