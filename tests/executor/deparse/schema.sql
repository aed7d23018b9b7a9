CREATE TABLE q (id int PRIMARY KEY, n varchar(20), c text, ts timestamptz, tz timestamp, dt date, d numeric(10,2), arr int[],
                j jsonb, b bool, f float8, big bigint, ch char(5), iv interval, u uuid, ba bytea);
CREATE TABLE r (id int, qid int, v text, n varchar(20));
CREATE TABLE t1 (x int, y int);
CREATE TABLE t2 (x int, z int);
CREATE TABLE t3 (x bigint, w text);
CREATE TABLE "Odd" ("Col" int, "select" text, plain int);
CREATE SEQUENCE q_seq;
CREATE SCHEMA other;
CREATE TABLE other.o (a int, q text);
CREATE TABLE other.q (a int, b text);
CREATE SEQUENCE other.o_seq;
CREATE VIEW base AS SELECT id, n FROM q;
