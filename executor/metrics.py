"""What is counted while the server works: read by pg_stat_activity, pg_stat_database and pgquill_metrics().

Counters are plain numbers, changed in the event loop alone, and nothing is computed before somebody asks. Times of the
clock are nanoseconds (time.time_ns).
"""

from dataclasses import dataclass, field
from enum import Enum
from time import time_ns


class End(Enum):
    """How a session ended, for pg_stat_database; a polite end counts nowhere."""

    NORMAL = ""
    ABANDONED = "sessions_abandoned"  # the client went away without a word
    FATAL = "sessions_fatal"
    KILLED = "sessions_killed"  # by an operator


@dataclass(slots=True)
class SessionClock:
    """What a session does and since when; pgwire sets it whenever the client is waited for.

    active: a statement or pipeline is being worked on, which began or ended at changed_ns. waits_for: the wait event of the
    client's connection, "" while there is none. active_ns, in_transaction_ns: how long it has been active, and idle in a
    transaction, before changed_ns.
    """

    started_ns: int = field(default_factory=time_ns)
    changed_ns: int = field(default_factory=time_ns)
    active: bool = True
    waits_for: str = ""
    active_ns: int = 0
    in_transaction_ns: int = 0
    end: End = End.NORMAL

    def rest(self) -> None:
        """All that the client has asked for is done."""
        if self.active:
            now = time_ns()
            self.active_ns += now - self.changed_ns
            self.changed_ns, self.active = now, False

    def work(self, in_transaction: bool) -> None:
        """The client asks for something. in_transaction: whether it has kept a transaction waiting."""
        if not self.active:
            now = time_ns()
            if in_transaction:
                self.in_transaction_ns += now - self.changed_ns
            self.changed_ns, self.active = now, True


@dataclass(slots=True)
class DatabaseMetrics:
    """What has happened in one database since the server started. Times are those of sessions that have ended."""

    commits: int = 0
    rollbacks: int = 0
    deadlocks: int = 0
    sessions: int = 0
    session_ns: int = 0
    active_ns: int = 0
    in_transaction_ns: int = 0
    ends: dict[End, int] = field(default_factory=lambda: dict.fromkeys(End, 0))

    def add(self, clock: SessionClock) -> None:
        """A session's times, as of now."""
        self.session_ns += time_ns() - clock.started_ns
        self.active_ns += clock.active_ns
        self.in_transaction_ns += clock.in_transaction_ns

    def session_ended(self, clock: SessionClock) -> None:
        """Once for each session."""
        self.add(clock)
        self.ends[clock.end] += 1
