"""TRUNCATE."""

from msgspec.structs import replace

from executor.catalog.model import Relation
from executor.catalog.trees import descendants
from executor.ddl.base import DdlContext, DdlResult, Step
from executor.ddl.lookup import get, range_name, refuse_system
from executor.ddl.objects import referencing
from executor.ddl.schema_edit import redefine
from executor.ddl.sequence import value_table
from executor.ddl.sqlite_table import qualified
from executor.parse import Node
from executor.sqlstates import FeatureNotSupported, SuccessfulCompletion, WrongObjectType
from storage.logged import CASCADE, RESTART_IDENTITY


def truncate(node: Node, ctx: DdlContext) -> DdlResult:
    """TRUNCATE tables [RESTART IDENTITY] [CASCADE]."""
    restart, cascade = node.take("restart_seqs", False), node.take("behavior") == "DROP_CASCADE"
    tables: dict[int, Relation] = {}
    for item in node.nodes("relations"):
        found = get(ctx, range_name(item, ctx))
        if found.kind != "r" or found.index is not None:
            raise WrongObjectType(f'"{found.name}" is not a table')
        refuse_system(found)
        below = descendants(ctx.catalog, found.table) if item.peek("inh", False) else [found.table]
        if found.table.partition_key is not None and len(below) == 1 and found.oid in ctx.catalog.children:
            raise WrongObjectType("cannot truncate only a partitioned table",
                                  hint="Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.")
        tables.update((table.oid, table) for table in below)
    _add_referencing(ctx, tables, cascade)
    steps = _deletions(ctx, tables)
    if restart:
        for sequence in ctx.catalog.sequences:
            if sequence.owned_by and sequence.owned_by[0] in tables:
                steps.append(
                    Step(
                        f"UPDATE {value_table(sequence)} SET last_value = ?1, is_called = 0 WHERE oid = ?2",
                        (sequence.start, sequence.oid),
                        sequence=sequence.oid,
                    )
                )
    return DdlResult(ctx.catalog, tuple(steps), "TRUNCATE TABLE", tuple(tables),
                     CASCADE * bool(cascade) + RESTART_IDENTITY * bool(restart))


def _add_referencing(ctx: DdlContext, tables: dict[int, Relation], cascade: bool) -> None:
    """Tables with foreign keys to those that are emptied: taken along under CASCADE, else 0A000 as in PostgreSQL."""
    waiting = list(tables.values())
    while waiting:
        table = waiting.pop(0)
        for other, _ in referencing(ctx.catalog, table.oid):
            if other.oid in tables:
                continue
            if not cascade:
                raise FeatureNotSupported(
                    "cannot truncate a table referenced in a foreign key constraint",
                    detail=f'Table "{other.name}" references "{table.name}".',
                    hint=f'Truncate table "{other.name}" at the same time, or use TRUNCATE ... CASCADE.',
                )
            ctx.notice(SuccessfulCompletion, f'truncate cascades to table "{other.name}"')
            tables[other.oid] = other
            waiting.append(other)


def _deletions(ctx: DdlContext, tables: dict[int, Relation]) -> list[Step]:
    """DELETE for each table.

    No foreign key among them may act or object meanwhile, so they leave the texts for that time.
    """
    before: list[Step] = []
    after: list[Step] = []
    for table in tables.values():
        if any(c.kind == "f" and c.referenced in tables for c in table.constraints) and not _made_elsewhere(table):
            bare = replace(table, constraints=tuple(c for c in table.constraints if c.kind != "f"))
            before += redefine(ctx, bare)
            after += redefine(ctx, table)
    if any(_made_elsewhere(table) for table in tables.values()):
        before.append(Step("PRAGMA defer_foreign_keys = ON"))
    return before + [Step(f"DELETE FROM {qualified(table)}") for table in tables.values()] + after


def _made_elsewhere(table: Relation) -> bool:
    return table.made_elsewhere or any(column.affinity for column in table.columns)
