"""Which operands the pretty form writes without parentheses."""

from executor import plan
from executor.deparse.printer import normal
from executor.plan import BoolOp, Call, Expr, Relabel

# Names, constants and what has brackets of its own.
CLOSED = (
    plan.Const, plan.Param, plan.ColumnRef, plan.DomainValue, plan.WholeRow, plan.SetDefault, plan.CaseValue,
    plan.ElementRef, plan.Subscript,
    plan.Array, plan.Row, plan.Coalesce, plan.MinMax, plan.NullIf, plan.AggregateCall, plan.Case,
)  # fmt: skip
# Parents that separate their parts themselves.
SEPARATING = (plan.Subscript, plan.Array, plan.Row, plan.Coalesce, plan.MinMax, plan.NullIf, plan.AggregateCall, plan.Case)
CONVERSIONS = (Relabel, plan.ConvertText, plan.ArrayConvert)


def is_operator(node: Expr) -> bool:
    """True for a call written as an operator."""
    return isinstance(node, Call) and node.operator != ""


def is_function(node: Expr) -> bool:
    """True for a call that PostgreSQL keeps as a function's: casts by a function among them."""
    return isinstance(node, Call) and not node.operator and not node.sql_value


def is_simple(node: Expr, parent: Expr) -> bool:
    """True if no parentheses are needed around a part of `parent`."""
    first = _first(parent)
    is_first = node is first
    node, parent = normal(node), normal(parent)
    if isinstance(node, CLOSED) or (isinstance(node, Call) and not is_operator(node)):
        return True
    if isinstance(node, plan.Field):
        return not isinstance(parent, plan.Field)
    if isinstance(node, CONVERSIONS):
        if isinstance(node, Relabel) and (node.collation or node.merged):
            return bool(node.merged)
        return is_simple(node.argument, node)
    if isinstance(node, BoolOp):
        if isinstance(parent, BoolOp):
            return _boolean_in_boolean(node.operator, parent.operator)
        return _separated(parent)
    if is_operator(node) and is_operator(parent):
        return _binds_tighter(node, parent, is_first)
    if is_operator(node) or isinstance(node, (plan.Subquery, plan.IsTest, plan.DistinctFrom)):
        return isinstance(parent, BoolOp) or _separated(parent)
    return False


def _first(parent: Expr) -> Expr | None:
    return parent.arguments[0] if isinstance(parent, Call) and parent.arguments else None


def _separated(parent: Expr) -> bool:
    if is_function(parent):
        assert isinstance(parent, Call)
        return not (parent.implicit_cast or parent.explicit_cast or parent.sql_syntax)
    return isinstance(parent, SEPARATING)


def _boolean_in_boolean(inner: str, outer: str) -> bool:
    return outer in ("AND", "OR") if inner in ("NOT", "AND") else outer == "OR"


RANKS = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2}


def _binds_tighter(node: Expr, parent: Expr, is_first: bool) -> bool:
    assert isinstance(node, Call)
    assert isinstance(parent, Call)
    inner = RANKS.get(node.operator) if len(node.arguments) == 2 else None
    outer = RANKS.get(parent.operator) if len(parent.arguments) == 2 else None
    if inner is None or outer is None:
        return False
    return inner > outer or (inner == outer and is_first)
