"""How long a match of a regular expression may take, and what may end it before.

The library knows only a limit of time. So a match is tried with a short limit, and again with twice as much, and in between
there is a look at whether the statement is to stop: that costs at most as much again. In the event loop the first limit is
a few milliseconds, and the statement then goes on in a thread, where the library lets others run meanwhile.
"""

from collections.abc import Callable
from typing import TypeVar

from executor.sqlstates import QueryCanceled
from storage.errors import NeedsThread
from storage.worker import in_thread, look_up, may_move

T = TypeVar("T")

TIMEOUT_S = 30.0
"""A single match that takes longer ends the statement."""
INLINE_S = 0.003
FIRST_S = 0.1


def timed(match: Callable[..., T]) -> T:
    """Run a function of the library, which takes `timeout` and `concurrent` (57014)."""
    look_up()
    if may_move():
        try:
            return match(timeout=INLINE_S, concurrent=False)
        except TimeoutError:
            raise NeedsThread("the regular expression takes long") from None
    threaded = in_thread()
    limit_s = FIRST_S if threaded else TIMEOUT_S
    while True:
        try:
            return match(timeout=limit_s, concurrent=threaded)
        except TimeoutError:
            look_up()
            if limit_s >= TIMEOUT_S:
                raise QueryCanceled("canceling statement because a regular expression took too long to match") from None
            limit_s = min(2 * limit_s, TIMEOUT_S)
