"""Whether any program has a database file open, without touching it.

Each of SQLite's connections to a file in WAL mode keeps a shared lock on it (bytes from PENDING_BYTE + 2 on, see SQLite's os.h).
Not for a process that has the file open itself: POSIX drops all locks of a process when any descriptor of the file is closed.
"""

import fcntl
import os

SHARED_FIRST = 0x40000002
SHARED_SIZE = 510


def is_in_use(path: str) -> bool:
    """Whether somebody else has the file open. Raises: OSError."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_SIZE, SHARED_FIRST)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
