# ruff: noqa: ASYNC220  (the other process is the point)
import os
import signal
import subprocess
import sys

import pytest

from storage.database import Database
from tests.storage.bench import Bench

pytestmark = pytest.mark.trio

WRITER = """
import sys, trio
from storage.database import Database
from storage.statement import Statement

async def main():
    database = Database.open(sys.argv[1])
    add = Statement("INSERT INTO t VALUES (?)", writes=True)
    number = 0
    while True:
        number += 1
        transaction = database.transaction()
        await transaction.run(add, (number,), autocommit=True)
        await transaction.commit()
        print(number, flush=True)

trio.run(main)
"""


async def test_acknowledged_commits_survive_a_killed_process(path: str) -> None:
    bench = Bench(Database.open(path))
    await bench.execute("CREATE TABLE t(x INTEGER PRIMARY KEY)")
    await bench.database.close()
    process = subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = 0
    while acknowledged < 200:
        acknowledged = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    acknowledged = int(([str(acknowledged), *process.stdout.read().split("\n")[:-1]])[-1])
    process.wait()
    process.stdout.close()
    bench = Bench(Database.open(path))
    [(count, last)] = await bench.query("SELECT count(*), max(x) FROM t")
    assert count == last
    assert last in (acknowledged, acknowledged + 1)
    await bench.database.close()
