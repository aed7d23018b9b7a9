"""Whether a role may do something with an object.

Superusers may do everything; then what the object's list says for the role, the roles whose privileges it inherits, and
PUBLIC; then what predefined roles may. Owners have what the list says too, and may always do what only owners may.
"""

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from executor.catalog.model import OWNER_OID, Acl, AclItem, Catalog, Column, Publication, Relation, Schema, Sequence, UserType
from executor.errors import SqlError
from executor.facts import table
from executor.privileges import acl as lists
from executor.roles.model import Roles
from executor.roles.rules import Way, has_privileges_of, is_superuser, memberships_of
from executor.sqlstates import InsufficientPrivilege

if TYPE_CHECKING:
    from executor.session import Session

DATABASE_OWNER_OID = 6171
"""pg_database_owner, to which the schema public belongs at first."""
READ_ALL, WRITE_ALL, MAINTAIN = "pg_read_all_data", "pg_write_all_data", "pg_maintain"
PREDEFINED = {
    "table": {"r": READ_ALL, "a": WRITE_ALL, "w": WRITE_ALL, "d": WRITE_ALL, "m": MAINTAIN},
    "sequence": {"r": READ_ALL, "w": WRITE_ALL}, "schema": {"U": READ_ALL + " " + WRITE_ALL},
    "column": {"r": READ_ALL, "a": WRITE_ALL, "w": WRITE_ALL},
}
"""Kind of object -> privilege -> the predefined roles that have it on all objects."""
NOUNS = {"r": "table", "v": "view", "m": "materialized view", "c": "type", "S": "sequence", "i": "index"}


class Owned(NamedTuple):
    """What there is to know of an object to say who may do what with it."""

    kind: str  # of DEFAULTS: table, sequence, schema, type, database
    noun: str  # in messages
    name: str
    owner: int
    acl: Acl | None
    schema: str = ""

    @property
    def effective(self) -> Acl:
        """The list, the default one where there is none."""
        return lists.default(self.kind, self.owner) if self.acl is None else self.acl


def of_relation(relation: Relation) -> Owned:
    """A table or view."""
    return Owned("table", NOUNS.get(relation.kind, "table"), relation.name, owner_of(relation), relation.acl,
                 relation.schema)


def of_sequence(sequence: Sequence) -> Owned:
    """A sequence."""
    return Owned("sequence", "sequence", sequence.name, owner_of(sequence), sequence.acl, sequence.schema)


def of_type(made: UserType) -> Owned:
    """An enum, a domain, a range."""
    return Owned("type", "type", made.name, owner_of(made), made.acl, made.schema)


def of_schema(schema: Schema) -> Owned:
    """A schema; those that are there from the start have the lists that PostgreSQL gives them."""
    owner = owner_of(schema)
    if schema.acl is None and schema.name in ("public", "pg_catalog", "information_schema"):
        built_in = (AclItem(owner, owner, "UC"), AclItem(lists.PUBLIC, owner, "U"))
        return Owned("schema", "schema", schema.name, owner, built_in)
    return Owned("schema", "schema", schema.name, owner, schema.acl)


def owner_of(thing: Relation | Sequence | Schema | UserType | Publication) -> int:
    """The OID of an object's owner."""
    if not thing.owner and isinstance(thing, Schema) and thing.name == "public":
        return DATABASE_OWNER_OID
    return thing.owner or OWNER_OID


class Who(NamedTuple):
    """A role that wants to do something, with what its privileges depend on."""

    roles: Roles
    oid: int
    database_owner: int = OWNER_OID

    @property
    def is_superuser(self) -> bool:
        """Whether it may do everything."""
        return is_superuser(self.roles, self.oid)

    @property
    def inherits(self) -> frozenset[int]:
        """The roles whose privileges it has, its own too."""
        return memberships_of(self.roles, self.oid, Way.PRIVILEGES, self.database_owner)

    def has_role(self, names: str) -> bool:
        """Whether it has the privileges of one of these predefined roles, or is a superuser."""
        oids = (self.roles.by_name[name].oid for name in names.split() if name in self.roles.by_name)
        return self.is_superuser or any(oid in self.inherits for oid in oids)

    def owns(self, thing: Owned) -> bool:
        """Whether it may do what only an owner may."""
        return has_privileges_of(self.roles, self.oid, thing.owner, self.database_owner)

    def may(self, thing: Owned, letter: str, *, option: bool = False) -> bool:
        """Whether it has a privilege on an object, or its grant option."""
        if self.is_superuser:
            return True
        if option and self.owns(thing):
            return True
        if lists.holds(thing.effective, self.inherits, letter, option=option):
            return True
        predefined = PREDEFINED.get(thing.kind, {}).get(letter, "")
        return not option and bool(predefined) and self.has_role(predefined)

    def may_columns(self, relation: Relation, columns: frozenset[int], letter: str, *, every: bool,
                    option: bool = False) -> bool:
        """Whether it has a privilege on each of these columns (attnums), or on any of them."""
        if self.may(of_relation(relation), letter, option=option):
            return True
        found = (self._may_column(column, letter, option) for column in relation.columns if column.number in columns)
        return bool(columns) and (all(found) if every else any(found))

    def _may_column(self, column: Column, letter: str, option: bool) -> bool:
        return column.acl is not None and lists.holds(column.acl, self.inherits, letter, option=option)


def who_is(session: "Session", oid: int | None = None) -> Who:
    """The session's current user, or another role."""
    identity = session.identity
    roles = identity.roles
    return Who(roles, identity.current_oid if oid is None else oid,
               roles.database_owner(session.engine.database_key(session.database)))


def database_of(session: "Session") -> Owned:
    """The session's database."""
    facts = session.identity.roles.database(session.engine.database_key(session.database))
    return Owned("database", "database", session.context.database, facts.owner, facts.acl)


def refused(thing: Owned) -> SqlError:
    """42501 for a privilege that one does not have."""
    return InsufficientPrivilege(f"permission denied for {thing.noun} {thing.name}")


def not_owner(thing: Owned) -> SqlError:
    """42501 for what only the owner may do."""
    return InsufficientPrivilege(f"must be owner of {thing.noun} {thing.name}")


@cache
def restricted_functions() -> dict[int, tuple[str, frozenset[str]]]:
    """Functions that not everybody may call: OID -> (name, the predefined roles that may)."""
    found = {}
    for oid, name, acl in table("pg_proc").select("oid", "proname", "proacl"):
        if acl:
            grantees = frozenset(item.partition("=")[0] for item in msgspec.json.decode(acl))
            if "" not in grantees:
                found[oid] = (name, grantees)
    return found


@cache
def restricted_relations() -> dict[int, str]:
    """System relations that not everybody may read: OID -> the predefined roles that may."""
    found = {}
    for oid, kind, acl in table("pg_class").select("oid", "relkind", "relacl"):
        items = [item.partition("=") for item in msgspec.json.decode(acl or "[]")]
        grantees = {grantee for grantee, _, rest in items if "r" in rest.partition("/")[0]}
        if kind in "rv" and "" not in grantees:
            found[oid] = " ".join(sorted(grantees))
    return found


def schema_named(catalog: Catalog, name: str) -> Owned | None:
    """A schema by name; None for the session's temporary one."""
    found = catalog.schemas_by_name.get(name)
    return None if found is None else of_schema(found)
