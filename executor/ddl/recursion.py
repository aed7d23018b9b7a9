"""ALTER TABLE of a table with parents or children: what is done to a table is done to its descendants too.

A child's columns and constraints count the parents they come from. What comes from a parent can only be changed there;
what a parent loses, a child keeps if another parent or its own definition has it.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from executor.catalog.model import Catalog, Column, Constraint, Relation
from executor.ddl import inherit
from executor.ddl.alter_column import add_spec
from executor.ddl.alter_constraint import add_constraint
from executor.ddl.altering import Altering
from executor.ddl.base import DdlContext
from executor.ddl.column import ColumnSpec
from executor.ddl.constraint import not_null_of
from executor.ddl.dependency import Thing, deletion
from executor.ddl.family import adopt_parts, check_member, foreign_key_spec, tree_below
from executor.ddl.index_match import matching_index
from executor.ddl.like import index_spec
from executor.ddl.objects import put_relation
from executor.ddl.removal import remove
from executor.errors import not_supported
from executor.parse import Node, wrap
from executor.sqlstates import (
    DatatypeMismatch,
    DuplicateObject,
    InvalidTableDefinition,
    SuccessfulCompletion,
    WrongObjectType,
)


class Command(msgspec.Struct, frozen=True):
    """One action of an ALTER TABLE. only: without the table's descendants."""

    subtype: str
    node: Any
    action: Callable[[Node, Altering], None]
    only: bool

    def again(self, altering: Altering, ctx: DdlContext, oid: int) -> None:
        """Do the same to another table."""
        node = wrap(self.node.tree)
        other = Altering(ctx, oid)
        self.action(node, other)
        altering.steps += other.steps


def is_member(catalog: Catalog, relation: Relation) -> bool:
    """True if a table has parents, children or partitions."""
    return bool(relation.parents) or relation.partition_key is not None or relation.oid in catalog.children


def act(command: Command, altering: Altering) -> None:
    """Do what the command says, to the descendants too where PostgreSQL does."""
    rule = RULES.get(command.subtype)
    if rule is None:
        command.action(command.node, altering)
    else:
        rule(command, altering)


def _children(altering: Altering, oid: int) -> list[Relation]:
    return list(altering.ctx.catalog.children.get(oid, ()))


def _put(altering: Altering, relation: Relation) -> None:
    altering.ctx.catalog = put_relation(altering.ctx.catalog, relation)


def _on(altering: Altering, oid: int) -> Altering:
    """Another table, whose steps are those of the same statement."""
    other = Altering(altering.ctx, oid)
    other.steps = altering.steps
    return other


# ---------------------------------------------------------------- columns


def _add_column(command: Command, altering: Altering) -> None:
    relation = altering.relation
    name = command.node.peek("def").peek("colname")
    if relation.bound is not None:
        raise WrongObjectType("cannot add column to a partition")
    known = name in relation.by_name
    if command.only and not known and _children(altering, relation.oid):
        raise InvalidTableDefinition("column must be added to child tables too")
    command.action(command.node, altering)
    if not known and name in altering.relation.by_name:
        _add_below(altering, altering.relation, altering.relation.by_name[name])


def _add_below(altering: Altering, parent: Relation, column: Column) -> None:
    if column.identity and parent.partition_key is None:
        raise InvalidTableDefinition("cannot recursively add identity column to table that has child tables")
    for child in _children(altering, parent.oid):
        old = child.by_name.get(column.name)
        if old is not None:
            _merge_column(altering, child, old, column)
            continue
        spec = ColumnSpec(name=column.name, type=column.type, typmod=column.typmod, collation=column.collation,
                          default=None if column.generated else column.default, generated=column.generated,
                          expression=column.default if column.generated else None)
        inherited = [c for c in parent.constraints
                     if c.kind in "nc" and c.columns == (column.number,) and not c.no_inherit]
        spec.constraints = [inherit.spec_of(parent, c) for c in inherited]
        for constraint in spec.constraints:
            constraint.columns = [column.name]
        on = _on(altering, child.oid)
        add_spec(on, spec)
        done = on.relation
        made = replace(done.by_name[column.name], inherited=1, local=False, identity=column.identity)
        done = replace(done, columns=tuple(made if c.name == column.name else c for c in done.columns))
        for above in inherited:
            done = _marked(done, above.kind, inherit.constraint_key(parent, above), local=False)
        _put(altering, done)
        _add_below(altering, done, made)


