"""The server's databases: a file, a folder of files (a cluster), or a temporary file for `:memory:`."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from time import time_ns
from typing import Any

import trio
from msgspec.structs import replace

from executor import sqlstates as states
from executor.catalog.search_path import search_path
from executor.catalog.system.session_view import SessionView
from executor.client import CHECK_INTERVAL, SOCKET_SETTINGS, Client
from executor.context import Context
from executor.database import ServedDatabase
from executor.errors import SqlError
from executor.notify import PAGE_BYTES, NotifyQueue
from executor.privileges.rules import Owned, Who
from executor.publishing.catalog import PublishedDatabase
from executor.roles.login import Login, login_of
from executor.roles.model import BOOTSTRAP_OID, DatabaseFacts
from executor.roles.store import GLOBAL_NAME, RoleStore
from executor.session import Session
from executor.sessionview import EngineView
from executor.settings.defaults import SettingDefaults
from executor.settings.definitions import Typed
from executor.settings.server import server_defaults
from executor.settings.session import Settings
from executor.settings.standby_names import STANDBY_NAMES, parse_standby_names
from executor.snapshots import Snapshots
from executor.types.base import Env
from storage.database import Database as File
from storage.errors import EngineError

FIRST_DATABASE_OID = 16000
SUFFIX = ".db"
OTHERS_LEAVE_S = 5.0
"""How long DROP DATABASE waits for other sessions to end."""
OTHERS_POLL_S = 0.005
SYSTEM_NAMES = ("template0", "template1")
OWN_DATABASE = "."
"""What a single file's roles call its database."""


class CannotServe(Exception):
    """The path cannot be served; the text is one line for the operator."""


