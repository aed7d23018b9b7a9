1: create table ts (id int primary key, at timestamptz, lo timestamp, d date, txt text, n int, j jsonb, tags int[], words text[])
1: insert into ts values (1, '2026-01-31 10:11:12.5+00', '2026-01-31 10:11:12.5', '2026-01-31', 'Hello', 3, '{"kind": "a", "size": 12, "f": 1.50, "t": true, "n": null, "o": {"x": [1, 2]}, "l": [1, "b"]}', '{1,2,7}', '{a,b}'), (2, '2024-02-29 23:59:59.999999+00', '2024-02-29 23:59:59.999999', '2024-02-29', 'ÄRGER', -3, '{"kind": "b\"\\/\n", "size": -1e5, "big": 12345678901234567890}', '{7}', '{"x y","a\"b",NULL}'), (3, 'infinity', 'infinity', 'infinity', 'ſtraße İK', 0, '[1, "kind", {"kind": 1}]', '{}', '{}'), (4, '-infinity', '-infinity', '-infinity', '', NULL, '"kind"', '{17,77,NULL}', '{"7"}'), (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (6, '0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00 BC', '0044-03-15 BC', 'a_b%c\d', 1, '{"kind": "ä", "Kind": "x", "kind2": ""}', '{{1,7},{2,3}}', '{{a,b},{c,d}}'), (7, '12345-06-07 08:09:10+00', '12345-06-07 08:09:10', '12345-06-07', 'FOO', 1, '{"kind": null}', '[0:2]={7,8,9}', '{",","]"}'), (8, '0001-01-01 00:00:00+00', '0001-01-01 00:00:00', '0001-01-01', 'foo bar', 1, '{"kind": {"kind": "b"}}', '{-7,70}', '{NULL}'), (9, '9999-12-31 23:59:59+00', '9999-12-31 23:59:59', '9999-12-31', 'Straße', 1, '{"kind": [1, 2.0, "x"]}', '{NULL}', '{null,"null"}'), (10, '1969-12-31 23:59:59.25+00', '1969-12-31 23:59:59.25', '1969-12-31', 'KELVIN', 1, '{"kind": 1e2, "f": 0.10}', '{7,7}', '{A,a}'), (11, '2000-01-01 00:00:00+00', '2000-01-01 00:00:00', '2000-01-01', 'ı', 1, '5', '{1}', '{ä}'), (12, '2026-03-29 01:30:00+00', '2026-03-29 01:30:00', '2026-03-29', E'new\nline', 1, 'true', '{0}', '{"\\"}'), (13, '1890-10-25 00:10:30+00', '1890-10-25 00:10:30', '1890-10-25', 'x', 1, 'null', '{2147483647}', '{"a,b"}')
1: select id, date_trunc('second', at), date_trunc('minute', at), date_trunc('hour', at), date_trunc('day', at), date_trunc('week', at), date_trunc('month', at), date_trunc('quarter', at), date_trunc('year', at), date_trunc('decade', at) from ts order by id
1: select id, date_trunc('second', lo), date_trunc('minute', lo), date_trunc('hour', lo), date_trunc('day', lo), date_trunc('week', lo), date_trunc('month', lo), date_trunc('quarter', lo), date_trunc('year', lo), date_trunc('milliseconds', lo) from ts order by id
1: select id, date_trunc('day', d), date_trunc('month', d::timestamp) from ts order by id
1: select date_trunc('month', at), count(*) from ts group by 1 order by 1
1: select id, extract(year from at), extract(month from at), extract(day from at), extract(hour from at), extract(minute from at), extract(second from at), extract(milliseconds from at), extract(microseconds from at), extract(quarter from at) from ts order by id
1: select id, extract(decade from at), extract(century from at), extract(millennium from at), extract(dow from at), extract(isodow from at), extract(doy from at), extract(week from at), extract(isoyear from at), extract(epoch from at), extract(julian from at) from ts order by id
1: select id, extract(year from lo), extract(month from lo), extract(day from lo), extract(hour from lo), extract(minute from lo), extract(second from lo), extract(milliseconds from lo), extract(microseconds from lo), extract(quarter from lo) from ts order by id
1: select id, extract(decade from lo), extract(century from lo), extract(millennium from lo), extract(dow from lo), extract(isodow from lo), extract(doy from lo), extract(week from lo), extract(isoyear from lo), extract(epoch from lo) from ts order by id
1: select id, extract(decade from d), extract(century from d), extract(millennium from d), extract(dow from d), extract(isodow from d), extract(doy from d), extract(week from d), extract(isoyear from d), extract(epoch from d), extract(year from d), extract(month from d) from ts order by id
1: select id, extract(hour from d) from ts order by id
1: select extract(timezone from at), extract(timezone from lo) from ts where id = 1
1: select id, extract(year from at)::int, extract(epoch from at)::bigint, extract(epoch from lo)::int, extract(second from lo)::int from ts where id in (1, 2, 5, 10, 11) order by id
1: select extract(year from at)::int from ts where id = 3
1: select extract(epoch from lo)::int from ts where id = 7
1: select extract(year from at) as y, count(*), sum(extract(second from at)), avg(extract(day from at)) from ts group by 1 order by 1
1: select extract(epoch from at) as y, count(*) from ts group by 1 order by 1 desc
1: select sum(extract(epoch from at)), max(extract(epoch from at)), min(extract(hour from lo)) from ts where id not in (3, 4)
1: select sum(extract(epoch from at)), max(extract(epoch from at)), min(extract(year from lo)), max(extract(year from lo)) from ts
1: select id from ts where extract(year from at) = 2026 order by id
1: select id from ts where extract(epoch from at) < 0 order by id
1: select id, extract(hour from at) + 1, extract(year from at) * 12 + extract(month from at), extract(epoch from at) / 60 from ts order by id
1: select id, date_part('hour', at), date_part('year', lo), date_part('epoch', at) from ts order by id
1: select id, at + interval '1 day', at + interval '1 month', at - interval '1 month', at + interval '3 hours', at + interval '1 year 1 mon 1 day 1 hour 1 min 1 sec', at - interval '0.5 sec', interval '1 month' + at, at - interval '1 day 3 hours' from ts where id not in (8, 9) order by id
1: select id, lo + interval '1 day', lo + interval '1 month', lo - interval '1 month', lo + interval '3 hours', lo + interval '1 year 1 mon 1 day 1 hour 1 min 1 sec', lo - interval '0.5 sec', interval '1 month' + lo, lo - interval '1 day 3 hours' from ts order by id
1: select id, lo + interval '-1 month +31 days', lo - interval '13 months -1 day', lo + interval '40 days', lo + interval 'infinity', lo + interval '0', lo - interval '-1 month' from ts where id <> 4 order by id
1: select id, d + interval '1 month', d + 1, d - 1, d - interval '1 day' from ts order by id
1: select id, lo + interval '1 month 30 days' from ts where extract(month from lo) = 1 order by id
1: select max(at + interval '1 day 3 hours'), min(lo - interval '1 mon') from ts where id not in (3,4)
1: select id, lo + (n || ' days')::interval, lo + n * interval '1 day', lo + make_interval(days => n) from ts where id not in (8, 9) order by id
1: select id from ts where at > timestamptz '2026-02-01' - interval '1 month' order by id
1: select id from ts where at + interval '1 day' > '2026-02-01' order by id
1: set timezone = 'Europe/Berlin'
1: select id, date_trunc('second', at), date_trunc('minute', at), date_trunc('hour', at), date_trunc('day', at), date_trunc('week', at), date_trunc('month', at), date_trunc('quarter', at), date_trunc('year', at) from ts order by id
1: select id, extract(year from at), extract(month from at), extract(day from at), extract(hour from at), extract(minute from at), extract(second from at), extract(dow from at), extract(doy from at), extract(epoch from at), extract(timezone from at) from ts order by id
1: select id, at + interval '1 day', at + interval '1 month', at - interval '1 month', at + interval '3 hours', interval '1 month' + at, at - interval '1 day 3 hours' from ts where id not in (8, 9) order by id
1: select extract(hour from at) as h, count(*) from ts group by 1 order by 1
1: set timezone = 'Asia/Kolkata'
1: select id, date_trunc('minute', at), date_trunc('hour', at), date_trunc('day', at), date_trunc('month', at), extract(hour from at), extract(minute from at), extract(second from at) from ts order by id
1: set timezone = 'GMT'
1: select id, date_trunc('hour', at), date_trunc('day', at), extract(hour from at), at + interval '1 month' from ts order by id
1: set timezone = 'Etc/UTC'
1: select id, date_trunc('hour', at), date_trunc('day', at), extract(hour from at), at + interval '1 month' from ts order by id
1: set timezone = 'UTC'
1: set timezone = 'Europe/London'
1: select id, date_trunc('hour', at), date_trunc('day', at), date_trunc('month', at), date_trunc('century', at), extract(hour from at), extract(doy from at), extract(week from at), extract(dow from at), date_part('hour', at) from ts order by id
1: select g, date_trunc('hour', g), date_trunc('day', g), extract(hour from g), extract(day from g) from generate_series(timestamptz '2026-03-28 22:00+00', '2026-03-30 02:00+00', '37 minutes') g
1: select g, date_trunc('hour', g), date_trunc('day', g), extract(hour from g), extract(day from g) from generate_series(timestamptz '2026-10-24 22:00+00', '2026-10-26 02:00+00', '37 minutes') g
1: set timezone = 'Australia/Lord_Howe'
1: select g, date_trunc('hour', g), date_trunc('day', g), extract(hour from g), extract(day from g), date_trunc('month', g, 'America/St_Johns'), date_trunc('day', g, 'est') from generate_series(timestamptz '2026-04-03 22:00+00', '2026-04-05 02:00+00', '37 minutes') g
1: set timezone = 'Africa/Monrovia'
1: select g, date_trunc('hour', g), date_trunc('day', g), extract(hour from g) from generate_series(timestamptz '1972-01-06 22:00+00', '1972-01-07 08:00+00', '37 minutes') g
1: set timezone = 'UTC'
