"""Applies what a subscription's publisher sends, in transactions of a session of its own.

Rows come as pgoutput has them: a value for each column of the publisher's table, by name. Each transaction is done in one
transaction here, which also writes down the publisher's position (executor.origins): exactly once, whatever crashes. Triggers
fire as under session_replication_role = replica.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from msgspec.structs import replace

from executor import sqlstates as states
from executor.catalog.model import OWNER_OID, Relation, SubscribedTable, Subscription
from executor.catalog.quoting import quote_identifier
from executor.commands.ddl import apply, context
from executor.commands.subscriptions import origin_name
from executor.ddl.base import DdlResult
from executor.ddl.objects import put_subscription
from executor.origins import Origin, SessionOrigin, change_origin, origins_of

if TYPE_CHECKING:
    from executor.database import ServedDatabase
    from executor.engine import Engine
    from executor.session import Session

FIRST_PROCESS_ID = 2_000_000_000
"""Of the sessions that apply, beyond those of clients."""
_numbers = count(FIRST_PROCESS_ID)


class RemoteColumn(Protocol):
    """A column of the publisher's table."""

    name: str
    is_key: bool


class RemoteTable(Protocol):
    """The publisher's table: see replication.pgoutput.messages.Relation."""

    oid: int
    schema: str
    name: str
    columns: Sequence[RemoteColumn]


class Unchanged:
    """A value that the publisher did not send because it is as it was."""


UNCHANGED = Unchanged()
Value = tuple[int, bytes] | Unchanged | None
"""(0 text or 1 binary, the bytes), or NULL."""
Row = Sequence[Value]


def _quoted(relation: Relation) -> str:
    return f"{quote_identifier(relation.schema)}.{quote_identifier(relation.name)}"


