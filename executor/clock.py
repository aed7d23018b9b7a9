"""The time of day in stored form."""

from datetime import UTC, datetime


def timestamp_now() -> str:
    """Now, as a stored timestamptz: UTC, microseconds, trailing zeros cut."""
    text = datetime.now(UTC).isoformat(" ")[:26]
    if len(text) < 26 or text[19] != ".":
        return text[:19]
    return text.rstrip("0").rstrip(".")