def _merge_column(altering: Altering, child: Relation, old: Column, new: Column) -> None:
    if (old.type, old.typmod) != (new.type, new.typmod):
        raise DatatypeMismatch(f'child table "{child.name}" has different type for column "{new.name}"')
    altering.ctx.notice(SuccessfulCompletion, f'merging definition of column "{new.name}" for child "{child.name}"')
    _put(altering, _with(child, replace(old, inherited=old.inherited + 1)))


def _with(relation: Relation, column: Column) -> Relation:
    return replace(relation, columns=tuple(column if c.number == column.number else c for c in relation.columns))


def _refuse_key(relation: Relation, number: int, name: str, verb: str) -> None:
    """42P16 for a column of the partition key."""
    for part in relation.partition_key.parts if relation.partition_key is not None else ():
        if part.column == number:
            raise InvalidTableDefinition(
                f'cannot {verb} column "{name}" because it is part of the partition key of relation "{relation.name}"')
        if part.expression:
            raise not_supported(f"{verb} a column of a table that is partitioned by an expression")


def _drop_column(command: Command, altering: Altering) -> None:
    relation = altering.relation
    name = command.node.peek("name")
    column = relation.by_name.get(name)
    if column is None:
        command.action(command.node, altering)
        return
    if column.inherited:
        raise InvalidTableDefinition(f'cannot drop inherited column "{name}"')
    for table in [relation, *tree_below(altering.ctx, relation)]:
        if name in table.by_name:
            _refuse_key(table, table.by_name[name].number, name, "drop")
    children = _children(altering, relation.oid)
    if command.only and relation.partition_key is not None and children:
        raise InvalidTableDefinition("cannot drop column from only the partitioned table when partitions exist",
                                     hint="Do not specify the ONLY keyword.")
    cascade = command.node.peek("behavior") == "DROP_CASCADE"
    _drop_below(altering, relation, name, only=command.only, cascade=cascade)
    command.action(command.node, altering)


def _drop_below(altering: Altering, parent: Relation, name: str, *, only: bool, cascade: bool) -> None:
    for child in _children(altering, parent.oid):
        own = child.by_name[name]
        left = own.inherited - 1
        if only or left > 0 or own.local:
            _put(altering, _with(child, replace(own, inherited=left, local=own.local or only)))
            continue
        _drop_below(altering, child, name, only=False, cascade=cascade)
        gone = deletion(altering.ctx, [Thing("column", child.oid, own.number)], cascade)
        altering.steps += remove(altering.ctx, gone)


def _alter_type(command: Command, altering: Altering) -> None:
    relation = altering.relation
    name = command.node.peek("name")
    column = relation.by_name.get(name)
    below = tree_below(altering.ctx, relation)
    if column is not None:
        if column.inherited:
            raise InvalidTableDefinition(f'cannot alter inherited column "{name}"')
        for table in [relation, *below]:
            _refuse_key(table, table.by_name[name].number, name, "alter")
        if command.only and below:
            raise InvalidTableDefinition(f'type of inherited column "{name}" must be changed in child tables too')
        inside = {relation.oid, *(table.oid for table in below)}
        for child in below:
            if child.by_name[name].inherited > sum(parent in inside for parent in child.parents):
                raise InvalidTableDefinition(f'cannot alter inherited column "{name}" of relation "{child.name}"')
    command.action(command.node, altering)
    for child in below:
        command.again(altering, altering.ctx, child.oid)


def _everywhere(command: Command, altering: Altering) -> None:
    """The same for all descendants."""
    below = [] if command.only else tree_below(altering.ctx, altering.relation)
    command.action(command.node, altering)
    for child in below:
        command.again(altering, altering.ctx, child.oid)


