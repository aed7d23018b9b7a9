"""What the actions of foreign keys do to other tables while one row is written, and the triggers that this fires there."""

from collections.abc import Sequence

from executor.catalog.model import Relation, Trigger
from executor.context import Context
from executor.triggers.calls import Call, Moved, call, chosen
from executor.triggers.cascades import Cascaded, Cascades, Reference
from executor.triggers.firing import Row
from executor.triggers.state import state_of
from executor.types.base import Stored

EVENTS = {"c": "DELETE", "n": "UPDATE", "d": "UPDATE"}
"""What ON DELETE does to the referencing rows; ON UPDATE always updates them."""


class Actions:
    """A row of `relation` is written, at an address. levels: where AFTER triggers are queued: those of the tables that refer to
    the relation in the first list, those of tables that refer to these in the second ... coming: addresses of the rows that the
    same statement deletes later; what an action takes away of them goes to `gone`."""

    def __init__(self, context: Context, cascades: Cascades, relation: Relation, address: Stored, levels: list[list[Call]],
                 coming: frozenset[Stored], gone: set[Stored]) -> None:
        self._context = context
        self._cascades = cascades
        self._relation = relation
        self._address = address
        self._levels = levels
        self._coming = coming
        self._gone = gone
        self._by_key = {table.key: table for table in cascades.tables.values()}
        self._depths = {relation.oid: 0}
        self._moved: dict[tuple[int, str], Moved] = {}
        self._announced: list[tuple[Reference, str]] = []
        self._begun = 0
        self._otherwise: list[tuple[Cascaded, Stored, Row]] = []

    def before(self, relation: Relation, old: Row, new: Row | None) -> None:
        """A row is about to be written: note on which tables PostgreSQL would run a statement for that."""
        for reference in self._cascades.references.get(relation.oid, ()):
            action = reference.key.on_delete if new is None else reference.key.on_update
            if action not in EVENTS or not _changes(relation, reference.key.referenced_columns, old, new):
                continue
            self._depths.setdefault(reference.child.relation.oid, self._depths[relation.oid] + 1)
            self._announced.append((reference, EVENTS[action] if new is None else "UPDATE"))

    def _begin(self) -> None:
        """Fire the BEFORE STATEMENT triggers that are due."""
        while self._begun < len(self._announced):
            reference, event = self._announced[self._begun]
            self._begun += 1
            for trigger in self._statement(reference, "BEFORE", event):
                self._call(Call(reference.child.firing, trigger, event))

    def _call(self, made: Call) -> Row | None:
        """As PostgreSQL counts, what it does for a foreign key is done by a trigger itself."""
        state = state_of(self._context)
        state.depth += 1
        try:
            return call(self._context, made)
        finally:
            state.depth -= 1

    def _statement(self, reference: Reference, timing: str, event: str) -> list[Trigger]:
        return list(chosen(self._context, reference.child.firing, timing, "STATEMENT", event, frozenset(reference.key.columns)))

    def _queue(self, made: Call) -> None:
        depth = self._depths.get(made.firing.relation.oid, 1) or 1
        while len(self._levels) < depth:
            self._levels.append([])
        self._levels[depth - 1].append(made)

    def cascaded(self, key: int, rowid: Stored, values: Sequence[Stored]) -> bool:
        """An action is about to change a row: whether it is to."""
        table = self._by_key.get(key)
        if table is None:
            return True
        width = len(table.relation.columns)
        old, new = tuple(values[:width]), tuple(values[width:]) or None
        if table.relation.oid == self._relation.oid:
            if rowid == self._address:
                return True  # the row itself
            if new is None and rowid in self._coming:
                self._gone.add(rowid)
                return True
        self._begin()
        event = "DELETE" if new is None else "UPDATE"
        updated = frozenset(c.number for c, a, b in zip(table.relation.columns, old, new, strict=True) if a != b) \
            if new is not None else frozenset()
        wanted = self._before_row(table, event, updated, old, new)
        if wanted is None:
            return False
        self._after_row(table, event, updated, old, wanted if new is not None else None)
        if new is not None and wanted != new:
            self._otherwise.append((table, rowid, wanted))
        self.before(table.relation, old, wanted if new is not None else None)
        return True

    def _before_row(self, table: Cascaded, event: str, updated: frozenset[int], old: Row, new: Row | None) -> Row | None:
        given: Row | None = new if new is not None else old
        for trigger in chosen(self._context, table.firing, "BEFORE", "ROW", event, updated, old, new):
            given = self._call(Call(table.firing, trigger, event, old, new))
            if given is None:
                return None
            new = given if new is not None else None
        return new if new is not None else given

    def _after_row(self, table: Cascaded, event: str, updated: frozenset[int], old: Row, new: Row | None) -> None:
        moved = self._moved.setdefault((table.relation.oid, event), Moved())
        moved.old.append(old)
        if new is not None:
            moved.new.append(new)
        for trigger in chosen(self._context, table.firing, "AFTER", "ROW", event, updated, old, new):
            self._queue(Call(table.firing, trigger, event, old, new, moved))

    def after(self) -> None:
        """The row is written: so are the rows that triggers want otherwise, and statement triggers are queued."""
        self._begin()
        for table, rowid, row in self._otherwise:
            assert table.update is not None
            write = table.update.write
            self._context.nested.run(write.statement, write.values((), (*row, rowid)))
        for reference, event in self._announced:
            moved = self._moved.get((reference.child.relation.oid, event)) or Moved()
            for trigger in self._statement(reference, "AFTER", event):
                self._queue(Call(reference.child.firing, trigger, event, moved=moved))


def _changes(relation: Relation, numbers: Sequence[int], old: Row, new: Row | None) -> bool:
    """Whether a row's key goes away."""
    places = [i for i, c in enumerate(relation.columns) if c.number in numbers]
    key = [old[i] for i in places]
    return None not in key and (new is None or [new[i] for i in places] != key)
