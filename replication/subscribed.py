"""Follows one subscription: copies its tables, then applies what the publisher sends, transaction by transaction.

Tables are copied while nothing is streamed: each under a slot's snapshot, whose position L is kept with the table's state. The
stream then begins where the subscription had got to, before L; of a table that was copied at L, what was committed before L is
left out, since the copy has it. So nothing is missing and nothing is done twice, however much is written meanwhile.
"""

from collections.abc import Callable, Sequence
from time import time_ns
from typing import Any

import trio

from pgwire.messages.body import ProtocolViolation
from replication.client import BadConnectionString, Client, ConnectionLost, CopyBoth, ServerError, connect, parse
from replication.login import CannotLogIn
from replication.pgoutput import messages
from replication.pgoutput.fields import BINARY, UNCHANGED, Row
from replication.pgoutput.reader import StreamReader
from replication.stream import BadStream, XLogData, decode, encode_status
from storage.errors import EngineError
from storage.logged import format_lsn

APPLICATION = "pgquill"
RETRY_S = 5.0
"""The pause before another try: wal_retrieve_retry_interval."""
STATUS_S = 5.0
"""How often the publisher is told how far everything is: less than half of its wal_sender_timeout."""


class CannotFollow(Exception):
    """This cannot go on; says why. is_data: because of what was sent, which will be so again."""

    def __init__(self, text: str, *, is_data: bool = False) -> None:
        super().__init__(text)
        self.is_data = is_data


