"""The replication grammar: the commands that a replication connection may send besides SQL. Pure.

As in PostgreSQL the first word decides whether a text is a replication command at all; these words are in upper case. What
is wrong in one is a syntax error without a position.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class CommandError(Exception):
    """A command is wrong. sqlstate: PostgreSQL's."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message


OptionValue = str | int | None
Option = tuple[str, OptionValue]
"""A name in lower case, and its value if it has one."""


@dataclass(frozen=True, slots=True)
class IdentifySystem:
    """IDENTIFY_SYSTEM."""


@dataclass(frozen=True, slots=True)
class Show:
    """SHOW name."""

    name: str


@dataclass(frozen=True, slots=True)
class TimelineHistory:
    """TIMELINE_HISTORY tli."""

    timeline: int


@dataclass(frozen=True, slots=True)
class CreateSlot:
    """CREATE_REPLICATION_SLOT. plugin: None for a physical slot. snapshot: export, use or nothing."""

    name: str
    plugin: str | None
    temporary: bool = False
    snapshot: str = "export"
    two_phase: bool = False
    failover: bool = False


@dataclass(frozen=True, slots=True)
class AlterSlot:
    """ALTER_REPLICATION_SLOT. None: left as it is."""

    name: str
    failover: bool | None = None
    two_phase: bool | None = None


@dataclass(frozen=True, slots=True)
class DropSlot:
    """DROP_REPLICATION_SLOT."""

    name: str
    wait: bool = False


@dataclass(frozen=True, slots=True)
class ReadSlot:
    """READ_REPLICATION_SLOT."""

    name: str


