"""CREATE DOMAIN and ALTER DOMAIN."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from executor.catalog.model import Column, Constraint, UserType
from executor.ddl import naming
from executor.ddl.base import DdlContext, DdlResult, Step
from executor.ddl.column import read_collation
from executor.ddl.domain_use import refuse_containers, violations
from executor.ddl.objects import put_type, without_comments
from executor.ddl.type_lookup import creation_place, get_user_type
from executor.errors import SqlError, not_supported
from executor.parse import Node
from executor.sqlstates import (
    DatatypeMismatch,
    DuplicateObject,
    FeatureNotSupported,
    InvalidObjectDefinition,
    SuccessfulCompletion,
    SyntaxError,
    UndefinedObject,
)


class _Draft(msgspec.Struct):
    """A domain as its clauses say, one after the other. not_null None: nothing was said."""

    made: UserType
    not_null: bool | None = None
    default_seen: bool = False


def create_domain(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE DOMAIN name [AS] type [COLLATE c] [DEFAULT ...] [constraints]."""
    schema, name = creation_place(ctx, node.texts("domainname"))
    type_node = node.take("typeName")
    position = ctx.position(type_node)
    written = type_node.peek("names", [])
    base, typmod = ctx.binder.resolve_type(type_node)
    kind = ctx.kind_of(base)
    assert kind is not None
    if kind.kind == "p":
        raise DatatypeMismatch(f'"{written[-1].text}" is not a valid base type for a domain', position=position)
    try:
        collation = read_collation(node.take("collClause"), base, ctx)
    except DatatypeMismatch as error:
        error.position = position
        raise
    array = ctx.new_oid()
    parent = ctx.catalog.types_by_oid.get(base)
    made = UserType(oid=ctx.new_oid(), schema=schema, name=name, kind="d", array_type=array, base=base,
                    base_typmod=typmod, collation=collation, default=parent.default if parent is not None else None)
    draft = _Draft(made)
    # CHECKs come last, as in PostgreSQL: whatever else is wrong is told first.
    for constraint in sorted(node.nodes("constraints"), key=lambda c: c.peek("contype") == "CONSTR_CHECK"):
        _read(draft, constraint, ctx)
        constraint.finish()
    ctx.catalog = put_type(ctx.catalog, draft.made)
    return DdlResult(ctx.catalog, tag="CREATE DOMAIN")


def _read(draft: _Draft, node: Node, ctx: DdlContext) -> None:
    kind = node.take("contype")
    reader = _CLAUSES.get(kind)
    if reader is None:
        raise _impossible(kind, ctx.position(node))
    reader(draft, node, ctx)


_IMPOSSIBLE = {
    "CONSTR_UNIQUE": "unique constraints not possible for domains",
    "CONSTR_PRIMARY": "primary key constraints not possible for domains",
    "CONSTR_EXCLUSION": "exclusion constraints not possible for domains",
    "CONSTR_FOREIGN": "foreign key constraints not possible for domains",
    "CONSTR_IDENTITY": "specifying GENERATED not supported for domains",
    "CONSTR_GENERATED": "specifying GENERATED not supported for domains",
}


def _impossible(kind: str, position: int | None) -> SqlError:
    if kind in _IMPOSSIBLE and "GENERATED" not in kind and "IDENTITY" not in kind:
        return SyntaxError(_IMPOSSIBLE[kind], position=position)
    if kind in _IMPOSSIBLE:
        return FeatureNotSupported(_IMPOSSIBLE[kind], position=position)
    if kind.endswith("ENFORCED"):
        return FeatureNotSupported("specifying constraint enforceability not supported for domains", position=position)
    return FeatureNotSupported("specifying constraint deferrability not supported for domains", position=position)


def _default(draft: _Draft, node: Node, ctx: DdlContext) -> None:
    if draft.default_seen:
        raise SyntaxError("multiple default expressions", position=ctx.position(node))
    draft.default_seen = True
    draft.made = replace(draft.made, default=_default_text(draft.made, node.take("raw_expr"), ctx))


