"""Standbys as their users run them: processes that follow, are killed, are promoted, and come back."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import asyncpg
import psycopg
import pytest

from tests.processes import NotReady
from tests.replication.standby_servers import Cluster, Node, pgquill_command
from tests.replication.standby_servers import cluster as cluster


@pytest.fixture
def pair(cluster: Cluster) -> Iterator[tuple[Node, Node]]:
    primary = cluster.primary()
    primary.run("CREATE TABLE t(id serial PRIMARY KEY, x text)", "INSERT INTO t(x) VALUES ('before')")
    yield primary, cluster.standby("copy", primary)


ROWS = "SELECT x FROM t ORDER BY id"


def test_standby_has_what_the_primary_had_and_gets(pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    primary.run("INSERT INTO t(x) VALUES ('after')", "CREATE TYPE mood AS ENUM ('sad', 'ok')", "ALTER TABLE t ADD m mood DEFAULT 'ok'",
                "CREATE ROLE bob LOGIN", "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 7", "CREATE TABLE gone(a int)",
                "DROP TABLE gone", "UPDATE t SET m = 'sad' WHERE id = 1", "CREATE VIEW v AS SELECT m, f() FROM t")
    standby.wait_for_primary(primary)
    assert standby.run("SELECT * FROM v ORDER BY 1") == [("sad", 7), ("ok", 7)]
    assert standby.run("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'bob'") == [(True,)]
    assert standby.run("SELECT current_database(), pg_is_in_recovery()") == [("app", True)]
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        standby.run("INSERT INTO t(x) VALUES ('no')")
    primary.run("TRUNCATE t", "VACUUM", "INSERT INTO t(x) VALUES ('last')")
    standby.wait_for_primary(primary)
    assert standby.run("SELECT id, x FROM t") == [(3, "last")]


def test_both_sides_show_each_other(pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    primary.run("INSERT INTO t(x) VALUES ('x')")
    standby.wait_for_primary(primary)
    assert primary.run("SELECT state, application_name FROM pg_stat_replication") == [("streaming", "pgquill_standby")]
    assert standby.run("SELECT status, slot_name LIKE 'pgquill%copy', sender_port FROM pg_stat_wal_receiver") == [
        ("streaming", True, primary.port)]
    assert standby.run("SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp() <= now()") == [
        (True, True)]


def test_large_transaction_arrives_whole(pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    primary.run("INSERT INTO t(x) SELECT repeat('x', 500) || i FROM generate_series(1, 20000) i", "DELETE FROM t WHERE id % 2 = 0")
    standby.wait_for_primary(primary)
    assert standby.run("SELECT count(*), sum(id) FROM t") == primary.run("SELECT count(*), sum(id) FROM t")


def test_notifications_of_the_primary_reach_those_who_listen_on_the_standby(pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    with closing(standby.connect()) as listener:
        listener.execute("LISTEN news")
        primary.run("BEGIN", "INSERT INTO t(x) VALUES ('x')", "NOTIFY news, 'one'", "COMMIT", "NOTIFY news, 'two'",
                    "BEGIN READ ONLY", "NOTIFY news, 'three'", "COMMIT", "NOTIFY other", "BEGIN", "NOTIFY news, 'never'", "ROLLBACK",
                    "NOTIFY news, 'end'")
        found = []
        for note in listener.notifies(timeout=20):
            found.append(note.payload)
            if note.payload == "end":
                break
    assert found == ["one", "two", "three", "end"]


def test_killed_standby_goes_on_where_it_was(cluster: Cluster, pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    primary.run("INSERT INTO t(x) VALUES ('seen')")
    standby.wait_for_primary(primary)
    standby.kill()
    primary.run("INSERT INTO t(x) VALUES ('missed')")
    standby = cluster.standby("copy", primary)
    standby.wait_for_primary(primary)
    assert standby.run(ROWS) == [("before",), ("seen",), ("missed",)]
    assert "base backup" not in standby.process.output()


def test_standby_waits_for_a_primary_that_was_killed(cluster: Cluster, pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    primary.run("INSERT INTO t(x) VALUES ('one')")
    primary.kill()
    assert standby.run("SELECT count(*) > 0 FROM t") == [(True,)]
    primary = cluster.primary(port=primary.port)
    primary.run("INSERT INTO t(x) VALUES ('two')")
    standby.wait_for_primary(primary)
    assert standby.run(ROWS) == [("before",), ("one",), ("two",)]


def test_standby_of_a_standby_follows(cluster: Cluster, pair: tuple[Node, Node]) -> None:
    primary, first = pair
    second = cluster.standby("second", first)
    primary.run("INSERT INTO t(x) VALUES ('far')")
    second.wait_for_primary(primary)
    assert second.run(ROWS) == [("before",), ("far",)]
    pgquill_command("promote", first.url())
    first.run("INSERT INTO t(x) VALUES ('new')")
    second.wait_for_primary(first)
    assert second.run(ROWS) == [("before",), ("far",), ("new",)]
    assert "base backup" not in second.process.output().split("streaming", 1)[1]


def test_promoted_standby_writes_and_its_old_primary_does_not(pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    with closing(primary.connect()) as open_transaction:
        open_transaction.execute("BEGIN")
        open_transaction.execute("INSERT INTO t(x) VALUES ('too late')")
        assert standby.run("SELECT pg_promote()") == [(True,)]
        assert standby.run("SELECT pg_is_in_recovery()", "INSERT INTO t(x) VALUES ('new') RETURNING id") in ([(2,)], [(3,)])
        primary.process.wait_for("there is a newer primary")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            open_transaction.execute("COMMIT")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        primary.run("INSERT INTO t(x) VALUES ('too late')")
    assert primary.run(ROWS) == [("before",)]
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="recovery is not in progress"):
        standby.run("SELECT pg_promote()")


def test_old_primary_is_rewound_and_follows(cluster: Cluster, pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    primary.run("INSERT INTO t(x) VALUES ('both')")
    standby.wait_for_primary(primary)
    standby.stop()
    primary.run("INSERT INTO t(x) VALUES ('only old')", "UPDATE t SET x = 'changed' WHERE id = 1", "DELETE FROM t WHERE id = 2")
    primary.kill()
    said = pgquill_command("promote", standby.file).stdout
    assert "on timeline 2" in said
    new = cluster.standby("copy", primary)  # stays what it was made, as its old primary is silent
    new.run("INSERT INTO t(x) VALUES ('only new')")
    old = cluster.standby("app", new)
    old.process.wait_for("event=rewound")
    old.wait_for_primary(new)
    assert old.run(ROWS) == new.run(ROWS) == [("before",), ("both",), ("only new",)]


def test_old_primary_whose_schema_has_changed_takes_a_base_backup(cluster: Cluster, pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    standby.wait_for_primary(primary)
    standby.stop()
    primary.run("CREATE TABLE only_old(a int)")
    primary.stop()
    pgquill_command("promote", standby.file)
    new = cluster.standby("copy", primary)  # stays what it was made, as its old primary is silent
    new.run("INSERT INTO t(x) VALUES ('only new')")
    old = cluster.standby("app", new)
    old.process.wait_for("taking a new base backup")
    old.process.wait_for("stopped")
    old.process.wait_for("event=streaming")
    old.wait_for_primary(new)
    assert old.run(ROWS) == [("before",), ("only new",)]
    with closing(sqlite3.connect(cluster.folder / "app.db.old")) as kept:
        assert kept.execute("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%only_old%'").fetchall() != [(0,)]


def test_write_by_another_program_makes_the_standby_begin_anew(pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    standby.wait_for_primary(primary)
    with closing(sqlite3.connect(primary.file)) as other:
        other.execute("UPDATE t SET x = 'by hand'")
        other.commit()
    standby.process.wait_for("another program has written to the primary's file")
    standby.process.wait_for("stopped")
    primary.run("INSERT INTO t(x) VALUES ('after')")
    standby.wait_for_primary(primary)
    assert standby.run(ROWS) == [("by hand",), ("after",)]


def test_two_standbys_with_one_slot_do_not_disturb_each_other(cluster: Cluster, pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    slot = str(primary.run("SELECT slot_name FROM pg_replication_slots")[0][0])
    with pytest.raises(NotReady, match="is in use by process"):
        cluster.standby("second", primary, "--slot", slot)
    primary.run("INSERT INTO t(x) VALUES ('x')")
    standby.wait_for_primary(primary)


def test_file_of_another_system_is_refused(cluster: Cluster, pair: tuple[Node, Node]) -> None:
    primary, _ = pair
    cluster.primary("-c", "wal_level=logical", name="other").stop()
    with pytest.raises(NotReady, match="of another database system"):
        cluster.standby("other", primary)


def test_file_without_a_log_is_refused(cluster: Cluster, pair: tuple[Node, Node]) -> None:
    primary, _ = pair
    with closing(sqlite3.connect(cluster.folder / "mine.db")) as file:
        file.execute("CREATE TABLE t(a)")
    with pytest.raises(NotReady, match="is not a copy of a primary's database"):
        cluster.standby("mine", primary)
    standby = cluster.standby("mine", primary, "--rebuild")
    assert standby.run(ROWS) == [("before",)]
    assert (cluster.folder / "mine.db.old").exists()


def test_copy_is_not_served_as_a_primary_by_mistake(cluster: Cluster, pair: tuple[Node, Node]) -> None:
    _, standby = pair
    standby.stop()
    with pytest.raises(NotReady, match="is a standby's copy"):
        cluster.primary(name="copy")
    running = cluster.standby("copy", pair[0])
    done = pgquill_command("promote", running.file, check=False)
    assert (done.returncode, "is being served" in done.stderr) == (1, True)
    done = pgquill_command("promote", pair[0].file, check=False)
    assert done.returncode == 1


def test_promoted_standby_that_is_started_again_stays_the_primary(cluster: Cluster, pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    standby.run("SELECT pg_promote()")
    standby.stop()
    again = cluster.standby("copy", primary)
    assert again.run("INSERT INTO t(x) VALUES ('mine')", ROWS) == [("before",), ("mine",)]
    again.stop()
    primary.stop()
    again = cluster.standby("copy", primary)
    assert again.run("SELECT pg_is_in_recovery()") == [(False,)]


def test_clients_find_the_primary_through_a_promotion(pair: tuple[Node, Node]) -> None:
    primary, standby = pair
    hosts = f"host=127.0.0.1,127.0.0.1 port={primary.port},{standby.port} user=postgres dbname=app"

    def port(attributes: str) -> int:
        with psycopg.connect(f"{hosts} target_session_attrs={attributes}") as connection:
            return connection.info.port

    assert [port(a) for a in ("read-write", "primary")] == [primary.port] * 2
    assert [port(a) for a in ("read-only", "standby", "prefer-standby")] == [standby.port] * 3
    with psycopg.connect(f"{hosts} target_session_attrs=prefer-standby", autocommit=True) as reader:
        assert reader.info.parameter_status("in_hot_standby") == "on"
        primary.stop()
        standby.run("SELECT pg_promote()")
        assert reader.execute(ROWS).fetchall() == [("before",)]
        assert reader.info.parameter_status("in_hot_standby") == "off"
    assert [port(a) for a in ("read-write", "primary", "prefer-standby")] == [standby.port] * 3


def test_asyncpg_finds_the_primary_through_a_promotion(pair: tuple[Node, Node]) -> None:
    primary, standby = pair

    async def port(attributes: str) -> int:
        connection = await asyncpg.connect(
            host=["127.0.0.1"] * 2, port=[primary.port, standby.port], user="postgres", database="app",
            target_session_attrs=attributes)
        try:
            return int(await connection.fetchval("SELECT inet_server_port()"))
        finally:
            await connection.close()

    assert asyncio.run(port("read-write")) == primary.port
    assert asyncio.run(port("prefer-standby")) == standby.port
    primary.stop()
    standby.run("SELECT pg_promote()")
    assert asyncio.run(port("read-write")) == asyncio.run(port("prefer-standby")) == standby.port
