1: create table t(id int primary key, k int unique, v text, e int)
1: create unique index t_part on t(v) where e > 0
1: insert into t values (1,1,'a',1),(2,2,'b',0)
1: insert into t values (1,5,'z',5) on conflict do nothing returning *
1: insert into t values (1,5,'z',5) on conflict (id) do update set v = excluded.v returning *
1: with w as (select 'fromw' x) insert into t values (1,5,'z',5) on conflict (id) do update set v = (select x from w) returning *
1: with w as (select 'fromw' x) insert into t values (1,5,'z',5) on conflict (id) do update set v = 'n' where (select x from w)='fromw' returning *
1: insert into t as excluded values (1,5,'z',5) on conflict (id) do update set v = 'n'
1: insert into t values (1,5,'z',5),(1,6,'y',5) on conflict (id) do update set v = excluded.v
1: select * from t order by id
1: insert into t values (1,5,'q',5) on conflict (v) do nothing
1: insert into t values (31,35,'q',5) on conflict (v) where e > 0 do update set k = excluded.k returning *
1: insert into t values (32,36,'q',5) on conflict (v) where e > 0 do update set k = excluded.k returning *
1: insert into t values (34,38,'q',5) on conflict (v) where e > 0 and id > 3 do update set k = excluded.k returning *
1: insert into t values (35,39,'q',5) on conflict (k, id) do nothing
1: insert into t values (31,39,'q2',5) on conflict (k) do nothing
1: insert into t values (31,35,'q2',5) on conflict on constraint t_pkey do update set k = t.k + 1000 returning *
1: insert into t values (31,35,'q2',5) on conflict on constraint nosuch do nothing
1: insert into t values (31,35,'q2',5) on conflict on constraint t_part do nothing
1: insert into t values (31,35,'q2',5) on conflict (nosuch) do nothing
1: insert into t values (31,35,'q2',5) on conflict do update set v = 1
1: insert into t values (31,35,'q2',5) on conflict (id) do update set v = id
1: insert into t values (31,35,'q2',5) on conflict (id) do update set v = excluded.nosuch
1: insert into t values (31,35,'q2',5) on conflict (id) do update set v = count(*)
1: insert into t values (31,35,'q2',5) on conflict (id) do update set (v, e) = (excluded.v, excluded.e + t.e) returning *
1: insert into t values (31,35,'q2',5) on conflict (id) do update set (v, e) = (select excluded.v||'!', t.e*2) returning *
1: insert into t values (31,35,'q2',5) on conflict (id) do update set v = default returning *
1: insert into t values (31,35,'q2',5) on conflict (id) do nothing returning id
1: insert into t(id,k) values (50,35) on conflict (id) do nothing
1: insert into t(id,k) values (50,1) on conflict (id) do update set e = 1
1: insert into t default values on conflict do nothing
1: create table nn(id int, x int, unique nulls not distinct (x))
1: insert into nn values (1,null)
1: create view vv as select id, v from t where id < 100 with check option
1: insert into vv values (31,'viaview') on conflict (v) do nothing
1: create table g(id int primary key, x int, y int generated always as (x*2) stored)
1: insert into g values (1,1)
1: insert into g values (1,5) on conflict (id) do nothing
1: create table ch(id int primary key, x int check (x < 10))
1: insert into ch values (1,1)
1: insert into ch values (1,50) on conflict (id) do update set x = 5
1: insert into ch values (1,5) on conflict (id) do update set x = 50
1: insert into ch values (1,50) on conflict (id) do nothing
1: insert into ch(id,x) values (1,5) on conflict (id) do update set x = ch.x + excluded.x where ch.x > 100 returning *
1: insert into ch values (2,2),(3,3),(2,4) on conflict do nothing returning *
1: insert into ch values (2,2) on conflict (id) where x > 3 do nothing
