CREATE TABLE t(a int PRIMARY KEY, b text, n numeric(10,2), f numeric)
CREATE TABLE u(a int, b text)
ALTER TABLE u REPLICA IDENTITY FULL
CREATE PUBLICATION p FOR TABLE t WHERE (a > 5)
CREATE PUBLICATION q FOR TABLE t WHERE (a BETWEEN 2 AND 3) WITH (publish = 'insert, delete')
CREATE PUBLICATION fu FOR TABLE u WHERE (b IS NOT NULL AND b < 'm' AND NOT a = 3)
CREATE PUBLICATION ins FOR TABLE t WHERE (n > 1.50 AND length(b) = 2 AND f IN (1.0, 2)) WITH (publish = 'insert')
CREATE PUBLICATION nothing WITH (publish = '')
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, truncate')
-- TELL p
-- TELL q
-- TELL p, q
-- TELL fu
-- TELL ins
-- TELL p, everything
-- TELL nothing
-- TELL nosuch, p
-- BEGIN HERE
INSERT INTO t VALUES (1, 'aa', 1.5, 1), (2, 'bb', 1.51, 1.00), (3, 'ccc', 9, 2), (6, 'é!', 100, 2.000), (7, NULL, NULL, NULL), (8, 'xy', 9, 3)
UPDATE t SET b = 'x' WHERE a IN (1, 6)
UPDATE t SET a = 10 WHERE a = 1
UPDATE t SET a = 4 WHERE a = 6
UPDATE t SET a = 11 WHERE a = 10
UPDATE t SET a = 5 WHERE a = 4
DELETE FROM t WHERE a IN (2, 5, 11)
INSERT INTO u VALUES (1, 'a'), (2, 'z'), (3, 'b'), (4, NULL)
UPDATE u SET b = 'n' WHERE a = 1
UPDATE u SET b = 'l' WHERE a IN (2, 3)
UPDATE u SET a = a + 10
DELETE FROM u
TRUNCATE t, u
BEGIN; INSERT INTO t VALUES (20, 'x', 1, 1); TRUNCATE t; INSERT INTO t VALUES (21, 'y', 1, 1); COMMIT
TRUNCATE t, u RESTART IDENTITY CASCADE