@dataclass(frozen=True, slots=True)
class StartReplication:
    """START_REPLICATION. is_logical: of the changes in a plugin's words; physical replication has a timeline at most."""

    slot: str | None
    is_logical: bool
    position: int
    timeline: int | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class BaseBackup:
    """BASE_BACKUP."""

    options: tuple[Option, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class UploadManifest:
    """UPLOAD_MANIFEST."""


Command = (IdentifySystem | Show | TimelineHistory | CreateSlot | AlterSlot | DropSlot | ReadSlot | StartReplication | BaseBackup
           | UploadManifest)


class _Token(NamedTuple):
    kind: str  # word, string, number, position, sign
    text: str
    value: OptionValue


_TOKEN = re.compile(
    r"""\s*(?:
    (?P<position>[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8})
  | (?P<number>[0-9]+)
  | (?P<word>[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*)
  | "(?P<name>(?:[^"]|"")+)"
  | '(?P<string>(?:[^']|'')*)'
  | (?P<sign>[(),;.])
  )""",
    re.X,
)
_SYNTAX = "42601"
_NAME_BYTES_MAX = 63


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    text = text.rstrip(" \t\n\r\f\v")
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise CommandError(_SYNTAX, "syntax error")
        at = match.end()
        kind = str(match.lastgroup)
        value = match[kind]
        if kind == "name":
            found.append(_Token("word", "", _cut(value.replace('""', '"'))))
        elif kind == "word":
            found.append(_Token("word", value, _cut(value.lower())))
        elif kind == "string":
            found.append(_Token("string", "", value.replace("''", "'")))
        elif kind == "number":
            found.append(_Token("number", value, int(value)))
        else:
            found.append(_Token(kind, value, value))
    return found


def _cut(name: str) -> str:
    return name.encode()[:_NAME_BYTES_MAX].decode("utf-8", "ignore")


class _Parser:
    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def take(self, kind: str) -> OptionValue:
        token = self.peek()
        if token is None or token.kind != kind:
            raise CommandError(_SYNTAX, "syntax error")
        self._at += 1
        return token.value

    def name(self) -> str:
        return str(self.take("word"))

    def position(self) -> int:
        high, low = str(self.take("position")).split("/")
        return int(high, 16) << 32 | int(low, 16)

    def number(self) -> int:
        value = self.take("number")
        assert isinstance(value, int)
        if not 0 < value <= 0xFFFFFFFF:
            raise CommandError(_SYNTAX, f"invalid timeline {value}")
        return value

    def has(self, word: str) -> bool:
        """Take a keyword if it is next."""
        token = self.peek()
        if token is None or token.text != word:
            return False
        self._at += 1
        return True

    def need(self, word: str) -> None:
        if not self.has(word):
            raise CommandError(_SYNTAX, "syntax error")

    def options(self) -> tuple[Option, ...]:
        """(name [value], ...)"""
        self.need("(")
        found = [self._option()]
        while self.has(","):
            found.append(self._option())
        self.need(")")
        return tuple(found)

    def _option(self) -> Option:
        name, token = self.name(), self.peek()
        if token is not None and token.kind in ("word", "string", "number"):
            self._at += 1
            return name, token.value
        return name, None

    def has_options(self) -> bool:
        token = self.peek()
        return token is not None and token.text == "("

    def end(self) -> None:
        self.has(";")
        if self.peek() is not None:
            raise CommandError(_SYNTAX, "syntax error")


_TRUE, _FALSE = {"true", "on", "1"}, {"false", "off", "0"}


def boolean(option: Option) -> bool:
    """The value of a boolean option: none is true. Raises: CommandError."""
    name, value = option
    if value is None or str(value).lower() in _TRUE:
        return True
    if str(value).lower() in _FALSE:
        return False
    raise CommandError(_SYNTAX, f"{name} requires a Boolean value")


def _identify_system(parser: _Parser) -> Command:
    return IdentifySystem()


def _show(parser: _Parser) -> Command:
    name = parser.name()
    while parser.has("."):
        name += "." + parser.name()
    return Show(name)


def _timeline_history(parser: _Parser) -> Command:
    return TimelineHistory(parser.number())


_OLD_SLOT_OPTIONS: dict[str, Option] = {
    "EXPORT_SNAPSHOT": ("snapshot", "export"), "NOEXPORT_SNAPSHOT": ("snapshot", "nothing"), "USE_SNAPSHOT": ("snapshot", "use"),
    "RESERVE_WAL": ("reserve_wal", None), "TWO_PHASE": ("two_phase", None)}


def _create_slot(parser: _Parser) -> Command:
    name = parser.name()
    temporary = parser.has("TEMPORARY")
    plugin = None
    if not parser.has("PHYSICAL"):
        parser.need("LOGICAL")
        plugin = parser.name()
    options = parser.options() if parser.has_options() else _old_options(parser)
    found: dict[str, OptionValue | bool] = {}
    allowed = {"snapshot", "two_phase", "failover"} if plugin is not None else {"reserve_wal"}
    for option in options:
        key, value = option
        if key not in ("snapshot", "two_phase", "failover", "reserve_wal"):
            raise CommandError("XX000", f"unrecognized option: {key}")
        if key in found or key not in allowed:
            raise CommandError(_SYNTAX, "conflicting or redundant options")
        if key == "snapshot" and value not in ("export", "use", "nothing"):
            raise CommandError("22023", f'unrecognized value for CREATE_REPLICATION_SLOT option "snapshot": "{value or ""}"')
        found[key] = value if key == "snapshot" else boolean(option)
    return CreateSlot(name, plugin, temporary, str(found.get("snapshot", "export")), bool(found.get("two_phase")),
                      bool(found.get("failover")))


def _old_options(parser: _Parser) -> tuple[Option, ...]:
    """As they were written before PostgreSQL 15."""
    found = []
    while (token := parser.peek()) is not None and token.text in _OLD_SLOT_OPTIONS:
        parser.has(token.text)
        found.append(_OLD_SLOT_OPTIONS[token.text])
    return tuple(found)


def _alter_slot(parser: _Parser) -> Command:
    name = parser.name()
    found: dict[str, bool] = {}
    for option in parser.options():
        if option[0] not in ("failover", "two_phase"):
            raise CommandError("XX000", f"unrecognized option: {option[0]}")
        if option[0] in found:
            raise CommandError(_SYNTAX, "conflicting or redundant options")
        found[option[0]] = boolean(option)
    return AlterSlot(name, found.get("failover"), found.get("two_phase"))


def _drop_slot(parser: _Parser) -> Command:
    name = parser.name()
    return DropSlot(name, parser.has("WAIT"))


def _read_slot(parser: _Parser) -> Command:
    return ReadSlot(parser.name())


def _start_replication(parser: _Parser) -> Command:
    slot = parser.name() if parser.has("SLOT") else None
    if slot is not None and parser.has("LOGICAL"):
        position = parser.position()
        return StartReplication(slot, True, position, options=parser.options() if parser.has_options() else ())
    parser.has("PHYSICAL")
    position = parser.position()
    return StartReplication(slot, False, position, parser.number() if parser.has("TIMELINE") else None)


def _base_backup(parser: _Parser) -> Command:
    return BaseBackup(parser.options() if parser.has_options() else ())


def _upload_manifest(parser: _Parser) -> Command:
    return UploadManifest()


_COMMANDS: dict[str, Callable[[_Parser], Command]] = {
    "IDENTIFY_SYSTEM": _identify_system, "SHOW": _show, "TIMELINE_HISTORY": _timeline_history,
    "CREATE_REPLICATION_SLOT": _create_slot, "ALTER_REPLICATION_SLOT": _alter_slot, "DROP_REPLICATION_SLOT": _drop_slot,
    "READ_REPLICATION_SLOT": _read_slot, "START_REPLICATION": _start_replication, "BASE_BACKUP": _base_backup,
    "UPLOAD_MANIFEST": _upload_manifest}
TAGS: dict[type, str] = {
    IdentifySystem: "IDENTIFY_SYSTEM", Show: "SHOW", TimelineHistory: "TIMELINE_HISTORY", CreateSlot: "CREATE_REPLICATION_SLOT",
    AlterSlot: "ALTER_REPLICATION_SLOT", DropSlot: "DROP_REPLICATION_SLOT", ReadSlot: "READ_REPLICATION_SLOT",
    StartReplication: "START_REPLICATION", BaseBackup: "BASE_BACKUP", UploadManifest: "UPLOAD_MANIFEST"}
"""What CommandComplete says."""
_FIRST_WORD = re.compile(r"\s*([A-Z_]+)")


def is_command(text: str) -> bool:
    """Whether a text begins as a replication command."""
    match = _FIRST_WORD.match(text)
    return match is not None and match[1] in _COMMANDS


def parse_command(text: str) -> Command:
    """Parse a text for which `is_command` is true. Raises: CommandError."""
    parser = _Parser(_tokens(text))
    command = _COMMANDS[parser.name().upper()](parser)
    parser.end()
    return command
