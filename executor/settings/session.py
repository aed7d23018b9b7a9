"""The settings of one session: values, how they change, and how a transaction undoes them.

State: `_own` are the values in force that the session has changed; the others are the server's (`_shared`), which no
session copies: there are hundreds. `_reset` has, in the same way, what RESET goes back to where that is not the server's.
A value set with SET LOCAL masks the session's own, which waits in `_masked` until the transaction commits. Each
transaction and savepoint has a journal of what names had before it changed them.

Invariant: a name in a journal maps to its value and its masked value (None: not masked) when that level began.
Commit restores what is masked; a rollback plays the journals back, newest first.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC

from executor.client import CHECK_INTERVAL, SOCKET_SETTINGS, Client
from executor.errors import not_supported
from executor.identifiers import ascii_lower, quote_identifier
from executor.settings.checks import CHECKS, split_date_style
from executor.settings.defaults import SettingDefaults
from executor.settings.definitions import OLD_NAMES, SECRET, TRANSACTION_SETTINGS, Definition, Typed, Value, read, value_of
from executor.sqlstates import (
    CantChangeRuntimeParam,
    FeatureNotSupported,
    InsufficientPrivilege,
    InvalidName,
    InvalidParameterValue,
    UndefinedObject,
)
from executor.types.base import Env
from executor.types.timezones import set_time_zone

Before = tuple[Value, Value | None]
Journal = dict[str, Before]
Listener = Callable[[Typed], None]

REPORTED = (
    "application_name", "client_encoding", "datestyle", "default_transaction_read_only", "in_hot_standby",
    "integer_datetimes", "intervalstyle", "is_superuser", "scram_iterations", "search_path", "server_encoding",
    "server_version", "session_authorization", "standard_conforming_strings", "timezone",
)  # fmt: skip
"""The settings a client is told about as they change (GUC_REPORT)."""

_REPORTED = frozenset(REPORTED)
_CUSTOM_NAME = re.compile(r"[A-Za-z_\x80-\U0010ffff][\w$]*(?:\.[A-Za-z_\x80-\U0010ffff][\w$]*)+")
_FIXED_CONTEXTS = {
    "internal": "cannot be changed",
    "postmaster": "cannot be changed without restarting the server",
    "sighup": "cannot be changed now",
    "backend": "cannot be set after connection start",
    "superuser-backend": "cannot be set after connection start",
}
_AT_CONNECTION_START = frozenset(("backend", "superuser-backend"))
_FOR_SUPERUSERS = frozenset(("superuser", "superuser-backend"))

_ON = Value(True, "on", "on", "override")


class Settings:
    """One session's settings.

    env: kept in step with the settings that change how values are read and printed.
    role_check: called with `role` or `session_authorization` and the role's name before it is set; raises SqlError.
    may_set: whether the current user may change a setting that is for superusers; may_examine: whether it may see SECRET.
    transaction_check: called with the lower-case name and value of a transaction_* setting before it is changed by SET;
        raises SqlError (25001) where the transaction cannot change it any more.
    import_snapshot: SET TRANSACTION SNAPSHOT.
    client: the connection that some settings act on.
    """

    def __init__(self, defaults: SettingDefaults, env: Env, user: str = "") -> None:
        self.env = env
        self.role_check: Callable[[str, str], None] = _same_role(user)
        self.may_set: Callable[[str], bool] = lambda name: True
        self.may_examine: Callable[[], bool] = lambda: True
        self.transaction_check: Callable[[str, Typed], None] = _allow
        self.import_snapshot: Callable[[str], None] = _no_snapshot
        self.client: Client | None = None
        self._definitions: Mapping[str, Definition] = defaults.definitions
        self._custom: dict[str, Definition] = {}
        self._shared = defaults.values
        self._own: dict[str, Value] = {}
        self._reset: dict[str, Value] = {}
        self._masked: dict[str, Value] = {}
        self._journals: list[tuple[str, Journal]] = []
        self._listeners: dict[str, list[Listener]] = {}
        self._set_session_user(user)
        self.revision = 0  # moves whenever a setting changes
        self.in_recovery = False
        self._touched: set[str] = set()
        self._told: dict[str, str] = {}
        self._fit_env()

    def _set_session_user(self, user: str) -> None:
        if self._shared["session_authorization"].setting != user:
            self._own["session_authorization"] = self._reset["session_authorization"] = Value(user, user, user, "default")

    def _fit_env(self) -> None:
        for name, assign in _ENV.items():
            assign(self.env, self._shared[name])

    # --- reading --------------------------------------------------------------------------------------------------

    def get(self, name: str) -> str:
        """A setting as SHOW prints it, such as "4MB" (42704 for an unknown name). Fast for names in lower case."""
        value = self._own.get(name) or self._shared.get(name)
        return value.shown if value is not None else self._value(self._key(name)).shown

    def show(self, name: str) -> str:
        """The same as `get`: what SHOW prints."""
        return self.get(name)

    def find(self, name: str) -> str | None:
        """Like `get`; None for an unknown name (current_setting's missing_ok)."""
        key = ascii_lower(name)
        value = self._own.get(key) or self._shared.get(key)
        return None if value is None else value.shown

    def typed(self, name: str) -> Typed:
        """A setting's value: bool, int or float in its own unit (times mostly in ms), else str. Name in lower case."""
        return (self._own.get(name) or self._shared[name]).typed

    def value(self, name: str) -> Value:
        """A setting's value with its printed forms and source (42704)."""
        return self._value(self._key(name))

    def _value(self, key: str) -> Value:
        return self._own.get(key) or self._shared[key]

    def reset_value(self, name: str) -> Value:
        """What RESET would set (42704)."""
        key = self._key(name)
        return self._reset_of(key, self.definition(key))

    def reset_text(self, name: str) -> str:
        """The same as pg_settings has it: of a socket's option, what was asked for and not what is in force (42704)."""
        value = self.reset_value(name)
        return str(value.typed) if self._key(name) in SOCKET_SETTINGS else value.setting

    def _reset_of(self, key: str, definition: Definition) -> Value:
        return self._reset.get(key) or self._shared.get(key) or self._boot(definition)

    def canonical_name(self, name: str) -> str:
        """The name as PostgreSQL spells it: "TimeZone" for "timezone" (42704)."""
        return self.definition(name).name

    def definition(self, name: str) -> Definition:
        """What is known of a setting (42704)."""
        key = self._key(name)
        return self._custom.get(key) or self._definitions[key]

    def _key(self, name: str) -> str:
        key = ascii_lower(name)
        if key not in self._shared and key not in self._own:
            raise UndefinedObject(f'unrecognized configuration parameter "{name}"')
        return key

    def show_all(self) -> list[tuple[str, str, str]]:
        """The rows of SHOW ALL: name, value as SHOW prints it, description."""
        return [(d.name, self._value(key).shown, d.description) for key, d in self._visible()]

    def rows(self) -> list[tuple[str | int | None, ...]]:
        """The rows of pg_settings, in stored form, columns as in the facts."""
        return [self._row(key, definition) for key, definition in self._visible()]

    def _visible(self) -> Iterator[tuple[str, Definition]]:
        everything = self.may_examine()
        return ((key, d) for key, d in self._definitions.items() if not d.hidden and (everything or key not in SECRET))

    def examine(self, name: str) -> str:
        """A setting as SHOW prints it, if the user may know it (42501, 42704)."""
        if ascii_lower(name) in SECRET and not self.may_examine():
            raise InsufficientPrivilege(
                f'permission denied to examine "{self.canonical_name(name)}"',
                detail='Only roles with privileges of the "pg_read_all_settings" role may examine this parameter.')
        return self.get(name)

    def _row(self, key: str, d: Definition) -> tuple[str | int | None, ...]:
        value = self._value(key)
        reset = self.reset_text(key) if d.resettable else value.setting
        return (d.name, value.setting, d.unit, d.category, d.description, d.extra, d.context, d.vartype, value.source,
                *d.printed, d.boot, reset, None, None, 0)

    # --- changing -------------------------------------------------------------------------------------------------

    def set(self, name: str, value: str | Sequence[str] | None, *, local: bool = False,
            source: str = "session") -> None:
        """SET and SET LOCAL. value: a list's items, which are quoted where the setting wants it; a str is taken as it
        is (set_config); None: DEFAULT.

        SET LOCAL outside a transaction changes nothing, but is checked. Raises: 42704, 42602, 55P02, 22023, 0A000.
        """
        key, definition = self._settable(name)
        self._check_context(definition)
        self._check_may_set(definition)
        if value is None:
            self._put_default(key, definition, local)
        else:
            self._put(key, self._read(definition, self._flat(definition, value), source), local)
        if key == "session_authorization":  # the SQL standard wants SET ROLE NONE with it
            self._put("role", self._shared["role"], local)

    def reset(self, name: str) -> None:
        """RESET: back to the value of the connection's start."""
        self.set(name, None)

    def reset_all(self) -> None:
        """RESET ALL: every setting that a session can change."""
        for key, value in list(self._own.items()):
            definition = self._custom.get(key) or self._definitions[key]
            reset = self._reset_of(key, definition)
            changeable = definition.reset_with_all and definition.context not in _FIXED_CONTEXTS
            if changeable and (value is not reset or key in self._masked):
                self._put(key, reset, local=False)

    def apply_options(self, options: Mapping[str, str], source: str = "client") -> None:
        """The settings a connection starts with (start-up packet, role, database): RESET goes back to them."""
        for name, text in options.items():
            key, definition = self._settable(name)
            self._check_context(definition, at_start=True)
            if source == "client":
                self._check_may_set(definition)
            self._set_from_outside(key, self._read(definition, text, source))

    def override(self, name: str, text: str) -> None:
        """What the server itself says of a setting that clients cannot set, such as in_hot_standby."""
        key = self._key(name)
        self._set_from_outside(key, self._read(self.definition(key), text, "override"))

    def enter_recovery(self) -> None:
        """The server is a standby: no transaction can write, and clients are told."""
        self.in_recovery = True
        self.override("in_hot_standby", "on")
        if not self._journals:
            self._follow("default_transaction_read_only")

    def leave_recovery(self) -> None:
        """The server accepts writes now: in the transactions that begin from now on."""
        self.in_recovery = False
        self.override("in_hot_standby", "off")
        name = "transaction_read_only"
        if not self._journals:
            self._follow("default_transaction_read_only")
        elif name not in self._masked:
            self._masked[name] = self._value("default_transaction_read_only")
            self._journals[0][1].setdefault(name, (self._masked[name], None))

    def check_for_later(self, name: str, value: str | Sequence[str] | None) -> tuple[str, str | None]:
        """The spelling of a setting's name and the text of a value that another session is to begin with. Raises as `set`."""
        before = set(self._custom)
        key, definition = self._settable(name)
        try:
            self._check_context(definition, at_start=True)
            self._check_may_set(definition)
            text = None if value is None else self._flat(definition, value)
            if text is not None:
                self._read(definition, text, "session")
            return definition.name, text
        finally:
            if key not in before and key in self._custom:  # this session has nothing to do with it
                del self._custom[key], self._own[key]

    def is_for_superusers(self, name: str) -> bool:
        """Whether a setting is one that the current user may not change."""
        definition = self._definitions.get(ascii_lower(name))
        return definition is not None and definition.context in _FOR_SUPERUSERS and not self.may_set(ascii_lower(name))

    def tell_superuser(self, is_superuser: bool) -> None:
        """The current user is another, or another kind: what `is_superuser` says."""
        if self.typed("is_superuser") is not is_superuser:
            self._assign("is_superuser", value_of(self._definitions["is_superuser"], is_superuser, "override"))

    def _set_from_outside(self, key: str, value: Value) -> None:
        self._reset[key] = value
        self._assign(key, value)
        self._follow(key)

    def _settable(self, name: str) -> tuple[str, Definition]:
        key = ascii_lower(name)
        key = OLD_NAMES.get(key, key)
        definition = self._definitions.get(key) or self._custom.get(key)
        if definition is None:
            definition = self._new_custom(name, key)
        return key, definition

    def _new_custom(self, name: str, key: str) -> Definition:
        if "." not in name:
            raise UndefinedObject(f'unrecognized configuration parameter "{name}"')
        if not _CUSTOM_NAME.fullmatch(name):
            raise InvalidName(
                f'invalid configuration parameter name "{name}"',
                detail="Custom parameter names must be two or more simple identifiers separated by dots.",
            )
        definition = Definition(name=name, hidden=True)
        self._custom[key] = definition
        self._own[key] = self._boot(definition)
        return definition

    @staticmethod
    def _boot(definition: Definition) -> Value:
        return value_of(definition, definition.boot or "", "default")

    @staticmethod
    def _check_context(definition: Definition, *, at_start: bool = False) -> None:
        reason = _FIXED_CONTEXTS.get(definition.context)
        if reason is not None and not (at_start and definition.context in _AT_CONNECTION_START):
            raise CantChangeRuntimeParam(f'parameter "{definition.name}" {reason}')

    def _check_may_set(self, definition: Definition) -> None:
        if definition.context in _FOR_SUPERUSERS and not self.may_set(definition.name.lower()):
            raise InsufficientPrivilege(f'permission denied to set parameter "{definition.name}"')

    @staticmethod
    def _flat(definition: Definition, value: str | Sequence[str]) -> str:
        if isinstance(value, str):
            return value
        if definition.quoted_list:
            return ", ".join(map(quote_identifier, value))
        if len(value) != 1 and not definition.plain_list:
            raise InvalidParameterValue(f"SET {definition.name} takes only one argument")
        return ", ".join(value)

    def _read(self, definition: Definition, text: str, source: str) -> Value:
        typed = read(definition, text)
        check = CHECKS.get(definition.name.lower())
        if check is not None:
            typed = check(definition, typed, self)
        return value_of(definition, typed, source)

    def _put_default(self, key: str, definition: Definition, local: bool) -> None:
        if not definition.resettable:
            raise FeatureNotSupported(f'parameter "{definition.name}" cannot be reset')
        self._put(key, self._reset_of(key, definition), local)

    def _put(self, key: str, new: Value, local: bool) -> None:
        if key in TRANSACTION_SETTINGS:
            self.transaction_check(key, new.typed)
            local = True
        if self._journals:
            old, journal = self._value(key), self._journals[-1][1]
            journal.setdefault(key, (old, self._masked.get(key)))
            if local:
                self._masked.setdefault(key, old)
            else:
                self._masked.pop(key, None)
        elif local:
            return
        self._assign(key, new)
        if not self._journals:
            self._follow(key)

    def _assign(self, key: str, new: Value) -> None:
        old = self._value(key)
        if self.client is not None:
            new = _applied(self.client, key, new)
        self._own[key] = new
        self.revision += 1
        if old.shown == new.shown and key != "seed":
            return
        assign = _ENV.get(key)
        if assign is not None:
            assign(self.env, new)
        if key in _REPORTED:
            self._touched.add(key)
        for listener in self._listeners.get(key, ()):
            listener(new.typed)

    def _follow(self, key: str) -> None:
        """Outside a transaction, the settings of the next one are those of every new one."""
        for current, default in TRANSACTION_SETTINGS.items():
            if default == key:
                recovers = self.in_recovery and current == "transaction_read_only"
                self._assign(current, _ON if recovers else self._value(default))

    # --- transactions ---------------------------------------------------------------------------------------------

    @property
    def in_transaction(self) -> bool:
        """Between begin() and commit() or rollback()."""
        return bool(self._journals)

    def begin(self) -> None:
        """A transaction begins: what is set from now on is undone if it rolls back."""
        assert not self._journals
        self._journals.append(("", {}))

    def commit(self) -> None:
        """The transaction ends: SET LOCAL loses its effect, SET stays."""
        for key, value in self._masked.items():
            self._assign(key, value)
        self._end()

    def rollback(self) -> None:
        """The transaction is undone, and so is every SET in it."""
        self._play_back(0)
        self._end()

    def _end(self) -> None:
        changed = len(self._journals) > 1 or bool(self._journals and self._journals[0][1])
        self._masked.clear()
        self._journals.clear()
        if changed:
            for default in TRANSACTION_SETTINGS.values():
                self._follow(default)

    def savepoint(self, token: str) -> None:
        """SAVEPOINT: `token` names it for `release` and `rollback_to`; the newest of equal tokens is meant."""
        assert self._journals
        self._journals.append((token, {}))

    def release(self, token: str) -> None:
        """RELEASE: what was set since the savepoint now belongs to the transaction around it."""
        at = self._level(token)
        parent = self._journals[at - 1][1]
        for _, journal in self._journals[at:]:
            if "transaction_read_only" in journal:  # PostgreSQL gives this one back at a savepoint's end
                self._assign("transaction_read_only", journal["transaction_read_only"][0])
            for key, before in journal.items():
                parent.setdefault(key, before)
        del self._journals[at:]

    def rollback_to(self, token: str) -> None:
        """ROLLBACK TO: undo what was set since the savepoint, which stays."""
        at = self._level(token)
        self._play_back(at)
        self._journals[at:] = [(token, {})]

    def _level(self, token: str) -> int:
        return max(i for i, (name, _) in enumerate(self._journals) if name == token and i)

    def _play_back(self, first: int) -> None:
        for _, journal in reversed(self._journals[first:]):
            for key, (value, masked) in journal.items():
                self._assign(key, value)
                if masked is None:
                    self._masked.pop(key, None)
                else:
                    self._masked[key] = masked

    @contextmanager
    def scope(self, values: Mapping[str, str | None]) -> Iterator[None]:
        """The SET clauses of a function while it runs: at its end they go, unless the function itself used SET."""
        before: Journal = {}
        for name, text in values.items():
            key, definition = self._settable(name)
            self._check_context(definition)
            before[key] = (self._value(key), self._masked.get(key))
            default = self._reset_of(key, definition)
            new = default if text is None else self._read(definition, text, "session")
            self._masked.setdefault(key, self._value(key))
            self._assign(key, new)
        try:
            yield
        finally:
            for key, (value, masked) in before.items():
                if key in self._masked:
                    self._assign(key, value)
                    if masked is None:
                        del self._masked[key]

    # --- telling others -------------------------------------------------------------------------------------------

    def listen(self, name: str, listener: Listener) -> None:
        """Call `listener` with the new value whenever a setting (name in lower case) changes, also by a rollback."""
        self._listeners.setdefault(name, []).append(listener)

    def untie(self) -> None:
        """Forget who listens: the session is over."""
        self._listeners.clear()
        self.transaction_check = _allow
        self.import_snapshot = _no_snapshot
        self.role_check = _same_role("")
        self.may_set = lambda name: True
        self.may_examine = lambda: True

    def reported(self) -> dict[str, str]:
        """All settings a client is told about, by PostgreSQL's spelling of their names."""
        self._touched.clear()
        self._told = {key: self._value(key).shown for key in REPORTED}
        return {self._definitions[key].name: shown for key, shown in self._told.items()}

    def take_changed(self) -> dict[str, str]:
        """Those of them that differ from what the client was last told."""
        if not self._touched:
            return {}
        changed = {key: self._value(key).shown for key in REPORTED if key in self._touched}
        changed = {key: shown for key, shown in changed.items() if self._told.get(key) != shown}
        self._told |= changed
        self._touched.clear()
        return {self._definitions[key].name: shown for key, shown in changed.items()}


def _no_snapshot(name: str) -> None:
    raise not_supported("SET TRANSACTION SNAPSHOT outside of a session")


def _allow(name: str, value: Typed) -> None:
    """For transaction_check where there are no transactions."""


def _same_role(user: str) -> Callable[[str, str], None]:
    """For role_check where there are no roles but the user's own."""
    def check(name: str, role: str) -> None:
        if role != user and (role, name) != ("none", "role"):
            raise InvalidParameterValue(f'role "{role}" does not exist')
    return check


def _applied(client: Client, key: str, value: Value) -> Value:
    """A value that may be about the connection, applied to it; as SHOW prints it then."""
    if key in SOCKET_SETTINGS:
        in_force = str(client.set_option(key, int(value.typed)))
        return Value(value.typed, in_force, in_force, value.source)
    if key == CHECK_INTERVAL:
        client.check_interval_s = int(value.typed) / 1000
    return value


def _set_date_style(env: Env, value: Value) -> None:
    env.date_style, env.date_order = split_date_style(value.setting)


def _set_time_zone(env: Env, value: Value) -> None:
    if value.setting == "UTC":
        env.timezone, env.timezone_name = UTC, "UTC"
    elif not set_time_zone(env, value.setting):
        raise AssertionError(value.setting)


def _set_interval_style(env: Env, value: Value) -> None:
    env.interval_style = value.setting


def _set_float_digits(env: Env, value: Value) -> None:
    env.extra_float_digits = int(value.typed)


def _set_bytea_output(env: Env, value: Value) -> None:
    env.bytea_output = value.setting


def _set_xml_option(env: Env, value: Value) -> None:
    env.xml_option = value.setting


def _set_xml_binary(env: Env, value: Value) -> None:
    env.xml_binary = value.setting


_ENV: dict[str, Callable[[Env, Value], None]] = {
    "datestyle": _set_date_style,
    "timezone": _set_time_zone,
    "intervalstyle": _set_interval_style,
    "extra_float_digits": _set_float_digits,
    "bytea_output": _set_bytea_output,
    "xmloption": _set_xml_option,
    "xmlbinary": _set_xml_binary,
}
"""What a setting means to the codecs."""
