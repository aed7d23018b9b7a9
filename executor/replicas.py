"""What the executor asks of replication, which it must not import: replication.service.Replication has this shape.

One object belongs to a server; pgwire attaches it to the engine (`Engine.attach_replication`). Positions are byte positions
(LSNs) in the log of the database that is named, times are microseconds since 1970 (UTC). Errors are SqlErrors.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from storage.log_readers import ReceiverFacts, SenderFacts, SlotFacts


class Published(msgspec.Struct, frozen=True):
    """What a publisher says of publications. tables: (schema, name). missing: those of the publications that are not there."""

    tables: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


class Subscriber(Protocol):
    """What subscriptions ask of replication. name: of the subscription, for messages. Errors: 42601 for a connection string,
    08006 with what the publisher, or the way to it, says, 42501, 42710 ..."""

    def check_conninfo(self, conninfo: str, *, needs_password: bool) -> None:
        """Whether it can be read, and has a password in it if it has to (2F003)."""

    async def published(self, name: str, conninfo: str, publications: Sequence[str]) -> Published:
        """Which tables they have."""

    async def make_slot(self, name: str, conninfo: str, slot: str, *, failover: bool) -> None:
        """Make the subscription's slot."""

    async def alter_slot(self, name: str, conninfo: str, slot: str, *, failover: bool) -> None:
        """Change it."""

    async def drop_slot(self, name: str, conninfo: str, slot: str) -> None:
        """Drop it; one that is not there is dropped."""

    def changed(self) -> None:
        """Something about subscriptions has been committed: begin, end or begin anew what follows them."""

    async def end(self, database: str, subscription: int) -> None:
        """Stop following one, which will be gone."""


class Replication(Protocol):
    """See the module. Attached by `Engine.attach_replication`."""

    subscriptions: Subscriber
    """What follows other servers."""
    is_standby: bool
    """Whether the server follows a primary: pg_is_in_recovery(). Nothing can be written then (25006)."""

    def slots(self) -> Sequence[SlotFacts]:
        """All slots of the server."""

    async def create_slot(self, session: Any, name: str, plugin: str, *, temporary: bool = False, failover: bool = False,
                          copy_of: str | None = None) -> SlotFacts:
        """Make a logical slot in the session's database at the end of its log (42710, 42602, 53400, 42704 for the plugin)."""

    async def drop_slot(self, session: Any, name: str) -> None:
        """Forget a slot (42704, 55006)."""

    async def advance_slot(self, session: Any, name: str, upto: int) -> int:
        """Move a slot forward; where it is then (42704, 22023, 55006)."""

    async def read_slot(self, session: Any, name: str, upto_lsn: int | None, upto_changes: int | None,
                        options: dict[str, str], *, consume: bool, binary: bool) -> Sequence[tuple[int, int, bytes]]:
        """pg_logical_slot_get_changes and its like: (lsn, xid, output of the plugin)."""

    def reset_slot_statistics(self, name: str) -> None:
        """pg_stat_reset_replication_slot(): count from zero."""

    def senders(self) -> Sequence[SenderFacts]:
        """Who is being sent a log."""

    def receiver(self) -> ReceiverFacts | None:
        """A standby's own connection."""

    async def wait_for_standbys(self, session: Any, lsn: int, level: str) -> None:
        """After a commit that ends at `lsn`: until the standbys of synchronous_standby_names have written, flushed or applied it.
        level: remote_write, on or remote_apply. `session.engine.synchronous_standbys` is the setting as replication.synchronous
        takes it."""

    async def wait_for_replay(self, lsn: int, timeout_s: float | None) -> str:
        """WAIT FOR LSN on a standby: "success", "timeout" or "not in recovery"."""

    async def promote(self, wait_s: float | None) -> bool:
        """pg_promote(): stop following, begin a new timeline, accept writes; call `Engine.recovery_ended` then. wait_s: None does
        not wait."""

    def replay_lsn(self) -> int | None:
        """pg_last_wal_replay_lsn(); None on a primary that has never been a standby."""

    def receive_lsn(self) -> int | None:
        """pg_last_wal_receive_lsn()."""

    def replay_time(self) -> int | None:
        """pg_last_xact_replay_timestamp()."""

    def pause_replay(self, paused: bool) -> None:
        """pg_wal_replay_pause() and _resume()."""

    replay_is_paused: bool
