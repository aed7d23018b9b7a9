"""Inputs whose meaning PostgreSQL 18 decides; record.py asks it."""

import struct

TABLES = {
    "options": "drop table if exists t; create table t (a int, b text)",
    "ab": "create table t (a int, b text)",
    "one": "create table t (b text)",
    "none": "create table t ()",
    "sized": "create table t (a int, v varchar(3), c char(3))",
    "strict": "create table t (a int primary key, b text not null check (b <> 'bad'))",
    "default": "create table t (a int, b text default 'dd', c int default 7 + 1)",
    "generated": "create table t (a int, g int generated always as (a + 1) stored)",
    "types": "create table t (a bool, b numeric(6,2), c date, d timestamp, e bytea, f float8, g int[], h json)",
    "small": "create table t (a smallint, b bigint)",
}
"""What `t` is in each case."""


def options_statement(case: str) -> str:
    """The statement of a line of option_cases.txt."""
    return f"copy t {case}"


TEXT = [
    b"", b"\n", b"1\tx\n", b"1\tx", b"1\tx\n2\ty\n", b"1\tx\r\n2\ty\r\n", b"1\tx\r2\ty\r", b"1\tx\r2\ty",
    b"1\tx\r\n2\ty\n", b"1\tx\n2\ty\r\n", b"1\tx\r2\ty\n", b"1\tx\n2\ty\r3\tz\n", b"1\tx\r\n2\ty\r3\tz\r\n",
    b"\\N\t\\N\n", b"1\t\\n\n", b"1\ta\\\\b\n", b"1\t\\\\N\n", b"1\tx\\N\n", b"1\ta\\tb\\rc\\nd\\be\\ff\\vg\n", b"1\ta\\\tb\n",
    b"1\ta\\\nb\n2\tc\n", b"1\ta\\\rb\n2\tc\n", b"1\ta\\\r\nb\n", b"1\t\\x41\\x4g\\xg\\101\\1012\\18\\8\n", b"1\t\\q\\e\\'\n",
    b"1\t\\303\\251\n", b"1\t\\xc3\\xa9\n", b"1\t\\xc3\n", b"1\t\\xc3\\x41\n", b"1\t\\0\n", b"1\t\\000\n", b"1\t\\x00\n", b"1\t\\x0\n",
    b"1\t\\377\n", b"1\t\\777\n", b"1\tx\\\n", b"1\tx\\", b"1\tx\\\\\n", b"1\t\xc3\xa9\n", b"1\tx\n2\t\xff\n3\tz\n", b"1\tx\n2\t\xe9a\n",
    b"1\tx\n2\t\xc3", b"1\t\xed\xa0\x80\n", b"1\t\xc0\x80\n", b"1\t\xf4\x90\x80\x80\n", b"1\ta\x00b\n", b"1\n", b"1\tx\ty\n", b"\t\n",
    b"x\ty\n", b"1\ta\nfoo\tb\n3\tc\n", b"\ta\n", b" 1 \ta\n", b"0x1F\ta\n1_000\tb\n", b"99999999999\tx\n", b"1\ta\n\n2\tb\n",
    b"1\tx\n\\.\n", b"1\tx\n\\.\nfoo bar\n", b"1\tx\n\\.", b"1\tx\n\\.\r\n", b"1\tx\r\n\\.\r\n", b"1\tx\r\n\\.\n", b"1\tx\r\n\\.\r", b"1\tx\r\\.\r",
    b"1\tx\r\\.\n", b"\\.\n", b"\\.", b"\\.\r", b"1\tx\\.\n", b"1\tx\n\\.foo\n", b"\\.x\n", b"1\t\\\\.\n", b"1\t\\.\n", b"1\tx\n \\.\n",
    b"1\t" + b"y" * 150 + b"\nx\t" + b"z" * 150 + b"\n", b"1\ta\n" + b"\xc3\xa9" * 99 + b"\tb\n", b"1\tb\n2\n", b"1\tb\n2\tc\td\n",
    b"1\ta\rb\n", b"1\ta\n2\tb\rc\n", b"1\t'q'\"r\"\n", "1\t日本語\n".encode(), b"\x1c1\tx\n", b"\xc2\xa01\tx\n", "٣\tx\n".encode(),
    b"-2147483648\tx\n2147483647\ty\n", b"2147483648\ty\n", b"+5\tx\n-0\ty\n", b"\\61\tx\n", b"\\x31\tx\n",
]  # fmt: skip

