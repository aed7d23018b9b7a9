"""Records what PostgreSQL 18 says about the inputs below into goldens.json. Run by hand:

    python tests/executor/types/record_goldens.py "host=127.0.0.1 port=5518 user=postgres dbname=..."

The database must have locale provider builtin, locale C.UTF-8. Rows: [type OID, typmod, input text, text output,
binary output as hex] or [type OID, typmod, input, {"sqlstate", "message", "detail"}].
"""

import json
import sys
from pathlib import Path

import psycopg
from psycopg import pq

OUTPUT = Path(__file__).with_name("goldens.json")

INTEGERS = ["0", "1", "-1", "+7", " 42 ", "\t5\n", "1_000", "0x1F", "0X_ff", "0o17", "0b101", "-0x10", "007", "1__0",
            "_1", "1_", "", " ", "-", "x", "1.5", "1e3", "12 3", "32767", "32768", "-32768", "-32769", "2147483647",
            "2147483648", "-2147483648", "-2147483649", "9223372036854775807", "9223372036854775808",
            "-9223372036854775808", "-9223372036854775809", "99999999999999999999999999", "0x7fffffffffffffff",
            "0x8000000000000000", "-0x8000000000000000", "0b", "0x", "0xg", "00000000000000000000000000012"]
UNSIGNED = ["0", "1", "4294967295", "4294967296", "-1", "-2147483648", "-2147483649", "010", "0x10", "abc", "", "1.5",
            " 5 ", "99999999999", "1_000", "-4294967295"]
FLOATS = ["0", "-0", "1", "1.5", "-1.5e10", "1e5", "1e6", "123456", "1234567", "999999", "1e14", "1e15",
          "123456789012345", "1234567890123456", "9007199254740993", "1e16", "1e22", "1e23", "1e-4", "1e-5", "0.0001",
          "0.00001234", "0.1", "0.2", "0.30000000000000004", "1e308", "1.7976931348623157e308", "1e309", "-1e309",
          "1e-307", "1e-320", "5e-324", "1e-400", "NaN", "nan", "Infinity", "-infinity", "inf", "+inf", "-Inf", "",
          " ", "x", "1.", ".5", ".", "1e", "1 2", "  7 ", "3.4028235e38", "3.4028236e38", "1e39", "1e38", "1e-45",
          "1e-46", "1.17549435e-38", "16777216", "16777217", "3.14159265358979", "0x1p3", "0x10", "0x1.8p1", "1_0",
          "5.684341886080802e-14", "2.220446049250313e-16", "100000000000000000000", "1234567890123456.8", "33.33",
          "1.0000001", "9.5367431640625e-07", "8388608.5", "2147483648"]
NUMERICS = ["0", "-0", "0.00", "-0.00", "1", "-1", "1.50", "01.50", "+2.5", "  3.25  ", ".5", "5.", "1e5", "1.5e3",
            "1.50e1", "1e-5", "1.5E-3", "123456789.987654321", "12345678901234567890.123456789", "NaN", "nan",
            "Infinity", "-Infinity", "inf", "-INF", "+inf", "", " ", ".", "x", "1.2.3", "1e", "1_000.000_1", "1__0",
            "0x1F", "0o17", "-0b11", "0xg", "1e131071", "1e131072", "1e-16383", "1e-16384", "0.0001", "0.00010000",
            "10000", "9999", "99999999", "100000000", "0.1234", "0.12345", "1e999999999999", "-1e-2", "1e0", "1E+2",
            "-nan", "12e-1", "1_0e1_0", "9" * 40 + "." + "8" * 30, "- 1"]
BOOLEANS = ["t", "true", "TRUE", "tr", "y", "yes", "on", "1", "f", "false", "n", "no", "of", "off", "0", "o", "", " ",
            " true ", "\ttrue\n", "2", "tru e", "yess", "T", "OFF", "oN"]
BYTEAS = ["", "\\x", "\\x00ff", "\\xDEADBEEF", "\\x 00 ff", "\\x0 0", "\\xabc", "\\xzz", "abc", "a\\\\b", "\\001\\377",
          "\\400", "\\1", "\\", "a\\", "é", "\\x0g", "\\x00\n11"]
