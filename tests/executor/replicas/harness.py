"""Sessions of the executor with a replication that only pretends, and the answers that they and PostgreSQL give to statements.

`python -m tests.executor.replicas.harness NAME DSN` records what PostgreSQL answers to the statements of NAME.sql.
"""

import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg

from executor.engine import Engine
from executor.errors import SqlError
from executor.session import Session
from executor.sqlstates import DuplicateObject, ObjectNotInPrerequisiteState, UndefinedObject
from storage.log_readers import ReceiverFacts, SenderFacts, SlotFacts

HERE = Path(__file__).parent
Answer = dict[str, Any]


class PretendedReplication:
    """executor.replicas.Replication: slots in memory, changes as told, standbys that do as they are told."""

    def __init__(self, *, is_standby: bool = False) -> None:
        self.is_standby = is_standby
        self.replay_is_paused = False
        self.known: dict[str, SlotFacts] = {}
        self.changes: list[tuple[int, int, bytes]] = []
        self.asked: list[tuple[Any, ...]] = []
        self.sending: list[SenderFacts] = []
        self.received: ReceiverFacts | None = None
        self.replayed = 0x2000000
        self.outcome = "success"
        self.engine: Engine | None = None

    def slots(self) -> Sequence[SlotFacts]:
        return list(self.known.values())

    async def create_slot(self, session: Any, name: str, plugin: str, *, temporary: bool = False, failover: bool = False,
                          copy_of: str | None = None) -> SlotFacts:
        if name in self.known:
            raise DuplicateObject(f'replication slot "{name}" already exists')
        await session.database.file.wal.turn_on()
        end = session.database.file.wal.written
        user = session.process_id if temporary else 0
        self.known[name] = slot = SlotFacts(name, session.database.name, plugin, temporary, user, end, end, failover=failover,
                                            inactive_since=1_000_000)
        return slot

    async def drop_slot(self, session: Any, name: str) -> None:
        if self.known.pop(name, None) is None:
            raise UndefinedObject(f'replication slot "{name}" does not exist')

    async def advance_slot(self, session: Any, name: str, upto: int) -> int:
        if name not in self.known:
            raise UndefinedObject(f'replication slot "{name}" does not exist')
        if upto < self.known[name].confirmed_lsn:
            raise ObjectNotInPrerequisiteState(f"cannot advance replication slot to 0/{upto:X}, minimum is somewhere")
        return upto

    async def read_slot(self, session: Any, name: str, upto_lsn: int | None, upto_changes: int | None, options: dict[str, str], *,
                        consume: bool, binary: bool) -> Sequence[tuple[int, int, bytes]]:
        self.asked.append((name, upto_lsn, upto_changes, options, consume, binary))
        if name not in self.known:
            raise UndefinedObject(f'replication slot "{name}" does not exist')
        found = list(self.changes)
        if consume:
            self.changes.clear()
        return found

    def reset_slot_statistics(self, name: str) -> None:
        self.asked.append(("reset", name))

    def senders(self) -> Sequence[SenderFacts]:
        return self.sending

    def receiver(self) -> ReceiverFacts | None:
        return self.received

    async def wait_for_standbys(self, session: Any, lsn: int, level: str) -> None:
        self.asked.append(("standbys", lsn, level))

    async def wait_for_replay(self, lsn: int, timeout_s: float | None) -> str:
        self.asked.append(("replay", lsn, timeout_s))
        return self.outcome

    async def promote(self, wait_s: float | None) -> bool:
        self.asked.append(("promote", wait_s))
        self.is_standby = False
        assert self.engine is not None
        self.engine.recovery_ended()
        return True

    def replay_lsn(self) -> int | None:
        return self.replayed if self.is_standby else None

    def receive_lsn(self) -> int | None:
        return self.replayed if self.is_standby else None

    def replay_time(self) -> int | None:
        return None

    def pause_replay(self, paused: bool) -> None:
        self.replay_is_paused = paused


