"""A small engine with the executor's shape: a few statements, answered as PostgreSQL answers them.

What it knows is in _PATTERNS. `boom` fails with an error nobody foresaw. The wire scripts (tests/wire) run against the real
engine: what is tested here is pgwire alone.
"""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import trio

from executor import sqlstates
from executor.errors import SqlError
from executor.metrics import SessionClock
from executor.roles.login import Login, implicit

INT4, TEXT, VOID = 23, 25, 2278
SIZES = {INT4: 4, TEXT: -1, VOID: 4}


class CannotServe(Exception):
    pass


@dataclass(frozen=True)
class Column:
    name: str
    type_oid: int
    format: int = 0
    table_oid: int = 0
    attribute: int = 0
    typmod: int = -1

    @property
    def type_size(self) -> int:
        return SIZES[self.type_oid]


def _text(value: Any) -> bytes:
    return str(value).encode()


def _binary_int4(value: int) -> bytes:
    return value.to_bytes(4, "big", signed=True)


def _encoder(column: Column) -> Callable[[Any], bytes]:
    return _binary_int4 if column.format and column.type_oid == INT4 else _text


@dataclass
class FakeCopyOut:
    session: "FakeSession"
    overall_format: int = 0
    formats: tuple[int, ...] = (0,)

    async def chunks(self) -> AsyncIterator[bytes | list[bytes]]:
        yield b"1\n"
        yield [b"2\n", b"3\n"]


@dataclass
class FakeCopyIn:
    portal: "FakePortal"
    overall_format: int = 0
    formats: tuple[int, ...] = (0,)
    data: bytes = b""

    async def write(self, data: bytes) -> None:
        self.data += data
        for number, line in enumerate(self.data.splitlines(), 1):
            if not line.lstrip(b"-").isdigit():
                text = line.decode()
                place = f'COPY t, line {number}, column a: "{text}"'
                message = f'invalid input syntax for type integer: "{text}"'
                raise sqlstates.InvalidTextRepresentation(message, where=place)

    async def finish(self) -> None:
        self.portal.finish(f"COPY {len(self.data.splitlines())}")

    async def fail(self, message: str) -> None:
        line = len(self.data.splitlines()) + 1
        raise sqlstates.QueryCanceled(f"COPY from stdin failed: {message}", where=f"COPY t, line {line}")


@dataclass
class FakePortal:
    session: "FakeSession"
    statement: "FakeStatement"
    parameters: tuple[Any, ...] = ()
    formats: tuple[int, ...] = ()
    columns: tuple[Column, ...] | None = None
    encoders: tuple[Callable[[Any], bytes], ...] = ()
    copy: Any = None
    finished: bool = False
    tag: str | None = ""
    started: int = 0
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    sent: int = 0

    def __post_init__(self) -> None:
        columns = self.statement.columns
        if columns is not None:
            code = self.formats[0] if self.formats else 0
            self.columns = tuple(Column(column.name, column.type_oid, code) for column in columns)
            self.encoders = tuple(map(_encoder, self.columns))

    def finish(self, tag: str | None) -> None:
        self.finished, self.tag = True, tag

    async def start(self) -> None:
        self.started += 1
        if self.session.status == b"E" and self.statement.kind not in ("rollback", "commit"):
            raise sqlstates.InFailedSqlTransaction(
                "current transaction is aborted, commands ignored until end of transaction block"
            )
        await self.statement.run(self)

    async def fetch(self, n: int) -> list[tuple[Any, ...]]:
        if self.statement.kind == "sleep" and not self.rows:
            self.session.engine.sleeping.set()
            await trio.sleep(float(self.statement.match[1]))
            self.rows = [("",)]
        rows = self.rows[self.sent : self.sent + n]
        self.sent += len(rows)
        if len(rows) < n:
            self.finish(f"SELECT {self.sent}")
        return rows


@dataclass
class FakeStatement:
    kind: str
    match: Any
    text: str

    @property
    def columns(self) -> tuple[Column, ...] | None:
        return COLUMNS.get(self.kind)

    @property
    def parameter_oids(self) -> tuple[int, ...]:
        return (INT4,) if self.kind == "parameter" else ()

    async def run(self, portal: FakePortal) -> None:
        await RUN[self.kind](portal)


