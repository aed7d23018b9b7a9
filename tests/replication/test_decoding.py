"""Decoding the log: tables as they were where a row was changed, whole transactions, messages, what nobody can be told.

What publications let through is in test_published.py, beside what PostgreSQL said.
"""

from collections.abc import AsyncIterator

import apsw
import pytest

from executor.errors import SqlError
from replication import decoding
from replication.decoded import Identity, Transaction
from replication.decoding import LogIncomplete
from storage.changes import Change
from storage.logged import MESSAGE, ORIGIN
from tests.replication.decoding import Bench, bench, transactions

pytestmark = pytest.mark.trio


@pytest.fixture
async def server() -> AsyncIterator[Bench]:
    async with bench() as made:
        yield made


async def test_rows_before_ddl_are_told_as_the_table_was(server: Bench) -> None:
    start = server.wal.written
    await server.run("CREATE TABLE t(a int PRIMARY KEY, b text)")
    await server.run("INSERT INTO t VALUES (1, 'x')")
    await server.run("ALTER TABLE t DROP COLUMN b")
    await server.run("ALTER TABLE t RENAME TO other")
    await server.run("INSERT INTO other VALUES (2)")
    await server.run("DROP TABLE other")
    assert await transactions(server.decoder(start=start)) == [[], ["insert t (1, x)"], [], [], ["insert other (2)"], []]


async def test_decoder_that_has_begun_knows_of_ddl_that_comes_later(server: Bench) -> None:
    await server.run("CREATE TABLE t(a int PRIMARY KEY)")
    decoder = server.decoder()
    await server.run("INSERT INTO t VALUES (1)")
    assert await transactions(decoder) == [["insert t (1)"]]
    await server.run("ALTER TABLE t ADD COLUMN b int DEFAULT 7")
    await server.run("UPDATE t SET a = 2")
    assert await transactions(decoder) == [[], ["update t key (1, NULL) (2, 7)"]]


async def test_rows_that_ddl_rewrites_are_no_changes(server: Bench) -> None:
    await server.run("CREATE TABLE t(a int PRIMARY KEY, b int)")
    await server.run("INSERT INTO t VALUES (1, 5)")
    decoder = server.decoder()
    await server.run("BEGIN; ALTER TABLE t ALTER b TYPE text; UPDATE t SET b = b || '!'; COMMIT")
    assert await transactions(decoder) == [["update t (1, 5!)"]]


async def test_statement_is_a_message_to_who_asks_for_messages(server: Bench) -> None:
    decoder = server.decoder(messages=True)
    await server.run("CREATE TABLE t AS SELECT 1 AS a; GRANT SELECT ON t TO PUBLIC")
    assert await transactions(decoder) == [
        ["message pgquill.ddl: CREATE TABLE t AS SELECT 1 AS a  WITH NO DATA", "insert t (1)",
         "message pgquill.ddl: GRANT SELECT ON t TO PUBLIC"]]


async def test_statement_that_fails_leaves_nothing(server: Bench) -> None:
    await server.run("CREATE TABLE t(a text PRIMARY KEY)")
    await server.run("INSERT INTO t VALUES ('x')")
    decoder = server.decoder(messages=True)
    with pytest.raises(SqlError):
        await server.run("ALTER TABLE t ALTER a TYPE int USING a::int")
    await server.run("DELETE FROM t")
    assert await transactions(decoder) == [["delete t (x)"]]


async def test_messages_outside_of_transactions_are_told_alone(server: Bench) -> None:
    decoder, deaf = server.decoder(messages=True), server.decoder()
    await server.wal.append([Change("", "mine", MESSAGE, 0, 0, (b"now",), None)])
    await server.wal.append([Change("", "mine", MESSAGE, 1, 0, (b"then",), None)])
    assert await transactions(decoder) == [["outside: message mine: now"], ["message mine: then"]]
    assert await transactions(deaf) == [[]]
    assert deaf.position == decoder.position == server.wal.written


async def test_origin_is_told_with_the_transaction(server: Bench) -> None:
    decoder = server.decoder()
    await server.wal.append([Change("", "there", ORIGIN, 99, 0, None, None), Change("", "x", MESSAGE, 1, 0, (b"",), None)])
    (found,) = await decoder.next()
    assert isinstance(found, Transaction)
    assert found.origin is not None
    assert (found.origin.name, found.origin.lsn) == ("there", 99)


async def test_transaction_knows_where_it_stands(server: Bench) -> None:
    await server.run("CREATE TABLE t(a int PRIMARY KEY)")
    before = server.wal.written
    decoder = server.decoder()
    await server.run("INSERT INTO t VALUES (1)")
    (found,) = await decoder.next()
    assert isinstance(found, Transaction)
    assert (found.lsn, found.end_lsn, decoder.position) == (before, server.wal.written, server.wal.written)
    assert found.origin is None


