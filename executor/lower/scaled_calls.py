"""Which functions of numerics can be computed with scaled integers (see executor.lower.scaled), and how."""

import operator
from collections.abc import Callable

from executor import plan
from executor.builtins.datetime import written_plainly
from executor.builtins.datetime_fields import unit_of
from executor.builtins.integer import int2_out_of_range, int4_out_of_range, int8_out_of_range
from executor.builtins.zones import session_is_utc
from executor.errors import SqlError
from executor.lower import functions
from executor.lower.generator import Generator
from executor.lower.scaled import (
    INT8_BOUND,
    SCALE_MAX,
    Scaled,
    Scaler,
    fixed,
    general,
    guarded,
    has_column,
    numeric_text,
    repeatable,
    scaled,
    within,
)
from executor.types import numeric
from executor.types.integer import INT2_MAX, INT2_MIN, INT4_MAX, INT4_MIN, INT8_MAX, INT8_MIN

Form = Callable[[Scaler, plan.Call], Scaled | None]

# ---------------------------------------------------------------- arithmetic


def _shown(left: Scaled, right: Scaled, combine: str) -> str:
    """The display scale of a result of two, "" where it is the same in every row."""
    if not left.shown and not right.shown:
        return ""
    return combine.format(left.shown_scale, right.shown_scale)


def _sum(symbol: str) -> Form:
    def form(scaler: Scaler, expr: plan.Call) -> Scaled | None:
        left, right = (scaler.of(a) for a in expr.arguments)
        if left is None or right is None:
            return None
        scale = max(left.scale, right.scale)
        shown = _shown(left, right, "max({}, {})")
        left, right = left.rescaled(scale), right.rescaled(scale)
        if left is None or right is None:
            return None
        return within(Scaled(f"({left.text} {symbol} {right.text})", scale, left.bound + right.bound,
                             (*left.guards, *right.guards), shown, left.whole and right.whole))

    return form


def _product(scaler: Scaler, expr: plan.Call) -> Scaled | None:
    left, right = (scaler.of(a) for a in expr.arguments)
    if left is None or right is None:
        return None
    return within(Scaled(f"({left.text} * {right.text})", left.scale + right.scale, left.bound * right.bound,
                         (*left.guards, *right.guards), _shown(left, right, "({} + {})"), left.whole and right.whole))


def _negation(scaler: Scaler, expr: plan.Call) -> Scaled | None:
    found = scaler.of(expr.arguments[0])
    return None if found is None else within(found._replace(text=f"(- {found.text})"))


def _absolute(scaler: Scaler, expr: plan.Call) -> Scaled | None:
    found = scaler.of(expr.arguments[0])
    if found is None:
        return None
    x = found.text
    return within(found._replace(text=f"(CASE WHEN {x} < 0 THEN - {x} ELSE {x} END)"))


def _same(scaler: Scaler, expr: plan.Call) -> Scaled | None:
    return scaler.of(expr.arguments[0])


# ---------------------------------------------------------------- digits


