"""Text input and output of regclass, regtype, regproc ... : names to OIDs and back, as PostgreSQL writes them.

Each pair is `xxx_in(text, context) -> oid` and `xxx_out(oid, context) -> text`; READERS and WRITERS have them by type
name. Every input also takes an OID in digits and "-" for 0, every output prints an OID that nothing has as digits.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from executor.catalog.quoting import quote_identifier, quote_qualified, split_qualified
from executor.catalog.search_path import (
    TEMPORARY,
    TEMPORARY_NAME,
    class_name,
    class_oid,
    find_class,
    search_path,
    shown_schema,
)
from executor.catalog.system.session_view import view_of
from executor.catalog.typenames import find_type, format_type, type_named
from executor.errors import SqlError
from executor.facts import table
from executor.facts.lookup import types_by_oid
from executor.sqlstates import (
    AmbiguousFunction,
    FeatureNotSupported,
    InvalidName,
    InvalidSchemaName,
    InvalidTextRepresentation,
    NumericValueOutOfRange,
    SyntaxError,
    UndefinedFunction,
    UndefinedObject,
    UndefinedTable,
)

if TYPE_CHECKING:
    from executor.context import Context

_SPACE = " \t\n\r\f\v"


def _split(text: str, context: "Context", what: str) -> tuple[str, str]:
    """(schema or "", name) of a possibly qualified name."""
    names = split_qualified(text)
    if len(names) > 3:
        raise SyntaxError(f"improper {what} name (too many dotted names): {'.'.join(names)}")
    if len(names) == 3:
        if names[0] != context.database:
            raise FeatureNotSupported(f'cross-database references are not implemented: "{".".join(names)}"')
        names = names[1:]
    return (names[0], names[1]) if len(names) == 2 else ("", names[0])


def _joined(schema: str, name: str) -> str:
    return f"{schema}.{name}" if schema else name


def regclass_in(text: str, context: "Context") -> int:
    """A relation's OID (42P01)."""
    schema, name = _split(text, context, "relation")
    found = class_oid(context.catalog, schema, name) if schema else find_class(
        context.catalog, search_path(context), name)
    if found is None:
        raise UndefinedTable(f'relation "{_joined(schema, name)}" does not exist')
    return found


def table_oid(text: str, context: "Context") -> int:
    """A relation's OID as functions of text find it: a schema that does not exist is an error of its own (3F000)."""
    schema, _ = _split(text, context, "relation")
    if schema and schema not in (TEMPORARY, TEMPORARY_NAME) and schema not in context.catalog.schemas_by_name:
        raise InvalidSchemaName(f'schema "{schema}" does not exist')
    return regclass_in(text, context)


def regclass_out(oid: int, context: "Context") -> str:
    """A relation's name, qualified if the search path does not find it."""
    found = class_name(context.catalog, oid)
    if found is None:
        return str(oid)
    return relation_name(oid, found, context)


def relation_name(oid: int, names: tuple[str, str], context: "Context") -> str:
    """quote_identifier(name), or schema.name if the unqualified name would find something else."""
    if find_class(context.catalog, search_path(context), names[1]) == oid:
        return quote_identifier(names[1])
    return quote_qualified(shown_schema(names[0]), names[1])


def _type_name(text: str) -> Any:
    """The TypeName node of a type's text (42601, in PostgreSQL's context)."""
    from executor.parse import parse_expression

    if not text.strip(_SPACE):
        raise SyntaxError(f'invalid type name "{text}"')
    try:
        node = parse_expression(f"CAST(NULL AS {text})")
    except (SqlError, ValueError) as error:
        message = str(error) if isinstance(error, SqlError) else f'syntax error at or near "{text}"'
        raise SyntaxError(message, where=f'invalid type name "{text}"') from None
    if node.kind != "TypeCast":
        raise SyntaxError(f'invalid type name "{text}"')
    return node.take("typeName")


