"""Compare pgquill with PostgreSQL over all generated expressions.

    python -m tests.differential run "host=... port=... user=..."     the table, docs/expressions.md, a list of differences
    python -m tests.differential record "host=... port=... user=..."  PostgreSQL's answers of a selection

The connection string is of a PostgreSQL 18 in which a database may be made; without one, a server is started.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.differential.generate import everything
from tests.differential.model import DIFFERENT, EQUAL, UNSUPPORTED, WORDING, Answer, Case, outcome
from tests.differential.recorded import record, write_document
from tests.differential.servers import Server, by_group
from tests.pgquill_server import PgquillServer
from tests.postgres18 import Postgres18

DATABASE = "differential"
NOT_ANSWERS = frozenset({"57014", "XX000"})
"""PostgreSQL took too long, or found an error in itself."""
COLUMNS = (EQUAL, WORDING, UNSUPPORTED, DIFFERENT)

app = typer.Typer(add_completion=False, no_args_is_help=True)
Conninfo = Annotated[str, typer.Argument(help="a PostgreSQL 18; without it one is started")]


@contextmanager
def reference(conninfo: str) -> Iterator[Server]:
    """PostgreSQL with an empty database of its own."""
    started = None if conninfo else Postgres18()
    conninfo = started.dsn() if started else conninfo
    with psycopg.connect(conninfo, autocommit=True, dbname="postgres") as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
        admin.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 {locale}")
    server = Server(f"{conninfo} dbname={DATABASE}")
    try:
        yield server
    finally:
        server.close()
        if started:
            started.stop()


@contextmanager
def product() -> Iterator[Server]:
    """pgquill with an empty file."""
    with tempfile.TemporaryDirectory() as folder:
        running = [PgquillServer(Path(folder) / "differential.db")]

        def restart() -> None:
            """End it the hard way: it does not answer."""
            running[0].kill()
            running[0] = PgquillServer(Path(folder) / "differential.db")
            server.conninfo = running[0].dsn()

        server = Server(running[0].dsn(), restart=restart)
        try:
            yield server
        finally:
            server.close()
            running[0].stop()


def chosen(families: list[str]) -> list[Case]:
    """The cases of these families, or all."""
    return by_group(case for case in everything() if not families or case.family in families)


@app.command()
def run(conninfo: Conninfo = "", family: Annotated[list[str] | None, typer.Option(help="only this family")] = None,
        details: Annotated[Path | None, typer.Option(help="where to write all differences, as JSON lines")] = None,
        cached: Annotated[Path | None, typer.Option(help="PostgreSQL's answers, kept between runs")] = None,
        document: Annotated[bool, typer.Option(help="write docs/expressions.md")] = False) -> None:
    """Run all expressions on both servers and compare."""
    cases = chosen(family or [])
    answers = reference_answers(conninfo, cases, cached)
    counts: dict[str, Counter[str]] = {}
    found: list[list[Any]] = []
    with product() as server:
        for case in track(cases, "pgquill", console=Console(stderr=True)):
            expected = answers[case]
            if expected.sqlstate in NOT_ANSWERS:
                continue
            got = server.answer(case)
            kind = outcome(expected, got)
            counts.setdefault(case.family, Counter())[kind] += 1
            if kind != EQUAL:
                found.append([kind, case.family, case.group, case.text, expected.packed(), got.packed()])
    show(counts)
    if details:
        details.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in found))
    if document and not family:
        write_document(counts)


def reference_answers(conninfo: str, cases: list[Case], cached: Path | None) -> dict[Case, Answer]:
    """PostgreSQL's answers; those kept from an earlier run are not asked for again."""
    kept: dict[str, Any] = json.loads(cached.read_text()) if cached and cached.exists() else {}
    found: dict[Case, Answer] = {}
    missing = [case for case in cases if f"{case.group} {case.text}" not in kept]
    if missing:
        with reference(conninfo) as server:
            for case in track(missing, "PostgreSQL", console=Console(stderr=True)):
                kept[f"{case.group} {case.text}"] = server.answer(case).packed()
    if cached and missing:
        cached.write_text(json.dumps(kept, ensure_ascii=False))
    for case in cases:
        found[case] = Answer.unpacked(*kept[f"{case.group} {case.text}"])
    return found


def show(counts: dict[str, Counter[str]]) -> None:
    """The table, on the terminal."""
    table = Table("family", *COLUMNS)
    for name in sorted(counts):
        table.add_row(name, *(str(counts[name][kind] or "") for kind in COLUMNS))
    total = sum(counts.values(), Counter())
    table.add_section()
    table.add_row(f"{total.total()} expressions", *(str(total[kind]) for kind in COLUMNS))
    Console().print(table)


@app.command("record")
def record_command(conninfo: Conninfo = "",
                   cached: Annotated[Path | None, typer.Option(help="PostgreSQL's answers, kept between runs")] = None) -> None:
    """Write PostgreSQL's answers of a selection into the recorded folder."""
    record(reference_answers(conninfo, chosen([]), cached))


if __name__ == "__main__":
    app()
