"""Which notices a client is told: the setting client_min_messages."""

from collections.abc import Sequence

from executor.errors import SqlError

LEVELS = ("debug5", "debug4", "debug3", "debug2", "debug1", "log", "info", "notice", "warning", "error")
RANKS = {level.upper(): rank for rank, level in enumerate(LEVELS)} | {"INFO": len(LEVELS)}
"""Severity -> rank. INFO is what a client has asked for: it is told whatever the setting says."""


def wanted(notices: Sequence[SqlError], level: str) -> list[SqlError]:
    """Those that are at least as severe as a value of client_min_messages."""
    least = LEVELS.index(level)
    return [notice for notice in notices if RANKS[notice.severity] >= least]
