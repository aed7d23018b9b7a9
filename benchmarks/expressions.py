"""What typical expressions cost: one query each over one table, with a small result, so that the wire does not count.

Both contenders get the same rows by COPY, and before anything is timed their answers must be equal.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.contenders import Contender
from benchmarks.workloads import Scale, Workload, rest

BLOCK_ROWS = 5_000
CODES = 20
JOINED = 1_000

TABLES = (
    "DROP TABLE IF EXISTS bench_expr",
    "DROP TABLE IF EXISTS bench_expr_codes",
    "CREATE TABLE bench_expr_codes (id int PRIMARY KEY, weight int NOT NULL)",
    f"INSERT INTO bench_expr_codes SELECT g, g % 7 FROM generate_series(0, {JOINED - 1}) AS g",
    "CREATE TABLE bench_expr (id int PRIMARY KEY, n int NOT NULL, big bigint NOT NULL, amount numeric(12,2) NOT NULL, "
    "label text NOT NULL, code text NOT NULL, flag boolean NOT NULL, maybe int, at timestamptz NOT NULL, "
    "local timestamp NOT NULL, doc jsonb NOT NULL, tags int[] NOT NULL)",
)
INDEXES = (
    "CREATE INDEX bench_expr_label ON bench_expr (label)",
    "CREATE INDEX bench_expr_at ON bench_expr (at)",
    "ANALYZE bench_expr",
)

QUERIES = {
    "integers": "SELECT sum((n * 3 + 7) % 1000 - n / 2) FROM bench_expr",
    "numeric": "SELECT max(amount * 1.19 - 0.01) FROM bench_expr",
    "round": "SELECT sum(round(amount * 0.19, 2)) FROM bench_expr",
    "sum-numeric": "SELECT sum(amount) FROM bench_expr",
    "sum-product": "SELECT sum(amount * n) FROM bench_expr",
    "avg-int": "SELECT avg(n) FROM bench_expr",
    "group-sum": "SELECT code, sum(big) FROM bench_expr GROUP BY code ORDER BY code",
    "group-avg": "SELECT code, avg(amount) FROM bench_expr GROUP BY code ORDER BY code",
    "filter": "SELECT count(*) FROM bench_expr WHERE n < 500 AND flag",
    "numeric-filter": "SELECT count(*) FROM bench_expr WHERE amount * 2 > 15000",
    "distinct": "SELECT count(DISTINCT n) FROM bench_expr",
    "text": "SELECT sum(length(upper(label) || substr(label, 3, 5))) FROM bench_expr",
    "replace": "SELECT sum(position('7' in label)), sum(length(replace(label, 'row', 'line'))) FROM bench_expr",
    "regexp": "SELECT count(*) FROM bench_expr WHERE label ~ 'row [0-9]*7 '",
    "ilike": "SELECT count(*) FROM bench_expr WHERE label ILIKE '%ROW 12%'",
    "like-prefix": "SELECT count(*) FROM bench_expr WHERE label LIKE 'row 123%'",
    "date-trunc": "SELECT date_trunc('month', at), count(*) FROM bench_expr GROUP BY 1 ORDER BY 1",
    "date-trunc-local": "SELECT date_trunc('month', local), count(*) FROM bench_expr GROUP BY 1 ORDER BY 1",
    "extract": "SELECT extract(hour FROM at), count(*) FROM bench_expr GROUP BY 1 ORDER BY 1",
    "extract-epoch": "SELECT sum(extract(epoch FROM at)) FROM bench_expr",
    "time-range": "SELECT count(*) FROM bench_expr WHERE at >= '2026-01-03' AND at < '2026-01-04'",
    "interval": "SELECT max(at + interval '1 day 3 hours') FROM bench_expr",
    "json-field": "SELECT count(*) FROM bench_expr WHERE doc ->> 'kind' = 'kind 3'",
    "json-contains": "SELECT count(*) FROM bench_expr WHERE doc @> '{\"kind\": \"kind 3\"}'",
    "json-int": "SELECT sum((doc ->> 'size')::int) FROM bench_expr",
    "any": "SELECT count(*) FROM bench_expr WHERE 7 = ANY (tags)",
    "case": "SELECT sum(CASE WHEN n < 100 THEN 1 WHEN n < 500 THEN 2 ELSE 3 END) FROM bench_expr",
    "coalesce": "SELECT sum(coalesce(maybe, n)) FROM bench_expr",
    "top-text": "SELECT code, label FROM bench_expr ORDER BY code || label LIMIT 10",
    "top-numeric": "SELECT id, amount FROM bench_expr ORDER BY amount, id LIMIT 10",
    "join": "SELECT count(*), sum(weight) FROM bench_expr JOIN bench_expr_codes AS c ON c.id = bench_expr.n",
    "row-number": "SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY code ORDER BY id) AS r FROM bench_expr) AS s "
                  "WHERE r <= 3",
    "string-agg": "SELECT length(string_agg(code, ',')) FROM bench_expr",
    "series": "SELECT count(*) FROM generate_series(1, {rows})",
}
"""By the workload's name, without its "expr-"."""


