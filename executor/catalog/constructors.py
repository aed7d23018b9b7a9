"""The functions that PostgreSQL makes with a range type: `floatrange(1, 2)`, `floatmultirange(floatrange(1, 2))`."""

from collections.abc import Iterator
from typing import cast

from executor.catalog.model import Catalog, UserType
from executor.catalog.usertypes import number
from executor.facts.lookup import Function, functions_by_name, range_inside, range_parts, type_at
from executor.types.oids import TEXT

Functions = tuple[Function, ...]


def constructors(catalog: Catalog, schema: str, name: str) -> Functions:
    """The overloads of this name in a schema. They have no OID: executor.builtins finds them by their source."""
    found = catalog.memo.get("constructors")
    if found is None:
        made: dict[tuple[str, str], Functions] = {}
        for each in catalog.types:
            if each.kind in "rm":
                made[each.constructor] = (*made.get(each.constructor, ()), *_functions(catalog, each))
        found = catalog.memo["constructors"] = made
    return cast(dict[tuple[str, str], Functions], found).get((schema, name), ())


def _functions(catalog: Catalog, made: UserType) -> Iterator[Function]:
    result = number(catalog, made.oid)
    assert result is not None
    if made.kind == "r":
        element = range_parts(result)[0]
        yield _function(made.constructor, result, (element, element), "range_constructor2", strict=False)
        yield _function(made.constructor, result, (element, element, TEXT), "range_constructor3", strict=False)
        return
    over = range_inside(result)
    yield _function(made.constructor, result, (), "multirange_constructor0")
    yield _function(made.constructor, result, (over,), "multirange_constructor1")
    yield _function(made.constructor, result, (over + 1,), "multirange_constructor2", variadic=over)


def of_one_range(over: int, multirange: int) -> Function:
    """The function behind the cast from a range to its multirange type, by their numbers."""
    found = type_at(multirange)
    assert found is not None
    return _function((found.schema, found.name), multirange, (over,), "multirange_constructor1")


def _function(called: tuple[str, str], result: int, arguments: tuple[int, ...], source: str, *, strict: bool = True,
              variadic: int = 0) -> Function:
    schema, name = called
    return Function(oid=0, name=name, kind="f", strict=strict, returns_set=False, volatility="i", result=result,
                    arguments=arguments, variadic=variadic, defaults=(), argument_names=("",) * len(arguments), outputs=(),
                    source=source, schema=schema)


def difference_function(names: tuple[str, ...], element: int) -> Function | None:
    """The function that a range type names as its subtype_diff: of two values of the type of its bounds."""
    if names[:-1] not in ((), ("pg_catalog",)):
        return None
    return next((f for f in functions_by_name().get(names[-1], ()) if f.arguments == (element, element)), None)
