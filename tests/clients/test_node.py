"""node-postgres. Its module `pg` is found in PGQUILL_NODE_MODULES, a folder where `npm install pg` was run, or globally."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.database import Database

PROGRAM = Path(__file__).with_name("node") / "program.js"


@pytest.fixture(scope="session")
def node() -> tuple[str, dict[str, str]]:
    """The program node, and the environment in which it finds `pg`."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed")
    environment = dict(os.environ)
    if folder := os.environ.get("PGQUILL_NODE_MODULES"):
        environment["NODE_PATH"] = folder
    found = subprocess.run([program, "-e", "require('pg')"], env=environment, capture_output=True, check=False)
    if found.returncode != 0:
        pytest.skip("node has no module pg: npm install pg, and set PGQUILL_NODE_MODULES")
    return program, environment


def test_program_over_node_postgres_does_what_it_asserts(node: tuple[str, dict[str, str]], database: Database) -> None:
    program, environment = node
    argv = [program, str(PROGRAM), database.url()]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
