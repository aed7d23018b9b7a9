"""Comparison of rows, by value and by image. Stored rows compare under the collation of their type, which says the columns."""

import operator
from collections.abc import Callable, Iterator
from struct import Struct
from typing import Any

from executor.builtins.base import ArgumentTypes, Builtin, Native, Python, extreme
from executor.catalog.typenames import format_type
from executor.errors import not_supported
from executor.facts.lookup import base_type, type_at
from executor.sqlstates import DatatypeMismatch, UndefinedFunction
from executor.types import arrays, oids, record
from executor.types.base import Stored
from executor.types.made import FIRST_NUMBER, Field, fields_of
from executor.types.registry import codec

_FLOAT8 = Struct(">d")
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


def _alike(types: ArgumentTypes) -> bool:
    """Whether two rows have columns of the same types, so that comparing cannot fail on the way."""
    if any(fields_of(number) is None for number, _ in types):
        return False
    left, right = ([base_type(f.type) for f in _columns(number)] for number, _ in types)
    return left == right and oids.UNKNOWN not in left


def _collation(types: ArgumentTypes) -> str:
    return codec(types[0][0]).collation or "BINARY"


def _order(types: ArgumentTypes, result: int, what: str = "a comparison function") -> Callable[[Stored, Stored], int]:
    """Compares column by column: 42804 at the first that differs in type, and if rows equal so far differ in length."""
    if any(fields_of(number) is None for number, _ in types):
        return lambda a, b: bool(_columns(oids.RECORD))  # for NULL it is not called
    columns = [[base_type(f.type) for f in _columns(number)] for number, _ in types]

    def compare(a: Stored, b: Stored) -> int:
        values = [record.field_values(value, types) for value, types in zip((a, b), columns, strict=True)]
        for i, (left, right, x, y) in enumerate(zip(*columns, *values, strict=False), 1):
            if left != right:
                raise DatatypeMismatch(f"cannot compare dissimilar column types {_name(left)} and {_name(right)} "
                                       f"at record column {i}")
            if left == oids.UNKNOWN:
                raise UndefinedFunction(f"could not identify {what} for type unknown")
            found = (x is None) - (y is None)
            if x is not None and y is not None:
                write = arrays.to_json(left)
                found = arrays.element_comparison(codec(left))(write(x), write(y))
            if found:
                return found
        if len(columns[0]) != len(columns[1]):
            raise DatatypeMismatch("cannot compare record types with different numbers of columns")
        return 0

    return compare


def _compare(symbol: str) -> Native:
    """A native comparison under the collation of the rows' type, or one by columns."""
    test = _PYTHON[symbol]
    what = "an equality operator" if symbol in ("=", "<>") else "a comparison function"

    def lower(types: ArgumentTypes, result: int) -> Callable[[str, str], str]:
        collation = _collation(types)
        return lambda a, b: f"({a} {symbol} {b} COLLATE {collation})"

    def by_columns(types: ArgumentTypes, result: int) -> Callable[[Stored, Stored], int]:
        compare = _order(types, result, what)
        return lambda a, b: int(test(compare(a, b), 0))

    return Native(lower, collate=True, typed=True, python=by_columns, natively=_alike)


_PYTHON: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}


def _chosen(name: str) -> Native:
    def lower(types: ArgumentTypes, result: int) -> Callable[[str, str], str]:
        collation = _collation(types)
        return lambda a, b: f"{name}({a} COLLATE {collation}, {b})"

    def refuse(types: ArgumentTypes, result: int) -> Callable[[Stored, Stored], Stored]:
        raise not_supported(f"the {name} of rows with different columns")

    return Native(lower, collate=True, typed=True, python=refuse, natively=_alike)




def _unsigned(value: Stored) -> int:
    """An integer or a float as PostgreSQL holds it in 64 bits without a sign."""
    if isinstance(value, float):
        return int.from_bytes(_FLOAT8.pack(value), "big")
    assert isinstance(value, int)
    return value & 0xFFFF_FFFF_FFFF_FFFF


def _text_key(value: Stored) -> bytes:
    return str(value).encode()


_IMAGES: dict[int, Callable[[Stored], Any]] = {
    **dict.fromkeys((oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.FLOAT8), _unsigned),
    **dict.fromkeys((oids.TEXT, oids.VARCHAR), _text_key),
}
"""What PostgreSQL's bytes of a value sort like. Those of other types are told equal or not, but not ordered."""


def _check_alike(types: ArgumentTypes) -> None:
    """42804 if two rows' columns differ in type or number."""
    left, right = ([base_type(f.type) for f in _columns(number)] for number, _ in types)
    for i, (one, other) in enumerate(zip(left, right, strict=False), 1):
        if one != other:
            raise DatatypeMismatch(f"cannot compare dissimilar column types {_name(one)} and {_name(other)} at record column {i}")
    if len(left) != len(right):
        raise DatatypeMismatch("cannot compare record types with different numbers of columns")


def _images(types: ArgumentTypes) -> Callable[[Stored, Stored], int]:
    _check_alike(types)
    columns = [base_type(f.type) for f in _columns(types[0][0])]

    def compare(a: Stored, b: Stored) -> int:
        for column, x, y in zip(columns, record.field_values(a, columns), record.field_values(b, columns), strict=True):
            if x is None or y is None or column not in _IMAGES:
                result = (x is None) - (y is None)
                if result == 0 and x != y:
                    raise not_supported(f"ordering values of type {_name(column)} by their bytes")
            else:
                first, second = _IMAGES[column](x), _IMAGES[column](y)
                result = (first > second) - (first < second)
            if result:
                return result
        return 0

    return compare


_TESTS: dict[str, Callable[[int], bool]] = {
    "lt": lambda order: order < 0, "le": lambda order: order <= 0, "gt": lambda order: order > 0,
    "ge": lambda order: order >= 0,
}


def _image(verb: str) -> Callable[[ArgumentTypes, int], Callable[[Stored, Stored], int]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[[Stored, Stored], int]:
        if verb in ("eq", "ne"):
            _check_alike(types)
            return lambda a, b: int((a == b) == (verb == "eq"))
        compare, test = _images(types), _TESTS[verb]
        return lambda a, b: int(test(compare(a, b)))

    return factory


def _rows() -> Iterator[Builtin]:
    for verb, symbol in _OPERATORS.items():
        yield Builtin(f"record_{verb}(record,record)", _compare(symbol))
        yield Builtin(f"record_image_{verb}(record,record)", Python(_image(verb), typed=True))
    for name, aggregate in (("record_smaller", "min"), ("record_larger", "max")):
        yield Builtin(f"{name}(record,record)", _chosen(aggregate))
        yield Builtin(f"{aggregate}(record)", extreme(aggregate))


BUILTINS = (*_rows(), Builtin("btrecordcmp(record,record)", Python(_order, typed=True)))
