"""has_table_privilege and its family, pg_has_role, and access control lists."""

from collections.abc import Callable, Iterator
from functools import cache

import msgspec

from executor.builtins.base import Builtin, Python, SetReturning
from executor.builtins.catalog_text import relation_of
from executor.catalog import names
from executor.catalog.model import OWNER_OID
from executor.catalog.search_path import class_name
from executor.catalog.system.session_view import view_of
from executor.catalog.typenames import find_type
from executor.context import Context
from executor.facts import table
from executor.privileges.acl import LETTERS, PUBLIC, WORDS
from executor.privileges.rules import (
    Owned,
    Who,
    of_relation,
    of_schema,
    of_sequence,
    of_type,
    owner_of,
    restricted_functions,
    restricted_relations,
    who_is,
)
from executor.roles.model import Roles
from executor.roles.rules import has_privileges_of, is_admin, is_member, may_set
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


Held = Callable[[Who, str, bool], bool]
"""Whether somebody has a privilege on an object: (who, letter, with grant option)."""


def _letters(kind: str, text: str) -> list[tuple[str, bool]]:
    """The privileges that a text names, of which one is enough: (letter, with grant option) (22023)."""
    known = _NAMED[kind].split()
    found = []
    for part in text.split(","):
        words = part.strip().upper()
        bare = words.removesuffix(" WITH GRANT OPTION").removesuffix(" WITH ADMIN OPTION")
        if bare not in known and bare != "ALTER SYSTEM":
            raise InvalidParameterValue(f'unrecognized privilege type: "{part.strip()}"')
        found.append((LETTERS.get(bare, bare), bare != words))
    return found


def _who(context: Context, user: str | int | None) -> Who:
    """A user by name or OID; "public" is nobody in particular (42704). None: the current one."""
    if isinstance(user, str) and user != "public" and user not in names.roles(context):
        raise UndefinedObject(f'role "{user}" does not exist')
    known = view_of(context).known_roles
    if user is None or user == context.user:
        oid = context.user_oid
    elif isinstance(user, str):
        found = known.by_name.get(user)
        oid = found.oid if found is not None else PUBLIC if user == "public" else OWNER_OID  # one who came before the roles
    else:
        oid = user
    if context.session is not None:
        return who_is(context.session, oid)
    return Who(known, oid)


def _thing(thing: Owned) -> Held:
    return lambda who, letter, option: who.may(thing, letter, option=option)


def _system_relation(oid: int) -> Held:
    def held(who: Who, letter: str, option: bool) -> bool:
        grantees = restricted_relations().get(oid)
        reads = letter == "r" and not option and (grantees is None or who.has_role(f"pg_read_all_data {grantees}"))
        return who.is_superuser or reads
    return held


def _class_held(context: Context, oid: int) -> Held | None:
    catalog = context.catalog
    relation, sequence = catalog.relations_by_oid.get(oid), catalog.sequences_by_oid.get(oid)
    if relation is not None:
        return _thing(of_relation(relation))
    if sequence is not None:
        return _thing(of_sequence(sequence))
    owner = next((r for r in catalog.relations if any(index.oid == oid for index in r.indexes)), None)
    if owner is not None:
        return _thing(of_relation(owner)._replace(acl=None))
    return _system_relation(oid) if class_name(catalog, oid) is not None else None


def _find_class(context: Context, which: str | int) -> Held | None:
    return _class_held(context, names.table_oid(which, context) if isinstance(which, str) else which)


def _find_any_column(context: Context, which: str | int) -> Held | None:
    oid = names.table_oid(which, context) if isinstance(which, str) else which
    relation = context.catalog.relations_by_oid.get(oid)
    if relation is None:
        return _class_held(context, oid)
    every = frozenset(column.number for column in relation.columns)
    return lambda who, letter, option: who.may_columns(relation, every, letter, every=False, option=option)


def _find_sequence(context: Context, which: str | int) -> Held | None:
    oid = names.table_oid(which, context) if isinstance(which, str) else which
    found = class_name(context.catalog, oid)
    if found is not None and oid not in context.catalog.sequences_by_oid:
        raise WrongObjectType(f'"{found[1]}" is not a sequence')
    return _class_held(context, oid)


def _find_database(context: Context, which: str | int) -> Held | None:
    view = view_of(context)
    for oid, name in view.databases():
        if which in (oid, name):
            facts = view.database_facts(name)
            return _thing(Owned("database", "database", name, facts.owner, facts.acl))
    if isinstance(which, str):
        raise UndefinedDatabase(f'database "{which}" does not exist')
    return None


def _find_function(context: Context, which: str | int) -> Held | None:
    oid = which
    if isinstance(which, str):
        oid = names.regprocedure_in(which, context)
    elif names.regprocedure_out(which, context).isdigit():
        return None
    restricted = restricted_functions().get(int(oid))

    def held(who: Who, letter: str, option: bool) -> bool:
        allowed = restricted is None or who.has_role(" ".join(restricted[1]))
        return who.is_superuser or (allowed and not option)
    return held