CSV = [
    b"", b"\n", b"1,x\n", b"1,x", b"1,x\r\n2,y\r\n", b"1,x\r2,y\r", b"1,x\n2,y\r\n", b"1,x\r\n2,y\n", b"1,\n", b'1,""\n', b",\n", b'"",""\n',
    b'1,"a,b"\n', b'1,"a""b"\n', b'1,a"b,c"d\n', b'1,"a\nb"\n2,c\n', b'1,"a\r\nb"\r\n2,c\r\n', b'1,"a\rb"\n', b'1,"a', b'1,"a\n', b'1,"a\nb\nc\n',
    b'1,a"\n2,b"\n', b'1,"a"x\n', b'1, "a"\n', b'1,"a" \n', b'"1","x"\n', b'1,"""x"""\n', b'1,""""\n', b'1,"""\n', b"1,\\N\n", b"1,\\.\n", b"\\.\n",
    b"1,x\n\\.\n", b"1,x\n\\.\n2,y\n", b"1,a\\nb\n", b"1,a\tb\n", b'1,x\nfoo,"b,c"\n', b'1,x\nfoo,"b\nc"\n', b"1\n", b"1,2,3\n", b"1,x\n\n2,y\n",
    b'1,"x\ny"\nz,a\n', b'1,"x\r\ny"\r\nz,a\r\n', b"1,\xff\n", b'1,"\xff"\n', b"1,a\x00\n", "1,é\n".encode(), b'1,x\n2,"' + b"q" * 120 + b'"\nx,"' + b"r" * 120 + b'"\n',
    b'""1,x\n', b'1"",x\n', b'"1"2,x\n', b'1,x""\n', b'1,""x\n', b'1,x"y"\n2,z\n',
]  # fmt: skip

