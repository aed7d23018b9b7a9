"""One client's session: prepared statements, portals, the transaction block. pgwire drives it (pgwire.contract).

A statement goes: parse -> analyzed plan from the database's cache, or bound and lowered now -> portal -> run_plan, which
runs it in the session's storage transaction. Transaction control is in executor.block.
"""

from collections.abc import Sequence
from dataclasses import replace
from time import time_ns
from typing import Any

import msgspec

from executor import sqlstates as states
from executor.advisory import AdvisoryLocks
from executor.analysis import Analyzed, Column, analyze, bind_statement, env_key, formatted, is_optimizable
from executor.audit import Audit
from executor.bind.statement import LiteralNeeded
from executor.block import Block
from executor.catalog.model import Catalog
from executor.catalog.names import SessionNames
from executor.commands.base import Command, Parameters, Result
from executor.commands.registry import find_command
from executor.context import Context
from executor.database import PlanCache, ServedDatabase
from executor.errors import SqlError
from executor.lifting import lift
from executor.messages import flush
from executor.metrics import SessionClock
from executor.notices import wanted
from executor.notify import Notifications
from executor.outputs import encoders_for, output_of
from executor.parameters import decode_parameters
from executor.parse import RawStatement, parse
from executor.portal import CommandPortal, EmptyPortal, Portal, QueryPortal
from executor.prepared import Prepared, fresh, result_type_changed, shapes
from executor.privileges import check_privileges
from executor.renewal import renew_portal, renew_statement
from executor.replicating import Replicating
from executor.roles.identity import Identity
from executor.running import runner, same_schema
from executor.sequences import SessionSequences
from executor.settings.session import Settings
from executor.sharing import NOT_LIFTABLE, prepare_lifted, shape_key
from executor.table_locks import TableLocks
from executor.temporary import Temporary
from executor.translate import translate
from executor.types import oids as T
from executor.types.base import Stored
from executor.waiting import run_command_waiting, run_waiting, wait_for
from storage.errors import EngineError, LockConflict, NeedsWriter, SchemaChanged
from storage.locks import LockOwner
from storage.rows import Rows
from storage.statement import Statement

RETRIES = 100  # of analyzing a statement anew because somebody has just changed the schema, of other tables perhaps


