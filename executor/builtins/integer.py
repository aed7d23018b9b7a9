"""int2, int4, int8: arithmetic that never wraps around, bits, casts between integers, number bases."""

import operator
from collections.abc import Callable, Iterator
from math import gcd as _gcd
from math import lcm as _lcm

from executor.builtins.base import Builtin, Native, Python, SetReturning, call, native
from executor.sqlstates import DivisionByZero, InvalidParameterValue, NumericValueOutOfRange
from executor.types.integer import INT2_MAX, INT2_MIN, INT4_MAX, INT4_MIN, INT8_MAX, INT8_MIN

_RANGES = {
    "int2": (INT2_MIN, INT2_MAX, "smallint out of range"),
    "int4": (INT4_MIN, INT4_MAX, "integer out of range"),
    "int8": (INT8_MIN, INT8_MAX, "bigint out of range"),
}
_BITS = {"int2": 16, "int4": 32, "int8": 64}
_WIDER = {"24": ("int2", "int4"), "42": ("int4", "int2"), "28": ("int2", "int8"), "82": ("int8", "int2"),
          "48": ("int4", "int8"), "84": ("int8", "int4")}


def checked(value: int, kind: str) -> int:
    """Give an integer back if its type can hold it, else 22003."""
    low, high, message = _RANGES[kind]
    if low <= value <= high:
        return value
    raise NumericValueOutOfRange(message)


def int2_out_of_range(value: object) -> None:
    """The guard of smallint results."""
    raise NumericValueOutOfRange("smallint out of range")


def int4_out_of_range(value: object) -> None:
    """The guard of integer results."""
    raise NumericValueOutOfRange("integer out of range")


def int8_out_of_range(value: object) -> None:
    """The guard of bigint results."""
    raise NumericValueOutOfRange("bigint out of range")


def division_by_zero(dividend: object) -> None:
    """The guard of divisors."""
    raise DivisionByZero("division by zero")


_GUARDS = {"int2": int2_out_of_range, "int4": int4_out_of_range, "int8": int8_out_of_range}


def quotient(a: int, b: int) -> int:
    """Integer division that truncates toward zero."""
    if b == 0:
        raise DivisionByZero("division by zero")
    result = abs(a) // abs(b)
    return result if (a < 0) == (b < 0) else -result


def remainder(a: int, b: int) -> int:
    """What `quotient` leaves; it has the sign of the dividend."""
    return a - b * quotient(a, b)


def in_range(kind: str, text: str) -> str:
    """SQL that gives the value of `text` (evaluated up to three times) if it is in the type's range, else raises."""
    low, high, _ = _RANGES[kind]
    wrong = call(_GUARDS[kind], text)
    if kind == "int8":  # SQLite makes a sum that is too large a REAL
        return f"(CASE typeof({text}) WHEN 'integer' THEN {text} ELSE {wrong} END)"
    return f"(CASE WHEN {text} BETWEEN {low} AND {high} THEN {text} ELSE {wrong} END)"


def _arithmetic(kind: str, symbol: str, function: Callable[[int, int], int]) -> Native:
    return Native(lambda a, b: in_range(kind, f"{a} {symbol} {b}"), 3, lambda a, b: checked(function(a, b), kind),
                  (_GUARDS[kind],))


def _division(kind: str) -> Native:
    low, _, _ = _RANGES[kind]
    guards = (division_by_zero, _GUARDS[kind])

    def lower(a: str, b: str) -> str:
        return (f"(CASE {b} WHEN 0 THEN {call(division_by_zero, a)} WHEN -1 THEN CASE {a} WHEN {low} THEN "
                f"{call(_GUARDS[kind], a)} ELSE - {a} END ELSE {a} / {b} END)")

    return Native(lower, 4, lambda a, b: checked(quotient(a, b), kind), guards)


def _modulo() -> Native:
    return Native(lambda a, b: f"(CASE {b} WHEN 0 THEN {call(division_by_zero, a)} ELSE {a} % {b} END)", 2, remainder,
                  (division_by_zero,))


def _negation(kind: str) -> Native:
    low, _, _ = _RANGES[kind]
    return Native(lambda a: f"(CASE {a} WHEN {low} THEN {call(_GUARDS[kind], a)} ELSE - {a} END)", 3,
                  lambda a: checked(-a, kind), (_GUARDS[kind],))


