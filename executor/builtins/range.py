"""Ranges: constructors, parts, comparisons, containment, union, difference (executor.types.ranges)."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from executor.builtins.base import ArgumentTypes, Builtin, Native, Python, PythonAggregate, native
from executor.builtins.float import float8_from_numeric, stored
from executor.builtins.numeric import numeric_sub
from executor.facts.lookup import types_by_name
from executor.sqlstates import DataException, SyntaxError
from executor.types.base import Stored
from executor.types.instants import date_days, timestamp_micros
from executor.types.ranges import (
    EMPTY,
    HIGHEST,
    LOWEST,
    Bound,
    Range,
    RangeKind,
    between,
    compare_ranges,
    range_kind,
    range_text,
)
from executor.types.registry import codec

_COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TRUE_OF_ASCENDING = {"ne", "lt", "le"}
_MICROS_PER_SECOND = 1_000_000
_FLAGS = {"[]": (True, True), "[)": (True, False), "(]": (False, True), "()": (False, False)}
_CONSTRUCTED = {
    "int4range": ("int4", "1", "5", "[1,5)"), "int8range": ("int8", "1", "5", "[1,5)"),
    "numrange": ("numeric", "1.5", "2", "[1.5,2)"),
    "daterange": ("date", "'2020-01-01'", "'2020-02-01'", "[2020-01-01,2020-02-01)"),
    "tsrange": ("timestamp", "'2020-01-01'", "'2020-02-01'", '["2020-01-01 00:00:00","2020-02-01 00:00:00")'),
    "tstzrange": ("timestamptz", "'2020-01-01 00:00Z'", "NULL", '["2020-01-01 00:00:00+00",)'),
}
"""Range type -> (type of its bounds, two bounds, what the constructor makes of them)."""


# Relations of two ranges


def contains(a: Range, b: Range) -> bool:
    """@>: the empty range is in every range."""
    return b.empty or (not a.empty and a.lower.cut <= b.lower.cut and b.upper.cut <= a.upper.cut)


def overlaps(a: Range, b: Range) -> bool:
    """&&"""
    return not a.empty and not b.empty and max(a.lower.cut, b.lower.cut) < min(a.upper.cut, b.upper.cut)


def adjacent(a: Range, b: Range) -> bool:
    """-|-: one begins where the other ends."""
    return not a.empty and not b.empty and (a.upper.cut == b.lower.cut or b.upper.cut == a.lower.cut)


def before(a: Range, b: Range) -> bool:
    """<<"""
    return not a.empty and not b.empty and a.upper.cut <= b.lower.cut


def overleft(a: Range, b: Range) -> bool:
    """&<: a does not reach further right."""
    return not a.empty and not b.empty and a.upper.cut <= b.upper.cut


def overright(a: Range, b: Range) -> bool:
    """&>: a does not reach further left."""
    return not a.empty and not b.empty and a.lower.cut >= b.lower.cut


RELATIONS: dict[str, Callable[[Range, Range], bool]] = {
    "range_contains": contains, "range_contained_by": lambda a, b: contains(b, a), "range_overlaps": overlaps,
    "range_adjacent": adjacent, "range_before": before, "range_after": lambda a, b: before(b, a),
    "range_overleft": overleft, "range_overright": overright,
}


# Making ranges of ranges


def _lesser(a: Bound, b: Bound) -> Bound:
    return a if a.cut < b.cut else b


def _greater(a: Bound, b: Bound) -> Bound:
    return a if a.cut > b.cut else b


def hull(a: Range, b: Range) -> Range:
    """range_merge: the smallest range that has both."""
    if a.empty or b.empty:
        return b if a.empty else a
    return Range(_lesser(a.lower, b.lower), _greater(a.upper, b.upper))


def union(a: Range, b: Range) -> Range:
    """+ (22000 if there is a gap)."""
    if not (a.empty or b.empty or overlaps(a, b) or adjacent(a, b)):
        raise DataException("result of range union would not be contiguous")
    return hull(a, b)


def intersection(a: Range, b: Range) -> Range:
    """*"""
    if not overlaps(a, b):
        return EMPTY
    return Range(b.lower if a.lower.cut < b.lower.cut else a.lower, b.upper if a.upper.cut > b.upper.cut else a.upper)


def remains(a: Range, b: Range) -> tuple[Range, Range]:
    """What is left of a to the left and to the right of b."""
    left = between(a.lower, a.upper if a.upper.cut <= b.lower.cut else b.lower)
    right = between(a.lower if a.lower.cut >= b.upper.cut else b.upper, a.upper)
    return left, right


def difference(a: Range, b: Range) -> Range:
    """- (22000 if two ranges were left)."""
    if a.empty or b.empty or not overlaps(a, b):
        return a
    left, right = remains(a, b)
    if not left.empty and not right.empty:
        raise DataException("result of range difference would not be contiguous")
    return right if left.empty else left


COMBINATIONS: dict[str, Callable[[Range, Range], Range]] = {
    "range_union": union, "range_merge": hull, "range_intersect": intersection, "range_minus": difference,
}


# Parts


PARTS: dict[str, Callable[[Range], Stored]] = {
    "lower": lambda value: None if value.empty else value.lower.value,
    "upper": lambda value: None if value.empty else value.upper.value,
    "isempty": lambda value: int(value.empty),
    "lower_inc": lambda value: int(value.lower.cut[0] == 0 and value.lower.cut[2] == 0),
    "upper_inc": lambda value: int(value.upper.cut[0] == 0 and value.upper.cut[2] == 1),
    "lower_inf": lambda value: int(value.lower == LOWEST),
    "upper_inf": lambda value: int(value.upper == HIGHEST),
}


# Typed implementations: the range type is that of the argument


def on_ranges(function: Callable[..., Any]) -> Python:
    """A function of ranges of one type that gives a truth value or a bound."""

    def factory(types: ArgumentTypes, result: int) -> Callable[..., Stored]:
        load = range_kind(types[0][0]).load
        if len(types) == 1:
            return lambda a: function(load(a))
        return lambda a, b: int(function(load(a), load(b)))

    return Python(factory, typed=True)


def to_range(function: Callable[..., Range]) -> Python:
    """A function of two ranges of one type that gives another."""

    def factory(types: ArgumentTypes, result: int) -> Callable[..., str]:
        load = range_kind(types[0][0]).load
        return lambda a, b: range_text(function(load(a), load(b)))

    return Python(factory, typed=True)


def _contains_element(types: ArgumentTypes, result: int) -> Callable[[str, Stored], int]:
    kind = range_kind(types[0][0])
    return lambda value, element: int(contains(kind.load(value), kind.holding(element)))


def _element_contained(types: ArgumentTypes, result: int) -> Callable[[Stored, str], int]:
    kind = range_kind(types[1][0])
    return lambda element, value: int(contains(kind.load(value), kind.holding(element)))


def _order(types: ArgumentTypes, result: int) -> Callable[[str, str], int]:
    load = range_kind(types[0][0]).load
    return lambda a, b: compare_ranges(load(a), load(b))


def collated(sign: str) -> Native:
    """A comparison under the collation of the arguments' type."""

    def factory(types: ArgumentTypes, result: int) -> Callable[[str, str], str]:
        kind = codec(types[0][0])
        if kind.equal_as_stored and sign in ("=", "<>"):
            return lambda a, b: f"({a} {sign} {b})"
        return lambda a, b: f"({a} {sign} {b} COLLATE {kind.collation})"

    return Native(factory, typed=True, collate=True)


