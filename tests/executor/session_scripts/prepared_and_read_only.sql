1: create schema s2
1: create table t(i int)
1: create table s2.t(i int)
1: insert into t values (1)
1: insert into s2.t values (2)
1: prepare p as select * from t
1: execute p
1: set search_path = s2
1: execute p
1: set search_path = public
1: execute p
1: create table w(a int, b text)
1: prepare q as select * from w
1: alter table w rename a to c
1: execute q
1: prepare ins(int) as insert into w values ($1, 'x') returning c
1: execute ins(1)
1: alter table w alter c type bigint
1: execute ins(2)
1: execute ins(3000000000)
1: deallocate q
1: execute ins((select 1))
1: execute ins(sum(1))
1: execute ins(i)
1: execute ins(true)
1: execute ins('x')
1: execute ins(generate_series(1,2))
1: execute ins(row_number() over ())
1: execute ins(1, 2)
1: execute nosuch(1)
1: set transform_null_equals = on
1: select null = null
2: select null = null
1: select 1 where null = null
2: select 1 where null = null
1: reset transform_null_equals
1: select null = null
1: set client_min_messages = warning
1: drop table if exists nosuch
1: reset client_min_messages
1: show client_min_messages
1: begin
1: create sequence s
1: select nextval('s')
1: rollback
1: select lastval()
1: create sequence sx
1: select currval('sx')
1: begin read only
1: rollback
1: set default_transaction_read_only = on
1: reset default_transaction_read_only
1: create table x using foo as select 1
1: create table big as select i from generate_series(1,3) i
1: alter table big add c int generated always as identity (maxvalue 2)
1: alter table big add c int generated always as identity (maxvalue 2 cycle)
1: select * from big order by i
1: alter table big add d int generated always as identity (start 5 increment -2 minvalue 1 maxvalue 5)
1: select * from big order by i
1: select nextval('big_d_seq')
1: create sequence sq
1: select nextval('sq'), nextval('sq')
1: alter sequence sq maxvalue 1
1: begin
1: alter sequence sq maxvalue 2
1: rollback
1: create sequence vs
1: alter table big add e int default nextval('vs')
1: select i, e from big order by i
1: alter table big add f smallint default nextval('vs') not null
1: select i, f from big order by i
1: drop materialized view if exists nosuch
1: begin read only
1: drop materialized view if exists nosuch
1: rollback
1: begin read only
1: alter view nosuch rename to x
1: rollback
1: begin read only
1: create index on big(i)
1: rollback
1: begin read only
1: comment on table big is 'x'
1: rollback
1: begin read only
1: alter sequence sq restart
1: rollback
1: begin read only
1: rollback
1: begin read only
1: rollback
1: begin read only
1: refresh materialized view nosuch
1: rollback
1: begin read only
1: copy big from stdin
1: rollback
1: begin read only
1: create temp table tt(i int)
1: rollback
1: begin read only
1: explain analyze insert into big values (1)
1: rollback
1: begin read only
1: select * from big for update
1: rollback
