1: create table t(id int primary key, v text, n numeric(8,2) default 1.5)
1: create table log(id int, v text, n numeric)
1: create table parent(id int primary key)
1: create table child(id serial primary key, p int references parent(id) on delete cascade)
1: insert into t select i, 'v' || i from generate_series(1, 5) i
1: with d as (delete from t where id < 3 returning *) insert into log select * from d
1: select * from log order by id
1: with d as (delete from t where id = 3 returning id, v) select * from d
1: with d as (delete from t where id = 4 returning id) select (select count(*) from t) before, (select count(*) from d)
1: select * from t order by id
1: with i as (insert into t values (10, 'a'), (11, 'b') returning id, n), u as (update t set v = 'u' where id = 5 returning id, v) select 'i', id from i union all select v, id from u order by 2
1: select * from t order by id
1: with u as (update t set v = 'x' where id = 10 returning *) insert into t select 20, 'new', 0 where not exists (select 1 from u)
1: with u as (update t set v = 'x' where id = 99 returning *) insert into t select 20, 'new', 0 where not exists (select 1 from u)
1: select * from t order by id
1: with i as (insert into log values (77, 'unreferenced', 0)) select count(*) from log
1: select count(*) from log
1: with i as (insert into log values (78, 'x', 0)) select * from i
1: with p as (insert into parent values (1), (2) returning id) insert into child (p) select id from p returning id, p
1: with p as (insert into parent values (3)) insert into child (p) values (3)
1: with c as (delete from child where p = 3) delete from parent where id = 3
1: with p as (delete from parent where id = 1 returning id) select p.id, c.id from p join child c on c.p = p.id
1: select * from child order by id
1: select * from (with d as (delete from t returning *) select * from d) s
1: with a as (with d as (delete from t returning *) select * from d) select * from a
1: insert into log with d as (delete from t returning *) select * from d
1: with recursive d as (delete from t where id in (select id from d) returning id) select * from d
1: create view wv as with d as (delete from t returning *) select * from d
1: with src as (select id, random() r from t), l as (insert into log (id, n) select id, r from src) select count(*) from src join t using (id)
1: with src as (select id, v from t where id < 11), u as (update t set v = s.v || '!' from src s where t.id = s.id returning t.id), ins as (insert into log (id, v) select id, v from src returning id) select (select count(*) from src), (select count(*) from u), (select count(*) from ins), (select string_agg(v, ',' order by id) from t)
1: select id, v from t order by id
1: with d as (delete from t where id = 20 returning n) select n + 1, pg_typeof(n) from d
1: with a as (update t set n = n + 1 where id = 5 returning n), b as (update log set n = (select n from a) where id = 1 returning n) select * from a, b
1: with a(x, y) as (insert into log values (1, 'q', 2) returning id, v) select y, x from a
1: with a(x, y, z, zz) as (insert into log values (1, 'q', 2) returning id, v) select y, x from a
1: with bad as (insert into t values (5, 'dup') returning id) select * from bad
1: with i as (insert into log values (500, 'gone', 0)), bad as (insert into t values (5, 'dup') returning id) select * from bad
1: select count(*) from log where id = 500
1: begin
1: with i as (insert into log values (501, 'in', 0) returning id) select * from i
1: select count(*) from log where id = 501
1: rollback
1: select count(*) from log where id = 501
1: prepare p(int) as with d as (delete from log where id = $1 returning v) insert into log select $1 + 1000, v from d returning *
1: execute p(77)
1: execute p(77)
1: begin read only
1: with d as (delete from log returning *) select * from d
1: rollback
1: with n as (insert into log values (nextval('child_id_seq'), 's', 0) returning id) select count(*) from n
1: with w as materialized (select max(id) m from t) delete from t using w where t.id = w.m
1: with e as (select 1 as x) update t set v = (select x::text from e) where id = 5 returning v
1: with d as (delete from t where false returning id) select count(*) from d
1: create table gen(a int, b int generated always as (a * 2) stored, c int default 7)
1: with g as (insert into gen(a) values (1), (2) returning *) update gen set c = 8 from g where gen.a = g.a
1: with g as (insert into gen(a) values (1), (2) returning *) select sum(a), sum(b), sum(c) from g
1: with u as (update gen set a = a + 1 returning a, b), s as (select sum(b) from gen) select u.*, s.sum from u, s order by 1
1: select 'before', count(*) from gen union all (with d as (delete from gen returning 1) select 'x', count(*) from d)
1: delete from t
1: insert into t select i, 'v' || i, i from generate_series(1, 4) i
1: with a as (update t set v = 'first' where id <= 2 returning id), b as (update t set v = v || ' second' where id >= 2 returning id, v) select * from a union all select id from b order by 1
1: select id, v from t order by id
1: with d as (delete from t where id = 1), e as (delete from t where id <= 2 returning id) select * from e
1: select id, v from t order by id
1: with d as (delete from t where id > 3 returning *), u as (update t set v = 'after' returning id) insert into t select 9, 'x', (select count(*) from d)
1: select id, v, n from t order by id
1: with i as (insert into t values (5, 'five') returning id) delete from t
1: select id, v, n from t order by id
1: with i as (insert into t values (6, 'six') on conflict (id) do update set v = 'c' returning id) select * from i
1: with d as (delete from child) select count(*) from parent, child
