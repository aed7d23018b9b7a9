"""CREATE TABLE AS, SELECT INTO, CREATE MATERIALIZED VIEW and REFRESH: tables filled from a query.

A materialized view is a table of the file; its query is in the Catalog, as a view's is, and is bound anew to refresh it.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from executor import sqlstates as states
from executor.analysis import Analyzed, analyze, slot_values
from executor.bind.service import declared_type, expand_stars
from executor.catalog.model import Catalog, Relation
from executor.catalog.search_path import TEMPORARY
from executor.commands.base import CommandKind, Parameters, Result
from executor.commands.ddl import apply, begin
from executor.ddl.base import BoundView, DdlContext, DdlResult
from executor.ddl.lookup import creation_schema, exists_already, get
from executor.ddl.lookup import range_name as read_range_name
from executor.ddl.objects import put_relation
from executor.ddl.table import ON_COMMIT, refuse_access_method
from executor.errors import not_supported
from executor.lower.generator import quote
from executor.parse import Node, RawStatement, parse, statement_text, wrap
from executor.plan import Query
from executor.privileges import check_privileges
from executor.privileges.rules import of_relation, owner_of, refused, who_is
from executor.types.base import Stored
from storage.statement import Statement

if TYPE_CHECKING:
    from executor.session import Session

TABLE, VIEW = "CREATE TABLE AS", "CREATE MATERIALIZED VIEW"


async def run_create_as(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """CREATE TABLE name AS query, CREATE MATERIALIZED VIEW name AS query [WITH NO DATA]."""
    node = raw.node
    construct = {"OBJECT_TABLE": TABLE, "OBJECT_MATVIEW": VIEW}[node.take("objtype", "OBJECT_TABLE")]
    node.take("is_select_into")
    into = node.take("into")
    if_not_exists = bool(node.take("if_not_exists"))
    inner = RawStatement(node.take("query"), raw.source, raw.text, raw.offset)
    if inner.node.kind != "SelectStmt":
        raise not_supported(f"{construct} {inner.node.kind.removesuffix('Stmt').upper()}")
    return await _create_as(session, raw, into, inner, if_not_exists, construct, parameters)


async def run_select_into(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """SELECT ... INTO name."""
    into = raw.node.take("intoClause")
    inner = RawStatement(_without_into(raw.node), raw.source, raw.text, raw.offset)
    return await _create_as(session, raw, into, inner, False, "SELECT INTO", parameters)


def _without_into(node: Node) -> Node:
    return Node("SelectStmt", {k: v for k, v in node.tree["SelectStmt"].items() if k != "intoClause"})


async def _create_as(session: "Session", raw: RawStatement, into: Any, inner: RawStatement, if_not_exists: bool,
                     construct: str, parameters: Parameters) -> Result:
    from executor.ddl.table import table_for_columns

    ddl, catalog = await begin(session, raw)
    relation_node, skip = into.take("rel"), bool(into.take("skipData"))
    names = into.texts("colNames")
    on_commit = ON_COMMIT.get(into.take("onCommit", "ONCOMMIT_NOOP"), "")
    if into.nodes("options") or into.take("tableSpaceName"):
        raise not_supported(f"storage options in {construct}")
    refuse_access_method(into.take("accessMethod", ""))
    into.finish()
    range_name = read_range_name(relation_node, ddl)
    if construct == VIEW and range_name.persistence != "p":
        raise states.FeatureNotSupported("materialized views cannot be unlogged" if range_name.persistence == "u"
                                         else "materialized views must not be temporary")
    existing = (creation_schema(ddl, range_name), range_name.name)
    if on_commit and existing[0] != TEMPORARY:
        raise states.InvalidTableDefinition("ON COMMIT can only be used on temporary tables")
    tag = VIEW if construct == VIEW else TABLE
    if exists_already(ddl, *existing, if_not_exists):
        session.notices.extend(ddl.notices)
        return Result(tag)
    view = _bound_view(ddl, wrap(deepcopy(inner.node.tree)), catalog) if construct == VIEW else None
    analyzed = analyze(inner, catalog, session.context, session.search_path(), parameters.oids, runs=not skip)
    parameters.require(analyzed.parameters)
    if not session.identity.is_superuser:
        check_privileges(session, analyzed)
    session.tables.take(analyzed.tables)
    if analyzed.parameters and view is not None:
        raise states.FeatureNotSupported("materialized views may not be defined using bound parameters")
    columns = _columns(analyzed, names, construct)
    made, steps = table_for_columns(ddl, range_name, columns, kind="m" if view is not None else "r")
    made = replace(made, on_commit=on_commit)
    if view is not None:
        made = replace(made, definition=view.sql_pg, uses=tuple(view.uses), populated=not skip)
    ddl.catalog = put_relation(ddl.catalog, made)
    if view is None and not skip and session.block.ensure().logs:
        ddl.text = _without_data(raw.node, inner.node)
    await apply(session, ddl, DdlResult(ddl.catalog, steps, construct), catalog)
    if skip:
        return Result(tag)
    assert session.own_catalog is not None
    changes = await _fill(session, session.own_catalog.relations_by_name[existing], analyzed, parameters)
    return Result(f"SELECT {changes}")


def _without_data(node: Node, query: Node) -> str:
    """The statement for those who follow the log: they get the rows as such."""
    fields = node.tree[node.kind]
    into = fields.get("into") or fields["intoClause"]
    tree = {"query": _without_into(query).tree if query.kind == "SelectStmt" else query.tree,
            "into": {**into, "skipData": True}, "objtype": "OBJECT_TABLE"}
    return statement_text(Node("CreateTableAsStmt", expand_stars(tree)))


def _bound_view(ddl: DdlContext, query: Node, catalog: Catalog) -> BoundView:
    """A materialized view's query, to be kept."""
    clause = query.peek("withClause")
    if clause is not None and any(cte.peek("ctequery").kind != "SelectStmt" for cte in clause.peek("ctes")):
        raise states.FeatureNotSupported("materialized views must not use data-modifying statements in WITH")
    bound = ddl.binder.bind_view(query)
    used = {oid for oid, _ in bound.uses}
    if any(relation.oid in used and relation.schema == TEMPORARY for relation in catalog.relations):
        raise states.FeatureNotSupported("materialized views must not use temporary tables or views")
    return bound


