"""Two processes of ours with one file whose commits are logged: both keep the log right."""

from itertools import pairwise
from pathlib import Path

import apsw
import pytest

from storage.database import Database
from storage.logged import FOREIGN_WRITE, Record
from tests.storage.bench import Bench

pytestmark = pytest.mark.trio


async def test_log_has_what_both_have_logged_and_says_where_they_met(tmp_path: Path) -> None:
    path = str(tmp_path / "test.db")
    one = Database.open(path)
    await one.wal.turn_on()
    await Bench(one).execute("CREATE TABLE t(a)")
    other = Database.open(path)
    for number in range(3):
        await Bench(other).execute("INSERT INTO t VALUES (?)", (number,))
        await Bench(one).execute("INSERT INTO t VALUES (?)", (number + 10,))
    await other.close()
    written = one.wal.written
    assert [why for _, _, why in one.wal.history] == [FOREIGN_WRITE] * len(one.wal.history) != []
    await one.close()
    raw = apsw.Connection(path)
    records = [Record(*row) for row in raw.execute(
        "SELECT lsn, xid, committed_at, timeline, facts, record FROM pgquill_wal ORDER BY lsn").fetchall()]
    raw.close()
    assert all(record.end == after.lsn for record, after in pairwise(records))
    assert records[-1].end == written
    inserted = [change.new for record in records for change in record.changes if change.table == "t"]
    assert inserted == [(0,), (10,), (1,), (11,), (2,), (12,)]