FROM_CASES: list[tuple[str, str, bytes]] = []
FROM_CASES += [("ab", "t from stdin", data) for data in TEXT]
FROM_CASES += [("ab", "t from stdin (format csv)", data) for data in CSV]
FROM_CASES += [
    ("one", "t from stdin", data)
    for data in (b"\n\n", b"x\n\\.\n", b"\\N\n", b"", b"a\tb\n", b"\\N\n\n\\\\N\nNULL\n", b"a\\", b"\\", b"\\\n", b"\\\\\\\n\n")
]
FROM_CASES += [
    ("one", "t from stdin (format csv)", data)
    for data in (b"\n\n", b'""\n', b"\\.\n", b'"\\."\n', b"a\n\\.\nb\n", b"", b'"', b'"\n', b"x\r\ny", b"a,b\n", b'a"\n"b\n')
]
FROM_CASES += [("none", "t from stdin", data) for data in (b"", b"\n", b"\n\n\n", b"x\n")]
FROM_CASES += [
    ("ab", "t from stdin (null '')", b"\t\n1\tx\n"),
    ("ab", "t from stdin (null 'NULL')", b"NULL\tNULL\n1\t\\N\n1\tNUL\\L\n"),
    ("ab", "t from stdin (delimiter '|')", b"1|a\\|b\n2|c\\\\|\n"),
    ("ab", "t from stdin (delimiter '|')", b"1|a\\\\\\|b\n2|c\td\n"),
    ("ab", "t from stdin (delimiter ' ')", b"1 a\\ b\n"),
    ("ab", "t from stdin (delimiter 'A')", b"1Ab\\Ac\n"),
    ("ab", "t from stdin (null '\\x')", b"1\t\\x\n2\t\\x41\n"),
    ("ab", "t from stdin (null 'a\\nb')", b"1\ta\\nb\n2\ta\\\nb\n"),
    ("ab", "t (b, a) from stdin", b"x\t1\n"),
    ("ab", "t (b) from stdin", b"x\n"),
    ("ab", "t (b, b) from stdin", b"x\n"),
    ("ab", "t (nope) from stdin", b"x\n"),
    ("ab", "nope from stdin", b"x\n"),
    ("ab", "t from stdin (header)", b"foo\n1\tx\n"),
    ("ab", "t from stdin (header)", b""),
    ("ab", "t from stdin (header)", b"\\.\n"),
    ("ab", "t from stdin (header)", b"a\tb\nx\ty\n"),
    ("ab", "t from stdin (header match)", b"a\tb\n1\tx\n"),
    ("ab", "t from stdin (header match)", b"a\tc\n1\tx\n"),
    ("ab", "t from stdin (header match)", b"a\n1\tx\n"),
    ("ab", "t from stdin (header match)", b"a\tb\tc\n"),
    ("ab", "t from stdin (header match)", b"a\t\\N\n"),
    ("ab", "t from stdin (header match)", b""),
    ("ab", "t (b, a) from stdin (header match)", b"b\ta\nx\t1\n"),
    ("ab", "t from stdin (header match, format csv)", b'"a",b\n1,x\n'),
    ("ab", "t from stdin (header match, format csv)", b"a,\n"),
    ("ab", "t from stdin (header match, format csv)", b'a,""\n'),
    ("ab", "t from stdin (header, format csv)", b'a,"x\ny"\n1,z\nbad,z\n'),
    ("ab", "t from stdin (format csv, delimiter ';', quote '''', escape '\\')", b"1;'a\\'b'\n2;'a\\\\'\n3;'a\\b;'\n4;a\\b\n"),
    ("ab", "t from stdin (format csv, escape '\\')", b'1,"a\\"b,"\n2,"a""b"\n3,"x\\\\"\n4,"y\\\nz"\n'),
    ("ab", "t from stdin (format csv, escape '\\')", b'1,"a\\'),
    ("ab", "t from stdin (format csv, escape '\\')", b'1,\\"a"\n'),
    ("ab", "t from stdin (format csv, null 'x')", b'1,x\n2,"x"\n3,""\n4,\n'),
    ("ab", "t from stdin (format csv, force_not_null (b))", b"1,\n2,x\n"),
    ("ab", "t from stdin (format csv, force_null (b))", b'1,""\n2,\n3,x\n'),
    ("ab", "t from stdin (format csv, force_null *)", b'"",""\n2,\n'),
    ("ab", "t from stdin (format csv, force_not_null *)", b"1,\n,x\n"),
    ("ab", "t from stdin (format csv, force_null (b), force_not_null (b), null 'n')", b'1,"n"\n2,n\n'),
    ("ab", "t from stdin (format csv, delimiter E'\\t')", b"1\t\"a\tb\"\n"),
    ("sized", "t from stdin", b"1\tabc\tab\n2\tab  \tab   \n"),
    ("sized", "t from stdin", b"1\tabcd\tab\n"),
    ("sized", "t from stdin", b"1\tab\tabcd\n"),
    ("sized", "t from stdin", "1\tabc \tabc \n2\tééé\tééé\n".encode()),
    ("strict", "t from stdin", b"1\ta\n2\tb\n1\tc\n"),
    ("strict", "t from stdin", b"1\ta\n2\t\\N\n"),
    ("strict", "t from stdin", b"1\ta\n2\tbad\n"),
    ("strict", "t (a) from stdin", b"1\n"),
    ("strict", "t (b) from stdin", b"x\n"),
    ("default", "t from stdin", b"1\tx\t2\n"),
    ("default", "t (a) from stdin", b"1\n"),
    ("default", "t from stdin (default '\\D')", b"1\t\\D\t\\D\n2\tx\t\\D\n3\t\\D\t4\n"),
    ("default", "t from stdin (default '\\D')", b"1\tx\t1\n\\D\tx\t2\n"),
    ("default", "t from stdin (format csv, default 'D')", b'1,D,D\n2,"D",3\n3,D ,4\n'),
    ("default", "t from stdin (default 'D')", b"1\tD\\\tD\tD\n"),
    ("default", "t from stdin where a > 1", b"1\tx\t1\n2\ty\t2\n"),
    ("default", "t (a) from stdin where b = 'dd' and c = 8", b"1\n2\n"),
    ("default", "t (a) from stdin where b <> 'dd'", b"1\n2\n"),
    ("default", "t (a) from stdin where a is null or 1/a = 1", b"\\N\n1\n2\n"),
    ("default", "t (a) from stdin where 1/a = 1", b"1\n0\n"),
    ("default", "t from stdin where nope = 1", b""),
    ("default", "t from stdin where a", b""),
    ("generated", "t from stdin", b"1\n"),
    ("generated", "t (a, g) from stdin", b"1\t2\n"),
    ("types", "t from stdin", b"t\t1.5\t2024-02-29\t2024-02-29 12:34:56.789\t\\\\x00ff\t1e10\t{1,2}\t{\"a\": 1}\n"),
    ("types", "t from stdin", b"yes\t-0.005\tJan 5 2020\t2020-01-05T01:02\tabc\tNaN\t{}\t[]\n"),
    ("types", "t from stdin", b"maybe\t1\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n"),
    ("types", "t from stdin", b"t\t99999\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n"),
    ("types", "t from stdin", b"t\t1\t2024-02-30\t\\N\t\\N\t\\N\t\\N\t\\N\n"),
    ("types", "t from stdin", b"t\t1\t\\N\t\\N\t\\N\t1_0\t\\N\t\\N\n"),
    ("types", "t from stdin", b"t\t1\t\\N\t\\N\t\\N\t 1.5 \t{1,x}\t\\N\n"),
    ("types", "t from stdin", b"t\t1\t\\N\t\\N\t\\N\t1.5\t{1}\t{bad}\n"),
    ("small", "t from stdin", b"32767\t9223372036854775807\n-32768\t-9223372036854775808\n"),
    ("small", "t from stdin", b"32768\t1\n"),
    ("small", "t from stdin", b"1\t9223372036854775808\n"),
    ("ab", "t from stdin (on_error ignore)", b"1\ta\nx\tb\n3\tc\n"),
    ("ab", "t from stdin (on_error ignore)", b"1\ta\nx\tb\ny\tc\n4\td\n"),
    ("ab", "t from stdin (on_error ignore, log_verbosity verbose)", b"1\ta\nx\tb\n\ty\n4\td\n"),
    ("ab", "t from stdin (on_error ignore, log_verbosity silent)", b"1\ta\nx\tb\n"),
    ("ab", "t from stdin (on_error ignore, reject_limit 1)", b"1\ta\nx\tb\ny\tc\n"),
    ("ab", "t from stdin (on_error ignore, reject_limit 2)", b"1\ta\nx\tb\ny\tc\n"),
    ("ab", "t from stdin (on_error ignore)", b"1\ta\nx\tb\n3\n"),
    ("sized", "t from stdin (on_error ignore, log_verbosity verbose)", b"1\tabcdef\tx\n" + b"z" * 150 + b"\ta\tb\n"),
    ("strict", "t from stdin (on_error ignore)", b"1\t\\N\n"),
]


