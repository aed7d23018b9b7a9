1: CREATE SCHEMA pub_s; CREATE SCHEMA "pub Odd"
1: CREATE TABLE pub_t(a int PRIMARY KEY, b text, c numeric(10,2), d int GENERATED ALWAYS AS (a * 2) STORED)
1: CREATE TABLE pub_s.u(x int, y text)
1: CREATE TABLE pub_noid(a int, b int)
1: CREATE VIEW pub_v AS SELECT 1 AS one
1: CREATE UNLOGGED TABLE pub_ul(a int)
1: CREATE TEMP TABLE pub_tmp(a int)
1: CREATE SEQUENCE pub_seq
1: CREATE TYPE pub_mood AS ENUM ('a','b')
1: CREATE TABLE pub_m(id int primary key, m pub_mood)
1: CREATE TABLE pub_part(a int, b text) PARTITION BY RANGE (a)
1: CREATE TABLE pub_part1 PARTITION OF pub_part FOR VALUES FROM (0) TO (10)
1: CREATE PUBLICATION pub_default
1: COMMENT ON PUBLICATION pub_default IS 'test publication'
1: SELECT obj_description(p.oid, 'pg_publication') FROM pg_publication p
1: CREATE PUBLICATION pub_default
1: SET client_min_messages = 'ERROR'
1: CREATE PUBLICATION pub_ins WITH (publish = insert)
1: RESET client_min_messages
1: ALTER PUBLICATION pub_default SET (publish = update)
1: CREATE PUBLICATION pub_xxx WITH (foo)
1: CREATE PUBLICATION pub_xxx WITH (publish = 'cluster, vacuum')
1: CREATE PUBLICATION pub_xxx WITH (publish_via_partition_root = 'true', publish_via_partition_root = '0')
1: CREATE PUBLICATION pub_xxx WITH (publish_generated_columns = stored, publish_generated_columns = none)
1: CREATE PUBLICATION pub_xxx WITH (publish_generated_columns = foo)
1: CREATE PUBLICATION pub_xxx WITH (publish_generated_columns)
1: CREATE PUBLICATION pub_xxx WITH (publish)
1: CREATE PUBLICATION pub_xxx WITH (publish = 'insert', publish = 'update')
1: CREATE PUBLICATION pub_xxx WITH (publish_via_partition_root = 'foo')
1: CREATE PUBLICATION pub_empty WITH (publish = '')
1: CREATE PUBLICATION pub_comma WITH (publish = 'insert, UPDATE')
1: DROP PUBLICATION pub_comma
1: ALTER PUBLICATION pub_default SET (publish = 'insert, update, delete')
1: CREATE PUBLICATION pub_all FOR ALL TABLES
1: ALTER PUBLICATION pub_all ADD TABLE pub_t
1: ALTER PUBLICATION pub_all DROP TABLE pub_t
1: ALTER PUBLICATION pub_all SET TABLE pub_t
1: ALTER PUBLICATION pub_all ADD TABLES IN SCHEMA pub_s
1: ALTER PUBLICATION pub_all DROP TABLES IN SCHEMA pub_s
1: ALTER PUBLICATION pub_all SET TABLES IN SCHEMA pub_s
1: CREATE PUBLICATION pub_fortable FOR TABLE pub_t
1: ALTER PUBLICATION pub_fortable ADD TABLES IN SCHEMA pub_s
1: ALTER PUBLICATION pub_fortable DROP TABLES IN SCHEMA pub_s
1: ALTER PUBLICATION pub_fortable SET TABLES IN SCHEMA pub_s
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t, pub_s.u
1: CREATE PUBLICATION pub_forschema FOR TABLES IN SCHEMA pub_s
1: ALTER PUBLICATION pub_forschema ADD TABLE pub_s.u
1: ALTER PUBLICATION pub_forschema DROP TABLE pub_s.u
1: ALTER PUBLICATION pub_forschema DROP TABLE pub_t
1: ALTER PUBLICATION pub_forschema ADD TABLES IN SCHEMA pub_s
1: ALTER PUBLICATION pub_forschema ADD TABLES IN SCHEMA nosuch
1: ALTER PUBLICATION pub_forschema DROP TABLES IN SCHEMA public
1: ALTER PUBLICATION pub_forschema ADD TABLE nosuch
1: ALTER PUBLICATION nosuch ADD TABLE pub_t
1: ALTER PUBLICATION pub_fortable ADD TABLE pub_t
1: CREATE PUBLICATION pub_for_both FOR TABLE pub_t, TABLES IN SCHEMA pub_s, CURRENT_SCHEMA
1: SELECT pubname, puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot, pubgencols FROM pg_publication ORDER BY 1
1: SELECT pubname, schemaname, tablename, attnames, rowfilter FROM pg_publication_tables ORDER BY 1,2,3
1: CREATE PUBLICATION pub_xx FOR TABLE pub_v
1: CREATE PUBLICATION pub_xx FOR TABLE pub_ul
1: CREATE PUBLICATION pub_xx FOR TABLE pub_tmp
1: CREATE PUBLICATION pub_xx FOR TABLE pub_seq
1: CREATE PUBLICATION pub_xx FOR TABLE pg_class
1: CREATE PUBLICATION pub_xx FOR TABLES IN SCHEMA pg_catalog
1: CREATE PUBLICATION pub_xx FOR TABLES IN SCHEMA information_schema, pg_toast
1: CREATE PUBLICATION pub_xx FOR TABLE pub_t, pub_t
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t (a), pub_t
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t (a)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t (a, a)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t (nosuch)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t (ctid)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t (a, d)
1: ALTER PUBLICATION pub_fortable DROP TABLE pub_t (a)
1: ALTER PUBLICATION pub_fortable DROP TABLE pub_t WHERE (a > 1)
1: ALTER PUBLICATION pub_fortable SET TABLES IN SCHEMA pub_s, TABLE pub_t (a)
1: ALTER PUBLICATION pub_fortable ADD TABLES IN SCHEMA pub_s
1: ALTER PUBLICATION pub_forschema ADD TABLE pub_t (a)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (a > 5 AND b <> 'x')
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (c > 1.5)
1: UPDATE pub_t SET b = 'x'
1: DELETE FROM pub_t
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t (b)
1: UPDATE pub_t SET b = 'x'
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (1234)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (b LIKE 'x')
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (ctid = '(0,1)')
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (random() > 0.5)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (sum(a) > 1)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (row_number() over () > 1)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (nosuch > 1)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_m WHERE (m = 'a')
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (pub_t IS NOT NULL)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (a > 1) , pub_m WHERE (id IS NULL OR id IN (1,2) OR id BETWEEN 1 AND 3 OR length(id::text) = 3)
1: ALTER PUBLICATION pub_fortable SET TABLE pub_noid
1: UPDATE pub_noid SET a = 1
1: DELETE FROM pub_noid
1: INSERT INTO pub_noid VALUES (1, 2)
1: ALTER TABLE pub_noid REPLICA IDENTITY FULL
1: UPDATE pub_noid SET a = 1
1: ALTER TABLE pub_noid REPLICA IDENTITY NOTHING
1: UPDATE pub_noid SET a = 1
1: MERGE INTO pub_noid USING (VALUES (1)) v(x) ON a = x WHEN MATCHED THEN DELETE
1: CREATE PUBLICATION pub_part FOR TABLE pub_part WITH (publish_via_partition_root)
1: SELECT * FROM pg_publication_tables WHERE pubname = 'pub_part'
1: ALTER PUBLICATION pub_part SET (publish_via_partition_root = false)
1: SELECT * FROM pg_publication_tables WHERE pubname = 'pub_part'
1: ALTER PUBLICATION pub_part SET TABLE pub_part WHERE (a > 1)
1: ALTER PUBLICATION pub_part SET TABLE pub_part (a)
1: ALTER PUBLICATION pub_part SET (publish_via_partition_root = true)
1: ALTER PUBLICATION pub_part SET TABLE pub_part WHERE (a > 1)
1: ALTER PUBLICATION pub_part SET (publish_via_partition_root = false)
1: ALTER PUBLICATION pub_part SET TABLE pub_part (a)
1: ALTER PUBLICATION pub_part SET (publish_via_partition_root = false)
1: ALTER TABLE pub_t DROP COLUMN b
1: ALTER PUBLICATION pub_fortable SET TABLE pub_t WHERE (c > 1), pub_m (m)
1: ALTER TABLE pub_t DROP COLUMN c
1: ALTER TABLE pub_t ALTER c TYPE text
1: ALTER TABLE pub_t DROP COLUMN c CASCADE
1: ALTER TABLE pub_m DROP COLUMN m
1: DROP TABLE pub_m
1: ALTER PUBLICATION pub_default RENAME TO pub_foo
1: ALTER PUBLICATION pub_foo RENAME TO pub_ins
1: ALTER PUBLICATION nosuch RENAME TO x
1: DROP PUBLICATION nosuch
1: DROP PUBLICATION IF EXISTS nosuch
1: DROP PUBLICATION pub_foo, pub_ins
1: CREATE ROLE pub_r1; CREATE ROLE pub_r2
1: ALTER PUBLICATION pub_part OWNER TO pub_r1
1: ALTER PUBLICATION nosuch OWNER TO pub_r1
1: SET ROLE pub_r2
1: ALTER PUBLICATION pub_part SET (publish = 'insert')
1: ALTER PUBLICATION pub_part RENAME TO x
1: DROP PUBLICATION pub_part
1: RESET ROLE
1: DROP SCHEMA pub_s CASCADE
1: SELECT pg_relation_is_publishable('pub_t'), pg_relation_is_publishable('pub_v'), pg_relation_is_publishable('pub_ul'), pg_relation_is_publishable('pub_part'), pg_relation_is_publishable('pub_seq')
1: SELECT gpt.relid::regclass, attrs, pg_get_expr(qual, relid) FROM pg_get_publication_tables('pub_for_both') gpt ORDER BY 1
1: SELECT pubname, gpt.relid::regclass FROM pg_publication p, pg_get_publication_tables(p.pubname) gpt ORDER BY 1,2
1: SELECT * FROM pg_get_publication_tables('nosuch')
1: SELECT pg_describe_object('pg_publication'::regclass, oid, 0) FROM pg_publication ORDER BY 1
1: ALTER TABLE pub_t REPLICA IDENTITY USING INDEX nosuch
1: CREATE TABLE pub_ri(id int, k text, z text not null, UNIQUE (k), CHECK (id > 0))
1: CREATE UNIQUE INDEX pub_ri_id ON pub_ri(id)
1: CREATE UNIQUE INDEX pub_ri_z ON pub_ri(z)
1: CREATE UNIQUE INDEX pub_ri_p ON pub_ri(z) WHERE id > 1
1: CREATE INDEX pub_ri_n ON pub_ri(z)
1: CREATE UNIQUE INDEX pub_ri_d ON pub_ri(z, k)
1: ALTER TABLE pub_ri REPLICA IDENTITY USING INDEX pub_ri_id
1: ALTER TABLE pub_ri REPLICA IDENTITY USING INDEX pub_ri_z
1: SELECT relreplident FROM pg_class WHERE relname = 'pub_ri'
1: ALTER TABLE pub_ri REPLICA IDENTITY USING INDEX pub_ri_p
1: ALTER TABLE pub_ri REPLICA IDENTITY USING INDEX pub_ri_n
1: ALTER TABLE pub_ri REPLICA IDENTITY USING INDEX pub_ri_d
1: ALTER TABLE pub_ri REPLICA IDENTITY USING INDEX pub_t_pkey
1: ALTER TABLE pub_ri ALTER z DROP NOT NULL
1: ALTER TABLE pub_ri REPLICA IDENTITY FULL
1: ALTER TABLE pub_ri REPLICA IDENTITY USING INDEX pub_ri_z
1: DROP INDEX pub_ri_z
1: SELECT relreplident FROM pg_class WHERE relname = 'pub_ri'
1: ALTER VIEW pub_v REPLICA IDENTITY FULL
1: ALTER TABLE pub_v REPLICA IDENTITY FULL
1: BEGIN; CREATE PUBLICATION pub_rb FOR ALL TABLES; ROLLBACK
1: SELECT indexrelid::regclass::text, indisreplident FROM pg_index WHERE indrelid = 'pub_ri'::regclass ORDER BY 1
1: SELECT pg_describe_object('pg_publication_rel'::regclass, oid, 0) FROM pg_publication_rel ORDER BY 1
1: SELECT pg_describe_object('pg_publication_namespace'::regclass, oid, 0) FROM pg_publication_namespace ORDER BY 1
1: SELECT pg_get_replica_identity_index('pub_ri'), pg_get_replica_identity_index('pub_t')
1: DROP ROLE pub_r1
1: DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO pub_r2', current_database()); END $$
1: CREATE TABLE pub_own(a int primary key)
1: ALTER TABLE pub_own OWNER TO pub_r2
1: SET ROLE pub_r2
1: CREATE PUBLICATION pub_a FOR TABLE pub_own
1: CREATE PUBLICATION pub_b FOR TABLE pub_t
1: CREATE PUBLICATION pub_b FOR ALL TABLES
1: CREATE PUBLICATION pub_b FOR TABLES IN SCHEMA public
1: ALTER PUBLICATION pub_a ADD TABLES IN SCHEMA public
1: ALTER PUBLICATION pub_a RENAME TO pub_aa
1: RESET ROLE
1: REASSIGN OWNED BY pub_r2 TO pub_r1
1: SELECT pubname, pubowner::regrole FROM pg_publication ORDER BY 1
1: DROP OWNED BY pub_r1, pub_r2
1: SELECT pubname, pubowner::regrole FROM pg_publication ORDER BY 1
1: DROP ROLE pub_r1, pub_r2
1: CREATE TABLE pub_gen(a int, v int GENERATED ALWAYS AS (a + 1), s int GENERATED ALWAYS AS (a + 2) STORED NOT NULL UNIQUE)
1: CREATE PUBLICATION pub_g FOR TABLE pub_gen (v)
1: CREATE PUBLICATION pub_g FOR TABLE pub_gen WITH (publish_generated_columns = stored)
1: ALTER TABLE pub_gen REPLICA IDENTITY USING INDEX pub_gen_s_key
1: UPDATE pub_gen SET a = 2
1: DROP PUBLICATION pub_all
1: DROP PUBLICATION pub_for_both
1: UPDATE pub_gen SET a = 2
1: ALTER PUBLICATION pub_g SET (publish_generated_columns = none)
1: UPDATE pub_gen SET a = 2
1: INSERT INTO pub_gen(a) VALUES (1) ON CONFLICT (s) DO UPDATE SET a = 3
1: CREATE TABLE pub_up(a int UNIQUE, b int)
1: CREATE PUBLICATION pub_u FOR TABLE pub_up WITH (publish = 'insert, update')
1: INSERT INTO pub_up VALUES (1, 1) ON CONFLICT (a) DO NOTHING
1: INSERT INTO pub_up VALUES (1, 1) ON CONFLICT (a) DO UPDATE SET b = 2
1: DELETE FROM pub_up
1: UPDATE pub_up SET a = 1 WHERE false
1: ALTER TABLE pub_up RENAME COLUMN b TO c
1: ALTER PUBLICATION pub_u SET TABLE pub_up WHERE (pub_up.c > 1)
1: ALTER TABLE pub_up RENAME COLUMN c TO d
1: ALTER TABLE pub_up RENAME TO pub_upp
1: SELECT tablename, rowfilter FROM pg_publication_tables WHERE pubname = 'pub_u'
1: ALTER TABLE pub_upp SET SCHEMA "pub Odd"
1: SELECT schemaname, tablename, rowfilter FROM pg_publication_tables WHERE pubname = 'pub_u'
1: CREATE PUBLICATION pub_odd FOR TABLES IN SCHEMA "pub Odd"
1: ALTER SCHEMA "pub Odd" RENAME TO pub_even
1: SELECT pnnspid::regnamespace FROM pg_publication_namespace
1: SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = 'pub_odd'
1: DROP SCHEMA pub_even CASCADE
1: SELECT pubname, schemaname, tablename FROM pg_publication_tables ORDER BY 1, 2, 3
1: CREATE PUBLICATION pub_bad FOR pub_t
1: CREATE TABLE pub_c(x int)
1: CREATE PUBLICATION pub_only FOR TABLE ONLY pub_c, pub_t
1: CREATE TABLE pub_c2() INHERITS (pub_c)
1: CREATE PUBLICATION pub_tree FOR TABLE pub_c WITH (publish = 'insert')
1: SELECT pubname, tablename FROM pg_publication_tables WHERE tablename LIKE 'pub_c%' ORDER BY 1, 2
1: ALTER PUBLICATION pub_tree DROP TABLE ONLY pub_c2
1: ALTER PUBLICATION pub_tree SET TABLE pub_c (x) WHERE (x > 0)
1: SELECT prrelid::regclass, pg_get_expr(prqual, prrelid), prattrs FROM pg_publication_rel r JOIN pg_publication p ON p.oid = prpubid WHERE pubname = 'pub_tree' ORDER BY 1::text
1: ALTER TABLE pub_c ALTER x TYPE bigint
1: ALTER PUBLICATION pub_tree DROP TABLE pub_c
1: ALTER TABLE pub_c ALTER x TYPE bigint
1: CREATE PUBLICATION pub_cast FOR TABLE pub_c WHERE (x::int = 1 AND x IS DISTINCT FROM 2 AND COALESCE(x, 1) = 1 AND x = ANY (ARRAY[1, 2]::bigint[]))
1: SELECT rowfilter FROM pg_publication_tables WHERE pubname = 'pub_cast' AND tablename = 'pub_c'
1: CREATE FUNCTION pub_f(a bigint) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true'
1: CREATE PUBLICATION pub_fun FOR TABLE pub_c WHERE (pub_f(x))
1: CREATE PUBLICATION pub_fun FOR TABLE pub_c WHERE (x > 1) , pub_c WHERE (x > 2)
1: TRUNCATE pub_c, pub_t
