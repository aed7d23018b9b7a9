1: create temp table a(x int); create temp table b(x int); create temp table c(x int)
1: insert into a values (1),(2); insert into b values (10); insert into c values (20),(10)
1: select * from a, b right join c on b.x=c.x order by 1,2,3
1: select * from a, b full join c on b.x=c.x order by 1,2,3
1: select * from a cross join (b right join c on b.x=c.x) order by 1,2,3
1: select * from a left join (b full join c on b.x=c.x) on a.x=1 order by 1,2,3
1: select * from (a left join b on a.x=b.x) right join c on true order by 1,2,3
1: select * from a, lateral (select a.x+1 y) s, b right join c on b.x=c.x order by 1,2,3,4
1: select * from a right join b on a.x=b.x, c order by 1,2,3
1: select * from a, b left join c on b.x=c.x, lateral (select c.x) d order by 1,2,3
1: select (1,2) <> all (select 1,3)
1: select (1,2) <> any (select 1,2 union select 1,3)
1: select (1,2) not in (select 1,3)
1: select (1,null) <> all (select 1,3)
1: select (1,2) = any (select 1,2), (1,2) = all (select 1,2 union all select 1,3)
1: select x, greatest(row_number() over (order by x), 0) from a order by 1
1: select x, least(sum(x) over (order by x), 100) from a order by 1
1: select greatest(max(x), 1) from a
1: select x, coalesce(lag(x) over (order by x), 0), greatest(lag(x) over (order by x desc), 0) from a order by 1
1: create temp sequence s
1: select nullif(nextval('s'), 100), nullif(nextval('s'), 100)
1: select case nextval('s') when 5 then 'five' when 3 then 'three' else 'other' end
1: select currval('s')
1: select case nextval('s')::numeric when 5 then 'five' when 4 then 'four' else 'other' end
1: select currval('s')
1: select greatest(nextval('s'), 0)
1: select currval('s')
1: create temp table u(id int primary key, a int, b int)
1: insert into u values (1,0,0)
1: update u set (a,b) = row(u.*)
1: update u set (a,b) = (1, default) returning *
1: update u set (a,b) = (select 1)
1: update u set (a,b) = (select 1,2 union all select 2,3)
1: update u set (a,b) = (select 1,2 where false) returning *
1: select nextval('s') between 1 and 100
1: select (select generate_series(1,3))
1: select (select count(*) from a group by grouping sets ((),()))
1: select (select generate_series(1, count(*)) from a)
1: select (select generate_series(1, id+1) from u where id=1)
1: select (select x from a)
1: select array(select generate_series(1,3))
1: select exists(select 1 from a where false), (select x from a where false)
1: select 1 = (select x from a order by x limit 1)
1: select 2 = any (select x from a), 3 <> all (select x from a), 1 > all (select x from a where false)
1: select (select x from a order by x offset 1)
1: select (values (1),(2))
1: select (select 1 union all select 2)
1: select (select 1 union select 1)
