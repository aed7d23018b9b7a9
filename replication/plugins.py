"""Output plugins by name. A plugin turns decoded transactions into what its consumer reads."""

from datetime import UTC, tzinfo

from replication import pgoutput, test_decoding, wal2json
from replication.output import Maker, Options, Output, Plugin, PluginError, Surroundings

__all__ = ["PLUGINS", "Output", "Plugin", "PluginError", "check_plugin", "open_plugin"]

PLUGINS: dict[str, Maker] = {
    "pgoutput": pgoutput.open_plugin,
    "test_decoding": test_decoding.open_plugin,
    "wal2json": wal2json.open_plugin,
}
"""Name -> what opens it."""


def check_plugin(name: str) -> None:
    """For who makes a slot. Raises: PluginError 42501 as PostgreSQL does for a library that is not allowed to be one."""
    if name not in PLUGINS:
        raise PluginError(
            "42501", f'library "{name}" may not be used as an output plugin',
            hint=f"The output plugins of this server are {', '.join(sorted(PLUGINS))}.",
        )


def open_plugin(
    name: str, options: Options, server_version: str = "", *, work_mem: int = 64 * 1024 * 1024, zone: tzinfo = UTC
) -> Plugin:
    """A plugin for one consumer. It remembers what it has told, so each connection (each call of a function) opens its own.

    server_version: of the PostgreSQL that is spoken; all plugins write what version 18 writes. work_mem: the setting
    logical_decoding_work_mem in bytes. zone: the setting TimeZone, for printed times. Raises: PluginError.
    """
    check_plugin(name)
    return PLUGINS[name](options, Surroundings(work_mem, zone))
