"""Aggregates over VALUES, window functions, set-returning functions, subscripts and slices, rows."""

from collections.abc import Callable, Iterator
from random import Random

from executor.facts import lookup
from executor.facts.lookup import Function
from tests.differential.literals import POOLS, quoted, type_name, typed
from tests.differential.model import Case
from tests.differential.nested import TYPES
from tests.differential.signatures import argument, concrete, families, is_comparable, names_of

FRAMES = ("ORDER BY n", "ORDER BY n ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", "PARTITION BY n % 2 ORDER BY n DESC", "",
          "ORDER BY n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", "ORDER BY n ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING",
          "ORDER BY n % 2 RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
          "ORDER BY n GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW",
          "ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW",
          "ORDER BY n % 3 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES",
          "ORDER BY n RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING")
ROWS = 5


def values(types: list[str], rng: Random, function: str, rows: int = ROWS, hard: bool = True) -> str:
    """FROM (VALUES ...) v(n, c0, c1, ...), with NULLs and the same value twice."""
    lines = []
    for number in range(1, rows + 1):
        cells = []
        for i, t in enumerate(types):
            if rng.random() < 0.15 and number > 1:
                cells.append(f"NULL::{type_name(t)}" if t != "record" else "NULL")
            elif hard or t == "record":
                cells.append(argument(t, i, function, rng))
            else:
                cells.append(typed(t, rng.choice(POOLS[t].mild)))
        if lines and rng.random() < 0.2:
            cells = lines[-1]
        lines.append(cells)
    shown = ", ".join(f"({', '.join([str(number), *cells])})" for number, cells in enumerate(lines, 1))
    return f"FROM (VALUES {shown}) v({', '.join(['n', *(f'c{i}' for i in range(len(types)))])})"


def aggregates(count: int) -> Iterator[Case]:
    """Every aggregate, plain and decorated."""
    facts = lookup.aggregates()
    for family, function in families():
        if function.kind != "a":
            continue
        declared = names_of(function.arguments)
        for types in concrete(declared, Random(function.signature), 5):
            if is_comparable(types) or not types:
                kind = facts[function.oid].kind
                yield from (_plain if kind == "n" else _ordered)(family, function, types, count)


def _plain(family: str, function: Function, types: list[str], count: int) -> Iterator[Case]:
    rng = Random(f"{function.signature}{types}")
    arguments = ", ".join(f"c{i}" for i in range(len(types))) or "*"
    name = function.name
    for number in range(count):
        rows = values(types, rng, name, hard=number % 2 == 1)
        yield Case(family, f"{name}({arguments}) {rows}")
    rows = values(types, rng, name, hard=False)
    yield Case(family, f"{name}({arguments}) {rows} WHERE n < 0")
    yield Case(family, f"{name}({arguments}) FILTER (WHERE n % 2 = 1) {rows}")
    yield Case(family, f"n % 2, {name}({arguments}) {rows} GROUP BY 1 ORDER BY 1")
    if types:
        yield Case(family, f"{name}(DISTINCT {arguments}) {rows}")
        yield Case(family, f"{name}({arguments} ORDER BY n DESC) {rows}")
        yield Case(family, f"{name}(DISTINCT {arguments} ORDER BY c0 DESC) {rows}")
    for frame in rng.sample(FRAMES, 4):
        yield Case("windows", f"{name}({arguments}) OVER ({frame}) {rows} ORDER BY n")


def _ordered(family: str, function: Function, types: list[str], count: int) -> Iterator[Case]:
    rng = Random(f"{function.signature}{types}")
    direct = lookup.aggregates()[function.oid].direct_arguments
    for number in range(count + 3):
        aggregated = types[direct:] if types[direct:] and types[-1] != "any" else [rng.choice(("int4", "text", "numeric"))]
        given = [typed(t, rng.choice(POOLS[t].every)) for t in types[:direct]]
        if lookup.aggregates()[function.oid].kind == "h":
            aggregated = [rng.choice(("int4", "text", "numeric", "date"))]
            given = [typed(aggregated[0], rng.choice(POOLS[aggregated[0]].mild))]
        order = ", ".join(f"c{i}{rng.choice(('', ' DESC'))}" for i in range(len(aggregated)))
        rows = values(aggregated, rng, "", hard=number % 2 == 1)
        where = " WHERE n < 0" if number == 2 else ""
        yield Case(family, f"{function.name}({', '.join(given)}) WITHIN GROUP (ORDER BY {order}) {rows}{where}")


