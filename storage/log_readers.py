"""Who reads the log, as plain values: what replication knows of slots and connections, and the executor's views show.

They stand here because those two do not import each other. Positions are byte positions (LSNs) in the log of a database, times
are microseconds since 1970 (UTC).
"""

import msgspec


class SlotFacts(msgspec.Struct, frozen=True):
    """A replication slot, as pg_replication_slots shows it. active_pid: 0 if nobody uses it. reason: why it cannot be used
    any more: "wal_removed", "idle_timeout"; None if it can. The last ones are what pg_stat_replication_slots counts, and when it
    was reset."""

    name: str
    database: str
    plugin: str
    temporary: bool
    active_pid: int
    restart_lsn: int
    confirmed_lsn: int
    inactive_since: int | None = None
    reason: str | None = None
    failover: bool = False
    spill_txns: int = 0
    spill_count: int = 0
    spill_bytes: int = 0
    stream_txns: int = 0
    stream_count: int = 0
    stream_bytes: int = 0
    total_txns: int = 0
    total_bytes: int = 0
    stats_reset: int | None = None


class SenderFacts(msgspec.Struct, frozen=True):
    """A connection that is sent the log, as pg_stat_replication shows it. state: startup, catchup, streaming, backup, stopping.
    The lags are microseconds; None if not known. sync_state: async, potential, sync, quorum."""

    process_id: int
    user: str
    application_name: str
    state: str
    sent_lsn: int
    write_lsn: int
    flush_lsn: int
    replay_lsn: int
    write_lag: int | None
    flush_lag: int | None
    replay_lag: int | None
    sync_priority: int
    sync_state: str
    reply_time: int | None
    slot: str | None = None


class ReceiverFacts(msgspec.Struct, frozen=True):
    """What a standby knows of its connection to the primary, as pg_stat_wal_receiver shows it."""

    process_id: int
    status: str
    start_lsn: int
    start_timeline: int
    written_lsn: int
    flushed_lsn: int
    received_timeline: int
    last_send_time: int | None
    last_receipt_time: int | None
    latest_end_lsn: int
    latest_end_time: int | None
    slot: str
    host: str
    port: int
    conninfo: str
