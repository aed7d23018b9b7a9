"""Changes of tables whose triggers fire: one SQLite statement that calls executor.triggers.run, and what that runs for each row.

A trigger before a row decides what is written, and sees what the statement has written so far: so the rows are written one
by one, each as a statement of its own, which a table-valued function runs from within the statement the client asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace as dataclass_replace
from itertools import count
from typing import Any

from executor import plan, walk
from executor.catalog.model import Column, Relation
from executor.errors import not_supported
from executor.lower.change import CHANGES, check_text, column_text, refuse_computed
from executor.lower.expressions import value
from executor.lower.generator import Generator, Lowered, Step
from executor.lower.outputs import Outputs, targets_of
from executor.lower.query import from_clause, query
from executor.lower.rewriting import entries_of, range_entries, replace, rewrite
from executor.lower.steps import columns_of, equal, row_number, used_columns
from executor.plan import ColumnRef, Const, DataChange, Delete, Expr, Insert, Param, Select, StepEntry, Update, ValuesEntry
from executor.triggers.firing import ROW, Part, part
from executor.triggers.program import Conflict, MergeProgram, Program, RowInsert, RowUpdate
from executor.types import oids as T
from storage.statement import Function, Statement, TableFunction

SOURCE = 1_000_000
"""Number of the range entry that stands for the one row that is written."""
_names = count(1)


class Parts:
    """Collects what the parts of a change need: parameters of the whole statement, system catalogs."""

    def __init__(self) -> None:
        self.slots: list[Any] = []
        self.system: dict[int, Relation] = {}
        self.temporary = False

    def part(self, lowered: Lowered) -> Part:
        """A lowered statement as a part."""
        self.system |= {r.oid: r for r in lowered.system}
        self.temporary = self.temporary or lowered.statement.temp_schema
        return part(lowered, self.slots)

    def rows(self, q: plan.Query) -> Part:
        """A query whose values are all in stored form."""
        g = Generator()
        return self.part(g.finish(query(g, q)))

    def change(self, c: DataChange) -> Part:
        """A change of one row, whose RETURNING gives stored forms."""
        g = Generator(exact=True)
        return self.part(g.finish(CHANGES[type(c)](g, c), writes=True))


def fires(c: Any) -> bool:
    """Whether a change fires triggers."""
    return isinstance(c, DataChange) and c.firing is not None


def lower_firing(c: DataChange, step: int, *, returning: Callable[[Select], Lowered] | None = None,
                 queues: bool = False) -> Lowered:
    """The statement for a change. step: a number for the rows that RETURNING reads. returning: lowers RETURNING's query.

    queues: the change is one of several of a statement.
    """
    if not c.relation.rowid and not isinstance(c, Insert) and c.relation.kind == "r":
        raise not_supported(f'triggers of table "{c.relation.name}", which has no rowid')
    if not isinstance(c, Delete):
        refuse_computed(c)
    parts = Parts()
    found: Program = KINDS[type(c)](parts, c, step, returning, queues)
    return _statement(parts, found, len(c.returning))


def lower_merge(clauses: Sequence[tuple[DataChange, int, Expr]], returning: Callable[[Select], Lowered], *,
                queues: bool) -> Lowered:
    """The statement for a MERGE. clauses: each change with a number of its own, and the place in the join of its rows."""
    from executor.triggers.merging import run_merge

    parts = Parts()
    found = MergeProgram(tuple(KINDS[type(c)](parts, c, step, returning, queues, ordinal=at) for c, step, at in clauses))
    return _called(parts, lambda context, *own: run_merge(found, context, own), len(clauses[0][0].returning))


def lower_copied_row(c: Insert) -> Lowered:
    """The statement for one row of COPY FROM, whose values are its parameters."""
    parts = Parts()
    found = _insert(parts, c, 0, None, queues=True)
    return _statement(parts, dataclass_replace(found, by_row=True), 0)


def _statement(parts: Parts, program: Program, outputs: int) -> Lowered:
    from executor.triggers.run import run_change

    return _called(parts, lambda context, *own: run_change(program, context, own), outputs)


def _called(parts: Parts, rows: Callable[..., Any], outputs: int) -> Lowered:
    """A statement that is a call of `rows`, with the parameters of its parts."""
    name = f"pg_change_{next(_names)}"
    width = max(outputs, 1)
    need = TableFunction(name, len(parts.slots), width, rows, context=True, nested=True, passing=True)
    marks = ", ".join(f"?{i}" for i in range(1, len(parts.slots) + 1))
    columns = ", ".join(f"c{i}" for i in range(width))
    statement = Statement(f"SELECT {columns} FROM {name}({marks})", (need,), writes=True, temp_schema=parts.temporary,
                          nested=True)
    return Lowered(statement, tuple(parts.slots), tuple(parts.system.values()))


def fire_queued(p: Any) -> Step:
    """The last step of a statement of several: what AFTER triggers have to do about all of them."""
    return Step(Lowered(FIRE, ()), p, fires=True)


def _fire(context: Any) -> None:
    from executor.triggers.run import run_queued

    run_queued(context)


FIRE = Statement("SELECT pg_fire_queued()", (Function("pg_fire_queued", _fire, 0, context=True, nested=True),), writes=True,
                 nested=True)


def _parameters(columns: Sequence[Column]) -> tuple[Param, ...]:
    return tuple(Param(type=c.type, typmod=c.typmod, number=ROW + i) for i, c in enumerate(columns))


def _address(relation: Relation) -> Param:
    """The address of a row, which comes after its values."""
    return Param(type=T.INT8, number=ROW + len(relation.columns))


def _stored_row(c: DataChange) -> list[Expr]:
    """What RETURNING of one row's change gives: the row, and its address."""
    address = [row_number(c.entry)] if c.relation.rowid else [Const(type=T.INT8, value=0)]
    return [*columns_of(c.entry), *address]


