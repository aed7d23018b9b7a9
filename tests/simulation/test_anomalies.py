"""The checker finds each anomaly it is for in a history made by hand, and nothing in a sound one."""

import pytest

from tests.simulation.dependencies import find_anomalies
from tests.simulation.histories import (
    Append,
    History,
    Level,
    Operation,
    Outcome,
    Read,
    RolledBackTo,
    Savepoint,
    Transaction,
)

RC, RR, SER = Level.READ_COMMITTED, Level.REPEATABLE_READ, Level.SERIALIZABLE


def ran(*operations: Operation, at: float = 0.0, until: float = 100.0, outcome: Outcome = Outcome.COMMITTED) -> Transaction:
    """A transaction from `at` to `until`; all are at the same time unless told otherwise."""
    for operation in operations:
        if isinstance(operation, Append | Read):
            operation.began, operation.ended = at, until
    return Transaction(list(operations), outcome, began=at, commit_sent=until, ended=until)


def kinds(level: Level, final: dict[int, tuple[int, ...]], *transactions: Transaction) -> set[str]:
    return {each.kind for each in find_anomalies(History(level, list(transactions), final))}


@pytest.mark.parametrize("level", Level)
def test_serial_history_is_sound(level: Level) -> None:
    assert kinds(level, {1: (1, 2), 2: (3,)},
                 ran(Append(1, 1), Read(1, (1,)), at=0, until=1),
                 ran(Read(1, (1,)), Append(1, 2), Append(2, 3), Read(2, (3,)), at=2, until=3),
                 ran(Append(1, 9), at=4, until=5, outcome=Outcome.ABORTED),
                 ran(Read(1, (1, 2)), Read(2, (3,)), at=6, until=7)) == set()


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize(("kind", "final", "transactions"), [
    ("G0", {1: (1, 2), 2: (4, 3)}, [ran(Append(1, 1), Append(2, 3)), ran(Append(1, 2), Append(2, 4))]),
    ("G1c", {1: (1,), 2: (2,)}, [ran(Append(1, 1), Read(2, (2,))), ran(Append(2, 2), Read(1, (1,)))]),
    ("G1a", {}, [ran(Append(1, 1), outcome=Outcome.ABORTED), ran(Read(1, (1,)))]),
    ("G1b", {1: (1, 2)}, [ran(Append(1, 1), Append(1, 2)), ran(Read(1, (1,)))]),
    ("dirty read", {1: (1,)}, [ran(Append(1, 1), at=0, until=9), ran(Read(1, (1,)), at=1, until=2)]),
    ("stale read", {1: (1,)}, [ran(Append(1, 1), at=0, until=1), ran(Read(1, ()), at=2, until=3)]),
    ("lost append", {1: (2,)}, [ran(Append(1, 1)), ran(Append(1, 2))]),
    ("resurrected append", {1: (1,)}, [ran(Append(1, 1), outcome=Outcome.ABORTED)]),
    ("resurrected append", {1: (1,)}, [ran(Savepoint(), Append(1, 1, undone=True), RolledBackTo())]),
    ("G1a", {}, [ran(Savepoint(), Append(1, 1, undone=True), RolledBackTo()), ran(Read(1, (1,)))]),
    ("duplicate", {1: (1, 1)}, [ran(Append(1, 1))]),
    ("garbage", {1: (1, 5)}, [ran(Append(1, 1))]),
    ("incompatible order", {1: (1, 2)}, [ran(Append(1, 1)), ran(Append(1, 2)), ran(Read(1, (2, 1)))]),
    ("internal", {1: (1,)}, [ran(Append(1, 1), Read(1, ()))]),
    ("internal", {1: (1, 2)}, [ran(Append(1, 1), Read(1, (1,)), Read(1, (1, 2))), ran(Append(1, 2))]),
    ("internal", {1: (1,)}, [ran(Append(1, 1), Savepoint(), Append(1, 2, undone=True), RolledBackTo(), Read(1, (1, 2)))]),
])
def test_planted_anomaly_that_no_level_allows_is_found(
    level: Level, kind: str, final: dict[int, tuple[int, ...]], transactions: list[Transaction]
) -> None:
    assert kind in kinds(level, final, *transactions)


