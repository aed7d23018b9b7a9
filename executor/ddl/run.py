"""Carries a DdlResult out in a storage transaction: the only part of executor.ddl that does I/O."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from executor.catalog.model import FIRST_TEMPORARY_OID, Catalog
from executor.catalog.store import changes
from executor.ddl.base import DdlResult, Step
from executor.ddl.logging import begin, end, truncating
from executor.ddl.schema_edit import CLOSE, OPEN
from storage.statement import Statement

if TYPE_CHECKING:
    from storage.transaction import Transaction

Objects = tuple[object, ...]


def permanent(catalog: Catalog) -> tuple[Objects, ...]:
    """The objects of a catalog that every session sees."""
    return (tuple(r for r in catalog.relations if r.oid < FIRST_TEMPORARY_OID),
            tuple(s for s in catalog.sequences if s.oid < FIRST_TEMPORARY_OID), catalog.schemas, catalog.routines,
            catalog.publications, catalog.subscriptions,
            tuple(c for c in catalog.comments if c.object < FIRST_TEMPORARY_OID))


async def run(result: DdlResult, old: Catalog, transaction: "Transaction", text: str = "") -> Catalog:
    """Do what a statement's result says, record it in the file, and return the Catalog as it is now. text: the statement, for
    those who follow the log.

    All of it takes effect or, when an error leaves, nothing. The catalog's version afterwards is the new schema
    version, which moves even if only the Catalog changed, so that every session notices; it stays as it is when only
    temporary objects have changed, which are nobody else's business. Raises what a Step's failure makes, EngineError.
    """
    temporary = any(relation.schema == "pg_temp" for relation in (*result.catalog.relations, *old.relations))
    async with transaction.atomic():
        transaction.fix()
        # First of all: see the invariant in executor.ddl.schema_edit. TRUNCATE and the like leave the catalog alone.
        edited = {home for home in ("main", "temp") if any(f"{home}.sqlite_schema" in s.sql for s in result.statements)}
        if permanent(result.catalog) != permanent(old):
            edited.add("main")
        for home in sorted(edited):
            await _raise_version(transaction, home)
        begin(result, old, transaction, text)
        await _run_steps(result, transaction, temporary)
        new = await _with_texts(result.catalog, transaction, temporary)
        for change in changes(old, new):
            await _execute(change.sql, transaction, change.parameters)
        end(result, old, new, transaction)
        return replace(new, version=await _version(transaction))


async def _run_steps(result: DdlResult, transaction: "Transaction", temporary: bool) -> None:
    opened = False
    with truncating(result, transaction) as is_truncating:
        try:
            for step in result.statements:
                opened = step.sql == OPEN or (opened and step.sql != CLOSE)
                if not (is_truncating and step.sequence):
                    await _run_step(step, transaction, temporary)
        except BaseException:
            if opened and not transaction.lost:
                await _execute(CLOSE, transaction)
            raise
    if is_truncating:
        for step in result.statements:
            if step.sequence:
                await _run_step(step, transaction, temporary)


async def _run_step(step: Step, transaction: "Transaction", temporary: bool) -> None:
    statement = Statement(step.sql, needs=step.needs, writes=True, temp_schema=temporary)
    rows = await transaction.run(statement, step.params)
    try:
        found = await rows.fetch(1) if step.failure is not None else []
    finally:
        await rows.close()
    if found and step.failure is not None:
        raise step.failure(found[0])


async def _execute(sql: str, transaction: "Transaction", params: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    rows = await transaction.run(Statement(sql, writes=True), params)  # type: ignore[arg-type]
    try:
        found: list[tuple[object, ...]] = []
        while chunk := await rows.fetch(1000):
            found.extend(chunk)
        return found
    finally:
        await rows.close()


async def _version(transaction: "Transaction", home: str = "main") -> int:
    ((version,),) = await _execute(f"PRAGMA {home}.schema_version", transaction)
    return int(str(version))


async def _raise_version(transaction: "Transaction", home: str) -> None:
    # 31 bits are what SQLite keeps of it with its sign.
    version = (await _version(transaction, home) + 1) & 0x7FFFFFFF
    await _execute(f"PRAGMA {home}.schema_version = {version}", transaction)


async def _with_texts(catalog: Catalog, transaction: "Transaction", temporary: bool) -> Catalog:
    """The catalog with the CREATE texts as SQLite has them.

    A renamed table changes the texts of those that point to it.
    """
    homes = ("main", "temp") if temporary else ("main",)
    texts = {}
    for home in homes:
        for name, sql in await _execute(
            f"SELECT name, sql FROM {home}.sqlite_schema WHERE type IN ('table', 'view')", transaction
        ):
            texts[home, name] = sql
    relations = tuple(
        replace(r, sqlite_sql=texts[r.sqlite_schema, r.sqlite_name])
        if texts.get((r.sqlite_schema, r.sqlite_name), r.sqlite_sql) != r.sqlite_sql
        else r
        for r in catalog.relations
    )
    return replace(catalog, relations=relations)
