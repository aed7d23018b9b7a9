"""Tables that a connection keeps for itself in memory, filled from rows the executor computes: the system catalogs.

They live in an attached in-memory database, `catalog`. What each was filled from is kept in catalog.filled, so it
moves with the same transaction as the rows: after a ROLLBACK both are as they were before.
"""

from typing import Any

import apsw

from storage.statement import MemoryTable

SCHEMA = "catalog"


def fill(raw: apsw.Connection, context: Any, table: MemoryTable) -> None:
    """Make the table and its rows what they should be, unless they are already."""
    if not any(name == SCHEMA for name in raw.db_names()):
        raw.config(apsw.SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, 1)
        raw.execute(f"ATTACH ':memory:' AS {SCHEMA}")
        raw.config(apsw.SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, 0)
    raw.execute(f"CREATE TABLE IF NOT EXISTS {SCHEMA}.filled(name TEXT PRIMARY KEY, version INTEGER)")
    known = raw.execute(f"SELECT version FROM {SCHEMA}.filled WHERE name = ?", (table.name,)).get
    if known is not None and known == table.version:
        return
    raw.execute("SAVEPOINT fill_table")
    try:
        if known is None:
            for sql in table.create:
                raw.execute(sql)
        else:
            raw.execute(f'DELETE FROM {SCHEMA}."{table.name}"')
        marks = ", ".join("?" * table.ncolumns)
        raw.executemany(f'INSERT INTO {SCHEMA}."{table.name}" VALUES ({marks})', table.rows(context))
        raw.execute(f"INSERT OR REPLACE INTO {SCHEMA}.filled VALUES (?, ?)", (table.name, table.version))
    except BaseException:
        raw.execute("ROLLBACK TO fill_table")
        raise
    finally:
        raw.execute("RELEASE fill_table")
