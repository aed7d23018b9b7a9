1: create type stage as enum ('created', 'retry', 'active', 'expired', 'failed')
1: create table work (id int, stage stage, key text)
1: create unique index work_waiting on work (key) where stage < 'active' and key is not null
1: create unique index work_running on work (id) where 'active' <= stage and not stage > 'expired'
1: create unique index work_never on work (id, key) where stage < 'created'
1: create unique index work_always on work (id, stage, key) where stage >= 'created'
1: insert into work values (1, 'created', 'a'), (2, 'active', 'a'), (3, 'failed', 'a'), (4, null, 'a'), (4, null, 'a')
1: insert into work values (5, 'retry', 'a')
1: insert into work values (5, 'failed', 'a'), (6, 'expired', 'a')
1: insert into work values (2, 'expired', 'b')
1: update work set stage = 'retry' where id = 6
1: insert into work values (7, 'retry', 'a') on conflict do nothing
1: alter type stage add value 'paused' before 'active'
1: alter type stage add value 'resumed' after 'active'
1: alter type stage add value 'gone'
1: insert into work values (8, 'paused', 'a')
1: insert into work values (8, 'paused', 'b'), (8, 'resumed', 'c'), (9, 'gone', 'a'), (9, 'gone', 'b')
1: insert into work values (8, 'active', 'd')
1: insert into work values (9, 'gone', 'b')
1: select * from work order by id, stage, key
1: select indexdef from pg_indexes where tablename = 'work' order by 1
1: drop table work
1: drop type stage
