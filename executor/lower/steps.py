"""Statements that take several SQLite statements: data-modifying WITH, and RETURNING of what SQLite's cannot see.

All parts of a PostgreSQL statement see the same snapshot, and learn of each other's work by RETURNING only. Here the parts
run one after the other, so a table that an earlier part changed is kept, as it was, before anything runs, and read from
there. The parts run in PostgreSQL's order: what the main query asks for, the main query, and then the rest.

A change whose RETURNING looks at other rows than the new ones is done in three steps: its rows and their new values are
computed and kept, the table is changed by its rows' addresses, and RETURNING is computed of what was kept.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from executor import plan, walk
from executor.catalog.model import Catalog, Relation
from executor.errors import not_supported
from executor.facts import lookup
from executor.lower.change import change, refuse_computed
from executor.lower.expressions import is_volatile
from executor.lower.generator import Generator, Lowered, RowLocks, Step
from executor.lower.levels import volatile_operands
from executor.lower.outputs import Outputs, targets_of
from executor.lower.query import query
from executor.lower.rewriting import FIRST_NEW_ENTRY, entries_of, range_entries, replace, replace_entries, rewrite
from executor.lower.routing import has_leaves, inserted, move_rows, table_oid, write_leaves
from executor.lower.statement import advances_sequences, locks_rows
from executor.plan import (
    ColumnRef,
    Cte,
    CteEntry,
    DataChange,
    Expr,
    FromItem,
    Insert,
    Query,
    RowNumber,
    Select,
    StepEntry,
    TableEntry,
    Target,
    Update,
)
from executor.types import oids as T

FIRST_STEP_ENTRY = 2 * FIRST_NEW_ENTRY
CASCADES = "cnd"
"""Foreign key actions that change the referencing table: cascade, set null, set default."""


def takes_steps(p: plan.Plan) -> bool:
    """True if one SQLite statement cannot do it."""
    writes_first = any(isinstance(cte.query, DataChange) for cte in p.ctes)
    if isinstance(p, DataChange) and p.firing is not None and not isinstance(p, plan.Merge):
        return writes_first or reads_tables(p.returning)
    return writes_first or isinstance(p, plan.Merge) or (
        isinstance(p, DataChange) and (returns_more(p) or assigns_volatile(p) or has_leaves(p)))


def assigns_volatile(c: DataChange) -> bool:
    """True for an UPDATE to volatile values that must be computed before, once a row: they are also used for generated
    columns or checks, or SQLite would compute them too often or not often enough."""
    if not isinstance(c, Update):
        return False
    values = tuple(e for _, e in c.assignments)
    if c.generated or c.checks or c.view_checks:
        return is_volatile(values)
    return any(map(volatile_operands, values))


def returns_more(c: DataChange) -> bool:
    """True if RETURNING needs more than the columns of the changed rows as they are afterwards."""
    if not c.returning:
        return False
    sources = range_entries(getattr(c, "source", ())) if not isinstance(c, Insert) else set()
    used = {e.entry for t in c.returning for e in walk.descend(t.expr) if isinstance(e, ColumnRef)}
    if used & (sources | ({c.old} if c.old else set())):
        return True
    return reads_tables(c.returning)


def reads_tables(returning: tuple[Target, ...]) -> bool:
    """True if RETURNING reads tables, which it must see as they were before."""
    return any(isinstance(e, TableEntry) and e.relation.sqlite_schema != "catalog" for e in entries_of(returning))


def lower_steps(p: plan.Plan, catalog: Catalog) -> Lowered:
    """The statements in their order."""
    changes = any(isinstance(part, DataChange) for part in (p, *(cte.query for cte in p.ctes)))
    program = Program(catalog, writes=changes or advances_sequences(p))
    if locks_rows(p):
        from executor.lower.locking import Lifting

        lifting = Lifting(program.numbers)
        p = lifting.statement(p)
        program.locks_inside = lifting.inside
    program.queues = isinstance(p, plan.Merge) or any(isinstance(cte.query, DataChange) for cte in p.ctes)
    program.statement(p)
    if program.has_fired and program.queues:
        from executor.lower.firing import fire_queued

        program.steps.append(fire_queued(p))
    steps = (*program.snapshots.values(), *program.steps)
    result = next(step for step in steps if step.is_result)
    system = {r.oid: r for step in steps for r in step.lowered.system}
    return replace(result.lowered, steps=steps, system=tuple(system.values()))


class Program:
    """The steps of a statement while they are made."""

    def __init__(self, catalog: Catalog, writes: bool = True) -> None:
        self.catalog = catalog
        self.writes = writes  # something is changed, so that all of it runs in a transaction that may write
        self.steps: list[Step] = []
        self.snapshots: dict[int, Step] = {}  # by table
        self.targets: Counter[int] = Counter()  # how many parts change a table
        self.rewrites: Counter[int] = Counter()  # the same without those that only insert
        self.addresses: dict[int, list[StepEntry]] = {}  # by table: the rows that its UPDATE and DELETE parts changed
        self.changed: set[int] = set()  # tables that the steps so far may have changed
        self.ctes: dict[int, Cte] = {}
        self.shared: set[int] = set()  # plain WITH queries that several parts read, or whose rows are locked: computed once
        self.kept: set[int] = set()
        self.current: set[int] = set()  # entries that are read as they are: no row of theirs has been changed
        self.queues = False  # AFTER triggers of its parts wait for its end
        self.has_fired = False  # triggers may have changed any table
        self.locks_inside = False  # SQLite calls a function that locks rows
        self.numbers = count(FIRST_STEP_ENTRY)

    # --- parts and their order ------------------------------------------------------------------------------------

    def statement(self, p: plan.Plan) -> None:
        """Make the steps of a whole statement."""
        self.ctes = {cte.number: cte for cte in p.ctes}
        main = replace(p, ctes=())
        changes = [cte for cte in p.ctes if isinstance(cte.query, DataChange)]
        for part in (main, *(c.query for c in changes)):
            if isinstance(part, DataChange):
                changed = {part.relation.oid, *(leaf.relation.oid for leaf in part.leaves)}
                self.targets.update(changed)
                self.rewrites.update(() if isinstance(part, Insert) and part.on_conflict is None else changed)
        reads = {cte.number: self._reads(cte.query) for cte in changes}
        reads[0] = self._reads(main)
        self.shared = {
            number for number, cte in self.ctes.items() if isinstance(cte.query, Query) and (
                sum(number in found for found in reads.values()) > 1 or (isinstance(cte.query, Select) and cte.query.locking))}
        before = reads[0] | {cte.number for cte in changes if _must_precede(cte.query, main)}
        for cte in reversed(changes):
            if cte.number in before:
                before |= reads[cte.number]
        for cte in changes:
            if cte.number in before:
                self.part(cte.query, keep=cte.number)
        self.part(main)
        for cte in changes:
            if cte.number not in before:
                self.part(cte.query, keep=cte.number)

    def _reads(self, value: Any) -> set[int]:
        """The WITH queries of the statement that a part reads, also through plain ones."""
        found: set[int] = set()
        pending = [e.cte for e in entries_of(value) if isinstance(e, CteEntry)]
        while pending:
            number = pending.pop()
            if number in found or number not in self.ctes:
                continue
            found.add(number)
            inner = self.ctes[number].query
            if isinstance(inner, Query):
                pending += [e.cte for e in entries_of(inner) if isinstance(e, CteEntry)]
        return found

    def part(self, p: plan.Plan, keep: int = 0) -> None:
        """One part: the main query (keep 0), or a WITH query whose rows are kept under its number."""
        p = self.with_ctes(p)
        if isinstance(p, Query):
            self.read(p, keep=keep, is_result=not keep)
        else:
            self.change(p, keep)

    def with_ctes(self, p: Any) -> Any:
        """A part with the plain WITH queries it reads; the others' rows are kept ones."""
        reads = self._reads(p)
        for number in self.ctes:
            if number in reads & self.shared and number not in self.kept:
                self.kept.add(number)
                self.read(self.with_ctes(self.ctes[number].query), keep=number)
        own = tuple(cte for number, cte in self.ctes.items()
                    if number in reads and number not in self.shared and isinstance(cte.query, Query))
        whole = replace(p, ctes=(*own, *p.ctes))
        found: Any = replace_entries(whole, lambda e: self._kept_entry(e))
        return found

    def _kept_entry(self, entry: FromItem) -> FromItem:
        if not isinstance(entry, CteEntry) or entry.cte not in self.ctes:
            return entry
        if entry.cte not in self.shared and isinstance(self.ctes[entry.cte].query, Query):
            return entry
        return StepEntry(number=entry.number, alias=entry.alias, columns=entry.columns, step=entry.cte)

    # --- the snapshot ---------------------------------------------------------------------------------------------

    def on_snapshot(self, p: Any) -> Any:
        """A part reading the tables that were changed meanwhile as they were."""
        current = self.current
        if isinstance(p, DataChange):
            current = {p.entry.number, *(leaf.entry.number for leaf in p.leaves), *current}

        def change(entry: FromItem) -> FromItem:
            if not isinstance(entry, TableEntry) or entry.relation.oid not in self.changed or entry.number in current:
                return entry
            relation = entry.relation
            self._keep_table(relation)
            return StepEntry(number=entry.number, alias=entry.alias, columns=entry.columns, step=relation.oid + SNAPSHOT,
                             rowid=len(relation.columns))

        return replace_entries(p, change)

    def _keep_table(self, relation: Relation) -> None:
        if relation.oid in self.snapshots:
            return
        if not relation.rowid:
            raise not_supported(f'reading table "{relation.name}", which the same statement changes')
        entry = TableEntry(number=next(self.numbers), alias="", relation=relation,
                           columns=tuple((c.name, c.type, c.typmod) for c in relation.columns))
        rows = Select(targets=targets_of([*columns_of(entry), row_number(entry)]), source=(entry,))
        self.snapshots[relation.oid] = Step(read(rows), rows, keep=relation.oid + SNAPSHOT)

    def _note_change(self, relation: Relation) -> None:
        """The table, and those that foreign keys change with it."""
        pending = [relation.oid]
        while pending:
            oid = pending.pop()
            if oid in self.changed:
                continue
            self.changed.add(oid)
            pending += [r.oid for r in self.catalog.relations for c in r.constraints if c.kind == "f"
                        and c.referenced == oid and (c.on_delete in CASCADES or c.on_update in CASCADES)]

    @property
    def has_result(self) -> bool:
        """True if a step so far gives the client its rows, or its row count: a MERGE's join."""
        return any(step.is_result for step in self.steps)

    # --- steps ----------------------------------------------------------------------------------------------------

    def read(self, q: Query, *, keep: int = 0, is_result: bool = False, first_only: bool = False,
             once: tuple[int, ...] = (), key: tuple[int, ...] = (0,)) -> None:
        """A step that reads."""
        locks = None
        if isinstance(q, Select) and q.locking:
            from executor.lower.locking import tables, with_addresses

            for entry in tables(q):
                if entry.relation.oid in self.changed:
                    raise not_supported(f'locking rows of table "{entry.relation.name}", which the same statement changes')
            q, locks = with_addresses(q, lambda bounds: read(self.on_snapshot(bounds), writes=self.writes))
        if locks is None and self.locks_inside:
            locks = RowLocks(width=len(q.targets))
        if self.catalog.children:
            from executor.lower.trees import expand

            q = expand(q, self.catalog)
        q = self.on_snapshot(q)
        # SQLite may stop a read that takes long, and not a write: rows that are locked are read under the turn to write, but
        # not as a part of what is written.
        lowered = read(q, top=is_result, writes=self.writes and (locks is None or is_result))
        self.steps.append(Step(lowered, q, keep=keep, is_result=is_result, first_only=first_only, once=once, locks=locks,
                               key=key))

    def change(self, c: DataChange, keep: int) -> None:
        """The steps of a change. keep 0: it is the main query."""
        if c.leaves and any(self.rewrites[oid] > 1 for oid in (c.relation.oid, *(leaf.relation.oid for leaf in c.leaves))):
            raise not_supported(f'changing rows of table "{c.relation.name}" in two parts of one statement')
        if isinstance(c, plan.Merge):
            from executor.lower.merge import merge

            if self.targets[c.relation.oid] > 1:
                raise not_supported(f'changing rows of table "{c.relation.name}" in two parts of one statement')
            merge(self, c, keep)
            return
        several = self.targets[c.relation.oid] > 1
        if c.firing is not None:
            if several and not (isinstance(c, Insert) and (c.on_conflict is None or not c.on_conflict.update)):
                raise not_supported(f'changing rows of table "{c.relation.name}", with triggers, in two parts of a statement')
            self.fire(c, keep=keep, is_result=not keep, counts=not keep)
            return
        if isinstance(c, Insert) and several and c.on_conflict is not None and c.on_conflict.update:
            raise not_supported(f'changing rows of table "{c.relation.name}" in two parts of one statement')
        c = self.on_snapshot(c)
        if isinstance(c, Insert) and has_leaves(c):
            inserted(self, c, keep=keep)
            return
        if not c.leaves and not returns_more(c) and not assigns_volatile(c) and not (several and not isinstance(c, Insert)):
            self.write(c, keep=keep, is_result=not keep)
            return
        row = changed_row(self, c, is_main=not keep)
        if not c.returning:
            return
        self.read(Select(targets=row.returning(c.returning), source=(row.entry(),), ctes=c.ctes), keep=keep,
                  is_result=not keep)

    def fire(self, c: DataChange, *, keep: int = 0, is_result: bool = False, counts: bool = False) -> None:
        """A step that changes a table whose triggers fire."""
        from executor.lower.firing import lower_firing

        self.changed |= {e.relation.oid for e in entries_of(c.returning) if isinstance(e, TableEntry)}
        c = self.on_snapshot(c)
        lowered = lower_firing(c, next(self.numbers), returning=lambda q: read(q, top=not keep), queues=self.queues)
        self.fired(Step(lowered, c, keep=keep, is_result=is_result, counts=counts))

    def fired(self, step: Step) -> None:
        """Add a step in which triggers fire, which may have changed any table."""
        self.steps.append(step)
        self.has_fired = True
        self.changed |= {r.oid for r in self.catalog.relations if r.kind == "r"}

    def write(self, c: DataChange, *, keep: int = 0, is_result: bool = False, counts: bool = False,
              only: tuple[int, int, int] | None = None) -> None:
        """A step that changes a table."""
        if c.firing is not None:
            self.fire(c, keep=keep, is_result=is_result, counts=counts or is_result)
            return
        g = Generator(exact=bool(keep))
        lowered = g.finish(change(g, c), writes=True)
        self.steps.append(Step(lowered, c, keep=keep, is_result=is_result, counts=counts or is_result, only=only))
        self._note_change(c.relation)