class Client:
    """A session that is sent statements one by one, as simple queries."""

    def __init__(self, session: Session) -> None:
        self.session = session

    async def run(self, text: str) -> Answer:
        """Rows as texts, or the error; and notices."""
        session = self.session
        try:
            (raw,) = session.split(text)
            portal = await session.prepare_simple(raw)
            await portal.start()
            rows = []
            while not portal.finished:
                for row in await portal.fetch(1000):
                    rows.append([None if value is None else encode(value).decode()
                                 for encode, value in zip(portal.encoders, row, strict=True)])
            await session.sync()
            found: Answer = {"rows": rows} if portal.columns is not None else {"tag": portal.tag}
        except SqlError as error:
            await session.fail()
            found = {"error": [error.sqlstate, error.message, error.detail, error.hint]}
        notices = [[notice.severity, notice.message] for notice in session.take_notices()]
        return found | ({"notices": notices} if notices else {})

    async def rows(self, text: str) -> Any:
        """Of a statement that must succeed."""
        found = await self.run(text)
        assert "error" not in found, found
        return found.get("rows")

    async def error(self, text: str) -> tuple[str, str]:
        """SQLSTATE and message of a statement that must fail."""
        found = await self.run(text)
        assert "error" in found, found
        return found["error"][0], found["error"][1]


class Server:
    """An engine with its pretended replication."""

    def __init__(self, engine: Engine, replication: PretendedReplication) -> None:
        self.engine, self.replication = engine, replication
        self._clients: list[Client] = []

    async def client(self, user: str = "postgres", **options: str) -> Client:
        """Another session."""
        found = Client(await self.engine.connect(self.engine.default_database, user, {"timezone": "UTC"} | options))
        found.session.process_id = 1000 + len(self._clients)
        self._clients.append(found)
        return found

    async def close(self) -> None:
        for client in self._clients:
            await client.session.terminate()
        await self.engine.close()


@asynccontextmanager
async def serving(path: Path, *, is_standby: bool = False, settings: dict[str, str] | None = None) -> AsyncIterator[Server]:
    """A server on a file."""
    engine = await Engine.open(str(path), settings=settings or {})
    replication = PretendedReplication(is_standby=is_standby)
    replication.engine = engine
    engine.attach_replication(replication)
    server = Server(engine, replication)
    try:
        yield server
    finally:
        await server.close()


def statements(name: str) -> list[str]:
    """The statements of a script, one a line."""
    lines = (HERE / f"{name}.sql").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("--")]


def recorded(name: str) -> list[Answer]:
    """What PostgreSQL 18 has answered to them."""
    found: list[Answer] = json.loads((HERE / f"{name}.json").read_text())
    return found


def record(name: str, dsn: str) -> None:
    """Ask PostgreSQL."""
    found: list[Answer] = []
    with psycopg.connect(dsn, autocommit=True) as connection:
        notices: list[list[str]] = []
        connection.add_notice_handler(lambda d: notices.append([str(d.severity), str(d.message_primary)]))
        for text in statements(name):
            notices.clear()
            try:
                cursor = psycopg.ClientCursor(connection)
                cursor.execute(text.encode())
                result = cursor.pgresult
                assert result is not None
                if cursor.description is None:
                    answer: Answer = {"tag": (result.command_status or b"").decode()}
                else:
                    cells = [[result.get_value(r, c) for c in range(result.nfields)] for r in range(result.ntuples)]
                    answer = {"rows": [[None if cell is None else cell.decode() for cell in row] for row in cells]}
            except psycopg.Error as error:
                d = error.diag
                answer = {"error": [d.sqlstate, d.message_primary, d.message_detail, d.message_hint]}
            found.append(answer | ({"notices": list(notices)} if notices else {}))
    (HERE / f"{name}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    record(sys.argv[1], sys.argv[2])
