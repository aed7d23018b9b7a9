"""The transaction block of a session: when storage transactions begin and end, savepoints, failure.

    outside a block   each statement (or pipeline up to Sync, or simple query) is one implicit transaction
    BEGIN             explicit: ends with COMMIT or ROLLBACK
    a failure         an implicit transaction is rolled back; a block is failed until ROLLBACK [TO]
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from math import inf
from time import time_ns
from typing import TYPE_CHECKING, Any, NamedTuple

import trio

from executor import sqlstates as states
from executor.catalog.model import Catalog
from executor.commands.base import Command
from executor.commands.registry import command_tag
from executor.errors import SqlError
from executor.limits import Limits
from executor.messages import flush, send_now
from executor.notify import Mark
from executor.origins import before_commit
from executor.parse import Node
from executor.portal import QueryPortal
from executor.recovery import no_read_write, no_serializable, refuse_in_recovery
from executor.snapshots import import_snapshot
from executor.synchronous import synchronous_level, wait_for_standbys
from executor.temporary import on_commit, without_temporary
from executor.translate import translate
from executor.triggers.state import mark_of, restore
from storage.errors import EngineError
from storage.statement import Isolation, Synchronous
from storage.transaction import Transaction

if TYPE_CHECKING:
    from executor.session import Session
    from executor.settings.session import Settings

ISOLATIONS = {"read uncommitted": Isolation.READ_COMMITTED, "read committed": Isolation.READ_COMMITTED,
              "repeatable read": Isolation.REPEATABLE_READ, "serializable": Isolation.SERIALIZABLE}
SYNCHRONOUS = {"off": Synchronous.NORMAL}
_tokens = count(1)


class Manner(NamedTuple):
    """What the settings say of a transaction that begins now. lock_timeout_s: None for no limit."""

    isolation: Isolation
    lock_timeout_s: float | None
    deadlock_s: float
    synchronous: Synchronous

    @classmethod
    def of(cls, settings: "Settings") -> "Manner":
        """Read from the settings."""
        timeout, patience = settings.typed("lock_timeout"), settings.typed("deadlock_timeout")
        assert isinstance(patience, int)
        return cls(ISOLATIONS[settings.get("transaction_isolation")],
                   timeout / 1000 if timeout and isinstance(timeout, int) else None,
                   patience / 1000,
                   SYNCHRONOUS.get(settings.get("synchronous_commit"), Synchronous.FULL))


@dataclass(frozen=True, slots=True)
class Savepoint:
    """A savepoint, and what there was when it was made: ROLLBACK TO goes back to that.

    token: its name in storage and in Settings. outside: how much was to be done at the commit.
    undo: how many sequence changes. portals: open cursors and portals. locks: how
    many the transaction held. notified: how much had been noted of LISTEN and NOTIFY. roles: how many changes of roles.
    triggers: what had been put off.
    """

    name: str
    token: str
    catalog: Catalog | None
    undo: int
    portals: tuple[Any, ...]
    locks: int
    outside: int
    notified: Mark
    roles: int
    triggers: Any = None


class Block:
    """See the module. `transaction` exists from the first statement on."""

    def __init__(self, session: "Session") -> None:
        self.session = session
        self.transaction: Transaction | None = None
        self.explicit = False
        self.failed = False
        self.implicit_block = False  # several statements in one simple query
        self.savepoints: list[Savepoint] = []
        self.asked = False  # a statement has begun in this transaction
        self.at_commit: list[Callable[[], None]] = []  # what takes effect outside of the file when it does in it
        self.in_block = False  # the command that runs now is
        self.number = 0  # of its transactions so far
        self.shown: int | None = None  # the transaction's number, once somebody has looked
        self.limits = Limits(self)
        self._manner = Manner.of(session.settings)
        self._manner_of = session.settings.revision
        session.settings.import_snapshot = partial(import_snapshot, session)
        session.settings.listen("lock_timeout", self._set_lock_timeout)
        session.settings.listen("transaction_read_only", self._set_read_only)
        session.settings.listen("transaction_deferrable", self._set_deferrable)
        session.settings.listen("deadlock_timeout", self._set_deadlock_timeout)
        session.settings.listen("synchronous_commit", self._set_synchronous)

    @property
    def status(self) -> bytes:
        """What ReadyForQuery says."""
        return b"E" if self.failed else b"T" if self.explicit else b"I"

    @property
    def may_analyze(self) -> bool:
        """False in a failed block, where only transaction control is looked at."""
        return not self.failed

    def refuse_if_failed(self, node: Node) -> None:
        """25P02 for anything but the end of a failed block."""
        if self.failed and not _ends_block(node):
            raise states.InFailedSqlTransaction(
                "current transaction is aborted, commands ignored until end of transaction block")

    # --- statements -----------------------------------------------------------------------------------------------

    def ensure(self) -> Transaction:
        """The storage transaction, begun if there is none."""
        if self.transaction is None:
            session = self.session
            settings = session.settings
            if not self.explicit:
                settings.begin()
            context = session.context
            if not self.explicit:
                self.asked = False
                context.transaction_ns = time_ns()
                context.env.now_us = context.transaction_ns // 1000
            context.statement_ns = time_ns() if self.explicit else context.transaction_ns
            if self._manner_of != settings.revision:
                self._manner, self._manner_of = Manner.of(settings), settings.revision
            manner = self._manner
            self.number += 1
            self.shown = None
            self.transaction = session.database.file.transaction(
                isolation=manner.isolation, context=context, pinned=session.temporary.pinned,
                owner=session.lock_owner)
            if manner.lock_timeout_s is not None:
                self.transaction.lock_timeout_s = manner.lock_timeout_s
            self.transaction.deadlock_s = manner.deadlock_s
            self.transaction.read_only = settings.get("transaction_read_only") == "on"
            self.transaction.deferrable = settings.get("transaction_deferrable") == "on"
            self.transaction.synchronous = manner.synchronous
        return self.transaction

    def begin_statement(self, writes: str = "") -> Transaction:
        """The transaction for a statement that begins now; `writes` names one that changes data (25006 if READ ONLY)."""
        if self.transaction is None:
            transaction = self.ensure()
        else:
            transaction = self.transaction
            self.session.context.statement_ns = time_ns()
        self.asked = True
        if self.session.context.sequences.at_statement:
            self.session.context.sequences.at_statement.clear()
        if writes:
            self.refuse_read_only(writes)
        if self.session.settings.in_recovery and transaction.isolation is Isolation.SERIALIZABLE:
            raise no_serializable(default=True)
        return transaction

    def _set_lock_timeout(self, milliseconds: object) -> None:
        """The setting changed, perhaps within a transaction."""
        assert isinstance(milliseconds, int)
        if self.transaction is not None:
            self.transaction.lock_timeout_s = milliseconds / 1000 if milliseconds else inf

    def _set_deadlock_timeout(self, milliseconds: object) -> None:
        """The setting changed, perhaps within a transaction."""
        assert isinstance(milliseconds, int)
        if self.transaction is not None:
            self.transaction.deadlock_s = milliseconds / 1000

    def _set_read_only(self, value: object) -> None:
        """SET TRANSACTION READ ONLY or READ WRITE."""
        if self.transaction is not None:
            self.transaction.read_only = value in (True, "on")

    def _set_deferrable(self, value: object) -> None:
        """SET TRANSACTION DEFERRABLE or NOT."""
        if self.transaction is not None:
            self.transaction.deferrable = value in (True, "on")

    def _set_synchronous(self, value: object) -> None:
        """The setting changed: what it says at the commit counts."""
        if self.transaction is not None:
            self.transaction.synchronous = SYNCHRONOUS.get(str(value), Synchronous.FULL)

    def check_setting(self, name: str, value: object) -> None:
        """25001 where SET TRANSACTION comes too late, 0A000 where a standby cannot do it."""
        if self.transaction is not None:
            self._check_in_time(name, value)
        if self.session.settings.in_recovery:
            if name == "transaction_isolation" and value == "serializable":
                raise no_serializable()
            if name == "transaction_read_only" and value in (False, "off"):
                raise no_read_write()

    def _check_in_time(self, name: str, value: object) -> None:
        settings = self.session.settings
        assert self.transaction is not None
        if name == "transaction_isolation" and value != settings.get(name):
            if self.asked:
                raise states.ActiveSqlTransaction("SET TRANSACTION ISOLATION LEVEL must be called before any query")
            if self.savepoints:
                raise states.ActiveSqlTransaction("SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction")
            self.transaction.isolation = ISOLATIONS[str(value)]
        if not self.asked and not self.savepoints:
            return
        if name == "transaction_read_only" and settings.get(name) == "on" and value in (False, "off"):
            if self.savepoints:
                raise states.ActiveSqlTransaction("cannot set transaction read-write mode inside a read-only transaction")
            raise states.ActiveSqlTransaction("transaction read-write mode must be set before any query")
        if name == "transaction_deferrable":
            if self.savepoints:
                raise states.ActiveSqlTransaction(
                    "SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction")
            raise states.ActiveSqlTransaction("SET TRANSACTION [NOT] DEFERRABLE must be called before any query")

    def refuse_read_only(self, what: str) -> None:
        """25006."""
        if self.session.settings.get("transaction_read_only") == "on":
            raise states.ReadOnlySqlTransaction(f"cannot execute {what} in a read-only transaction")

    def refuse_command(self, command: Command) -> None:
        """25006 for a command that cannot be done in a READ ONLY transaction, or not on a standby."""
        if not command.kind.read_only_ok:
            self.refuse_read_only(command_tag(command.raw.node))
        elif self.session.settings.in_recovery:
            refuse_in_recovery(command)

    def transaction_number(self, numbers: Iterator[int]) -> int:
        """The number of the transaction, given to it now if it had none."""
        if self.shown is None:
            self.shown = next(numbers)
        return self.shown

    def note_command(self) -> None:
        """A command begins: is it in a block? The statements of a pipeline make one, from the second on."""
        self.in_block = self.explicit or self.implicit_block or self.transaction is not None

    def refuse_inside(self, what: str) -> None:
        """25001 for what cannot be in a transaction block."""
        if self.in_block:
            raise states.ActiveSqlTransaction(f"{what} cannot run inside a transaction block")

    def require_block(self, what: str) -> None:
        """25P01 for what makes no sense outside of a transaction block."""
        if not self.in_block:
            raise states.NoActiveSqlTransaction(f"{what} can only be used in transaction blocks")

    def timeout(self) -> AbstractContextManager[None]:
        """statement_timeout (57014) and transaction_timeout (25P04) around a wait."""
        return self.limits.around_a_wait()

    # --- the ends of a transaction --------------------------------------------------------------------------------

    def begin(self, options: dict[str, str]) -> None:
        """BEGIN."""
        session = self.session
        begins = not self.explicit and self.transaction is None
        if self.explicit:
            session.notices.append(states.ActiveSqlTransaction("there is already a transaction in progress", severity="WARNING"))
        elif begins:
            session.settings.begin()
            self.explicit, self.asked = True, False
            session.context.transaction_ns = session.context.statement_ns = time_ns()
            session.context.env.now_us = session.context.transaction_ns // 1000
        try:
            for name, value in options.items():
                session.settings.set(name, value, local=True, source="session")
        except SqlError:
            if begins:
                self.explicit = False
                session.settings.rollback()
            raise
        self.explicit = True  # also of what was implicit so far, unless the options came too late for that

    async def end_implicit(self) -> None:
        """Commit what is not in a block."""
        self.implicit_block = False
        self.limits.end_transaction()
        transaction = self.transaction
        if transaction is None:
            return
        session = self.session
        if not transaction.has_written and not session.cursors and not session.context.sequences.dirty and not self.at_commit \
                and not session.outgoing and not session.notifications.pending and not session.identity.pending \
                and transaction.end_read():
            self.transaction = None
            self.release_locks()
            session.settings.commit()
            session.database.metrics.commits += 1
            return
        await self.commit()

    async def commit(self) -> bool:
        """End the block; False if it had failed and was rolled back instead."""
        if self.failed:
            await self.rollback()
            return False
        session = self.session
        transaction = self.transaction
        effects: list[Callable[[], None]] = []  # in memory, before anybody else has his turn to write
        try:
            if session.context.triggers is not None and session.context.triggers.pending:
                from executor.triggers.commands import fire_pending  # few transactions have deferred triggers

                await fire_pending(session)
                transaction = self.transaction
            await session.drop_portals()
            if session.outgoing:
                await flush(session)
                transaction = self.transaction
            for name, cursor in list(session.cursors.items()):
                if not cursor.held:
                    await session.close_portal(name)
                elif not cursor.committed:
                    await cursor.materialize()
            if transaction is not None:
                with transaction.hold():
                    if session.temporary.pinned is not None:
                        await on_commit(session)
                    if session.context.sequences.dirty:
                        await session.context.sequences.save(transaction)
                    if transaction.has_written and not transaction.is_ready_to_write:
                        await transaction.begin_write()
                    if self.at_commit or session.origin is not None:
                        await before_commit(session, transaction)
                    if transaction.has_unresolved_foreign_keys and (refused := await self._refused_commit(transaction)):
                        raise refused
                    if session.identity.pending:
                        effects.append(await session.identity.write(transaction))
                    if session.notifications.pending:
                        session.notifications.before_commit()
                        await session.notifications.log(transaction)
                        effects.append(session.notifications.committed)
                    if effects:
                        transaction.after_commit = partial(_call_all, effects)
                    await transaction.commit()
                session.notifications.publish()
        except EngineError as error:
            found = translate(error, session.context.catalog)
            await self.rollback()
            raise found from None
        except BaseException:
            with trio.CancelScope(shield=True):
                await self.rollback()
            raise
        waits_for = synchronous_level(session, transaction) if session.engine.waits_for_standbys else ""
        for cursor in session.cursors.values():
            cursor.committed = True
        for effect in self.at_commit:
            effect()
        session.context.sequences.undo.clear()
        if session.own_catalog is not None:
            self._publish()
        self._reset()
        session.temporary.release()
        session.settings.commit()
        if session.identity.pending:
            session.identity.committed()
        session.database.metrics.commits += 1
        if waits_for and transaction is not None:
            await wait_for_standbys(session, transaction, waits_for)
        return True

    async def _refused_commit(self, transaction: Transaction) -> SqlError | None:
        """What is wrong with rows a deferred foreign key has not been satisfied for."""
        from executor.diagnose import diagnose_commit  # imported only when something is wrong

        return await diagnose_commit(self.session, transaction)

    def _publish(self) -> None:
        """The catalog this transaction made is everybody's now."""
        session = self.session
        own, session.own_catalog = session.own_catalog, None
        assert own is not None
        session.temporary.keep(own)
        session.database.catalog = without_temporary(own)
        session.context.catalog = session.catalog_now()  # type: ignore[assignment]

    async def rollback(self) -> None:
        """Undo the transaction and end the block."""
        transaction = self.transaction
        session = self.session
        session.own_catalog = None
        session.context.sequences.dirty.clear()
        session.context.sequences.undo_since(0)
        if session.outgoing:
            with trio.CancelScope(shield=True):
                await send_now(session)
            session.outgoing.clear()
        session.notifications.discard()
        session.identity.undo_since(0)
        self._reset()
        session.database.metrics.rollbacks += 1
        session.settings.rollback()
        await session.drop_portals()
        if session.cursors:
            await session.close_cursors(committed_too=False)
        if transaction is not None:
            await transaction.rollback()
        session.temporary.release()

    def release_locks(self, mark: int = 0) -> None:
        """Give back the locks of the transaction that it has taken since it had `mark` of them."""
        owner = self.session.lock_owner
        self.session.tables.forget()
        if len(owner.taken) > mark:
            self.session.database.file.locks.release_since(owner, mark)

    def _reset(self) -> None:
        self.release_locks()
        self.transaction = None
        self.explicit = self.failed = False
        self.savepoints.clear()
        if self.session.context.triggers is not None:
            self.session.context.triggers.forget()
        self.at_commit.clear()
        self.limits.end_transaction()

    async def fail(self) -> None:
        """A statement failed."""
        several, self.implicit_block = self.implicit_block, False
        if self.explicit:
            if not self.failed:
                self.failed = True
                await self._give_up()
        elif self.transaction is not None or several:
            if self.transaction is not None:
                await self.rollback()
            self._reset()

    async def _give_up(self) -> None:
        """The block can only end, or go back to a savepoint: what it holds beyond that, others can have now."""
        transaction = self.transaction
        self.session.outgoing.clear()
        if transaction is None or transaction.lost:
            return
        with suppress(EngineError), trio.CancelScope(shield=True):
            if self.savepoints:
                await transaction.rollback_to(self.savepoints[-1].token)
            else:
                await transaction.rollback()
            self.release_locks(self.savepoints[-1].locks if self.savepoints else 0)

    def untie(self) -> None:
        """Forget the session, which is over."""
        self.limits.untie()
        self.session = None  # type: ignore[assignment]

    async def abandon(self) -> None:
        """The client is gone: nothing of the transaction stays."""
        if self.transaction is not None or self.explicit:
            await self.rollback()

    # --- savepoints -----------------------------------------------------------------------------------------------

    async def savepoint(self, name: str) -> None:
        """SAVEPOINT."""
        token = f"pgquill_{next(_tokens)}"
        session = self.session
        if session.outgoing:
            await flush(session)
        await self.ensure().savepoint(token)
        session.settings.savepoint(token)
        self.savepoints.append(Savepoint(
            name, token, session.own_catalog, len(session.context.sequences.undo),
            (*session.cursors.values(), *session.portals.values()), len(session.lock_owner.taken), len(self.at_commit),
            session.notifications.mark(), len(session.identity.pending), mark_of(session.context)))

    def _find(self, name: str) -> int:
        for i in range(len(self.savepoints) - 1, -1, -1):
            if self.savepoints[i].name == name:
                return i
        raise states.SEInvalidSpecification(f'savepoint "{name}" does not exist')

    async def release(self, name: str) -> None:
        """RELEASE SAVEPOINT."""
        at = self._find(name)
        token = self.savepoints[at].token
        await self.ensure().release(token)
        self.session.settings.release(token)
        self.asked = True  # so that the isolation level stays: storage has begun
        del self.savepoints[at:]

    async def rollback_to(self, name: str) -> None:
        """ROLLBACK TO SAVEPOINT; the block is no longer failed."""
        at = self._find(name)
        session, mark = self.session, self.savepoints[at]
        await self._close_since(mark)
        session.outgoing.clear()
        await self.ensure().rollback_to(mark.token)
        session.settings.rollback_to(mark.token)
        session.own_catalog = mark.catalog
        del self.at_commit[mark.outside:]
        session.context.sequences.undo_since(mark.undo)
        self.release_locks(mark.locks)
        session.notifications.undo_since(mark.notified)
        session.identity.undo_since(mark.roles)
        restore(session.context, mark.triggers)
        del self.savepoints[at + 1 :]
        self.failed = False


    async def _close_since(self, mark: Savepoint) -> None:
        """Close the cursors and portals made since a savepoint. The unnamed portal runs the statement that goes back."""
        session = self.session
        made = [*((name, cursor) for name, cursor in session.cursors.items()),
                *((name, portal) for name, portal in session.portals.items() if isinstance(portal, QueryPortal))]
        for name, found in made:
            if not any(found is old for old in mark.portals):
                await session.close_portal(name)


def _call_all(effects: list[Callable[[], None]]) -> None:
    for effect in effects:
        effect()


ENDING = frozenset({"TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK", "TRANS_STMT_ROLLBACK_TO", "TRANS_STMT_PREPARE"})


def _ends_block(node: Node) -> bool:
    return node.kind == "TransactionStmt" and node.peek("kind") in ENDING
