"""Every wire script against pgquill, as users run it, and against PostgreSQL 18."""

from pathlib import Path

import pytest
import trio

from tests.pgquill_server import PgquillServer
from tests.postgres18 import Postgres18
from tests.wire.script import Runner, Script, read_scripts

SCRIPTS = [script for path in sorted(Path(__file__).parent.glob("*.txt")) for script in read_scripts(path)]
each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.file}: {script.title}")


@each_script
def test_script_against_pgquill_passes(script: Script, pgquill: PgquillServer) -> None:
    trio.run(Runner(pgquill.host, pgquill.port, "pgquill").run, script)


@each_script
def test_script_against_postgresql_passes(script: Script, postgres18: Postgres18) -> None:
    trio.run(Runner(postgres18.host, postgres18.port, "postgres").run, script)
