"""What of a session goes to the server's log: its statements, how long they took, its errors. PostgreSQL's settings say
what:

    log_statement                         none, ddl, mod, all: before the statement runs
    log_min_duration_statement, _sample   the statement and how long it took, if that was so many milliseconds or more
    log_duration                          how long each took
    log_min_messages                      which errors and warnings
    log_min_error_statement               with which of them goes the statement

pgwire tells when something begins and ends, and gives the `emit` that writes a line. Passwords are taken out of every text
first (executor.masking); values of parameters are not logged. While nothing is asked for, `watches` is False and only errors
cost anything.
"""

from collections.abc import Callable, Iterable
from random import random
from time import perf_counter
from typing import TYPE_CHECKING, Any

from executor.errors import SqlError
from executor.masking import masked
from executor.parse import Node

if TYPE_CHECKING:
    from executor.portal import Portal
    from executor.session import Session

Emit = Callable[..., None]
"""Called with the level (log, error ...), what happened, and fields by name."""

_LEVELS = ("none", "ddl", "mod", "all")
_MOD = frozenset(("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt"))
_ALL = frozenset((
    "TransactionStmt", "DeclareCursorStmt", "ClosePortalStmt", "FetchStmt", "DoStmt", "NotifyStmt", "ListenStmt",
    "UnlistenStmt", "LoadStmt", "CallStmt", "ClusterStmt", "VacuumStmt", "VariableSetStmt", "VariableShowStmt", "DiscardStmt",
    "LockStmt", "ConstraintsSetStmt", "CheckPointStmt", "ReindexStmt", "DeallocateStmt",
))  # fmt: skip
"""Statements that only log_statement = all logs. Those in no table are DDL."""

SEVERITIES = ("DEBUG5", "DEBUG4", "DEBUG3", "DEBUG2", "DEBUG1", "INFO", "NOTICE", "WARNING", "ERROR", "LOG", "FATAL", "PANIC")
"""In log_min_messages' order."""
_RANKS = {name.lower(): rank for rank, name in enumerate(SEVERITIES)} | {"debug": 3}
_WATCHED = ("log_statement", "log_duration", "log_min_duration_statement", "log_min_duration_sample")


def level_of(node: Node | None, session: "Session") -> str:
    """Which log_statement a statement needs at least: ddl, mod or all."""
    if node is None or node.kind in _ALL:
        return "all"
    if node.kind in _MOD:
        return "mod"
    found = _INNER.get(node.kind)
    return found(node, session) if found else "ddl"


def _of_select(node: Node, session: "Session") -> str:
    return "ddl" if node.peek("intoClause") else "all"


def _of_copy(node: Node, session: "Session") -> str:
    return "mod" if node.peek("is_from") else "all"


def _of_explain(node: Node, session: "Session") -> str:
    analyzes = any(option.peek("defname") == "analyze" for option in node.peek("options", ()))
    return level_of(node.peek("query"), session) if analyzes else "all"


def _of_prepare(node: Node, session: "Session") -> str:
    return level_of(node.peek("query"), session)


def _of_execute(node: Node, session: "Session") -> str:
    prepared = session.statements.get(node.peek("name", ""))
    return level_of(prepared.raw.node, session) if prepared is not None and prepared.raw is not None else "all"


_INNER: dict[str, Callable[[Node, "Session"], str]] = {
    "SelectStmt": _of_select, "CopyStmt": _of_copy, "ExplainStmt": _of_explain, "PrepareStmt": _of_prepare,
    "ExecuteStmt": _of_execute,
}  # fmt: skip


TEXT_MAX = 100_000


def _shown(text: str) -> str:
    """A text as a line of the log has it: somebody could fill the disk with statements of a gigabyte."""
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]} ... ({len(text) - TEXT_MAX} more characters)"


