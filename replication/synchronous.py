"""Which standbys a commit waits for, and how far they are: synchronous_standby_names as pure functions.

    FIRST n (a, b, c)   the n with the earliest names among those that are connected; a commit waits for all of them
    ANY n (a, b, c)     a commit waits for any n of them

A standby is known by its application_name, without regard to case; * is every name. Source: warm-standby.html,
"Synchronous Replication"; monitoring-stats.html, pg_stat_replication.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Rule(Protocol):
    """What the setting says (executor.settings.standby_names.StandbyNames)."""

    @property
    def quorum(self) -> bool:
        """ANY, and not FIRST."""

    @property
    def number(self) -> int:
        """How many standbys are waited for."""

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of the setting."""


class Standby(NamedTuple):
    """A connection that is sent the log. streaming: it has caught up, so that a commit may wait for it. Positions: as it has
    said, 0 as long as it has said nothing."""

    name: str
    streaming: bool
    written: int
    flushed: int
    applied: int


class Positions(NamedTuple):
    """How far the standbys that count are, as far as a commit has to wait for them."""

    written: int
    flushed: int
    applied: int


LEVELS = {"remote_write": 0, "on": 1, "remote_apply": 2}
"""synchronous_commit -> which of Positions it waits for."""


def priority(rule: Rule | None, name: str) -> int:
    """A standby's sync_priority: the place of its name, from 1; 0 if it is not waited for. All places of ANY are equal."""
    if rule is None:
        return 0
    folded = name.lower()
    place = next((place for place, known in enumerate(rule.names, 1) if known == "*" or known.lower() == folded), 0)
    return min(place, 1) if rule.quorum else place


def _counting(rule: Rule, standbys: Sequence[Standby]) -> list[int]:
    """Places in `standbys` of those that count now: of FIRST the number asked for, or fewer if there are fewer."""
    able = [(priority(rule, s.name), i) for i, s in enumerate(standbys) if s.streaming and s.flushed and priority(rule, s.name)]
    return [i for _, i in (able if rule.quorum else sorted(able)[: rule.number])]


def sync_states(rule: Rule | None, standbys: Sequence[Standby]) -> list[tuple[int, str]]:
    """(sync_priority, sync_state) of each standby, as pg_stat_replication shows them."""
    counting = set() if rule is None else set(_counting(rule, standbys))
    found = []
    for i, standby in enumerate(standbys):
        place = priority(rule, standby.name) if standby.flushed else 0
        if i in counting and rule is not None:
            found.append((place, "quorum" if rule.quorum else "sync"))
        else:
            found.append((place, "potential" if place else "async"))
    return found


def agreed(rule: Rule, standbys: Sequence[Standby]) -> Positions | None:
    """How far the log is where it has to be; None while there are fewer standbys than are asked for: commits wait for more."""
    counting = [standbys[i] for i in _counting(rule, standbys)]
    if len(counting) < rule.number:
        return None
    # Of FIRST all must be there, so the last of them decides; of ANY that one who is the number-th.
    place = rule.number - 1 if rule.quorum else len(counting) - 1
    return Positions(*(sorted(positions, reverse=True)[place]
                       for positions in zip(*((s.written, s.flushed, s.applied) for s in counting), strict=True)))


def is_reached(rule: Rule | None, standbys: Sequence[Standby], lsn: int, level: str) -> bool:
    """Whether a commit that ends at `lsn` need not wait (any more). level: a key of LEVELS."""
    if rule is None:
        return True
    found = agreed(rule, standbys)
    return found is not None and found[LEVELS[level]] >= lsn
