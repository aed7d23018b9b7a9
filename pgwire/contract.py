"""What pgwire asks of the engine behind it: executor.engine and executor.session have these shapes.

pgwire imports the engine only in its command line; everything else is written against these protocols, so that the
tests can put a small engine of their own here.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence, Sized
from typing import Any, Protocol

from executor.audit import Emit
from executor.client import Client
from executor.errors import SqlError
from executor.metrics import SessionClock
from executor.roles.login import Login
from pgwire.messages.result import ColumnLike


class CopyOut(Protocol):
    """A running COPY TO STDOUT."""

    overall_format: int  # 0 text, 1 binary
    formats: tuple[int, ...]

    def chunks(self) -> AsyncIterator[bytes | list[bytes]]:
        """The data: each bytes is one CopyData."""


class CopyIn(Protocol):
    """A running COPY FROM STDIN."""

    overall_format: int
    formats: tuple[int, ...]

    async def write(self, data: bytes) -> None:
        """Take some of the data, cut anywhere."""

    async def finish(self) -> None:
        """The client sent everything."""

    async def fail(self, message: str) -> None:
        """The client gave up: raises 57014."""


class Portal(Protocol):
    """A statement with its parameters, ready to run or running."""

    columns: Sequence[ColumnLike] | None
    encoders: Sequence[Callable[[Any], bytes]]
    copy: Any  # CopyOut | CopyIn | None, valid after start
    finished: bool
    tag: str | None  # valid when finished; None for an empty text

    async def start(self) -> None:
        """Begin to run. Not called again for a portal that was suspended."""

    async def fetch(self, n: int) -> list[tuple[Any, ...]]:
        """Up to n rows."""


class Notification(Protocol):
    """One notification for a client. wire: a place for the message, which all sessions that are told share."""

    process_id: int
    channel: str
    payload: str
    wire: bytes


class Notifications(Protocol):
    """What a client has still to be told. wake: to be set; called when there is something after there was nothing."""

    unread: Sized
    wake: Callable[[], None]

    def take(self, bytes_max: int) -> Sequence[Notification]:
        """The next, about so many bytes."""


class Audit(Protocol):
    """What of a session goes to the log. emit: to be set."""

    watches: bool  # whether statements are of interest; errors always are
    emit: Emit | None

    def begin(self, what: str, text: str) -> None:
        """A message begins to be worked on."""

    def begin_bind(self, portal: str, statement: str) -> None:
        """A Bind."""

    def begin_portal(self, portal: Any, *, resumed: bool) -> None:
        """An Execute."""

    def simple(self, statements: Iterable[Any]) -> None:
        """The statements of a Query are about to run."""

    def end(self) -> None:
        """The message has been worked on."""

    def message(self, error: SqlError) -> None:
        """An error or notice is about to be sent."""


class ExecutorSession(Protocol):
    """One client's session in the executor. Everything may raise SqlError."""

    process_id: int
    secret: bytes
    status: bytes  # I, T or E
    notifications: Any  # Notifications; the client is told only while status is I
    clock: SessionClock  # kept up to date by pgwire
    settings: Any  # get(name) as SHOW prints it, typed(name)
    audit: Audit  # told what begins and ends; writes what the settings ask for
    query_text: str  # what the client has sent last; set by pgwire where the executor does not see it
    on_cancel: Callable[[], None] | None
    """What a cancel request does now, where it does not end the statement."""
    waits_for_standbys: bool
    """Whether it waits for somebody who may never come, so that a server that is stopped does not wait for it."""
    on_stop: Callable[[], None] | None
    """Set by pgwire once the server is being stopped: what it does instead of beginning to wait so."""

    def reported_settings(self) -> dict[str, str]:
        """Every setting a client is told at the start."""

    def take_changed_settings(self) -> dict[str, str]:
        """The reported settings that changed since the last call."""

    def take_notices(self) -> list[SqlError]:
        """Notices since the last call, oldest first."""

    def split(self, text: str) -> list[Any]:
        """The statements of a simple query; 42601 for the whole text."""

    async def prepare_simple(self, raw: Any) -> Portal:
        """A portal for one of them, results in text."""

    async def parse(self, name: str, text: str, parameter_oids: tuple[int, ...]) -> None:
        """Parse."""

    async def describe_statement(self, name: str) -> tuple[tuple[int, ...], Sequence[ColumnLike] | None]:
        """Describe of a statement: OIDs of the parameters, columns of the result."""

    async def bind(
        self,
        portal: str,
        statement: str,
        parameter_formats: tuple[int, ...],
        parameters: tuple[bytes | None, ...],
        result_formats: tuple[int, ...],
    ) -> None:
        """Bind."""

    async def describe_portal(self, name: str) -> Sequence[ColumnLike] | None:
        """Describe of a portal."""

    def portal(self, name: str) -> Portal:
        """The portal; 34000 if there is none."""

    def close_statement(self, name: str) -> None:
        """Close of a statement."""

    async def close_portal(self, name: str) -> None:
        """Close of a portal."""

    def wait_limit(self, *, ready: bool, since: float) -> tuple[float, SqlError] | None:
        """How long the client may be waited for now, in seconds, and the error that ends the session then; None: for
        ever. ready: ReadyForQuery has been said. since: when the wait for the next message began (trio's clock)."""

    async def sync(self) -> None:
        """Sync, or the end of a simple query: commit what is not in a block."""

    async def fail(self) -> None:
        """A statement failed: roll back, or mark the block as failed. Harmless when there is nothing to do."""

    def begin_implicit_block(self) -> None:
        """A simple query with several statements begins."""

    async def terminate(self) -> None:
        """The client is gone."""


class Engine(Protocol):
    """The databases of one server."""

    async def connect(
        self, database: str, user: str, options: dict[str, str], client: Client | None = None
    ) -> ExecutorSession:
        """A session; 3D000, 22023, …"""

    def server_setting(self, name: str) -> bool | int | float | str:
        """A setting of the whole server, in its own unit."""

    mock_secret: bytes
    """What challenges for users without a password are made of; b"" if the roles are not stored anywhere."""

    async def refresh_roles(self) -> None:
        """See what others have done to the roles; before the next two."""

    default_database: str
    is_folder: bool
    """Whether databases can be made."""
    has_own_roles: bool
    """Whether anybody has made a role, or given one a password."""
    bootstrap_name: str
    """Of the superuser that is there from the start."""

    def has_database(self, name: str) -> bool:
        """Whether there is a database of this name."""

    def find_login(self, name: str) -> Login | None:
        """What authentication has to know of a role; None if there is none."""

    def any_role_has_password(self) -> bool:
        """Whether anybody would have to know a password."""

    def is_superuser(self, user: str) -> bool:
        """Whether a role is a superuser, who may take the last places."""

    def may_use_reserved(self, user: str) -> bool:
        """Whether a role may take the places of reserved_connections."""

    async def close(self) -> None:
        """Everything is written and closed."""


class Walsender(Protocol):
    """One replication connection."""

    async def run(self, text: str, conversation: Any) -> bool:
        """Answer a text if it is a replication command (conversation: pgwire.replication_flow.Conversation); False for SQL."""

    def close(self) -> None:
        """The connection is over."""


class Replication(Protocol):
    """Who answers replication commands: replication.service has this shape."""

    stop_server: Callable[[], None] | None
    """Ends the server at once; set before `run`."""

    async def start(self) -> None:
        """Before the first client."""

    async def run(self) -> None:
        """What is to be done while the server runs."""

    async def close(self) -> None:
        """After the last client."""

    def connect(self, session: Any, *, is_physical: bool) -> Walsender:
        """A connection; 53300."""
