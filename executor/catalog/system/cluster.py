"""Producers of what belongs to the whole server: databases, roles, settings, extensions, time zones."""

import zoneinfo
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from executor.catalog.system import objects
from executor.catalog.system.classes import facts
from executor.catalog.system.session_view import SessionView, Setting
from executor.catalog.system.shape import Row, array, maker
from executor.facts import table
from executor.roles.model import Role, RoleSettings

_UTF8 = 6
_DEFAULT_TABLESPACE = 1663
HIDDEN_PASSWORD = "********"

_database_row = maker(
    "pg_catalog.pg_database", encoding=_UTF8, datlocprovider="c", datistemplate=0,
    datallowconn=1, dathasloginevt=0, datconnlimit=-1, datfrozenxid=3, datminmxid=1, dattablespace=_DEFAULT_TABLESPACE,
    datcollate="C", datctype="C")


def pg_database(view: SessionView) -> Iterator[Row]:
    """The databases of the cluster."""
    for oid, name in view.databases():
        facts = view.database_facts(name)
        yield _database_row(oid=oid, datname=name, datdba=facts.owner, datacl=view.acl(facts.acl))


_authid_row = maker("pg_catalog.pg_authid")
_roles_row = maker("pg_catalog.pg_roles", rolpassword=HIDDEN_PASSWORD)
_user_row = maker("pg_catalog.pg_user", passwd=HIDDEN_PASSWORD)
_shadow_row = maker("pg_catalog.pg_shadow")
_group_row = maker("pg_catalog.pg_group")
_member_row = maker("pg_catalog.pg_auth_members")


def _role_values(role: Role) -> dict[str, Any]:
    return {
        "oid": role.oid, "rolname": role.name, "rolsuper": int(role.superuser), "rolinherit": int(role.inherit),
        "rolcreaterole": int(role.create_role), "rolcreatedb": int(role.create_database),
        "rolcanlogin": int(role.can_login), "rolreplication": int(role.replication),
        "rolbypassrls": int(role.bypass_rls), "rolconnlimit": role.connection_limit,
        "rolvaliduntil": role.valid_until}


def pg_authid(view: SessionView) -> Iterable[Row]:
    """Roles with their password verifiers."""
    return (_authid_row(rolpassword=role.password, **_role_values(role)) for role in view.roles())


def pg_roles(view: SessionView) -> Iterable[Row]:
    """Roles without passwords."""
    return (_roles_row(rolconfig=_config(view, role), **_role_values(role)) for role in view.roles())


def _config(view: SessionView, role: Role) -> str | None:
    """What ALTER ROLE ... SET has set for all databases."""
    found = view.known_roles.settings_of("", role.oid)
    return None if found is None else _config_array(found)


def _config_array(settings: RoleSettings) -> str | None:
    return array(f"{name}={value}" for name, value in settings.values)


_db_role_setting_row = maker("pg_catalog.pg_db_role_setting")


def pg_db_role_setting(view: SessionView) -> Iterable[Row]:
    """What sessions of a role in a database begin with."""
    return (_db_role_setting_row(setdatabase=view.database_label(row.database), setrole=row.role, setconfig=_config_array(row))
            for row in view.known_roles.settings)


def _user_values(view: SessionView, role: Role) -> dict[str, Any]:
    return {
        "usename": role.name, "usesysid": role.oid, "usecreatedb": int(role.create_database),
        "usesuper": int(role.superuser), "userepl": int(role.replication), "usebypassrls": int(role.bypass_rls),
        "valuntil": role.valid_until, "useconfig": _config(view, role)}


def pg_user(view: SessionView) -> Iterable[Row]:
    """Roles that can log in."""
    return (_user_row(**_user_values(view, role)) for role in view.roles() if role.can_login)


def pg_shadow(view: SessionView) -> Iterable[Row]:
    """Roles that can log in, with passwords."""
    return (_shadow_row(passwd=role.password, **_user_values(view, role)) for role in view.roles() if role.can_login)


