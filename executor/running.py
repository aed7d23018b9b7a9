"""How an analyzed statement is run: as one SQLite statement, in several steps, or with its calls of routines made apart."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from executor.analysis import Analyzed, slot_values
from executor.sqlstates import TRSerializationFailure
from executor.types.base import Stored
from storage.rows import Rows
from storage.statement import Isolation

if TYPE_CHECKING:
    from executor.session import Session

Literals = Sequence[tuple[str, str]]


def runner(session: "Session", transaction: Any, analyzed: Analyzed, parameters: Sequence[Stored],
           literals: Literals) -> Callable[[], Awaitable[Rows | None]]:
    """What runs a statement once; it gives None if the schema is not the one the plan was made for. Raises: LiteralNeeded."""
    session.context.reading = analyzed.reading
    if analyzed.calls_routines:
        from executor.routines.toplevel import run_split, split_of  # few statements call routines

        split = split_of(analyzed)
        if split is not None and (split.alone or analyzed.needs_writer):
            return partial(run_split, session, transaction, analyzed, split, parameters, literals)
    if analyzed.lowered.steps:
        from executor.steps import run_steps  # few statements take several

        return partial(run_steps, session, transaction, analyzed, parameters, literals)
    values = slot_values(analyzed.lowered.slots, parameters, literals, session.context.env)
    return partial(session.run_statement, transaction, session.statement_of(analyzed), values, analyzed)


def same_schema(session: "Session", transaction: Any, version: int) -> bool:
    """Called when a result's schema token is not the catalog's. A statement that reads no table has an old token.

    40001 if the transaction's snapshot is older than the catalog: its rows are not those the plan is about.
    """
    if transaction.isolation is not Isolation.READ_COMMITTED:
        raise TRSerializationFailure(
            "could not serialize access due to a schema change after the transaction's snapshot")
    return bool(session.database.file.schema_token() == version)
