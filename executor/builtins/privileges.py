"""has_table_privilege and its family, pg_has_role, and access control lists.

Until GRANT is recorded every role may do everything, so the functions answer true; they check what PostgreSQL checks
before that: that the role, the object and the privilege's name exist.
"""

from collections.abc import Callable, Iterator
from functools import cache

import msgspec

from executor.builtins.base import Builtin, Python, SetReturning
from executor.builtins.catalog_text import relation_of
from executor.catalog import names
from executor.catalog.search_path import class_name
from executor.catalog.system.session_view import view_of
from executor.catalog.typenames import find_type
from executor.context import Context
from executor.facts import table
from executor.sqlstates import (
    InternalError,
    InvalidParameterValue,
    InvalidTextRepresentation,
    UndefinedColumn,
    UndefinedDatabase,
    UndefinedObject,
    WrongObjectType,
)
from executor.types.arrays import load_items

_NAMED: dict[str, str] = {
    "table": "SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER MAINTAIN",
    "sequence": "USAGE SELECT UPDATE", "any_column": "SELECT INSERT UPDATE REFERENCES",
    "column": "SELECT INSERT UPDATE REFERENCES", "database": "CREATE TEMPORARY TEMP CONNECT", "function": "EXECUTE",
    "language": "USAGE", "schema": "CREATE USAGE", "tablespace": "CREATE", "type": "USAGE",
    "foreign_data_wrapper": "USAGE", "server": "USAGE", "parameter": "SET", "role": "USAGE MEMBER SET",
}


def _check_privilege(kind: str, text: str) -> None:
    known = _NAMED[kind].split()
    for part in text.split(","):
        words = part.strip().upper()
        bare = words.removesuffix(" WITH GRANT OPTION").removesuffix(" WITH ADMIN OPTION")
        if bare not in known and words != "ALTER SYSTEM":
            raise InvalidParameterValue(f'unrecognized privilege type: "{part.strip()}"')


def _check_user(context: Context, user: str | int) -> None:
    if isinstance(user, str) and user != "public" and user not in names.roles(context):
        raise UndefinedObject(f'role "{user}" does not exist')


def _find_class(context: Context, which: str | int) -> bool:
    if isinstance(which, str):
        names.table_oid(which, context)
        return True
    return class_name(context.catalog, which) is not None


def _find_sequence(context: Context, which: str | int) -> bool:
    oid = names.table_oid(which, context) if isinstance(which, str) else which
    found = class_name(context.catalog, oid)
    if found is not None and oid not in context.catalog.sequences_by_oid:
        raise WrongObjectType(f'"{found[1]}" is not a sequence')
    return found is not None


def _find_database(context: Context, which: str | int) -> bool:
    databases = view_of(context).databases()
    if isinstance(which, int):
        return any(oid == which for oid, _ in databases)
    if not any(name == which for _, name in databases):
        raise UndefinedDatabase(f'database "{which}" does not exist')
    return True


def _find_function(context: Context, which: str | int) -> bool:
    if isinstance(which, str):
        names.regprocedure_in(which, context)
        return True
    return not names.regprocedure_out(which, context).isdigit()


def _find_schema(context: Context, which: str | int) -> bool:
    if isinstance(which, str):
        names.read("regnamespace", f'"{which.replace(chr(34), chr(34) * 2)}"', context)
        return True
    return not names.regnamespace_out(which, context).isdigit()


def _find_type(context: Context, which: str | int) -> bool:
    if isinstance(which, str):
        names.regtype_in(which, context)
        return True
    return find_type(context.catalog, which) is not None


@cache
def _fact_names(catalog: str, column: str) -> dict[str, int]:
    return {name: oid for oid, name in table(catalog).select("oid", column)}


def _find_fact(catalog: str, column: str, word: str) -> Callable[[Context, str | int], bool]:
    def find(context: Context, which: str | int) -> bool:
        known = _fact_names(catalog, column)
        if isinstance(which, int):
            return which in known.values()
        if which not in known:
            raise UndefinedObject(f'{word} "{which}" does not exist')
        return True
    return find


def _find_none(word: str) -> Callable[[Context, str | int], bool]:
    def find(context: Context, which: str | int) -> bool:
        if isinstance(which, str):
            raise UndefinedObject(f'{word} "{which}" does not exist')
        return False
    return find


_FINDERS: dict[str, Callable[[Context, str | int], bool]] = {
    "table": _find_class, "any_column": _find_class, "sequence": _find_sequence, "database": _find_database,
    "function": _find_function, "schema": _find_schema, "type": _find_type,
    "language": _find_fact("pg_language", "lanname", "language"),
    "tablespace": _find_fact("pg_tablespace", "spcname", "tablespace"),
    "foreign_data_wrapper": _find_none("foreign-data wrapper"), "server": _find_none("server"),
}
_VARIANTS = ("name,text,text", "name,oid,text", "oid,text,text", "oid,oid,text", "text,text", "oid,text")


