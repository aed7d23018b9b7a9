1: create role roles_a login
1: create role roles_b
1: create role roles_c
1: create table t1(a int, b int, c text)
1: insert into t1 values (1,2,'x')
1: create view v1 as select a,b from t1
1: create sequence q1
1: create schema s1
1: create table s1.x(a int)
1: create type e1 as enum ('a')
1: create domain d1 as int
1: grant select on t1 to roles_a
1: grant select (a), update (b), insert (a,b) on t1 to roles_b
1: grant all on v1 to roles_b with grant option
1: grant usage on schema s1 to roles_a, public
1: grant usage, select on sequence q1 to roles_a
1: revoke usage on type e1 from public
1: grant usage on domain d1 to roles_b
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: select nspname, nspacl from pg_namespace where nspname in ('public','s1','s2') order by 1
1: select typname, typacl from pg_type where typname in ('e1','d1') order by 1
1: select relname, relacl from pg_class where relname in ('t1','v1','q1') order by 1
1: select attname, attacl from pg_attribute where attrelid = 't1'::regclass and attnum > 0
1: create schema s2 authorization roles_a
1: set role roles_a
1: select * from t1
1: insert into t1 values (1)
1: select nextval('q1')
1: select * from s1.x
1: create table s2.t(a int)
1: create table s2.t2(e e1)
1: grant select on s2.t to roles_b
1: grant all on t1 to roles_b
1: grant insert on t1 to roles_b
1: revoke select on t1 from roles_b
1: set role roles_b
1: select a from t1
1: select a, b from t1
1: select * from t1
1: select count(*) from t1
1: select count(*) from t1 where b = 1
1: update t1 set b = 3
1: update t1 set b = b + 1
1: update t1 set b = 3 where a = 1
1: update t1 set c = 'y'
1: update t1 set b = 5 returning a
1: update t1 set b = 5 returning *
1: insert into t1(a) values (5)
1: insert into t1(a,b) values (5,6) returning a
1: insert into t1 values (7,8)
1: insert into t1 values (7,8,'z')
1: insert into t1(a,b) select a, a from t1
1: delete from t1
1: select * from v1
1: insert into v1 values (9,9)
1: grant select on v1 to roles_c
1: grant select on v1 to roles_a with grant option
1: grant select on s2.t to roles_c
1: select * from s2.t
1: set role roles_a
1: grant select on v1 to roles_c
1: grant select on v1 to roles_b with grant option
1: set role roles_b
1: revoke select on v1 from roles_a
1: revoke grant option for select on v1 from roles_a cascade
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: reset role
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: revoke all on v1 from roles_b
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: revoke all on v1 from roles_b cascade
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: revoke select on t1 from roles_b
1: grant select on all tables in schema public to roles_c
1: grant usage on all sequences in schema public to roles_c
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: revoke all on all tables in schema public from roles_c
1: grant foo on t1 to roles_c
1: grant usage on t1 to roles_c
1: grant select on schema s1 to roles_c
1: grant delete (a) on t1 to roles_c
1: grant select (nope) on t1 to roles_c
1: grant select on nope to roles_c
1: grant select on t1 to nope
1: grant select on t1 to public with grant option
1: grant select on sequence t1 to roles_c
1: grant select on q1 to roles_c
1: grant delete on q1 to roles_c
1: drop role roles_a
1: drop role roles_c
1: grant select on t1 to roles_a granted by roles_b
1: alter table t1 owner to roles_b
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: revoke all on t1 from roles_b
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: set role roles_b
1: select * from t1
1: grant select on t1 to roles_b
1: select * from t1
1: reset role
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: create role roles_r
1: grant pg_read_all_data to roles_r
1: set role roles_r
1: select a from t1
1: select * from s1.x
1: insert into s1.x values (1)
1: reset role
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: grant pg_write_all_data to roles_r
1: set role roles_r
1: insert into s1.x values (1)
1: update s1.x set a = 2
1: delete from s1.x
1: reset role
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: drop owned by roles_a, roles_b, roles_c cascade
1: select relname, relowner::regrole, relacl, (select array_agg(attname || attacl::text order by attnum) from pg_attribute where attrelid = c.oid and attacl is not null) from pg_class c where relname in ('t1','v1','q1','x','t') and relnamespace >= 2200 order by 1, 2
1: drop role roles_a, roles_b, roles_c
1: drop owned by roles_r, roles_b
1: drop role roles_r
