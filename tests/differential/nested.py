"""Expressions inside of expressions: functions and operators of the right types, CASE, COALESCE, IN, ANY, rows, ..."""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random

from executor.facts import lookup
from tests.differential.literals import POOLS, quoted, type_name, typed
from tests.differential.model import Case
from tests.differential.signatures import SMALL_ONLY, argument, called, families, names_of

TYPES = ("int4", "int8", "numeric", "float8", "text", "bool", "date", "timestamp", "timestamptz", "interval", "jsonb", "_int4",
    "_text", "bytea",
         "int4range", "uuid", "varchar", "time", "inet", "int2", "float4", "daterange", "bit", "varbit", "money", "mood",
         "numrange", "pair")
COMPARED = ("=", "<>", "<", "<=", ">", ">=")
Source = tuple[str, str, tuple[str, ...]]
"""(kind, name, argument types)."""


@cache
def sources() -> dict[str, list[Source]]:
    """Result type -> functions and operators that give it from types of TYPES."""
    found: dict[str, list[Source]] = {}
    types = lookup.types_by_oid()
    implemented = {f.oid for _, f in families() if f.kind == "f" and not f.returns_set and f.volatility == "i"}
    for function in (lookup.functions_by_oid()[oid] for oid in sorted(implemented)):
        arguments = tuple(names_of(function.arguments))
        unfit = function.variadic or function.name.startswith("hash") or function.name in SMALL_ONLY
        if arguments and set(arguments) <= set(TYPES) and not unfit:
            found.setdefault(types[function.result].name, []).append(("function", function.name, arguments))
    for operator in lookup.operators_by_oid().values():
        arguments = tuple(names_of([oid for oid in (operator.left, operator.right) if oid]))
        if operator.function in implemented and set(arguments) <= set(TYPES) and operator.name != "^":
            # operators count double: they are what people write
            found.setdefault(types[operator.result].name, []).extend([("operator", operator.name, arguments)] * 2)
    return found


class Maker:
    """Makes expressions of a type, up to a depth."""

    def __init__(self, seed: str) -> None:
        self.rng = Random(seed)

    def make(self, type_: str, depth: int) -> str:
        """An expression of the type."""
        rng = self.rng
        if depth <= 0 or rng.random() < 0.15:
            return self.literal(type_)
        if type_ in sources() and rng.random() < 0.6:
            return self.applied(rng.choice(sources()[type_]), depth)
        shape = rng.choice(SHAPES if type_ != "bool" or rng.random() < 0.3 else TESTS)
        return shape(self, type_, depth - 1)

    def literal(self, type_: str) -> str:
        text = self.rng.choice(POOLS[type_].mild)
        if type_ == "int4" and self.rng.random() < 0.7:
            return text if text[0] != "-" else f"({text})"
        return "NULL" if self.rng.random() < 0.05 else typed(type_, text)

    def applied(self, source: Source, depth: int) -> str:
        kind, name, types = source
        operands = [self.make(t, depth - 1) for t in types]
        if kind == "function":
            function = next(f for f in lookup.functions_by_name()[name] if tuple(names_of(f.arguments)) == types)
            return called(function, operands)
        return f"({operands[0]} {name} {operands[1]})" if len(operands) == 2 else f"({name} {operands[0]})"

    def some(self, type_: str, depth: int) -> str:
        """One to three expressions of the type."""
        return ", ".join(self.make(type_, depth) for _ in range(self.rng.randint(1, 3)))

    def comparable(self) -> str:
        """A type that has an order."""
        return self.rng.choice([t for t in TYPES if t not in ("pair",)])


Shape = Callable[[Maker, str, int], str]


def case_searched(m: Maker, t: str, d: int) -> str:
    return f"CASE WHEN {m.make('bool', d)} THEN {m.make(t, d)} ELSE {m.make(t, d)} END"


def case_simple(m: Maker, t: str, d: int) -> str:
    subject = m.comparable()
    whens = " ".join(f"WHEN {m.literal(subject)} THEN {m.make(t, d)}" for _ in range(2))
    return f"CASE {m.make(subject, d)} {whens} END"


def coalesce(m: Maker, t: str, d: int) -> str:
    return f"COALESCE(NULL, {m.some(t, d)})"


def nullif(m: Maker, t: str, d: int) -> str:
    return f"NULLIF({m.make(t, d)}, {m.make(t, d)})"


def greatest(m: Maker, t: str, d: int) -> str:
    return f"{m.rng.choice(('GREATEST', 'LEAST'))}({m.some(t, d)})"


def scalar_subquery(m: Maker, t: str, d: int) -> str:
    return f"(SELECT x FROM (VALUES ({m.make(t, d)}), ({m.literal(t)})) v(x) LIMIT 1)"


def through_text(m: Maker, t: str, d: int) -> str:
    return f"({m.make(t, d)})::text::{type_name(t)}"


def subscripted(m: Maker, t: str, d: int) -> str:
    return f"(ARRAY[{m.some(t, d)}])[{m.rng.choice((1, 1, 2, 0, 4))}]"


