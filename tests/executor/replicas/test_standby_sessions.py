"""Sessions of a standby beyond what PostgreSQL was asked: promotion, positions that are waited for, LISTEN, views."""

from pathlib import Path

import pytest

from storage.log_readers import ReceiverFacts, SenderFacts
from tests.executor.replicas.harness import serving

pytestmark = pytest.mark.trio


async def test_clients_are_told_of_the_standby_and_of_its_promotion(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", is_standby=True) as server:
        idle, busy, asking = [await server.client() for _ in range(3)]
        assert idle.session.reported_settings()["in_hot_standby"] == "on"
        assert idle.session.reported_settings()["default_transaction_read_only"] == "off"
        idle.session.take_changed_settings()
        await busy.run("BEGIN")
        await busy.rows("SELECT 1")
        assert await asking.rows("SELECT pg_promote(), pg_is_in_recovery()") == [["t", "f"]]
        assert server.replication.asked == [("promote", 60.0)]
        assert idle.session.take_changed_settings() == {"in_hot_standby": "off"}
        assert (await busy.error("CREATE TABLE t(a int)"))[0] == "25006"  # its transaction began in recovery
        await busy.run("ROLLBACK")
        for client in (idle, busy, asking, await server.client()):
            assert await client.rows("SHOW transaction_read_only") == [["off"]]
            assert await client.rows("SHOW in_hot_standby") == [["off"]]
        assert await idle.run("CREATE TABLE t(a int)") == {"tag": "CREATE TABLE"}
        await busy.run("BEGIN")
        assert await busy.run("INSERT INTO t VALUES (1)") == {"tag": "INSERT 0 1"}
        await busy.run("COMMIT")


async def test_listen_works_on_a_standby(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", is_standby=True) as server:
        client = await server.client()
        assert await client.run("LISTEN news") == {"tag": "LISTEN"}
        assert await client.rows("SELECT * FROM pg_listening_channels()") == [["news"]]


async def test_min_lsn_holds_statements_back_until_it_is_replayed(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", is_standby=True) as server:
        client, asked = await server.client(), server.replication.asked
        await client.run("SET pgquill.min_lsn = '0/3000000'")
        assert await client.rows("SHOW pgquill.min_lsn") == [["0/3000000"]]
        assert asked == []
        await client.rows("SELECT 1")
        await client.rows("SELECT 2")
        assert asked == [("replay", 0x3000000, None)]  # reached once, it stays reached
        await client.run("SET lock_timeout = 50")
        await client.run("SET pgquill.min_lsn = '0/4000000'")
        server.replication.outcome = "timeout"
        assert await client.error("SELECT 1") == ("55P03", "canceling statement due to lock timeout")
        assert asked[1:] == [("replay", 0x4000000, 0.05)]
        server.replication.outcome = "success"
        await client.rows("SELECT 1")
        assert len(asked) == 3
        assert (await client.error("SET pgquill.min_lsn = 'x'"))[0] == "22023"
        other = await server.client(**{"pgquill.min_lsn": "0/5000000"})
        await other.run("COPY (SELECT 1) TO STDOUT")
        assert asked[3:] == [("replay", 0x5000000, None)]


async def test_min_lsn_is_reached_on_a_primary(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db") as server:
        client = await server.client()
        await client.run("SET pgquill.min_lsn = 'F/0'")
        assert await client.rows("SELECT 1") == [["1"]]
        assert server.replication.asked == []


async def test_wait_for_lsn_asks_the_replay(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", is_standby=True) as server:
        client, replication = await server.client(), server.replication
        assert await client.rows("WAIT FOR LSN '0/1'") == [["success"]]
        assert replication.asked == []  # that far it is
        assert await client.rows("WAIT FOR LSN '0/3000000' WITH (timeout '0.1s')") == [["success"]]
        replication.outcome = "timeout"
        assert await client.rows("WAIT FOR LSN '0/3000000' WITH (TIMEOUT 100, NO_THROW)") == [["timeout"]]
        assert replication.asked == [("replay", 0x3000000, 0.1)] * 2
        assert await client.error("WAIT FOR LSN '0/3000000'") == (
            "57014", "timed out while waiting for target LSN 0/3000000 to be replayed; current standby_replay LSN 0/2000000")
        replication.outcome = "not in recovery"
        found = await client.run("WAIT FOR LSN '0/3000000' WITH (mode 'standby_flush')")
        assert found["error"][2] == "Recovery ended before target LSN 0/3000000 was flushed; last standby_flush LSN 0/2000000."


@pytest.mark.parametrize(("text", "sqlstate", "message"), [
    ("WAIT FOR LSN '0/1'", "55000", "recovery is not in progress"),
    ("WAIT FOR LSN 'F/1' WITH (timeout '-1000ms')", "22023", "timeout cannot be negative"),
    ("WAIT FOR LSN 'F/1' WITH (timeout 'invalid')", "22023", 'invalid timeout value: "invalid"'),
    ("WAIT FOR LSN 'F/1' WITH (mode 'invalid')", "22023", 'unrecognized value for WAIT option "mode": "invalid"'),
    ("WAIT FOR LSN 'F/1' WITH (unknown_param 'v')", "42601", 'option "unknown_param" not recognized'),
    ("WAIT FOR LSN 'F/1' WITH (timeout 1, timeout 2)", "42601", "conflicting or redundant options"),
    ("WAIT FOR LSN 'F/1' (timeout 1)", "42601", 'syntax error at or near "("'),
    ("WAIT FOR TIMEOUT 100", "42601", 'syntax error at or near "TIMEOUT"'),
    ("WAIT FOR LSN", "42601", "syntax error at end of input"),
    ("WAIT FOR LSN 'x'", "22P02", 'invalid input syntax for type pg_lsn: "x"'),
    ("WAIT FOR LSN 'F/1' WITH (mode 'primary_flush', timeout 1)", "57014",
     "timed out while waiting for target LSN F/1 to be flushed; current primary_flush LSN 0/1000000"),
    ("DO $$ BEGIN EXECUTE 'WAIT FOR LSN ''0/1'''; END $$", "0A000", "WAIT can only be executed as a top-level statement"),
])
async def test_wait_for_lsn_refuses(text: str, sqlstate: str, message: str, tmp_path: Path) -> None:
    """Words and states are those of PostgreSQL 19's own tests and source."""
    async with serving(tmp_path / "a.db") as server:
        assert await (await server.client()).error(text) == (sqlstate, message)


async def test_wait_for_lsn_stands_beside_other_statements(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db") as server:
        client = await server.client()
        found = client.session.split("SELECT 'é'; WAIT FOR LSN '0/1' WITH (no_throw); -- WAIT FOR\nSELECT nope")
        assert [(raw.node.kind, raw.text) for raw in found] == [
            ("SelectStmt", "SELECT 'é'"), ("WaitStmt", "WAIT FOR LSN '0/1' WITH (no_throw)"), ("SelectStmt", "SELECT nope")]
        await client.session.parse("w", "WAIT FOR LSN '0/0' WITH (mode 'primary_flush')", ())
        _, columns = await client.session.describe_statement("w")
        assert columns is not None
        assert [column.name for column in columns] == ["status"]


async def test_a_snapshot_that_is_kept_forbids_to_wait(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", is_standby=True) as server:
        client = await server.client()
        await client.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
        await client.rows("SELECT 1")
        assert (await client.error("WAIT FOR LSN '0/1'"))[0] == "55000"


SENDER = SenderFacts(77, "postgres", "walreceiver", "streaming", 0x30, 0x20, 0x20, 0x10, 1500, None, 2_000_000, 1, "sync", 0)
RECEIVER = ReceiverFacts(88, "streaming", 0x10, 1, 0x30, 0x20, 2, 0, None, 0x30, 0, "s", "127.0.0.1", 5432, "host=127.0.0.1")


async def test_views_show_senders_and_the_receiver(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db", is_standby=True) as server:
        client = await server.client()
        server.replication.sending, server.replication.received = [SENDER], RECEIVER
        assert await client.rows("SELECT pid, usename, application_name, state, sent_lsn, replay_lsn, write_lag, flush_lag, "
                                 "replay_lag, sync_priority, sync_state, reply_time FROM pg_stat_replication") == [
            ["77", "postgres", "walreceiver", "streaming", "0/30", "0/10", "00:00:00.0015", None, "00:00:02", "1", "sync",
             "1970-01-01 00:00:00+00"]]
        assert await client.rows("SELECT pid, state, sync_state FROM pg_stat_get_wal_senders()") == [["77", "streaming", "sync"]]
        assert await client.rows("SELECT pid, status, receive_start_lsn, received_tli, last_msg_send_time, "
                                 "last_msg_receipt_time, slot_name, sender_port FROM pg_stat_wal_receiver") == [
            ["88", "streaming", "0/10", "2", "1970-01-01 00:00:00+00", None, "s", "5432"]]


async def test_others_see_only_that_senders_and_receivers_are_there(tmp_path: Path) -> None:
    async with serving(tmp_path / "a.db") as server:
        client = await server.client()
        server.replication.sending, server.replication.received = [SENDER], RECEIVER
        await client.run("CREATE ROLE nobody")
        await client.run("SET ROLE nobody")
        assert await client.rows("SELECT pid, application_name, state, sync_state FROM pg_stat_replication") == [
            ["77", "walreceiver", None, None]]
        assert await client.rows("SELECT pid, status, conninfo FROM pg_stat_wal_receiver") == [["88", None, None]]
        await client.run("RESET ROLE")
        await client.run("GRANT pg_monitor TO nobody")
        await client.run("SET ROLE nobody")
        assert await client.rows("SELECT state FROM pg_stat_replication") == [["streaming"]]
