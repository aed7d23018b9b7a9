1: create table t (id int primary key, a numeric(12,2), b numeric(10,4), c numeric(15,0), d numeric(15,15), e numeric(15,2), n int, s smallint, g bigint, u numeric, w numeric(20,3), txt text, code text)
1: insert into t values  (1, 1.50, 2.2500, 7, 0.123456789012345, 9999999999999.99, 5, 3, 9223372036854775807, 1.5, 12345678901234567.123, 'a', 'x'),  (2, -1.50, -2.2500, -7, -0.123456789012345, -9999999999999.99, -5, -3, -9223372036854775808, -1.50, -0.001, 'b', 'x'),  (3, 0.00, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 'y'),  (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),  (5, 'NaN', 1, 'NaN', 'NaN', 'NaN', 1, 1, 1, 'NaN', 'NaN', 'ä', 'y'),  (6, 9999999999.99, 999999.9999, 999999999999999, 0.999999999999999, 0.29, 2147483647, 32767, 4611686018427387904, 'Infinity', 1, 'É', 'z'),  (7, -9999999999.99, -999999.9999, -999999999999999, -0.999999999999999, 0.57, -2147483648, -32768, -4611686018427387904, '-Infinity', 1, 'ß', 'z'),  (8, 0.29, 0.5050, 1, 0.1, 1.005, 7, 7, 7, 0.10, 0.1, 'x''y', 'w'),  (9, 0.57, 0.0001, 2, 0.000000000000001, 1.15, 8, 8, 8, 100, 0.2, 'z', 'w'),  (10, 12.00, 12.0000, 12, 0.2, 12, 12, 12, 12, 12.000, 12, 'zz', NULL)
1: select sum(a), avg(a), min(a), max(a) from t
1: select sum(a), avg(a), min(a), max(a) from t where id not in (5)
1: select sum(b), avg(b), min(b), max(b) from t
1: select sum(c), avg(c), min(c), max(c) from t where id <> 5
1: select sum(d), avg(d), min(d), max(d) from t where id <> 5
1: select sum(e), avg(e), min(e), max(e) from t where id <> 5
1: select sum(u), avg(u), min(u), max(u) from t where id < 5
1: select sum(w), avg(w), min(w), max(w) from t where id < 5
1: select code, sum(a), avg(a), min(a), max(a), sum(b), avg(b), count(a) from t group by code order by code
1: select id, a + 1, a - 1.5, a * 2, a * 1.19, a + b, a - b, a * b, -a, abs(a), +a, a * a, a*n, a*s, a*g, g*a from t order by id
1: select id, round(a, 1), round(a), round(a * 1.19, 2), round(b, 3), round(b, 6), round(b, 0), trunc(b, 2), trunc(b), trunc(a, 5), round(b,-1) from t order by id
1: select id, a::int, b::int, (b * 10)::int from t where id not in (5,6,7) order by id
1: select a::int from t where id = 5
1: select a::int from t where id = 6
1: select id, (b*100)::bigint, b::smallint from t where id not in (6,7) order by id
1: select b::smallint from t where id = 6
1: select id, (a * 1.19)::numeric(12,2), (b / 3)::numeric(10,2), a::numeric(20,5) from t order by id
1: select id, a::numeric(12,1) from t where id = 6
1: select id, a::numeric(6,1) from t where id = 6
1: select id, a::numeric(6,1) from t where id = 5
1: select sum(a * n), avg(a * n), min(a * n), max(a * n) from t where id not in (5)
1: select sum(a * g), avg(a * g), min(a * g), max(a * g) from t where id not in (5)
1: select sum(e * g), min(e * g), max(e*g) from t where id <> 5
1: select sum(a * 1.19 + 5), avg(a * 1.19 - 0.001), min(a * 1.19), max(a * 1.19) from t
1: select sum(a * 1.19 + 5), avg(a * 1.19 - 0.001), min(a * 1.19), max(a * 1.19) from t where id <> 5
1: select sum(case when n > 0 then a else 0 end), avg(case when n > 0 then a else 0 end), min(case when n > 0 then a else 0 end) from t where id <> 5
1: select sum(case when n > 100000 then a else 0 end) from t where id in (1,2)
1: select sum(case when n > 0 then a end), sum(case code when 'x' then a when 'y' then b else 1.23456 end) from t
1: select sum(coalesce(a, 0)), avg(coalesce(a, 0)), sum(coalesce(a, b, 1.5)), max(coalesce(a,0)) from t where id <> 5
1: select sum(coalesce(a, 0)) from t where id = 4
1: select sum(coalesce(a, 0) * n), sum(coalesce(a,0) + b), sum(coalesce(a,0) - coalesce(b,0)), sum(-coalesce(a,0)) from t where id <> 5
1: select id, coalesce(a, 0) * 2, coalesce(a,0) + 1.5, case when n > 0 then a else 0 end + 1, round(coalesce(a,0), 1) from t order by id
1: select sum(a) filter (where n > 0), avg(a) filter (where n < 0), max(a + 1) filter (where n > 0), sum(a+1) filter (where false) from t
1: select id, sum(a) over (order by id), avg(a) over (order by id rows between 2 preceding and current row), min(a*2) over (partition by code), max(a) over (order by id), sum(a*2) over (order by id rows between 1 preceding and 1 following) from t order by id
1: select id, sum(a) over (order by id), avg(a) over (order by id rows between 2 preceding and current row), min(a*2) over (partition by code), max(a) over (order by id), sum(a*2) over (order by id rows between 1 preceding and 1 following) from t where id <> 5 order by id
1: select id from t where a * 2 > 3 order by id
1: select id from t where a * 2 >= 3 and a + b < 5 order by id
1: select id, a * 2 = b, a = b, a < b + 0.0001, a <> b, a * 1.0 <= 1.5, a * n > 5, g * 1.0 > a from t order by id
1: select id from t order by a * 2, id
1: select id from t order by a * 2 desc, id
1: select id from t order by a + b nulls first, id
1: select id, a * 2 as x from t order by x, id
1: select a * 0 as x, count(*) from t group by 1 order by 1
1: select round(a) as x, count(*), sum(b) from t group by 1 order by 1
1: select round(a) as x, count(*), sum(b) from t group by round(a) having sum(b) > 0 order by round(a) desc
1: select distinct round(a) as x from t order by x
1: select distinct on (round(a)) round(a), id from t order by round(a), id
1: select id, a / 2, a % 2, mod(a, 0.7), a ^ 2, sqrt(abs(a)) from t where id < 5 order by id
1: select sum(distinct a), avg(distinct a), sum(a order by id) from t where id <> 5
1: select id, greatest(a, b), least(a,b), nullif(a, 1.50), a is distinct from b from t order by id
1: select (select sum(x.a * t.b) from t x where x.id <= t.id) from t where id < 5 order by id
1: select t.id, l.v from t, lateral (select sum(x.a + t.a) as v from t x where x.id < 4) l where t.id < 5 order by 1
1: select max(a) from t having max(a) > 5
1: select sum(n::numeric), avg(n::numeric), sum(g::numeric), max(n::numeric * 2) from t
1: select sum(n * 1.5), avg(n * 1.5), sum(g * 1.5) from t
1: select id, n * 1.5, s * 0.1, g * 1.0, n + 0.5, 2.5 - n from t order by id
1: select id, -(a), -(b * 2), abs(-a * 3) from t order by id
1: select id, a + 1e3, a * 1e-3, a - 1.5e1 from t order by id
1: select sum(a)::text, (sum(a) / 7)::numeric(20,3) from t where id <> 5
1: update t set a = a + 0.01 where id in (1,2,4) returning id, a, a * 2
1: update t set a = round(a * 1.005, 2), b = b - 0.5 where id in (1,2,4,8) returning id, a, b
1: select id, a, b from t order by id
1: select sum(a) from t where false
1: select avg(a * 2), min(a*2), max(a*2) from t where false
1: select sum(c * c) from t where id <> 5
1: select id, c * c, e * e, c * d, round(c * d, 5) from t order by id
1: select sum(d * d), max(d * d), min(e * d) from t where id <> 5
1: select count(*) from t where (case when a > 0 then b else 0 end) > 0.5
1: select id, round(a::numeric(12,2) * 100) / 100, to_char(a * 2, '999.99') from t where id < 4 order by id
