1: create sequence s; create table t(id int primary key, a int, g int generated always as (a*2) stored, c int check (c > 0)); insert into t(id,a,c) values (1,1,1),(2,2,2)
1: merge into t using (values (1),(2)) v(x) on v.x = t.id when matched then update set a = nextval('s') returning a, g
1: select currval('s')
1: merge into t using (values (3),(4)) v(x) on v.x = t.id when not matched then insert (id, a) values (x, nextval('s')) returning a, g
1: select currval('s')
1: update t set a = nextval('s') from (values (1),(2)) v(x) where v.x = t.id returning a, g; select currval('s')
1: with u as (update t set a = nextval('s') returning a, g) select bool_and(g = a*2), count(*) from u; select currval('s')
1: merge into t using (values (1),(2)) v(x) on v.x = t.id when matched then update set c = greatest(nextval('s')::int, 1); select count(distinct c) from t where id < 3; select currval('s')
1: insert into t(id, a) select x, greatest(nextval('s')::int,0) from generate_series(10,12) x; select count(distinct a) from t where id >= 10; select currval('s')
1: insert into t(id, a) select x, nextval('s') from generate_series(20,22) x on conflict (id) do nothing; select currval('s')
1: delete from t where id >= 20 returning greatest(id, a) > 0
1: delete from t where id > 5 returning nextval('s') > 0
1: select x from generate_series(1,3) x where x = any(select nextval('s') from generate_series(1,2)) 
1: prepare p(int, text) as select $1 + 1, $2 || 'x', id from t where id = $1 order by $1, id limit $1; execute p(1, 'q')
1: prepare p2 as select id from t where id > $1 and a = any($2) order by id; execute p2(0, '{1,2,3}')
1: prepare p4 as with recursive r(n) as (select $1::int union all select n+1 from r where n < $2) select sum(n) from r; execute p4(1, 4)
1: prepare p5 as select case $1 when 1 then 'a' else $2 end; execute p5(1,'b'); execute p5(2,'b')
1: prepare p6 as select $1; execute p6('x'); prepare p7 as select $2::int; prepare p8(int) as select $1, $3
1: select id, count(*) over (partition by c) from t order by id limit 2
1: select (select id from t t2 where t2.id = t.id + 1) from t order by id limit 2
1: select t.id, x.* from t cross join lateral (values (t.id, 'v'), (t.id + 1, 'w')) x(p,q) order by 1,2 limit 3
1: select t.id from t join lateral (select 1 where t.id = 1) q on true
1: select id, (select sum(z) from (select t.id as z union select t.id + 1) q) from t order by 1 limit 2
1: select id from t t1 where exists (select 1 from t t2 left join t t3 on t3.id = t1.id where t2.id = t3.id) order by 1 limit 2
1: select a.id from t a where a.id in (select b.id from t b where b.id in (select c.id from t c where c.id = a.id)) order by 1 limit 2
1: with a as (select id from t), b as (select id from a where id < 3), c as (select b1.id from b b1 join b b2 using (id)) select * from c order by 1
1: with a as materialized (select id, row_number() over (order by id) r from t) select * from a where r = 2
1: with x as (select 1 as n) select * from x union all select n + 1 from x order by 1
1: (with x as (select 1 as n) select * from x) union all select 7 order by 1
1: select * from (with x as (select 1 as n) select n from x) q, (with x as (select 2 as n) select n from x) r
1: with x as (update t set c = 9 where id = 1 returning *) select x.c, t.c from x join t using (id)
1: with x as (insert into t(id,a) values (90,1),(91,2) returning id) insert into t(id, a) select id + 5, 3 from x returning id
1: with x as (select max(id) m from t) update t set a = m from x where id = m returning id, a
1: with x as (insert into t(id) values (1)) select 1
1: with x as (delete from t) select * from x
1: select * from (delete from t returning 1) q
1: select (with x as (delete from t returning 1) select * from x)
1: insert into t(id) with q as (select 99 z) select z from q returning id
1: with q as (select 100 z) insert into t(id) with w as (select z + 1 y from q) select y from w returning id
1: select 1 where 1 in (select 1 union select 2) and exists (values (1))
1: select 2 in (values (1),(2)), 3 not in (values (1),(null::int)), 1 in (select null::int), null in (select 1 where false)
1: select row(1,2) in (select 1,2), row(1,2) = row(1,2), row(1,null) = row(1,null), row(1,2) is distinct from row(1,null)
1: select 1 = all ('{}'::int[]), 1 = any (null::int[]), 1 <> all ('{2,null}'), 1 = any ('{1,null}')
1: select 5 between symmetric 9 and 1, 5 not between 1 and 3, null between 1 and 2, 'b' between 'a' and 'c'
1: select coalesce(null, null), coalesce(null, 1, 2.5), nullif(1, 1), nullif('a', null), greatest(1, null, 2.5), least(null, null)
1: select case when null then 1 end, case 1 when null then 2 else 3 end, case when true then 1 else 1/0 end, case null when null then 1 else 0 end
1: select not null, null and false, null or true, true is unknown, null is unknown, (null = null) is null
