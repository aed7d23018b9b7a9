"""What wal2json said of some statements on PostgreSQL 15, and what ours says of the same transactions."""

import pytest

from replication import decoded
from replication.plugins import open_plugin
from tests.replication.recorded import NAMES, WAL2JSON_FOLDER, Recording, Stream

RECORDINGS = {name: Recording(name, WAL2JSON_FOLDER) for name in NAMES}
STREAMS = [(name, stream) for name in NAMES for stream in RECORDINGS[name].streams if stream.plugin == "wal2json"]


def label(stream: object) -> str:
    return stream.label if isinstance(stream, Stream) else str(stream)


@pytest.mark.parametrize(("name", "stream"), STREAMS, ids=label)
def test_texts_of_wal2json_are_its_own(name: str, stream: Stream) -> None:
    plugin = open_plugin("wal2json", stream.options)
    items = RECORDINGS[name].items()
    told = {item.xid for item in items if isinstance(item, decoded.Transaction)} | {0}
    said = [output for item in items
            for output in (plugin.message(item) if isinstance(item, decoded.Message) else plugin.transaction(item))]
    expected = [row for row in stream.rows if row.xid in told]  # without transactions that have no changes
    assert ordered([output.data for output in said]) == ordered([row.data for row in expected])


def ordered(texts: list[bytes]) -> list[str]:
    """Messages outside of transactions last: PostgreSQL tells of them while the transaction around them is open."""
    lines = [text.decode() for text in texts]
    return sorted(lines, key=lambda line: '"transactional":false' in line or '"transactional": false' in line)
