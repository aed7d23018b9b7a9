"""VACUUM, ANALYZE, REINDEX, CHECKPOINT, LOCK and what PostgreSQL's users send that has nothing to do here."""

from typing import TYPE_CHECKING

from executor import sqlstates as states
from executor.catalog.model import Relation
from executor.commands.base import CommandKind, Parameters, Result
from executor.errors import not_supported
from executor.lower.generator import quote
from executor.option_values import option_boolean, unrecognized
from executor.parse import Node, RawStatement, Source
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


async def run_vacuum(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """VACUUM and ANALYZE: SQLite's own."""
    node = raw.node
    is_vacuum = bool(node.take("is_vacuumcmd"))
    on = _options(raw, "VACUUM" if is_vacuum else "ANALYZE")
    analyze = not is_vacuum or "analyze" in on
    tables = []
    for item in node.nodes("rels"):
        relation, columns = item.take("relation"), item.texts("va_cols")
        if columns and not analyze:
            raise states.FeatureNotSupported("ANALYZE option must be specified when a column list is provided")
        if relation is not None:
            tables.append(find_relation(session, relation))
            _check_columns(tables[-1], columns)
    if is_vacuum:
        session.block.refuse_inside("VACUUM")
    if "full" in on:
        await session.block.commit()
        await session.database.file.maintain("VACUUM")
    if analyze:
        await _analyze(session, tables)
    return Result("VACUUM" if is_vacuum else "ANALYZE")


OPTIONS = {
    "ANALYZE": frozenset(("verbose", "skip_locked", "buffer_usage_limit")),
    "VACUUM": frozenset((
        "verbose", "skip_locked", "buffer_usage_limit", "analyze", "freeze", "full", "disable_page_skipping", "index_cleanup",
        "process_main", "process_toast", "truncate", "parallel", "skip_database_stats", "only_database_stats",
    )),
}  # fmt: skip
"""By command. Most are about what SQLite does not have."""
NOT_BOOLEAN = frozenset(("buffer_usage_limit", "index_cleanup", "parallel"))


def _options(raw: RawStatement, command: str) -> set[str]:
    """The Boolean options that are on (42601)."""
    on = set()
    for option in raw.node.nodes("options"):
        name, argument = option.take("defname"), option.take("arg")
        if name not in OPTIONS[command]:
            raise unrecognized(command, name, Source(raw.source).position(option.location))
        if name not in NOT_BOOLEAN and option_boolean(name, argument):
            on.add(name)
    return on


def _check_columns(relation: Relation, columns: list[str]) -> None:
    """42703, 42701."""
    for i, name in enumerate(columns):
        if name not in relation.by_name:
            raise states.UndefinedColumn(f'column "{name}" of relation "{relation.name}" does not exist')
        if name in columns[:i]:
            raise states.DuplicateColumn(f'column "{name}" of relation "{relation.name}" appears more than once')


async def _analyze(session: "Session", tables: list[Relation]) -> None:
    transaction = session.block.begin_statement()
    for table in tables or [r for r in session.context.catalog.relations if r.kind == "r" and not r.made_elsewhere]:
        if table.kind == "r" and table.sqlite_schema == "main":
            await transaction.run(Statement(f"ANALYZE {quote(table.sqlite_name or table.name)}", writes=True))


async def run_checkpoint(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """CHECKPOINT."""
    if session.block.explicit or session.block.implicit_block:
        raise not_supported("CHECKPOINT in a transaction block")
    await session.block.commit()
    await session.database.file.maintain("PRAGMA wal_checkpoint(PASSIVE)")
    return Result("CHECKPOINT")


async def run_lock(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
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


async def run_unlisten(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """UNLISTEN: done at once, since nothing can be listened to yet (LISTEN is 0A000)."""
    raw.node.take("conditionname")
    return Result("UNLISTEN")


COMMANDS = {
    "UnlistenStmt": CommandKind(run_unlisten),
    "VacuumStmt": CommandKind(run_vacuum), "CheckPointStmt": CommandKind(run_checkpoint),
    "LockStmt": CommandKind(run_lock),
}  # fmt: skip
