1: create table t(id int primary key, v text, n numeric(8,2) default 1.5, g int generated always as (id * 2) stored)
1: create table s(id int, w text)
1: insert into t (id, v) values (1, 'a'), (2, 'b'), (3, 'c') returning *
1: insert into s values (1, 'one'), (2, 'two'), (2, 'zwei')
1: insert into t (id, v) values (4, 'd') returning old.id, new.id, old.*, new.v
1: insert into t (id, v) values (5, 'e') returning old, new
1: update t set v = v || '!' where id = 1 returning old.v, new.v, v
1: update t set v = v || '?', id = id + 10 where id in (4, 5) returning old.id, new.id, old.g, new.g, t.g, n
1: update t set v = w from s where t.id = s.id and s.id = 1 returning t.id, v, s.w, s.*
1: update t set v = 'w' from s where t.id = s.id returning t.id
1: update t set v = 'x' from s where t.id = s.id and s.w = 'one' returning *
1: update t set v = 'y' from s where t.id = s.id and s.w = 'one' returning old.*, new.*
1: delete from t using s where t.id = s.id and s.w = 'one' returning t.*, s.w
1: delete from t where id = 14 returning old.id, new.id, old.v, id
1: delete from t where id = 15 returning old, new, t
1: select * from t order by id
1: update t set v = 'z' where id = 3 returning with (old as o, new as n) o.v, n.v, id
1: update t set v = 'z' returning with (old as o) o.v, new.v, old.v
1: update t set v = 'z' returning with (old as t) t.v
1: update t set v = 'z' returning with (old as o, old as p) o.v
1: update t old set v = 'q' where id = 2 returning old.v, new.v
1: update t set v = 'r' where id = 2 returning old.v || '>' || new.v as change, old.v is distinct from new.v
1: update t set v = 'r2' where id = 2 returning (select old.v || new.v), (select count(*) from t where t.v = 'r')
1: update t set n = n * 2 where id = 2 returning old.n, new.n, n - old.n as diff
1: update t set n = default where id = 2 returning old.n, new.n
1: insert into t (id, v) values (7, 'seven') returning (select count(*) from t), id
1: delete from t where id = 7 returning (select count(*) from t), id
1: with u as (update t set v = 'w' where id = 2 returning old.v as before, new.v as after) select * from u
1: with u as (update t set v = s.w from s where t.id = s.id and s.w = 'two' returning s.w, old.v) insert into s select 9, u.v || u.w from u returning *
1: update t set v = 'nope' where false returning old.v
1: update t set v = null where id = 2 returning old.v is null, new.v is null, old.ctid = new.ctid is null
1: update t set id = 3 where id = 2 returning old.id, new.id
1: select id, v, n, g from t order by id
1: update t as x set v = y.v || '2' from t y where x.id = y.id and y.id = 3 returning x.v, y.v, old.v
1: update t set v = (select w from s where s.id = 1) where id = 3 returning old.v, v
1: prepare p(int, text) as update t set v = $2 where id = $1 returning old.v, new.v
1: execute p(3, 'pp')
1: execute p(3, 'qq')
1: create table c(a int check (a > 0), b text)
1: insert into c values (1, 'x')
1: update c set a = -1 returning old.a, new.a
1: update c set a = null returning old.a, new.a
1: insert into t (id, v) values (3, 'dup') on conflict (id) do nothing returning old.id, new.id
1: create table k(id int primary key, v text)
1: insert into k values (3, 'dup') on conflict (id) do update set v = excluded.v returning id, new.v
1: update t set v = 'k' returning zold.v
1: update t set v = 'k' where old.v = 'x' returning v
1: update t set v = 'k' returning old.nothing
1: update t set v = 'k' returning sum(old.n)
