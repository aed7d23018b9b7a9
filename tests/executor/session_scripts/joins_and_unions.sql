1: create table a(x int, y text); create table b(x int, z text); create table c(x bigint, w text)
1: insert into a values (1,'a1'),(2,'a2'),(null,'an'); insert into b values (1,'b1'),(3,'b3'),(null,'bn'); insert into c values (1,'c1'),(4,'c4')
1: select * from a join b using (x) order by 1
1: select * from a full join b using (x) order by 1,2,3
1: select x, a.x, b.x from a full join b using (x) order by 1,2,3
1: select * from a left join b using (x) left join c using (x) order by 1,2
1: select * from a full join b using (x) full join c using (x) order by 1,2,3,4
1: select x, pg_typeof(x) from a join c using (x)
1: select x, pg_typeof(x) from a right join c using (x) order by 1
1: select * from a natural join b natural join c
1: select * from a natural left join b order by 1,2
1: select * from a join b using (x) as j where j.x = 1
1: select j.* from a join b using (x) as j
1: select j from a join b using (x) as j
1: select * from (a join b using (x)) as k(p,q,r)
1: select * from a join b on a.x = b.x and a.y = 'a1' where b.z like 'b%'
1: select * from a left join b on a.x = b.x and false order by 1
1: select * from a full join b on true order by 1,2,3,4 limit 3
1: select * from a cross join lateral (select b.z from b where b.x = a.x) q
1: select * from a left join lateral (select b.z from b where b.x = a.x) q on true order by 1,2
1: select * from a right join lateral (select a.x) q on true
1: select * from a full join lateral (select a.x) q on true
1: select * from (select a.x from a) q, lateral (select q.x + 1 as p) r, lateral (select r.p * 2 as s) u order by 1
1: select * from a, lateral generate_series(1, a.x) g order by 1, 3
1: select * from a, generate_series(1, x) with ordinality as g(v, o) order by 1, 3
1: select * from a left join generate_series(1, 2) g on g = a.x order by 1, 3
1: select * from rows from (generate_series(1,2), generate_series(5,7)) as r(p,q)
1: select * from unnest(array[1,2], array['a','b','c']) with ordinality as u(n, t, o)
1: select * from a, b where a.x = b.x and x = 1
1: select * from a, a
1: select * from a a1, a a2 where a1.x = a2.x order by 1
1: select a1.* from a a1 join a a2 on a1.x = a2.x join a a3 on a3.x = a2.x order by 1
1: select nosuch.x from a
1: select a.nosuch from a
1: select b.x from a
1: select a.x from a as z
1: select public.a.x from a order by 1
1: select * from a as z(p,q,r)
1: select * from a as z(p) order by 1
1: select z.p, z.y from a as z(p) order by 1
1: select z.x from a as z(p)
1: select *, x as xx, a.* from a order by 1
1: select count(a), count(a.*), count(*), count(x) from a
1: select a from a order by x
1: select (a).y from a order by 1
1: select (a).* from a order by 1
1: select row(a.*), row(a) from a order by a.x limit 1
1: select * from a where a = row(1,'a1')
1: select * from a where a is null or a.* is not null order by 1
1: select a is null, a is not null, row(x, null) is null from a order by x
1: select x from a union select x from b order by x
1: select x from a union all select x from b order by 1 desc nulls last
1: select x from a intersect select x from b order by x
1: select x from a except select x from b order by x
1: select x from a except all select x from b order by x
1: select x from a union select x from b intersect select x from c order by 1
1: (select x from a order by x limit 1) union all (select x from b order by x desc limit 1) order by 1
1: select x from a union select z from b
1: select x, y from a union select x from b
1: select x from a union select '5' order by 1
1: select x from a union select null order by 1
1: select null union select null union select 1
1: select '1' union select '1' union select 1
1: (select '1' union select '2') union select 1
1: select x from a union select 2.5 order by 1
1: (select 2 union select 3 order by 1 limit 1) union select 1.5 order by 1
1: (select 2 union (select 3 union select 4 order by 1 desc limit 1)) union select 1.5 order by 1
1: (select distinct 9007199254740993::int8 v union select 9007199254740992) union all select 1::float8
1: select x as n from a union select x as m from b order by n
1: select x from a union select x from b order by x + 1
1: select x from a union select x from b order by a.x
1: select x from a union select x from b order by 2
1: select y::varchar(3) from a union select y::varchar(3) from a order by 1
1: select y::char(5) || '|' from a union select 'q' order by 1
1: values (1,'a'),(2,'b') union all values (3,'c') order by 1 desc
1: values (1, 2.5), (null, 3), ('4', 5)
1: values (1), ('x')
1: values (1,2),(3)
1: select * from (values (1,'one'),(2,null)) v(n, t) where t is null
1: select * from (values (1,'one'),(2,'two')) v(n) join a on a.x = v.n order by 1
1: select column1, column2 from (values (1,2)) v
1: table a union table a order by 1
1: select x from (table a) q order by 1
1: select from a
1: select
1: select from a union select from a
1: select exists (select from a)
1: select 1 as one, 2 as two where 1 = 0
1: select *
1: select a.* where true
1: select all x from a order by 1
1: select x from only a order by 1
1: select x from only (a) order by 1
1: select x from a * order by 1
1: select x from a where x in (select x from b where b.z = 'b' || a.x)
1: select x, (select z from b where b.x = a.x) from a order by 1
1: select x from a where (x, y) in (select x, 'a' || x from b)
1: select x from a where (x, y) = (1, 'a1')
1: select x from a where (x, y) in ((1, 'a1'), (2, 'zz'))
1: select x from a where (x, y) < (2, 'a2') order by 1
1: select x from a where x = all (select x from b where x = 1)
1: select x from a where x not in (select x from b)
1: select x from a where not exists (select 1 from b where b.x = a.x) order by 1
1: select x from a group by x having x = (select max(x) from b where b.x <= a.x)
1: select (select count(*) from b where b.x >= a.x) from a group by a.x order by 1
1: select (select sum(a.x + b.x) from b) from a order by 1
1: select sum((select b.x from b where b.x = a.x)) from a
1: select max((select a.x)) from a
