1: create role roles_a
1: create role roles_b
1: create table t1(a int, b int)
1: create view v1 as select a from t1
1: grant select on t1 to roles_a with grant option
1: grant insert(a), select(b) on t1 to roles_b
1: grant select on v1 to public
1: grant update on v1 to roles_b
1: set role roles_a
1: grant select on t1 to roles_b
1: select grantor, grantee, table_name, privilege_type, is_grantable, with_hierarchy from information_schema.table_privileges where table_schema='public' order by 1,2,3,4
1: select grantor, grantee, table_name, privilege_type from information_schema.role_table_grants where table_schema='public' order by 1,2,3,4
1: select grantor, grantee, table_name, column_name, privilege_type, is_grantable from information_schema.column_privileges where table_schema='public' order by 1,2,3,4,5
1: set role roles_b
1: select grantor, grantee, table_name, privilege_type, is_grantable, with_hierarchy from information_schema.table_privileges where table_schema='public' order by 1,2,3,4
1: select grantor, grantee, table_name, privilege_type from information_schema.role_table_grants where table_schema='public' order by 1,2,3,4
1: select grantor, grantee, table_name, column_name, privilege_type, is_grantable from information_schema.column_privileges where table_schema='public' order by 1,2,3,4,5
1: reset role
1: select grantor, grantee, table_name, privilege_type, is_grantable, with_hierarchy from information_schema.table_privileges where table_schema='public' order by 1,2,3,4
1: select grantor, grantee, table_name, privilege_type from information_schema.role_table_grants where table_schema='public' order by 1,2,3,4
1: select grantor, grantee, table_name, column_name, privilege_type, is_grantable from information_schema.column_privileges where table_schema='public' order by 1,2,3,4,5
1: select * from information_schema.applicable_roles where role_name like 'roles%'
1: select role_name from information_schema.enabled_roles where role_name like 'roles%' order by 1
1: drop owned by roles_a, roles_b cascade
1: drop role roles_a, roles_b
