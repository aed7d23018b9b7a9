"""ALTER, DROP and COMMENT ON FUNCTION, PROCEDURE and ROUTINE."""

from msgspec.structs import replace

from executor.catalog.model import Routine
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.dependency import Thing, callers
from executor.ddl.lookup import SYSTEM_SCHEMAS, require_schema
from executor.ddl.objects import put_routine
from executor.ddl.ownership import check_may_give
from executor.ddl.routine_lookup import WORDS, Wanted, check_owner, find, signature_text
from executor.ddl.routine_options import OPTIONS, Options
from executor.ddl.schema import role_oid
from executor.errors import not_supported
from executor.parse import Node
from executor.privileges.rules import of_schema
from executor.sqlstates import (
    DuplicateFunction,
    InvalidParameterValue,
    InvalidSchemaName,
    SuccessfulCompletion,
    UndefinedFunction,
)

ROUTINE_KINDS = ("OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE")


def tag(verb: str, kind: str) -> str:
    """The command tag: ALTER FUNCTION."""
    return f"{verb} {WORDS[kind].upper()}"


def _own(ctx: DdlContext, wanted: Wanted, kind: str, *, dropping: bool = False) -> Routine:
    """The routine, which must be one's own; to be dropped, one in a schema of one's own will do (42501)."""
    found = find(ctx, wanted, kind)
    if not (dropping and any(s.name == found.schema and ctx.who.owns(of_schema(s)) for s in ctx.catalog.schemas)):
        check_owner(ctx, found)
    return found


def alter_routine(node: Node, ctx: DdlContext) -> DdlResult:
    """ALTER FUNCTION ... IMMUTABLE, STRICT, COST, SET ..."""
    kind = node.take("objtype")
    found = _own(ctx, Wanted(node.take("func"), ctx), kind)
    options = Options()
    for action in node.nodes("actions"):
        if found.kind == "p" and action.peek("defname") not in ("security", "set"):
            from executor.sqlstates import InvalidFunctionDefinition

            raise InvalidFunctionDefinition("invalid attribute in procedure definition")
        OPTIONS[action.peek("defname")](options, action, ctx)
        for field in ("defname", "arg", "defaction"):
            action.take(field)
    if options.rows is not None and not found.returns_set:
        raise InvalidParameterValue("ROWS is not applicable when function does not return a set")
    changed = {name: value for name, value in (
        ("volatility", options.volatility), ("strict", options.strict), ("security_definer", options.security_definer),
        ("leakproof", options.leakproof), ("parallel", options.parallel), ("cost", options.cost), ("rows", options.rows),
    ) if value is not None}
    settings = {} if options.resets_all else {n: v for n, v in found.settings if n not in options.reset}
    settings |= options.settings
    ctx.catalog = put_routine(ctx.catalog, replace(found, settings=tuple(settings.items()), **changed))
    return DdlResult(ctx.catalog, tag=tag("ALTER", kind))


def rename_routine(node: Node, ctx: DdlContext, kind: str) -> DdlResult:
    """ALTER FUNCTION ... RENAME TO."""
    found, name = _own(ctx, Wanted(node.take("object"), ctx), kind), node.take("newname")
    _refuse_existing(ctx, found, found.schema, name)
    _refuse_called(ctx, found)
    ctx.catalog = put_routine(ctx.catalog, replace(found, name=name))
    return DdlResult(ctx.catalog, tag=tag("ALTER", kind))


def _refuse_called(ctx: DdlContext, routine: Routine) -> None:
    """0A000 for a function that stored texts call: they spell its name."""
    if any(True for _ in callers(ctx.catalog, routine)):
        raise not_supported(f'another name or schema for the function "{routine.name}", which stored expressions call')


def _refuse_existing(ctx: DdlContext, routine: Routine, schema: str, name: str) -> None:
    if any(r.signature == routine.signature for r in ctx.catalog.routines_by_name.get((schema, name), ())):
        shown = signature_text(ctx, name, routine.signature)
        raise DuplicateFunction(f'function {shown} already exists in schema "{schema}"')


def set_routine_schema(node: Node, ctx: DdlContext, kind: str, schema: str) -> DdlResult:
    """ALTER FUNCTION ... SET SCHEMA."""
    found = _own(ctx, Wanted(node.take("object"), ctx), kind)
    require_schema(ctx, schema)
    if schema in SYSTEM_SCHEMAS:
        raise not_supported(f'moving a function into the schema "{schema}"')
    if schema != found.schema:
        _refuse_existing(ctx, found, schema, found.name)
        _refuse_called(ctx, found)
        ctx.catalog = put_routine(ctx.catalog, replace(found, schema=schema))
    return DdlResult(ctx.catalog, tag=tag("ALTER", kind))


def set_routine_owner(node: Node, ctx: DdlContext, kind: str, owner: Node) -> DdlResult:
    """ALTER FUNCTION ... OWNER TO."""
    found = _own(ctx, Wanted(node.take("object"), ctx), kind)
    new = role_oid(owner, ctx)
    if not ctx.who.is_superuser:
        check_may_give(ctx.who, new)
    ctx.catalog = put_routine(ctx.catalog, replace(found, owner=new))
    return DdlResult(ctx.catalog, tag=tag("ALTER", kind))


def dropped(nodes: list[Node], ctx: DdlContext, kind: str, missing_ok: bool) -> list[Thing]:
    """What DROP FUNCTION names."""
    found: list[Thing] = []
    for node in nodes:
        try:
            wanted = Wanted(node, ctx)
            found.append(Thing("routine", _own(ctx, wanted, kind, dropping=True).oid))
        except (UndefinedFunction, InvalidSchemaName) as error:
            if not missing_ok:
                raise
            ctx.notice(SuccessfulCompletion, f"{_missing(error.message)}, skipping")
    return found


def _missing(message: str) -> str:
    """What the NOTICE says of a routine that is not there."""
    if message.startswith("could not find a "):
        word, _, name = message.removeprefix("could not find a ").partition(" named ")
        return f"{word} {name[1:-1]}() does not exist"
    return message
