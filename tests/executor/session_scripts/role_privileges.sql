1: create role roles_o login
1: create role roles_p
1: create table t1(a int, b int)
1: insert into t1 values (1,2),(3,4)
1: create view v1 as select a from t1
1: create view v2 as select a from t1
1: alter view v2 owner to roles_o
1: create view v3 with (security_invoker) as select a from t1
1: alter view v3 owner to roles_o
1: create materialized view m1 as select * from t1
1: create sequence q1
1: create schema s1
1: create table s1.x(a int)
1: set role roles_o
1: select * from t1
1: select count(*) from t1
1: select * from v1
1: select * from v2
1: select * from v3
1: select * from m1
1: select * from s1.x
1: insert into t1 values (1,2)
1: update t1 set a = 1
1: delete from t1
1: truncate t1
1: merge into t1 using (values (1)) as x(y) on a = y when matched then delete
1: insert into v1 values (1)
1: insert into v2 values (1)
1: update v2 set a = 2
1: delete from v2
1: copy t1 to stdout
1: copy t1 to '/tmp/xx'
1: copy t1 from '/tmp/xx'
1: copy t1 from program 'ls'
1: create table t2 as select * from t1
1: create temp table t2 as select * from t1
1: create temp table t3(a int)
1: insert into t3 values (1)
1: select * from t3
1: drop table t3
1: refresh materialized view m1
1: begin
1: lock t1
1: rollback
1: begin
1: lock t1 in access share mode
1: rollback
1: select nextval('q1')
1: select setval('q1', 2)
1: select currval('q1')
1: select last_value from pg_sequences where sequencename='q1'
1: analyze t1
1: select rolname from pg_authid
1: select usename from pg_shadow
1: select count(*) > 0 from pg_roles
1: select count(*) from pg_ls_waldir()
1: checkpoint
1: create role x
1: select 1 from t1 for update
1: with x as (select * from t1) select * from x
1: select (select count(*) from t1)
1: table t1
1: alter role all set work_mem='1MB'
1: declare c cursor for select * from t1
1: prepare p as select * from t1
1: execute p
1: deallocate p
1: reset role
1: drop table t1 cascade
1: drop sequence q1
1: drop schema s1 cascade
1: drop view if exists v2,v3
1: drop role roles_o, roles_p
