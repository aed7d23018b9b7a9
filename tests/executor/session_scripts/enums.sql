1: create type mood as enum ('sad', 'ok', 'happy')
1: create type mood as enum ('x')
1: create type nosuch.e as enum ('a')
1: create table p (id int primary key, m mood default 'ok', ms mood[], u mood unique)
1: insert into p values (1, 'happy', '{sad,ok}', 'ok'), (2, 'sad', null, 'sad'), (3, default, array['ok','happy']::mood[], null)
1: insert into p values (4, 'foo')
1: insert into p values (4, 5)
1: insert into p values (4, 'sad', null, 'sad')
1: select id, m from p order by m desc, id
1: select id, m, m > 'sad', m::text, m = any(ms), ms[1], pg_typeof(m) from p order by id
1: select m, count(*) from p group by m order by m
1: select max(m), min(m), array_agg(m order by m), string_agg(m::text, ',' order by id) from p
1: select enum_range(null::mood), enum_range('ok'::mood, null), enum_range(null, 'ok'::mood), enum_first(null::mood), enum_last(m) from p where id = 1
1: select enum_first(1)
1: select 'sad'::mood < 'happy', 'ok'::text::mood, 'zzz'::mood
1: select 'sad'::mood < 'happy'::text
1: select case when id = 1 then m else 'sad' end, coalesce(null, m), greatest(m, 'ok') from p order by id
1: select m from p union select 'ok' order by 1
1: select id from p where m in ('ok', 'sad') order by id
1: select to_json(m), row_to_json(p) from p where id = 1
1: prepare q(mood) as select id from p where m = $1 order by id
1: execute q('ok')
1: execute q('nope')
1: create table child (m mood references p (u), n int)
1: insert into child values ('ok')
1: insert into child values ('happy')
1: alter type mood add value 'meh' after 'sad'
1: alter type mood add value if not exists 'meh'
1: alter type mood add value 'meh'
1: alter type mood add value 'new' before 'nothing'
1: select enumlabel, enumsortorder from pg_enum order by enumsortorder
1: alter type mood add value 'worst' before 'sad'
1: alter type mood add value 'best'
1: select enum_range(null::mood)
1: alter type mood rename value 'ok' to 'fine'
1: alter type mood rename value 'ok' to 'x'
1: alter type mood rename value 'meh' to 'fine'
1: insert into p (id) values (5)
1: select * from p order by id
1: select * from child
1: begin
1: alter type mood add value 'gone'
2: select 'gone'::mood
1: rollback
1: select 'gone'::mood
1: select unnest(enum_range(null::mood))
1: execute q('fine')
1: create view v as select id, m, 'best'::mood as b from p
1: select * from v order by id
1: drop type mood
1: create schema s
1: alter type mood set schema s
1: select * from v order by id
1: select null::mood
1: select pg_typeof(m) from p where id = 1
1: alter type s.mood rename to feeling
1: select id, m::s.feeling from p where id = 1
1: comment on type s.feeling is 'how it is'
1: select obj_description('s.feeling'::regtype)
1: alter type p rename to x
1: alter type int4 add value 'x'
1: drop type p
1: drop type int4
1: drop type s._feeling
1: drop type if exists nope, s.nope
1: drop type s.feeling cascade
1: select * from p order by id
1: create type mood as enum ('a'); create table c (m mood)
1: copy c from stdin <<< a|b
1: copy c from stdin <<< a
1: select * from c
