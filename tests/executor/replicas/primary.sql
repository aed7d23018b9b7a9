-- Positions, recovery, origins and settings on a server that is no standby.
CREATE ROLE st_r
SELECT pg_is_in_recovery(), pg_current_wal_lsn() IS NULL, pg_current_wal_insert_lsn() >= pg_current_wal_flush_lsn(), pg_last_wal_receive_lsn(), pg_last_xact_replay_timestamp()
SELECT pg_walfile_name('0/1000000'), pg_walfile_name('0/1000001'), pg_walfile_name_offset('1/1000001')
SELECT * FROM pg_walfile_name_offset('1/1000001')
SELECT * FROM pg_split_walfile_name('00000001000000A000000001')
SELECT * FROM pg_split_walfile_name('x')
SELECT pg_wal_lsn_diff('0/10', '0/20'), pg_wal_lsn_diff('1/0', '0/0'), '0/20'::pg_lsn - '0/10'::pg_lsn
SELECT pg_switch_wal() IS NULL
SELECT pg_wal_replay_pause()
SELECT pg_wal_replay_resume()
SELECT pg_is_wal_replay_paused()
SELECT pg_get_wal_replay_pause_state()
SELECT pg_promote()
SELECT pg_control_version, catalog_version_no FROM pg_control_system()
SELECT * FROM pg_control_recovery()
SELECT count(*) FROM pg_stat_wal_receiver
SELECT count(*) FROM pg_stat_get_wal_receiver()
SELECT pg_logical_emit_message(null, 'a', 'b'), pg_logical_emit_message(true, null, 'b'), pg_logical_emit_message(true, 'a', 'b') IS NULL
SELECT pg_logical_emit_message(false, 'a', '\x01'::bytea, true) IS NULL
SELECT pg_replication_origin_create('st_o') > 0
SELECT pg_replication_origin_create('st_o')
SELECT pg_replication_origin_create('none')
SELECT pg_replication_origin_create('pg_x')
SELECT pg_replication_origin_create(repeat('x', 600))
SELECT pg_replication_origin_oid('st_o') > 0, pg_replication_origin_oid('nosuch'), pg_replication_origin_session_is_setup()
SELECT pg_replication_origin_session_reset()
SELECT pg_replication_origin_session_progress(true)
SELECT pg_replication_origin_xact_setup('0/1', now())
SELECT pg_replication_origin_session_setup('nosuch')
SELECT pg_replication_origin_session_setup('st_o')
SELECT pg_replication_origin_session_setup('st_o')
SELECT pg_replication_origin_session_is_setup()
SELECT pg_replication_origin_session_progress(true)
CREATE TABLE t(a int primary key)
BEGIN
SELECT pg_replication_origin_xact_setup('0/AABB', '2020-01-01')
INSERT INTO t VALUES (1)
COMMIT
SELECT pg_replication_origin_session_progress(true), pg_replication_origin_progress('st_o', true)
SELECT local_id > 0, external_id, remote_lsn, local_lsn > '0/0' FROM pg_replication_origin_status
SELECT external_id, remote_lsn FROM pg_show_replication_origin_status()
SELECT pg_replication_origin_session_reset()
SELECT pg_replication_origin_advance('st_o', '0/CC')
SELECT pg_replication_origin_progress('st_o', false)
SELECT pg_replication_origin_xact_reset()
SELECT roname FROM pg_replication_origin
SELECT pg_replication_origin_drop('st_o')
SELECT pg_replication_origin_drop('st_o')
SELECT pg_replication_origin_advance('st_o', '0/CC')
SELECT pg_replication_origin_progress('st_o', false)
BEGIN
SELECT pg_replication_origin_create('st_q') > 0
SAVEPOINT s
SELECT pg_replication_origin_create('st_r') > 0
ROLLBACK TO s
SELECT roname FROM pg_replication_origin
ROLLBACK
SELECT pg_replication_origin_oid('st_q')
SET ROLE st_r
SELECT pg_switch_wal()
SELECT pg_create_restore_point('x')
SELECT pg_wal_replay_pause()
SELECT pg_is_wal_replay_paused()
SELECT pg_promote()
SELECT pg_logical_emit_message(true, 'a', 'b') IS NULL
SELECT pg_replication_origin_create('st_o')
SELECT * FROM pg_replication_origin_status
SELECT * FROM pg_replication_origin
SHOW primary_conninfo
SET session_replication_role = replica
RESET ROLE
SET synchronous_standby_names = 'a'
SET wal_level = minimal
SET max_slot_wal_keep_size = 3
SET hot_standby = off
SET wal_sender_timeout = '5s'
SHOW wal_sender_timeout
SET synchronous_commit = remote_write
SET synchronous_commit = remote
SET synchronous_commit = 'true'
SHOW synchronous_commit
SHOW wal_level
DROP TABLE t
DROP ROLE st_r
