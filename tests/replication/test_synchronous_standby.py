"""Synchronous commits with a primary and a standby as processes; reading one's writes from the standby."""

from typing import Any

import psycopg
import pytest
from psycopg import pq

from tests.pgquill_server import needs_engine
from tests.replication.standby_servers import Cluster, cluster

__all__ = ["cluster"]
pytestmark = needs_engine


def test_commit_waits_for_the_standby_that_is_named(cluster: Cluster) -> None:
    primary = cluster.primary("-c", "synchronous_standby_names=FIRST 1 (*)", "-c", "wal_level=logical")
    with primary.connect(options="-c synchronous_commit=local") as setup:
        setup.execute("CREATE TABLE t(a int)")
    standby = cluster.standby("copy", primary)
    with primary.connect(options="-c synchronous_commit=remote_apply") as writer, standby.connect() as reader:
        for i in range(20):
            writer.execute("INSERT INTO t VALUES (%s)", (i,))
            assert reader.execute("SELECT max(a) FROM t").fetchone() == (i,)  # it was there before the commit was answered
        assert writer.execute("SELECT sync_priority, sync_state, state, sent_lsn = replay_lsn "
                              "FROM pg_stat_replication").fetchall() == [(1, "sync", "streaming", True)]


def test_cancelled_wait_is_a_warning_and_the_row_is_there(cluster: Cluster) -> None:
    primary = cluster.primary("-c", "synchronous_standby_names=nobody", "-c", "wal_level=logical")
    with primary.connect(options="-c synchronous_commit=off") as setup, primary.connect() as writer:
        setup.execute("CREATE TABLE t(a int)")
        warnings: list[Any] = []
        writer.add_notice_handler(lambda d: warnings.append((d.severity, d.message_primary)))
        writer.pgconn.send_query(b"INSERT INTO t VALUES (1)")
        writer.pgconn.flush()
        while not setup.execute("SELECT a FROM t").fetchall():
            pass  # the row is there before the wait ends
        while setup.execute("SELECT wait_event FROM pg_stat_activity WHERE query LIKE 'INSERT%'").fetchall() != [("SyncRep",)]:
            pass
        writer.cancel()
        result = writer.pgconn.get_result()
        assert result is not None
        assert (result.status, result.command_status) == (pq.ExecStatus.COMMAND_OK, b"INSERT 0 1")
        assert writer.pgconn.get_result() is None
        assert warnings == [("WARNING", "canceling wait for synchronous replication due to user request")]


def test_reading_ones_writes_from_the_standby(cluster: Cluster) -> None:
    primary = cluster.primary()
    primary.run("CREATE TABLE t(a int)")
    standby = cluster.standby("copy", primary)
    with primary.connect() as writer, standby.connect() as reader:
        for i in range(10):
            writer.execute("INSERT INTO t VALUES (%s)", (i,))
            ((position,),) = writer.execute("SELECT pg_current_wal_insert_lsn()").fetchall()
            reader.execute(f"SET pgquill.min_lsn = '{position}'".encode())
            assert reader.execute("SELECT max(a) FROM t").fetchone() == (i,)
        reader.execute("SET lock_timeout = '50ms'")
        reader.execute("SET pgquill.min_lsn = 'FFF/0'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            reader.execute("SELECT 1")
