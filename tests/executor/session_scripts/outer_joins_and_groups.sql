1: create sequence s; create table t(id int primary key, a int, g int generated always as (a*2) stored, c int); insert into t(id,a,c) values (1,1,1),(2,2,2)
1: merge into t using (values (1),(2)) v(x) on v.x = t.id when matched then update set a = nextval('s'); select bool_and(g = a*2), count(distinct a) from t; select currval('s')
1: merge into t using (values (1),(2)) v(x) on v.x = t.id when matched then update set c = greatest(nextval('s')::int, 1); select count(distinct c) from t; select currval('s')
1: with m as (merge into t using (values (1),(2)) v(x) on v.x = t.id when matched then update set c = greatest(nextval('s')::int, 1) returning c) select count(distinct c) from m; select currval('s')
1: create table a(x int, y text); create table b(x int, z text); insert into a values (1,'p'),(2,'q'),(3,null); insert into b values (1,'u'),(4,'w')
1: select a, b from a left join b using (x) order by a.x
1: select b is null, b.x is null, b from a left join b using (x) order by a.x
1: select count(b), count(b.*), count(*) from a left join b using (x)
1: select a, b from a full join b on a.x = b.x order by a.x, b.x
1: select row_to_json(b) from a left join b using (x) order by a.x
1: select coalesce(b, row(0,'none')::b) from a left join b using (x) order by a.x
1: select (b).z from a left join b using (x) order by a.x
1: select q from (select x, y from a) q order by x
1: select q.*, q from a left join (select x, z, true as t from b) q using (x) order by 1
1: select x, coalesce(q.t, false) from a left join (select x, true as t from b) q using (x) order by 1
1: select a.x, q.n from a left join (select count(*) n from b) q on a.x = q.n order by 1
1: select a.x, l.k from a left join lateral (select 1 as k from b where b.x = a.x) l on true order by 1
1: select * from a left join (b join a a2 on b.x = a2.x) on a.x = b.x order by 1
1: select * from a left join b on a.x = b.x left join b b2 on b2.x = b.x + 3 order by 1
1: select * from a right join b on a.x = b.x left join a a2 on a2.x = b.x order by b.x
1: select * from (a left join b on a.x = b.x) full join a a2 on a2.x = a.x + 1 order by 1, 5
1: select a.x from a where exists (select 1 from b right join a a2 on a2.x = b.x where a2.x = a.x and b.x is null) order by 1
1: select * from a natural full join b order by x
1: select x from a left join b using (x) where b.z is null order by x
1: select * from a, b full join a a2 using (x) order by 1, 3
1: select * from a join b on true right join a a2 on a2.x = a.x and b.x = 1 order by a2.x
1: select count(*) from a, a a2 right join b on b.x = a2.x, b b2
1: select distinct on (a.x) a.x, b.x from a, b order by a.x, b.x desc
1: select a.x, sum(b.x) over (partition by a.y order by a.x, b.x) from a, b order by 1, 2
1: select sum(x) s, y from a group by y having sum(x) > (select avg(x) from b where b.z <> coalesce(a.y, '')) order by 1
1: select y, sum(x) filter (where x > (select min(x) from b)) from a group by y order by y
1: select y, count(*) from a group by y having y in (select y from a where x = 1) order by 1
1: select length(y) l, count(*) from a group by length(y) order by length(y) nulls first
1: select upper(y) from a group by y order by max(x) desc
1: select upper(y), count(*) from a group by 1 order by 1
1: select y as x, count(*) from a group by x order by 1
1: select a.x + 1 as x from a order by x desc
1: select a.x + 1 as x from a order by a.x desc
1: select -x as x from a order by x + 0
1: select x as "select", y "Order" from a order by "select" limit 1
1: select x, x from a order by x limit 1
1: select x as k, y as k from a order by k
1: select y, x, sum(x) from a group by rollup (y, x) having grouping(x) = 0 order by 1, 2
1: select grouping(y), grouping(x, y), count(*) from a group by cube (x, y) order by 1, 2, 3
1: select case when grouping(y) = 1 then 'all' else y end, count(*) from a group by rollup (y) order by 1
1: select x % 2 = 0 as even, array_agg(x order by x desc) from a group by even order by even
1: select array_agg(distinct y order by y desc), string_agg(y, '' order by x), min(y), bool_or(x > 2), every(x > 0) from a
1: select percentile_cont(array[0.25, 0.75]) within group (order by x), mode() within group (order by y) from a
1: select first_value(x) over w, nth_value(x, 2) over (w rows between unbounded preceding and unbounded following) from a window w as (order by x desc) order by 1, 2
1: select x, lag(x) over (partition by y order by x), count(*) over (order by x desc rows 1 preceding) from a window w as () order by x
1: select x from a window w as (order by nosuch)
1: select x, sum(x) over (w order by y) from a window w as (order by x)
1: select x, sum(x) over (w partition by y) from a window w as (order by x)
1: select x, sum(x) over (w rows 1 preceding) from a window w as (order by x rows 2 preceding)
1: select sum(x) over nosuch from a
1: select rank() from a
1: select sum(sum(x)) from a
1: select sum(sum(x) over ()) from a
1: select sum(x) filter (where rank() over () > 1) from a
1: select x from a where sum(x) over () > 1
1: select x from a group by x having rank() over () > 1
1: select count(*) over (order by count(*)) from a group by x order by 1
1: select 'a' || x from a union select y from a order by 1 nulls first
1: select x from a union (select x from b order by x desc limit 1) order by x
1: select x from a union all select x from b union select 1 order by x
1: (select x from a except select x from b) intersect (select 2 union select 3) order by 1
1: select x, 'a' as src from a union all select x, 'b' from b order by src desc, x
1: select x::numeric(5,2) from a union all select x from b order by 1
1: select null as n union all select 'x' order by 1 nulls first
1: select '2020-01-01'::date union select '2019-01-01'::timestamp order by 1
1: values (1, null), (null, 'x') order by column1 nulls first; values ('1'::int), ('2'); values (1), (null), (2.5) order by 1 desc limit 2
1: select * from (values (1,2),(3,4)) as v order by column2 desc; select * from (values ('a'),('b')) v(c) where c > 'a'
