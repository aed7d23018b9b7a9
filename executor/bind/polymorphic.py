"""anyelement, anyarray, anyrange, anycompatible ... made concrete: what a call's polymorphic parameters stand for.

There are two families. In the first (anyelement, anyarray, anynonarray, anyenum, anyrange, anymultirange) all
arguments must agree exactly on one element type; in the second (anycompatible...) they get a common type, but ranges
must have it already. Source: the manual's section "Polymorphic Types"; parse_coerce's rules and messages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from executor.bind.resolve import (
    ARRAYS,
    FAMILY_ANY,
    FAMILY_COMPATIBLE,
    POLYMORPHIC,
    array_type,
    can_coerce,
    common_type,
    element_type,
    type_of,
)
from executor.errors import SqlError
from executor.facts.lookup import base_type, range_inside, range_parts
from executor.sqlstates import DatatypeMismatch, UndefinedObject
from executor.types import oids as T

MULTIRANGES = frozenset({T.ANYMULTIRANGE, T.ANYCOMPATIBLEMULTIRANGE})
ONLY_RANGES = frozenset({T.ANYRANGE, T.ANYCOMPATIBLERANGE})
NON_ARRAYS = frozenset({T.ANYNONARRAY, T.ANYCOMPATIBLENONARRAY})


class Mismatch(Exception):
    """The arguments do not fit together; what PostgreSQL says is made only when somebody asks.

    types: for the detail "a versus b".
    """

    def __init__(self, message: str, *types: int, shown: tuple[int, ...] = (),
                 made: type[SqlError] = DatatypeMismatch) -> None:
        super().__init__(message)
        self.made = made
        self.message = message
        self.types = types
        self.shown = shown

    def error(self, position: int) -> SqlError:
        """42804 (42704 for a type that has no arrays) as PostgreSQL words it."""
        from executor.bind.statement import type_name

        detail = " versus ".join(map(type_name, self.types)) or None
        return self.made(self.message.format(*map(type_name, self.shown)), detail=detail,
                         position=position or None)


@dataclass(slots=True)
class Family:
    """What one family's parameters stand for; 0 where nothing tells."""

    element: int = 0
    array: int = 0
    range: int = 0
    multirange: int = 0
    used: bool = False
    unknown: bool = False


def range_element(oid: int) -> int:
    """The type of a range type's bounds, else 0."""
    return range_parts(base_type(oid))[0]


def range_of(oid: int) -> int:
    """The type of a multirange type's ranges, else 0."""
    return range_inside(base_type(oid))


def multirange_over(oid: int) -> int:
    """The multirange type over a range type, else 0."""
    return range_parts(oid)[1]


def _members(declared: Sequence[int], given: Sequence[int], family: frozenset[int]) -> Iterator[tuple[int, int]]:
    return ((t, g) for t, g in zip(declared, given, strict=False) if t in family)


def _agree(now: int, new: int, name: str) -> int:
    if now and now != new:
        raise Mismatch(f'arguments declared "{name}" are not all alike', now, new)
    return new


def exact_family(declared: Sequence[int], given: Sequence[int]) -> Family:
    """The anyelement family (Mismatch if its arguments do not agree)."""
    found = Family()
    for t, g in _members(declared, given, FAMILY_ANY):
        found.used = True
        if g == T.UNKNOWN:
            found.unknown = True
        elif t in ARRAYS:
            if g != T.ANYARRAY:
                found.array = _agree(found.array, base_type(g), "anyarray")
        elif t in ONLY_RANGES:
            found.range = _agree(found.range, base_type(g), "anyrange")
        elif t in MULTIRANGES:
            found.multirange = _agree(found.multirange, base_type(g), "anymultirange")
        else:
            found.element = _agree(found.element, g, "anyelement")
    _derive_exact(found)
    _check_element(declared, found.element, "anynonarray", T.ANYNONARRAY)
    return found


def _derive_exact(found: Family) -> None:
    """Element types of arrays and ranges, ranges of multiranges."""
    if found.array:
        element = element_type(found.array)
        if not element:
            raise Mismatch("argument declared anyarray is not an array but type {}", shown=(found.array,))
        if found.element and found.element != element:
            raise Mismatch("argument declared anyarray is not consistent with argument declared anyelement",
                           found.array, found.element)
        found.element = element
    if found.multirange:
        member = range_of(found.multirange)
        if not member:
            raise Mismatch("argument declared anymultirange is not a multirange type but type {}",
                           shown=(found.multirange,))
        if found.range and found.range != member:
            raise Mismatch("argument declared anymultirange is not consistent with argument declared anyrange",
                           found.multirange, found.range)
        found.range = member
    if found.range:
        element = range_element(found.range)
        if not element:
            raise Mismatch("argument declared anyrange is not a range type but type {}", shown=(found.range,))
        if found.element and found.element != element:
            raise Mismatch("argument declared anyrange is not consistent with argument declared anyelement",
                           found.range, found.element)
        found.element = element


