-- What a hot standby answers. LISTEN is not here: PostgreSQL refuses it.
SELECT pg_is_in_recovery()
SHOW in_hot_standby
SHOW transaction_read_only
SHOW default_transaction_read_only
CREATE TABLE x(a int)
CREATE TEMP TABLE x(a int)
INSERT INTO shown VALUES (7)
UPDATE shown SET a = 2
DELETE FROM shown
TRUNCATE shown
BEGIN
SET TRANSACTION READ WRITE
ROLLBACK
BEGIN READ WRITE
ROLLBACK
SET transaction_read_only = off
SET default_transaction_read_only = off
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
SHOW transaction_read_only
BEGIN ISOLATION LEVEL SERIALIZABLE
ROLLBACK
SET default_transaction_isolation = 'serializable'
SHOW transaction_isolation
SELECT 1
BEGIN
SHOW transaction_isolation
ROLLBACK
RESET default_transaction_isolation
BEGIN ISOLATION LEVEL REPEATABLE READ
SELECT a FROM shown
COMMIT
UNLISTEN a
NOTIFY a
SELECT pg_notify('a', 'b')
SELECT nextval('counter')
SELECT setval('counter', 3)
VACUUM
ANALYZE
BEGIN
LOCK TABLE shown IN ACCESS EXCLUSIVE MODE
ROLLBACK
BEGIN
LOCK TABLE shown IN ROW EXCLUSIVE MODE
ROLLBACK
BEGIN
LOCK TABLE shown IN SHARE ROW EXCLUSIVE MODE
ROLLBACK
SELECT * FROM shown FOR UPDATE
SELECT txid_current()
SELECT pg_current_xact_id()
SELECT pg_current_xact_id_if_assigned()
SELECT pg_current_wal_lsn()
SELECT pg_current_wal_insert_lsn()
SELECT pg_current_wal_flush_lsn()
SELECT pg_walfile_name('0/1000000')
SELECT pg_walfile_name_offset('0/1000000')
SELECT * FROM pg_split_walfile_name('000000010000000000000001')
SELECT pg_switch_wal()
SELECT pg_create_restore_point('a')
SELECT pg_last_wal_receive_lsn() IS NULL, pg_last_wal_replay_lsn() IS NULL
SELECT pg_is_wal_replay_paused(), pg_get_wal_replay_pause_state()
SELECT pg_wal_replay_pause()
SELECT pg_is_wal_replay_paused()
SELECT pg_wal_replay_resume()
SELECT pg_is_wal_replay_paused()
CREATE ROLE a
DROP ROLE a
GRANT SELECT ON shown TO public
CREATE DATABASE a
COMMENT ON TABLE shown IS 'x'
CREATE INDEX ON shown(a)
ALTER TABLE shown ADD COLUMN x int
CREATE TABLE y AS SELECT 1
SELECT 1 INTO y
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'
SELECT pg_replication_origin_create('a')
SELECT pg_replication_origin_oid('a')
SELECT pg_replication_origin_session_setup('a')
SELECT pg_advisory_lock(1)
SELECT pg_advisory_unlock(1)
COPY shown FROM STDIN
BEGIN
SAVEPOINT a
RELEASE a
COMMIT
DECLARE c CURSOR WITH HOLD FOR SELECT 1
FETCH c
CLOSE c
DO $$begin perform 1; end$$
DO $$begin create table x(a int); end$$
BEGIN
SET TRANSACTION READ ONLY
SET TRANSACTION READ WRITE
ROLLBACK
BEGIN
SELECT 1
SET TRANSACTION READ WRITE
ROLLBACK
SELECT set_config('transaction_read_only', 'off', false)
SELECT pg_promote(false, -1)
SELECT pg_promote(true, 0)
WITH x AS (INSERT INTO shown VALUES (1) RETURNING 1) SELECT * FROM x
PREPARE q AS INSERT INTO shown VALUES (1)
EXECUTE q
EXPLAIN ANALYZE INSERT INTO shown VALUES (1)
MERGE INTO shown d USING shown s ON false WHEN MATCHED THEN DELETE
SET synchronous_commit = remote_apply
DISCARD TEMP
DISCARD ALL
