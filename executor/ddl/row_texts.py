"""Stored texts that select fields of a composite type: what a change of its attributes means for them.

Which texts do so is found by binding the CHECKs of domains over the type; other texts (views, defaults, checks of
tables) are looked at for the field's name only.
"""

from msgspec.structs import replace

from executor.catalog.model import Catalog, Constraint, Relation, UserType
from executor.ddl import rewrite
from executor.ddl.base import DdlContext
from executor.ddl.domain_use import domains_over
from executor.ddl.objects import put_type
from executor.ddl.stored_texts import stored_texts
from executor.errors import SqlError, not_supported
from executor.sqlstates import DependentObjectsStillExist, SuccessfulCompletion, UndefinedColumn


def domains_of(catalog: Catalog, relation: Relation) -> list[UserType]:
    """The domains over a composite type, or over arrays of it."""
    over: set[int] = set()
    for base in (relation.row_type, relation.array_type):
        over |= domains_over(catalog, base) - {base}
    return [made for made in catalog.types if made.oid in over]


def rename_field(ctx: DdlContext, relation: Relation, old: str, new: str) -> None:
    """The CHECKs of domains follow a renamed attribute; 0A000 if another stored text may mean it."""
    followed = domains_of(ctx.catalog, relation)
    for made in followed:
        constraints = tuple(replace(c, expression=rewrite.rename_field(c.expression, old, new)) if c.expression else c
                            for c in made.constraints)
        ctx.catalog = put_type(ctx.catalog, replace(made, constraints=constraints))
    oids = {made.oid for made in followed}
    for stored in stored_texts(ctx.catalog):
        if stored.oid not in oids and rewrite.selects_field(stored.text, old, query=stored.kind == "view"):
            raise not_supported(f'renaming attribute "{old}", which a stored expression may mean,')


def rebind_checks(ctx: DdlContext, relation: Relation) -> None:
    """Raise what binding the CHECKs of domains over a type that has been altered raises (42883 ...)."""
    for made in domains_of(ctx.catalog, relation):
        for constraint in made.constraints:
            if constraint.expression:
                ctx.binder.rebind_domain_check(constraint.expression, made.base, made.base_typmod)


def drop_broken_checks(ctx: DdlContext, before: Relation, column: str, cascade: bool) -> None:
    """Drop the CHECKs that use an attribute that is gone from the catalog; 2BP01 without CASCADE."""
    broken: list[tuple[UserType, Constraint]] = []
    for made in domains_of(ctx.catalog, before):
        for constraint in made.constraints:
            if constraint.expression and _is_broken(ctx, made, constraint):
                broken.append((made, constraint))
    if broken and not cascade:
        what = f"column {column} of composite type {before.name}"
        raise DependentObjectsStillExist(
            f"cannot drop {what} because other objects depend on it",
            detail="\n".join(f"constraint {c.name} depends on {what}" for _, c in broken),
            hint="Use DROP ... CASCADE to drop the dependent objects too.",
        )
    for made, constraint in broken:
        ctx.notice(SuccessfulCompletion, f"drop cascades to constraint {constraint.name}")
        now = ctx.catalog.types_by_oid[made.oid]
        kept = tuple(c for c in now.constraints if c.oid != constraint.oid)
        ctx.catalog = put_type(ctx.catalog, replace(now, constraints=kept))


def _is_broken(ctx: DdlContext, made: UserType, constraint: Constraint) -> bool:
    try:
        ctx.binder.rebind_domain_check(constraint.expression, made.base, made.base_typmod)
    except UndefinedColumn:
        return True
    except SqlError:
        return False
    return False