def _absolute(kind: str) -> Native:
    low, _, _ = _RANGES[kind]
    return Native(lambda a: f"(CASE {a} WHEN {low} THEN {call(_GUARDS[kind], a)} ELSE abs({a}) END)", 3,
                  lambda a: checked(abs(a), kind), (_GUARDS[kind],))


def _wrapped(text: str, kind: str) -> str:
    """SQL that cuts an integer to the bits of its type."""
    if kind == "int8":
        return f"({text})"
    half = 1 << (_BITS[kind] - 1)
    return f"(((({text}) + {half}) & {2 * half - 1}) - {half})"


def _shifts(kind: str) -> Iterator[Builtin]:
    # The count is taken modulo the width of the register that C shifts in, as on every common processor.
    mask = 63 if kind == "int8" else 31
    yield Builtin(f"{kind}shl({kind},int4)", native(lambda a, b: _wrapped(f"{a} << ({b} & {mask})", kind)),
                  (f"{kind}shl(-3::{kind}, 4)", "-48"))
    yield Builtin(f"{kind}shr({kind},int4)", native(lambda a, b: f"({a} >> ({b} & {mask}))"),
                  (f"{kind}shr(-49::{kind}, 4)", "-4"))


def _bits(kind: str) -> Iterator[Builtin]:
    yield Builtin(f"{kind}and({kind},{kind})", native(lambda a, b: f"({a} & {b})"),
                  (f"{kind}and(12::{kind}, 10::{kind})", "8"))
    yield Builtin(f"{kind}or({kind},{kind})", native(lambda a, b: f"({a} | {b})"),
                  (f"{kind}or(12::{kind}, 10::{kind})", "14"))
    yield Builtin(f"{kind}xor({kind},{kind})",
                  native(lambda a, b: f"(({a} | {b}) & ~({a} & {b}))", repeats=2, python=operator.xor),
                  (f"{kind}xor(12::{kind}, -10::{kind})", "-6"))
    yield Builtin(f"{kind}not({kind})", native(lambda a: f"(~ {a})"), (f"{kind}not(12::{kind})", "-13"))
    yield from _shifts(kind)


def _same_type(kind: str) -> Iterator[Builtin]:
    low = _RANGES[kind][0]
    pair = f"({kind},{kind})"
    for name, symbol, function, expected in (("pl", "+", operator.add, "9"), ("mi", "-", operator.sub, "5"),
                                             ("mul", "*", operator.mul, "14")):
        yield Builtin(f"{kind}{name}{pair}", _arithmetic(kind, symbol, function),
                      (f"{kind}{name}(7::{kind}, 2::{kind})", expected))
    yield Builtin(f"{kind}div{pair}", _division(kind), (f"{kind}div(-7::{kind}, 2::{kind})", "-3"))
    yield Builtin(f"{kind}mod{pair}", _modulo(), (f"{kind}mod(-7::{kind}, 2::{kind})", "-1"))
    yield Builtin(f"mod{pair}", _modulo(), (f"mod(-7::{kind}, 0::{kind})", "ERROR 22012"))
    yield Builtin(f"{kind}um({kind})", _negation(kind), (f"{kind}um(({low})::{kind})", "ERROR 22003"))
    yield Builtin(f"{kind}up({kind})", native(lambda a: a), (f"{kind}up(-7::{kind})", "-7"))
    for name in (f"{kind}abs", "abs"):
        yield Builtin(f"{name}({kind})", _absolute(kind), (f"{name}(-7::{kind})", "7"))
    yield Builtin(f"{kind}larger{pair}", native(lambda a, b: f"max({a}, {b})"),
                  (f"{kind}larger(7::{kind}, 2::{kind})", "7"))
    yield Builtin(f"{kind}smaller{pair}", native(lambda a, b: f"min({a}, {b})"),
                  (f"{kind}smaller(7::{kind}, 2::{kind})", "2"))
    yield from _bits(kind)


def _two_types() -> Iterator[Builtin]:
    for suffix, (left, right) in _WIDER.items():
        kind = max(left, right)
        for name, implementation, expected in (
                ("pl", _arithmetic(kind, "+", operator.add), "9"), ("mi", _arithmetic(kind, "-", operator.sub), "5"),
                ("mul", _arithmetic(kind, "*", operator.mul), "14"), ("div", _division(kind), "3")):
            yield Builtin(f"int{suffix}{name}({left},{right})", implementation,
                          (f"int{suffix}{name}(7::{left}, 2::{right})", expected))