def compatible_family(declared: Sequence[int], given: Sequence[int]) -> Family:
    """The anycompatible family (Mismatch if there is no common type)."""
    found = Family()
    parts: list[int] = []
    for t, g in _members(declared, given, FAMILY_COMPATIBLE):
        found.used = True
        if g == T.UNKNOWN:
            parts.append(g)
        elif t in ARRAYS:
            if not element_type(g) and g != T.ANYARRAY:
                raise Mismatch("argument declared anycompatiblearray is not an array but type {}", shown=(g,))
            parts.append(element_type(g) or T.UNKNOWN)
        elif t in ONLY_RANGES:
            found.range = _agree(found.range, base_type(g), "anycompatiblerange")
            parts.append(range_element(g))
        elif t in MULTIRANGES:
            found.multirange = _agree(found.multirange, base_type(g), "anycompatiblemultirange")
            parts.append(range_element(range_of(g)))
        else:
            parts.append(g)
    if not found.used:
        return found
    chosen = common_type(parts)
    if chosen is None or not all(can_coerce(part, chosen) for part in parts):
        raise Mismatch("arguments of anycompatible family cannot be cast to a common type")
    found.element = chosen
    if found.multirange:
        found.range = _agree(found.range, range_of(found.multirange), "anycompatiblerange")
    if found.range and range_element(found.range) != chosen:
        raise Mismatch("anycompatiblerange type {} does not match anycompatible type {}", shown=(found.range, chosen))
    _check_element(declared, chosen, "anycompatiblenonarray", T.ANYCOMPATIBLENONARRAY)
    return found


def _check_element(declared: Sequence[int], element: int, name: str, nonarray: int) -> None:
    if element and nonarray in declared and element_type(element):
        raise Mismatch(f"type matched to {name} is an array type: {{}}", shown=(element,))
    is_enum = bool(element) and type_of(base_type(element)).kind == "e"
    if name == "anynonarray" and T.ANYENUM in declared and not is_enum:  # nor does unknown do
        raise Mismatch("type matched to anyenum is not an enum type: {}", shown=(element,))


def concrete(declared: int, family: Family, given: int) -> int:
    """The type a parameter of a polymorphic type stands for (Mismatch where nothing tells)."""
    if declared in ARRAYS:
        found = array_type(family.element) if family.element else given
        if not given and family.array:  # a result: of vectors PostgreSQL says that it is a vector
            found = family.array
        if not found:
            raise Mismatch("could not find array type for data type {}", shown=(family.element,), made=UndefinedObject)
        return found
    if declared in ONLY_RANGES or declared in MULTIRANGES:
        found = family.range if declared in ONLY_RANGES else multirange_over(family.range)
        if not found:
            raise Mismatch("could not determine polymorphic type {} because input has type {}",
                           shown=(declared, T.UNKNOWN))
        return found
    return family.element or given


def fits(declared: Sequence[int], given: Sequence[int]) -> bool:
    """Whether the arguments use polymorphic types consistently."""
    try:
        exact_family(declared, given)
        compatible_family(declared, given)
    except Mismatch:
        return False
    return True


def made_concrete(declared: Sequence[int], given: Sequence[int], result: int) -> tuple[list[int], int]:
    """The parameters' types and the result's, polymorphic ones replaced (Mismatch)."""
    wanted = list(declared[: len(given)])
    families = {False: exact_family(wanted, given), True: compatible_family(wanted, given)}
    exact = families[False]
    if exact.used and exact.unknown and not exact.element:
        raise Mismatch("could not determine polymorphic type because input has type unknown")
    for i, t in enumerate(wanted):
        if t in POLYMORPHIC:
            wanted[i] = concrete(t, families[t in FAMILY_COMPATIBLE], given[i])
    if result in POLYMORPHIC:
        family = families[result in FAMILY_COMPATIBLE]
        if not family.element:
            raise Mismatch("could not determine polymorphic type because input has type unknown")
        result = concrete(result, family, 0)
    return wanted, result