COLUMNS = {
    "select": (Column("?column?", INT4),),
    "series": (Column("generate_series", INT4),),
    "sleep": (Column("pg_sleep", VOID),),
    "parameter": (Column("int4", INT4),),
    "null": (Column("?column?", INT4), Column("?column?", TEXT)),
    "divide": (Column("?column?", INT4),),
    "boom": (Column("?column?", INT4),),
}

_PATTERNS = {
    "null": r"select (\d+), null",
    "divide": r"select 1/0",
    "select": r"select (\d+)",
    "series": r"select generate_series\(1, (\d+)\)",
    "sleep": r"select pg_sleep\(([\d.]+)\)",
    "parameter": r"select \$1::int",
    "boom": r"boom",
    "begin": r"begin",
    "commit": r"commit",
    "rollback": r"rollback",
    "create": r"create temp table t\(a int\)",
    "insert": r"insert into t values \((\d+)\)",
    "copy_in": r"copy t from stdin",
    "copy_out": r"copy \(select generate_series\(1, 3\)\) to stdout",
    "set": r"set application_name = '(\w*)'",
}


async def _select(portal: FakePortal) -> None:
    portal.rows = [(int(portal.statement.match[1]),)]


async def _null(portal: FakePortal) -> None:
    portal.rows = [(int(portal.statement.match[1]), None)]


async def _series(portal: FakePortal) -> None:
    portal.rows = [(number + 1,) for number in range(int(portal.statement.match[1]))]


async def _parameter(portal: FakePortal) -> None:
    portal.rows = [portal.parameters]


async def _nothing(portal: FakePortal) -> None:
    pass


async def _divide(portal: FakePortal) -> None:
    raise sqlstates.DivisionByZero("division by zero")


async def _boom(portal: FakePortal) -> None:
    raise KeyError("boom")


async def _begin(portal: FakePortal) -> None:
    portal.session.status = b"T"
    portal.finish("BEGIN")


async def _commit(portal: FakePortal) -> None:
    failed = portal.session.status == b"E"
    portal.session.status = b"I"
    portal.finish("ROLLBACK" if failed else "COMMIT")


async def _rollback(portal: FakePortal) -> None:
    if portal.session.status == b"I":
        portal.session.notices.append(
            sqlstates.NoActiveSqlTransaction("there is no transaction in progress", severity="WARNING")
        )
    portal.session.status = b"I"
    portal.finish("ROLLBACK")


async def _create(portal: FakePortal) -> None:
    portal.finish("CREATE TABLE")


async def _insert(portal: FakePortal) -> None:
    portal.session.inserted += 1
    portal.finish("INSERT 0 1")


async def _copy_in(portal: FakePortal) -> None:
    portal.copy = FakeCopyIn(portal)


async def _copy_out(portal: FakePortal) -> None:
    portal.copy = FakeCopyOut(portal.session)
    portal.finish("COPY 3")


async def _set(portal: FakePortal) -> None:
    portal.session.changed["application_name"] = portal.statement.match[1]
    portal.finish("SET")


RUN: dict[str, Any] = {
    "select": _select,
    "null": _null,
    "series": _series,
    "parameter": _parameter,
    "sleep": _nothing,
    "divide": _divide,
    "boom": _boom,
    "begin": _begin,
    "commit": _commit,
    "rollback": _rollback,
    "create": _create,
    "insert": _insert,
    "copy_in": _copy_in,
    "copy_out": _copy_out,
    "set": _set,
}


def read(text: str) -> FakeStatement:
    for kind, pattern in _PATTERNS.items():
        if match := re.fullmatch(pattern, text.strip(), re.IGNORECASE):
            return FakeStatement(kind, match, text)
    word = text.split()[0]
    raise sqlstates.SyntaxError(f'syntax error at or near "{word}"', position=text.index(word) + 1)


@dataclass
class FakeNotification:
    payload: str
    process_id: int = 7
    channel: str = "c"
    wire: bytes = b""


class FakeNotifications:
    def __init__(self) -> None:
        self.unread: list[FakeNotification] = []
        self.wake: Callable[[], None] = lambda: None

    def take(self, bytes_max: int) -> list[FakeNotification]:
        taken, self.unread = self.unread[:2], self.unread[2:]
        return taken


