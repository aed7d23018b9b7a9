"""Which collation an expression has, where that changes what functions give: under "C" only ASCII letters have cases.

Sorting and comparing need none of this: they go by code points under every collation there is.
"""

from collections.abc import Callable
from typing import Any

from executor import plan
from executor.bind.resolve import element_type, type_of
from executor.builtins.base import Python
from executor.builtins.casing import ascii_initcap, ascii_lower, ascii_upper
from executor.builtins.like import ilike_name, not_ilike_name
from executor.facts.lookup import base_type
from executor.types import oids as T

DEFAULT = "default"
_ASCII_ONLY = frozenset(("C", "POSIX", "ucs_basic"))
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "upper(text)": ascii_upper, "lower(text)": ascii_lower, "casefold(text)": ascii_lower, "initcap(text)": ascii_initcap,
    **dict.fromkeys(("texticlike(text,text)", "bpchariclike(bpchar,text)"), ilike_name),
    **dict.fromkeys(("texticnlike(text,text)", "bpcharicnlike(bpchar,text)"), not_ilike_name),
}


def collation_of(expr: plan.Expr) -> str:
    """The name of an expression's collation; "" for a type that has none.

    That of a COLLATE, else that of an operand which has another than the default; names have "C".
    """
    if isinstance(expr, plan.Relabel) and expr.collation:
        return expr.collation[-1]
    base = base_type(expr.type)
    if base == T.NAME:
        return "C"
    if not type_of(base_type(element_type(expr.type) or expr.type)).collation:
        return ""
    return among(operands(expr))


def operands(expr: plan.Expr) -> tuple[plan.Expr, ...]:
    """What an expression takes its collation from."""
    if isinstance(expr, (plan.Call, plan.Coalesce, plan.MinMax)):
        return expr.arguments
    if isinstance(expr, (plan.Relabel, plan.ConvertText, plan.CheckDomain)):
        return (expr.argument,)
    if isinstance(expr, plan.Case):
        return (*(result for _, result in expr.whens), *((expr.otherwise,) if expr.otherwise is not None else ()))
    return ()


def among(exprs: tuple[plan.Expr, ...]) -> str:
    """The collation of several operands together."""
    return next((found for e in exprs if (found := collation_of(e)) not in ("", DEFAULT)), DEFAULT)


def ascii_form(call: plan.Call) -> Python | None:
    """What runs instead of a function whose argument is under "C"; None where that makes no difference."""
    function = _FUNCTIONS.get(call.function.signature) if call.function.name in _NAMES else None
    return Python(function) if function is not None and among(call.arguments) in _ASCII_ONLY else None


_NAMES = frozenset(signature.partition("(")[0] for signature in _FUNCTIONS)