UUIDS = ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
         "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}", "a0eebc999c0b4ef8bb6d6bb9bd380a11",
         "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}", "", "x",
         "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111",
         "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
         "g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", " a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
         "a0eeb-c999c0b4ef8bb6d6bb9bd380a11"]
TEXTS = ["", "a", "  a ", "Grüße", "日本語", "a\tb\n", "\\x41", "'quoted'", "\U0001f600"]
SIZED = ["", "a", "abc", "abcd", "abc  ", "abc d", "Grü", "Grüß", "日本語", "日本語x", "a ", "   ", "    "]
JSONS = ["null", "true", "false", "0", "-0", "1", "-1.50", "1e5", "1.5e-3", "1E+2", "0.10",
    "123456789012345678901234567890",
         '""', '"a"', '"a\\"b\\\\\\/\\b\\f\\n\\r\\t"', '"\\u0041\\u00e9\\u65e5"', '"\\ud83d\\ude00"', '"\\u001f\x7f"',
         "[]", "{}", "[1,2,[3]]", '{"b":1,"a":2,"aa":3}', '{"a":1,"a":2}', ' { "a" : [ 1 , null ] } ',
         '{"é":1,"zz":2,"b":{"y":1,"x":[]}}', "\t[\n]\r", "", " ", "x", "{", "[", "[1", "[1,", "[1,]", "[,1]", "{,}",
         '{"a"}', '{"a":}', '{"a":1,}', '{"a":1 "b":2}', "{a:1}", "{1:2}", "[1 2]", "1 2", "[1]]", "nul", "True", "NaN",
         "Infinity", "-", "01", "1.", ".5", "1e", "+1", "0x10", "-a", '"abc', '"a\\x"', '"a\\', '"\\u12"', '"\\u12g4"',
         '"\\u0000"', '"\\ud800"', '"\\udc00"', '"\\ud800\\ud800"', '"\\ud800x"', '"\\ud800\\n"', '"a\nb"', '"a\tb"',
         "'a'", "[1,\n2,\nx]", '{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": x}',
         '["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"  true]', "truefalse", "[true1]", "1a", "é", "[é]",
         '{"a":{"b":{"c":[1,2,{"d":null}]}}}', "1e400", "[1e-400]", "1.0e0", "[0.0, -0.0]", '["a" "b"]', "]", "}", ",",
             ":",
         '{"a",1}', '{"a":1:2}', "--1", "1-1", "1e+", "[\x01]"]
CHARS = ["", "a", "ab", "é", "\\101", "\\377", "\\400", "\\12", "\\", "\\1011"]
INT_ARRAYS = ["{}", "{1}", "{1,2,3}", "{1,NULL,3}", "{null}", " { 1 , 2 } ", "{{1,2},{3,4}}", "{{{1}},{{2}}}",
              "[0:1]={1,2}", "[2]={1,2}", "[-5:-4]={1,2}", "[1:1][0:1]={{1,2}}", "[1:2]={1,2}", "[1:2]= {1,2}", "{",
              "", "x", "{1",
              "{1}x", "{1,}", "{,1}", "{1,,2}", "{{1,2},{3}}", "{{1},2}", "{1,{2}}", "{}}", "{{}}", "{{},{}}",
              "{{1},{}}",
              "[1:3]={1,2}", "[1:2]{1,2}", "[2:1]={}", "[a]={1}", "[1:x]={1}", "[1:2", "[1][", "[1:2]", "{1 2}", "{a}",
              '{"1","2"}', '{"1"2}', "{{{{{{{1}}}}}}}", "[1:99999999999]={1}", "[2147483647:2147483647]={1}",
                  "{99999999999}",
              "[1:1]={{1,2}}", "[1:2]=x", "{{1,2}", "{,}", "{ }", "{}x"]
TEXT_ARRAYS = ["{}", "{a,b}", '{"a b",c}', "{a b , c }", '{"",NULL,"NULL",null,nUll}', '{"a\\"b","c\\\\d"}', "{a\\ }",
    "{\\{}",
               '{"a}', '{"a"b}', '{a"b"}', "{a\\", '{"a\\', "{a{b}", '{"a"{b}', '{"a"', "{a", '{ "a" , b }',
                   '{"a,b","{c}"}',
               "{é,日本}", '{"\t"}', "{'a'}", '{{"a",NULL},{b,c}}', "{\\N\\U\\L\\L}", "{a\\,b}", '{" a "}', "{a\\  }"]