def _identity(command: Command, altering: Altering) -> None:
    relation = altering.relation
    if relation.bound is not None:
        raise InvalidTableDefinition("cannot change identity column of a partition")
    command.action(command.node, altering)
    if relation.partition_key is None:
        return
    name = command.node.peek("name")
    identity = altering.relation.by_name[name].identity
    for child in tree_below(altering.ctx, relation):
        _put(altering, _with(child, replace(child.by_name[name], identity=identity)))


# ---------------------------------------------------------------- constraints


def _marked(relation: Relation, kind: str, key: str, *, local: bool) -> Relation:
    """The child with one more parent for a constraint."""
    constraints = tuple(
        replace(c, inherited=c.inherited + 1, local=c.local if local else False)
        if c.kind == kind and inherit.constraint_key(relation, c) == key else c for c in relation.constraints)
    return replace(relation, constraints=constraints)


def _find(relation: Relation, kind: str, key: str) -> Constraint | None:
    return next((c for c in relation.constraints if c.kind == kind and inherit.constraint_key(relation, c) == key), None)


def _add_constraint(command: Command, altering: Altering) -> None:
    definition = command.node.peek("def")
    kind = definition.peek("contype")
    before = {c.oid for c in altering.relation.constraints}
    children = _children(altering, altering.oid)
    inherits = kind in ("CONSTR_CHECK", "CONSTR_NOTNULL") and not definition.peek("is_no_inherit", False)
    if command.only and children and inherits:
        raise InvalidTableDefinition("constraint must be added to child tables too")
    command.action(command.node, altering)
    for constraint in [c for c in altering.relation.constraints if c.oid not in before]:
        check_member(altering.relation)
        if constraint.kind in "nc":
            if not constraint.no_inherit:
                spread(altering, altering.relation, constraint)
        elif altering.relation.partition_key is not None:
            check_member(altering.relation)
            if command.only and children:
                raise not_supported("ALTER TABLE ONLY a partitioned table ... ADD CONSTRAINT")
            spread_part(altering, altering.relation, constraint)


def spread(altering: Altering, parent: Relation, constraint: Constraint) -> None:
    """Give the children of a table a CHECK or NOT NULL that it has got."""
    key = inherit.constraint_key(parent, constraint)
    for child in _children(altering, parent.oid):
        old = _find(child, constraint.kind, key)
        if old is not None:
            if constraint.kind == "c":
                if old.expression != constraint.expression:
                    raise DuplicateObject(f'constraint "{constraint.name}" for relation "{child.name}" already exists')
                altering.ctx.notice(SuccessfulCompletion,
                                    f'merging constraint "{constraint.name}" with inherited definition')
            _put(altering, _marked(child, constraint.kind, key, local=True))
            continue
        spec = inherit.spec_of(parent, constraint)
        spec.valid = constraint.validated or not constraint.enforced
        on = _on(altering, child.oid)
        add_constraint(on, spec)
        _put(altering, _marked(on.relation, constraint.kind, key, local=False))
        made = _find(on.relation, constraint.kind, key)
        assert made is not None
        spread(altering, on.relation, made)


def spread_part(altering: Altering, parent: Relation, constraint: Constraint, only: int = 0) -> None:
    """Give the partitions of a table their own of a key or a foreign key that it has got. only: OID of one partition."""
    index = next((i for i in parent.indexes if i.oid == constraint.index), None)
    for child in _children(altering, parent.oid):
        if (only and child.oid != only) or any(c.parent == constraint.oid for c in child.constraints):
            continue
        on = _on(altering, child.oid)
        if index is None or matching_index(parent, index, child) is None:
            spec = foreign_key_spec(altering.ctx, parent, constraint) if constraint.kind == "f" \
                else index_spec(parent, constraint)
            add_constraint(on, spec)
        adopted = adopt_parts(parent, on.relation)
        _put(altering, adopted)
        made = next((c for c in adopted.constraints if c.parent == constraint.oid), None)
        if made is not None and adopted.partition_key is not None:
            check_member(adopted)
            spread_part(altering, adopted, made)


def _drop_constraint(command: Command, altering: Altering) -> None:
    relation = altering.relation
    constraint = relation.constraint(command.node.peek("name"))
    if constraint is not None:
        _drop_inherited(altering, relation, constraint, only=command.only,
                        cascade=command.node.peek("behavior") == "DROP_CASCADE")
    command.action(command.node, altering)