SNAPSHOT = 1 << 40
"""Snapshots are kept under the tables' OIDs from here on."""


class ChangedRows:
    """The kept rows of a change: `place` says where an expression of RETURNING finds its columns."""

    def __init__(self, step: int, outputs: Outputs, rowid: int = -1) -> None:
        self.step = step
        self.outputs = outputs
        self.rowid = rowid
        self.new: dict[tuple[int, int], Expr] = {}  # (entry, index) -> what stands for it, over the kept rows

    def entry(self) -> StepEntry:
        """The rows in FROM."""
        return StepEntry(number=self.outputs.number, alias="", columns=self.outputs.columns, step=self.step, rowid=self.rowid)

    def place(self, expr: Expr) -> Expr | None:
        """A column as the kept rows have it."""
        return self.new.get((expr.entry, expr.index)) if isinstance(expr, ColumnRef) else None

    def returning(self, targets: Iterable[Target]) -> tuple[Target, ...]:
        """RETURNING's list over the kept rows."""
        found: tuple[Target, ...] = rewrite(tuple(targets), self.place, self.place)
        return found


def changed_row(program: Program, c: DataChange, is_main: bool) -> ChangedRows:
    """Make the steps that change the table, and keep what RETURNING needs. is_main: its changes are counted."""
    found: ChangedRows = KINDS[type(c)](program, c, is_main)
    return found


