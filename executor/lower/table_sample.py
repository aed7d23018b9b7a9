"""TABLESAMPLE as SQLite text: a row, or with SYSTEM a run of neighbouring rows, is chosen by a hash of its address."""

import random
import struct

from executor import plan
from executor.errors import not_supported
from executor.lower.expressions import value
from executor.lower.generator import Generator
from executor.sqlstates import InvalidTablesampleArgument, InvalidTablesampleRepeat
from storage.statement import Function

BLOCK_ROWS_BITS = 6
"""SYSTEM takes whole blocks in PostgreSQL; here, 64 neighbouring addresses."""
MASK = (1 << 64) - 1


def sampled(g: Generator, entry: plan.TableEntry) -> str:
    """A table's sample as a FROM item that has its columns and its rowid."""
    assert entry.sample is not None
    method, (percent,), seed = entry.sample
    rowid = entry.relation.rowid
    if not rowid:
        raise not_supported(f'TABLESAMPLE of table "{entry.relation.name}", which has no rowid')
    settings, shift = g.fresh(), BLOCK_ROWS_BITS if method == "system" else 0
    checked = f"{g.need(PERCENT)}({value(g, percent)})"
    seeded = f"{g.need(SEED)}({value(g, seed)})" if seed is not None else f"{g.need(RANDOM)}()"
    return (f"(WITH {settings}(p, s) AS MATERIALIZED (SELECT {checked}, {seeded}) SELECT x.{rowid} AS {rowid}, x.* "
            f"FROM {settings} CROSS JOIN {g.table(entry.relation)} AS x "
            f"WHERE {g.need(CHOSEN)}(x.{rowid} >> {shift}, {settings}.p, {settings}.s)) AS t{entry.number}")


def _percent(given: float | None) -> float:
    if given is None:
        raise InvalidTablesampleArgument("TABLESAMPLE parameter cannot be null")
    number = float(given)
    if not 0 <= number <= 100:
        raise InvalidTablesampleArgument("sample percentage must be between 0 and 100")
    return number


def _seed(given: float | None) -> int:
    if given is None:
        raise InvalidTablesampleRepeat("TABLESAMPLE REPEATABLE parameter cannot be null")
    bits: int = struct.unpack("<q", struct.pack("<d", float(given) + 0.0))[0]
    return bits


def _random() -> int:
    return random.getrandbits(63)


def _chosen(address: int, percent: float, seed: int) -> int:
    """A hash of both (the finalizer of splitmix64) decides."""
    mixed = (address * 0x9E3779B97F4A7C15 + seed * 0xD1B54A32D192ED03) & MASK
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & MASK
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & MASK
    return int((mixed ^ mixed >> 31) < percent / 100 * (MASK + 1))


PERCENT = Function("pg_sample_percent", _percent, 1, True)
SEED = Function("pg_sample_seed", _seed, 1, True)
RANDOM = Function("pg_sample_random", _random, 0, False)
CHOSEN = Function("pg_sample_chosen", _chosen, 3, True)
