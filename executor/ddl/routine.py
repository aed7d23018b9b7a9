"""CREATE FUNCTION and CREATE PROCEDURE."""

from typing import Any

from msgspec.structs import replace

from executor.catalog.model import Argument, Column, Routine
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.lookup import creation_schema as schema_for
from executor.ddl.lookup import dotted_name, require_schema
from executor.ddl.objects import put_routine
from executor.ddl.routine_lookup import MODES, NOUNS, check_owner, described
from executor.ddl.routine_options import OPTIONS, Options
from executor.errors import SqlError, not_supported
from executor.parse import Node, expression_text, statement_text
from executor.sqlstates import (
    DuplicateFunction,
    InvalidFunctionDefinition,
    InvalidParameterValue,
    SuccessfulCompletion,
    UndefinedColumn,
    UndefinedObject,
    WrongObjectType,
)
from executor.types import oids as T

LANGUAGES = ("sql", "plpgsql", "internal", "c")


def create_routine(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE [OR REPLACE] FUNCTION | PROCEDURE."""
    kind = "p" if node.take("is_procedure", False) else "f"
    may_replace = node.take("replace", False)
    parts = node.texts("funcname")
    name = dotted_name(parts, ctx)
    schema = schema_for(ctx, name)
    if schema == "pg_temp":
        raise not_supported("functions in the schema pg_temp")
    require_schema(ctx, schema)
    options = Options()
    for option in node.nodes("options"):
        OPTIONS[option.peek("defname")](options, option, ctx)
        _finish_option(option)
    arguments = tuple(_arguments(node.nodes("parameters"), ctx, kind))
    result, returns_set = _result(node.take("returnType"), arguments, ctx, kind)
    body = node.take("sql_body")
    language = options.language or ("sql" if body is not None else "")
    _check_language(options, language, body)
    made = Routine(
        oid=0, schema=schema, name=name.name, kind=kind, language=language, arguments=arguments, result=result,
        returns_set=returns_set, volatility=options.volatility or "v", strict=bool(options.strict),
        security_definer=bool(options.security_definer), leakproof=bool(options.leakproof), parallel=options.parallel or "u",
        cost=options.cost or 0.0, rows=options.rows or 0.0, body=options.body or "", settings=tuple(options.settings.items()),
        path=ctx.search_path, owner=ctx.who.oid)
    if options.rows is not None and not returns_set:
        raise InvalidParameterValue("ROWS is not applicable when function does not return a set")
    if body is not None:
        made = _with_body(made, body)
    old = next((r for r in ctx.catalog.routines_by_name.get((schema, name.name), ()) if r.signature == made.signature), None)
    if old is not None:
        if not may_replace:
            raise DuplicateFunction(f'function "{name.name}" already exists with same argument types')
        check_owner(ctx, old)
        _check_replaceable(ctx, old, made)
        made = replace(made, owner=old.owner)
    made = replace(made, oid=ctx.new_oid() if old is None else old.oid)
    made = validated(ctx, made, options)
    ctx.catalog = put_routine(ctx.catalog, made)
    return DdlResult(ctx.catalog, tag="CREATE FUNCTION" if kind == "f" else "CREATE PROCEDURE")


def _finish_option(option: Node) -> None:
    for field in ("defname", "arg", "defaction", "defnamespace"):
        option.take(field)


def _check_language(options: Options, language: str, body: Node | None) -> None:
    if not language:
        raise InvalidFunctionDefinition("no language specified")
    if language not in LANGUAGES:
        raise UndefinedObject(f'language "{language}" does not exist')
    if language not in ("sql", "plpgsql"):
        raise not_supported(f"functions in language {language}")
    if body is not None and language != "sql":
        raise InvalidFunctionDefinition("inline SQL function body only valid for language SQL")
    if body is not None and options.body is not None:
        raise InvalidFunctionDefinition("duplicate function body specified")
    if body is None and options.body is None:
        raise InvalidFunctionDefinition("no function body specified")


def _with_body(made: Routine, body: Node) -> Routine:
    """A body in SQL-standard syntax as PostgreSQL's text."""
    if body.kind == "ReturnStmt":
        value = body.take("returnval")
        return replace(made, atomic="return", statements=(f"SELECT {expression_text(value)}",))
    texts: list[str] = []
    for part in body.nodes("items"):
        for statement in part.nodes("items"):
            if statement.kind == "ReturnStmt":
                texts.append(f"SELECT {expression_text(statement.take('returnval'))}")
            else:
                texts.append(statement_text(statement))
    return replace(made, atomic="begin", statements=tuple(texts))


# ---------------------------------------------------------------- arguments and result


def _arguments(nodes: list[Node], ctx: DdlContext, kind: str) -> Any:
    variadic = defaulted = False
    names: set[str] = set()
    for i, node in enumerate(nodes, 1):
        mode = MODES[node.take("mode", "FUNC_PARAM_DEFAULT")]
        name, default = node.take("name", ""), node.take("defexpr")
        position = ctx.position(node)
        type_node = node.take("argType")
        if type_node.take("setof", False):
            what = "procedures" if kind == "p" else "functions"
            raise InvalidFunctionDefinition(f"{what} cannot accept set arguments", position=position)
        oid = resolved(type_node, ctx)
        node.finish()
        if oid == T.VOID or (oid == T.TRIGGER):
            raise InvalidFunctionDefinition(f"SQL functions cannot accept type {'void' if oid == T.VOID else 'trigger'}")
        if mode in "ibv":
            if variadic:
                raise InvalidFunctionDefinition("VARIADIC parameter must be the last input parameter", position=position)
            if defaulted and default is None:
                raise InvalidFunctionDefinition("input parameters after one with a default value must also have defaults",
                                                position=position)
        elif mode == "o" and kind == "p" and defaulted:
            raise InvalidFunctionDefinition("procedure OUT parameters cannot appear after one with a default value",
                                            position=position)
        if mode == "v":
            variadic = True
            found = ctx.kind_of(oid)
            if oid not in (T.ANYARRAY, T.ANYCOMPATIBLEARRAY, T.ANY) and (found is None or not found.is_array):
                raise InvalidFunctionDefinition("VARIADIC parameter must be an array", position=position)
        if name:
            if name in names:
                raise InvalidFunctionDefinition(f'parameter name "{name}" used more than once', position=position)
            names.add(name)
        text = None
        if default is not None:
            if mode not in "ibv":
                raise InvalidFunctionDefinition("only input parameters can have default values", position=position)
            text = _default(default, oid, i, ctx)
            defaulted = True
        yield Argument(type=oid, name=name, mode=mode, default=text)


def _default(node: Node, oid: int, number: int, ctx: DdlContext) -> str:
    try:
        return ctx.binder.bind_default(node, Column(name=f"${number}", number=number, type=oid)).sql_pg
    except SqlError as error:
        if "cannot use column reference" in error.message:
            from executor.sqlstates import InvalidColumnReference

            raise InvalidColumnReference("cannot use table references in parameter default value") from None
        raise


def resolved(node: Node, ctx: DdlContext) -> int:
    """The OID of a type of an argument or a result; table.column%TYPE with its NOTICE."""
    if not node.take("pct_type", False):
        bare = Node("TypeName", {name: value for name, value in node.tree[node.kind].items() if name != "setof"})
        node._left.clear()
        return ctx.binder.resolve_type(bare)[0]
    names = node.texts("names")
    from executor.ddl.lookup import get

    relation = get(ctx, dotted_name(names[:-1], ctx)).table
    column = relation.by_name.get(names[-1])
    if column is None:
        raise UndefinedColumn(f'column "{names[-1]}" of relation "{names[-2]}" does not exist')
    from executor.catalog.typenames import format_type

    ctx.notice(SuccessfulCompletion,
               f"type reference {'.'.join(names)}%TYPE converted to {format_type(column.type, None, ctx.catalog)}")
    node.nodes("arrayBounds")
    return column.type


def _result(node: Node | None, arguments: tuple[Argument, ...], ctx: DdlContext, kind: str) -> tuple[int, bool]:
    """(result type, whether a set)."""
    outputs = [a for a in arguments if a.mode in "obt"]
    implied = 0 if not outputs else T.RECORD if len(outputs) > 1 or kind == "p" else outputs[0].type
    if kind == "p":
        return implied or T.VOID, False
    if node is None:
        if not implied:
            raise InvalidFunctionDefinition("function result type must be specified")
        return implied, False
    returns_set = bool(node.take("setof", False))
    try:
        result = resolved(node, ctx)
    except UndefinedObject as error:
        error.position = None
        raise
    if implied and result != implied:
        raise InvalidFunctionDefinition(
            f"function result type must be {ctx.binder.type_name(implied, -1)} because of OUT parameters")
    polymorphic = {T.ANYELEMENT, T.ANYARRAY, T.ANYNONARRAY, T.ANYENUM, T.ANYRANGE, T.ANYMULTIRANGE}
    if result in polymorphic and not any(a.type in polymorphic for a in arguments if a.mode in "ibv"):
        raise InvalidFunctionDefinition("cannot determine result data type", detail=(
            f"A result of type {ctx.binder.type_name(result, -1)} requires at least one input of type anyelement, anyarray, "
            "anynonarray, anyenum, anyrange, or anymultirange."))
    return result, returns_set


# ---------------------------------------------------------------- replacing


def _check_replaceable(ctx: DdlContext, old: Routine, new: Routine) -> None:
    if old.kind != new.kind:
        article = {"f": "a function", "p": "a procedure"}[old.kind]
        raise WrongObjectType("cannot change routine kind", detail=f'"{old.name}" is {article}.')
    hint = f"Use DROP {NOUNS[old.kind].upper()} {described(ctx, old)} first."
    if (old.result, old.returns_set) != (new.result, new.returns_set):
        message = ("cannot change whether a procedure has output parameters" if old.kind == "p" else
                   "cannot change return type of existing function")
        raise InvalidFunctionDefinition(message, hint=hint)
    if old.result == T.RECORD and [(a.name, a.type) for a in old.outputs] != [(a.name, a.type) for a in new.outputs]:
        raise InvalidFunctionDefinition("cannot change return type of existing function",
                                        detail="Row type defined by OUT parameters is different.", hint=hint)
    for before, after in zip(old.inputs, new.inputs, strict=True):
        if before.name and before.name != after.name:
            raise InvalidFunctionDefinition(f'cannot change name of input parameter "{before.name}"', hint=hint)
    if sum(a.default is not None for a in old.inputs) > sum(a.default is not None for a in new.inputs):
        raise InvalidFunctionDefinition("cannot remove parameter defaults from existing function", hint=hint)


def validated(ctx: DdlContext, made: Routine, options: Options) -> Routine:
    """Look at the body, unless check_function_bodies is off; what it reads, for dependencies."""
    from executor.routines.validation import validate

    settings = ctx.context.settings
    checks = settings is None or settings.get("check_function_bodies") != "off"
    return validate(ctx.catalog, ctx.context, ctx.search_path, made, ctx.source.encoded.decode(), checks=checks)