def _inserted(program: Program, c: Insert, is_main: bool) -> ChangedRows:
    step = next(program.numbers)
    outputs = Outputs(step)
    rows = ChangedRows(step, outputs, rowid=len(c.relation.columns) if c.relation.rowid else -1)
    for i, column in enumerate(columns_of(c.entry)):
        rows.new[c.entry.number, i] = outputs.reference(column)
    returned = list(outputs.exprs)
    if c.relation.rowid:
        returned.append(row_number(c.entry))
        rows.new[c.entry.number, -1] = ColumnRef(type=T.TID, entry=step, index=-1, name="ctid")
    program.write(replace(c, returning=targets_of(returned)), keep=step, counts=is_main)
    return rows


def _address(c: DataChange, outputs: Outputs) -> None:
    """The row's address as the first outputs: its rowid, and its table if that may be another than the one named."""
    outputs.reference(row_number(c.entry))
    if c.leaves:
        outputs.reference(table_oid(c.entry.number))


def _rows_by_address(program: Program, c: Any, outputs: Outputs) -> ChangedRows:
    """Keep the addresses of the rows to change, and the other columns that RETURNING uses."""
    if not c.relation.rowid:
        raise not_supported("RETURNING of other rows than the changed ones, of a table without rowid")
    rows = ChangedRows(outputs.number, outputs, rowid=0)
    sources = range_entries(c.source)
    for e in used_columns(c.returning):
        if e.entry in sources or e.entry in (c.entry.number, c.old):
            of = replace(e, entry=c.entry.number) if e.entry == c.old else e
            kept = outputs.reference(of) if e.index != -1 or e.entry in sources else None
            rows.new[e.entry, e.index] = kept or ColumnRef(type=T.TID, entry=outputs.number, index=-1, name="ctid")
    return rows


