"""Triggers that fire outside of a change's own statement: of TRUNCATE, and those put off to the end of the transaction."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from executor.bind.statement import Statement as Binding
from executor.catalog.model import Relation
from executor.lower.firing import FIRE
from executor.parse import Source
from executor.translate import translate
from executor.triggers.calls import Call, chosen_statement
from executor.triggers.firing import Firing, firing_of
from executor.triggers.state import Level, state_of
from executor.waiting import run_waiting
from storage.errors import EngineError, LockConflict

if TYPE_CHECKING:
    from executor.session import Session


def firing(session: "Session", relation: Relation) -> Firing | None:
    """A relation's triggers, for what is not bound as a statement."""
    catalog = session.context.catalog
    s = Binding(catalog=catalog, context=session.context, search_path=session.search_path(), source=Source(""))
    return firing_of(s, relation)


async def fire_truncate(session: "Session", relations: Iterable[Relation], timing: str) -> None:
    """Fire the TRUNCATE triggers of these tables, in the statement's transaction."""
    calls: list[Call] = []
    for relation in relations:
        found = firing(session, relation) if relation.triggers else None
        if found is not None:
            triggers = chosen_statement(session.context, found, timing, "TRUNCATE")
            calls += [Call(found, trigger, "TRUNCATE") for trigger in triggers]
    if calls:
        await run_level(session, Level(calls))


async def fire_pending(session: "Session", wanted: Callable[[Call], bool] = lambda call: True) -> None:
    """Make the calls that were put off, as far as they are wanted, and those that they put off in turn."""
    state = state_of(session.context)
    while any(map(wanted, state.pending)):
        before = list(state.pending)
        now = [call for call in before if wanted(call)]

        async def run(before: list[Call] = before, now: list[Call] = now) -> bool:
            state.pending[:] = [call for call in before if not wanted(call)]
            return await run_level(session, Level(list(now), is_last=True))

        await run_waiting(session, run)


async def run_level(session: "Session", level: Level) -> bool:
    """Make the calls of a level, in the session's transaction. Gives True, for executor.waiting."""
    context, transaction = session.context, session.block.ensure()
    state = state_of(context)
    kept, state.level = state.level, level
    try:
        with session.block.timeout():
            await transaction.begin_write()
            rows = await transaction.run(FIRE)
        await rows.close()
        return True
    except LockConflict:
        raise
    except EngineError as error:
        raise translate(error, context.catalog) from None
    finally:
        state.level = kept