def windows(count: int) -> Iterator[Case]:
    """Every window function."""
    for _, function in families():
        if function.kind != "w":
            continue
        rng = Random(function.signature)
        for types in concrete(names_of(function.arguments), rng, 5):
            for number in range(count):
                offset = rng.choice(("1", "2", "0", "NULL"))
                arguments = [offset if i == 1 else f"c{i}" for i in range(len(types))]
                if function.name == "ntile":
                    arguments = [rng.choice("1237")]
                rows = values(types, rng, "", hard=number % 2 == 1)
                frame = rng.choice(FRAMES)
                text = f"{function.name}({', '.join(arguments)}) OVER ({frame})"
                yield Case("windows", f"{text} {rows} ORDER BY n")


SLICES = ("[1]", "[0]", "[2]", "[-1]", "[1:2]", "[2:]", "[:2]", "[:]", "[1][2]", "[1:1][1:2]", "[NULL]", "[2:1]", "[1:NULL]",
    "[5:9]", "[1][1][1]",
          "[1:2][2]", "['1']", "[1.5]", "[2147483647]")
JSON_STEPS = ("['a']", "['b'][0]", "['a']['b']['c'][1]", "[0]", "[-1]", "['x']", "['b'][-1]", "[NULL]", "['a'][1.0]", "[1:2]",
    "['b'][9]")


def subscripts() -> Iterator[Case]:
    """Elements and slices."""
    for name, pool in POOLS.items():
        if name[0] == "_":
            rng = Random(name)
            for text in pool.every:
                for step in rng.sample(SLICES, 6):
                    yield Case("subscripts", f"({typed(name, text)}){step}")
    for text in POOLS["jsonb"].every:
        for step in JSON_STEPS:
            yield Case("subscripts", f"({typed('jsonb', text)}){step}")
    for name in ("int4", "text", "oidvector", "int2vector", "point", "name"):
        yield Case("subscripts", f"({typed(name, '1 2' if 'vector' in name else '1')})[1]" if name != "point" else "(1)[1]")


def arrays(count: int) -> Iterator[Case]:
    """ARRAY[...] over mixed elements, and nested."""
    rng = Random("arrays")
    for _ in range(count):
        t = rng.choice(TYPES)
        items = [typed(t,
            rng.choice(POOLS[t].every)) if rng.random() < 0.6 else quoted(rng.choice(POOLS[t].mild)) for _ in range(3)]
        other = rng.choice(TYPES)
        if rng.random() < 0.3:
            items.append(typed(other, rng.choice(POOLS[other].mild)))
        text = rng.choice(("ARRAY[{}]", "ARRAY[ARRAY[{}], ARRAY[{}]]", "ARRAY[[{}],[{}]]", "ARRAY[{}]::text[]", "ARRAY[NULL, {}]",
                           "ARRAY(SELECT unnest(ARRAY[{}]))", "array_length(ARRAY[{}], 1)", "(ARRAY[{}])[2:]"))
        yield Case("arrays", text.replace("{}", ", ".join(items)))


def filled(shape: str, make: Callable[[], str]) -> str:
    """The text with something new at each {}."""
    first, *rest = shape.split("{}")
    return first + "".join(make() + part for part in rest)


ROW_TESTS = ("{} = {}", "{} < {}", "{} <> {}", "{} IS DISTINCT FROM {}", "{} IS NULL", "{} IS NOT NULL", "({})::text", "{} >= {}",
             "row_to_json({})", "to_jsonb({})", "{} *= {}", "{} *< {}", "GREATEST({}, {})", "{} IN ({}, {})",
             "array_agg(r) FROM (VALUES ({})) v(r)",
             "count(r) FROM (VALUES ({}), ({})) v(r)", "NOT ({} = {})", "{} = ANY (ARRAY[{}])", "({}).f1", "{}::pair")


def rows(count: int) -> Iterator[Case]:
    """Rows compared, printed, tested for NULL."""
    rng = Random("rows")
    for number in range(count):
        types = [rng.choice(TYPES) for _ in range(rng.choice((1, 2, 2, 3)))]

        def row(types: list[str] = types) -> str:
            cells = [rng.choice((typed(t, rng.choice(POOLS[t].every)), typed(t, POOLS[t].mild[0]), "NULL")) for t in types]
            return f"ROW({', '.join(cells)})"

        yield Case("rows", filled(ROW_TESTS[number % len(ROW_TESTS)], row))


def ordering(count: int) -> Iterator[Case]:
    """Sorting, grouping and set operations over values of one type."""
    shapes = ("c0 {} ORDER BY c0", "c0 {} ORDER BY c0 DESC NULLS LAST, n", "DISTINCT c0 {} ORDER BY 1",
        "c0, count(*) {} GROUP BY c0 ORDER BY 1",
              "min(c0), max(c0) {}", "c0 {} INTERSECT SELECT c0 {} ORDER BY 1", "c0 {} UNION SELECT c0 {} ORDER BY 1",
              "c0 {} EXCEPT SELECT c0 {} ORDER BY 1", "DISTINCT ON (c0) c0, n {} ORDER BY c0, n",
              "rank() OVER (ORDER BY c0), n {} ORDER BY 1, 2",
              "a.n, b.n FROM (SELECT * {}) a JOIN (SELECT * {}) b USING (c0) ORDER BY 1, 2", "count(DISTINCT c0) {}")
    for name in POOLS:
        for number in range(count):
            rng = Random(f"order {name} {number}")
            shape = rng.choice(shapes)
            yield Case("ordering", filled(shape, lambda name=name, rng=rng: values([name], rng, "", rows=7)))


