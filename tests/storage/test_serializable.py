"""SERIALIZABLE transactions: which of them can be put into a serial order, and which are refused."""

from collections.abc import Awaitable, Callable

import pytest

from storage import errors
from storage.statement import Isolation
from storage.transaction import Transaction
from tests.storage.bench import Bench, read, write

pytestmark = pytest.mark.trio

Begin = Callable[..., Transaction]


@pytest.fixture
async def two(filled: Bench) -> Bench:
    """Tables a and b with one row each."""
    await filled.execute("CREATE TABLE a(id INTEGER PRIMARY KEY, n INTEGER)")
    await filled.execute("CREATE TABLE b(id INTEGER PRIMARY KEY, n INTEGER)")
    await filled.execute("INSERT INTO a VALUES (1, 1)")
    await filled.execute("INSERT INTO b VALUES (1, 1)")
    return filled


def begin(bench: Bench, *, read_only: bool = False, deferrable: bool = False) -> Transaction:
    transaction = bench.begin(isolation=Isolation.SERIALIZABLE)
    transaction.read_only, transaction.deferrable = read_only, deferrable
    return transaction


async def pivot(two: Bench) -> tuple[Transaction, Transaction]:
    """(one that changes a, one that has read a and changes b), both open."""
    writer, middle = begin(two), begin(two)
    await read(middle, "SELECT n FROM a")
    await write(writer, "UPDATE a SET n = 2")
    await write(middle, "UPDATE b SET n = (SELECT n + 1 FROM a)")
    return writer, middle


async def refused(awaitable: Awaitable[object]) -> None:
    with pytest.raises(errors.Unserializable):
        await awaitable


async def forgotten(two: Bench) -> bool:
    return two.database._engine.serializable.is_empty and not two.database._engine.history.is_wanted


async def test_outdated_read_is_no_reason_to_fail(two: Bench) -> None:
    writer, middle = await pivot(two)
    await writer.commit()
    await middle.commit()
    assert await two.query("SELECT n FROM a UNION ALL SELECT n FROM b") == [(2,), (2,)]
    assert await forgotten(two)


async def test_write_skew_is_refused_whoever_commits_first(two: Bench) -> None:
    for first in (0, 1):
        pair = begin(two), begin(two)
        for transaction in pair:
            await read(transaction, "SELECT sum(n) FROM (SELECT n FROM a UNION ALL SELECT n FROM b)")
        await write(pair[0], "UPDATE a SET n = n + 1")
        await write(pair[1], "UPDATE b SET n = n + 1")
        await pair[first].commit()
        await refused(pair[1 - first].commit())
    assert await forgotten(two)


async def test_pivot_is_refused_while_somebody_has_read_what_it_changes(two: Bench) -> None:
    reader = begin(two)
    assert await read(reader, "SELECT n FROM b") == [(1,)]
    writer, middle = await pivot(two)
    await writer.commit()
    await refused(middle.commit())
    await reader.commit()
    assert await forgotten(two)


async def test_pivot_is_refused_after_a_reader_that_ended_after_the_writer(two: Bench) -> None:
    reader = begin(two)
    writer, middle = await pivot(two)
    await writer.commit()
    assert await read(reader, "SELECT n FROM b") == [(1,)]
    await reader.commit()
    await refused(middle.commit())


async def test_reader_that_ended_before_the_writer_does_no_harm(two: Bench) -> None:
    reader = begin(two)
    assert await read(reader, "SELECT n FROM b") == [(1,)]
    writer, middle = await pivot(two)
    await reader.commit()
    await writer.commit()
    await middle.commit()
    assert await forgotten(two)


async def test_reader_that_comes_to_a_committed_pivot_is_refused(two: Bench) -> None:
    writer, middle = await pivot(two)
    await writer.commit()
    reader = begin(two)
    assert await read(reader, "SELECT n FROM a") == [(2,)]
    await middle.commit()
    await refused(read(reader, "SELECT n FROM b"))
    await reader.rollback()
    assert await forgotten(two)


async def test_reader_that_says_that_it_writes_nothing_may_be_before_them_both(two: Bench) -> None:
    reader = begin(two, read_only=True)
    assert await read(reader, "SELECT n FROM b") == [(1,)]
    writer, middle = await pivot(two)
    await writer.commit()
    await middle.commit()
    assert await read(reader, "SELECT n FROM a") == [(1,)]
    await reader.commit()


async def test_deferrable_reader_never_fails(two: Bench) -> None:
    writer, middle = await pivot(two)
    await writer.commit()
    reader = begin(two, read_only=True, deferrable=True)
    assert await read(reader, "SELECT n FROM a") == [(2,)]
    await refused(middle.commit())
    assert await read(reader, "SELECT n FROM b") == [(1,)]
    await reader.commit()


async def test_refused_pivot_leaves_nothing_behind(two: Bench) -> None:
    reader = begin(two)
    await read(reader, "SELECT n FROM b")
    writer, middle = await pivot(two)
    await writer.commit()
    await refused(middle.commit())
    assert await read(reader, "SELECT n FROM b") == [(1,)]
    await write(reader, "UPDATE b SET n = 5")
    await reader.commit()
    assert await two.query("SELECT n FROM b") == [(5,)]
    assert await forgotten(two)


async def test_duplicate_that_was_met_counts_as_read(two: Bench) -> None:
    one, other = begin(two), begin(two)
    await one.savepoint("s")
    with pytest.raises(errors.ConstraintFailed):
        await write(one, "INSERT INTO a VALUES (1, 1)")
    await one.rollback_to("s")
    await read(other, "SELECT n FROM b")
    await write(other, "DELETE FROM a")
    await other.commit()
    await refused(write(one, "UPDATE b SET n = 7"))
    await one.rollback()
