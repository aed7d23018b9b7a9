"""ALTER TABLE: ADD and DROP COLUMN, defaults, generation expressions and identity."""

from msgspec.structs import replace

from executor.bind import domains
from executor.catalog.model import Column, Relation, Sequence
from executor.ddl import column as columns
from executor.ddl import rewrite, sequence_options, validate
from executor.ddl.alter_constraint import add_constraint
from executor.ddl.altering import Altering
from executor.ddl.base import Step
from executor.ddl.column import ColumnSpec
from executor.ddl.constraint import refuse_second_primary_key
from executor.ddl.dependency import Thing, deletion
from executor.ddl.foreign_key import refuse_blind_actions
from executor.ddl.objects import put_relation, put_sequence, without
from executor.ddl.removal import remove
from executor.ddl.sequence import altered, creation_steps, removal_steps, value_table
from executor.ddl.sequence_options import Options
from executor.ddl.sqlite_table import native_default, qualified
from executor.errors import not_supported
from executor.parse import Node
from executor.sequences import limit_reached
from executor.sqlstates import (
    DuplicateColumn,
    ObjectNotInPrerequisiteState,
    SuccessfulCompletion,
    SyntaxError,
)


def add_column(node: Node, altering: Altering) -> None:
    """ADD COLUMN [IF NOT EXISTS] definition."""
    ctx, relation = altering.ctx, altering.relation
    spec = columns.read_column(node.take("def"), ctx, relation.name)
    missing_ok = node.take("missing_ok", False)
    if spec.name in relation.by_name:
        message = f'column "{spec.name}" of relation "{relation.name}" already exists'
        if not missing_ok:
            raise DuplicateColumn(message)
        ctx.notice(DuplicateColumn, f"{message}, skipping")
        return
    add_spec(altering, spec)


def add_spec(altering: Altering, spec: ColumnSpec) -> None:
    """Add a column that the table does not have."""
    ctx, relation = altering.ctx, altering.relation
    columns.check_columns(relation, [spec], ctx)
    refuse_second_primary_key(relation, spec.constraints)
    for view in ctx.catalog.relations:
        if any(oid == relation.oid for oid, _ in view.uses) and rewrite.has_join_aliases(
                view.definition, (relation.schema, relation.name)):
            raise not_supported(f'adding a column to a table of a join whose columns view "{view.name}" has under other names')
    new = columns.add_columns(relation, [spec])
    _, steps = columns.make_sequences(ctx, new, [spec])
    altering.steps += steps
    new = columns.with_values(ctx, new, [spec])
    _fill(altering, new, new.by_name[spec.name], spec)
    for constraint in spec.constraints:
        if constraint.kind == "n" and spec.default is None and not spec.generated and not spec.identity:
            # The same error as for a NULL that is found, but without looking at each row.
            altering.steps.append(validate.any_row(altering.relation, new.by_name[spec.name]))
        add_constraint(altering, constraint)
    refuse_blind_actions(altering.relation)


def _fill(altering: Altering, new: Relation, column: Column, spec: ColumnSpec) -> None:
    """Give the rows there are the new column's value: in place if it is a constant, else by a rebuild."""
    ctx, old = altering.ctx, altering.relation
    if spec.serial or spec.identity:
        _fill_from_sequence(altering, new, column)
        return
    from_domain = column.default is None and domains.fills_columns(ctx.number_of(column.type))
    if (column.default is None and not from_domain) or (
        not column.generated and not from_domain and native_default(ctx, column) not in (None, "CURRENT_TIMESTAMP")
    ):
        altering.become(new)
        return
    if column.generated:
        assert column.default is not None
        target = (column.type, column.typmod)
        bound = ctx.binder.check_expression(column.default, old, "column generation expressions", target)
    else:
        text = domains.default_text(ctx.number_of(column.type)) if from_domain else column.default
        bound = ctx.binder.bind_default(text or "NULL", column)
    altering.become(new, values={column.number: bound.sqlite}, needs=bound.needs)


def owned_sequence(altering: Altering, column: Column) -> Sequence:
    """The sequence of an identity or serial column."""
    owned = [s for s in altering.ctx.catalog.sequences if s.owned_by == (altering.oid, column.number)]
    return next(s for s in reversed(owned) if s.identity == bool(column.identity))


