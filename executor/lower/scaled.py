"""Numerics as scaled integers: 12.50 as 1250, so that SQLite computes natively what is exact in 64 bits.

A numeric expression over columns kept as numbers (numeric(p,s) with p <= 15), constants and integers is an integer
expression and a number of digits after the point, both known here (executor.lower.scaled_calls says so of each function).
`guards` are SQL conditions under which the integer is the value: a column may hold NaN, another program may have written
more digits than the type allows, and 64 bits may not be enough. Where one of them does not hold, the general text computes
the value in Python, as it does wherever nothing is said here. So a result never differs from the general one.

Consumers: sorting and grouping (`sort_key`), executor.lower.scaled_comparisons, scaled_aggregates, and
scaled_calls.computed.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from executor import plan, walk
from executor.bind.statement import LiteralNeeded
from executor.builtins.base import Native
from executor.builtins.registry import find
from executor.facts.lookup import Function as Fact
from executor.facts.lookup import base_type
from executor.lower import functions
from executor.lower.generator import Generator
from executor.types import numeric
from executor.types import oids as T
from executor.types.base import Stored, misfit
from executor.types.numeric import EXACT
from storage.statement import Function

INT8_BOUND = 2**63 - 1
SCALE_MAX = 18
TEXT_MAX = 700
"""A consumer repeats the text three or four times; longer ones are not worth it."""


class Scaled(NamedTuple):
    """text: an integer expression, value * 10**scale and NULL where the value is; where the guards do not hold it may be
    any number or NULL, but NULL if the value is. bound: the largest it can be, either way, where they hold.
    shown: the digits after the point that the value has in PostgreSQL, as SQL, where that differs from row to row (CASE);
    "" means `scale`. whole: `text` cannot overflow to a REAL."""

    text: str
    scale: int
    bound: int
    guards: tuple[str, ...] = ()
    shown: str = ""
    whole: bool = True

    @property
    def guard(self) -> str:
        """All guards as one condition; "" if there are none."""
        return " AND ".join(dict.fromkeys(self.guards))

    @property
    def shown_scale(self) -> str:
        """The digits after the point as SQL."""
        return self.shown or str(self.scale)

    def rescaled(self, scale: int) -> "Scaled | None":
        """The same value with more digits after the point."""
        if scale == self.scale:
            return self
        factor = 10 ** (scale - self.scale)
        return within(self._replace(text=f"({self.text} * {factor})", scale=scale, bound=self.bound * factor,
                                    shown=self.shown_scale))


def within(found: Scaled) -> Scaled | None:
    """A result of arithmetic, guarded if it could be more than 64 bits (SQLite then gives a REAL); None if it is too long."""
    if found.scale > SCALE_MAX or len(found.text) + len(found.shown) > TEXT_MAX:
        return None
    if found.bound > INT8_BOUND:
        guards = (*found.guards, f"typeof({found.text}) = 'integer'")
        return found._replace(bound=INT8_BOUND, guards=guards, whole=False)
    return found


def fixed(found: Scaled) -> Scaled:
    """A result whose display scale is `scale` in every row."""
    return found._replace(shown="")


class Scaler:
    """Finds the scaled form of expressions. insists: literals lifted out of the statement are taken by their values.

    asked: the numbers of those literals; the plan is one for these values only.
    """

    def __init__(self, g: Generator, insists: bool) -> None:
        self.g = g
        self.insists = insists
        self.asked: list[int] = []

    def of(self, expr: plan.Expr) -> Scaled | None:
        """The scaled form of a numeric expression, None if there is none."""
        kind = KINDS.get(type(expr))
        return None if kind is None else kind(self, expr)

    def integer(self, expr: plan.Expr) -> Scaled | None:
        """An integer expression; without `insists`, a lifted literal is any number of its type."""
        if isinstance(expr, plan.Const) and isinstance(expr.value, int) and self.at_hand(expr):
            return Scaled(_number(expr.value), 0, abs(expr.value))
        if isinstance(expr, plan.Call) and (found := self._call(expr)) is not None:
            return found
        bound = INTEGER_BOUNDS.get(base_type(expr.type))
        if bound is None or not repeatable(expr):
            return None
        text = functions.value(self.g, expr)
        return Scaled(text, 0, bound) if len(text) <= TEXT_MAX else None

    def at_hand(self, const: plan.Const) -> bool:
        """Whether a literal's value is known here."""
        if const.lifted is not None and self.insists:
            self.asked.append(const.lifted)
        return const.lifted is None or self.insists

    def _column(self, expr: plan.ColumnRef) -> Scaled | None:
        if expr.index < 0 or base_type(expr.type) != T.NUMERIC or not functions.number_column(self.g, expr):
            return None
        precision, scale = numeric.typmod_parts(expr.typmod)
        x = self.g.column(expr)
        limit = 10 ** (precision - scale)
        if scale == 0:
            return Scaled(f"CAST({x} AS INTEGER)", 0, 10**precision,
                          (f"{x} BETWEEN -{limit} AND {limit}", f"CAST({x} AS INTEGER) = {x}"))
        # A REAL of up to 15 digits times a power of ten is off by less than a quarter; dividing back proves the digits.
        text = f"CAST(round({x} * {10**scale}.0) AS INTEGER)"
        return Scaled(text, scale, 10**precision, (f"{x} BETWEEN -{limit} AND {limit}", f"{text} / {10**scale}.0 = {x}"))

    def _const(self, expr: plan.Const) -> Scaled | None:
        if base_type(expr.type) != T.NUMERIC or not self.at_hand(expr) or not isinstance(expr.value, str):
            return Scaled("NULL", 0, 0) if expr.value is None else None
        whole, _, fraction = expr.value.partition(".")
        digits = whole.lstrip("-") + fraction
        if not digits.isdecimal() or len(digits) > SCALE_MAX:
            return None
        number = int(digits) * (-1 if expr.value[0] == "-" else 1)
        return Scaled(_number(number), len(fraction), abs(number))

    def _call(self, expr: plan.Call) -> Scaled | None:
        from executor.lower.scaled_calls import CALLS

        made = CALLS.get(functions.signature(expr.function)) if not expr.spread else None
        return None if made is None else made(self, expr)

    def _relabel(self, expr: plan.Relabel) -> Scaled | None:
        return self.of(expr.argument) if base_type(expr.argument.type) == base_type(expr.type) else None

    def _case(self, expr: plan.Case) -> Scaled | None:
        from executor.lower.expressions import case_conditions

        if not all(repeatable(test) for test, _ in expr.whens) or (expr.subject and not repeatable(expr.subject)):
            return None
        results = [result for _, result in expr.whens]
        found = self._branches([*results, expr.otherwise] if expr.otherwise is not None else results)
        if found is None:
            return None
        conditions = case_conditions(self.g, expr)

        def choose(texts: list[str]) -> str:
            parts = [f"WHEN {condition} THEN {text}" for condition, text in zip(conditions, texts, strict=False)]
            otherwise = f" ELSE {texts[-1]}" if expr.otherwise is not None else ""
            return f"(CASE {' '.join(parts)}{otherwise} END)"

        guarded = choose([f"({branch.guard})" if branch.guards else "1" for branch in found])
        if expr.otherwise is None:
            guarded = f"coalesce({guarded}, 1)"
        return self._joined(found, choose, (guarded,) if any(branch.guards for branch in found) else ())

    def _coalesce(self, expr: plan.Coalesce) -> Scaled | None:
        found = self._branches(list(expr.arguments))
        if found is None:
            return None
        keys = [branch.text for branch in found]

        def choose(texts: list[str]) -> str:
            if texts == keys:
                return f"coalesce({', '.join(texts)})"
            parts = [f"WHEN {key} IS NOT NULL THEN {text}" for key, text in zip(keys[:-1], texts[:-1], strict=True)]
            return f"(CASE {' '.join(parts)} ELSE {texts[-1]} END)"

        guards = []
        for i, branch in enumerate(found):
            if branch.guards:
                before = " OR ".join(f"{key} IS NOT NULL" for key in keys[:i])
                guard = f"coalesce({branch.guard}, 1)"
                guards.append(f"(CASE WHEN {before} THEN 1 ELSE {guard} END)" if before else guard)
        return self._joined(found, choose, tuple(guards))

    def _branches(self, branches: list[plan.Expr]) -> list[Scaled] | None:
        """The branches' forms, of one scale."""
        found = [self.of(branch) for branch in branches]
        known = [branch for branch in found if branch is not None]
        if len(known) < len(found):
            return None
        scale = max(branch.scale for branch in known)
        alike = [branch.rescaled(scale) for branch in known]
        whole = [branch for branch in alike if branch is not None]
        return whole if len(whole) == len(alike) else None

    def _joined(self, found: list[Scaled], choose: Callable[[list[str]], str], guards: tuple[str, ...]) -> Scaled | None:
        shown = {branch.shown_scale for branch in found if branch.text != "NULL"}
        scale = found[0].scale
        same = shown <= {str(scale)}
        return within(Scaled(choose([b.text for b in found]), scale, max(b.bound for b in found), guards,
                             "" if same else choose([b.shown_scale for b in found]), all(b.whole for b in found)))