async def test_large_transaction_is_whole_and_kept_on_disk(server: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "SPOOL_BYTES", 1 << 20)
    monkeypatch.setattr(decoding, "READ_BYTES", 1 << 19)
    await server.run("CREATE TABLE t(a int PRIMARY KEY, b text)")
    decoder = server.decoder()
    await server.run("BEGIN; ALTER TABLE t ADD c int; "
                     "INSERT INTO t SELECT i, repeat('x', 500), i FROM generate_series(1, 8000) i; COMMIT")
    await server.run("INSERT INTO t VALUES (0)")
    first = await decoder.next()
    (large, *_) = first
    assert isinstance(large, Transaction)
    assert large.size > 4 << 20
    changes = list(large.changes)
    assert len(changes) == 8000
    assert changes[-1].relation.columns[-1].name == "c"  # type: ignore[union-attr]


async def test_values_are_binary_for_who_wants_that(server: Bench) -> None:
    await server.run("CREATE TABLE t(a int PRIMARY KEY, b bool)")
    decoder = server.decoder(binary=True)
    await server.run("INSERT INTO t VALUES (258, true)")
    (found,) = await decoder.next()
    assert isinstance(found, Transaction)
    (change,) = found.changes
    assert change.new == (b"\x00\x00\x01\x02", b"\x01")  # type: ignore[union-attr]


async def test_write_by_another_program_is_told_to_nobody_but_said(server: Bench) -> None:
    await server.run("CREATE TABLE t(a int PRIMARY KEY)")
    decoder = server.decoder()
    raw = apsw.Connection(server.session.database.file.path or "")
    raw.execute("INSERT INTO t VALUES (1)")
    raw.close()
    await server.run("INSERT INTO t VALUES (2)")
    with pytest.raises(LogIncomplete):
        await transactions(decoder)


async def test_table_made_by_another_program_is_told_with_its_inferred_types(server: Bench) -> None:
    raw = apsw.Connection(server.session.database.file.path or "")
    raw.execute("CREATE TABLE theirs(id INTEGER PRIMARY KEY, at DATETIME, x)")
    raw.close()
    await server.run("SELECT * FROM theirs")
    await server.wal.notice_foreign()
    decoder = server.decoder()
    await server.run("INSERT INTO theirs(id, at, x) VALUES (1, '2020-01-01 10:00:00', 'y')")
    (found,) = await decoder.next()
    assert isinstance(found, Transaction)
    (change,) = found.changes
    assert change.relation.identity is Identity.DEFAULT  # type: ignore[union-attr]
    assert change.new == (b"1", b"2020-01-01 10:00:00", b"y")  # type: ignore[union-attr]


async def test_truncate_of_another_programs_table_is_told_as_its_rows(server: Bench) -> None:
    raw = apsw.Connection(server.session.database.file.path or "")
    raw.execute("CREATE TABLE theirs(id INTEGER PRIMARY KEY); INSERT INTO theirs VALUES (1), (2)")
    raw.close()
    await server.run("SELECT * FROM theirs")
    await server.wal.notice_foreign()
    decoder = server.decoder()
    await server.run("TRUNCATE theirs")
    assert await transactions(decoder) == [["delete theirs (1)", "delete theirs (2)"]]


async def test_publication_is_taken_as_it_was_where_the_row_was_changed(server: Bench) -> None:
    await server.run("CREATE TABLE t(a int PRIMARY KEY)")
    decoder = server.decoder("p")
    await server.run("INSERT INTO t VALUES (1)")
    await server.run("CREATE PUBLICATION p FOR TABLE t")
    await server.run("INSERT INTO t VALUES (2)")
    await server.run("ALTER PUBLICATION p SET TABLE t WHERE (a > 5)")
    await server.run("INSERT INTO t VALUES (3), (6)")
    await server.run("ALTER TABLE t RENAME COLUMN a TO b")
    await server.run("INSERT INTO t VALUES (4), (7)")
    await server.run("DROP PUBLICATION p")
    await server.run("INSERT INTO t VALUES (8)")
    assert await transactions(decoder) == [[], [], ["insert t (2)"], [], ["insert t (6)"], [], ["insert t (7)"], [], []]


async def test_publications_with_other_column_lists_are_refused(server: Bench) -> None:
    await server.run("CREATE TABLE t(a int PRIMARY KEY, b int)")
    await server.run("CREATE PUBLICATION p FOR TABLE t (a); CREATE PUBLICATION q FOR TABLE t")
    decoder = server.decoder("p", "q")
    await server.run("INSERT INTO t VALUES (1, 2)")
    with pytest.raises(SqlError, match="different column lists"):
        await transactions(decoder)
