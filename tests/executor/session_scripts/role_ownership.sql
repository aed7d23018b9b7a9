1: create role roles_o login
1: create role roles_p
1: create table t1(a serial primary key, b int)
1: create view v1 as select a from t1
1: create schema s1 authorization roles_o
1: alter table t1 owner to roles_o
1: alter view v1 owner to roles_o
1: create type e1 as enum('a')
1: create domain d1 as int
1: alter type e1 owner to roles_o
1: alter domain d1 owner to roles_p
1: create sequence q1
1: alter sequence q1 owner to roles_o
1: alter sequence t1_a_seq owner to roles_p
1: drop role roles_o
1: drop role roles_p
1: set role roles_o
1: create table s1.t2(a int)
1: create table t3(a int)
1: alter table t1 owner to roles_p
1: alter view v1 add column x int
1: reset role
1: grant roles_p to roles_o
1: set role roles_o
1: alter table t1 owner to roles_p
1: alter table v1 owner to roles_p
1: select * from s1.t2
1: alter table t1 add column c int
1: set role roles_p
1: alter table t1 add column c int
1: drop table t1
1: drop view v1
1: drop schema s1
1: drop schema s1 cascade
1: truncate t1
1: create index on t1(b)
1: comment on table t1 is 'x'
1: comment on table s1.t2 is 'x'
1: drop type e1
1: alter type e1 rename to e2
1: alter type e1 add value 'b'
1: drop domain d1
1: drop sequence q1
1: reset role
1: select relname, relowner::regrole from pg_class where relname in ('t1','v1','t2','q1','t1_a_seq','t1_pkey') order by 1
1: select tablename, tableowner from pg_tables where schemaname = 'public' order by 1
1: drop owned by roles_o
1: drop role roles_o, roles_p
1: reassign owned by roles_o to roles_p
1: drop owned by roles_p cascade
1: drop role roles_o, roles_p
1: drop table if exists t1,t3 cascade
1: drop type if exists e1
1: drop domain if exists d1
1: drop schema if exists s1 cascade
1: drop sequence if exists q1
