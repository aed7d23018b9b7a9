1: CREATE ROLE "Public"
1: CREATE ROLE Public
1: CREATE ROLE "None"
1: CREATE ROLE "current_role"
1: CREATE ROLE "current_user"
1: CREATE ROLE "session_user"
1: CREATE ROLE "user"
1: CREATE ROLE current_user
1: CREATE ROLE current_role
1: CREATE ROLE session_user
1: CREATE ROLE user
1: CREATE ROLE all
1: CREATE ROLE none
1: CREATE ROLE "none"
1: CREATE ROLE pg_abc
1: CREATE ROLE "pg_abcdef"
1: CREATE ROLE regress_testrol0 SUPERUSER LOGIN
1: CREATE ROLE regress_testrolx SUPERUSER LOGIN
1: CREATE ROLE regress_testrol2 SUPERUSER
1: CREATE ROLE regress_testrol1 SUPERUSER LOGIN IN ROLE regress_testrol2
1: set session authorization regress_testrol1
1: set role regress_testrol2
1: CREATE VIEW chkrolattr AS SELECT r.rolname as role, CASE WHEN rolname = 'session_user' THEN '-' WHEN rolname='current_user' then '+' ELSE ' ' END, rolreplication FROM pg_roles r where rolname ~ '^(regress_|Public|None|current_|session_|user)' order by 1
1: ALTER ROLE CURRENT_ROLE WITH REPLICATION
1: ALTER ROLE "current_role" WITH REPLICATION
1: ALTER ROLE CURRENT_USER WITH REPLICATION
1: ALTER ROLE "current_user" WITH REPLICATION
1: ALTER ROLE SESSION_USER WITH REPLICATION
1: ALTER ROLE "session_user" WITH REPLICATION
1: ALTER USER "Public" WITH REPLICATION
1: ALTER USER "None" WITH REPLICATION
1: select * from chkrolattr
1: ALTER ROLE USER WITH LOGIN
1: ALTER ROLE ALL WITH REPLICATION
1: ALTER ROLE SESSION_ROLE WITH NOREPLICATION
1: ALTER ROLE PUBLIC WITH NOREPLICATION
1: ALTER ROLE "public" WITH NOREPLICATION
1: ALTER ROLE NONE WITH NOREPLICATION
1: ALTER ROLE "none" WITH NOREPLICATION
1: ALTER ROLE nonexistent WITH NOREPLICATION
1: ALTER ROLE CURRENT_USER SET application_name to 'FOO'
1: ALTER USER SESSION_USER SET application_name to 'BAR'
1: ALTER USER "current_user" SET application_name to 'FOOFOO'
1: ALTER USER "Public" SET application_name to 'BARBAR'
1: ALTER USER ALL SET application_name to 'SLAP'
1: SELECT r.rolname, s.setconfig FROM pg_db_role_setting s left join pg_roles r on r.oid = s.setrole order by 1
1: ALTER USER CURRENT_USER RESET application_name
1: ALTER USER ALL RESET application_name
1: ALTER USER USER SET application_name to 'BOOM'
1: ALTER USER PUBLIC SET application_name to 'BOMB'
1: ALTER USER nonexistent SET application_name to 'BOMB'
1: CREATE SCHEMA newschema1 AUTHORIZATION CURRENT_USER
1: CREATE SCHEMA newschema2 AUTHORIZATION CURRENT_ROLE
1: CREATE SCHEMA newschema3 AUTHORIZATION SESSION_USER
1: CREATE SCHEMA newschema4 AUTHORIZATION regress_testrolx
1: CREATE SCHEMA newschema5 AUTHORIZATION "Public"
1: CREATE SCHEMA newschema6 AUTHORIZATION USER
1: CREATE SCHEMA newschema6 AUTHORIZATION PUBLIC
1: CREATE SCHEMA newschema6 AUTHORIZATION nonexistent
1: CREATE SCHEMA AUTHORIZATION CURRENT_USER
1: CREATE SCHEMA IF NOT EXISTS newschema1 AUTHORIZATION CURRENT_USER
1: SELECT n.nspname, r.rolname FROM pg_namespace n JOIN pg_roles r ON (r.oid = n.nspowner) WHERE n.nspname LIKE 'newschema_' or n.nspname like 'regress%' ORDER BY 1
1: CREATE TABLE testtab1 (a int)
1: CREATE TABLE testtab2 (a int)
1: CREATE TABLE testtab3 (a int)
1: CREATE TABLE testtab4 (a int)
1: ALTER TABLE testtab1 OWNER TO CURRENT_USER
1: ALTER TABLE testtab2 OWNER TO CURRENT_ROLE
1: ALTER TABLE testtab3 OWNER TO SESSION_USER
1: ALTER TABLE testtab4 OWNER TO "Public"
1: ALTER TABLE testtab4 OWNER TO USER
1: ALTER TABLE testtab4 OWNER TO PUBLIC
1: ALTER TABLE testtab4 OWNER TO "public"
1: ALTER TABLE testtab4 OWNER TO nonexistent
1: CREATE VIEW testview1 AS SELECT * FROM testtab1
1: CREATE MATERIALIZED VIEW testmv1 AS SELECT 1 as a
1: CREATE SEQUENCE testseq1
1: ALTER VIEW testview1 OWNER TO regress_testrolx
1: ALTER MATERIALIZED VIEW testmv1 OWNER TO regress_testrolx
1: ALTER SEQUENCE testseq1 OWNER TO SESSION_USER
1: SELECT c.relname, r.rolname FROM pg_class c JOIN pg_roles r ON (r.oid = c.relowner) WHERE relname LIKE 'test%' ORDER BY 1
1: GRANT SELECT ON testtab1 TO PUBLIC, CURRENT_USER, SESSION_USER, "Public"
1: GRANT INSERT ON testtab1 TO CURRENT_ROLE
1: GRANT SELECT ON testtab1 TO "public"
1: GRANT SELECT ON testtab1 TO "none"
1: GRANT SELECT ON testtab1 TO NONE
1: SELECT relname, relacl FROM pg_class where relname = 'testtab1'
1: REVOKE ALL ON testtab1 FROM PUBLIC
1: REVOKE ALL ON testtab1 FROM "Public", CURRENT_USER
1: SELECT relname, relacl FROM pg_class where relname = 'testtab1'
1: GRANT regress_testrol0 TO pg_read_all_data
1: REVOKE regress_testrol0 FROM pg_read_all_data
1: GRANT pg_abc TO postgres
1: ALTER ROLE pg_read_all_data LOGIN
1: DROP ROLE "Public", "None", "current_role", "current_user", "session_user", "user"
1: SET SESSION AUTHORIZATION regress_testrol1
1: SET ROLE NONE
1: SELECT current_user, current_role, session_user, user
1: SET ROLE regress_testrol2
1: SELECT current_user, current_role, session_user, user
1: SET ROLE postgres
1: RESET ROLE
1: BEGIN
1: SET LOCAL ROLE regress_testrolx
1: SELECT current_user
1: COMMIT
1: SELECT current_user
1: BEGIN
1: SET ROLE regress_testrolx
1: SAVEPOINT s
1: SET ROLE regress_testrol2
1: ROLLBACK TO s
1: SELECT current_user
1: ROLLBACK
1: SELECT current_user
1: SET LOCAL ROLE regress_testrolx
1: SHOW session_authorization
1: SET SESSION SESSION AUTHORIZATION regress_testrol0
1: SELECT session_user
1: RESET SESSION AUTHORIZATION
1: SELECT session_user
1: SELECT session_user, current_user
1: select set_config('role', 'regress_testrolx', false)
1: select current_user
1: select set_config('role','none',false)
1: select current_user
1: select set_config('session_authorization','regress_testrol2', true), session_user
1: alter role regress_testrolx nosuperuser
1: set session authorization regress_testrolx
1: set session authorization regress_testrol0
1: set role regress_testrol0
1: set role regress_testrolx
1: set role none
1: select set_config('role','regress_testrol0',false)
1: reset session authorization
1: DROP SCHEMA newschema1, newschema2, newschema3, newschema4, newschema5
1: DROP OWNED BY regress_testrol0, regress_testrol1, regress_testrol2, regress_testrolx CASCADE
1: DROP ROLE regress_testrol0, regress_testrol1, regress_testrol2, regress_testrolx
1: DROP ROLE "Public", "None", "current_role", "current_user", "session_user", "user"
