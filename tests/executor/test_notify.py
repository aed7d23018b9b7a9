"""LISTEN and NOTIFY in the executor: what a transaction notes, what its end makes of it, the bounded queue.

What takes effect when was asked of PostgreSQL 18; tests/wire/notify.txt has what can be seen on the wire.
"""

from types import SimpleNamespace
from typing import Any

import pytest

from executor.errors import SqlError
from executor.notify import MENTION_BYTES, NOTIFICATION_BYTES, PAGE_BYTES, Notifications, NotifyQueue
from executor.sqlstates import InvalidParameterValue, ProgramLimitExceeded

PAGES = 4


@pytest.fixture
def queue() -> NotifyQueue:
    return NotifyQueue(PAGES * PAGE_BYTES)


class Client:
    """A session with what it was woken for."""

    def __init__(self, queue: NotifyQueue, process_id: int) -> None:
        self.notices: list[SqlError] = []
        session: Any = SimpleNamespace(process_id=process_id, notices=self.notices,
                                       database=SimpleNamespace(notify_queue=queue))
        self.notifications = Notifications(session)
        self.woken = 0
        self.notifications.wake = self._wake

    def _wake(self) -> None:
        self.woken += 1

    def commit(self) -> None:
        self.begin_commit()
        self.notifications.publish()

    def begin_commit(self) -> None:
        """As far as others can be committed meanwhile."""
        self.notifications.before_commit()
        self.notifications.committed()

    def listen(self, *channels: str) -> "Client":
        for channel in channels:
            self.notifications.listen(channel)
        self.commit()
        return self

    def send(self, *notes: tuple[str, str]) -> None:
        for channel, payload in notes:
            self.notifications.notify(channel, payload)
        self.commit()

    def heard(self) -> list[tuple[int, str, str]]:
        return [(n.process_id, n.channel, n.payload) for n in self.notifications.take(1 << 20)]


def test_commit_sends_each_once_in_order_to_those_who_listen(queue: NotifyQueue) -> None:
    sender, one, other = Client(queue, 1).listen("a"), Client(queue, 2).listen("a", "b"), Client(queue, 3).listen("c")
    sender.send(("a", "x"), ("b", "x"), ("a", ""), ("a", "x"), ("nobody", ""))
    assert sender.heard() == [(1, "a", "x"), (1, "a", "")]
    assert one.heard() == [(1, "a", "x"), (1, "b", "x"), (1, "a", "")]
    assert other.heard() == []
    assert (one.woken, other.woken) == (1, 0)


def test_listener_is_woken_only_when_it_had_nothing(queue: NotifyQueue) -> None:
    sender, listener = Client(queue, 1), Client(queue, 2).listen("a")
    sender.send(("a", "1"))
    sender.send(("a", "2"))
    assert listener.woken == 1
    assert len(listener.heard()) == 2
    sender.send(("a", "3"))
    assert listener.woken == 2


def test_savepoint_takes_back_what_was_noted_since(queue: NotifyQueue) -> None:
    client = Client(queue, 1).listen("a")
    noted = client.notifications
    noted.notify("a", "before")
    mark = noted.mark()
    noted.notify("a", "since")
    noted.notify("a", "before")
    noted.listen("b")
    noted.undo_since(mark)
    noted.notify("a", "after")
    client.commit()
    assert [payload for _, _, payload in client.heard()] == ["before", "after"]
    assert noted.channels == ("a",)


def test_rollback_forgets_everything(queue: NotifyQueue) -> None:
    client = Client(queue, 1).listen("a")
    client.notifications.notify("a", "")
    client.notifications.unlisten(None)
    client.notifications.before_commit()
    client.notifications.discard()
    assert not client.notifications.pending
    client.commit()
    assert client.heard() == []
    assert client.notifications.channels == ("a",)
    assert queue.usage == 0


@pytest.mark.parametrize(("actions", "channels"), [
    (["+a", "+b", "+a"], ("a", "b")), (["+a", "-a"], ()), (["-*", "+c"], ("c",)), (["+a", "-*"], ()), (["-none"], ("kept",)),
])
def test_listens_of_a_transaction_take_effect_in_order(queue: NotifyQueue, actions: list[str], channels: tuple[str, ...]) -> None:
    client = Client(queue, 1)
    if "kept" in channels:
        client.listen("kept")
    for action in actions:
        if action[0] == "+":
            client.notifications.listen(action[1:])
        else:
            client.notifications.unlisten(None if action == "-*" else action[1:])
    assert client.notifications.channels == (("kept",) if "kept" in channels else ())
    client.commit()
    assert client.notifications.channels == channels


