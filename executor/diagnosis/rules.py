"""Which rule a new row breaks first, in PostgreSQL's order: NOT NULL by column, CHECK by name, unique index by OID."""

from collections.abc import Sequence

from executor import plan
from executor.catalog.model import Index, Relation
from executor.catalog.quoting import quote_identifier
from executor.diagnosis.replay import Replay
from executor.diagnosis.texts import UNKNOWN, Row, failing_row, key
from executor.errors import SqlError
from executor.lower.probes import Key, conflicting, generated_values, violates
from executor.parse import parse_expression
from executor.translate import check_violation, not_null_violation, unique_violation
from executor.types.base import Stored


async def completed(replay: Replay, c: plan.DataChange, row: Sequence[Stored]) -> list[Stored]:
    """A new row with the values of its generated columns."""
    found = list(row)
    if c.generated and UNKNOWN not in found:
        (values,) = await replay.rows(generated_values(c.entry, c.generated), found)
        for (column, _), value in zip(c.generated, values, strict=True):
            found[c.relation.columns.index(column)] = value
    return found


async def broken_row_rule(replay: Replay, c: plan.DataChange, row: Row) -> SqlError | None:
    """The NOT NULL or CHECK that a complete row violates."""
    relation = c.relation
    for column, value in zip(relation.columns, row, strict=True):
        if value is None and column.not_null:
            return not_null_violation(relation, column.name, failing_row(relation, row, replay.env))
    for constraint in sorted((k for k in relation.constraints if k.kind == "c" and k.enforced), key=lambda k: k.name):
        expression = replay.bound(c.entry, constraint.expression)
        if expression is None or UNKNOWN in row:
            continue
        ((violated,),) = await replay.rows(violates(c.entry, expression), row)
        if violated:
            return check_violation(relation, constraint.name, failing_row(relation, row, replay.env))
    return None


async def broken_index(replay: Replay, c: plan.DataChange, row: Row, rowid: int | None) -> SqlError | None:
    """The unique index that has the row's key already. rowid: the row's own, if it is in the table."""
    for index in sorted((i for i in c.relation.indexes if i.unique), key=lambda i: i.oid):
        detail = await _same_key(replay, c.entry, index, row, rowid)
        if detail is not None:
            return unique_violation(c.relation, index.name, f"{detail} already exists.")
    return None


async def _same_key(replay: Replay, entry: plan.TableEntry, index: Index, row: Row, rowid: int | None) -> str | None:
    keys = _keys(replay, entry, index)
    predicate = replay.bound(entry, index.predicate) if index.predicate else None
    if keys is None or (index.predicate and predicate is None) or UNKNOWN in row:
        return None
    probe = conflicting(entry, keys, predicate, nulls_equal=index.nulls_not_distinct, has_rowid=rowid is not None)
    found = await replay.rows(probe, [*row, rowid], 1)
    if not found:
        return None
    return key(_key_names(entry.relation, index), [(k.expr.type, k.expr.typmod) for k in keys], found[0], replay.env)


def _keys(replay: Replay, entry: plan.TableEntry, index: Index) -> list[Key] | None:
    found = []
    for column in index.columns:
        if column.column:
            i = entry.relation.columns.index(entry.relation.by_number[column.column])
            name, type_, typmod = entry.columns[i]
            found.append(Key(plan.ColumnRef(type=type_, typmod=typmod, entry=entry.number, index=i, name=name), i))
            continue
        expression = replay.bound(entry, column.expression)
        if expression is None:
            return None
        found.append(Key(expression))
    return found


def _key_names(relation: Relation, index: Index) -> list[str]:
    names = []
    for column in index.columns:
        if column.column:
            names.append(quote_identifier(relation.by_number[column.column].name))
        elif parse_expression(column.expression).kind == "FuncCall":
            names.append(column.expression)
        else:
            names.append(f"({column.expression})")
    return names
