"""What a built-in function may know about the session that runs it.

The Context hangs on the storage connection while a statement runs; functions marked `context=True` get it first.
"""

from itertools import count
from typing import TYPE_CHECKING, Any

from executor.clock import stored_timestamp
from executor.errors import SqlError
from executor.types.base import Env

if TYPE_CHECKING:
    from executor.catalog.model import Catalog


class Context:
    """One session's state as functions see it. The executor's session owns it and keeps it up to date."""

    def __init__(self, database: str, user: str) -> None:
        self.env = Env()
        self.database = database
        self.user = user  # current_user
        self.session_user = user
        self.user_oid = 10  # of current_user
        self.process_id = 0
        self.settings: Any = None  # executor.settings.Settings
        self.catalog: Catalog = None  # type: ignore[assignment]  # set before a statement is bound
        self.sequences: Any = None  # executor.sequences.SequenceStates of the database
        self.session: Any = None  # executor.session.Session
        self.view: Any = None  # executor.catalog.system.session_view.SessionView
        self.transaction_ns = 0  # when the transaction began, time.time_ns()
        self.statement_ns = 0
        self.kept_rows: dict[int, list[Any]] = {}  # of earlier steps of the running statement
        self.triggers: Any = None  # executor.triggers.state.TriggerState, once a trigger has fired
        self.nested: Any = None  # storage.nested.Nested of the connection that calls a function which runs statements
        self.portal_numbers = count(1)  # of cursors to which nobody has given a name
        self.reading: frozenset[int] = frozenset()  # relations that a statement reads which calls routines
        self.is_applying = False  # it does what a publisher sends: session_replication_role is replica
        self.calls: list[Any] = []  # of PL/pgSQL functions that run (executor.plpgsql.run.Run), the innermost last
        self.notices: list[SqlError] = []  # sent to the client, in order, before the statement's completion

    def hidden_schemas(self) -> frozenset[str]:
        """The schemas that the current user may not use: their objects are found by no unqualified name."""
        if self.session is None or self.session.identity.is_superuser:
            return frozenset()
        found: frozenset[str] = self.session.identity.hidden_schemas(self.catalog)
        return found

    @property
    def transaction_timestamp(self) -> str:
        """now(), in the stored form of timestamptz; "" outside of a transaction. Printed only when asked for."""
        return stored_timestamp(self.transaction_ns) if self.transaction_ns else ""

    @property
    def statement_timestamp(self) -> str:
        """When the statement began, in the stored form of timestamptz."""
        return stored_timestamp(self.statement_ns) if self.statement_ns else ""
