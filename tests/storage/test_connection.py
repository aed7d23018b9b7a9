from collections.abc import Iterator

import pytest

from storage import errors
from storage.statement import Collation, Function, Lateral, TableFunction
from tests.storage.bench import Bench, read, write

pytestmark = pytest.mark.trio


class Total:
    """Sum with all four methods of a window function."""

    def __init__(self) -> None:
        self.total = 0

    def step(self, value: int) -> None:
        self.total += value

    def inverse(self, value: int) -> None:
        self.total -= value

    def value(self) -> int:
        return self.total

    final = value


class Joined:
    """Joins texts with the context."""

    def __init__(self, context: str) -> None:
        self.context = context
        self.parts: list[str] = []

    def step(self, part: str | None) -> None:
        self.parts.append(part or "-")

    def final(self) -> str:
        return self.context.join(self.parts)


def count_to(last: int | None) -> Iterator[int]:
    yield from range(1, (last or 0) + 1)


TOTAL = (Function("total_of", Total, 1, kind="window", strict=True),)
SERIES = (TableFunction("series", 1, 1, count_to),)


async def test_strict_function_is_not_called_with_null(bench: Bench) -> None:
    needs = (Function("twice", lambda value: value * 2, 1, strict=True, deterministic=True),)
    assert await bench.query("SELECT twice(4), twice(NULL)", needs=needs) == [(8, None)]


async def test_function_takes_the_place_of_sqlites_own(bench: Bench) -> None:
    needs = (Function("upper", lambda value: "mine", 1, strict=True),)
    assert await bench.query("SELECT upper('a'), upper(NULL)", needs=needs) == [("mine", None)]


async def test_function_with_another_number_of_arguments_is_another_function(bench: Bench) -> None:
    needs = (Function("f", lambda a: 1, 1), Function("f", lambda a, b: 2, 2), Function("f", lambda *a: len(a), -1))
    assert await bench.query("SELECT f(0), f(0, 0), f(0, 0, 0)", needs=needs) == [(1, 2, 3)]


async def test_exception_of_a_function_arrives_unchanged(bench: Bench) -> None:
    problem = KeyError("mine")

    def fail(*_: object) -> None:
        raise problem

    with pytest.raises(KeyError) as caught:
        await bench.query("SELECT fail()", needs=(Function("fail", fail),))
    assert caught.value is problem
    assert await bench.query("SELECT 1") == [(1,)]


async def test_window_function_serves_as_aggregate_and_in_frames(filled: Bench) -> None:
    await filled.execute("UPDATE t SET n = NULL WHERE id = 3")
    assert await filled.query("SELECT total_of(n) FROM t", needs=TOTAL) == [(120,)]
    assert await filled.query("SELECT total_of(n) FROM t WHERE n IS NULL", needs=TOTAL) == [(0,)]
    rows = await filled.query(
        "SELECT id, total_of(n) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t", needs=TOTAL
    )
    assert rows == [(1, 10), (2, 30), (3, 20), (4, 40), (5, 90)]


async def test_aggregates_factory_gets_the_context_and_unstrict_steps_get_null(bench: Bench) -> None:
    needs = (Function("joined", Joined, 1, kind="aggregate", context=True),)
    rows = await read(bench.begin(context="+"), "SELECT joined(column1) FROM (VALUES ('a'), (NULL), ('c'))", (), needs)
    assert rows == [("a+-+c",)]


async def test_collation_orders_texts(bench: Bench) -> None:
    needs = (Collation("backwards", lambda a, b: (a < b) - (a > b)),)
    sql = "SELECT column1 FROM (VALUES ('a'), ('c'), ('b')) ORDER BY column1 COLLATE backwards"
    assert await bench.query(sql, needs=needs) == [("c",), ("b",), ("a",)]


async def test_table_function_is_lateral_and_numbers_its_rows(filled: Bench) -> None:
    rows = await filled.query("SELECT t.id, s.c0, s.rowid FROM t, series(t.id) AS s WHERE t.id < 3", needs=SERIES)
    assert rows == [(1, 1, 1), (2, 1, 1), (2, 2, 2)]


async def test_table_function_is_called_with_null_and_may_give_nothing(filled: Bench) -> None:
    assert await filled.query("SELECT * FROM series(NULL)", needs=SERIES) == []
    sql = "SELECT t.id, s.c0 FROM t LEFT JOIN series(nullif(t.id, 2)) AS s ON s.c0 = 1 WHERE t.id < 3"
    rows = await filled.query(sql, needs=SERIES)
    assert rows == [(1, 1), (2, None)]