def lines(rows: int) -> Iterator[bytes]:
    """The table in COPY's text format, a block at a time. Two in five timestamps have microseconds."""
    for start in range(0, rows, BLOCK_ROWS):
        yield b"".join(_line(row) for row in range(start, min(start + BLOCK_ROWS, rows)))


def _line(row: int) -> bytes:
    scrambled = row * 7919 % 1_000_003
    seconds = row % 31_536_000
    day, clock = divmod(seconds * 37 % 31_536_000, 86_400)
    at = f"2026-{day // 31 + 1:02d}-{day % 28 + 1:02d} {clock // 3600:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}"
    at += f".{scrambled:06d}".rstrip("0") if row % 5 < 2 and scrambled else ""
    maybe = rf"{row % 50}" if row % 3 else r"\N"
    fields = (
        f"{row}", f"{scrambled % 1000}", f"{scrambled * 4_000_000_007}", f"{scrambled - 300_000}.{row % 100:02d}",
        f"row {scrambled} of the table", f"code {row % CODES}", "t" if row % 2 else "f", maybe, f"{at}+00", at,
        f'{{"kind": "kind {row % 11}", "size": {scrambled}, "tags": ["a", "b"], "price": {row % 100}.50}}',
        f"{{{row % 10},{row % 13},{scrambled % 17}}}",
    )
    return ("\t".join(fields) + "\n").encode()


def make_table(contender: Contender, scale: Scale) -> None:
    """The table of all these workloads, once for each contender."""
    with contender.connect() as connection:
        found = connection.execute("SELECT count(*) FROM pg_class WHERE relname = 'bench_expr_at'").fetchone()
        if found == (1,):
            return
        for statement in TABLES:
            connection.execute(statement.encode())
        with connection.cursor() as cursor, cursor.copy("COPY bench_expr FROM STDIN") as copy:
            for block in lines(scale.expression_rows):
                copy.write(block)
        for statement in INDEXES:
            connection.execute(statement.encode())
    rest(contender)


def answered(query: str) -> Callable[[Contender, Scale], list[Any]]:
    """What the query answers, as text: the two contenders must agree."""

    def answer(contender: Contender, scale: Scale) -> list[Any]:
        with contender.connect() as connection:
            result = connection.pgconn.exec_(_text(query, scale))
            if result.error_message:
                raise RuntimeError(result.error_message)
            return [[result.get_value(row, column) for column in range(result.nfields)] for row in range(result.ntuples)]

    return answer


def timed(query: str) -> Callable[[Contender, Scale], float]:
    """Measures the seconds until the answer is there."""

    def measure(contender: Contender, scale: Scale) -> float:
        with contender.connect() as connection:
            began = time.perf_counter()
            result = connection.pgconn.exec_(_text(query, scale))
            seconds = time.perf_counter() - began
            if result.error_message:
                raise RuntimeError(result.error_message)
            return seconds

    return measure


def _text(query: str, scale: Scale) -> bytes:
    return query.replace("{rows}", str(scale.expression_rows)).encode()


EXPRESSIONS = tuple(
    Workload(f"expr-{name}", "s", make_table, timed(query), answer=answered(query)) for name, query in QUERIES.items()
)
