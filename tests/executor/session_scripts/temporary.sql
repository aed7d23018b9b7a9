1: create table t(a int, note text)
1: insert into t values (1, 'permanent')
1: create temp table t(a int primary key, b text)
1: insert into t values (10, 'temporary'), (11, 'x')
1: select * from t order by a
1: select * from public.t
1: select * from pg_temp.t order by a
2: select * from t
2: insert into t values (2, 'by 2')
2: create temporary table t(z int)
2: insert into t values (99)
2: select * from t
1: select * from t order by a
1: select * from public.t order by a
1: insert into t values (10, 'again')
1: update t set b = 'y' where a = 11 returning *
1: delete from t where a = 10
1: select count(*) from t
1: select relname, relpersistence, n.nspname from pg_class c join pg_namespace n on n.oid = relnamespace where relname = 't' and (nspname = 'public' or c.oid = 't'::regclass) order by relpersistence
2: select relname, relpersistence from pg_class c where relname = 't' and pg_table_is_visible(oid)
1: select 't'::regclass::oid = 'pg_temp.t'::regclass::oid, 'public.t'::regclass
1: drop table t
1: select * from t order by a
1: drop table if exists pg_temp.t
1: begin
1: create temp table r(a serial primary key, b int check (b > 0))
1: insert into r(b) values (1), (2)
1: select * from r
1: rollback
1: select * from r
1: begin
1: insert into t values (3, 'before')
1: create temp table r(a serial primary key, b int check (b > 0))
1: insert into r(b) values (1), (2)
1: savepoint s
1: create temp table r2(x int)
1: insert into r2 values (1)
1: rollback to s
1: select * from r2
1: rollback to s
1: insert into r(b) values (-1)
1: rollback to s
1: commit
1: select * from r order by a
2: select * from r
1: select * from t order by a
1: insert into r(b) values (5) returning a
1: select nextval('r_a_seq'), currval('pg_temp.r_a_seq')
1: truncate r restart identity
1: insert into r(b) values (7) returning a
1: alter table r add column c text default 'new'
1: create index on r(b)
1: create unique index ru on r(c)
1: insert into r(b) values (8)
1: insert into r(b, c) values (8, 'other')
1: select * from r order by a
1: alter table r rename to rr
1: alter table rr drop column c
1: select * from rr order by a
1: comment on table rr is 'kept'
1: select obj_description('rr'::regclass, 'pg_class')
1: create temp view tv as select a from rr
1: select * from tv order by a
1: create view tv2 as select b from rr
1: select * from pg_temp.tv2 order by b
2: select * from tv2
1: create temp table fk(r int references rr)
1: insert into fk values (100)
1: create table perm(r int references rr)
1: create temp table fk2(r int references t)
1: drop table rr
1: drop table rr cascade
1: select * from tv
1: create temp table d1(a int) on commit drop
1: select * from d1
1: begin
1: create temp table d2(a int) on commit drop
1: create temp table d3(a int) on commit delete rows
1: insert into d2 values (1)
1: insert into d3 values (1)
1: select * from d2, d3
1: commit
1: select * from d2
1: select * from d3
1: insert into d3 values (1)
1: select * from d3
1: begin; insert into d3 values (2)
1: select * from d3
1: rollback
1: create table nope(a int) on commit drop
1: create temp table ctas as select 1 as one, 'x' as two
1: select * from ctas
1: create temp table ctas2 on commit delete rows as select 1 as one
1: select * from ctas2
1: select one + 1 as two into temp si from ctas
1: select * from si
1: create temp table if not exists si(a int)
1: create temp table si(a int)
1: create table pg_temp.inside(a int)
1: insert into inside values (1)
1: create temp table public.wrong(a int)
1: create temp sequence sq
1: select nextval('sq'), nextval('sq')
2: select nextval('sq')
1: begin read only
1: insert into inside values (2)
1: insert into t values (5, 'no')
1: rollback
1: select * from inside
1: begin isolation level repeatable read
1: select count(*) from t
1: create temp table rr3(a int)
1: insert into rr3 values (1)
1: select * from rr3
1: commit
1: select * from rr3
1: prepare q as select * from inside
1: execute q
1: discard temp
1: execute q
1: select * from inside
1: select count(*) from pg_class where relpersistence = 't' and pg_table_is_visible(oid)
1: create temp table again(a int)
1: insert into again values (1)
1: \q
1: select * from again
1: select * from t order by a
2: select * from t
2: create table made_by_2(a int)
1: select count(*) from made_by_2
2: select * from t
2: insert into made_by_2 select z from t
2: select * from made_by_2, t
2: create temp table cp(a int, b text)
2: copy cp from stdin <<< 1	x|2	y
2: select * from cp
2: insert into cp values (3) returning *
2: alter table cp add primary key (a)
2: insert into cp values (3)
2: insert into cp values (3, 'z') on conflict (a) do update set b = excluded.b returning *
2: drop table t, made_by_2
2: select table_name, table_type from information_schema.tables where table_name in ('cp', 't') order by 1
2: show search_path
2: set search_path = public, pg_temp
2: create temp table t(q int)
2: select * from t
2: discard all
2: select * from cp
