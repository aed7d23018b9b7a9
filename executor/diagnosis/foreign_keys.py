"""Which foreign key a statement, or a transaction at its end, violates.

SQLite only says that one is violated. Here the statement has been run again with the check put off (DEFERRED), so the
tables are as the statement leaves them, and each changed row's keys are looked up in the order of PostgreSQL's
triggers: row by row; of each row first the keys that point to it, then its own, both by OID.
"""

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from executor import sqlstates as states
from executor.analysis import Analyzed
from executor.catalog.model import Catalog, Constraint, Relation
from executor.catalog.search_path import shown_schema
from executor.catalog.usertypes import numbered
from executor.diagnosis.replay import GiveUp, Replay
from executor.diagnosis.rows import Changed
from executor.diagnosis.texts import Row, column_key, failing_row
from executor.errors import SqlError
from executor.lower import probes
from executor.lower.generator import quote
from executor.translate import foreign_key_violation, not_null_violation
from executor.types.base import Stored

if TYPE_CHECKING:
    from executor.session import Session
    from storage.transaction import Transaction

CASCADE, RESTRICT, NO_ACTION = "c", "r", "a"
DEPTH_MAX = 16


class Reference(msgspec.Struct, frozen=True):
    """A foreign key of `child`."""

    child: Relation
    key: Constraint


def references_to(catalog: Catalog, parent: Relation) -> list[Reference]:
    """The foreign keys that point to a table, by OID."""
    found = [Reference(numbered(catalog, r), k) for r in catalog.relations for k in r.constraints
             if k.kind == "f" and k.enforced and k.referenced == parent.oid]
    return sorted(found, key=lambda reference: reference.key.oid)


def own_keys(relation: Relation) -> list[Constraint]:
    """The foreign keys of a table, by OID."""
    return sorted((k for k in relation.constraints if k.kind == "f" and k.enforced), key=lambda k: k.oid)


def _values(relation: Relation, row: Row, numbers: Sequence[int]) -> list[Stored]:
    return [row[relation.columns.index(relation.by_number[number])] for number in numbers]


# ---------------------------------------------------------------- statements


async def violated(replay: Replay, relation: Relation, rows: Sequence[Changed]) -> SqlError | None:
    """The first foreign key violated by rows of a statement that has been run again."""
    inbound, own = references_to(replay.catalog, relation), own_keys(relation)
    for row in rows:
        if row.old is not None and row.new is not None:
            for reference in inbound:
                error = await _still_referenced(replay, relation, reference, row.old, row.new)
                if error is not None:
                    return error
        if row.new is not None:
            for key in own:
                error = await _missing_parent(replay, relation, key, row.old, row.new)
                if error is not None:
                    return error
    return None


async def _missing_parent(replay: Replay, child: Relation, key: Constraint, old: Row | None,
                          new: Row) -> SqlError | None:
    values = _values(child, new, key.columns)
    if None in values or (old is not None and _values(child, old, key.columns) == values):
        return None
    parent = replay.relation(key.referenced)
    if await replay.exists(probes.parent_of(key, child, parent), values):
        return None
    return child_error(child, key, parent, values, replay)


def child_error(child: Relation, key: Constraint, parent: Relation, values: Row, replay: Replay) -> SqlError:
    """The row that points to nothing was inserted or changed."""
    detail = f'{column_key(child, key.columns, values, replay.env)} is not present in table "{parent.name}".'
    return foreign_key_violation(child, key, parent.name, from_child=True, detail=detail)


async def _still_referenced(replay: Replay, parent: Relation, reference: Reference, old: Row,
                            new: Row | None) -> SqlError | None:
    child, key = reference.child, reference.key
    values = _values(parent, old, key.referenced_columns)
    action = key.on_delete if new is None else key.on_update
    if None in values or (new is not None and _values(parent, new, key.referenced_columns) == values):
        return None
    if action in SETS:
        return await SETS[action](replay, parent, reference, values)
    if action not in (NO_ACTION, RESTRICT) or not await replay.exists(probes.children_of(key, child, parent), values):
        return None
    if action == RESTRICT:
        return restrict_error(child, key, parent, values, replay)
    if await replay.exists(probes.parent_of(key, child, parent), values):
        return None  # another row has the key now
    return parent_error(child, key, parent, values, replay)


async def _set_null(replay: Replay, parent: Relation, reference: Reference, values: Row) -> SqlError | None:
    """SET NULL on a column that must not be NULL: the tables are still as they were."""
    child, key = reference.child, reference.key
    column = next((child.by_number[n] for n in sorted(key.columns) if child.by_number[n].not_null), None)
    rows = await replay.rows(probes.children_of(key, child, parent), values, 1) if column is not None else []
    if column is None or not rows:
        return None
    new = [None if c.number in key.columns else value for c, value in zip(child.columns, rows[0], strict=True)]
    error = not_null_violation(child, column.name, failing_row(child, new, replay.env))
    names = [quote(child.by_number[n].name) for n in key.columns]
    sets = ", ".join(f"{name} = NULL" for name in names)
    tests = " AND ".join(f"${i} OPERATOR(pg_catalog.=) {name}" for i, name in enumerate(names, 1))
    error.where = f'SQL statement "UPDATE ONLY {quote(shown_schema(child.schema))}.{quote(child.name)} SET {sets} WHERE {tests}"'
    return error


