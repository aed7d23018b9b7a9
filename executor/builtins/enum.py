"""Functions of enums. Values are stored as their labels, in the order of which stands the collation of the type."""

from collections.abc import Callable, Iterator

from executor.builtins.base import ArgumentTypes, Builtin, Native, Python, extreme, native
from executor.sqlstates import ObjectNotInPrerequisiteState
from executor.types import arrays
from executor.types.base import Stored
from executor.types.made import definition_of
from executor.types.registry import codec

_ORDERING = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def _labels(types: ArgumentTypes) -> tuple[str, ...]:
    found = definition_of(types[0][0])
    assert found is not None, types
    return found.labels


def _collation(types: ArgumentTypes) -> str:
    return codec(types[0][0]).collation or "BINARY"


def _compare(operator: str) -> Callable[[ArgumentTypes, int], Callable[[str, str], str]]:
    return lambda types, result: lambda a, b: f"({a} {operator} {b} COLLATE {_collation(types)})"


def _chosen(name: str) -> Callable[[ArgumentTypes, int], Callable[[str, str], str]]:
    return lambda types, result: lambda a, b: f"{name}({a} COLLATE {_collation(types)}, {b})"


def _cmp(types: ArgumentTypes, result: int) -> Callable[[str, str], int]:
    compare = codec(types[0][0]).compare
    assert compare is not None
    return lambda a, b: ((order := compare(a, b)) > 0) - (order < 0)


def _end(index: int) -> Callable[[ArgumentTypes, int], Callable[[Stored], str]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[[Stored], str]:
        labels, found = _labels(types), definition_of(types[0][0])

        def end(value: Stored) -> str:
            if not labels:
                assert found is not None
                raise ObjectNotInPrerequisiteState(f"enum {found.name} contains no values")
            return labels[index]

        return end

    return factory


def _range(types: ArgumentTypes, result: int) -> Callable[..., str]:
    labels = _labels(types)

    def cut(*bounds: Stored) -> str:
        first = labels.index(bounds[0]) if bounds[0] is not None else 0
        last = labels.index(bounds[1]) if bounds[1] is not None else len(labels) - 1
        return arrays.dump(list(labels[first : last + 1]))

    return cut if len(types) > 1 else lambda value: arrays.dump(list(labels))


def _rows() -> Iterator[Builtin]:
    yield Builtin("enum_eq(anyenum,anyenum)", native(lambda a, b: f"({a} = {b})"))
    yield Builtin("enum_ne(anyenum,anyenum)", native(lambda a, b: f"({a} <> {b})"))
    for verb, operator in _ORDERING.items():
        yield Builtin(f"enum_{verb}(anyenum,anyenum)", Native(_compare(operator), collate=True, typed=True))
    for name, aggregate in (("enum_smaller", "min"), ("enum_larger", "max")):
        yield Builtin(f"{name}(anyenum,anyenum)", Native(_chosen(aggregate), collate=True, typed=True))
        yield Builtin(f"{aggregate}(anyenum)", extreme(aggregate))


BUILTINS = (
    *_rows(),
    Builtin("enum_cmp(anyenum,anyenum)", Python(_cmp, typed=True)),
    Builtin("enum_first(anyenum)", Python(_end(0), typed=True)),
    Builtin("enum_last(anyenum)", Python(_end(-1), typed=True)),
    Builtin("enum_range(anyenum)", Python(_range, typed=True)),
    Builtin("enum_range(anyenum,anyenum)", Python(_range, typed=True)),
)
