"""The life of a process that runs `pgquill standby`: prepares the file, serves it while it follows, and begins anew with another
copy when this one cannot follow any more.

It is handed what it may not import: how an engine is opened, and how the executor's view of a copy is made.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import random
from typing import Any, Protocol

import structlog
import trio

from replication.client import ConnectionInfo
from replication.first_copy import CannotCopy, discard_new, first_copy
from replication.follower import Timing
from replication.standby import Copy, Standby
from replication.standby_start import CannotFollow, Decision, persist, prepare
from storage.errors import EngineError

OpenEngine = Callable[..., Awaitable[Any]]
MakeCopy = Callable[[Any], Copy]
TOLD_EVERY = 0.1
"""Of the base backup, where nobody sees a bar."""


class Attached(Protocol):
    """replication.service.Replication, as far as it is needed here."""

    standby: Standby | None
    stop_server: Callable[[], None] | None


class StandbyHost:
    """See the module. again: whether the server is to be begun anew when it has stopped."""

    def __init__(self, path: Path, info: ConnectionInfo, slot: str | None, *, rebuild: bool, open_engine: OpenEngine,
                 make_copy: MakeCopy) -> None:
        self._path = path
        self._info = info
        self._slot = slot
        self._from_scratch = rebuild
        self._open_engine = open_engine
        self._make_copy = make_copy
        self._timing = Timing(random)
        self._decision: Decision | None = None
        self.again = True

    async def open_engine(self, path: str, **options: Any) -> Any:
        """What pgwire.serving opens. Raises: CannotFollow."""
        self.again = False
        log = structlog.get_logger()
        with _progress(log) as report:
            self._decision = await prepare(self._path, self._info, self._slot, self._timing, report, log,
                                           rebuild=self._from_scratch)
        self._from_scratch = False
        mark = self._decision.mark
        facts = dict(options.pop("facts", {}))
        if self._decision.follows:
            facts |= {"primary_conninfo": self._info.shown, "primary_slot_name": mark.slot}
        return await self._open_engine(path, name=mark.name, is_copy=self._decision.follows, facts=facts, **options)

    def attach(self, replication: Attached, engine: Any, log: Any) -> None:
        """The engine is open, and has a replication: let it follow."""
        assert self._decision is not None
        wal = engine.databases[self._decision.mark.name].file.wal

        async def rebuild(reason: str) -> None:
            await self._rebuild(replication, log)

        retry_ms, status_s, timeout_ms = (int(engine.server_setting(name)) for name in (
            "wal_retrieve_retry_interval", "wal_receiver_status_interval", "wal_receiver_timeout"))
        self._timing = Timing(random, retry_s=retry_ms / 1000, status_interval_s=status_s, timeout_s=timeout_ms / 1000)
        replication.standby = Standby(wal, self._make_copy(engine), self._info, self._decision.mark, self._timing, rebuild, log,
                                      follows=self._decision.follows)

    async def _rebuild(self, replication: Attached, log: Any) -> None:
        """Take another base backup while this copy still answers, then begin anew with it."""
        assert self._decision is not None
        slot = self._decision.mark.slot
        log.warning("taking a new base backup", file=str(self._path), slot=slot)

        async def take() -> None:
            with _progress(log) as report:
                try:
                    await first_copy(self._info, self._path, slot, report)
                except (CannotCopy, EngineError, OSError) as error:
                    raise CannotFollow(getattr(error, "message", None) or str(error)) from None

        try:
            await persist(take, self._timing, log)
        except CannotFollow as error:
            log.error("this copy stays as it is, and is not kept in step", reason=str(error))
            return
        except trio.Cancelled:  # this copy has become a primary, or the server ends: then the next one begins with this copy
            discard_new(self._path)
            raise
        self.again = True
        if replication.stop_server is not None:
            replication.stop_server()


@contextmanager
def _progress(log: Any) -> Iterator[Callable[[int, int], None]]:
    """Tell how far a base backup is: with a bar, or now and then in the log."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    console = Console(stderr=True)
    bars = Progress(TextColumn("base backup"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
                    console=console, transient=True, disable=not console.is_terminal)
    task = None
    told = 0.0

    def report(received: int, total: int) -> None:
        nonlocal task, told
        if console.is_terminal:
            if task is None:
                bars.start()
                task = bars.add_task("")
            bars.update(task, completed=received, total=total or None)
        elif total and received / total >= told + TOLD_EVERY:
            told = received / total
            log.info("base backup", received_bytes=received, total_bytes=total)

    try:
        yield report
    finally:
        bars.stop()