def _place(relation: Relation, column: Column) -> int:
    return next(i for i, c in enumerate(relation.columns) if c.number == column.number)


# ---------------------------------------------------------------- INSERT


def _insert(parts: Parts, c: Insert, step: int, returning: Any, queues: bool, *, ordinal: Expr | None = None) -> Program:
    source = replace(c.source, ctes=(*c.ctes, *c.source.ctes))
    given = tuple(_place(c.relation, column) for column in c.columns)
    if not given:
        source = replace(source, targets=targets_of([Const(type=T.INT4, value=None)]))
    if ordinal is not None:
        source = replace(source, targets=(*source.targets, *targets_of([ordinal])))
    reads = any(not isinstance(e, ValuesEntry) for e in entries_of(source))
    common: dict[str, Any] = {"given": given, "streams": not reads, "queues": queues}
    if c.relation.kind == "v":
        return _program(parts, c, parts.rows(source), step, returning, common)
    common["insert"] = row_insert(parts, c)
    if c.on_conflict is not None and c.on_conflict.update:
        common["conflict"] = _conflict(parts, c)
        assignments = c.on_conflict.assignments
        change = Update(relation=c.relation, entry=c.entry, assignments=assignments, generated=c.generated, checks=c.checks,
                        view_checks=c.view_checks, firing=c.firing)
        common |= {"update": row_update(parts, change), "reread": reread(parts, c),
                   "updated": _updated(change)}
    return _program(parts, c, parts.rows(source), step, returning, common)


def row_insert(parts: Parts, c: Insert) -> RowInsert:
    """The statement for one row."""
    given = {column.number for column in c.columns}
    left_out = tuple(i for i, column in enumerate(c.relation.columns) if column.number not in given and (
        column.sqlite_default or (column.number == c.relation.rowid_column and c.relation.made_elsewhere)))
    at = [i for i, column in enumerate(c.relation.columns) if not column.generated and i not in left_out]
    parameters = _parameters(c.relation.columns)
    columns = tuple(c.relation.columns[i] for i in at)
    shown = tuple((x.name, x.type, x.typmod) for x in columns)
    entry = ValuesEntry(number=SOURCE, alias="", rows=(tuple(parameters[i] for i in at),), columns=shown)
    source = Select(targets=targets_of(columns_of(entry)), source=(entry,))
    conflict = c.on_conflict and replace(c.on_conflict, update=False, assignments=(), where=None)
    one = replace(c, columns=columns, source=source, on_conflict=conflict, returning=targets_of(_stored_row(c)), ctes=(), old=0)
    return RowInsert(parts.change(one), left_out)