def _deleted(program: Program, c: plan.Delete, is_main: bool) -> ChangedRows:
    outputs = Outputs(next(program.numbers))
    _address(c, outputs)
    rows = _rows_by_address(program, c, outputs)
    _keep_rows(program, c, rows, is_result=is_main and bool(c.leaves) and not c.returning and not program.has_result)
    kept, where = by_address(program, c.entry, rows, 1 if c.leaves else 0)
    if c.leaves:
        write_leaves(program, replace(c, source=(kept,), where=where, returning=(), ctes=()), kept, 1, counts=is_main)
        return rows
    program.write(replace(c, source=(kept,), where=where, returning=(), ctes=()), counts=is_main,
                  is_result=is_main and not c.returning and not program.has_result)
    return rows


def _updated(program: Program, c: Update, is_main: bool) -> ChangedRows:
    outputs = Outputs(next(program.numbers))
    _address(c, outputs)
    assigned = {column.number: outputs.add(expr) for column, expr in c.assignments}
    rows = _rows_by_address(program, c, outputs)
    for i, (column, old) in enumerate(zip(c.relation.columns, columns_of(c.entry), strict=True)):
        rows.new[c.entry.number, i] = assigned[column.number] if column.number in assigned else outputs.reference(old)
    new_row(rows, c)
    _keep_rows(program, c, rows, is_result=is_main and bool(c.leaves) and not c.returning and not program.has_result)
    if c.moves:
        return move_rows(program, c, rows, lambda entry: _same_row(c.entry, entry, 1), counts=is_main)
    kept, where = by_address(program, c.entry, rows, 1 if c.leaves else 0)
    assignments = tuple((column, replace(assigned[column.number], entry=kept.number)) for column, _ in c.assignments)
    if c.leaves:
        done = replace(c, assignments=assignments, source=(kept,), where=where, returning=(), ctes=())
        write_leaves(program, done, kept, 1, counts=is_main)
        return rows
    program.write(replace(c, assignments=assignments, source=(kept,), where=where, returning=(), ctes=()), counts=is_main,
                  is_result=is_main and not c.returning and not program.has_result)
    return rows