def regtype_in(text: str, context: "Context") -> int:
    """A type's OID, from any way SQL writes a type (42704)."""
    node = _type_name(text)
    names = node.texts("names")
    oid = type_oid(names, context)
    bounds = node.nodes("arrayBounds")
    found = find_type(context.catalog, oid)
    return (found.array or oid) if bounds and found else oid


def named_type(text: str, context: "Context") -> tuple[int, int]:
    """A type's OID and typmod, from any way SQL writes a type (42704, 22023)."""
    from executor.bind.service import BinderService

    binder = BinderService(context.catalog, context, search_path(context), text)
    try:
        return binder.resolve_type(_type_name(text))
    except SqlError as error:
        error.position = None  # it would be one in the type's name
        raise


def type_oid(names: list[str], context: "Context") -> int:
    """The OID of a type by its possibly qualified name, as the parser gives it (42704, 3F000)."""
    if len(names) > 1:
        schema, name = names[-2:]
        if schema not in context.catalog.schemas_by_name:
            raise InvalidSchemaName(f'schema "{schema}" does not exist')
        path: tuple[str, ...] = (schema,)
    else:
        name, path = names[0], search_path(context)
    for schema in path:
        if found := type_named(context.catalog, schema, name):
            return found.oid
    raise UndefinedObject(f'type "{".".join(names)}" does not exist')


def regtype_out(oid: int, context: "Context") -> str:
    """A type's SQL name."""
    if find_type(context.catalog, oid) is None:
        return "-" if oid == 0 else str(oid)
    return format_type(oid, None, context.catalog, search_path(context))


@cache
def _functions() -> dict[int, tuple[str, str, tuple[int, ...]]]:
    """OID -> (schema, name, argument types), those outside pg_catalog included."""
    schemas = dict(table("pg_namespace").select("oid", "nspname"))
    rows = table("pg_proc").select("oid", "pronamespace", "proname", "proargtypes")
    return {oid: (schemas[schema], name, tuple(msgspec.json.decode(types))) for oid, schema, name, types in rows}


@cache
def _functions_by_name() -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for oid, (_, name, _) in _functions().items():
        found.setdefault(name, []).append(oid)
    return {name: tuple(oids) for name, oids in found.items()}


def _function(oid: int, context: "Context") -> tuple[str, str, tuple[int, ...]] | None:
    """(schema, name, argument types) of a built-in function or a routine."""
    found = _functions().get(oid)
    if found is None and (made := context.catalog.routines_by_oid.get(oid)) is not None:
        return made.schema, made.name, made.signature
    return found


def _function_candidates(schema: str, name: str, context: "Context") -> list[int]:
    path = (schema,) if schema else search_path(context)
    found = [oid for oid in _functions_by_name().get(name, ()) if _functions()[oid][0] in path]
    return found + [made.oid for place in path for made in context.catalog.routines_by_name.get((place, name), ())]


def regproc_in(text: str, context: "Context") -> int:
    """The OID of the only function of this name (42883, 42725)."""
    schema, name = _split(text, context, "qualified")
    found = _function_candidates(schema, name, context)
    if not found:
        raise UndefinedFunction(f'function "{text}" does not exist')
    if len(found) > 1:
        raise AmbiguousFunction(f'more than one function named "{text}"')
    return found[0]


def regproc_out(oid: int, context: "Context") -> str:
    """A function's name, qualified if the name alone would not find just this one."""
    found = _function(oid, context)
    if found is None:
        return str(oid)
    if _function_candidates("", found[1], context) == [oid]:
        return quote_identifier(found[1])
    return quote_qualified(*found[:2])


def _arguments(text: str, context: "Context", *, operator: bool = False) -> tuple[str, list[int]]:
    """Split "name(type, type)"; NONE is allowed for operators."""
    name, parenthesis, rest = text.partition("(")
    if not parenthesis:
        raise InvalidTextRepresentation("expected a left parenthesis")
    if not rest.rstrip().endswith(")"):
        raise InvalidTextRepresentation("expected a right parenthesis")
    inside = rest.rstrip()[:-1].strip()
    types = _split_types(inside) if inside else []
    return name.strip(), [0 if operator and part.lower() == "none" else regtype_in(part, context) for part in types]


