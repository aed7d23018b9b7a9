"""json: stored as the TEXT that was given; jsonb: as TEXT in jsonb's canonical print."""

from executor.sqlstates import InvalidBinaryRepresentation
from executor.types import jsontext
from executor.types.base import Codec, Env, Stored, constant, declared, misfit, utf8, without_zero
from executor.types.oids import JSON, JSONB


def _parse_json(text: str, typmod: int, env: Env) -> Stored:
    jsontext.validate(without_zero(text))
    return text


def parse_jsonb(text: str, typmod: int = -1, env: Env | None = None) -> str:
    """Text of a JSON document -> the stored form of jsonb."""
    return jsontext.dump(jsontext.load(without_zero(text)))


def _encode(value: Stored) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, int | float):
        return repr(value).encode()  # a bare JSON number that another program stored
    raise misfit("json", value)


def _receive_json(data: bytes, typmod: int, env: Env) -> Stored:
    return _parse_json(utf8(data), typmod, env)


# The binary format of jsonb is its text after a version byte.
def _receive_jsonb(data: bytes, typmod: int, env: Env) -> Stored:
    if data[:1] != b"\1":
        raise InvalidBinaryRepresentation(f"unsupported jsonb version number {data[0] if data else 0}")
    return parse_jsonb(utf8(data[1:]))


def _encode_jsonb_binary(value: Stored) -> bytes:
    return b"\1" + _encode(value)


CODECS = (
    Codec(JSON, _parse_json, constant(_encode), _receive_json, constant(_encode), declared("json TEXT")),
    Codec(JSONB, parse_jsonb, constant(_encode), _receive_jsonb, constant(_encode_jsonb_binary),
          declared("jsonb TEXT"), "pg_jsonb", jsontext.compare_jsonb),
)
