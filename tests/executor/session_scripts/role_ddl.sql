1: create role roles_a
1: create role roles_b
1: create table t1(a int, b int)
1: create sequence q1
1: create schema s1 authorization roles_a
1: create table s1.x(a int)
1: create type s1.e as enum('a')
1: grant create, usage on schema public to roles_b
1: select nextval('q1')
1: create table t2(a int)
1: alter table t2 owner to roles_b
1: create sequence q2
1: alter sequence q2 owner to roles_a
1: alter sequence q2 owned by t2.a
1: create sequence q3 owned by t2.a
1: alter sequence q1 owned by t1.a
1: set role roles_b
1: create table t3 (like t1)
1: create table t3 (like t2 including all)
1: create sequence q4 owned by t1.a
1: create sequence q4 owned by t2.a
1: create sequence q5
1: select sequencename, last_value from pg_sequences order by 1
1: alter table t2 rename to t2b
1: alter table t1 rename to x
1: alter table t2b rename column a to aa
1: alter table t1 rename column a to aa
1: drop table s1.x
1: reset role
1: revoke create on schema public from roles_b
1: set role roles_b
1: alter table t2b rename to t2
1: alter table t2b rename column aa to a
1: alter sequence q4 rename to q44
1: create index on t2b(a)
1: create table nope(a int)
1: create view vv as select 1
1: create sequence ss
1: create type tt as enum ('a')
1: create domain dd as int
1: create table zz as select 1
1: select 1 as a into zz
1: create temp table zz(a int)
1: drop table zz
1: set role roles_a
1: drop type s1.e
1: drop table s1.x
1: drop table t2b
1: truncate t1
1: comment on table t2b is 'x'
1: comment on column t2b.a is 'x'
1: alter table t2b add constraint c check (a > 0)
1: alter table t2b set schema s1
1: reset role
1: drop owned by roles_a, roles_b cascade
1: drop table t1 cascade
1: drop role roles_a, roles_b
