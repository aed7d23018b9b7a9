1: create table onek(unique1 int, four int, ten int)
1: insert into onek select g, g % 4, g % 10 from generate_series(0,99) g
1: create table b_test(b1 bool); insert into b_test values (true),(false),(null)
1: select ten, sum(distinct four) from onek a group by ten having exists (select 1 from onek b where sum(distinct a.four) = b.four) order by ten
1: select ten, sum(distinct four) filter (where four > 10) from onek a group by ten having exists (select 1 from onek b where sum(distinct a.four) = b.four) order by ten
1: select max((select i.unique1 from onek i where i.unique1 = o.unique1)) from onek o
1: select (select max(min(unique1)) from b_test) from onek
1: select avg((select avg(a1.col1 order by (select avg(a2.col2) from onek a3)) from onek a1(col1))) from onek a2(col2)
1: select (select count(*) filter (where outer_c <> 0) from (values (1)) t0(inner_c)) from (values (2),(3)) t1(outer_c)
1: select (select count(inner_c) filter (where outer_c <> 0) from (values (1)) t0(inner_c)) from (values (2),(3)) t1(outer_c)
1: select (select max((select i.unique1 from onek i where i.unique1 = o.unique1)) filter (where o.unique1 < 10)) from onek o
1: select (select max(0) filter (where b1)) from b_test
1: select (select max(unique1) filter (where sum(ten) > 0) from b_test) from onek
1: select (select max(unique1) filter (where bool_or(ten > 0)) from b_test) from onek
1: select array(select percentile_disc(a) within group (order by x) from (values (0.3),(0.7)) v(a) group by a) from generate_series(1,5) g(x)
1: select array(select percentile_disc(0.5) within group (order by x) from (values (0.3),(0.7)) v(a)) from generate_series(1,5) g(x)
1: select (select sum(a.ten) + count(b.b1) from b_test b) from onek a
1: select (select sum(a.ten) from b_test b limit 1), a.four from onek a group by four order by 2
1: select a.four, (select array_agg(b1) from b_test where count(a.ten) > 3), (select a.four + min(a.ten)) from onek a group by four order by 1
1: select a.four, (select b.four from onek b where b.ten = a.ten limit 1) from onek a group by four
1: select 1 from onek a where (select max(a.ten)) > 1
1: select (select (select sum(a.ten) + max(b.four) from b_test c) from onek b) from onek a
1: select four, (select sum(a.ten) over ()) from onek a group by four
1: select four from onek a group by four order by (select -min(a.ten)), four
1: select distinct on (four) four, (select count(a.ten)) from onek a group by four, ten order by four, ten
1: with w as (select four, (select string_agg(a.ten::text, ',' order by a.unique1)) s from onek a where unique1 < 20 group by four) select * from w order by four
1: create view oav as select four, (select sum(a.ten) from b_test where b1) s from onek a group by four
1: select * from oav order by four
1: update b_test set b1 = (select max(b_test.b1::int) = 1)
1: select (select count(a)) from onek a
1: select (select count(*) from (select sum(a.ten) as s) q where s > 1) from onek a
1: select (select s from (select sum(a.ten) as s) q where s > 1) from onek a
1: select (select x from generate_series(1, max(a.four)) x order by x desc limit 1) from onek a
1: SELECT DISTINCT ON (a) a, b, generate_series(1,3) g FROM (VALUES (3, 2), (3,1), (1,1), (1,4), (5,3), (5,1)) AS t(a, b) order by a,b
1: SELECT DISTINCT ON (a) a, b, generate_series(1,3) g FROM (VALUES (3, 2), (3,1), (1,1), (1,4), (5,3), (5,1)) AS t(a, b) ORDER BY a, b DESC
1: SELECT DISTINCT ON (a) a, b, generate_series(1,3) g FROM (VALUES (3, 2), (3,1), (1,1), (1,4), (5,3), (5,1)) AS t(a, b) ORDER BY a, b DESC, g DESC
1: SELECT DISTINCT ON (a, b, g) a, b, generate_series(1,3) g FROM (VALUES (3, 2), (3,1), (1,1), (1,4), (5,3), (5,1)) AS t(a, b) ORDER BY a, b DESC, g DESC
1: SELECT DISTINCT ON (g) a, b, generate_series(1,3) g FROM (VALUES (3, 2), (3,1), (1,1), (1,4), (5,3), (5,1)) AS t(a, b) order by g, a, b
1: create table vt(f1 varchar(4), c char(3)); insert into vt values ('a'),('ab'),('abcd'),('a'),('ab')
1: select string_agg(distinct f1, ',' order by f1) from vt
1: select string_agg(distinct f1, ',' order by f1 desc) from vt
1: select string_agg(distinct f1::text, ',' order by f1) from vt
1: select string_agg(distinct f1, ',' order by f1::text) from vt
1: select string_agg(distinct f1::text, ',' order by f1::text desc) from vt
1: select rank(x) within group (order by x) from generate_series(1,5) x
1: select rank(sum(x)) within group (order by x) from generate_series(1,5) x
1: select rank(x) within group (order by x) from generate_series(1,5) x group by x order by 1
1: select a, rank(a) within group (order by b) from (values (1,1),(1,4),(1,5),(3,1),(3,2)) v(a,b)  group by a order by a
1: select g as alias1, g as alias2 from generate_series(1,3) g group by alias1, alias2 order by 1
1: select percentile_disc(x) within group (order by y) from (values (0.5,1),(0.5,2)) v(x,y)
1: select percentile_cont(0.5) within group (order by y) + max(x) from (values (0.5,1),(0.5,2)) v(x,y)