KINDS: dict[type, Callable[[Scaler, plan.Expr], Scaled | None]] = {
    plan.ColumnRef: Scaler._column, plan.Const: Scaler._const, plan.Call: Scaler._call,  # type: ignore[dict-item]
    plan.Relabel: Scaler._relabel, plan.Case: Scaler._case, plan.Coalesce: Scaler._coalesce,  # type: ignore[dict-item]
}  # fmt: skip

INTEGER_BOUNDS = {T.INT2: 2**15, T.INT4: 2**31, T.INT8: 2**63}

REPEATABLE = (plan.Const, plan.Param, plan.ColumnRef, plan.Call, plan.Relabel, plan.BoolOp, plan.IsTest, plan.InList,
              plan.Case, plan.Coalesce, plan.CaseValue, plan.DistinctFrom, plan.NullIf, plan.ConvertText)


def repeatable(expr: plan.Expr) -> bool:
    """Whether an expression may be evaluated several times for one row, and costs little."""
    return all(isinstance(e, REPEATABLE) and (not isinstance(e, plan.Call) or _is_cheap(e.function)) for e in walk.own(expr))


@cache
def _is_cheap(function: Fact) -> bool:
    found = find(function.signature) if function.oid else None
    return function.volatility != "v" and found is not None and isinstance(found.implementation, Native)


