"""FOREIGN KEY constraints: finding the key they point to and checking that SQLite will compare as PostgreSQL does."""

from executor.catalog.model import Constraint, Relation
from executor.ddl import naming
from executor.ddl.base import DdlContext
from executor.ddl.constraint import refuse_duplicate, with_constraint
from executor.ddl.lookup import get, refuse_system
from executor.ddl.specs import ConstraintSpec
from executor.ddl.sqlite_table import native_default
from executor.errors import not_supported
from executor.facts.lookup import base_type, casts, operator_by_signature
from executor.sqlstates import (
    DatatypeMismatch,
    InvalidForeignKey,
    InvalidTableDefinition,
    UndefinedColumn,
    UndefinedObject,
    WrongObjectType,
)

# Types that compare with each other in SQLite as in PostgreSQL whatever column holds which.
FAMILIES = ({20, 21, 23}, {25, 1043}, {700, 701}, {20, 21, 23, 1700})


def add_foreign_key(ctx: DdlContext, relation: Relation, spec: ConstraintSpec) -> tuple[Relation, Constraint]:
    """Add a FOREIGN KEY. `relation` is found under its own name for references to itself.

    Raises 42P01, 42703, 42830, 42804, 42P16 as PostgreSQL does; 0A000 where SQLite's foreign keys mean something else.
    """
    parent = _parent(ctx, relation, spec)
    columns = _numbers(relation, spec.columns)
    referenced = _referenced(parent, spec)
    if _numbers(relation, spec.set_columns):
        raise not_supported("FOREIGN KEY ... ON DELETE SET NULL or SET DEFAULT (columns)")
    if len(columns) != len(referenced):
        raise InvalidForeignKey("number of referencing and referenced columns for foreign key disagree")
    name = spec.name
    if name:
        refuse_duplicate(relation, name)
    else:
        also = [c.name for c in relation.constraints]
        name = naming.choose_constraint_name(
            ctx.catalog, relation.schema, relation.name, naming.joined_columns(spec.columns), "fkey", also
        )
    check_types(ctx, name, relation, columns, parent, referenced)
    constraint = Constraint(
        oid=ctx.new_oid(),
        name=name,
        kind="f",
        columns=columns,
        referenced=parent.oid,
        referenced_columns=referenced,
        on_update=spec.on_update,
        on_delete=spec.on_delete,
        match=spec.match,
        deferrable=spec.deferrable,
        deferred=spec.deferred,
        enforced=spec.enforced,
        validated=spec.valid and spec.enforced,
    )
    _refuse_unlike(ctx, relation, constraint)
    return with_constraint(relation, constraint), constraint


def _parent(ctx: DdlContext, relation: Relation, spec: ConstraintSpec) -> Relation:
    assert spec.referenced is not None
    found = get(ctx, spec.referenced)
    if found.kind != "r" or found.index is not None:
        raise WrongObjectType(f'referenced relation "{found.name}" is not a table')
    refuse_system(found)
    if found.relation is not None and found.relation.partition_key is not None:
        raise not_supported("a FOREIGN KEY to a partitioned table")
    parent = relation if found.oid == relation.oid else found.table
    kinds = {"p": "permanent", "t": "temporary", "u": "unlogged"}
    if relation.persistence == "u" and parent.persistence == "p":
        return parent
    if relation.persistence == "u" and parent.persistence == "t":
        raise InvalidTableDefinition("constraints on unlogged tables may reference only permanent or unlogged tables")
    if relation.persistence != parent.persistence:
        word = kinds[relation.persistence]
        raise InvalidTableDefinition(f"constraints on {word} tables may reference only {word} tables")
    return parent


def _numbers(relation: Relation, columns: list[str]) -> tuple[int, ...]:
    for name in columns:
        if name not in relation.by_name:
            raise UndefinedColumn(f'column "{name}" referenced in foreign key constraint does not exist')
    return tuple(relation.by_name[name].number for name in columns)