def _columns(analyzed: Analyzed, names: list[str], construct: str) -> tuple[tuple[str, int, int], ...]:
    """(name, type, typmod) of the new table's columns (42601 for too many names)."""
    assert analyzed.columns is not None and isinstance(analyzed.plan, Query)
    if analyzed.lowered.steps:
        raise not_supported(f"{'a data-modifying WITH' if analyzed.writes else 'locking rows'} in {construct}")
    if len(names) > len(analyzed.columns):
        raise states.SyntaxError("too many column names were specified")
    exprs = [t.expr for t in analyzed.plan.targets if not t.hidden]
    return tuple((names[i] if i < len(names) else c.name, *declared_type(e))
                 for i, (c, e) in enumerate(zip(analyzed.columns, exprs, strict=True)))


async def _fill(session: "Session", relation: Relation, analyzed: Analyzed, parameters: Sequence[Stored] = ()) -> int:
    """Insert the query's rows; how many they are."""
    statement = analyzed.lowered.statement
    transaction = session.block.begin_statement()
    if analyzed.lowered.system:
        from executor.systemtables import system_tables

        statement = system_tables(session, analyzed)
    values = slot_values(analyzed.lowered.slots, parameters, (), session.context.env)
    insert = f"INSERT INTO {_sqlite_name(relation)} SELECT * FROM ({statement.sql})"
    temporary = statement.temp_schema or relation.sqlite_schema == "temp"
    rows = await transaction.run(Statement(insert, statement.needs, writes=True, temp_schema=temporary), values)
    return int(rows.changes)


def _sqlite_name(relation: Relation) -> str:
    return f"{relation.sqlite_schema}.{quote(relation.sqlite_name)}"


# ---------------------------------------------------------------- REFRESH MATERIALIZED VIEW


async def run_refresh(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """REFRESH MATERIALIZED VIEW [CONCURRENTLY] name [WITH NO DATA]."""
    node = raw.node
    ddl, catalog = await begin(session, raw)
    concurrently, skip = bool(node.take("concurrent")), bool(node.take("skipData"))
    name = read_range_name(node.take("relation"), ddl)
    node.finish()
    if concurrently and skip:
        raise states.SyntaxError("CONCURRENTLY and WITH NO DATA options cannot be used together")
    found = get(ddl, name)
    if found.kind != "m" or found.index is not None:
        raise states.FeatureNotSupported(f'"{found.name}" is not a materialized view')
    view = found.table
    if not who_is(session).may(of_relation(view), "m"):
        raise refused(of_relation(view))
    _check_refreshable(view, concurrently)
    analyzed = None
    if not skip:
        (query,) = parse(view.definition)
        path = (view.schema, "public", "pg_catalog")
        analyzed = analyze(query, catalog, session.context, path)
        check_privileges(session, analyzed, owner_of(view))
        session.tables.take(analyzed.tables)
    if view.populated is skip:
        changed = put_relation(ddl.catalog, replace(view, populated=not skip))
        await apply(session, ddl, DdlResult(changed, (), "REFRESH MATERIALIZED VIEW"), catalog)
    transaction = session.block.begin_statement()
    async with transaction.atomic():
        await (await transaction.run(Statement(f"DELETE FROM {_sqlite_name(view)}", writes=True))).close()
        if analyzed is not None:
            await _fill(session, view, analyzed)
    return Result("REFRESH MATERIALIZED VIEW")


def _check_refreshable(view: Relation, concurrently: bool) -> None:
    if not concurrently:
        return
    if not view.populated:
        raise states.FeatureNotSupported("CONCURRENTLY cannot be used when the materialized view is not populated")
    if not any(i.unique and not i.predicate and all(c.column for c in i.columns) for i in view.indexes):
        raise states.ObjectNotInPrerequisiteState(
            f'cannot refresh materialized view "{view.schema}.{view.name}" concurrently',
            hint="Create a unique index with no WHERE clause on one or more columns of the materialized view.")


COMMANDS = {
    "CreateTableAsStmt": CommandKind(run_create_as, read_only_ok=False, query=lambda node: node.peek("query")),
    "SelectStmt": CommandKind(run_select_into, read_only_ok=False, query=_without_into),
    "RefreshMatViewStmt": CommandKind(run_refresh, read_only_ok=False),
}  # fmt: skip