def new_row(rows: ChangedRows, c: DataChange) -> None:
    """Add the generated columns to a new row whose other columns are known."""
    refuse_computed(c)
    places = {column.number: i for i, column in enumerate(c.relation.columns)}
    for column, expr in c.generated:
        rows.new[c.entry.number, places[column.number]] = rewrite(expr, rows.place, rows.place)


def _keep_rows(program: Program, c: Any, rows: ChangedRows, is_result: bool = False) -> None:
    """The step that finds the rows to change: none that another part of the statement has changed already."""
    tests: list[Expr] = [] if c.where is None else [c.where]
    changed = program.addresses.setdefault(c.relation.oid, [])
    for kept in changed:
        address = ColumnRef(type=T.INT8, entry=kept.number, index=0, name="rowid")
        found = Select(targets=targets_of([address]), source=(kept,))
        same = equal(row_number(c.entry), plan.ElementRef(type=T.INT8))
        known = plan.Subquery(type=T.BOOL, kind="any", query=found, value=(row_number(c.entry),), compare=(same,), operator="=")
        tests.append(plan.BoolOp(type=T.BOOL, operator="NOT", arguments=(known,)))
    where = tests[0] if len(tests) == 1 else plan.BoolOp(type=T.BOOL, operator="AND", arguments=tuple(tests)) if tests else None
    program.read(Select(targets=rows.outputs.targets, source=(c.entry, *c.source), where=where, ctes=c.ctes), keep=rows.step,
                 first_only=True, is_result=is_result, key=(0, 1) if c.leaves else (0,))
    changed.append(replace(rows.entry(), number=next(program.numbers)))


