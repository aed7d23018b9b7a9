"""ALTER TABLE ... ALTER COLUMN ... TYPE."""

from collections.abc import Callable

from msgspec.structs import replace

from executor.catalog.model import Column, Relation
from executor.ddl import sequence_options, validate
from executor.ddl.altering import Altering
from executor.ddl.base import Bound, DdlContext, Step
from executor.ddl.column import read_collation, refuse_identity_type, with_column
from executor.ddl.constraint import refuse_unordered
from executor.ddl.foreign_key import check_types
from executor.ddl.index import unique_check
from executor.ddl.objects import put_sequence
from executor.ddl.rewrite import quote_identifier
from executor.ddl.row_change import refuse_stored
from executor.ddl.sequence import altered
from executor.ddl.sqlite_table import BOOLEAN, collation_of, qualified, refuse_foreign_made, sqlite_column
from executor.errors import SqlError
from executor.parse import Node
from executor.sqlstates import CannotCoerce, CheckViolation, DatatypeMismatch, FeatureNotSupported

WIDTHS = {21: 2, 23: 4, 20: 8}
TEXTS = (25, 1043)


def alter_type(node: Node, altering: Altering) -> None:
    """ALTER COLUMN name [SET DATA] TYPE type [COLLATE c] [USING expression]."""
    ctx = altering.ctx
    definition = node.take("def")
    column = altering.column(node.take("name"))
    refuse_foreign_made(altering.relation)
    type_oid, typmod = ctx.binder.resolve_type(definition.take("typeName"))
    collation = read_collation(definition.take("collClause"), type_oid, ctx)
    using = definition.take("raw_default")
    definition.finish()
    bound = _conversion(altering, column, using, (type_oid, typmod))
    _refuse_dependents(altering, column)
    refuse_stored(ctx, altering.relation, "table")
    changed = replace(column, type=type_oid, typmod=typmod, collation=collation)
    new = with_column(altering.relation, changed)
    _check_default(ctx, changed, column)
    if column.identity:
        _alter_sequence(altering, column, type_oid)
    new = _rebound(altering, new, changed)
    if using is None and _same_stored(column, changed):
        altering.become(new)
        return
    altering.steps += _checks(altering, new, changed, bound)
    altering.become(new, values={column.number: bound.sqlite}, needs=bound.needs)


def _same_stored(old: Column, new: Column) -> bool:
    """True if every stored value of the old type is the same under the new one."""
    if old.type in WIDTHS and new.type in WIDTHS:
        return WIDTHS[new.type] >= WIDTHS[old.type]
    if old.type in TEXTS and new.type in TEXTS:
        return new.typmod == -1 or (old.typmod != -1 and new.typmod >= old.typmod)
    return (old.type, old.typmod) == (new.type, new.typmod)


def _refuse_dependents(altering: Altering, column: Column) -> None:
    """0A000 for generated columns and views that use the column, as in PostgreSQL."""
    relation, ctx = altering.relation, altering.ctx
    for other in relation.columns:
        if other.generated and other.default is not None and other.number != column.number:
            bound = ctx.binder.check_expression(other.default, relation, "column generation expressions")
            if column.number in bound.columns:
                raise FeatureNotSupported(
                    "cannot alter type of a column used by a generated column",
                    detail=f'Column "{column.name}" is used by generated column "{other.name}".',
                )
    for publication in ctx.catalog.publications:
        if any(t.relation == relation.oid and column.number in t.used for t in publication.tables):
            raise FeatureNotSupported(
                "cannot alter type of a column used by a publication WHERE clause",
                detail=f"publication of table {quote_identifier(relation.name)} in publication "
                       f'{quote_identifier(publication.name)} depends on column "{column.name}"')
    for view in ctx.catalog.relations:
        if (relation.oid, column.number) in view.uses:
            raise FeatureNotSupported(
                "cannot alter type of a column used by a view or rule",
                detail=f'rule _RETURN on view {quote_identifier(view.name)} depends on column "{column.name}"',
            )


def _conversion(altering: Altering, column: Column, using: Node | None, target: tuple[int, int]) -> Bound:
    """The new value over the old row (42804 with PostgreSQL's hint)."""
    binder = altering.ctx.binder
    expression: Node | str
    if column.generated and using is None:
        assert column.default is not None
        expression = column.default
    else:
        expression = quote_identifier(column.name) if using is None else using
    try:
        return binder.check_expression(expression, altering.relation, "transform expressions", target)
    except (DatatypeMismatch, CannotCoerce):
        shown = binder.type_name(*target)
        if using is None:
            raise DatatypeMismatch(
                f'column "{column.name}" cannot be cast automatically to type {shown}',
                hint=f'You might need to specify "USING {quote_identifier(column.name)}::{shown}".',
            ) from None
        raise DatatypeMismatch(
            f'result of USING clause for column "{column.name}" cannot be cast automatically to type {shown}',
            hint="You might need to add an explicit cast.",
        ) from None