def _split_types(text: str) -> list[str]:
    parts, depth, quoted = [""], 0, False
    for character in text:
        quoted ^= character == '"'
        depth += 0 if quoted else {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def regprocedure_in(text: str, context: "Context") -> int:
    """The OID of a function by name and argument types (42883)."""
    written, arguments = _arguments(text, context)
    schema, name = _split(written, context, "qualified")
    for oid in _function_candidates(schema, name, context):
        known = _function(oid, context)
        if known is not None and list(known[2]) == arguments:
            return oid
    raise UndefinedFunction(f'function "{text}" does not exist')


def regprocedure_out(oid: int, context: "Context") -> str:
    """name(type,type) of a function."""
    found = _function(oid, context)
    if found is None:
        return str(oid)
    schema, name, arguments = found
    path = search_path(context)
    types = ",".join(format_type(argument, None, context.catalog, path) for argument in arguments)
    shown = quote_identifier(name) if schema in path else quote_qualified(schema, name)
    return f"{shown}({types})"


@cache
def _operators() -> dict[int, tuple[str, int, int]]:
    return {row[0]: row[1:] for row in table("pg_operator").select("oid", "oprname", "oprleft", "oprright")}


def _operator_name(text: str) -> str:
    """The operator of "schema.+" (all of them are in pg_catalog)."""
    schema, dot, name = text.rpartition(".")
    if dot and schema.strip('"') != "pg_catalog":
        raise UndefinedFunction(f"operator does not exist: {text}")
    return name


def regoper_in(text: str, context: "Context") -> int:
    """The OID of the only operator of this name (42883, 42725)."""
    name = _operator_name(text)
    found = [oid for oid, operator in _operators().items() if operator[0] == name]
    if not found:
        raise UndefinedFunction(f"operator does not exist: {text}")
    if len(found) > 1:
        raise AmbiguousFunction(f"more than one operator named {text}")
    return found[0]


def regoper_out(oid: int, context: "Context") -> str:
    """An operator's name, qualified if there are several."""
    found = _operators().get(oid)
    if found is None:
        return "0" if oid == 0 else str(oid)
    alone = sum(operator[0] == found[0] for operator in _operators().values()) == 1
    return found[0] if alone else f"pg_catalog.{found[0]}"


def regoperator_in(text: str, context: "Context") -> int:
    """The OID of an operator by name and operand types (42883)."""
    written, types = _arguments(text, context, operator=True)
    if len(types) != 2:
        raise SyntaxError("missing argument" if len(types) < 2 else "too many arguments",
                          hint="Provide two argument types for operator.")
    key = (_operator_name(written), *types)
    for oid, operator in _operators().items():
        if operator == key:
            return oid
    raise UndefinedFunction(f"operator does not exist: {text}")


def regoperator_out(oid: int, context: "Context") -> str:
    """name(type,type) of an operator, NONE for a missing operand."""
    found = _operators().get(oid)
    if found is None:
        return "0" if oid == 0 else str(oid)
    types = (format_type(operand, None, context.catalog, search_path(context)) if operand else "NONE"
             for operand in found[1:])
    return f"{found[0]}({','.join(types)})"


def _single(text: str) -> str:
    names = split_qualified(text)
    if len(names) != 1:
        raise InvalidName("invalid name syntax")
    return names[0]


def regnamespace_in(text: str, context: "Context") -> int:
    """A schema's OID (3F000)."""
    name = _single(text)
    found = context.catalog.schemas_by_name.get(name)
    if found is None:
        raise InvalidSchemaName(f'schema "{name}" does not exist')
    return found.oid


def regnamespace_out(oid: int, context: "Context") -> str:
    """A schema's name."""
    found = next((schema for schema in context.catalog.schemas if schema.oid == oid), None)
    return quote_identifier(found.name) if found else str(oid)


def roles(context: "Context") -> dict[str, int]:
    """Name -> OID of every role."""
    return {role.name: role.oid for role in view_of(context).roles()}


def role_name(oid: int, context: "Context") -> str | None:
    """A role's name."""
    return next((name for name, other in roles(context).items() if other == oid), None)


def regrole_in(text: str, context: "Context") -> int:
    """A role's OID (42704)."""
    name = _single(text)
    found = roles(context).get(name)
    if found is None:
        raise UndefinedObject(f'role "{name}" does not exist')
    return found


def regrole_out(oid: int, context: "Context") -> str:
    """A role's name."""
    name = role_name(oid, context)
    return quote_identifier(name) if name else str(oid)


@cache
def _fact_names(catalog: str, name_column: str) -> dict[str, int]:
    return {name: oid for oid, name in table(catalog).select("oid", name_column)}


def _from_facts(catalog: str, column: str, message: str) -> tuple[
        Callable[[str, "Context"], int], Callable[[int, "Context"], str]]:
    """Input and output of a type whose objects are all in pg_catalog."""
    def read(text: str, context: "Context") -> int:
        schema, name = _split(text, context, "qualified")
        found = _fact_names(catalog, column).get(name) if schema in ("", "pg_catalog") else None
        if found is None:
            raise UndefinedObject(message.format(_joined(schema, name)))
        return found

    def write(oid: int, context: "Context") -> str:
        names = _fact_names(catalog, column)
        return next((quote_identifier(name) for name, other in names.items() if other == oid), str(oid))

    return read, write


regcollation_in, regcollation_out = _from_facts(
    "pg_collation", "collname", 'collation "{}" for encoding "UTF8" does not exist')
regconfig_in, regconfig_out = _from_facts("pg_ts_config", "cfgname", 'text search configuration "{}" does not exist')
regdictionary_in, regdictionary_out = _from_facts(
    "pg_ts_dict", "dictname", 'text search dictionary "{}" does not exist')

_READERS: dict[str, Callable[[str, "Context"], int]] = {
    "regclass": regclass_in, "regtype": regtype_in, "regproc": regproc_in, "regprocedure": regprocedure_in,
    "regoper": regoper_in, "regoperator": regoperator_in, "regnamespace": regnamespace_in, "regrole": regrole_in,
    "regcollation": regcollation_in, "regconfig": regconfig_in, "regdictionary": regdictionary_in,
}
_WRITERS: dict[str, Callable[[int, "Context"], str]] = {
    "regclass": regclass_out, "regtype": regtype_out, "regproc": regproc_out, "regprocedure": regprocedure_out,
    "regoper": regoper_out, "regoperator": regoperator_out, "regnamespace": regnamespace_out, "regrole": regrole_out,
    "regcollation": regcollation_out, "regconfig": regconfig_out, "regdictionary": regdictionary_out,
}
TYPES = tuple(_READERS)


class SessionNames:
    """executor.types.base.ObjectNames for a session: what its reg* values are called."""

    def __init__(self, context: "Context") -> None:
        self._context = context

    def oid_of(self, kind: int, name: str) -> int:
        """The OID that a name means; `kind` is the OID of the reg* type."""
        return _READERS[types_by_oid()[kind].name](name, self._context)

    def name_of(self, kind: int, oid: int) -> str | None:
        """The name to print."""
        return _WRITERS[types_by_oid()[kind].name](oid, self._context)


_ZERO_IS_DASH = {"regclass", "regtype", "regproc", "regprocedure", "regnamespace", "regrole", "regcollation",
                 "regconfig", "regdictionary"}


def read(type_name: str, text: str, context: "Context") -> int:
    """Input of a value of one of TYPES."""
    if text == "-" and type_name in _ZERO_IS_DASH:
        return 0
    if text == "0" or (text.isascii() and text.isdigit()):
        if int(text) > 0xFFFFFFFF:
            raise NumericValueOutOfRange(f'value "{text}" is out of range for type oid')
        return int(text)
    return _READERS[type_name](text, context)


def write(type_name: str, oid: int, context: "Context") -> str:
    """Output of a value of one of TYPES."""
    if oid == 0:
        return "-" if type_name in _ZERO_IS_DASH else "0"
    return _WRITERS[type_name](oid, context)

