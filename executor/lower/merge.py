"""MERGE in steps: the join with what is to be done about each of its rows, then each WHEN clause's changes.

The join's rows are kept: the address of the target's row, the number of the clause that takes it, and the source's columns
that are needed later. Since a row is changed once at most (21000), the clauses can follow each other.
"""

from typing import Any

from executor import plan
from executor.errors import not_supported
from executor.facts import lookup
from executor.lower.firing import lower_merge
from executor.lower.generator import Step
from executor.lower.outputs import Outputs, targets_of
from executor.lower.rewriting import entries_of, range_entries, replace, rewrite
from executor.lower.routing import completed, has_leaves, routed, table_oid, write_leaves, write_routed
from executor.lower.steps import (
    ChangedRows,
    Program,
    assigns_volatile,
    changed_row,
    equal,
    new_row,
    read,
    row_number,
    same_table,
    used_columns,
)
from executor.plan import ColumnRef, Const, DataChange, Delete, Expr, Insert, Merge, Query, QueryEntry, Select, StepEntry, Target
from executor.types import oids as T

NAMES = {Insert: "INSERT", plan.Update: "UPDATE", Delete: "DELETE"}


def merge(program: Program, c: Merge, keep: int) -> None:
    """The steps of a MERGE. keep: the number its RETURNING is kept under, 0 for the main query."""
    _Merge(program, c, keep).steps()


def all_of(*tests: Expr | None) -> Expr:
    """Several conditions as one."""
    found = tuple(test for test in tests if test is not None)
    return found[0] if len(found) == 1 else plan.BoolOp(type=T.BOOL, operator="AND", arguments=found)


