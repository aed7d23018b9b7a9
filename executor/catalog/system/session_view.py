"""What the session-dependent system relations show: everything that is not in the Catalog or in the facts.

The executor's session gives a subclass of SessionView with what it knows; each method has a default that shows nothing,
so that pgquill's parts can be built one after another. Timestamps are in stored form (UTC, ISO).
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from executor.catalog.model import Catalog
from executor.errors import not_supported
from executor.facts import table
from executor.metrics import DatabaseMetrics

if TYPE_CHECKING:
    from executor.context import Context


class Setting(NamedTuple):
    """A setting's current state, as pg_settings shows it."""

    value: str
    source: str = "session"
    reset_value: str = ""


class Role(NamedTuple):
    """A row of pg_authid. settings: "name=value" of ALTER ROLE ... SET."""

    oid: int
    name: str
    superuser: bool = False
    inherit: bool = True
    create_role: bool = False
    create_database: bool = False
    can_login: bool = True
    replication: bool = False
    bypass_rls: bool = False
    connection_limit: int = -1
    password: str | None = None
    valid_until: str | None = None
    settings: tuple[str, ...] = ()


class Membership(NamedTuple):
    """A row of pg_auth_members."""

    oid: int
    role: int
    member: int
    grantor: int
    admin: bool = False
    inherit: bool = True
    set: bool = True


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
    backend_type: str = "client backend"
    tls: bool = False


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

    def roles(self) -> Iterable[Role]:
        """Every role."""
        return built_in_roles()

    def memberships(self) -> Iterable[Membership]:
        """Who is a member of what."""
        return tuple(Membership(*row) for row in table("pg_auth_members").select(
            "oid", "roleid", "member", "grantor", "admin_option", "inherit_option", "set_option"))

    def settings(self) -> Mapping[str, Setting]:
        """The settings that differ from PostgreSQL's defaults, and those with a name of an extension's."""
        return {}

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


@cache
def built_in_roles() -> tuple[Role, ...]:
    """The superuser and PostgreSQL's predefined roles."""
    rows = table("pg_authid").select(
        "oid", "rolname", "rolsuper", "rolinherit", "rolcreaterole", "rolcreatedb", "rolcanlogin", "rolreplication",
        "rolbypassrls", "rolconnlimit")
    return tuple(Role._make((oid, name, *map(bool, flags), limit, None, None, ())) for oid, name, *flags, limit in rows)
