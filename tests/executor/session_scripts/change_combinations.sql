1: create table t(id int primary key, a int, b int); insert into t values (1,1,1),(2,2,2)
1: create view v as select id, a from t where a > 0 with check option
1: update v set a = -1; update v set (id, a) = (select 9, 9 where false) where id = 1
1: with q as (select 1) insert into q values (1)
1: with q as (select 1 as id) update q set id = 2
1: insert into t values (3,3,3) returning t.*, (select count(*) from t)
1: update t set a = t2.a + 1 from t t2 where t2.id = t.id - 1 returning t.id, t.a, t2.a
1: update t set a = 0 from (select id, row_number() over (order by id desc) rn from t) q where q.id = t.id and rn = 1 returning t.id
1: delete from t where (id, a) in (select id, a from t order by id desc limit 1) returning *
1: update t set b = (select count(*) from t t2 where t2.b >= t.b) returning id, b
1: update t set a = b, b = a returning *
1: insert into t (b, a, id) values (1, 2, 50) on conflict (id) do update set a = (select max(a) from t) returning *
1: insert into t (b, a, id) values (1, 2, 50) on conflict (id) do update set a = t.a + excluded.a, b = default where t.b is not null returning *
1: insert into t select g, g from generate_series(60, 62) g order by g desc returning id
1: insert into t(id) values (1) on conflict (id) do update set a = 1 where excluded.id = 2 returning *
1: select id from t where id > 10 order by (select -id), a nulls first for update nowait
1: select * from t where t = row(1,1,1)::t; select * from t where row(id, a) >= row(50, null) order by id
1: select count(*), sum(a)::float8 / nullif(count(a), 0) from t where false
1: select id, a from t order by a nulls last, id offset 1 rows fetch next 2 rows only
1: select id::text collate "C" || '!' from t order by 1 desc limit 1
1: select sum(a) over (), sum(sum(a)) over () from t group by a order by 1 limit 1
1: select distinct sum(a) over (partition by b is null) from t order by 1
1: select max(id) filter (where a = 2) - min(id), count(distinct a + b) from t
1: select b, array_agg(id order by id) from t group by b having bool_and(id > 1) order by b nulls first
1: select * from t natural join (values (1)) v(id); select * from t join (values (1,'x')) v(id, n) using (id)
1: select t.id from t left join t t2 on t2.id = t.a and t2.b > 0 where t2.id is null order by 1 limit 3
