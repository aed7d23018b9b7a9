1: create table e (a int, b text) partition by range (a, b)
1: create table e1 partition of e for values from (1, 'a') to (1, 'a')
1: create table e1 partition of e for values from (1) to (2)
1: create table e1 partition of e for values from (null, 'a') to (2, 'b')
1: create table e1 partition of e for values from (minvalue, 'a') to (2, 'b')
1: create table e1 partition of e for values in (1)
1: create table e1 partition of e for values from (x, 'a') to (2, 'b')
1: create table e1 partition of e for values from ('x', 'a') to (2, 'b')
1: create table e1 partition of e for values from (1, minvalue) to (2, maxvalue)
1: create table ed partition of e default
1: create table ee partition of e default
1: create table e2 (a int, b text, c int)
1: alter table e attach partition e2 for values from (5, 'a') to (6, 'b')
1: alter table e2 drop column c, alter a type bigint
1: alter table e attach partition e2 for values from (5, 'a') to (6, 'b')
1: alter table e attach partition e1 for values from (5, 'a') to (6, 'b')
1: alter table e2 attach partition e1 for values from (5, 'a') to (6, 'b')
1: alter table e attach partition nope for values from (5, 'a') to (6, 'b')
1: alter table e detach partition e2
1: alter table e2 detach partition e1
1: alter table e1 inherit e2
1: alter table e1 no inherit e
1: alter table e inherit e2
1: alter table e2 no inherit e1
1: alter table only e add column q int
1: alter table e1 drop column a
1: alter table e1 alter a type bigint
1: alter table e1 rename a to z
1: alter table e rename a to z
1: select pg_get_partkeydef('e'::regclass), pg_get_partition_constraintdef('e1'::regclass)
1: alter table e add primary key (b)
1: alter table e add primary key (z, b)
1: alter table e1 drop constraint e1_pkey
1: alter table e1 alter z drop not null
1: alter table e alter z drop not null
1: select conname, conislocal, coninhcount from pg_constraint where conrelid = 'e1'::regclass order by 1
1: insert into e values (1, 'k'), (1, 'k')
1: insert into e values (1, null)
1: alter table only e drop constraint e_pkey
1: alter table e drop constraint e_pkey
1: select conname from pg_constraint where conrelid = 'e1'::regclass order by 1
1: truncate only e
1: copy e to stdout
1: create unlogged table u (a int) partition by list (a)
1: create table u (a int) partition by list (a) with (fillfactor = 100)
1: create table u (a int, check (a > 0) no inherit) partition by list (a)
1: create table u (a int, b int not null, constraint c check (a > 0)) partition by list (a)
1: create table u1 partition of u (b not null, b default 1) for values in (1)
1: create table u1 partition of u (b not null default 1, constraint c check (a > 0), constraint d check (b > 0)) for values in (1)
1: select conname, conislocal, coninhcount from pg_constraint where conrelid = 'u1'::regclass order by 1
1: alter table u add constraint e check (b > 0) no inherit
1: insert into u values (1, -1)
1: drop table u
1: create table i1 (a int not null, b int default 1)
1: create table i2 (a int, b int default 2)
1: create table i3 () inherits (i1, i2)
1: create table i3 (b int default 3) inherits (i1, i2)
1: create table i4 (a text) inherits (i1)
1: create table i4 () inherits (i1, i1)
1: create table i4 (check (a > 5)) inherits (i1)
1: alter table i1 inherit i3
1: alter table i1 add check (a > 0) no inherit
1: alter table only i1 add check (a > 0)
1: alter table i1 add constraint pos check (a > 0)
1: insert into i4 values (3)
1: insert into i4 values (-3)
1: alter table i3 drop constraint pos
1: alter table i1 rename constraint pos to positive
1: alter table i3 rename constraint positive to pos
1: alter table only i1 rename a to aa
1: alter table i1 rename a to aa
1: alter table i1 alter b type bigint
1: alter table i1 drop column b
1: select attname, attislocal, attinhcount from pg_attribute where attrelid = 'i3'::regclass and attnum > 0 order by attnum
1: alter table only i1 drop column aa
1: select attname, attislocal, attinhcount from pg_attribute where attrelid = 'i4'::regclass and attnum > 0 and not attisdropped order by attnum
1: drop table i1
1: drop table i1, i2 cascade
1: drop table e
1: select count(*) from pg_inherits where inhrelid >= 16384
