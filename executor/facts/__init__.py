"""Facts about PostgreSQL 18 (types, functions, operators, casts, ...), as extracted by tools/extract_facts.py.

`table(name)` gives a catalog as it is in a fresh cluster, values in pgquill's stored form. The typed views of it that
the binder searches (types, functions, operators, casts) are in executor.facts.lookup.
"""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent


class FactTable(msgspec.Struct, frozen=True):
    """One catalog: columns as (name, type OID), rows in column order."""

    columns: list[tuple[str, int]]
    rows: list[list[Any]]

    def select(self, *names: str) -> list[tuple[Any, ...]]:
        """The rows cut down to the named columns, in that order."""
        at = [[column for column, _ in self.columns].index(name) for name in names]
        return [tuple(row[i] for i in at) for row in self.rows]


@cache
def table(name: str) -> FactTable:
    """The facts of one catalog, for example `table("pg_type")`, with the rows that are pgquill's own after them."""
    found = msgspec.json.decode((FOLDER / f"{name}.json").read_bytes(), type=FactTable)
    found.rows.extend(own_rows(name))
    return found


def own_rows(name: str) -> list[list[Any]]:
    """The rows of a catalog that PostgreSQL does not have (pgquill_metrics() and the like); columns as in `table`."""
    path = FOLDER / f"own_{name}.json"
    return msgspec.json.decode(path.read_bytes(), type=FactTable).rows if path.exists() else []


def names() -> list[str]:
    """The catalogs for which there are facts."""
    return sorted(path.stem for path in FOLDER.glob("pg_*.json"))
