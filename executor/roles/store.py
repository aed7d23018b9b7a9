"""Keeps the roles in a SQLite file: what differs from those that PostgreSQL begins with.

    pgquill_role(oid INTEGER PRIMARY KEY, catalog TEXT, definition TEXT)

catalog is pg_authid, pg_auth_members, pg_db_role_setting or pg_database; definition the JSON of the item
(executor.roles.model), `null` for one that was there from the start and is gone. The row with OID 0 has the next number,
that with OID -1 a secret.

A served file keeps the roles itself, in the transaction that changes them. The databases of a folder share those in its file
pgquill_global.db, which is made when the first role is; a transaction that changes roles commits there first, and then in
its own file. If the machine stops between the two, the roles are as if the transaction had committed, and the rest as if not.

Writer: takes the turn to write in that file, reads the rows, does the changes on them, writes what is different, commits.
Reader: `roles`, which is in memory; `refresh` looks whether another program has written the file.
"""

import os
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from executor.database import rows_of
from executor.roles.model import FIRST_USER_OID, DatabaseFacts, Membership, Role, Roles, RoleSettings, initial
from storage.database import Database as File
from storage.errors import SqlLogicError
from storage.statement import Statement
from storage.transaction import Transaction

GLOBAL_NAME = "pgquill_global"
"""Of the file in a served folder that is no database: it has what the databases share."""
TABLE_MODE = 0o600
"""Of that file: verifiers are nobody else's business."""

CREATE = ("CREATE TABLE IF NOT EXISTS main.pgquill_role("
          "oid INTEGER PRIMARY KEY, catalog TEXT NOT NULL, definition TEXT NOT NULL)")
READ = "SELECT oid, catalog, definition FROM main.pgquill_role"
PUT = "INSERT OR REPLACE INTO main.pgquill_role(oid, catalog, definition) VALUES (?1, ?2, ?3)"
DELETE = "DELETE FROM main.pgquill_role WHERE oid = ?1"
EXISTS = "SELECT count(*) FROM main.sqlite_schema WHERE name = 'pgquill_role'"

KINDS: dict[str, tuple[str, Any]] = {
    "pg_authid": ("roles", Role), "pg_auth_members": ("memberships", Membership),
    "pg_db_role_setting": ("settings", RoleSettings), "pg_database": ("databases", DatabaseFacts),
}
"""catalog -> (field of Roles, type of its items)."""
NEXT_OID = "next_oid"
SECRET, SECRET_OID, SECRET_BYTES = "secret", -1, 32
"""What users without a password are challenged with is made of it (pgwire.scram): kept, so that restarts do not change it."""

Items = dict[int, tuple[str, Any]]
Operation = Callable[[Roles], Roles]


