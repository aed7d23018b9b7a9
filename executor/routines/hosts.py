"""Where the SQL of a routine's body runs.

NestedHost: on the connection that calls the routine, in the middle of the statement that does. Nothing waits there: a lock that
somebody else holds, or a change where the outer statement only reads, leaves as LockConflict or NeedsWriter, and the executor
runs the outer statement again. Its coroutines are driven to their end at once (`drive`).

SessionHost: for DO, CALL and a SELECT that is nothing but a call. Each statement of the body is one of the session's
transaction, like a client's: it waits for locks by itself, and may be DDL, or COMMIT.
"""

from collections.abc import Coroutine, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import trio

from executor import sqlstates as states
from executor.analysis import Analyzed, Column
from executor.catalog.model import Catalog
from executor.catalog.search_path import search_path
from executor.commands.base import Command, Parameters
from executor.commands.registry import command_kind, command_tag, find_command
from executor.context import Context
from executor.errors import not_supported
from executor.plan import DataChange
from executor.plpgsql.frame import Frame
from executor.plpgsql.plans import Plan, exact
from executor.plpgsql.run import MISSING
from executor.privileges import check_privileges
from executor.routines.nested import NestedTransaction
from executor.translate import translate
from executor.triggers.state import mark_of, restore
from executor.types.base import Stored
from storage.errors import EngineError, LockConflict, NeedsWriter
from storage.worker import look_up

if TYPE_CHECKING:
    from executor.session import Session

T = TypeVar("T")
Rows = list[tuple[Any, ...]]
_names = count(1)
RETRIES = 100


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    coroutine.close()
    raise not_supported("waiting in a function that is called in the middle of a statement")


def statement_values(plan: Plan, parameters: Sequence[Stored]) -> list[Stored]:
    """The values of a statement's slots."""
    assert plan.analyzed is not None
    return [parameters[slot.number - 1] if slot.source == "param" else -1 for slot in plan.analyzed.lowered.slots]