class FakeAudit:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.watches = True
        self.emit: Any = None
        self.told: list[tuple[str, ...]] = []

    def begin(self, what: str, text: str) -> None:
        self.told.append(("begin", what, text))

    def begin_bind(self, portal: str, statement: str) -> None:
        self.told.append(("bind", portal, statement))

    def begin_portal(self, portal: FakePortal, *, resumed: bool) -> None:
        self.told.append(("resume" if resumed else "execute",))

    def simple(self, statements: list[FakeStatement]) -> None:
        self.told.append(("simple", *(statement.text for statement in statements)))

    def end(self) -> None:
        self.told.append(("end",))

    def message(self, error: SqlError) -> None:
        self.told.append(("message", error.severity, error.sqlstate))


class FakeSettings:
    """The settings that pgwire asks for."""

    def __init__(self, options: dict[str, str]) -> None:
        self._options = {"application_name": "", "log_connections": "", **options}

    def get(self, name: str) -> str:
        return self._options[name]

    def typed(self, name: str) -> bool:
        return self._options.get(name) == "on"


class FakeSession:
    def __init__(self, engine: "FakeEngine", options: dict[str, str]) -> None:
        self.engine = engine
        self.clock = SessionClock()
        self.on_cancel: Callable[[], None] | None = None
        self.audit = FakeAudit()
        self.on_cancel = None
        self.settings = FakeSettings(options)
        self.options = options
        self.process_id, self.secret = 0, b""
        self.status = b"I"
        self.changed: dict[str, str] = {}
        self.notices: list[SqlError] = []
        self.statements: dict[str, FakeStatement | None] = {}
        self.portals: dict[str, FakePortal] = {}
        self.inserted = 0
        self.calls: list[str] = []
        self.fail_sync: SqlError | None = None
        self.fail_failure: Exception | None = None
        self.idle_limit: tuple[float, SqlError] | None = None
        self.notifications = FakeNotifications()
        self.on_cancel: Any = None
        self.waits_for_standbys = False
        self.on_stop: Any = None

    def reported_settings(self) -> dict[str, str]:
        name = self.options.get("application_name", "")
        return {
            "server_version": self.engine.server_version,
            "client_encoding": "UTF8",
            "server_encoding": "UTF8",
            "standard_conforming_strings": "on",
            "integer_datetimes": "on",
            "TimeZone": "UTC",
            "DateStyle": "ISO, MDY",
            "application_name": name,
        }

    def take_changed_settings(self) -> dict[str, str]:
        changed, self.changed = self.changed, {}
        return changed

    def take_notices(self) -> list[SqlError]:
        notices, self.notices = self.notices, []
        return notices

    def split(self, text: str) -> list[FakeStatement]:
        return [read(part) for part in text.split(";") if part.strip()]

    async def prepare_simple(self, raw: FakeStatement) -> FakePortal:
        return FakePortal(self, raw)

    async def parse(self, name: str, text: str, parameter_oids: tuple[int, ...]) -> None:
        if name and name in self.statements:
            raise sqlstates.DuplicatePreparedStatement(f'prepared statement "{name}" already exists')
        self.statements[name] = read(text) if text.strip() else None

    def _statement(self, name: str) -> FakeStatement | None:
        if name not in self.statements:
            shown = f'prepared statement "{name}"' if name else "unnamed prepared statement"
            raise sqlstates.InvalidSqlStatementName(f"{shown} does not exist")
        return self.statements[name]

    async def describe_statement(self, name: str) -> tuple[tuple[int, ...], tuple[Column, ...] | None]:
        statement = self._statement(name)
        return (statement.parameter_oids, statement.columns) if statement else ((), None)

    async def bind(
        self,
        portal: str,
        statement: str,
        parameter_formats: tuple[int, ...],
        parameters: tuple[bytes | None, ...],
        result_formats: tuple[int, ...],
    ) -> None:
        found = self._statement(statement)
        binary = bool(parameter_formats and parameter_formats[0])
        values = tuple(
            None if value is None else int.from_bytes(value, "big", signed=True) if binary else int(value)
            for value in parameters
        )
        if found is None:
            empty = FakePortal(self, FakeStatement("create", None, ""))
            empty.statement = FakeStatement("empty", None, "")
            self.portals[portal] = empty
            return
        self.portals[portal] = FakePortal(self, found, values, result_formats)

    async def describe_portal(self, name: str) -> tuple[Column, ...] | None:
        return self.portal(name).columns

    def portal(self, name: str) -> FakePortal:
        if name not in self.portals:
            raise sqlstates.InvalidCursorName(f'portal "{name}" does not exist')
        return self.portals[name]

    def close_statement(self, name: str) -> None:
        self.statements.pop(name, None)

    async def close_portal(self, name: str) -> None:
        self.portals.pop(name, None)

    def wait_limit(self, *, ready: bool, since: float) -> tuple[float, SqlError] | None:
        if self.idle_limit is None or not ready:
            return None
        return since + self.idle_limit[0] - trio.current_time(), self.idle_limit[1]

    async def sync(self) -> None:
        self.calls.append("sync")
        if self.fail_sync:
            error, self.fail_sync = self.fail_sync, None
            raise error
        if self.status == b"I":
            self.portals.clear()

    async def fail(self) -> None:
        self.calls.append("fail")
        if self.fail_failure:
            raise self.fail_failure
        if self.status == b"T":
            self.status = b"E"
        self.portals.clear()

    def begin_implicit_block(self) -> None:
        self.calls.append("begin_implicit_block")

    async def terminate(self) -> None:
        self.calls.append("terminate")
        self.engine.sessions.remove(self)
        self.engine.terminated.set()


