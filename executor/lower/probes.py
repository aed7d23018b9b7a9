"""SQLite text for finding out why a statement failed: its rows as a query, one row's change, one row's rules.

A row's values are given as parameters numbered from ROW on, which no statement's own parameter reaches.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from executor import plan
from executor.bind.operators import equality
from executor.bind.statement import Statement as Binding
from executor.catalog.model import Column, Constraint, Relation
from executor.lower.change import column_text
from executor.lower.expressions import collation, value
from executor.lower.generator import Generator, Lowered, Slot
from executor.lower.query import query
from executor.lower.statement import lower
from executor.types import oids as T

ROW = 100_000
SOURCE = 1_000_000
"""Number of the range entry that stands for the one row of an INSERT."""


class Key(msgspec.Struct, frozen=True):
    """One key of an index: `expr` over the table's entry; column keys have their place in the table too."""

    expr: plan.Expr
    index: int = -1


def inserted_rows(c: plan.Insert) -> Lowered:
    """The rows an INSERT would insert: a value for each of c.columns."""
    return rows_of(replace(c.source, ctes=(*c.ctes, *c.source.ctes)))


def changed_rows(c: plan.Update) -> Lowered:
    """The rows an UPDATE would change: rowid, the old row, the values assigned."""
    targets = [_rowid(c.entry), *_columns(c.entry), *(e for _, e in c.assignments)]
    return rows_of(plan.Select(targets=_targets(targets), source=(c.entry, *c.source), where=c.where, ctes=c.ctes))


def deleted_rows(c: plan.Delete) -> Lowered:
    """The rows a DELETE would delete."""
    targets = _targets(_columns(c.entry))
    return rows_of(plan.Select(targets=targets, source=(c.entry, *c.source), where=c.where, ctes=c.ctes))


def rows_of(q: plan.Query) -> Lowered:
    """A query whose values are all in stored form."""
    g = Generator()
    return g.finish(query(g, q))


def _rowid(entry: plan.TableEntry) -> plan.Expr:
    return plan.RowNumber(type=T.INT8, entry=entry.number, index=-1, name="rowid")


def _columns(entry: plan.TableEntry) -> list[plan.Expr]:
    return [plan.ColumnRef(type=type_, typmod=typmod, entry=entry.number, index=i, name=name)
            for i, (name, type_, typmod) in enumerate(entry.columns)]


def _targets(expressions: Sequence[plan.Expr]) -> tuple[plan.Target, ...]:
    return tuple(plan.Target(expr=e, name="") for e in expressions)


def _parameters(columns: Sequence[Column]) -> tuple[plan.Param, ...]:
    return tuple(plan.Param(type=c.type, typmod=c.typmod, number=ROW + i) for i, c in enumerate(columns))


# ---------------------------------------------------------------- one row


def insert_one(c: plan.Insert) -> Lowered:
    """The INSERT for one row, whose values are parameters."""
    row = _parameters(c.columns)
    columns = tuple((x.name, x.type, x.typmod) for x in c.columns)
    entry = plan.ValuesEntry(number=SOURCE, alias="", rows=(row,), columns=columns)
    references = [plan.ColumnRef(type=x.type, typmod=x.typmod, entry=SOURCE, index=i, name=x.name)
                  for i, x in enumerate(c.columns)]
    source = plan.Select(targets=_targets(references), source=(entry,))
    return lower(replace(c, source=source, ctes=c.ctes if c.on_conflict is not None else (), returning=()))


def update_one(c: plan.Update, s: Binding) -> Lowered:
    """The UPDATE for one row: the values assigned are the first parameters, its rowid is the one after them.

    Without the checks made by pgquill, which would keep SQLite from looking the row up by its rowid.
    """
    row = _parameters([column for column, _ in c.assignments])
    number = plan.Param(type=T.INT8, number=ROW + len(row))
    where = equality(s, T.INT8, _rowid(c.entry), number, 0)
    assigned = tuple((column, parameter) for (column, _), parameter in zip(c.assignments, row, strict=True))
    return lower(replace(c, assignments=assigned, source=(), where=where, ctes=(), returning=(), checks=()))


def same_key(c: plan.Insert) -> Lowered:
    """The rowid of the row that an INSERT ... ON CONFLICT (keys) meets."""
    assert c.on_conflict is not None
    g = Generator()
    row = _given_row(g, c.entry)
    tests = []
    for key in c.on_conflict.keys:
        assert isinstance(key, plan.ColumnRef)
        tests.append(f"t.{column_text(c.relation.columns[key.index])} = {g.overrides[c.entry.number, key.index]}")
    table = g.table(c.relation)
    return g.finish(f"SELECT t.{c.relation.rowid} FROM {row}, {table} AS t WHERE {' AND '.join(tests)} LIMIT 1")


def updated_on_conflict(c: plan.Insert, s: Binding) -> Lowered:
    """What DO UPDATE makes of a row: the row as it is, the values assigned. Its rowid comes after the proposed row."""
    conflict = c.on_conflict
    assert conflict is not None
    columns = c.relation.columns
    number = plan.Param(type=T.INT8, number=ROW + len(columns))
    where = equality(s, T.INT8, _rowid(c.entry), number, 0)
    excluded = plan.ValuesEntry(number=conflict.excluded, alias="excluded", rows=(_parameters(columns),),
                                columns=c.entry.columns)
    targets = [*_columns(c.entry), *(e for _, e in conflict.assignments)]
    return rows_of(plan.Select(targets=_targets(targets), source=(c.entry, excluded), where=where, ctes=c.ctes))


