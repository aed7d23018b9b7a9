"""What SQL writes with words of its own instead of function calls; literals of the grammar; collations; names of results."""

from collections.abc import Iterator
from random import Random

from tests.differential.literals import POOLS, quoted, typed
from tests.differential.model import Case
from tests.differential.words import FIELDS, LIKES, PATTERNS, SIMILARS, SUBJECTS, ZONES

MOMENTS = ("date", "time", "timetz", "timestamp", "timestamptz", "interval")
TEMPLATES = (
    "substring({text} from {n} for {n})", "substring({text} from {n})", "substring({text} for {n})",
    "substring({text} from {pattern})",
    "substring({text} similar {similar} escape '#')", "substring({text} from {similar} for '#')", "position({text} in {text})",
    "overlay({text} placing {text} from {n} for {n})", "overlay({text} placing {text} from {n})", "trim({text})",
    "trim(both {text} from {text})", "trim(leading 'a' from {text})", "trim(trailing from {text})",
    "trim(both from {text}, 'ab')",
    "extract({field} from {moment})", "{moment} AT TIME ZONE {zone}", "{moment} AT LOCAL", "normalize({text}, NFD)",
    "{text} IS NORMALIZED",
    "{text} IS NFKC NORMALIZED", "{text} LIKE {like} ESCAPE '#'", "{text} ILIKE {like}", "{text} NOT LIKE {like}",
    "{text} ^@ {text}",
    "{text} SIMILAR TO {similar}", "{text} COLLATE \"C\" < {text}",
    "({moment}, {moment}) OVERLAPS ({moment}, {moment})", "cast({text} as int)", "{text}::numeric(4,1)", "{moment}::date",
    "{moment}::time(1)",
    "{moment}::text", "{moment}::timestamp(2)", "collation for ({text} || 'x')", "{n} BETWEEN {n} AND {n}",
    "{n} NOT BETWEEN SYMMETRIC {n} AND {n}",
    "{n} + {n} * {n} - {n}", "- {n} ^ 2", "2 ^ {n} ^ 2", "{n} % {n}", "{n} / {n}", "@ {n}", "|/ {n}", "||/ {n}",
    "{n} << 2 | 1 & 3 # {n}", "~ {n}",
    "NOT {n} = {n} AND {n} <> {n} OR {n} < {n}", "{n} IS DISTINCT FROM {n}", "{text} || {n}", "{n} || {text} || NULL",
    "ARRAY[{n}, {n}] || {n}",
    "{n} = ANY ('{{1,2,3}}')", "{n} <> ALL (ARRAY[{n}, {n}])", "{n} IN ({n}, {n}, NULL)", "{n} NOT IN ({n}, NULL)",
    "({n}, {text}) = ({n}, {text})",
    "CASE {n} WHEN {n} THEN 'a' WHEN {n} THEN 'b' ELSE 'c' END", "CASE WHEN {n} > {n} THEN {n} ELSE 1.5 END",
    "coalesce(NULL, {n}, 2.5)",
    "nullif({n}, {n})", "greatest({n}, NULL, {n}, 1.5)", "least({text}, {text}, NULL)", "{moment} + {interval}",
    "{moment} - {interval}",
    "{interval} * {n}", "{interval} / {n}", "{moment} - {moment}", "{moment} < {moment}", "'{n}' + {n}", "'{n}' || '{n}'",
    "pg_typeof({n} + 1.5)",
    "pg_typeof({moment})", "grouping(x) FROM (VALUES ({n})) v(x) GROUP BY x",
    "x, count(*) FROM (VALUES ({n}), ({n})) v(x) GROUP BY ROLLUP (x) "
    "ORDER BY 1, 2", "json_object('a': {n}, 'b' VALUE {text} NULL ON NULL)",
    "json_array({n}, {text}, NULL ABSENT ON NULL)",
    "json_value({json}, '$.a' RETURNING int DEFAULT 7 ON ERROR)", "json_query({json}, '$.b' WITH WRAPPER)",
    "json_exists({json}, '$.b[*] ? (@ > 1)')",
    "{text} IS JSON", "{text} IS JSON OBJECT WITH UNIQUE KEYS", "json_serialize('[1, {n}]' RETURNING varchar)",
    "json_scalar({n})",
)  # fmt: skip
NUMBERS = ("0", "1", "2", "-1", "3.5", "1e3", "-7", "0x1F", "0b101", "0o17", "1_000", "NULL", "2147483648",
    "9223372036854775808", ".5", "1.", "'4'", "7::int2",
           "2::int8", "1.5::float4", "2.5::float8", "100::numeric(5,2)")
