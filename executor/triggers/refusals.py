"""What PostgreSQL says of a row that a constraint refuses, found out on the connection that tried to write it.

SQLite has undone the row by then, and only that: the tables are as they were just before.
"""

from collections.abc import Sequence
from typing import Any

from executor import sqlstates as states
from executor.catalog.model import Constraint, Relation
from executor.context import Context
from executor.diagnosis.foreign_keys import child_error, own_keys, parent_error, references_to, restrict_error
from executor.diagnosis.texts import Row, column_key, failing_row
from executor.errors import SqlError
from executor.lower import probes
from executor.lower.generator import Lowered
from executor.types.base import Stored
from storage.errors import EngineError


class _Found:
    """What the functions of executor.diagnosis need to know."""

    def __init__(self, context: Context) -> None:
        self.env = context.env


def described(context: Context, relation: Relation, error: SqlError, old: Row | None, new: Row | None) -> SqlError:
    """The error with its DETAIL, as far as it is about this row."""
    if error.detail:
        return error
    if isinstance(error, states.ForeignKeyViolation):
        return foreign_key_error(context, relation, old, new) or error
    if new is None or error.table != relation.name:
        return error
    if isinstance(error, (states.CheckViolation, states.NotNullViolation)):
        error.detail = failing_row(relation, new, context.env)
    elif isinstance(error, states.UniqueViolation):
        numbers = _key(relation, error.constraint or "")
        if numbers:
            values = [new[_place(relation, number)] for number in numbers]
            error.detail = f"{column_key(relation, numbers, values, context.env)} already exists."
    return error


def _key(relation: Relation, name: str) -> tuple[int, ...]:
    """The columns of a unique index, if it is over columns alone."""
    for index in relation.indexes:
        if index.name == name and all(key.column for key in index.columns):
            return tuple(key.column for key in index.columns)
    constraint = relation.constraint(name)
    return constraint.columns if constraint is not None else ()


def _place(relation: Relation, number: int) -> int:
    return next(i for i, c in enumerate(relation.columns) if c.number == number)


def foreign_key_error(context: Context, relation: Relation, old: Row | None, new: Row | None) -> SqlError | None:
    """The foreign key that a row violates: one that points to it first, then its own, as PostgreSQL checks them."""
    replay: Any = _Found(context)
    if old is not None:
        for reference in references_to(context.catalog, relation):
            values = _changed(relation, reference.key.referenced_columns, old, new)
            action = reference.key.on_delete if new is None else reference.key.on_update
            if values is None or action not in "ar":
                continue
            if _exists(context, probes.children_of(reference.key, reference.child, relation), values):
                make = restrict_error if action == "r" else parent_error
                return make(reference.child, reference.key, relation, values, replay)
    if new is not None:
        for key in own_keys(relation):
            values = _changed(relation, key.columns, new, old)
            if values is not None and not _has_parent(context, relation, key, values):
                parent = context.catalog.relations_by_oid[key.referenced]
                return child_error(relation, key, parent, values, replay)
    return None


def _changed(relation: Relation, numbers: Sequence[int], row: Row, other: Row | None) -> list[Stored] | None:
    """A row's key; None if it has none, or the other row has the same."""
    places = [_place(relation, number) for number in numbers]
    values = [row[i] for i in places]
    if None in values or (other is not None and [other[i] for i in places] == values):
        return None
    return values


def _has_parent(context: Context, relation: Relation, key: Constraint, values: list[Stored]) -> bool:
    parent = context.catalog.relations_by_oid[key.referenced]
    return _exists(context, probes.parent_of(key, relation, parent), values)


def _exists(context: Context, lowered: Lowered, values: list[Stored]) -> bool:
    try:
        return bool(context.nested.run(lowered.statement, values).rows)
    except EngineError:
        return False
