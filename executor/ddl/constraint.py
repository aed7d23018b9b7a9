"""Adding constraints to a relation: NOT NULL, CHECK, PRIMARY KEY and UNIQUE (foreign keys are in
executor.ddl.foreign_key).

Each function takes a relation and a ConstraintSpec and returns the relation with the constraint in it, named as
PostgreSQL names it. They do not touch SQLite: the callers print the table anew or make the index.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from executor.catalog.model import Column, Constraint, Index, IndexColumn, Relation
from executor.ddl import naming, opclasses, rewrite, sqlite_table
from executor.ddl.base import Bound, DdlContext
from executor.ddl.lookup import refuse_existing
from executor.ddl.objects import relation_names
from executor.ddl.specs import ConstraintSpec
from executor.errors import not_supported
from executor.sqlstates import (
    DuplicateColumn,
    DuplicateObject,
    FeatureNotSupported,
    InternalError,
    InvalidTableDefinition,
    UndefinedColumn,
)

KEY_WORDS = {"p": "primary key", "u": "unique"}


def column_numbers(relation: Relation, columns: Iterable[str]) -> tuple[int, ...]:
    """attnums of columns by name (42703)."""
    return tuple(column_of(relation, name).number for name in columns)


def column_of(relation: Relation, name: str) -> Column:
    """A column by name (42703)."""
    column = relation.by_name.get(name)
    if column is None:
        raise UndefinedColumn(f'column "{name}" of relation "{relation.name}" does not exist')
    return column


def with_constraint(relation: Relation, constraint: Constraint) -> Relation:
    """The relation with one more constraint."""
    return replace(relation, constraints=(*relation.constraints, constraint))


def refuse_duplicate(relation: Relation, name: str) -> None:
    """Raise 42710 if the table has a constraint of this name."""
    if relation.constraint(name) is not None:
        raise DuplicateObject(f'constraint "{name}" for relation "{relation.name}" already exists')


def not_null_of(relation: Relation, number: int) -> Constraint | None:
    """The NOT NULL constraint of a column."""
    return next((c for c in relation.constraints if c.kind == "n" and c.columns == (number,)), None)


def add_not_null(ctx: DdlContext, relation: Relation, spec: ConstraintSpec) -> Relation:
    """Add a NOT NULL constraint, unless the column has one already (then only the names must agree)."""
    column = column_of(relation, spec.columns[0])
    old = not_null_of(relation, column.number)
    if old is not None:
        if spec.name and spec.name != old.name:
            raise InternalError(f'conflicting not-null constraint names "{old.name}" and "{spec.name}"')
        return relation
    if not spec.valid:
        raise not_supported("a NOT NULL constraint that is NOT VALID")
    if spec.name:
        refuse_duplicate(relation, spec.name)
    name = spec.name or _choose(ctx, relation, column.name, "not_null")
    constraint = Constraint(
        oid=ctx.new_oid(),
        name=name,
        kind="n",
        columns=(column.number,),
        no_inherit=spec.no_inherit,
        validated=spec.valid,
        enforced_by_sqlite=spec.valid,
    )
    columns = tuple(replace(c, not_null=True) if c.number == column.number else c for c in relation.columns)
    return replace(with_constraint(relation, constraint), columns=columns)


def add_check(ctx: DdlContext, relation: Relation, spec: ConstraintSpec) -> tuple[Relation, Constraint, Bound]:
    """Add a CHECK constraint."""
    bound = ctx.binder.check_expression(spec.expression, relation, "CHECK", (sqlite_table.BOOLEAN, -1))
    if spec.name:
        if relation.constraint(spec.name) is not None:
            raise DuplicateObject(f'check constraint "{spec.name}" already exists')
        name = spec.name
    else:
        only = relation.by_number[bound.columns[0]].name if len(set(bound.columns)) == 1 else ""
        name = _choose(ctx, relation, only, "check")
    native = not bound.needs and bound.volatility == "i" and (spec.valid or not spec.enforced)
    constraint = Constraint(
        oid=ctx.new_oid(),
        name=name,
        kind="c",
        columns=tuple(sorted(set(bound.columns))),
        expression=rewrite.unqualified(bound.sql_pg, relation.name),
        # Nobody checks one that is NOT ENFORCED, so there is nothing left for the executor to do.
        enforced_by_sqlite=native or not spec.enforced,
        no_inherit=spec.no_inherit,
        enforced=spec.enforced,
        validated=spec.valid and spec.enforced,
    )
    return with_constraint(relation, constraint), constraint, bound


def _choose(ctx: DdlContext, relation: Relation, column: str, label: str) -> str:
    also = [c.name for c in relation.constraints]
    return naming.choose_constraint_name(ctx.catalog, relation.schema, relation.name, column, label, also)


def refuse_second_primary_key(relation: Relation, specs: Iterable[ConstraintSpec]) -> None:
    """Raise 42P16 at the second PRIMARY KEY among the relation's own and the new ones."""
    found = relation.primary_key is not None
    for spec in specs:
        if spec.kind == "p":
            if found:
                raise InvalidTableDefinition(
                    f'multiple primary keys for table "{relation.name}" are not allowed', position=spec.position
                )
            found = True