def _narrowing(kind: str, source: str) -> Builtin:
    low, high, _ = _RANGES[kind]
    return Builtin(f"{kind}({source})", native(
        lambda a: f"(CASE WHEN {a} BETWEEN {low} AND {high} THEN {a} ELSE {call(_GUARDS[kind], a)} END)", repeats=2,
        python=lambda a: checked(a, kind), helpers=(_GUARDS[kind],)), (f"{kind}({high + 1}::{source})", "ERROR 22003"))


def _widening(kind: str, source: str) -> Builtin:
    return Builtin(f"{kind}({source})", native(lambda a: a), (f"{kind}(7::{source})", "7"))


def oid_from_int8(value: int) -> int:
    """The cast from bigint; 22003 outside the unsigned 32-bit numbers."""
    if not 0 <= value <= 0xFFFFFFFF:
        raise NumericValueOutOfRange("OID out of range")
    return value


def _based(letter: str, bits: int) -> Callable[[int], str]:
    mask = (1 << bits) - 1
    return lambda value: format(value & mask, letter)


def series(start: int, stop: int, step: int = 1) -> Iterator[int]:
    """generate_series; both ends are included."""
    if step == 0:
        raise InvalidParameterValue("step size cannot equal zero")
    return iter(range(start, stop + (1 if step > 0 else -1), step))


def _others(kind: str) -> Iterator[Builtin]:
    bits = _BITS[kind]
    yield Builtin(f"gcd({kind},{kind})", Python(lambda a, b: checked(_gcd(a, b), kind)),
                  (f"gcd(12::{kind}, -18::{kind})", "6"))
    yield Builtin(f"lcm({kind},{kind})", Python(lambda a, b: checked(_lcm(a, b), kind)),
                  (f"lcm(12::{kind}, -18::{kind})", "36"))
    for name, letter, text in (("to_hex", "x", "ff"), ("to_oct", "o", "377"), ("to_bin", "b", "11111111")):
        yield Builtin(f"{name}({kind})", Python(_based(letter, bits)), (f"{name}(255::{kind})", text))
    yield Builtin(f"generate_series({kind},{kind},{kind})", SetReturning(series))
    yield Builtin(f"generate_series({kind},{kind})", SetReturning(series))


BUILTINS = (
    *(row for kind in _RANGES for row in _same_type(kind)), *_two_types(), *_others("int4"), *_others("int8"),
    _narrowing("int2", "int4"), _narrowing("int2", "int8"), _narrowing("int4", "int8"), _widening("int4", "int2"),
    _widening("int8", "int2"), _widening("int8", "int4"), _widening("int8", "oid"),
    Builtin("oid(int8)", Python(oid_from_int8), ("oid(4294967295::int8)", "4294967295")),
    Builtin("xid(xid8)", native(lambda a: f"({a} & 4294967295)"), ("xid('4294967297'::xid8)", "1")),
    Builtin("int4inc(int4)", native(lambda a: in_range("int4", f"{a} + 1"), repeats=3,
                                    python=lambda a: checked(a + 1, "int4"), helpers=(int4_out_of_range,)),
            ("int4inc(2147483647)", "ERROR 22003")),
    Builtin("int8inc(int8)", native(lambda a: in_range("int8", f"{a} + 1"), repeats=3,
                                    python=lambda a: checked(a + 1, "int8"), helpers=(int8_out_of_range,)),
            ("int8inc(7::int8)", "8")),
    Builtin("int8dec(int8)", native(lambda a: in_range("int8", f"{a} - 1"), repeats=3,
                                    python=lambda a: checked(a - 1, "int8"), helpers=(int8_out_of_range,)),
            ("int8dec(7::int8)", "6")),
    Builtin("oidlarger(oid,oid)", native(lambda a, b: f"max({a}, {b})"), ("oidlarger(1::oid, 2::oid)", "2")),
    Builtin("oidsmaller(oid,oid)", native(lambda a, b: f"min({a}, {b})"), ("oidsmaller(1::oid, 2::oid)", "1")),
)
