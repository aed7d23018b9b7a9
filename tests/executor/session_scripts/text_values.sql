1: CREATE TABLE cc (n int, c char(5), v varchar(5))
1: INSERT INTO cc VALUES (1, 'ab', 'ab'), (2, 'ab   ', 'ab   '), (3, '', ''), (4, NULL, NULL), (5, 'Äb', 'Äb')
1: SELECT n, c LIKE 'ab', c LIKE 'ab   ', c NOT LIKE 'ab', c ILIKE 'AB', c NOT ILIKE 'AB   ', c LIKE 'a%', c LIKE 'ab__ ' FROM cc ORDER BY n
1: SELECT n, c ~ 'b$', c ~ 'b   $', c !~ 'b$', c ~* 'B $', c !~* 'B$', c SIMILAR TO 'ab', c SIMILAR TO 'ab   ' FROM cc ORDER BY n
1: SELECT n FROM cc WHERE c LIKE '% ' ORDER BY n
1: SELECT 'ab'::char(5) LIKE 'ab', 'ab'::char(5) LIKE 'ab   ', 'ab  '::bpchar LIKE 'ab', 'ab'::char(5)::text LIKE 'ab'
1: SELECT max(c), min(c), array_agg(c ORDER BY n), string_agg(c, ',' ORDER BY n), json_agg(c ORDER BY n), any_value(c) FILTER (WHERE n = 1) FROM cc
1: SELECT n, lag(c) OVER (ORDER BY n), first_value(c) OVER (ORDER BY n), max(c) OVER (ORDER BY n) FROM cc ORDER BY n
1: SELECT coalesce(c, 'none'::char(7)) || '|', coalesce(c, 'none'::char(7)), greatest(c, 'aa'::char(7)), CASE WHEN n = 1 THEN c ELSE 'x'::bpchar END, c::bpchar, ARRAY[c], ARRAY[c, 'x'] FROM cc ORDER BY n
1: SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY c), mode() WITHIN GROUP (ORDER BY c) FROM cc
1: SELECT array_append('{x}'::bpchar[], c), octet_length(c), length(c), c = v, c::char(7), concat(c, '|') FROM cc ORDER BY n
1: INSERT INTO cc (n, c) SELECT 6, max(c) FROM cc
1: SELECT c, c = 'Äb', length(c) FROM cc WHERE n = 6
1: SELECT upper('é' COLLATE "C"), lower('É' COLLATE "POSIX"), initcap('éA bC' COLLATE "C"), casefold('ÉA' COLLATE ucs_basic)
1: SELECT upper('é'::name), upper(('é'::name)::text || 'x'), lower('ÉX'::name::varchar)
1: SELECT 'É' ILIKE 'é' COLLATE "C", 'ÉA' NOT ILIKE 'Éa' COLLATE "C", 'É'::char(3) ILIKE 'é  ' COLLATE "C"
1: SELECT pg_collation_for('a' COLLATE "C"), collation for ('a' COLLATE "POSIX"), collation for ('a'::text || 'b'), collation for ('a'::name), pg_collation_for(ARRAY['a'])
1: SELECT pg_collation_for(1)
1: SELECT upper('x' COLLATE "C" || 'é'), upper(coalesce(NULL, 'é' COLLATE "C")), upper('é')
1: SELECT casefold('ςſẞßÄǅİﬅΐΰ'), initcap('Ⅷa ⓐa ͣa é̂a ह́a'), lower('ΑΣΣ İ ẞ'), upper('ß ŉ ǰ ﬀ ᾳ'), initcap('ǆa')
1: WITH t(x) AS (VALUES ('ab'::char(4)), ('abcd')) SELECT x, x || '|', x LIKE 'ab  ' FROM t
1: SELECT x, x::text || '|' FROM (VALUES ('ab'::char(4)), ('ab '::bpchar)) v (x)
1: CREATE TABLE ca (a char(4)[], d char(3) DEFAULT 'x', CHECK (d LIKE 'x%' OR d LIKE '_  '))
1: INSERT INTO ca (a) VALUES ('{ab,NULL}')
1: INSERT INTO ca (d) VALUES ('y')
1: INSERT INTO ca (d) VALUES ('yy')
1: SELECT a, a[1], d, a[1] LIKE 'ab  ' FROM ca ORDER BY d
1: SELECT max(a), array_agg(d), array_cat(a, a), coalesce(a, '{x}'::char(2)[]) FROM ca GROUP BY a ORDER BY a
1: SELECT d FROM ca WHERE d LIKE 'x  '