def _number(value: int) -> str:
    return str(value) if value >= 0 else f"({value})"


def scaled(g: Generator, expr: plan.Expr, insists: bool = False) -> Scaled | None:
    """The scaled form of an expression over at least one column; None where the general way is the only one.

    Raises LiteralNeeded if it has one for the values of literals that were lifted, and `insists`.
    """
    if g.plain or base_type(expr.type) != T.NUMERIC or not has_column(expr):
        return None
    scaler = Scaler(g, insists)
    found = scaler.of(expr)
    if found is not None and scaler.asked:
        raise LiteralNeeded(*scaler.asked)
    return found


def has_column(expr: plan.Expr) -> bool:
    """Whether the expression is another one from row to row; of constants alone no form is worth its text."""
    return any(type(e) is plan.ColumnRef for e in walk.own(expr))


def general(g: Generator, expr: plan.Expr) -> str:
    """The text that computes an expression whatever its values are."""
    before, g.plain = g.plain, True
    text = functions.value(g, expr)
    g.plain = before
    return text


# ---------------------------------------------------------------- consumers


def scaled_text(number: int, shown: int, scale: int) -> str:
    """A scaled integer as a numeric with `shown` digits after the point, of which it has no more."""
    if shown < scale:
        number //= 10 ** (scale - shown)
    if not shown:
        return str(number)
    digits = f"{abs(number):0{shown + 1}d}"
    return f"{'-' if number < 0 else ''}{digits[:-shown]}.{digits[-shown:]}"


SCALED_TEXT = Function("pg_scaled_text", scaled_text, 3, True, strict=True)


def numeric_text(g: Generator, found: Scaled) -> str:
    """A scaled integer as a numeric's stored form."""
    if not found.scale:
        return f"CAST({found.text} AS TEXT)"
    return f"{g.need(SCALED_TEXT)}({found.text}, {found.shown_scale}, {found.scale})"


def guarded(found: tuple[Scaled, ...], text: str, otherwise: str) -> str:
    """`text` where all guards hold, else the general text."""
    guards = dict.fromkeys(guard for each in found for guard in each.guards)
    return f"(CASE WHEN {' AND '.join(guards)} THEN {text} ELSE {otherwise} END)" if guards else text


def sort_number(text: str, scale: int) -> Stored:
    """A numeric where the guards do not hold, among scaled integers in the order of `decimal`.

    Exact: two numbers of so few digits that their doubles print as themselves are never one double. An error for others,
    which only another program can have written.
    """
    value = Decimal(text)
    if not value.is_finite():
        return text if value.is_nan() else float(value)
    number = value.scaleb(scale, EXACT)
    if abs(number) < INT8_BOUND and number == number.to_integral_value():
        return int(number)
    if Decimal(repr(float(number))) == number:
        return float(number)
    raise misfit("numeric", text)


SORT_NUMBER = Function("pg_sort_number", sort_number, 2, True, strict=True)


def sort_key(g: Generator, expr: plan.Expr) -> str | None:
    """What sorts and groups like the numeric, with the collation `decimal` for NaN only."""
    if isinstance(expr, plan.ColumnRef):
        return None
    found = scaled(g, expr, insists=True)
    if found is None or not found.whole:
        return None
    return guarded((found,), found.text, f"{g.need(SORT_NUMBER)}({general(g, expr)}, {found.scale})")
