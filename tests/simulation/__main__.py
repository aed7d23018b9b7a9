"""Long runs against any server: python -m tests.simulation lists --dsn ..., kills, power, jobs, soak (see --help)."""

import argparse
import asyncio
import re
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulation.dependencies import find_anomalies
from tests.simulation.histories import Append, History, Level, Read
from tests.simulation.job_queue import run_queue
from tests.simulation.kills import Pgquill, kill_again_and_again
from tests.simulation.list_clients import Manner, collect
from tests.simulation.power import CUTS, power_fails
from tests.simulation.soak import EXPECTED, GROWTH_MAX, Soak
from tests.simulation.standbys import follow_through


def lists(options: argparse.Namespace) -> int:
    """Append-only lists at the levels asked for; 1 if an anomaly was found."""
    found = 0
    for level in (each for each in Level if not options.level or each.value.split()[0].lower() in options.level):
        began = time.monotonic()
        manner = Manner(tuple(options.only), not options.no_savepoints, not options.no_locking, not options.no_thinking)
        history = asyncio.run(collect(options.dsn, level, transactions=options.transactions, clients=options.clients,
                                      seed=options.seed, manner=manner))
        took = time.monotonic() - began
        anomalies = find_anomalies(history)
        print(f"{level.value}: {summary(history)} in {took:.1f} s, {len(anomalies)} anomalies", flush=True)
        for kind, times in Counter(each.kind for each in anomalies).items():
            print(f"  {kind}: {times}")
        for each in anomalies[: options.show]:
            print(f"  {each}")
        for number in sorted({int(name) for each in anomalies[: options.explain] for name in re.findall(r"\bT(\d+)", str(each))}):
            explain(history, number)
        found += len(anomalies)
    return 1 if found else 0


def explain(history: History, number: int) -> None:
    """What a transaction did and when, in milliseconds since the first."""
    start = min(each.began for each in history.transactions)
    transaction = history.transactions[number]
    print(f"  T{number}: {transaction.outcome.value}, COMMIT {1000 * (transaction.commit_sent - start):.1f} to "
          f"{1000 * (transaction.ended - start):.1f}")
    for each in transaction.operations:
        match each:
            case Append(key=key):
                what = f"append {each.element} to {key}{' (undone)' if each.undone else ''}"
            case Read(key=key):
                what = f"read {list(each.values)} of {key}{' locking' if each.locking else ''}"
            case _:
                print(f"    {type(each).__name__}")
                continue
        print(f"    {1000 * (each.began - start):.1f} to {1000 * (each.ended - start):.1f}: {what}")


def summary(history: History) -> str:
    """How the transactions ended."""
    ends = Counter(each.error or each.outcome.value for each in history.transactions)
    return ", ".join(f"{times} {end}" for end, times in sorted(ends.items()))


def kills(options: argparse.Namespace) -> int:
    """Kill a pgquill again and again; 1 if something acknowledged was lost or something was half there."""
    with tempfile.TemporaryDirectory(dir=options.directory) as folder:
        victim = Pgquill(Path(folder) / "fleet.db")
        try:
            wrong = kill_again_and_again(victim, options.kills, options.seed, print)
        finally:
            victim.crash()
        wrong += [f"in the end: {each}" for each in victim.broken()]
    print("\n".join(wrong) or "nothing acknowledged was lost, nothing was half there")
    return 1 if wrong else 0


def standbys(options: argparse.Namespace) -> int:
    """A primary and two standbys, and what can go wrong; 1 if they differed afterwards or something answered was lost."""
    with tempfile.TemporaryDirectory(dir=options.directory) as folder:
        wrong = follow_through(Path(folder), options.rounds, options.seed, synchronous=not options.asynchronous,
                               only=options.only, report=print)
    print("\n".join(wrong) or "all were equal after each round, and nothing answered was lost")
    return 1 if wrong else 0


def power(options: argparse.Namespace) -> int:
    """Cut the power of a simulated disk; 1 if something was wrong afterwards."""
    wrong: list[str] = []
    for seed in range(options.seed, options.seed + options.runs):
        with tempfile.TemporaryDirectory() as folder:
            found = power_fails(Path(folder), seed, inline=seed % 3 > 0)
        print(f"seed {seed}: {len(found)} complaints", end="\n" if found else "\r", flush=True)
        print("".join(f"  {each}\n" for each in found[:5]), end="")
        wrong += found
    print(f"{options.runs} runs, each cut at {CUTS} moments and at its end: {len(wrong)} complaints")
    return 1 if wrong else 0


