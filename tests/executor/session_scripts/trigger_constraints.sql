1: create table noted(n serial, what text)
1: create function f() returns trigger language plpgsql as $$ begin insert into noted(what) values (concat_ws(' ', tg_table_name, tg_name, tg_when, tg_level, tg_op, tg_argv::text, 'old=' || coalesce(old::text, '-'), 'new=' || coalesce(new::text, '-'), pg_trigger_depth())); if tg_op = 'DELETE' then return old; end if; return new; end $$
1: create table t(id int primary key, a int)
1: create constraint trigger d after insert or update on t deferrable initially deferred for each row execute function f('x')
1: create constraint trigger d2 after insert or update on t deferrable initially immediate for each row execute function f('y')
1: insert into t values (1, 1)
1: select what from noted order by n; delete from noted
1: begin
1: insert into t values (2, 1)
1: select what from noted order by n
1: commit
1: select what from noted order by n; delete from noted
1: begin
1: insert into t values (3, 1)
1: savepoint s
1: insert into t values (4, 1)
1: rollback to s
1: set constraints d immediate
1: select what from noted order by n
1: update t set a = 1 where id = 3
1: set constraints all deferred
1: update t set a = 2 where id = 3
1: select what from noted order by n
1: set constraints d2 immediate
1: commit
1: select what from noted order by n; delete from noted
1: set constraints d immediate
1: begin
1: set constraints nope immediate
1: rollback
1: create constraint trigger nd after insert on t for each row execute function f()
1: begin
1: set constraints nd deferred
1: rollback
1: drop trigger nd on t
1: create function h() returns trigger language plpgsql as $$ begin if new.a > 5 then raise exception 'too big: %', new.a; end if; return null; end $$
1: create constraint trigger h after insert or update on t initially deferred for each row execute function h()
1: begin
1: insert into t values (9, 9)
1: select count(*) from t
1: commit
1: select count(*) from t
1: begin
1: insert into t values (9, 9)
1: set constraints h immediate
1: rollback
1: begin
1: insert into t values (9, 9)
1: delete from t where id = 9
1: commit
1: insert into t values (10, 10)
1: create function chain() returns trigger language plpgsql as $$ begin if new.a < 5 then update t set a = a + 1 where id = new.id; end if; return null; end $$
1: create constraint trigger chain after insert or update on t initially deferred for each row execute function chain()
1: insert into t values (20, 1)
1: select what from noted order by n; delete from noted
1: select * from t where id = 20