def _given_row(g: Generator, entry: plan.TableEntry, has_rowid: bool = False) -> str:
    """The row of the parameters, as a range entry r: c0, c1, ... and, after them, its rowid."""
    texts = []
    for i, column in enumerate(entry.relation.columns):
        texts.append(f"{g.slot(Slot('param', ROW + i, column.type))} AS c{i}")
        g.overrides[entry.number, i] = f"r.c{i}"
    if has_rowid:
        texts.append(f"{g.slot(Slot('param', ROW + len(texts), T.INT8))} AS c{len(texts)}")
    return f"(SELECT {', '.join(texts)}) AS r"


def generated_values(entry: plan.TableEntry, generated: Sequence[tuple[Column, plan.Expr]]) -> Lowered:
    """The generated columns of a row that is given without them."""
    g = Generator()
    row = _given_row(g, entry)
    texts = []
    for column, expr in generated:
        text = value(g, expr)
        texts.append(text)
        g.overrides[entry.number, entry.relation.columns.index(column)] = f"({text})"
    return g.finish(f"SELECT {', '.join(texts)} FROM {row}")


def violates(entry: plan.TableEntry, check: plan.Expr) -> Lowered:
    """1 if a row violates a CHECK."""
    g = Generator()
    row = _given_row(g, entry)
    return g.finish(f"SELECT ({value(g, check)}) IS FALSE FROM {row}")


def conflicting(entry: plan.TableEntry, keys: Sequence[Key], predicate: plan.Expr | None, *, nulls_equal: bool,
                has_rowid: bool) -> Lowered:
    """The key of a row if another row has the same. has_rowid: its own rowid is the parameter after its values."""
    theirs, ours = Generator(), Generator()
    row = _given_row(ours, entry, has_rowid)
    relation = entry.relation
    theirs.enter(entry)
    for i, column in enumerate(relation.columns):
        theirs.overrides[entry.number, i] = f"t.{column_text(column)}"
    texts, tests = [], []
    for key in keys:
        text = value(ours, key.expr) if key.index < 0 else ours.overrides[entry.number, key.index]
        other = (value(theirs, key.expr) + collation(theirs, key.expr.type) if key.index < 0
                 else theirs.overrides[entry.number, key.index])
        texts.append(text)
        tests.append(f"{other} {'IS' if nulls_equal else '='} ({text})")
    if predicate is not None:
        tests += [f"({value(theirs, predicate)})", f"({value(ours, predicate)})"]
    if has_rowid:
        tests.append(f"t.{relation.rowid} <> r.c{len(relation.columns)}")
    for need in theirs.needs.values():
        ours.need(need)
    table = theirs.table(relation)
    ours.temp = theirs.temp
    return ours.finish(f"SELECT {', '.join(texts)} FROM {row}, {table} AS t WHERE {' AND '.join(tests)} LIMIT 1")


# ---------------------------------------------------------------- foreign keys


def _equal(side: str, relation: Relation, numbers: Sequence[int], values: Sequence[str]) -> str:
    return " AND ".join(f"{side}.{column_text(relation.by_number[number])} = {text}"
                        for number, text in zip(numbers, values, strict=True))


def _marks(relation: Relation, numbers: Sequence[int]) -> tuple[list[str], tuple[Slot, ...]]:
    marks = [f"?{i}" for i in range(1, len(numbers) + 1)]
    return marks, tuple(Slot("param", ROW + i, relation.by_number[n].type) for i, n in enumerate(numbers))


def parent_of(key: Constraint, child: Relation, parent: Relation) -> Lowered:
    """1 if a row has the referenced key, given as parameters."""
    g = Generator()
    marks, slots = _marks(child, key.columns)
    g.slots.extend(slots)
    equal = _equal("p", parent, key.referenced_columns, marks)
    return g.finish(f"SELECT 1 FROM {g.table(parent)} AS p WHERE {equal} LIMIT 1")


def children_of(key: Constraint, child: Relation, parent: Relation) -> Lowered:
    """The rows that reference a key, given as parameters."""
    g = Generator()
    marks, slots = _marks(parent, key.referenced_columns)
    g.slots.extend(slots)
    columns = ", ".join(f"c.{column_text(column)}" for column in child.columns)
    return g.finish(f"SELECT {columns} FROM {g.table(child)} AS c WHERE {_equal('c', child, key.columns, marks)}")


def orphan(key: Constraint, child: Relation, parent: Relation) -> Lowered:
    """The rowid and the key of a row that references nothing."""
    g = Generator()
    texts = [f"c.{column_text(child.by_number[number])}" for number in key.columns]
    table, other = g.table(child), g.table(parent)
    filled = " AND ".join(f"{text} IS NOT NULL" for text in texts)
    rowid = f"c.{child.rowid}" if child.rowid else "NULL"
    return g.finish(
        f"SELECT {', '.join([rowid, *texts])} FROM {table} AS c WHERE {filled} AND NOT EXISTS "
        f"(SELECT 1 FROM {other} AS p WHERE {_equal('p', parent, key.referenced_columns, texts)}) LIMIT 1")


def same_row(key: Constraint, child: Relation) -> Lowered:
    """1 if the row with a rowid (the last parameter) has this foreign key (the others)."""
    g = Generator()
    marks, slots = _marks(child, key.columns)
    g.slots.extend((*slots, Slot("param", ROW + len(slots), T.INT8)))
    table, equal = g.table(child), _equal("c", child, key.columns, marks)
    return g.finish(f"SELECT 1 FROM {table} AS c WHERE {equal} AND c.{child.rowid} = ?{len(marks) + 1}")
