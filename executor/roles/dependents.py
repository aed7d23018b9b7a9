"""What keeps a role from being dropped: what it owns, what it has been granted, what it has granted.

Source: PostgreSQL's pg_shdepend.c. REASSIGN OWNED and DROP OWNED are made of the same list.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from executor.catalog.model import FIRST_TEMPORARY_OID, Acl, Catalog, Publication, Relation, Schema, Sequence, UserType
from executor.identifiers import quote_identifier
from executor.privileges.rules import NOUNS, owner_of
from executor.roles.changes import without
from executor.roles.model import Role, Roles
from executor.sqlstates import DependentObjectsStillExist

if TYPE_CHECKING:
    from executor.session import Session

Thing = Relation | Sequence | Schema | UserType | Publication
LISTED_MAX = 100


class Use(NamedTuple):
    """An object that has to do with a role. owned: it belongs to it; else it is mentioned in its access control list."""

    oid: int
    thing: Thing
    noun: str
    owned: bool


def uses_of(catalog: Catalog, role: int) -> Iterator[Use]:
    """The objects of one database that have to do with a role, temporary ones apart, in the order of their OIDs."""
    for oid, thing, noun in sorted(_things(catalog), key=_place):
        if owner_of(thing) == role:
            yield Use(oid, thing, noun, True)
        elif any(_mentions(acl, role) for acl in _lists(thing)):
            yield Use(oid, thing, noun, False)


def _place(item: tuple[int, Thing, str]) -> tuple[int, int]:
    """PostgreSQL makes the sequence of a serial column before its table."""
    oid, thing, _ = item
    return (thing.owned_by[0], 0) if isinstance(thing, Sequence) and thing.owned_by else (oid, 1)


def _things(catalog: Catalog) -> Iterator[tuple[int, Thing, str]]:
    yield from ((r.oid, r, NOUNS[r.kind]) for r in catalog.relations if r.oid < FIRST_TEMPORARY_OID and r.kind in NOUNS)
    yield from ((s.oid, s, "sequence") for s in catalog.sequences if s.oid < FIRST_TEMPORARY_OID)
    yield from ((s.oid, s, "schema") for s in catalog.schemas)
    yield from ((p.oid, p, "publication") for p in catalog.publications)
    yield from ((t.oid, t, "type") for t in catalog.types if t.kind != "m")


def _lists(thing: Thing) -> Iterator[Acl]:
    if thing.acl is not None:
        yield thing.acl
    if isinstance(thing, Relation):
        yield from (column.acl for column in thing.columns if column.acl is not None)


def _mentions(acl: Acl, role: int) -> bool:
    return any(role in (item.grantee, item.grantor) for item in acl)


def description(thing: Thing, noun: str, path: tuple[str, ...]) -> str:
    """An object as messages name it: with its schema where that is not on the search path."""
    name = quote_identifier(thing.name)
    if isinstance(thing, Schema | Publication) or thing.schema in path:
        return f"{noun} {name}"
    return f"{noun} {quote_identifier(thing.schema)}.{name}"


async def refuse_if_used(session: "Session", dropped: Iterable[Role]) -> None:
    """2BP01 with what has to do with one of the roles, PostgreSQL's own among them."""
    roles = session.identity.roles
    left = roles
    for role in dropped:
        if role.oid < 16384:
            raise DependentObjectsStillExist(
                f"cannot drop role {role.name} because it is required by the database system")
        left = without(left, role.oid)
    for role in dropped:
        lines = [*_of_memberships(roles, left, role.oid), *await _of_databases(session, role.oid)]
        if lines:
            more = len(lines) - LISTED_MAX
            shown = lines[:LISTED_MAX] + ([f"and {more} other object{'s' if more > 1 else ''} "
                                           "(see server log for list)"] if more > 0 else [])
            raise DependentObjectsStillExist(f'role "{role.name}" cannot be dropped because some objects depend on it',
                                             detail="\n".join(shown))


def _of_memberships(roles: Roles, left: Roles, role: int) -> list[str]:
    return [f"privileges for membership of role {quote_identifier(roles.name_of(m.member))} in role "
            f"{quote_identifier(roles.name_of(m.role))}" for m in left.memberships if m.grantor == role]


async def _of_databases(session: "Session", role: int) -> list[str]:
    engine = session.engine
    here = await session.catalog()
    lines: list[str] = []
    roles = session.identity.roles
    for name, database in engine.databases.items():
        facts = roles.database(engine.database_key(database))
        if facts.owner == role:
            lines.append(f"owner of database {quote_identifier(name)}")
        elif facts.acl is not None and _mentions(facts.acl, role):
            lines.append(f"privileges for database {quote_identifier(name)}")
    lines += [f"{'owner of' if use.owned else 'privileges for'} {description(use.thing, use.noun, session.search_path())}"
              for use in uses_of(here, role)]
    for name, database in engine.databases.items():
        if database is not session.database:
            count = sum(1 for _ in uses_of(await database.newest_catalog(), role))
            if count:
                lines.append(f"{count} object{'s' if count > 1 else ''} in database {quote_identifier(name)}")
    return lines
