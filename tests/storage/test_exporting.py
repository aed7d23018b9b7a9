"""Snapshots that several transactions have."""

from collections.abc import Callable

import apsw
import pytest

from storage.errors import SnapshotGone, SnapshotTaken, StaleSnapshot
from storage.exporting import CONNECTIONS
from storage.statement import Isolation
from storage.transaction import Transaction
from tests.storage.bench import Bench, read, write

pytestmark = pytest.mark.trio

COUNT = "SELECT count(*) FROM t"
INSERT = "INSERT INTO t(n) VALUES (0)"


def begin(bench: Bench) -> Transaction:
    return bench.begin(isolation=Isolation.REPEATABLE_READ)


async def count(transaction: Transaction) -> int:
    return int((await read(transaction, COUNT))[0][0])


@pytest.mark.parametrize("isolation", [Isolation.READ_COMMITTED, Isolation.REPEATABLE_READ])
async def test_import_after_commits_sees_what_the_exporter_saw(filled: Bench, isolation: Isolation) -> None:
    exporter = filled.begin(isolation=isolation)
    export = exporter.export_snapshot()
    await filled.execute(INSERT)
    importer = begin(filled)
    importer.import_snapshot(export)
    assert await count(importer) == 5
    assert await filled.query(COUNT) == [(6,)]
    await importer.rollback()
    await exporter.rollback()
    assert not filled.database._engine.history.is_wanted
    assert not filled.database._engine.readers


async def test_import_after_another_programs_commit_sees_what_the_exporter_saw(
        filled: Bench, other: Callable[[], apsw.Connection]) -> None:
    exporter = begin(filled)
    export = exporter.export_snapshot()
    with other() as program:
        program.execute(INSERT)
    importer = begin(filled)
    importer.import_snapshot(export)
    assert await count(importer) == 5
    await importer.rollback()
    await exporter.rollback()


async def test_importer_outlives_the_exporter(filled: Bench) -> None:
    exporter = begin(filled)
    export = exporter.export_snapshot()
    importer = begin(filled)
    importer.import_snapshot(export)
    await exporter.commit()
    await filled.execute(INSERT)
    assert await count(importer) == 5
    await importer.commit()


async def test_importer_writes_on_the_snapshot(filled: Bench) -> None:
    exporter = begin(filled)
    export = exporter.export_snapshot()
    await filled.execute("UPDATE t SET n = 11 WHERE id = 1")
    first, second = begin(filled), begin(filled)
    first.import_snapshot(export)
    await write(first, "UPDATE t SET n = n + 1 WHERE id = 2")
    await first.commit()
    second.import_snapshot(export)
    with pytest.raises(StaleSnapshot):
        await write(second, "UPDATE t SET n = n + 1 WHERE id = 1")
        await second.commit()
    await second.rollback()
    await exporter.rollback()
    assert await filled.query("SELECT n FROM t WHERE id < 3") == [(11,), (21,)]


async def test_import_after_the_exporters_end_is_refused(filled: Bench) -> None:
    exporter = begin(filled)
    export = exporter.export_snapshot()
    await exporter.rollback()
    with pytest.raises(SnapshotGone):
        begin(filled).import_snapshot(export)


async def test_export_of_a_snapshot_that_is_not_the_newest_is_refused(filled: Bench) -> None:
    exporter = begin(filled)
    assert await count(exporter) == 5
    await filled.execute(INSERT)
    with pytest.raises(StaleSnapshot):
        exporter.export_snapshot()
    await exporter.rollback()


async def test_imports_beyond_what_was_prepared_are_refused_after_a_commit(filled: Bench) -> None:
    exporter = begin(filled)
    export = exporter.export_snapshot()
    importers = [begin(filled) for _ in range(CONNECTIONS + 2)]
    importers[0].import_snapshot(export)  # one more can be opened, as long as nobody has committed
    await filled.execute(INSERT)
    for importer in importers[1:-1]:
        importer.import_snapshot(export)
    with pytest.raises(SnapshotTaken):
        importers[-1].import_snapshot(export)
    assert [await count(importer) for importer in importers[:-1]] == [5] * (CONNECTIONS + 1)
    for each in (*importers, exporter):
        await each.rollback()
    assert not filled.database._engine.history.is_wanted


async def test_exporter_that_keeps_the_log_from_being_freed_lets_go(filled: Bench) -> None:
    exporter = filled.begin()
    export = exporter.export_snapshot()
    for reader in list(filled.database._engine.readers):
        await reader.let_go_of_log()
    with pytest.raises(SnapshotGone):
        begin(filled).import_snapshot(export)
    await exporter.rollback()


async def test_memory_has_no_snapshots_to_export(memory: Bench) -> None:
    with pytest.raises(SnapshotTaken):
        begin(memory).export_snapshot()
