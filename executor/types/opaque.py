"""Types that only ever leave the server, in columns of system catalogs: no input, output as text."""

from executor.errors import SqlError
from executor.facts.lookup import types_by_oid
from executor.sqlstates import FeatureNotSupported
from executor.types.base import Codec, Env, Stored, constant, declared, misfit
from executor.types.oids import ANYARRAY, PG_DEPENDENCIES, PG_MCV_LIST, PG_NDISTINCT


def _refusal(oid: int) -> SqlError:
    return FeatureNotSupported(f"cannot accept a value of type {types_by_oid()[oid].name}")


def _codec(oid: int) -> Codec:
    def parse(text: str, typmod: int, env: Env) -> Stored:
        raise _refusal(oid)

    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        raise _refusal(oid)

    def encode(value: Stored) -> bytes:
        if isinstance(value, str):
            return value.encode()
        raise misfit(types_by_oid()[oid].name, value)

    return Codec(oid, parse, constant(encode), receive, constant(encode), declared("text"))


CODECS = tuple(_codec(oid) for oid in (ANYARRAY, PG_NDISTINCT, PG_DEPENDENCIES, PG_MCV_LIST))
