"""The rows of an INSERT or UPDATE one by one, up to the one that is refused."""

from collections.abc import Sequence

import msgspec

from executor import plan
from executor.catalog.model import Catalog, Column, Relation
from executor.diagnosis.replay import GiveUp, Replay
from executor.diagnosis.rules import broken_index, broken_row_rule, completed
from executor.diagnosis.texts import UNKNOWN
from executor.errors import SqlError
from executor.lower import probes
from executor.lower.generator import Lowered
from executor.translate import table_of, translate
from executor.types.base import Stored
from storage.errors import ConstraintFailed, TypeMismatch


class Changed(msgspec.Struct):
    """One row that a statement changes: `old` before, `new` after it; None where there is none."""

    old: Sequence[Stored] | None
    new: Sequence[Stored] | None


async def replay_insert(replay: Replay, c: plan.Insert) -> tuple[SqlError | None, list[Changed]]:
    """What refuses the first row that is refused, or all rows as inserted."""
    rows = await replay.rows(probes.inserted_rows(c)) if c.columns else [()]
    statement = probes.insert_one(c)
    done = []
    for values in rows:
        new = await completed(replay, c, _new_row(c.relation, c.columns, values))
        failure = await _tried(replay, c, statement, values, new, None)
        if failure is not None:
            return failure, []
        done.append(Changed(None, new))
    return None, done


def _new_row(relation: Relation, columns: Sequence[Column], values: Sequence[Stored]) -> list[Stored]:
    given = {column.number: value for column, value in zip(columns, values, strict=False)}
    return [given.get(column.number, UNKNOWN if _filled_by_sqlite(relation, column) else None)
            for column in relation.columns]


def _filled_by_sqlite(relation: Relation, column: Column) -> bool:
    return column.sqlite_default or column.number == relation.rowid_column


async def replay_update(replay: Replay, c: plan.Update) -> tuple[SqlError | None, list[Changed]]:
    """The same for an UPDATE."""
    if not c.relation.rowid:
        raise GiveUp
    width = len(c.relation.columns)
    statement = probes.update_one(c, replay.binding)
    done: dict[int, Changed] = {}
    for rowid, *values in await replay.rows(probes.changed_rows(c)):
        if rowid in done:
            continue  # joined with several rows: the first counts
        old, assigned = values[:width], values[width:]
        new = [UNKNOWN if column.computed_by_sqlite else value for column, value in zip(c.relation.columns, old, strict=True)]
        for (column, _), value in zip(c.assignments, assigned, strict=True):
            new[c.relation.columns.index(column)] = value
        new = await completed(replay, c, new)
        failure = await _tried(replay, c, statement, (*assigned, rowid), new, rowid)
        if failure is not None:
            return failure, []
        done[rowid] = Changed(old, new)
    return None, list(done.values())


async def _tried(replay: Replay, c: plan.DataChange, statement: Lowered, values: Sequence[Stored],
                 new: Sequence[Stored], rowid: int | None) -> SqlError | None:
    """None if the row could be changed, else what PostgreSQL would say."""
    if c.checks and (failure := await broken_row_rule(replay, c, new)) is not None:
        return failure
    try:
        await replay.change(statement, values)
    except (ConstraintFailed, TypeMismatch) as refused:
        error: SqlError = translate(refused, replay.catalog)
        if _is_of_another(refused.message, c.relation, replay.catalog):
            return error
    except SqlError as refused_by_guard:
        error = refused_by_guard
    else:
        return None
    if isinstance(c, plan.Insert) and c.on_conflict is not None and c.on_conflict.update:
        return await broken_row_rule(replay, c, new) or await _updated(replay, c, new) or error
    return await broken_row_rule(replay, c, new) or await broken_index(replay, c, new, rowid) or error


async def _updated(replay: Replay, c: plan.Insert, proposed: Sequence[Stored]) -> SqlError | None:
    """What is wrong with the row that DO UPDATE makes."""
    conflict = c.on_conflict
    assert conflict is not None
    if not c.relation.rowid or UNKNOWN in proposed:
        raise GiveUp
    met = await replay.rows(probes.same_key(c), proposed, 1)
    if not met:
        return await broken_index(replay, c, proposed, None)
    (values,) = await replay.rows(probes.updated_on_conflict(c, replay.binding), [*proposed, met[0][0]])
    width = len(c.relation.columns)
    new = list(values[:width])
    for (column, _), value in zip(conflict.assignments, values[width:], strict=True):
        new[c.relation.columns.index(column)] = value
    new = await completed(replay, c, new)
    return await broken_row_rule(replay, c, new) or await broken_index(replay, c, new, met[0][0])


def _is_of_another(message: str, relation: Relation, catalog: Catalog) -> bool:
    """True if SQLite names a column of another table, which a foreign key's action has changed."""
    name = message.partition("constraint failed: ")[2].partition(", ")[0].rpartition(".")[0]
    other = table_of(catalog, name) if name else None
    return other is not None and other is not relation and other.oid != relation.oid
