"""Comparing dates and times.

Stored dates and times sort as text (executor.types.instants), so most comparisons are SQLite's own; timetz needs the
collation pg_timetz. A date or timestamp is compared with a timestamptz in the session's time zone, in Python.
"""

import math
from collections.abc import Callable

from executor.builtins.base import Builtin, Native, Python, extreme, native
from executor.builtins.datetime import INFINITE, timestamptz_micros, utc_from_local
from executor.context import Context
from executor.types.datetime import compare_timetz
from executor.types.instants import DAY, INFINITY, NEG_INFINITY, date_days, timestamp_in_range, timestamp_micros
from executor.types.timezones import zone_of

OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TESTS: dict[str, Callable[[int], bool]] = {
    "eq": lambda order: order == 0,
    "ne": lambda order: order != 0,
    "lt": lambda order: order < 0,
    "le": lambda order: order <= 0,
    "gt": lambda order: order > 0,
    "ge": lambda order: order >= 0,
}
Key = int | float
_FLIPPED = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}


def compare_text(left: str, right: str) -> int:
    """The order of two stored values that sort as text."""
    return (left > right) - (left < right)


ASCENDING = {
    "date": ("date '2020-01-31'", "date '2020-02-01'"),
    "time": ("time '04:05'", "time '04:05:00.5'"),
    "timetz": ("timetz '10:00+02'", "timetz '09:00+00'"),
    "timestamp": ("timestamp '2020-01-31 09:59'", "timestamp 'infinity'"),
    "timestamptz": ("timestamptz '0044-03-15 12:00+00 BC'", "timestamptz '2020-01-31 10:00+00'"),
    "interval": ("interval '29 days 24:00'", "interval '1 mon 1 day'"),
}
"""Two values of each type, the smaller first, for the examples."""


def comparison_example(function: str, test: str, left: str, right: str) -> tuple[str, str]:
    """The example of a comparison of two types' smaller and larger values."""
    return f"{function}({ASCENDING[left][0]}, {ASCENDING[right][1]})", "t" if _TESTS[test](-1) else "f"


def comparisons(
    name: str, collation: str = "", compare: Callable[[str, str], int] = compare_text
) -> tuple[Builtin, ...]:
    """The six comparisons and cmp of a type whose stored text is compared by SQLite."""
    by = f" COLLATE {collation}" if collation else ""

    def comparison(operator: str) -> Native:
        return Native(lambda a, b: f"({a}{by} {operator} {b})", collate=bool(by))

    rows = [
        Builtin(
            f"{name}_{test}({name},{name})",
            comparison(operator),
            comparison_example(f"{name}_{test}", test, name, name),
        )
        for test, operator in OPERATORS.items()
    ]
    order = Native(lambda a, b: f"(({a}{by} > {b}) - ({a}{by} < {b}))", 2, compare, collate=bool(by))
    smaller, larger = ASCENDING[name]
    return (*rows, Builtin(f"{name}_cmp({name},{name})", order, (f"{name}_cmp({larger}, {smaller})", "1")))


def extremes(name: str) -> tuple[Builtin, ...]:
    """larger, smaller, max and min of a type that sorts as text."""
    return (
        Builtin(
            f"{name}_larger({name},{name})", native(lambda a, b: f"max({a}, {b})"), chooser_example(name, "larger")
        ),
        Builtin(
            f"{name}_smaller({name},{name})", native(lambda a, b: f"min({a}, {b})"), chooser_example(name, "smaller")
        ),
        Builtin(f"max({name})", extreme("max"), extreme_example(name, "max")),
        Builtin(f"min({name})", extreme("min"), extreme_example(name, "min")),
    )


def chooser_example(name: str, verb: str) -> tuple[str, str]:
    """The example of a function that gives the larger or smaller of two."""
    smaller, larger = ASCENDING[name]
    return f"{name}_{verb}({smaller}, {larger}) = {larger if verb == 'larger' else smaller}", "t"


def extreme_example(name: str, aggregate: str) -> tuple[str, str]:
    """The example of max or min."""
    smaller, larger = ASCENDING[name]
    values = f"(VALUES ({smaller}), ({larger})) v (x)"
    return f"(SELECT {aggregate}(x) FROM {values}) = {larger if aggregate == 'max' else smaller}", "t"


_DATE_WITH_TIMESTAMP: dict[str, Callable[[str, str], str]] = {
    # A date is a prefix of its own midnight, so as text it sorts just before it.
    "eq": lambda d, t: f"({t} = {d} || ' 00:00:00' OR {t} = {d})",
    "ne": lambda d, t: f"({t} <> {d} || ' 00:00:00' AND {t} <> {d})",
    "lt": lambda d, t: f"({d} < {t} AND {t} <> {d} || ' 00:00:00')",
    "le": lambda d, t: f"({d} <= {t})",
    "gt": lambda d, t: f"({d} > {t})",
    "ge": lambda d, t: f"({d} >= {t} OR {t} = {d} || ' 00:00:00')",
}


def _key(micros: int) -> Key:
    if micros == INFINITY:
        return math.inf
    return -math.inf if micros == NEG_INFINITY else micros