def _default_text(made: UserType, expression: Node, ctx: DdlContext) -> str:
    column = Column(name=made.name, number=1, type=made.base, typmod=made.base_typmod)
    return ctx.binder.bind_default(expression, column).sql_pg


def _not_null(draft: _Draft, node: Node, ctx: DdlContext) -> None:
    position = ctx.position(node)
    if node.take("is_no_inherit", False):
        raise InvalidObjectDefinition("not-null constraints for domains cannot be marked NO INHERIT", position=position)
    if draft.not_null:
        raise InvalidObjectDefinition("redundant NOT NULL constraint definition", position=position)
    if draft.not_null is False:
        raise SyntaxError("conflicting NULL/NOT NULL constraints", position=position)
    draft.not_null = True
    draft.made = _with_not_null(draft.made, node, ctx)


def _with_not_null(made: UserType, node: Node, ctx: DdlContext) -> UserType:
    name = node.take("conname")
    _take_flags(node, ctx)
    constraint = Constraint(oid=ctx.new_oid(), name=_constraint_name(made, name, "not_null", ctx), kind="n")
    return replace(made, constraints=(*made.constraints, constraint))


def _null(draft: _Draft, node: Node, ctx: DdlContext) -> None:
    if draft.not_null:
        raise SyntaxError("conflicting NULL/NOT NULL constraints", position=ctx.position(node))
    draft.not_null = False
    _take_flags(node, ctx)
    node.take("conname")


def _check(draft: _Draft, node: Node, ctx: DdlContext) -> None:
    if node.take("is_no_inherit", False):
        raise InvalidObjectDefinition("check constraints for domains cannot be marked NO INHERIT",
                                      position=ctx.position(node))
    draft.made = _with_check(draft.made, node, ctx, valid=True)


def _with_check(made: UserType, node: Node, ctx: DdlContext, *, valid: bool) -> UserType:
    name, expression = node.take("conname"), node.take("raw_expr")
    if not node.take("is_enforced", False):
        raise FeatureNotSupported("specifying constraint enforceability not supported for domains",
                                  position=ctx.position(node))
    _take_flags(node, ctx)
    name = _constraint_name(made, name, "check", ctx)
    text = ctx.binder.bind_domain_check(expression, made.base, made.base_typmod)
    constraint = Constraint(oid=ctx.new_oid(), name=name, kind="c", expression=text, validated=valid)
    return replace(made, constraints=(*made.constraints, constraint))


def _take_flags(node: Node, ctx: DdlContext) -> None:
    for field in ("initially_valid", "is_enforced", "skip_validation"):
        node.take(field)
    if node.take("deferrable", False) or node.take("initdeferred", False):
        raise FeatureNotSupported("specifying constraint deferrability not supported for domains",
                                  position=ctx.position(node))


def _constraint_name(made: UserType, name: str | None, label: str, ctx: DdlContext) -> str:
    if name is not None:
        if made.constraint(name) is not None:
            raise DuplicateObject(f'constraint "{name}" for domain "{made.name}" already exists')
        return name
    also = [c.name for c in made.constraints]
    return naming.choose_constraint_name(ctx.catalog, made.schema, made.name, "", label, also)


_CLAUSES: dict[str, Callable[[_Draft, Node, DdlContext], None]] = {
    "CONSTR_DEFAULT": _default, "CONSTR_NOTNULL": _not_null, "CONSTR_NULL": _null, "CONSTR_CHECK": _check,
}  # fmt: skip


# ---------------------------------------------------------------- ALTER DOMAIN

Altered = tuple[UserType, list[Step]]


