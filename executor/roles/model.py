"""Everything known about roles, as one frozen value: a change makes a new one.

A server has the superuser and the predefined roles of PostgreSQL from the start; what is stored is what differs from that.
"""

from collections.abc import Iterator
from functools import cache, cached_property

import msgspec
from msgspec.structs import replace

from executor.catalog.model import Acl
from executor.facts import table

BOOTSTRAP_OID = 10
"""The superuser that every server begins with, and that cannot be dropped."""
FIRST_USER_OID = 16384
DATABASE_OWNER = "pg_database_owner"


class Role(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of pg_authid. valid_until: the stored form of a timestamptz (UTC, ISO), or infinity."""

    oid: int
    name: str
    superuser: bool = False
    inherit: bool = True
    create_role: bool = False
    create_database: bool = False
    can_login: bool = False
    replication: bool = False
    bypass_rls: bool = False
    connection_limit: int = -1
    password: str | None = None  # a verifier, never the password itself
    valid_until: str | None = None
    comment: str = ""

    @property
    def is_reserved(self) -> bool:
        """True for PostgreSQL's predefined roles."""
        return self.name.startswith("pg_")


class Membership(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of pg_auth_members: `grantor` has granted `role` to `member`."""

    oid: int
    role: int
    member: int
    grantor: int
    admin: bool = False
    inherit: bool = True
    set: bool = True


class RoleSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of pg_db_role_setting: what sessions of a role in a database begin with.

    database: its name, "" for all; role: an OID, 0 for all. values: (name, text) in the order they were set.
    """

    oid: int
    database: str = ""
    role: int = 0
    values: tuple[tuple[str, str], ...] = ()


class DatabaseFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a database beside its file. oid: of this row; name: as in RoleSettings."""

    oid: int
    name: str
    owner: int = BOOTSTRAP_OID
    acl: Acl | None = None


class Roles(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All roles, in the order of their OIDs, all memberships, what sessions begin with, and whose the databases are."""

    roles: tuple[Role, ...]
    memberships: tuple[Membership, ...] = ()
    settings: tuple[RoleSettings, ...] = ()
    databases: tuple[DatabaseFacts, ...] = ()

    @cached_property
    def by_oid(self) -> dict[int, Role]:
        """OID -> role."""
        return {role.oid: role for role in self.roles}

    @cached_property
    def by_name(self) -> dict[str, Role]:
        """Name -> role."""
        return {role.name: role for role in self.roles}

    @cached_property
    def has_own(self) -> bool:
        """Whether anybody has made a role, or changed one that was there from the start. Until then everybody who connects
        is a superuser, under any name."""
        return self.roles != initial().roles

    @cached_property
    def has_password(self) -> bool:
        """Whether any role has a password."""
        return any(role.password is not None for role in self.roles)

    @cached_property
    def granted(self) -> dict[int, tuple[Membership, ...]]:
        """Member -> the memberships that it has."""
        found: dict[int, list[Membership]] = {}
        for membership in self.memberships:
            found.setdefault(membership.member, []).append(membership)
        return {member: tuple(items) for member, items in found.items()}

    @cached_property
    def memo(self) -> dict[object, frozenset[int]]:
        """What has been found out about memberships; see executor.roles.rules."""
        return {}

    def name_of(self, oid: int) -> str:
        """A role's name, as pg_get_userbyid says it."""
        found = self.by_oid.get(oid)
        return found.name if found is not None else f"unknown (OID={oid})"

    def database(self, name: str) -> DatabaseFacts:
        """What is kept of a database; a row with the OID 0 if nothing is."""
        return next((d for d in self.databases if d.name == name), DatabaseFacts(oid=0, name=name))

    def database_owner(self, name: str) -> int:
        """The OID of a database's owner."""
        return self.database(name).owner if self.databases else BOOTSTRAP_OID

    def with_database(self, facts: DatabaseFacts) -> "Roles":
        """With what is kept of a database in place of what was."""
        return replace(self, databases=(*(d for d in self.databases if d.name != facts.name), facts))

    def with_role(self, role: Role) -> "Roles":
        """With a role added, or in place of the one with its OID."""
        others = (other for other in self.roles if other.oid != role.oid)
        return replace(self, roles=tuple(sorted((*others, role), key=lambda r: r.oid)))

    def settings_of(self, database: str, role: int) -> RoleSettings | None:
        """What has been set for a role in a database."""
        return next((s for s in self.settings if s.database == database and s.role == role), None)

    def login_settings(self, database: str, role: int) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
        """What a session begins with, the weakest first: (pg_settings.source, values)."""
        for source, name, oid in (("global", "", 0), ("database", database, 0), ("user", "", role),
                                  ("database user", database, role)):
            found = self.settings_of(name, oid)
            if found is not None:
                yield source, found.values


@cache
def initial() -> Roles:
    """The superuser and PostgreSQL's predefined roles."""
    roles = table("pg_authid").select(
        "oid", "rolname", "rolsuper", "rolinherit", "rolcreaterole", "rolcreatedb", "rolcanlogin", "rolreplication",
        "rolbypassrls", "rolconnlimit")
    members = table("pg_auth_members").select(
        "oid", "roleid", "member", "grantor", "admin_option", "inherit_option", "set_option")
    return Roles(
        roles=tuple(sorted((
            Role(oid=oid, name=name, superuser=bool(superuser), inherit=bool(inherit), create_role=bool(create_role),
                 create_database=bool(create_database), can_login=bool(can_login), replication=bool(replication),
                 bypass_rls=bool(bypass_rls), connection_limit=limit)
            for oid, name, superuser, inherit, create_role, create_database, can_login, replication, bypass_rls, limit in roles
        ), key=lambda role: role.oid)),
        memberships=tuple(Membership(oid=oid, role=role, member=member, grantor=grantor, admin=bool(admin),
                                     inherit=bool(inherit), set=bool(set_))
                          for oid, role, member, grantor, admin, inherit, set_ in members))
