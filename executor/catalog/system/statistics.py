"""Producers of the statistics views. What pgquill does not count is 0, as of a server just started."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from executor.catalog.search_path import shown_schema
from executor.catalog.system import objects
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, maker
from executor.catalog.system.views import every_relation
from executor.metrics import DatabaseMetrics

Producer = Callable[[SessionView], Iterable[Row]]
_SCOPES: dict[str, Callable[[str], bool]] = {
    "all": lambda schema: True,
    "user": lambda schema: schema not in objects.SYSTEM_SCHEMAS,
    "sys": lambda schema: schema in objects.SYSTEM_SCHEMAS,
}


def _tables(name: str, scope: str) -> Producer:
    def produce(view: SessionView) -> Iterator[Row]:
        make = maker(name, zeros=True)
        for relation in every_relation(view.catalog, "rm"):
            if _SCOPES[scope](relation.schema):
                yield make(relid=relation.oid, schemaname=shown_schema(relation.schema), relname=relation.name)
    return produce


def _indexes(name: str, scope: str) -> Producer:
    def produce(view: SessionView) -> Iterator[Row]:
        make = maker(name, zeros=True)
        for relation in every_relation(view.catalog, "rm"):
            for index in relation.indexes if _SCOPES[scope](relation.schema) else ():
                yield make(relid=relation.oid, indexrelid=index.oid, schemaname=shown_schema(relation.schema),
                           relname=relation.name, indexrelname=index.name)
    return produce


def _sequences(name: str, scope: str) -> Producer:
    def produce(view: SessionView) -> Iterator[Row]:
        make = maker(name, zeros=True)
        for sequence in view.catalog.sequences:
            if _SCOPES[scope](sequence.schema):
                yield make(relid=sequence.oid, schemaname=shown_schema(sequence.schema), relname=sequence.name)
    return produce


def _single(name: str) -> Producer:
    def produce(view: SessionView) -> Iterator[Row]:
        yield maker(name, zeros=True)()
    return produce


def pg_stat_database(view: SessionView) -> Iterator[Row]:
    """One row for each database and one for shared objects."""
    make = maker("pg_catalog.pg_stat_database", zeros=True, checksum_failures=None)
    sessions = Counter(activity.database_oid for activity in view.activity())
    counted = view.database_metrics()
    yield make(datid=0)
    for oid, name in view.databases():
        found = counted.get(oid, DatabaseMetrics())
        yield make(datid=oid, datname=name, numbackends=sessions[oid], xact_commit=found.commits,
                   xact_rollback=found.rollbacks, deadlocks=found.deadlocks, sessions=found.sessions,
                   session_time=found.session_ns / 1e6, active_time=found.active_ns / 1e6,
                   idle_in_transaction_time=found.in_transaction_ns / 1e6,
                   **{end.value: number for end, number in found.ends.items() if end.value})


def pg_stat_database_conflicts(view: SessionView) -> Iterator[Row]:
    """Conflicts of a standby: none."""
    make = maker("pg_catalog.pg_stat_database_conflicts", zeros=True)
    return (make(datid=oid, datname=name) for oid, name in view.databases())


def pg_stat_wal(view: SessionView) -> Iterator[Row]:
    """A frame of SQLite's log is a record, and always a full page."""
    found = view.log_activity()
    yield maker("pg_catalog.pg_stat_wal", zeros=True)(
        wal_records=found.frames, wal_fpi=found.frames, wal_bytes=str(found.bytes))


def pg_stat_checkpointer(view: SessionView) -> Iterator[Row]:
    """Checkpoints follow commits that made the log long; none are timed."""
    found = view.log_activity()
    yield maker("pg_catalog.pg_stat_checkpointer", zeros=True)(
        num_requested=found.checkpoints, num_done=found.checkpoints, buffers_written=found.pages_copied)


_KINDS: dict[str, tuple[Callable[[str, str], Producer], tuple[str, ...]]] = {
    "pg_stat_{}_tables": (_tables, ("all", "user", "sys")),
    "pg_stat_xact_{}_tables": (_tables, ("all", "user", "sys")),
    "pg_statio_{}_tables": (_tables, ("all", "user", "sys")),
    "pg_stat_{}_indexes": (_indexes, ("all", "user", "sys")),
    "pg_statio_{}_indexes": (_indexes, ("all", "user", "sys")),
    "pg_statio_{}_sequences": (_sequences, ("all", "user", "sys")),
}
SCOPED: dict[str, Producer] = {
    pattern.format(scope): make(f"pg_catalog.{pattern.format(scope)}", scope)
    for pattern, (make, scopes) in _KINDS.items() for scope in scopes}
SINGLE: dict[str, Producer] = {
    name: _single(f"pg_catalog.{name}")
    for name in ("pg_stat_archiver", "pg_stat_bgwriter")}