class _Intersection:
    """range_intersect_agg."""

    def __init__(self, kind: RangeKind) -> None:
        self.kind = kind
        self.state: Range | None = None

    def step(self, value: Stored) -> None:
        found = self.kind.load(value)
        self.state = found if self.state is None else intersection(self.state, found)

    def final(self) -> Stored:
        return None if self.state is None else range_text(self.state)


def _intersect_all(types: ArgumentTypes, result: int) -> Callable[[], _Intersection]:
    return partial(_Intersection, range_kind(types[0][0]))


# Constructors


def _constructor(kind: RangeKind) -> Callable[..., str]:
    def construct(lower: Stored, upper: Stored, flags: str | None = "[)") -> str:
        if flags is None:
            raise DataException("range constructor flags argument must not be null")
        included = _FLAGS.get(flags)
        if included is None:
            raise SyntaxError("invalid range bound flags", hint='Valid values are "[]", "[)", "(]", and "()".')
        return range_text(kind.make(lower, upper, *included))

    return construct


def _made(types: ArgumentTypes, result: int) -> Callable[..., str]:
    return _constructor(range_kind(result))


MADE_WITH_TYPE = {source: Builtin(source, Python(_made, typed=True))
                  for source in ("range_constructor2", "range_constructor3")}
"""The constructors of users' range types, by their prosrc."""


