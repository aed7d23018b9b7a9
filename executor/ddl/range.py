"""CREATE TYPE ... AS RANGE: a range type, the multirange type over it, and their arrays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from executor.catalog.constructors import difference_function
from executor.catalog.model import UserType
from executor.catalog.system.objects import namespace
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.column import collation_oid
from executor.ddl.objects import put_type
from executor.ddl.opclasses import require_default, require_named
from executor.ddl.type_lookup import creation_place, refuse_existing_type, type_parts
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import (
    DatatypeMismatch,
    DuplicateObject,
    InvalidObjectDefinition,
    SyntaxError,
    UndefinedFunction,
    UndefinedObject,
    UniqueViolation,
    WrongObjectType,
)
from executor.types.made import is_constrained
from executor.types.oids import FLOAT8, NUMERIC

NAME_BYTES_MAX = 63


@dataclass
class _Draft:
    """A range type as its attributes say, one after the other."""

    subtype: int = 0
    typmod: int = -1
    class_name: str = ""
    collation: int = 0
    difference: tuple[str, ...] = ()
    multirange: tuple[str, str] | None = None


def create_range(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE TYPE name AS RANGE (subtype = ..., ...)."""
    schema, name = creation_place(ctx, node.texts("typeName"))
    draft = _read(node.nodes("params"), ctx)
    _check_subtype(draft, ctx)
    place = draft.multirange or _default_place(ctx, schema, name)
    if draft.multirange is not None and place == (schema, name):
        raise UniqueViolation('duplicate key value violates unique constraint "pg_type_typname_nsp_index"',
                              detail=f"Key (typname, typnamespace)=({name}, {namespace(ctx.catalog, schema)}) already exists.",
                              schema="pg_catalog", table="pg_type", constraint="pg_type_typname_nsp_index")
    made = UserType(oid=ctx.new_oid(), schema=schema, name=name, kind="r", array_type=ctx.new_oid(), base=draft.subtype,
                    collation=draft.collation, constructor=(schema, name), difference=".".join(draft.difference))
    over = UserType(oid=ctx.new_oid(), schema=place[0], name=place[1], kind="m", array_type=ctx.new_oid(), base=made.oid,
                    constructor=place)
    ctx.catalog = put_type(put_type(ctx.catalog, made), over)
    return DdlResult(ctx.catalog, tag="CREATE TYPE")


def _read(nodes: list[Node], ctx: DdlContext) -> _Draft:
    draft = _Draft()
    seen = set()
    for node in nodes:
        name = node.take("defname")
        if name in seen:
            raise SyntaxError("conflicting or redundant options", position=ctx.position(node))
        seen.add(name)
        reader = _ATTRIBUTES.get(name)
        if reader is None:
            raise SyntaxError(f'type attribute "{name}" not recognized')
        node.take("defaction")
        reader(draft, _argument(node, name), ctx)
        node.finish()
    if not draft.subtype:
        raise SyntaxError('type attribute "subtype" is required')
    return draft


def _argument(node: Node, name: str) -> Any:
    """The value of an attribute: a name, which libpg_query gives as a TypeName or a List (42601 for anything else)."""
    found = node.take("arg")
    if found is None:
        raise SyntaxError(f"{name} requires a parameter")
    if not isinstance(found, Node) or found.kind not in ("TypeName", "List"):
        raise SyntaxError(f"argument of {name} must be a {'type ' if name == 'subtype' else ''}name")
    return found


def _subtype(draft: _Draft, argument: Node, ctx: DdlContext) -> None:
    draft.subtype, draft.typmod = ctx.binder.resolve_type(argument)


def _operator_class(draft: _Draft, argument: Node, ctx: DdlContext) -> None:
    draft.class_name = type_parts(argument)[-1]


def _collation(draft: _Draft, argument: Node, ctx: DdlContext) -> None:
    draft.collation = collation_oid(type_parts(argument), None)


def _canonical(draft: _Draft, argument: Node, ctx: DdlContext) -> None:
    raise InvalidObjectDefinition(
        "cannot specify a canonical function without a pre-created shell type",
        hint="Create the type as a shell type, then create its canonicalization function, then do a full CREATE TYPE.")


def _difference(draft: _Draft, argument: Node, ctx: DdlContext) -> None:
    draft.difference = tuple(type_parts(argument))


def _multirange_name(draft: _Draft, argument: Node, ctx: DdlContext) -> None:
    names = type_parts(argument)
    if names[:-1] == ["pg_catalog"]:
        refuse_existing_type(ctx, "pg_catalog", names[-1])
    draft.multirange = creation_place(ctx, names)


_ATTRIBUTES: dict[str, Callable[[_Draft, Node, DdlContext], None]] = {
    "subtype": _subtype, "subtype_opclass": _operator_class, "collation": _collation, "canonical": _canonical,
    "subtype_diff": _difference, "multirange_type_name": _multirange_name,
}


def _check_subtype(draft: _Draft, ctx: DdlContext) -> None:
    kind = ctx.kind_of(draft.subtype)
    assert kind is not None
    shown = ctx.binder.type_name(draft.subtype, -1)
    if kind.kind == "p":
        raise DatatypeMismatch(f"range subtype cannot be {shown}")
    if draft.class_name:
        if require_named("btree", draft.class_name, draft.subtype, ctx):
            raise not_supported(f"a range with operator class {draft.class_name}")
    else:
        try:
            require_default("btree", draft.subtype, ctx)
        except UndefinedObject as error:
            error.hint = ("You must specify an operator class for the range type or define a default operator class for the "
                          "subtype.")
            raise
    if draft.collation and not kind.collation:
        raise WrongObjectType("range collation specified but subtype does not support collation")
    draft.collation = draft.collation or kind.collation
    if draft.difference:
        _check_difference(draft, shown)
    number = ctx.number_of(draft.subtype)
    if is_constrained(number):
        raise not_supported("a range over a domain with constraints")
    if kind.kind == "d" and kind.base == NUMERIC and kind.base_typmod != -1:
        raise not_supported("a range over a domain over numeric with a precision")


def _check_difference(draft: _Draft, shown: str) -> None:
    name = ".".join(draft.difference)
    found = difference_function(draft.difference, draft.subtype)
    if found is None:
        raise UndefinedFunction(f"function {name}({shown}, {shown}) does not exist")
    if found.result != FLOAT8:
        raise InvalidObjectDefinition(f"range subtype diff function {name} must return type double precision")
    if found.volatility != "i":
        raise InvalidObjectDefinition(f"range subtype diff function {name} must be immutable")


def _default_place(ctx: DdlContext, schema: str, name: str) -> tuple[str, str]:
    """The multirange type's name if none was given: "multi" before "range", or "_multirange" at the end."""
    before, found, after = name.partition("range")
    made = f"{before}multirange{after}" if found else f"{name}_multirange"
    while len(made.encode()) > NAME_BYTES_MAX:
        made = made[:-1]
    try:
        refuse_existing_type(ctx, schema, made)
    except DuplicateObject as error:
        error.detail = f'Failed while creating a multirange type for type "{name}".'
        error.hint = 'You can manually specify a multirange type name using the "multirange_type_name" attribute.'
        raise
    return schema, made
