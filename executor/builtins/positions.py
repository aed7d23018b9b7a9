"""Arithmetic of pg_lsn; sizes of values; the type of an expression."""

from decimal import Decimal

from executor.builtins.base import ArgumentTypes, Builtin, Native, Python, native
from executor.builtins.numeric import numeric_add, numeric_round, numeric_sub
from executor.sqlstates import FeatureNotSupported, InvalidParameterValue
from executor.types.integer import INT8_MAX
from executor.types.text import text_of_stored


def _moved(position: int, distance: str, sign: int) -> int:
    value = Decimal(distance)
    if value.is_nan():
        raise FeatureNotSupported(f"cannot {'add NaN to' if sign > 0 else 'subtract NaN from'} pg_lsn")
    if value.is_infinite():
        raise FeatureNotSupported("cannot convert infinity to pg_lsn")
    sum_of_both = (numeric_add if sign > 0 else numeric_sub)(str(position), distance)
    result = int(numeric_round(sum_of_both))  # the sum is rounded, not the distance
    if not 0 <= result <= INT8_MAX:
        raise InvalidParameterValue("pg_lsn out of range")
    return result


def advance(position: int, distance: str) -> int:
    """pg_lsn + numeric, in bytes."""
    return _moved(position, distance, 1)


def retreat(position: int, distance: str) -> int:
    """pg_lsn - numeric, in bytes."""
    return _moved(position, distance, -1)


def _octet_length(types: ArgumentTypes, result: int) -> object:
    """Of a char(n), whose padding counts."""
    width = types[0][1] - 4
    return lambda value: len(text_of_stored(value).ljust(max(width, 0)).encode())


BUILTINS = (
    Builtin("pg_lsn_mi(pg_lsn,pg_lsn)", native(lambda a, b: f"CAST({a} - {b} AS TEXT)"),
            ("pg_lsn_mi('0/10'::pg_lsn, '1/0'::pg_lsn)", "-4294967280")),
    Builtin("pg_lsn_pli(pg_lsn,numeric)", Python(advance), ("pg_lsn_pli('0/10'::pg_lsn, 16)", "0/20")),
    Builtin("numeric_pl_pg_lsn(numeric,pg_lsn)", Python(lambda distance, position: advance(position, distance)),
            ("numeric_pl_pg_lsn(16, '0/10'::pg_lsn)", "0/20")),
    Builtin("pg_lsn_mii(pg_lsn,numeric)", Python(retreat), ("pg_lsn_mii('0/10'::pg_lsn, 17)", "ERROR 22023")),
    Builtin("octet_length(bpchar)", Python(_octet_length, typed=True), ("octet_length('ab'::char(5))", "5")),
    Builtin("pg_typeof(any)", Native(lambda types, result: lambda value: str(types[0][0]), typed=True),
            ("pg_typeof(1.5)::oid", "1700")),
)