def _conflict(parts: Parts, c: Insert) -> Conflict:
    conflict = c.on_conflict
    assert conflict is not None
    if not c.relation.rowid:
        raise not_supported(f'ON CONFLICT DO UPDATE on table "{c.relation.name}", which has triggers and no rowid')
    excluded = ValuesEntry(number=conflict.excluded, alias="excluded", rows=(_parameters(c.relation.columns),),
                           columns=c.entry.columns)
    where: Expr = conflict.where if conflict.where is not None else Const(type=T.BOOL, value=1)
    targets = [*columns_of(c.entry), *(e for _, e in conflict.assignments), where]
    values = Select(targets=targets_of(targets), source=(c.entry, excluded), ctes=c.ctes,
                    where=equal(row_number(c.entry), _address(c.relation)))
    assigned = tuple(_place(c.relation, column) for column, _ in conflict.assignments)
    return Conflict(_same_key(parts, c), parts.rows(values), assigned)


def _same_key(parts: Parts, c: Insert) -> Part:
    """The address of the row that a proposed row meets."""
    conflict = c.on_conflict
    assert conflict is not None
    g = Generator()
    table = g.table(c.relation)
    parameters = _parameters(c.relation.columns)
    tests = []
    for key in conflict.keys:
        assert isinstance(key, ColumnRef)
        tests.append(f"t.{column_text(c.relation.columns[key.index])} = {value(g, parameters[key.index])}")
    if conflict.predicate is not None:
        for i, column in enumerate(c.relation.columns):
            g.overrides[c.entry.number, i] = f"t.{column_text(column)}"
        tests.append(f"({value(g, conflict.predicate)})")
    return parts.part(g.finish(f"SELECT t.{c.relation.rowid} FROM {table} AS t WHERE {' AND '.join(tests)} LIMIT 1"))


# ---------------------------------------------------------------- UPDATE, DELETE


def _update(parts: Parts, c: Update, step: int, returning: Any, queues: bool, *, ordinal: Expr | None = None) -> Program:
    common: dict[str, Any] = {"given": tuple(_place(c.relation, column) for column, _ in c.assignments), "queues": queues,
                              "updated": _updated(c)}
    if c.relation.kind == "r":
        common |= {"update": row_update(parts, c), "reread": reread(parts, c)}
    return _changed(parts, c, tuple(e for _, e in c.assignments), step, returning, common, ordinal)


def _updated(c: Update) -> frozenset[int]:
    """The columns that an UPDATE gives values to, generated ones that follow from these included."""
    found = {column.number for column, _ in c.assignments}
    for column, expr in c.generated:
        used = {c.relation.columns[e.index].number for e in walk.descend(expr)
                if isinstance(e, ColumnRef) and e.entry == c.entry.number and e.index >= 0}
        if used & found:
            found.add(column.number)
    return frozenset(found)


def row_update(parts: Parts, c: Update) -> RowUpdate:
    """The statements for one row. Where no trigger can change what is written, only what was assigned is."""
    assert c.firing is not None
    free = c.firing.has("BEFORE", "ROW", "UPDATE")
    assigned = {column.number for column, _ in c.assignments}
    parameters = _parameters(c.relation.columns)
    assignments = tuple((column, parameters[i]) for i, column in enumerate(c.relation.columns)
                        if not column.generated and (free or column.number in assigned))
    where = equal(row_number(c.entry), _address(c.relation))
    one = replace(c, assignments=assignments, source=(), where=where, returning=targets_of(_stored_row(c)), ctes=(), old=0,
                  checks=(), view_checks=())
    write = parts.change(one)
    return RowUpdate(write, _check(parts, c) if c.checks or c.view_checks else None)


def _row_entry(c: DataChange) -> ValuesEntry:
    """The row as a range entry in the table's place."""
    return ValuesEntry(number=c.entry.number, alias="", rows=(_parameters(c.relation.columns),), columns=c.entry.columns)


