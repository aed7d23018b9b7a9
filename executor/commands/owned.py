"""REASSIGN OWNED and DROP OWNED: what a role has in the current database, and the databases themselves."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from executor.catalog.model import Acl, Catalog, Publication, Relation, Schema, Sequence, UserType
from executor.commands.base import CommandKind, Parameters, Result
from executor.commands.ddl import apply, begin
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.dependency import Thing, deletion
from executor.ddl.objects import put_relation, put_schema, put_sequence, put_type
from executor.ddl.ownership import set_owner_of
from executor.ddl.removal import remove
from executor.parse import RawStatement
from executor.roles.changes import denied
from executor.roles.dependents import Thing as Object
from executor.roles.dependents import Use, uses_of
from executor.roles.model import FIRST_USER_OID, Role, Roles
from executor.roles.rules import has_privileges_of
from executor.roles.specs import role_of, roles_of
from executor.sqlstates import DependentObjectsStillExist

if TYPE_CHECKING:
    from executor.session import Session


def _check(session: "Session", roles: list[Role], verb: str) -> None:
    """42501, 2BP01."""
    identity = session.identity
    for role in roles:
        if not has_privileges_of(identity.roles, identity.current_oid, role.oid):
            raise denied(verb, "objects", f'Only roles with privileges of role "{role.name}" may {verb} objects owned by it.')
        if role.oid < FIRST_USER_OID:
            what = "reassign ownership of" if verb == "reassign" else "drop"
            raise DependentObjectsStillExist(f"cannot {what} objects owned by role {role.name} because they are required "
                                             "by the database system")


def _again(catalog: Catalog, use: Use) -> Object | None:
    """An object as it is now, after what has been done to others."""
    if isinstance(use.thing, Relation):
        return catalog.relations_by_oid.get(use.oid)
    if isinstance(use.thing, Sequence):
        return catalog.sequences_by_oid.get(use.oid)
    if isinstance(use.thing, Schema):
        return next((s for s in catalog.schemas if s.oid == use.oid), None)
    if isinstance(use.thing, Publication):
        return next((p for p in catalog.publications if p.oid == use.oid), None)
    return catalog.types_by_oid.get(use.oid)


async def run_reassign(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """REASSIGN OWNED BY roles TO role."""
    node, identity = raw.node, session.identity
    roles = roles_of(session, node.nodes("roles"))
    _check(session, roles, "reassign")
    new = role_of(session, node.take("newrole"))
    if not has_privileges_of(identity.roles, identity.current_oid, new.oid):
        raise denied("reassign", "objects", f'Only roles with privileges of role "{new.name}" may reassign objects to it.')
    ddl, catalog = await begin(session, raw)
    for role in roles:
        for use in uses_of(catalog, role.oid):
            thing = _again(ddl.catalog, use)
            if use.owned and thing is not None:
                set_owner_of(ddl, thing, new.oid)
    await apply(session, ddl, DdlResult(ddl.catalog, (), "REASSIGN OWNED"), catalog, checked=True)
    oids = frozenset(role.oid for role in roles)
    if any(facts.owner in oids for facts in identity.roles.databases):
        identity.change(lambda known: _with_databases(known, oids, new.oid))
    return Result("REASSIGN OWNED")


def _with_databases(roles: Roles, old: frozenset[int], new: int) -> Roles:
    return replace(roles, databases=tuple(replace(d, owner=new) if d.owner in old else d for d in roles.databases))


async def run_drop(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """DROP OWNED BY roles [CASCADE]."""
    node, identity = raw.node, session.identity
    roles = roles_of(session, node.nodes("roles"))
    cascade = node.take("behavior") == "DROP_CASCADE"
    _check(session, roles, "drop")
    ddl, catalog = await begin(session, raw)
    things: list[Thing] = []
    for role in roles:
        for use in uses_of(catalog, role.oid):
            if use.owned:
                things += _thing(use)
            else:
                _revoke(ddl, use, role.oid)
    steps = remove(ddl, deletion(ddl, things, cascade))
    await apply(session, ddl, DdlResult(ddl.catalog, steps, "DROP OWNED"), catalog, checked=True)
    oids = frozenset(role.oid for role in roles)
    identity.change(lambda known: _without_grants(known, oids))
    return Result("DROP OWNED")


def _thing(use: Use) -> list[Thing]:
    if isinstance(use.thing, Sequence):
        return [] if use.thing.owned_by is not None else [Thing("sequence", use.oid)]
    kinds = {Relation: "relation", Schema: "schema", Publication: "publication"}
    return [Thing(kinds.get(type(use.thing), "type"), use.oid)]


def _revoke(ddl: DdlContext, use: Use, role: int) -> None:
    thing = _again(ddl.catalog, use)
    assert thing is not None
    if isinstance(thing, Relation):
        columns = tuple(replace(c, acl=_without(c.acl, role) or None) for c in thing.columns)
        ddl.catalog = put_relation(ddl.catalog, replace(thing, acl=_without(thing.acl, role), columns=columns))
    elif isinstance(thing, Sequence):
        ddl.catalog = put_sequence(ddl.catalog, replace(thing, acl=_without(thing.acl, role)))
    elif isinstance(thing, Schema):
        ddl.catalog = put_schema(ddl.catalog, replace(thing, acl=_without(thing.acl, role)))
    elif isinstance(thing, UserType):
        ddl.catalog = put_type(ddl.catalog, replace(thing, acl=_without(thing.acl, role)))


def _without(acl: Acl | None, role: int) -> Acl | None:
    return None if acl is None else tuple(item for item in acl if role not in (item.grantee, item.grantor))


def _without_grants(roles: Roles, gone: frozenset[int]) -> Roles:
    """Memberships that the roles have granted go, and what they have been granted on databases."""
    databases = tuple(
        replace(d, acl=tuple(i for i in d.acl if not gone & {i.grantee, i.grantor})) if d.acl is not None else d
        for d in roles.databases)
    return replace(roles, databases=databases, memberships=tuple(m for m in roles.memberships if m.grantor not in gone))


COMMANDS = {
    "ReassignOwnedStmt": CommandKind(run_reassign, read_only_ok=False),
    "DropOwnedStmt": CommandKind(run_drop, read_only_ok=False),
}
