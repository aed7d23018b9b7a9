\set who world
\set n 42
SELECT :'who' AS hello, :n AS number, :"who" FROM (VALUES ('x')) AS v(world);
SELECT 1 AS one, 'x' AS two \gset prefix_
\echo :prefix_one :prefix_two
SELECT 1 AS a, 'x'::varchar(5) AS b, 1.5::numeric(6,2) AS c, now() AS d, '{1}'::int[] AS e \gdesc
SELECT 'SELECT ' || n || ' AS made' FROM generate_series(1, 2) AS n \gexec
\x on
SELECT 1 AS a, E'two\nlines' AS b;
\x off
\pset null '(null)'
SELECT NULL::text AS nothing, true AS yes, '' AS empty;
\pset format csv
SELECT 1 AS a, 'x,"y"' AS b;
\pset format aligned
\t on
SELECT 5;
\t off
SELECT n, n * n AS square FROM generate_series(1, 3) AS n \crosstabview n n square
SELECT $1::int + $2::int AS sum \bind 2 3 \g
SELECT $1 || 'x' AS text \parse named
\bind_named named abc \g
\close_prepared named
\startpipeline
SELECT 1 \bind \sendpipeline
SELECT 2 \bind \sendpipeline
\endpipeline
CREATE TABLE copied (id int, name text);
\copy copied FROM stdin
1	one
2	\N
\.
COPY copied FROM STDIN (FORMAT csv);
3,"three, ""quoted"""
\.
\copy (SELECT * FROM copied ORDER BY id DESC) TO stdout
COPY copied TO STDOUT (FORMAT csv, HEADER);
\copy copied (id) FROM stdin
x
\.
SELECT count(*) FROM copied;
BEGIN;
\echo :AUTOCOMMIT
INSERT INTO copied VALUES (9, 'gone');
ROLLBACK;
\set AUTOCOMMIT off
INSERT INTO copied VALUES (10, 'gone too');
ROLLBACK;
\set AUTOCOMMIT on
SELECT count(*) FROM copied;
SHOW search_path;
SET search_path TO other, public;
SHOW search_path;
RESET search_path;
SET datestyle TO german;
SELECT date '2024-02-29';
RESET datestyle;
\timing off
\encoding
\if :{?nothing}
\echo defined
\else
\echo not defined
\endif
VALUES (1, 'a'), (2, 'b') ORDER BY 1 DESC;
TABLE copied;
SELECT;
;
