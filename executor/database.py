"""One served database: its SQLite file, its newest catalog, its plan cache, its sequences."""

from time import monotonic
from typing import Any

from executor import origins
from executor.catalog.load import load
from executor.catalog.model import Catalog
from executor.context import Context
from executor.metrics import DatabaseMetrics
from executor.notify import NotifyQueue
from executor.origins import Origin, Origins
from executor.sequences import SequenceStates
from executor.types.base import Stored
from storage.database import Database as File
from storage.statement import Isolation, Statement
from storage.transaction import Transaction

CACHE_MAX = 2000
TOKEN_AGE_S = 0.005


class PlanCache:
    """Analyzed statements by text and what else decides about their meaning; the oldest go when it is full."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    def get(self, key: Any) -> Any:
        """What is kept under a key, or None."""
        return self._kept.get(key)

    def put(self, key: Any, value: Any) -> None:
        """Keep something."""
        if len(self._kept) >= CACHE_MAX:
            for old in list(self._kept)[: CACHE_MAX // 4]:
                del self._kept[old]
        self._kept[key] = value


class ServedDatabase:
    """A database by name."""

    def __init__(self, name: str, oid: int, file: File, notify_queue: NotifyQueue) -> None:
        self.name = name
        self.oid = oid
        self.file = file
        file.locks.label = oid
        self.catalog: Catalog | None = None
        self.plans = PlanCache()
        self.sequences = SequenceStates()
        self.origins = Origins()
        self.origins_are_kept = False  # whether the file has a place for them
        self.sessions: set[Any] = set()
        self._token = -1
        self._token_until = 0.0
        self.notify_queue = notify_queue
        self.metrics = DatabaseMetrics()

    def schema_token(self) -> int:
        """The schema version as committed, not more than TOKEN_AGE_S old: asking SQLite each time would cost 5 us.

        What this misses of another program's change, running the statement notices.
        """
        now = monotonic()
        if now >= self._token_until or self.catalog is None or self._token != self.catalog.version:
            self._token = self.file.schema_token()
            self._token_until = now + TOKEN_AGE_S
        return self._token

    async def newest_catalog(self) -> Catalog:
        """The catalog as committed, read again if another program changed the schema."""
        if self.catalog is None or self.catalog.version != self.file.schema_token():
            await self.reload()
        assert self.catalog is not None
        return self.catalog

    async def reload(self) -> None:
        """Read the catalog and the sequences anew."""
        # One snapshot: between two statements somebody may make a table.
        transaction = self.file.transaction(isolation=Isolation.REPEATABLE_READ, context=Context(self.name, ""))
        try:
            self.catalog = await load(transaction, self.catalog)
            await self.sequences.load(transaction, self.catalog)
            await self._load_origins(transaction)
        finally:
            await transaction.rollback()

    async def _load_origins(self, transaction: Transaction) -> None:
        self.origins_are_kept = bool(await rows_of(transaction, origins.EXISTS))
        found = [Origin(*row) for row in await rows_of(transaction, origins.READ)] if self.origins_are_kept else []
        self.origins.clear()
        self.origins.update((origin.oid, origin) for origin in found)


async def rows_of(transaction: Transaction, sql: str, params: tuple[Stored, ...] = ()) -> list[tuple[Any, ...]]:
    """All rows of a small query of our own."""
    result = await transaction.run(Statement(sql), params)
    found: list[tuple[Any, ...]] = []
    while chunk := await result.fetch(1000):
        found += chunk
    return found
