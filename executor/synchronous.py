"""After a commit: waiting for standbys, as synchronous_standby_names and synchronous_commit ask for. Source: warm-standby.html.

The transaction is committed and durable here by then, and others see it already, which in PostgreSQL they do only after the
wait. So a wait that is given up is a warning, not an error.
"""

from math import inf
from typing import TYPE_CHECKING

import trio

from executor.sqlstates import Warning as SqlWarning

if TYPE_CHECKING:
    from executor.session import Session
    from storage.transaction import Transaction

REMOTE_LEVELS = frozenset({"remote_write", "on", "remote_apply"})
"""What synchronous_commit must be so that standbys are waited for."""


def synchronous_level(session: "Session", transaction: "Transaction | None") -> str:
    """What the standbys must have done with a transaction that has been committed; "" if they are not waited for."""
    if transaction is None or transaction.committed_lsn is None or session.engine.replication is None:
        return ""
    level = session.settings.get("synchronous_commit")
    return level if level in REMOTE_LEVELS else ""


async def wait_for_standbys(session: "Session", transaction: "Transaction", level: str) -> None:
    """Until enough standbys have the transaction. Cancelled, it is a warning; a server that is stopped ends the session instead,
    since the standbys may never come."""
    assert transaction.committed_lsn is not None
    # A timeout of the statement ends the wait, and not the statement, which is committed.
    deadline = session.block.limits.take_deadline()
    given_up = deadline == -inf
    if not given_up:
        with trio.CancelScope(deadline=deadline) as scope:
            session.on_cancel, session.waits_for_standbys = scope.cancel, True
            if session.on_stop is not None:
                session.on_stop()
            try:
                await session.engine.replication.wait_for_standbys(session, transaction.committed_lsn, level)
            finally:
                session.on_cancel, session.waits_for_standbys = None, False
        given_up = scope.cancelled_caught
    if given_up:
        session.notices.append(SqlWarning(
            "canceling wait for synchronous replication due to user request", severity="WARNING",
            detail="The transaction has already committed locally, but might not have been replicated to the standby."))
