from benchmarks.contenders import Contender
from benchmarks.expressions import EXPRESSIONS, lines
from benchmarks.report import Result
from benchmarks.run import check_answers
from benchmarks.workloads import QUICK


class Nobody:
    host, user, port = "127.0.0.1", "nobody", 1


FIRST, SECOND = Contender("PostgreSQL", Nobody()), Contender("ours", Nobody())


def test_each_query_is_checked_before_it_is_timed() -> None:
    assert all(workload.answer is not None for workload in EXPRESSIONS)


def test_rows_are_as_many_as_asked_for_and_each_has_every_field() -> None:
    rows = b"".join(lines(12_345)).splitlines()
    assert len(rows) == 12_345
    assert {row.count(b"\t") for row in rows} == {11}
    assert len({row.partition(b"\t")[0] for row in rows}) == 12_345


def test_answers_that_differ_are_a_failure_of_the_second() -> None:
    result = Result("w", "s")
    check_answers(result, lambda contender, scale: contender.name, (FIRST, SECOND), QUICK)
    assert result.failures == {"ours": "ours instead of PostgreSQL"}


def test_answers_that_agree_are_no_failure() -> None:
    result = Result("w", "s")
    check_answers(result, lambda contender, scale: [["1"]], (FIRST, SECOND), QUICK)
    assert result.failures == {}
