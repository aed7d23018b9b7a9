import pytest

from replication.history import BadHistory, Meeting, format_history, meeting_of, parse_history, parse_lsn
from storage.logged import FOREIGN_WRITE, PROMOTION

CONTENT = f"1\t0/3000000\t{PROMOTION}\n2\t0/5000148\t{FOREIGN_WRITE}\n"


def test_history_is_read_as_it_is_written() -> None:
    history = ((1, 0x3000000, PROMOTION), (2, 0x5000148, FOREIGN_WRITE))
    assert format_history(history) == CONTENT
    assert parse_history(CONTENT) == history


def test_history_of_postgresql_is_read() -> None:
    assert parse_history("1\t0/3000148\tno recovery target specified\n\n2\t1/5000148\tat restore point\n") == (
        (1, 0x3000148, "no recovery target specified"), (2, 0x1_05000148, "at restore point"))


@pytest.mark.parametrize("text", ["one\t0/1\tx", "1", "1\t0\tx", "1\t0/G\tx", "2\t0/2\tx\n1\t0/3\tx", "1\t0/3\tx\n2\t0/2\tx"])
def test_history_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadHistory):
        parse_history(text)


@pytest.mark.parametrize("text", ["", "0", "/", "0/", "123456789/0", "x/1"])
def test_position_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"position|base 16"):
        parse_lsn(text)


def test_copy_behind_its_primary_meets_it_at_its_own_end() -> None:
    assert meeting_of((), 1, 50, (), 1) == Meeting(1, 50)


def test_copy_of_a_primary_that_was_promoted_later_needs_nothing_undone() -> None:
    assert meeting_of((), 1, 50, ((1, 70, "x"),), 2) == Meeting(1, 50)


def test_old_primary_meets_the_new_one_where_that_was_promoted() -> None:
    assert meeting_of((), 1, 90, ((1, 70, "x"),), 2) == Meeting(1, 70)


def test_two_that_were_promoted_at_different_places_meet_at_the_first() -> None:
    assert meeting_of(((1, 60, "x"),), 2, 95, ((1, 70, "x"), (2, 80, "x")), 3) == Meeting(1, 60)
    assert meeting_of(((1, 70, "x"),), 2, 95, ((1, 60, "x"), (2, 80, "x")), 3) == Meeting(1, 60)


def test_copy_on_a_timeline_that_its_primary_has_left_meets_it_there() -> None:
    assert meeting_of(((1, 60, "x"),), 2, 75, ((1, 60, "x"), (2, 80, "x")), 3) == Meeting(2, 75)
    assert meeting_of(((1, 60, "x"),), 2, 99, ((1, 60, "x"), (2, 80, "x")), 3) == Meeting(2, 80)


def test_histories_without_a_common_timeline_do_not_meet() -> None:
    assert meeting_of((), 1, 5, (), 2) is None
