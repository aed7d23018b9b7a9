"""How an analyzed statement is run: as one SQLite statement, in several steps, or with its calls of routines made apart."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from executor.analysis import Analyzed, slot_values
from executor.types.base import Stored
from storage.rows import Rows

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
