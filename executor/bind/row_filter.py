"""Row filters of publications (CREATE PUBLICATION ... WHERE): what they may say, so that they mean the same wherever a row is
looked at (PostgreSQL's check_simple_rowfilter_expr): columns, constants, and what is built in and immutable."""

from executor import plan
from executor.bind.coerce import to_boolean
from executor.bind.expressions import bind
from executor.bind.from_clause import system_columns
from executor.bind.scope import Item, Scope, table_columns
from executor.bind.statement import Statement
from executor.catalog.model import FIRST_USER_OID, Relation
from executor.catalog.usertypes import numbered
from executor.parse import Node
from executor.plan import TableEntry
from executor.sqlstates import FeatureNotSupported
from executor.types.made import FIRST_NUMBER
from executor.walk import children, own

SIMPLE = (plan.Const, plan.ColumnRef, plan.WholeRow, plan.Call, plan.Relabel, plan.BoolOp, plan.IsTest, plan.DistinctFrom,
          plan.Case, plan.CaseValue, plan.Coalesce, plan.MinMax, plan.NullIf, plan.InList, plan.ArrayCompare, plan.ElementRef,
          plan.Array, plan.Row, plan.RowCompare)
OTHER = ("Only columns, constants, built-in operators, built-in data types, built-in collations, and immutable built-in "
         "functions are allowed.")


def bind_row_filter(s: Statement, relation: Relation, node: Node) -> tuple[plan.Expr, TableEntry]:
    """The condition over the relation's columns (42804, 42P10, 0A000)."""
    relation = numbered(s.catalog, relation)
    columns = tuple((c.name, c.type, c.typmod) for c in relation.columns)
    entry = TableEntry(number=s.new_entry(), alias=relation.name, columns=columns, relation=relation)
    hidden = system_columns(entry, relation)
    scope = Scope(items=[Item(relation.name, table_columns(entry), entry, hidden_columns=hidden)])
    scope.aggregates_refused = "aggregate functions are not allowed in WHERE"
    scope.windows_refused = "window functions are not allowed in WHERE"
    expr = to_boolean(s, bind(s, scope, node), "PUBLICATION WHERE")
    _refuse_sets(expr)
    _check(expr)
    return expr, entry


def _refuse_sets(expr: plan.Expr) -> None:
    found = next((e for e in own(expr) if isinstance(e, plan.Call) and e.function.returns_set), None)
    if found is not None:
        raise FeatureNotSupported("set-returning functions are not allowed in WHERE", position=found.position or None)


def _check(expr: plan.Expr) -> None:
    detail = _complaint(expr)
    if detail:
        raise FeatureNotSupported("invalid publication WHERE expression", detail=detail, position=_position(expr))
    if not isinstance(expr, plan.WholeRow):
        for child in children(expr):
            _check(child)


def _position(expr: plan.Expr) -> int | None:
    """Where it begins: that of x IN (SELECT ...) is x's."""
    inside = children(expr) if isinstance(expr, plan.Subquery) else ()
    return min((e.position for e in (expr, *inside) if e.position), default=None)


def _complaint(expr: plan.Expr) -> str:
    """What is wrong with one node; "" if nothing is."""
    if isinstance(expr, plan.ColumnRef) and expr.index < 0:
        return "System columns are not allowed."
    if isinstance(expr, plan.Const) and expr.system_column is not None:
        return "System columns are not allowed."
    if type(expr) not in SIMPLE or (isinstance(expr, plan.Call) and expr.sql_value):
        return OTHER
    if isinstance(expr, plan.Call) and (expr.function.oid >= FIRST_USER_OID or expr.function.volatility != "i"):
        return "User-defined or built-in mutable functions are not allowed."
    if expr.type >= FIRST_NUMBER:
        return "User-defined types are not allowed."
    return ""
