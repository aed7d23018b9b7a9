"""Subscriptions: what this server follows of other servers' publications, one task for each.

`Subscriptions` starts and ends them (executor.replicas.Subscriber is what SQL asks of it). What a publisher sends is applied by
the executor (Engine.applier); how is in replication/subscribed.py.
"""

from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import trio

from replication.client import BadConnectionString, Client, ConnectionLost, ServerError, connect, parse
from replication.conninfo import parse_words
from replication.login import CannotLogIn
from replication.slots import MakeError
from replication.subscribed import APPLICATION, Subscribed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOOK_S = 5.0
"""How often is looked for what has changed without anybody saying so (a copy that was promoted, another program)."""


@dataclass(frozen=True, slots=True)
class Published:
    """See executor.replicas.Published."""

    tables: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


def literal(text: str) -> str:
    """Text as a literal of SQL; of replication commands too, as long as there is no backslash."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


class Subscriptions:
    """See the module. is_standby: whether nothing can be written, so that nothing is followed."""

    def __init__(self, engine: Any, error: MakeError, log: Any, is_standby: Callable[[], bool]) -> None:
        self.engine = engine
        self.error = error
        self.log = log
        self._is_standby = is_standby
        self._changed = trio.Event()
        self._following: dict[tuple[str, int], tuple[Any, trio.CancelScope, trio.Event]] = {}

    # --- what SQL asks -------------------------------------------------------------------------------------------------

    def check_conninfo(self, conninfo: str, *, needs_password: bool) -> None:
        """42601, 2F003."""
        try:
            words = parse_words(conninfo)
            parse(conninfo)
        except BadConnectionString as error:
            raise self.error("42601", f"invalid connection string syntax: {error}") from None
        if needs_password and not words.get("password"):
            raise self.error("2F003", "password is required",
                             detail="Non-superusers must provide a password in the connection string.")

    @asynccontextmanager
    async def _publisher(self, name: str, conninfo: str) -> "AsyncIterator[Client]":
        """A replication connection (08006)."""
        try:
            client = await connect(parse(conninfo + f" fallback_application_name={APPLICATION}"
                                         if "://" not in conninfo else conninfo), replication="database")
        except (ConnectionLost, ServerError, CannotLogIn, OSError) as error:
            raise self.error("08006", f'subscription "{name}" could not connect to the publisher: {error}') from None
        try:
            yield client
        finally:
            await client.close()

    async def published(self, name: str, conninfo: str, publications: Sequence[str]) -> Published:
        """See executor.replicas.Subscriber."""
        names = ", ".join(literal(publication) for publication in publications)
        async with self._publisher(name, conninfo) as client:
            try:
                (known,) = await client.simple_query(f"SELECT pubname FROM pg_catalog.pg_publication WHERE pubname IN ({names})")
                (tables,) = await client.simple_query(
                    "SELECT DISTINCT schemaname, tablename FROM pg_catalog.pg_publication_tables "
                    f"WHERE pubname IN ({names}) ORDER BY 1, 2")
            except ServerError as error:
                raise self.error("08006", f"could not receive list of publications from the publisher: {error.message}") from None
        there = {row[0] for row in known.rows}
        return Published(tuple((str(schema), str(table)) for schema, table in tables.rows),
                         tuple(publication for publication in publications if publication not in there))

    async def make_slot(self, name: str, conninfo: str, slot: str, *, failover: bool) -> None:
        """See executor.replicas.Subscriber."""
        options = "SNAPSHOT 'nothing'" + (", FAILOVER" if failover else "")
        await self._slot_command(name, conninfo, f"CREATE_REPLICATION_SLOT {identifier(slot)} LOGICAL pgoutput ({options})",
                                 f'could not create replication slot "{slot}"')

    async def alter_slot(self, name: str, conninfo: str, slot: str, *, failover: bool) -> None:
        """See executor.replicas.Subscriber."""
        await self._slot_command(name, conninfo, f"ALTER_REPLICATION_SLOT {identifier(slot)} (FAILOVER {str(failover).lower()})",
                                 f'could not alter replication slot "{slot}"')

    async def drop_slot(self, name: str, conninfo: str, slot: str) -> None:
        """See executor.replicas.Subscriber."""
        await self._slot_command(name, conninfo, f"DROP_REPLICATION_SLOT {identifier(slot)} WAIT",
                                 f'could not drop replication slot "{slot}" on publisher', ignored="42704")

    async def _slot_command(self, name: str, conninfo: str, command: str, failure: str, ignored: str = "") -> None:
        async with self._publisher(name, conninfo) as client:
            try:
                await client.simple_query(command)
            except ServerError as error:
                if error.sqlstate != ignored:
                    raise self.error(error.sqlstate, f"{failure}: {error.severity}:  {error.message}") from None

    def changed(self) -> None:
        """See executor.replicas.Subscriber."""
        self._changed.set()

    async def end(self, database: str, subscription: int) -> None:
        """See executor.replicas.Subscriber."""
        found = self._following.get((database, subscription))
        if found is not None:
            found[1].cancel()
            await found[2].wait()

    # --- the tasks -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow what is to be followed, until cancelled."""
        async with trio.open_nursery() as nursery:
            while True:
                self._changed = trio.Event()
                if not self._is_standby():
                    await self._look(nursery)
                with trio.move_on_after(LOOK_S):
                    await self._changed.wait()

    async def _look(self, nursery: trio.Nursery) -> None:
        """Begin what is new, end what is gone, and begin anew what is another."""
        wanted = {(name, subscription.oid): subscription for name, database in self.engine.databases.items()
                  if database.catalog is not None for subscription in database.catalog.subscriptions if subscription.enabled}
        for key, (known, scope, ended) in list(self._following.items()):
            if key not in wanted or _what_matters(wanted[key]) != known:
                scope.cancel()
                await ended.wait()
        for key, subscription in wanted.items():
            if key not in self._following:
                entry = _what_matters(subscription), trio.CancelScope(), trio.Event()
                self._following[key] = entry
                nursery.start_soon(self._follow, key, entry[1], entry[2])

    async def _follow(self, key: tuple[str, int], scope: trio.CancelScope, ended: trio.Event) -> None:
        database, oid = key
        try:
            with scope, suppress(trio.BrokenResourceError):
                await Subscribed(self.engine, database, oid, self.log, self.changed).run()
        except Exception:  # one subscription must not end the server
            self.log.exception("a subscription has ended by an internal error", database=database)
            await trio.sleep(LOOK_S)
        finally:
            self._following.pop(key, None)
            ended.set()


def _what_matters(subscription: Any) -> Any:
    """What of a subscription a change of makes it another to who follows: all but how far its tables are."""
    unfinished = tuple(sorted(table.relation for table in subscription.tables))
    return (subscription.name, subscription.conninfo, subscription.publications, subscription.slot, subscription.binary,
            subscription.origin, subscription.skip_lsn, subscription.owner, subscription.synchronous_commit, unfinished)
