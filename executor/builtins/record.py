"""Comparison of rows. A row's type says its columns: stored rows compare under the collation of that type."""

from collections.abc import Callable, Iterator

from executor.builtins.base import ArgumentTypes, Builtin, Native, NativeAggregate, Python
from executor.catalog.typenames import format_type
from executor.errors import not_supported
from executor.facts.lookup import type_at
from executor.sqlstates import DatatypeMismatch
from executor.types.made import FIRST_NUMBER, Field, fields_of
from executor.types.registry import codec

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def _columns(number: int) -> tuple[Field, ...]:
    found = fields_of(number)
    if found is None:
        raise not_supported("comparing values of type record whose columns are not known here")
    return found


def _name(number: int) -> str:
    if number < FIRST_NUMBER:
        return format_type(number, None, None)
    found = type_at(number)
    assert found is not None, number
    return _name(found.element) + "[]" if found.is_array else found.name


def _base(number: int) -> int:
    while (found := type_at(number)) is not None and found.kind == "d":
        number = found.base
    return number


def _collation(types: ArgumentTypes) -> str:
    """The collation of two rows' type (42804 if their columns differ)."""
    left, right = _columns(types[0][0]), _columns(types[1][0])
    for i, (one, other) in enumerate(zip(left, right, strict=False), 1):
        if _base(one.type) != _base(other.type):
            raise DatatypeMismatch(f"cannot compare dissimilar column types {_name(one.type)} and {_name(other.type)} "
                                   f"at record column {i}")
    if len(left) != len(right):
        raise DatatypeMismatch("cannot compare record types with different numbers of columns")
    return codec(types[0][0]).collation or "BINARY"


def _compare(operator: str) -> Callable[[ArgumentTypes, int], Callable[[str, str], str]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[[str, str], str]:
        collation = _collation(types)
        return lambda a, b: f"({a} {operator} {b} COLLATE {collation})"

    return factory


def _chosen(name: str) -> Callable[[ArgumentTypes, int], Callable[[str, str], str]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[[str, str], str]:
        collation = _collation(types)
        return lambda a, b: f"{name}({a} COLLATE {collation}, {b})"

    return factory


def _extreme(name: str) -> Callable[[ArgumentTypes, int], Callable[[str, str], str]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[[str, str], str]:
        collation = codec(types[0][0]).collation
        return lambda over, x: f"{name}({x} COLLATE {collation}){over}"

    return factory


def _order(types: ArgumentTypes, result: int) -> Callable[[str, str], int]:
    _collation(types)
    compare = codec(types[0][0]).compare
    assert compare is not None
    return compare


def _rows() -> Iterator[Builtin]:
    for verb, operator in _OPERATORS.items():
        yield Builtin(f"record_{verb}(record,record)", Native(_compare(operator), collate=True, typed=True))
    for name, aggregate in (("record_smaller", "min"), ("record_larger", "max")):
        yield Builtin(f"{name}(record,record)", Native(_chosen(aggregate), collate=True, typed=True))
        yield Builtin(f"{aggregate}(record)", NativeAggregate(_extreme(aggregate), collate=True, typed=True))


BUILTINS = (*_rows(), Builtin("btrecordcmp(record,record)", Python(_order, typed=True)))
