"""The statements of the recorded streams run on a server here: its slots say what PostgreSQL's said, asked by the tool that
recorded it there."""

import re
from collections.abc import Iterator
from functools import partial

import msgspec
import pytest

from pgwire.messages.body import UINT32
from replication.decoded import Message
from replication.output import Output
from replication.pgoutput import messages
from replication.pgoutput.fields import Row
from replication.pgoutput.messages import AnyMessage
from replication.pgoutput.reader import StreamReader
from replication.plugins import Plugin, open_plugin
from tests.pgquill_server import PgquillServer
from tests.replication.decoding import Bench, bench
from tests.replication.recorded import FOLDER, NAMES, WAL2JSON_FOLDER, Recording, Stream, comparable
from tools.record_streams import STREAMS, WAL2JSON_STREAMS, record

HERE = [stream for stream in STREAMS if not stream["settings"]]
"""Without those that PostgreSQL sends in blocks because of a setting for its own tests."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    running = PgquillServer(tmp_path_factory.mktemp("streams"))
    yield running
    running.stop()


@pytest.mark.parametrize("name", NAMES)
def test_streams_are_postgresqls(server: PgquillServer, name: str) -> None:
    recorded = Recording(name)
    said = Recording.of(record(server.url(), FOLDER / f"{name}.sql", HERE))
    for stream in said.streams:
        expected = recorded.stream(stream.plugin, stream.options, exact=True)
        show = numbered if stream.plugin == "pgoutput" else plain
        assert show(stream) == show(expected), stream.label


@pytest.mark.parametrize("name", NAMES)
def test_streams_of_wal2json_are_its_own(server: PgquillServer, name: str) -> None:
    recorded = Recording(name, WAL2JSON_FOLDER)
    streams = [stream for stream in WAL2JSON_STREAMS if stream["plugin"] == "wal2json"]
    said = Recording.of(record(server.url(), FOLDER / f"{name}.sql", streams))
    for stream in said.streams:
        assert json_texts(stream) == json_texts(recorded.stream(stream.plugin, stream.options, exact=True)), stream.label


def numbered(stream: Stream) -> list[AnyMessage]:
    """pgoutput's messages with positions, transactions and times left out, and OIDs that are not built in by order of appearance.
    The texts of DDL, which only pgquill tells, are left out too."""
    reader, oids = StreamReader(), dict[int, int]()

    def number(oid: int) -> int:
        return oids.setdefault(oid, len(oids))

    found: list[AnyMessage] = []
    for payload in comparable([row.data for row in stream.rows]):
        message = reader.read(payload)
        changed: dict[str, object] = dict.fromkeys(MEANINGLESS & set(message.__struct_fields__), 0)
        for field in message.__struct_fields__:
            value = getattr(message, field)
            if field == "oid":
                changed[field] = number(value)
            elif field == "oids":
                changed[field] = tuple(map(number, value))
            elif field == "columns":
                changed[field] = tuple(
                    msgspec.structs.replace(column, type_oid=oids.get(column.type_oid, column.type_oid)) for column in value
                )
            elif isinstance(value, Row):
                changed[field] = Row(tuple(map(partial(without_oids, oids), value.values)), value.kinds)
        if isinstance(message, messages.Commit) and isinstance(found[-1], messages.Begin):
            found.pop()
        elif not isinstance(message, messages.Message) or message.prefix != "pgquill.ddl":
            found.append(msgspec.structs.replace(message, **changed))
    return found


MEANINGLESS = {"xid", "lsn", "end_lsn", "final_lsn", "committed_at"}


def without_oids(oids: dict[int, int], value: bytes | None) -> bytes | None:
    """An array in binary format names the type of its elements."""
    for oid, number in oids.items():
        value = value and value.replace(UINT32.pack(oid), UINT32.pack(number))
    return value


def plain(stream: Stream) -> list[str]:
    """Lines of test_decoding without numbers and times, and without transactions that have no changes."""
    found: list[str] = []
    for row in stream.rows:
        line = re.sub(r" \(at .*\)$", " (at)", re.sub(r"^(BEGIN|COMMIT) \d+", r"\1", row.data.decode()))
        if line.startswith("COMMIT") and found[-1].startswith("BEGIN"):
            found.pop()
        else:
            found.append(line)
    return found


def json_texts(stream: Stream) -> list[str]:
    """Texts of wal2json without transactions, positions, times and OIDs that are not built in, and without transactions that
    have no changes."""
    found: list[str] = []
    for row in stream.rows:
        text = re.sub(r'("xid": ?)\d+', r"\1N", row.data.decode())
        text = re.sub(r'("(?:timestamp|nextlsn)": ?)"[^"]*"', r'\1"X"', text)
        text = re.sub(r'("typeoid":)\d{5,}', r"\1N", text)
        text = re.sub(r'("(?:column|key)typeoids": ?\[)([^]]*)', lambda found: found[1] + re.sub(r"\d{5,}", "N", found[2]), text)
        if "include-transaction" not in stream.options and '"action":"C"' in text and '"action":"B"' in found[-1]:
            found.pop()
        elif not re.fullmatch(r'\{\s*(?:"[a-z]+": ?[^,]*,\s*)*"change": ?\[\s*\]\s*\}', text):
            found.append(text)
    return found


async def told(made: Bench, plugin: Plugin, start: int) -> list[Output]:
    """All that is said from a position on."""
    decoder = made.decoder(start=start, messages=plugin.messages, binary=plugin.binary)
    found: list[Output] = []
    while items := await decoder.next():
        for item in items:
            found += plugin.message(item) if isinstance(item, Message) else plugin.transaction(item)
    return found


@pytest.mark.trio
async def test_whoever_confirms_what_was_said_is_told_the_rest_again() -> None:
    async with bench() as made:
        await made.run("create table t (id integer primary key, v text)")
        start = made.wal.written
        await made.run("insert into t values (1, 'a')")
        await made.run("insert into t select g, repeat('x', 3000) from generate_series(2, 900) g")
        await made.run("delete from t where id < 3")
        everything = await told(made, open_plugin("test_decoding", {}), start)
        assert len(everything) == 3 + 901 + 4
        for number in (0, 1, 2, 3, 4, 500, 903, 904, 905, 907):
            again = await told(made, open_plugin("test_decoding", {}), everything[number].lsn)
            complete = sum(output.data.startswith(b"COMMIT") for output in everything[: number + 1])
            assert again == everything[[0, 3, 904, 908][complete]:]
