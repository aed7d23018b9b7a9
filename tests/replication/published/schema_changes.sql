CREATE TYPE mood AS ENUM ('sad', 'ok')
CREATE DOMAIN posint AS int CHECK (VALUE > 0)
CREATE TYPE pair AS (x int, y text)
CREATE TABLE t(id int PRIMARY KEY, m mood, d posint, c pair, a int[], j jsonb, ts timestamptz, iv interval, by bytea, ch char(3), vc varchar(5), n numeric(6,2), f float8, r int4range, u uuid, bo bool)
CREATE TABLE parent(a int PRIMARY KEY)
CREATE TABLE child(extra text) INHERITS (parent)
CREATE TABLE fk(id int PRIMARY KEY, p int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE)
CREATE PUBLICATION everything FOR ALL TABLES
-- TELL everything
-- BEGIN HERE
INSERT INTO t VALUES (1, 'ok', 5, ROW(1, 'a b'), '{1,NULL,3}', '{"k": [1, 2.50]}', '2020-02-03 04:05:06.789+02', '1 mon 2 days 03:04:05', '\xDEADBEEF', 'x', 'abc', 12.5, 0.1, '[1,5)', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true)
INSERT INTO t(id, f, ts) VALUES (2, 'NaN', 'infinity'), (3, '-Infinity', '0044-03-15 12:00 BC')
BEGIN; UPDATE t SET m = 'sad' WHERE id = 1; ALTER TYPE mood RENAME VALUE 'sad' TO 'glum'; UPDATE t SET d = 6 WHERE id = 1; COMMIT
ALTER TABLE t ALTER n TYPE text
BEGIN; INSERT INTO t(id, n) VALUES (4, 'many'); ALTER TABLE t DROP COLUMN iv, ADD COLUMN z int DEFAULT 9; INSERT INTO t(id, n) VALUES (5, 'few'); ROLLBACK
BEGIN; INSERT INTO t(id, n) VALUES (6, 'a'); SAVEPOINT s; ALTER TABLE t RENAME n TO nn; INSERT INTO t(id, nn) VALUES (7, 'b'); ROLLBACK TO s; INSERT INTO t(id, n) VALUES (8, 'c'); COMMIT
CREATE TABLE made AS SELECT 1 AS one, 'x'::text AS two
CREATE TABLE keyed(k text PRIMARY KEY, v int)
BEGIN; INSERT INTO keyed VALUES ('a', 1), ('b', 2); ALTER TABLE keyed RENAME TO moved; UPDATE moved SET k = 'c' WHERE k = 'a'; DROP TABLE moved; COMMIT
INSERT INTO parent VALUES (1), (2)
INSERT INTO child VALUES (3, 'x')
INSERT INTO fk VALUES (1, 1), (2, 2)
UPDATE ONLY parent SET a = 10 WHERE a = 1
DELETE FROM ONLY parent WHERE a = 2
TRUNCATE parent CASCADE
CREATE UNLOGGED TABLE ul(a int)
INSERT INTO ul VALUES (1)
CREATE TEMP TABLE tmp(a int)
INSERT INTO tmp VALUES (1)
CREATE MATERIALIZED VIEW mv AS SELECT 1 AS one
REFRESH MATERIALIZED VIEW mv
DELETE FROM t WHERE id = 1