def check_key_columns(relation: Relation, spec: ConstraintSpec) -> None:
    """Raise 42703 and 42701 for the columns of a PRIMARY KEY or UNIQUE."""
    seen: set[str] = set()
    for name in spec.columns:
        if name not in relation.by_name:
            raise UndefinedColumn(f'column "{name}" named in key does not exist', position=spec.position)
        if name in seen:
            raise DuplicateColumn(
                f'column "{name}" appears twice in {KEY_WORDS[spec.kind]} constraint', position=spec.position
            )
        seen.add(name)
    for name in spec.included:
        if name not in relation.by_name:
            raise UndefinedColumn(f'column "{name}" named in key does not exist', position=spec.position)


def merged_keys(specs: Iterable[ConstraintSpec]) -> list[ConstraintSpec]:
    """A new table's keys, the primary key first, without repetitions: PostgreSQL makes one index of those."""
    kept: list[ConstraintSpec] = []
    for spec in sorted(specs, key=lambda s: s.kind != "p"):
        same = next((k for k in kept if _same_key(k, spec)), None)
        if same is None:
            kept.append(spec)
        elif not same.name:
            same.name = spec.name
    return kept


def _same_key(one: ConstraintSpec, other: ConstraintSpec) -> bool:
    def key(spec: ConstraintSpec) -> tuple[object, ...]:
        return spec.columns, spec.included, spec.nulls_not_distinct, spec.deferrable, spec.deferred

    return key(one) == key(other)


def add_key(ctx: DdlContext, relation: Relation, spec: ConstraintSpec, *, in_table: bool) -> Relation:
    """Add a PRIMARY KEY or UNIQUE with its index. in_table: it will stand in the text of CREATE TABLE (else an index
    of its own).

    A primary key's columns get NOT NULL. Raises 42P07 and 42710 for names, 0A000 for types without a native order.
    """
    check_key_columns(relation, spec)
    if spec.deferrable:
        raise not_supported(f"a DEFERRABLE {KEY_WORDS[spec.kind].upper()} constraint")
    numbers = column_numbers(relation, spec.columns)
    for name in spec.columns:
        refuse_unordered(ctx, relation.by_name[name], KEY_WORDS[spec.kind].upper())
        opclasses.require_default("btree", relation.by_name[name].type, ctx)
    name = spec.name or _key_name(ctx, relation, spec)
    if spec.name:
        _refuse_taken(ctx, relation, name)
        refuse_duplicate(relation, name)
    if spec.kind == "p":
        for column in spec.columns:
            relation = add_not_null(ctx, relation, ConstraintSpec(kind="n", columns=[column]))
    own = spec.nulls_not_distinct or not in_table
    index = Index(
        oid=ctx.new_oid(),
        name=name,
        table=relation.oid,
        columns=tuple(IndexColumn(column=n) for n in numbers),
        included=column_numbers(relation, spec.included),
        unique=True,
        primary=spec.kind == "p",
        nulls_not_distinct=spec.nulls_not_distinct,
        options=spec.options,
        sqlite_name=naming.sqlite_name(ctx.catalog, relation.schema, name) if own else "",
    )
    constraint = Constraint(
        oid=ctx.new_oid(),
        name=name,
        kind=spec.kind,
        columns=numbers,
        index=index.oid,
        nulls_not_distinct=spec.nulls_not_distinct,
    )
    return replace(with_constraint(relation, constraint), indexes=(*relation.indexes, index))


def _key_name(ctx: DdlContext, relation: Relation, spec: ConstraintSpec) -> str:
    also = [c.name for c in relation.constraints] + [i.name for i in relation.indexes] + [relation.name]
    if spec.kind == "p":
        columns, label = "", "pkey"
    else:
        # Included columns are part of the name, as ChooseIndexNameAddition sees them all.
        every = naming.index_column_names([*spec.columns, *spec.included])
        columns, label = naming.joined_columns(every), "key"
    return naming.choose_relation_name(
        ctx.catalog, relation.schema, relation.name, columns, label, constraint=True, also=also
    )


def _refuse_taken(ctx: DdlContext, relation: Relation, name: str) -> None:
    if name == relation.name or any(name == index.name for index in relation.indexes):
        from executor.sqlstates import DuplicateTable

        raise DuplicateTable(f'relation "{name}" already exists')
    if name in relation_names(ctx.catalog, relation.schema):
        refuse_existing(ctx, relation.schema, name)


def refuse_unordered(ctx: DdlContext, column: Column, what: str) -> None:
    """Raise 0A000 for a column whose values SQLite cannot compare as PostgreSQL does inside an index."""
    if sqlite_table.collation_of(ctx, column.type) not in sqlite_table.IN_FILE_COLLATIONS:
        raise not_supported(f'a {what} over column "{column.name}" of this type')
    if column.generated == "v":
        raise FeatureNotSupported(f"{what.lower()} constraints on virtual generated columns are not supported")
