"""Which columns hold values of a domain, and whether they would satisfy a new constraint of it."""

from collections.abc import Callable, Iterator
from typing import Any

from executor.catalog.model import Catalog, Column, Constraint, Relation, UserType
from executor.ddl.base import DdlContext, Step
from executor.ddl.sqlite_table import qualified, sqlite_column
from executor.errors import SqlError
from executor.sqlstates import CheckViolation, FeatureNotSupported, NotNullViolation


def domains_over(catalog: Catalog, oid: int) -> set[int]:
    """The domain and all domains over it."""
    found = {oid}
    while more := {t.oid for t in catalog.types if t.base in found} - found:
        found |= more
    return found


def columns_of(catalog: Catalog, oid: int) -> Iterator[tuple[Relation, Column]]:
    """The columns of tables whose type is the domain, or a domain over it."""
    wanted = domains_over(catalog, oid)
    for relation in catalog.relations:
        if relation.kind in "rm":
            yield from ((relation, column) for column in relation.columns if column.type in wanted)


def refuse_containers(ctx: DdlContext, oid: int) -> None:
    """0A000, as in PostgreSQL, if a table has the domain inside of arrays, rows or ranges."""
    catalog = ctx.catalog
    inside: set[int] = set()
    holders = {ctx.catalog.types_by_oid[domain].array_type for domain in domains_over(catalog, oid)}
    for relation in catalog.relations:
        if relation.kind == "c" and any(c.type in domains_over(catalog, oid) for c in relation.columns):
            holders.add(relation.row_type)
    while holders - inside:
        inside |= holders
        holders = {t.oid for t in catalog.types if t.base in inside}
        holders |= {t.array_type for t in catalog.types if t.oid in inside}
        for relation in catalog.relations:
            if relation.row_type in inside:
                holders.add(relation.array_type)
            if relation.kind == "c" and any(c.type in inside for c in relation.columns):
                holders.add(relation.row_type)
    name = ctx.catalog.types_by_oid[oid].name
    for relation in catalog.relations:
        for column in relation.columns:
            if relation.kind in "rm" and column.type in inside:
                raise FeatureNotSupported(
                    f'cannot alter type "{name}" because column "{relation.name}.{column.name}" uses it'
                )


def violations(ctx: DdlContext, made: UserType, constraint: Constraint) -> list[Step]:
    """One step a column, which fails if a stored value breaks the constraint (23502, 23514)."""
    steps = []
    for relation, column in columns_of(ctx.catalog, made.oid):
        target = sqlite_column(column)
        if constraint.kind == "n":
            condition, needs = f"{target} IS NULL", ()
        else:
            bound = ctx.binder.domain_check(constraint.expression, made.base, made.base_typmod, relation, column)
            condition, needs = f"({bound.sqlite}) IS FALSE", bound.needs
        sql = f"SELECT 1 FROM {qualified(relation)} WHERE {condition} LIMIT 1"
        steps.append(Step(sql, needs=needs, failure=_failure(relation, column, constraint)))
    return steps


def _failure(relation: Relation, column: Column, constraint: Constraint) -> Callable[[tuple[Any, ...]], SqlError]:
    what = "contains null values" if constraint.kind == "n" else "contains values that violate the new constraint"
    kind = NotNullViolation if constraint.kind == "n" else CheckViolation

    def failure(row: tuple[Any, ...]) -> SqlError:
        return kind(f'column "{column.name}" of table "{relation.name}" {what}', schema=relation.schema,
                    table=relation.name, column=column.name)

    return failure
