1: create schema parts_three; set search_path = parts_three
1: create table m (id int, d date, v text default 'q') partition by range (d, lower(v))
1: create table m1 partition of m for values from ('2020-01-01', minvalue) to ('2020-02-01', 'k')
1: create table md partition of m default
1: create table l (a text, b int primary key) partition by range (b)
1: create table l0 partition of l for values from (-5) to (0)
1: create table l1 partition of l for values from (0) to (10) partition by range (b)
1: create table l11 partition of l1 for values from (0) to (5)
1: create table ll (a bigint, n numeric) partition by list (a)
1: create table ll1 partition of ll for values in (1, null)
1: create table ll2 partition of ll for values in (2)
1: create table ll3 partition of ll for values in (3,4)
1: create table lld partition of ll default
1: create index li on l (a)
1: create table par (a int primary key, b text not null, check (a > 0))
1: create table ch (c int) inherits (par)
1: select c.relname, relkind, relispartition, relhassubclass, pg_get_expr(relpartbound, c.oid) from pg_class c where relnamespace = 'parts_three'::regnamespace order by 1
1: select relid::regclass, parentrelid::regclass, isleaf, level from pg_partition_tree('l')
1: select pg_partition_root('l11'), array(select pg_partition_ancestors('l11'))
1: select inhrelid::regclass, inhparent::regclass, inhseqno from pg_inherits where inhrelid in (select oid from pg_class where relnamespace = 'parts_three'::regnamespace) order by inhrelid::regclass::text collate "C", 2::text collate "C"
1: select partrelid::regclass, partstrat, partnatts, partdefid::regclass, partattrs, pg_get_partkeydef(partrelid) from pg_partitioned_table where partrelid in (select oid from pg_class where relnamespace = 'parts_three'::regnamespace) order by partrelid::regclass::text collate "C"
1: select conrelid::regclass, conname, contype, conislocal, coninhcount, connoinherit, conparentid <> 0 from pg_constraint where connamespace = 'parts_three'::regnamespace order by conrelid::regclass::text collate "C", 2
1: select attrelid::regclass, attname, attislocal, attinhcount from pg_attribute where attrelid in ('ch'::regclass, 'l11'::regclass) and attnum > 0
1: select pg_get_indexdef('li'::regclass), pg_get_indexdef('l0_a_idx'::regclass)
1: drop index l0_a_idx
1: drop index li
1: alter table l drop constraint l_pkey
1: analyze l
1: vacuum ll
1: select * from ll where a = any('{1,2}')
1: drop schema parts_three cascade
