"""A SQLite database in memory, read and written without pgquill's storage, for tests of the catalog's pure parts."""

import apsw

from executor.catalog.load import build
from executor.catalog.model import Catalog
from executor.catalog.sqlite_schema import Probe, Row, SqliteSchema, reading
from executor.catalog.store import changes


def read(database: apsw.Connection) -> SqliteSchema:
    steps = reading()
    query = next(steps)
    while True:
        rows: list[Row] | None
        try:
            rows = list(database.execute(query))
        except apsw.SQLError:
            assert isinstance(query, Probe)
            rows = None
        try:
            query = steps.send(rows)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]


def load(database: apsw.Connection, previous: Catalog | None = None) -> Catalog:
    return build(read(database), previous)


def store(database: apsw.Connection, old: Catalog, new: Catalog) -> None:
    for sql, parameters in changes(old, new):
        database.execute(sql, parameters)


def made(*statements: str) -> apsw.Connection:
    database = apsw.Connection(":memory:")
    for statement in statements:
        database.execute(statement)
    return database
