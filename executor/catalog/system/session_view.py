"""What the session-dependent system relations show: everything that is not in the Catalog or in the facts.

The executor's session gives a subclass of SessionView with what it knows; each method has a default that shows nothing,
so that pgquill's parts can be built one after another. Timestamps are in stored form (UTC, ISO).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from executor.catalog.model import Acl, Catalog
from executor.client import TlsFacts
from executor.errors import not_supported
from executor.metrics import DatabaseMetrics
from executor.origins import Origin
from executor.privileges.acl import texts
from executor.roles.model import DatabaseFacts, Membership, Role, Roles, initial
from storage.log_readers import ReceiverFacts, SenderFacts, SlotFacts

if TYPE_CHECKING:
    from executor.context import Context


class Setting(NamedTuple):
    """A setting's current state, as pg_settings shows it."""

    value: str
    source: str = "session"
    reset_value: str = ""


class Activity(NamedTuple):
    """A session as pg_stat_activity shows it."""

    process_id: int
    database_oid: int | None
    database: str | None
    user_oid: int | None
    user: str | None
    application_name: str = ""
    client_address: str | None = None
    client_port: int | None = None
    backend_start: str | None = None
    transaction_start: str | None = None
    query_start: str | None = None
    state_change: str | None = None
    wait_event_type: str | None = None
    wait_event: str | None = None
    state: str | None = None
    query: str = ""
    backend_type: str | None = "client backend"
    tls: TlsFacts | None = None


class AuthenticationRule(NamedTuple):
    """A row of pg_hba_file_rules. What is not known of a wrong line is None."""

    number: int | None
    file: str
    line: int
    kind: str | None = None
    databases: tuple[str, ...] | None = None
    users: tuple[str, ...] | None = None
    address: str | None = None
    netmask: str | None = None
    method: str | None = None
    options: tuple[str, ...] | None = None
    error: str | None = None


class NameMapping(NamedTuple):
    """A row of pg_ident_file_mappings."""

    number: int | None
    file: str
    line: int
    name: str | None = None
    system: str | None = None
    user: str | None = None
    error: str | None = None


class PreparedStatement(NamedTuple):
    """A row of pg_prepared_statements; types are OIDs."""

    name: str
    statement: str
    prepare_time: str
    parameter_types: tuple[int, ...] = ()
    result_types: tuple[int, ...] | None = None
    from_sql: bool = False
    generic_plans: int = 0
    custom_plans: int = 0


class Cursor(NamedTuple):
    """A row of pg_cursors."""

    name: str
    statement: str
    holdable: bool
    binary: bool
    scrollable: bool
    creation_time: str


class Lock(NamedTuple):
    """A row of pg_locks."""

    kind: str
    mode: str
    process_id: int
    granted: bool = True
    database: int | None = None
    relation: int | None = None
    page: int | None = None
    tuple: int | None = None
    virtual_id: str | None = None
    transaction_id: int | None = None
    class_id: int | None = None
    object_id: int | None = None
    object_sub_id: int | None = None
    virtual_transaction: str | None = None
    fast_path: bool = False
    wait_start: str | None = None


class LogFile(NamedTuple):
    """A file of the write-ahead log, as pg_ls_waldir() shows it. own: of the session's database."""

    name: str
    bytes: int
    modified: str
    own: bool = True


class LogActivity(NamedTuple):
    """What all write-ahead logs have been through since the server started."""

    frames: int = 0
    bytes: int = 0
    checkpoints: int = 0
    pages_copied: int = 0


class Measure(NamedTuple):
    """A row of pgquill_metrics()."""

    name: str
    value: float
    unit: str


