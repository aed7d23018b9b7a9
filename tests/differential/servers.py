"""Asks a server for expressions, one simple query each, and notes what it answers."""

from collections.abc import Callable, Iterable, Iterator
from select import select
from time import monotonic

from psycopg import pq
from psycopg.pq.abc import PGresult

from tests.differential.groups import statements
from tests.differential.literals import SETUP
from tests.differential.model import Answer, Case

FIRST_MADE_OID = 16384
CRASHED, STUCK = "08006", "57P05"
PATIENCE_S = 15.0


class Server:
    """One connection in text format."""

    def __init__(self, conninfo: str, *, setup: bool = True, restart: Callable[[], None] | None = None) -> None:
        self.conninfo = conninfo
        self.restart = restart
        self.connect()
        for statement in SETUP if setup else ():
            self.send(statement)
        rows = self.send(f"oid, typname FROM pg_type WHERE oid >= {FIRST_MADE_OID}", prefix="SELECT ").rows
        self.made = {int(oid or 0): str(name) for oid, name in rows}

    def connect(self) -> None:
        """Connect (again)."""
        self.link = pq.PGconn.connect(self.conninfo.encode())
        if self.link.status != pq.ConnStatus.OK:
            raise ConnectionError(self.link.error_message.decode(errors="replace"))
        self.group: int | None = None
        self.made = getattr(self, "made", {})

    def send(self, text: str, prefix: str = "") -> Answer:
        """One query's answer; a lost connection is SQLSTATE 08006, and made again."""
        result = self.result(prefix + text)
        if result is None:
            if self.restart is not None:
                self.restart()
            self.connect()
            return Answer(sqlstate=STUCK, message=f"no answer within {PATIENCE_S} s")
        if result.status == pq.ExecStatus.TUPLES_OK:
            columns = tuple((self.named(result.ftype(i)), result.fmod(i)) for i in range(result.nfields))
            rows = tuple(tuple(_text(result.get_value(row, i)) for i in range(result.nfields)) for row in range(result.ntuples))
            return Answer(columns, rows)
        if result.status == pq.ExecStatus.COMMAND_OK:
            return Answer()
        state = result.error_field(pq.DiagnosticField.SQLSTATE)
        if state is None or self.link.status != pq.ConnStatus.OK:
            self.connect()
            return Answer(sqlstate=CRASHED, message=result.error_message.decode(errors="replace"))
        return Answer(sqlstate=state.decode(),
            message=(result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode(errors="backslashreplace"))

    def result(self, text: str) -> PGresult | None:
        """The last result of a query; None if there is none within PATIENCE_S."""
        self.link.send_query(text.encode())
        deadline = monotonic() + PATIENCE_S
        found = None
        while True:
            while self.link.is_busy():
                if not select([self.link.socket], [], [], max(deadline - monotonic(), 0))[0]:
                    return None
                self.link.consume_input()
            result = self.link.get_result()
            if result is None:
                assert found is not None
                return found
            found = result

    def named(self, oid: int) -> int | str:
        """A type's OID, or its name if a user made it."""
        return self.made.get(oid, oid)

    def answer(self, case: Case) -> Answer:
        """What it says to one expression, under its settings."""
        if case.group != self.group:
            for statement in statements(case.group, self.group):
                failed = self.send(statement)
                assert not failed.sqlstate, (statement, failed)
            self.group = case.group
        return self.send(case.text, "SELECT ")

    def close(self) -> None:
        """End the connection."""
        self.link.finish()


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="backslashreplace")


def by_group(cases: Iterable[Case]) -> list[Case]:
    """In an order that seldom changes the settings."""
    return sorted(cases, key=lambda case: (case.group, case.family))


def answers(server: Server, cases: Iterable[Case]) -> Iterator[tuple[Case, Answer]]:
    """Each case with its answer."""
    for case in cases:
        yield case, server.answer(case)