def _drop_inherited(altering: Altering, relation: Relation, constraint: Constraint, *, only: bool, cascade: bool) -> None:
    if constraint.inherited:
        raise InvalidTableDefinition(
            f'cannot drop inherited constraint "{constraint.name}" of relation "{relation.name}"')
    only = only and constraint.kind in "cn"
    if only and relation.partition_key is not None and _children(altering, relation.oid) and constraint.kind != "n":
        raise InvalidTableDefinition("cannot remove constraint from only the partitioned table when partitions exist",
                                     hint="Do not specify the ONLY keyword.")
    _drop_constraint_below(altering, relation, constraint, only=only, cascade=cascade)


def _drop_constraint_below(altering: Altering, parent: Relation, constraint: Constraint, *, only: bool, cascade: bool) -> None:
    key = inherit.constraint_key(parent, constraint)
    for child in _children(altering, parent.oid):
        if constraint.kind in "nc":
            own = None if constraint.no_inherit else _find(child, constraint.kind, key)
        else:
            own = next((c for c in child.constraints if c.parent == constraint.oid), None)
        if own is None:
            continue
        left = max(own.inherited - 1, 0)
        if only or left > 0 or own.local:
            changed = replace(own, inherited=left, local=own.local or only)
            _put(altering, replace(child, constraints=tuple(changed if c.oid == own.oid else c for c in child.constraints)))
            continue
        _drop_constraint_below(altering, child, own, only=False, cascade=cascade)
        freed = tuple(replace(i, parent=0) if i.oid == own.index else i for i in child.indexes)
        _put(altering, replace(child, indexes=freed))
        altering.steps += remove(altering.ctx, deletion(altering.ctx, [Thing("constraint", own.oid)], cascade))


def _set_not_null(command: Command, altering: Altering) -> None:
    before = {c.oid for c in altering.relation.constraints}
    if command.only and altering.relation.partition_key is not None and _children(altering, altering.oid):
        raise InvalidTableDefinition("constraint must be added to child tables too")
    command.action(command.node, altering)
    for constraint in [c for c in altering.relation.constraints if c.oid not in before]:
        spread(altering, altering.relation, constraint)


def _drop_not_null(command: Command, altering: Altering) -> None:
    relation = altering.relation
    column = relation.by_name.get(command.node.peek("name"))
    constraint = None if column is None else not_null_of(relation, column.number)
    if column is not None and constraint is not None:
        if constraint.inherited and relation.bound is not None:
            raise InvalidTableDefinition(f'column "{column.name}" is marked NOT NULL in parent table')
        _drop_inherited(altering, relation, constraint, only=command.only, cascade=False)
    command.action(command.node, altering)


def _validate(command: Command, altering: Altering) -> None:
    name = command.node.peek("name")
    command.action(command.node, altering)
    for child in tree_below(altering.ctx, altering.relation):
        own = child.constraint(name)
        if own is not None and own.inherited and own.kind != "n":
            command.again(altering, altering.ctx, child.oid)


def _alter_constraint(command: Command, altering: Altering) -> None:
    name = command.node.peek("def").peek("conname")
    command.action(command.node, altering)
    for child in tree_below(altering.ctx, altering.relation):
        own = child.constraint(name)
        if own is not None and own.parent:
            command.again(altering, altering.ctx, child.oid)


RULES: dict[str, Callable[[Command, Altering], None]] = {
    "AT_AddColumn": _add_column, "AT_DropColumn": _drop_column, "AT_AlterColumnType": _alter_type,
    "AT_ColumnDefault": _everywhere, "AT_SetExpression": _everywhere, "AT_DropExpression": _everywhere,
    "AT_AddIdentity": _identity, "AT_SetIdentity": _identity, "AT_DropIdentity": _identity,
    "AT_SetNotNull": _set_not_null, "AT_DropNotNull": _drop_not_null, "AT_AddConstraint": _add_constraint,
    "AT_DropConstraint": _drop_constraint, "AT_ValidateConstraint": _validate, "AT_AlterConstraint": _alter_constraint,
}
