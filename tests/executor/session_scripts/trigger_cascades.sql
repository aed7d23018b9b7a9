1: create table noted(n serial, what text)
1: create function f() returns trigger language plpgsql as $$ begin insert into noted(what) values (concat_ws(' ', tg_table_name, tg_name, tg_when, tg_level, tg_op, tg_argv::text, 'old=' || coalesce(old::text, '-'), 'new=' || coalesce(new::text, '-'), pg_trigger_depth())); if tg_op = 'DELETE' then return old; end if; return new; end $$
1: create table p(id int primary key, x int)
1: create table c(id int primary key, p int references p on delete cascade on update cascade, n int default 0)
1: create table g(id int primary key, c int references c on delete set null)
1: create table tree(id int primary key, up int references tree on delete cascade)
1: create function bump() returns trigger language plpgsql as $$ begin if tg_op = 'UPDATE' then new.n = new.n + 1; return new; end if; return old; end $$
1: insert into p values (1, 1), (2, 2), (3, 3); insert into c values (1, 1), (2, 1), (3, 2); insert into g values (1, 1), (2, 2), (3, 3); insert into tree values (1, null), (2, 1), (4, null), (5, 4)
1: create trigger b before insert or update or delete on c for each row execute function f()
1: create trigger b2 before update or delete on c for each row execute function bump()
1: create trigger z after insert or update or delete on c for each row execute function f()
1: create trigger bs before insert or update or delete on c for each statement execute function f()
1: create trigger zs after insert or update or delete on c for each statement execute function f()
1: create trigger gz after insert or update or delete on g for each row execute function f()
1: create trigger pz after update or delete on p for each row execute function f()
1: create trigger pb before update or delete on p for each row execute function f()
1: delete from p where id = 1
1: select what from noted order by n; delete from noted
1: select * from c order by id
1: select * from g order by id
1: update p set id = 20 where id = 2
1: select what from noted order by n; delete from noted
1: select * from c order by id
1: update p set x = 5
1: select what from noted order by n; delete from noted
1: delete from p where id = 3
1: select what from noted order by n; delete from noted
1: delete from p
1: select what from noted order by n; delete from noted
1: select * from g order by id
1: create trigger tb before delete on tree for each row execute function f()
1: create trigger ta after delete on tree for each row execute function f()
1: delete from tree where id = 1
1: select what from noted order by n; delete from noted
1: delete from tree
1: select what from noted order by n; delete from noted
1: select * from tree
1: drop trigger pz on p
1: drop trigger pb on p
1: insert into p values (1, 1); insert into c values (1, 1), (2, 1)
1: delete from noted
1: delete from p
1: select what from noted order by n; delete from noted
1: alter table tree add column other int references p
1: insert into tree values (1, 2, null), (2, 1, null)
1: insert into tree values (3, 33, null)
1: insert into tree values (3, 3, 77)
1: update tree set up = 9 where id = 2
1: delete from tree where id = 1
1: select what from noted order by n; delete from noted