class SessionView:
    """The session whose statement reads system relations."""

    def __init__(self, catalog: Catalog, database: str = "postgres", database_oid: int = 5, user: str = "postgres",
                 process_id: int = 0) -> None:
        self.catalog = catalog
        self.database = database
        self.database_oid = database_oid
        self.user = user
        self.process_id = process_id

    @property
    def client_address(self) -> str | None:
        """Where the client is; None on a Unix socket."""
        return None

    @property
    def client_port(self) -> int | None:
        """The client's port."""
        return None

    @property
    def server_address(self) -> str | None:
        """The address the client connected to."""
        return None

    @property
    def server_port(self) -> int | None:
        """The port the client connected to."""
        return None

    def databases(self) -> Iterable[tuple[int, str]]:
        """(OID, name) of each database of the cluster."""
        return ((self.database_oid, self.database),)

    @property
    def known_roles(self) -> Roles:
        """The roles as the session's transaction sees them, with memberships and what sessions begin with."""
        return initial()

    def roles(self) -> Iterable[Role]:
        """Every role."""
        return self.known_roles.roles

    def role_name(self, oid: int) -> str:
        """The name of a role."""
        return self.known_roles.name_of(oid)

    def acl(self, acl: Acl | None) -> str | None:
        """An access control list in stored form; NULL where there is none."""
        return None if acl is None else msgspec.json.encode(texts(acl, self.role_name)).decode()

    def memberships(self) -> Iterable[Membership]:
        """Who is a member of what."""
        return self.known_roles.memberships

    def database_facts(self, name: str) -> DatabaseFacts:
        """Whose a database is, and who may do what with it."""
        return self.known_roles.database(name)

    def hides_setting(self, name: str) -> bool:
        """Whether a setting is not the user's business."""
        return False

    def database_label(self, key: str) -> int:
        """The OID of the database that settings are kept for under this key; 0 for all."""
        return 0

    def settings(self) -> Mapping[str, Setting]:
        """The settings that differ from PostgreSQL's defaults, and those with a name of an extension's."""
        return {}

    def authentication_rules(self) -> Iterable[AuthenticationRule]:
        """The rules in the file that says who may connect, as it is now."""
        return ()

    def name_mappings(self) -> Iterable[NameMapping]:
        """The lines of the file that maps names, as it is now."""
        return ()

    def activity(self) -> Iterable[Activity]:
        """Every session of the server."""
        return ()

    def database_metrics(self) -> Mapping[int, DatabaseMetrics]:
        """By database, what has been counted since the server started."""
        return {}

    def log_files(self) -> Iterable[LogFile]:
        """The files of the write-ahead log."""
        return ()

    def log_activity(self) -> LogActivity:
        """What has been written to the write-ahead logs."""
        return LogActivity()

    def measures(self) -> Iterable[Measure]:
        """Figures of the whole server that no view of PostgreSQL's has."""
        return ()

    def prepared_statements(self) -> Iterable[PreparedStatement]:
        """This session's."""
        return ()

    def cursors(self) -> Iterable[Cursor]:
        """This session's."""
        return ()

    def locks(self) -> Iterable[Lock]:
        """Every lock of the server."""
        return ()

    def blockers(self, process_id: int) -> Iterable[int]:
        """The sessions that one waits for, by their process ids."""
        return ()

    def transaction_id(self) -> int:
        """The number of the current transaction, given to it now if it had none."""
        raise not_supported("the current transaction's number")

    def assigned_transaction_id(self) -> int | None:
        """The number of the current transaction; None while it has written nothing."""
        return None

    def database_bytes(self, name: str) -> int:
        """The size of another database of the cluster."""
        raise not_supported(f'the size of database "{name}" from here')

    def slots(self) -> Iterable[SlotFacts]:
        """Every replication slot of the server."""
        return ()

    def senders(self) -> Iterable[SenderFacts]:
        """Every connection that is being sent a log."""
        return ()

    def receiver(self) -> ReceiverFacts | None:
        """A standby's connection to its primary."""
        return None

    def origins(self) -> Iterable[Origin]:
        """The replication origins, as the session's transaction sees them."""
        return ()

    @property
    def sees_statistics(self) -> bool:
        """Whether the user may see the statistics of others."""
        return True

    def server_number(self, name: str) -> int:
        """A setting of the whole server, in its own unit."""
        return -1

    def log_end(self, database: str) -> int:
        """The position at which a database's log ends."""
        return 0

    def sequence_values(self) -> Mapping[int, tuple[int, bool]]:
        """OID -> (last value, is called)."""
        return {}


def view_of(context: "Context") -> SessionView:
    """The view of the session that a function runs in."""
    if context.view is not None:
        found: SessionView = context.view
        return found
    if context.session is not None:
        found = context.session.engine.session_view(context.session)
        return found
    return SessionView(context.catalog, context.database, user=context.user)