def _date_key(context: Context, stored: str) -> Key:
    if stored in INFINITE:
        return math.inf if stored == "infinity" else -math.inf
    micros = date_days(stored) * DAY
    # A date after the last timestamp is later than all of them in any zone.
    return utc_from_local(micros, zone_of(context.env)) if timestamp_in_range(micros) else micros


def _timestamp_key(context: Context, stored: str) -> Key:
    micros = timestamp_micros(stored)
    return _key(micros) if stored in INFINITE else utc_from_local(micros, zone_of(context.env))


def _timestamptz_key(context: Context, stored: str) -> Key:
    return _key(timestamptz_micros(stored))


def _order(a: Key, b: Key) -> int:
    return (a > b) - (a < b)


def _local_comparison(left: Callable[[Context, str], Key], right: Callable[[Context, str], Key], test: str) -> Python:
    holds = _TESTS[test]
    return Python(lambda context, a, b: int(holds(_order(left(context, a), right(context, b)))), context=True)


def _zoned_comparisons(name: str, key: Callable[[Context, str], Key]) -> list[Builtin]:
    """A date or timestamp, taken in the session's zone, with a timestamptz; both ways round."""
    rows = []
    for test in OPERATORS:
        forth, back = f"{name}_{test}_timestamptz", f"timestamptz_{test}_{name}"
        rows.append(
            Builtin(
                f"{forth}({name},timestamptz)",
                _local_comparison(key, _timestamptz_key, test),
                comparison_example(forth, test, name, "timestamptz"),
            )
        )
        rows.append(
            Builtin(
                f"{back}(timestamptz,{name})",
                _local_comparison(_timestamptz_key, key, test),
                comparison_example(back, test, "timestamptz", name),
            )
        )

    def compare(context: Context, a: str, b: str) -> int:
        return _order(key(context, a), _timestamptz_key(context, b))

    def compare_back(context: Context, a: str, b: str) -> int:
        return -compare(context, b, a)

    early, late = ASCENDING["timestamptz"][0], ASCENDING[name][1]
    rows.append(
        Builtin(
            f"{name}_cmp_timestamptz({name},timestamptz)",
            Python(compare, context=True),
            (f"{name}_cmp_timestamptz({late}, {early})", "1"),
        )
    )
    rows.append(
        Builtin(
            f"timestamptz_cmp_{name}(timestamptz,{name})",
            Python(compare_back, context=True),
            (f"timestamptz_cmp_{name}({early}, {late})", "-1"),
        )
    )
    return rows


def _compare_date_timestamp(date: str, timestamp: str) -> int:
    return compare_text(date if date in INFINITE else f"{date} 00:00:00", timestamp)


def _date_timestamp_comparisons() -> list[Builtin]:
    rows = []
    for test, lower in _DATE_WITH_TIMESTAMP.items():
        flipped = _DATE_WITH_TIMESTAMP[_FLIPPED[test]]
        rows.append(
            Builtin(
                f"date_{test}_timestamp(date,timestamp)",
                native(lower, repeats=2, python=_date_timestamp_test(test, 1)),
                comparison_example(f"date_{test}_timestamp", test, "date", "timestamp"),
            )
        )
        rows.append(
            Builtin(
                f"timestamp_{test}_date(timestamp,date)",
                native(_swapped(flipped), repeats=2, python=_date_timestamp_test(test, -1)),
                comparison_example(f"timestamp_{test}_date", test, "timestamp", "date"),
            )
        )
    date, timestamp = ASCENDING["date"][0], ASCENDING["timestamp"][1]
    rows.append(
        Builtin(
            "date_cmp_timestamp(date,timestamp)",
            Python(_compare_date_timestamp),
            (f"date_cmp_timestamp({date}, {timestamp})", "-1"),
        )
    )
    rows.append(
        Builtin(
            "timestamp_cmp_date(timestamp,date)",
            Python(lambda t, d: -_compare_date_timestamp(d, t)),
            (f"timestamp_cmp_date({timestamp}, {date})", "1"),
        )
    )
    return rows


def _swapped(lower: Callable[[str, str], str]) -> Callable[[str, str], str]:
    return lambda a, b: lower(b, a)


def _date_timestamp_test(test: str, sign: int) -> Callable[[str, str], int]:
    """The test of a date with a timestamp, or (sign -1) of a timestamp with a date, in Python."""
    holds = _TESTS[test]
    if sign > 0:
        return lambda d, t: int(holds(_compare_date_timestamp(d, t)))
    return lambda t, d: int(holds(-_compare_date_timestamp(d, t)))


BUILTINS = (
    *comparisons("date"),
    *comparisons("time"),
    *comparisons("timestamp"),
    *comparisons("timestamptz"),
    *comparisons("timetz", "pg_timetz", compare_timetz),
    *extremes("date"),
    *extremes("time"),
    *extremes("timestamp"),
    *extremes("timestamptz"),
    *_date_timestamp_comparisons(),
    *_zoned_comparisons("date", _date_key),
    *_zoned_comparisons("timestamp", _timestamp_key),
)
