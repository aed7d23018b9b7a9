"""What the recorded streams do not show of test_decoding."""

from zoneinfo import ZoneInfo

from replication import decoded
from replication.decoded import Identity, Relation
from replication.plugins import open_plugin
from tests.replication.examples import LOCAL, TABLE, transaction

KEYLESS = Relation(16385, "public", "select", Identity.NOTHING, TABLE.columns)


def say(one: decoded.Transaction, work_mem: int = 1000, **options: str) -> list[str]:
    given = {name.replace("_", "-"): value for name, value in options.items()}
    plugin = open_plugin("test_decoding", given, work_mem=work_mem, zone=ZoneInfo("Asia/Kolkata"))
    return [output.data.decode() for output in plugin.transaction(one)]


def test_transaction_without_changes_is_told_unless_it_is_to_be_skipped() -> None:
    assert say(transaction()) == ["BEGIN 7", "COMMIT 7"]
    assert say(transaction(), skip_empty_xacts="1") == []


def test_row_without_an_identity_has_no_tuple_data() -> None:
    changes = decoded.Delete(KEYLESS, None), decoded.Update(KEYLESS, None, (b"1", None))
    assert say(transaction(*changes))[1:-1] == [
        'table public."select": DELETE: (no-tuple-data)', 'table public."select": UPDATE: id[integer]:1 name[text]:null',
    ]


def test_time_is_in_the_zone_of_the_session() -> None:
    assert say(transaction(), include_timestamp="1")[1] == "COMMIT 7 (at 2023-11-15 03:43:20.5+05:30)"


def test_large_transaction_comes_in_blocks_if_asked_for() -> None:
    large = decoded.Insert(TABLE, (b"1", b"x" * 600))
    block = ["opening a streamed block for transaction TXN 7", "streaming change for TXN 7"]
    closing = "closing a streamed block for transaction TXN 7"
    told = say(transaction(large, large, large, size=2000), stream_changes="1")
    assert told == [*block, block[1], closing, *block, closing, "committing streamed transaction TXN 7"]
    assert len(say(transaction(large, size=2000))) == 3


def test_truncate_and_message_in_a_block_are_only_named() -> None:
    changes = decoded.Truncate((TABLE,), False, False), decoded.Message("p", b"content", True, 5)
    told = say(transaction(*changes, size=2000), stream_changes="1")
    assert told[1:3] == ["streaming truncate for TXN 7", "streaming message: transactional: 1 prefix: p, sz: 7"]


def test_output_that_is_forced_to_be_binary_is_not_text() -> None:
    assert open_plugin("test_decoding", {"force-binary": "1"}).is_text is False
    assert open_plugin("test_decoding", {}).is_text is True


def test_transaction_from_elsewhere_is_left_out_if_asked_for() -> None:
    there = transaction(LOCAL, origin=decoded.Origin("o", 1))
    assert say(there, only_local="1") == []
    assert len(say(there)) == 3