async def _set_default(replay: Replay, parent: Relation, reference: Reference, values: Row) -> SqlError | None:
    """SET DEFAULT to a key that is not there either."""
    for _, *key in await replay.rows(probes.orphan(reference.key, reference.child, parent), (), 1):
        return child_error(reference.child, reference.key, parent, key, replay)
    return None


SETS = {"n": _set_null, "d": _set_default}


def parent_error(child: Relation, key: Constraint, parent: Relation, values: Row, replay: Replay) -> SqlError:
    """The row that is pointed to was deleted or changed."""
    shown = column_key(parent, key.referenced_columns, values, replay.env)
    return foreign_key_violation(child, key, parent.name, from_child=False,
                                 detail=f'{shown} is still referenced from table "{child.name}".')


def restrict_error(child: Relation, key: Constraint, parent: Relation, values: Row, replay: Replay) -> SqlError:
    """The same under ON DELETE or ON UPDATE RESTRICT."""
    shown = column_key(parent, key.referenced_columns, values, replay.env)
    return states.RestrictViolation(
        f'update or delete on table "{parent.name}" violates RESTRICT setting of foreign key constraint "{key.name}" '
        f'on table "{child.name}"', detail=f'{shown} is referenced from table "{child.name}".',
        schema=shown_schema(child.schema), table=child.name, constraint=key.name)


# ---------------------------------------------------------------- DELETE and its cascades


class Deleted(msgspec.Struct):
    """A row that goes, and the rows that go with it by one of the foreign keys that point to it."""

    relation: Relation
    row: Row
    followers: dict[int, "list[Deleted]"]  # by the OID of the foreign key


async def deleted(replay: Replay, relation: Relation, rows: Sequence[Row], depth: int = 0) -> list[Deleted]:
    """What a DELETE takes with it, found before it runs."""
    if depth > DEPTH_MAX:
        raise GiveUp
    found = []
    cascades = [r for r in references_to(replay.catalog, relation) if r.key.on_delete == CASCADE]
    for row in rows:
        followers = {}
        for reference in cascades:
            values = _values(relation, row, reference.key.referenced_columns)
            if None not in values:
                children = await replay.rows(probes.children_of(reference.key, reference.child, relation), values)
                followers[reference.key.oid] = await deleted(replay, reference.child, children, depth + 1)
        found.append(Deleted(relation, row, followers))
    return found


async def violated_by_delete(replay: Replay, gone: Sequence[Deleted]) -> SqlError | None:
    """The first foreign key that still points to a deleted row."""
    for item in gone:
        for reference in references_to(replay.catalog, item.relation):
            error = await violated_by_delete(replay, item.followers.get(reference.key.oid, ()))
            error = error or await _still_referenced(replay, item.relation, reference, item.row, None)
            if error is not None:
                return error
    return None


# ---------------------------------------------------------------- COMMIT


async def violated_at_commit(session: "Session", transaction: "Transaction", analyzed: Analyzed) -> SqlError | None:
    """The foreign key that a transaction about to commit violates: a row of a table that points to nothing."""
    replay = Replay(session, transaction, analyzed, ())
    every = [Reference(numbered(analyzed.catalog, r), k) for r in analyzed.catalog.relations for k in own_keys(r)]
    async for child, key, parent, rowid, values in _orphans(replay, every):
        if rowid is not None and await _was_there(session, replay, child, key, values, rowid):
            return parent_error(child, key, parent, values, replay)
        return child_error(child, key, parent, values, replay)
    return None


async def _orphans(replay: Replay, references: Sequence[Reference]) -> AsyncIterator[
        tuple[Relation, Constraint, Relation, int | None, Row]]:
    for reference in sorted(references, key=lambda r: (not r.key.deferrable, r.key.oid)):
        child, key = reference.child, reference.key
        parent = replay.relation(key.referenced)
        for rowid, *values in await replay.rows(probes.orphan(key, child, parent), (), 1):
            yield child, key, parent, rowid, values


async def _was_there(session: "Session", replay: Replay, child: Relation, key: Constraint, values: Row,
                     rowid: int) -> bool:
    """True if the row was committed before with the same key, so that it is the other side that has changed."""
    if child.sqlite_schema != "main":
        return False
    before = session.database.file.transaction(context=session.context)
    try:
        committed = Replay(session, before, replay.analyzed, ())
        return await committed.exists(probes.same_row(key, child), [*values, rowid])
    finally:
        await before.rollback()