class Applier:
    """One subscription's session. `open` it first, `close` it at the end. Errors are SqlErrors; after one, `rollback`."""

    unchanged = UNCHANGED

    def __init__(self, engine: "Engine", database: "ServedDatabase", oid: int) -> None:
        self._engine = engine
        self._database = database
        self._oid = oid
        self._session: Session | None = None
        self._prepared: dict[str, None] = {}
        self.missing = 0
        """Changes of rows that are not here: nothing was done about them."""

    # --- the session ---------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Begin. 55006 if somebody else applies for this subscription."""
        await self.refresh()
        subscription = self.subscription()
        roles = self._engine.roles.roles
        owner = roles.by_oid[subscription.owner or OWNER_OID].name
        options = {"application_name": subscription.name, "synchronous_commit": subscription.synchronous_commit,
                   "search_path": "", "DateStyle": "ISO, YMD", "IntervalStyle": "postgres"}
        session = await self._engine.connect(self._database.name, owner, options)
        session.process_id = next(_numbers)
        session.context.process_id = session.process_id
        session.context.is_applying = True
        self._session = session
        name = origin_name(self._oid)
        if all(origin.name != name for origin in origins_of(session).values()):
            await self.begin()
            await session.block.ensure().begin_write()
            number = max(origins_of(session), default=0) + 1
            change_origin(session, number, Origin(number, name))
            await self._run("COMMIT")
        session.origin = SessionOrigin(session, name)

    async def close(self) -> None:
        """End; what is not committed is rolled back."""
        session, self._session = self._session, None
        if session is not None:
            await session.terminate()

    @property
    def _it(self) -> "Session":
        assert self._session is not None
        return self._session

    async def _run(self, text: str) -> None:
        session = self._it
        for raw in session.split(text):
            portal = await session.prepare_simple(raw)
            await portal.start()
            while not portal.finished:
                await portal.fetch(100)
        await session.sync()

    async def _execute(self, text: str, values: Sequence[Value]) -> str:
        """Run a statement with parameters, prepared once; its tag."""
        session = self._it
        if text not in self._prepared:
            self._prepared[text] = None
            await session.parse(text, text, ())
        formats, data = [], []
        for value in values:
            assert not isinstance(value, Unchanged)
            formats.append(0 if value is None else value[0])
            data.append(None if value is None else value[1])
        await session.bind("", text, tuple(formats), tuple(data), ())
        portal = session.portal("")
        await portal.start()
        while not portal.finished:
            await portal.fetch(1)
        return portal.tag or ""

    async def refresh(self) -> None:
        """Look at the catalog as it is committed now."""
        await self._database.newest_catalog()

    # --- what is known -------------------------------------------------------------------------------------------------

    def subscription(self) -> Subscription:
        """It, as it is committed now (42704 if it is gone)."""
        catalog = self._database.catalog
        found = None if catalog is None else next((s for s in catalog.subscriptions if s.oid == self._oid), None)
        if found is None:
            raise states.UndefinedObject(f"subscription with OID {self._oid} does not exist")
        return found

    def position(self) -> int:
        """Up to where the publisher's transactions have been applied; 0 if none was."""
        name = origin_name(self._oid)
        return next((origin.remote for origin in self._database.origins.values() if origin.name == name), 0)

    def tables(self) -> Mapping[tuple[str, str], SubscribedTable]:
        """(schema, name) -> how far each table of the subscription is."""
        catalog = self._database.catalog
        assert catalog is not None
        return {(relation.schema, relation.name): table for table in self.subscription().tables
                if (relation := catalog.relations_by_oid.get(table.relation)) is not None}

    def _target(self, remote: RemoteTable) -> Relation:
        catalog = self._database.catalog
        assert catalog is not None
        found = catalog.relations_by_name.get((remote.schema or "pg_catalog", remote.name))
        if found is None:
            raise states.ObjectNotInPrerequisiteState(
                f'logical replication target relation "{remote.schema}.{remote.name}" does not exist')
        known = {column.name for column in found.columns}
        missing = [column.name for column in remote.columns if column.name not in known]
        if missing:
            what = "column" if len(missing) == 1 else "columns"
            names = ", ".join(f'"{name}"' for name in missing)
            raise states.ObjectNotInPrerequisiteState(
                f'logical replication target relation "{remote.schema}.{remote.name}" is missing replicated {what}: {names}')
        return found

    # --- transactions --------------------------------------------------------------------------------------------------

    async def begin(self) -> None:
        """A transaction begins."""
        await self.refresh()
        await self._run("BEGIN")

    async def commit(self, position: int) -> None:
        """It was committed at the publisher, and ended there at `position`; durable as synchronous_commit says."""
        origin = self._it.origin
        assert origin is not None
        origin.remote = position
        await self._run("COMMIT")

    async def rollback(self) -> None:
        """Undo what has been done in it."""
        await self._it.fail()
        await self._run("ROLLBACK")

    async def insert(self, remote: RemoteTable, row: Row) -> None:
        """A new row."""
        relation = self._target(remote)
        names = ", ".join(quote_identifier(column.name) for column in remote.columns)
        places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        always = " OVERRIDING SYSTEM VALUE" if any(column.identity == "a" for column in relation.columns) else ""
        text = f"INSERT INTO {_quoted(relation)} ({names}){always} VALUES ({places})" if row else \
            f"INSERT INTO {_quoted(relation)} DEFAULT VALUES"
        await self._execute(text, row)

    async def update(self, remote: RemoteTable, old: Row | None, row: Row) -> None:
        """A row as it is now. old: all of it before, or its key; None if the key has not changed."""
        relation = self._target(remote)
        numbers = count(1)
        changed = [(column, value) for column, value in zip(remote.columns, row, strict=True) if value is not UNCHANGED]
        sets = ", ".join(f"{quote_identifier(column.name)} = ${next(numbers)}" for column, _ in changed)
        where, values = self._place(relation, remote, row if old is None else old, numbers)
        text = f"UPDATE {_quoted(relation)} SET {sets} WHERE {where}"
        tag = await self._execute(text, [value for _, value in changed] + values)
        self.missing += tag == "UPDATE 0"

    async def delete(self, remote: RemoteTable, old: Row) -> None:
        """A row is gone."""
        relation = self._target(remote)
        where, values = self._place(relation, remote, old, count(1))
        tag = await self._execute(f"DELETE FROM {_quoted(relation)} WHERE {where}", values)
        self.missing += tag == "DELETE 0"

    def _place(self, relation: Relation, remote: RemoteTable, row: Row, numbers: "count[int]") -> tuple[str, list[Value]]:
        """The condition that finds a row, and its values: by our replica identity or key, if the publisher sends all of it; else
        by all that it sends, one of those that are alike."""
        sent = {column.name: value for column, value in zip(remote.columns, row, strict=True)}
        key = [column.name for column in remote.columns if column.is_key]
        ours = self._key(relation)
        if ours and all(name in key for name in ours):
            names = ours
            where = " AND ".join(f"{quote_identifier(name)} = ${next(numbers)}" for name in names)
            return where, [sent[name] for name in names]
        names = [column.name for column in remote.columns if column.is_key and sent[column.name] is not UNCHANGED]
        if not names:
            raise states.ObjectNotInPrerequisiteState(
                f'publisher did not send replica identity column expected by the logical replication target relation '
                f'"{remote.schema}.{remote.name}"')
        alike = " AND ".join(f"{quote_identifier(name)} IS NOT DISTINCT FROM ${next(numbers)}" for name in names)
        table = _quoted(relation)
        return f"ctid = (SELECT ctid FROM {table} WHERE {alike} LIMIT 1)", [sent[name] for name in names]

    @staticmethod
    def _key(relation: Relation) -> list[str]:
        """The columns of our primary key."""
        primary = next((constraint for constraint in relation.constraints if constraint.kind == "p"), None)
        return [relation.by_number[number].name for number in primary.columns] if primary is not None else []

    async def truncate(self, remotes: Sequence[RemoteTable], *, cascade: bool, restart_identity: bool) -> None:
        """Tables were emptied."""
        names = ", ".join(_quoted(self._target(remote)) for remote in remotes)
        words = f"{' RESTART IDENTITY' if restart_identity else ''}{' CASCADE' if cascade else ''}"
        await self._run_inside(f"TRUNCATE {names}{words}")

    async def _run_inside(self, text: str) -> None:
        session = self._it
        for raw in session.split(text):
            portal = await session.prepare_simple(raw)
            await portal.start()
            while not portal.finished:
                await portal.fetch(1)

    # --- the first copy ------------------------------------------------------------------------------------------------

    def columns_of(self, schema: str, name: str) -> set[str]:
        """The columns that a table has here and that may be written (55000 if there is no such table)."""
        catalog = self._database.catalog
        assert catalog is not None
        relation = catalog.relations_by_name.get((schema, name))
        if relation is None:
            raise states.ObjectNotInPrerequisiteState(
                f'logical replication target relation "{schema}.{name}" does not exist')
        return {column.name for column in relation.columns if not column.generated}

    async def begin_copy(self, schema: str, name: str, columns: Sequence[str], *, binary: bool) -> Any:
        """COPY FROM STDIN in the transaction: `await .write(bytes)`, then `await .finish()`."""
        shown = ", ".join(quote_identifier(column) for column in columns)
        table = f"{quote_identifier(schema)}.{quote_identifier(name)}"
        session = self._it
        (raw,) = session.split(f"COPY {table} ({shown}) FROM STDIN{' WITH (FORMAT binary)' if binary else ''}")
        portal = await session.prepare_simple(raw)
        await portal.start()
        return portal.copy

    async def set_states(self, changed: Mapping[int, tuple[str, int]]) -> None:
        """In the transaction: how far tables are now: OID -> (state, position)."""
        await self._alter(lambda subscription: replace(subscription, tables=tuple(
            replace(table, state=changed[table.relation][0], lsn=changed[table.relation][1])
            if table.relation in changed else table for table in subscription.tables)))

    async def disable(self) -> None:
        """In a transaction of its own: disable_on_error has it so."""
        await self._alone(lambda subscription: replace(subscription, enabled=False))

    async def skipped(self) -> None:
        """In the transaction: what was to be left out was."""
        await self._alter(lambda subscription: replace(subscription, skip_lsn=0))

    async def _alone(self, change: Any) -> None:
        await self.begin()
        await self._alter(change)
        await self._run("COMMIT")

    async def _alter(self, change: Any) -> None:
        session = self._it
        transaction = session.block.begin_statement()
        with transaction.hold():
            await transaction.begin_write()
            catalog = await session.catalog(refresh=True)
            old = next((s for s in catalog.subscriptions if s.oid == self._oid), None)
            if old is None:
                raise states.UndefinedObject(f"subscription with OID {self._oid} does not exist")
            ddl = context(session, catalog, "")
            changed = put_subscription(catalog, change(old))
            ddl.catalog = changed
            await apply(session, ddl, DdlResult(changed), catalog, checked=True)

    async def flush(self) -> None:
        """The disk has all that was committed when this returns."""
        await self._database.file.flush()
