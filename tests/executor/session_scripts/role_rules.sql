1: CREATE ROLE regress_role_super SUPERUSER
1: CREATE ROLE regress_role_admin CREATEDB CREATEROLE REPLICATION BYPASSRLS
1: CREATE ROLE regress_role_limited_admin CREATEROLE
1: CREATE ROLE regress_role_normal
1: SET SESSION AUTHORIZATION regress_role_limited_admin
1: CREATE ROLE regress_nosuch_superuser SUPERUSER
1: CREATE ROLE regress_nosuch_replication_bypassrls REPLICATION BYPASSRLS
1: CREATE ROLE regress_nosuch_replication REPLICATION
1: CREATE ROLE regress_nosuch_bypassrls BYPASSRLS
1: CREATE ROLE regress_nosuch_createdb CREATEDB
1: CREATE ROLE regress_role_limited
1: ALTER ROLE regress_role_limited CREATEDB
1: ALTER ROLE regress_role_limited REPLICATION
1: ALTER ROLE regress_role_limited BYPASSRLS
1: DROP ROLE regress_role_limited
1: SET SESSION AUTHORIZATION regress_role_admin
1: CREATE ROLE regress_createdb CREATEDB
1: ALTER ROLE regress_createdb NOCREATEDB
1: ALTER ROLE regress_createdb CREATEDB
1: CREATE ROLE regress_replication REPLICATION
1: ALTER ROLE regress_replication NOREPLICATION
1: CREATE ROLE regress_bypassrls BYPASSRLS
1: ALTER ROLE regress_bypassrls NOBYPASSRLS
1: ALTER ROLE regress_createdb SUPERUSER
1: ALTER ROLE regress_createdb NOSUPERUSER
1: CREATE ROLE regress_createrole CREATEROLE NOINHERIT
1: CREATE ROLE regress_login LOGIN
1: CREATE ROLE regress_inherit INHERIT
1: CREATE ROLE regress_connection_limit CONNECTION LIMIT 5
1: CREATE ROLE regress_encrypted_password ENCRYPTED PASSWORD 'foo'
1: CREATE ROLE regress_password_null PASSWORD NULL
1: CREATE ROLE regress_noiseword SYSID 12345
1: GRANT regress_role_super TO regress_role_normal
1: CREATE ROLE regress_nosuch_super IN ROLE regress_role_super
1: CREATE ROLE regress_nosuch_dbowner IN ROLE pg_database_owner
1: CREATE ROLE regress_inroles ROLE regress_role_super, regress_createdb, regress_createrole, regress_login, regress_inherit, regress_connection_limit, regress_encrypted_password, regress_password_null
1: CREATE ROLE regress_nosuch_recursive ROLE regress_nosuch_recursive
1: CREATE ROLE regress_adminroles ADMIN regress_role_super, regress_createdb, regress_createrole
1: CREATE ROLE regress_nosuch_admin_recursive ADMIN regress_nosuch_admin_recursive
1: SET SESSION AUTHORIZATION regress_createrole
1: CREATE ROLE regress_plainrole
1: CREATE ROLE regress_rolecreator CREATEROLE
1: CREATE ROLE regress_hasprivs CREATEROLE LOGIN INHERIT CONNECTION LIMIT 5
1: COMMENT ON ROLE regress_hasprivs IS 'some comment'
1: ALTER ROLE regress_hasprivs RENAME TO regress_tenant
1: ALTER ROLE regress_tenant NOINHERIT NOLOGIN CONNECTION LIMIT 7
1: ALTER ROLE regress_role_normal RENAME TO regress_role_abnormal
1: ALTER ROLE regress_role_normal NOINHERIT NOLOGIN CONNECTION LIMIT 7
1: CREATE TABLE tenant_table (i integer)
1: CREATE INDEX tenant_idx ON tenant_table(i)
1: CREATE VIEW tenant_view AS SELECT * FROM pg_catalog.pg_class
1: REVOKE ALL PRIVILEGES ON tenant_table FROM PUBLIC
1: SET SESSION AUTHORIZATION regress_tenant
1: DROP INDEX tenant_idx
1: ALTER TABLE tenant_table ADD COLUMN t text
1: DROP TABLE tenant_table
1: ALTER VIEW tenant_view OWNER TO regress_role_admin
1: DROP VIEW tenant_view
1: REASSIGN OWNED BY regress_tenant TO regress_createrole
1: SET SESSION AUTHORIZATION regress_createrole
1: REASSIGN OWNED BY regress_tenant TO regress_createrole
1: SET SESSION AUTHORIZATION regress_createrole
1: ALTER VIEW tenant_view OWNER TO regress_role_admin
1: GRANT regress_tenant TO regress_createrole WITH INHERIT TRUE, SET FALSE
1: SELECT roleid::regrole, member::regrole, grantor::regrole, admin_option, inherit_option, set_option FROM pg_auth_members WHERE roleid = 'regress_tenant'::regrole order by 1,2,3
1: DROP VIEW tenant_view
1: GRANT regress_tenant TO regress_createrole WITH INHERIT FALSE, SET TRUE
1: SET ROLE regress_tenant
1: RESET ROLE
1: GRANT pg_read_all_data TO regress_login
1: CREATE ROLE regress_read_all_data IN ROLE pg_read_all_data
1: CREATE ROLE regress_write_all_data IN ROLE pg_write_all_data
1: CREATE ROLE regress_monitor IN ROLE pg_monitor
1: CREATE ROLE regress_signal_backend IN ROLE pg_signal_backend
1: DROP ROLE regress_nosuch
1: DROP ROLE regress_role_super
1: DROP ROLE regress_role_normal
1: DROP ROLE regress_plainrole
1: DROP ROLE regress_createrole
1: SET SESSION AUTHORIZATION regress_role_admin
1: DROP ROLE regress_createdb
1: DROP ROLE regress_createrole
1: DROP ROLE regress_tenant
1: DROP ROLE regress_login, regress_inherit, regress_connection_limit, regress_encrypted_password, regress_password_null, regress_noiseword, regress_inroles, regress_adminroles, regress_replication, regress_bypassrls
1: SET createrole_self_grant = 'set, inherit'
1: CREATE ROLE regress_tenant2
1: GRANT CREATE ON SCHEMA public TO regress_tenant2
1: SELECT roleid::regrole, member::regrole, grantor::regrole, admin_option, inherit_option, set_option FROM pg_auth_members WHERE roleid = 'regress_tenant2'::regrole order by 1,2,3
1: ALTER ROLE regress_tenant2 SET work_mem = '5MB'
1: ALTER ROLE regress_role_super SET work_mem = '5MB'
1: ALTER ROLE regress_role_normal SET work_mem = '5MB'
1: ALTER ROLE regress_role_admin SET work_mem = '5MB'
1: ALTER ROLE regress_role_normal PASSWORD 'x'
1: ALTER ROLE regress_role_admin PASSWORD 'x'
1: GRANT regress_role_normal TO regress_tenant2
1: REVOKE regress_role_normal FROM regress_tenant2
1: REVOKE regress_tenant2 FROM regress_role_admin
1: REVOKE ADMIN OPTION FOR regress_tenant2 FROM regress_role_admin GRANTED BY postgres
1: GRANT regress_tenant2 TO regress_role_normal WITH ADMIN OPTION GRANTED BY regress_role_admin
1: GRANT regress_tenant2 TO regress_role_limited_admin GRANTED BY regress_role_normal
1: GRANT regress_tenant2 TO regress_role_normal WITH ADMIN foo
1: GRANT regress_tenant2 TO regress_role_normal WITH FOO TRUE
1: GRANT regress_tenant2 (a) TO regress_role_normal
1: GRANT regress_tenant2 TO regress_tenant2
1: GRANT regress_tenant2, nope TO regress_role_normal
1: GRANT regress_tenant2 TO PUBLIC
1: RESET SESSION AUTHORIZATION
1: SELECT pg_describe_object('pg_authid'::regclass, 'regress_role_admin'::regrole, 0)
1: DROP OWNED BY regress_role_admin, regress_tenant2, regress_createrole CASCADE
1: DROP ROLE regress_role_normal, regress_role_limited_admin
1: DROP ROLE regress_tenant2, regress_role_admin, regress_role_super
1: SELECT rolname FROM pg_roles WHERE rolname LIKE 'regress%' ORDER BY 1
1: DROP OWNED BY regress_tenant, regress_rolecreator CASCADE
1: DROP ROLE regress_tenant, regress_rolecreator
