"""The current values of a database's sequences.

They are kept in memory and never rolled back, as in PostgreSQL. A transaction that took values writes the sequence's
state into `pgquill_sequence` when it commits, so what a committed row used is never given out again after a crash.
"""

from collections.abc import Callable
from typing import Any

from executor.catalog.model import FIRST_TEMPORARY_OID, Catalog, Sequence
from executor.sqlstates import ObjectNotInPrerequisiteState, SequenceGeneratorLimitExceeded, UndefinedTable
from storage.statement import Statement

SAVE = Statement("INSERT OR REPLACE INTO pgquill_sequence(oid, last_value, is_called) VALUES (?1, ?2, ?3)", writes=True)
READ = Statement("SELECT oid, last_value, is_called FROM pgquill_sequence")
READ_TEMPORARY = Statement("SELECT oid, last_value, is_called FROM temp.pgquill_temp_sequence", temp_schema=True)
"""Of temporary sequences only what DDL sets is ever read there; their states need not outlive the process."""


def limit_reached(sequence: Sequence) -> SequenceGeneratorLimitExceeded:
    """2200H of a sequence that does not cycle."""
    limit = ("minimum", sequence.minimum) if sequence.increment < 0 else ("maximum", sequence.maximum)
    return SequenceGeneratorLimitExceeded(f'nextval: reached {limit[0]} value of sequence "{sequence.name}" ({limit[1]})')


class SequenceStates:
    """OID -> (last value, is called)."""

    def __init__(self) -> None:
        self.values: dict[int, tuple[int, bool]] = {}

    async def load(self, transaction: Any, catalog: Catalog) -> None:
        """Read the states of sequences not known yet."""
        if not catalog.sequences:
            return
        result = await transaction.run(READ)
        while rows := await result.fetch(1000):
            for oid, last_value, is_called in rows:
                self.values.setdefault(oid, (last_value, bool(is_called)))

    async def reload(self, transaction: Any, oids: list[int]) -> None:
        """Read the states that a statement has set in the file."""
        for oid in oids:
            self.values.pop(oid, None)
        for statement in {READ_TEMPORARY if oid >= FIRST_TEMPORARY_OID else READ for oid in oids}:
            result = await transaction.run(statement)
            while rows := await result.fetch(1000):
                self.values.update({oid: (last, bool(called)) for oid, last, called in rows if oid in oids})

    def state(self, sequence: Sequence) -> tuple[int, bool]:
        """The state now."""
        return self.values.get(sequence.oid, (sequence.start, False))

    def next(self, sequence: Sequence) -> int:
        """Take the next value (2200H at the limit)."""
        last, called = self.state(sequence)
        value = last + sequence.increment if called else last
        if value > sequence.maximum or value < sequence.minimum:
            if not sequence.cycle:
                raise limit_reached(sequence)
            value = sequence.minimum if sequence.increment > 0 else sequence.maximum
        self.values[sequence.oid] = (value, True)
        return value

    def set(self, sequence: Sequence, value: int, called: bool) -> None:
        """setval (22003 out of bounds)."""
        from executor.sqlstates import NumericValueOutOfRange

        if not sequence.minimum <= value <= sequence.maximum:
            raise NumericValueOutOfRange(f'setval: value {value} is out of bounds for sequence "{sequence.name}" '
                                         f"({sequence.minimum}..{sequence.maximum})")
        self.values[sequence.oid] = (value, called)


class SessionSequences:
    """What one session knows: the values it took, and the sequences to save when its transaction commits."""

    def __init__(self, states: SequenceStates, use: Callable[[int], None] = lambda oid: None) -> None:
        self._use = use  # asked before each use of a sequence, by its OID
        self.states = states
        self.current: dict[int, int] = {}
        self.last: int | None = None
        self.dirty: dict[int, Sequence] = {}
        self.at_statement: dict[int, tuple[int, bool] | None] = {}  # of the sequences used by the statement that runs
        self.undo: list[tuple[int, tuple[int, bool] | None]] = []  # what ALTER SEQUENCE and TRUNCATE have replaced

    def nextval(self, sequence: Sequence) -> int:
        """Take a value."""
        self._use(sequence.oid)
        self.at_statement.setdefault(sequence.oid, self.states.values.get(sequence.oid))
        value = self.states.next(sequence)
        self.current[sequence.oid] = value
        self.last = sequence.oid
        self.dirty[sequence.oid] = sequence
        return value

    def currval(self, sequence: Sequence) -> int:
        """The value this session took last (55000 if none)."""
        if sequence.oid not in self.current:
            raise ObjectNotInPrerequisiteState(f'currval of sequence "{sequence.name}" is not yet defined in this session')
        return self.current[sequence.oid]

    def lastval(self) -> int:
        """The value taken last from any sequence (55000 if none)."""
        if self.last is None:
            raise ObjectNotInPrerequisiteState("lastval is not yet defined in this session")
        return self.current[self.last]

    def setval(self, sequence: Sequence, value: int, called: bool) -> int:
        """Set the state."""
        self._use(sequence.oid)
        self.at_statement.setdefault(sequence.oid, self.states.values.get(sequence.oid))
        self.states.set(sequence, value, called)
        if called:
            self.current[sequence.oid] = value
        self.dirty[sequence.oid] = sequence
        return value

    def before_statement(self) -> "SessionSequences":
        """A copy with the states from before the statement that runs; what it gives out counts for nothing."""
        before = self.at_statement
        states = SequenceStates()
        states.values = {oid: state for oid, state in self.states.values.items() if oid not in before}
        states.values |= {oid: state for oid, state in before.items() if state is not None}
        found = SessionSequences(states)
        found.current, found.last = dict(self.current), self.last
        return found

    async def replaced(self, transaction: Any, oids: list[int]) -> None:
        """A statement has set these sequences' values in the file, which, unlike nextval, a rollback undoes."""
        if oids:
            self.undo += [(oid, self.states.values.get(oid)) for oid in oids]
            await self.states.reload(transaction, oids)

    def undo_since(self, mark: int) -> None:
        """Put back what was replaced after `undo` had `mark` entries."""
        while len(self.undo) > mark:
            oid, state = self.undo.pop()
            if state is None:  # the sequence has never been
                self.states.values.pop(oid, None)
                self.current.pop(oid, None)
                self.dirty.pop(oid, None)
                self.last = None if self.last == oid else self.last
            else:
                self.states.values[oid] = state

    async def save(self, transaction: Any) -> None:
        """Write the states of the sequences used into the transaction about to commit."""
        permanent = [sequence for sequence in self.dirty.values() if sequence.oid < FIRST_TEMPORARY_OID]
        if permanent:
            await transaction.begin_write()  # first: while that waits, others take values, and save them
        for sequence in permanent:
            value, called = self.states.state(sequence)
            await transaction.run(SAVE, (sequence.oid, value, int(called)))
        self.dirty.clear()


def sequence_by_oid(catalog: Catalog, oid: int) -> Sequence:
    """The sequence a regclass names (42809 if it is another kind of relation)."""
    found = catalog.sequences_by_oid.get(oid)
    if found is None:
        relation = catalog.relations_by_oid.get(oid)
        if relation is not None:
            from executor.sqlstates import WrongObjectType

            raise WrongObjectType(f'cannot open relation "{relation.name}"',
                                  detail="This operation is not supported for tables.")
        raise UndefinedTable(f"could not open relation with OID {oid}")
    return found
