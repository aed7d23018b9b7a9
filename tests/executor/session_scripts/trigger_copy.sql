1: create table noted(n serial, what text)
1: create function f() returns trigger language plpgsql as $$ begin insert into noted(what) values (concat_ws(' ', tg_table_name, tg_name, tg_when, tg_level, tg_op, tg_argv::text, 'old=' || coalesce(old::text, '-'), 'new=' || coalesce(new::text, '-'), pg_trigger_depth())); if tg_op = 'DELETE' then return old; end if; return new; end $$
1: create table t(id int primary key, a int not null, b text default 'dd')
1: create function g() returns trigger language plpgsql as $$ begin if new.a = 13 then return null; end if; new.a := new.a + 1; return new; end $$
1: create trigger b before insert on t for each row execute function g()
1: create trigger b1 before insert on t for each row execute function f()
1: create trigger z after insert on t for each row execute function f()
1: create trigger bs before insert on t for each statement execute function f()
1: create trigger zs after insert on t for each statement execute function f()
1: copy t(id, a) from stdin <<< 1	2|2	13|3	4
1: select what from noted order by n; delete from noted
1: copy t(id, a) from stdin <<< 5	2|6	13|7	\N
1: select what from noted order by n; delete from noted
1: copy t(id, a) from stdin where id > 7 <<< 5	2|9	3
1: select what from noted order by n; delete from noted
1: begin
1: copy t from stdin <<< 11	1	x
1: select what from noted order by n
1: rollback
1: select * from t order by id
1: select what from noted order by n; delete from noted
