"""The values every session starts with: computed once for a server, shared by all sessions."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from executor.settings.definitions import TRANSACTION_SETTINGS, Definition, Value, definitions, read, value_of
from executor.sqlstates import UndefinedObject


@dataclass(frozen=True, slots=True)
class SettingDefaults:
    """definitions and values by name in lower case. Never changed: sessions share them."""

    definitions: Mapping[str, Definition]
    values: dict[str, Value]

    @classmethod
    def of_server(cls, server_version: str, options: Mapping[str, str] | None = None) -> "SettingDefaults":
        """The defaults of a server. options: settings given when it was started, in any context (42704, 22023)."""
        number = version_number(server_version)
        known = definitions()
        known = known | {
            "server_version": replace(known["server_version"], boot=server_version),
            "server_version_num": replace(
                known["server_version_num"], minimum=number, maximum=number, boot=str(number),
                printed=(str(number), str(number), None),
            ),
        }
        values = {key: value_of(d, read(d, d.boot or _EMPTY[d.vartype]), "default") for key, d in known.items()}
        for source, given in (("configuration file", _CONFIGURED), ("command line", options or {})):
            for name, text in given.items():
                definition = known.get(name.lower())
                if definition is None:
                    raise UndefinedObject(f'unrecognized configuration parameter "{name}"')
                values[name.lower()] = value_of(definition, read(definition, text), source)
        for current, default in TRANSACTION_SETTINGS.items():
            values[current] = values[default]
        return cls(known, values)

    def over(self, in_force: Mapping[str, int]) -> "SettingDefaults":
        """The same for sessions whose sockets have these options: SHOW prints them, without a unit as in PostgreSQL."""
        shown = {key: replace(self.values[key], setting=str(n), shown=str(n)) for key, n in in_force.items()}
        return SettingDefaults(self.definitions, self.values | shown)


_CONFIGURED = {
    "client_encoding": "UTF8",
    "server_encoding": "UTF8",
    "default_text_search_config": "pg_catalog.english",
    "lc_messages": "C",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "timezone_abbreviations": "Default",
    "max_stack_depth": "2MB",
    "wal_level": "logical",  # the log holds what decoding needs, whenever there is one
    "max_notify_queue_pages": "8192",  # of each database, in memory: see executor.notify
}
"""What initdb writes into PostgreSQL's configuration, or the server finds out when it starts."""

_EMPTY = {"bool": "off", "integer": "0", "real": "0", "enum": "", "string": ""}


def version_number(server_version: str) -> int:
    """server_version_num of a version: 180004 for "18.4", also with words after it."""
    major, _, minor = server_version.split()[0].partition(".")
    digits = "".join(character for character in minor if character.isdigit())
    return int(major) * 10_000 + int(digits or 0)
