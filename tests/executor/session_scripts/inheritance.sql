1: create schema parts_two; set search_path = parts_two
1: create table p (a int primary key, b text default 'x' check (b <> ''), c numeric not null) partition by range (a)
1: create table p1 partition of p for values from (0) to (10)
1: create table p2 (a int not null, b text check (b <> ''), c numeric not null)
1: insert into p2 values (11, 'k', 2)
1: alter table p attach partition p2 for values from (0) to (20)
1: alter table p attach partition p2 for values from (12) to (20)
1: alter table p2 add constraint p_b_check check (b <> '')
1: alter table p attach partition p2 for values from (12) to (20)
1: alter table p attach partition p2 for values from (10) to (20)
1: insert into p values (1, 'one', 1.5), (12, 'twelve', 2)
1: insert into p values (1, 'dup', 1)
1: insert into p values (3, '', 1)
1: insert into p (a) values (3)
1: insert into p values (1, 'dup', 1) on conflict (a) do update set b = p.b || excluded.b returning *
1: insert into p values (1, 'dup', 1), (2, 'two', 2) on conflict do nothing returning *
1: create index pb on p (b)
1: alter table p add column d int default 7
1: select * from p order by a
1: alter table p1 drop column d
1: alter table p drop column d
1: alter table p drop column a
1: alter table p alter column c type int using c::int
1: alter table p rename column b to bb
1: alter table p1 rename column bb to q
1: select * from p order by a
1: alter table p alter bb drop default
1: alter table p add constraint pos check (c > 0)
1: alter table p1 drop constraint pos
1: alter table p drop constraint pos
1: alter table p alter column bb set not null
1: alter table p detach partition p1
1: select * from p
1: select * from p1
1: alter table p attach partition p1 default
1: insert into p values (500, 'x', 1)
1: truncate p
1: select count(*) from p
1: drop table p1
1: drop table p
1: create table par (a int, b text not null default 'q', check (a > 0))
1: create table ch (c date) inherits (par)
1: create table ch2 (a int default 5, check (a < 100)) inherits (par)
1: create table gch () inherits (ch, ch2)
1: insert into par values (1), (2)
1: insert into ch values (3, 'r', '2020-01-01')
1: insert into ch2 (b) values ('z')
1: insert into gch values (8)
1: insert into gch values (-8)
1: select tableoid::regclass, * from par order by a
1: select * from only par
1: select * from ch*
1: update par set b = b || '+' where a > 1 returning tableoid::regclass, *
1: update only par set b = 'only'
1: delete from par where a = 8
1: alter table par add column z int default 9
1: select * from gch; select * from ch2
1: alter table ch no inherit par
1: select tableoid::regclass, * from par order by a
1: alter table ch inherit par
1: alter table par drop column z
1: alter table par add check (a < 1000)
1: drop table par
1: drop table par cascade
1: drop schema parts_two cascade
