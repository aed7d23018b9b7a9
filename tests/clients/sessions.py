"""Several sessions at once: one that waits runs in a thread and is watched through pg_stat_activity."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]


class Waiting:
    """A statement of one session that runs in a thread."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.error: BaseException | None = None
        self.result: Any = None
        self._work = work
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.result = self._work()
        except psycopg.Error as error:
            self.error = error

    def done(self) -> Any:
        """Wait for its end; its result, or raise its error."""
        self._thread.join(20)
        assert not self._thread.is_alive(), "still waiting"
        if self.error is not None:
            raise self.error
        return self.result


def until_it_waits(observer: Connection, pid: int) -> None:
    """Ask pg_stat_activity until the session waits for a lock."""
    query = "SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
    for _ in range(10_000):
        if observer.execute(query, [pid]).fetchone() == ("Lock",):
            return
    raise AssertionError("it never waited")
