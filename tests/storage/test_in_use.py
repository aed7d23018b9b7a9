import subprocess
import sys
from pathlib import Path

from storage.in_use import is_in_use

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("CREATE TABLE IF NOT EXISTS t(a)")
print("ready", flush=True)
sys.stdin.read()
"""


def test_file_is_in_use_while_another_program_has_it_open(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with subprocess.Popen([sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        holder.stdout.readline()
        assert is_in_use(str(path))
        holder.stdin.close()
        holder.wait(30)
    assert not is_in_use(str(path))
