1: create table noted(n serial, what text)
1: create function f() returns trigger language plpgsql as $$ begin insert into noted(what) values (concat_ws(' ', tg_table_name, tg_name, tg_when, tg_level, tg_op, tg_argv::text, 'old=' || coalesce(old::text, '-'), 'new=' || coalesce(new::text, '-'), pg_trigger_depth())); if tg_op = 'DELETE' then return old; end if; return new; end $$
1: create table t(id int primary key, a int not null, b text)
1: create view v as select id, a, b || '!' as bb from t
1: create function iv() returns trigger language plpgsql as $$ begin insert into noted(what) values (concat_ws(' ', tg_name, tg_when, tg_op, old, new)); if tg_op = 'INSERT' then insert into t values (new.id, new.a, rtrim(new.bb, '!')); new.a := new.a + 1000; return new; elsif tg_op = 'UPDATE' then update t set a = new.a, b = rtrim(new.bb, '!') where id = old.id; if not found or new.a = 13 then return null; end if; return new; end if; delete from t where id = old.id; return old; end $$
1: insert into v values (7, 8, 'q!')
1: create trigger io instead of insert or update or delete on v for each row execute function iv()
1: insert into v values (7, 8, 'q!') returning *
1: insert into v(id, a) values (8, 9) returning *
1: update v set bb = 'zz!' where a = 8 returning old.bb, *
1: update v set a = 13 where id = 7
1: delete from v where id = 8 returning *
1: select what from noted order by n; delete from noted
1: select * from v order by id
1: create trigger ios before insert on v execute function f()
1: insert into v values (9, 10, 'q!')
1: select what from noted order by n; delete from noted
1: copy v from stdin <<< 100	1	x!|101	2	y!
1: select what from noted order by n; delete from noted
1: select * from v order by id
1: alter view v alter column bb set default 'dd!'
1: insert into v(id, a) values (200, 1) returning *
1: drop trigger io on v
1: insert into v values (7, 8, 'q!')
