"""Score pgquill with PostgreSQL's own regression scripts, and compare with the record.

    python -m tools.conformance                       # all files, in one database, in schedule order
    python -m tools.conformance --fast                # the files the test suite runs, each in its own database
    python -m tools.conformance --only numeric,jsonb --top 20
    python -m tools.conformance [--fast] --update     # raise the record to what was reached; it is never lowered

The scripts and the scorer (pgregress.py) lie outside this repository: in ../shared/conformance, or where
$PGQUILL_CONFORMANCE points. The record, tests/conformance/record.json, holds per mode and file the statements that
are exact: all of them, and those for which PostgreSQL prints something. The latter is the honest number.
The two modes are scored apart, because a script that runs after others finds their tables.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.pgquill_server import PgquillServer
from tests.postgres18 import Postgres18

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "tests" / "conformance" / "record.json"
SCORES = ("exact", "shown_exact")
TOTALS = ("total", "shown_total")
RECORD_MODES = SEQUENTIAL, ISOLATED = "sequential", "isolated"

FAST = ("boolean", "varchar", "text", "int2", "int8", "float4", "money", "date", "timetz", "md5", "errors",
        "select_into", "drop_if_exists")
"""Files the test suite scores: each takes a second or two, and together they touch every layer."""

Scores = dict[str, dict[str, int]]
"""File -> {"exact", "total", "shown_exact", "shown_total"}."""
Record = dict[str, Scores]
"""Mode -> file -> scores."""


class ScorerFailed(Exception):
    """The scorer gave no scores; the message holds what it printed."""


@dataclass(frozen=True)
class Difference:
    """A file whose score is not the one on record."""

    file: str
    score: str
    recorded: int
    reached: int

    def __str__(self) -> str:
        direction = "fell below" if self.reached < self.recorded else "is above"
        return f"{self.file}: {self.score} {self.reached} {direction} the record of {self.recorded}"


def scorer_folder() -> Path | None:
    """Where pgregress.py is; None when this machine does not have it."""
    places = [Path(os.environ["PGQUILL_CONFORMANCE"])] if "PGQUILL_CONFORMANCE" in os.environ else []
    # In a git worktree the repository's neighbour is the main checkout's.
    common = subprocess.run(["git", "rev-parse", "--path-format=absolute", "--git-common-dir"],
                            cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    roots = [ROOT, *([Path(common).parent] if common else [])]
    places += [root.parent / "shared" / "conformance" for root in roots]
    return next((place for place in places if (place / "pgregress.py").exists()), None)


def run_scorer(folder: Path, port: int, only: tuple[str, ...], *, top: int = 0, quiet: bool = False) -> Scores:
    """Score the server on `port`; only = () means all files in one database. Raises ScorerFailed."""
    with tempfile.TemporaryDirectory(prefix="pgquill-conformance-") as scratch:
        report = Path(scratch) / "report.json"
        argv = [sys.executable, str(folder / "pgregress.py"), "--port", str(port), "--user", "postgres",
                "--json", str(report), "--top", str(top)]
        argv += ["--only", ",".join(only), "--isolated"] if only else []
        done = subprocess.run(argv, stdout=subprocess.PIPE if quiet else None,
                              stderr=subprocess.STDOUT if quiet else None, text=True, check=False)
        if done.returncode != 0 or not report.exists():
            raise ScorerFailed(f"pgregress.py ended with status {done.returncode}\n{done.stdout or ''}")
        files: dict[str, dict[str, Any]] = json.loads(report.read_text(encoding="utf-8", errors="replace"))["files"]
    return {name: {key: int(entry[key]) for key in (*SCORES, *TOTALS)} for name, entry in files.items()}


def load_record() -> Record:
    """The record as committed."""
    record: Record = json.loads(RECORD.read_text(encoding="utf-8"))
    return record


def differences(recorded: Scores, reached: Scores) -> list[Difference]:
    """Files among those reached whose score is below or above the record; a file without a record counts as 0."""
    found = []
    for name, scores in reached.items():
        for score in SCORES:
            before = recorded.get(name, {}).get(score, 0)
            if scores[score] != before:
                found.append(Difference(name, score, before, scores[score]))
    return found


def raised(recorded: Scores, reached: Scores) -> Scores:
    """The record after this run: for each score the larger of the two."""
    result = dict(recorded)
    for name, scores in reached.items():
        before = recorded.get(name, {})
        result[name] = scores | {score: max(scores[score], before.get(score, 0)) for score in SCORES}
    return dict(sorted(result.items()))


def write_record(record: Record) -> None:
    """One file a line, so that a change of the record reads well."""
    modes = []
    for mode, files in record.items():
        rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(scores)}" for name, scores in files.items())
        modes.append(f" {json.dumps(mode)}: {{\n{rows}\n }}" if rows else f" {json.dumps(mode)}: {{}}")
    RECORD.write_text("{\n" + ",\n".join(modes) + "\n}\n", encoding="utf-8")


def print_table(recorded: Scores, reached: Scores, console: Console) -> None:
    """Every file scored, beside its record, and the sums."""
    table = Table(title="statements for which PostgreSQL prints something, and all statements")
    table.add_column("file")
    for heading in ("shown exact", "of", "record", "exact", "of", "record"):
        table.add_column(heading, justify="right")
    for name, scores in reached.items():
        before = recorded.get(name, {})
        down = any(scores[score] < before.get(score, 0) for score in SCORES)
        up = any(scores[score] > before.get(score, 0) for score in SCORES)
        table.add_row(*row(name, scores, before), style="red" if down else "green" if up else None)
    sums = {key: sum(scores[key] for scores in reached.values()) for key in (*SCORES, *TOTALS)}
    before = {score: sum(recorded.get(name, {}).get(score, 0) for name in reached) for score in SCORES}
    table.add_section()
    table.add_row(*row(f"{len(reached)} files", sums, before))
    console.print(table)


def row(name: str, scores: dict[str, int], before: dict[str, int]) -> list[str]:
    """The cells of one line of the table."""
    return [name, str(scores["shown_exact"]), str(scores["shown_total"]), str(before.get("shown_exact", 0)),
            str(scores["exact"]), str(scores["total"]), str(before.get("exact", 0))]


@contextmanager
def served(against: str) -> Iterator[int]:
    """The port of a fresh server: pgquill on an empty cluster folder, or PostgreSQL to try the scorer itself."""
    if against == "postgres":
        reference = Postgres18()
        try:
            yield reference.port
        finally:
            reference.stop()
        return
    with tempfile.TemporaryDirectory(prefix="pgquill-cluster-") as cluster:
        server = PgquillServer(Path(cluster))
        try:
            yield server.port
        finally:
            server.stop()


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Score pgquill with PostgreSQL's regression scripts.")
    parser.add_argument("--only", help="comma-separated names of files, each in its own database")
    parser.add_argument("--fast", action="store_true", help=f"only {', '.join(FAST)}, as the test suite does")
    parser.add_argument("--update", action="store_true", help="raise the record; it is never lowered")
    parser.add_argument("--top", type=int, default=0, metavar="N", help="also print the N commonest errors")
    parser.add_argument("--against", choices=("pgquill", "postgres"), default="pgquill",
                        help="postgres: score the reference itself; the record is left alone")
    return parser.parse_args()


def main() -> None:
    """Score, print, and raise the record if asked; exit status 1 when a file is below its record."""
    options = arguments()
    folder = scorer_folder()
    if folder is None:
        sys.exit("no pgregress.py in ../shared/conformance; set PGQUILL_CONFORMANCE to its folder")
    only = tuple(options.only.split(",")) if options.only else FAST if options.fast else ()
    mode = ISOLATED if only else SEQUENTIAL
    with served(options.against) as port:
        reached = run_scorer(folder, port, only, top=options.top)
    record = load_record()
    recorded = record.get(mode, {})
    print_table(recorded, reached, Console())
    if options.against != "pgquill":
        return
    if options.update:
        write_record(record | {mode: raised(recorded, reached)})
        subprocess.run([sys.executable, "-m", "tools.compat"], cwd=ROOT, check=True)
    fallen = [each for each in differences(recorded, reached) if each.reached < each.recorded]
    if fallen:
        sys.exit("\n".join(map(str, fallen)))


if __name__ == "__main__":
    main()
