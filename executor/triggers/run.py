"""Runs a change of a table whose triggers fire, row by row, from within the SQLite statement that the executor runs for it.

In order: BEFORE STATEMENT triggers; for each row BEFORE ROW triggers, which may change or skip it, and then the row's own
statement; RETURNING; AFTER ROW triggers, for each row in the order of changes; AFTER STATEMENT triggers.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from executor.context import Context
from executor.errors import SqlError, not_supported
from executor.sqlstates import (
    CardinalityViolation,
    CheckViolation,
    ERIETriggerProtocolViolated,
    ForeignKeyViolation,
    NotNullViolation,
    TriggeredDataChangeViolation,
)
from executor.triggers.actions import Actions
from executor.triggers.calls import Call, Moved, call, chosen, fire, guarded
from executor.triggers.firing import Part, Row
from executor.triggers.program import Program, RowInsert, RowUpdate
from executor.triggers.state import state_of
from executor.types.base import Stored
from storage.errors import EngineError
from storage.nested import Result
from storage.statement import Statement

NO_COLUMNS: frozenset[int] = frozenset()
DEFER, CHECK = Statement("PRAGMA defer_foreign_keys = 1"), Statement("PRAGMA defer_foreign_keys = 0")


def run_change(program: Program, context: Context, own: Row) -> list[Any]:
    """The rows of RETURNING. own: the parameters of the whole statement."""
    change = Change(program, context, own)
    reading = context.reading
    if program.queues:
        context.reading = frozenset()  # it is a step of its own: nobody reads meanwhile
    try:
        found = change.run()
    except EngineError as error:
        raise guarded(error, context) from error
    finally:
        context.reading = reading
    context.nested.report(change.count)
    return found


def run_queued(context: Context) -> None:
    """Fire what the changes of a statement of several parts have queued."""
    state = state_of(context)
    level, state.level = state.level, None
    assert level is not None
    reading, context.reading = context.reading, frozenset()
    try:
        if level.is_last:
            for made in level.queue:
                call(context, made)
        else:
            fire(context, level.queue)
    finally:
        context.reading = reading


@dataclass(slots=True)
class Change:
    """One change while it runs."""

    program: Program
    context: Context
    own: Row
    count: int = 0
    kept: list[Row] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    moved: dict[str, Moved] = field(default_factory=dict)
    written: list[tuple[Row | None, Row | None]] = field(default_factory=list)
    levels: list[list[Call]] = field(default_factory=list)  # AFTER triggers of other tables: see executor.triggers.actions
    coming: frozenset[Stored] = frozenset()  # addresses of the rows that a DELETE is about
    gone: set[Stored] = field(default_factory=set)  # those of them that a foreign key's action has deleted already
    number: int = 0  # of its clause in a MERGE
    order: list[int] = field(default_factory=list)  # of the rows of RETURNING: the clause of each
    touched: set[Stored] = field(default_factory=set)  # addresses of the rows that ON CONFLICT has met or made

    def run(self) -> list[Any]:
        """All of it; the rows of RETURNING."""
        if self.program.by_row:
            return self._run_row()
        events = self._events()
        for event in events:
            self.statement_triggers("BEFORE", event)
        self._change_rows()
        found = self.returned()
        for event in reversed(events):
            self.statement_triggers("AFTER", event)
        self.fire()
        return found

    def fire(self) -> None:
        """Fire AFTER triggers, or leave them to the statement that this change is a part of."""
        for level in self.levels:
            self.calls += level
        state = state_of(self.context)
        if self.program.queues and state.level is not None:
            state.level.queue += self.calls
        else:
            fire(self.context, self.calls)

    def _run_row(self) -> list[Any]:
        level = state_of(self.context).level
        assert level is not None
        self.moved = level.moved
        self._change_rows()
        level.queue += self.calls
        level.count += self.count
        return []

    def _change_rows(self) -> None:
        one = self.changer
        self.guarded(self.watched(), lambda: [one(self, row) for row in self.rows()])

    @property
    def changer(self) -> Callable[["Change", Row], None]:
        """What does with one row what the statement asks for."""
        return (ROWS if self.program.relation.kind != "v" else INSTEAD)[self.program.event]

    def guarded(self, tables: Sequence[Any], work: Callable[[], object]) -> None:
        """Change the rows while foreign keys' actions on these tables are watched."""
        nested = self.context.nested
        for table in tables:
            for statement in table.create:
                nested.run(statement)
        try:
            self._together(work)
        finally:
            for table in tables:
                for statement in table.drop:
                    nested.run(statement)

    def watched(self) -> list[Any]:
        """The tables whose triggers foreign keys' actions can fire."""
        program = self.program
        found = program.firing.cascades
        if found is None or (program.event == "INSERT" and program.conflict is None):
            return []
        if program.event != "DELETE" and not program.firing.has("BEFORE", "ROW", "UPDATE") and all(
                program.updated.isdisjoint(r.key.referenced_columns) for r in found.references[program.relation.oid]):
            return []
        return list(found.tables.values())

    def _together(self, work: Callable[[], object]) -> None:
        relation, nested = self.program.relation, self.context.nested
        # Rows of one statement may refer to each other: whether they may is known when all of them are there.
        together = any(c.kind == "f" and c.referenced == relation.oid for c in relation.constraints) \
            and not nested.has_unresolved_foreign_keys
        if together:
            nested.run(DEFER)
        work()
        if not together:
            return
        if nested.has_unresolved_foreign_keys:
            raise self._unresolved()
        nested.run(CHECK)

    def _unresolved(self) -> Exception:
        from executor.triggers.refusals import foreign_key_error

        for old, new in self.written:
            found = foreign_key_error(self.context, self.program.relation, old, new)
            if found is not None:
                return found
        return ForeignKeyViolation("insert, update or delete violates a foreign key constraint")

    def _events(self) -> tuple[str, ...]:
        return ("INSERT", "UPDATE") if self.program.conflict is not None else (self.program.event,)

    def _updated(self, event: str) -> frozenset[int]:
        return self.program.updated if event == "UPDATE" else NO_COLUMNS

    def statement_triggers(self, timing: str, event: str) -> None:
        """Fire triggers BEFORE STATEMENT, or queue those AFTER STATEMENT."""
        firing = self.program.firing
        for trigger in chosen(self.context, firing, timing, "STATEMENT", event, self._updated(event)):
            made = Call(firing, trigger, event, moved=self.moved.setdefault(event, Moved()))
            if timing == "BEFORE":
                call(self.context, made)
            else:
                self.calls.append(made)

    # --- statements -----------------------------------------------------------------------------------------------

    def _do(self, part: Part, row: Sequence[Stored]) -> list[Row]:
        found: list[Row] = self.context.nested.run(part.statement, part.values(self.own, tuple(row))).rows
        return found

    def rows(self) -> Iterable[Row]:
        """The rows of the source, as the program says."""
        program, nested = self.program, self.context.nested
        source = program.source
        values = source.values(self.own, ())
        rows: Iterator[Row] = nested.rows(source.statement, values)
        if program.streams:
            return rows
        found = list(rows)
        if program.event == "INSERT":
            return found
        first: dict[Stored, Row] = {}
        for i, row in enumerate(found):
            first.setdefault(row[0] if program.relation.kind != "v" else i, row)
        if program.event == "DELETE" and program.firing.cascades is not None:
            self.coming = frozenset(first)
        return first.values()

    def returned(self) -> list[Any]:
        """RETURNING's rows."""
        program, context = self.program, self.context
        if program.returning is None:
            return []
        kept = context.kept_rows
        context.kept_rows = {**kept, program.step: self.kept}
        try:
            rows = self._do(program.returning, ())
        finally:
            context.kept_rows = kept
        return rows if rows and len(rows[0]) > 1 else [row[0] for row in rows]

    # --- triggers of rows -----------------------------------------------------------------------------------------

    def _before(self, event: str, old: Row | None, new: Row | None, timing: str = "BEFORE") -> Row | None:
        """The row as the triggers want it: None to leave it out."""
        firing, given = self.program.firing, new if new is not None else old
        for trigger in chosen(self.context, firing, timing, "ROW", event, self._updated(event), old, new):
            given = call(self.context, Call(firing, trigger, event, old, new))
            if given is None:
                return None
            if new is not None:
                new = self._bare(given)
        return new if new is not None else given

    def _bare(self, row: Row) -> Row:
        """A row that is still to be stored: without the values of generated columns."""
        columns = self.program.relation.columns
        if len(row) != len(columns):
            raise ERIETriggerProtocolViolated("returned row structure does not match the structure of the triggering table")
        return tuple(None if c.generated else v for c, v in zip(columns, row, strict=True))

    def _after(self, event: str, address: Stored, old: Row | None, new: Row | None, extras: Row = ()) -> None:
        """A row has been changed: note what comes after it."""
        self.count += 1
        program, firing = self.program, self.program.firing
        self.written.append((old, new))
        for trigger in chosen(self.context, firing, "AFTER", "ROW", event, self._updated(event), old, new):
            self.calls.append(Call(firing, trigger, event, old, new, self.moved.setdefault(event, Moved())))
        moved = self.moved.setdefault(event, Moved())
        if old is not None:
            moved.old.append(old)
        if new is not None:
            moved.new.append(new)
        if program.returning is not None:
            nothing = (None,) * len(program.relation.columns)
            self.order.append(self.number)
            self.kept.append((address, *(old or nothing), *(new or nothing), *extras))

    # --- INSERT ---------------------------------------------------------------------------------------------------

    def insert_one(self, values: Row) -> None:
        """INSERT of one row of the source."""
        new = self._before("INSERT", None, self._proposed(values))
        if new is None:
            return
        insert = self.program.insert
        assert insert is not None
        self._refuse_left_out(insert, new)
        written = self._write(insert.write, new, None, new).rows
        if written:
            *row, address = written[0]
            self.touched.add(address)
            self._after("INSERT", address, None, tuple(row))
        elif self.program.conflict is not None:
            self._on_conflict(new)

    def _proposed(self, values: Row) -> Row:
        row: list[Stored] = [None] * len(self.program.relation.columns)
        for at, value in zip(self.program.given, values, strict=False):
            row[at] = value
        return tuple(row)

    def _refuse_left_out(self, insert: RowInsert, new: Row) -> None:
        for i in insert.left_out:
            if new[i] is not None:
                raise not_supported(f'a trigger that sets column "{self.program.relation.columns[i].name}", which SQLite fills '
                                    f'in, of table "{self.program.relation.name}"')

    def _on_conflict(self, proposed: Row) -> None:
        conflict = self.program.conflict
        assert conflict is not None
        found = self._do(conflict.same, proposed)
        if not found:
            return  # a trigger has taken it away
        ((address,),) = found
        if address in self.touched:
            raise CardinalityViolation("ON CONFLICT DO UPDATE command cannot affect row a second time",
                                       hint="Ensure that no rows proposed for insertion within the same command have "
                                            "duplicate constrained values.")
        (values,) = self._do(conflict.values, (*proposed, address))
        width = len(proposed)
        self.touched.add(address)
        if values[-1]:
            self._update(address, values[:width], conflict.assigned, values[width:-1], ())

    # --- UPDATE, DELETE -------------------------------------------------------------------------------------------

    def update_one(self, row: Row) -> None:
        """UPDATE of one row."""
        program = self.program
        width, given = len(program.relation.columns), len(program.given)
        old = row[1 : width + 1]
        self._update(row[0], old, program.given, row[width + 1 : width + 1 + given], row[width + 1 + given :])

    def _update(self, address: Stored, old: Row, places: Sequence[int], values: Row, extras: Row) -> None:
        update, program = self.program.update, self.program
        assert update is not None
        row = list(old)
        for at, value in zip(places, values, strict=True):
            row[at] = value
        new = self._before("UPDATE", old, self._bare(tuple(row)))
        if new is None:
            return
        if program.firing.has("BEFORE", "ROW", "UPDATE"):
            self._refuse_changed(address, old, "updated")
        self._check(update, new)
        written = self._write(update.write, (*new, address), old, new).rows
        if written:
            *stored, moved_to = written[0]
            self._after("UPDATE", moved_to, old, tuple(stored), extras)

    def _check(self, update: RowUpdate, new: Row) -> None:
        if update.check is None:
            return
        try:
            self._do(update.check, self._whole(new))
        except (CheckViolation, NotNullViolation) as error:
            raise self._described(error, None, new) from None

    def _whole(self, new: Row) -> Row:
        """A new row with the values of its generated columns."""
        program = self.program
        if program.generated is None:
            return new
        row = list(new)
        (values,) = self._do(program.generated, new)
        for at, value in zip(program.computed, values, strict=True):
            row[at] = value
        return tuple(row)

    def delete_one(self, row: Row) -> None:
        """DELETE of one row."""
        program = self.program
        width = len(program.relation.columns)
        address, old = row[0], row[1 : width + 1]
        if self._before("DELETE", old, None) is None:
            return
        if address in self.gone:
            self._after("DELETE", address, old, None, row[width + 1 :])
            return
        if program.firing.has("BEFORE", "ROW", "DELETE"):
            self._refuse_changed(address, old, "deleted")
        assert program.delete is not None
        if self._write(program.delete, (address,), old, None).changes:
            self._after("DELETE", address, old, None, row[width + 1 :])

    def _refuse_changed(self, address: Stored, old: Row, done: str) -> None:
        """27000 if the statement's triggers have changed the row that is to be changed."""
        assert self.program.reread is not None
        now = self._do(self.program.reread, (address,))
        if not now and not self.program.firing.has("BEFORE", "ROW", self.program.event):
            return  # a foreign key's action has deleted it
        if not now or now[0] != old:
            raise TriggeredDataChangeViolation(
                f"tuple to be {done} was already modified by an operation triggered by the current command",
                hint="Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.")

    def _write(self, part: Part, values: Row, old: Row | None, new: Row | None) -> Result:
        """Run the statement that writes a row. Raises what PostgreSQL says of a row that must not be."""
        if old is not None and self.program.firing.cascades is not None:
            return self._write_with_actions(part, values, old, new)
        try:
            found: Result = self.context.nested.run(part.statement, part.values(self.own, values))
            return found
        except EngineError as error:
            raise self._described(guarded(error, self.context), old, new) from error
        except (CheckViolation, NotNullViolation) as error:
            raise self._described(error, old, new) from None

    def _write_with_actions(self, part: Part, values: Row, old: Row, new: Row | None) -> Result:
        """The same for a row that others may refer to."""
        state = state_of(self.context)
        actions = Actions(self.context, self.program.firing.cascades, self.program.relation, values[-1], self.levels,
                          self.coming, self.gone)
        actions.before(self.program.relation, old, new)
        kept, state.active = state.active, actions
        try:
            found: Result = self.context.nested.run(part.statement, part.values(self.own, values))
        except EngineError as error:
            raise self._described(guarded(error, self.context), old, new) from error
        finally:
            state.active = kept
        actions.after()
        return found

    def _described(self, error: Exception, old: Row | None, new: Row | None) -> Exception:
        """The error with the row in its DETAIL."""
        if not isinstance(error, SqlError):
            return error
        from executor.triggers.refusals import described  # imported only when a row is refused

        return described(self.context, self.program.relation, error, old, self._whole(new) if new is not None else None)

    # --- views ----------------------------------------------------------------------------------------------------

    def instead_of_insert(self, values: Row) -> None:
        """INSERT of one row into a view."""
        self._instead("INSERT", None, self._proposed(values), ())

    def instead_of_update(self, row: Row) -> None:
        """UPDATE of one row of a view."""
        program = self.program
        width, given = len(program.relation.columns), len(program.given)
        new = list(row[1 : width + 1])
        for at, value in zip(program.given, row[width + 1 : width + 1 + given], strict=True):
            new[at] = value
        self._instead("UPDATE", row[1 : width + 1], tuple(new), row[width + 1 + given :])

    def instead_of_delete(self, row: Row) -> None:
        """DELETE of one row of a view."""
        width = len(self.program.relation.columns)
        self._instead("DELETE", row[1 : width + 1], None, row[width + 1 :])

    def _instead(self, event: str, old: Row | None, new: Row | None, extras: Row) -> None:
        found = self._before(event, old, new, "INSTEAD OF")
        if found is not None:
            self._after(event, 0, old, found if new is not None else None, extras)


ROWS = {"INSERT": Change.insert_one, "UPDATE": Change.update_one, "DELETE": Change.delete_one}
INSTEAD = {"INSERT": Change.instead_of_insert, "UPDATE": Change.instead_of_update, "DELETE": Change.instead_of_delete}
