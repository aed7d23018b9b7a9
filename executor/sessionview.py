"""What the system catalogs show beyond the Catalog: databases, roles, sessions, settings, cursors."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from executor.catalog.system.session_view import (
    Activity,
    Cursor,
    Lock,
    PreparedStatement,
    Role,
    SessionView,
    Setting,
    built_in_roles,
)
from executor.client import SOCKET_SETTINGS
from executor.clock import stored_timestamp
from executor.lockview import lock_rows, wait_event

if TYPE_CHECKING:
    from executor.engine import Engine
    from executor.session import Session

FIRST_ROLE_OID = 15000
STATES = {b"I": "idle", b"T": "idle in transaction", b"E": "idle in transaction (aborted)"}


class EngineView(SessionView):
    """The view of one session. Until roles exist, everybody who connects is a superuser of the name given."""

    def __init__(self, engine: "Engine", session: "Session") -> None:
        super().__init__(session.context.catalog, session.context.database, session.database.oid, session.user,
                         session.process_id)
        self.engine = engine
        self.session = session

    def databases(self) -> Iterable[tuple[int, str]]:
        """Every database."""
        return tuple((d.oid, name) for name, d in sorted(self.engine.databases.items()))

    def roles(self) -> Iterable[Role]:
        """The built-in ones and those who are connected."""
        known = built_in_roles()
        names = sorted({s.user for s in self.engine.sessions} - {r.name for r in known})
        return (*known, *(Role(FIRST_ROLE_OID + i, name, True, True, True, True, True, True, True)
                          for i, name in enumerate(names)))

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

    def activity(self) -> Iterable[Activity]:
        """Every session."""
        oids = {r.name: r.oid for r in self.roles()}
        return tuple(self._activity_of(s, oids.get(s.user)) for s in self.engine.sessions)

    def _activity_of(self, session: "Session", user_oid: int | None) -> Activity:
        backends, transaction = self.engine.backends, session.block.transaction
        running = session is self.session or (backends is not None and backends.is_running(session.process_id))
        event = wait_event(session) if running else "ClientRead"
        return Activity(
            session.process_id, session.database.oid, session.context.database, user_oid, session.user,
            session.settings.get("application_name"), state="active" if running else STATES[session.status],
            transaction_start=session.context.transaction_timestamp or None if transaction else None,
            query_start=session.context.statement_timestamp or None, query=session.query_text,
            wait_event_type=event and ("Lock" if running else "Client"), wait_event=event)

    def locks(self) -> Iterable[Lock]:
        """Every lock of the server."""
        return lock_rows(self.engine)

    def blockers(self, process_id: int) -> Iterable[int]:
        """Those who hold what a session waits for, and those before it in the queue."""
        return [owner.label for session in self.engine.sessions if session.process_id == process_id
                for owner in session.database.file.locks.blockers(session.lock_owner) if owner.label]

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

    def sequence_values(self) -> Mapping[int, tuple[int, bool]]:
        """The states of the sequences."""
        return self.session.database.sequences.values
