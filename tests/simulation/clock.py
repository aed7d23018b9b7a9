"""A pgquill whose wall clock can be set while it runs: `python -m tests.simulation.clock FILE serve ...`.

The file holds nanoseconds, a signed number of 8 bytes in the machine's order, that are added to the time of day. The clock by
which timeouts are measured is another one, which no operator can set.
"""

import mmap
import os
import struct
import sys
import time
from pathlib import Path

_OFFSET = struct.Struct("=q")


def set_clock(path: Path, offset_ns: int) -> None:
    """Who runs with this file has a clock that is so much ahead from now on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        os.pwrite(descriptor, _OFFSET.pack(offset_ns), 0)  # in place, since the file is mapped
    finally:
        os.close(descriptor)


def follow(path: Path) -> None:
    """Put the clock of this process ahead as the file says, at any time. Before anything else takes `time.time` by name."""
    with path.open("rb") as file:
        memory = mmap.mmap(file.fileno(), _OFFSET.size, prot=mmap.PROT_READ)
    time_ns = time.time_ns

    def set_time_ns() -> int:
        return time_ns() + int(_OFFSET.unpack_from(memory)[0])

    time.time_ns = set_time_ns
    time.time = lambda: set_time_ns() / 1e9


if __name__ == "__main__":
    follow(Path(sys.argv.pop(1)))
    from pgwire.cli import main
    main()
