1: create function f1(a int) returns int immutable language plpgsql as $$ begin return a * 2; end $$
1: create view v1 as select f1(3) as x
1: create table t1(a int default f1(1), b int check (f1(b) > 0))
1: create index i1 on t1 (f1(a))
1: insert into t1(b) values (2)
1: insert into t1(b) values (-1)
1: select * from t1
1: drop function f1(int)
1: drop function f1(int) cascade
1: select * from t1
1: create function agg_like(a int) returns text language plpgsql as $$ declare s text := ''; r record; begin for r in execute 'select g from generate_series(1,$1) g' using a loop s := s || r.g; end loop; return s; end $$
1: select agg_like(5), g, agg_like(g) from generate_series(1,3) g where length(agg_like(g)) > 1 order by agg_like(g) desc
1: select g, count(*) from generate_series(1,4) g group by agg_like(g), g having count(*) > 0 order by 1
1: update t1 set a = (select length(agg_like(4)))
1: select a from t1
1: create function trg_like() returns void language plpgsql as $$ begin create temp table if not exists tmpx(a int); insert into tmpx values (1); end $$
1: select trg_like()
1: select trg_like()
1: select count(*) from tmpx
1: create function setpath() returns text language plpgsql set search_path = pg_catalog as $$ begin return current_setting('search_path'); end $$
1: select setpath(), current_setting('search_path')
1: create function ret_rec(out x int, out y int) language sql as 'select 1, 2'
1: select (ret_rec()).*
1: select * from ret_rec() r(p, q)
1: select r from ret_rec() r
1: create function lat(n int) returns setof int language sql as 'select generate_series(1, n)'
1: select g, l from generate_series(1,3) g, lat(g) l
1: select g, l from generate_series(1,2) g left join lateral lat(g-1) l on true
1: select lat(2), lat(3)
1: create function withord() returns setof text language sql as $$ select 'a' union all select 'b' $$
1: select * from withord() with ordinality
1: select * from rows from (withord(), lat(3)) as z(a,b)
1: create function tt() returns table(id int, name text) language sql as $$ select 1, 'one' union all select 2, 'two' $$
1: select id, name from tt() where id > 1
1: select name, tt from tt() order by id
1: create function exc(n int) returns text language plpgsql as $$ begin if n = 1 then perform 1/0; elsif n = 2 then raise exception using errcode = 'AB123', message = 'custom'; elsif n = 3 then perform 'x'::int; elsif n = 4 then raise exception 'plain'; end if; return 'ok'; exception when division_by_zero or invalid_text_representation then return 'math/text ' || sqlstate; when sqlstate 'AB123' then return sqlerrm; when raise_exception then return 'raised ' || sqlerrm; end $$
1: select exc(n) from generate_series(0,4) n
1: create function nest() returns text language plpgsql as $$ declare s text := ''; begin begin begin raise exception 'a'; exception when others then s := s || sqlerrm; raise exception 'b'; end; exception when others then s := s || sqlerrm; end; return s; end $$
1: select nest()
1: create table sp(a int unique)
1: create function subx() returns int language plpgsql as $$ begin for i in 1..5 loop begin insert into sp values (i % 3); exception when unique_violation then null; end; end loop; return (select count(*) from sp); end $$
1: select subx()
1: select * from sp order by 1
1: insert into sp select subx() + 100
1: select * from sp order by 1
1: truncate sp
1: insert into sp select 50 + subx()
1: select * from sp order by 1
1: do $$ declare j json; a text[]; m numeric(6,2); t timestamp; b bytea; u uuid; begin j := '{"a":1}'; a := string_to_array('x,y', ','); m := 10/3.0; t := '2020-01-01 10:00'::timestamp + interval '1 day'; b := '\x01'; raise notice '% % % % % %', j->>'a', a[2], m, t, b, array_length(a,1); end $$
1: do $$ declare r t1; begin select * into r from t1; raise notice '%', r; r := null; raise notice '% %', r, r.a; end $$
1: create function inout_f(inout a int, inout b text) language plpgsql as $$ begin a := a + 1; b := b || '!'; end $$
1: select inout_f(1, 'x'), (inout_f(1,'y')).b
1: do $$ declare a int; b text; begin select * into a, b from inout_f(4, 'z'); raise notice '% %', a, b; end $$
1: select proname, pronargs, pronargdefaults, proargmodes, proargnames, prorettype::regtype, proretset from pg_proc where proname in ('inout_f','tt','ret_rec','lat') order by 1
1: select routine_name, routine_type, data_type, routine_body, routine_definition from information_schema.routines where routine_schema = 'public' order by 1 limit 5
1: select specific_name ~ 'inout', parameter_name, parameter_mode, ordinal_position, data_type from information_schema.parameters where specific_schema = 'public' and specific_name like 'inout%' order by 4
1: comment on function nest() is 'nested'
1: select obj_description('nest'::regproc)
1: select 'nest'::regproc, 'f2(int)'::regprocedure
1: select 'lat(int)'::regprocedure, to_regproc('nope'), has_function_privilege('lat(int)', 'execute')
