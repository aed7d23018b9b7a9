"""ALTER TABLE: ADD, DROP, VALIDATE and ALTER CONSTRAINT, SET and DROP NOT NULL."""

from collections.abc import Callable

from msgspec.structs import replace

from executor.catalog.model import Constraint
from executor.ddl import validate
from executor.ddl.altering import Altering
from executor.ddl.constraint import (
    add_check,
    add_key,
    add_not_null,
    check_key_columns,
    not_null_of,
    refuse_duplicate,
    refuse_second_primary_key,
)
from executor.ddl.dependency import Thing, deletion
from executor.ddl.foreign_key import add_foreign_key, refuse_blind_actions
from executor.ddl.index import unique_check
from executor.ddl.removal import remove
from executor.ddl.specs import ConstraintSpec, table_constraint
from executor.ddl.sqlite_table import BOOLEAN
from executor.errors import not_supported
from executor.parse import Node
from executor.publishing.identity import identity_key
from executor.sqlstates import (
    InvalidTableDefinition,
    ObjectNotInPrerequisiteState,
    SuccessfulCompletion,
    SyntaxError,
    UndefinedObject,
    WrongObjectType,
)


def add_constraint_action(node: Node, altering: Altering) -> None:
    """ADD table_constraint."""
    add_constraint(altering, table_constraint(node.take("def"), altering.ctx))


def add_constraint(altering: Altering, spec: ConstraintSpec) -> None:
    """Add a constraint to a table that may have rows: they are checked first unless it is NOT VALID."""
    if spec.index:
        raise not_supported("ADD CONSTRAINT ... USING INDEX")
    _ADDERS[spec.kind](altering, spec)
    refuse_blind_actions(altering.relation)


def _add_check(altering: Altering, spec: ConstraintSpec) -> None:
    if spec.name:
        refuse_duplicate(altering.relation, spec.name)
    new, constraint, bound = add_check(altering.ctx, altering.relation, spec)
    if spec.valid and spec.enforced:
        altering.steps.append(validate.check(altering.relation, constraint, bound))
    altering.become(new)


def _add_not_null(altering: Altering, spec: ConstraintSpec) -> None:
    relation = altering.relation
    column = altering.column(spec.columns[0])
    old = not_null_of(relation, column.number)
    if old is not None and spec.name and spec.name != old.name:
        raise ObjectNotInPrerequisiteState(
            f'cannot create not-null constraint "{spec.name}" on column "{column.name}" of table "{relation.name}"',
            detail=f'A not-null constraint named "{old.name}" already exists for this column.',
        )
    new = add_not_null(altering.ctx, relation, spec)
    if old is None and spec.valid:
        altering.steps.append(validate.not_null(relation, column))
    altering.become(new)


def _add_key(altering: Altering, spec: ConstraintSpec) -> None:
    relation = altering.relation
    refuse_second_primary_key(relation, [spec])
    check_key_columns(relation, spec)
    new = add_key(altering.ctx, relation, spec, in_table=spec.kind == "p")
    if spec.kind == "p":
        for name in spec.columns:
            if not_null_of(relation, relation.by_name[name].number) is None:
                altering.steps.append(validate.not_null(relation, relation.by_name[name]))
        # An index of its own brings its check with it; one inside the table's text does not.
        altering.steps.append(unique_check(altering.ctx, relation, new.indexes[-1]))
    altering.become(new)


def _add_foreign_key(altering: Altering, spec: ConstraintSpec) -> None:
    ctx = altering.ctx
    new, constraint = add_foreign_key(ctx, altering.relation, spec)
    if spec.valid and spec.enforced:
        parent = ctx.catalog.relations_by_oid[constraint.referenced]
        altering.steps.append(validate.foreign_key(ctx, altering.relation, constraint, parent))
    altering.become(new)


_ADDERS: dict[str, Callable[[Altering, ConstraintSpec], None]] = {
    "c": _add_check, "n": _add_not_null, "p": _add_key, "u": _add_key, "f": _add_foreign_key,
}  # fmt: skip


def _named(altering: Altering, name: str) -> Constraint:
    found = altering.relation.constraint(name)
    if found is None:
        raise UndefinedObject(f'constraint "{name}" of relation "{altering.relation.name}" does not exist')
    return found


def drop_constraint(node: Node, altering: Altering) -> None:
    """DROP CONSTRAINT [IF EXISTS] name [CASCADE]."""
    name, missing_ok = node.take("name"), node.take("missing_ok", False)
    cascade = node.peek("behavior") == "DROP_CASCADE"
    relation = altering.relation
    if relation.constraint(name) is None and missing_ok:
        altering.ctx.notice(
            SuccessfulCompletion, f'constraint "{name}" of relation "{relation.name}" does not exist, skipping'
        )
        return
    constraint = _named(altering, name)
    if constraint.kind == "n":
        _refuse_needed_not_null(altering, constraint.columns[0])
    altering.steps += remove(altering.ctx, deletion(altering.ctx, [Thing("constraint", constraint.oid)], cascade))


