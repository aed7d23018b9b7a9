"""The `id` that .keyvalue() gives: where the object stands in the binary form that PostgreSQL keeps a jsonb in.

Clients use it to tell objects apart; it is computed from the layout of a JsonbContainer: a header and one entry word for
each element (two for each member), then keys and values in order, numbers and containers aligned to four bytes.
"""

from typing import Any

from executor.types.jsontext import Json, Number

_WORD = 4
_NUMERIC_HEAD, _NUMERIC_LONG_HEAD = 6, 8
_SHORT_SCALE_MAX, _SHORT_WEIGHT_MAX, _SHORT_WEIGHT_MIN = 63, 63, -64


def offsets(base: Json) -> dict[int, int]:
    """For each container inside `base`, by Python's id(): its distance in bytes from the start of base's container."""
    found: dict[int, int] = {}
    if base.__class__ in (list, dict):
        _place(base, 0, found)
    return found


def _aligned(at: int) -> int:
    return -(-at // _WORD) * _WORD


def _place(container: Any, at: int, found: dict[int, int]) -> int:
    """Note a container and those inside; gives the position behind it."""
    at = _aligned(at)
    found[id(container)] = at
    if container.__class__ is dict:
        at += _WORD + 2 * _WORD * len(container) + sum(len(key.encode()) for key in container)
        values = container.values()
    else:
        at += _WORD + _WORD * len(container)
        values = container
    for value in values:
        kind = value.__class__
        if kind in (list, dict):
            at = _place(value, at, found)
        elif kind is str:
            at += len(value.encode())
        elif kind is Number:
            at = _aligned(at) + _numeric_size(value)
    return at


def _numeric_size(text: str) -> int:
    """Bytes of a numeric with its length word."""
    whole, _, fraction = text.lstrip("-").partition(".")
    groups = -(-len(whole) // 4)
    padded = whole.zfill(groups * 4) + fraction + "0" * (-len(fraction) % 4)
    digits = [padded[i : i + 4] for i in range(0, len(padded), 4)]
    weight = groups - 1
    while digits and digits[0] == "0000":
        digits.pop(0)
        weight -= 1
    while digits and digits[-1] == "0000":
        digits.pop()
    if not digits:
        weight = 0
    short = len(fraction) <= _SHORT_SCALE_MAX and _SHORT_WEIGHT_MIN <= weight <= _SHORT_WEIGHT_MAX
    return (_NUMERIC_HEAD if short else _NUMERIC_LONG_HEAD) + 2 * len(digits)
