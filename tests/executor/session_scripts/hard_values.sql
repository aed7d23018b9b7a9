1: SELECT replace('abc', '', NULL), replace('abc', '', 'x'), replace(NULL, '', 'x')
1: SELECT '4294967295'::oid::int4, (-1)::oid, (-1)::oid = 4294967295::oid, (-1)::oid::int8, (-7)::regproc, '-32768'::int2::regclass
1: CREATE TABLE oids (i int, o oid)
1: INSERT INTO oids VALUES (-1, 4294967295), (7, 7), (-2147483648, 2147483648)
1: SELECT i, i::oid, o::int4, i = o::int4, o = i::oid FROM oids ORDER BY o
1: SELECT max(DISTINCT x ORDER BY x), min(x ORDER BY x DESC) FROM (VALUES (1.50), (9), (10.0)) v (x)
1: SELECT max(DISTINCT x ORDER BY x), min(DISTINCT x) FROM (VALUES ('9.0.0.0/8'::inet), ('10.0.0.1')) v (x)
1: SELECT max(DISTINCT x ORDER BY x), min(x ORDER BY x) FROM (VALUES ('{1,2}'::int[]), ('{1,10}')) v (x)
1: SELECT max(x) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES (1, 9.0), (2, 10.00), (3, 9.5), (4, NULL)) v (n, x)
1: SELECT string_agg(a, b ORDER BY n) OVER () FROM (VALUES (1, 'x', '-')) v (n, a, b)
1: SELECT string_agg(a, b) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES (1, 'x', '-'), (2, '', '<==>'), (3, 'yy', '日本'), (4, 'z', ''), (5, NULL, ','), (6, NULL, NULL)) v (n, a, b)
1: CREATE TABLE Äpfel (a int, "É" int)
1: SELECT 'Äpfel'::regclass, 'public.ÄPFEL'::regclass
1: SELECT 'Äpfel'::regclass, 'public . Äpfel'::regclass, '"Äpfel"'::regclass::text
1: SELECT to_regclass('äpfel'), to_regclass('"ÄPFEL"')
1: SELECT date_part('ÄB', timestamp '2020-01-01')
1: SELECT date_trunc('Jahrhunderthälfte_MIT_GROßEN_BUCHSTABEN', timestamp '2020-01-01')
1: SELECT length('\x00'::bytea, 'nope')
1: SELECT overlay('abc' PLACING 'x' FROM 2147483647)
1: SELECT overlay('\x0102'::bytea PLACING '\x03' FROM 2147483647)
1: SELECT overlay('abc' PLACING 'x' FROM 2147483646), overlay('abc' PLACING 'x' FROM 2147483647 FOR 0)
1: SELECT make_date(-1, 13, 2)
1: SELECT make_date(-2147483648, 1, 2)
1: SELECT make_timestamp(-1, 13, 2, 0, 0, 0)
1: SELECT '9223372036854775807 us'::int4
1: SELECT '99999 '::int2
1: SELECT '9999 us'::int2
1: SELECT '0x123456789abcdefffz'::int8
1: SELECT '-2147483648-'::int4
1: SELECT '(,)'::tid, '(-1,)'::tid
1: SELECT '0x1F'::cidr, '0xC0A80/12'::cidr, '0xC0A80105'::cidr
1: SELECT '0x1F'::inet
1: SELECT '0x112233445'::cidr
1: SELECT array_agg(x) FROM (VALUES ('{1,2}'::int[]), ('{}')) v (x)
1: SELECT '16/B374D848'::pg_lsn + (-2.5), '16/B374D848'::pg_lsn - 2.5, '16/B374D848'::pg_lsn + 2.5
1: SELECT array_position('{}'::int[], 1, NULL), array_position('{}'::int[], 1)
1: SELECT array_position('{1}'::int[], 1, NULL)
1: SELECT cotd('-0'), cotd(0), float8larger('-0', '0'), float8larger('0', '-0'), float8smaller('-0', '0'), float8smaller('0', '-0')
1: SELECT log(0, '-Infinity')
1: SELECT log('Infinity', 0)
1: SELECT numrange_subdiff(1.5, 'NaN'), numrange_subdiff('Infinity', 'Infinity'), numrange_subdiff(0.3, 0.1)
1: SELECT to_json(timestamptz '0044-03-15 12:00:00.5+00 BC'), to_jsonb(timestamptz '2020-01-01 00:00+00'), to_json(timestamptz '12020-01-01 00:00+00')
1: SET timezone = 'Asia/Kolkata'
1: SELECT to_json(timestamptz '0044-03-15 12:00:00+00 BC'), to_json(timestamptz '2020-01-01 00:00+00'), to_json(timestamptz '1800-01-01 00:00+00')
1: SELECT pg_size_bytes('9223372036854775807'), pg_size_bytes('-1.5e3 kB')
1: SELECT pg_size_bytes('9223372036854775808')
1: SELECT pg_size_bytes('1e1000000')
1: SELECT '[1,2]'::jsonb #> '{"1 "}', '[1,2]'::jsonb #> '{" 1"}', '[1,2]'::json #> '{"1 "}', '[1,2]'::json #> '{" 1"}', '[1,2]'::json #> '{"+1"}'
1: SELECT pg_describe_object('pg_class'::regclass, 'Äpfel'::regclass, 99), pg_describe_object('pg_class'::regclass, 'Äpfel'::regclass, 2)
1: SELECT * FROM information_schema._pg_expandarray('{Infinity,NULL,1.5}'::float8[])
1: SELECT * FROM information_schema._pg_expandarray('{"\\x00","\\xff"}'::bytea[])
1: SELECT true::bit
1: SELECT 1.5::"char"
1: SELECT ''::regtype
1: SELECT quote_ident('select'), quote_ident('name'), quote_ident('Ä'), quote_ident('a b'), quote_ident('between'), quote_ident('values')
1: SELECT parse_ident('ÄB."ÄB"'), parse_ident(repeat('x', 70))
1: SELECT power(123456789012345678901234567890.123, 1.5), power(-123456789012345678901234567890.5, 4294967297.0) < 0
1: SELECT (-1234567890123456789012345678901234567890)::numeric ^ 3, power(12345678901234567890123456789012345.6789, -0.5)
1: SELECT 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF, '-0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF'::numeric, '0b1'::numeric
1: SELECT ln(1.0000000000000000000000000000000001), ln(0.99999999999999999999999999999999999999), log(2, 1.00000000000000000000000000000000001)
1: SELECT power(0.99999999999999999999999999999999999999, 'Infinity'), power(1.00000000000000000000000000000000000001, 'Infinity')
1: SELECT width_bucket(12345678901234567890123456789012.5, 12345678901234567890123456789013, 12345678901234567890123456789011, 4), width_bucket(0.00000000000000000000000000000000012, 0.0000000000000000000000000000000002, 0.0000000000000000000000000000000001, 10)
1: SELECT -123456789012345678901234567890.123456789, abs(-123456789012345678901234567890.123456789), @ -123456789012345678901234567890.5, sign(-0.00000000000000000000000000000000001), -('-123456789012345678901234567890123456789012345678901234567890'::numeric)
1: SELECT round(-123456789012345678901234567890.5), trunc(-123456789012345678901234567890.55, 1), ceil(-123456789012345678901234567890.5), mod(-123456789012345678901234567890.5, 7), div(123456789012345678901234567890123, 7), gcd(123456789012345678901234567890123, 9), to_char(-123456789012345678901234567890.125, 'FM999999999999999999999999999999999.99')
1: SELECT '{"a": -123456789012345678901234567890.125}'::jsonb @? '$.a ? (@ == -123456789012345678901234567890.125)', jsonb_path_query('-123456789012345678901234567890.125', '-$'), jsonb_path_query('-123456789012345678901234567890.125', '$.abs()'), jsonb_path_query('123456789012345678901234567890.125', '$ * 3')
1: SELECT 123456789012345678901234567890.5 <@ numrange(123456789012345678901234567890.4, 123456789012345678901234567890.6), sum(x), avg(x), stddev(x), variance(x) FROM (VALUES (123456789012345678901234567890.5), (-123456789012345678901234567890.25)) v (x)
1: SELECT inet '::' - (-9223372036854775808)
1: SELECT sum(x) FROM (VALUES ('-infinity'::interval), ('178000000 years'), ('178000000 years')) v (x)
1: SELECT make_interval(secs => 1e308)
1: SELECT make_interval(secs => 'Infinity')
