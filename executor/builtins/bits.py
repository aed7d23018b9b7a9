"""bit and bit varying: their values are texts of 0 and 1 (executor.types.bits)."""

import operator
from collections.abc import Callable, Iterator

from executor.builtins.base import Builtin, Python, PythonAggregate, native
from executor.sqlstates import (
    ArraySubscriptError,
    InvalidParameterValue,
    NumericValueOutOfRange,
    StringDataLengthMismatch,
    SubstringError,
)
from executor.types.base import Stored
from executor.types.bits import fit_bit, fit_varbit
from executor.types.memory import difference, packed_bits

_COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TRUE_OF_ASCENDING = {"ne", "lt", "le"}
_INT4_MAX = (1 << 31) - 1


def compare(a: str, b: str) -> int:
    """bitcmp."""
    return difference(packed_bits(a), packed_bits(b)) or (len(a) > len(b)) - (len(a) < len(b))


def _combine(verb: str, function: Callable[[int, int], int]) -> Callable[[str, str], str]:
    def combine(a: str, b: str) -> str:
        if len(a) != len(b):
            raise StringDataLengthMismatch(f"cannot {verb} bit strings of different sizes")
        return format(function(int(a, 2), int(b, 2)), f"0{len(a)}b") if a else ""

    return combine


_FLIP = str.maketrans("01", "10")
_AND, _OR, _XOR = (_combine(verb, function) for verb, function in (
    ("AND", operator.and_), ("OR", operator.or_), ("XOR", operator.xor)))


def invert(bits: str) -> str:
    """~"""
    return bits.translate(_FLIP)


def shift_left(bits: str, count: int) -> str:
    """<<: the length stays; a negative count shifts to the right."""
    return bits[count:].ljust(len(bits), "0") if count >= 0 else shift_right(bits, -count)


def shift_right(bits: str, count: int) -> str:
    """>>: zeros come in from the left."""
    return bits[: max(len(bits) - count, 0)].rjust(len(bits), "0") if count >= 0 else shift_left(bits, -count)


def substring(bits: str, start: int, length: int | None = None) -> str:
    """Bits from `start`, counted from 1; what lies before the first is counted in the length (22011)."""
    if length is None:
        return bits[max(start - 1, 0) :]
    if length < 0:
        raise SubstringError("negative substring length not allowed")
    return bits[max(start - 1, 0) : max(start - 1 + length, 0)]


def position(bits: str, wanted: str) -> int:
    """Where `wanted` begins, from 1; 0 if it is nowhere or there are no bits at all."""
    return bits.find(wanted) + 1 if bits else 0


def overlay(bits: str, other: str, start: int, length: int | None = None) -> str:
    """`other` in place of `length` bits from `start` (22011, 22003)."""
    size = len(other) if length is None else length
    if start <= 0:
        raise SubstringError("negative substring length not allowed")
    if start + size > _INT4_MAX:
        raise NumericValueOutOfRange("integer out of range")
    return substring(bits, 1, start - 1) + other + substring(bits, start + size)


def _checked_index(bits: str, index: int) -> int:
    if not 0 <= index < len(bits):
        raise ArraySubscriptError(f"bit index {index} out of valid range (0..{len(bits) - 1})")
    return index


def get_bit(bits: str, index: int) -> int:
    """The bit at an index counted from the left and from 0 (2202E)."""
    return int(bits[_checked_index(bits, index)])


def set_bit(bits: str, index: int, value: int) -> str:
    """The bits with that at an index replaced (2202E, 22023)."""
    at = _checked_index(bits, index)
    if value not in (0, 1):
        raise InvalidParameterValue("new bit must be 0 or 1")
    return f"{bits[:at]}{value}{bits[at + 1 :]}"


def from_integer(value: int, length: int) -> str:
    """The low `length` bits of an integer, its sign repeated to the left; a length below 1 is 1."""
    length = max(length, 1)
    return format(value & (1 << length) - 1, f"0{length}b")


def _to_integer(size: int, name: str) -> Callable[[str], int]:
    def convert(bits: str) -> int:
        if len(bits) > size:
            raise NumericValueOutOfRange(f"{name} out of range")
        value = int(bits or "0", 2)
        return value - (1 << size) if value >> (size - 1) else value

    return convert


