CREATE TABLE t(a int PRIMARY KEY, b text, c int DEFAULT 7, g int GENERATED ALWAYS AS (c * 2) STORED)
CREATE TABLE nokey(a int, b text)
CREATE SCHEMA s
CREATE TABLE s.t(x int UNIQUE NOT NULL, y varchar(10), z bool)
ALTER TABLE s.t REPLICA IDENTITY USING INDEX t_x_key
CREATE PUBLICATION ab FOR TABLE t (a, b)
CREATE PUBLICATION ag FOR TABLE t (g, a)
CREATE PUBLICATION plain FOR TABLE t
CREATE PUBLICATION stored FOR TABLE t WITH (publish_generated_columns = stored)
CREATE PUBLICATION schema_s FOR TABLES IN SCHEMA s
CREATE PUBLICATION part_of_nokey FOR TABLE nokey (b) WITH (publish = 'insert, truncate')
-- TELL ab
-- TELL ag
-- TELL plain
-- TELL stored
-- TELL schema_s
-- TELL part_of_nokey
-- TELL ab, schema_s, part_of_nokey
-- BEGIN HERE
INSERT INTO t VALUES (1, 'one'), (2, NULL)
UPDATE t SET c = 8 WHERE a = 1
UPDATE t SET a = 3 WHERE a = 2
DELETE FROM t WHERE a = 1
INSERT INTO nokey VALUES (1, 'x')
INSERT INTO s.t VALUES (1, 'abc', true)
UPDATE s.t SET y = 'd'
UPDATE s.t SET x = 2, z = false
DELETE FROM s.t
CREATE TABLE s.later(k bigint PRIMARY KEY, v real)
INSERT INTO s.later VALUES (9007199254740993, 0.1)
ALTER TABLE s.later ADD COLUMN w date DEFAULT '2020-02-02'
UPDATE s.later SET v = 2
ALTER TABLE s.later RENAME TO renamed
INSERT INTO s.renamed VALUES (1, 2, NULL)
ALTER TABLE s.renamed RENAME COLUMN v TO vv
ALTER TABLE s.renamed ALTER COLUMN vv TYPE numeric(5,1)
INSERT INTO s.renamed VALUES (2, 3, '2021-01-01')
ALTER TABLE s.renamed SET SCHEMA public
INSERT INTO renamed VALUES (3)
ALTER PUBLICATION plain ADD TABLE renamed
INSERT INTO renamed VALUES (4)
ALTER TABLE renamed REPLICA IDENTITY FULL
UPDATE renamed SET vv = 1 WHERE k = 4
ALTER TABLE renamed DROP COLUMN vv
UPDATE renamed SET w = NULL WHERE k = 4
DELETE FROM renamed WHERE k = 4
DROP TABLE renamed
ALTER TABLE t ADD COLUMN later int
UPDATE t SET later = 5
ALTER PUBLICATION ab SET TABLE t (a, later)
UPDATE t SET later = 6
ALTER PUBLICATION ab SET (publish = 'delete')
UPDATE t SET later = 7
DELETE FROM t
