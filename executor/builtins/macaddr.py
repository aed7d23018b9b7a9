"""macaddr and macaddr8."""

import operator
from collections.abc import Callable, Iterator

from executor.builtins.base import Builtin, Python, native
from executor.types.macaddr import MACADDR8_BYTES, MACADDR_BYTES, macaddr_bytes, macaddr_text, narrowed, widened

_COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TRUE_OF_ASCENDING = {"ne", "lt", "le"}
_ORGANISATION_BYTES = 3
_SIXTH = "08:00:2b:01:02:03"
_EIGHTH = "08:00:2b:01:02:03:04:05"


def compare(a: str, b: str) -> int:
    """macaddr_cmp: the stored forms sort as the bytes do."""
    return (a > b) - (a < b)


def _combine(function: Callable[[int, int], int]) -> Callable[[str, str], str]:
    return lambda a, b: macaddr_text(bytes(map(function, macaddr_bytes(a), macaddr_bytes(b))))


def invert(value: str) -> str:
    """~"""
    return macaddr_text(bytes(byte ^ 255 for byte in macaddr_bytes(value)))


def trunc(value: str) -> str:
    """The organisation's part; the rest is zero."""
    data = macaddr_bytes(value)
    return macaddr_text(data[:_ORGANISATION_BYTES].ljust(len(data), b"\0"))


def set_seventh_bit(value: str) -> str:
    """The address with the universal/local bit set, as IPv6 wants it."""
    data = macaddr_bytes(value)
    return macaddr_text(bytes((data[0] | 2,)) + data[1:])


def _infix(sign: str) -> Callable[[str, str], str]:
    return lambda a, b: f"({a} {sign} {b})"


def _rows() -> Iterator[Builtin]:
    for kind, value, size in (("macaddr", _SIXTH, MACADDR_BYTES), ("macaddr8", _EIGHTH, MACADDR8_BYTES)):
        low, high = f"'{value}'::{kind}", f"'{'ff' * size}'::{kind}"
        for verb, sign in _COMPARISONS.items():
            yield Builtin(f"{kind}_{verb}({kind},{kind})", native(_infix(sign)),
                          (f"{kind}_{verb}({low}, {high})", "t" if verb in _TRUE_OF_ASCENDING else "f"))
        yield Builtin(f"{kind}_cmp({kind},{kind})", Python(compare), (f"{kind}_cmp({low}, {high})", "-1"))
        yield Builtin(f"{kind}_and({kind},{kind})", Python(_combine(operator.and_)),
                      (f"{kind}_and({low}, {high})", value))
        yield Builtin(f"{kind}_or({kind},{kind})", Python(_combine(operator.or_)),
                      (f"{kind}_or({low}, {high})", ":".join(["ff"] * size)))
        yield Builtin(f"{kind}_not({kind})", Python(invert),
                      (f"{kind}_not({low})", macaddr_text(bytes(255 - byte for byte in macaddr_bytes(value)))))
        yield Builtin(f"trunc({kind})", Python(trunc), (f"trunc({low})", "08:00:2b" + ":00" * (size - 3)))


BUILTINS = (
    *_rows(),
    Builtin("macaddr8(macaddr)", Python(lambda value: macaddr_text(widened(macaddr_bytes(value)))),
            (f"'{_SIXTH}'::macaddr::macaddr8", "08:00:2b:ff:fe:01:02:03")),
    Builtin("macaddr(macaddr8)", Python(lambda value: macaddr_text(narrowed(macaddr_bytes(value)))),
            (f"'{_EIGHTH}'::macaddr8::macaddr", "ERROR 22003")),
    Builtin("macaddr8_set7bit(macaddr8)", Python(set_seventh_bit),
            (f"macaddr8_set7bit('{_EIGHTH}'::macaddr8)", "0a:00:2b:01:02:03:04:05")),
)
