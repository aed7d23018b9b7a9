"""The command line: see the package's description."""

from typing import Annotated

import trio
import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.fuzz.targets import TARGETS, FuzzFailure, Target, run

console = Console()


def main(
    inputs: Annotated[int, typer.Option(min=1, help="How many inputs, over all targets.")] = 100_000,
    seed: Annotated[int, typer.Option(help="Another seed makes other inputs.")] = 1,
    only: Annotated[str | None, typer.Option(help=f"One target: {', '.join(TARGETS)}.")] = None,
    at: Annotated[int | None, typer.Option(help="One input of one target, by its number.")] = None,
    keep_going: Annotated[bool, typer.Option(help="Report failures at the end instead of stopping.")] = False,
) -> None:
    """Send garbage to everything that reads what clients send."""
    chosen = [TARGETS[only]] if only else list(TARGETS.values())
    shares = sum(target.share for target in chosen)
    failures: list[FuzzFailure] = []
    columns = TextColumn("{task.description:>15}"), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, refresh_per_second=1) as progress:
        for target in chosen:
            numbers = range(at, at + 1) if at is not None else range(round(inputs * target.share / shares))
            failures += trio.run(_run, target, seed, numbers, progress, keep_going)
    for failure in failures:
        console.print(failure, markup=False, highlight=False, soft_wrap=True)
        cause = failure.__cause__
        console.print(f"    {type(cause).__name__}: {cause}"[:2000], markup=False, highlight=False, soft_wrap=True)
    if failures:
        raise typer.Exit(1)
    console.print("nothing found")


async def _run(target: Target, seed: int, numbers: range, progress: Progress, keep_going: bool) -> list[FuzzFailure]:
    task = progress.add_task(target.name, total=len(numbers))
    failures: list[FuzzFailure] = []
    done = numbers.start

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if not done % 100:
            progress.update(task, completed=done - numbers.start)

    while done < numbers.stop:
        try:
            await run(target, seed, range(done, numbers.stop), advance)
        except FuzzFailure as failure:
            failures.append(failure)
            done += 1
            if not keep_going:
                break
    progress.update(task, completed=done - numbers.start)
    return failures


if __name__ == "__main__":
    typer.run(main)