KINDS: dict[type, Any] = {Insert: _inserted, plan.Delete: _deleted, Update: _updated}


def by_address(program: Program, entry: TableEntry, rows: ChangedRows, table: int = 0) -> tuple[StepEntry, Expr]:
    """The kept rows as a further FROM item of a change, and the condition that they are the table's. table: see
    `_same_row`."""
    kept = replace(rows.entry(), number=next(program.numbers))
    return kept, _same_row(entry, kept, table)


def _same_row(entry: TableEntry, kept: StepEntry, table: int) -> Expr:
    """That a row is a kept one. table: which column of those is its tableoid; 0 if all are of one table."""
    same = equal(row_number(entry), ColumnRef(type=T.INT8, entry=kept.number, index=0, name="rowid"))
    return plan.BoolOp(type=T.BOOL, operator="AND", arguments=(same, same_table(entry, kept, table))) if table else same


def same_table(entry: TableEntry, kept: StepEntry, table: int) -> Expr:
    """That a row is in the table of a kept one."""
    return equal(table_oid(entry.number), ColumnRef(type=T.INT8, entry=kept.number, index=table, name="tableoid"))


def equal(left: Expr, right: Expr) -> plan.Call:
    """left = right, both of type bigint."""
    operator = lookup.operator_by_signature("=", T.INT8, T.INT8)
    assert operator is not None
    return plan.Call(type=T.BOOL, function=lookup.functions_by_oid()[operator.function], arguments=(left, right), operator="=")


def read(q: Query, top: bool = False, writes: bool = True) -> Lowered:
    """A query. top: its rows go to the client. writes: it runs in the transaction of a change."""
    g = Generator()
    return g.finish(query(g, q, top=top), writes=writes)


def row_number(entry: TableEntry) -> RowNumber:
    """The address of an entry's row."""
    return RowNumber(type=T.INT8, entry=entry.number, index=-1, name="rowid")


def columns_of(entry: plan.RangeEntry) -> list[Expr]:
    """An entry's columns as expressions."""
    return [ColumnRef(type=oid, typmod=typmod, entry=entry.number, index=i, name=name)
            for i, (name, oid, typmod) in enumerate(entry.columns)]


def used_columns(value: Any) -> Iterator[ColumnRef]:
    """The columns used in expressions, each once."""
    seen = set()
    for e in walk.descend(value):
        if isinstance(e, ColumnRef) and (e.entry, e.index) not in seen:
            seen.add((e.entry, e.index))
            yield e


def _must_precede(first: Any, main: plan.Plan) -> bool:
    """True if foreign keys, which SQLite checks after each step, want it to run before the main query."""
    if not isinstance(main, DataChange):
        return False
    if isinstance(first, Insert):
        return any(c.referenced == first.relation.oid for c in main.relation.constraints if c.kind == "f")
    return isinstance(first, plan.Delete) and any(c.referenced == main.relation.oid for c in first.relation.constraints
                                                  if c.kind == "f")
