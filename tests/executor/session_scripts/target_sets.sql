1: create table few(id int, dataa text, datab text)
1: insert into few values (1, 'a', 'foo'), (2, 'a', 'bar'), (3, 'b', 'bar')
1: select generate_series(1, generate_series(1, 3))
1: select generate_series(generate_series(1, 3), generate_series(2, 4))
1: select generate_series(1, generate_series(1, 3)), generate_series(2, 4)
1: select * from generate_series(1, generate_series(1, 3))
1: select id, generate_series(1, 3) from few order by id desc
1: select id from few order by id, generate_series(1, 3) desc
1: select id, generate_series(1, 2) g from few order by g desc, id
1: select dataa, count(*), min(id), unnest('{1,1,3}'::int[]) from few where id = 1 group by dataa, unnest('{1,1,3}'::int[]) order by 4
1: select dataa, count(*), unnest('{1,1,3}'::int[]) from few group by dataa, 3 order by 1, 3
1: select dataa, generate_series(1, 1), count(*) from few group by 1, 2 having count(*) > 1
1: select dataa, count(*) from few where dataa = 'a' group by dataa, unnest('{1,1,3}'::int[]) order by 2
1: select dataa, count(*), generate_series(1, count(*)::int) from few group by dataa order by 1, 3
1: select distinct unnest(array[1,1,2,2])
1: select distinct dataa, generate_series(1, 2) from few order by 1, 2
1: select dataa, generate_series(1, 2), count(*) from few group by rollup(dataa) order by 1, 2
1: select dataa, generate_series(1, 2) g, count(*) from few group by cube(dataa, g) order by 1, 2, 3
1: select case when id > 0 then generate_series(1, 3) else 0 end from few
1: select coalesce(generate_series(1, 3), 0) from few
1: select min(generate_series(1, 3)) from few
1: select min(generate_series(1, 3)) over () from few
1: select id, rank() over (order by id), generate_series(1, 2) from few order by 1, 3
1: select generate_series(1, 3) + generate_series(10, 11), id from few where id = 1
1: select array[generate_series(1, 2), id] from few order by id, 1
1: select generate_series(1, 0), id from few
1: select generate_series(1, 2) limit 1
1: select id, generate_series(1, 3) from few order by id limit 4 offset 1
1: insert into few select generate_series(10, 11), 'x', unnest(array['p', 'q', 'r'])
1: select * from few where id >= 10 or id is null order by datab
1: select (select generate_series(1, 1)), generate_series(1, 2)
1: with w as (select generate_series(1, 3) i) select sum(i) from w
1: select count(*) from few where id = generate_series(1, 2)
