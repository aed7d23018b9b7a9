1: create table t(i int, v text)
1: insert into t select i, 'v' || i from generate_series(1,5) i
1: begin
1: declare c scroll cursor for select i from t order by i
1: fetch 3 from c
1: move absolute 0 in c
1: fetch backward 2 from c
1: fetch all from c
1: fetch backward all from c
1: fetch backward 1 from c
1: fetch prior from c
1: fetch last from c
1: fetch relative -2 from c
1: fetch relative 0 from c
1: fetch absolute -2 from c
1: fetch next from c
1: fetch next from c
1: fetch relative 0 from c
1: fetch first from c
1: move backward 5 in c
1: fetch backward 2 from c
1: close c
1: close c
1: rollback
1: begin
1: savepoint s
1: declare c2 cursor for select i from t order by i
1: rollback to s
1: fetch c2
1: rollback
1: begin
1: declare c0 cursor for select i from t order by i
1: savepoint s
1: fetch 2 from c0
1: declare c2 cursor for select i from t order by i
1: release s
1: fetch c2
1: fetch c0
1: rollback
1: begin
1: declare h cursor with hold for select i from t order by i
1: fetch 2 from h
1: rollback
1: fetch h
1: begin
1: declare h cursor with hold for select i from t order by i
1: fetch 2 from h
1: commit
1: fetch h
1: fetch backward all from h
1: select name, is_holdable, is_binary, is_scrollable from pg_cursors
1: close h
1: begin
1: declare h no scroll cursor with hold for select i from t order by i
1: fetch 2 from h
1: commit
1: fetch backward 1 from h
1: close all
1: fetch h
1: begin
1: declare x scroll no scroll cursor for select 1
1: rollback
1: begin
1: declare x insensitive asensitive cursor for select 1
1: rollback
1: begin
1: declare x scroll cursor for select * from t for update
1: rollback
1: begin
1: declare x insensitive cursor for select * from t for update
1: rollback
1: begin
1: declare x cursor with hold for select * from t for share
1: rollback
1: declare x cursor for select 1
1: begin
1: declare x cursor for select 1
1: declare x cursor for select 1
1: rollback
1: begin
1: declare x cursor for select $1
1: rollback
1: begin
1: declare x cursor for with d as (delete from t returning *) select * from d
1: rollback
1: begin
1: declare x cursor for insert into t values (1) returning *
1: rollback
1: begin
1: select pg_advisory_xact_lock(1)
1: savepoint s
1: select pg_advisory_xact_lock(1), pg_advisory_xact_lock(2), pg_advisory_lock(3)
1: select objid, mode from pg_locks where locktype='advisory' order by 1
1: rollback to s
1: select objid, mode from pg_locks where locktype='advisory' order by 1
1: rollback
1: select objid, mode from pg_locks where locktype='advisory' order by 1
1: discard all
1: select objid, mode from pg_locks where locktype='advisory' order by 1
1: begin
1: discard all
1: rollback
1: begin
1: discard temp
1: discard plans
1: discard sequences
1: commit
1: select 1; discard all
1: begin
1: savepoint a
1: set transaction isolation level serializable
1: rollback
1: begin
1: select 1
1: savepoint a
1: set transaction isolation level serializable
1: rollback
1: begin
1: savepoint a
1: set transaction deferrable
1: rollback
1: begin
1: select 1
1: set transaction deferrable
1: rollback
1: begin read only
1: savepoint a
1: set transaction read write
1: rollback
1: begin; set local work_mem = '1MB'; show work_mem; commit
1: set local work_mem = '2MB'; show work_mem
1: show work_mem
1: select 1; begin isolation level serializable
1: select 2
1: rollback