def _fill_from_sequence(altering: Altering, new: Relation, column: Column) -> None:
    """Number the rows as nextval would, and leave the sequence where it would stand."""
    sequence = owned_sequence(altering, column)
    old = altering.relation
    rows = f"(SELECT count(*) FROM {qualified(old)})"
    if not sequence.cycle:
        altering.steps.append(Step(f"SELECT 1 WHERE {rows} > {_values_until_limit(sequence)}",
                                   failure=lambda row: limit_reached(sequence)))
    altering.steps.append(
        Step(
            f"UPDATE {value_table(sequence)} SET last_value = {_nth_value(sequence, f'{rows} - 1')}, is_called = 1 "
            f"WHERE oid = ?1 AND {rows} > 0",
            (sequence.oid,),
            sequence=sequence.oid,
        )
    )
    number = f"row_number() OVER (ORDER BY {old.rowid or '1'}) - 1"
    altering.become(new, values={column.number: _nth_value(sequence, number)})


def _values_until_limit(sequence: Sequence) -> int:
    """How many values a new sequence gives before it ends or starts over."""
    limit = sequence.maximum if sequence.increment > 0 else sequence.minimum
    return (limit - sequence.start) // sequence.increment + 1


def _nth_value(sequence: Sequence, number: str) -> str:
    """SQLite's expression of what the n-th nextval of a new sequence gives, n from 0."""
    straight = f"{sequence.start} + ({number}) * {sequence.increment}"
    if not sequence.cycle:
        return straight
    first, last = (sequence.minimum, sequence.maximum)[:: 1 if sequence.increment > 0 else -1]
    before, round_ = _values_until_limit(sequence), (last - first) // sequence.increment + 1
    again = f"{first} + ({number} - {before}) % {round_} * {sequence.increment}"
    return f"CASE WHEN {number} < {before} THEN {straight} ELSE {again} END"


def drop_column(node: Node, altering: Altering) -> None:
    """DROP COLUMN [IF EXISTS] name [CASCADE]."""
    name, missing_ok = node.take("name"), node.take("missing_ok", False)
    cascade = node.peek("behavior") == "DROP_CASCADE"
    ctx, relation = altering.ctx, altering.relation
    if name not in relation.by_name and name not in columns.SYSTEM_COLUMNS and missing_ok:
        ctx.notice(SuccessfulCompletion, f'column "{name}" of relation "{relation.name}" does not exist, skipping')
        return
    column = altering.column(name, "drop")
    gone = deletion(ctx, [Thing("column", relation.oid, column.number)], cascade)
    for view in ctx.catalog.relations:
        reads = any(oid == relation.oid for oid, _ in view.uses)
        if (
            reads
            and Thing("relation", view.oid) not in gone
            and rewrite.has_column_aliases(view.definition, (relation.schema, relation.name))
        ):
            raise not_supported(f'dropping a column of a table whose columns view "{view.name}" has under other names')
    altering.steps += remove(ctx, gone)


def set_default(node: Node, altering: Altering) -> None:
    """ALTER COLUMN ... SET DEFAULT, DROP DEFAULT."""
    column, expression = altering.column(node.take("name")), node.take("def")
    where = f'column "{column.name}" of relation "{altering.relation.name}"'
    if column.identity:
        hint = None if expression is not None else "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead."
        raise SyntaxError(f"{where} is an identity column", hint=hint)
    if column.generated:
        verb = "SET" if expression is not None else "DROP"
        raise SyntaxError(
            f"{where} is a generated column", hint=f"Use ALTER TABLE ... ALTER COLUMN ... {verb} EXPRESSION instead."
        )
    text = None if expression is None else altering.ctx.binder.bind_default(expression, column).sql_pg
    changed = replace(column, default=text, sqlite_default=False)
    altering.become(altering.with_column(changed))
    refuse_blind_actions(altering.relation)


def set_view_default(node: Node, altering: Altering) -> None:
    """ALTER VIEW ... ALTER COLUMN ... SET DEFAULT, DROP DEFAULT: for INSERT through the view."""
    column, expression = altering.column(node.take("name")), node.take("def")
    text = None if expression is None else altering.ctx.binder.bind_default(expression, column).sql_pg
    altering.ctx.catalog = put_relation(altering.ctx.catalog, altering.with_column(replace(column, default=text)))


