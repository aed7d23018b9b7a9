"""regproc, regclass, regtype ...: OIDs (stored as INTEGER) whose text form is an object's name.

The names come from the session's catalog through `Env.objects`; without one they are read and printed as numbers.
"""

from collections.abc import Callable
from struct import Struct

from executor.errors import not_supported
from executor.types.base import Codec, Encoder, Env, Stored, binary_length, constant, declared, misfit
from executor.types.integer import unsigned_from_text
from executor.types.oids import (
    REGCLASS,
    REGCOLLATION,
    REGCONFIG,
    REGDICTIONARY,
    REGNAMESPACE,
    REGOPER,
    REGOPERATOR,
    REGPROC,
    REGPROCEDURE,
    REGROLE,
    REGTYPE,
)

_NAMES = {
    REGPROC: "regproc", REGPROCEDURE: "regprocedure", REGOPER: "regoper", REGOPERATOR: "regoperator",
    REGCLASS: "regclass", REGTYPE: "regtype", REGNAMESPACE: "regnamespace", REGROLE: "regrole",
    REGCOLLATION: "regcollation", REGCONFIG: "regconfig", REGDICTIONARY: "regdictionary",
}
# These print 0 as "0" where the others print "-": an operator can be named "-".
_ZERO = {REGOPER: "0", REGOPERATOR: "0"}
_OID = Struct("!I")


def _parse(oid: int) -> Callable[[str, int, Env], Stored]:
    name = _NAMES[oid]

    def parse(text: str, typmod: int, env: Env) -> Stored:
        if text == "-" and oid not in _ZERO:
            return 0
        if text.isascii() and text.isdigit():
            return unsigned_from_text(text, "oid", 32)
        if env.objects is None:
            raise not_supported(f'input of type {name} by name ("{text}") here')
        return env.objects.oid_of(oid, text)

    return parse


def _text_encoder(oid: int) -> Callable[[int, Env], Encoder]:
    name, zero = _NAMES[oid], _ZERO.get(oid, "-")

    def text_encoder(typmod: int, env: Env) -> Encoder:
        def encode(value: Stored) -> bytes:
            if not isinstance(value, int):
                raise misfit(name, value)
            value &= 0xFFFF_FFFF
            if value == 0:
                return zero.encode()
            value &= 0xFFFFFFFF  # smallint's cast gives negative numbers
            known = env.objects.name_of(oid, value) if env.objects is not None else None
            return (known or str(value)).encode()

        return encode

    return text_encoder


def _receive(data: bytes, typmod: int, env: Env) -> Stored:
    value: int = _OID.unpack(binary_length(data, 4))[0]
    return value


def _encode_binary(value: Stored) -> bytes:
    if isinstance(value, int):
        return _OID.pack(value & 0xFFFFFFFF)
    raise misfit("oid", value)


CODECS = tuple(
    Codec(oid, _parse(oid), _text_encoder(oid), _receive, constant(_encode_binary), declared(f"{name} INTEGER"))
    for oid, name in _NAMES.items()
)
