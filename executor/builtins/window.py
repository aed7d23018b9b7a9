"""Window functions, which are SQLite's own."""

from collections.abc import Callable

from executor.builtins.base import Builtin, NativeAggregate, call
from executor.sqlstates import InvalidArgumentForNthValue, InvalidArgumentForNtile


def ntile_count(count: int) -> int:
    """The guard of ntile's argument."""
    if count <= 0:
        raise InvalidArgumentForNtile("argument of ntile must be greater than zero")
    return count


def nth_number(number: int) -> int:
    """The guard of nth_value's second argument."""
    if number <= 0:
        raise InvalidArgumentForNthValue("argument of nth_value must be greater than zero")
    return number


def _unless_null(text: str, number: str) -> str:
    """NULL where the number is NULL, which SQLite's functions refuse or ignore."""
    return text if number.isdigit() else f"(CASE WHEN {number} IS NOT NULL THEN {text} END)"


def _shifted(name: str) -> Callable[..., str]:
    return lambda over, value, number, *default: _unless_null(f"{name}({', '.join((value, number, *default))}){over}", number)


def _plain(name: str) -> Callable[..., str]:
    return lambda over, *arguments: f"{name}({', '.join(arguments)}){over}"


def _example(called: str, expected: str) -> tuple[str, str]:
    rows = f"SELECT {called} OVER (ORDER BY x) AS y FROM (VALUES (1), (2), (4), (4)) v (x)"
    return f"(SELECT string_agg(y::text, ',') FROM ({rows}) w)", expected


_ROWS: tuple[tuple[str, str, str], ...] = (
    ("row_number()", "row_number()", "1,2,3,4"), ("rank()", "rank()", "1,2,3,3"),
     ("dense_rank()", "dense_rank()", "1,2,3,3"),
    ("percent_rank()", "percent_rank()", "0,0.3333333333333333,0.6666666666666666,0.6666666666666666"),
    ("cume_dist()", "cume_dist()", "0.25,0.5,1,1"),
    ("lag(anyelement)", "lag(x)", "1,2,4"), ("lag(anyelement,int4)", "lag(x, 2)", "1,2"),
    ("lag(anycompatible,int4,anycompatible)", "lag(x, 1, 0)", "0,1,2,4"), ("lead(anyelement)", "lead(x)", "2,4,4"),
    ("lead(anyelement,int4)", "lead(x, 2)", "4,4"), ("lead(anycompatible,int4,anycompatible)", "lead(x, 1, 0)",
     "2,4,4,0"),
    ("first_value(anyelement)", "first_value(x)", "1,1,1,1"), ("last_value(anyelement)", "last_value(x)", "1,2,4,4"),
)

BUILTINS = (
    *(Builtin(signature, NativeAggregate((_shifted if ",int4" in signature else _plain)(signature.partition("(")[0])),
              _example(called, expected))
      for signature, called, expected in _ROWS),
    Builtin("ntile(int4)", NativeAggregate(
        lambda over, count: _unless_null(f"ntile(coalesce({call(ntile_count, count)}, 1)){over}", count), (ntile_count,)),
            _example("ntile(3)", "1,1,2,3")),
    Builtin("nth_value(anyelement,int4)", NativeAggregate(
        lambda over, value, number: _unless_null(f"nth_value({value}, coalesce({call(nth_number, number)}, 1)){over}", number),
        (nth_number,)),
        _example("nth_value(x, 2)", "2,2,2")),
)
