"""Aggregates without arithmetic: count, min, max, bool_and, bit_and, string_agg, array_agg, any_value."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

from executor.builtins.array import element_of
from executor.builtins.base import ArgumentTypes, Builtin, NativeAggregate, PythonAggregate, extreme
from executor.sqlstates import ArraySubscriptError, NullValueNotAllowed
from executor.types import arrays
from executor.types.base import Stored

_EXTREMES = {
    "int2": "1", "int4": "1", "int8": "1", "oid": "1", "float4": "1", "float8": "'NaN'", "text": "'a'",
    "numeric": "1.50",
    "bpchar": "'a'", "tid": "'(0,1)'", "pg_lsn": "'0/1'", "xid8": "'1'", "bytea": "'\\x01'",
}


def _plain(name: str) -> Callable[[str, str], str]:
    return lambda over, x: f"{name}({x}){over}"


def _example(call: str, row: str, expected: str) -> tuple[str, str]:
    return f"(SELECT {call} FROM (VALUES ({row})) v (x))", expected


def _min_max() -> Iterator[Builtin]:
    for name in ("min", "max"):
        for kind, value in _EXTREMES.items():
            yield Builtin(f"{name}({kind})", extreme(name),
                          _example(f"{name}(x::{kind})", value, value.strip("'")))
        yield Builtin(f"{name}(anyarray)", extreme(name),
                      _example(f"{name}(x)", "ARRAY[1,2]", "{1,2}"))


class _Bits:
    """Folds integers with an operator."""

    def __init__(self, combine: Callable[[int, int], int]) -> None:
        self.combine = combine
        self.state: int | None = None

    def step(self, value: int) -> None:
        self.state = value if self.state is None else self.combine(self.state, value)

    def final(self) -> Stored:
        return self.state


def _bits() -> Iterator[Builtin]:
    for name, combine, expected in (("bit_and", operator.and_, "4"), ("bit_or", operator.or_, "7"),
                                    ("bit_xor", operator.xor, "3")):
        for kind in ("int2", "int4", "int8"):
            yield Builtin(f"{name}({kind})", PythonAggregate(lambda combine=combine: _Bits(combine)),
                          (f"(SELECT {name}(x::{kind}) FROM (VALUES (4), (7)) v (x))", expected))


class _FirstValue:
    """any_value: the first value that is not NULL."""

    def __init__(self) -> None:
        self.value: Stored = None

    def step(self, value: Stored) -> None:
        if self.value is None:
            self.value = value

    def final(self) -> Stored:
        return self.value


class _Joined:
    """string_agg: each value but the first is preceded by the delimiter of its row."""

    empty: Any = ""

    def __init__(self) -> None:
        self.parts: list[Any] = []

    def step(self, value: Any, delimiter: Any) -> None:
        if value is None:
            return
        if self.parts and delimiter is not None:
            self.parts.append(delimiter)
        self.parts.append(value)

    def final(self) -> Stored:
        joined: Stored = self.empty.join(self.parts) if self.parts else None
        return joined


class _JoinedBytes(_Joined):
    empty = b""


class _Elements:
    """array_agg of elements; NULL is one too."""

    def __init__(self, write: Callable[[Stored], Any]) -> None:
        self.write = write
        self.items: arrays.Items = []

    def step(self, value: Stored) -> None:
        self.items.append(None if value is None else self.write(value))

    def final(self) -> Stored:
        return arrays.dump(self.items) if self.items else None


def _array_agg(types: ArgumentTypes, result: int) -> Callable[[], _Elements]:
    write = arrays.to_json(element_of(result))
    return lambda: _Elements(write)


class _Nested:
    """array_agg of arrays of one shape: they become the elements of an array with one more dimension."""

    def __init__(self) -> None:
        self.items: arrays.Items = []
        self.lengths: tuple[int, ...] = ()

    def step(self, value: Stored) -> None:
        if value is None:
            raise NullValueNotAllowed("cannot accumulate null arrays")
        array = arrays.load(value)
        if not array.items and not self.items:
            raise ArraySubscriptError("cannot accumulate empty arrays")
        if self.items and array.lengths != self.lengths:
            raise ArraySubscriptError("cannot accumulate arrays of different dimensionality")
        if not array.items:
            raise ArraySubscriptError("cannot accumulate empty arrays")
        self.lengths = array.lengths
        self.items.append(array.items)

    def final(self) -> Stored:
        return arrays.dump(self.items) if self.items else None


_JOINED = PythonAggregate(_Joined, strict=False)

BUILTINS = (
    Builtin("count()", NativeAggregate(lambda over: f"count(*){over}"),
            ("(SELECT count(*) FROM (VALUES (1)) v (x))", "1")),
    Builtin("count(any)", NativeAggregate(_plain("count")), ("(SELECT count(x) FROM (VALUES (1), (NULL)) v (x))", "1")),
    *_min_max(), *_bits(),
    *(Builtin(f"{name}(bool)", NativeAggregate(_plain("min")), _example(f"{name}(x)", "true", "t"))
      for name in ("bool_and", "every")),
    Builtin("bool_or(bool)", NativeAggregate(_plain("max")), _example("bool_or(x)", "false", "f")),
    Builtin("any_value(anyelement)", PythonAggregate(_FirstValue), _example("any_value(x)", "7", "7")),
    # Over a moving frame SQLite's group_concat() takes away a wrong number of characters if delimiters differ in length.
    Builtin("string_agg(text,text)", NativeAggregate(lambda over, x, delimiter: f"group_concat({x}, {delimiter}){over}",
                                                     single=False, python=_JOINED, over=_JOINED),
            ("(SELECT string_agg(x, ',') FROM (VALUES ('a'), (NULL), ('b')) v (x))", "a,b")),
    Builtin("string_agg(bytea,bytea)", PythonAggregate(_JoinedBytes, strict=False),
            (r"(SELECT string_agg(x, '\xff'::bytea) FROM (VALUES ('\x01'::bytea), ('\x02')) v (x))", r"\x01ff02")),
    Builtin("array_agg(anynonarray)", PythonAggregate(_array_agg, typed=True, strict=False),
            ("(SELECT array_agg(x) FROM (VALUES (1), (NULL)) v (x))", "{1,NULL}")),
    Builtin("array_agg(anyarray)", PythonAggregate(_Nested, strict=False),
            ("(SELECT array_agg(x) FROM (VALUES (ARRAY[1,2]), (ARRAY[3,4])) v (x))", "{{1,2},{3,4}}")),
)
