"""`pgquill backup`, `pgquill restore` and `pgquill verify`: base backups, for operators.

What takes time to import is imported when it is needed.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from replication.backup_store import Store
    from replication.fetching import Progress
    from replication.manifest import Manifest
    from replication.restoring import Report

INTERRUPTED = 130
SCHEMES = ("postgresql://", "postgres://")

BackupArgument = Annotated[Path, typer.Argument(help="A folder, or a .tar or .tar.gz file, that pgquill backup has made.")]


def backup(
    source: Annotated[str, typer.Argument(help="postgresql://..., or a SQLite file or folder of .db files, served or not.")],
    destination: Annotated[Path, typer.Argument(help="A new folder, or a new .tar or .tar.gz file.")],
    max_rate: Annotated[str | None, typer.Option(metavar="RATE", help="The most to read in a second: 500k, 20M.")] = None,
    label: Annotated[str, typer.Option(help="What the backup says of itself.")] = "pgquill backup",
) -> None:
    """Copy a database, consistently and while it is used, and check that all of it has arrived."""
    from replication.backup_store import open_store
    from replication.base_backup import MAX_RATE_KIB

    rate = None if max_rate is None else _rate(max_rate, MAX_RATE_KIB)

    def run() -> None:
        if not source.startswith(SCHEMES) and not Path(source).exists():
            from replication.backup_store import BackupFailed

            raise BackupFailed(f"{source}: there is no such file or folder")
        store = open_store(destination)
        try:
            with _bar(f"backing up {_shown(source)}") as bar:
                manifest = _take(source, store, label, rate, bar)
        except BaseException:
            store.abandon()
            raise
        print(f"{destination}: {_size(manifest)} of {_names(manifest)}, up to {manifest.end} of timeline {manifest.timeline}")

    _run(run)


def restore(
    backup: BackupArgument,
    target: Annotated[Path, typer.Argument(help="The new SQLite file; a new folder for several databases.")],
) -> None:
    """Make a file that can be served of a backup. Its checksums are compared, and SQLite looks through all of it."""
    def run() -> None:
        from replication.restoring import restore

        with _bar(f"restoring {backup}") as bar:
            manifest = restore(backup, target, bar.report)
        print(f"{target}: {_size(manifest)} of {_names(manifest)} restored and checked")
        print(f"  pgquill serve {target}")

    _run(run)


def verify(
    backup: BackupArgument,
    quick: Annotated[bool, typer.Option("--quick", help="Compare checksums only; do not have SQLite look through it.")] = False,
) -> None:
    """Is a backup whole? Exit status 1 if it is not."""
    def run() -> None:
        from replication.restoring import verify

        with _bar(f"verifying {backup}") as bar:
            manifest = verify(backup, quick=quick, report=bar.report)
        print(f"{backup}: {_size(manifest)} of {_names(manifest)} {'as they were' if quick else 'sound'}")

    _run(run)


def _take(source: str, store: "Store", label: str, rate: int | None, bar: "_Bar") -> "Manifest":
    import trio

    from replication import fetching
    from replication.base_backup import Options

    if source.startswith(SCHEMES):
        return trio.run(fetching.fetch_backup, source, store, label, rate, bar.progress)
    options = Options(label, has_manifest=True, max_rate=None if rate is None else rate * 1024)
    return trio.run(fetching.copy_files, Path(source), store, options, bar.progress)


def _rate(text: str, limits: tuple[int, int]) -> int:
    """KiB a second, as pg_basebackup reads --max-rate: a number of KiB, or one with k or M."""
    factor = {"k": 1, "m": 1024}.get(text[-1:].lower(), 0)
    digits = text[:-1] if factor else text
    low, high = limits
    try:
        rate = int(float(digits) * (factor or 1))
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text} is no rate", param_hint="--max-rate") from None
    if not low <= rate <= high:
        raise typer.BadParameter(f"must be from {low} to {high} kilobytes a second", param_hint="--max-rate")
    return rate


def _shown(source: str) -> str:
    """A source without its password."""
    scheme, mark, rest = source.partition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}{mark}{user.split(':')[0]}{at}{place.partition('?')[0]}" if mark else source


def _size(manifest: "Manifest") -> str:
    from rich.filesize import decimal

    return decimal(sum(file.size for file in manifest.files))


def _names(manifest: "Manifest") -> str:
    return ", ".join(file.path for file in manifest.files if file.path.endswith(".db"))


class _Bar:
    """A progress bar for one job, on stderr; nothing is drawn where that is no terminal."""

    def __init__(self, bars: "Bars", task: "TaskID") -> None:
        self._bars, self._task = bars, task

    @property
    def progress(self) -> "Progress":
        """For replication.fetching."""
        from replication.fetching import Progress

        return Progress(self._total, self._done)

    @property
    def report(self) -> "Report":
        """For replication.restoring."""
        from replication.restoring import Report

        return Report(self._both, self._phase)

    def _total(self, size: int) -> None:
        self._bars.update(self._task, total=size)

    def _done(self, size: int) -> None:
        self._bars.update(self._task, completed=size)

    def _both(self, done: int, total: int) -> None:
        self._bars.update(self._task, completed=done, total=total)

    def _phase(self, text: str) -> None:
        self._bars.update(self._task, description=text)


@contextmanager
def _bar(description: str) -> Iterator[_Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
               TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield _Bar(bars, bars.add_task(description, total=None))


def _run(job: Callable[[], None]) -> None:
    """Do it; why not is told on stderr, with exit status 1. SIGTERM is as good as Ctrl-C: nothing is left half made."""
    from replication.backup_store import BackupFailed

    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        job()
    except BackupFailed as error:
        print(f"pgquill: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        print("pgquill: interrupted; nothing was left", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
