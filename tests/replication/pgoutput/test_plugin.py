"""What the recorded streams do not show of pgoutput: blocks by size, tables that change, what is left out."""

import msgspec

from replication import decoded
from replication.output import Output, Surroundings
from replication.pgoutput import messages, open_plugin
from tests.replication.examples import LOCAL, NAME, TABLE, transaction

BASE = {"proto_version": "2", "publication_names": "p"}


def tags(outputs: list[Output]) -> str:
    return b"".join(output.data[:1] for output in outputs).decode()


def say(*transactions: decoded.Transaction, work_mem: int = 1000, **options: str) -> list[Output]:
    plugin = open_plugin(BASE | options, Surroundings(work_mem))
    return [output for one in transactions for output in plugin.transaction(one)]


def test_table_is_described_once_and_again_when_it_has_changed() -> None:
    wider = msgspec.structs.replace(TABLE, columns=(*TABLE.columns, NAME))
    changed = transaction(decoded.Insert(wider, (b"1", b"2", b"3")))
    assert tags(say(transaction(LOCAL), transaction(LOCAL, LOCAL), changed, changed)) == "BRICBIICBRICBIC"


def test_transaction_with_nothing_to_tell_is_silent() -> None:
    gone = decoded.Delete(TABLE, None)
    unasked = decoded.Message("p", b"", True, 5)
    assert say(transaction(), transaction(gone), transaction(unasked)) == []


def test_positions_say_what_may_be_confirmed() -> None:
    said = say(transaction(LOCAL, origin=decoded.Origin("o", 99)))
    assert tags(said) == "BORIC"
    assert [output.lsn for output in said] == [0xFF0] * 4 + [0x1028]
    assert [output.last for output in said] == [False, True, False, True, True]
    assert said[1].data == messages.encode(messages.Origin(99, "o"))


def test_large_transaction_comes_in_blocks_of_work_mem() -> None:
    large = decoded.Insert(TABLE, (b"1", b"x" * 600))
    said = say(transaction(large, large, large, size=2000), transaction(LOCAL, size=1000), streaming="on")
    assert tags(said) == "SRIIESIEcBIC"
    starts = [messages.decode(output.data) for output in said if output.data[:1] == b"S"]
    assert starts == [messages.StreamStart(7, True), messages.StreamStart(7, False)]


def test_table_is_described_in_each_transaction_of_blocks() -> None:
    assert tags(say(*[transaction(LOCAL, size=2000)] * 2, transaction(LOCAL), streaming="on")) == "SRIEcSRIEcBIC"


def test_large_transaction_with_nothing_to_tell_is_silent() -> None:
    assert say(transaction(decoded.Delete(TABLE, None), size=2000), streaming="on") == []


def test_large_transaction_without_streaming_comes_whole() -> None:
    assert tags(say(transaction(LOCAL, size=2000))) == "BRIC"


def test_origin_none_leaves_out_what_came_by_replication() -> None:
    said = say(transaction(LOCAL, origin=decoded.Origin("o", 99)), transaction(LOCAL, xid=8), origin="none")
    assert {output.xid for output in said} == {8}


def test_message_outside_is_told_if_asked_for() -> None:
    message = decoded.Message("p", b"x", False, 0x900)
    told = list(open_plugin(BASE | {"messages": "true"}, Surroundings()).message(message))
    assert told == [Output(0x900, 0, messages.encode(messages.Message(False, 0x900, "p", b"x")))]
    assert list(open_plugin(BASE, Surroundings()).message(message)) == []


def test_plugin_says_what_it_wants_to_be_told() -> None:
    plugin = open_plugin(BASE | {"publication_names": 'a,"B"', "binary": "on", "messages": "on"}, Surroundings())
    assert (plugin.is_text, plugin.binary, plugin.publications, plugin.messages) == (False, True, ("a", "B"), True)


def test_changes_are_taken_lazily() -> None:
    taken = []

    def changes():  # type: ignore[no-untyped-def]
        for number in range(3):
            taken.append(number)
            yield LOCAL

    said = open_plugin(BASE, Surroundings()).transaction(decoded.Transaction(7, 1, 2, 0, None, 1, changes(), 1))
    assert [next(said).data[:1] for _ in range(3)] == [b"B", b"R", b"I"]
    assert taken == [0]