class NestedHost:
    """See the module, and executor.plpgsql.run.Host."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.nested = context.nested

    @property
    def catalog(self) -> Catalog:
        """As the outer statement sees it."""
        return self.context.catalog

    @property
    def path(self) -> tuple[str, ...]:
        """See Host."""
        return search_path(self.context)

    def value(self, plan: Plan, parameters: Sequence[Stored]) -> Stored:
        """See Host."""
        assert plan.analyzed is not None
        try:
            found: Stored = self.nested.value(plan.analyzed.lowered.statement, [parameters[i] for i in plan.slots])
            return found
        except EngineError as error:
            raise self._translated(error) from None
        except OverflowError:
            raise states.NumericValueOutOfRange("value is out of range for type bigint") from None

    def _translated(self, error: EngineError) -> BaseException:
        return error if isinstance(error, PASSING) else translate(error, self.context.catalog)

    async def rows(self, plan: Plan, parameters: Sequence[Stored]) -> tuple[Rows, int]:
        """See Host."""
        analyzed = plan.analyzed
        assert analyzed is not None
        session = self.context.session
        if not session.identity.is_superuser:
            check_privileges(session, analyzed)
        if analyzed.changes:
            session.block.refuse_read_only(analyzed.changes)
        before = self.context.reading
        if isinstance(analyzed.plan, DataChange):
            if not self.nested.can_write:
                raise NeedsWriter("a function changes rows")
            if analyzed.plan.relation.oid in before:
                raise not_supported(f'a function that changes table "{analyzed.plan.relation.name}" while the statement that '
                                    "calls it reads it")
        elif analyzed.reading:
            self.context.reading = before | analyzed.reading
            try:
                return await self._rows(plan, analyzed, parameters)
            finally:
                self.context.reading = before
        return await self._rows(plan, analyzed, parameters)

    async def _rows(self, plan: Plan, analyzed: Analyzed, parameters: Sequence[Stored]) -> tuple[Rows, int]:
        session = self.context.session
        if analyzed.tables and (met := session.tables.meet(analyzed.tables, keep=True)) is not None:
            raise LockConflict(met)
        try:
            if analyzed.lowered.steps:
                return await self._steps(plan, analyzed, parameters)
            statement = session.statement_of(analyzed)
            found = self.nested.run(statement, statement_values(plan, parameters))
            return exact(found.rows, plan.numerics), found.changes
        except EngineError as error:
            raise self._translated(error) from None
        except OverflowError:
            raise states.NumericValueOutOfRange("value is out of range for type bigint") from None

    async def _steps(self, plan: Plan, analyzed: Analyzed, parameters: Sequence[Stored]) -> tuple[Rows, int]:
        from executor.analysis import slot_values
        from executor.steps import run_once

        if not self.nested.can_write:
            raise NeedsWriter("a function changes or locks rows")
        context = self.context
        values = [slot_values(step.lowered.slots, parameters, (), context.env) for step in analyzed.lowered.steps]
        kept = context.kept_rows
        try:
            result = await run_once(context.session, NestedTransaction(context, self.nested), analyzed, values, (parameters, ()))
        finally:
            context.kept_rows = kept
        assert result is not None
        rows = await result.fetch(2**62)
        return exact(rows, plan.numerics), result.changes

    async def command(self, plan: Plan, frame: Frame) -> tuple[Rows, str, Sequence[Column] | None]:
        """See Host. Only what touches no table."""
        raw = plan.raw
        assert raw is not None
        kind = command_kind(raw.node.kind)
        if kind is None or raw.node.kind not in HARMLESS:
            if not self.nested.can_write:
                raise NeedsWriter("a function runs a command")  # the calls may be made apart then: see toplevel.py
            raise not_supported(f"{command_tag(raw.node)} in a function that is called in the middle of a statement")
        from executor.prepared import fresh

        result = await kind.handler(self.context.session, fresh(raw), Parameters())
        return result.rows or [], result.tag, result.columns

    async def mark(self) -> Any:
        """See Host."""
        return self.nested.mark(), mark_of(self.context)

    async def release(self, mark: Any) -> None:
        """See Host."""
        self.nested.release(mark[0])

    async def undo(self, mark: Any) -> None:
        """See Host."""
        try:
            self.nested.undo(mark[0])
            restore(self.context, mark[1])
        except EngineError as error:
            raise not_supported(f"undoing a part of this statement ({error.message})") from None

    async def breathe(self) -> None:
        """See Host."""
        look_up()

    async def end_transaction(self, *, commit: bool, chain: bool) -> None:
        """See Host."""
        raise states.InvalidTransactionTermination("invalid transaction termination")


PASSING = (LockConflict, NeedsWriter)
"""What makes the outer statement run again."""
HARMLESS = frozenset({"VariableSetStmt", "VariableShowStmt", "NotifyStmt", "ListenStmt", "UnlistenStmt"})


class SessionHost:
    """See the module, and executor.plpgsql.run.Host. atomic: COMMIT and ROLLBACK are refused."""

    def __init__(self, session: "Session", *, atomic: bool) -> None:
        self.session = session
        self.context = session.context
        self.atomic = atomic
        self.marks = 0

    @property
    def catalog(self) -> Catalog:
        """As it is now."""
        return self.context.catalog

    @property
    def path(self) -> tuple[str, ...]:
        """See Host."""
        return search_path(self.context)

    def value(self, plan: Plan, parameters: Sequence[Stored]) -> Stored:
        """See Host; MISSING if it cannot be had without waiting."""
        assert plan.analyzed is not None
        transaction = self.session.block.ensure()
        try:
            rows = transaction.run_inline_or_none(plan.analyzed.lowered.statement, [parameters[i] for i in plan.slots])
        except LockConflict:  # it is waited for in `rows`
            rows = None
        except EngineError as error:
            raise translate(error, self.context.catalog) from None
        except OverflowError:
            raise states.NumericValueOutOfRange("value is out of range for type bigint") from None
        if rows is None:
            missing: Stored = MISSING
            return missing
        buffered = rows.fetch_buffered(1)
        found: Stored = buffered[0][0] if buffered else None
        return found

    async def rows(self, plan: Plan, parameters: Sequence[Stored]) -> tuple[Rows, int]:
        """See Host."""
        from executor.waiting import run_waiting, wait_for

        session, analyzed = self.session, plan.analyzed
        assert analyzed is not None
        if not session.identity.is_superuser:
            check_privileges(session, analyzed)
        writes = False
        for _ in range(RETRIES):
            transaction = session.block.begin_statement(analyzed.changes)
            tables = analyzed.tables
            if tables and (met := session.tables.meet(tables, keep=True)) is not None:
                await wait_for(session, LockConflict(met))
                continue
            self.context.reading = analyzed.reading
            statement = session.statement_of(analyzed)
            if writes:
                from dataclasses import replace

                statement = replace(statement, writes=True)
            if analyzed.lowered.steps:
                from executor.steps import run_steps

                run = partial(run_steps, session, transaction, analyzed, parameters, ())
            else:
                run = partial(session.run_statement, transaction, statement, statement_values(plan, parameters), analyzed,
                              only=False)
            try:
                rows = await run_waiting(session, run)
                if rows is not None:
                    found: Rows = []
                    while chunk := await session.fetch(rows, 10_000):
                        found += chunk
                    return exact(found, plan.numerics), rows.changes
            except NeedsWriter:
                writes = True
                continue
            raise not_supported("a schema that changes while a function's statement runs")
        raise states.ObjectInUse("the schema kept changing while the statement was being run")

    async def command(self, plan: Plan, frame: Frame) -> tuple[Rows, str, Sequence[Column] | None]:
        """See Host."""
        from executor.prepared import fresh

        raw = plan.raw
        assert raw is not None
        found = find_command(raw)
        if raw.node.kind == "WaitStmt":
            raise states.FeatureNotSupported("WAIT can only be executed as a top-level statement",
                                             detail="WAIT cannot be used within a function, procedure, or DO block.")
        if found.kind.transaction_control and raw.node.kind == "TransactionStmt":
            raise states.FeatureNotSupported("unsupported transaction command in PL/pgSQL")
        if found.kind.alone:
            raise states.ActiveSqlTransaction(f"{found.kind.alone} cannot be executed from a function")
        session = self.session
        result = await session.run_command(Command(fresh(raw), found.kind), Parameters())
        if result.portal is not None:
            portal = result.portal
            await portal.start()
            rows: Rows = []
            while chunk := await portal.fetch(10_000):
                rows += chunk
            return rows, portal.tag or "", portal.columns
        return result.rows or [], result.tag, result.columns

    async def mark(self) -> Any:
        """See Host."""
        self.marks += 1
        name = f"pgquill_plpgsql_{next(_names)}"
        await self.session.block.savepoint(name)
        return name

    async def release(self, mark: Any) -> None:
        """See Host."""
        self.marks -= 1
        await self.session.block.release(mark)

    async def undo(self, mark: Any) -> None:
        """See Host."""
        self.marks -= 1
        block = self.session.block
        if block.transaction is None or block.transaction.lost:
            return
        with trio.CancelScope(shield=True):
            await block.rollback_to(mark)
            await block.release(mark)
        if self.session.own_catalog is None:
            await self.session.catalog()
        else:
            self.context.catalog = self.session.own_catalog

    async def breathe(self) -> None:
        """See Host."""
        await trio.lowlevel.checkpoint()

    async def end_transaction(self, *, commit: bool, chain: bool) -> None:
        """See Host."""
        if self.atomic:
            raise states.InvalidTransactionTermination("invalid transaction termination")
        if self.marks:
            raise states.InvalidTransactionTermination(
                f"cannot {'commit' if commit else 'roll back'} while a subtransaction is active")
        if chain:
            raise not_supported("COMMIT AND CHAIN in a procedure")
        session = self.session
        if commit:
            await session.block.commit()
        else:
            await session.block.rollback()
        session.block.begin_statement()
        await session.catalog(refresh=True)


