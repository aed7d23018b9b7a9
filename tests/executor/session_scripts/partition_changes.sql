1: create schema parts_four; set search_path = parts_four
1: create table m (id int generated always as identity, k int not null, v text, g int generated always as (k * 2) stored, primary key (id, k)) partition by range (k)
1: create table m1 partition of m for values from (0) to (10)
1: create table m2 (v text, k int not null, id int not null, g int generated always as (k * 2) stored)
1: alter table m attach partition m2 for values from (10) to (20)
1: insert into m (k, v) values (1, 'a'), (11, 'b') returning *
1: insert into m1 (k, v) values (2, 'c') returning *
1: insert into m2 (k, v) values (12, 'd') returning *
1: insert into m2 (k, v) values (2, 'd') returning *
1: update m set k = k + 10 where k < 10 and v <> 'zz' returning id, old.k, new.k, g, tableoid::regclass
1: select m, m.ctid, tableoid::regclass from m order by id
1: create view mv as select id, k, v from m where k < 18 with check option
1: insert into mv (k, v) values (5, 'via') returning *
1: update mv set k = 15 where k = 5 returning *
1: delete from mv where k = 15
1: select * from mv order by 1
1: prepare q(int) as select * from m where k = $1
1: execute q(12)
1: prepare u(int, text) as update m set v = $2 where k = $1 returning k, v
1: execute u(12, 'twelve')
1: prepare i(int, text) as insert into m(k, v) values ($1, $2) returning *
1: execute i(3, 'p')
1: execute i(33, 'p')
1: select count(*), max(k), string_agg(v, ',' order by id) from m
1: select k, count(*) over () from m order by k limit 2
1: select a.k, b.k from m a left join m b on a.k = b.k + 10 order by 1
1: select * from m where exists (select 1 from m x where x.k = m.k + 9) order by 1
1: with w as (select * from m where k > 5) select w.k from w, m where m.k = w.k order by 1
1: with ins as (insert into m (k, v) values (4, 'cte') returning k, v) select * from ins
1: with up as (update m set v = 'up' where k = 4 returning *) insert into m (k, v) select k + 1, v from up returning k, v
1: select k, v from m order by k
1: begin; declare c cursor for select k, v from m order by k; fetch 2 from c; fetch 1 from c; commit
1: create table fk (a int primary key)
1: insert into fk values (1), (2), (3)
1: create table r (a int references fk on delete cascade, b int) partition by list (b)
1: create table r1 partition of r for values in (1)
1: create table r2 partition of r for values in (2) partition by list (a)
1: create table r21 partition of r2 for values in (1, 2)
1: insert into r values (1, 1), (2, 2), (7, 1)
1: insert into r values (1, 1), (2, 2)
1: delete from fk where a = 1
1: select * from r
1: insert into r values (3, 2)
1: insert into r2 values (2, 1)
1: update r2 set b = 1
1: update r set b = 1 returning tableoid::regclass, *
1: merge into r using (select * from fk order by a) fk on r.a = fk.a when matched then delete when not matched then insert values (fk.a, 1) returning merge_action(), r.*
1: select * from r
1: create temp table tp (a int) partition by list (a)
1: create temp table tp1 partition of tp for values in (1)
1: insert into tp values (1) returning *
1: create table tbad partition of tp for values in (2)
1: create table cl (like m including all)
1: create table x (a int) partition by list (a, b)
1: create table x (a int) partition by list (zz)
1: create table x (a int primary key, b int) partition by list (b)
1: create table x (a int, b int) partition by list (b)
1: create unique index on x (a)
1: create table x1 partition of x for values from (1) to (2)
1: create table x1 partition of x for values in (1, 2)
1: create table x2 partition of x for values in (2, 3)
1: create table x2 partition of x (c int) for values in (3)
1: create table x2 partition of x (a default 5 not null, check (a > 1)) for values in (3)
1: insert into x (b) values (3), (1) returning *
1: insert into x values (0, 3)
1: insert into x values (null, 3)
1: alter table x1 add column q int
1: alter table x attach partition x1 for values in (9)
1: create table bad partition of cl for values in (1)
1: create table bad () inherits (x)
1: create table bad () inherits (x1)
1: alter table x1 inherit cl
1: drop table x1
1: select * from x
1: alter table x alter column a type bigint
1: comment on table x is 'part'
1: select obj_description('x'::regclass)
1: drop view mv
1: drop table m, r, x, fk cascade
1: drop schema parts_four cascade
