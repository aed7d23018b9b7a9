1: CREATE TABLE pub_none(a int, b int); INSERT INTO pub_none VALUES (1, 1)
1: CREATE TABLE pub_tree(a int, b int) PARTITION BY RANGE (a)
1: CREATE TABLE pub_tree1 PARTITION OF pub_tree FOR VALUES FROM (0) TO (10)
1: CREATE TYPE pub_kind AS ENUM ('a', 'b'); CREATE TABLE pub_made(a int, k pub_kind)
1: SET client_min_messages = 'ERROR'
1: CREATE PUBLICATION pub_some FOR TABLE pub_none, pub_tree
1: WITH gone AS (DELETE FROM pub_none RETURNING a) SELECT count(*) FROM gone
1: WITH made AS (INSERT INTO pub_none VALUES (2, 2) RETURNING a) SELECT a FROM made
1: WITH made AS (SELECT 1) UPDATE pub_none SET b = 2
1: MERGE INTO pub_none USING (SELECT 1 AS x) s ON a = x WHEN MATCHED THEN UPDATE SET b = 3
1: UPDATE pub_tree SET b = 1
1: DELETE FROM pub_tree1
1: SELECT * FROM pub_none ORDER BY a
1: ALTER TABLE pub_none SET UNLOGGED
1: CREATE PUBLICATION pub_wrong FOR TABLE pub_made WHERE (generate_series(1, 5) = 1)
1: CREATE PUBLICATION pub_wrong FOR TABLE pub_made WHERE (a IN (SELECT 1))
1: CREATE PUBLICATION pub_wrong FOR TABLE pub_made WHERE (k = 'a')
1: ALTER PUBLICATION pub_some DROP TABLE pub_made WHERE (a > 1)
1: ALTER PUBLICATION pub_some DROP TABLE pub_none WHERE (a > 1)
1: DROP PUBLICATION pub_some
1: ALTER TABLE pub_none SET UNLOGGED
1: UPDATE pub_none SET b = 2
1: DROP TABLE pub_none, pub_tree, pub_made
1: CREATE TABLE pub_list(a int, l int[], t text)
1: CREATE PUBLICATION pub_any FOR TABLE pub_list WHERE (3 = ANY (l) AND a <> ALL ('{1,2}'))
1: SELECT rowfilter FROM pg_publication_tables WHERE pubname = 'pub_any'
1: CREATE PUBLICATION pub_who FOR TABLE pub_list WHERE (t = current_user)
1: DROP TABLE pub_list; DROP PUBLICATION pub_any
