"""Producers of what replication does: slots, senders, the receiver, origins; and the rows of the functions behind them.

Shows what the server's replication (executor.replicas) says. Without one everything is empty.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, maker
from executor.clock import stored_timestamp
from executor.types.spans import Interval, interval_text
from storage.log_readers import ReceiverFacts, SenderFacts, SlotFacts

MB = 1 << 20


def _time(microseconds: int | None) -> str | None:
    return None if microseconds is None else stored_timestamp(microseconds * 1000)


def _span(microseconds: int | None) -> str | None:
    return None if microseconds is None else interval_text(Interval(0, 0, microseconds))


# --- slots -----------------------------------------------------------------------------------------------------------

_slot_row = maker("pg_catalog.pg_replication_slots", slot_type="logical", two_phase=0, conflicting=0, synced=0)


def pg_replication_slots(view: SessionView) -> Iterator[Row]:
    """Every slot of the server, of whichever database."""
    oids = {name: oid for oid, name in view.databases()}
    for slot in view.slots():
        status, left = _held(view, slot)
        yield _slot_row(
            slot_name=slot.name, plugin=slot.plugin, datoid=oids.get(slot.database), database=slot.database,
            temporary=int(slot.temporary), active=int(slot.active_pid != 0), active_pid=slot.active_pid or None,
            restart_lsn=slot.restart_lsn, confirmed_flush_lsn=slot.confirmed_lsn, wal_status=status, safe_wal_size=left,
            inactive_since=_time(slot.inactive_since), invalidation_reason=slot.reason, failover=int(slot.failover))


def _held(view: SessionView, slot: SlotFacts) -> tuple[str, int | None]:
    """wal_status and safe_wal_size: how much may still be written before the slot's part of the log goes."""
    if slot.reason is not None:
        return "lost", None
    limit = view.server_number("max_slot_wal_keep_size")
    if limit < 0:
        return "reserved", None
    left = limit * MB - (view.log_end(slot.database) - slot.restart_lsn)
    return ("reserved" if left > 0 else "unreserved"), left


_statistics_row = maker("pg_catalog.pg_stat_replication_slots", zeros=True)
_STATISTICS = ("spill_txns", "spill_count", "spill_bytes", "stream_txns", "stream_count", "stream_bytes", "total_txns",
               "total_bytes")


def pg_stat_replication_slots(view: SessionView) -> Iterator[Row]:
    """What has been decoded for each slot that is kept."""
    for slot in view.slots():
        if not slot.temporary:
            yield _statistics_row(slot_name=slot.name, stats_reset=_time(slot.stats_reset),
                                  **{name: getattr(slot, name) for name in _STATISTICS})


# --- senders and the receiver ----------------------------------------------------------------------------------------

_sender_row = maker("pg_catalog.pg_stat_replication")


def _sender_values(view: SessionView, sender: SenderFacts) -> dict[str, Any]:
    """What only those may see who may read all statistics."""
    if not view.sees_statistics:
        return {}
    return {
        "state": sender.state, "sent_lsn": sender.sent_lsn, "write_lsn": sender.write_lsn, "flush_lsn": sender.flush_lsn,
        "replay_lsn": sender.replay_lsn, "write_lag": _span(sender.write_lag), "flush_lag": _span(sender.flush_lag),
        "replay_lag": _span(sender.replay_lag), "sync_priority": sender.sync_priority, "sync_state": sender.sync_state,
        "reply_time": _time(sender.reply_time),
    }


def pg_stat_replication(view: SessionView) -> Iterator[Row]:
    """Every connection that is being sent the log."""
    sessions = {activity.process_id: activity for activity in view.activity()}
    for sender in view.senders():
        values = _sender_values(view, sender)
        activity = sessions.get(sender.process_id)
        if activity is not None:
            values |= {"usesysid": activity.user_oid, "client_addr": activity.client_address,
                       "client_port": activity.client_port, "backend_start": activity.backend_start}
        else:
            values["usesysid"] = next((role.oid for role in view.roles() if role.name == sender.user), None)
        yield _sender_row(pid=sender.process_id, usename=sender.user, application_name=sender.application_name, **values)


_receiver_row = maker("pg_catalog.pg_stat_wal_receiver")


def pg_stat_wal_receiver(view: SessionView) -> Iterator[Row]:
    """A standby's connection to its primary."""
    receiver = view.receiver()
    if receiver is not None:
        yield _receiver_row(pid=receiver.process_id, **_receiver_values(view, receiver))


def _receiver_values(view: SessionView, receiver: ReceiverFacts) -> dict[str, Any]:
    if not view.sees_statistics:
        return {}
    return {
        "status": receiver.status, "receive_start_lsn": receiver.start_lsn, "receive_start_tli": receiver.start_timeline,
        "written_lsn": receiver.written_lsn, "flushed_lsn": receiver.flushed_lsn, "received_tli": receiver.received_timeline,
        "last_msg_send_time": _time(receiver.last_send_time), "last_msg_receipt_time": _time(receiver.last_receipt_time),
        "latest_end_lsn": receiver.latest_end_lsn, "latest_end_time": _time(receiver.latest_end_time),
        "slot_name": receiver.slot or None, "sender_host": receiver.host, "sender_port": receiver.port,
        "conninfo": receiver.conninfo,
    }


# --- origins ---------------------------------------------------------------------------------------------------------

_origin_row = maker("pg_catalog.pg_replication_origin")
_progress_row = maker("pg_catalog.pg_replication_origin_status")


def pg_replication_origin(view: SessionView) -> Iterator[Row]:
    """Where changes may have come from."""
    return (_origin_row(roident=origin.oid, roname=origin.name) for origin in view.origins())


def pg_replication_origin_status(view: SessionView) -> Iterator[Row]:
    """How far each has been followed."""
    return (_progress_row(local_id=origin.oid, external_id=origin.name, remote_lsn=origin.remote, local_lsn=origin.local)
            for origin in view.origins() if origin.remote)


# --- the functions behind --------------------------------------------------------------------------------------------


def _slots_of_function(view: SessionView) -> Iterator[Row]:
    """Those of the view without the database's name, which is its fifth column."""
    return ((*row[:4], *row[5:]) for row in pg_replication_slots(view))


def _senders_of_function(view: SessionView) -> Iterator[Row]:
    return ((row[0], *row[9:]) for row in pg_stat_replication(view))


_FUNCTIONS: dict[str, Callable[[SessionView], Iterable[Row]]] = {
    "pg_get_replication_slots": _slots_of_function, "pg_stat_replication_slots": pg_stat_replication_slots,
    "pg_stat_get_wal_senders": _senders_of_function, "pg_show_replication_origin_status": pg_replication_origin_status,
}


def function_rows(name: str, view: SessionView) -> Iterable[Row]:
    """What a set-returning function gives, by its name or that of its view."""
    if name == "pg_stat_get_wal_receiver":
        return list(pg_stat_wal_receiver(view)) or [(None,) * 15]
    if name in _FUNCTIONS:
        return _FUNCTIONS[name](view)
    from executor.catalog.system.producers import rows

    return rows("pg_catalog", name, view)
