"""Multiranges: constructors, parts, comparisons, containment, set operations, aggregates (executor.types.multiranges)."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from executor.builtins.base import ArgumentTypes, Builtin, Native, Python, PythonAggregate, SetReturning
from executor.builtins.range import (
    PARTS,
    adjacent,
    before,
    collated,
    contains,
    intersection,
    overlaps,
    overleft,
    overright,
    remains,
)
from executor.facts.lookup import range_inside, range_types, types_by_oid
from executor.sqlstates import CardinalityViolation, NullValueNotAllowed
from executor.types import arrays
from executor.types.base import Stored
from executor.types.multiranges import Ranges, compare_multiranges, joined, loader, multirange_text
from executor.types.ranges import EMPTY, Range, kind_of_multirange, range_kind, range_text

_COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TRUE_OF_ASCENDING = {"ne", "lt", "le"}


def span(ranges: Ranges) -> Range:
    """The smallest range that has all of a multirange."""
    return Range(ranges[0].lower, ranges[-1].upper) if ranges else EMPTY


# Relations. A single range stands as a multirange of one, or of none if it is empty; what `touching` relations say
# depends on the outermost bounds only.


def _contains(a: Ranges, b: Ranges) -> bool:
    return all(any(contains(outer, inner) for outer in a) for inner in b)


def _overlaps(a: Ranges, b: Ranges) -> bool:
    return any(overlaps(x, y) for x in a for y in b)


def _on_spans(relation: Callable[[Range, Range], bool]) -> Callable[[Ranges, Ranges], bool]:
    return lambda a, b: relation(span(a), span(b))


def _swapped(relation: Callable[[Ranges, Ranges], bool]) -> Callable[[Ranges, Ranges], bool]:
    return lambda a, b: relation(b, a)


_RELATIONS: dict[str, Callable[[Ranges, Ranges], bool]] = {
    "contains": _contains, "contained_by": _swapped(_contains), "overlaps": _overlaps, "adjacent": _on_spans(adjacent),
    "before": _on_spans(before), "after": _swapped(_on_spans(before)), "overleft": _on_spans(overleft),
    "overright": _on_spans(overright),
}


# Set operations


def _union(a: Ranges, b: Ranges) -> Ranges:
    return joined(a + b)


def _intersection(a: Ranges, b: Ranges) -> Ranges:
    return joined(intersection(x, y) for x in a for y in b)


def _difference(a: Ranges, b: Ranges) -> Ranges:
    left = list(a)
    for taken in b:
        left = [part for value in left for part in (remains(value, taken) if overlaps(value, taken) else (value,))]
    return joined(left)


_OPERATIONS = {"union": _union, "minus": _difference, "intersect": _intersection}


# Typed implementations


def _reader(oid: int) -> Callable[[Stored], Ranges]:
    """The function that reads a range or a multirange as a multirange."""
    if range_inside(oid):
        return loader(oid)
    load = range_kind(oid).load

    def one(value: Stored) -> Ranges:
        found = load(value)
        return () if found.empty else (found,)

    return one


def _relation(function: Callable[[Ranges, Ranges], bool]) -> Python:
    def factory(types: ArgumentTypes, result: int) -> Callable[[Stored, Stored], int]:
        first, second = _reader(types[0][0]), _reader(types[1][0])
        return lambda a, b: int(function(first(a), second(b)))

    return Python(factory, typed=True)


def _operation(function: Callable[[Ranges, Ranges], Ranges]) -> Python:
    def factory(types: ArgumentTypes, result: int) -> Callable[[Stored, Stored], str]:
        load = loader(types[0][0])
        return lambda a, b: multirange_text(function(load(a), load(b)))

    return Python(factory, typed=True)


def _part(function: Callable[[Range], Stored]) -> Python:
    def factory(types: ArgumentTypes, result: int) -> Callable[[Stored], Stored]:
        load = loader(types[0][0])
        return lambda value: function(span(load(value)))

    return Python(factory, typed=True)


def _contains_element(types: ArgumentTypes, result: int) -> Callable[[Stored, Stored], int]:
    load, kind = loader(types[0][0]), kind_of_multirange(types[0][0])
    return lambda value, element: int(_contains(load(value), (kind.holding(element),)))


def _element_contained(types: ArgumentTypes, result: int) -> Callable[[Stored, Stored], int]:
    load, kind = loader(types[1][0]), kind_of_multirange(types[1][0])
    return lambda element, value: int(_contains(load(value), (kind.holding(element),)))


def _order(types: ArgumentTypes, result: int) -> Callable[[Stored, Stored], int]:
    load = loader(types[0][0])
    return lambda a, b: compare_multiranges(load(a), load(b))


def _single(types: ArgumentTypes, result: int) -> Callable[[Stored], str]:
    read = _reader(types[0][0])
    return lambda value: multirange_text(read(value))


def _of_array(types: ArgumentTypes, result: int) -> Callable[[Stored], str]:
    load = kind_of_multirange(result).load

    def construct(array: Stored) -> str:
        value = arrays.load(array)
        if len(value.lowers) > 1:
            raise CardinalityViolation("multiranges cannot be constructed from multidimensional arrays")
        if None in value.items:
            raise NullValueNotAllowed("multirange values cannot contain null members")
        return multirange_text(joined(map(load, value.items)))

    return construct


def _unnest(types: ArgumentTypes, result: int) -> Callable[[Stored], Iterator[Stored]]:
    load = loader(types[0][0])
    return lambda value: map(range_text, load(value))


class _Collected:
    """range_agg: what is in any of the values; NULL if there is no value."""

    def __init__(self, read: Callable[[Stored], Ranges]) -> None:
        self.read = read
        self.ranges: list[Range] = []
        self.any = False

    def step(self, value: Stored) -> None:
        self.any = True
        self.ranges.extend(self.read(value))

    def final(self) -> Stored:
        return multirange_text(joined(self.ranges)) if self.any else None


class _Common:
    """range_intersect_agg of multiranges: what is in all of them."""

    def __init__(self, read: Callable[[Stored], Ranges]) -> None:
        self.read = read
        self.state: Ranges | None = None

    def step(self, value: Stored) -> None:
        found = self.read(value)
        self.state = found if self.state is None else _intersection(self.state, found)

    def final(self) -> Stored:
        return None if self.state is None else multirange_text(self.state)


def _aggregate(made: Callable[[Callable[[Stored], Ranges]], Any]) -> PythonAggregate:
    def factory(types: ArgumentTypes, result: int) -> Callable[[], Any]:
        return partial(made, _reader(types[0][0]))

    return PythonAggregate(factory, typed=True)


# Rows

_LOW, _HIGH = "'{[1,3),[5,7)}'::int4multirange", "'{[6,9)}'::int4multirange"
_LOW_RANGE, _HIGH_RANGE = "'[1,3)'::int4range", "'[6,9)'::int4range"
_RELATED = {"overlaps": "t", "overleft": "t"}
_COMBINED = {"union": "{[1,3),[5,9)}", "minus": "{[1,3),[5,6)}", "intersect": "{[6,7)}"}
_SHOWN = {"lower": "1", "upper": "7", "isempty": "f", "lower_inc": "t", "upper_inc": "f", "lower_inf": "f",
          "upper_inf": "f"}


def _comparison_rows() -> Iterator[Builtin]:
    for verb, sign in _COMPARISONS.items():
        yield Builtin(f"multirange_{verb}(anymultirange,anymultirange)", collated(sign),
                      (f"multirange_{verb}({_LOW}, {_HIGH})", "t" if verb in _TRUE_OF_ASCENDING else "f"))


def _relation_rows() -> Iterator[Builtin]:
    for verb, relation in _RELATIONS.items():
        implementation = _relation(relation)
        for first, second, values, expected in (
                ("multirange", "multirange", (_LOW, _HIGH), _RELATED.get(verb, "f")),
                ("range", "multirange", (_LOW_RANGE, _HIGH), "t" if verb in ("before", "overleft") else "f"),
                ("multirange", "range", (_LOW, _HIGH_RANGE), _RELATED.get(verb, "f"))):
            name = f"{first}_{verb}_{second}"
            yield Builtin(f"{name}(any{first},any{second})", implementation, (f"{name}({', '.join(values)})", expected))


MADE_WITH_TYPE = {
    "multirange_constructor0": Builtin("multirange_constructor0", Native(lambda: "'{}'")),
    "multirange_constructor1": Builtin("multirange_constructor1", Python(_single, typed=True)),
    "multirange_constructor2": Builtin("multirange_constructor2", Python(_of_array, typed=True)),
}
"""The constructors of users' multirange types, by their prosrc; the built-in ones are the same."""