class Session(Replicating):
    """See the module's description. Methods raise SqlError."""

    def __init__(self, database: ServedDatabase, engine: Any, user: str, settings: Settings, context: Context) -> None:
        super().__init__(database, engine, settings)
        self.user, self.context = user, context
        self.lock_owner = LockOwner(0)
        self.wait_start_ns = 0  # when it began to wait for a lock, if it waits for one
        self.secret = b""
        self.block = Block(self)
        self.notices: list[SqlError] = context.notices
        self.tables = TableLocks(database.file.locks, self.lock_owner, self.block)
        self.advisory = AdvisoryLocks(database.file.locks, self.lock_owner, self.notices)
        self.statements: dict[str, Prepared] = {}
        self.portals: dict[str, Portal] = {}
        self.cursors: dict[str, Any] = {}
        self.temporary = Temporary()
        self.notifications = Notifications(self)
        self.own_catalog: Catalog | None = None  # while the transaction has changed it
        self.simple_source = ""
        self.query_text = ""  # of the statement that runs, or ran last
        self.clock = SessionClock()
        self.audit = Audit(self)
        context.session = self
        context.env.objects = SessionNames(context)
        context.settings = settings
        settings.transaction_check = self.block.check_setting
        context.sequences = SessionSequences(database.sequences, self.use_sequence)
        self.identity = Identity(self, engine.roles, user)

    @property
    def process_id(self) -> int:
        """What clients know the session by; locks are known by it too."""
        return int(self.lock_owner.label)

    @process_id.setter
    def process_id(self, number: int) -> None:
        self.lock_owner.label = number

    # --- what pgwire asks -----------------------------------------------------------------------------------------

    @property
    def status(self) -> bytes:
        """I idle, T in a block, E in a failed block."""
        return self.block.status

    def reported_settings(self) -> dict[str, str]:
        """Every setting a client is told at the start."""
        return self.settings.reported()

    def take_changed_settings(self) -> dict[str, str]:
        """The reported settings that changed."""
        return self.settings.take_changed()

    def take_notices(self) -> list[SqlError]:
        """Notices since the last call, as far as client_min_messages lets them through."""
        if not self.notices:
            return []
        self.audit.messages(self.notices)
        found, self.notices[:] = wanted(self.notices, self.settings.get("client_min_messages")), []
        return found

    def split(self, text: str) -> list[Any]:
        """The statements of a simple query; a text whose plan is cached needs no parsing."""
        self.query_text = text
        self.context.process_id = self.process_id
        self.statements.pop("", None)  # as in PostgreSQL: whoever binds it now has missed something
        cached = self._cached_simple(text)
        if cached is not None:
            return [cached]
        statements = parse(text)
        self.simple_source = text if len(statements) == 1 else ""
        return list(statements)

    async def prepare_simple(self, raw: Any) -> Portal:
        """A portal for one statement of a simple query."""
        self.block.limits.begin_statement()
        await self.close_portal("")
        if isinstance(raw, tuple):
            prepared, literals = raw
        else:
            try:
                prepared, literals = await self._prepare_raw(raw)
            except states.IndeterminateDatatype:
                self._refuse_parameters(raw)
                raise
        if prepared.parameters and prepared.analyzed is not None:
            self._refuse_parameters(prepared.raw)
        formats = () if prepared.command is None else prepared.command.kind.simple_formats(self, prepared.command.raw.node)
        portal = self._portal(prepared, (), formats, literals, self.query_text if literals else "")
        portal.fixed = False  # its columns are told once it runs
        return portal

    def _refuse_parameters(self, raw: RawStatement | None) -> None:
        """42P02 if a statement of a simple query has parameters, for which there are no values."""
        catalog = self.catalog_now()
        if raw is not None and catalog is not None and is_optimizable(raw.node):
            bind_statement(fresh(raw), catalog, self.context, self.search_path(), fixed=True)

    async def parse(self, name: str, text: str, parameter_oids: tuple[int, ...]) -> None:
        """Make a prepared statement. The unnamed one before it is gone even if this one cannot be made."""
        self.query_text = text
        self.context.process_id = self.process_id
        if not name:
            self.statements.pop("", None)
        prepared = await self.prepare(name, text, parameter_oids)
        if name in self.statements:
            raise states.DuplicatePstatement(f'prepared statement "{name}" already exists')
        self.statements[name] = prepared
        if name:
            prepared.prepared_ns = time_ns()

    async def prepare(self, name: str, text: str, parameter_oids: tuple[int, ...]) -> Prepared:
        """Parse and analyze one statement."""
        key = self.plan_key(text, parameter_oids)
        kept = self.plans.get(key)
        if kept is not None and kept.analyzed.catalog is self.catalog_now() and self.block.may_analyze:
            return Prepared(name, text, kept.raw, parameter_oids, kept.parameters, kept.columns, kept.analyzed, None,
                            path=kept.path)
        statements = parse(text)
        if not statements:
            return Prepared(name, text, None)
        if len(statements) > 1:
            raise states.SyntaxError("cannot insert multiple commands into a prepared statement")
        raw = statements[0]
        self.block.refuse_if_failed(raw.node)
        return await self.prepare_raw(name, raw, parameter_oids, key)

    async def prepare_raw(self, name: str, raw: RawStatement, parameter_oids: tuple[int, ...], key: Any = None) -> Prepared:
        """Analyze a parsed statement."""
        if not is_optimizable(raw.node):
            command = find_command(raw)
            describe = command.kind.describe
            columns = describe(self, raw.node) if describe else None
            types = await self._command_parameters(command, parameter_oids)
            return Prepared(name, raw.source, raw, parameter_oids, types, columns, None, command)
        analyzed = await self.analyze(raw, parameter_oids)
        prepared = Prepared(name, raw.source, raw, parameter_oids, analyzed.parameters, analyzed.columns, analyzed,
                            path=self.identity.path)
        if key is not None and analyzed.may_be_kept and self.own_catalog is None:
            # A copy: `current` changes the session's own, and what is kept must stay what its key says.
            self.plans.put(key, msgspec.structs.replace(prepared, name=""))
        return prepared

    async def _command_parameters(self, command: Command, given: tuple[int, ...]) -> tuple[int, ...]:
        """The types of a command's parameters: those that its query says."""
        raw, query = command.raw, command.kind.query
        if query is None or "$" not in raw.text or not is_optimizable(inner := query(raw.node)):
            return tuple(oid or T.TEXT for oid in given)
        return (await self.analyze(RawStatement(inner, raw.source, raw.text, raw.offset), given)).parameters

    async def analyze(self, raw: RawStatement, parameter_oids: Sequence[int] = (),
                      lifted: dict[int, int] | None = None) -> Analyzed:
        """Bind against the newest catalog; once more if that failed against an outdated one."""
        catalog = await self.catalog()
        try:
            return analyze(fresh(raw), catalog, self.context, self.search_path(), parameter_oids, lifted)
        except SqlError:
            newest = await self.catalog(refresh=True)
            if newest is catalog:
                raise
            return analyze(fresh(raw), newest, self.context, self.search_path(), parameter_oids, lifted)

    async def describe_statement(self, name: str) -> tuple[tuple[int, ...], Sequence[Column] | None]:
        """Parameters and result of a prepared statement."""
        found = self.statement(name)
        if found.raw is not None and found.columns is not None:
            self.block.refuse_if_failed(found.raw.node)
        await renew_statement(self, found)
        prepared = await self.current(found)
        prepared.described = True
        return prepared.parameter_oids, prepared.columns

    async def bind(self, portal: str, statement: str, parameter_formats: tuple[int, ...],
                   parameters: tuple[bytes | None, ...], result_formats: tuple[int, ...]) -> None:
        """Make a portal of a prepared statement and values."""
        prepared = self.statement(statement)
        if len(parameters) != len(prepared.parameters):
            raise states.ProtocolViolation(f"bind message supplies {len(parameters)} parameters, but prepared statement "
                                           f'"{statement}" requires {len(prepared.parameters)}')
        if prepared.raw is not None:
            self.block.refuse_if_failed(prepared.raw.node)
        if portal and (portal in self.portals or portal in self.cursors):
            raise states.DuplicateCursor(f'cursor "{portal}" already exists')
        old = self.portals.pop("", None) if not portal else None
        if old is not None:
            await old.close()
        prepared = await self.current(prepared)
        self.query_text = prepared.text
        values = decode_parameters(self, portal, prepared.parameters, parameter_formats, parameters) if parameters else ()
        self.portals[portal] = made = self._portal(prepared, values, result_formats, ())
        made.name, made.statement, made.source = portal, statement, prepared.text

    async def describe_portal(self, name: str) -> Sequence[Column] | None:
        """The columns of a portal, or of a cursor of DECLARE, which is a portal too."""
        cursor = self.cursors.get(name) if name not in self.portals else None
        if cursor is not None:
            return tuple(msgspec.structs.replace(c, format=int(cursor.binary)) for c in cursor.portal.columns)
        portal = self._portal_named(name)
        if portal.node is not None and portal.columns is not None:
            self.block.refuse_if_failed(portal.node)
        await renew_portal(self, portal)
        return portal.columns

    def portal(self, name: str) -> Portal:
        """A portal by name, to run or to go on with (34000; 25P02 in a failed block)."""
        found = self._portal_named(name)
        if found.node is not None:
            self.block.refuse_if_failed(found.node)
        self.block.limits.begin_statement()
        return found

    def _portal_named(self, name: str) -> Portal:
        found = self.portals.get(name)
        if found is None:
            raise states.InvalidCursorName(f'portal "{name}" does not exist')
        return found

    def statement(self, name: str) -> Prepared:
        """A prepared statement by name (26000)."""
        found = self.statements.get(name)
        if found is None:
            shown = f'prepared statement "{name}" does not exist' if name else "unnamed prepared statement does not exist"
            raise states.InvalidSqlStatementName(shown)
        return found

    def close_statement(self, name: str) -> None:
        """Forget a prepared statement."""
        self.statements.pop(name, None)

    async def close_portal(self, name: str) -> None:
        """Forget a portal, or a cursor of DECLARE."""
        found = self.portals.pop(name, None)
        if found is None and name in self.cursors:
            found = self.cursors.pop(name).portal
        if found is not None:
            await found.close()

    async def sync(self) -> None:
        """The end of a pipeline or simple query."""
        self.block.limits.end_statement()
        self.block.implicit_block = False
        if self.block.explicit:
            return
        await self.drop_portals()
        await self.block.end_implicit()

    async def fail(self) -> None:
        """A statement failed."""
        await self.block.fail()
        await self.failed()
        if not self.block.explicit:
            await self.drop_portals()

    def wait_limit(self, *, ready: bool, since: float) -> tuple[float, SqlError] | None:
        """How long the client may be waited for now, in seconds, and what ends the session then."""
        return self.block.limits.of_a_wait(ready=ready, since=since)

    def begin_implicit_block(self) -> None:
        """A simple query with several statements begins."""
        self.block.implicit_block = True

    async def terminate(self) -> None:
        """The client is gone."""
        await self.drop_portals()
        await self.close_cursors()
        await self.block.abandon()
        await self.end_replicating()
        self.notifications.close()
        self.advisory.release_all()
        self.temporary.release(ended=True)
        self.database.sessions.discard(self)
        self.database.metrics.session_ended(self.clock)
        self.engine.sessions.discard(self)
        self._untie()

    def _untie(self) -> None:
        """Break the circles of references, so that the memory of a session that is over is free at once: the garbage
        collector comes by rarely. What others may just be looking at (pg_stat_activity) stays."""
        self.context.session = self.context.view = self.context.sequences = self.context.env.objects = None
        self.settings.untie()
        self.identity.untie()
        self.audit.untie()
        self.block.untie()

    @property
    def plans(self) -> PlanCache:
        """Where plans are kept: the database's, or the session's own as long as it has temporary objects."""
        return self.database.plans if self.temporary.is_empty else self.temporary.plans

    # --- catalog and names ----------------------------------------------------------------------------------------

    def catalog_now(self) -> Catalog | None:
        """The catalog this session knows, with its own temporary objects."""
        base = self.database.catalog
        return self.own_catalog or (base and self.temporary.over(base))

    async def catalog(self, refresh: bool = False) -> Catalog:
        """The catalog this session's statements are bound against."""
        if self.own_catalog is not None:
            found = self.own_catalog
        elif refresh or self.database.catalog is None:
            found = self.temporary.over(await self.database.newest_catalog())
        else:
            found = self.temporary.over(self.database.catalog)
        self.context.catalog = found
        return found

    def search_path(self) -> tuple[str, ...]:
        """The schemas that exist on the search path, pg_catalog first unless it is named."""
        return self.engine.search_path(self)  # type: ignore[no-any-return]

    # --- plans ----------------------------------------------------------------------------------------------------

    def plan_key(self, text: str, oids: tuple[int, ...]) -> Any:
        """A text with everything else that decides about its plan."""
        setting = self.settings.get
        # The user decides what "$user" on the search path means.
        return (text, oids, setting("search_path"), self.identity.plan_user or self.identity.plan_key,
                setting("transform_null_equals"), env_key(self.context.env))

    def _cached_simple(self, text: str) -> Any:
        """(prepared, literals) of a simple query whose plan is known, by its text or by its shape."""
        if self.own_catalog is not None or self.block.failed:
            return None
        plans = self.plans
        literals: tuple[tuple[str, str], ...] = ()
        kept = plans.get(self.plan_key(text, ()))
        if kept is None:
            lifted = lift(text)
            if lifted is None:
                return None
            literals = lifted.literals
            kept = plans.get(shape_key(self, lifted))
            if isinstance(kept, frozenset):
                kept = plans.get(shape_key(self, lifted, kept))
        if kept is None or kept is NOT_LIFTABLE or kept.analyzed.catalog is not self.catalog_now():
            return None
        return kept, literals

    async def _prepare_raw(self, raw: RawStatement) -> tuple[Prepared, Sequence[tuple[str, str]]]:
        """Prepare a statement of a simple query; keep its plan for the next with the same shape."""
        self.block.refuse_if_failed(raw.node)
        if not is_optimizable(raw.node) or raw.source is not self.simple_source:
            return await self.prepare_raw("", raw, ()), ()
        key = self.plan_key(raw.source, ())
        lifted = lift(raw.source) if self.own_catalog is None else None
        if lifted is not None:
            found = await prepare_lifted(self, raw, lifted)
            if found is not None:
                return found, lifted.literals
        return await self.prepare_raw("", raw, (), key), ()

    async def current(self, prepared: Prepared) -> Prepared:
        """The statement analyzed against the catalog and search_path as they are now (0A000 if its result type changed)."""
        analyzed, path = prepared.analyzed, self.identity.path
        if analyzed is None or prepared.raw is None or (analyzed.catalog is self.catalog_now() and prepared.path == path):
            return prepared
        renewed = await self.analyze(prepared.raw, prepared.parameter_oids)
        if prepared.columns is not None and shapes(renewed.columns) != shapes(prepared.columns):
            raise result_type_changed()
        prepared.analyzed, prepared.columns, prepared.parameters = renewed, renewed.columns, renewed.parameters
        prepared.path = path
        return prepared

    def _portal(self, prepared: Prepared, values: Sequence[Stored], formats: tuple[int, ...],
                literals: Sequence[tuple[str, str]], text: str = "") -> Portal:
        if prepared.raw is None:
            return EmptyPortal(self)
        if prepared.command is not None:
            encoders = encoders_for(self.context, prepared.columns, formats) if prepared.columns else ()
            return CommandPortal(self, prepared.command, formatted(prepared.columns, formats), encoders,
                                 Parameters.of(values, prepared.parameter_oids))
        assert prepared.analyzed is not None
        if prepared.columns is None:
            return QueryPortal(self, prepared, None, (), values, literals, text)
        output = output_of(self.context, prepared, formats)
        return QueryPortal(self, prepared, *output, values, literals, text)

    # --- running --------------------------------------------------------------------------------------------------

    async def run_plan(self, prepared: Prepared, parameters: Sequence[Stored], literals: Sequence[tuple[str, str]],
                       text: str, *, fixed: bool = True) -> tuple[Rows, Analyzed]:
        """Run an analyzed statement; again if the schema turns out to be another than it was bound against.

        text: of the statement itself, if it uses the plan of another with other literals. fixed: its columns have been
        told, so they must stay the same.
        """
        tries = 0
        if self.floor:
            await self.reach_floor()
        while tries < RETRIES:
            analyzed = prepared.analyzed
            assert analyzed is not None
            again = self.block.transaction is not None
            transaction = self.block.begin_statement(analyzed.changes)
            tables = analyzed.tables
            if tables and (met := self.tables.meet(tables, keep=again or analyzed.writes or bool(analyzed.changes))) is not None:
                await wait_for(self, LockConflict(met))
                if self.own_catalog is None and self.database.file.schema_token() != analyzed.catalog.version:
                    await self.catalog(refresh=True)
                    prepared, literals = await self.without_lifting(prepared, text, fixed=fixed), ()
                continue
            self.context.catalog = analyzed.catalog
            if not self.identity.is_superuser:
                check_privileges(self, analyzed)
            try:
                rows = await run_waiting(self, runner(self, transaction, analyzed, parameters, literals))
            except NeedsWriter:
                analyzed.needs_writer = True
                continue
            except LiteralNeeded:
                tries += 1
                prepared, literals = await self.without_lifting(prepared, text), ()
                continue
            if rows is not None:
                return rows, analyzed
            tries += 1
            await self.catalog(refresh=True)
            prepared, literals = await self.without_lifting(prepared, text, fixed=fixed), ()
        raise states.ObjectInUse("the schema kept changing while the statement was being run")

    def statement_of(self, analyzed: Analyzed) -> Statement:
        """The SQLite statement, with the system catalogs that it reads."""
        statement: Statement = analyzed.lowered.statement
        if analyzed.lowered.system:
            from executor.systemtables import system_tables  # imported when a catalog is first read

            statement = system_tables(self, analyzed)
        return replace(statement, writes=True) if analyzed.needs_writer else statement

    async def without_lifting(self, prepared: Prepared, text: str, *, fixed: bool = True) -> Prepared:
        """The statement analyzed anew with its own literals in place (fixed: 0A000 if its result type changed)."""
        raw = parse(text)[0] if text else prepared.raw
        assert raw is not None
        renewed = await self.analyze(raw, prepared.parameter_oids)
        if fixed and shapes(renewed.columns) != shapes(prepared.columns):
            raise result_type_changed()
        return Prepared(prepared.name, raw.source, raw, prepared.given, renewed.parameters, renewed.columns, renewed,
                        path=self.identity.path)

    def use_sequence(self, oid: int) -> None:
        """A function is about to take a value of a sequence. Raises: LockConflict while it is being altered."""
        met = self.tables.use_sequence(oid)
        if met is not None:
            raise LockConflict(met)

    async def run_statement(self, transaction: Any, statement: Statement, values: list[Stored], analyzed: Analyzed, *,
                            only: bool = True) -> Rows | None:
        """The result, or None if the schema is not the one the plan was made for. only: no others belong to it."""
        version = analyzed.catalog.version
        try:
            if statement.writes:
                if self.outgoing and transaction is self.block.transaction:
                    await flush(self)
                if not transaction.begin_write_nowait():
                    with self.block.timeout():
                        await transaction.begin_write()
                if self.own_catalog is None and transaction.schema_token() != version:
                    return None
                alone = only and transaction.is_pristine and not self.block.explicit
                rows = transaction.run_inline_or_none(statement, values, autocommit=alone)
                if rows is None:
                    with self.block.timeout():
                        rows = await transaction.run(statement, values, autocommit=alone)
                return rows  # type: ignore[no-any-return]
            rows = transaction.run_inline_or_none(statement, values)
            if rows is None:
                with self.block.timeout():
                    rows = await transaction.run(statement, values)
            if self.own_catalog is None and rows.schema_token != version and not same_schema(self, transaction, version):
                await rows.close()
                return None
            return rows  # type: ignore[no-any-return]
        except SchemaChanged:
            return None
        except (LockConflict, NeedsWriter):
            raise  # its turn will come: see executor.waiting
        except EngineError as error:
            raise await self._diagnosed(translate(error, analyzed.catalog), error, transaction, analyzed, values) from None
        except (states.CheckViolation, states.NotNullViolation, states.WithCheckOptionViolation) as error:
            raise await self._diagnosed(error, error, transaction, analyzed, values) from None
        except OverflowError:
            raise states.NumericValueOutOfRange("value is out of range for type bigint") from None

    async def _diagnosed(self, found: SqlError, error: Exception, transaction: Any, analyzed: Analyzed,
                         values: list[Stored]) -> SqlError:
        from executor.diagnose import diagnose  # imported only when a statement was refused

        try:
            return await diagnose(self, found, error, transaction, analyzed, values)
        except LockConflict:
            return found  # it cannot be told in full while others hold rows

    async def fetch(self, rows: Rows, n: int) -> list[tuple[Any, ...]]:
        """More rows of a result."""
        found = None
        if not rows.is_exhausted:
            try:
                with self.block.timeout():
                    found = await rows.fetch(n)
            except EngineError as error:
                raise translate(error, self.context.catalog) from None
        return found or []

    async def run_command(self, command: Command, parameters: Parameters) -> Result:
        """Run a command in the session's transaction, or as transaction control."""
        kind = command.kind
        self.block.note_command()
        self.block.refuse_command(command)
        if kind.alone:
            self.block.refuse_inside(kind.alone)
        if not kind.transaction_control:
            if self.outgoing:
                await flush(self)
            if kind.takes_snapshot:
                if self.floor:
                    await self.reach_floor()
                self.block.begin_statement()
            elif not self.block.explicit:
                self.block.ensure()
            await self.catalog(refresh=self.own_catalog is None)
        try:
            return await run_command_waiting(self, command, parameters)
        except EngineError as error:
            raise translate(error, self.context.catalog) from None

    async def drop_portals(self) -> None:
        """Close the portals, which end with their transaction."""
        for name in list(self.portals):
            await self.close_portal(name)

    async def close_cursors(self, *, committed_too: bool = True) -> None:
        """Close the cursors of DECLARE, with those that outlive their transaction or without."""
        for name, cursor in list(self.cursors.items()):
            if committed_too or not cursor.committed:
                del self.cursors[name]
                await cursor.portal.close()
