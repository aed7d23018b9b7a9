"""CREATE TABLE ... INHERITS and PARTITION OF: columns and constraints that come from parents, merged with a table's own."""

import msgspec
from msgspec.structs import replace

from executor.catalog.model import Column, Constraint, Relation
from executor.ddl import column as columns
from executor.ddl.base import DdlContext
from executor.ddl.column import ColumnSpec
from executor.ddl.lookup import get, range_name, refuse_system
from executor.ddl.specs import ConstraintSpec
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import (
    DatatypeMismatch,
    DuplicateColumn,
    DuplicateObject,
    DuplicateTable,
    InvalidColumnDefinition,
    InvalidObjectDefinition,
    SuccessfulCompletion,
    UndefinedColumn,
    WrongObjectType,
)


class Inherited(msgspec.Struct):
    """What a new table gets from its parents. columns: from how many each column comes; constraints: likewise by name."""

    parents: list[Relation]
    columns: dict[str, int] = {}
    constraints: dict[tuple[str, str], int] = {}
    own_columns: set[str] = set()
    own_constraints: set[tuple[str, str]] = set()
    written: set[str] = set()
    partition: bool = False

    def marked(self, relation: Relation) -> Relation:
        """The finished table with what it has from its parents marked as such."""
        found = tuple(replace(c, inherited=self.columns[c.name], local=c.name in self.own_columns)
                      if c.name in self.columns else c for c in relation.columns)
        constraints = tuple(self._constraint(relation, c) for c in relation.constraints)
        return replace(relation, columns=found, constraints=constraints, parents=tuple(p.oid for p in self.parents))

    def _constraint(self, relation: Relation, constraint: Constraint) -> Constraint:
        name = (constraint.kind, constraint_key(relation, constraint))
        if name not in self.constraints:
            return constraint
        return replace(constraint, inherited=self.constraints[name], local=name in self.own_constraints)


def constraint_key(relation: Relation, constraint: Constraint) -> str:
    """What tells that two constraints of one kind are the same: the column of a NOT NULL, else the name."""
    return relation.by_number[constraint.columns[0]].name if constraint.kind == "n" else constraint.name


def parents_of(nodes: list[Node], ctx: DdlContext, name: str, persistence: str, *, partition: bool) -> list[Relation]:
    """The tables that INHERITS or PARTITION OF names (42P01, 42809, 42P07)."""
    found: list[Relation] = []
    for node in nodes:
        target = get(ctx, range_name(node, ctx))
        if target.kind != "r" or target.index is not None:
            raise WrongObjectType(f'inherited relation "{target.name}" is not a table or foreign table')
        refuse_system(target)
        parent = target.table
        _refuse_parent(parent, name, persistence, partition=partition)
        if any(other.oid == parent.oid for other in found):
            raise DuplicateTable(f'relation "{parent.name}" would be inherited from more than once')
        if parent.made_elsewhere or not parent.rowid:
            raise not_supported(f'inheriting from table "{parent.name}", which another program created,')
        found.append(parent)
    return found


def _refuse_parent(parent: Relation, name: str, persistence: str, *, partition: bool) -> None:
    if partition:
        if parent.partition_key is None:
            raise InvalidObjectDefinition(f'"{parent.name}" is not partitioned')
        if parent.persistence == "t" and persistence != "t":
            raise WrongObjectType(f'cannot create a permanent relation as partition of temporary relation "{parent.name}"')
        if parent.persistence != "t" and persistence == "t":
            raise WrongObjectType(f'cannot create a temporary relation as partition of permanent relation "{parent.name}"')
        return
    if parent.partition_key is not None:
        raise WrongObjectType(f'cannot inherit from partitioned table "{parent.name}"')
    if parent.bound is not None:
        raise WrongObjectType(f'cannot inherit from partition "{parent.name}"')
    if parent.persistence == "t" and persistence != "t":
        raise WrongObjectType(f'cannot inherit from temporary relation "{parent.name}"')


# ---------------------------------------------------------------- columns


def merge(ctx: DdlContext, parents: list[Relation], own: list[ColumnSpec], constraints: list[ConstraintSpec], *,
          partition: bool) -> tuple[Inherited, list[ColumnSpec], list[ConstraintSpec]]:
    """The columns and constraints of a table with parents, as if they had been written for it; NOTICEs for what is merged."""
    inherited = Inherited(parents, {}, {}, set(), set(), set(), partition)
    merged: dict[str, ColumnSpec] = {}
    conflicting: set[str] = set()
    for parent in parents:
        for column in parent.columns:
            _from_parent(ctx, inherited, merged, conflicting, parent, column)
    for spec in own:
        _own_column(ctx, inherited, merged, spec, partition=partition)
        conflicting.discard(spec.name) if spec.default is not None or spec.generated else None
    for name in conflicting:
        raise InvalidColumnDefinition(f'column "{name}" inherits conflicting default values',
                                      hint="To resolve the conflict, specify a default explicitly.")
    found = list(merged.values())
    return inherited, found, _constraints(ctx, inherited, parents, found, constraints)


