"""sum, avg, min and max of numerics over scaled integers (executor.lower.scaled).

A sum adds the integers of all rows natively, in two halves of 32 bits where 64 might overflow, and `Rest` corrects it for
the rows whose guards do not hold; SQLite calls it for those rows only.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from executor import plan
from executor.builtins.base import windowed
from executor.builtins.numeric import divide, division_scale
from executor.lower import functions
from executor.lower.generator import Generator
from executor.lower.scaled import Scaled, general, scaled, scaled_text
from executor.types.base import Stored, misfit
from executor.types.numeric import EXACT, NAN, compare_numeric, rounded, scale_of, text_of
from storage.statement import Function

SUMMABLE_BOUND = 2**32
"""Integers below it can be added up natively: no table has the 2**31 rows that it takes to overflow."""

class Rest:
    """What a sum of scaled integers lacks: for the rows whose guards do not hold, the value less what was added for it.

    The result is text: that difference, the largest number of digits after the point of the values, and how many of
    them had no integer at all, which nobody has counted.
    """

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.special = Decimal(0)  # the sum of what is not finite
        self.shown = -1
        self.uncounted = 0

    def step(self, value: str | None, high: int | None, low: int | None, scale: int) -> None:
        """A row: its value, and the two halves of the integer that was added for it, if any was."""
        if value is None:
            return
        number = Decimal(value)
        self.shown = max(self.shown, scale_of(number))
        if number.is_finite():
            self.total = EXACT.add(self.total, number)
        else:
            try:
                self.special = EXACT.add(self.special, number)
            except ArithmeticError:
                self.special = NAN
        if high is None or low is None:
            self.uncounted += 1
        else:
            self.total = EXACT.subtract(self.total, Decimal((high << 32) + low).scaleb(-scale, EXACT))

    def final(self) -> Stored:
        """NULL if there was no row."""
        return None if self.shown < 0 else f"{self.special or self.total} {self.shown} {self.uncounted}"


def _total(high: int | None, low: int | None, scale: int, shown: int | None, rest: str | None) -> Decimal | None:
    """The sum with the digits that PostgreSQL shows."""
    if low is None and rest is None:
        return None
    if isinstance(low, float):  # numbers that another program wrote, and that no column of this type can have
        raise misfit("numeric", low)
    total = Decimal(((high or 0) << 32) + (low or 0)).scaleb(-scale, EXACT)
    digits = shown or 0
    if rest is not None:
        text, digits_of_rest, _ = rest.split(" ")
        more, digits = Decimal(text), max(digits, int(digits_of_rest))
        if not more.is_finite():
            return more
        total = EXACT.add(total, more)
    return rounded(total, digits)


def sum_of_scaled(high: int | None, low: int | None, scale: int, shown: int | None, rest: str | None) -> Stored:
    """sum: from the sums of the upper and lower 32 bits; `rest` as `Rest` gives it."""
    total = _total(high, low, scale, shown, rest)
    return None if total is None else text_of(total)


def average_of_scaled(high: int | None, low: int | None, scale: int, shown: int | None, rest: str | None, count: int) -> Stored:
    """avg of `count` values, and of those in `rest` that are not counted."""
    if rest is not None:
        count += int(rest.rpartition(" ")[2])
    total = _total(high, low, scale, shown, rest)
    if total is None:
        return None
    if not total.is_finite():
        return text_of(total)
    return text_of(divide(total, Decimal(count), division_scale(total, Decimal(count))))


def extreme_of_scaled(number: int | None, scale: int, rest: str | None, sign: int) -> Stored:
    """max (sign 1) or min (-1) of the scaled integers and of the values in the rows whose guards do not hold."""
    if number is None:
        return rest
    text = scaled_text(number, scale, scale)
    return text if rest is None or compare_numeric(text, rest) * sign >= 0 else rest


SUM = Function("pg_sum_of_scaled", sum_of_scaled, 5, True)
AVERAGE = Function("pg_average_of_scaled", average_of_scaled, 6, True)
EXTREME = Function("pg_extreme_of_scaled", extreme_of_scaled, 4, True)


@cache
def _rest(over: bool) -> Function:
    if over:
        return Function("pg_rest_of_scaled_w", windowed(Rest), 4, True, kind="window")
    return Function("pg_rest_of_scaled", Rest, 4, True, kind="aggregate")


class Aggregated(NamedTuple):
    """An aggregate's argument and what follows each native aggregate call: FILTER, with more conditions, and OVER."""

    g: Generator
    argument: plan.Expr
    form: Scaled
    filter: str
    over: str

    def tail(self, condition: str = "") -> str:
        """FILTER and OVER."""
        conditions = [f"({c})" for c in (self.filter, condition) if c]
        return (f" FILTER (WHERE {' AND '.join(conditions)})" if conditions else "") + self.over

    def sums(self) -> str:
        """The arguments of SUM and AVERAGE."""
        form, g = self.form, self.g
        parts = ("0", form.text) if form.whole and form.bound <= SUMMABLE_BOUND \
            else (f"{form.text} >> 32", f"{form.text} & 4294967295")
        high = "0" if parts[0] == "0" else f"sum({parts[0]}){self.tail()}"
        rest = "NULL"
        if form.guards:
            function = g.need(_rest(bool(self.over)))
            rest = f"{function}({general(g, self.argument)}, {', '.join(parts)}, {form.scale}){self.tail(f'NOT ({form.guard})')}"
        shown = f"max(CASE WHEN {form.text} IS NOT NULL THEN {form.shown} END){self.tail()}" if form.shown else form.scale
        return f"{high}, sum({parts[1]}){self.tail()}, {form.scale}, {shown}, {rest}"


def _sum_text(a: Aggregated) -> str:
    return f"{a.g.need(SUM)}({a.sums()})"


def _average_text(a: Aggregated) -> str:
    column = a.g.column(a.argument) if isinstance(a.argument, plan.ColumnRef) else a.form.text
    return f"{a.g.need(AVERAGE)}({a.sums()}, count({column}){a.tail()})"


def _extreme_text(name: str, sign: int) -> Callable[[Aggregated], str | None]:
    def lower(a: Aggregated) -> str | None:
        g, form = a.g, a.form
        if isinstance(a.argument, plan.ColumnRef):  # SQLite's order of such a column is the right one: NaN is text, the last
            return functions.lift(g, a.argument, f"{name}({g.column(a.argument)}){a.tail()}")
        if form.shown:
            return None
        best = f"{name}({form.text}){a.tail(form.guard)}"
        rest = f"{name}({general(g, a.argument)} COLLATE decimal){a.tail(f'NOT ({form.guard})')}" if form.guards else "NULL"
        return f"{g.need(EXTREME)}({best}, {form.scale}, {rest}, {sign})"

    return lower


AGGREGATES: dict[str, Callable[[Aggregated], str | None]] = {
    "sum(numeric)": _sum_text, "avg(numeric)": _average_text, "min(numeric)": _extreme_text("min", -1),
    "max(numeric)": _extreme_text("max", 1),
}  # fmt: skip


def aggregate(g: Generator, expr: plan.AggregateCall, condition: str, over: str) -> str | None:
    """sum, avg, min or max of numerics; condition: that of FILTER, over: the OVER clause. None: the general way."""
    made = AGGREGATES.get(functions.signature(expr.function))
    if made is None or expr.distinct or expr.order:
        return None
    form = scaled(g, expr.arguments[0], insists=True)
    return None if form is None else made(Aggregated(g, expr.arguments[0], form, condition, over))