def _constructor_rows() -> Iterator[Builtin]:
    nothing, one, many = (row.implementation for row in MADE_WITH_TYPE.values())
    for oid, (_, multirange) in range_types().items():
        name, element = types_by_oid()[multirange].name, types_by_oid()[oid].name
        yield Builtin(f"{name}()", nothing, (f"{name}()", "{}"))
        yield Builtin(f"{name}({element})", one, (f"{name}('empty'::{element})", "{}"))
        yield Builtin(f"{name}(_{element})", many, (f"{name}('empty', '(,)')", "{(,)}"))


BUILTINS = (
    *_comparison_rows(), *_relation_rows(), *_constructor_rows(),
    *(Builtin(f"multirange_{verb}(anymultirange,anymultirange)", _operation(operation),
        (f"multirange_{verb}({_LOW}, {_HIGH})", _COMBINED[verb])) for verb, operation in _OPERATIONS.items()),
    *(Builtin(f"{name}(anymultirange)", _part(part), (f"{name}({_LOW})", _SHOWN[name])) for name, part in PARTS.items()),
    Builtin("multirange_cmp(anymultirange,anymultirange)", Python(_order, typed=True),
            (f"multirange_cmp({_LOW}, {_HIGH})", "-1")),
    Builtin("multirange_contains_elem(anymultirange,anyelement)", Python(_contains_element, typed=True),
            (f"multirange_contains_elem({_LOW}, 4)", "f")),
    Builtin("elem_contained_by_multirange(anyelement,anymultirange)", Python(_element_contained, typed=True),
            (f"elem_contained_by_multirange(5, {_LOW})", "t")),
    Builtin("range_merge(anymultirange)", _part(range_text), (f"range_merge({_LOW})", "[1,7)")),
    Builtin("multirange(anyrange)", Python(_single, typed=True), (f"multirange({_LOW_RANGE})", "{[1,3)}")),
    Builtin("unnest(anymultirange)", SetReturning(_unnest, typed=True)),
    *(Builtin(f"range_agg(any{kind})", _aggregate(_Collected),
        (f"(SELECT range_agg(x) FROM (VALUES ({low}), ({high})) v (x))", expected))
      for kind, low, high, expected in (("range", _LOW_RANGE, _HIGH_RANGE, "{[1,3),[6,9)}"),
                                        ("multirange", _LOW, _HIGH, "{[1,3),[5,9)}"))),
    Builtin("range_intersect_agg(anymultirange)", _aggregate(_Common),
            (f"(SELECT range_intersect_agg(x) FROM (VALUES ({_LOW}), ({_HIGH})) v (x))", "{[6,7)}")),
)
