1: create table ts (id int primary key, at timestamptz, lo timestamp, d date, txt text, n int, j jsonb, tags int[], words text[])
1: insert into ts values (1, '2026-01-31 10:11:12.5+00', '2026-01-31 10:11:12.5', '2026-01-31', 'Hello', 3, '{"kind": "a", "size": 12, "f": 1.50, "t": true, "n": null, "o": {"x": [1, 2]}, "l": [1, "b"]}', '{1,2,7}', '{a,b}'), (2, '2024-02-29 23:59:59.999999+00', '2024-02-29 23:59:59.999999', '2024-02-29', 'ÄRGER', -3, '{"kind": "b\"\\/\n", "size": -1e5, "big": 12345678901234567890}', '{7}', '{"x y","a\"b",NULL}'), (3, 'infinity', 'infinity', 'infinity', 'ſtraße İK', 0, '[1, "kind", {"kind": 1}]', '{}', '{}'), (4, '-infinity', '-infinity', '-infinity', '', NULL, '"kind"', '{17,77,NULL}', '{"7"}'), (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (6, '0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00 BC', '0044-03-15 BC', 'a_b%c\d', 1, '{"kind": "ä", "Kind": "x", "kind2": ""}', '{{1,7},{2,3}}', '{{a,b},{c,d}}'), (7, '12345-06-07 08:09:10+00', '12345-06-07 08:09:10', '12345-06-07', 'FOO', 1, '{"kind": null}', '[0:2]={7,8,9}', '{",","]"}'), (8, '0001-01-01 00:00:00+00', '0001-01-01 00:00:00', '0001-01-01', 'foo bar', 1, '{"kind": {"kind": "b"}}', '{-7,70}', '{NULL}'), (9, '9999-12-31 23:59:59+00', '9999-12-31 23:59:59', '9999-12-31', 'Straße', 1, '{"kind": [1, 2.0, "x"]}', '{NULL}', '{null,"null"}'), (10, '1969-12-31 23:59:59.25+00', '1969-12-31 23:59:59.25', '1969-12-31', 'KELVIN', 1, '{"kind": 1e2, "f": 0.10}', '{7,7}', '{A,a}'), (11, '2000-01-01 00:00:00+00', '2000-01-01 00:00:00', '2000-01-01', 'ı', 1, '5', '{1}', '{ä}'), (12, '2026-03-29 01:30:00+00', '2026-03-29 01:30:00', '2026-03-29', E'new\nline', 1, 'true', '{0}', '{"\\"}'), (13, '1890-10-25 00:10:30+00', '1890-10-25 00:10:30', '1890-10-25', 'x', 1, 'null', '{2147483647}', '{"a,b"}')
1: select id, j ->> 'kind', j ->> 'size', j ->> 'f', j ->> 't', j ->> 'n', j ->> 'o', j ->> 'l', j ->> 'big', j ->> 'missing', j -> 'o' ->> 'x', j -> 'kind' ->> 'kind', j ->> 'Kind', j->>'kind2' from ts order by id
1: select id, j -> 'kind', j -> 'size', j -> 'f', j -> 'o', j ->> 0, j -> 1 ->> 0, j #>> '{o,x,0}', j ->> 'a b', j ->> '0' from ts order by id
1: select id, (j ->> 'size')::int from ts where id in (1,3,4,5,6) order by id
1: select id, (j ->> 'size')::int from ts where id = 2
1: select id, (j ->> 'size')::numeric, (j ->> 'f')::numeric, (j->>'t')::boolean from ts order by id
1: select id, (j ->> 'big')::bigint from ts where id = 2
1: select id, (j ->> 'big')::int from ts where id = 2
1: select id, (j ->> 'kind')::int from ts where id = 1
1: select id, (j ->> 'kind')::bigint from ts where id = 10
1: select id, (j ->> 'size')::smallint + 1, (j->>'size')::bigint * 2 from ts where id = 1
1: select id from ts where j ->> 'kind' = 'a' order by id
1: select id from ts where j @> '{"kind": "a"}' order by id
1: select id, j @> '{"kind": "a"}', j @> '{"kind": null}', j @> '{"t": true}', j @> '{"t": false}', j @> '{"size": 12}', j @> '{"size": -100000}', j @> '{"size": 12.0}', j @> '{"kind": 100}', j @> '{"kind": "a", "size": 12}', j @> '{}', j @> '{"kind": {"kind": "b"}}', j @> '{"kind": ["x"]}', j @> '"kind"', j @> '[1]', j @> '{"missing": null}' from ts order by id
1: select id, j @> '{"kind": "b\"\\/\n"}', j @> '{"kind": "ä"}', '{"kind": "a", "x": 1}'::jsonb @> j, j @> '{"kind2": ""}', j @> '{"f": 1.5}', j @> '{"f": 0.1}' , j @> '{"big": 12345678901234567890}', j @> '{"n": null}' from ts order by id
1: select id, j @> j, j ->> txt, j ? 'kind' from ts order by id
1: select id, 7 = any(tags), -7 = any(tags), 70 = any(tags), 77 = any(tags), 1 = any(tags), n = any(tags), null = any(tags), 0 = any(tags), 2147483647 = any (tags), 7 <> all (tags), 7 = all(tags), 7 > any (tags), 7::bigint = any(tags), 7::smallint = any (tags) from ts order by id
1: select id, 'a' = any(words), 'a"b' = any(words), 'x y' = any(words), ',' = any(words), ']' = any(words), '\' = any(words), 'null' = any(words), txt = any(words), 'ä' = any(words), '7' = any (words), 'a,b' = any(words) from ts order by id
1: select id from ts where 7 = any(tags) order by id
1: select id from ts where not (7 = any(tags)) order by id
1: select id from ts where not (n = any(tags)) order by id
1: select id from ts where (7 = any(tags)) is null order by id
1: select id from ts where id = any('{1,2,3}') order by id
1: select id from ts where id = any(array[1, 2, n]) order by id
1: select id from ts where id = any(tags) order by id
1: select id, txt::varchar(3), txt || n::text from ts order by id
1: select '12'::text::int, id::text::int, (id || '0')::int, (' ' || id || ' ')::numeric from ts order by id
1: select (txt)::int from ts where id = 1
