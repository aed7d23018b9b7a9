"""Runs the parts of a failed statement again, inside a savepoint that its user rolls back."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from trio import CancelScope, current_time
from trio.lowlevel import checkpoint

from executor import plan
from executor.analysis import Analyzed
from executor.bind.statement import Statement as Binding
from executor.bind.target import stored_expression
from executor.catalog.model import Catalog, Relation
from executor.catalog.usertypes import numbered
from executor.errors import SqlError
from executor.lower.generator import Lowered, Slot
from executor.lower.probes import ROW
from executor.parse import Source
from executor.types.base import Env, Stored
from storage.rows import Rows
from storage.statement import Statement
from storage.transaction import Transaction

if TYPE_CHECKING:
    from executor.session import Session

ROWS_MAX = 10_000
SECONDS_MAX = 1.0
YIELD_EVERY = 32
"""Statements between two turns of the event loop."""


class GiveUp(Exception):
    """It cannot be found out, or not with bounded effort: the error stays as it is."""


class Replay:
    """One failed statement. `values` are those of its slots."""

    def __init__(self, session: "Session", transaction: Transaction, analyzed: Analyzed,
                 values: Sequence[Stored]) -> None:
        self.session = session
        self.transaction = transaction
        self.analyzed = analyzed
        self.catalog: Catalog = analyzed.catalog
        self.known: dict[Slot, Stored] = dict(zip(analyzed.lowered.slots, values, strict=True))
        self.binding = Binding(catalog=analyzed.catalog, context=session.context, search_path=session.search_path(),
                               source=Source(""), positions=False)
        self.deadline = current_time() + SECONDS_MAX
        self.runs = 0

    @property
    def env(self) -> Env:
        """The settings values are printed with."""
        return self.session.context.env

    def relation(self, oid: int) -> Relation:
        """A relation of the catalog (GiveUp if it is gone)."""
        found = self.catalog.relations_by_oid.get(oid)
        if found is None:
            raise GiveUp
        return numbered(self.catalog, found)

    def bound(self, entry: plan.TableEntry, text: str) -> plan.Expr | None:
        """A stored expression over a table's columns; None for one that only SQLite understands."""
        try:
            return stored_expression(self.binding, entry, text)
        except SqlError:
            return None

    async def rows(self, lowered: Lowered, row: Sequence[Stored] = (), limit: int = ROWS_MAX) -> list[tuple[Any, ...]]:
        """The first rows of a query, which is given up with the deadline."""
        with CancelScope(deadline=self.deadline) as scope:
            result = await self._run(lowered, row, writes=False)
            found: list[tuple[Any, ...]] = []
            try:
                while len(found) < limit and (chunk := await result.fetch(limit - len(found))):
                    found += chunk
            finally:
                await result.close()
        if scope.cancelled_caught:
            raise GiveUp
        return found

    async def exists(self, lowered: Lowered, row: Sequence[Stored] = ()) -> bool:
        """True if a query gives a row."""
        return bool(await self.rows(lowered, row, 1))

    async def change(self, lowered: Lowered, row: Sequence[Stored] = ()) -> None:
        """A change, which is never stopped in the middle: that would lose the transaction."""
        with CancelScope(shield=True):
            await (await self._run(lowered, row, writes=True)).close()

    async def _run(self, lowered: Lowered, row: Sequence[Stored], *, writes: bool) -> Rows:
        self.runs += 1
        if self.runs % YIELD_EVERY == 0:
            await checkpoint()
        if current_time() > self.deadline:
            raise GiveUp
        statement: Statement = lowered.statement
        if lowered.system:
            from executor.systemtables import system_tables

            statement = system_tables(self.session, replace(self.analyzed, lowered=lowered))
        statement = Statement(statement.sql, statement.needs, writes, statement.temp_schema)
        return await self.transaction.run(statement, list(self._values(lowered.slots, row)))

    def _values(self, slots: Iterable[Slot], row: Sequence[Stored]) -> Iterable[Stored]:
        for slot in slots:
            if slot.source == "param" and slot.number >= ROW:
                yield row[slot.number - ROW]
            elif slot in self.known:
                yield self.known[slot]
            else:
                raise GiveUp
