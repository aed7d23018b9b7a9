"""The replication grammar. What is refused, and how, is PostgreSQL 18's."""

import pytest

from replication.commands import (
    AlterSlot,
    BaseBackup,
    Command,
    CommandError,
    CreateSlot,
    DropSlot,
    IdentifySystem,
    ReadSlot,
    Show,
    StartReplication,
    TimelineHistory,
    is_command,
    parse_command,
)


@pytest.mark.parametrize(("text", "command"), [
    ("IDENTIFY_SYSTEM", IdentifySystem()),
    (" IDENTIFY_SYSTEM ;\n", IdentifySystem()),
    ("SHOW server_version", Show("server_version")),
    ("SHOW pgquill.min_lsn", Show("pgquill.min_lsn")),
    ("TIMELINE_HISTORY 3", TimelineHistory(3)),
    ("CREATE_REPLICATION_SLOT a LOGICAL pgoutput", CreateSlot("a", "pgoutput")),
    ('CREATE_REPLICATION_SLOT "a""b" TEMPORARY LOGICAL "pgoutput" USE_SNAPSHOT',
     CreateSlot('a"b', "pgoutput", True, "use")),
    ("CREATE_REPLICATION_SLOT A LOGICAL test_decoding NOEXPORT_SNAPSHOT TWO_PHASE",
     CreateSlot("a", "test_decoding", snapshot="nothing", two_phase=True)),
    ("CREATE_REPLICATION_SLOT a LOGICAL p (SNAPSHOT 'nothing', FAILOVER, TWO_PHASE false)",
     CreateSlot("a", "p", snapshot="nothing", failover=True)),
    ("CREATE_REPLICATION_SLOT a PHYSICAL RESERVE_WAL", CreateSlot("a", None)),
    ("ALTER_REPLICATION_SLOT a (FAILOVER true)", AlterSlot("a", True)),
    ("DROP_REPLICATION_SLOT a", DropSlot("a")),
    ("DROP_REPLICATION_SLOT a WAIT", DropSlot("a", True)),
    ("READ_REPLICATION_SLOT a", ReadSlot("a")),
    ("START_REPLICATION SLOT a LOGICAL 1/2A", StartReplication("a", True, 0x1_0000_002A)),
    ("START_REPLICATION SLOT \"a\" LOGICAL 0/0 (\"proto_version\" '1', publication_names '\"p\",''q''', x)",
     StartReplication("a", True, 0, options=(("proto_version", "1"), ("publication_names", "\"p\",'q'"), ("x", None)))),
    ("START_REPLICATION 0/1 TIMELINE 2", StartReplication(None, False, 1, 2)),
    ("START_REPLICATION SLOT a PHYSICAL 0/1", StartReplication("a", False, 1)),
    ("BASE_BACKUP (LABEL 'x', PROGRESS, MAX_RATE 100)", BaseBackup((("label", "x"), ("progress", None), ("max_rate", 100)))),
    ("BASE_BACKUP", BaseBackup()),
])
def test_command_is_read(text: str, command: Command) -> None:
    assert is_command(text)
    assert parse_command(text) == command


@pytest.mark.parametrize(("text", "sqlstate", "message"), [
    ("CREATE_REPLICATION_SLOT", "42601", "syntax error"),
    ("IDENTIFY_SYSTEM x", "42601", "syntax error"),
    ("DROP_REPLICATION_SLOT a; SELECT 1", "42601", "syntax error"),
    ("IDENTIFY_SYSTEM %", "42601", "syntax error"),
    ("CREATE_REPLICATION_SLOT a LOGICAL p (SNAPSHOT 'x')", "22023",
     'unrecognized value for CREATE_REPLICATION_SLOT option "snapshot": "x"'),
    ("CREATE_REPLICATION_SLOT a LOGICAL p (FOO)", "XX000", "unrecognized option: foo"),
    ("CREATE_REPLICATION_SLOT a PHYSICAL (SNAPSHOT 'nothing')", "42601", "conflicting or redundant options"),
    ("CREATE_REPLICATION_SLOT a LOGICAL p (SNAPSHOT 'use', SNAPSHOT 'use')", "42601", "conflicting or redundant options"),
    ("CREATE_REPLICATION_SLOT a LOGICAL p (TWO_PHASE 3)", "42601", "two_phase requires a Boolean value"),
])
def test_wrong_command_is_refused_as_postgresql_does(text: str, sqlstate: str, message: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse_command(text)
    assert (caught.value.sqlstate, caught.value.message) == (sqlstate, message)


@pytest.mark.parametrize("text", ["SELECT 1", "identify_system", "", "-- IDENTIFY_SYSTEM", "SHOWCASE", '"SHOW" x'])
def test_other_text_is_sql(text: str) -> None:
    assert not is_command(text)
