"""The methods of jsonpath items: .type() .size() .double() .decimal() .datetime() .keyvalue() and the others.

Each gets the evaluation, its Item, the value (never an array that is to be unwrapped) and the scope.
"""

from collections.abc import Callable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isinf

from executor.builtins import jsonpath_datetime as moments
from executor.builtins.jsonpath_datetime import NAMES, Moment
from executor.builtins.jsonpath_run import PathError, Run, Scope
from executor.errors import SqlError
from executor.sqlstates import (
    InvalidArgumentForSqlJsonDatetimeFunction,
    InvalidParameterValue,
    NonNumericSqlJsonItem,
    SqlJsonArrayNotFound,
    SqlJsonObjectNotFound,
)
from executor.types.base import Env
from executor.types.boolean import parse_bool
from executor.types.float import float8_from_text
from executor.types.integer import INT4_MAX, INT4_MIN, INT8_MAX, INT8_MIN, integer_from_text
from executor.types.jsonpath_syntax import Item
from executor.types.jsontext import Json, Number
from executor.types.numeric import EXACT, apply_typmod, parse_numeric, quantum, rounded, text_of
from executor.types.oids import DATE, TIME, TIMESTAMP, TIMESTAMPTZ, TIMETZ

Method = Callable[[Run, Item, Json, Scope], Iterator[Json]]
WHOLE_ARRAYS = frozenset(("type", "size"))
"""Methods that take an array as it is."""
_TYPES = {dict: "object", list: "array", str: "string", Number: "number", bool: "boolean", type(None): "null"}
_PRECISION_MAX, _SCALE_LIMIT = 1000, 1000


def type_name(value: Json) -> str:
    """What .type() says of an item."""
    return NAMES[value.type] if value.__class__ is Moment else _TYPES[value.__class__]