class _Merge:
    def __init__(self, program: Program, c: Merge, keep: int) -> None:
        if not c.relation.rowid:
            raise not_supported(f'MERGE into table "{c.relation.name}", which has no rowid')
        self.program = program
        self.is_main = not keep
        self.keep = keep
        self.kinds = {when.matched for when in c.whens}
        self.source, self.present, self.c = self._source(c)
        self.sources = range_entries((self.source,))
        self.joined = Outputs(next(program.numbers))
        program.current.add(c.entry.number)

    def _source(self, c: Merge) -> tuple[plan.FromItem, Expr | None, Merge]:
        """The source; if there may be none for a row, with an output that tells (and the MERGE over its outputs)."""
        (source,) = c.source
        if "target" not in self.kinds:
            return source, None, c
        outputs = Outputs(next(self.program.numbers))
        entries = range_entries(c.source)
        present = outputs.reference(Const(type=T.INT4, value=1))

        def wrapped(expr: Expr) -> Expr | None:
            return outputs.reference(expr) if isinstance(expr, ColumnRef) and expr.entry in entries else None

        over = {name: rewrite(getattr(c, name), wrapped, wrapped) for name in ("condition", "whens", "returning")}
        body = Select(targets=outputs.targets, source=c.source)
        return QueryEntry(number=outputs.number, alias="", columns=outputs.columns, query=body), present, replace(c, **over)

    def steps(self) -> None:
        """Make them all."""
        c, program = self.c, self.program
        self.joined.reference(row_number(c.entry))
        self.joined.add(self._action())
        if c.leaves:
            self.joined.reference(table_oid(c.entry.number))
        for e in used_columns((tuple(w.change for w in c.whens), c.returning)):
            if e.entry in self.sources:
                self.joined.reference(e)
        if c.firing is not None:
            self._fire()
            return
        once = tuple(i for i, w in enumerate(c.whens) if isinstance(w.change, (plan.Update, Delete)))
        program.read(self._join(), keep=self.joined.number, is_result=self.is_main and not c.returning, once=once,
                     key=(0, 2) if c.leaves else (0,))
        results = [found for i, when in enumerate(c.whens) if when.change is not None
                   for found in [self._clause(i, when.change)] if found is not None]
        if c.returning:
            program.read(self._union(results), keep=self.keep, is_result=self.is_main)

    # --- the join -------------------------------------------------------------------------------------------------

    def _join(self) -> Query:
        c = self.c
        condition = all_of(c.condition, c.where)
        sides: tuple[plan.FromItem, plan.FromItem] = (self.source, c.entry)
        kind = "inner"
        if "target" in self.kinds:
            sides, kind = (c.entry, self.source), "full" if "source" in self.kinds else "left"
        elif "source" in self.kinds:
            kind = "left"
        where = None
        if c.where is not None and "target" in self.kinds:  # rows that a view does not have are nobody's business
            absent = plan.IsTest(type=T.BOOL, test="null", negated=False, argument=row_number(c.entry))
            where = plan.BoolOp(type=T.BOOL, operator="OR", arguments=(absent, c.where))
        join = plan.Join(kind=kind, left=sides[0], right=sides[1], condition=condition)
        return Select(targets=self.joined.targets, source=(join,), where=where, ctes=c.ctes)

    def _action(self) -> Expr:
        """The number of the clause that takes a row of the join; NULL for none."""
        target = row_number(self.c.entry)
        has_target = plan.IsTest(type=T.BOOL, test="null", negated=True, argument=target)
        no_target = plan.IsTest(type=T.BOOL, test="null", negated=False, argument=target)
        has_source = self.present and plan.IsTest(type=T.BOOL, test="null", negated=True, argument=self.present)
        no_source = self.present and plan.IsTest(type=T.BOOL, test="null", negated=False, argument=self.present)
        tests = {"both": all_of(has_target, has_source), "source": no_target, "target": no_source}
        whens = tuple((all_of(tests[when.matched], when.condition), Const(type=T.INT4, value=i))
                      for i, when in enumerate(self.c.whens))
        return plan.Case(type=T.INT4, whens=whens, otherwise=None)

    # --- one clause -----------------------------------------------------------------------------------------------

    def _clause(self, number: int, change: Insert | plan.Update | Delete) -> Select | None:
        """The steps of one WHEN clause; its part of RETURNING."""
        program, c = self.program, self.c
        kept = StepEntry(number=next(program.numbers), alias="", columns=self.joined.columns, step=self.joined.number)

        def over_join(expr: Expr) -> Expr | None:
            if isinstance(expr, ColumnRef) and expr.entry in self.sources:
                return replace(self.joined.reference(expr), entry=kept.number)
            return None

        taken = equal(replace(self.joined.at(1), entry=kept.number), Const(type=T.INT8, value=number))
        returning = rewrite(self._returning(change), over_join, over_join)
        if isinstance(change, Insert):
            return self._insert(change, kept, taken, rewrite(values_of(change), over_join, over_join), returning)
        address = equal(row_number(c.entry), replace(self.joined.at(0), entry=kept.number))
        where = all_of(address, same_table(c.entry, kept, 2) if c.leaves else None, taken)
        done: Any = replace(change, source=(kept,), where=where, returning=returning, ctes=c.ctes)
        if isinstance(change, plan.Update):
            done = replace(done, assignments=rewrite(change.assignments, over_join, over_join), old=c.old)
        done = program.on_snapshot(done)
        if not returning and not assigns_volatile(done) and not (c.leaves and done.moves):
            if c.leaves:
                write_leaves(program, done, kept, 2, counts=self.is_main)
                return None
            program.write(done, counts=self.is_main)
            return None
        row = changed_row(program, done, is_main=self.is_main)
        return self._result(row, returning) if returning else None

    def _insert(self, change: Insert, kept: StepEntry, taken: Expr, row: tuple[Expr, ...],
                returning: tuple[Target, ...]) -> Select | None:
        program = self.program
        if not returning:
            source = Select(targets=targets_of(list(row)), source=(kept,), where=taken)
            self._write(program.on_snapshot(replace(change, source=source, ctes=self.c.ctes)))
            return None
        outputs = Outputs(next(program.numbers))
        values = {column.number: outputs.add(expr) for column, expr in zip(change.columns, row, strict=True)}
        rows = ChangedRows(outputs.number, outputs)
        for i, column in enumerate(change.relation.columns):
            if column.sqlite_default and column.number not in values:
                raise not_supported(f'RETURNING of MERGE into "{change.relation.name}", whose defaults only SQLite knows')
            stored = values.get(column.number)
            rows.new[change.entry.number, i] = stored or Const(type=column.type, typmod=column.typmod, value=None)
        for e in used_columns(returning):
            if e.entry == kept.number:
                rows.new[e.entry, e.index] = outputs.reference(e)
        new_row(rows, change)
        if any(not isinstance(e, plan.RowNumber) and e.entry == change.entry.number and e.index < 0
               for e in used_columns(returning)):
            raise not_supported("ctid in the RETURNING of a MERGE that inserts")
        rows.new[change.entry.number, -1] = Const(type=T.INT8, value=0)  # asked only whether there is such a row
        program.read(Select(targets=outputs.targets or targets_of([Const(type=T.INT4, value=1)]), source=(kept,), where=taken,
                            ctes=self.c.ctes), keep=outputs.number)
        entry = replace(rows.entry(), number=next(program.numbers))
        source = Select(targets=targets_of([replace(values[column.number], entry=entry.number) for column in change.columns]),
                        source=(entry,))
        self._write(replace(change, source=source))
        return self._result(rows, returning)

    def _write(self, change: Insert) -> None:
        if has_leaves(change):
            change = completed(change)
            write_routed(self.program, change, *routed(self.program, change), counts=self.is_main)
        else:
            self.program.write(change, counts=self.is_main)

    def _fire(self) -> None:
        """The steps for a table whose triggers fire: the join, and all clauses together."""
        program, c = self.program, self.c
        (number,) = [f for f in lookup.functions_by_name()["row_number"] if f.kind == "w"]
        place = self.joined.add(plan.AggregateCall(type=T.INT8, function=number, arguments=(), window=plan.Window()))
        once = tuple(i for i, w in enumerate(c.whens) if isinstance(w.change, (plan.Update, Delete)))
        program.read(self._join(), keep=self.joined.number, once=once)
        program.changed |= {e.relation.oid for e in entries_of(c.returning) if isinstance(e, plan.TableEntry)}
        clauses = []
        for i, when in enumerate(c.whens):
            if when.change is not None:
                kept = StepEntry(number=next(program.numbers), alias="", columns=self.joined.columns, step=self.joined.number)
                done = program.on_snapshot(self._fired(i, when.change, kept))
                clauses.append((done, next(program.numbers), replace(place, entry=kept.number)))
        lowered = lower_merge(clauses, lambda q: read(q, top=self.is_main), queues=program.queues)
        program.fired(Step(lowered, c, keep=self.keep, is_result=self.is_main, counts=self.is_main))

    def _fired(self, number: int, change: Insert | plan.Update | Delete, kept: StepEntry) -> DataChange:
        """One clause's change over the kept rows of the join."""
        def over_join(expr: Expr) -> Expr | None:
            if isinstance(expr, ColumnRef) and expr.entry in self.sources:
                return replace(self.joined.reference(expr), entry=kept.number)
            return None

        taken = equal(replace(self.joined.at(1), entry=kept.number), Const(type=T.INT8, value=number))
        returning = rewrite(self._returning(change), over_join, over_join)
        if isinstance(change, Insert):
            row = rewrite(values_of(change), over_join, over_join)
            source = Select(targets=targets_of(list(row)), source=(kept,), where=taken)
            return replace(change, source=source, returning=returning, ctes=self.c.ctes)
        address = equal(row_number(self.c.entry), replace(self.joined.at(0), entry=kept.number))
        done: Any = replace(change, source=(kept,), where=all_of(address, taken), returning=returning, ctes=self.c.ctes)
        if isinstance(change, plan.Update):
            done = replace(done, assignments=rewrite(change.assignments, over_join, over_join), old=self.c.old)
        return done  # type: ignore[no-any-return]

    # --- RETURNING ------------------------------------------------------------------------------------------------

    def _returning(self, change: Insert | plan.Update | Delete) -> tuple[Target, ...]:
        """RETURNING as one kind of change sees it: which of the rows before and after there is."""
        c = self.c
        missing = {Insert: c.old, Delete: c.new}.get(type(change), 0)
        same = {Insert: {c.new}, plan.Update: {c.new}, Delete: {c.old}}[type(change)]

        def change_expr(expr: Expr) -> Expr | None:
            if isinstance(expr, plan.MergeAction):
                return Const(type=T.TEXT, value=NAMES[type(change)])
            if isinstance(expr, plan.WholeRow) and expr.entry == missing and missing:
                return replace(expr, absent=True)
            if isinstance(expr, ColumnRef) and expr.entry in same:
                return replace(expr, entry=c.entry.number)
            if isinstance(expr, ColumnRef) and expr.entry == missing and missing:
                return Const(type=expr.type, typmod=expr.typmod, value=None)
            return None

        found: tuple[Target, ...] = rewrite(c.returning, change_expr, change_expr)
        return found

    def _result(self, rows: ChangedRows, returning: tuple[Target, ...]) -> Select:
        return Select(targets=rows.returning(returning), source=(rows.entry(),), ctes=self.c.ctes)

    def _union(self, results: list[Select]) -> Query:
        nothing = tuple(replace(t, expr=Const(type=t.expr.type, typmod=t.expr.typmod, value=None)) for t in self.c.returning)
        found: Query = results[0] if results else Select(targets=nothing, where=Const(type=T.BOOL, value=0))
        for result in results[1:]:
            number = next(self.program.numbers)
            targets = tuple(replace(t, expr=ColumnRef(type=t.expr.type, typmod=t.expr.typmod, entry=number, index=i, name=t.name))
                            for i, t in enumerate(self.c.returning))
            found = plan.SetOperation(number=number, operator="UNION", every=True, left=found, right=result, targets=targets)
        return found


def values_of(change: Insert) -> tuple[Expr, ...]:
    """The values of an INSERT of one row."""
    source = change.source
    assert isinstance(source, Select)
    (entry,) = source.source
    assert isinstance(entry, plan.ValuesEntry)
    return entry.rows[0]