def _check_default(ctx: DdlContext, new: Column, old: Column) -> None:
    if old.default is None or old.generated:
        return
    try:
        ctx.binder.bind_default(old.default, new)
    except (DatatypeMismatch, CannotCoerce):
        raise DatatypeMismatch(
            f'default for column "{new.name}" cannot be cast automatically to type '
            f"{ctx.binder.type_name(new.type, new.typmod)}"
        ) from None


def _alter_sequence(altering: Altering, column: Column, type_oid: int) -> None:
    refuse_identity_type(type_oid)
    for sequence in altering.ctx.catalog.sequences:
        if sequence.identity and sequence.owned_by == (altering.oid, column.number):
            changed, steps = altered(sequence, sequence_options.Options(type=type_oid))
            altering.ctx.catalog = put_sequence(altering.ctx.catalog, changed)
            altering.steps += steps


def _rebound(altering: Altering, new: Relation, column: Column) -> Relation:
    """Keys, foreign keys and CHECKs asked again whether they can live with the new type."""
    ctx = altering.ctx
    constraints = []
    for constraint in new.constraints:
        if constraint.kind == "c":
            bound = ctx.binder.check_expression(constraint.expression, new, "CHECK", (BOOLEAN, -1))
            native = constraint.enforced_by_sqlite and not bound.needs and bound.volatility == "i"
            constraint = replace(constraint, enforced_by_sqlite=native)
        constraints.append(constraint)
    new = replace(new, constraints=tuple(constraints))
    for index in new.indexes:
        if index.unique and any(key.column == column.number for key in index.columns):
            refuse_unordered(ctx, column, "PRIMARY KEY" if index.primary else "UNIQUE")
    for table in ctx.catalog.relations:
        child = new if table.oid == new.oid else table
        for constraint in child.constraints:
            if constraint.kind == "f" and new.oid in (child.oid, constraint.referenced):
                parent = (
                    new if constraint.referenced == new.oid else ctx.catalog.relations_by_oid[constraint.referenced]
                )
                check_types(ctx, constraint.name, child, constraint.columns, parent, constraint.referenced_columns)
    return new


def _checks(altering: Altering, new: Relation, column: Column, bound: Bound) -> list[Step]:
    """The converted values must satisfy NOT NULL, UNIQUE and CHECK; looked at before the rows move."""
    relation = altering.relation
    steps = []
    if column.not_null:
        found = validate.not_null(new, column)
        steps.append(
            Step(
                f"SELECT 1 FROM {qualified(relation)} WHERE ({bound.sqlite}) IS NULL LIMIT 1",
                needs=bound.needs,
                failure=found.failure,
            )
        )
    converted = _converted(altering.ctx, relation, column, bound)
    for index in new.indexes:
        if index.unique and any(key.column == column.number for key in index.columns):
            step = unique_check(altering.ctx, new, index)
            steps.append(replace(step, sql=step.sql.replace(qualified(new), converted, 1), needs=bound.needs))
    for constraint in new.constraints:
        if constraint.kind == "c" and column.number in constraint.columns and constraint.validated:
            expression = altering.ctx.binder.check_expression(constraint.expression, new, "CHECK", (BOOLEAN, -1))
            steps.append(
                Step(
                    f"SELECT 1 FROM {converted} WHERE NOT ({expression.sqlite}) LIMIT 1",
                    needs=(*bound.needs, *expression.needs),
                    failure=_violated(new, constraint.name),
                )
            )
    return steps


def _violated(relation: Relation, name: str) -> Callable[[tuple[object, ...]], SqlError]:
    def failure(row: tuple[object, ...]) -> SqlError:
        return CheckViolation(
            f'check constraint "{name}" of relation "{relation.name}" is violated by some row',
            schema=relation.schema,
            table=relation.name,
            constraint=name,
        )

    return failure


def _converted(ctx: DdlContext, relation: Relation, column: Column, bound: Bound) -> str:
    """The table's rows as they will be, as a FROM item."""
    collation = collation_of(ctx, column.type)
    text = f"({bound.sqlite}) COLLATE {collation}" if collation else f"({bound.sqlite})"
    outputs = [
        f"{text} AS {sqlite_column(c)}" if c.number == column.number else sqlite_column(c) for c in relation.columns
    ]
    return f"(SELECT {', '.join(outputs)} FROM {qualified(relation)})"