async def test_table_function_with_columns_arguments_and_context(bench: Bench) -> None:
    def pairs(context: str, first: object, second: object) -> list[tuple[object, ...]]:
        return [(context, first, None), (second, 1.5, b"x")]

    needs = (TableFunction("pairs", 2, 3, pairs, context=True),)
    rows = await read(bench.begin(context="me"), "SELECT c0, c1, c2, arg0, arg1 FROM pairs(?, ?)", (7, None), needs)
    assert rows == [("me", 7, None, 7, None), (None, 1.5, b"x", 7, None)]


async def test_table_function_without_an_argument_it_needs_is_an_error(bench: Bench) -> None:
    with pytest.raises(errors.SqlLogicError):
        await bench.query("SELECT * FROM series", needs=SERIES)


async def test_table_function_that_is_not_read_to_its_end_is_closed(bench: Bench) -> None:
    closed: list[bool] = []

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.append(True)

    assert await bench.query("SELECT * FROM endless() LIMIT 2", needs=(TableFunction("endless", 0, 1, endless),)) == [
        (1,), (1,)]
    assert closed == [True]


async def test_lateral_query_runs_with_its_arguments_on_the_transactions_view(filled: Bench) -> None:
    needs = (Lateral("below", "SELECT id, n FROM t WHERE id < ?1 ORDER BY id DESC LIMIT 2", 1, 2),)
    sql = "SELECT t.id, b.c0, b.c1 FROM t LEFT JOIN below(t.id) AS b WHERE t.id <= 3"
    expected = [(1, None, None), (2, 1, 10), (3, 2, 20), (3, 1, 10)]
    assert await filled.query(sql, needs=needs) == expected
    transaction = filled.begin()
    await transaction.begin_write()
    assert await read(transaction, sql, (), needs) == expected
    await transaction.rollback()


async def test_lateral_queries_nest(filled: Bench) -> None:
    needs = (
        Lateral("inner_rows", "SELECT ?1 * 100 + id FROM t WHERE id <= ?1", 1, 1),
        Lateral("outer_rows", "SELECT i.c0 FROM t, inner_rows(t.id) AS i WHERE t.id = ?1", 1, 1),
    )
    assert await filled.query("SELECT o.c0 FROM t, outer_rows(t.id) o WHERE t.id = 2", needs=needs) == [(201,), (202,)]


async def test_many_lateral_queries_are_forgotten_and_come_back(filled: Bench) -> None:
    first = (Lateral("lateral_0", "SELECT 0", 0, 1),)
    assert await filled.query("SELECT * FROM lateral_0", needs=first) == [(0,)]
    for number in range(1, 600):
        needs = (Lateral(f"lateral_{number}", f"SELECT {number}", 0, 1),)
        assert await filled.query(f"SELECT * FROM lateral_{number}", needs=needs) == [(number,)]
    assert await filled.query("SELECT * FROM lateral_0", needs=first) == [(0,)]


async def test_string_in_double_quotes_is_no_literal(bench: Bench) -> None:
    with pytest.raises(errors.SqlLogicError):
        await bench.query('SELECT "text"')


async def test_like_is_case_sensitive(bench: Bench) -> None:
    assert await bench.query("SELECT 'a' LIKE 'A', 'a' LIKE 'a'") == [(0, 1)]


async def test_impure_functions_are_out_of_reach_of_the_files_own_views(filled: Bench) -> None:
    needs = (Function("secret", lambda: 1, 0), Function("plain", lambda: 1, 0, deterministic=True))
    transaction = filled.begin()
    for name in "secret", "plain":
        await write(transaction, f"CREATE VIEW see_{name} AS SELECT {name}()", (), needs)
    assert await read(transaction, "SELECT * FROM see_plain", (), needs) == [(1,)]
    with pytest.raises(errors.SqlLogicError):
        await read(transaction, "SELECT * FROM see_secret", (), needs)
    await transaction.rollback()


@pytest.mark.parametrize(("sql", "params", "error"), [
    ("SELECT * FROM missing", (), errors.SqlLogicError),
    ("SELECT ?", (), errors.SqlLogicError),
    ("SELECT zeroblob(2000000000)", (), errors.TooBig),
    ("SELECT abs(-9223372036854775807 - 1)", (), errors.SqlLogicError),
])
async def test_statement_that_fails_raises_the_engine_error(
    bench: Bench, sql: str, params: tuple[object, ...], error: type[errors.EngineError]
) -> None:
    for _ in range(2):
        with pytest.raises(error):
            await bench.query(sql, params)
    assert await bench.query("SELECT 1") == [(1,)]
