1: CREATE TABLE t9(a numeric(15,9), b numeric(15,9))
1: INSERT INTO t9 VALUES (3,3),(-3,3),(2.952,3)
1: SELECT round(a*b), (a*b)::int FROM t9
1: SELECT round(a*b,2), round(a*b,1) FROM t9
1: CREATE TABLE t15(v numeric(15,15))
1: insert into t15 values (0.99),(0.98),(-0.99)
1: select round(v*9.000), round(v*9.000, 2), (v*9.000)::numeric(10,2), (v*9.000)::int8 from t15
1: CREATE TABLE z(n numeric(10,2))
1: INSERT INTO z VALUES (0)
1: SELECT n = 1e-400, n >= 1e-400, n < 1e-400 FROM z
1: SELECT id, generate_series(1,id) FROM (VALUES (1),(2),(3)) t(id) ORDER BY count(*) OVER (PARTITION BY id), id DESC
1: select a <> b from (SELECT unnest(ARRAY[random()]) a, unnest(ARRAY[random()]) b) q
1: select a <> b from (SELECT random() a, random() b, generate_series(1,1), count(*) OVER ()) q
1: CREATE TABLE c(n numeric(10,2), s text)
1: INSERT INTO c VALUES (1.5,'abc')
1: SELECT sum(coalesce(n, s::int8)) FROM c
1: create table m(a int)
1: insert into m values (-7),(-5),(0),(3)
1: SELECT a FROM m WHERE a > -	5
1: select sum(a*b), avg(a*b), max(a*b), a*b*b from t9 group by 4 order by 4
1: select a from t9 where a*b > 8.9 order by a*b desc
1: SELECT E'a:1\u00a0b'::tsvector
1: SELECT E'a:1\x1cb'::tsvector
1: CREATE TYPE r AS RANGE (subtype)
1: CREATE TYPE r AS RANGE (subtype = 5)
1: CREATE TYPE r AS RANGE (subtype = int4, multirange_type_name)
1: CREATE TYPE r AS RANGE (subtype = int4, subtype_opclass)
1: CREATE TYPE r AS RANGE (subtype = int4, subtype_opclass = int4_ops, subtype_diff = int4mi, collation = 3)
1: CREATE TYPE r AS RANGE (subtype = int4, canonical)
1: select '{["a","b\"")}'::int4multirange
1: SELECT length(ts_headline('simple', string_agg('a'||i||' b'||i,' '), string_agg('a'||i||'&b'||i,'|')::tsquery)) > 0 FROM generate_series(1,14) i