def _refuse_needed_not_null(altering: Altering, number: int) -> None:
    relation = altering.relation
    column = relation.by_number[number]
    if relation.primary_key is not None and number in relation.primary_key.columns:
        raise InvalidTableDefinition(f'column "{column.name}" is in a primary key')
    if relation.replica_identity == "i" and number in identity_key(relation):
        raise InvalidTableDefinition(f'column "{column.name}" is in index used as replica identity')
    if column.identity:
        raise SyntaxError(f'column "{column.name}" of relation "{relation.name}" is an identity column')


def set_not_null(node: Node, altering: Altering) -> None:
    """ALTER COLUMN ... SET NOT NULL."""
    column = altering.column(node.take("name"))
    old = not_null_of(altering.relation, column.number)
    if old is not None and old.validated:
        return
    if old is not None:
        _validate_not_null(altering, old)
        return
    _add_not_null(altering, ConstraintSpec(kind="n", columns=[column.name]))


def drop_not_null(node: Node, altering: Altering) -> None:
    """ALTER COLUMN ... DROP NOT NULL."""
    column = altering.column(node.take("name"))
    constraint = not_null_of(altering.relation, column.number)
    if constraint is None:
        return
    _refuse_needed_not_null(altering, column.number)
    altering.steps += remove(altering.ctx, deletion(altering.ctx, [Thing("constraint", constraint.oid)], cascade=False))


def validate_constraint(node: Node, altering: Altering) -> None:
    """VALIDATE CONSTRAINT."""
    constraint = _named(altering, node.take("name"))
    validator = _VALIDATORS.get(constraint.kind)
    if validator is None:
        raise WrongObjectType(
            f'cannot validate constraint "{constraint.name}" of relation "{altering.relation.name}"',
            detail="This operation is not supported for this type of constraint.",
        )
    if not constraint.enforced:
        raise WrongObjectType("cannot validate NOT ENFORCED constraint")
    if not constraint.validated:
        validator(altering, constraint)


def _validate_check(altering: Altering, constraint: Constraint) -> None:
    relation = altering.relation
    bound = altering.ctx.binder.check_expression(constraint.expression, relation, "CHECK", (BOOLEAN, -1))
    altering.steps.append(validate.check(relation, constraint, bound))
    native = not bound.needs and bound.volatility == "i"
    _replace(altering, constraint, replace(constraint, validated=True, enforced_by_sqlite=native))


def _validate_not_null(altering: Altering, constraint: Constraint) -> None:
    relation = altering.relation
    altering.steps.append(validate.not_null(relation, relation.by_number[constraint.columns[0]]))
    _replace(altering, constraint, replace(constraint, validated=True, enforced_by_sqlite=True))


def _validate_foreign_key(altering: Altering, constraint: Constraint) -> None:
    parent = altering.ctx.catalog.relations_by_oid[constraint.referenced]
    altering.steps.append(validate.foreign_key(altering.ctx, altering.relation, constraint, parent))
    _replace(altering, constraint, replace(constraint, validated=True))


_VALIDATORS: dict[str, Callable[[Altering, Constraint], None]] = {
    "c": _validate_check, "n": _validate_not_null, "f": _validate_foreign_key,
}  # fmt: skip


def _replace(altering: Altering, old: Constraint, new: Constraint) -> None:
    relation = altering.relation
    constraints = tuple(new if c.oid == old.oid else c for c in relation.constraints)
    altering.become(replace(relation, constraints=constraints))


def alter_constraint(node: Node, altering: Altering) -> None:
    """ALTER CONSTRAINT name [NOT] DEFERRABLE [INITIALLY ...]; only foreign keys can be deferred here."""
    change = node.take("def")
    name = change.take("conname")
    if change.take("alterEnforceability", False):
        raise not_supported("ALTER CONSTRAINT ... [NOT] ENFORCED")
    if change.take("alterInheritability", False):
        raise not_supported("ALTER CONSTRAINT ... [NO] INHERIT")
    change.take("alterDeferrability")
    change.take("is_enforced")
    deferrable, deferred = change.take("deferrable", False), change.take("initdeferred", False)
    change.finish()
    constraint = _named(altering, name)
    if constraint.kind != "f":
        raise WrongObjectType(
            f'constraint "{name}" of relation "{altering.relation.name}" is not a foreign key constraint'
        )
    _replace(altering, constraint, replace(constraint, deferrable=deferrable, deferred=deferred))