def test_transactions_take_effect_in_the_order_of_their_commits(queue: NotifyQueue) -> None:
    one, other, listener = Client(queue, 1).listen("a"), Client(queue, 2), Client(queue, 3).listen("a")
    one.notifications.notify("a", "first")
    one.notifications.unlisten("a")
    one.begin_commit()
    other.send(("a", "second"))
    assert listener.heard() == []
    assert one.notifications.channels == ("a",)
    one.notifications.publish()
    assert [payload for _, _, payload in listener.heard()] == ["first", "second"]
    assert one.heard() == []
    assert queue.usage == 0


def test_transaction_that_could_not_be_made_durable_does_not_hold_up_others(queue: NotifyQueue) -> None:
    one, other, listener = Client(queue, 1), Client(queue, 2), Client(queue, 3).listen("a")
    one.notifications.notify("a", "lost")
    one.begin_commit()
    other.send(("a", "second"))
    one.notifications.discard()
    assert [payload for _, _, payload in listener.heard()] == ["second"]


def test_unlisten_drops_what_was_not_read_and_gives_its_room_back(queue: NotifyQueue) -> None:
    sender, listener = Client(queue, 1), Client(queue, 2).listen("a", "b")
    sender.send(("a", "x" * 5000), ("b", "kept"))
    assert queue.usage > 0
    listener.notifications.unlisten("a")
    listener.commit()
    assert queue.usage == 0
    assert listener.heard() == [(1, "b", "kept")]


def test_session_that_ends_holds_nothing(queue: NotifyQueue) -> None:
    sender, listener = Client(queue, 1), Client(queue, 2).listen("a")
    sender.send(("a", "x" * 5000))
    listener.notifications.close()
    assert queue.usage == 0
    sender.send(("a", "x"))
    assert listener.woken == 1


def test_full_queue_refuses_the_notifier_until_the_listener_reads(queue: NotifyQueue) -> None:
    sender, listener = Client(queue, 1), Client(queue, 2).listen("a")
    sender.send(("a", "1" + "x" * 7000))
    sender.notifications.notify("a", "2" + "x" * 7000)
    sender.notifications.notify("a", "3" + "x" * 7000)
    with pytest.raises(ProgramLimitExceeded, match="too many notifications in the NOTIFY queue"):
        sender.notifications.before_commit()
    sender.notifications.discard()
    assert len(listener.heard()) == 1
    sender.send(("a", "2" + "x" * 7000), ("a", "3" + "x" * 7000))
    assert len(listener.heard()) == 2


def test_filling_queue_warns_once_and_names_who_is_slow(queue: NotifyQueue) -> None:
    sender, quick, slow = Client(queue, 1), Client(queue, 22).listen("b"), Client(queue, 33).listen("a")
    sender.send(("a", "x" * 6000))
    assert sender.notices == []
    sender.send(("a", "y" * 2500))
    sender.send(("b", "z"))
    assert [notice.message for notice in sender.notices] == ["NOTIFY queue is 53% full"]
    assert sender.notices[0].detail == "The server process with PID 33 is among those with the oldest transactions."
    assert sender.notices[0].severity == "WARNING"
    assert (len(quick.heard()), len(slow.heard())) == (1, 2)


def test_notification_for_many_is_kept_once(queue: NotifyQueue) -> None:
    listeners = [Client(queue, number).listen("a") for number in range(2, 12)]
    Client(queue, 1).send(("a", "x" * 7000))
    text = 2 * 7001
    assert queue.usage * queue.bytes_max <= NOTIFICATION_BYTES + text + len(listeners) * MENTION_BYTES
    first = [listener.notifications.take(1)[0] for listener in listeners]
    assert all(each is first[0] for each in first)
    assert queue.usage == 0


def test_nobody_listens_and_nothing_is_kept(queue: NotifyQueue) -> None:
    Client(queue, 1).send(*(("a", f"{number}{'x' * 7000}") for number in range(100)))
    assert queue.usage == 0


def test_listener_takes_at_least_one_and_about_as_much_as_it_asks_for(queue: NotifyQueue) -> None:
    client = Client(queue, 1).listen("a")
    client.send(*(("a", f"{number}" * 99) for number in range(6)))
    assert [len(client.notifications.take(wanted)) for wanted in (1, 150, 1000, 1000)] == [1, 2, 3, 0]


@pytest.mark.parametrize(("channel", "payload", "message"), [
    ("", "", "channel name cannot be empty"),
    ("é" * 32, "", "channel name too long"),
    ("a", "é" * 4000, "payload string too long"),
])
def test_names_and_payloads_are_limited_in_bytes(queue: NotifyQueue, channel: str, payload: str, message: str) -> None:
    client = Client(queue, 1)
    with pytest.raises(InvalidParameterValue, match=message):
        client.notifications.notify(channel, payload)
    client.notifications.notify("x" * 63, "é" * 3999 + "x")
