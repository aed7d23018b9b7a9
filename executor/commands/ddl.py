"""DDL: hands a statement to executor.ddl, carries the result out, and keeps the changed catalog for the transaction."""

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from executor.bind.service import BinderService
from executor.catalog.model import FIRST_TEMPORARY_OID, OWNER_OID, Catalog
from executor.catalog.search_path import TEMPORARY, TEMPORARY_NAME, explicit_path, find_class
from executor.commands.base import CommandKind, Parameters, Result
from executor.ddl.base import DdlContext, DdlResult
from executor.ddl.handlers import HANDLERS
from executor.ddl.locks import consequences, requests
from executor.ddl.ownership import owned_by
from executor.ddl.run import run as carry_out
from executor.parse import Node, RawStatement
from executor.privileges.rules import database_of, who_is
from executor.temporary import OIDS as TEMPORARY_OIDS
from executor.temporary import pin

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
    """The locks on what a statement names, the turn to write, and the catalog as it is now."""
    temporary = is_temporary(session, raw.node)
    if temporary:
        await pin(session)
    transaction = session.block.begin_statement()
    known = await session.catalog()
    session.tables.take(requests(raw.node, context(session, known, raw.source)))
    await transaction.begin_write()
    catalog = await session.catalog()
    if session.own_catalog is None and transaction.schema_token() != catalog.version:
        catalog = await session.catalog(refresh=True)
    if session.context.sequences.dirty:  # the statement may look at the values in the file
        await session.context.sequences.save(transaction)
    ddl = context(session, catalog, raw.source)
    ddl.text = raw.text
    ddl.temporary = temporary
    if catalog is not known:
        session.tables.take(requests(raw.node, ddl))
    return ddl, catalog


def context(session: "Session", catalog: Catalog, source: str) -> DdlContext:
    """What a handler needs, over a catalog."""
    binder = _Binder(catalog, session.context, session.search_path(), source)
    explicit = [name for name in explicit_path(session.context) if name != "pg_catalog"]
    ddl = DdlContext(catalog, binder, session.context, search_path=session.search_path(),
                     creation_schema=explicit[0] if explicit else "", user=session.context.user, source=source)
    ddl.temporary_oids = TEMPORARY_OIDS
    ddl.who, ddl.database = who_is(session), database_of(session)
    ddl.session_oid = session.identity.session_oid
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


async def apply(session: "Session", ddl: DdlContext, result: DdlResult, catalog: Catalog, *, checked: bool = False) -> None:
    """Carry out a result in the session's transaction, once everything it changes is locked. checked: that the current user
    may do it."""
    if not checked and not session.identity.is_superuser:
        from executor.privileges.ddl import check_result  # for most users there is nothing to check

        check_result(session, ddl, catalog, result.catalog)
    result = with_owners(session, ddl, result, catalog)
    session.tables.take(consequences(catalog, result.catalog))
    transaction = session.block.begin_statement()
    session.own_catalog = await carry_out(result, catalog, transaction, ddl.text)
    session.context.catalog = session.own_catalog
    await session.context.sequences.replaced(transaction, result.sequences)
    session.notices.extend(ddl.notices)


def with_owners(session: "Session", ddl: DdlContext, result: DdlResult, before: Catalog) -> DdlResult:
    """The result with what is new in it owned by the current user."""
    owner = session.identity.current_oid
    if owner == OWNER_OID:
        return result
    ddl.catalog = owned_by(owner, before, result.catalog)
    return replace(result, catalog=ddl.catalog)


async def run(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """A statement that executor.ddl has a handler for."""
    if raw.node.kind == "RenameStmt" and raw.node.peek("renameType") == "OBJECT_ROLE":
        from executor.commands.roles import run_rename

        return await run_rename(session, raw)
    if raw.node.kind == "CommentStmt" and raw.node.peek("objtype") == "OBJECT_ROLE":
        from executor.commands.roles import run_comment

        return await run_comment(session, raw)
    if raw.node.kind == "AlterOwnerStmt" and raw.node.peek("objectType") == "OBJECT_DATABASE":
        from executor.commands.databases import run_alter_owner

        return await run_alter_owner(session, raw)
    if raw.node.kind in CONCURRENTLY and raw.node.peek("concurrent"):
        session.block.refuse_inside(CONCURRENTLY[raw.node.kind])
    with session.block.begin_statement().hold():  # what it was planned on stays until it is done
        ddl, catalog = await begin(session, raw)
        if not session.identity.is_superuser:
            from executor.privileges.ddl import check_statement

            check_statement(session, raw.node, ddl)
        result = HANDLERS[raw.node.kind](raw.node, ddl)
        raw.node.finish()
        if result.emptied and catalog.has_triggers:
            await _truncate(session, ddl, result, catalog)
        else:
            await apply(session, ddl, result, catalog)
        return Result(result.tag)


async def _truncate(session: "Session", ddl: DdlContext, result: DdlResult, catalog: Catalog) -> None:
    """TRUNCATE, and what triggers do about it."""
    from executor.triggers.commands import fire_truncate

    tables = [catalog.relations_by_oid[oid] for oid in result.emptied]
    session.notices.extend(ddl.notices)
    ddl.notices.clear()
    async with session.block.ensure().atomic():
        await fire_truncate(session, tables, "BEFORE")
        await apply(session, ddl, result, catalog)
        await fire_truncate(session, tables, "AFTER")


CONCURRENTLY = {"IndexStmt": "CREATE INDEX CONCURRENTLY", "DropStmt": "DROP INDEX CONCURRENTLY"}


COMMANDS = {
    **{kind: CommandKind(run, read_only_ok=False) for kind in HANDLERS},
}  # fmt: skip
