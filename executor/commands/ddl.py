"""DDL: hands a statement to executor.ddl, carries the result out, and keeps the changed catalog for the transaction."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from executor import sqlstates as states
from executor.analysis import analyze, slot_values
from executor.bind.service import BinderService, declared_type
from executor.catalog.model import FIRST_TEMPORARY_OID, Catalog
from executor.catalog.search_path import TEMPORARY, TEMPORARY_NAME, explicit_path, find_class
from executor.commands.base import CommandKind, Result
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.handlers import HANDLERS
from executor.ddl.lookup import creation_schema, exists_already
from executor.ddl.lookup import range_name as read_range_name
from executor.ddl.objects import put_relation
from executor.ddl.run import run as carry_out
from executor.ddl.table import ON_COMMIT
from executor.errors import not_supported
from executor.lower.generator import quote
from executor.parse import Node, RawStatement
from executor.plan import Query
from executor.temporary import OIDS as TEMPORARY_OIDS
from executor.temporary import pin
from storage.statement import Statement

if TYPE_CHECKING:
    from executor.session import Session


class _Binder(BinderService):
    """A binder that follows the DDL context's catalog."""

    ddl: DdlContext | None = None

    def _statement(self, positions: bool = True) -> Any:
        if self.ddl is not None:
            self.catalog = self.ddl.catalog
        return super()._statement(positions)


async def begin(session: "Session", raw: RawStatement) -> tuple[DdlContext, Catalog]:
    """Lock for writing, and the catalog as it is now."""
    session.block.refuse_read_only(_name(raw))
    temporary = is_temporary(session, raw.node)
    if temporary:
        await pin(session)
    transaction = session.block.begin_statement()
    await transaction.begin_write()
    catalog = await session.catalog()
    if session.own_catalog is None and transaction.schema_token() != catalog.version:
        catalog = await session.catalog(refresh=True)
    ddl = context(session, catalog, raw.source)
    ddl.temporary = temporary
    return ddl, catalog


def context(session: "Session", catalog: Catalog, source: str) -> DdlContext:
    """What a handler needs, over a catalog."""
    binder = _Binder(catalog, session.context, session.search_path(), source)
    explicit = [name for name in explicit_path(session.context) if name != "pg_catalog"]
    ddl = DdlContext(catalog, binder, session.context, search_path=session.search_path(),
                     creation_schema=explicit[0] if explicit else "", user=session.user, source=source)
    ddl.temporary_oids = TEMPORARY_OIDS
    binder.ddl = ddl
    return ddl


CREATED = {"CreateStmt": "relation", "CreateSeqStmt": "sequence", "ViewStmt": "view"}
ALTERED = {"IndexStmt": "relation", "AlterTableStmt": "relation"}
INTO = {"CreateTableAsStmt": "into", "SelectStmt": "intoClause"}


def is_temporary(session: "Session", node: Node) -> bool:
    """True if a statement makes a temporary object, or parts of one that exists."""
    if node.kind in INTO:
        name = node.peek(INTO[node.kind]).peek("rel")
    elif node.kind in CREATED:
        name = node.peek(CREATED[node.kind])
    elif node.kind in ALTERED:
        name = node.peek(ALTERED[node.kind])
        if not name.peek("schemaname"):
            found = find_class(session.context.catalog, session.search_path(), name.peek("relname"))
            return found is not None and found >= FIRST_TEMPORARY_OID
    else:
        return False
    return name.peek("relpersistence") == "t" or name.peek("schemaname") in (TEMPORARY, TEMPORARY_NAME)


def _name(raw: RawStatement) -> str:
    """The command's name in messages: "DROP TABLE"."""
    from executor.commands.registry import NAMES

    if raw.node.kind == "DropStmt":
        kind: str = raw.node.peek("removeType")
        return f"DROP {kind.removeprefix('OBJECT_')}"
    return str(NAMES.get(raw.node.kind, raw.node.kind))


async def apply(session: "Session", ddl: DdlContext, result: DdlResult, catalog: Catalog) -> None:
    """Carry out a result in the session's transaction."""
    transaction = session.block.begin_statement()
    session.own_catalog = await carry_out(result, catalog, transaction)
    session.context.catalog = session.own_catalog
    await session.context.sequences.replaced(transaction, result.sequences)
    session.notices.extend(ddl.notices)


