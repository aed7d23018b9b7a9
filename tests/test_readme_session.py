"""The session in README.md is real: psql prints it, against PostgreSQL 18 and against pgquill."""

import re
import subprocess
from pathlib import Path

from tests.pgquill_server import ROOT, ServePgquill, needs_engine
from tests.postgres18 import Postgres18, find_programs

PROMPT = "demo=# "


def session() -> list[tuple[str, str]]:
    """(statement, what psql prints for it) in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```psql\n(.*?)```", text, re.DOTALL)
    assert found, "README.md has no psql session"
    steps = found[1].split(PROMPT)[1:]
    return [(statement, expected.rstrip()) for statement, _, expected in (step.partition("\n") for step in steps)]


def psql(dsn: str, statement: str) -> str:
    argv = [str(find_programs() / "psql"), "-X", "-d", dsn]
    done = subprocess.run(argv, input=statement, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).rstrip()


def assert_session_prints_what_readme_says(dsn: str) -> None:
    steps = session()
    assert len(steps) > 2
    for statement, expected in steps:
        assert psql(dsn, statement) == expected


def test_readme_session_run_against_postgres_prints_what_it_says(postgres18: Postgres18) -> None:
    assert psql(postgres18.dsn(), "CREATE DATABASE demo") == "CREATE DATABASE"
    assert_session_prints_what_readme_says(postgres18.dsn("demo"))


@needs_engine
def test_readme_session_run_against_pgquill_prints_what_it_says(tmp_path: Path, serve_pgquill: ServePgquill) -> None:
    assert_session_prints_what_readme_says(serve_pgquill(tmp_path / "demo.db").dsn())
