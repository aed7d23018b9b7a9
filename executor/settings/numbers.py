"""Numbers of settings: read with their units, kept in the setting's own unit, printed with the largest unit that fits.

Source: PostgreSQL's manual, "Parameter Names and Values".
"""

import math
import re
from collections.abc import Mapping

INT_MAX = 2**31 - 1
INT_MIN = -(2**31)
_SPACE = " \t\n\v\f\r"
_KB = 1024.0


def _memory(base_bytes: float) -> dict[str, float]:
    sizes = {"TB": _KB**4, "GB": _KB**3, "MB": _KB**2, "kB": _KB, "B": 1.0}
    return {unit: size / base_bytes for unit, size in sizes.items()}


def _time(base_us: float) -> dict[str, float]:
    sizes = {"d": 86_400e6, "h": 3_600e6, "min": 60e6, "s": 1e6, "ms": 1e3, "us": 1.0}
    return {unit: size / base_us for unit, size in sizes.items()}


UNITS: Mapping[str, Mapping[str, float]] = {
    "B": _memory(1.0),
    "kB": _memory(_KB),
    "8kB": _memory(8 * _KB),
    "16MB": _memory(16 * _KB**2),
    "MB": _memory(_KB**2),
    "ms": _time(1e3),
    "s": _time(1e6),
    "min": _time(60e6),
}
"""A setting's own unit -> how many of it each unit that may be written is; largest first."""

_MEMORY_HINT = 'Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".'
_TIME_HINT = 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".'
UNIT_HINTS = {unit: _TIME_HINT if unit in ("ms", "s", "min") else _MEMORY_HINT for unit in UNITS}

_HEX = re.compile(r"[+-]?0[xX][0-9a-fA-F]+")
_OCTAL = re.compile(r"[+-]?0[0-7]*")
_DECIMAL = re.compile(r"[+-]?[0-9]+")
_REAL = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?|nan)", re.IGNORECASE)


class BadNumberError(ValueError):
    """Text that is no number of the wanted kind. hint: what PostgreSQL adds to its error, or None."""

    def __init__(self, hint: str | None = None) -> None:
        super().__init__(hint or "not a number")
        self.hint = hint


def parse_integer(text: str, unit: str | None) -> int:
    """An integer in `unit`. Decimal, octal (0...) and hexadecimal are read as C's strtol does; fractions are rounded.

    Raises: BadNumberError.
    """
    body = text.lstrip(_SPACE)
    value, rest = _leading_integer(body)
    if rest[:1] in (".", "e", "E") or (value is not None and abs(value) > 2**63):
        value, rest = _leading_real(body)
    if value is None or value != value:
        raise BadNumberError
    value = _in_base_unit(value, rest, unit)
    if not math.isfinite(value) or not INT_MIN <= (rounded := round(value)) <= INT_MAX:
        raise BadNumberError("Value exceeds integer range.")
    return rounded


def parse_real(text: str, unit: str | None) -> float:
    """A floating-point number in `unit`. Raises: BadNumberError."""
    body = text.lstrip(_SPACE)
    if match := _HEX.match(body):
        value: float | None = float(int(match[0], 16))
        rest = body[match.end() :]
    else:
        value, rest = _leading_real(body)
    if value is None or value != value:
        raise BadNumberError
    return _in_base_unit(value, rest, unit)


def _leading_integer(body: str) -> tuple[int | float | None, str]:
    for pattern, base in ((_HEX, 16), (_OCTAL, 8), (_DECIMAL, 10)):
        match = pattern.match(body)
        if match:
            digits = match[0]
            if base == 8 and digits.lstrip("+-") == "0":
                base = 10
            return int(digits, base), body[match.end() :]
    return None, body


def _leading_real(body: str) -> tuple[float | None, str]:
    match = _REAL.match(body)
    if match is None:
        return None, body
    value = float(match[0])
    overflowed = math.isinf(value) and match[0].lstrip("+-")[0] not in "iI"
    underflowed = value == 0 and any(digit in "123456789" for digit in re.split("[eE]", match[0])[0])
    return (None if overflowed or underflowed else value), body[match.end() :]


def _in_base_unit(value: float, rest: str, unit: str | None) -> float:
    word = rest.strip(_SPACE)
    if not word:
        return value
    if unit is None:
        raise BadNumberError
    table = UNITS[unit]
    if word not in table:
        raise BadNumberError(UNIT_HINTS[unit])
    names = list(table)
    converted = value * table[word]
    smaller = names.index(word) + 1
    if smaller < len(names) and math.isfinite(converted):
        step = table[names[smaller]]
        converted = round(converted / step) * step
    return converted


def print_integer(value: int, unit: str | None) -> str:
    """An integer as SHOW prints it: in the largest unit that divides it."""
    if unit is None or value <= 0:
        return str(value)
    for name, size in UNITS[unit].items():
        if size <= 1.0 or value % int(size) == 0:
            return f"{round(value / size)}{name}"
    raise AssertionError(unit)


def print_real(value: float, unit: str | None) -> str:
    """A floating-point number as SHOW prints it: in the largest unit in which it is a whole number."""
    if unit is None or value <= 0:
        return general(value)
    table = UNITS[unit]
    whole = (name for name, size in table.items() if _is_whole(value / size))
    name = next(whole, list(table)[-1])
    return f"{general(value / table[name])}{name}"


def _is_whole(value: float) -> bool:
    return value > 0 and abs(round(value) / value - 1.0) <= 1e-8


def general(value: float) -> str:
    """C's %g, with PostgreSQL's spelling of infinity."""
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return f"{value:g}"