async def run(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """A statement that executor.ddl has a handler for."""
    ddl, catalog = await begin(session, raw)
    result = HANDLERS[raw.node.kind](raw.node, ddl)
    raw.node.finish()
    await apply(session, ddl, result, catalog)
    return Result(result.tag)


# ---------------------------------------------------------------- CREATE TABLE AS, SELECT INTO


async def run_create_as(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """CREATE TABLE name AS query [WITH NO DATA]."""
    node = raw.node
    if node.take("objtype", "OBJECT_TABLE") != "OBJECT_TABLE":
        raise not_supported("CREATE MATERIALIZED VIEW")
    node.take("is_select_into")
    into = node.take("into")
    if_not_exists = bool(node.take("if_not_exists"))
    inner = RawStatement(node.take("query"), raw.source, raw.text, raw.offset)
    if inner.node.kind != "SelectStmt":
        raise not_supported(f"CREATE TABLE AS {inner.node.kind.removesuffix('Stmt').upper()}")
    return await _create_as(session, raw, into, inner, if_not_exists, "CREATE TABLE AS")


async def run_select_into(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """SELECT ... INTO name."""
    into = raw.node.take("intoClause")
    fields = {k: v for k, v in raw.node.tree["SelectStmt"].items() if k != "intoClause"}
    from executor.parse import wrap

    inner = RawStatement(wrap({"SelectStmt": fields}), raw.source, raw.text, raw.offset)
    raw.node._left.clear()
    return await _create_as(session, raw, into, inner, False, "SELECT INTO")


async def _create_as(session: "Session", raw: RawStatement, into: Any, inner: RawStatement, if_not_exists: bool,
                     construct: str) -> Result:
    from executor.ddl.table import table_for_columns

    ddl, catalog = await begin(session, raw)
    relation_node, skip = into.take("rel"), bool(into.take("skipData"))
    names = into.texts("colNames")
    on_commit = ON_COMMIT.get(into.take("onCommit", "ONCOMMIT_NOOP"), "")
    if into.nodes("options") or into.take("tableSpaceName"):
        raise not_supported(f"storage options in {construct}")
    range_name = read_range_name(relation_node, ddl)
    existing = (creation_schema(ddl, range_name), range_name.name)
    if on_commit and existing[0] != TEMPORARY:
        raise states.InvalidTableDefinition("ON COMMIT can only be used on temporary tables")
    if exists_already(ddl, *existing, if_not_exists):
        session.notices.extend(ddl.notices)
        return Result("CREATE TABLE AS")
    analyzed = analyze(inner, catalog, session.context, session.search_path())
    assert analyzed.columns is not None
    if analyzed.lowered.steps:
        raise not_supported(f"a data-modifying WITH in {construct}")
    if len(names) > len(analyzed.columns):
        raise states.SyntaxError("too many column names were specified")
    assert isinstance(analyzed.plan, Query)
    exprs = [t.expr for t in analyzed.plan.targets if not t.hidden]
    columns = tuple((names[i] if i < len(names) else c.name, *declared_type(e))
                    for i, (c, e) in enumerate(zip(analyzed.columns, exprs, strict=True)))
    made, steps = table_for_columns(ddl, range_name, columns)
    ddl.catalog = put_relation(ddl.catalog, replace(made, on_commit=on_commit))
    await apply(session, ddl, DdlResult(ddl.catalog, steps, construct), catalog)
    if skip:
        return Result("CREATE TABLE AS")
    assert session.own_catalog is not None
    relation = session.own_catalog.relations_by_name[existing]
    statement = analyzed.lowered.statement
    transaction = session.block.begin_statement()
    if analyzed.lowered.system:
        from executor.systemtables import system_tables

        statement = system_tables(session, analyzed)
    values = slot_values(analyzed.lowered.slots, (), (), session.context.env)
    insert = f"INSERT INTO {relation.sqlite_schema}.{quote(relation.sqlite_name)} SELECT * FROM ({statement.sql})"
    temporary = statement.temp_schema or relation.sqlite_schema == "temp"
    rows = await transaction.run(Statement(insert, statement.needs, writes=True, temp_schema=temporary), values)
    return Result(f"SELECT {rows.changes}")


COMMANDS = {
    **{kind: CommandKind(run, read_only_ok=False) for kind in HANDLERS},
    "CreateTableAsStmt": CommandKind(run_create_as, read_only_ok=False),
    "SelectStmt": CommandKind(run_select_into, read_only_ok=False),
}  # fmt: skip