def _from_parent(ctx: DdlContext, inherited: Inherited, merged: dict[str, ColumnSpec], conflicting: set[str],
                 parent: Relation, column: Column) -> None:
    spec = ColumnSpec(name=column.name, type=column.type, typmod=column.typmod, collation=column.collation)
    spec.constraints = []
    if column.generated:
        spec.generated, spec.expression = column.generated, column.default
    elif column.default is not None:
        spec.default = column.default
    old = merged.get(column.name)
    inherited.columns[column.name] = inherited.columns.get(column.name, 0) + 1
    if old is None:
        merged[column.name] = spec
        return
    ctx.notice(SuccessfulCompletion, f'merging multiple inherited definitions of column "{column.name}"')
    _check_type(ctx, old, spec, "inherited column")
    if bool(old.generated) != bool(spec.generated):
        raise InvalidColumnDefinition(f'inherited column "{column.name}" has a generation conflict')
    if spec.default is not None and old.default is None:
        old.default = spec.default
    elif spec.default is not None and spec.default != old.default:
        conflicting.add(column.name)


def _check_type(ctx: DdlContext, old: ColumnSpec, new: ColumnSpec, what: str) -> None:
    if (old.type, old.typmod) != (new.type, new.typmod):
        shown = ctx.binder.type_name
        raise DatatypeMismatch(f'{what} "{new.name}" has a type conflict',
                               detail=f"{shown(old.type, old.typmod)} versus {shown(new.type, new.typmod)}")


def _own_column(ctx: DdlContext, inherited: Inherited, merged: dict[str, ColumnSpec], spec: ColumnSpec, *,
                partition: bool) -> None:
    old = merged.get(spec.name)
    if old is None:
        if partition:
            raise UndefinedColumn(f'column "{spec.name}" does not exist')
        merged[spec.name] = spec
        return
    if spec.name in inherited.written:
        raise DuplicateColumn(f'column "{spec.name}" specified more than once')
    inherited.written.add(spec.name)
    if not partition:
        inherited.own_columns.add(spec.name)
        ctx.notice(SuccessfulCompletion, f'merging column "{spec.name}" with inherited definition')
        _check_type(ctx, old, spec, "column")
    _check_generation(old, spec)
    if spec.default is not None:
        old.default = spec.default
    if spec.generated:
        old.generated, old.expression = spec.generated, spec.expression
    if spec.identity or spec.serial:
        old.identity, old.identity_options, old.serial = spec.identity, spec.identity_options, spec.serial
    old.constraints = spec.constraints


def _check_generation(old: ColumnSpec, spec: ColumnSpec) -> None:
    if old.generated and spec.default is not None:
        raise InvalidColumnDefinition(f'column "{spec.name}" inherits from generated column but specifies default')
    if old.generated and spec.identity:
        raise InvalidColumnDefinition(f'column "{spec.name}" inherits from generated column but specifies identity')
    if spec.generated and not old.generated:
        raise InvalidColumnDefinition(f'child column "{spec.name}" specifies generation expression',
                                      hint="A child table column cannot be generated unless its parent column is.")


def read_partition_column(node: Node, parent: Relation, ctx: DdlContext, table_name: str) -> ColumnSpec:
    """An element of PARTITION OF's list: a parent's column, without a type, and what is added to it."""
    name = node.peek("colname")
    column = parent.by_name.get(name)
    if column is None:
        raise UndefinedColumn(f'column "{name}" does not exist')
    return columns.read_column(node, ctx, table_name, of=column)


# ---------------------------------------------------------------- constraints


def _constraints(ctx: DdlContext, inherited: Inherited, parents: list[Relation], own_columns: list[ColumnSpec],
                 own: list[ConstraintSpec]) -> list[ConstraintSpec]:
    """The table's constraints: those of the parents, merged with its own. CHECKs and NOT NULLs of columns are merged too."""
    found: list[ConstraintSpec] = []
    written = [c for column in own_columns for c in column.constraints] + own
    for spec in written:
        if spec.kind == "n":
            inherited.own_constraints.add(("n", spec.columns[0]))
        elif spec.kind == "c" and spec.name and not inherited.partition:
            inherited.own_constraints.add(("c", spec.name))
    for parent in parents:
        for constraint in parent.constraints:
            if constraint.kind in "nc" and not constraint.no_inherit:
                _inherit(ctx, inherited, parent, constraint, written, found)
    return [*found, *own]


def _inherit(ctx: DdlContext, inherited: Inherited, parent: Relation, constraint: Constraint, written: list[ConstraintSpec],
             found: list[ConstraintSpec]) -> None:
    name = (constraint.kind, constraint_key(parent, constraint))
    inherited.constraints[name] = inherited.constraints.get(name, 0) + 1
    spec = spec_of(parent, constraint)
    if constraint.kind == "n":
        if name not in inherited.own_constraints and inherited.constraints[name] == 1:
            found.append(spec)
        return
    before = next((c for c in found if c.kind == "c" and c.name == constraint.name), None)
    if before is not None:
        if before.expression != spec.expression:
            raise DuplicateObject(f'check constraint name "{constraint.name}" appears multiple times but with different '
                                  "expressions")
        return
    if any(other.kind == "c" and other.name == constraint.name for other in written):
        ctx.notice(SuccessfulCompletion, f'merging constraint "{constraint.name}" with inherited definition')
        return
    found.append(spec)


def spec_of(parent: Relation, constraint: Constraint) -> ConstraintSpec:
    """A constraint of a table as it would be written for a child."""
    names = [parent.by_number[number].name for number in constraint.columns]
    return ConstraintSpec(kind=constraint.kind, name=constraint.name, columns=names if constraint.kind == "n" else [],
                          expression=constraint.expression or None, enforced=constraint.enforced)
