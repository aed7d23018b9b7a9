"""VACUUM, ANALYZE, REINDEX, CHECKPOINT, LOCK and what PostgreSQL's users send that has nothing to do here."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from executor import sqlstates as states
from executor.catalog.model import Relation
from executor.commands.base import CommandKind, Result
from executor.errors import not_supported
from executor.lower.generator import quote
from executor.parse import Node, RawStatement
from storage.statement import Statement

if TYPE_CHECKING:
    from executor.session import Session


_ACCESS_SHARE = 1


def find_relation(session: "Session", node: Node) -> Relation:
    """The relation a RangeVar names (42P01)."""
    schema, name = node.take("schemaname"), node.take("relname")
    for candidate in (schema,) if schema else session.search_path():
        found = session.context.catalog.relations_by_name.get((candidate, name))
        if found is not None:
            return found
    raise states.UndefinedTable(f'relation "{f"{schema}." if schema else ""}{name}" does not exist')


async def run_vacuum(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """VACUUM and ANALYZE: SQLite's own."""
    node = raw.node
    is_vacuum = bool(node.take("is_vacuumcmd"))
    full, analyze = False, not is_vacuum
    for option in node.nodes("options"):
        name = option.take("defname").lower()
        full = full or name == "full"
        analyze = analyze or name == "analyze"
        option.take("arg")
    tables = []
    for item in node.nodes("rels"):
        relation = item.take("relation")
        if item.nodes("va_cols") and not analyze:
            raise states.FeatureNotSupported("ANALYZE option must be specified when a column list is provided")
        if relation is not None:
            tables.append(find_relation(session, relation))
    if is_vacuum and (session.block.explicit or session.block.implicit_block):
        raise states.ActiveSqlTransaction("VACUUM cannot run inside a transaction block")
    if full:
        await session.block.commit()
        await session.database.file.maintain("VACUUM")
    if analyze:
        await _analyze(session, tables)
    return Result("VACUUM" if is_vacuum else "ANALYZE")


async def _analyze(session: "Session", tables: list[Relation]) -> None:
    transaction = session.block.begin_statement()
    for table in tables or [r for r in session.context.catalog.relations if r.kind == "r" and not r.made_elsewhere]:
        if table.kind == "r" and table.sqlite_schema == "main":
            await transaction.run(Statement(f"ANALYZE {quote(table.sqlite_name or table.name)}", writes=True))


async def run_checkpoint(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """CHECKPOINT."""
    await session.block.commit()
    await session.database.file.maintain("PRAGMA wal_checkpoint(PASSIVE)")
    return Result("CHECKPOINT")


async def run_lock(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """LOCK TABLE. ACCESS SHARE on a snapshot holds nobody off: no DDL of others reaches what the snapshot has.

    Other modes, and READ COMMITTED, come with row locks.
    """
    node = raw.node
    mode, relations = node.take("mode"), node.nodes("relations")
    node.take("nowait")
    if not session.block.explicit:
        raise states.NoActiveSqlTransaction("LOCK TABLE can only be used in transaction blocks")
    for relation in relations:
        find_relation(session, relation)
    if mode != _ACCESS_SHARE or session.settings.get("transaction_isolation") == "read committed":
        raise not_supported("LOCK TABLE other than ACCESS SHARE in a REPEATABLE READ transaction")
    await session.block.begin_statement().run(Statement("SELECT 1 FROM main.sqlite_schema LIMIT 0"))
    return Result("LOCK TABLE")


async def run_unlisten(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """UNLISTEN: done at once, since nothing can be listened to yet (LISTEN is 0A000)."""
    raw.node.take("conditionname")
    return Result("UNLISTEN")


COMMANDS = {
    "UnlistenStmt": CommandKind(run_unlisten),
    "VacuumStmt": CommandKind(run_vacuum), "CheckPointStmt": CommandKind(run_checkpoint, alone="CHECKPOINT"),
    "LockStmt": CommandKind(run_lock),
}  # fmt: skip
