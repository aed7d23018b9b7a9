1: create table t(id int primary key, type text, amt numeric not null)
1: insert into t values (1, 'x', 2), (2, 'x', 3), (3, 'y', 5), (4, 'y', 7), (5, 'z', 11)
1: create materialized view mv as select type, sum(amt) as totamt, count(*) n from t group by type with no data
1: select * from mv
1: refresh materialized view mv
1: select * from mv order by type
1: insert into t values (6, 'z', 13)
1: select * from mv order by type
1: refresh materialized view mv
1: select * from mv order by type
1: refresh materialized view concurrently mv
1: create unique index mv_type on mv (type)
1: refresh materialized view concurrently mv
1: select m.totamt, t.id from mv m join t using (type) where t.id < 4 order by 2
1: create materialized view mv2(kind, total) as select type, totamt from mv where totamt > 5
1: select * from mv2 order by 1
1: create materialized view if not exists mv2 as select 1
1: create materialized view mv2 as select 1
1: create view v as select * from mv2
1: select kind from v order by 1
1: insert into mv values ('q', 1, 1)
1: update mv set n = 1
1: delete from mv
1: truncate mv
1: drop table t
1: drop view mv
1: drop materialized view t
1: drop materialized view mv
1: refresh materialized view t
1: refresh materialized view nothing
1: refresh materialized view concurrently mv with no data
1: refresh materialized view mv2 with no data
1: select * from mv2
1: select * from v
1: select relname, relkind, relispopulated from pg_class where relname like 'mv%' order by 1
1: select matviewname, ispopulated, hasindexes from pg_matviews order by 1
1: begin
1: refresh materialized view mv2
1: select count(*) from mv2
1: rollback
1: select count(*) from mv2
1: alter materialized view mv2 rename to mv3
1: select relname from pg_class where relname = 'mv3'
1: create temp table tt(a int)
1: create materialized view mt as select * from tt
1: create materialized view md as with d as (delete from t returning *) select * from d
1: create materialized view mp as select $1::int
1: comment on materialized view mv3 is 'a comment'
1: select obj_description('mv3'::regclass)
1: drop materialized view mv cascade
1: drop materialized view if exists mv
1: create materialized view mb(a, b, c) as select 1, 2
1: select (select count(*) from pg_class where relkind = 'm')
1: create materialized view now_mv as select max(amt) m, current_date - current_date as z from t
1: select * from now_mv
1: insert into t values (7, 'w', 1000)
1: refresh materialized view now_mv
1: select * from now_mv
2: select * from now_mv
1: with x as (select m from now_mv) select x.m + 1 from x
1: create materialized view e1 as select 1 as a with no data
1: create materialized view e2 as select a + 1 as b from e1 with no data
1: create view e3 as select * from e2
1: refresh materialized view e2
1: select * from e3
1: refresh materialized view e1
1: refresh materialized view e2
1: select * from e3
