"""Every codec against values recorded from PostgreSQL 18 by record_goldens.py."""

import json
from functools import cmp_to_key
from pathlib import Path
from typing import Any

import pytest

from executor.errors import SqlError
from executor.types.base import Codec, Env, Stored
from executor.types.registry import codec

GOLDENS: dict[str, list[Any]] = json.loads(Path(__file__).with_name("goldens.json").read_text())
VALUES = [row for row in GOLDENS["values"] if len(row) == 5]
ERRORS = [row for row in GOLDENS["values"] if len(row) == 4]
ENV = Env()

# Unsigned 64-bit values above the signed range, which the stored form cannot hold, are refused instead.
REFUSED = {(3220, "ffffffff/1"), (5069, "18446744073709551615"), (5069, "-1")}

# PostgreSQL prints these as it prints other values.
AMBIGUOUS = {(3615, "a & (b & c)"), (3615, "a | (b | c)")}


@pytest.mark.parametrize(("oid", "typmod", "text", "printed", "binary"), VALUES)
def test_valid_input_prints_as_in_postgresql(oid: int, typmod: int, text: str, printed: str, binary: str) -> None:
    kind = codec(oid)
    if (oid, text) in REFUSED:
        with pytest.raises(SqlError):
            kind.parse(text, typmod, ENV)
        return
    stored = kind.parse(text, typmod, ENV)
    assert kind.text_encoder(typmod, ENV)(stored).decode() == printed
    assert kind.binary_encoder(typmod, ENV)(stored).hex() == binary
    assert same(kind, kind.receive(bytes.fromhex(binary), typmod, ENV), stored)
    assert same(kind, kind.parse(printed, typmod, ENV), stored) or (oid, text) in AMBIGUOUS


def same(kind: Codec, first: Stored, second: Stored) -> bool:
    if kind.oid == 114:
        return True  # json keeps its text
    return type(first) is type(second) and first == second


@pytest.mark.parametrize(("oid", "typmod", "text", "error"), ERRORS)
def test_invalid_input_raises_postgresqls_error(oid: int, typmod: int, text: str, error: dict[str, str | None]) -> None:
    with pytest.raises(SqlError) as raised:
        codec(oid).parse(text, typmod, ENV)
    found = raised.value
    assert {"sqlstate": found.sqlstate, "message": found.message, "detail": found.detail, "where": found.where} == error


@pytest.mark.parametrize(("oid", "texts", "ranks"), GOLDENS["orders"])
def test_stored_values_order_as_in_postgresql(oid: int, texts: list[str], ranks: list[int]) -> None:
    kind = codec(oid)
    stored = [kind.parse(text, -1, ENV) for text in texts]
    compare = kind.compare or native_order
    for value, rank in zip(stored, ranks, strict=True):
        for other, other_rank in zip(stored, ranks, strict=True):
            order = compare(value, other)  # type: ignore[arg-type]
            assert (order > 0) - (order < 0) == (rank > other_rank) - (rank < other_rank), (value, other)
    assert sorted(stored, key=cmp_to_key(compare)) == [v for _,
        v in sorted(zip(ranks, stored, strict=True), key=lambda p: p[0])]


def native_order(a: Any, b: Any) -> int:
    """SQLite's order: numbers before text before blobs; text by UTF-8 bytes."""
    def key(value: Any) -> tuple[int, Any]:
        return (0, value) if isinstance(value, int | float) else (1, value.encode()) if isinstance(value, str) else (2,
            value)

    return (key(a) > key(b)) - (key(a) < key(b))