def alter_domain(node: Node, ctx: DdlContext) -> DdlResult:
    """ALTER DOMAIN name SET/DROP DEFAULT, SET/DROP NOT NULL, ADD/DROP/VALIDATE CONSTRAINT."""
    subtype = node.take("subtype")
    made = get_user_type(ctx, node.texts("typeName"), "d")
    node.take("behavior")  # nothing can depend on a domain's constraint
    changed, steps = _ALTERATIONS[subtype](made, node, ctx)
    ctx.catalog = put_type(ctx.catalog, changed)
    return DdlResult(ctx.catalog, tuple(steps), "ALTER DOMAIN")


def _alter_default(made: UserType, node: Node, ctx: DdlContext) -> Altered:
    expression = node.take("def")
    return replace(made, default=None if expression is None else _default_text(made, expression, ctx)), []


def _drop_not_null(made: UserType, node: Node, ctx: DdlContext) -> Altered:
    return replace(made, constraints=tuple(c for c in made.constraints if c.kind != "n")), []


def _set_not_null(made: UserType, node: Node, ctx: DdlContext) -> Altered:
    if made.not_null:
        return made, []
    name = _constraint_name(made, None, "not_null", ctx)
    constraint = Constraint(oid=ctx.new_oid(), name=name, kind="n")
    return _checked(ctx, replace(made, constraints=(*made.constraints, constraint)), constraint)


def _add_constraint(made: UserType, node: Node, ctx: DdlContext) -> Altered:
    definition: Any = node.take("def")
    kind = definition.take("contype")
    definition.take("keys")
    if kind == "CONSTR_NOTNULL":
        if made.not_null:
            definition.take("conname")
            _take_flags(definition, ctx)
            return made, []
        changed = _with_not_null(made, definition, ctx)
    elif kind == "CONSTR_CHECK":
        valid = not definition.peek("skip_validation", False)
        if definition.take("is_no_inherit", False):
            raise InvalidObjectDefinition("check constraints for domains cannot be marked NO INHERIT")
        changed = _with_check(made, definition, ctx, valid=valid)
    else:
        raise _impossible(kind, ctx.position(definition))
    definition.finish()
    added = changed.constraints[-1]
    return _checked(ctx, changed, added) if added.validated else (changed, [])


def _checked(ctx: DdlContext, changed: UserType, added: Constraint) -> Altered:
    """With the steps that look for stored values that the constraint refuses."""
    refuse_containers(ctx, changed.oid)
    return changed, violations(ctx, changed, added)


def _drop_constraint(made: UserType, node: Node, ctx: DdlContext) -> Altered:
    name, missing_ok = node.take("name"), node.take("missing_ok", False)
    found = made.constraint(name)
    if found is None:
        if not missing_ok:
            raise UndefinedObject(f'constraint "{name}" of domain "{made.name}" does not exist')
        ctx.notice(SuccessfulCompletion, f'constraint "{name}" of domain "{made.name}" does not exist, skipping')
        return made, []
    ctx.catalog = without_comments(ctx.catalog, {found.oid})
    return replace(made, constraints=tuple(c for c in made.constraints if c is not found)), []


def _validate(made: UserType, node: Node, ctx: DdlContext) -> Altered:
    name = node.take("name")
    found = made.constraint(name)
    if found is None:
        raise UndefinedObject(f'constraint "{name}" of domain "{made.name}" does not exist')
    if found.kind != "c":
        from executor.sqlstates import WrongObjectType

        raise WrongObjectType(f'constraint "{name}" of domain "{made.name}" is not a check constraint')
    if found.validated:
        return made, []
    valid = replace(found, validated=True)
    changed = replace(made, constraints=tuple(valid if c is found else c for c in made.constraints))
    return _checked(ctx, changed, valid)


def _unknown(made: UserType, node: Node, ctx: DdlContext) -> Altered:
    raise not_supported("this form of ALTER DOMAIN")


_ALTERATIONS: dict[str, Callable[[UserType, Node, DdlContext], Altered]] = {
    "T": _alter_default, "N": _drop_not_null, "O": _set_not_null, "C": _add_constraint, "X": _drop_constraint,
    "V": _validate,
}  # fmt: skip