class Engine:
    """One server. databases: by name; `postgres` is a second name of a single file."""

    def __init__(self, folder: Path | None, server_version: str, defaults: SettingDefaults | None = None) -> None:
        self.folder = folder
        self.server_version = server_version
        self.defaults = defaults or SettingDefaults.of_server(server_version)
        self.databases: dict[str, ServedDatabase] = {}
        self.roles = RoleStore(None)
        self.sessions: set[Session] = set()
        self.default_database = "postgres"
        self.backends: Any = None
        self.admission: Any = None
        self.snapshots = Snapshots()
        self.replication: Any = None  # executor.replicas.Replication
        self.synchronous_standbys = parse_standby_names(str(self.defaults.values[STANDBY_NAMES].typed))
        self.waits_for_standbys = self.synchronous_standbys is not None  # looked at after each commit
        self.origins_in_use: dict[tuple[str, int], int] = {}  # (database, OID) -> process id of the session that has it
        # Given out when somebody looks; those of the server's next run are higher.
        self.transaction_numbers = count(time_ns() // 1000)
        self._defaults_by_options: dict[tuple[int, ...], SettingDefaults] = {}
        self._is_copy = False  # what is served follows a primary, at least at first
        self._making: set[str] = set()  # names of databases that CREATE DATABASE is at
        self._oids = count(FIRST_DATABASE_OID)
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    async def open(cls, path: str, *, server_version: str = "18.4", settings: Mapping[str, str] | None = None,
                   facts: Mapping[str, str] | None = None, name: str | None = None,
                   is_copy: bool = False) -> "Engine":
        """Serve a .db file (made if missing), a folder, or ":memory:". settings: those given on the command line; facts:
        what other settings are because of how the server was started; name: of the database in a file, if it is not that of the
        file; is_copy: it is served as a standby. Raises CannotServe."""
        try:
            defaults = server_defaults(server_version, settings or {}, facts or {})
        except SqlError as error:
            raise CannotServe(error.message) from None
        if path == ":memory:":
            temporary = tempfile.TemporaryDirectory(prefix="pgquill")
            engine = cls(None, server_version, defaults)
            engine._temporary = temporary
            engine.default_database = "memory"
            return await engine._add_only("memory", Path(temporary.name) / "memory.db")
        where = Path(path)
        if where.is_dir():  # noqa: ASYNC240  (before any client is served)
            engine = cls(where, server_version, defaults)
            await engine._read_roles(None, where / f"{GLOBAL_NAME}{SUFFIX}")
            names = sorted(p.stem for p in where.glob(f"*{SUFFIX}") if p.stem != GLOBAL_NAME)  # noqa: ASYNC240
            for name in dict.fromkeys(["postgres", *names]):
                await engine._add(name, where / f"{name}{SUFFIX}")
            return engine
        if not where.parent.is_dir():
            raise CannotServe(f"{path}: the folder {where.parent} does not exist")
        engine = cls(None, server_version, defaults)
        engine.default_database = name or where.stem
        engine._is_copy = is_copy
        return await engine._add_only(engine.default_database, where)

    async def _add_only(self, name: str, path: Path) -> "Engine":
        """Serve a single file, which has the roles too."""
        database = await self._add(name, path)
        await self._read_roles(database.file)
        return self

    async def _read_roles(self, file: File | None, path: Path | None = None) -> None:
        try:
            self.roles = RoleStore(file, path)
            await self.roles.refresh()
        except EngineError as error:
            raise CannotServe(f"{path or 'the roles'}: {error.message}") from None
        self.roles.on_change = self._roles_changed

    async def _add(self, name: str, path: Path) -> ServedDatabase:
        try:
            file = File.open(str(path))
            if not self._is_copy and (reason := _no_primary(file)) is not None:
                await file.close()
                raise CannotServe(f"{path} {reason} with pgquill standby, or make a primary of it with pgquill promote {path}")
            database = ServedDatabase(name, next(self._oids), file, self._notify_queue())
            if self.logs_from_the_start and not file.read_only and not self._is_copy:
                await file.wal.turn_on()
            await database.reload()
        except EngineError as error:
            raise CannotServe(f"{path}: {error.message}") from None
        self.databases[name] = database
        return database

    @property
    def logs_from_the_start(self) -> bool:
        """With `-c wal_level=logical`; else the log is there once there is a slot."""
        value = self.defaults.values["wal_level"]
        return value.source == "command line" and value.typed == "logical"

    def _notify_queue(self) -> NotifyQueue:
        pages = self.defaults.values["max_notify_queue_pages"].typed
        assert isinstance(pages, int)
        return NotifyQueue(pages * PAGE_BYTES)

    async def close(self) -> None:
        """Checkpoint and close every file."""
        for database in self.databases.values():
            await database.file.close()
        await self.roles.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def find(self, name: str) -> ServedDatabase | None:
        """A database by name."""
        found = self.databases.get(name)
        if found is None and self.folder is None and name == "postgres":
            return self.databases[self.default_database]
        return found

    async def connect(self, database: str, user: str, options: dict[str, str], client: Client | None = None) -> Session:
        """A session (28000, 53300, 3D000, 22023, 42501). Who the user is has been made sure of."""
        await self.roles.refresh()
        self._check_login(user)
        found = self.find(database)
        if found is None:
            raise states.UndefinedDatabase(f'database "{database}" does not exist', severity="FATAL")
        self._check_may_connect(found, user)
        context = Context(found.name if database != "postgres" else database, user)
        settings = Settings(self._defaults_over(client), context.env, user)
        settings.client = client
        session = Session(found, self, user, settings, context)
        found.sessions.add(session)  # at once, so that nobody drops the database meanwhile
        try:
            self._apply_defaults(session)
            settings.apply_options(options)
            if self.in_recovery:
                settings.enter_recovery()
            context.catalog = await found.newest_catalog()
        except BaseException:
            found.sessions.discard(session)
            raise
        if settings.in_recovery and not self.in_recovery:  # promoted while it was being made
            settings.leave_recovery()
        self.sessions.add(session)
        found.metrics.sessions += 1
        return session

    @property
    def mock_secret(self) -> bytes:
        """What challenges for users without a password are made of; b"" while no role is stored."""
        return self.roles.secret

    @property
    def has_own_roles(self) -> bool:
        """Whether anybody has made a role, or changed one that was there from the start."""
        return self.roles.roles.has_own

    @property
    def bootstrap_name(self) -> str:
        """The superuser that is there from the start, by its name now."""
        return self.roles.roles.name_of(BOOTSTRAP_OID)

    @property
    def is_folder(self) -> bool:
        """Whether a folder is served."""
        return self.folder is not None

    def has_database(self, name: str) -> bool:
        """Whether somebody can connect to a database of this name."""
        return self.find(name) is not None

    async def refresh_roles(self) -> None:
        """See whether another program has changed the roles."""
        await self.roles.refresh()

    def find_login(self, name: str) -> Login | None:
        """What authentication has to know of a role; None if there is none of this name. `roles.refresh` first."""
        return login_of(self.roles.roles, name)

    def any_role_has_password(self) -> bool:
        """Whether anybody would have to know a password."""
        return self.roles.roles.has_password

    def _check_login(self, user: str) -> None:
        login = self.find_login(user)
        if login is None:
            raise states.InvalidAuthorizationSpecification(f'role "{user}" does not exist', severity="FATAL")
        if not login.can_login:
            raise states.InvalidAuthorizationSpecification(f'role "{user}" is not permitted to log in', severity="FATAL")
        if login.connection_limit >= 0 and not login.is_superuser:
            oid = self.roles.roles.by_name[user].oid
            if sum(session.identity.login_oid == oid for session in self.sessions) >= login.connection_limit:
                raise states.TooManyConnections(f'too many connections for role "{user}"', severity="FATAL")

    def _check_may_connect(self, database: ServedDatabase, user: str) -> None:
        """42501 without CONNECT on the database."""
        roles = self.roles.roles
        role, facts = roles.by_name.get(user), roles.database(self.database_key(database))
        if role is not None and not role.superuser and facts.acl is not None:
            thing = Owned("database", "database", database.name, facts.owner, facts.acl)
            if not Who(roles, role.oid, facts.owner).may(thing, "c"):
                raise states.InsufficientPrivilege(f'permission denied for database "{database.name}"', severity="FATAL",
                                                   detail="User does not have CONNECT privilege.")

    def _apply_defaults(self, session: Session) -> None:
        """What ALTER DATABASE and ALTER ROLE have set. A value that is wrong by now is a warning, and keeps nobody out."""
        roles = self.roles.roles
        if not roles.settings:
            return
        for source, values in roles.login_settings(self.database_key(session.database), session.identity.login_oid):
            for name, value in values:
                try:
                    session.settings.apply_options({name: value}, source=source)
                except SqlError as error:
                    error.severity = "WARNING"
                    session.notices.append(error)

    def database_key(self, database: ServedDatabase) -> str:
        """What the settings of a database are kept under: a file may be served under another name the next time."""
        return database.name if self.folder is not None else OWN_DATABASE

    def _roles_changed(self) -> None:
        for session in self.sessions:
            session.identity.refresh()

    def _defaults_over(self, client: Client | None) -> SettingDefaults:
        """The server's settings, applied to a new connection; one object for all connections that are alike."""
        if client is None:
            return self.defaults
        values = self.defaults.values
        client.check_interval_s = int(values[CHECK_INTERVAL].typed) / 1000
        in_force = tuple(client.set_option(name, int(values[name].typed)) for name in SOCKET_SETTINGS)
        found = self._defaults_by_options.get(in_force)
        if found is None:
            found = self.defaults.over(dict(zip(SOCKET_SETTINGS, in_force, strict=True)))
            self._defaults_by_options[in_force] = found
        return found

    def server_setting(self, name: str) -> Typed:
        """A setting's value for the whole server, in its own unit. Name in lower case."""
        return self.defaults.values[name].typed

    def is_superuser(self, user: str) -> bool:
        """Whether a role is a superuser, who may take the last places."""
        login = self.find_login(user)
        return login is not None and login.is_superuser

    def may_use_reserved(self, user: str) -> bool:
        """Whether a role has the privileges of pg_use_reserved_connections."""
        login = self.find_login(user)
        return login is not None and login.may_use_reserved

    def attach_backends(self, backends: Any) -> None:
        """pgwire's table of connections, for pg_cancel_backend and pg_terminate_backend."""
        self.backends = backends

    def attach_admission(self, admission: Any) -> None:
        """pgwire's decisions about who may connect, for the views that show the files it reads."""
        self.admission = admission

    def attach_replication(self, replication: Any) -> None:
        """What executor.replicas describes. On a standby, sessions cannot write from now on, until `recovery_ended`."""
        self.replication = replication
        if self.in_recovery:
            for session in self.sessions:
                session.settings.enter_recovery()

    def applier(self, database: str, subscription: int) -> Any:
        """What applies the changes of a subscription: executor.subscribing.applier.Applier."""
        from executor.subscribing.applier import Applier  # few servers have subscriptions

        return Applier(self, self.databases[database], subscription)

    @property
    def in_recovery(self) -> bool:
        """Whether the server follows a primary."""
        return self.replication is not None and bool(self.replication.is_standby)

    def recovery_ended(self) -> None:
        """The standby has been promoted: clients are told with their next answer, transactions that begin now may write."""
        for session in self.sessions:
            session.settings.leave_recovery()
        for database in self.databases.values():
            database.catalog = None  # read again, with what only a server that writes needs to know

    def search_path(self, session: Session) -> tuple[str, ...]:
        """The schemas unqualified names are looked for in."""
        if session.context.catalog is None:
            session.context.catalog = session.database.catalog
        return search_path(session.context)

    def session_view(self, session: Session) -> SessionView:
        """What the system catalogs show of the server and the session."""
        return EngineView(self, session)

    def publishing(self, name: str, env: Env | None = None) -> PublishedDatabase:
        """What decoding the log of a database asks (replication.contract.Catalog). env: whose settings say how values are
        printed; the server's for None. Raises 3D000."""
        found = self.find(name)
        if found is None:
            raise states.UndefinedDatabase(f'database "{name}" does not exist')
        if env is None:
            env = Env()
            Settings(self.defaults, env, "")
        return PublishedDatabase(found, env)

    # --- CREATE and DROP DATABASE ---------------------------------------------------------------------------------

    def _folder(self) -> Path:
        if self.folder is None:
            raise states.FeatureNotSupported("CREATE DATABASE and DROP DATABASE need a served folder",
                                             hint="Serve a folder instead of a file: pgquill serve FOLDER")
        return self.folder

    async def create_database(self, name: str, template: str | None, owner: int = BOOTSTRAP_OID) -> None:
        """A new file, or a copy of another database (42P04, 3D000). owner: OID of a role."""
        folder = self._folder()
        if name in self.databases or name in self._making or name in SYSTEM_NAMES:
            raise states.DuplicateDatabase(f'database "{name}" already exists')
        if name == GLOBAL_NAME or not name or name.startswith(".") or re.search(r"[/\\\0]", name) or len(name.encode()) > 63:
            raise states.InvalidName(f'"{name}" cannot be the name of a database file')
        path = folder / f"{name}{SUFFIX}"
        if path.exists():  # put there by somebody else; what is in it is not what CREATE DATABASE promises
            raise states.DuplicateFile(f'file "{path}" already exists',
                                       hint="Start the server anew to serve it as a database.")
        source = None
        if template is not None and template not in SYSTEM_NAMES:
            source = self.databases.get(template)
            if source is None:
                raise states.UndefinedDatabase(f'template database "{template}" does not exist')
        self._making.add(name)
        try:
            if source is not None:
                await source.file.backup_to(str(path))
            if owner != BOOTSTRAP_OID:
                oid = self.roles.take_oid()
                await self.roles.write_now(lambda roles: roles.with_database(DatabaseFacts(oid=oid, name=name, owner=owner)))
            await self._add(name, path)
        except CannotServe as error:
            raise states.IoError(str(error)) from None
        finally:
            self._making.discard(name)

    async def drop_database(self, session: Session, name: str, *, missing_ok: bool, force: bool) -> None:
        """Remove a file (3D000, 55006)."""
        self._folder()
        found = self.databases.get(name)
        if found is None:
            if not missing_ok:
                raise states.UndefinedDatabase(f'database "{name}" does not exist')
            session.notices.append(states.UndefinedDatabase(f'database "{name}" does not exist, skipping', severity="NOTICE"))
            return
        if found is session.database:
            raise states.ObjectInUse("cannot drop the currently open database")
        if force:
            for other in list(found.sessions):
                self._terminate(other)
        with trio.move_on_after(OTHERS_LEAVE_S):  # those that are just leaving are no reason to refuse
            while found.sessions:  # noqa: ASYNC110  (sessions leave from several places; a poll is simpler than events)
                await trio.sleep(OTHERS_POLL_S)
        if self.databases.get(name) is not found:  # another session has been faster
            raise states.UndefinedDatabase(f'database "{name}" does not exist')
        if found.sessions:
            number = len(found.sessions)
            plural = f"are {number} other sessions" if number > 1 else "is 1 other session"
            raise states.ObjectInUse(f'database "{name}" is being accessed by other users',
                                     detail=f"There {plural} using the database.")
        del self.databases[name]
        await self._forget_settings(name)
        await found.file.close()
        for path in _files(found):
            path.unlink(missing_ok=True)

    async def _forget_settings(self, name: str) -> None:
        """What is kept of a database, and was set for sessions in it, goes with it."""
        known = self.roles.roles
        if any(row.database == name for row in known.settings) or any(row.name == name for row in known.databases):
            await self.roles.write_now(lambda roles: replace(
                roles, settings=tuple(row for row in roles.settings if row.database != name),
                databases=tuple(row for row in roles.databases if row.name != name)))

    def _terminate(self, session: Session) -> None:
        if self.backends is not None:
            self.backends.signal(session.process_id, terminate=True)


def _no_primary(file: File) -> str | None:
    """Why a file must not be served as a primary's, from what replication has noted in it."""
    if file.wal.note("standby") is not None:
        return "is a standby's copy: follow its primary"
    timeline = file.wal.note("fenced")
    return None if timeline is None else f"has been left behind by a newer primary, on timeline {timeline}: follow that"


def _files(database: ServedDatabase) -> Iterator[Path]:
    assert database.file.path is not None
    for suffix in ("", "-wal", "-shm", "-pgquill"):
        yield Path(database.file.path + suffix)
