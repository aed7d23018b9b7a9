1: create table base(id int primary key, a text default 'd', b numeric(6,2), c int not null default 0)
1: insert into base values (1, 'one', 1.5, 10), (2, 'two', 2.5, 20), (3, 'three', null, 30)
1: create view v as select id, a as name, b, b * 2 as twice from base where id < 100
1: insert into v (id, name) values (4, 'four') returning *
1: insert into v (id) values (5) returning id, name, b, twice
1: insert into v values (6, 'six', 6.5)
1: insert into v values (6, 'six', 6.5, 13)
1: insert into v (id, twice) values (7, 1)
1: insert into v (id, nothing) values (7, 1)
1: insert into v (id, a) values (7, 'x')
1: insert into v (id, name) values (200, 'outside') returning *
1: select * from v order by id
1: update v set name = name || '!' where twice > 3 returning *
1: update v set twice = 4
1: update v set name = 'x' where id = 200
1: update v set name = 'moved', id = id + 1000 where id = 6 returning id, name
1: update v as w set name = w.name || '+' where w.id = 1 returning w.id, w.name, old.name, new.name, old.twice
1: delete from v where id = 200
1: delete from v where id = 5 returning *
1: delete from v using base where v.id = base.id and base.c = 30 returning v.*, base.c
1: select * from base order by id
1: create view vl as select * from base where c > 0 with local check option
1: create view vc as select id, a, c from vl where id < 50 with cascaded check option
1: insert into vl values (10, 'a', 1, -5)
1: insert into vl values (10, 'a', 1, 5)
1: insert into vc values (11, 'x', 3)
1: insert into vc values (12, 'x', -3)
1: insert into vc values (60, 'x', 3)
1: update vc set c = -1 where id = 11
1: update vc set id = 70 where id = 11
1: update vc set a = 'fine' where id = 11 returning *
1: create view vn as select id, a, c from vl where id < 50
1: insert into vn values (61, 'passes', 3)
1: insert into vn values (62, 'fails', -3)
1: create view vnl as select id, a, c from vn where a <> 'bad' with local check option
1: insert into vnl values (63, 'bad', 3)
1: insert into vnl values (64, 'good', 3)
1: insert into vnl values (65, 'good', -3)
1: create view d as select distinct a from base
1: create view g as select a, count(*) from base group by a
1: create view h as select 1 as x from base having count(*) > 1
1: create view u as select id from base union select 1
1: create view w as with x as (select 1) select id from base
1: create view l as select id from base limit 1
1: create view ag as select count(*) from base
1: create view wi as select id, rank() over (order by id) from base
1: create view sr as select id, generate_series(1, 2) from base
1: create view j as select base.id from base, base b2
1: create view co as select 1 as one
1: create view no_columns as select id + 1 as x from base
1: create view fn as select * from generate_series(1, 3) s
1: insert into d values ('x')
1: update g set a = 'x'
1: delete from h
1: insert into u values (1)
1: update w set id = 1
1: delete from l
1: delete from ag
1: update wi set id = 1
1: delete from sr
1: delete from j
1: insert into co values (1)
1: insert into no_columns values (1)
1: update no_columns set x = 1
1: delete from no_columns where x = 62
1: delete from fn
1: create view onj as select * from j
1: update onj set id = 4
1: select count(*) from base
1: insert into v (id, name) values (1, 'dup')
1: insert into v (id, name) values (1, 'dup') on conflict (id) do nothing
1: insert into v (id, name) values (1, 'dup') on conflict (id) do update set name = excluded.name || v.name returning id, name, twice
1: insert into v (id, name) values (1, 'dup2') on conflict on constraint base_pkey do update set name = excluded.name returning name
1: insert into v (id, name) values (1, 'dup2') on conflict (a) do nothing
1: with x as (insert into v (id, name) values (80, 'w') returning id, name) select * from x
1: insert into v default values
1: insert into v (id, name) values (81, default), (82, 'q') returning id, name
1: insert into v (id, name, b) select id + 100, name, b from v where id > 79
1: select id, a from base where id > 79 order by id
1: update v set (name, b) = ('m', 9.75) where id = 80 returning name, b
1: create view sys as select id, ctid, tableoid, base as whole from base
1: update sys set ctid = null
1: update sys set whole = null
1: update sys set id = 83 where id = 82
1: copy v from stdin <<< 1
1: create view corr as select id, a from base x where exists (select 1 from base y where y.id = x.id and y.c >= 0)
1: update corr set a = 'corr' where id = 83 returning *
1: select table_name, is_updatable, is_insertable_into from information_schema.views where table_schema = 'public' order by 1
1: select table_name, is_insertable_into from information_schema.tables where table_schema = 'public' order by 1
1: select table_name, column_name, is_updatable from information_schema.columns where table_name in ('v', 'd', 'base', 'vc', 'no_columns') order by 1, ordinal_position
1: select relname, pg_relation_is_updatable(oid, false) from pg_class where relname in ('v', 'd', 'base', 'no_columns', 'onj') order by 1
1: create view vd as select id, a, b from base
1: alter view vd alter column a set default 'view default'
1: insert into vd (id) values (90) returning *
1: insert into vd values (91, default, 3), (92, 'given', default) returning *
1: create view vd2 as select id as key, a as text, id as again, upper(a) as up from vd
1: insert into vd2 (key) values (93) returning *
1: insert into vd2 values (94, 'x', 94)
1: insert into vd2 (key, again) values (94, 95)
1: alter view vd2 alter column up set default 'X'
1: alter view vd2 alter text set default 'outer'
1: insert into vd2 (key) values (96) returning *
1: alter view vd2 alter up drop default
1: insert into vd2 (key) values (96) returning *
1: alter view vd2 alter text drop default
1: insert into vd2 (key) values (97) returning *
1: merge into vd2 using (values (97, 'm'), (98, 'n')) s(k, t) on key = k when matched then update set text = t when not matched then insert (key) values (k) returning merge_action(), old.*, new.up
1: with m as (merge into vd2 using (values (97), (99)) s(k) on key = k when matched then delete when not matched then insert (key) values (k) returning merge_action() act, old.up as ou, new.up as nu, new.key, vd2.up) select * from m order by act
1: merge into j using (values (1)) s(k) on id = k when matched then delete
1: insert into v (id, name) values (1, 'dup') on conflict (id) do update set twice = 3
1: create view bad as select distinct a from base with check option
1: alter view vl set (check_option = cascaded)
1: select check_option from information_schema.views where table_name = 'vl'
1: alter view vl reset (check_option)
1: insert into vl values (1000, 'unchecked', 1, -9)
1: create or replace view vl as select * from base where c > 0 with cascaded check option
1: insert into vl values (1001, 'checked', 1, -9)