LITERALS = (
    r"E'a\tb\x41\u00e9\101\''", "U&'d\\0061t\\+000061'", "U&'!0041' UESCAPE '!'", "$$it's$$", "$tag$a$b$tag$", "'a' 'b'",
        "'a'\n'b'", "B'101'",
    "X'1FF'", "b'2'", "N'abc'", "'a'::text 'b'", "1e400", "1e-400", "12345678901234567890", "0x", "0xFFFFFFFFFFFFFFFF", "1__0",
    "1_", "00012", "1.5e",
    "TRUE", "NULL", "NULL::int", "interval '1-2' year to month", "interval '1' day", "interval '1 2:03:04.567' day to second(1)",
    "interval '90' minute",
    "interval(2) '1.23456 s'", "date '2024-02-29'", "timestamp with time zone '2024-01-01 00:00+02'", "time '12:34:56.789'",
    "timestamp(1) '2024-01-01 00:00:00.55'",
    "bit '101'", "bit(2) '101'", "char 'abc'", "char(5) 'ab'", "character varying(2) 'abc'", "float8 'nan'",
    "double precision '1'", "national character '1'",
    "dec(3,1) '12.34'", "int[] '{1}'", "int '1' + 1", "-2147483648", "- -9223372036854775808", "-32768::int2", "(-32768)::int2",
    "'x' AS \"select\"",
    "1 AS a, 2 AS a", "*", "'a' \"?column?\"", "current_date - current_date", "current_role = current_user",
    "'\\x41'::bytea::text",
)  # fmt: skip


COLLATED = (
    "CASE WHEN 'a'::char(3) = 'a' THEN 'x ' ELSE 'y' END = 'x'", "coalesce(nullif('a'::char(2), 'a')::text, 'x ') = 'x'",
    "upper(CASE WHEN '1.0'::numeric = 1 THEN 'a ' END) IN ('A', 'B')", "x || 'a ' = '1.00a' FROM (VALUES ('1.00'::numeric)) v(x)",
    "count(*) FROM (VALUES ('a '::char(2)), ('a')) v(x) GROUP BY x::text || '1.0' ORDER BY 1",
    "DISTINCT CASE WHEN x = 'a' THEN y END FROM (VALUES ('a'::char(3), 'b '), ('a', 'b')) v(x, y) ORDER BY 1",
    "max(CASE WHEN x = 1.0 THEN y END) FROM (VALUES (1.0, '1'), (1.00, '1 ')) v(x, y)",
    "max(x), min(x) FROM (VALUES (1.0), (1.00)) v(x)", "max(x), min(x) FROM (VALUES (1.00), (1.0)) v(x)",
    "greatest(1.0, 1.00), least(1.00, 1.0)", "max(x), min(x) FROM (VALUES ('30 days'::interval), ('1 mon')) v(x)",
    "max(x) FROM (VALUES ('-0'::float8), ('0')) v(x)", "DISTINCT x FROM (VALUES (1.0), (1.00)) v(x)",
    "x FROM (VALUES (1.0), (1.00)) v(x) GROUP BY x", "x FROM (VALUES (1.0)) v(x) UNION SELECT 1.00",
    "x = y FROM (VALUES ('a'::char(3), 'a '::varchar)) v(x, y)",
    "x::text = y FROM (VALUES ('a'::char(3), 'a '::varchar)) v(x, y)",
    "case x when 'a' then 'b ' else 'c' end in ('b', 'c') FROM (VALUES ('a '::char(2))) v(x)",
    "string_agg(DISTINCT x, y ORDER BY x DESC) FROM (VALUES ('a', ','), ('b', ';'), ('a', ','), (NULL, '-')) v(x, y)",
    "array_agg(DISTINCT x) FROM (VALUES (3), (NULL), (1), (3)) v(x)",
    "row_number() OVER (ORDER BY CASE WHEN x = 'a' THEN 'b ' ELSE 'b' END) "
    "FROM (VALUES ('a'::char(2)), ('c')) v(x) ORDER BY 1",
)
"""Values whose order or equality is not that of their bytes, inside of expressions for which it is."""


def filled(template: str, rng: Random) -> str:
    """The template with literals at its names."""
    makers = {
        "text": lambda: quoted(rng.choice(SUBJECTS)) + rng.choice(("", "::text", "::varchar", "::name", "::char(9)")),
        "n": lambda: rng.choice(NUMBERS), "pattern": lambda: quoted(rng.choice(PATTERNS)),
            "similar": lambda: quoted(rng.choice(SIMILARS)),
        "like": lambda: quoted(rng.choice(LIKES)), "field": lambda: rng.choice([f for f in FIELDS if f]),
            "zone": lambda: quoted(rng.choice(ZONES)),
        "interval": lambda: typed("interval", rng.choice(POOLS["interval"].every)), "json": lambda: typed("jsonb",
            rng.choice(POOLS["jsonb"].every)),
        "moment": lambda: moment(rng),
    }
    parts = template.replace("{{", "\x01").replace("}}", "\x02").split("{")
    text = parts[0]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        text += makers[name]() + rest
    return text.replace("\x01", "{").replace("\x02", "}").replace("''4''", "4")


def moment(rng: Random) -> str:
    type_ = rng.choice(MOMENTS)
    return typed(type_, rng.choice(POOLS[type_].every))


def syntax(count: int) -> Iterator[Case]:
    """Each template filled several times; each literal."""
    for template in TEMPLATES:
        rng = Random(template)
        for _ in range(count):
            yield Case("syntax", filled(template, rng))
    for text in (*LITERALS, *COLLATED):
        yield Case("syntax", text)
