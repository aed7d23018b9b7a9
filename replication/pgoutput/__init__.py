"""pgoutput: PostgreSQL's own format of logical replication, versions 1 to 4, in both directions. Pure.

    messages.py  each message as a value, to bytes and back
    reader.py    a stream of them, for subscriptions
    options.py   what a consumer may ask for
    plugin.py    decoded transactions to messages
"""

from replication.pgoutput.plugin import open_plugin

__all__ = ["open_plugin"]
