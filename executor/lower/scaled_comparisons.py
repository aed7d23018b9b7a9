"""Comparisons of numerics as comparisons of SQLite's numbers."""

from executor import plan
from executor.bind.statement import LiteralNeeded
from executor.lower import functions
from executor.lower.generator import Generator
from executor.lower.scaled import Scaler, general, guarded, has_column

NUMERIC_COMPARISONS = {"numeric_eq": "=", "numeric_ne": "<>", "numeric_lt": "<", "numeric_le": "<=", "numeric_gt": ">",
                       "numeric_ge": ">="}
EXACT_DIGITS = 15


def numeric_comparison(g: Generator, expr: plan.Call) -> str | None:
    """A numeric column kept as a number against a short constant or another such column: SQLite's own comparison."""
    operator = NUMERIC_COMPARISONS[expr.function.name]
    literals = [a.lifted for a in expr.arguments if isinstance(a, plan.Const) and a.lifted is not None]
    if literals and any(isinstance(a, plan.ColumnRef) and a.index >= 0 and functions.number_column(g, a) for a in expr.arguments):
        raise LiteralNeeded(*literals)  # with its value at hand the comparison can use an index
    sides = [_native_number(g, a) for a in expr.arguments]
    if None not in sides and not all(isinstance(a, plan.Const) for a in expr.arguments):
        return f"({sides[0]} {operator} {sides[1]})"
    return _scaled_comparison(g, expr, operator)


CONSTANT_MAX = 200
"""Characters of a constant that is printed as a number: much smaller ones would be read as 0."""


def _native_number(g: Generator, expr: plan.Expr) -> str | None:
    """A numeric as a SQLite number, where that is exact."""
    if isinstance(expr, plan.ColumnRef) and expr.index >= 0 and functions.number_column(g, expr):
        return g.column(expr)
    if isinstance(expr, plan.Const) and expr.lifted is None and isinstance(expr.value, str):
        digits = "".join(expr.value.lstrip("-").split(".")).lstrip("0")
        exact = digits.isdigit() and len(digits) <= EXACT_DIGITS and len(expr.value) <= CONSTANT_MAX
        if exact or expr.value.strip("-0.") == "":
            return expr.value if expr.value[0] != "-" else f"({expr.value})"
    return None


def _scaled_comparison(g: Generator, expr: plan.Call, operator: str) -> str | None:
    """A comparison of two numerics; `operator` is SQLite's."""
    if g.plain or not has_column(expr):
        return None
    scaler = Scaler(g, True)
    sides = [scaler.of(a) for a in expr.arguments]
    left, right = (None if side is None else side.rescaled(max(s.scale for s in sides if s)) for side in sides)
    if left is None or right is None:
        return None
    if scaler.asked:
        raise LiteralNeeded(*scaler.asked)
    return guarded((left, right), f"({left.text} {operator} {right.text})", general(g, expr))


COMPARISONS = {f"{name}(numeric,numeric)": numeric_comparison for name in NUMERIC_COMPARISONS}
