"""OVERLAPS, and series of timestamps."""

from collections.abc import Callable, Iterator

from executor.builtins.base import Builtin, Python, SetReturning
from executor.builtins.datetime_arithmetic import (
    add_to_timestamp,
    add_to_timestamptz,
    time_plus,
    timestamp_plus,
    timestamptz_plus,
    timetz_plus,
)
from executor.builtins.datetime_comparison import ASCENDING, compare_text
from executor.builtins.zones import session_or_named_zone
from executor.context import Context
from executor.sqlstates import InvalidParameterValue
from executor.types.datetime import compare_timetz
from executor.types.spans import Interval, interval

Compare = Callable[[str, str], int]
Adder = Callable[..., str]


def periods_overlap(s1: str | None, e1: str | None, s2: str | None, e2: str | None, compare: Compare) -> int | None:
    """(s1, e1) OVERLAPS (s2, e2): half-open periods, an end may come first, and may be unknown (NULL)."""
    s1, e1 = _ordered(s1, e1, compare)
    s2, e2 = _ordered(s2, e2, compare)
    if s1 is None or s2 is None:
        return None
    order = compare(s1, s2)
    if order == 0:
        # They share an instant unless both ends are unknown ... in which case nobody knows.
        return None if e1 is None or e2 is None else 1
    later, end, other_end = (s1, e2, e1) if order > 0 else (s2, e1, e2)
    if end is None:
        return None
    if compare(later, end) < 0:
        return 1
    return None if other_end is None else 0


def _ordered(start: str | None, end: str | None, compare: Compare) -> tuple[str | None, str | None]:
    """Start and end the right way round; an unknown one is the end."""
    if start is None:
        return end, None
    if end is not None and compare(start, end) > 0:
        return end, start
    return start, end


def _overlaps(compare: Compare, add: Adder, first_spans: bool, second_spans: bool, context: bool = False) -> Python:
    """A variant of overlaps: each period may be given by its length instead of its end."""

    def end(session: tuple[Context, ...], start: str | None, length: str | None, is_span: bool) -> str | None:
        if not is_span or start is None or length is None:
            return None if is_span else length
        return add(*session, start, length)

    def overlaps(
        session: tuple[Context, ...], a: str | None, b: str | None, c: str | None, d: str | None
    ) -> int | None:
        return periods_overlap(a, end(session, a, b, first_spans), c, end(session, c, d, second_spans), compare)

    if context:
        return Python(lambda session, *periods: overlaps((session,), *periods), context=True)
    return Python(lambda *periods: overlaps((), *periods))


def _overlap_rows() -> Iterator[Builtin]:
    kinds = (("time", time_plus, False), ("timestamp", timestamp_plus, False), ("timestamptz", timestamptz_plus, True))
    for name, add, context in kinds:
        for first in (False, True):
            for second in (False, True):
                ends = ["interval" if spans else name for spans in (first, second)]
                signature = f"overlaps({name},{ends[0]},{name},{ends[1]})"
                start, later = ASCENDING[name][0], ASCENDING["date" if name == "timestamp" else name][1]
                lasts = ["interval '1 hour'" if spans else later for spans in (first, second)]
                example = (f"({start}, {lasts[0]}) OVERLAPS ({start}, {lasts[1]})", "t")
                yield Builtin(signature, _overlaps(compare_text, add, first, second, context), example)
    yield Builtin(
        "overlaps(timetz,timetz,timetz,timetz)",
        _overlaps(compare_timetz, timetz_plus, False, False),
        (
            "(timetz '00:00+00', timetz '24:00-12') OVERLAPS (timetz '23:59+05:30', timetz '24:00-12')",
            "t",
        ),
    )


def _series(start: str, stop: str, step: str, add: Callable[[str, Interval], str]) -> Iterator[str]:
    value = interval(step)
    if not value.finite:
        raise InvalidParameterValue("step size cannot be infinite")
    if value.span == 0:
        raise InvalidParameterValue("step size cannot equal zero")
    rising = value.span > 0
    current = start
    while current <= stop if rising else current >= stop:
        yield current
        current = add(current, value)


def timestamp_series(start: str, stop: str, step: str) -> Iterator[str]:
    """generate_series(timestamp, timestamp, interval)."""
    return _series(start, stop, step, add_to_timestamp)


def timestamptz_series(context: Context, start: str, stop: str, step: str, zone: str | None = None) -> Iterator[str]:
    """generate_series(timestamptz, timestamptz, interval [, zone])."""
    there = session_or_named_zone(context, zone)
    return _series(start, stop, step, lambda stored, value: add_to_timestamptz(stored, value, there))


_SERIES = "(SELECT max(x) FROM generate_series({0} '2020-01-31', '2020-12-31', '1 month'{1}) x)"

BUILTINS = (
    *_overlap_rows(),
    Builtin(
        "generate_series(timestamp,timestamp,interval)",
        SetReturning(timestamp_series),
        (_SERIES.format("timestamp", ""), "2020-12-29 00:00:00"),
    ),
    Builtin(
        "generate_series(timestamptz,timestamptz,interval)",
        SetReturning(timestamptz_series, context=True),
        (_SERIES.format("timestamptz", ""), "2020-12-29 00:00:00+00"),
    ),
    Builtin(
        "generate_series(timestamptz,timestamptz,interval,text)",
        SetReturning(timestamptz_series, context=True),
        (_SERIES.format("timestamptz", ", 'UTC'"), "2020-12-29 00:00:00+00"),
    ),
)
