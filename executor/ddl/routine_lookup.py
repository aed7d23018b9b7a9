"""Finding the routine that a statement names by its name and, perhaps, the types of its arguments."""

from executor.catalog.model import OWNER_OID, Argument, Routine
from executor.catalog.quoting import quote_identifier
from executor.catalog.typenames import format_type
from executor.ddl.base import DdlContext
from executor.ddl.lookup import SYSTEM_SCHEMAS, schema_exists, schemas_searched
from executor.errors import SqlError
from executor.facts.lookup import functions_in
from executor.parse import Node
from executor.privileges.rules import Owned, not_owner
from executor.sqlstates import (
    AmbiguousFunction,
    DependentObjectsStillExist,
    InvalidSchemaName,
    UndefinedFunction,
    WrongObjectType,
)

WORDS = {"OBJECT_FUNCTION": "function", "OBJECT_PROCEDURE": "procedure", "OBJECT_ROUTINE": "routine",
         "OBJECT_AGGREGATE": "aggregate"}
KINDS = {"OBJECT_FUNCTION": "f", "OBJECT_PROCEDURE": "p", "OBJECT_ROUTINE": "fp", "OBJECT_AGGREGATE": "a"}
NOUNS = {"f": "function", "p": "procedure"}
MODES = {"FUNC_PARAM_DEFAULT": "i", "FUNC_PARAM_IN": "i", "FUNC_PARAM_OUT": "o", "FUNC_PARAM_INOUT": "b",
         "FUNC_PARAM_VARIADIC": "v", "FUNC_PARAM_TABLE": "t"}


def signature_text(ctx: DdlContext, name: str, types: tuple[int, ...]) -> str:
    """name(types) as messages have it."""
    return f"{name}({', '.join(format_type(oid, None, ctx.catalog, ctx.search_path) for oid in types)})"


def described(ctx: DdlContext, routine: Routine) -> str:
    """The routine as messages about dependencies call it."""
    types = ",".join(format_type(oid, None, ctx.catalog, ctx.search_path) for oid in routine.signature)
    name = quote_identifier(routine.name)
    if routine.schema not in ctx.search_path:
        name = f"{quote_identifier(routine.schema)}.{name}"
    return f"{name}({types})"


def argument_type(node: Node, ctx: DdlContext) -> int:
    """The OID of a TypeName of an argument."""
    return ctx.binder.resolve_type(node)[0]


class Wanted:
    """A routine as named. types: of its input arguments, None if they were not given; every: of all arguments."""

    def __init__(self, node: Node, ctx: DdlContext) -> None:
        self.names = node.texts("objname")
        self.types: tuple[int, ...] | None = None
        self.every: tuple[int, ...] | None = None
        listed = node.nodes("objfuncargs")
        given = node.nodes("objargs")
        if not node.take("args_unspecified", False):
            if listed:
                types = [argument_type(p.take("argType"), ctx) for p in listed]
                modes = [MODES[p.take("mode", "FUNC_PARAM_DEFAULT")] for p in listed]
                for p in listed:
                    p.take("name")
                    p.finish()
                self.types = tuple(oid for oid, mode in zip(types, modes, strict=True) if mode in "ibv")
                self.every = tuple(types)
            else:
                self.types = tuple(argument_type(p, ctx) for p in given)
                self.every = self.types
        node._left.discard("objargs")

    @property
    def name(self) -> str:
        """As it was written."""
        return ".".join(self.names)


def named(ctx: DdlContext, names: list[str]) -> list[Routine]:
    """All routines of a name, those of earlier schemas first; of one signature only the first."""
    schemas = [names[-2]] if len(names) > 1 else list(schemas_searched(ctx))
    if len(names) > 1 and not schema_exists(ctx, names[-2]):
        raise InvalidSchemaName(f'schema "{names[-2]}" does not exist')
    found: dict[tuple[int, ...], Routine] = {}
    for schema in schemas:
        for routine in ctx.catalog.routines_by_name.get((schema, names[-1]), ()):
            found.setdefault(routine.signature, routine)
    return list(found.values())


def find(ctx: DdlContext, wanted: Wanted, kind: str) -> Routine:
    """The routine meant (42883, 42725, 42809)."""
    word = WORDS[kind]
    candidates = named(ctx, wanted.names)
    if wanted.types is None:
        fitting = [r for r in candidates if r.kind in KINDS[kind]]
        if len(fitting) == 1:
            return fitting[0]
        if len(fitting) > 1:
            raise AmbiguousFunction(f'{word} name "{wanted.name}" is not unique',
                                    hint=f"Specify the argument list to select the {word} unambiguously.")
        raise _system(ctx, wanted) or UndefinedFunction(f'could not find a {word} named "{wanted.name}"')
    fitting = [r for r in candidates if r.signature == wanted.types] if kind != "OBJECT_PROCEDURE" else []
    if kind != "OBJECT_FUNCTION":
        fitting += [r for r in candidates if r not in fitting and r.kind == "p" and
                    (r.signature == wanted.types or tuple(a.type for a in r.arguments) == wanted.every)]
        if kind == "OBJECT_PROCEDURE" and not fitting:
            fitting = [r for r in candidates if r.signature == wanted.types]
    shown = signature_text(ctx, wanted.name, wanted.types)
    if not fitting:
        raise _system(ctx, wanted) or UndefinedFunction(f"{word} {shown} does not exist")
    if len(fitting) > 1:
        raise AmbiguousFunction(f'{word} name "{wanted.name}" is not unique')
    (found,) = fitting
    if found.kind not in KINDS[kind]:
        raise WrongObjectType(f"{shown} is not {'an' if word[0] in 'aeiou' else 'a'} {word}")
    return found


def _system(ctx: DdlContext, wanted: Wanted) -> SqlError | None:
    """The error for one of PostgreSQL's own functions."""
    if len(wanted.names) > 1 and wanted.names[-2] not in SYSTEM_SCHEMAS:
        return None
    overloads = functions_in("pg_catalog").get(wanted.names[-1], ())
    known = [f for f in overloads if wanted.types is None or f.arguments == wanted.types]
    if not known:
        return None
    shown = signature_text(ctx, wanted.name, known[0].arguments)
    return DependentObjectsStillExist(f"cannot drop function {shown} because it is required by the database system")


def inputs(arguments: tuple[Argument, ...]) -> tuple[int, ...]:
    """The types that make a signature."""
    return tuple(a.type for a in arguments if a.mode in "ibv")


def check_owner(ctx: DdlContext, routine: Routine) -> None:
    """What only the owner may do (42501)."""
    thing = Owned("function", NOUNS[routine.kind], routine.name, routine.owner or OWNER_OID, None, routine.schema)
    if not ctx.who.is_superuser and not ctx.who.owns(thing):
        raise not_owner(thing)
