1: create schema parts_one; set search_path = parts_one
1: create table m (id int, d date, v text default 'q') partition by range (d)
1: create table m1 partition of m for values from ('2020-01-01') to ('2020-02-01')
1: create table m2 partition of m for values from ('2020-02-01') to ('2020-03-01')
1: create table m3 partition of m for values from ('2020-02-15') to ('2020-03-01')
1: insert into m values (1,'2020-01-05'),(3,'2020-01-31');insert into m values(2,'2020-02-03','x')
1: insert into m values (4,'2021-01-05')
1: insert into m1 values (4,'2021-01-05')
1: select tableoid::regclass, * from m order by id
1: select * from only m
1: select * from m where d = '2020-02-03'
1: update m set v = v || '!' where id > 1 returning *, tableoid::regclass
1: update m set d = d + 30 where id = 1 returning old.*, new.*, tableoid::regclass
1: select tableoid::regclass, * from m order by id
1: delete from m where id = 3 returning *
1: insert into m select g, date '2020-01-01' + g, 'g' from generate_series(1, 40) g returning tableoid::regclass, id
1: select tableoid::regclass, count(*) from m group by 1 order by 1
1: merge into m using (values (1, date '2020-02-05'), (100, date '2020-02-07')) s(i, dd) on m.id = s.i when matched then update set d = dd, v='merged' when not matched then insert values (i, dd, 'new') returning merge_action(), m.*
1: create table md partition of m default
1: insert into m values (200, '2030-01-01')
1: create table m4 partition of m for values from ('2030-01-01') to ('2031-01-01')
1: select * from m where v <> 'g' for update
1: create table l (a text, b int) partition by list (a)
1: create table la partition of l for values in ('a', 'A')
1: create table ln partition of l for values in (null, 'n') partition by range (b)
1: create table ln1 partition of ln for values from (minvalue) to (10)
1: create table ln2 partition of ln for values from (10) to (maxvalue)
1: insert into l values ('a', 1), (null, 3), ('n', 30)
1: insert into l values ('z', 1)
1: insert into ln values ('a', 1)
1: select tableoid::regclass, * from l order by 1,2,3
1: copy l from stdin <<< A	7|n	8
1: select tableoid::regclass, * from l order by 1,2,3
1: update l set a = 'a' where b = 8
1: select tableoid::regclass, * from l order by 1,2,3
1: with x as (delete from l where a='a' returning *) insert into l select 'n', b+100 from x returning *
1: drop table m
1: drop table l
1: drop schema parts_one cascade