def _distance(scale: int, number: Callable[[Any], Any]) -> Callable[[Any, Any], Stored]:
    return lambda a, b: stored(float(number(a) - number(b)) / scale)


_DISTANCES = {
    "int4range": _distance(1, int), "int8range": _distance(1, int),
    "numrange": lambda a, b: float8_from_numeric(numeric_sub(a, b)),
    "daterange": _distance(1, date_days), "tsrange": _distance(_MICROS_PER_SECOND, timestamp_micros),
    "tstzrange": _distance(_MICROS_PER_SECOND, timestamp_micros),
}


def _constructors() -> Iterator[Builtin]:
    for name, (element, low, high, expected) in _CONSTRUCTED.items():
        kind = range_kind(types_by_name()[name].oid)
        construct = _constructor(kind)
        yield Builtin(f"{name}({element},{element})", Python(construct), (f"{name}({low}, {high})", expected))
        yield Builtin(f"{name}({element},{element},text)", Python(construct), (f"{name}({low}, NULL, '[)')",
                                                                               expected.partition(",")[0] + ",)"))
        yield Builtin(f"{name}_subdiff({element},{element})", Python(_DISTANCES[name]))
        if kind.following is not None:
            yield Builtin(f"{name}_canonical({name})", native(lambda a: a),
                          (f"{name}_canonical('empty'::{name})", "empty"))


_LOW, _HIGH = "'[1,5)'::int4range", "'[3,9)'::int4range"
_RELATED = {"range_overlaps": "t", "range_overleft": "t", "range_overright": "f", "range_before": "f"}
_COMBINED = {"range_union": "[1,9)", "range_merge": "[1,9)", "range_intersect": "[3,5)", "range_minus": "[1,3)"}
_SHOWN = {"lower": "1", "upper": "5", "isempty": "f", "lower_inc": "t", "upper_inc": "f", "lower_inf": "f",
          "upper_inf": "f"}


def _rows() -> Iterator[Builtin]:
    for verb, sign in _COMPARISONS.items():
        yield Builtin(f"range_{verb}(anyrange,anyrange)", collated(sign),
                      (f"range_{verb}({_LOW}, {_HIGH})", "t" if verb in _TRUE_OF_ASCENDING else "f"))
    for name, relation in RELATIONS.items():
        yield Builtin(f"{name}(anyrange,anyrange)", on_ranges(relation),
                      (f"{name}({_LOW}, {_HIGH})", _RELATED.get(name, "f")))
    for name, combination in COMBINATIONS.items():
        yield Builtin(f"{name}(anyrange,anyrange)", to_range(combination), (f"{name}({_LOW}, {_HIGH})", _COMBINED[name]))
    for name, part in PARTS.items():
        yield Builtin(f"{name}(anyrange)", on_ranges(part), (f"{name}({_LOW})", _SHOWN[name]))


BUILTINS = (
    *_constructors(), *_rows(),
    Builtin("range_cmp(anyrange,anyrange)", Python(_order, typed=True), (f"range_cmp({_LOW}, {_HIGH})", "-1")),
    Builtin("range_contains_elem(anyrange,anyelement)", Python(_contains_element, typed=True),
            (f"range_contains_elem({_LOW}, 4)", "t")),
    Builtin("elem_contained_by_range(anyelement,anyrange)", Python(_element_contained, typed=True),
            (f"elem_contained_by_range(5, {_LOW})", "f")),
    Builtin("range_intersect_agg(anyrange)", PythonAggregate(_intersect_all, typed=True),
            (f"(SELECT range_intersect_agg(x) FROM (VALUES ({_LOW}), ({_HIGH})) v (x))", "[3,5)")),
)
