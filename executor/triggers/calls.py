"""Which triggers fire for what, and their calls."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from executor.catalog.model import Trigger
from executor.context import Context
from executor.errors import SqlError, not_supported
from executor.facts import lookup
from executor.routines.trigger import Transition, TriggerData, call_trigger
from executor.sqlstates import ERIETriggerProtocolViolated, StatementTooComplex, UndefinedFunction
from executor.translate import translate
from executor.triggers.firing import Fired, Firing, Row
from executor.triggers.state import state_of
from storage.errors import EngineError, LockConflict, NeedsWriter

DEPTH_MAX = 150
"""Triggers that fire triggers: deeper, the C stack might not be enough."""
PASSED = (LockConflict, NeedsWriter)
"""Not errors of the statement: the executor runs it again."""


@dataclass(slots=True)
class Moved:
    """The rows that one statement has changed in one table by one kind of event, for transition tables."""

    old: list[Row] = field(default_factory=list)
    new: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Call:
    """A call that is still to be made."""

    firing: Firing
    trigger: Trigger
    event: str
    old: Row | None = None
    new: Row | None = None
    moved: Moved | None = None


def guarded(error: EngineError, context: Context) -> Exception:
    """What a storage error of a statement that runs inside another is for its caller."""
    if isinstance(error, PASSED):
        return error
    return translate(error, context.catalog)


def enabled(context: Context, trigger: Trigger) -> bool:
    """Whether a trigger fires under session_replication_role as it is."""
    return trigger.enabled in ("RA" if context.is_applying else "OA")


def chosen(context: Context, firing: Firing, timing: str, level: str, event: str, updated: frozenset[int], old: Row | None = None,
           new: Row | None = None) -> Iterator[Trigger]:
    """The triggers that fire, in order."""
    for fired in firing.triggers:
        trigger = fired.trigger
        if trigger.timing != timing or trigger.level != level or event not in trigger.events:
            continue
        if event == "UPDATE" and trigger.columns and updated.isdisjoint(trigger.columns):
            continue
        if enabled(context, trigger) and (fired.condition is None or _holds(context, firing, fired, old, new)):
            yield trigger


def chosen_statement(context: Context, firing: Firing, timing: str, event: str) -> Iterator[Trigger]:
    """The statement triggers for what has no rows, conditions left aside: those of TRUNCATE can only be constant."""
    for fired in firing.triggers:
        trigger = fired.trigger
        if trigger.timing == timing and trigger.level == "STATEMENT" and event in trigger.events and enabled(context, trigger):
            if fired.condition is not None:
                raise not_supported("WHEN of a statement trigger of TRUNCATE or COPY")
            yield trigger


def _holds(context: Context, firing: Firing, fired: Fired, old: Row | None, new: Row | None) -> bool:
    condition = fired.condition
    assert condition is not None
    nothing = (None,) * len(firing.relation.columns)
    try:
        return bool(context.nested.value(condition.statement, condition.values((), (*(old or nothing), *(new or nothing)))))
    except EngineError as error:
        raise guarded(error, context) from error


def call(context: Context, made: Call) -> Row | None:
    """Call a trigger's function; the row that it returns."""
    state = state_of(context)
    if state.depth >= DEPTH_MAX:
        raise StatementTooComplex("stack depth limit exceeded", hint='Increase the configuration parameter "max_stack_depth" '
                                  "(currently 2048kB), after ensuring the platform's stack depth limit is adequate.")
    level, state.level = state.level, None
    active, state.active = state.active, None
    kept, context.kept_rows = context.kept_rows, {}
    state.depth += 1
    try:
        return _called(context, made)
    except EngineError as error:
        raise guarded(error, context) from error
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None
    finally:
        state.depth -= 1
        state.level, state.active, context.kept_rows = level, active, kept


def _called(context: Context, made: Call) -> Row | None:
    relation, trigger = made.firing.relation, made.trigger
    routine = context.catalog.routines_by_oid.get(trigger.function)
    if routine is None:
        return _built_in(trigger)(made)
    data = TriggerData(
        name=trigger.name, when=trigger.timing, level=trigger.level, operation=made.event, relation=relation.oid,
        schema=relation.schema, table=relation.name, old=made.old, new=made.new, arguments=trigger.arguments,
        transitions=_transitions(trigger, made.moved))
    return call_trigger(context, routine, data)


def _transitions(trigger: Trigger, moved: Moved | None) -> tuple[Transition, ...]:
    if moved is None:
        return ()
    named = ((trigger.old_table, moved.old), (trigger.new_table, moved.new))
    return tuple(Transition(name, tuple(rows)) for name, rows in named if name)


def fire(context: Context, calls: list[Call]) -> None:
    """Make calls in their order; those of constraint triggers that wait for the end of the transaction are put off."""
    state = state_of(context)
    for made in calls:
        if state.is_deferred(made.trigger):
            state.pending.append(made)
        else:
            call(context, made)


# ---------------------------------------------------------------- functions that PostgreSQL has


def _built_in(trigger: Trigger) -> Callable[[Call], Row | None]:
    found = lookup.functions_by_oid().get(trigger.function)
    if found is None:
        raise UndefinedFunction(f"function with OID {trigger.function} does not exist")
    if found.name not in BUILT_IN:
        raise not_supported(f"trigger function {found.name}()")
    return BUILT_IN[found.name]


def _suppress_redundant_updates(made: Call) -> Row | None:
    name = "suppress_redundant_updates_trigger"
    for wrong, words in ((made.event != "UPDATE", "must be called on update"),
                         (made.trigger.timing != "BEFORE", "must be called before update"),
                         (made.trigger.level != "ROW", "must be called for each row")):
        if wrong:
            raise _protocol(f"{name}: {words}")
    same = made.old == made.new and [type(v) for v in made.old or ()] == [type(v) for v in made.new or ()]
    return None if same else made.new


def _protocol(message: str) -> SqlError:
    return ERIETriggerProtocolViolated(message)


BUILT_IN: dict[str, Callable[[Call], Row | None]] = {"suppress_redundant_updates_trigger": _suppress_redundant_updates}