def _referenced(parent: Relation, spec: ConstraintSpec) -> tuple[int, ...]:
    """attnums of the referenced columns: those named, which must be a whole unique key, or the primary key."""
    if not spec.referenced_columns:
        if parent.primary_key is None:
            raise UndefinedObject(f'there is no primary key for referenced table "{parent.name}"')
        return parent.primary_key.columns
    numbers = _numbers(parent, spec.referenced_columns)
    if len(set(numbers)) != len(numbers):
        raise InvalidForeignKey("foreign key referenced-columns list must not contain duplicates")
    fitting = [
        i
        for i in parent.indexes
        if i.unique and not i.predicate and sorted(key.column for key in i.columns) == sorted(numbers)
    ]
    if parent.rowid_column and numbers == (parent.rowid_column,):
        return numbers
    if not fitting:
        raise InvalidForeignKey(
            f'there is no unique constraint matching given keys for referenced table "{parent.name}"'
        )
    if all(index.nulls_not_distinct for index in fitting):
        raise not_supported("a FOREIGN KEY to a UNIQUE NULLS NOT DISTINCT constraint")
    return numbers


def check_types(
    ctx: DdlContext,
    name: str,
    relation: Relation,
    columns: tuple[int, ...],
    parent: Relation,
    referenced: tuple[int, ...],
) -> None:
    """Raise 42804 for types that PostgreSQL cannot compare, 0A000 for those that SQLite compares differently."""
    for own, other in zip(columns, referenced, strict=True):
        mine, theirs = relation.by_number[own], parent.by_number[other]
        one, two = base_type(ctx.number_of(mine.type)), base_type(ctx.number_of(theirs.type))
        if one == two or any({one, two} <= family for family in FAMILIES):
            continue
        cast = casts().get((one, two))
        if operator_by_signature("=", two, one) is None and (cast is None or cast.context != "i"):
            type_name = ctx.binder.type_name
            raise DatatypeMismatch(
                f'foreign key constraint "{name}" cannot be implemented',
                detail=f'Key columns "{mine.name}" of the referencing table and "{theirs.name}" of the referenced '
                f"table are of incompatible types: {type_name(mine.type, mine.typmod)} "
                f"and {type_name(theirs.type, theirs.typmod)}.",
            )
        raise not_supported(
            f"a FOREIGN KEY from {ctx.binder.type_name(mine.type, -1)} to {ctx.binder.type_name(theirs.type, -1)}"
        )


def _refuse_unlike(ctx: DdlContext, relation: Relation, constraint: Constraint) -> None:
    """0A000 for what SQLite's foreign keys cannot do."""
    if constraint.match == "f" and len(constraint.columns) > 1:
        raise not_supported("FOREIGN KEY ... MATCH FULL with several columns")
    if "d" in (constraint.on_delete, constraint.on_update):
        for number in constraint.columns:
            column = relation.by_number[number]
            if column.default is not None and native_default(ctx, column) is None:
                raise not_supported("FOREIGN KEY ... SET DEFAULT where the default is not a constant")


def refuse_blind_actions(relation: Relation) -> None:
    """0A000 for a foreign key whose actions change rows of a table with rules that only the executor can keep.

    SQLite runs the action by itself, so generated columns would keep stale values and such CHECKs would not be asked.
    """
    is_routed = relation.bound is not None or relation.partition_key is not None
    blind = is_routed or any(column.generated for column in relation.columns) or any(
        c.kind in "cn" and c.enforced and not c.enforced_by_sqlite for c in relation.constraints
    )
    for constraint in relation.constraints:
        changing = constraint.on_delete in "nd" or constraint.on_update in "cnd"
        if blind and constraint.kind == "f" and constraint.enforced and changing:
            raise not_supported(
                f'the action of foreign key "{constraint.name}" on a table with generated columns or with a CHECK '
                "that SQLite cannot evaluate, or on a partition"
            )
