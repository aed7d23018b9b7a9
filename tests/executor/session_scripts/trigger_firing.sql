1: create table noted(n serial, what text)
1: create function f() returns trigger language plpgsql as $$ begin insert into noted(what) values (concat_ws(' ', tg_table_name, tg_name, tg_when, tg_level, tg_op, tg_argv::text, 'old=' || coalesce(old::text, '-'), 'new=' || coalesce(new::text, '-'), pg_trigger_depth())); if tg_op = 'DELETE' then return old; end if; return new; end $$
1: create table t(id int primary key, a int, b text)
1: create trigger zz before insert or update or delete on t for each row execute function f('x', 'y z')
1: create trigger aa after insert or update or delete on t for each row execute function f()
1: create trigger st before insert or update or delete or truncate on t for each statement execute function f()
1: create trigger st2 after insert or update or delete or truncate on t for each statement execute function f()
1: insert into t values (1, 2, 'x'), (2, 3, 'y')
1: select what from noted order by n; delete from noted
1: update t set a = a + 1
1: select what from noted order by n; delete from noted
1: update t set a = 7 where id = 1 returning *, old.a, new.a
1: delete from t where id = 2 returning *
1: select what from noted order by n; delete from noted
1: insert into t values (1, 5, 'zz') on conflict (id) do update set a = excluded.a + t.a returning *
1: select what from noted order by n; delete from noted
1: insert into t values (1, 5, 'zz') on conflict do nothing
1: insert into t values (1, 5, 'zz'), (9, 9, 'n'), (9, 8, 'm') on conflict (id) do update set a = excluded.a
1: select what from noted order by n; delete from noted
1: update t set a = 0 where false
1: delete from t where id = 77
1: select what from noted order by n; delete from noted
1: create function g() returns trigger language plpgsql as $$ begin new.a := coalesce((select max(a) from t), 0) + 1; if new.b = 'skip' then return null; end if; return new; end $$
1: create trigger b1 before insert on t for each row execute function g()
1: insert into t select i, 0, case when i % 2 = 0 then 'skip' else 'r' || i end from generate_series(10, 15) i returning id, a
1: select what from noted order by n; delete from noted
1: select * from t order by id
1: drop trigger zz on t
1: drop trigger aa on t
1: create trigger w after update of a on t for each row when (old.a is distinct from new.a and old.* is distinct from new.*) execute function f()
1: update t set a = a
1: update t set b = 'q' where id = 1
1: update t set a = 100 where id = 1
1: select what from noted order by n; delete from noted
1: insert into t values (1, 1, 'dup')
1: merge into t using (values (1, 'm'), (20, 'n'), (9, 'd'), (21, 'o')) s(i, x) on t.id = s.i when matched and s.x = 'd' then delete when matched then update set b = s.x when not matched then insert (id, a, b) values (s.i, s.i, s.x) returning merge_action(), t.id, t.b, old.b, new.b
1: select what from noted order by n; delete from noted
1: with w as (insert into t values (50, 50, 'w') returning *), d as (delete from noted where false returning *) select * from w
1: select what from noted order by n; delete from noted
1: begin
1: truncate t
1: rollback
1: truncate t
1: select what from noted order by n; delete from noted
1: create trigger same before update on t for each row execute function suppress_redundant_updates_trigger()
1: insert into t values (1, 1, 'a'), (2, 2, 'b')
1: update t set a = 1
1: update t set a = 1
1: select what from noted order by n; delete from noted
1: create function selfish() returns trigger language plpgsql as $$ begin if tg_op = 'DELETE' then update t set a = 0 where id = old.id; return old; end if; update t set a = 0 where id = old.id; return new; end $$
1: create trigger selfish before update of b or delete on t for each row execute function selfish()
1: update t set b = 'z' where id = 1
1: delete from t where id = 1
1: drop trigger selfish on t
1: create function again() returns trigger language plpgsql as $$ begin if new.a < 3 then insert into t values (new.id + 1, new.a + 1, 'again'); end if; return new; end $$
1: create trigger again after insert on t for each row execute function again()
1: insert into t values (100, 0, 'first')
1: select what from noted order by n; delete from noted
1: select * from t order by id
1: create function careful() returns trigger language plpgsql as $$ begin begin insert into t values (new.id, 0, 'twice'); exception when unique_violation then insert into noted(what) values (sqlerrm); end; return new; end $$
1: create trigger careful after insert on t for each row when (new.b = 'careful') execute function careful()
1: insert into t values (200, 5, 'careful')
1: select what from noted order by n; delete from noted
1: insert into t values (300, 9, 'set'); update t set a = 10 where id = 300; delete from t where id = 300
1: select what from noted order by n; delete from noted