BITS = ["", "0", "101", "1010", "b101", "B1", "x1F", "XfF", "x", "b", "2", "1 0", "x1G", " 1", "b2", "000000001",
        "1111111111111111", "-1"]
MACADDRS = ["08:00:2b:01:02:03", "08-00-2B-01-02-03", "08002b:010203", "08002b-010203", "0800.2b01.0203",
            "0800-2b01-0203", "08002b010203", "8:0:2b:1:2:3", " 08:00:2b:01:02:03 ", "08:00:2b:01:02:03x", "",
            "08:00:2b:01:02", "08:00:2b:01:02:300", "08:00:2b:01:02:zz", "0800:2b01:0203", "08:00-2b:01:02:03",
            "08:00:2b:01:02:03:04", "08:00:2b:01:02:03:04:05", "08002b0102", "ff:ff:ff:ff:ff:ff"]
MACADDR8S = [*MACADDRS, "08-00-2b-01-02-03-04-05", "08002b:0102030405", "08002b0102030405", "0800.2b01.0203.0405",
             "08002b:010203x", "08002b01020304", "08002b010203040506", "08002b010203 04", " 08002b010203  ",
             "08:00:2b:01:02:03:04:05 x", "08002b010203:", "g8002b010203"]
MONIES = ["0", "1", "-1", "$1", "-$1", "$-1", "($1.50)", "(1", "1)", "1.", ".5", "-.5", "", " ", "$", "1,234.56", "1,2,3",
          "1.005", "1.004", "1.0049", "1.999", "0.995", "12-", "12+", "12$", "12 $ -", "+1", " $ 1 ", "-(1)", "1..2",
          "1.2.3", "1x", "x", "92233720368547758.07", "92233720368547758.08", "-92233720368547758.08",
          "-92233720368547758.09", "92233720368547758.075", "1e5", "- 1", "$ - 1", "1 2", "1.2,3", "9" * 30,
          "0" * 30 + "1", "(1)-", "--1", "$$1", "$-$1"]

RANGES = ["[1,5)", "(1,5]", "[1,5]", "(1,2)", "[1,1]", "[1,1)", "(,5)", "[,5]", "(1,)", "(,)", "[,]", "empty", " Empty ",
          "EMPTY x", "emptyx", " [1,5) ", "[5,1]", "", "x", "1,5", "[1", "[1,", "[1,5", "[1)", "[1,2,3)", "[1,5)x", "[ 1 , 5 )",
          '["1","5")', '["1" ,5)', '["",5)', "[\\1,5)", "[1\\", '["1,5)', "[a,b)", "[1,5}", "(1", "[\"\"\"\",1)", "[1.5,2)",
          "[2147483646,2147483647]", "[NaN,)", "[1,infinity]"]
TIME_RANGES = ["[2020-01-01,2020-01-31]", "[2020-01-01,2020-01-01)", "(2020-01-01,2020-01-02)", "(,2020-01-01]",
               "[2020-01-01 10:00,2020-01-01 12:30:00.5)", '["2020-01-01 10:00+02",infinity]', "[-infinity,infinity)",
               "[0044-03-15 BC,10000-01-01)", "[2020-02-30,)", "[5874897-12-31,)", "(5874897-12-31,)", "empty"]
MULTIRANGES = ["{}", "{[1,5)}", "{[1,3),[2,9)}", "{[1,3),[3,9)}", "{[5,9),[1,3]}", "{[1,3), [7,8) , empty}", "{empty}", " { } ",
               "{EMPTY,[1,2)}", "{emptyx}", "", "x", "{", "{[1,2)", "{[1,2)}x", "{,[1,2)}", "{[1,2),}", "{[1,2)[3,4)}", "{1,2}",
               "{[2,1]}", "{[a,b)}", '{["1","2")}', '{["1\\"","2")}', '{["1"",2)}', "{(,1),[9,)}", "{[1,2]}", "{(1,2),(2,3)}",
               "[1,2)", "{[1,2)", "{[1\\,2)}"]

POINTS = ["(1,2)", "1,2", " ( 1 , 2 ) ", "(-0.1,1e-7)", "(1e300,-1e-300)", "(NaN,-inf)", "(0x10,.5)", "(-0,5.)", "(1,2", "1", "",
          "(1 2)", "(1,2) x", "(1e400,2)", "(1e-400,2)", "((1,2))", "1,2,3", "(1,x)"]
