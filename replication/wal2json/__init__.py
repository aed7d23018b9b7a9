"""wal2json 2.6: changes as JSON, one object for each transaction (format-version 1) or for each change (2). Pure.

    options.py   what a consumer may ask for
    values.py    names and values as JSON
    version1.py  format-version 1
    version2.py  format-version 2
"""

from replication.output import Options, Plugin, Surroundings
from replication.wal2json.options import parse_options
from replication.wal2json.version1 import Version1
from replication.wal2json.version2 import Version2

__all__ = ["open_plugin"]


def open_plugin(options: Options, surroundings: Surroundings) -> Plugin:
    """wal2json with these options. Raises: PluginError."""
    parsed = parse_options(options)
    return Version1(parsed, surroundings) if parsed.format_version == 1 else Version2(parsed, surroundings)
