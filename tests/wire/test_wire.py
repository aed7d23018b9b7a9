"""Every wire script against our server (with the small engine) and against PostgreSQL 18."""

from pathlib import Path

import pytest
import trio

from tests.pgwire.serving_fixture import serving
from tests.postgres18 import Postgres18
from tests.wire.script import Runner, Script, read_scripts

SCRIPTS = [script for path in sorted(Path(__file__).parent.glob("*.txt")) for script in read_scripts(path)]
each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.file}: {script.title}")


@pytest.mark.trio
@each_script
async def test_script_against_pgquill_passes(script: Script) -> None:
    async with serving() as server:
        await Runner("127.0.0.1", server.port, "pgquill").run(script)


@each_script
def test_script_against_postgresql_passes(script: Script, postgres18: Postgres18) -> None:
    trio.run(Runner(postgres18.host, postgres18.port, "postgres").run, script)