def _generated(parts: Parts, c: DataChange) -> Part:
    return parts.rows(Select(targets=targets_of([e for _, e in c.generated]), source=(_row_entry(c),)))


def _check(parts: Parts, c: DataChange) -> Part:
    g = Generator()
    source = from_clause(g, (_row_entry(c),))
    return parts.part(g.finish(f"SELECT {check_text(g, c)} FROM {source}"))


def reread(parts: Parts, c: DataChange) -> Part:
    """The row at an address."""
    where = equal(row_number(c.entry), Param(type=T.INT8, number=ROW))
    return parts.rows(Select(targets=targets_of(columns_of(c.entry)), source=(c.entry,), where=where))


def _delete(parts: Parts, c: Delete, step: int, returning: Any, queues: bool, *, ordinal: Expr | None = None) -> Program:
    common: dict[str, Any] = {"queues": queues}
    if c.relation.kind == "r":
        where = equal(row_number(c.entry), Param(type=T.INT8, number=ROW))
        common |= {"delete": parts.change(replace(c, source=(), where=where, returning=(), ctes=(), old=0)),
                   "reread": reread(parts, c)}
    return _changed(parts, c, (), step, returning, common, ordinal)


def _changed(parts: Parts, c: Any, assigned: tuple[Expr, ...], step: int, returning: Any, common: dict[str, Any],
             ordinal: Expr | None) -> Program:
    """UPDATE and DELETE: which rows, their old values, the new ones, and what RETURNING needs besides."""
    is_view = c.relation.kind == "v"
    target = c.firing.view if is_view else c.entry
    address = Const(type=T.INT8, value=0) if is_view else row_number(c.entry)
    sources = range_entries(c.source)
    extras = [e for e in used_columns(c.returning) if e.entry in sources]
    targets = targets_of([address, *columns_of(c.entry), *assigned, *extras, *([ordinal] if ordinal is not None else [])])
    rows = Select(targets=targets, source=(target, *c.source), where=c.where, ctes=c.ctes)
    return _program(parts, c, parts.rows(rows), step, returning, common, extras)


# ---------------------------------------------------------------- RETURNING


def _program(parts: Parts, c: DataChange, source: Part, step: int, returning: Any, common: dict[str, Any],
             extras: Sequence[ColumnRef] = ()) -> Program:
    if c.returning:
        common = common | {"returning": parts.part(returning(returned(c, step, extras))), "step": step, "extras": len(extras)}
    if c.generated:
        computed = tuple(_place(c.relation, column) for column, _ in c.generated)
        common = common | {"generated": _generated(parts, c), "computed": computed}
    assert c.firing is not None
    event = {Insert: "INSERT", Update: "UPDATE", Delete: "DELETE"}[type(c)]
    return Program(event=event, relation=c.relation, firing=c.firing, source=source, **common)


def returned(c: DataChange, step: int, extras: Sequence[ColumnRef]) -> Select:
    """RETURNING as a query over the kept rows: address, old row, new row, extras."""
    outputs = Outputs(step)
    outputs.add(row_number(c.entry))
    places: dict[tuple[int, int], Expr] = {}
    own, other = (0, c.entry.number) if isinstance(c, Delete) else (c.entry.number, c.old)
    for number in (c.old if not isinstance(c, Delete) else c.entry.number, own):
        for i, column in enumerate(columns_of(c.entry)):
            kept = outputs.add(column)
            if number:
                places[number, i] = kept
    for e in extras:
        places[e.entry, e.index] = outputs.add(e)
    places[c.entry.number, -1] = ColumnRef(type=T.TID, entry=step, index=-1, name="ctid")
    if other and other != c.entry.number:
        places[other, -1] = places[c.entry.number, -1]

    def place(expr: Expr) -> Expr | None:
        return places.get((expr.entry, expr.index)) if isinstance(expr, ColumnRef) else None

    entry = StepEntry(number=step, alias="", columns=outputs.columns, step=step, rowid=0)
    return Select(targets=rewrite(c.returning, place, place), source=(entry,), ctes=c.ctes)


KINDS: dict[type, Callable[..., Program]] = {Insert: _insert, Update: _update, Delete: _delete}
