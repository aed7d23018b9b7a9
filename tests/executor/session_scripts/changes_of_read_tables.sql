1: create table h(id int primary key, a int); insert into h select g, g from generate_series(1,5) g
1: update h set a = (select sum(a) from h); select * from h order by id
1: update h set a = id; update h set a = (select count(*) from h h2 where h2.a >= h.a) returning *
1: update h set a = a + 1 where a = (select max(a) from h) returning *
1: with m as (select max(a) x from h) update h set a = (select x from m) + 1; select distinct a from h
1: create view hv as select count(*) n, sum(a) s from h; update h set a = id; update h set a = (select s from hv); select * from h order by id
1: delete from h where a = (select max(a) from h where id > 2) and id > 3 returning id; select count(*) from h
1: update h set a = id; delete from h where id = (select min(id) from h) or id = (select min(id) + 1 from h) returning id
1: insert into h values ((select max(id) + 1 from h), 1); insert into h values ((select max(id) + 1 from h), (select count(*) from h)), ((select max(id) + 2 from h), (select count(*) from h)) returning *
1: insert into h select id + 100, (select count(*) from h) from h returning *
1: insert into h select id + 1000, a from h where id > 100 union all select id + 2000, a from h order by 1 returning id
1: insert into h values (3, 0) on conflict (id) do update set a = (select count(*) from h) returning *
1: update h set id = id + (select max(id) from h); select count(*) from h
1: update h set a = case when exists (select 1 from h h2 where h2.a = h.a - 1) then 0 else a end; select a from h order by id
1: delete from h where exists (select 1 from h h2 where h2.id < h.id) returning id; select count(*) from h
1: create table k(id int primary key, a int); insert into k values (1,1),(2,2)
1: insert into k values (1,0),(2,0) on conflict (id) do update set a = excluded.a + k.id returning *
1: create view seen as with recursive p as (select id from q), q as (select 1 as id) select p.id from p; select pg_get_viewdef('seen'::regclass)