def binary(*rows: tuple[bytes | None, ...], header: bytes = b"", flags: int = 0, trailer: bytes = b"\xff\xff") -> bytes:
    """A file in binary format."""
    body = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", flags, len(header)) + header
    for row in rows:
        body += struct.pack("!h", len(row))
        body += b"".join(b"\xff\xff\xff\xff" if v is None else struct.pack("!i", len(v)) + v for v in row)
    return body + trailer


INT = struct.Struct("!i").pack
FROM_CASES += [
    ("ab", "t from stdin (format binary)", data)
    for data in (
        binary((INT(1), b"x"), (None, None)), binary(), binary((INT(1), b"x"), trailer=b""), binary(header=b"abc"),
        binary((INT(1), b"x")) + b"more", b"", b"PGCOPY", b"XGCOPY\n\xff\r\n\0" + b"\0" * 8, b"PGCOPY\n\xff\r\n\0\0\0",
        b"PGCOPY\n\xff\r\n\0" + b"\0" * 4, binary(flags=1 << 16), binary(flags=1 << 17), binary(flags=1 << 3),
        b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, -1), b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 9) + b"x",
        binary((INT(1),)), binary((INT(1), b"x", b"y")), binary((b"abc", b"x")), binary((b"abcdef", b"x")), binary((INT(1), b"\xff")),
        binary((INT(1), b"a\0b")), binary((INT(1), b"x"))[:-4], binary((INT(1), b"x"))[:-7], binary((INT(1), b"x"), trailer=b"\0"),
        binary((INT(1), b"x"), trailer=b"\0\2" + struct.pack("!i", -2)), binary((INT(1), b"x"), trailer=b"\xff\xfe"),
        binary((INT(1), b"ok"), (INT(2), b"\xe9")), b"1\tx\n",
    )
]  # fmt: skip
FROM_CASES += [("strict", "t from stdin (format binary)", binary((INT(1), None)))]

NASTY = (
    "select * from (values (1, 'x'), (null, null), (2, ''), (3, e'a\\tb\\nc\\rd\\\\e\\bf\\fg\\vh'), (4, 'a,b'), (5, 'q\"r'), "
    "(6, '\\N'), (7, '\\.'), (8, ' lead'), (9, 'é|;'), (10, e'\\x01'), (11, 'NULL'), (12, '''')) as v(a, \"B c\")"
)
TO_CASES = [
    (query, options)
    for query in (NASTY, "select 1 where false", "select '\\.'::text as \"x,y\" union all select '' union all select null order by 1",
                  "select", "select 1.50::numeric(5,2) as n, true as b, '2020-01-02'::date as d, '{1,\"a b\"}'::text[] as a, '\\x00ff'::bytea as e, 1.5::float8 as f")
    for options in ("", "(header)", "(format csv)", "(format csv, header)", "(format csv, force_quote *)", "(format csv, null 'NULL')",
                    "(delimiter '|', null '')", "(format csv, delimiter ';', quote '''', escape '\\')", "(format csv, escape '\\')",
                    "(null 'x')", "(format csv, quote 'x')", "(format csv, header, force_quote *)")
    if not (query == "select" and "csv" in options)
]  # fmt: skip
TO_CASES += [
    (NASTY, '(format csv, force_quote ("B c"))'),
    (NASTY, "(format csv, delimiter E'\\t')"),
    (NASTY, "(format binary)"),
    ("select 1 where false", "(format binary)"),
    ("select 1::int2, 'x'::text, null::int, true, 1.5::float8", "(format binary)"),
]
