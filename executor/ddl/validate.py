"""Queries that find rows which violate a constraint that is being added.

The first one found becomes PostgreSQL's error.
"""

from typing import Any

from executor.catalog.model import Column, Constraint, Relation
from executor.ddl.base import Bound, DdlContext, Step
from executor.ddl.sqlite_table import qualified, sqlite_column
from executor.errors import SqlError
from executor.sqlstates import CheckViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation
from executor.types.base import Env


def not_null(relation: Relation, column: Column, *, source: Relation | None = None) -> Step:
    """23502 if the column holds a NULL. source: the relation as SQLite has it now, if it is being renamed."""
    table = source or relation

    def failure(row: tuple[Any, ...]) -> SqlError:
        return NotNullViolation(
            f'column "{column.name}" of relation "{relation.name}" contains null values',
            schema=relation.schema,
            table=relation.name,
            column=column.name,
        )

    return Step(f"SELECT 1 FROM {qualified(table)} WHERE {sqlite_column(column)} IS NULL LIMIT 1", failure=failure)


def any_row(relation: Relation, column: Column) -> Step:
    """23502 if the table has a row at all: the new column has no default to fill it with."""

    def failure(row: tuple[Any, ...]) -> SqlError:
        return NotNullViolation(
            f'column "{column.name}" of relation "{relation.name}" contains null values',
            schema=relation.schema,
            table=relation.name,
            column=column.name,
        )

    return Step(f"SELECT 1 FROM {qualified(relation)} LIMIT 1", failure=failure)


def check(relation: Relation, constraint: Constraint, bound: Bound) -> Step:
    """23514 if a row does not satisfy the expression."""

    def failure(row: tuple[Any, ...]) -> SqlError:
        return CheckViolation(
            f'check constraint "{constraint.name}" of relation "{relation.name}" is violated by some row',
            schema=relation.schema,
            table=relation.name,
            constraint=constraint.name,
        )

    return Step(
        f"SELECT 1 FROM {qualified(relation)} WHERE NOT ({bound.sqlite}) LIMIT 1", needs=bound.needs, failure=failure
    )


def unique(
    ctx: DdlContext,
    relation: Relation,
    index: str,
    keys: list[tuple[str, str, int, int]],
    *,
    nulls_not_distinct: bool = False,
    predicate: str = "",
) -> Step:
    """23505 if two rows have equal keys. keys: (text for messages, SQLite expression, type, typmod)."""
    env = ctx.context.env

    def failure(row: tuple[Any, ...]) -> SqlError:
        shown = [(text, ctx.number_of(kind), typmod) for text, _, kind, typmod in keys]
        return UniqueViolation(
            f'could not create unique index "{index}"',
            detail=f"Key {key_text(shown, row, env)} is duplicated.",
            schema=relation.schema,
            table=relation.name,
            constraint=index,
        )

    expressions = [sql for _, sql, _, _ in keys]
    conditions = [predicate] if predicate else []
    if not nulls_not_distinct:
        conditions += [f"{sql} IS NOT NULL" for sql in expressions]
    where = f" WHERE {' AND '.join(f'({c})' for c in conditions)}" if conditions else ""
    listed = ", ".join(expressions)
    return Step(
        f"SELECT {listed} FROM {qualified(relation)}{where} GROUP BY {listed} HAVING count(*) > 1 LIMIT 1",
        failure=failure,
    )


def foreign_key(ctx: DdlContext, relation: Relation, constraint: Constraint, parent: Relation) -> Step:
    """23503 if a row points to nothing."""
    own = [relation.by_number[number] for number in constraint.columns]
    other = [parent.by_number[number] for number in constraint.referenced_columns]
    env = ctx.context.env

    def failure(row: tuple[Any, ...]) -> SqlError:
        keys = [(column.name, ctx.number_of(column.type), column.typmod) for column in own]
        return ForeignKeyViolation(
            f'insert or update on table "{relation.name}" violates foreign key constraint "{constraint.name}"',
            detail=f'Key {key_text(keys, row, env)} is not present in table "{parent.name}".',
            schema=relation.schema,
            table=relation.name,
            constraint=constraint.name,
        )

    listed = ", ".join(f"c.{sqlite_column(column)}" for column in own)
    filled = " AND ".join(f"c.{sqlite_column(column)} IS NOT NULL" for column in own)
    # The parent's column stands on the left: its collation decides, as in SQLite's own check.
    equal = " AND ".join(
        f"p.{sqlite_column(theirs)} = c.{sqlite_column(mine)}" for mine, theirs in zip(own, other, strict=True)
    )
    return Step(
        f"SELECT {listed} FROM {qualified(relation)} AS c WHERE {filled} AND NOT EXISTS "
        f"(SELECT 1 FROM {qualified(parent)} AS p WHERE {equal}) LIMIT 1",
        failure=failure,
    )


def key_text(keys: list[tuple[str, int, int]], row: tuple[Any, ...], env: Env) -> str:
    """ "(a, b)=(1, x)" for messages; keys are (name, type as plans know it, typmod)."""
    from executor.types.registry import codec

    values = []
    for (_, kind, typmod), value in zip(keys, row, strict=False):
        values.append("null" if value is None else codec(kind).text_encoder(typmod, env)(value).decode())
    return f"({', '.join(name for name, _, _ in keys)})=({', '.join(values)})"