def pg_group(view: SessionView) -> Iterator[Row]:
    """Roles that cannot log in, with their members."""
    members: dict[int, list[int]] = {}
    for membership in view.memberships():
        members.setdefault(membership.role, []).append(membership.member)
    for role in view.roles():
        if not role.can_login:
            yield _group_row(groname=role.name, grosysid=role.oid, grolist=array(members.get(role.oid, [])))


def pg_auth_members(view: SessionView) -> Iterable[Row]:
    """Memberships."""
    return (_member_row(oid=m.oid, roleid=m.role, member=m.member, grantor=m.grantor, admin_option=int(m.admin),
                        inherit_option=int(m.inherit), set_option=int(m.set)) for m in view.memberships())


_setting_row = maker("pg_catalog.pg_settings", pending_restart=0)


def pg_settings(view: SessionView) -> Iterator[Row]:
    """The settings: PostgreSQL's own with their current values, then those named like an extension's."""
    names = [column for column, _ in table("pg_settings").columns]
    current = dict(view.settings())
    for row in table("pg_settings").rows:
        if view.hides_setting(row[0]):
            continue
        values = dict(zip(names, row, strict=True)) | {"source": "default", "sourcefile": None, "sourceline": None}
        values |= {"setting": values["boot_val"], "reset_val": values["boot_val"]}
        yield _setting_row(**values | _current(current.pop(values["name"], None)))
    for name, setting in sorted(current.items()):
        yield _setting_row(
            name=name, category="Customized Options", context="user", vartype="string",
            short_desc="", **_current(setting))


def _current(setting: Setting | None) -> dict[str, Any]:
    if setting is None:
        return {}
    return {"setting": setting.value, "source": setting.source, "reset_val": setting.reset_value or setting.value}


_extension_row = maker("pg_catalog.pg_available_extensions")


def pg_available_extensions(view: SessionView) -> Iterable[Row]:
    """The extensions that are there; all of them are installed."""
    comments = {row[0]: row[3] for row in facts("pg_description") if row[1] == objects.class_oid("pg_extension")}
    return (_extension_row(name=name, default_version=version, installed_version=version, comment=comments.get(oid))
            for oid, name, version in table("pg_extension").select("oid", "extname", "extversion"))


_version_row = maker("pg_catalog.pg_available_extension_versions", installed=1, superuser=1, trusted=1)


def pg_available_extension_versions(view: SessionView) -> Iterable[Row]:
    """The versions of extensions: one of each."""
    comments = {row[0]: row[3] for row in pg_available_extensions(view)}
    return (_version_row(name=name, version=version, relocatable=relocatable, schema="pg_catalog",
                         comment=comments[name])
            for name, version, relocatable in table("pg_extension").select("extname", "extversion", "extrelocatable"))


def interval(offset: timedelta) -> str:
    """The stored form of an interval below a day."""
    seconds = int(offset.total_seconds())
    if not seconds:
        return "PT0S"
    sign = "-" if seconds < 0 else ""
    parts = zip("HMS", (abs(seconds) // 3600, abs(seconds) // 60 % 60, abs(seconds) % 60), strict=True)
    return "PT" + "".join(f"{sign}{amount}{unit}" for unit, amount in parts if amount)


def pg_timezone_abbrevs(view: SessionView) -> Iterator[Row]:
    """Abbreviations and their offsets."""
    for abbreviation, offset, daylight in table("pg_timezone_abbrevs").rows:
        hours, minutes, seconds = (int(part) for part in offset.lstrip("-").split(":"))
        amount = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        yield abbreviation, interval(-amount if offset.startswith("-") else amount), daylight


def pg_timezone_names(view: SessionView) -> Iterator[Row]:
    """The time zones with what holds in them now."""
    now = datetime.now(UTC)
    for name in sorted(zoneinfo.available_timezones()):
        local = now.astimezone(zoneinfo.ZoneInfo(name))
        yield name, local.tzname(), interval(local.utcoffset() or timedelta()), int(bool(local.dst()))