def field(m: Maker, t: str, d: int) -> str:
    return f"(ROW({m.rng.choice((1, 2, 'NULL'))}, {m.make('text', d)})::pair).{'a' if t == 'int4' else 'b'}" if t in ("int4",
        "text") else m.make(t, d)


def in_list(m: Maker, t: str, d: int) -> str:
    t = m.comparable()
    return f"{m.make(t, d)} {m.rng.choice(('IN', 'NOT IN'))} ({m.some(t, d)})"


def any_all(m: Maker, t: str, d: int) -> str:
    t = m.comparable()
    return f"{m.make(t, d)} {m.rng.choice(COMPARED)} {m.rng.choice(('ANY', 'ALL', 'SOME'))} (ARRAY[{m.some(t, d)}])"


def any_values(m: Maker, t: str, d: int) -> str:
    t = m.comparable()
    return f"{m.make(t, d)} {m.rng.choice(COMPARED)} {m.rng.choice(('ANY', 'ALL'))} (VALUES ({m.make(t, d)}), ({m.make(t, d)}))"


def between(m: Maker, t: str, d: int) -> str:
    t = m.comparable()
    words = m.rng.choice(("BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC"))
    return f"({m.make(t, d)} {words} {m.make(t, d)} AND {m.make(t, d)})"


def distinct_from(m: Maker, t: str, d: int) -> str:
    t = m.comparable()
    return f"({m.make(t, d)} IS {m.rng.choice(('', 'NOT '))}DISTINCT FROM {m.make(t, d)})"


def is_test(m: Maker, t: str, d: int) -> str:
    words = m.rng.choice(("IS TRUE", "IS NOT TRUE", "IS FALSE", "IS NOT FALSE", "IS UNKNOWN", "IS NOT UNKNOWN", "IS NULL",
        "IS NOT NULL"))
    return f"(({m.make('bool', d)}) {words})"


def null_test(m: Maker, t: str, d: int) -> str:
    return f"(({m.make(m.rng.choice(TYPES), d)}) {m.rng.choice(('IS NULL', 'IS NOT NULL'))})"


def logic(m: Maker, t: str, d: int) -> str:
    return f"({m.make('bool', d)} {m.rng.choice(('AND', 'OR'))} {m.make('bool', d)})"


def negation(m: Maker, t: str, d: int) -> str:
    return f"(NOT {m.make('bool', d)})"


def compared(m: Maker, t: str, d: int) -> str:
    t = m.comparable()
    return f"({m.make(t, d)} {m.rng.choice(COMPARED)} {m.make(t, d)})"


def row_compared(m: Maker, t: str, d: int) -> str:
    a, b = m.comparable(), m.comparable()
    return f"(({m.make(a, d)}, {m.make(b, d)}) {m.rng.choice(COMPARED)} ({m.make(a, d)}, {m.make(b, d)}))"


def row_in(m: Maker, t: str, d: int) -> str:
    a, b = m.comparable(), m.comparable()
    return f"(({m.literal(a)}, {m.make(b, d)}) IN (({m.literal(a)}, {m.literal(b)}), ({m.literal(a)}, {m.make(b, d)})))"


def like(m: Maker, t: str, d: int) -> str:
    words = m.rng.choice(("LIKE", "NOT LIKE", "ILIKE", "SIMILAR TO", "NOT SIMILAR TO", "~", "!~*"))
    return f"({m.make('text', d)} {words} {quoted(m.rng.choice(('%a%', 'a_c', '%', 'Hello%', '(a|x)%', '%l+o', '')))})"


def exists(m: Maker, t: str, d: int) -> str:
    return f"EXISTS (SELECT 1 FROM (VALUES ({m.make('int4', d)})) v(x) WHERE x > {m.make('int4', d)})"


SHAPES: tuple[Shape, ...] = (case_searched, case_simple, coalesce, nullif, greatest, scalar_subquery, through_text, subscripted,
    field)
TESTS: tuple[Shape, ...] = (in_list, any_all, any_values, between, distinct_from, is_test, null_test, logic, negation, compared,
    row_compared,
                            row_in, like, exists)


def nested(count: int) -> Iterator[Case]:
    """Expressions of every type and depth."""
    for number in range(count):
        maker = Maker(f"nested {number}")
        type_ = TYPES[number % len(TYPES)]
        yield Case("nested", maker.make(type_, 2 + number % 2))


def shapes(count: int) -> Iterator[Case]:
    """Each shape by itself over plain literals, also with hard ones."""
    for shape in (*SHAPES, *TESTS):
        for number in range(count):
            maker = HardMaker(f"{shape.__name__} {number}")
            yield Case(f"{'tests' if shape in TESTS else 'branches'}", shape(maker, maker.rng.choice(TYPES), 0))


class HardMaker(Maker):
    """Takes hard literals, and leaves the type out here and there."""

    def literal(self, type_: str) -> str:
        if self.rng.random() < 0.15:
            return quoted(self.rng.choice(POOLS[type_].mild))
        return "NULL" if self.rng.random() < 0.1 else argument(type_, 9, "", self.rng)
