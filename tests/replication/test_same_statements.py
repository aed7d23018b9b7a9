"""The statements of the recorded streams run here: what consumers are told is what PostgreSQL told them."""

from functools import partial

import msgspec
import pytest

from pgwire.messages.body import UINT32
from replication.decoded import Message
from replication.output import Output
from replication.pgoutput.fields import Row
from replication.pgoutput.messages import AnyMessage
from replication.pgoutput.reader import StreamReader
from replication.plugins import Plugin, open_plugin
from tests.replication.decoding import Bench, bench
from tests.replication.recorded import FOLDER, Recording, comparable
from tools.record_streams import statements

NAMES_HERE = ["changes", "types"]


async def told(made: Bench, plugin: Plugin, start: int) -> list[Output]:
    """All that is said from a position on, of everything: without publications."""
    decoder = made.decoder(start=start, messages=plugin.messages, binary=plugin.binary)
    found: list[Output] = []
    while items := await decoder.next():
        for item in items:
            found += plugin.message(item) if isinstance(item, Message) else plugin.transaction(item)
    return found


async def run(made: Bench, name: str) -> int:
    """Run a script; where what is streamed begins."""
    before, after = statements((FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
    for statement in before:
        if not statement.startswith("create publication"):
            await made.run(statement)
    start = made.wal.written
    for statement in after:
        await made.run(statement)
    return start


@pytest.mark.parametrize("name", NAMES_HERE)
@pytest.mark.trio
async def test_lines_of_test_decoding_are_postgresqls(name: str) -> None:
    async with bench() as made:
        start = await run(made, name)
        said = await told(made, open_plugin("test_decoding", {"include-xids": "0", "skip-empty-xacts": "1"}), start)
    recorded = Recording(name).stream("test_decoding", {"skip-empty-xacts": "1"})
    expected = [row.data.decode().split(" ")[0] if row.data.startswith((b"BEGIN", b"COMMIT")) else row.data.decode()
                for row in recorded.rows]
    assert [output.data.decode() for output in said] == expected


@pytest.mark.parametrize("name", NAMES_HERE)
@pytest.mark.parametrize("binary", ["off", "on"])
@pytest.mark.trio
async def test_messages_of_pgoutput_are_postgresqls_but_for_numbers(name: str, binary: str) -> None:
    options = {"proto_version": "1", "publication_names": "p", "binary": binary}
    async with bench() as made:
        start = await run(made, name)
        said = await told(made, open_plugin("pgoutput", options), start)
    asked = {"proto_version": "1"} | ({"binary": "on"} if binary == "on" else {})
    recording = Recording(name)
    expected = next(stream for stream in recording.streams if stream.plugin == "pgoutput"
                    and {**asked, "publication_names": "codecs_publication"} == stream.options)
    assert numbered([output.data for output in said]) == numbered([row.data for row in expected.rows])


def numbered(payloads: list[bytes]) -> list[AnyMessage]:
    """The messages with positions, transactions and times left out, and OIDs that are not built in by order of appearance."""
    reader, oids = StreamReader(), dict[int, int]()

    def number(oid: int) -> int:
        return oids.setdefault(oid, len(oids))

    found = []
    for payload in comparable(payloads):
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
        found.append(msgspec.structs.replace(message, **changed))
    return found


def without_oids(oids: dict[int, int], value: bytes | None) -> bytes | None:
    """An array in binary format names the type of its elements."""
    for oid, number in oids.items():
        value = value and value.replace(UINT32.pack(oid), UINT32.pack(number))
    return value


MEANINGLESS = {"xid", "lsn", "end_lsn", "final_lsn", "committed_at"}


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
