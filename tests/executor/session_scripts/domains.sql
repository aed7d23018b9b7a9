1: create domain positive as int default 5 not null constraint pos check (value > 0) check (value < 100)
1: select 7::positive, '8'::positive, pg_typeof(7::positive)
1: select null::positive
1: select (-1)::positive
1: select 200::positive
1: select '-7'::positive
1: select 'x'::positive
1: create domain odd as positive check (value % 2 = 1)
1: select 7::odd + 1
1: select 8::odd
1: select (-7)::odd
1: select null::odd
1: create table t (a positive, b text)
1: insert into t (b) values ('q')
1: insert into t values (null)
1: insert into t values (-3)
1: insert into t values (default)
1: insert into t select 6, 'six'
1: insert into t select -6, 'six'
1: update t set a = -1
1: update t set a = a + 1 where b = 'six'
1: update t set a = null
1: select * from t order by a, b
1: copy t from stdin <<< 9|nine|-9|nine
1: copy t (a) from stdin <<< 9
1: create table t2 (a positive[], b odd)
1: insert into t2 values ('{1,2}', 3)
1: insert into t2 values (array[1,-1], 3)
1: insert into t2 values (array[1,null], 3)
1: insert into t2 values (array[1,1], 8)
1: update t2 set a[2] = -5
1: update t2 set a[2] = 50
1: select a, a[2] + 1, b from t2
1: prepare p(positive) as select $1 + 1
1: execute p(-1)
1: execute p(1)
1: select array[1,2]::positive[], array[1,-1]::positive[]
1: create domain short as varchar(3)
1: select 'abcd'::short, 'abcdef'::text::short, length('abc  '::short)
1: create table t3 (a short)
1: insert into t3 values ('abcd')
1: insert into t3 values ('abc')
1: create domain price as numeric(6,2) check (value >= 0)
1: create table t4 (a price, b price default 1.005)
1: insert into t4 values (3.14159), (0)
1: insert into t4 values (-1)
1: select *, a * 2, pg_typeof(a * 2) from t4 order by a
1: create domain pair as int[] check (array_length(value, 1) = 2 and value[1] < value[2])
1: select array[1,2]::pair, (array[1,2]::pair)[2]
1: select array[2,1]::pair
1: select '{2,1}'::pair
1: create domain positive as text
1: create domain d as int null not null
1: create domain d as int default 1 default 2
1: create domain d as int unique
1: create domain d as int check (foo > 1)
1: create domain d as int check (value > (select 1))
1: create domain d as anyelement
1: create domain d as text default 3 + value
1: create domain d as int default 'x'
1: create domain d as int check (value)
1: create domain d as int not null not null
1: create domain d as int check (value > 0) no inherit
1: select conname, contype, pg_get_constraintdef(oid), convalidated from pg_constraint where contypid = 'positive'::regtype order by conname
1: select typdefault, typnotnull, typtypmod, format_type(typbasetype, typtypmod) from pg_type where typname in ('positive', 'short', 'price') order by typname
1: create domain small as int
1: create table t5 (a small, b text)
1: insert into t5 values (1, 'x'), (50, 'y'), (null, 'z')
1: alter domain small add constraint c check (value < 10)
1: alter domain small add constraint c check (value < 10) not valid
1: alter domain small validate constraint c
1: insert into t5 values (60, 'w')
1: delete from t5 where a = 50
1: alter domain small validate constraint c
1: alter domain small set not null
1: delete from t5 where a is null
1: alter domain small set not null
1: insert into t5 (b) values ('v')
1: alter domain small drop not null
1: insert into t5 (b) values ('v')
1: alter domain small set default 4
1: insert into t5 (b) values ('u')
1: alter domain small rename constraint c to below_ten
1: insert into t5 values (11)
1: alter domain small drop constraint below_ten
1: alter domain small drop constraint below_ten
1: alter domain small drop constraint if exists below_ten
1: select * from t5 order by b
1: alter domain positive add check (value > 1)
1: alter domain int4 drop default
1: alter domain nosuch drop default
1: alter table t5 add column c positive
1: create domain filled as text default 'def' check (value <> 'no')
1: alter table t5 add column d filled
1: create domain refusing as text check (value is not null)
1: alter table t5 add column e refusing
1: select * from t5 order by b
1: alter domain small rename to tiny
1: select pg_typeof(a) from t5 limit 1
1: comment on domain tiny is 'small'; comment on constraint pos on domain positive is 'above zero'
1: select obj_description('tiny'::regtype), (select obj_description(oid, 'pg_constraint') from pg_constraint where conname = 'pos')
1: select domain_name, data_type, character_maximum_length, numeric_precision, domain_default, udt_name from information_schema.domains where domain_schema = 'public' order by domain_name
1: select constraint_name, check_clause from information_schema.check_constraints where constraint_schema = 'public' order by constraint_name
1: select column_name, data_type, domain_name, is_nullable from information_schema.columns where table_schema = 'public' and domain_name is not null order by table_name, ordinal_position
1: create view v as select a from t where a > 2::positive
1: drop domain positive
1: drop type odd cascade
1: drop domain mood
1: drop domain if exists mood
1: begin; alter domain tiny add check (value > 1000) not valid
2: select 1::tiny
1: select 1::tiny
1: rollback
1: select 1::tiny
