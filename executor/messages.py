"""pg_logical_emit_message: what a session puts into the log besides its changes. Source: functions-admin.html.

A function, which may run in a thread, notes messages in `session.outgoing`. Those that do not belong to the transaction go into
the log right after the statement; those that do, before the transaction does something else that is logged or can be undone
(`flush`), so that they stand in the log where they were said. While there is no log, nobody could ever read them: they go
nowhere.
"""

from typing import TYPE_CHECKING, NamedTuple

import trio

from executor.errors import not_supported
from executor.translate import translate
from storage.changes import Change
from storage.errors import EngineError
from storage.logged import FIRST_LSN, MESSAGE

if TYPE_CHECKING:
    from executor.session import Session


class Message(NamedTuple):
    """One that was said."""

    transactional: bool
    prefix: str
    content: bytes

    @property
    def change(self) -> Change:
        """As the log has it."""
        return Change("", self.prefix, MESSAGE, int(self.transactional), 0, (self.content,), None)


def log_position(session: "Session") -> int:
    """Where the log of the session's database ends; where it will begin, if there is none yet."""
    return session.database.file.wal.written or FIRST_LSN


async def send_now(session: "Session") -> None:
    """Log the messages that are not part of the transaction. Raises: 0A000 where the transaction cannot be put aside."""
    now = [message for message in session.outgoing if not message.transactional]
    if not now:
        return
    session.outgoing[:] = [message for message in session.outgoing if message.transactional]
    file, transaction = session.database.file, session.block.transaction
    if not file.wal.is_on:
        return
    if transaction is not None and transaction.has_written and transaction.is_fixed:
        raise not_supported("a message outside of the transaction after the transaction has changed the schema or very many rows")
    try:
        with trio.CancelScope(shield=True):
            await file.wal.append([message.change for message in now])
    except EngineError as error:
        raise translate(error, session.context.catalog) from None


async def flush(session: "Session") -> None:
    """Log what was said in the transaction so far. Raises: as a write does."""
    await send_now(session)
    messages = list(session.outgoing)
    if not messages:
        return
    session.outgoing.clear()
    transaction = session.block.ensure()
    if not transaction.logs:
        return
    try:
        with session.block.timeout():
            await transaction.begin_write()
        for message in messages:
            transaction.log(message.change)
    except EngineError as error:
        raise translate(error, session.context.catalog) from None