class Subscribed:
    """See the module. changed: to be called when it has disabled itself."""

    def __init__(self, engine: Any, database: str, oid: int, log: Any, changed: Callable[[], None]) -> None:
        self._applier = engine.applier(database, oid)
        self._log = log.bind(database=database)
        self._changed = changed
        self._reader = StreamReader()
        self._tables: dict[tuple[str, str], Any] = {}
        self._final = 0  # of the transaction that is being applied
        self._skipping = False
        self._waits = False  # a transaction is open
        self._reached = 0
        self._send_lock = trio.Lock()

    async def run(self) -> None:
        """Follow until cancelled, or disabled by an error."""
        while True:
            try:
                await self._try()
            except (ConnectionLost, CannotLogIn, BadStream, ServerError, BadConnectionString, OSError) as error:
                self._log.error("logical replication worker could not follow its publisher", reason=str(error))
            except ProtocolViolation as error:
                self._log.error("the publisher has sent what cannot be understood", reason=error.message)
            except EngineError as error:
                self._log.error("logical replication worker failed", reason=error.message)
            except Exception as error:
                if not hasattr(error, "sqlstate"):
                    raise
                if await self._failed(error):
                    return
            finally:
                with trio.CancelScope(shield=True):
                    await self._applier.close()
            await trio.sleep(RETRY_S)

    async def _failed(self, error: Any) -> bool:
        """What was sent cannot be applied; whether that is the end."""
        self._log.error("logical replication worker failed", sqlstate=error.sqlstate, reason=error.message, detail=error.detail,
                        finished_at=format_lsn(self._final))
        if not self._applier.subscription().disable_on_error:
            return False
        await self._applier.close()
        await self._applier.open()
        await self._applier.disable()
        self._log.error("subscription has been disabled because of an error")
        self._changed()
        return True

    async def _try(self) -> None:
        applier = self._applier
        await applier.open()
        subscription = applier.subscription()
        self._log = self._log.bind(subscription=subscription.name)
        for (schema, name), table in applier.tables().items():
            if table.state == "i":
                await self._copy(subscription, schema, name, table.relation)
        await applier.refresh()
        self._tables = dict(applier.tables())
        client = await self._connect(subscription)
        try:
            await self._stream(client, subscription)
        finally:
            await client.close()

    async def _connect(self, subscription: Any) -> Client:
        info = parse(subscription.conninfo)
        if not info.words["application_name"]:
            info.words["application_name"] = subscription.name
        return await connect(info, replication="database")

    # --- the first copy ------------------------------------------------------------------------------------------------

    async def _copy(self, subscription: Any, schema: str, name: str, relation: int) -> None:
        """Copy a table, and remember the position that the copy is of."""
        client = await self._connect(subscription)
        applier = self._applier
        try:
            await client.simple_query("BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ")
            slot = f"pgquill_{subscription.oid}_sync_{relation}_{time_ns() % 1_000_000_000}"
            (made,) = await client.simple_query(
                f'CREATE_REPLICATION_SLOT "{slot}" TEMPORARY LOGICAL pgoutput (SNAPSHOT \'use\')')
            position = _lsn(str(made.one()["consistent_point"]))
            columns, query = await self._what_is_published(client, subscription, schema, name)
            here = applier.columns_of(schema, name)
            missing = [column for column in columns if column not in here]
            if missing:
                names = ", ".join(f'"{column}"' for column in missing)
                raise CannotFollow(
                    f'logical replication target relation "{schema}.{name}" is missing replicated columns: {names}')
            await applier.begin()
            try:
                copy = await applier.begin_copy(schema, name, columns, binary=False)
                async with client.copy_out(f"COPY ({query}) TO STDOUT") as stream:
                    async for piece in stream:
                        await copy.write(piece)
                await copy.finish()
                await applier.set_states({relation: ("s", position)})
                await applier.commit(applier.position())
            except BaseException:
                with trio.CancelScope(shield=True):
                    await applier.rollback()
                raise
            await applier.flush()
            await client.simple_query("COMMIT")
            self._log.info("table copied", table=f"{schema}.{name}", position=format_lsn(position))
        except CannotFollow as error:
            raise ConnectionLost(str(error)) from None
        finally:
            await client.close()

    async def _what_is_published(self, client: Client, subscription: Any, schema: str, name: str) -> tuple[list[str], str]:
        """The columns of a table that its publications have, and a query of the rows."""
        names = ", ".join(_literal(publication) for publication in subscription.publications)
        where = f"p.pubname IN ({names}) AND p.schemaname = {_literal(schema)} AND p.tablename = {_literal(name)}"
        found = await client.simple_query(
            "SELECT a.attname, p.pubname, p.rowfilter, c.relkind FROM pg_catalog.pg_publication_tables p "
            "JOIN pg_catalog.pg_namespace n ON n.nspname = p.schemaname "
            "JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename "
            "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = ANY (p.attnames) "
            f"WHERE {where} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY p.pubname, a.attnum")
        rows = found[0].rows
        if not rows:
            raise CannotFollow(f'table "{schema}.{name}" is not published any more')
        lists: dict[str | None, list[str]] = {}
        for column, publication, _, _ in rows:
            lists.setdefault(publication, []).append(str(column))
        columns = next(iter(lists.values()))
        if any(other != columns for other in lists.values()):
            raise CannotFollow(f'cannot use different column lists for table "{schema}.{name}" in different publications')
        filters = {row[2] for row in rows}
        only = "" if rows[0][3] == "p" else "ONLY "
        shown = ", ".join(_identifier(column) for column in columns)
        query = f"SELECT {shown} FROM {only}{_identifier(schema)}.{_identifier(name)}"
        if None not in filters:
            query += " WHERE " + " OR ".join(f"({text})" for text in sorted(map(str, filters)))
        return columns, query

    # --- the stream ----------------------------------------------------------------------------------------------------

    async def _stream(self, client: Client, subscription: Any) -> None:
        version = int(client.parameters.get("server_version", "0").split(".")[0])
        publications = ",".join(_identifier(name) for name in subscription.publications)
        options = [f"proto_version '1', publication_names {_literal(publications)}"]
        if subscription.binary:
            options.append("binary 'true'")
        if version >= 16:
            options.append(f"origin {_literal(subscription.origin)}")
        self._reader = StreamReader()
        self._reached = self._applier.position()
        command = (f"START_REPLICATION SLOT {_identifier(subscription.slot)} LOGICAL {format_lsn(self._reached)} "
                   f"({', '.join(options)})")
        self._log.info("logical replication worker has started", position=format_lsn(self._reached))
        async with client.copy_both(command) as stream, trio.open_nursery() as nursery:
            nursery.start_soon(self._report, stream)
            while payloads := await stream.receive_many():
                wanted = await self._take(payloads)
                await self._applier.flush()
                await self._tell(stream, asks=wanted)
                await self._settle_tables()
            nursery.cancel_scope.cancel()
        raise ConnectionLost("the publisher has ended the stream")

    async def _report(self, stream: CopyBoth) -> None:
        while True:
            await trio.sleep(STATUS_S)
            await self._tell(stream, asks=True)

    async def _tell(self, stream: CopyBoth, *, asks: bool) -> None:
        """How far everything is; what was committed is durable."""
        async with self._send_lock:
            await stream.send(encode_status(self._reached, self._reached, self._reached, time_ns() // 1000))

    async def _take(self, payloads: Sequence[bytes]) -> bool:
        """Apply what was received; whether the publisher wants to hear."""
        wanted = False
        for payload in payloads:
            message = decode(payload)
            if isinstance(message, XLogData):
                await self._apply(self._reader.read(message.data))
            else:
                wanted = wanted or message.reply_wanted
                if not self._waits:
                    self._reached = max(self._reached, message.end)
        return wanted

    async def _apply(self, message: messages.AnyMessage) -> None:
        what = _WHAT.get(type(message))
        if what is not None:
            await what(self, message)

    async def _begin(self, message: messages.Begin) -> None:
        self._final = message.final_lsn
        subscription = self._applier.subscription()
        self._skipping = bool(subscription.skip_lsn) and subscription.skip_lsn == message.final_lsn
        self._waits = True
        await self._applier.begin()

    async def _commit(self, message: messages.Commit) -> None:
        if self._skipping:
            self._log.warning("a transaction was left out, as ALTER SUBSCRIPTION ... SKIP says", position=format_lsn(self._final))
            await self._applier.skipped()
        await self._applier.commit(message.end_lsn)
        self._waits = False
        self._reached = max(self._reached, message.end_lsn)

    def _is_due(self, relation: messages.Relation) -> bool:
        """Whether a change of this table is to be applied: its copy does not have it."""
        if self._skipping:
            return False
        table = self._tables.get((relation.schema or "pg_catalog", relation.name))
        return table is not None and (table.state == "r" or (table.state == "s" and table.lsn <= self._final))

    async def _insert(self, message: messages.Insert) -> None:
        relation = self._reader.relation(message.oid)
        if self._is_due(relation):
            await self._applier.insert(relation, self._values(message.new))

    async def _update(self, message: messages.Update) -> None:
        relation = self._reader.relation(message.oid)
        if self._is_due(relation):
            old = None if message.old is None else self._values(message.old)
            await self._applier.update(relation, old, self._values(message.new))

    async def _delete(self, message: messages.Delete) -> None:
        relation = self._reader.relation(message.oid)
        if self._is_due(relation):
            await self._applier.delete(relation, self._values(message.old))

    async def _truncate(self, message: messages.Truncate) -> None:
        relations = [relation for oid in message.oids if self._is_due(relation := self._reader.relation(oid))]
        if relations:
            await self._applier.truncate(relations, cascade=message.cascade, restart_identity=message.restart_identity)

    def _values(self, row: Row) -> list[Any]:
        unchanged = self._applier.unchanged
        return [(1 if kind == BINARY else 0, value) if value is not None else unchanged if kind == UNCHANGED else None
                for value, kind in zip(row.values, row.kinds, strict=True)]

    async def _settle_tables(self) -> None:
        """Tables whose copies have been overtaken are like the others from now on."""
        done = {table.relation: ("r", table.lsn) for table in self._tables.values()
                if table.state == "s" and table.lsn <= self._reached}
        if done and not self._waits:
            await self._applier.begin()
            await self._applier.set_states(done)
            await self._applier.commit(self._applier.position())
            await self._applier.refresh()
            self._tables = dict(self._applier.tables())


def _lsn(text: str) -> int:
    high, low = text.split("/")
    return int(high, 16) << 32 | int(low, 16)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_WHAT: dict[type, Callable[[Subscribed, Any], Any]] = {
    messages.Begin: Subscribed._begin, messages.Commit: Subscribed._commit, messages.Insert: Subscribed._insert,
    messages.Update: Subscribed._update, messages.Delete: Subscribed._delete, messages.Truncate: Subscribed._truncate}