def test_lost_update_is_found_under_repeatable_read_and_allowed_under_read_committed() -> None:
    transactions = ran(Read(1, ()), Append(1, 1)), ran(Read(1, ()), Append(1, 2))
    assert kinds(RC, {1: (1, 2)}, *transactions) == set()
    assert "lost update" in kinds(RR, {1: (1, 2)}, *transactions)
    assert "lost update" in {each.kind for each in find_anomalies(History(SER, list(transactions), {1: (1, 2)}))}


def test_read_skew_is_found_under_repeatable_read_and_allowed_under_read_committed() -> None:
    transactions = ran(Read(1, (), statement=1), Read(2, (2,), statement=2)), ran(Append(1, 1), Append(2, 2))
    assert kinds(RC, {1: (1,), 2: (2,)}, *transactions) == set()
    assert kinds(RR, {1: (1,), 2: (2,)}, *transactions) == {"G-single"}
    assert kinds(SER, {1: (1,), 2: (2,)}, *transactions) == {"G-single"}


def test_read_skew_within_one_statement_is_found_under_read_committed() -> None:
    assert kinds(RC, {1: (1,), 2: (2,)}, ran(Read(1, (), statement=1), Read(2, (2,), statement=1)),
                 ran(Append(1, 1), Append(2, 2))) == {"G-single"}


def test_values_that_change_between_reads_are_found_under_repeatable_read() -> None:
    transactions = ran(Read(1, (), statement=1), Read(1, (1,), statement=2)), ran(Append(1, 1))
    assert kinds(RC, {1: (1,)}, *transactions) == set()
    assert "internal" in kinds(RR, {1: (1,)}, *transactions)


def test_row_locked_for_update_that_changes_is_found_under_read_committed() -> None:
    assert "internal" in kinds(RC, {1: (1, 2)}, ran(Append(1, 1), at=0, until=1),
                               ran(Read(1, (1,), locking=True), Read(1, (1, 2)), at=2, until=9),
                               ran(Append(1, 2), at=3, until=4))


def test_write_skew_is_found_under_serializable_alone() -> None:
    transactions = ran(Read(1, ()), Append(2, 2)), ran(Read(2, ()), Append(1, 1))
    assert kinds(RR, {1: (1,), 2: (2,)}, *transactions) == set()
    assert kinds(SER, {1: (1,), 2: (2,)}, *transactions) == {"G2"}


def test_long_fork_is_found_under_repeatable_read() -> None:
    """Two readers see two writers in different orders: two rw edges, but not in a row."""
    transactions = (ran(Append(1, 1)), ran(Append(2, 2)), ran(Read(1, (1,)), Read(2, ())), ran(Read(1, ()), Read(2, (2,))))
    assert kinds(RR, {1: (1,), 2: (2,)}, *transactions) == {"G-nonadjacent"}


def test_snapshot_older_than_an_acknowledged_commit_is_found_through_others() -> None:
    """T1 is acknowledged before T2 begins, T3 sees T2's work but not T1's."""
    assert kinds(RR, {1: (1,), 2: (2,)}, ran(Append(1, 1), at=0, until=3), ran(Append(2, 2), at=4, until=5),
                 ran(Read(2, (2,)), Read(1, ()), at=2, until=6)) == {"G-single-realtime"}


def test_commit_whose_answer_was_lost_counts_if_its_append_is_there() -> None:
    lost = ran(Append(1, 1), Append(2, 2), outcome=Outcome.UNKNOWN)
    assert kinds(SER, {1: (1,), 2: (2,)}, lost, ran(Read(1, (1,)), at=200, until=201)) == set()
    assert kinds(SER, {}, ran(Append(1, 1), Append(2, 2), outcome=Outcome.UNKNOWN)) == set()
    assert "lost append" in kinds(SER, {1: (1,)}, ran(Append(1, 1), Append(2, 2), outcome=Outcome.UNKNOWN))
