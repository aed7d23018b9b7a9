"""Hard literals of every type: limits, empty values, unicode, NaN, infinities, BC dates, daylight-saving edges, ...

A pool is two tuples of literal texts, as they stand between quotes. *Mild* ones seldom make an expression fail, so that
nested expressions are made of them; *hard* ones are limits and oddities. Wrong ones (INVALID) are for casts only.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pool:
    """Literals of one type."""

    mild: tuple[str, ...]
    hard: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        """All that are valid."""
        return self.mild + self.hard


def split(mild: str, hard: str = "") -> Pool:
    """A pool from words."""
    return Pool(tuple(mild.split()), tuple(hard.split()))


POOLS: dict[str, Pool] = {
    "bool": split("true false", "t off"),
    "int2": split("0 1 -1 7 42", "32767 -32768 100 -7"),
    "int4": split("0 1 -1 3 12 -40", "2147483647 -2147483648 65536 1000000 0x1F 1_000"),
    "int8": split("0 1 -1 5 1234567890123", "9223372036854775807 -9223372036854775808 4294967296 -3037000500"),
    "oid": split("0 1 26", "4294967295 2147483648"),
    "float4": split("0 1.5 -2.25 3", "-0 NaN Infinity -Infinity 3.4028235e38 1e-45 0.1 16777217 1e-38 123456.7"),
    "float8": split("0 1 -1.5 2.718281828 1e3 0.5", "-0 NaN Infinity -Infinity 1.7976931348623157e308 5e-324 1e-307 "
                    "0.1 1e15 1e16 123456789012345678 -4.9e-20 1e-5 0.0001"),
    "numeric": split("0 1 -1.50 3.14159 100 12345.678900", "0.00 NaN Infinity -Infinity 1e-16 -0.000001 "
                     "99999999999999999999.9999999999 1e40 123456789012345678901234567890 2.5 -2.5 0.5 1e-30 32768 2147483648"),
    "money": split("0 1.25 -3.50 $1,234.56", "92233720368547758.07 -92233720368547758.08 ($5.00) 0.005"),
    "text": Pool(("abc", "Hello World", "a", "12", "xyzzy"),
                 ("", " ", "  pad  ", "ünïcödé ß", "日本語テキスト", "😀x", "it's \"q\"",
                 "a\\b", "%_\\%", "line\nbreak\ttab", "e\u0301", "ABC", "abcabcabc", "İıſ", "a,b,,c", "1e3", "\u00a0x")),
    "varchar": Pool(("abc", "Straße", "x y"), ("", "  ", "日本", "tr  ")),
    "bpchar": Pool(("abc", "x  ", "ab c"), ("", "   ", "ü  ", "A")),
    "name": Pool(("abc", "pg_class", "Ab c"), ("", "ü", "x" * 70)),
    "char": Pool(("a", "Z"), ("", "\\377", "\\001", "abc")),
    "bytea": Pool((r"\x616263", r"\x00ff", r"\xdeadbeef"), ("", r"\x", r"abc\000\377", r"\x0000", r"\x80", r"\xc3a9")),
    "date": Pool(("2024-02-29", "2000-01-01", "1999-12-31", "2023-03-12"),
                 ("4713-01-01 BC", "0001-01-01 BC", "0001-01-01", "5874897-12-31", "infinity", "-infinity", "epoch", "J2451187",
                  "1582-10-15", "2021-01-03", "2020-12-31", "1970-01-01", "10000-01-01")),
    "time": Pool(("12:34:56", "00:00", "23:59:59.999999", "04:05:06.5"), ("24:00:00", "00:00:00.0000005", "allballs",
        "12:00 PM")),
    "timetz": Pool(("12:34:56+00", "04:05:06-08", "23:59:59.999999+05:30"),
                   ("24:00:00+15:59", "00:00:00-15:59:59", "12:00+00:00:01")),
    "timestamp": Pool(("2024-02-29 12:34:56", "2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "2023-03-12 02:30:00"),
                      ("4713-01-01 00:00:00 BC", "0044-03-15 12:00:00 BC", "294276-12-31 23:59:59.999999", "infinity",
                       "-infinity", "epoch", "1969-12-31 23:59:59.5", "2021-01-03 00:00:00.000001", "10000-06-01 01:02:03.4")),
    "timestamptz": Pool(("2024-02-29 12:34:56+00", "2000-01-01 00:00:00-05", "2023-03-12 02:30:00 America/New_York",
                         "2023-11-05 01:30:00-04"),
                        ("4713-11-25 00:00:00+00 BC", "0001-12-31 23:00:00+00 BC", "294276-12-31 23:59:59.999999+00", "infinity",
                         "-infinity", "epoch", "1883-11-18 12:00:00+00", "2023-10-29 01:30:00 Europe/Berlin",
                         "1969-12-31 23:59:59.123456+00", "2024-03-31 02:30:00 Europe/Berlin", "10000-06-01 01:02:03.4+14")),
    "interval": Pool(("1 day", "2 hours 30 minutes", "-1 month 3 days", "1 year 2 mons 3 days 04:05:06.789"),
                     ("0", "-00:00:00.000001", "infinity", "-infinity", "178000000 years", "-178000000 years", "1 mon -30 days",
                      "30 days", "24:00:00", "P1Y2M3DT4H5M6S", "1.5 months", "-1-2", "3 weeks ago", "2147483647 days",
                      "1 day -00:00:01", "1.123456789 s", "106751991167:00:00")),
    "uuid": Pool(("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000000"),
                 ("FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF", "{a0eebc999c0b4ef8bb6d6bb9bd380a11}",
                  "019535d9-3df7-79fb-b466-fa907fa17f9e", "f47ac10b-58cc-1372-8567-0e02b2c3d479")),
    "json": Pool(('{"a": 1, "b": [1, 2]}', "[1,null,\"x\"]", '"s"', "3.14"),
                 ("null", "{}", "[]", '{"a":{"b":{"c":[1,{"d":null}]}},"a":2}', '{"":0,"\\u00e9":"\\ud83d\\ude00"}', "  true ",
                  '"tab\\t\\"q\\""', "1e400", "-0.00", '[{"k":"v"},[[]]]')),
    "jsonb": Pool(('{"a": 1, "b": [1, 2]}', "[1, null, \"x\"]", '"s"', "3.14", '{"b": 2, "a": {"c": null}}'),
                  ("null", "{}", "[]", '{"a":{"b":{"c":[1,{"d":null}]}},"a":2}', '{"":0,"\\u00e9":"é","z":1,"aa":2}', "true",
                   '"tab\\t\\"q\\""', "1e30", "-0.00", '[{"k":"v"},[[]],{"a":"12:34:56"}]', "1.50", "[1,1.0,true]")),
    "jsonpath": Pool(("$", "$.a", "$.b[*]", "$[*] ? (@ > 1)"),
                     ("strict $.x", "$.**", "$.a.b.c[last].d", "lax $[0 to 1].type()", '$ ? (exists (@.a))', "$.size()",
                      "-$.a + 1", '$.keyvalue().key', "$[*].double()", '$.* ? (@ like_regex "^x" flag "i")', "$.a == 1")),
    "inet": Pool(("192.168.1.5/24", "10.0.0.1", "::1", "2001:db8::1/64"),
                 ("0.0.0.0/0", "255.255.255.255", "::/0", "::ffff:1.2.3.4", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127",
                  "192.168.1.5/31")),
    "cidr": Pool(("192.168.1.0/24", "10", "2001:db8::/32"), ("0.0.0.0/0", "255.255.255.255/32", "::/0", "172.16", "::1/128")),
    "macaddr": Pool(("08:00:2b:01:02:03", "ff-ff-ff-ff-ff-ff"), ("0800.2b01.0203", "000000000000", "80:00:00:00:00:01")),
    "macaddr8": Pool(("08:00:2b:01:02:03:04:05", "08:00:2b:ff:fe:01:02:03"), ("ff:ff:ff:ff:ff:ff:ff:ff", "08002b:0102030405",
                     "08:00:2b:01:02:03")),
    "bit": Pool(("1", "101", "0000"), ("", "11111111", "1" * 33, "x1F", "0" * 64, "1" + "0" * 63)),
    "varbit": Pool(("1", "1010", "00001111"), ("", "1" * 40, "xDEAD", "0")),
    "xid": split("0 1 3", "4294967295"),
    "xid8": split("0 1", "18446744073709551615 4294967296"),
    "cid": split("0 7", "4294967295"),
    "tid": split("(0,1) (12,34)", "(4294967295,65535) (0,0)"),
    "pg_lsn": split("0/0 16/B374D848", "FFFFFFFF/FFFFFFFF 0/1"),
    "int4range": Pool(("[1,5)", "empty", "(0,10]", "[3,3]"), ("(,)", "[,7]", "(-2147483648,2147483647)", "[1,1)", "[5,)")),
    "int8range": Pool(("[1,5)", "empty", "(10,20]"), ("(,)", "[-9223372036854775808,9223372036854775807)", "[7,)")),
    "numrange": Pool(("[1.5,2.5)", "empty", "(0,10]", "[2,2]"), ("(,)", "[-Infinity,Infinity]", "(1.10,1.100]", "[,0.5)",
                     "[NaN,]")),
    "daterange": Pool(("[2024-01-01,2024-03-01)", "empty", "[2023-12-31,2024-01-01]"),
                      ("(,)", "[-infinity,infinity]", "(,2024-01-01)", "[4713-01-01 BC,0001-01-01]")),
    "tsrange": Pool(("[2024-01-01 00:00,2024-01-01 12:00)", "empty"),
                    ("(,)", "(2024-01-01 06:00,infinity]", "[2020-02-29 00:00:00.000001,2020-02-29 00:00:00.000001]")),
    "tstzrange": Pool(("[2024-01-01 00:00+00,2024-01-02 00:00+00)", "empty"),
                      ("(,)", "[2023-03-12 01:00-05,2023-03-12 03:00-04]", "(-infinity,2000-01-01 00:00+02)")),
    "int4multirange": Pool(("{[1,3),[5,8)}", "{}", "{[2,6]}"), ("{(,)}", "{(,1),[9,)}", "{[5,6],[1,2],[2,4]}")),
    "int8multirange": Pool(("{[1,3),[5,8)}", "{}"), ("{(,)}", "{[7,)}")),
    "nummultirange": Pool(("{[1.1,2.2),(3,4]}", "{}"), ("{(,)}", "{[1,2],(2,3)}", "{[2.0,2.00]}")),
    "datemultirange": Pool(("{[2024-01-01,2024-02-01),[2024-03-01,2024-04-01)}", "{}"), ("{(,)}", "{(,2000-01-01]}")),
    "tsmultirange": Pool(("{[2024-01-01 00:00,2024-01-02 00:00)}", "{}"), ("{(,)}",)),
    "tstzmultirange": Pool(("{[2024-01-01 00:00+00,2024-01-02 00:00+00)}", "{}"), ("{(,)}",)),
    "mood": Pool(("sad", "ok", "happy")),
    "posint": Pool(("1", "7"), ("2147483647",)),
    "pair": Pool(("(1,abc)", "(,)", "(7,\"x, y\")"), ("(,\"\")", "(-1,\"\"\"q\"\"\")")),
    "regtype": Pool(("integer", "text[]"), ("timestamp with time zone", "\"char\"")),
    "oidvector": Pool(("1 2 3", ""), ("4294967295",)),
    "int2vector": Pool(("1 2 3", ""), ("-1 0",)),
    "refcursor": Pool(("c1",), ("",)),
    "_int2": Pool(("{1,2,3}", "{}"), ("{NULL,1}",)),
    "_int4": Pool(("{1,2,3}", "{}", "{3,1,2,1}", "{{1,2},{3,4}}"), ("{NULL}", "{1,NULL,3}", "[0:2]={7,8,9}",
        "[-1:0][2:3]={{1,2},{3,4}}",
                  "{{{1},{2}}}", "{2147483647,-2147483648}")),
    "_int8": Pool(("{1,2,3}", "{}"), ("{NULL,9223372036854775807}",)),
    "_float4": Pool(("{1.5,2}", "{}"), ("{NaN,-0,Infinity}",)),
    "_float8": Pool(("{0.25,0.5,0.75}", "{}", "{0,1}"), ("{NaN,1e-300,NULL}", "{-0,0}", "{1.5}", "{{0.1,0.9},{0.5,NULL}}")),
    "_numeric": Pool(("{1.10,2}", "{}"), ("{NaN,NULL,1e20}", "{1.0,1.00}")),
    "_text": Pool(("{a,b,c}", "{}", "{\"x y\",z}", "{{a,b},{c,d}}"),
                  ("{NULL,\"NULL\",\"\"}", "{\"a\\\\b\",\"q\\\"q\"}", "[2:3]={x,y}", "{日本,\"{}\",\" \"}", "{a,a,NULL,a}")),
    "_varchar": Pool(("{a,b}", "{}"), ("{NULL,\"x,y\"}",)),
    "_bool": Pool(("{t,f}", "{}"), ("{NULL,t}",)),
    "_bytea": Pool(("{\"\\\\x61\"}", "{}"), ("{NULL}",)),
    "_date": Pool(("{2024-01-01,2024-02-29}", "{}"), ("{infinity,NULL,\"0044-03-15 BC\"}",)),
    "_time": Pool(("{12:00,13:00:00.5}",), ("{}",)),
    "_timestamp": Pool(("{\"2024-01-01 00:00:00\"}", "{}"), ("{-infinity,NULL}",)),
    "_timestamptz": Pool(("{\"2024-01-01 00:00:00+00\"}", "{}"), ("{infinity,NULL}",)),
    "_interval": Pool(("{1 day,2 hours}", "{}"), ("{NULL,infinity}",)),
    "_uuid": Pool(("{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",), ("{NULL}",)),
    "_json": Pool((r'{"{\"a\":1}","[1]"}',), ("{NULL}",)),
    "_jsonb": Pool((r'{"{\"a\":1}","[1]"}',), ("{NULL,\"null\"}",)),
    "_inet": Pool(("{10.0.0.1,::1}",), ("{NULL}",)),
    "_int4range": Pool(("{\"[1,3)\",\"[5,8)\"}", "{}"), ("{empty,NULL}",)),
    "_numrange": Pool(("{\"[1,3)\"}",), ("{empty}",)),
    "_mood": Pool(("{sad,happy}", "{}"), ("{NULL,ok}",)),
    "_oid": Pool(("{1,2}",), ("{}",)),
    "_varbit": Pool(("{1,0101}",), ("{NULL}",)),
    "_money": Pool(("{$1.00,$2.50}",), ("{NULL}",)),
    "_pair": Pool(("{\"(1,a)\",\"(2,)\"}",), ("{NULL}",)),
}  # fmt: skip

SQL_NAMES = {"char": '"char"', "bit": '"bit"'} | {name: f"{name[1:]}[]" for name in POOLS if name[0] == "_"}
"""How a type is spelled in SQL, where not as in pg_type."""

INVALID: dict[str, tuple[str, ...]] = {
    "bool": ("", "maybe", " TRUE ", "o", "on"),
    "int2": ("32768", "-32769", "1.5", "", " 7 ", "0b101", "1__0"),
    "int4": ("2147483648", "x", "", "1e3", "0x80000000", "-0x80000000", "+5", "- 5", "0o17", "1_", "\t9\n"),
    "int8": ("9223372036854775808", "-9223372036854775809", "1.0", "0xFFFFFFFFFFFFFFFF"),
    "oid": ("-1", "4294967296", "-2147483649", "x"),
    "float4": ("1e39", "1e-60", "nan", "inf", "-INF", "", "1e", ".5", "5.", "0x1p3", "1_0"),
    "float8": ("1e309", "1e-400", "infinit", "NaN ", "1..2", "+1", "1e+", ".", "-.5e-3", "+infinity"),
    "numeric": ("", "1e", "1e200000", "0x1F", "1_000.5", "nan ", "-inf", "+Infinity", "1.2.3", "0b11", "1e-16384", ".", "-.5",
                "1__0", "0x", "  42  "),
    "money": ("", "abc", "1e5", "$1,2,3", "92233720368547758.08", "-$.5", "$ 5"),
    "char": ("\\400", "日"),
    "bytea": ("\\x1", "\\xzz", "a\\b", "\\\\", "\\x 61 62", "\\1234"),
    "date": ("", "2023-02-29", "2024-13-01", "Jan 8, 1999", "8-Jan-99", "99-Jan-08", "1999.008", "20240101", "240101",
        "0000-01-01",
             "J0", "5874898-01-01", "1/8/1999", "January 8 99 BC", "2024-1-1 25:00", "08-Jan", "2024-02-30", "+infinity",
             "monday", "2024 Feb 3 garbage", "1999-Jan-08", "4714-11-24 BC", "4714-11-23 BC"),
    "time": ("", "25:00", "12:60", "04:05 PM", "040506", "13:00 PM", "T04:05", "1:2:3.1234567", "24:00:01", "noon", "04:05:06-08",
             "2024-01-01 03:04 America/New_York"),
    "timetz": ("", "04:05:06 PST", "040506-08", "04:05+16:00", "2003-04-12 04:05:06 America/New_York", "25:00+00", "12:00 XYZ"),
    "timestamp": ("", "2024-02-30 00:00", "2024-01-01T12:34:56Z", "20240101T123456", "Mon Feb 10 17:32:01.5 1997 PST",
                  "2024-01-01 24:00", "2024-01-01 24:00:01", "294277-01-01", "4714-11-24 BC", "4714-11-23 23:59 BC",
                  "J2451187 12:00",
                  "2024-W01-1", "1997.041 17:32", "infinity x", "2024-01-01 12:34:60", "Feb 10 5:32PM 1997"),
    "timestamptz": ("", "2024-01-01 00:00 Nowhere/Land", "2024-01-01 00:00 XYZT", "2024-01-01 00:00+25",
        "2024-06-01 12:00 EST5EDT",
                    "2024-06-01 12:00 CET", "2024-01-01 00:00:00 +05:30:15", "294277-01-01 00:00+00", "2024-06-01 12:00 BST",
                    "2024-01-01 12:00 PST8PDT", "2024-06-01T12:00:00.123Z", "2023-03-12 02:30 EDT"),
    "interval": ("", "1", "1 2", "1 day 2 day", "P", "PT", "P1W", "PT36H", "P0001-02-03T04:05:06", "1:2:3:4", "1 foo",
        "1.5 years",
                 "1e3 days", "-1 day +2 hours", "@ 1 minute ago", "1 century", "0.1 millennium", "5-13", "1 year-2 months",
                 "infinity ago", "+infinity", "9223372036854775808", "178956971 years", "1 decade 1.5 weeks", "1 02:03:04",
                 "02:03",
                 "2 m", "3 us", "1 1:1.5", "y", "P1.5M", "P1Y1W", "PT1.5S", "1-2 3 4:05:06", "-1-2 -3 -4:05:06.7"),
    "uuid": ("", "a0eebc99", "g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11"),
    "json": ("", "{", "[1,]", "{\"a\":}", "'x'", "01", "nul", "\"\\u00\"", "\"\\ud800\"", "{\"a\" 1}", "[1] 2", "\"a\nb\"", "1."),
    "jsonb": ("", "{", "[1,]", "\"\\u0000\"", "\"\\ud800\"", "1e200000", "{1:2}", "tru", "\"\\x\"", "[\"a\",", "-"),
    "jsonpath": ("", "$.", "a", "$[*", "$ ? (@", "strict", "$.a ? (@ like_regex \"[\")", "$.a.datetime(\"x\")", "@", "$.$a",
        "1.e"),
    "inet": ("", "256.1.1.1", "1.2.3", "1.2.3.4/33", "::1/129", "1.2.3.4/-1", ":::", "1.2.3.4/24/8", "::ffff:1.2.3.256",
        "01.2.3.4"),
    "cidr": ("192.168.1.5/24", "1.2.3.4/8", "::1/64", "300", "", "192.168.1"),
    "macaddr": ("08:00:2b:01:02", "zz:00:2b:01:02:03", "08002b:010203", "08-00-2b-01-02-03", "08002b-010203", ""),
    "macaddr8": ("08:00:2b:01:02:03:04", "0800-2b01-0203", "08002b0102030405", "x"),
    "bit": ("12", "xG", "b101", "B10"),
    "varbit": ("2", "x", "b"),
    "tid": ("(1)", "1,2", "(-1,1)", "(4294967296,0)", "(0,65536)"),
    "pg_lsn": ("0", "G/0", "/1", "123456789/0"),
    "xid": ("-1", "x"),
    "int4range": ("[5,1]", "[1,2", "(1,1)", "[a,b]", "", " [ 1 , 2 ) ", "empty x", "[1,2147483648]", "[,]", "[1,2147483647]",
        "EMPTY"),
    "numrange": ("[2,1]", "(1,1]", "[1,2,3]", "[\"1\",\"2\")", "[1 , 2]"),
    "daterange": ("[2024-02-30,)", "[2024-01-02,2024-01-01]", "(2024-01-01,2024-01-02)"),
    "int4multirange": ("{", "{[1,2)", "{[1,2),}", "[1,2)", "{empty}", " { [1,2) , [2,3) } ", "{[5,1]}"),
    "mood": ("", "Sad", "angry"),
    "posint": ("0", "-1", "x", "2147483648"),
    "pair": ("(1)", "(1,2,3)", "1,2", "(x,y)", "(1,\"a)", " (1, a) ", "(1,a) z"),
    "_int4": ("{1,2", "1,2", "{1,{2}}", "{{1},{2,3}}", "{1,}", "{,}", "[1:3]={1,2}", "[2:1]={}", "{a}", " { 1 , 2 } ", "{{}}",
        "{}x",
              "[1:2]{1,2}", "{\"1\"}", "{null}", "[1:1][1:2]={{1,2}}", "{{1,2},{}}"),
    "_text": ("{\"a}", "{a\"b}", "{a b , c}", "{\\\"}", "{'a'}", "{a,NuLL}", "{\" a \"}", "{a\\,b}", "{{a},b}"),
    "regtype": ("nosuchtype", "int4[][]", "numeric(10,2)", "varchar", "-"),
    "int2vector": ("1 x", "40000", " 1  2 "),
}  # fmt: skip
"""Texts whose input fails, or nearly does."""

TYPMODS: dict[str, tuple[str, ...]] = {
    "numeric": ("numeric(5,2)", "numeric(3)", "numeric(2,-2)", "numeric(2,4)", "numeric(1000,0)", "numeric(3,3)"),
    "varchar": ("varchar(2)", "varchar(5)", "varchar(0)"),
    "text": ("varchar(3)", "char(4)", "name", '"char"', "char"),
    "bpchar": ("char(2)", "char(6)"),
    "bit": ("bit(3)", "bit(8)", "bit", "varbit(2)"),
    "varbit": ("varbit(3)", "bit(4)", "varbit(70)"),
    "time": ("time(0)", "time(3)", "time(7)"),
    "timetz": ("timetz(2)",),
    "timestamp": ("timestamp(0)", "timestamp(4)", "timestamp(9)"),
    "timestamptz": ("timestamptz(0)", "timestamptz(1)"),
    "interval": ("interval(0)", "interval(3)", "interval year", "interval month", "interval day", "interval hour",
        "interval second",
                 "interval year to month", "interval day to hour", "interval hour to minute", "interval day to second(2)",
                 "interval minute to second"),
    "float8": ("float(10)", "float(30)", "double precision", "real", "float(54)"),
    "int4": ("bit(8)", "bit(33)", "numeric(3,1)"),
    "int8": ("bit(64)", "bit(4)"),
    "_int4": ("numeric(4,1)[]", "varchar(1)[]", "int2[]"),
    "_text": ("varchar(1)[]", "char(3)[]", "int[]"),
}  # fmt: skip
"""Types with modifiers that values of a type are cast to."""

SETUP = (
    "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
    "CREATE TYPE pair AS (a int, b text)",
    "CREATE DOMAIN posint AS int CHECK (VALUE > 0)",
)
"""Run once in the empty database."""


def type_name(name: str) -> str:
    """A pg_type name as SQL spells it."""
    return SQL_NAMES.get(name, name)


def typed(name: str, text: str) -> str:
    """A literal of a type."""
    return f"{quoted(text)}::{type_name(name)}"


def quoted(text: str) -> str:
    """A literal without a type."""
    return "'" + text.replace("'", "''") + "'"