def _has(kind: str) -> Callable[..., int | None]:
    find = _FINDERS[kind]

    def has(context: Context, *arguments: str | int) -> int | None:
        *user, which, privilege = arguments
        if user:
            _check_user(context, user[0])
        found = find(context, which)
        _check_privilege(kind, str(privilege))
        return 1 if found else None
    return has


def _has_column(context: Context, *arguments: str | int) -> int | None:
    *user, which, column, privilege = arguments
    if user:
        _check_user(context, user[0])
    oid = names.table_oid(which, context) if isinstance(which, str) else which
    relation = relation_of(context, oid)
    if isinstance(column, str) and relation is not None and column not in relation.by_name:
        raise UndefinedColumn(f'column "{column}" of relation "{relation.name}" does not exist')
    _check_privilege("column", str(privilege))
    if relation is None or (isinstance(column, int) and column not in relation.by_number):
        return None
    return 1


_COLUMN_VARIANTS = tuple(
    f"{user}{which},{column},text" for user in ("name,", "oid,", "") for which in ("text", "oid")
    for column in ("text", "int2"))


def _has_role(context: Context, *arguments: str | int) -> int:
    *users, privilege = arguments
    for user in users:
        _check_user(context, user)
    _check_privilege("role", str(privilege))
    return 1


_ROLE_VARIANTS = ("name,name,text", "name,oid,text", "oid,name,text", "oid,oid,text", "name,text", "oid,text")


def _has_parameter(context: Context, *arguments: str | int) -> int:
    if len(arguments) == 3:
        _check_user(context, arguments[0])
    _check_privilege("parameter", str(arguments[-1]))
    return 1


# ---------------------------------------------------------------- access control lists

_LETTERS = {
    "a": "INSERT", "r": "SELECT", "w": "UPDATE", "d": "DELETE", "D": "TRUNCATE", "x": "REFERENCES", "t": "TRIGGER",
    "X": "EXECUTE", "U": "USAGE", "C": "CREATE", "T": "TEMPORARY", "c": "CONNECT", "s": "SET", "A": "ALTER SYSTEM",
    "m": "MAINTAIN",
}
_DEFAULTS = {  # object type -> (privileges of everybody, of the owner)
    "c": ("", ""), "r": ("", "arwdDxtm"), "s": ("", "rwU"), "S": ("", "U"), "d": ("Tc", "CTc"), "f": ("X", "X"),
    "l": ("U", "U"), "L": ("", "rw"), "n": ("", "UC"), "p": ("", "sA"), "t": ("", "C"), "F": ("", "U"),
    "T": ("U", "U"),
}


def _default_acl(context: Context, kind: str, owner: int) -> str:
    if kind not in _DEFAULTS:
        raise InternalError(f"unrecognized object type abbreviation: {kind}")
    name = names.regrole_out(owner, context)
    everybody, own = _DEFAULTS[kind]
    items = ([f"={everybody}/{name}"] if everybody else []) + ([f"{name}={own}/{name}"] if own else [])
    return msgspec.json.encode(items).decode()


def _explode(context: Context, acl: str) -> Iterator[tuple[int, int, str, int]]:
    """(grantor, grantee, privilege, is grantable) of each privilege in a list; grantee 0 is PUBLIC."""
    roles = names.roles(context)
    for item in load_items(acl):
        grantee, equals, rest = item.partition("=")
        letters, slash, grantor = rest.partition("/")
        if not equals or not slash:
            raise InvalidTextRepresentation(f'invalid input syntax for type aclitem: "{item}"')
        for i, letter in enumerate(letters):
            if letter != "*":
                yield (_role(roles, grantor), _role(roles, grantee) if grantee else 0, _LETTERS[letter],
                       int(letters[i + 1:i + 2] == "*"))


def _role(roles: dict[str, int], name: str) -> int:
    plain = name.strip('"')
    if plain not in roles:
        raise UndefinedObject(f'role "{plain}" does not exist')
    return roles[plain]



def _rows() -> Iterator[Builtin]:
    for kind in _FINDERS:
        implementation = Python(_has(kind), context=True)
        yield from (Builtin(f"has_{kind}_privilege({variant})", implementation) for variant in _VARIANTS)
    column = Python(_has_column, context=True)
    yield from (Builtin(f"has_column_privilege({variant})", column) for variant in _COLUMN_VARIANTS)
    role = Python(_has_role, context=True)
    yield from (Builtin(f"pg_has_role({variant})", role) for variant in _ROLE_VARIANTS)
    parameter = Python(_has_parameter, context=True)
    yield from (Builtin(f"has_parameter_privilege({variant})", parameter)
                for variant in ("name,text,text", "oid,text,text", "text,text"))


BUILTINS = (
    *_rows(),
    Builtin("acldefault(char,oid)", Python(_default_acl, context=True),
            ("acldefault('f', 10)::text[]", "{=X/postgres,postgres=X/postgres}")),
    Builtin("aclexplode(_aclitem)", SetReturning(_explode, context=True)),
)
