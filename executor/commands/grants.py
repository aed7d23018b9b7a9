"""GRANT and REVOKE on tables, views, columns, sequences, schemas, types and databases."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from executor.catalog.model import Acl, Relation, Schema, Sequence, UserType
from executor.commands.base import CommandKind, Parameters, Result
from executor.commands.ddl import apply, begin
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.lookup import Found, get, range_name, require_schema
from executor.ddl.objects import put_relation, put_schema, put_sequence, put_type
from executor.ddl.type_lookup import get_type
from executor.errors import SqlError, not_supported
from executor.parse import Node, RawStatement
from executor.privileges import acl as lists
from executor.privileges.granting import Order, changed
from executor.privileges.rules import Owned, Who, of_relation, of_schema, of_sequence, of_type, refused, who_is
from executor.roles.model import DatabaseFacts, Roles
from executor.roles.specs import role_of
from executor.sqlstates import (
    FeatureNotSupported,
    InvalidGrantOperation,
    InvalidSchemaName,
    SyntaxError,
    UndefinedColumn,
    UndefinedDatabase,
    WrongObjectType,
)

if TYPE_CHECKING:
    from executor.session import Session

KINDS = {
    "OBJECT_TABLE": ("table", "relation"), "OBJECT_SEQUENCE": ("sequence", "sequence"), "OBJECT_SCHEMA": ("schema", "schema"),
    "OBJECT_DATABASE": ("database", "database"), "OBJECT_TYPE": ("type", "type"), "OBJECT_DOMAIN": ("type", "domain"),
}
"""Object type of GRANT -> (kind of executor.privileges.acl.DEFAULTS, what messages call it)."""
COLUMN_LETTERS = "arwx"
SYSTEM_COLUMNS = ("tableoid", "cmax", "xmax", "cmin", "xmin", "ctid")
"""In the order of their numbers."""


class Said(NamedTuple):
    """What a GrantStmt says about privileges: on the object, None where it names none, and on columns."""

    whole: str | None
    columns: tuple[tuple[str, str], ...]  # (letters, column)
    everything: bool


def _privileges(node: Node, kind: str, noun: str) -> Said:
    nodes = node.nodes("privileges")
    every = lists.DEFAULTS[kind][1]
    if not nodes:
        return Said(every, (), True)
    whole: str | None = None
    columns: list[tuple[str, str]] = []
    for privilege in nodes:
        word, names = privilege.take("priv_name"), privilege.texts("cols")
        if names and kind != "table":
            raise InvalidGrantOperation("column privileges are only valid for relations")
        letters = (COLUMN_LETTERS if names else every) if word is None else _letter(word.upper(), word)
        if names:
            if word is not None and letters not in COLUMN_LETTERS:
                raise InvalidGrantOperation(f"invalid privilege type {lists.WORDS[letters]} for column")
            columns += [(letters, name) for name in names]
        else:
            # GRANT USAGE ON TABLE of a sequence was all right once, and still is: see _sequence_letters.
            if word is not None and letters not in every and not (kind == "table" and letters == "U"):
                raise InvalidGrantOperation(f"invalid privilege type {lists.WORDS[letters]} for {noun}")
            whole = (whole or "") + letters
    return Said(whole, tuple(columns), False)


def _letter(word: str, written: str) -> str:
    found = lists.LETTERS.get(word)
    if found is None:
        raise SyntaxError(f'unrecognized privilege type "{written}"')
    return found


async def run(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """GRANT and REVOKE (42501, 0LP01, 2BP01)."""
    node = raw.node
    is_grant, target = node.take("is_grant", False), node.take("targtype", "ACL_TARGET_OBJECT")
    object_kind = node.take("objtype", "OBJECT_TABLE")
    verb = "GRANT" if is_grant else "REVOKE"
    if object_kind not in KINDS:
        raise not_supported(f"{verb} ON {object_kind.removeprefix('OBJECT_').replace('_', ' ')}")
    kind, noun = KINDS[object_kind]
    grantor = node.take("grantor")
    if grantor is not None and role_of(session, grantor).oid != session.identity.current_oid:
        raise FeatureNotSupported("grantor must be current user")
    said = _privileges(node, kind, noun)
    order = Order(is_grant, "", tuple(_grantee(session, spec) for spec in node.nodes("grantees")),
                  bool(node.take("grant_option", False)), node.take("behavior") == "DROP_CASCADE", said.everything)
    objects = node.nodes("objects")
    if kind == "database":
        _databases(session, [item.text for item in objects], order._replace(letters=said.whole or ""))
        return Result(verb)
    ddl, catalog = await begin(session, raw)
    who = who_is(session)
    if target == "ACL_TARGET_ALL_IN_SCHEMA":
        found: Iterator[object] = _in_schemas(ddl, [item.text for item in objects], kind)
    else:
        found = (_FINDERS[kind](ddl, item) for item in objects)
    for thing in [*found]:
        _change(ddl, who, thing, said, order)
    await apply(session, ddl, DdlResult(ddl.catalog, (), verb), catalog, checked=True)
    return Result(verb)


def _grantee(session: "Session", spec: Node) -> int:
    if spec.peek("roletype") == "ROLESPEC_PUBLIC":
        spec.take("roletype")
        return lists.PUBLIC
    return role_of(session, spec).oid


# --- what is named ----------------------------------------------------------------------------------------------------


def _table(ddl: DdlContext, node: Node) -> Relation | Sequence:
    found = _relation(ddl, node)
    if found.sequence is not None:
        return found.sequence
    assert found.relation is not None
    return found.relation


def _relation(ddl: DdlContext, node: Node) -> Found:
    name = range_name(node, ddl)
    if name.schema:
        require_schema(ddl, name.schema, name.position)
        schema = ddl.catalog.schemas_by_name.get(name.schema)
        if schema is not None and not ddl.who.may(of_schema(schema), "U"):
            raise refused(of_schema(schema))
    found = get(ddl, name)
    for kind, words in (("i", "an index"), ("c", "a composite type")):
        if found.kind == kind:
            raise WrongObjectType(f'"{found.name}" is {words}')
    if found.schema in ("pg_catalog", "information_schema"):
        raise not_supported("GRANT and REVOKE on system catalogs")
    return found


def _sequence(ddl: DdlContext, node: Node) -> Sequence:
    found = _relation(ddl, node)
    if found.sequence is None:
        raise WrongObjectType(f'"{found.name}" is not a sequence')
    return found.sequence


def _schema(ddl: DdlContext, node: Node) -> Schema:
    found = ddl.catalog.schemas_by_name.get(node.text)
    if found is None:
        raise InvalidSchemaName(f'schema "{node.text}" does not exist')
    return found


def _type(ddl: DdlContext, node: Node) -> UserType:
    made = ddl.catalog.types_by_oid.get(get_type(ddl, node.texts("names") or [i.text for i in node.nodes("items")]).oid)
    if made is None:
        raise not_supported("GRANT and REVOKE on types that are not enums, domains or ranges")
    return made


_FINDERS: dict[str, Callable[[DdlContext, Node], Relation | Sequence | Schema | UserType]] = {
    "table": _table, "sequence": _sequence, "schema": _schema, "type": _type,
}


def _in_schemas(ddl: DdlContext, names: list[str], kind: str) -> Iterator[object]:
    for name in names:
        require_schema(ddl, name)
        if kind == "sequence":
            yield from (s for s in ddl.catalog.sequences if s.schema == name)
        else:
            yield from (r for r in ddl.catalog.relations if r.schema == name and r.kind in "rvm")


# --- what changes -----------------------------------------------------------------------------------------------------


def _change(ddl: DdlContext, who: Who, thing: object, said: Said, order: Order) -> None:
    if isinstance(thing, Relation):
        _change_relation(ddl, who, thing, said, order)
    elif isinstance(thing, Sequence):
        letters = _sequence_letters(ddl, thing, said)
        if letters:
            acl = _one(ddl, who, of_sequence(thing), order._replace(letters=letters))
            ddl.catalog = put_sequence(ddl.catalog, replace(thing, acl=acl))
    elif isinstance(thing, Schema):
        acl = _one(ddl, who, of_schema(thing), order._replace(letters=said.whole or ""))
        ddl.catalog = put_schema(ddl.catalog, replace(thing, acl=acl))
    elif isinstance(thing, UserType):
        acl = _one(ddl, who, of_type(thing), order._replace(letters=said.whole or ""))
        ddl.catalog = put_type(ddl.catalog, replace(thing, acl=acl))


def _sequence_letters(ddl: DdlContext, sequence: Sequence, said: Said) -> str:
    every = lists.DEFAULTS["sequence"][1]
    if said.everything or said.whole is None:
        return every
    if set(said.whole) - set(every):
        ddl.notices.append(InvalidGrantOperation(f'sequence "{sequence.name}" only supports USAGE, SELECT, and UPDATE '
                                                 "privileges", severity="WARNING"))
    return "".join(letter for letter in said.whole if letter in every)


def _one(ddl: DdlContext, who: Who, thing: Owned, order: Order) -> Acl:
    notices: list[SqlError] = []
    acl = changed(who, thing, thing.effective, order, notices)
    ddl.notices.extend(notices)
    return acl


def _change_relation(ddl: DdlContext, who: Who, relation: Relation, said: Said, order: Order) -> None:
    thing = of_relation(relation)
    new = relation
    if said.whole is not None:
        if "U" in said.whole:
            raise InvalidGrantOperation("invalid privilege type USAGE for table")
        new = replace(new, acl=_one(ddl, who, thing, order._replace(letters=said.whole)))
        letters = "".join(letter for letter in said.whole if letter in COLUMN_LETTERS)
        if letters and not order.is_grant:  # of the columns, too
            inner = order._replace(letters=letters)
            for name in SYSTEM_COLUMNS if relation.kind != "v" else ():
                changed(who, thing, (), inner, ddl.notices, name)
            for column in relation.columns:
                new = _with_column(who, thing, new, column.name, inner, ddl.notices)
    for letters, name in said.columns:
        if name not in relation.by_name:
            raise UndefinedColumn(f'column "{name}" of relation "{relation.name}" does not exist')
        new = _with_column(who, thing, new, name, order._replace(letters=letters), ddl.notices)
    ddl.catalog = put_relation(ddl.catalog, new)


def _with_column(who: Who, thing: Owned, relation: Relation, name: str, order: Order, notices: list[SqlError]) -> Relation:
    column = relation.by_name[name]
    acl = changed(who, thing, column.acl or (), order, notices, name)
    columns = tuple(replace(c, acl=acl or None) if c is column else c for c in relation.columns)
    return replace(relation, columns=columns)


def _databases(session: "Session", names: list[str], order: Order) -> None:
    """GRANT ON DATABASE: kept with the roles."""
    identity, engine = session.identity, session.engine
    for name in names:
        found = engine.find(name)
        if found is None:
            raise UndefinedDatabase(f'database "{name}" does not exist')
        key, oid, said = engine.database_key(found), identity.store.take_oid(), list[SqlError]()
        identity.change(partial(_changed_database, name, key, oid, identity.current_oid, order, said))
        session.notices.extend(said)


def _changed_database(name: str, key: str, oid: int, actor: int, order: Order, said: list[SqlError], roles: Roles) -> Roles:
    facts = roles.database(key)
    thing = Owned("database", "database", name, facts.owner, facts.acl)
    acl = changed(Who(roles, actor, facts.owner), thing, thing.effective, order, said)
    return roles.with_database(DatabaseFacts(oid=facts.oid or oid, name=key, owner=facts.owner, acl=acl))


COMMANDS = {"GrantStmt": CommandKind(run, read_only_ok=False)}
