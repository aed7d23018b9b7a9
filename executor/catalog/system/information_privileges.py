"""Producers of information_schema's roles and privileges. Of types, domains and functions only what owners have is shown."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec

from executor.catalog.model import Acl, Relation
from executor.catalog.search_path import shown_schema
from executor.catalog.system import objects
from executor.catalog.system.information_routines import specific_name
from executor.catalog.system.information_tables import domain_types
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, maker, yes_no
from executor.catalog.system.views import every_relation
from executor.facts import table
from executor.facts.lookup import types_by_oid
from executor.privileges.rules import of_relation, owner_of

_TABLE = {"a": "INSERT", "r": "SELECT", "w": "UPDATE", "d": "DELETE", "D": "TRUNCATE", "x": "REFERENCES",
          "t": "TRIGGER"}
_COLUMN = {"a": "INSERT", "r": "SELECT", "w": "UPDATE", "x": "REFERENCES"}
_OWNER_ACL = f"{objects.OWNER_NAME}=arwdDxt/{objects.OWNER_NAME}"
PUBLIC = "PUBLIC"


@cache
def _system_acls() -> dict[int, list[str]]:
    return {oid: msgspec.json.decode(acl) for oid, acl in table("pg_class").select("oid", "relacl") if acl}


class Grant(NamedTuple):
    """What somebody has on a relation. options: the letters that he may grant on."""

    grantee: str
    letters: str
    options: str
    grantor: str


def _grants(view: SessionView, relation: Relation) -> Iterator[Grant]:
    """Whatever has been granted on a relation, and what its owner has."""
    if relation.sqlite_schema != "catalog":
        yield from _items(view, of_relation(relation).effective, owner_of(relation))
        return
    for item in _system_acls().get(relation.oid, [_OWNER_ACL]):
        grantee, _, rest = item.partition("=")
        letters, _, grantor = rest.partition("/")
        yield Grant(grantee or PUBLIC, letters, letters if grantee == objects.OWNER_NAME else "", grantor)


def _items(view: SessionView, acl: Acl, owner: int) -> Iterator[Grant]:
    for item in acl:
        name = view.role_name(item.grantee) if item.grantee else PUBLIC
        yield Grant(name, item.letters, item.letters if item.grantee == owner else item.options, view.role_name(item.grantor))


def _shown(view: SessionView, *, public: bool) -> Callable[[Grant], bool]:
    """Which grants one sees: those by and to the roles whose privileges one has, and to PUBLIC if `public`."""
    enabled = _enabled(view)
    return lambda grant: grant.grantor in enabled or grant.grantee in enabled or (public and grant.grantee == PUBLIC)


def _grant(view: SessionView, relation: Relation, grant: Grant, letter: str) -> dict[str, Any]:
    return {"grantor": grant.grantor, "grantee": grant.grantee, "table_catalog": view.database,
            "table_schema": shown_schema(relation.schema), "table_name": relation.name,
            "is_grantable": yes_no(letter in grant.options)}


def _table_grants(name: str) -> Callable[[SessionView], Iterator[Row]]:
    make = maker(f"information_schema.{name}")

    def produce(view: SessionView) -> Iterator[Row]:
        is_shown = _shown(view, public=not name.startswith("role_"))
        for relation in every_relation(view.catalog, "rv"):
            for grant in filter(is_shown, _grants(view, relation)):
                for letter in (letter for letter in grant.letters if letter in _TABLE):
                    yield make(privilege_type=_TABLE[letter], with_hierarchy=yes_no(letter == "r"),
                               **_grant(view, relation, grant, letter))
    return produce


def _column_grants(name: str) -> Callable[[SessionView], Iterator[Row]]:
    make = maker(f"information_schema.{name}")

    def produce(view: SessionView) -> Iterator[Row]:
        is_shown = _shown(view, public=not name.startswith("role_"))
        for relation in every_relation(view.catalog, "rv"):
            whole = [grant for grant in _grants(view, relation) if is_shown(grant)]
            for grant in whole:
                for letter in (letter for letter in grant.letters if letter in _COLUMN):
                    values = _grant(view, relation, grant, letter)
                    for column in relation.columns:
                        yield make(privilege_type=_COLUMN[letter], column_name=column.name, **values)
            for column in relation.columns:
                for grant in filter(is_shown, _items(view, column.acl or (), owner_of(relation))):
                    for letter in (letter for letter in grant.letters if not _has(whole, grant, letter)):
                        yield make(privilege_type=_COLUMN[letter], column_name=column.name,
                                   **_grant(view, relation, grant, letter))
    return produce


def _has(whole: list[Grant], grant: Grant, letter: str) -> bool:
    """Whether the same has been granted on the whole table."""
    return any((g.grantee, g.grantor) == (grant.grantee, grant.grantor) and letter in g.letters for g in whole)


table_privileges = _table_grants("table_privileges")
role_table_grants = _table_grants("role_table_grants")
column_privileges = _column_grants("column_privileges")
role_column_grants = _column_grants("role_column_grants")


def _routine_grants(name: str) -> Callable[[SessionView], Iterator[Row]]:
    make = maker(f"information_schema.{name}", grantor=objects.OWNER_NAME, privilege_type="EXECUTE")

    def produce(view: SessionView) -> Iterator[Row]:
        schemas = dict(table("pg_namespace").select("oid", "nspname"))
        for oid, schema, routine, acl in table("pg_proc").select("oid", "pronamespace", "proname", "proacl"):
            items = msgspec.json.decode(acl) if acl else [f"=X/{objects.OWNER_NAME}",
                                                          f"{objects.OWNER_NAME}=X/{objects.OWNER_NAME}"]
            for grantee in (item.partition("=")[0] or PUBLIC for item in items):
                yield make(
                    grantee=grantee, specific_catalog=view.database, specific_schema=schemas[schema],
                    specific_name=specific_name(routine, oid), routine_catalog=view.database,
                    routine_schema=schemas[schema], routine_name=routine,
                    is_grantable=yes_no(grantee == objects.OWNER_NAME))
    return produce


routine_privileges = _routine_grants("routine_privileges")
role_routine_grants = _routine_grants("role_routine_grants")


def _udt_grants(name: str) -> Callable[[SessionView], Iterator[Row]]:
    make = maker(f"information_schema.{name}", grantor=objects.OWNER_NAME, privilege_type="TYPE USAGE")

    def produce(view: SessionView) -> Iterator[Row]:
        named = [(kind.schema, kind.name) for kind in types_by_oid().values() if kind.kind == "c"]
        named += [(shown_schema(r.schema), r.name) for r in view.catalog.relations if r.row_type]
        for schema, type_name in named:
            for grantee in (objects.OWNER_NAME, PUBLIC):
                yield make(grantee=grantee, udt_catalog=view.database, udt_schema=schema, udt_name=type_name,
                           is_grantable=yes_no(grantee == objects.OWNER_NAME))
    return produce


udt_privileges = _udt_grants("udt_privileges")
role_udt_grants = _udt_grants("role_udt_grants")


def _usage_grants(name: str) -> Callable[[SessionView], Iterator[Row]]:
    make = maker(f"information_schema.{name}", grantor=objects.OWNER_NAME, privilege_type="USAGE")

    def produce(view: SessionView) -> Iterator[Row]:
        named = [(view.database, "pg_catalog", collation, "COLLATION")
                 for (collation,) in table("pg_collation").select("collname")]
        named += [(view.database, kind.schema, kind.name, "DOMAIN")
                  for kind in domain_types(view.catalog)]
        public = [(PUBLIC, "NO", item) for item in named]
        owned = [(objects.OWNER_NAME, "YES", item) for item in named if item[3] == "DOMAIN"]
        for grantee, grantable, (catalog, schema, object_name, kind) in (*public, *owned):
            yield make(grantee=grantee, object_catalog=catalog, object_schema=schema, object_name=object_name,
                       object_type=kind, is_grantable=grantable)
    return produce


usage_privileges = _usage_grants("usage_privileges")
role_usage_grants = _usage_grants("role_usage_grants")


def enabled_roles(view: SessionView) -> Iterator[Row]:
    """The roles whose privileges the current user has: a superuser has those of all."""
    return ((name,) for name in sorted(_enabled(view)))


def _enabled(view: SessionView) -> set[str]:
    roles = {role.oid: role for role in view.roles()}
    user = next((role for role in roles.values() if role.name == view.user), None)
    if user is None or user.superuser:
        return {role.name for role in roles.values()}
    found, pending = {user.oid}, [user.oid]
    while pending:
        member = pending.pop()
        for membership in view.memberships():
            if membership.member == member and membership.inherit and membership.role not in found:
                found.add(membership.role)
                pending.append(membership.role)
    return {roles[oid].name for oid in found if oid in roles}


def _applicable(name: str, *, administrable: bool) -> Callable[[SessionView], Iterator[Row]]:
    make = maker(f"information_schema.{name}")

    def produce(view: SessionView) -> Iterator[Row]:
        names = {role.oid: role.name for role in view.roles()}
        enabled = _enabled(view)
        for membership in view.memberships():
            if names.get(membership.member) in enabled and (membership.admin or not administrable):
                yield make(grantee=names[membership.member], role_name=names[membership.role],
                           is_grantable=yes_no(membership.admin))
        if not administrable and objects.OWNER_NAME in enabled:
            yield make(grantee=objects.OWNER_NAME, role_name="pg_database_owner", is_grantable="NO")
    return produce


applicable_roles = _applicable("applicable_roles", administrable=False)
administrable_role_authorizations = _applicable("administrable_role_authorizations", administrable=True)
