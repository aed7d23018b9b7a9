"""tid: stored as TEXT "(block,offset)", ordered by number."""

import re
from struct import Struct

from executor.types.base import Codec, Env, Stored, binary_length, constant, declared, invalid_syntax, misfit
from executor.types.oids import TID

_TID = re.compile(r"\(\s*(-?[0-9]{1,10}|)\s*,\s*([0-9]{0,5})\s*\)")
_BODY = Struct("!IH")


def tid_parts(text: str) -> tuple[int, int]:
    """(block, offset) of a tid's text; 22P02 if it is none."""
    match = _TID.fullmatch(text)
    block, offset = (int(match[1] or 0), int(match[2] or 0)) if match else (-1, 1 << 16)
    if block > 0xFFFFFFFF or offset > 0xFFFF:
        raise invalid_syntax("tid", text)
    return block & 0xFFFFFFFF, offset


def _parse(text: str, typmod: int, env: Env) -> Stored:
    block, offset = tid_parts(text)
    return f"({block},{offset})"


def _encode(value: Stored) -> bytes:
    if isinstance(value, str):
        return value.encode()
    raise misfit("tid", value)


def _receive(data: bytes, typmod: int, env: Env) -> Stored:
    block, offset = _BODY.unpack(binary_length(data, _BODY.size))
    return f"({block},{offset})"


def _encode_binary(value: Stored) -> bytes:
    if isinstance(value, str):
        return _BODY.pack(*tid_parts(value))
    raise misfit("tid", value)


def compare_tid(a: str, b: str) -> int:
    """The collation pg_tid: by block, then offset."""
    first, second = tid_parts(a), tid_parts(b)
    return (first > second) - (first < second)


CODECS = (
    Codec(TID, _parse, constant(_encode), _receive, constant(_encode_binary), declared("tid TEXT"), "pg_tid",
          compare_tid),
)