LINES = ["{1,2,3}", " { 1 , -1 , 0 } ", "{0,0,1}", "{1e-7,0,1}", "{NaN,1,2}", "[(0,0),(1,2)]", "(0,0),(0,2)", "0,1,2,1", "{1,2}",
         "{1,2,3", "{1,2,3}x", "[(1,1),(1,1)]", "(0,0),(1e300,1e-300)", "[(1,1),(2,2)"]
SEGMENTS = ["[(1,2),(3,4)]", "((1,2),(3,4))", "(1,2),(3,4)", "(1,2,3,4)", "1,2,3,4", "[1,2,3,4]", "[(1,2),(3,4))",
            "((1,2),(3,4)]", "[(1,2),(3,4)", "(1,2),(3,4", "(1,2)", "[(1,2),(3,4)]x", "", "[(0.1,1e20),(-0,NaN)]", "((1,2)(3,4))",
            "1,2,3,4,5,6", "[(1,2) , (3,4) ]", "[[1,2],[3,4]]", "(1,2)(3,4)"]
PATHS = ["((1,2),(3,4),(5,6))", "[(1,2),(3,4),(5,6)]", "(1,2),(3,4),(5,6)", "(1,2,3,4,5,6)", "1,2,3,4,5,6", "[1,2,3,4]",
         "((1,2))", "[(1,2)]", "(1,2)", "[]", "", "1", "(1,2),(3", "((1,2),(3,4)", "[(1,2),(3,4)", "((1,2),(3,4)]",
         "[(1,2),(3,4))", "[(1,2,6),(3,4,6)]", "(((1,2)))", "((1,2),(3,4))x", "[(0.1,Infinity),(-1e-5,1e15)]"]
CIRCLES = ["<(1,2),3>", "((1,2),3)", "(1,2),3", "1,2,3", "<1,2,3>", "<(1,2),-3>", "<(1,2),NaN>", "<(1,2),Infinity>", "<(1,2),3",
           "<(1,2),3)", "((1,2),3>", "(1,2,3)", "<(1,2)3>", "1,2", "", "<(1,2),3>x", "<(0.1,-0),1e-10>", " < ( 1 , 2 ) , 3 > "]
VECTORS = ["", "a b c", "'a' b:1", "a:1A,2B,3C,4D b:5*", "'it''s' \\'x a\\ b", "'a\\'b'", "a:1,1A,1B", "a:3,2,1",
           "b a b:2 a:1", "a:16384", "a:99999999999", "a:4294967296", "a:2147483648", "a:0", "a:1AB", "a:1DA", "a:1A5",
           "a:1A5,6", "a:", "a: 1", "a:b", ":a", "::1", ":", "a:1:2", "a:1,", "a,b", "'", "''", "'a", "'a'b", "'a':1'b':2",
           "\\", "a\\", "a&b|c", "\u00e9:1 \u00c9", "'a b':1c", "a:1d", "a:1 , b", "a:1,2,b", "x" * 2047, "x" * 2046,
           "a:16383,16383A", "a:1,16383,16383A", "\ta\nb\r", "a\u00a0b", "(a)", "a:1(", "' a'", "'a\\\\'", "a:1*", "a:1**",
           "a:*", "A:1a,2b"]
QUERIES = ["", "a", "a & b", "a&b|c", "a|b&c", "!a", "!!a", "!(a&b)", "a & !b", "a <-> b", "a<->b", "a <2> b", "a <0> b",
           "a <16384> b", "a <16385> b", "a <99999999999999999999> b", "a <-> b <-> c", "a <-> (b <-> c)",
           "(a <-> b) <-> c", "a & (b & c)", "(a&b)&c", "a | (b | c)", "a <-> (b & c)", "(a|b) <-> c", "a:*", "a:AB",
           "a:ab*", "a:*d", "a:x", "a:A b", "a:1", "'a b' & c", "'a''b'", "\\'", "a\\&b", "a b", "a &", "& a", "a & & b",
           "(a", "a)", "()", "(", "a (b)", "! a", "a !b", "a <->", "a <-> ", "a <- b", "a <x> b", "a < b", "<", "a | ", "'",
           "''", "'a", ":a", "a:", "a::*", "!", "a & ()", "\u00e9 & \u65e5\u672c", "a<2>b", "a <02> b", "a<->b|c",
           "a|b<->c", "!a<->b", "!(a<->b)", "a&b&c&d", "!" * 33 + "a", "!" * 32 + "a", "x" * 2047, "x" * 2046, " a ",
           "a\t|\nb", "a:*:*", "a:D", "'it''s':*A & \\\\", "a<->b&c|d", "a:a&b:b", "(((a)))", "a <->b", "a<-> b", "a <1> b",
           "a\u00a0&b", "a'b", "a''b", "a\"b", "((a|b)&c)<3>d"]

