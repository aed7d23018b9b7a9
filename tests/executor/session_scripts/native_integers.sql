1: create table t (id int primary key, a numeric(12,2), b numeric(10,4), c numeric(15,0), d numeric(15,15), e numeric(15,2), n int, s smallint, g bigint, u numeric, w numeric(20,3), txt text, code text)
1: insert into t values  (1, 1.50, 2.2500, 7, 0.123456789012345, 9999999999999.99, 5, 3, 9223372036854775807, 1.5, 12345678901234567.123, 'a', 'x'),  (2, -1.50, -2.2500, -7, -0.123456789012345, -9999999999999.99, -5, -3, -9223372036854775808, -1.50, -0.001, 'b', 'x'),  (3, 0.00, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 'y'),  (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),  (5, 'NaN', 1, 'NaN', 'NaN', 'NaN', 1, 1, 1, 'NaN', 'NaN', 'ä', 'y'),  (6, 9999999999.99, 999999.9999, 999999999999999, 0.999999999999999, 0.29, 2147483647, 32767, 4611686018427387904, 'Infinity', 1, 'É', 'z'),  (7, -9999999999.99, -999999.9999, -999999999999999, -0.999999999999999, 0.57, -2147483648, -32768, -4611686018427387904, '-Infinity', 1, 'ß', 'z'),  (8, 0.29, 0.5050, 1, 0.1, 1.005, 7, 7, 7, 0.10, 0.1, 'x''y', 'w'),  (9, 0.57, 0.0001, 2, 0.000000000000001, 1.15, 8, 8, 8, 100, 0.2, 'z', 'w'),  (10, 12.00, 12.0000, 12, 0.2, 12, 12, 12, 12, 12.000, 12, 'zz', NULL)
1: select id, n * 3 + 7 from t where id not in (6,7) order by id
1: select id, n * 3 + 7 from t where id = 6
1: select id, n * 2 - n from t where id = 6
1: select id, (n + 1) - 1 from t where id = 6
1: select id, (n - 1) + 1 from t where id = 7
1: select id, -n - 1 from t where id = 7
1: select id, (n % 7) * (n / 3) from t order by id
1: select id, n / 2 / s from t where id not in (3) order by id
1: select id, n / 2 / s from t where id = 3
1: select id, (n + 0) % s from t where id = 3
1: select id, (n+0) / (s - s - 1) from t where id = 7
1: select id, (n+0) / (s - s - 1) from t where id not in (7) order by id
1: select id, (n+0) % (s - s - 1) from t order by id
1: select id, g + 1 - 1 from t where id = 1
1: select id, g - 1 + 1 from t where id = 2
1: select id, g / 2 + g / 3, g % 10 - 5, (g / 1000) * 999 from t order by id
1: select id, (g / 2) * 3 from t where id = 1
1: select id, n * g % 5 from t where id in (3, 4, 5) order by id
1: select id, n * g % 5 from t where id in (1)
1: select id, s * s + s, s * n - 1, s + s::int from t where id not in (6,7) order by id
1: select id, s * s + s from t where id = 6
1: select id, s * s from t where id = 6
1: select sum((n * 3 + 7) % 1000 - n / 2) from t where id not in (6,7)
1: select id, n::bigint * 3 + 7, n::bigint * n::bigint * 4, n::bigint * n * 2 - 1 from t order by id
1: select id, n::bigint * n * 4 + 1 from t where id = 7
1: select id, length(txt) * 3 + 1, length(code) - length(txt) * 2 from t order by id
1: select id, (n * 3 + 7)::numeric / 2, (n::bigint * 3 + 7) * 1.5 from t where id not in (6,7) order by id
1: select id, (n * 3 + 7) * 1.5 from t where id = 6
1: select sum((n * 3 + 7) * 1.5) from t where id = 6
1: select sum(a * (n + 1)) from t where id = 6
1: select sum(a * (n - 1)) from t where id = 6
1: select sum(a * (n - 1)) from t where id = 7
1: select id, mod(n + 0, 5), mod(g + 0, 7), mod(s + 0::smallint, 3::smallint) from t order by id
1: select id, -(n + 1), abs(n + 1) from t where id <> 6 order by id
1: select id from t where n * 3 + 7 > 10 order by id
1: select round(a * n, 1), round(a * g, 1), (a * n)::numeric(10,1) from t where id not in (6,7) order by id
1: select sum(round(a * n, 1)), max(round(a * g, 1)), avg(trunc(a*g,1)) from t where id <> 5
1: select sum(-(g::numeric)), sum(abs(g::numeric)), max(-(g::numeric)), max(abs(g::numeric)), min(g::numeric * 10) from t
1: select -(g::numeric), abs(g::numeric), -(g::numeric)+1 from t where id in (1,2,3) order by id