def _type(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    return run.following(item, type_name(value), scope)


def _size(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    if value.__class__ is list:
        return run.following(item, Number(len(value)), scope)
    if run.lax:
        return run.following(item, Number(1), scope)
    if not scope.lenient:
        raise PathError(SqlJsonArrayNotFound("jsonpath item method .size() can only be applied to an array"))
    return iter(())


# --- numbers ---------------------------------------------------------------------------------------------------------


def _absolute(text: str) -> str:
    return text.removeprefix("-")


def _integral(rounding: str) -> Callable[[str], str]:
    return lambda text: text_of(Decimal(text).quantize(quantum(0), rounding, EXACT))


def _numeric(function: Callable[[str], str]) -> Method:
    def method(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
        if value.__class__ is not Number:
            raise PathError(NonNumericSqlJsonItem(
                f"jsonpath item method .{item.value}() can only be applied to a numeric value"))
        return run.following(item, Number(function(value)), scope)

    return method


def _invalid(item: Item, text: str, type_: str) -> PathError:
    return PathError(NonNumericSqlJsonItem(
        f'argument "{text}" of jsonpath item method .{item.value}() is invalid for type {type_}'))


def _inapplicable(item: Item, kinds: str) -> PathError:
    return PathError(NonNumericSqlJsonItem(f"jsonpath item method .{item.value}() can only be applied to a {kinds} value"))


def _not_finite(item: Item) -> PathError:
    return PathError(NonNumericSqlJsonItem(f"NaN or Infinity is not allowed for jsonpath item method .{item.value}()"))


def _double(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    if value.__class__ not in (Number, str):
        raise _inapplicable(item, "string or numeric")
    try:
        found = float8_from_text(value)
    except SqlError:
        raise _invalid(item, value, "double precision") from None
    if isinstance(found, str) or isinf(found):
        raise _not_finite(item)
    result = value if value.__class__ is Number else Number(text_of(Decimal(f"{found:.15g}")))
    return run.following(item, result, scope)


def _integer(type_: str, low: int, high: int) -> Method:
    def method(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
        if value.__class__ is Number:
            number = Decimal(value)
            found = int(rounded(number, 0)) if number.adjusted() < 20 else high + 1
            if not low <= found <= high:
                raise _invalid(item, value, type_)
        elif value.__class__ is str:
            try:
                found = integer_from_text(value, type_, low, high)
            except SqlError:
                raise _invalid(item, value, type_) from None
        else:
            raise _inapplicable(item, "string or numeric")
        return run.following(item, Number(found), scope)

    return method


def _boolean(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    try:
        if value.__class__ is bool:
            found = value
        elif value.__class__ is Number:
            found = integer_from_text(value, "integer", INT4_MIN, INT4_MAX) != 0
        elif value.__class__ is str:
            found = bool(parse_bool(value, -1, Env()))
        else:
            raise _inapplicable(item, "boolean, string, or numeric")
    except SqlError:
        raise _invalid(item, value, "boolean") from None
    return run.following(item, found, scope)


def _int4(argument: Item, what: str, item: Item) -> int:
    found = int(Decimal(argument.value)) if len(argument.value) < 20 else 2**63
    if not INT4_MIN <= found <= INT4_MAX:
        raise PathError(NonNumericSqlJsonItem(f"{what} of jsonpath item method .{item.value}() is out of range for type integer"))
    return found


def _typmod(item: Item) -> int:
    """The typmod that .decimal(precision, scale) asks for, or -1 (22023 as numeric(p, s) gives)."""
    if item.left is None:
        return -1
    precision = _int4(item.left, "precision", item)
    scale = _int4(item.right, "scale", item) if item.right is not None else 0
    if not 1 <= precision <= _PRECISION_MAX:
        raise PathError(InvalidParameterValue(f"NUMERIC precision {precision} must be between 1 and {_PRECISION_MAX}"))
    if not -_SCALE_LIMIT <= scale <= _SCALE_LIMIT:
        raise PathError(InvalidParameterValue(
            f"NUMERIC scale {scale} must be between -{_SCALE_LIMIT} and {_SCALE_LIMIT}"))
    return (precision << 16 | scale & 0x7FF) + 4


def _decimal(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    if value.__class__ not in (Number, str):
        raise _inapplicable(item, "string or numeric")
    try:
        number = value if value.__class__ is Number else str(parse_numeric(value, -1, Env()))
    except SqlError:
        raise _invalid(item, value, "numeric") from None
    if not Decimal(number).is_finite():
        raise _not_finite(item)
    typmod = _typmod(item)
    if typmod >= 0:
        try:
            number = text_of(apply_typmod(Decimal(number), typmod))
        except SqlError:
            raise _invalid(item, value, "numeric") from None
    return run.following(item, Number(number), scope)


_STRINGS: dict[type, Callable[[Json], str]] = {
    str: lambda value: value, Number: lambda value: str.__str__(value), Moment: moments.shown,
    bool: lambda value: "true" if value else "false",
}


def _string(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    show = _STRINGS.get(value.__class__)
    if show is None:
        raise _inapplicable(item, "boolean, string, numeric, or datetime")
    return run.following(item, "".join(show(value)), scope)


# --- objects ---------------------------------------------------------------------------------------------------------


def _keyvalue(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    if value.__class__ is not dict:
        raise PathError(SqlJsonObjectNotFound("jsonpath item method .keyvalue() can only be applied to an object"))
    number = run.object_id(value, scope.base)
    for key, member in value.items():
        made = {"id": Number(number), "key": key, "value": member}
        base = (made, run.next_id)
        run.next_id += 1
        yield from run.following(item, made, scope._replace(base=base))


# --- dates and times -------------------------------------------------------------------------------------------------

_TARGETS = {"date": DATE, "time": TIME, "time_tz": TIMETZ, "timestamp": TIMESTAMP, "timestamp_tz": TIMESTAMPTZ}
_WARNED = {TIME: "TIME({})", TIMETZ: "TIME({}) WITH TIME ZONE", TIMESTAMP: "TIMESTAMP({})",
           TIMESTAMPTZ: "TIMESTAMP({}) WITH TIME ZONE"}


def _wrong(message: str, hint: str | None = None) -> PathError:
    return PathError(InvalidArgumentForSqlJsonDatetimeFunction(message, hint=hint))


def _unrecognized(item: Item, text: str) -> PathError:
    hint = "Use a datetime template argument to specify the input data format." if item.value == "datetime" else None
    return _wrong(f'{item.value} format is not recognized: "{text}"', hint)


def _read(run: Run, item: Item, text: str) -> Moment:
    if item.value == "datetime" and item.left is not None:
        moments.check_template(item.left.value)
        try:
            return moments.parse(text, item.left.value, run.context.env)
        except SqlError as error:
            raise PathError(error) from None
    for template in moments.ISO_TEMPLATES:
        try:
            return moments.parse(text, template, run.context.env)
        except SqlError:
            continue
    raise _unrecognized(item, text)


def _precision(item: Item) -> int:
    if item.value in ("datetime", "date") or item.left is None:
        return -1
    found = int(item.left.value) if len(item.left.value) < 20 else 2**63
    if found > INT4_MAX:
        raise _wrong(f"time precision of jsonpath item method .{item.value}() is out of range for type integer")
    return found


def _datetime(run: Run, item: Item, value: Json, scope: Scope) -> Iterator[Json]:
    if value.__class__ is not str:
        raise _wrong(f"jsonpath item method .{item.value}() can only be applied to a string")
    precision = _precision(item)
    moment = _read(run, item, value)
    target = _TARGETS.get(item.value)
    if target is not None:
        try:
            moment = moments.cast(run.context, moment, target, run.zones)
        except moments.Uncastable:
            raise _unrecognized(item, value) from None
        if precision >= 0:
            moment = moments.rounded(moment, _allowed(run, target, precision))
    return run.following(item, moment, scope)


def _allowed(run: Run, target: int, precision: int) -> int:
    if precision > moments.PRECISION_MAX:
        run.context.notices.append(InvalidParameterValue(
            f"{_WARNED[target].format(precision)} precision reduced to maximum allowed, {moments.PRECISION_MAX}",
            severity="WARNING"))
    return min(precision, moments.PRECISION_MAX)


METHODS: dict[str, Method] = {
    "type": _type, "size": _size, "abs": _numeric(_absolute), "floor": _numeric(_integral(ROUND_FLOOR)),
    "ceiling": _numeric(_integral(ROUND_CEILING)), "double": _double, "bigint": _integer("bigint", INT8_MIN, INT8_MAX),
    "integer": _integer("integer", INT4_MIN, INT4_MAX), "boolean": _boolean, "decimal": _decimal, "number": _decimal,
    "string": _string, "keyvalue": _keyvalue, "datetime": _datetime, **dict.fromkeys(_TARGETS, _datetime),
}