def _find_schema(context: Context, which: str | int) -> Held | None:
    if isinstance(which, str):
        names.read("regnamespace", f'"{which.replace(chr(34), chr(34) * 2)}"', context)
        found = context.catalog.schemas_by_name.get(which)
    else:
        found = next((schema for schema in context.catalog.schemas if schema.oid == which), None)
        if found is None and names.regnamespace_out(which, context).isdigit():
            return None
    return _everybody if found is None else _thing(of_schema(found))


def _everybody(who: Who, letter: str, option: bool) -> bool:
    """USAGE is everybody's."""
    return who.is_superuser or (letter == "U" and not option)


def _owners_only(who: Who, letter: str, option: bool) -> bool:
    return who.is_superuser


def _find_type(context: Context, which: str | int) -> Held | None:
    oid = names.regtype_in(which, context) if isinstance(which, str) else which
    if not isinstance(which, str) and find_type(context.catalog, which) is None:
        return None
    made = context.catalog.types_by_oid.get(oid)
    relation = next((r for r in context.catalog.relations if r.row_type == oid), None)
    if relation is not None:
        return _thing(Owned("type", "type", relation.name, owner_of(relation), None))
    return _everybody if made is None else _thing(of_type(made))


@cache
def _fact_names(catalog: str, column: str) -> dict[str, int]:
    return {name: oid for oid, name in table(catalog).select("oid", column)}


def _find_fact(catalog: str, column: str, word: str, held: Held) -> Callable[[Context, str | int], Held | None]:
    def find(context: Context, which: str | int) -> Held | None:
        known = _fact_names(catalog, column)
        if isinstance(which, int):
            return held if which in known.values() else None
        if which not in known:
            raise UndefinedObject(f'{word} "{which}" does not exist')
        return held
    return find


def _find_none(word: str) -> Callable[[Context, str | int], Held | None]:
    def find(context: Context, which: str | int) -> Held | None:
        if isinstance(which, str):
            raise UndefinedObject(f'{word} "{which}" does not exist')
        return None
    return find


_FINDERS: dict[str, Callable[[Context, str | int], Held | None]] = {
    "table": _find_class, "any_column": _find_any_column, "sequence": _find_sequence, "database": _find_database,
    "function": _find_function, "schema": _find_schema, "type": _find_type,
    "language": _find_fact("pg_language", "lanname", "language", _everybody),
    "tablespace": _find_fact("pg_tablespace", "spcname", "tablespace", _owners_only),
    "foreign_data_wrapper": _find_none("foreign-data wrapper"), "server": _find_none("server"),
}
_VARIANTS = ("name,text,text", "name,oid,text", "oid,text,text", "oid,oid,text", "text,text", "oid,text")


def _has(kind: str) -> Callable[..., int | None]:
    find = _FINDERS[kind]

    def has(context: Context, *arguments: str | int) -> int | None:
        *user, which, privilege = arguments
        who = _who(context, user[0] if user else None)
        held = find(context, which)
        asked = _letters(kind, str(privilege))
        return None if held is None else int(any(held(who, letter, option) for letter, option in asked))
    return has


def _has_column(context: Context, *arguments: str | int) -> int | None:
    *user, which, column, privilege = arguments
    who = _who(context, user[0] if user else None)
    oid = names.table_oid(which, context) if isinstance(which, str) else which
    relation = relation_of(context, oid)
    if isinstance(column, str) and relation is not None and column not in relation.by_name:
        raise UndefinedColumn(f'column "{column}" of relation "{relation.name}" does not exist')
    asked = _letters("column", str(privilege))
    if relation is None or (isinstance(column, int) and column not in relation.by_number):
        return None
    number = relation.by_name[column].number if isinstance(column, str) else column
    own = context.catalog.relations_by_oid.get(oid)
    if own is None:
        held = _system_relation(oid)
        return int(any(held(who, letter, option) for letter, option in asked))
    return int(any(who.may_columns(own, frozenset((number,)), letter, every=True, option=option) for letter, option in asked))


_COLUMN_VARIANTS = tuple(
    f"{user}{which},{column},text" for user in ("name,", "oid,", "") for which in ("text", "oid")
    for column in ("text", "int2"))


def _has_role(context: Context, *arguments: str | int) -> int:
    *user, role, privilege = arguments
    for named in (*user, role):
        if named == "public":
            raise UndefinedObject('role "public" does not exist')
    who = _who(context, user[0] if user else None)
    other = _who(context, role).oid
    return int(any(is_admin(who.roles, who.oid, other) if option
                   else _ROLE_TESTS[word](who.roles, who.oid, other, who.database_owner)
                   for word, option in _letters("role", str(privilege))))


_ROLE_TESTS: dict[str, Callable[[Roles, int, int, int], bool]] = {"U": has_privileges_of, "MEMBER": is_member, "s": may_set}
_ROLE_VARIANTS = ("name,name,text", "name,oid,text", "oid,name,text", "oid,oid,text", "name,text", "oid,text")


def _has_parameter(context: Context, *arguments: str | int) -> int:
    who = _who(context, arguments[0] if len(arguments) == 3 else None)
    _letters("parameter", str(arguments[-1]))
    return int(who.is_superuser)


# ---------------------------------------------------------------- access control lists

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
                yield (_role(roles, grantor), _role(roles, grantee) if grantee else 0, WORDS[letter],
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