def jobs(options: argparse.Namespace) -> int:
    """A job queue; 1 if a job was lost, done twice or given to two workers."""
    began = time.monotonic()
    wrong, tally = asyncio.run(run_queue(options.dsn, jobs=options.jobs, workers=options.workers, seed=options.seed))
    took = time.monotonic() - began
    print("\n".join(wrong[:20]))
    print(f"{options.jobs} jobs in {took:.1f} s, {options.jobs / took:.0f} a second, {tally.given_up} given up, at most "
          f"{tally.held_at_most} held at once, {len(wrong)} complaints")
    return 1 if wrong else 0


def soak(options: argparse.Namespace) -> int:
    """Everything at once, for long; 1 if something was wrong. Ctrl-C ends it early, with what was found so far."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("statements", total=options.statements)

        def report(run: Soak) -> None:
            size = f"{run.memory[-1][1] / 2**20:.0f} MB" if run.memory else ""
            progress.update(bar, completed=run.done, description=f"{sum(run.errors.values())} errors {size}")

        run = Soak(options.dsn, options.statements, options.pid, report=report)
        with suppress(KeyboardInterrupt):
            asyncio.run(run.run(options.clients, options.seed))
    for state, times in run.errors.most_common():
        print(f"  {state} {EXPECTED.get(state, 'NOT EXPECTED')}: {times}")
    if run.growth > GROWTH_MAX:
        run.wrong.append(f"the memory has grown by {run.growth - 1:.0%}")
    print("\n".join(dict.fromkeys(run.wrong)))
    print(f"{run.done} statements, {run.cancels} cancels, {run.disconnects} disconnects, memory {run.growth - 1:+.1%}, "
          f"{len(run.wrong)} complaints")
    return 1 if run.wrong else 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("lists", help="append-only lists, and the anomalies in what the clients saw")
    command.set_defaults(run=lists)
    command.add_argument("--dsn", required=True)
    command.add_argument("--transactions", type=int, default=10_000, help="for each level")
    command.add_argument("--clients", type=int, default=8)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--show", type=int, default=10, help="anomalies described in full")
    command.add_argument("--only", action="append", default=[], help="operations, by their names in list_clients.py")
    command.add_argument("--no-savepoints", action="store_true")
    command.add_argument("--no-locking", action="store_true", help="no FOR UPDATE and FOR SHARE")
    command.add_argument("--no-thinking", action="store_true", help="no pauses between statements")
    command.add_argument("--explain", type=int, default=0, help="anomalies whose transactions are printed")
    command.add_argument("--level", action="append", choices=["read", "repeatable", "serializable"])
    command = commands.add_parser("kills", help="writers against a pgquill that is killed with SIGKILL")
    command.set_defaults(run=kills)
    command.add_argument("--kills", type=int, default=50)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--directory", help="where the file is made (default: the temporary folder)")
    command = commands.add_parser("standbys", help="a primary and two standbys, killed, cut off, stopped, promoted")
    command.set_defaults(run=standbys)
    command.add_argument("--rounds", type=int, default=100)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--only", action="append", default=[], help="faults, by their names in standbys.py")
    command.add_argument("--asynchronous", action="store_true", help="answer commits before a standby has them")
    command.add_argument("--directory", help="where the files are made (default: the temporary folder)")
    command = commands.add_parser("power", help="power failures on a simulated disk")
    command.set_defaults(run=power)
    command.add_argument("--runs", type=int, default=300)
    command.add_argument("--seed", type=int, default=1000)
    command = commands.add_parser("jobs", help="a job queue on SKIP LOCKED")
    command.set_defaults(run=jobs)
    command.add_argument("--dsn", required=True)
    command.add_argument("--jobs", type=int, default=20_000)
    command.add_argument("--workers", type=int, default=16)
    command.add_argument("--seed", type=int, default=1)
    command = commands.add_parser("soak", help="statements of all kinds, cancels and disconnects, and the server's memory")
    command.set_defaults(run=soak)
    command.add_argument("--dsn", required=True)
    command.add_argument("--pid", type=int, help="of the server, to watch its memory")
    command.add_argument("--statements", type=int, default=2_000_000)
    command.add_argument("--clients", type=int, default=64)
    command.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    result: int = options.run(options)
    return result


if __name__ == "__main__":
    raise SystemExit(main())
