1: create schema parts_five; set search_path = parts_five
1: create table m (id int, d date, k varchar(10)) partition by range (d)
1: create table m1 partition of m for values from ('2020-01-01') to ('2020-02-01')
1: create table m2 partition of m for values from ('2020-02-01') to ('2020-03-01') partition by list (k)
1: create table m2a partition of m2 for values in ('a','b')
1: create table m2n partition of m2 for values in (null, 'n')
1: create table md partition of m default
1: insert into m select g, date '2019-12-30' + g, (array['a','b','n',null])[1 + g % 4] from generate_series(1, 60) g
1: select count(*) from m where d = '2020-02-01'
1: select count(*) from m where d >= '2020-02-01' and d < '2020-02-04'
1: select count(*) from m where d in ('2020-01-31', '2020-02-01', '2020-03-01', null)
1: select count(*) from m where k = 'a' and d > '2020-01-31'
1: select count(*) from m where k is null
1: select count(*) from m where '2020-02-05' > d and k = 'n'
1: select count(*) from m where d between '2020-01-31' and '2020-02-01'
1: select count(*) from m a left join m b on a.id = b.id and b.d = '2020-02-02' where a.d < '2020-02-04'
1: select count(*) from m a left join m b on a.id = b.id where b.d = '2020-02-02'
1: prepare q(date) as select count(*) from m where d = $1
1: execute q('2020-02-03'); execute q('2019-12-31'); execute q(null)
1: prepare u(date) as update m set id = -id where d = $1 returning id, tableoid::regclass
1: execute u('2020-02-03')
1: delete from m where d = '2020-02-03' returning *
1: create table n (a bigint, b int) partition by list (a)
1: create table n1 partition of n for values in (1, 2)
1: create table n2 partition of n for values in (3)
1: insert into n values (1, 1), (2, 2), (3, 3)
1: select * from n where a = 3; select * from n where a = 3::smallint; select * from n where a = 2.0; select * from n where a < 3 order by 1
1: update n set a = 3 where a = 1 returning *, tableoid::regclass
1: select * from n where a = any (array[3]) order by 2
1: drop table m, n
1: drop schema parts_five
