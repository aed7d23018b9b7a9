"""LISTEN and NOTIFY: what a transaction will do, the channels of a database, and what a session has still to be told.

    NOTIFY, pg_notify     noted in the transaction (`Notifications`), once for each channel and payload
    LISTEN, UNLISTEN      noted too
    COMMIT                room is reserved (54000 if there is none), then the transaction is committed and takes its place
                          in the order of the commits (`committed`, called by storage); once it is durable (`publish`) and
                          those before it are, its LISTENs and UNLISTENs take effect and its notifications go to the
                          sessions that listen
    the client            is told when its session is in no transaction: by pgwire, which `wake` tells to look

A notification is one object, however many sessions are to be told of it. Together they may take so much memory as
max_notify_queue_pages says (of 8 kB; in memory, so the default is smaller than PostgreSQL's 8 GB on disk): a client that does
not read, or stays in a transaction, ends up refusing notifiers their commits, as in PostgreSQL.
All of this is the event loop's, but for `notify`, which a statement's thread calls. Source: sql-notify.html, async.c.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from time import monotonic
from typing import TYPE_CHECKING

from executor.errors import SqlError
from executor.replaying import notes_message
from executor.sqlstates import InvalidParameterValue, ProgramLimitExceeded
from executor.sqlstates import Warning as SqlWarning

if TYPE_CHECKING:
    from executor.session import Session
    from storage.transaction import Transaction

CHANNEL_BYTES_MAX = 63
PAYLOAD_BYTES_MAX = 7999
PAGE_BYTES = 8192
NOTIFICATION_BYTES = 250
"""What a notification takes in memory besides twice its text, which is kept as text and as it is sent."""
MENTION_BYTES = 8
"""What each further session takes that is to be told of it."""
WARN_FROM = 0.5
WARN_INTERVAL_S = 5.0

Note = tuple[str, str]
"""Channel and payload."""
Action = tuple[bool, str | None]
"""LISTEN or not (UNLISTEN), and the channel; None: every channel."""
Mark = tuple[int, int]
"""How much a transaction had noted at some time."""


class Notification:
    """One notification on its way. unread: how many sessions have not taken it. wire: the message, once somebody made it."""

    __slots__ = ("bytes", "channel", "payload", "process_id", "unread", "wire")

    def __init__(self, process_id: int, note: Note, unread: int) -> None:
        self.process_id = process_id
        self.channel, self.payload = note
        self.unread = unread
        self.bytes = _note_bytes(note)
        self.wire = b""


def _note_bytes(note: Note) -> int:
    channel, payload = note
    return NOTIFICATION_BYTES + 2 * (len(channel) + len(payload) * (1 if payload.isascii() else 4))


class Ended:
    """What a committed transaction had noted. durable: it may take effect as soon as those before it have."""

    __slots__ = ("actions", "durable", "notes", "reserved", "session")

    def __init__(self, session: "Notifications", notes: dict[Note, None], actions: list[Action], reserved: int) -> None:
        self.session = session
        self.notes = notes
        self.actions = actions
        self.reserved = reserved
        self.durable = False


class NotifyQueue:
    """The channels of one database and the notifications that are on their way."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self._used = 0
        self._reserved = 0
        self._channels: dict[str, dict[Notifications, None]] = {}
        self._warned = -WARN_INTERVAL_S
        self._ended: deque[Ended] = deque()  # in the order of the commits

    @property
    def usage(self) -> float:
        """The part of the queue that is taken, in whole pages: 0 to 1."""
        return self._used // PAGE_BYTES * PAGE_BYTES / self.bytes_max

    def listen(self, session: "Notifications", channel: str) -> None:
        """From now on this session is told of what is sent to a channel."""
        self._channels.setdefault(channel, {})[session] = None

    def unlisten(self, session: "Notifications", channel: str) -> None:
        """No more."""
        listeners = self._channels[channel]
        del listeners[session]
        if not listeners:
            del self._channels[channel]

    def reserve(self, notes: Iterable[Note], own: Collection[str], notices: list[SqlError]) -> int:
        """Room for notifications about to be committed, in bytes; a warning when the queue fills up (54000 if it is full).

        own: the channels that the sender is about to listen to.
        """
        wanted = 0
        for note in notes:
            listeners = len(self._channels.get(note[0], ())) + (note[0] in own)
            wanted += listeners and _note_bytes(note) + MENTION_BYTES * listeners
        taken = self._used + self._reserved + wanted
        if wanted and taken > self.bytes_max:
            raise ProgramLimitExceeded("too many notifications in the NOTIFY queue")
        self._reserved += wanted
        if wanted and taken >= WARN_FROM * self.bytes_max and monotonic() >= self._warned + WARN_INTERVAL_S:
            self._warned = monotonic()
            notices.append(self._filling(taken / self.bytes_max))
        return wanted

    def _filling(self, full: float) -> SqlError:
        listening = {session for listeners in self._channels.values() for session in listeners if session.unread}
        if not listening:
            return SqlWarning(f"NOTIFY queue is {full:.0%} full", severity="WARNING")
        slowest = max(listening, key=lambda session: len(session.unread)).process_id
        return SqlWarning(
            f"NOTIFY queue is {full:.0%} full", severity="WARNING",
            detail=f"The server process with PID {slowest} is among those with the oldest transactions.",
            hint="The NOTIFY queue cannot be emptied until that process ends its current transaction.")

    def release(self, reserved: int) -> None:
        """Give reserved room back."""
        self._reserved -= reserved

    def committed(self, ended: Ended) -> None:
        """A transaction takes its place."""
        self._ended.append(ended)

    def settle(self, forgotten: Ended | None = None) -> None:
        """A transaction has become durable, or never will (forgotten): all that may take effect do."""
        if forgotten is not None:
            self._ended.remove(forgotten)
            self.release(forgotten.reserved)
        while self._ended and self._ended[0].durable:
            ended = self._ended.popleft()
            self.release(ended.reserved)
            ended.session.take_effect(ended.actions)
            self._send(ended.session.process_id, ended.notes)

    def _send(self, process_id: int, notes: Iterable[Note]) -> None:
        woken: dict[Notifications, None] = {}
        for note in notes:
            listeners = self._channels.get(note[0])
            if not listeners:
                continue
            notification = Notification(process_id, note, len(listeners))
            self._used += notification.bytes + MENTION_BYTES * len(listeners)
            for session in listeners:
                if not session.unread:
                    woken[session] = None
                session.unread.append(notification)
        for session in woken:
            session.wake()

    def replay(self, process_id: int, notes: Iterable[Note]) -> None:
        """On a copy: what a transaction of the primary had noted takes effect. Nothing can be refused here, so that what comes
        while the queue is full is lost to those who listen here."""
        if self._used <= self.bytes_max:
            self._send(process_id, notes)

    def taken(self, notification: Notification) -> None:
        """A session has no more need of a notification."""
        notification.unread -= 1
        self._used -= MENTION_BYTES if notification.unread else MENTION_BYTES + notification.bytes


