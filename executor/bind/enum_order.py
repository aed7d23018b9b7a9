"""Comparisons of enums in index predicates, spelled out as the labels they mean, so that plain SQLite can evaluate them.

`state < 'done'` becomes `state = 'new' OR state = 'active'`. ALTER TYPE ... ADD VALUE makes such indexes anew.
"""

from collections.abc import Callable
from operator import ge, gt, le, lt

from msgspec.structs import replace

from executor import plan
from executor.facts import lookup
from executor.facts.lookup import Function, base_type
from executor.types import oids as T
from executor.types.made import definition_of

_ORDERS: dict[str, tuple[Callable[[int, int], bool], Callable[[int, int], bool]]] = {
    "enum_lt": (lt, gt), "enum_le": (le, ge), "enum_gt": (gt, lt), "enum_ge": (ge, le),
}  # fmt: skip
"""Function -> its meaning for positions of labels, and that with the arguments the other way round."""


def spelled_out(expr: plan.Expr) -> plan.Expr:
    """The predicate with comparisons of an enum and a constant as comparisons for equality."""
    match expr:
        case plan.BoolOp(arguments=arguments):
            return replace(expr, arguments=tuple(spelled_out(each) for each in arguments))
        case plan.Call(function=function, arguments=(plan.Const(value=str(label)), other)) if function.name in _ORDERS:
            return _one_of(expr, other, label, _ORDERS[function.name][1])
        case plan.Call(function=function, arguments=(other, plan.Const(value=str(label)))) if function.name in _ORDERS:
            return _one_of(expr, other, label, _ORDERS[function.name][0])
        case _:
            return expr


def _one_of(call: plan.Call, argument: plan.Expr, label: str, fits: Callable[[int, int], bool]) -> plan.Expr:
    made = definition_of(base_type(argument.type))
    if made is None or not isinstance(argument, plan.ColumnRef):
        return call
    limit = made.labels.index(label)
    constant = next(each for each in call.arguments if isinstance(each, plan.Const))
    tests = tuple(replace(call, function=_function("enum_eq"), arguments=(argument, replace(constant, value=each)))
                  for position, each in enumerate(made.labels) if fits(position, limit))
    if not tests:  # false, or NULL for NULL
        return replace(call, function=_function("enum_ne"), arguments=(argument, argument))
    return tests[0] if len(tests) == 1 else plan.BoolOp(type=T.BOOL, operator="OR", arguments=tests)


def _function(name: str) -> Function:
    return lookup.functions_by_name()[name][0]
