1: create table pt(a int)
1: create procedure p1(x int) language plpgsql as $$ begin insert into pt values (x); end $$
1: call p1(1)
1: call p1('2')
1: call p1()
1: create procedure p2(x int, inout y int, out z text) language plpgsql as $$ begin y := y + x; z := 'z' || y; end $$
1: call p2(1, 2, null)
1: call p2(x => 1, y => 5, z => null)
1: do $$ declare a int := 10; b text; begin call p2(5, a, b); raise notice '% %', a, b; end $$
1: create procedure p3() language plpgsql as $$ begin for i in 10..14 loop insert into pt values (i); if i % 2 = 0 then commit; else rollback; end if; end loop; end $$
1: call p3()
1: select * from pt order by a
1: begin
1: call p3()
1: rollback
1: create function fcall() returns int language sql as 'select 1'
1: call fcall()
1: select p1(1)
1: create procedure p4(x int default 7, variadic r int[] default '{}') language sql as $$ insert into pt values (x), (array_length(r,1)); $$
1: call p4()
1: call p4(1,2,3)
1: select * from pt order by a
1: drop procedure p1
1: drop procedure p2(int,int,text)
1: drop routine p4
1: do $$ begin create table dyn(a int); insert into dyn values (1); perform 1/(select count(*) from dyn where false); exception when division_by_zero then raise notice 'undone'; end $$
1: select * from dyn
1: do $$ begin begin commit; exception when others then raise notice '% %', sqlstate, sqlerrm; end; end $$
1: create function s_cnt() returns bigint stable language sql as 'select count(*) from pt'
1: select s_cnt(), s_cnt() + 1
1: select * from s_cnt()
1: select a, s_cnt() from pt where s_cnt() > 3 order by a limit 2
1: select n.nspname, proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), pg_function_is_visible(p.oid) from pg_proc p join pg_namespace n on n.oid = pronamespace where n.nspname = 'public' order by 2
1: create function defs(a int, b text default 'x', c numeric(10,2) default 1.5) returns text language sql immutable strict parallel safe cost 10 as $$ select a || b || c $$
1: select pg_get_functiondef('defs'::regproc)
1: select defs(1), defs(1,'y'), defs(a => 2, c => 3), defs(null)
1: select defs()
1: create or replace function defs(a int, b text default 'x', c numeric(10,2) default 1.5) returns int language sql as 'select 1'
1: alter function defs(int,text,numeric) rename to defs2
1: alter function defs2 volatile cost 5 set work_mem to '1MB'
1: select pg_get_functiondef('defs2'::regproc)
1: create schema sc
1: alter function defs2 set schema sc
1: select sc.defs2(1)
1: select defs2(1)
1: set search_path to sc, public
1: select defs2(1)
1: reset search_path
1: drop schema sc
1: drop schema sc cascade
1: create function ct(t pt) returns int language sql as 'select (t).a'
1: select ct(pt), pt.ct from pt order by a limit 1
1: drop table pt
1: drop table pt cascade
1: create function trg() returns trigger language plpgsql as $$ begin return new; end $$
1: select trg()
1: create function v(int) returns void language sql as 'select 1'
1: select v(1)
1: select v(1) is null
1: prepare pr(int) as select defs3($1)
1: create function defs3(a int) returns int language plpgsql as $$ begin return a * 2; end $$
1: prepare pr(int) as select defs3($1)
1: execute pr(4)
1: create view vv as select defs3(g) as x from generate_series(1,3) g
1: select * from vv
1: create table tdef(a int default defs3(5), b int check (defs3(b) > 4))
1: insert into tdef(b) values (3)
1: insert into tdef(b) values (1)
1: select * from tdef
1: create index on tdef (defs3(a))