class Audit:
    """One session's part of the log."""

    def __init__(self, session: "Session") -> None:
        self._session: Session | None = session
        self._settings = session.settings
        self.emit: Emit | None = None
        self.watches = False
        self._began = 0.0  # 0: nothing that is watched
        self._what = self._text = ""
        self._logged = False
        for name in _WATCHED:
            self._settings.listen(name, self._changed)
        self._changed(None)

    def untie(self) -> None:
        """Forget the session, which is over."""
        self._session = self.emit = None
        self.watches = False

    def _changed(self, _: Any) -> None:
        typed = self._settings.typed
        self.watches = (typed("log_statement") != "none" or bool(typed("log_duration"))
                        or int(typed("log_min_duration_statement")) >= 0 or int(typed("log_min_duration_sample")) >= 0)

    # --- statements -----------------------------------------------------------------------------------------------

    def begin(self, what: str, text: str) -> None:
        """A message of the client's begins to be worked on. what: "statement", "parse <unnamed>", "execute a/b"."""
        self._began, self._what, self._text, self._logged = perf_counter(), what, text, False

    def begin_bind(self, portal: str, statement: str) -> None:
        """Bind."""
        prepared = self._session.statements.get(statement) if self._session is not None else None
        names = statement or "<unnamed>", portal
        self.begin("bind " + "/".join(filter(None, names)), prepared.text if prepared is not None else "")

    def begin_portal(self, portal: "Portal", *, resumed: bool) -> None:
        """A portal begins to run, or goes on."""
        names = portal.statement or "<unnamed>", portal.name
        self.begin(("execute fetch from " if resumed else "execute ") + "/".join(filter(None, names)), portal.source)
        if not resumed:
            self._statements((portal.node,))

    def simple(self, statements: Iterable[Any]) -> None:
        """The statements of a simple query are about to run; as `Session.split` gave them."""
        self._statements(item[0].raw.node if isinstance(item, tuple) else item.node for item in statements)

    def _statements(self, nodes: Iterable[Node | None]) -> None:
        wanted = _LEVELS.index(str(self._settings.typed("log_statement")))
        if not wanted or self._session is None or self.emit is None:
            return
        if any(_LEVELS.index(level_of(node, self._session)) <= wanted for node in nodes):
            self._logged = True
            self.emit("log", self._what, statement=_shown(masked(self._text).text))

    def end(self) -> None:
        """The message has been worked on without an error."""
        began, self._began = self._began, 0.0
        if self.emit is None or not began:
            return
        milliseconds = (perf_counter() - began) * 1000
        slow = self._is_slow(milliseconds)
        if not slow and not self._settings.typed("log_duration"):
            return
        fields = {"duration_ms": f"{milliseconds:.3f}"}
        if slow and not self._logged:
            fields["statement"] = _shown(masked(self._text).text)
        self.emit("log", self._what if "statement" in fields else "duration", **fields)

    def _is_slow(self, milliseconds: float) -> bool:
        typed = self._settings.typed
        limit, sampled = int(typed("log_min_duration_statement")), int(typed("log_min_duration_sample"))
        if 0 <= limit <= milliseconds:
            return True
        if not 0 <= sampled <= milliseconds:
            return False
        return random() < float(typed("log_statement_sample_rate"))  # noqa: S311  (nobody gains by guessing it)

    # --- errors ---------------------------------------------------------------------------------------------------

    def messages(self, notices: Iterable[SqlError]) -> None:
        """What a statement wants to tell, before client_min_messages is asked about it."""
        for notice in notices:
            self.message(notice)

    def message(self, error: SqlError) -> None:
        """An error, warning or notice on its way to the client."""
        if self._session is None or self.emit is None:
            return
        if self._rank(error) < _RANKS[self._settings.get("log_min_messages")]:
            return
        hidden = masked(self._session.query_text)
        fields = {"sqlstate": error.sqlstate, "message": _shown(hidden.clean(error.message))}
        if self._settings.get("log_error_verbosity") != "terse":
            fields |= {name: _shown(hidden.clean(text)) for name in ("detail", "hint", "where") if (text := getattr(error, name))}
        if self._rank(error) >= _RANKS[self._settings.get("log_min_error_statement")] and hidden.text:
            fields["statement"] = _shown(hidden.text)
        self.emit(error.severity.lower(), error.severity.lower(), **fields)

    @staticmethod
    def _rank(error: SqlError) -> int:
        return _RANKS[error.severity.lower()]