async def _empty(portal: FakePortal) -> None:
    portal.finish(None)


RUN["empty"] = _empty


class FakeEngine:

    databases: ClassVar[dict[str, Any]] = {}
    mock_secret = b""
    default_database, bootstrap_name = "app", "postgres"
    is_folder = has_own_roles = False

    def __init__(self, server_version: str = "18.4") -> None:
        self.logins: dict[str, Login] = {}  # none: everybody is a superuser
        self.server_version = server_version
        self.sessions: list[FakeSession] = []
        self.closed = False
        self.sleeping = trio.Event()
        self.terminated = trio.Event()

    @classmethod
    async def open(cls, path: str, *, server_version: str, settings: Any, facts: Any) -> "FakeEngine":
        if "broken" in path:
            raise CannotServe(f'"{path}" is not a SQLite database')
        return cls(server_version)

    def server_setting(self, name: str) -> Any:
        return SERVER_SETTINGS[name]

    async def refresh_roles(self) -> None:
        pass

    def has_database(self, name: str) -> bool:
        return name == self.default_database

    def find_login(self, name: str) -> Login | None:
        return self.logins.get(name) if self.logins else implicit(name)

    def any_role_has_password(self) -> bool:
        return any(login.verifier is not None for login in self.logins.values())

    def is_superuser(self, user: str) -> bool:
        return not user.startswith("plain")

    def may_use_reserved(self, user: str) -> bool:
        return user == "plain_but_trusted"

    async def connect(self, database: str, user: str, options: dict[str, str], client: Any = None) -> FakeSession:
        if database == "nonexistent":
            raise sqlstates.InvalidCatalogName(f'database "{database}" does not exist')
        for name in options:
            if name not in KNOWN_SETTINGS:
                raise sqlstates.UndefinedObject(f'unrecognized configuration parameter "{name}"')
        session = FakeSession(self, options)
        self.sessions.append(session)
        return session

    async def close(self) -> None:
        self.closed = True


SERVER_SETTINGS = {"max_connections": 100, "superuser_reserved_connections": 3, "reserved_connections": 0,
                   "authentication_timeout": 60, "scram_iterations": 4096, "password_encryption": "scram-sha-256", "ssl": False,
                   "log_connections": "", "max_slot_wal_keep_size": -1, "idle_replication_slot_timeout": 0, "wal_keep_size": 0,
                   "max_replication_slots": 10}
KNOWN_SETTINGS = {"application_name", "client_encoding", "datestyle", "DateStyle", "timezone", "search_path",
                  "statement_timeout", "lock_timeout", "log_min_messages"}

Engine = FakeEngine
