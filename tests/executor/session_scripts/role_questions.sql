1: create role roles_a login
1: create role roles_b
1: create role roles_c
1: grant roles_b to roles_a with inherit false
1: grant roles_c to roles_b with admin option
1: create table t1(a int, b int)
1: grant select(a), insert on t1 to roles_b
1: create sequence q1
1: create schema s1
1: create type e1 as enum('x')
1: grant select on t1 to roles_c with grant option
1: select p, has_table_privilege('roles_b','t1',p), has_table_privilege('roles_c','t1',p), has_any_column_privilege('roles_b','t1',case when p in ('DELETE','TRUNCATE','TRIGGER','MAINTAIN') then 'SELECT' else p end), has_table_privilege('postgres','t1',p) from unnest(array['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES','TRIGGER','MAINTAIN']) p
1: select has_table_privilege('roles_c','t1','select with grant option'), has_table_privilege('roles_b','t1','SELECT WITH GRANT OPTION'),  has_table_privilege('public','t1','SELECT'), has_table_privilege(0,'t1','SELECT'), has_table_privilege(99999,'t1','SELECT')
1: select has_table_privilege('nope','t1','select')
1: select has_table_privilege('roles_a','nope','select')
1: select has_table_privilege('roles_a','t1','foo')
1: select has_table_privilege('roles_a',1,'select')
1: select has_column_privilege('roles_b','t1','a','SELECT'), has_column_privilege('roles_b','t1','b','SELECT'), has_column_privilege('roles_b','t1',2::int2,'INSERT'), has_column_privilege('roles_c','t1','b','SELECT')
1: select has_sequence_privilege('roles_a','q1','USAGE'), has_schema_privilege('roles_a','s1','USAGE'), has_schema_privilege('roles_a','public','USAGE'), has_schema_privilege('roles_a','public','CREATE'), has_type_privilege('roles_a','e1','USAGE'), has_type_privilege('roles_a','int4','USAGE')
1: select has_function_privilege('roles_a','pg_reload_conf()','EXECUTE'), has_function_privilege('roles_a','now()','EXECUTE'), has_language_privilege('roles_a','sql','USAGE'), has_tablespace_privilege('roles_a','pg_default','CREATE'), has_parameter_privilege('roles_a','work_mem','SET'), has_parameter_privilege('work_mem','SET')
1: select has_table_privilege('roles_a','pg_authid','SELECT'), has_table_privilege('roles_a','pg_class','SELECT'), has_table_privilege('roles_a','pg_class','INSERT')
1: select pg_has_role('roles_a','roles_b','MEMBER'), pg_has_role('roles_a','roles_b','USAGE'), pg_has_role('roles_a','roles_b','SET'), pg_has_role('roles_a','roles_c','MEMBER'), pg_has_role('roles_a','roles_c','USAGE'), pg_has_role('roles_b','roles_c','MEMBER WITH ADMIN OPTION'), pg_has_role('roles_b','roles_c','USAGE WITH GRANT OPTION'), pg_has_role('roles_a','roles_c','SET WITH ADMIN OPTION'), pg_has_role('postgres','roles_c','MEMBER')
1: select pg_has_role('roles_a','roles_b','foo')
1: select pg_has_role('public','roles_b','MEMBER')
1: select pg_has_role('roles_b','MEMBER'), pg_has_role('nope','MEMBER')
1: set role roles_a
1: select pg_has_role('roles_b','MEMBER'), pg_has_role('roles_b','USAGE'), has_table_privilege('t1','SELECT')
1: reset role
1: select pg_get_userbyid(10), pg_get_userbyid(999999)
1: select 'roles_a'::regrole, to_regrole('nope'), 'nope'::regrole
1: select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit, rolpassword, rolvaliduntil, rolbypassrls, rolconfig from pg_roles where rolname like 'roles\_%' order by 1
1: select m.roleid::regrole, m.member::regrole, m.grantor::regrole, admin_option, inherit_option, set_option from pg_auth_members m where roleid > 16000 order by 1,2
1: select groname, array(select x::regrole::text from unnest(grolist) x) from pg_group where groname like 'roles\_%' order by 1
1: set password_encryption = 'novalue'
1: set password_encryption = true
1: set scram_iterations = 0
1: set scram_iterations = 1024
1: set password_encryption = 'md5'
1: alter role roles_a password 'secret'
1: alter role roles_a rename to roles_aa
1: select rolpassword from pg_authid where rolname='roles_aa'
1: alter role roles_aa rename to roles_a
1: set password_encryption = 'scram-sha-256'
1: alter role roles_a password 'secret' valid until '2030-01-01'
1: select regexp_replace(rolpassword, '(SCRAM-SHA-256)\$(\d+):([a-zA-Z0-9+/=]+)\$([a-zA-Z0-9+=/]+):([a-zA-Z0-9+/=]+)', '\1$\2:<salt>$<storedkey>:<serverkey>'), rolvaliduntil from pg_authid where rolname='roles_a'
1: alter role roles_b password 'md5cb3b5d6d3bf2c3d1a8a9e6cfd0a6d9f3'
1: select rolpassword from pg_authid where rolname='roles_b'
1: alter role roles_b password 'SCRAM-SHA-256$4096:VLK4RMaQLCvNtQ==$6YtlR4t69SguDiwFvbVgVZtuz6gpJQQqUMZ7IQJK5yI=:ps75jrHeYU4lXCcXI4O8oIdJ3eO8o2jirjruw9phBTo='
1: select rolpassword from pg_authid where rolname='roles_b'
1: alter role roles_b password 'SCRAM-SHA-256$1234'
1: select rolpassword like 'SCRAM-SHA-256$1024:%' from pg_authid where rolname='roles_b'
1: alter role roles_b password ''
1: select rolpassword is null from pg_authid where rolname='roles_b'
1: alter role roles_b password 'x'
1: alter role roles_b password null
1: select rolpassword is null from pg_authid where rolname='roles_b'
1: alter role roles_b password 'SCRAM-SHA-256$4096:hpFyHTUsSWcR7O9P$LgZFIt6Oqdo27ZFKbZ2nV+vtnYM995pDh9ca6WSi120=:qVV5NeluNfUPkwm7Vqat25RjSPLkGeoZBQs6wVv+um4='
1: select rolpassword is null from pg_authid where rolname='roles_b'
1: alter role roles_b encrypted password 'x' encrypted password 'y'
1: create role roles_d unencrypted password 'x'
1: create role roles_d valid until 'nonsense'
1: create role roles_d valid until 'infinity' connection limit 3
1: select rolvaliduntil, rolconnlimit from pg_roles where rolname='roles_d'
1: alter role roles_d connection limit -2
1: alter role roles_d valid until '2031-02-03 04:05+02' connection limit -1
1: select rolvaliduntil, rolconnlimit from pg_roles where rolname='roles_d'
1: create role roles_d
1: create user roles_e sysid 100
1: create group roles_f
1: create role "current_user"
1: create role current_user
1: create role public
1: create role "public"
1: create role none
1: create role pg_abc
1: create role "pg_abc"
1: create role user
1: alter group roles_f add user roles_a
1: alter group roles_f drop user roles_a, roles_c
1: alter role current_user set work_mem = '5MB'
1: alter role session_user reset work_mem
1: alter role roles_a set search_path = s1, public
1: alter role all set statement_timeout = '1h'
1: alter role roles_a set datestyle from current
1: alter role roles_a set foo.bar = 'x'
1: alter role roles_a set nope = 1
1: alter role roles_a set work_mem = 'x'
1: alter role roles_a in database nope set work_mem = '1MB'
1: alter role roles_a set port = 1
1: select coalesce(d.datname,'-'), coalesce(r.rolname,'-'), setconfig from pg_db_role_setting s left join pg_database d on d.oid = setdatabase left join pg_roles r on r.oid=setrole order by 1,2
1: select rolconfig from pg_roles where rolname = 'roles_a'
1: select useconfig from pg_user where usename='roles_a'
1: alter role roles_a reset search_path
1: alter role all reset all
1: select coalesce(d.datname,'-'), coalesce(r.rolname,'-'), setconfig from pg_db_role_setting s left join pg_database d on d.oid = setdatabase left join pg_roles r on r.oid=setrole order by 1,2
1: drop role if exists roles_zz, roles_d
1: drop role roles_zz
1: drop role current_user
1: drop role roles_e, roles_f
1: drop user if exists nope
1: drop group if exists nope
1: select usename, passwd from pg_user where usename like 'roles\_%'
1: drop role "current_user"
1: drop owned by roles_a, roles_b, roles_c cascade
1: drop role roles_a, roles_b, roles_c
1: select count(*) from pg_roles where oid >= 16384