CASES: list[tuple[str, list[str]]] = [
    ("bool", BOOLEANS), ("int2", INTEGERS), ("int4", INTEGERS), ("int8", INTEGERS), ("oid", UNSIGNED),
     ("xid", UNSIGNED),
    ("cid", UNSIGNED), ("xid8", [*UNSIGNED[:4], "18446744073709551616", "x", ""]), ("float4", FLOATS),
     ("float8", FLOATS),
    ("numeric", NUMERICS), ("numeric(6,2)", NUMERICS), ("numeric(5,0)", NUMERICS), ("numeric(3,-2)", NUMERICS),
    ("numeric(2,5)", ["0.00012", "0.00123", "0.0012", "1", "0.000125", "-0.000995", "0.000995", "NaN", "inf"]),
    ("numeric(30,10)", NUMERICS), ("numeric(4,4)", ["0.9999", "0.99995", "1"]), ("bytea", BYTEAS), ("uuid", UUIDS),
    ("text", TEXTS), ("varchar", TEXTS), ("varchar(3)", SIZED), ("bpchar", TEXTS), ("char(3)", SIZED),
    ("name", [*TEXTS, "x" * 70, "é" * 40]), ('"char"', CHARS), ("json", JSONS), ("jsonb", JSONS),
    ("pg_lsn", ["0/0", "16/B374D848", "ffffffff/1", "1/100000000", "x", "1", "1/", "7FFFFFFF/FFFFFFFF", " 1/1"]),
    ("tid", ["(0,1)", "(4294967295,65535)", "(0,65536)", "x", "(1)", "(1, 2)", "(-1,0)", ""]),
    ("oidvector", ["", "1", "1 2 3", " 4  5 "]), ("int2vector", ["", "1", "1 -2 3"]),
    ("bit(3)", BITS), ("varbit", BITS), ("varbit(3)", BITS), ("bit(16)", BITS), ("macaddr", MACADDRS),
    ("macaddr8", MACADDR8S), ("money", MONIES), ("bit(3)[]", ["{101,NULL}", "{1}"]), ("money[]", ["{$1,\"$1,234.5\"}"]),
    ("inet[]", ["{10.1/16,::1}"]),
    ("point", POINTS), ("line", LINES), ("lseg", SEGMENTS), ("box", SEGMENTS), ("path", PATHS), ("polygon", PATHS),
    ("circle", CIRCLES), ("point[]", ['{"(1,2)","3,4",NULL}', "{(1,2)}"]), ("box[]", ["{(1,2),(3,4);1,1,0,0;NULL}", "{1,2,3,4}"]),
    ("int4range", RANGES), ("int8range", RANGES), ("numrange", RANGES), ("daterange", TIME_RANGES), ("tsrange", TIME_RANGES),
    ("tstzrange", TIME_RANGES), ("int4multirange", MULTIRANGES), ("nummultirange", MULTIRANGES),
    ("int8multirange", ["{[1,3),[7,9]}"]), ("datemultirange", ["{[2020-01-01,2020-01-31],[2020-02-01,)}"]),
    ("tsmultirange", ["{[2020-01-01,2020-01-31],[2020-02-01 10:00,)}"]),
    ("tstzmultirange", ["{[2020-01-01 00:00+00,2020-01-31 00:00+00]}"]), ("int4range[]", ['{"[1,5)",empty,NULL}']),
    ("nummultirange[]", ['{"{[1.50,2)}",{}}', '{"{[1.50,2)}","{}"}']),
    ("int4[]", INT_ARRAYS), ("text[]", TEXT_ARRAYS), ("float8[]", ["{1,1.5,NaN,inf,-Infinity,NULL}"]),
    ("bool[]", ["{t,f,NULL}", "{x}"]), ("bytea[]", ['{"\\\\x00ff","\\\\x"}', "{abc}"]),
    ("numeric[]", ["{1.50,2,NaN,NULL}", "{x}"]), ("numeric(5,1)[]", ["{1.55,2}", "{99999}"]),
     ("varchar(2)[]", ["{ab,c}", "{abc}"]),
    ("char(3)[]", ["{a,abc}"]), ("jsonb[]", ['{"{\\"b\\": 1, \\"a\\": [1, 2]}",null,1}']),
    ("uuid[]", ["{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"]), ('"char"[]', ["{a,b}"]), ("name[]", ["{a,b}"]),
     ("oid[]", ["{1,2}"]),
    ("tsvector", VECTORS), ("tsquery", QUERIES), ("tsvector[]", ["{a,\"'b c':1A\",NULL}"]), ("tsquery[]", ['{"a & b",!c}']),
    ("int2[]", ["{1,-2}"]), ("int8[]", ["{1,9223372036854775807}"]), ("float4[]", ["{0.1,1e10}"]),
]

