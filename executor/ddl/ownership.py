"""Whose objects are: those that a statement makes, and ALTER ... OWNER TO.

An index belongs to its table's owner, and so does a sequence that a column owns.
"""

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from executor.catalog.model import Acl, Catalog, Publication, Relation, Schema, Sequence, Subscription, UserType
from executor.ddl.base import DdlContext
from executor.ddl.objects import put_publication, put_relation, put_schema, put_sequence, put_type
from executor.errors import SqlError
from executor.privileges.acl import with_owner
from executor.privileges.rules import Owned, Who, not_owner, of_relation, of_schema, of_sequence, of_type, owner_of
from executor.sqlstates import FeatureNotSupported, InsufficientPrivilege

T = TypeVar("T", Relation, Sequence, Schema, UserType, Publication, Subscription)


def owned_by(owner: int, before: Catalog, after: Catalog) -> Catalog:
    """The catalog with what is new in it, and belongs to nobody yet, given to a role."""
    relations = _given(owner, before.relations_by_oid, after.relations)
    tables = {relation.oid: relation for relation in relations}

    def sequence_owner(sequence: Sequence) -> int:
        table = tables.get(sequence.owned_by[0]) if sequence.owned_by else None
        return owner if table is None else table.owner

    sequences = tuple(
        s if s.owner or s.oid in before.sequences_by_oid else replace(s, owner=sequence_owner(s)) for s in after.sequences)
    return replace(after, relations=relations, sequences=sequences,
                   schemas=_given(owner, {s.oid: s for s in before.schemas}, after.schemas),
                   publications=_given(owner, {p.oid: p for p in before.publications}, after.publications),
                   subscriptions=_given(owner, {s.oid: s for s in before.subscriptions}, after.subscriptions),
                   types=_given(owner, before.types_by_oid, after.types))


def _given(owner: int, before: dict[int, T], after: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(thing if thing.owner or thing.oid in before else replace(thing, owner=owner) for thing in after)


def change_owner(ctx: DdlContext, thing: Relation | Sequence | Schema | UserType, new: int) -> None:
    """ALTER ... OWNER TO, with the checks of who may (42501, 0A000)."""
    _check(ctx, thing, new)
    set_owner_of(ctx, thing, new)


def set_owner_of(ctx: DdlContext, thing: Relation | Sequence | Schema | UserType | Publication, new: int) -> None:
    """Give an object to a role, with what belongs to it."""
    old = owner_of(thing)
    if old == new:
        return
    for kind, put in _PUT.items():
        if isinstance(thing, kind):
            ctx.catalog = put(ctx.catalog, replace(thing, owner=new, acl=_moved(thing.acl, old, new)))
    if isinstance(thing, Relation):
        moved = ctx.catalog.relations_by_oid[thing.oid]
        columns = tuple(replace(c, acl=_moved(c.acl, old, new)) if c.acl is not None else c for c in moved.columns)
        ctx.catalog = put_relation(ctx.catalog, replace(moved, columns=columns))
        for sequence in [s for s in ctx.catalog.sequences if s.owned_by and s.owned_by[0] == thing.oid]:
            set_owner_of(ctx, sequence, new)
    if isinstance(thing, UserType) and thing.kind == "r":
        for made in [t for t in ctx.catalog.types if t.kind == "m" and t.base == thing.oid]:
            set_owner_of(ctx, made, new)


def _moved(acl: Acl | None, old: int, new: int) -> Acl | None:
    return None if acl is None else with_owner(acl, old, new)


_PUT: dict[type, Callable[[Catalog, object], Catalog]] = {
    Relation: put_relation, Sequence: put_sequence, Schema: put_schema, UserType: put_type,  # type: ignore[dict-item]
    Publication: put_publication,  # type: ignore[dict-item]
}
_OWNED: dict[type, Callable[[object], Owned]] = {
    Relation: of_relation, Sequence: of_sequence, Schema: of_schema, UserType: of_type,  # type: ignore[dict-item]
}


def owned(thing: Relation | Sequence | Schema | UserType) -> Owned:
    """What says who may do what with an object."""
    return _OWNED[type(thing)](thing)


def _check(ctx: DdlContext, thing: Relation | Sequence | Schema | UserType, new: int) -> None:
    if isinstance(thing, Sequence) and thing.owned_by is not None:
        table = ctx.catalog.relations_by_oid[thing.owned_by[0]]
        if owner_of(table) != new:
            raise FeatureNotSupported("cannot change owner of sequence " + f'"{thing.name}"',
                                      detail=f'Sequence "{thing.name}" is linked to table "{table.name}".')
    who = ctx.who
    if who.is_superuser or owner_of(thing) == new:
        return
    if not who.owns(owned(thing)):
        raise not_owner(owned(thing))
    check_may_give(who, new)
    if isinstance(thing, Schema):
        if not who.may(ctx.database, "C"):
            raise InsufficientPrivilege(f"permission denied for database {ctx.database.name}")
        return
    schema = next((s for s in ctx.catalog.schemas if s.name == thing.schema), None)
    if schema is not None and not Who(who.roles, new, who.database_owner).may(of_schema(schema), "C"):
        raise _no_create(schema)


def check_may_give(who: Who, new: int) -> None:
    """An object is given only to a role that one may become (42501)."""
    from executor.roles.rules import may_set

    if not may_set(who.roles, who.oid, new, who.database_owner):
        raise InsufficientPrivilege(f'must be able to SET ROLE "{who.roles.name_of(new)}"')


def _no_create(schema: Schema) -> SqlError:
    return InsufficientPrivilege(f"permission denied for schema {schema.name}")
