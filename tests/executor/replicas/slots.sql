-- What PostgreSQL 18 answers about slots; recorded with a user that is no superuser where SET ROLE says so.
CREATE TABLE t(a int primary key, b text)
CREATE ROLE st_r
SELECT slot_name, lsn > '0/0' FROM pg_create_logical_replication_slot('st_a', 'test_decoding')
SELECT slot_name FROM pg_create_logical_replication_slot('st_a', 'test_decoding')
SELECT slot_name FROM pg_create_logical_replication_slot('st_b', 'test_decoding', failover => true)
SELECT slot_name FROM pg_create_logical_replication_slot('st_t', 'test_decoding', true)
SELECT slot_name, temporary FROM pg_replication_slots WHERE slot_name LIKE 'st!_%' ESCAPE '!' ORDER BY 1
SELECT 1/0
SELECT slot_name, plugin, slot_type, database = current_database(), datoid = (SELECT oid FROM pg_database WHERE datname = current_database()), temporary, active, active_pid, xmin, restart_lsn IS NULL, confirmed_flush_lsn IS NULL, wal_status, safe_wal_size, two_phase, two_phase_at, inactive_since IS NULL, conflicting, invalidation_reason, failover, synced FROM pg_replication_slots WHERE slot_name LIKE 'st!_%' ESCAPE '!' ORDER BY 1
SELECT slot_name, slot_type, active FROM pg_get_replication_slots() WHERE slot_name LIKE 'st!_%' ESCAPE '!' ORDER BY 1
SELECT slot_name FROM pg_create_logical_replication_slot('st_x', 'test_decoding', true, false, true)
BEGIN
INSERT INTO t VALUES (3, 'z')
SELECT slot_name FROM pg_create_logical_replication_slot('st_w', 'test_decoding')
ROLLBACK
SELECT data FROM pg_logical_slot_peek_changes('st_a', null, null, 'include-xids')
SELECT data FROM pg_logical_slot_peek_changes('st_a', null, null, VARIADIC ARRAY[['a', 'b']])
SELECT data FROM pg_logical_slot_peek_changes('st_a', null, null, null, 'b')
SELECT data FROM pg_logical_slot_peek_changes('st_a', null, null, VARIADIC null)
SELECT data FROM pg_logical_slot_peek_changes(null, null, null)
SELECT data FROM pg_logical_slot_get_changes('st_nosuch', null, null)
SELECT slot_name, end_lsn > '0/0' FROM pg_replication_slot_advance('st_a', pg_current_wal_lsn())
SELECT * FROM pg_replication_slot_advance('st_a', '0/0')
SELECT * FROM pg_replication_slot_advance('st_nosuch', '0/1')
SELECT slot_name, lsn IS NULL FROM pg_copy_logical_replication_slot('st_a', 'st_c')
SELECT slot_name FROM pg_copy_logical_replication_slot('st_a', 'st_c')
SELECT slot_name FROM pg_copy_logical_replication_slot('st_nosuch', 'st_d')
SELECT slot_name FROM pg_copy_logical_replication_slot('st_a', 'st_d', true, 'pgoutput')
SELECT slot_name, plugin, temporary FROM pg_replication_slots WHERE slot_name LIKE 'st!_%' ESCAPE '!' ORDER BY 1
SELECT pg_drop_replication_slot('st_c')
SELECT pg_drop_replication_slot('st_d')
SELECT pg_drop_replication_slot('st_nosuch')
SELECT slot_name, spill_txns, spill_count, spill_bytes, stream_txns, stream_count, stream_bytes, total_bytes, stats_reset FROM pg_stat_replication_slots WHERE slot_name LIKE 'st!_%' ESCAPE '!' ORDER BY 1
SELECT slot_name, spill_txns, stats_reset FROM pg_stat_get_replication_slot('st_b')
SELECT * FROM pg_stat_get_replication_slot('st_nosuch')
SELECT pg_stat_reset_replication_slot('st_nosuch')
SET ROLE st_r
SELECT slot_name FROM pg_create_logical_replication_slot('st_z', 'test_decoding')
SELECT pg_drop_replication_slot('st_a')
SELECT * FROM pg_logical_slot_get_changes('st_a', null, null)
SELECT * FROM pg_replication_slot_advance('st_a', '0/1')
SELECT * FROM pg_copy_logical_replication_slot('st_a', 'st_z')
SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'st_a'
SELECT count(*) FROM pg_stat_replication_slots WHERE slot_name = 'st_a'
SELECT pg_stat_reset_replication_slot('st_a')
RESET ROLE
SELECT pg_drop_replication_slot('st_a'), pg_drop_replication_slot('st_b')
DROP ROLE st_r
DROP TABLE t