ORDERS: list[tuple[str, list[str]]] = [
    ("numeric", ["1.10", "1.1", "-5", "NaN", "Infinity", "-Infinity", "0", "-0.0", "10", "9", "1e20", "1e-10"]),
    ("jsonb", ["null", "true", "false", "1", "1.0", "2", "10", '"a"', '"b"', '"aa"', '""', "[]", "[1]", "[1,2]", "[2]",
     "[[]]", "{}",
               '{"a":1}', '{"b":1}', '{"aa":1}', '{"a":1,"b":2}', '{"a":2}', '{"a":[]}', '["a"]', "[null]", "[true]",
                   "[{}]"]),
    ("int4[]", ["{}", "{1}", "{2}", "{1,2}", "{1,NULL}", "{NULL}", "{{1,2}}", "[0:1]={1,2}", "{10}", "{{1},{2}}",
     "{1,2,3}"]),
    ("text[]", ["{}", "{a}", "{b}", "{a,b}", "{B}", "{é}", "{NULL}", '{""}', "{aa}"]),
    ("float8[]", ["{1}", "{NaN}", "{Infinity}", "{-Infinity}", "{1.5}", "{NULL}"]),
    ("numeric[]", ["{1.5}", "{1.50}", "{10}", "{9}", "{NaN}"]),
     ("bytea[]", ['{"\\\\x01"}', '{"\\\\x0100"}', '{"\\\\xff"}']),
    ("tid", ["(0,1)", "(0,10)", "(0,2)", "(10,0)", "(2,0)"]),
     ("uuid", [UUIDS[0], "00000000-0000-0000-0000-000000000000", "f" * 32]),
    ("float8", ["NaN", "Infinity", "-Infinity", "0", "-0", "1.5", "-2", "1e300"]),
     ("bytea", ["", "\\x00", "\\x0001", "\\xff", "a"]),
    ("char(5)", ["a", "a ", "ab", "B", "a\t", "", "é"]), ("text",
     ["a", "a ", "B", "é", "日", "\U0001f600", "\uffee", ""]),
    ("int4range", ["empty", "[1,5)", "(,5)", "(,)", "[1,)", "[9,10)", "[10,11)", "[1,4]", "[1,10)", "(0,5)"]),
    ("numrange", ["empty", "[1,5)", "[1.0,5.00)", "(1,5)", "[1,5]", "(,5)", "(,5]", "[1,)", "(,)", "[NaN,)", "[10,11)",
                  "[9,10)"]),
    ("tsrange", ["empty", "[2020-01-01,2020-01-02)", "[2020-01-01,2020-01-02 01:00)", "(,2020-01-01)", "[infinity,]"]),
    ("nummultirange", ["{}", "{[1,5)}", "{[1.0,5.00)}", "{[1,5),[7,8)}", "{(,)}", "{[10,11)}", "{[9,10)}", "{(,1),[9,)}"]),
    ("varbit", ["", "0", "1", "01", "10", "000000001", "00000000", "11111111", "111111110", "101"]),
    ("macaddr", ["08:00:2b:01:02:03", "f8:00:2b:01:02:03", "00:00:00:00:00:00"]),
    ("money", ["0", "-1", "-2", "10", "9", "9.99", "92233720368547758.07", "-92233720368547758.08"]),
    ("inet", ["10.0.0.0/8", "10.0.0.1", "9.0.0.0/8", "::1", "::/0", "10.0.0.1/32", "255.255.255.255", "10.0.0.0/9"]),
    ("tsvector", ["", "a", "b", "a:1", "a:2", "a:1A", "a b", "ab", "a:1,2", "b:1", "aa:1", "é"]),
    ("tsquery", ["", "a", "b", "ab", "a & b", "b & a", "a | b", "a <-> b", "a <2> b", "!a", "!!a", "a & b & c", "a & (b & c)",
                 "a:A", "a:*", "!(a & b)"]),
    ("bool", ["t", "f"]), ("oidvector", ["", "1", "2", "1 2", "10"]), ("int2vector", ["", "1", "2", "1 2", "10"]),
]