def set_expression(node: Node, altering: Altering) -> None:
    """ALTER COLUMN ... SET EXPRESSION AS (...): stored values are computed again."""
    column, expression = altering.column(node.take("name")), node.take("def")
    if not column.generated:
        raise ObjectNotInPrerequisiteState(
            f'column "{column.name}" of relation "{altering.relation.name}" is not a generated column'
        )
    new = columns.with_expression(altering.ctx, altering.relation, column, expression)
    text = new.by_number[column.number].default
    assert text is not None
    bound = altering.ctx.binder.check_expression(
        text, altering.relation, "column generation expressions", (column.type, column.typmod)
    )
    altering.become(new, values={column.number: bound.sqlite}, needs=bound.needs)


def drop_expression(node: Node, altering: Altering) -> None:
    """ALTER COLUMN ... DROP EXPRESSION [IF EXISTS]: the values stay."""
    column, missing_ok = altering.column(node.take("name")), node.take("missing_ok", False)
    message = f'column "{column.name}" of relation "{altering.relation.name}" is not a generated column'
    if not column.generated:
        if not missing_ok:
            raise ObjectNotInPrerequisiteState(message)
        altering.ctx.notice(SuccessfulCompletion, f"{message}, skipping")
        return
    if column.generated == "v":
        raise not_supported("DROP EXPRESSION of a virtual generated column")
    altering.become(altering.with_column(replace(column, default=None, generated="")))


def add_identity(node: Node, altering: Altering) -> None:
    """ALTER COLUMN ... ADD GENERATED ... AS IDENTITY."""
    column, definition = altering.column(node.take("name")), node.take("def")
    identity, options = columns.read_identity(definition, altering.ctx)
    definition.finish()
    where = f'column "{column.name}" of relation "{altering.relation.name}"'
    if not column.not_null:
        raise ObjectNotInPrerequisiteState(f"{where} must be declared NOT NULL before identity can be added")
    if column.identity:
        raise ObjectNotInPrerequisiteState(f"{where} is already an identity column")
    if column.default is not None:
        raise ObjectNotInPrerequisiteState(f"{where} already has a default value")
    columns.refuse_identity_type(column.type)
    sequence = columns.make_sequence(altering.ctx, altering.relation, column.name, column.type, options, identity=True)
    altering.steps += creation_steps(sequence)
    altering.become(altering.with_column(replace(column, identity=identity)))


def set_identity(node: Node, altering: Altering) -> None:
    """ALTER COLUMN ... SET GENERATED ..., SET sequence option, RESTART."""
    column = altering.column(node.take("name"))
    options = sequence_options.read(node.take("def").nodes("items"), altering.ctx, identity=True, altering=True)
    _require_identity(altering, column)
    if options.changes_sequence:
        changed, steps = altered(owned_sequence(altering, column), _bare(options))
        altering.ctx.catalog = put_sequence(altering.ctx.catalog, changed)
        altering.steps += steps
    if options.generated is not None:
        altering.become(altering.with_column(replace(column, identity=options.generated)))


def _bare(options: Options) -> Options:
    if options.owned_by is not None or options.name is not None:
        raise SyntaxError("sequence option not supported here")
    return options


def _require_identity(altering: Altering, column: Column) -> None:
    if not column.identity:
        raise ObjectNotInPrerequisiteState(
            f'column "{column.name}" of relation "{altering.relation.name}" is not an identity column'
        )


def drop_identity(node: Node, altering: Altering) -> None:
    """ALTER COLUMN ... DROP IDENTITY [IF EXISTS]."""
    column, missing_ok = altering.column(node.take("name")), node.take("missing_ok", False)
    if not column.identity and missing_ok:
        altering.ctx.notice(
            SuccessfulCompletion,
            f'column "{column.name}" of relation "{altering.relation.name}" is not an identity column, skipping',
        )
        return
    _require_identity(altering, column)
    sequence = owned_sequence(altering, column)
    altering.steps += removal_steps(sequence)
    altering.ctx.catalog = without(altering.ctx.catalog, {sequence.oid})
    altering.become(altering.with_column(replace(column, identity="")))