def returning_sets() -> Iterator[Case]:
    """Set-returning functions in FROM."""
    texts = (
        "* FROM generate_series(1, 5) WITH ORDINALITY", "* FROM generate_series(5, 1, -2) x", "* FROM generate_series(1, 3, 0)",
        "* FROM generate_series(1.0, 2.5, 0.5)", "* FROM generate_series(1, NULL)", "* FROM generate_series('NaN'::numeric, 3)",
        "* FROM generate_series('2024-01-30'::timestamp, '2024-04-01', '1 month')",
        "* FROM generate_series('2023-11-04 12:00+00'::timestamptz, '2023-11-06 12:00+00', '1 day', 'America/New_York')",
        "* FROM generate_series('2024-01-01'::date, '2024-01-03', '12 hours')",
        "* FROM generate_series(9223372036854775805, 9223372036854775807)",
        "* FROM unnest(ARRAY[1,2], ARRAY['a','b','c']) WITH ORDINALITY AS t(a, b, o)",
        "* FROM unnest('{{1,2},{3,NULL}}'::int[]) u",
        "* FROM unnest('{}'::int[])", "* FROM unnest(NULL::int[])", "* FROM unnest('{\"(1,a)\",NULL}'::pair[])",
        "* FROM unnest('{[1,3),[5,8)}'::int4multirange)", "* FROM generate_subscripts('[3:5]={1,2,3}'::int[], 1)",
        "* FROM generate_subscripts('{1,2}'::int[], 1, true)", "* FROM jsonb_each('{\"a\":1,\"b\":[2]}')",
        "* FROM json_each_text('{\"a\":null,\"a\":\"x\"}')",
        "* FROM jsonb_array_elements('[1,[2],null]') WITH ORDINALITY", "* FROM json_array_elements_text('[1,\"x\",null,{}]')",
        "* FROM jsonb_object_keys('{\"b\":1,\"a\":2}')", "* FROM json_object_keys('{\"b\":1,\"a\":2,\"b\":3}')",
        "* FROM jsonb_array_elements('{}')",
        "* FROM jsonb_each('[1]')", "* FROM regexp_matches('abcabc', '(a)(b)', 'g')",
        "* FROM regexp_split_to_table('a1b2c', '\\d')",
        "* FROM string_to_table('a,,b', ',', '')", "* FROM jsonb_to_record('{\"a\":1,\"b\":\"x\"}') AS t(a int, b text, c date)",
        "* FROM jsonb_to_recordset('[{\"a\":1},{\"a\":\"2\",\"b\":[1]}]') AS t(a int, b jsonb)",
        "* FROM json_populate_recordset(NULL::pair, '[{\"a\":1},{\"b\":\"x\"}]')",
        "* FROM jsonb_path_query('[1,2,3]', '$[*] ? (@ > 1)')",
        "* FROM ROWS FROM (generate_series(1,2), unnest(ARRAY['x','y','z'])) AS t(a, b)",
        "generate_series(1, 3), generate_series(1, 2)", "unnest(ARRAY[1,2]), 'x'", "generate_series(1, 3) + 1 ORDER BY 1 DESC",
        "x, generate_series(1, x) FROM (VALUES (2), (0), (1)) v(x)", "count(*) FROM generate_series(1, 100) g WHERE g % 7 = 0",
        "abs(generate_series(-2, 2))", "generate_series(1, 2) FROM generate_series(1, 2) LIMIT 3",
        "CASE WHEN true THEN generate_series(1, 2) END",
        "* FROM unnest(ARRAY[1,2]) a, unnest(ARRAY[a, a * 10]) b", "* FROM jsonb_path_query('{\"a\":[1]}', 'strict $.b')",
        "* FROM json_to_record('[1]') AS t(a int)", "* FROM jsonb_populate_record(NULL::pair, '{\"a\":\"x\"}')",
        "(jsonb_each('{\"a\":1}')).*",
        "(json_populate_record(NULL::pair, '{\"a\":1,\"b\":\"q\"}')).b", "* FROM pg_input_error_info('x', 'int4')",
        "* FROM string_to_table(NULL, ',')",
    )
    for text in texts:
        yield Case("sets", text)