class Notifications:
    """One session's part: what its transaction has noted, the channels it listens to, what its client is to be told.

    unread: the latter, oldest first. wake: called when there is something to be told, after there was nothing.
    process_id: valid since the first commit.
    """

    __slots__ = ("_actions", "_channels", "_ended", "_notes", "_queue", "_reserved", "_session", "process_id", "unread", "wake")

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._queue: NotifyQueue = session.database.notify_queue
        self.process_id = 0
        self.unread: list[Notification] = []  # seldom long, and most sessions never have any
        self.wake: Callable[[], None] = _nobody
        self._channels: dict[str, None] = {}
        self._notes: dict[Note, None] = {}
        self._actions: list[Action] = []
        self._reserved = 0
        self._ended: Ended | None = None

    # --- what a transaction notes ---------------------------------------------------------------------------------

    def notify(self, channel: str, payload: str) -> None:
        """Send at the commit (22023). Said twice it is sent once, in the place of the first."""
        if not channel:
            raise InvalidParameterValue("channel name cannot be empty")
        if len(channel.encode()) > CHANNEL_BYTES_MAX:
            raise InvalidParameterValue("channel name too long")
        if len(payload) > PAYLOAD_BYTES_MAX or len(payload.encode()) > PAYLOAD_BYTES_MAX:
            raise InvalidParameterValue("payload string too long")
        self._notes[channel, payload] = None

    def listen(self, channel: str) -> None:
        """LISTEN, at the commit."""
        self._actions.append((True, channel))

    def unlisten(self, channel: str | None) -> None:
        """UNLISTEN, at the commit; None: of every channel."""
        self._actions.append((False, channel))

    @property
    def pending(self) -> bool:
        """Whether the commit has something to do."""
        return bool(self._notes or self._actions)

    def mark(self) -> Mark:
        """Where a savepoint, or a statement that may run again, begins."""
        return len(self._notes), len(self._actions)

    def undo_since(self, mark: Mark) -> None:
        """Back to a savepoint. What had been said before it stays, even if it was said again since."""
        while len(self._notes) > mark[0]:
            self._notes.popitem()
        del self._actions[mark[1] :]

    # --- the end of a transaction ---------------------------------------------------------------------------------

    def before_commit(self) -> None:
        """Make sure that there is room in the queue (54000)."""
        if self._notes:
            own = _after(self._channels, self._actions).keys() - self._channels.keys() if self._actions else ()
            self._reserved = self._queue.reserve(self._notes, own, self._session.notices)

    async def log(self, transaction: "Transaction") -> None:
        """Before the commit: tell the copies of this database, if there may be any."""
        if not self._notes or not transaction.logs:
            return
        message = notes_message(self._session.process_id, tuple(self._notes))
        if transaction.read_only:
            await self._session.database.file.wal.append((message,))
        else:
            await transaction.begin_write()
            transaction.log(message)

    def committed(self) -> None:
        """The transaction is committed, if not durable; those that are committed after it take effect after it."""
        self.process_id = self._session.process_id
        self._ended = Ended(self, self._notes, self._actions, self._reserved)
        self._notes, self._actions, self._reserved = {}, [], 0
        self._queue.committed(self._ended)

    def publish(self) -> None:
        """The transaction is durable: take effect."""
        if self._ended is not None:
            self._ended.durable = True
            self._ended = None
            self._queue.settle()

    def discard(self) -> None:
        """The transaction is rolled back, or could not be made durable."""
        if self._ended is not None:
            ended, self._ended = self._ended, None
            self._queue.settle(forgotten=ended)
        self._queue.release(self._reserved)
        self._reserved = 0
        self._notes.clear()
        self._actions.clear()

    def take_effect(self, actions: list[Action]) -> None:
        """LISTENs and UNLISTENs."""
        if not actions:
            return
        after = _after(self._channels, actions)
        gone = self._channels.keys() - after.keys()
        for channel in gone:
            self._queue.unlisten(self, channel)
        for channel in after:
            if channel not in self._channels:
                self._queue.listen(self, channel)
        self._channels = after
        if gone and self.unread:
            self._forget_channels()

    # --- the session ----------------------------------------------------------------------------------------------

    @property
    def channels(self) -> tuple[str, ...]:
        """What the session listens to, in the order in which it began to."""
        return tuple(self._channels)

    @property
    def usage(self) -> float:
        """How full the queue is: 0 to 1."""
        return self._queue.usage

    def take(self, bytes_max: int) -> list[Notification]:
        """The next for the client: about so many bytes, at least one if there is one."""
        found = []
        taken = 0
        for notification in self.unread:
            self._queue.taken(notification)
            found.append(notification)
            taken += len(notification.channel) + len(notification.payload)
            if taken >= bytes_max:
                break
        del self.unread[: len(found)]
        return found

    def close(self) -> None:
        """The session is over."""
        self.discard()
        self.unlisten(None)
        self.committed()
        self.publish()
        self.wake = _nobody
        del self._session  # which refers to this

    def _forget_channels(self) -> None:
        """Drop what came from channels that the session does not listen to any more."""
        kept = [notification for notification in self.unread if notification.channel in self._channels]
        for notification in self.unread:
            if notification.channel not in self._channels:
                self._queue.taken(notification)
        self.unread[:] = kept


def _after(channels: dict[str, None], actions: list[Action]) -> dict[str, None]:
    """The channels that a session listens to after LISTENs and UNLISTENs."""
    found = channels.copy()
    for listens, channel in actions:
        if channel is None:
            found.clear()
        elif listens:
            found.setdefault(channel)
        else:
            found.pop(channel, None)
    return found


def _nobody() -> None:
    """There is nobody to be told."""
