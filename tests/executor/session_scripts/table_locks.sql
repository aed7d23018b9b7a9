1: create table p(id int primary key, a int); create table c(id int primary key, p int references p); create table q(id int); create view v as select p.id, c.p from p join c using (id); create view w as select * from v; create materialized view m as select id from q; create sequence s; create type ct as (a int); create index ci on c(p); create schema z; create table z.t(i int); create table z.u(i int)
1: create view held as select n.nspname || '.' || c.relname as name, max(array_position(array['AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'], l.mode)) as mode from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace where l.locktype = 'relation' and l.pid = pg_backend_pid() and c.relkind in ('r', 'v', 'm', 'S') and n.nspname in ('public', 'z') and c.relname <> 'held' group by 1
1: lock table p
1: begin; lock m
1: rollback; begin; lock s
1: rollback; begin; lock ci
1: rollback; begin; lock ct
1: rollback; begin; lock nope
1: rollback; begin; lock noschema.nope
1: rollback; begin; lock w in share mode; table held order by 1
1: rollback; begin; lock only p, c; table held order by 1
1: rollback; begin read only; lock p in exclusive mode; table held order by 1
1: rollback; begin; lock pg_class in access share mode; rollback
1: select 1; lock p; table held order by 1
1: begin; select * from w; table held order by 1
1: rollback; begin; select * from p for share; table held order by 1
1: rollback; begin; select * from v for update; table held order by 1
1: rollback; begin; select * from p, q for update of q; table held order by 1
1: rollback; begin; insert into c values (1, null); select * from held where name = 'public.c'
1: rollback; begin; insert into p values (1, 1); insert into c select 2, id from p; table held order by 1
1: rollback; begin; insert into q values (1); update q set id = 2; delete from q; table held order by 1
1: rollback; begin; with x as (insert into q values (1) returning id) select * from x, m; table held order by 1
1: rollback; begin; merge into q using m on q.id = m.id when matched then delete; table held order by 1
1: rollback; begin; copy q from stdin <<< 
1: table held order by 1
1: rollback; begin; select nextval('s') > 0; table held order by 1
1: rollback; begin; declare k cursor for select * from q; table held order by 1
1: rollback; begin; create index on q(id); table held order by 1
1: rollback; begin; alter table q add column b int; table held order by 1
1: rollback; begin; alter table c add foreign key (id) references p; table held order by 1
1: rollback; begin; create table n(i int references p); table held order by 1
1: rollback; begin; create table n(like q); table held order by 1
1: rollback; begin; alter table c drop constraint c_p_fkey; table held order by 1
1: rollback; begin; alter table q set (fillfactor = 50); table held order by 1
1: rollback; begin; alter table q rename to r; table held order by 1
1: rollback; begin; alter table q rename id to r; table held order by 1
1: rollback; begin; alter index ci rename to cj; table held order by 1
1: rollback; begin; alter sequence s restart; table held order by 1
1: rollback; begin; comment on table q is 'x'; comment on column p.a is 'y'; table held order by 1
1: rollback; begin; truncate p cascade; table held order by 1
1: rollback; begin; drop table c cascade; select * from held where name like 'public._' order by 1
1: rollback; begin; drop index ci; table held order by 1
1: rollback; begin; refresh materialized view m; table held order by 1
1: rollback; begin; create view x as select * from q; table held order by 1
1: rollback; begin; create or replace view v as select p.id, c.p from p join c using (id); select * from held where name = 'public.v'
1: rollback; begin; analyze q; table held order by 1
1: rollback; begin; savepoint a; lock p; rollback to a; table held order by 1
1: rollback; begin; savepoint a; lock p; release a; table held order by 1
1: rollback; begin; lock p in share mode; lock q in row exclusive mode
2: begin; lock p in share mode nowait; lock q in share row exclusive mode nowait
2: rollback; begin; lock p in row exclusive mode nowait
2: rollback; begin; lock v in access share mode nowait; lock w nowait
2: rollback; vacuum (skip_locked) p, q; analyze (skip_locked) p, q
2: select count(*) from p; vacuum (skip_locked)
1: commit
2: begin; lock w nowait; table held order by 1
2: commit; begin; create index concurrently on p(id)
2: rollback; begin; drop index concurrently ci
2: rollback; select 1; drop index concurrently ci
1: begin; lock q
2: set lock_timeout = '10ms'
2: begin; select * from q
2: rollback; insert into q values (1)
2: alter table q add x int
2: drop schema z cascade
2: vacuum q
2: copy q from stdin <<< 1
2: lock q
2: begin; lock q
2: rollback; truncate q
2: refresh materialized view m
2: create view y as select * from q
2: create table y as select * from q
2: explain select * from q
1: commit
2: select * from q; reset lock_timeout
1: prepare transaction 'x'
1: begin; prepare transaction 'x'
1: select 1
1: commit prepared 'x'; select 1
1: rollback prepared 'x'
1: begin; commit prepared 'x'
1: prepare transaction 'x'
1: table pg_prepared_xacts
1: select pg_safe_snapshot_blocking_pids(pg_backend_pid()), pg_blocking_pids(pg_backend_pid()), pg_blocking_pids(-5), pg_isolation_test_session_is_blocked(pg_backend_pid(), '{}')
1: select pg_advisory_lock(1); begin; select pg_advisory_xact_lock(1); select pg_advisory_unlock(1)
2: select pg_try_advisory_lock(1)
1: savepoint a; select pg_advisory_xact_lock(2), pg_advisory_lock(3), pg_advisory_xact_lock_shared(1); rollback to a; select classid, objid, objsubid, mode, granted, fastpath, page, tuple, virtualxid, transactionid from pg_locks where locktype = 'advisory' order by objid, mode
1: commit; select objid, mode from pg_locks where locktype = 'advisory' order by 1, 2; discard all; select count(*) from pg_locks where locktype = 'advisory'
1: select pg_advisory_lock(4), pg_advisory_lock(4), pg_advisory_unlock(4)
2: select pg_try_advisory_lock_shared(4)
1: select pg_advisory_unlock(4), pg_advisory_unlock(4)
2: select pg_try_advisory_lock_shared(4)
