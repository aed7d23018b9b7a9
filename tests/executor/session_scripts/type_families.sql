1: select rank(1,2) within group (order by x) from (values (1),(2)) v(x);
1: select rank() within group (order by x) from (values (1),(2)) v(x);
1: select rank('fred') within group (order by x) from (values (1),(2)) v(x);
1: select rank('adam'::text) within group (order by x) from (values (1),(2)) v(x);
1: select rank('adam'::varchar) within group (order by x) from (values ('a'::text),('b')) v(x);
1: select rank(1) within group (order by x) filter (where x>1) from (values (1),(2)) v(x);
1: select rank(3) within group (order by x desc), dense_rank(3) within group (order by x), percent_rank(3) within group (order by x nulls first), cume_dist(3) within group (order by x), cume_dist(null) within group (order by x) from (values (1),(1),(2),(3),(4),(4),(null)) v(x);
1: select rank(1,'b') within group (order by x,y desc), dense_rank(2,'z') within group (order by x, y) from (values (1,'a'),(1,'c'),(2,'x'),(2,'x')) v(x,y);
1: select dense_rank(1) within group (order by x), percent_rank(1) within group (order by x), cume_dist(1) within group (order by x) from (values (1)) v(x) where false;
1: select concat(variadic 'x');
1: select concat(variadic array[1,2]), concat(variadic null::text[]), concat_ws(',', variadic array['a',null,'b']), concat_ws(null, variadic array['a']), concat_ws(',', variadic null::int[]), concat(variadic '{}'::int[]);
1: select num_nulls(variadic null::int[]), num_nulls(variadic array[1,null]), num_nonnulls(variadic '{{1,2},{null,3}}'::int[]);
1: select format('%s', variadic null::int[]);
1: select format('a', variadic null::int[]), format('%s %s', variadic array[1.5,2]), format('%2$s %1$s', variadic array['x','y']);
1: select json_build_array(variadic array[1,2]), json_build_object(variadic array['a','b']), jsonb_build_array(variadic null::int[]), jsonb_build_object(variadic array['a','1','b',null]);
1: select json_build_object(variadic array['a']);
1: select json_build_object(variadic array['a','b',null,'c']);
1: select concat(variadic 10);
1: select count(*), int4range(1,x) from generate_series(1,3) x group by 2 order by 2;
1: select array_agg(r order by r desc) from unnest('{[1,2),[5,6)}'::int4multirange) r;
1: select unnest('{[1,2),[5,6)}'::int4multirange);
1: select pg_typeof(range_merge('{[1,2),[5,6)}'::int4multirange)), pg_typeof(multirange('[1,2)'::daterange)), pg_typeof(lower('[1,2)'::numrange)), pg_typeof(array_agg('[1,2)'::int8range));
1: select lower('[1,2)');
1: select int4range(1,5) = any (array['[1,5)'::int4range]), int4range(1,2) in ('[1,2)', 'empty');
1: select coalesce(null::int4range, 'empty'), case when true then '[1,2]' else int4range(3,4) end;
1: select '{[2,3]}'::int4multirange::text, '[1,2)'::int4range::int4multirange, '[1,2)'::int4range::text;
1: select distinct x from (values ('[1.0,2)'::numrange),('[1,2.00)')) v(x);
1: select '10.0.0.1/32'::cidr::inet, max(x) from (values ('1.1.1.1'::inet),('::1')) v(x);
1: select B'101'::varbit || X'F', '1'::money + '2.5', sum('1.10'::money) over () from (values (1)) v;
1: SELECT pg_input_is_valid('34', 'int2'), pg_input_is_valid('a', 'int4'), pg_input_is_valid('1.234', 'numeric(3,1)'), pg_input_is_valid('abc', 'varchar(2)'), pg_input_is_valid('{1,x}', 'int4[]'), pg_input_is_valid(NULL, 'int4')
1: SELECT * FROM pg_input_error_info('1e999', 'numeric(3,1)')
1: SELECT * FROM pg_input_error_info('[5,1]', 'int4range')
1: SELECT * FROM pg_input_error_info('(1', 'numrange')
1: SELECT * FROM pg_input_error_info('1', 'int4')
1: SELECT pg_input_is_valid('1', 'nope')
1: SELECT to_regtypemod('varchar(12)'), to_regtypemod('bit(3)'), to_regtypemod('nope')
1: CREATE TABLE booking (id int PRIMARY KEY, room int4range, during tsrange, spans nummultirange, price money, mask bit(4), flags bit varying(6), host inet, net cidr, card macaddr)
1: INSERT INTO booking VALUES (1, '[1,3]', '[2020-01-01 10:00,2020-01-01 12:00)', '{[1.5,2],[2,3)}', '12.5', B'1010', B'1', '10.0.0.5/24', '10.0.0/24', '08-00-2b-01-02-03')
1: INSERT INTO booking VALUES (2, 'empty', NULL, '{}', 99999999.99, B'0110', B'111111', '::1', '::/0', '08002b:010204')
1: INSERT INTO booking (id, mask) VALUES (3, B'101')
1: INSERT INTO booking (id, flags) VALUES (3, B'1010101')
1: INSERT INTO booking (id, net) VALUES (3, '10.0.0.1/24')
1: INSERT INTO booking (id, mask, price, net) VALUES (3, B'0000', -5, inet '10.1.2.3/16')
1: SELECT * FROM booking ORDER BY id
1: SELECT id FROM booking ORDER BY room, id
1: SELECT id FROM booking ORDER BY price DESC
1: SELECT id FROM booking ORDER BY host NULLS FIRST, mask
1: CREATE INDEX ON booking (room)
1: CREATE INDEX ON booking (price, host)
1: CREATE UNIQUE INDEX ON booking (room)
1: CREATE UNIQUE INDEX ON booking (net)
1: SELECT id FROM booking WHERE room = '[1,4)'
1: SELECT id FROM booking WHERE room @> 2 OR spans @> 2.75
1: SELECT id FROM booking WHERE during && tsrange('2020-01-01 11:00', '2020-01-02')
1: INSERT INTO booking (id, room) VALUES (4, '(0,3]')
1: CREATE TABLE hosts (h inet PRIMARY KEY, r daterange UNIQUE)
1: INSERT INTO hosts VALUES ('10.0.0.1', '[2020-01-01,2020-01-02]')
1: INSERT INTO hosts VALUES ('10.0.0.1/32'::cidr, NULL)
1: INSERT INTO hosts SELECT x FROM unnest('{10.0.0.1/32}'::cidr[]::inet[]) x
1: INSERT INTO hosts VALUES ('10.0.0.2/32'::cidr, '[2020-01-01,2020-01-03)')
1: INSERT INTO hosts VALUES ('10.0.0.2/32'::cidr, '(2020-01-01,)') ON CONFLICT (h) DO NOTHING
1: SELECT * FROM hosts WHERE h = '10.0.0.2/32'::cidr OR h = '10.0.0.1' ORDER BY h
1: UPDATE booking SET room = room + '[4,9)', spans = spans - '{[2,2.5)}', price = price * 1.5, mask = ~mask, host = host + 300 WHERE id = 1 RETURNING room, spans, price, mask, host
1: SELECT range_agg(room), range_intersect_agg(spans), sum(price), max(host), bit_or(mask), min(price) FROM booking
1: SELECT room, count(*) FROM booking GROUP BY room ORDER BY 1
1: SELECT r FROM booking, unnest(spans) r ORDER BY r
1: SELECT id, upper(room) - lower(room), host <<= net FROM booking WHERE NOT isempty(room)
1: SELECT mask::int, flags::bit(8), 5::bit(4), B'0110'::int8 FROM booking WHERE id = 2
1: SET TimeZone = 'Asia/Tokyo'
1: SELECT '[2020-01-01 00:00,2020-01-02)'::tstzrange
1: SET TimeZone = 'UTC'
1: SELECT '[2020-01-01 00:00,2020-01-02)'::tstzrange
1: SET DateStyle = 'German'
1: SELECT '[01.02.2020,03.02.2020]'::daterange, '{[01.02.2020 10:00,)}'::tsmultirange
1: SELECT isempty('empty')
1: SELECT int4range(1, 2) @> 5::int8
1: SELECT range_merge(1, 2)
1: SELECT to_json('x')
1: SELECT array_append('{a}', 'b')
1: SELECT int4range(1, 2) + numrange(1, 2)
1: SELECT range_adjacent('[1,2)', numrange(1, 2)), elem_contained_by_range(1.5, numrange(1, 2))
1: SELECT array_fill(array[1], array[2])
1: SELECT ARRAY['[1,2)'::int4range, 'empty'], '{"[1,5)"}'::int4range[] @> ARRAY[int4range(1, 5)]
1: SELECT numrange(1, 5) BETWEEN '[0,1]' AND '[2,3]', greatest(numrange(1, 2), numrange(0, 9)), nullif(numrange(1, 2), numrange(1.0, 2.00))
1: SELECT x, lag(x) OVER (ORDER BY x) FROM (VALUES (int4range(5, 6)), (int4range(1, 2)), (NULL)) v (x)
