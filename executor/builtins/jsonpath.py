"""jsonb_path_exists, _match, _query, _query_array, _query_first with their _tz forms, and the operators @? and @@."""

from collections.abc import Callable, Iterator
from functools import partial

from executor.builtins.base import Builtin, Python, SetReturning
from executor.builtins.jsonpath_datetime import Moment, shown
from executor.builtins.jsonpath_run import PathError, Run, Variables
from executor.context import Context
from executor.sqlstates import InvalidParameterValue, SingletonSqlJsonItemRequired
from executor.types.base import Stored
from executor.types.jsonpath_syntax import parse
from executor.types.jsontext import Json, dump, load

NO_VARIABLES = "{}"


def _run(context: Context, target: str, path: str, vars_: str, zones: bool, silent: int) -> Run:
    variables = load(vars_)
    if not isinstance(variables, dict):
        raise InvalidParameterValue('"vars" argument is not an object',
                                    detail='Jsonpath parameters should be encoded as key-value pairs of "vars" object.')
    return Run(context, parse(path), load(target), Variables(variables, variables), zones, bool(silent))


def settled(value: Json) -> Json:
    """An item as JSON: a moment becomes a string."""
    return shown(value) if value.__class__ is Moment else value


def _items(run: Run, silent: int) -> Iterator[Json]:
    """The items; silent: up to the first error, else the error is raised."""
    try:
        for value in run.items():
            yield settled(value)
    except PathError as error:
        if not silent:
            raise error.error from None


def path_exists(zones: bool, context: Context, target: str, path: str, vars_: str = NO_VARIABLES, silent: int = 1) -> Stored:
    """jsonb_path_exists: whether the path gives an item; NULL for an error that is suppressed."""
    try:
        return int(_run(context, target, path, vars_, zones, silent).exists())
    except PathError as error:
        if silent:
            return None
        raise error.error from None


def path_match(zones: bool, context: Context, target: str, path: str, vars_: str = NO_VARIABLES, silent: int = 1) -> Stored:
    """jsonb_path_match: the path's only item, which must be a boolean or null."""
    found = list(_items(_run(context, target, path, vars_, zones, silent), silent))
    if len(found) == 1 and (found[0] is None or found[0].__class__ is bool):
        return None if found[0] is None else int(found[0])
    if not silent:
        raise SingletonSqlJsonItemRequired("single boolean result is expected")
    return None


def path_query(zones: bool, context: Context, target: str, path: str, vars_: str, silent: int) -> Iterator[str]:
    """jsonb_path_query: all items, computed before the first is given, as in PostgreSQL."""
    for value in list(_items(_run(context, target, path, vars_, zones, silent), silent)):
        yield dump(value)


def path_query_array(zones: bool, context: Context, target: str, path: str, vars_: str, silent: int) -> str:
    """jsonb_path_query_array: the items in an array."""
    return dump(list(_items(_run(context, target, path, vars_, zones, silent), silent)))


def path_query_first(zones: bool, context: Context, target: str, path: str, vars_: str, silent: int) -> Stored:
    """jsonb_path_query_first: the first item; all are computed, as in PostgreSQL."""
    found = list(_items(_run(context, target, path, vars_, zones, silent), silent))
    return dump(found[0]) if found else None


def _rows(name: str, function: Callable[..., object], example: str, expected: str) -> Iterator[Builtin]:
    for suffix, zones in (("", False), ("_tz", True)):
        yield Builtin(f"{name}{suffix}(jsonb,jsonpath,jsonb,bool)", Python(partial(function, zones), context=True),
                      (f"{name}{suffix}({example})", expected))


BUILTINS = (
    *_rows("jsonb_path_exists", path_exists, "'{\"a\": [1, 2]}', '$.a[*] ? (@ >= $min)', '{\"min\": 2}', false", "t"),
    *_rows("jsonb_path_match", path_match, "'{\"a\": 1}', 'exists($.b)', '{}', false", "f"),
    *_rows("jsonb_path_query_array", path_query_array, "'[1, 2, 3]', '$[*] ? (@ > 1)', '{}', false", "[2, 3]"),
    *_rows("jsonb_path_query_first", path_query_first, "'[1, 2, 3]', '$[*] ? (@ > 1)', '{}', false", "2"),
    *(Builtin(f"jsonb_path_query{suffix}(jsonb,jsonpath,jsonb,bool)", SetReturning(partial(path_query, zones), context=True))
      for suffix, zones in (("", False), ("_tz", True))),
    Builtin("jsonb_path_exists_opr(jsonb,jsonpath)", Python(partial(path_exists, False), context=True),
            ("jsonb_path_exists_opr('{\"a\": 1}', '$.a')", "t")),
    Builtin("jsonb_path_match_opr(jsonb,jsonpath)", Python(partial(path_match, False), context=True),
            ("jsonb_path_match_opr('{\"a\": 1}', '$.a > 5')", "f")),
)
