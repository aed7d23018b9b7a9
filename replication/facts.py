"""What the server's views show of replication: plain values, in the shapes that executor.replicas describes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """See executor.replicas.SlotFacts."""

    name: str
    database: str
    plugin: str
    temporary: bool
    active_pid: int
    restart_lsn: int
    confirmed_lsn: int
    inactive_since: int | None
    reason: str | None
    failover: bool
    spill_txns: int = 0
    spill_count: int = 0
    spill_bytes: int = 0
    stream_txns: int = 0
    stream_count: int = 0
    stream_bytes: int = 0
    total_txns: int = 0
    total_bytes: int = 0
    stats_reset: int | None = None


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """See executor.replicas.SenderFacts."""

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
    slot: str | None


@dataclass(frozen=True, slots=True)
class ReceiverFacts:
    """See executor.replicas.ReceiverFacts."""

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