def to_scale(found: Scaled, scale: int) -> Scaled | None:
    """Rounded half away from zero, or with more zeros."""
    if scale >= found.scale:
        more = found.rescaled(scale)
        return None if more is None else fixed(more)
    unit = 10 ** (found.scale - scale)
    half = unit // 2
    x = found.text
    if found.bound + half > INT8_BOUND:  # the sum could be more than 64 bits although the quotient is not
        most = INT8_BOUND - half
        found = found._replace(bound=most, guards=(*found.guards, f"{x} BETWEEN -{most} AND {most}"), whole=False)
    return within(fixed(found._replace(text=f"(({x} + CASE WHEN {x} < 0 THEN -{half} ELSE {half} END) / {unit})", scale=scale,
                                       bound=(found.bound + half) // unit + 1)))


def _cut(found: Scaled, scale: int) -> Scaled | None:
    if scale >= found.scale:
        return to_scale(found, scale)
    unit = 10 ** (found.scale - scale)
    return within(fixed(found._replace(text=f"({found.text} / {unit})", scale=scale, bound=found.bound // unit)))


def _digits(cut: Callable[[Scaled, int], Scaled | None]) -> Form:
    """round or trunc; the number of digits must be a constant."""

    def form(scaler: Scaler, expr: plan.Call) -> Scaled | None:
        scale = _constant(scaler, expr.arguments[1]) if len(expr.arguments) > 1 else 0
        if not isinstance(scale, int) or not 0 <= scale <= SCALE_MAX:
            return None
        found = scaler.of(expr.arguments[0])
        return None if found is None else cut(found, scale)

    return form


def _constant(scaler: Scaler, expr: plan.Expr) -> object:
    """The value of a constant argument; None if it is none."""
    while isinstance(expr, plan.Relabel):
        expr = expr.argument
    return expr.value if isinstance(expr, plan.Const) and scaler.at_hand(expr) else None


def _typmod(scaler: Scaler, expr: plan.Call) -> Scaled | None:
    """The cast to numeric(p,s): what has too many digits before the point is left to the general way, which refuses it."""
    typmod = _constant(scaler, expr.arguments[1])
    if not isinstance(typmod, int) or typmod < 4:
        return None
    precision, scale = numeric.typmod_parts(typmod)
    found = scaler.of(expr.arguments[0])
    if found is None or not 0 <= scale <= SCALE_MAX:
        return None
    rounded = to_scale(found, scale)
    if rounded is None or rounded.bound < 10**precision:
        return rounded
    bound = 10**precision - 1
    return rounded._replace(bound=bound, guards=(*rounded.guards, f"{rounded.text} BETWEEN -{bound} AND {bound}"))


# ---------------------------------------------------------------- integers

_RANGES = {
    "int2": (INT2_MIN, INT2_MAX, int2_out_of_range), "int4": (INT4_MIN, INT4_MAX, int4_out_of_range),
    "int8": (INT8_MIN, INT8_MAX, int8_out_of_range),
}


def _integer(scaler: Scaler, expr: plan.Call) -> Scaled | None:
    """The cast of an integer to a wider type."""
    return scaler.integer(expr.arguments[0])


def _in_range(found: Scaled, kind: str) -> Scaled | None:
    """A result of an integer type, guarded where it could be out of range: the general way refuses it."""
    low, high, _ = _RANGES[kind]
    if found.bound <= high:
        return within(found)
    if kind == "int8":
        return within(found._replace(bound=-low))
    return within(found._replace(bound=-low, guards=(*found.guards, f"{found.text} BETWEEN {low} AND {high}")))


def _integer_operation(kind: str, symbol: str, bound: Callable[[int, int], int]) -> Form:
    def form(scaler: Scaler, expr: plan.Call) -> Scaled | None:
        left, right = (scaler.integer(a) for a in expr.arguments)
        if left is None or right is None:
            return None
        return _in_range(Scaled(f"({left.text} {symbol} {right.text})", 0, bound(left.bound, right.bound),
                                (*left.guards, *right.guards), "", left.whole and right.whole), kind)

    return form


def _integer_division(kind: str, symbol: str) -> Form:
    """Quotient or remainder. SQLite's are PostgreSQL's but for the divisors 0 and -1."""

    def form(scaler: Scaler, expr: plan.Call) -> Scaled | None:
        left, right = (scaler.integer(a) for a in expr.arguments)
        if left is None or right is None:
            return None
        guards, bound = (*left.guards, *right.guards), left.bound
        if (divisor := _literal(right)) is None:
            guards = (*guards, f"{right.text} NOT IN (0, -1)")
        elif divisor in (0, -1):
            return None
        else:
            bound = left.bound // abs(divisor) if symbol == "/" else abs(divisor)
        return _in_range(Scaled(f"({left.text} {symbol} {right.text})", 0, bound, guards, "", left.whole and right.whole), kind)

    return form


def _literal(found: Scaled) -> int | None:
    """The number that an integer is known to be."""
    text = found.text.strip("()")
    return int(text) if text.lstrip("-").isdecimal() else None


def to_integer(found: Scaled, kind: str) -> Scaled | None:
    """The cast of a numeric to an integer type. What is out of its range is left to the general way, which refuses it."""
    rounded = to_scale(found, 0)
    if rounded is None:
        return None
    low, high, _ = _RANGES[kind]
    if rounded.bound <= high:
        return rounded
    return rounded._replace(guards=(*rounded.guards, f"{rounded.text} BETWEEN {low} AND {high}"))


# ---------------------------------------------------------------- fields of dates and times


def _part(start: int, length: int) -> str:
    return f"CAST(substr({{x}}, {start}, {length}) AS INTEGER)"


_FRACTION = "CASE WHEN length({x}) > 20 THEN CAST(substr(substr({x}, 21) || '00000', 1, 6) AS INTEGER) ELSE 0 END"
_MICROSECONDS = f"({_part(18, 2)} * 1000000 + {_FRACTION})"
_DAY = "substr({x}, 1, 10)"
_YEAR = _part(1, 4)

_DATE_FIELDS: dict[str, tuple[str, int, int]] = {
    "year": (_YEAR, 0, 9999), "month": (_part(6, 2), 0, 99), "day": (_part(9, 2), 0, 99),
    "quarter": (f"(({_part(6, 2)} + 2) / 3)", 0, 99), "decade": (f"({_YEAR} / 10)", 0, 999),
    "century": (f"(({_YEAR} + 99) / 100)", 0, 100), "millennium": (f"(({_YEAR} + 999) / 1000)", 0, 10),
    **{unit: (f"CAST(strftime('{letter}', {_DAY}) AS INTEGER)", 0, 9999) for unit, letter in (
        ("dow", "%w"), ("isodow", "%u"), ("doy", "%j"), ("week", "%V"), ("isoyear", "%G"))},
}  # fmt: skip
"""Unit: (SQL over a stored text of the years 1 to 9999, digits after the point, bound)."""

_TIME_FIELDS: dict[str, tuple[str, int, int]] = {
    "hour": (_part(12, 2), 0, 99), "minute": (_part(15, 2), 0, 99), "second": (_MICROSECONDS, 6, 10**8),
    "millisecond": (_MICROSECONDS, 3, 10**8), "microsecond": (_MICROSECONDS, 0, 10**8),
    "epoch": (f"(unixepoch(substr({{x}}, 1, 19)) * 1000000 + {_FRACTION})", 6, 10**18),
}  # fmt: skip

_FIELDS: dict[str, tuple[str, dict[str, tuple[str, int, int]]]] = {
    "date": ("date", {**_DATE_FIELDS, "epoch": (f"unixepoch({_DAY})", 0, 10**12)}),
    "timestamp": ("timestamp without time zone", {**_DATE_FIELDS, **_TIME_FIELDS}),
    "timestamptz": ("timestamp with time zone", {**_DATE_FIELDS, **_TIME_FIELDS}),
}


def _extract(kind: str) -> Form:
    type_name, fields = _FIELDS[kind]

    def form(scaler: Scaler, expr: plan.Call) -> Scaled | None:
        unit, argument = _constant(scaler, expr.arguments[0]), expr.arguments[1]
        if not isinstance(unit, str) or not repeatable(argument):
            return None
        try:
            name = unit_of(unit, type_name)
        except SqlError:
            return None
        x = functions.value(scaler.g, argument)
        if name not in fields or not functions.is_simple(argument, x):
            return None
        text, scale, bound = fields[name]
        condition = f"length({x}) = 10" if kind == "date" else written_plainly(x)
        if name != "epoch":  # which is NULL itself for what is no date
            condition += f" AND unixepoch(substr({x}, 1, 19)) IS NOT NULL"
        if kind == "timestamptz" and name != "epoch":
            condition += f" AND {scaler.g.need(functions.context_helper(session_is_utc))}()"
        field = f"(CASE WHEN {condition} THEN {text.format(x=x)} END)"
        return within(Scaled(field, scale, bound, (f"{field} IS NOT NULL",)))

    return form


_WIDER = {"24": ("int2", "int4"), "42": ("int4", "int2"), "28": ("int2", "int8"), "82": ("int8", "int2"),
          "48": ("int4", "int8"), "84": ("int8", "int4")}


def _integer_calls() -> dict[str, Form]:
    found: dict[str, Form] = {"int8(int4)": _integer, "int8(int2)": _integer, "int4(int2)": _integer}
    families = [(kind, kind, kind) for kind in _RANGES] + [(f"int{suffix}", *pair) for suffix, pair in _WIDER.items()]
    for name, left, right in families:
        kind = max(left, right)
        pair = f"({left},{right})"
        found |= {
            f"{name}pl{pair}": _integer_operation(kind, "+", operator.add),
            f"{name}mi{pair}": _integer_operation(kind, "-", operator.add),
            f"{name}mul{pair}": _integer_operation(kind, "*", operator.mul),
            f"{name}div{pair}": _integer_division(kind, "/"),
        }
        if left == right:
            found |= {f"{name}mod{pair}": _integer_division(kind, "%"), f"mod{pair}": _integer_division(kind, "%")}
    return found


_INTEGER_CALLS = _integer_calls()

CALLS: dict[str, Form] = {
    "numeric_add(numeric,numeric)": _sum("+"), "numeric_sub(numeric,numeric)": _sum("-"),
    "numeric_mul(numeric,numeric)": _product, "numeric_uminus(numeric)": _negation, "numeric_uplus(numeric)": _same,
    "abs(numeric)": _absolute, "numeric_abs(numeric)": _absolute,
    "round(numeric,int4)": _digits(to_scale), "round(numeric)": _digits(to_scale),
    "trunc(numeric,int4)": _digits(_cut), "trunc(numeric)": _digits(_cut), "numeric(numeric,int4)": _typmod,
    **{f"numeric({kind})": _integer for kind in _RANGES}, **_INTEGER_CALLS,
    **{f"extract(text,{kind})": _extract(kind) for kind in _FIELDS},
}  # fmt: skip
"""By signature: the scaled form of a call, None if its arguments do not allow one."""

COMPUTED = {
    **{signature: "" for signature in CALLS if not signature.startswith(("numeric(int", "int8(", "int4("))},
    **{f"{kind}(numeric)": kind for kind in _RANGES},
}
"""The calls whose value is worth computing so; of those that give integers, the type."""


def computed(g: Generator, expr: plan.Call) -> str | None:
    """A call of COMPUTED: a numeric, or an integer made of one."""
    if g.plain:
        return None
    signature = functions.signature(expr.function)
    if signature in _INTEGER_CALLS:
        return _computed_integer(g, expr)
    kind = COMPUTED[signature]
    found = scaled(g, expr.arguments[0] if kind else expr)
    if found is not None and kind:
        found = to_integer(found, kind)
        return None if found is None else guarded((found,), found.text, general(g, expr))
    return None if found is None else guarded((found,), numeric_text(g, found), general(g, expr))


def _computed_integer(g: Generator, expr: plan.Call) -> str | None:
    """Arithmetic of integers. One operation over columns and constants has a text of its own, which is as good."""
    if not has_column(expr) or all(isinstance(a, LEAVES) for a in map(functions.unlabelled, expr.arguments)):
        return None
    found = Scaler(g, False).of(expr)
    return None if found is None else guarded((found,), found.text, general(g, expr))


LEAVES = (plan.Const, plan.Param, plan.ColumnRef)
