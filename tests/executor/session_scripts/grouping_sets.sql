1: create table t(a int, b int, c text, v numeric(10,2), primary key (a, b, c))
1: insert into t values (1,1,'x',10),(1,1,'y',20.5),(1,2,'x',30),(2,1,'x',5),(2,2,'y',7.25),(3,2,'x',null)
1: create table empty(a int, b int)
1: select a, b, sum(v), count(*) from t group by rollup(a, b) order by a nulls first, b nulls first
1: select a, b, grouping(a, b), sum(v) from t group by cube(a, b) order by grouping(a,b), a, b
1: select a, c, grouping(a), grouping(c), avg(v) from t group by grouping sets ((a), (c), ()) order by 3, 4, 1, 2
1: select a, b, count(*) from t group by grouping sets ((a, b), rollup(a)) order by 1 nulls last, 2 nulls last
1: select a, b, count(*) from t group by distinct rollup(a, b), rollup(a) order by 1, 2, 3
1: select a, b, count(*) from t group by rollup(a, b), rollup(a) order by 1, 2, 3
1: select a, b, count(*) from t group by a, rollup(b) order by 1, 2
1: select a, sum(b) from empty group by rollup(a)
1: select a, sum(b) from empty group by grouping sets ((a))
1: select count(*) from empty group by ()
1: select 1 from empty group by ()
1: select 1 from t group by ()
1: select 'k' from t group by grouping sets ((), ())
1: select sum(v) from t group by () having sum(v) > 1000
1: select a, sum(v) from t group by rollup(a) having grouping(a) = 1 or sum(v) > 20 order by 1
1: select a + 1 as x, sum(v) from t group by rollup(a + 1) order by 1
1: select a + 1 as x, a + 2, sum(v) from t group by rollup(a) order by 1
1: select a, b, sum(v), rank() over (partition by grouping(a, b) order by sum(v) desc nulls last) from t group by rollup(a, b) order by 1, 2
1: select distinct grouping(a), grouping(b) from t group by cube(a, b) order by 1, 2
1: select distinct on (grouping(a)) a, sum(v) from t group by rollup(a) order by grouping(a), sum(v) desc nulls last
1: select a, sum(v) filter (where b = 1), string_agg(c, ',' order by c, b), count(distinct c) from t group by rollup(a) order by 1
1: select a, b from t group by (a, b) order by 1, 2
1: select a, b from t group by rollup((a, b)) order by 1, 2
1: select a, sum(v) from t group by rollup(a) order by 1 limit 2
1: select a, (select max(x.b) from t x where x.a = t.a), count(*) from t group by rollup(a) order by 1
1: select x.a, s.n from (values (1), (2)) x(a), lateral (select count(*) n from t where t.a = x.a group by rollup(b)) s order by 1, 2
1: select x.a, (select sum(n) from (select count(*) n from t where t.a = x.a group by cube(b, c)) s) from (values (1), (2)) x(a) order by 1
1: select a, percentile_disc(0.5) within group (order by v), max(c) from t group by grouping sets ((a), ()) order by 1
1: select a, b, grouping(a, c) from t group by rollup(a, b)
1: select grouping(a) from t
1: select a from t where grouping(a) = 0 group by a
1: select a, grouping(a) from t group by a order by a
1: select a, v from t group by rollup(a)
1: select a, b, c, v from t group by grouping sets ((a, b, c), (a))
1: select a, b, c, v from t group by grouping sets ((a, b, c), (a, b, c)) order by 1, 2, 3
1: select sum(grouping(a)) from t group by rollup(a)
1: select grouping(a), unnest(array[1,2]) u, a from t group by rollup(a) order by 1, 3, 2
1: with w as (select a, sum(v) s from t group by rollup(a)) select count(*), sum(s) from w
1: insert into empty select a, count(*) from t group by rollup(a)
1: select * from empty order by 1, 2
1: select a, sum(b) from empty group by cube(a, b, a, b, a, b, a, b, a, b, a, b, a)
1: select a, sum(v), grouping(a) as g from t group by rollup(a) union all select 9, 9, 9 order by 3, 1
1: create view gv as select a, b, grouping(a, b) g, sum(v) from t group by cube(a, b)
1: select * from gv where g = 3
1: select a, case grouping(a) when 1 then 'all' else 'one' end, max(case when b = 1 then v end) from t group by rollup(a) order by 1
1: select a from t group by rollup(a) order by sum(v) desc nulls last, a
1: prepare q(int) as select a, sum(v) + $1 from t where b >= $1 group by rollup(a) order by 1
1: execute q(2)
1: select c, a, count(*) from t group by grouping sets (c, a, (c, a)) having count(*) > 1 order by 1, 2, 3
1: select round(avg(v), 3), b from t group by rollup(b) order by 2
1: select a + 1, count(*) from t group by a + 1 order by 1
1: select a % 2, c || 'z', count(*) from t group by a % 2, c || 'z' order by 1, 2
1: select a, (select grouping(a)) g from t group by rollup(a) order by 1
1: select (select (select grouping(e) from (values (1)) v2(c)) from (values (1,2)) v1(x, y) group by (x, y)) from (values (6,7)) v3(e, f) group by rollup(e, f) order by 1
1: select a, b, count(*) from t group by rollup(a, b) order by a, b
1: create table nn(a int)
1: insert into nn values (1), (null)
1: select a, (select max(x.a) from nn x where x.a = nn.a) from nn order by a
