"""What the write-ahead log has been through since the database was opened, for metrics. Changed in the event loop alone."""

from dataclasses import dataclass

FRAME_HEADER_BYTES = 24
"""What each page in a SQLite log has before it."""


@dataclass(slots=True)
class LogCounters:
    """frames: pages appended to the log. checkpoints: attempts to copy it into the file; pages_copied: by all of them."""

    frames: int = 0
    checkpoints: int = 0
    pages_copied: int = 0
    _length: int = 0  # of the log after the last commit, in pages

    def committed(self, log_pages: int) -> None:
        """After a commit: how many pages the log has now. It begins anew after a checkpoint that copied all of it."""
        self.frames += log_pages - self._length if log_pages >= self._length else log_pages
        self._length = log_pages

    def checkpointed(self, pages: int) -> None:
        """A checkpoint is over; it has copied so many pages."""
        self.checkpoints += 1
        self.pages_copied += pages