class _Folded:
    """Folds bit strings with an operator."""

    def __init__(self, combine: Callable[[str, str], str]) -> None:
        self.combine = combine
        self.state: str | None = None

    def step(self, value: str) -> None:
        self.state = value if self.state is None else self.combine(self.state, value)

    def final(self) -> Stored:
        return self.state


def _fold(combine: Callable[[str, str], str]) -> Callable[[], _Folded]:
    return lambda: _Folded(combine)


def _comparisons() -> Iterator[Builtin]:
    for kind in ("bit", "varbit"):
        for verb, sign in _COMPARISONS.items():
            name = kind + verb
            values = ("B'01'", "B'1'") if kind == "bit" else ("B'01'::varbit", "B'1'::varbit")
            yield Builtin(f"{name}({kind},{kind})", native(_infix(sign)),
                          (f"{name}({', '.join(values)})", "t" if verb in _TRUE_OF_ASCENDING else "f"))
        yield Builtin(f"{kind}cmp({kind},{kind})", Python(compare), (f"{kind}cmp(B'10', B'1')", "1"))


def _infix(sign: str) -> Callable[[str, str], str]:
    return lambda a, b: f"({a} {sign} {b})"


def _combinations() -> Iterator[Builtin]:
    for verb, function, expected, folded in (("and", _AND, "0100", "4"), ("or", _OR, "0111", "7"),
                                             ("xor", _XOR, "0011", "3")):
        yield Builtin(f"bit{verb}(bit,bit)", Python(function), (f"bit{verb}(B'0101', B'0110')", expected))
        bits = format(int(folded), "04b")
        yield Builtin(f"bit_{verb}(bit)", PythonAggregate(_fold(function)),
                      (f"(SELECT bit_{verb}(x) FROM (VALUES (B'0100'), (B'0111')) v (x))", bits))


def _casts() -> Iterator[Builtin]:
    yield Builtin("bit(bit,int4,bool)", Python(fit_bit), ("B'101'::bit(5)", "10100"))
    yield Builtin("varbit(varbit,int4,bool)", Python(fit_varbit), ("B'101'::varbit(2)", "10"))
    for kind, size, name in (("int4", 32, "integer"), ("int8", 64, "bigint")):
        yield Builtin(f"bit({kind},int4)", Python(from_integer), (f"(-44)::{kind}::bit(12)", "111111010100"))
        yield Builtin(f"{kind}(bit)", Python(_to_integer(size, name)), (f"B'1110'::{kind}", "14"))


BUILTINS = (
    *_comparisons(), *_combinations(), *_casts(),
    Builtin("bitnot(bit)", Python(invert), ("bitnot(B'0101')", "1010")),
    Builtin("bitcat(varbit,varbit)", native(lambda a, b: f"({a} || {b})"), ("bitcat(B'01', B'1')", "011")),
    Builtin("bitshiftleft(bit,int4)", Python(shift_left), ("bitshiftleft(B'10001', 3)", "01000")),
    Builtin("bitshiftright(bit,int4)", Python(shift_right), ("bitshiftright(B'10001', 2)", "00100")),
    Builtin("length(bit)", native(lambda a: f"length({a})"), ("length(B'10001')", "5")),
    Builtin("bit_length(bit)", native(lambda a: f"length({a})"), ("bit_length(B'10001')", "5")),
    Builtin("octet_length(bit)", native(lambda a: f"((length({a}) + 7) / 8)"), ("octet_length(B'100011111')", "2")),
    Builtin("bit_count(bit)", Python(lambda bits: bits.count("1")), ("bit_count(B'10111')", "4")),
    Builtin("substring(bit,int4)", Python(substring), ("substring(B'110010111111', 3)", "0010111111")),
    Builtin("substring(bit,int4,int4)", Python(substring), ("substring(B'110010111111', 3, 2)", "00")),
    Builtin("overlay(bit,bit,int4)", Python(overlay), ("overlay(B'01010101010101010', B'11111', 2)",
                                                       "01111101010101010")),
    Builtin("overlay(bit,bit,int4,int4)", Python(overlay),
            ("overlay(B'01010101010101010', B'11111', 2, 3)", "0111110101010101010")),
    Builtin("position(bit,bit)", Python(position), ("pg_catalog.position(B'1010', B'010')", "2")),
    Builtin("get_bit(bit,int4)", Python(get_bit), ("get_bit(B'101010101010101010', 6)", "1")),
    Builtin("set_bit(bit,int4,int4)", Python(set_bit), ("set_bit(B'101010101010101010', 6, 0)", "101010001010101010")),
)
