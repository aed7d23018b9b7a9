1: select * from json_to_record('{"a":1,"b":"foo","c":{"x": [1,  2]},"d":null}') as x(a int, b text, c json, d text, e date)
1: select * from jsonb_to_record('{"a":1.5,"b":[1,2],"c":{"x": [1,  2]},"d":true}') as x(a numeric(4,2), b int[], c jsonb, d bool)
1: select * from json_to_recordset('[{"a":1,"b":"foo"},{"a":"2","c":"bar"}]') as x(a int, b text) order by a
1: select x.*, t.n from jsonb_to_recordset('[{"a":1,"b":"foo"},{"a":2,"b":"bar"}]') as x(a int, b varchar(2)) join (values (1, 'one')) t(k, n) on t.k = x.a
1: select * from json_to_recordset('{"a":1}') as x(a int)
1: select * from json_to_recordset('[1]') as x(a int)
1: select * from json_to_recordset('1') as x(a int)
1: select * from json_to_record('[1]') as x(a int)
1: select * from json_to_record('1') as x(a int)
1: select * from json_to_record(null) as x(a int)
1: select * from json_to_record('{"a": "x"}') as x(a int)
1: select * from json_to_record('{}')
1: select * from json_to_record('{}') as x(a int, a text)
1: select * from generate_series(1, 2) as x(a int)
1: select * from json_each('{}') as x(a text, b text)
1: select * from rows from (json_to_recordset('[{"a":1},{"a":2}]') as (a int), generate_series(1, 3)) as r(p, q) order by q
1: select * from rows from (json_to_recordset('[{"a":1},{"a":2}]') as (a int)) with ordinality
1: select * from json_to_recordset('[{"a":1}]') with ordinality as x(a int)
1: create table docs(id int, body jsonb)
1: insert into docs values (1, '{"name": "n1", "tags": ["a", "b"], "at": "2020-01-02"}'), (2, '{"name": "n2"}'), (3, null)
1: select d.id, r.* from docs d, jsonb_to_record(d.body) as r(name text, tags text[], at date) order by d.id
1: select d.id, r.name from docs d left join lateral jsonb_to_record(d.body) as r(name text) on true order by d.id
1: create view dv as select d.id, r.name, r.at from docs d, jsonb_to_record(d.body) as r(name text, at date)
1: select * from dv order by id
1: select (select count(*) from json_to_recordset('[{"a":1},{"a":2}]') as x(a int) where x.a >= d.id) from docs d order by id
1: insert into docs select a, b from jsonb_to_recordset('[{"a":10,"b":{"k":1}}]') as x(a int, b jsonb) returning *
1: select * from json_to_record('{"A":1, "a": 2, "a": 3}') as x(a int, "A" int)
1: select pg_get_viewdef('dv'::regclass)
1: create view dv2 as select * from rows from (json_to_recordset('[{"a":1}]') as (a int, "B" text), generate_series(1, 3)) as r(p, q, z)
1: select pg_get_viewdef('dv2'::regclass)
1: select * from dv2
