"""Short ways to run statements, for the tests of storage."""

from typing import Any

from storage.database import Database
from storage.errors import LockConflict
from storage.rows import Rows
from storage.statement import Need, Statement
from storage.transaction import Transaction

NUMBERS = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n"


class Bench:
    """A database with short ways to run statements."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def begin(self, **options: Any) -> Transaction:
        return self.database.transaction(**options)

    async def execute(self, sql: str, params: tuple[Any, ...] = (), needs: tuple[Need, ...] = ()) -> Rows:
        """Run and commit one statement that writes."""
        transaction = self.begin()
        try:
            rows = await transaction.run(Statement(sql, needs, writes=True), params, autocommit=True)
        except BaseException:
            await transaction.rollback()
            raise
        await transaction.commit()
        return rows

    async def query(self, sql: str, params: tuple[Any, ...] = (), needs: tuple[Need, ...] = ()) -> list[Any]:
        """All rows of one statement in a transaction of its own."""
        return await read(self.begin(), sql, params, needs)


async def read(transaction: Transaction, sql: str, params: tuple[Any, ...] = (),
               needs: tuple[Need, ...] = ()) -> list[Any]:
    return await everything(await transaction.run(Statement(sql, needs), params))


async def write(transaction: Transaction, sql: str, params: tuple[Any, ...] = (), needs: tuple[Need, ...] = ()) -> Rows:
    return await transaction.run(Statement(sql, needs, writes=True), params)


async def when_free(transaction: Transaction, statement: Statement, params: tuple[Any, ...] = ()) -> Rows:
    """Run a statement; again after each lock that it has to wait for."""
    while True:
        try:
            return await transaction.run(statement, params)
        except LockConflict as conflict:
            await transaction.wait_for(conflict.request)


async def everything(rows: Rows) -> list[Any]:
    found: list[Any] = []
    while chunk := await rows.fetch(1000):
        found += chunk
    return found
