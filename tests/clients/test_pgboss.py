"""pg-boss, a job queue for node: `npm install pg-boss@9` in the folder that PGQUILL_NODE_MODULES names, or globally."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.database import Database

PROGRAM = Path(__file__).with_name("node") / "pgboss.js"


def test_example_of_pgboss_runs_unmodified(database: Database) -> None:
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed")
    environment = dict(os.environ)
    if folder := os.environ.get("PGQUILL_NODE_MODULES"):
        environment["NODE_PATH"] = folder
    if subprocess.run([program, "-e", "require('pg-boss')"], env=environment, capture_output=True, check=False).returncode:
        pytest.skip("node has no module pg-boss: npm install pg-boss@9, and set PGQUILL_NODE_MODULES")
    done = subprocess.run([program, str(PROGRAM), database.url()], env=environment, capture_output=True, text=True, check=False,
                          timeout=60)
    assert (done.returncode, done.stdout) == (
        0, 'created job in queue some-queue\njob received with data: {"param1":"foo"}\n'), done.stderr
