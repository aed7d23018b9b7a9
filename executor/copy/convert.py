"""Fields of COPY data -> stored values, a column of many rows at a time where that is exactly the same.

A fast reader takes the fields of one column and gives their stored values, or None if there is anything among them
that it does not know for sure; then each is read by the type's own input function. Rules for a fast reader: Python's
notion of a number is wider than PostgreSQL's (digits of other scripts, blanks, underscores, 1e400), so it first makes
sure that there are no other characters than the ones both agree on.
"""

import re
import struct
from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from typing import Any

from executor.copy.batch import Field, Marker
from executor.types import oids
from executor.types.base import Codec, Env, Stored

Column = Sequence[Field]
Fast = Callable[..., Sequence[Stored] | None]
"""(values, typmod) -> stored values."""

_NOT_INTEGER = re.compile(r"[^0-9\-\n]")
_NOT_FLOAT = re.compile(r"[^0-9.eE+\-\n]")


def _integers(low: int, high: int) -> Fast:
    def read(values: Sequence[str], typmod: int) -> Sequence[Stored] | None:
        if _NOT_INTEGER.search("\n".join(values)):
            return None
        try:
            found = list(map(int, values))
        except ValueError:
            return None
        return found if low <= min(found) and max(found) <= high else None

    return read


def _floats(values: Sequence[str], typmod: int) -> Sequence[Stored] | None:
    if _NOT_FLOAT.search("\n".join(values)):
        return None
    try:
        found = list(map(float, values))
    except ValueError:
        return None
    # Out of range: infinite, or zero although a digit is not.
    if max(found) == float("inf") or min(found) == float("-inf"):
        return None
    zeros = [value for value, number in zip(values, found, strict=True) if number == 0]
    return None if any(value.strip("0.-+") for value in zeros) else found


def _texts(values: Sequence[str], typmod: int) -> Sequence[Stored] | None:
    return values


def _sized_texts(values: Sequence[str], typmod: int) -> Sequence[Stored] | None:
    return values if typmod < 4 or max(map(len, values)) <= typmod - 4 else None


def _padded_texts(values: Sequence[str], typmod: int) -> Sequence[Stored] | None:
    if typmod < 4:
        return values
    return [value.rstrip(" ") for value in values] if max(map(len, values)) <= typmod - 4 else None


_BOOLEANS = {"t": 1, "f": 0, "true": 1, "false": 0}


def _booleans(values: Sequence[str], typmod: int) -> Sequence[Stored] | None:
    found = list(map(_BOOLEANS.get, values))
    return None if None in found else found


_FAST: dict[int, Fast] = {
    oids.INT2: _integers(-(2**15), 2**15 - 1),
    oids.INT4: _integers(-(2**31), 2**31 - 1),
    oids.INT8: _integers(-(2**63), 2**63 - 1),
    oids.FLOAT8: _floats,
    oids.TEXT: _texts,
    oids.VARCHAR: _sized_texts,
    oids.BPCHAR: _padded_texts,
    oids.BOOL: _booleans,
}


def _packed(size: int, letter: str) -> Callable[[Sequence[bytes]], Sequence[Stored] | None]:
    def read(values: Sequence[bytes]) -> Sequence[Stored] | None:
        if set(map(len, values)) != {size}:
            return None
        return struct.unpack(f"!{len(values)}{letter}", b"".join(values))

    return read


def _utf8_texts(values: Sequence[bytes]) -> Sequence[Stored] | None:
    try:
        found = list(map(bytes.decode, values))
    except UnicodeDecodeError:
        return None
    return None if any("\0" in text for text in found) else found


_FAST_BINARY: dict[int, Callable[[Sequence[bytes]], Sequence[Stored] | None]] = {
    oids.INT2: _packed(2, "h"),
    oids.INT4: _packed(4, "i"),
    oids.INT8: _packed(8, "q"),
    oids.TEXT: _utf8_texts,
}


class Converter:
    """Reads one column's fields. name: the column's; binary: they are in binary format."""

    def __init__(self, name: str, codec: Codec, typmod: int, env: Env, *, binary: bool) -> None:
        self.name = name
        self._codec = codec
        self._typmod = typmod
        self._env = env
        self._binary = binary
        self._fast: Callable[[Sequence[Any]], Sequence[Stored] | None] | None = None
        if binary:
            self._fast = _FAST_BINARY.get(codec.oid)
        elif fast := _FAST.get(codec.oid):
            self._fast = partial(fast, typmod=typmod)

    def one(self, field: Field) -> Stored:
        """One field's value (22P02, 22003, 22001 ...)."""
        if field is None or isinstance(field, Marker):
            return None
        if isinstance(field, bytes):
            return self._codec.receive(field, self._typmod, self._env)
        return self._codec.parse(field, self._typmod, self._env)

    def column(self, fields: Column) -> Sequence[Stored]:
        """The values of many rows (an error is that of any of them: look with `one` for the first)."""
        if self._fast is not None and fields:
            found = self._fast_column(fields)
            if found is not None:
                return found
        return self._slow_column(fields)

    def _fast_column(self, fields: Column) -> Sequence[Stored] | None:
        assert self._fast is not None
        if None not in fields:
            return self._fast(fields)
        present = [field for field in fields if field is not None]
        if not present:
            return list(repeat(None, len(fields)))
        found = self._fast(present)
        if found is None:
            return None
        values = iter(found)
        return [None if field is None else next(values) for field in fields]

    def _slow_column(self, fields: Column) -> Sequence[Stored]:
        distinct = set(fields)
        if len(distinct) * 2 > len(fields):
            return list(map(self.one, fields))
        values = dict(zip(distinct, map(self.one, distinct), strict=True))
        return list(map(values.__getitem__, fields))
