"""What PostgreSQL's plugins said of some statements, and what ours say of the same transactions."""

import pytest

from replication import decoded
from replication.output import Output
from replication.plugins import open_plugin
from tests.replication.recorded import NAMES, Item, Recording, Row, Stream, comparable

RECORDINGS = {name: Recording(name) for name in NAMES}
PGOUTPUT = [(name, stream) for name in NAMES for stream in RECORDINGS[name].streams if stream.plugin == "pgoutput"]
PRINTED = [(name, stream) for name in NAMES for stream in RECORDINGS[name].streams if stream.plugin == "test_decoding"]


def say(stream: Stream, items: list[Item]) -> list[Output]:
    plugin = open_plugin(stream.plugin, stream.options, work_mem=0 if stream.immediate else 64 * 2**20)
    said: list[Output] = []
    for item in items:
        said += plugin.message(item) if isinstance(item, decoded.Message) else plugin.transaction(item)
    return said


def label(stream: object) -> str:
    return stream.label if isinstance(stream, Stream) else str(stream)


@pytest.mark.parametrize(("name", "stream"), PGOUTPUT, ids=label)
def test_payloads_of_pgoutput_are_postgresqls_byte_by_byte(name: str, stream: Stream) -> None:
    said = [output.data for output in say(stream, RECORDINGS[name].items(binary="binary" in stream.options))]
    expected = [row.data for row in stream.rows]
    assert comparable(said) == comparable(expected)


@pytest.mark.parametrize(("name", "stream"), PGOUTPUT, ids=label)
def test_positions_and_transactions_of_pgoutput_are_postgresqls(name: str, stream: Stream) -> None:
    """Changes have a position before their transaction here; its end has PostgreSQL's."""
    said = say(stream, RECORDINGS[name].items(binary="binary" in stream.options))
    known = {output.xid for output in said}
    assert ends(said) == {end for end in ends(stream.rows) if end[1] in known}


def ends(rows: list[Output] | list[Row]) -> set[tuple[int, int]]:
    return {(row.lsn, row.xid) for row in rows if row.data[:1] in (b"C", b"c")}


@pytest.mark.parametrize(("name", "stream"), PRINTED, ids=label)
def test_lines_of_test_decoding_are_postgresqls(name: str, stream: Stream) -> None:
    said = [output.data.decode() for output in say(stream, RECORDINGS[name].items())]
    assert ordered(said) == ordered(without_empty([row.data.decode() for row in stream.rows]))


def ordered(lines: list[str]) -> list[str]:
    return sorted(lines, key=lambda line: line.startswith("message: transactional: 0"))


def without_empty(lines: list[str]) -> list[str]:
    """Without transactions that have no changes, empty blocks, and what was rolled back after it was sent."""
    kept: list[str] = []
    for line in lines:
        words = line.split()
        if (words[0], kept[-1].split()[0] if kept else "") in (("COMMIT", "BEGIN"), ("closing", "opening")):
            kept.pop()
        elif line.startswith("aborting"):
            while kept and kept[-1].split()[0] in ("opening", "streaming", "closing"):
                kept.pop()
        elif not (line.startswith("committing") and not (kept and kept[-1].startswith("closing"))):
            kept.append(line)
    return kept
