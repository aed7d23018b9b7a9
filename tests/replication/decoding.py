"""A server of one database in memory whose log is decoded, for tests: statements in, what a plugin would be told out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from executor.engine import Engine
from executor.session import Session
from replication.decoded import Change, Delete, Insert, Message, Transaction, Truncate, Update, Values
from replication.decoding import Decoder


@dataclass
class Wanted:
    """What a plugin asks for."""

    binary: bool = False
    publications: tuple[str, ...] | None = None
    messages: bool = False


class Bench:
    """A session, and decoders of its database's log."""

    def __init__(self, engine: Engine, session: Session) -> None:
        self.engine = engine
        self.session = session
        self.wal = session.database.file.wal

    async def run(self, text: str) -> None:
        """Statements of a simple query."""
        try:
            for raw in self.session.split(text):
                portal = await self.session.prepare_simple(raw)
                await portal.start()
                while not portal.finished:
                    await portal.fetch(100)
        except BaseException:
            await self.session.fail()
            raise
        finally:
            await self.session.sync()

    def decoder(self, *publications: str, start: int | None = None, messages: bool = False, binary: bool = False) -> Decoder:
        """From here on, or from a position. publications: none for everything."""
        wanted = Wanted(binary=binary, publications=publications or None, messages=messages)
        return Decoder(self.wal, self.engine.publishing("postgres"), wanted, self.wal.written if start is None else start)


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    """A new database whose log is on."""
    engine = await Engine.open(":memory:")
    try:
        session = await engine.connect("postgres", "postgres", {})
        made = Bench(engine, session)
        await made.wal.turn_on()
        yield made
        await session.terminate()
    finally:
        await engine.close()


async def transactions(decoder: Decoder) -> list[list[str]]:
    """What is told, a list for each transaction, as `shown` prints it; a message outside of one is a list of its own."""
    found = []
    while told := await decoder.next():
        for item in told:
            found.append([shown(c) for c in item.changes] if isinstance(item, Transaction) else [f"outside: {shown(item)}"])
    return found


def shown(change: Change) -> str:
    """A change on one line."""
    match change:
        case Insert(relation, new):
            return f"insert {relation.name} {_row(new)}"
        case Update(relation, old, new, is_key):
            before = "" if old is None else f"{'key' if is_key else 'old'} {_row(old)} "
            return f"update {relation.name} {before}{_row(new)}"
        case Delete(relation, old, is_key):
            return f"delete {relation.name} {'-' if old is None else _row(old) if is_key else 'old ' + _row(old)}"
        case Truncate(relations, cascade, restart):
            flags = " cascade" * cascade + " restart" * restart
            return f"truncate {' '.join(r.name for r in relations)}{flags}"
        case Message(prefix, content):
            return f"message {prefix}: {content.decode()}"
    raise AssertionError(change)


def _row(values: Values | Sequence[bytes | None]) -> str:
    return "(" + ", ".join("NULL" if value is None else value.decode() for value in values) + ")"
