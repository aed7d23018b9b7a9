"""What the system catalogs show beyond the Catalog: databases, roles, sessions, settings, cursors."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from executor.catalog.system.session_view import (
    Activity,
    AuthenticationRule,
    Cursor,
    Lock,
    LogActivity,
    LogFile,
    Measure,
    NameMapping,
    PreparedStatement,
    SessionView,
    Setting,
)
from executor.client import SOCKET_SETTINGS
from executor.clock import stored_timestamp
from executor.lockview import lock_rows, wait_event
from executor.masking import masked
from executor.metrics import DatabaseMetrics
from executor.origins import Origin, origins_of
from executor.privileges.rules import of_sequence, who_is
from executor.roles.model import DatabaseFacts, Role, Roles
from executor.roles.rules import has_privileges_of
from executor.settings.definitions import SECRET
from storage.counters import FRAME_HEADER_BYTES
from storage.log_readers import ReceiverFacts, SenderFacts, SlotFacts

if TYPE_CHECKING:
    from executor.engine import Engine
    from executor.session import Session

FIRST_ROLE_OID = 15000
QUERY_BYTES = 1023
"""Of a statement's text, this much is shown: track_activity_query_size, with room for C's last byte."""
STATES = {b"I": "idle", b"T": "idle in transaction", b"E": "idle in transaction (aborted)"}


def _veiled(activity: Activity) -> Activity:
    return Activity(activity.process_id, activity.database_oid, activity.database, activity.user_oid, activity.user,
                    activity.application_name, query="<insufficient privilege>", backend_type=None)


class EngineView(SessionView):
    """The view of one session."""

    def __init__(self, engine: "Engine", session: "Session") -> None:
        super().__init__(session.context.catalog, session.context.database, session.database.oid, session.context.user,
                         session.process_id)
        self.engine = engine
        self.session = session
        self._client = session.settings.client

    @property
    def client_address(self) -> str | None:
        """Where the client is; None on a Unix socket."""
        return self._client.address if self._client else None

    @property
    def client_port(self) -> int | None:
        """The client's port."""
        return self._client.port or None if self._client else None

    @property
    def server_address(self) -> str | None:
        """The address the client connected to."""
        return self._client.server_address if self._client else None

    @property
    def server_port(self) -> int | None:
        """The port the client connected to."""
        return self._client.server_port or None if self._client else None

    def databases(self) -> Iterable[tuple[int, str]]:
        """Every database."""
        return tuple((d.oid, name) for name, d in sorted(self.engine.databases.items()))

    @property
    def known_roles(self) -> Roles:
        """The roles as the session's transaction sees them."""
        return self.session.identity.roles

    def roles(self) -> Iterable[Role]:
        """All, and as long as nobody has made one, those who are connected too."""
        known = self.known_roles
        if known.has_own:
            return known.roles
        names = sorted({s.user for s in tuple(self.engine.sessions)} - known.by_name.keys())
        return (*known.roles, *(Role(oid=FIRST_ROLE_OID + i, name=name, superuser=True, create_role=True,
                                     create_database=True, can_login=True, replication=True, bypass_rls=True)
                                for i, name in enumerate(names)))

    def database_facts(self, name: str) -> DatabaseFacts:
        """Whose a database is."""
        return self.known_roles.database(self.engine.database_key(self.engine.databases[name]))

    def hides_setting(self, name: str) -> bool:
        """Whether a setting is not the user's business."""
        return name in SECRET and not self.session.settings.may_examine()

    def database_label(self, key: str) -> int:
        """The OID of the database that settings are kept for under this key; 0 for all."""
        return next((d.oid for d in self.engine.databases.values() if self.engine.database_key(d) == key), 0)

    def settings(self) -> Mapping[str, Setting]:
        """The settings that are not at their default."""
        settings = self.session.settings
        found = {}
        for row in settings.rows():
            name = str(row[0])
            value = settings.value(name)
            if value.source != "default" or name in SOCKET_SETTINGS:
                found[name] = Setting(value.setting, value.source, settings.reset_text(name))
        return found

    def authentication_rules(self) -> Iterable[AuthenticationRule]:
        """What pgwire has, or would have after a reload."""
        return self.engine.admission.rules() if self.engine.admission is not None else ()

    def name_mappings(self) -> Iterable[NameMapping]:
        """What pgwire has, or would have after a reload."""
        return self.engine.admission.name_mappings() if self.engine.admission is not None else ()

    def activity(self) -> Iterable[Activity]:
        """Every session; of those of others, who may not be looked into, only that they are there."""
        oids = {r.name: r.oid for r in self.roles()}
        identity = self.session.identity
        all_seen = identity.has_role("pg_read_all_stats")
        return tuple(
            found if all_seen or has_privileges_of(identity.roles, identity.current_oid, s.identity.login_oid) else _veiled(found)
            for s in tuple(self.engine.sessions) for found in (self._activity_of(s, oids.get(s.user)),))

    def _activity_of(self, session: "Session", user_oid: int | None) -> Activity:
        client, clock, context = session.settings.client, session.clock, session.context
        found = Activity(
            session.process_id, session.database.oid, context.database, user_oid, session.user,
            session.settings.get("application_name"), client_address=client.address if client else None,
            client_port=(client.port or -1) if client else None, backend_start=stored_timestamp(clock.started_ns),
            tls=client.tls if client else None)
        kind, event = self._wait_of(session)
        if not session.settings.typed("track_activities"):
            return found._replace(state="disabled", wait_event_type=kind, wait_event=event)
        in_transaction = session.block.transaction is not None or session.block.explicit
        return found._replace(
            state="active" if clock.active else STATES[session.status],
            transaction_start=context.transaction_timestamp or None if in_transaction else None,
            query_start=context.statement_timestamp or None, state_change=stored_timestamp(clock.changed_ns),
            query=masked(session.query_text).text.encode()[:QUERY_BYTES].decode(errors="ignore"), wait_event_type=kind,
            wait_event=event)

    def _wait_of(self, session: "Session") -> tuple[str | None, str | None]:
        """wait_event_type and wait_event."""
        if session.clock.waits_for:
            return "Client", session.clock.waits_for
        if session.on_cancel is not None:
            return "IPC", "SyncRep"
        event = wait_event(session) if session.clock.active else None
        return ("Lock", event) if event else (None, None)

    def database_metrics(self) -> Mapping[int, DatabaseMetrics]:
        """What has been counted, with the times of those who are connected."""
        found = {}
        for database in self.engine.databases.values():
            found[database.oid] = metrics = replace(database.metrics, deadlocks=database.file.locks.deadlocks,
                                                    ends=dict(database.metrics.ends))
            for session in tuple(database.sessions):
                metrics.add(session.clock)
        return found

    def log_files(self) -> Iterable[LogFile]:
        """The write-ahead logs of the databases that have one now."""
        for database in self.engine.databases.values():
            path = Path(f"{database.file.path}-wal")
            with suppress(FileNotFoundError):
                found = path.stat()
                yield LogFile(path.name, found.st_size, stored_timestamp(found.st_mtime_ns), database is self.session.database)

    def log_activity(self) -> LogActivity:
        """Of all databases together."""
        files = [database.file for database in self.engine.databases.values()]
        return LogActivity(sum(f.log.frames for f in files),
                           sum(f.log.frames * (f.page_bytes + FRAME_HEADER_BYTES) for f in files),
                           sum(f.log.checkpoints for f in files), sum(f.log.pages_copied for f in files))

    def measures(self) -> Iterable[Measure]:
        """Figures of the whole server that no view of PostgreSQL's has."""
        sessions = tuple(self.engine.sessions)  # at once: this may run in a thread
        yield Measure("connections", len(sessions), "")
        yield Measure("connections_active", sum(s.clock.active for s in sessions), "")
        yield Measure("wal_size", sum(file.bytes for file in self.log_files()), "bytes")
        lateness = getattr(self.engine.backends, "lateness", None)
        if lateness is not None:
            yield Measure("event_loop_lateness_last", lateness.last_s * 1000, "ms")
            yield Measure("event_loop_lateness_max", lateness.max_s * 1000, "ms")
            yield Measure("event_loop_lateness_average", lateness.average_s * 1000, "ms")
            yield Measure("event_loop_looks", lateness.looks, "")

    def locks(self) -> Iterable[Lock]:
        """Every lock of the server."""
        return lock_rows(self.engine)

    def blockers(self, process_id: int) -> Iterable[int]:
        """Those who hold what a session waits for, and those before it in the queue."""
        return [owner.label for session in self.engine.sessions if session.process_id == process_id
                for owner in session.database.file.locks.blockers(session.lock_owner) if owner.label]

    def transaction_id(self) -> int:
        """The number of the current transaction, given to it now if it had none."""
        return self.session.block.transaction_number(self.engine.transaction_numbers)

    def assigned_transaction_id(self) -> int | None:
        """The number of the current transaction; None while it has written nothing and nobody has asked."""
        block = self.session.block
        has_one = block.shown is not None or (block.transaction is not None and block.transaction.has_written)
        return self.transaction_id() if has_one else None

    def prepared_statements(self) -> Iterable[PreparedStatement]:
        """This session's."""
        return tuple(PreparedStatement(name, p.text, stored_timestamp(p.prepared_ns), p.parameter_oids,
                                       tuple(c.type_oid for c in p.columns) if p.columns else None, p.from_sql)
                     for name, p in self.session.statements.items() if name)

    def cursors(self) -> Iterable[Cursor]:
        """This session's."""
        return tuple(Cursor(c.name, c.text, c.held, c.binary, not c.forward_only, stored_timestamp(c.declared_ns))
                     for c in self.session.cursors.values())

    def database_bytes(self, name: str) -> int:
        """The size of another database of the cluster."""
        return self.engine.databases[name].file.size

    def slots(self) -> Iterable[SlotFacts]:
        """Every replication slot of the server."""
        found: Iterable[SlotFacts] = self.engine.replication.slots() if self.engine.replication is not None else ()
        return found

    def senders(self) -> Iterable[SenderFacts]:
        """Every connection that is being sent a log."""
        found: Iterable[SenderFacts] = self.engine.replication.senders() if self.engine.replication is not None else ()
        return found

    def receiver(self) -> ReceiverFacts | None:
        """A standby's connection to its primary."""
        found: ReceiverFacts | None = self.engine.replication.receiver() if self.engine.replication is not None else None
        return found

    def origins(self) -> Iterable[Origin]:
        """The replication origins that are committed, and what the session's transaction has made of them."""
        return origins_of(self.session).values()

    @property
    def sees_statistics(self) -> bool:
        """Whether the user may see the statistics of others."""
        return self.session.identity.has_role("pg_read_all_stats")

    def server_number(self, name: str) -> int:
        """A setting of the whole server, in its own unit."""
        return int(self.engine.server_setting(name))

    def log_end(self, database: str) -> int:
        """The position at which a database's log ends."""
        found = self.engine.find(database)
        return 0 if found is None else found.file.wal.written

    def sequence_values(self) -> Mapping[int, tuple[int, bool]]:
        """The states of the sequences, of those that one may look at."""
        values = self.session.database.sequences.values
        if self.session.identity.is_superuser:
            return values
        who = who_is(self.session)
        return {s.oid: values[s.oid] for s in self.catalog.sequences
                if s.oid in values and any(who.may(of_sequence(s), letter) for letter in "Ur")}
