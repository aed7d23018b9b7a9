"""What a session knows of triggers while a transaction runs: how deep they are, and what constraint triggers have still to do."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Level:
    """A statement whose parts change tables one after the other: what AFTER triggers see of it waits for its end.

    is_last: nothing of the queue can be put off any more. count: rows changed so far (of a COPY).
    """

    queue: list[Any] = field(default_factory=list)
    is_last: bool = False
    count: int = 0
    moved: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class TriggerState:
    """depth: of the trigger that runs, 0 for none. pending: calls put off to the commit. level: see Level.

    modes: what SET CONSTRAINTS has said, constraint trigger's OID -> deferred; everything: what SET CONSTRAINTS ALL has said.
    active: the change (executor.triggers.run) whose row SQLite is writing, if foreign keys' actions come with that.
    """

    depth: int = 0
    pending: list[Any] = field(default_factory=list)
    modes: dict[int, bool] = field(default_factory=dict)
    everything: bool | None = None
    level: Level | None = None
    active: Any = None

    def is_deferred(self, trigger: Any) -> bool:
        """Whether a trigger waits for the end of the transaction now."""
        if not trigger.deferrable:
            return False
        found = self.modes.get(trigger.oid)
        if found is not None:
            return found
        return bool(trigger.deferred if self.everything is None else self.everything)

    def mark(self) -> tuple[Any, ...]:
        """The state now, to come back to after ROLLBACK TO."""
        return tuple(self.pending), dict(self.modes), self.everything

    def restore(self, mark: tuple[Any, ...] | None) -> None:
        """Go back to a mark; None: from before there was a state."""
        pending, modes, self.everything = mark or ((), {}, None)
        self.pending[:] = pending
        self.modes = dict(modes)

    def forget(self) -> None:
        """The transaction has ended."""
        self.depth = 0
        self.pending.clear()
        self.modes.clear()
        self.everything = self.level = self.active = None


def state_of(context: Any) -> TriggerState:
    """The session's state, made when it is first asked for."""
    found = context.triggers
    if found is None:
        found = context.triggers = TriggerState()
    assert isinstance(found, TriggerState)
    return found


def begin_level(context: Any) -> Level | None:
    """A statement of several parts begins; gives the level around it, to be put back at its end."""
    state = state_of(context)
    before, state.level = state.level, Level()
    return before


def mark_of(context: Any) -> tuple[Any, ...] | None:
    """`TriggerState.mark`, without making a state."""
    return None if context.triggers is None else state_of(context).mark()


def restore(context: Any, mark: tuple[Any, ...] | None) -> None:
    """`TriggerState.restore`, without making a state."""
    if context.triggers is not None:
        state_of(context).restore(mark)