def outcome(result: pq.PGresult) -> object:
    if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        return None
    fields = {name: result.error_field(getattr(pq.DiagnosticField, field)) for name, field in (
        ("sqlstate", "SQLSTATE"), ("message", "MESSAGE_PRIMARY"), ("detail", "MESSAGE_DETAIL"))}
    error: dict[str, str | None] = {name: value.decode() if value else None for name, value in fields.items()}
    context = result.error_field(pq.DiagnosticField.CONTEXT)
    lines = [line for line in (context or b"").decode().splitlines() if not line.startswith("unnamed portal")]
    error["where"] = "\n".join(lines) or None
    return error


def record(connection: pq.PGconn, type_name: str, texts: list[str]) -> list[list[object]]:
    connection.exec_(f"DROP TABLE IF EXISTS golden; CREATE TEMP TABLE golden (c {type_name})".encode())
    facts = connection.exec_(b"SELECT atttypid, atttypmod FROM pg_attribute WHERE attrelid = 'golden'::regclass"
                             b" AND attnum = 1")
    oid, typmod = (int(facts.get_value(0, column) or 0) for column in (0, 1))
    rows: list[list[object]] = []
    for text in texts:
        insert = connection.exec_params(b"INSERT INTO golden VALUES ($1) RETURNING c", [text.encode()])
        error = outcome(insert)
        if error is not None:
            rows.append([oid, typmod, text, error])
            continue
        value = insert.get_value(0, 0)
        assert value is not None
        binary = connection.exec_params(b"SELECT c FROM golden", [], result_format=1).get_value(0, 0)
        assert binary is not None
        connection.exec_(b"TRUNCATE golden")
        rows.append([oid, typmod, text, value.decode(), binary.hex()])
    return rows


def record_order(connection: pq.PGconn, type_name: str, texts: list[str]) -> list[object]:
    """[type OID, texts, ranks]: equal values have equal ranks."""
    connection.exec_(f"DROP TABLE IF EXISTS golden; CREATE TEMP TABLE golden (n int, c {type_name})".encode())
    for number, text in enumerate(texts):
        assert outcome(connection.exec_params(b"INSERT INTO golden VALUES ($1, $2)",
            [str(number).encode(), text.encode()])) is None
    result = connection.exec_(b"SELECT n, dense_rank() OVER (ORDER BY c), (SELECT atttypid FROM pg_attribute WHERE"
                              b" attrelid = 'golden'::regclass AND attname = 'c') FROM golden ORDER BY n")
    assert result.status == pq.ExecStatus.TUPLES_OK, result.error_message
    return [int(result.get_value(0, 2) or 0), texts, [int(result.get_value(row,
        1) or 0) for row in range(result.ntuples)]]


def main(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        link = connection.pgconn
        link.exec_(b"SET client_min_messages = error")
        rows = [row for name, texts in CASES for row in record(link, name, texts)]
        orders = [record_order(link, name, texts) for name, texts in ORDERS]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    ordered = ",\n".join(json.dumps(row, ensure_ascii=False) for row in orders)
    OUTPUT.write_text(f'{{"values": [\n{lines}\n],\n"orders": [\n{ordered}\n]}}\n')


if __name__ == "__main__":
    main(sys.argv[1])
