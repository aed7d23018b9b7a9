"""The time of day in stored form."""

from datetime import UTC, datetime


def stored_timestamp(ns: int) -> str:
    """Nanoseconds since 1970 as a stored timestamptz: UTC, microseconds, trailing zeros cut."""
    seconds, fraction = divmod(ns // 1000, 1_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text
