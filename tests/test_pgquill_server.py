from pathlib import Path

import pytest

from tests import pgquill_server
from tests.pgquill_server import PgquillServer, needs_engine
from tests.processes import NotReady

POLITE = """
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
port = sys.argv[sys.argv.index("--port") + 1]
print(f"  URL   postgresql://postgres@127.0.0.1:{port}/app", flush=True)
signal.sigwait({signal.SIGTERM})
sys.exit(STATUS)
"""


def stand_in(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    python = pgquill_server.COMMAND[0]
    monkeypatch.setattr(pgquill_server, "COMMAND", (python, "-c", POLITE.replace("STATUS", str(status))))


def test_server_that_tells_its_address_is_ready_and_stops(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(monkeypatch, 0)
    server = PgquillServer(tmp_path / "app.db")
    assert server.process.running
    assert server.database == "app"
    server.stop()
    assert not server.process.running


def test_server_that_stops_with_an_error_fails_the_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(monkeypatch, 1)
    server = PgquillServer(tmp_path / "app.db")
    with pytest.raises(AssertionError, match="status 1"):
        server.stop()


@needs_engine
def test_server_given_a_file_that_is_no_database_tells_why(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("not a database, but a text that is longer than a header\n" * 20, encoding="utf-8")
    with pytest.raises(NotReady, match="not a database"):
        PgquillServer(path)
