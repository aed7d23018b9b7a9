1: create sequence s; create domain pos as int check (value > 0); create domain posb as bigint check (value > 0)
1: create table t(id int, a int); insert into t values (1,1),(2,1),(3,2)
1: select greatest(nextval('s'),0) from generate_series(1,3); select currval('s')
1: select nullif(nextval('s'),100) from generate_series(1,3); select currval('s')
1: select case nextval('s')::numeric when 100 then 0 else id end from t order by id; select currval('s')
1: select nextval('s')::posb from generate_series(1,3); select currval('s')
1: select count(*)::pos, count(*)::posb, greatest(count(*), 1), count(*) = any(array[3,4]), count(*) > all(select 1) from t
1: select a, count(*) from t group by a having count(*) >= all (select count(*) from t group by a) order by a
1: select a, count(*) from t group by a having count(*) = any (array[2]) order by a
1: select a, count(*) from t group by a order by greatest(count(*), 2) desc, a
1: select a, sum(greatest(count(*), 2)) over (order by a) from t group by a order by a
1: select id, row_number() over (order by id desc) > all (select 1) x, rank() over (order by a)::int::pos p from t order by id
1: select id, greatest(row_number() over w, sum(a) over w) from t window w as (order by id) order by 2 desc
1: select greatest(count(*), 5) from t where false
1: select a, (array_agg(id order by id))[1], 1 = any(array_agg(id)), array_agg(id order by id)::text[] from t group by a order by a
1: select least(a, count(*)), a + 1 from t group by a order by 1, 2
1: select distinct greatest(count(*) , 0) from t group by a order by 1
1: select distinct on (a) a, row_number() over (order by id) rn from t order by a, rn desc
1: select row_number() over (order by id) rn from t order by rn fetch first 2 rows with ties
1: select a, count(*) c, greatest(count(*),2) from t group by rollup(a) having greatest(count(*),2) > 1 order by a
1: select generate_series(1, greatest(count(*), 2)) from t group by a order by 1
1: select (select greatest(count(*), 1) from t), exists (select from t having count(*) > all (select 1))
1: select 1 from t having true; select 1, 2 from t having true; select 1 from t having false; select from t having true; select id from t group by id having true order by 1; select (select 1 from t having true); select t2.id, (select t2.id from t having true) from t t2 order by 1
1: select 1 from t where false having true
1: update t set a = greatest(nextval('s'), 0); select count(distinct a) from t
1: update t set a = nullif(nextval('s'), 0) returning a > 0; select count(distinct a) from t
1: update t set a = case nextval('s')::numeric when 1 then 2 else id end; select id, a from t order by id
1: create table dt(id posb default nextval('s'), n int); insert into dt(n) select id from t; select count(distinct id) from dt; insert into dt(n) values (1),(2); select count(distinct id) from dt
1: select random() r, count(*) from generate_series(1,3) group by r having count(*) > 1
1: create table a(x int); create table s2(id serial, n int); insert into a values (3),(1),(2)
1: insert into s2(n) select x from a order by x; select * from s2 order by id
1: select nextval('s') - currval('s'), x from a order by x
1: create table o(x int); insert into o values (3),(1),(2); create sequence so
1: select nextval('so'), x from o order by x; select nextval('so'), x from o order by x desc limit 2; select currval('so')
1: insert into s2(n) select x from o order by x desc; select * from s2 order by id
1: insert into s2(n) select x from (select x from o order by x desc limit 2) q; select * from s2 order by id
1: select sum(x) over (order by x rows between -1 preceding and current row) from o
1: select sum(x) over (order by x rows between null preceding and current row) from o
1: select sum(x) over (order by x range between -1 preceding and current row) from o
1: select sum(x) over (order by x range between 1 preceding and 1 following) from o order by x
1: select sum(x) over (order by x rows between 1 preceding and 1::bigint following) from o order by x
1: select sum(x) over (order by x rows between x preceding and current row) from o
1: select x, sum(x) over (order by x groups between 1 preceding and 0 following exclude current row) from o order by x
1: select x from o order by x fetch first null rows with ties
1: create view vlock as select o.x from o, s2 for no key update nowait; select pg_get_viewdef('vlock'::regclass)
1: with recursive r(id) as (select 'a'::varchar(3) union all select id||'a' from r where length(id)<3) select * from r
1: create table gg(a int, b int generated always as (a*2) stored); insert into gg values (1),(2)
1: create sequence sg; update gg set a = nextval('sg') returning *; select currval('sg')
1: select (select max(x) from o) + 1, x from o order by 2 limit (select count(*) from o) - 1
1: (select x from o union all select 9) order by 1 limit (with q as (select 2 l) select l from q)
1: select x from o where x > all (select x from o o2 where o2.x < o.x) order by x
1: select "is not supported" "q" "r"
1: select 1::float(0); select 1::float(54)
1: create sequence again
1: select nextval('again') g, count(*) from generate_series(1,2) group by g order by g; select currval('again')
1: select nextval('again') g, id, count(*) from t group by 1, 2 having count(*) > 0 order by g desc
