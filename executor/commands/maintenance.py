"""VACUUM, ANALYZE, REINDEX, CHECKPOINT, LOCK and what PostgreSQL's users send that has nothing to do here."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from executor import sqlstates as states
from executor.catalog.model import Catalog, Relation
from executor.catalog.trees import descendants
from executor.commands.base import CommandKind, Parameters, Result
from executor.commands.ddl import context as ddl_context
from executor.ddl.lookup import find, get, range_name, require_schema
from executor.errors import SqlError
from executor.lock_names import table_request
from executor.lower.generator import quote
from executor.option_values import option_boolean, unrecognized
from executor.parse import Node, RawStatement, Source
from executor.privileges.rules import database_of, of_relation, refused, who_is
from executor.table_locks import shared_by_all
from executor.waiting import wait_for
from storage.errors import LockConflict
from storage.locks import Mode
from storage.statement import Statement

if TYPE_CHECKING:
    from executor.session import Session


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
    tables: list[tuple[Relation, bool]] = []  # and whether the user wrote its name
    for item in node.nodes("rels"):
        relation, columns = item.take("relation"), item.texts("va_cols")
        if columns and not analyze:
            raise states.FeatureNotSupported("ANALYZE option must be specified when a column list is provided")
        if relation is not None:
            only = not relation.peek("inh", False)
            named = find_relation(session, relation)
            _check_columns(named, columns)
            tables += [(t, t is named) for t in ([named] if only else descendants(session.context.catalog, named))]
    if is_vacuum:
        session.block.refuse_inside("VACUUM")
    command = "vacuum" if is_vacuum else "analyze"
    found = tables or [(r, False) for r in session.context.catalog.relations if r.kind in ("r", "m") and shared_by_all(r)]
    mode = Mode.ACCESS_EXCLUSIVE if "full" in on else Mode.SHARE_UPDATE_EXCLUSIVE
    locked = []
    for table, told in found:
        if not _may_maintain(session, table, command):
            continue
        skipping = await _lock(session, table, mode, command, skip_locked="skip_locked" in on)
        if skipping is None:
            locked.append(table.oid)
        elif told:
            session.notices.append(skipping)
    if "full" in on and (locked or not found):
        await session.block.commit()
        await session.database.file.maintain("VACUUM")
    if analyze:  # what is still there: outside of a block, a lock is given back before the next is waited for
        known = session.context.catalog.relations_by_oid
        await _analyze(session, [known[oid] for oid in locked if oid in known and (tables or not known[oid].made_elsewhere)])
    return Result("VACUUM" if is_vacuum else "ANALYZE")


def _may_maintain(session: "Session", table: Relation, command: str) -> bool:
    """Whether the current user may vacuum or analyze a table; a warning if not."""
    who = who_is(session)
    if who.owns(database_of(session)) or who.may(of_relation(table), "m"):
        return True
    session.notices.append(states.Warning(f'permission denied to {command} "{table.name}", skipping it', severity="WARNING"))
    return False


async def _lock(session: "Session", table: Relation, mode: Mode, command: str, *, skip_locked: bool) -> SqlError | None:
    """Lock a table; the warning if it is left out, because others hold it or have dropped it meanwhile."""
    skipping = f'skipping {command} of "{table.name}" ---'
    if not shared_by_all(table):
        return None
    while True:
        try:
            session.tables.take((table_request(table.oid, mode),))
            break
        except LockConflict as conflict:
            if skip_locked:
                return states.LockNotAvailable(f"{skipping} lock not available", severity="WARNING")
            if not session.block.in_block:
                session.block.release_locks()  # one table after the other, each in a transaction of its own
            await wait_for(session, conflict)
            await session.catalog(refresh=session.own_catalog is None)
    if table.oid not in session.context.catalog.relations_by_oid:
        return states.UndefinedTable(f"{skipping} relation no longer exists", severity="WARNING")
    return None


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
    for table in tables:
        if table.kind == "r" and table.sqlite_schema == "main":
            await transaction.run(Statement(f"ANALYZE {quote(table.sqlite_name or table.name)}", writes=True))


async def run_checkpoint(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """CHECKPOINT, beside readers and writers, in a block or not."""
    if not who_is(session).has_role("pg_checkpoint"):
        raise states.InsufficientPrivilege(
            "permission denied to execute CHECKPOINT command",
            detail='Only roles with privileges of the "pg_checkpoint" role may execute this command.')
    await session.database.file.checkpoint()
    return Result("CHECKPOINT")


async def run_lock(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """LOCK [TABLE] [ONLY] names [IN mode MODE] [NOWAIT] (25P01, 42P01, 42809, 55P03)."""
    node = raw.node
    mode, nowait, named = Mode(node.take("mode")), bool(node.take("nowait")), node.nodes("relations")
    session.block.require_block("LOCK TABLE")
    session.block.begin_statement()
    context = ddl_context(session, session.context.catalog, raw.source)
    for item in named:
        only = not item.peek("inh", False)
        name = range_name(item, context)
        if name.schema and find(context, name) is None:
            require_schema(context, name.schema)
        found = get(context, name)
        if found.kind not in ("r", "v") or found.relation is None:
            raise states.WrongObjectType(f'cannot lock relation "{found.name}"',
                                         detail=f"This operation is not supported for {PLURALS[found.kind]}.")
        _check_may_lock(session, found.relation, mode)
        for relation in _reached(context.catalog, found.relation, only=only):
            try:
                session.tables.take((table_request(relation.oid, mode),))
            except LockConflict:
                if nowait:
                    raise states.LockNotAvailable(f'could not obtain lock on relation "{relation.name}"') from None
                raise
    return Result("LOCK TABLE")


def _check_may_lock(session: "Session", relation: Relation, mode: Mode) -> None:
    """42501. UPDATE and the like permit every lock, INSERT those of writers, SELECT that of readers."""
    letters = "wdDm" + ("a" if mode <= Mode.ROW_EXCLUSIVE else "") + ("r" if mode <= Mode.ACCESS_SHARE else "")
    who, thing = who_is(session), of_relation(relation)
    if not any(who.may(thing, letter) for letter in letters):
        raise refused(thing)


PLURALS = {"m": "materialized views", "S": "sequences", "i": "indexes", "c": "composite types"}


def _reached(catalog: Catalog, relation: Relation, *, only: bool = False) -> Iterator[Relation]:
    """A table or view, and what a view reads at any depth, and the descendants of a table."""
    yield relation
    if relation.kind == "v":
        for oid in dict.fromkeys(oid for oid, _ in relation.uses):
            inner = catalog.relations_by_oid.get(oid)
            if inner is not None and inner.kind in ("r", "v"):
                yield from _reached(catalog, inner)
    elif not only:
        yield from descendants(catalog, relation)[1:]


COMMANDS = {
    "VacuumStmt": CommandKind(run_vacuum), "CheckPointStmt": CommandKind(run_checkpoint),
    "LockStmt": CommandKind(run_lock),
}  # fmt: skip
