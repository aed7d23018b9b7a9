1: create table noted(n serial, what text)
1: create function f() returns trigger language plpgsql as $$ begin insert into noted(what) values (concat_ws(' ', tg_table_name, tg_name, tg_when, tg_level, tg_op, tg_argv::text, 'old=' || coalesce(old::text, '-'), 'new=' || coalesce(new::text, '-'), pg_trigger_depth())); if tg_op = 'DELETE' then return old; end if; return new; end $$
1: create table t(id int primary key, a int, b text, g int generated always as (a + 1) stored)
1: create view v as select * from t
1: create function bad() returns int language plpgsql as $$ begin return 1; end $$
1: create trigger z after insert on t execute function bad()
1: create trigger z after insert on t execute function nofunc()
1: create trigger z after insert on notab execute function f()
1: create trigger z instead of insert on t for each row execute function f()
1: create trigger d after insert or delete on t execute function f('a', 'it''s')
1: create trigger d after insert on t execute function f()
1: create or replace trigger d before update of b, a on t for each row when (new.a > 1 and old.* is distinct from new.*) execute function f()
1: create trigger z after update of q on t execute function f()
1: create trigger z after update of a, a on t execute function f()
1: create trigger z after insert on t for each row when (old.a = 1) execute function f()
1: create trigger z after insert on t when (new.a = 1) execute function f()
1: create trigger z after delete on t for each row when (new.a = 1) execute function f()
1: create trigger z after update on t for each row when (new.a) execute function f()
1: create trigger z after update on t for each row when (exists (select 1)) execute function f()
1: create trigger z after update on t for each row when (count(*) > 1) execute function f()
1: create trigger z before update on t for each row when (new.g = 1) execute function f()
1: create trigger z before update on t for each row when (new.* is null) execute function f()
1: create trigger z before truncate on t for each row execute function f()
1: create trigger z after insert on pg_class execute function f()
1: create trigger z after insert on v for each row execute function f()
1: create trigger z before truncate on v execute function f()
1: create trigger z instead of insert on v execute function f()
1: create trigger z instead of insert on v for each row when (true) execute function f()
1: create trigger z instead of update of a on v for each row execute function f()
1: create trigger z before insert on t referencing new table as n for each row execute function f()
1: create trigger z after insert on t referencing old table as n execute function f()
1: create trigger z after insert or update on t referencing new table as n execute function f()
1: create trigger z after update on t referencing new table as n old table as n execute function f()
1: create trigger z after update on t referencing new row as n execute function f()
1: create trigger tr after update on t referencing new table as n old table as o for each statement execute function f()
1: create constraint trigger c after insert on t from v deferrable initially deferred for each row execute function f()
1: create or replace constraint trigger c after insert on t for each row execute function f()
1: create or replace trigger c after insert on t for each row execute function f()
1: create trigger z instead of insert or update on v for each row execute function f()
1: select tgname, pg_get_triggerdef(oid), pg_get_triggerdef(oid, true) from pg_trigger where not tgisinternal order by 1
1: select tgname, tgrelid::regclass, tgtype, tgenabled, tgdeferrable, tginitdeferred, tgnargs, tgattr, tgargs, tgoldtable, tgnewtable, tgconstraint <> 0, tgconstrrelid::regclass from pg_trigger where not tgisinternal order by 1
1: select conname, contype, condeferrable, condeferred, conrelid::regclass from pg_constraint where contype = 't'
1: select trigger_name, event_manipulation, event_object_table, action_order, action_condition, action_statement, action_orientation, action_timing, action_reference_old_table, action_reference_new_table from information_schema.triggers order by 1, 2
1: select trigger_name, event_object_table, event_object_column from information_schema.triggered_update_columns order by 1, 3
1: select relname, relhastriggers from pg_class where relname in ('t', 'v', 'noted') order by 1
1: drop trigger nope on t
1: drop trigger if exists nope on t
1: drop trigger if exists nope on notab
1: drop trigger if exists nope on nosch.notab
1: drop trigger nope on notab
1: alter trigger d on t rename to c
1: alter trigger nope on t rename to d4
1: alter trigger d on t rename to d3
1: alter table t disable trigger d3
1: alter table t disable trigger nope
1: alter table t enable always trigger d3
1: alter table t disable trigger user
1: select tgname, tgenabled from pg_trigger where not tgisinternal order by 1
1: alter table t enable trigger user
1: alter table t enable replica trigger d3
1: select tgname, tgenabled from pg_trigger where not tgisinternal order by 1
1: comment on trigger d3 on t is 'hello'
1: comment on trigger nope on t is 'hello'
1: select obj_description(oid, 'pg_trigger') from pg_trigger where tgname = 'd3'
1: alter table t drop column b
1: alter table t rename column a to aa
1: select pg_get_triggerdef(oid) from pg_trigger where tgname = 'd3'
1: drop function f()
1: alter table t drop column b cascade
1: drop view v
1: alter table t rename to tt
1: select tgname, tgrelid::regclass from pg_trigger where not tgisinternal order by 1
1: drop function f() cascade
1: select count(*) from pg_trigger where not tgisinternal
1: drop table tt