class RoleStore:
    """The roles of a server. `roles` are those that are committed."""

    def __init__(self, file: File | None, path: Path | None = None) -> None:
        """file: the served file; or path: where the file of a folder's roles is or will be."""
        self.roles = initial()
        self.on_change: Callable[[], None] = lambda: None
        self.is_shared = file is None
        self.secret = b""
        self._file = file
        self._path = path
        self._oids = count(FIRST_USER_OID)
        self._next_seen = FIRST_USER_OID
        self._data_version = -1
        if path is not None and path.exists():
            self._file = File.open(str(path))

    def take_oid(self) -> int:
        """A number for a role, a membership or a setting. It may remain unused."""
        self._next_seen = next(self._oids) + 1
        return self._next_seen - 1

    @property
    def shared_file(self) -> File | None:
        """The file of a folder's roles, if there is one by now."""
        return self._file if self.is_shared else None

    async def close(self) -> None:
        """Close the file, if it is the store's own."""
        if self.is_shared and self._file is not None:
            await self._file.close()

    async def refresh(self) -> None:
        """Read the roles again if the file has changed since (another program may have done it)."""
        if self._file is None or self._file.data_version() == self._data_version:
            return
        file = self._file
        version = file.data_version()
        transaction = file.transaction()
        try:
            found = await self._read(transaction)
        finally:
            await transaction.rollback()
        self._data_version = version
        if found != self.roles:
            self._publish(found)

    async def write(self, transaction: Transaction, operations: list[Operation]) -> Callable[[], None]:
        """Do changes on the newest state and write them. transaction: of the served file, where the roles are in it.
        Gives what is to be called when it has been committed. Raises what an operation raises.
        """
        if not self.is_shared:
            await transaction.begin_write()
            new = await self._change(transaction, operations)
            return lambda: self._publish(new)
        await self.write_now(*operations)
        return lambda: None

    async def write_now(self, *operations: Operation) -> None:
        """Do a change in the file of a folder's roles that belongs to no session's transaction."""
        assert self.is_shared
        transaction = self._open().transaction()
        try:
            await transaction.begin_write()
            new = await self._change(transaction, operations)
            await transaction.commit()
        except BaseException:
            await transaction.rollback()
            raise
        self._publish(new)

    def _open(self) -> File:
        if self._file is None:
            assert self._path is not None
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, TABLE_MODE))
            self._file = File.open(str(self._path))
        return self._file

    async def _change(self, transaction: Transaction, operations: Sequence[Operation]) -> Roles:
        # What is in memory is the newest while nobody else can write, also for a transaction with an older snapshot.
        await self.refresh()
        old = new = self.roles
        for operation in operations:
            new = operation(new)
        before, after = _items(old), _items(new)
        await _run(transaction, CREATE)
        for oid, (catalog, item) in after.items():
            if before.get(oid) != (catalog, item):
                await _run(transaction, PUT, oid, catalog, msgspec.json.encode(item).decode())
        built_in = _items(initial())
        for oid in before.keys() - after.keys():
            if oid in built_in:
                await _run(transaction, PUT, oid, built_in[oid][0], "null")
            else:
                await _run(transaction, DELETE, oid)
        await _run(transaction, PUT, 0, NEXT_OID, str(self._next_seen))
        if not self.secret:
            self.secret = os.urandom(SECRET_BYTES)
        await _run(transaction, PUT, SECRET_OID, SECRET, self.secret.hex())
        return new

    async def _read(self, transaction: Transaction) -> Roles:
        ((there,),) = await rows_of(transaction, EXISTS)
        rows = await rows_of(transaction, READ) if there else []
        found = _items(initial())
        for oid, catalog, definition in sorted(rows):
            if catalog == NEXT_OID:
                self._skip_to(int(definition))
            elif catalog == SECRET:
                self.secret = bytes.fromhex(definition)
            elif definition == "null":
                found.pop(oid, None)
            elif catalog in KINDS:
                found[oid] = catalog, msgspec.json.decode(definition, type=KINDS[catalog][1])
            else:  # written by a newer version: what it means for who may do what cannot be known
                raise SqlLogicError(f"pgquill_role has rows of a kind that this version does not know: {catalog}")
        return _roles(found)

    def _skip_to(self, number: int) -> None:
        if number > self._next_seen:
            self._oids = count(number)
            self._next_seen = number

    def _publish(self, roles: Roles) -> None:
        self.roles = roles
        self.on_change()


def _items(roles: Roles) -> Items:
    """OID -> (catalog, item)."""
    return {item.oid: (catalog, item) for catalog, (field, _) in KINDS.items() for item in getattr(roles, field)}


def _roles(items: Items) -> Roles:
    found: dict[str, list[Any]] = {field: [] for field, _ in KINDS.values()}
    for _, (catalog, item) in sorted(items.items()):
        found[KINDS[catalog][0]].append(item)
    return replace(initial(), **{field: tuple(values) for field, values in found.items()})


async def _run(transaction: Transaction, sql: str, *params: Any) -> None:
    await (await transaction.run(Statement(sql, writes=True), params)).close()
