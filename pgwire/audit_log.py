"""The log as the audit sees it: every line that PostgreSQL's settings ask for is written, whatever --log-level says, with
PostgreSQL's severity as its level. A value that came from outside can neither end a line nor pass for a field of its own.

    log_connections       receipt, authentication, authorization, setup_durations: "connection received" ...
    log_disconnections    "disconnection", with the time of the session
    (always)              "connection refused", with the address, the user and why

What statements and errors a session logs is executor.audit's.
"""

from time import perf_counter
from typing import Any

import structlog

from executor.errors import SqlError
from executor.settings.log_connections import AUTHENTICATION, AUTHORIZATION, RECEIPT, SETUP_DURATIONS, log_connections


class _Unfiltered(structlog.BoundLoggerBase):
    """A logger without a threshold."""

    def emit(self, level: str, event: str, fields: dict[str, Any]) -> None:
        """Write a line."""
        try:
            arguments, keywords = self._process_event(level, event, fields)
        except structlog.DropEvent:
            return
        self._logger.msg(*arguments, **keywords)


class Visit:
    """One connection in the log, from its first byte to its last: who it is, as far as that is known. Called, it writes a
    line (executor.audit.Emit); what that needs is made at the first one, since most connections write none."""

    __slots__ = ("_began", "_logger", "_options", "address", "authenticated_s", "database", "port", "process_id", "rule",
                 "user")

    def __init__(self, address: str | None, port: int, options: frozenset[str]) -> None:
        """address: None on a Unix socket. options: of log_connections, as the server has it."""
        self.address, self.port, self._options = address, port, options
        self.user = self.database = self.rule = ""  # rule: the one that decides about it, by file and line
        self.process_id = 0
        self.authenticated_s = 0.0
        self._began = perf_counter()
        self._logger: Any = None

    def __call__(self, level: str, event: str, /, **fields: Any) -> None:
        """Write a line about this connection."""
        if self._logger is None:
            self._logger = structlog.wrap_logger(None, wrapper_class=_Unfiltered)
        who = {"client": self.address or "[local]", "port": self.port, "pid": self.process_id, "user": self.user,
               "database": self.database}
        self._logger.emit(level, event, {name: value for name, value in who.items() if value} | fields)

    def received(self) -> None:
        """Somebody has connected."""
        if RECEIPT in self._options:
            self("log", "connection received")

    def refused(self, error: SqlError) -> None:
        """Why there is no session. Logged always: these are the failed logins."""
        details = {name: value for name, value in (("detail", error.detail), ("rule", self.rule)) if value}
        self("fatal", "connection refused", sqlstate=error.sqlstate, message=error.message, **details)

    def authenticated(self, **facts: Any) -> None:
        """It is known who it is. facts: how."""
        self.authenticated_s = perf_counter() - self._began
        if AUTHENTICATION in self._options:
            self("log", "connection authenticated", **facts, rule=self.rule)

    def authorized(self, settings: Any) -> None:
        """There is a session now, with these settings."""
        if AUTHORIZATION in self._options:
            name = settings.get("application_name")
            self("log", "connection authorized", **({"application_name": name} if name else {}))
        if SETUP_DURATIONS in log_connections(settings.get("log_connections")):
            total = perf_counter() - self._began
            self("log", "connection ready", total_ms=f"{total * 1000:.3f}",
                 authentication_ms=f"{self.authenticated_s * 1000:.3f}")

    def ended(self, settings: Any) -> None:
        """The session is over."""
        if settings.typed("log_disconnections"):
            self("log", "disconnection", session_time=session_time(perf_counter() - self._began))


def session_time(seconds: float) -> str:
    """As log_disconnections has it: 0:00:01.500."""
    minutes, milliseconds = divmod(int(seconds * 1000), 60_000)
    return f"{minutes // 60}:{minutes % 60:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"
