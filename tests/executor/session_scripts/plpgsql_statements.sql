1: do $$ <<outer>> declare x int := 1; begin <<inner>> declare x int := 2; begin raise notice '% % %', x, outer.x, inner.x; outer.x := 9; end; raise notice '%', x; end $$
1: do $$ begin <<a>> for i in 1..3 loop <<b>> for j in 1..3 loop continue a when j = 2; exit a when i = 3; raise notice '% %', i, j; end loop; end loop; end $$
1: do $$ begin for i in reverse 10..1 by 3 loop raise notice '%', i; end loop; end $$
1: do $$ declare r record; begin for r in select g, g*g as sq from generate_series(1,3) g loop raise notice '% % %', r.g, r.sq, r; end loop; raise notice '%', r; end $$
1: do $$ declare a int; b text; begin select 1, 'x' into a, b; raise notice '% %', a, b; select 2 into a where false; raise notice '%', a; end $$
1: do $$ declare a int; begin select 1 into strict a where false; end $$
1: do $$ declare a int; begin select g into strict a from generate_series(1,2) g; end $$
1: do $$ declare a numeric(5,2) := 3.14159; v varchar(3); begin raise notice '%', a; v := 'abcd'; end $$
1: do $$ declare a int not null := 1; begin a := null; end $$
1: do $$ declare a constant int := 1; begin a := 2; end $$
1: do $$ declare r record; begin raise notice '%', r.x; end $$
1: do $$ declare r record; begin r := row(1,2); raise notice '% %', r.f1, r; raise notice '%', r.nope; end $$
1: do $$ begin raise exception 'abc % %%', 5 using errcode='U0001', detail='d', hint='h', column='c', table='t'; end $$
1: do $$ begin raise division_by_zero; end $$
1: do $$ begin raise sqlstate '22012' using message = 'mine'; end $$
1: do $$ begin begin raise exception 'inner'; exception when others then raise notice 'got %', sqlerrm; raise; end; end $$
1: do $$ begin raise notice 'a %'; end $$
1: do $$ begin assert 1 = 2, 'not equal'; end $$
1: do $$ begin assert false; end $$
1: do $$ declare a int[]; x int; begin foreach x in array array[1,2,3] loop raise notice '%', x; end loop; foreach a slice 1 in array array[[1,2],[3,4]] loop raise notice '%', a; end loop; end $$
1: do $$ declare n int; begin execute 'select $1 + $2' into n using 3, 4; raise notice '%', n; execute 'select 1; select 2'; execute null; end $$
1: do $$ declare c1 cursor (k int) for select g from generate_series(1,5) g where g > k; v int; begin for r in c1(3) loop raise notice '%', r; end loop; open c1(k := 2); fetch c1 into v; raise notice '%', v; fetch last from c1 into v; raise notice '%', v; move first from c1; fetch relative 1 from c1 into v; raise notice '%', v; close c1; close c1; end $$
1: create function rc() returns refcursor language plpgsql as $$ declare c refcursor := 'mycur'; begin open c for select g from generate_series(1,3) g; return c; end $$
1: begin
1: select rc()
1: fetch all from mycur
1: commit
1: create table tb(id int primary key, v text)
1: do $$ declare n int; begin insert into tb select g, 'v' || g from generate_series(1,3) g; get diagnostics n = row_count; raise notice '% %', n, found; update tb set v = 'x' where id > 1; get diagnostics n = row_count; raise notice '% %', n, found; delete from tb where id = 99; raise notice '%', found; end $$
1: do $$ declare r tb%rowtype; i tb.id%type; begin select * into r from tb where id = 2; raise notice '% %', r, r.v; insert into tb values (10, 'ten') returning id into i; raise notice '%', i; update tb set v = 'q' where id = 10 returning * into r; raise notice '%', r; end $$
1: do $$ begin insert into tb values (1, 'dup'); end $$
1: do $$ begin insert into tb values (1, 'dup'); exception when unique_violation then raise notice '% %', sqlstate, sqlerrm; end $$
1: do $$ declare c text; t text; begin begin insert into tb values (1, 'dup'); exception when others then get stacked diagnostics c = constraint_name, t = table_name; raise notice '% %', c, t; end; end $$
1: create function divide(a int, b int) returns int language plpgsql as $$ begin return a / b; end $$
1: create function caller() returns int language plpgsql as $$ begin perform divide(1, 0); return 1; end $$
1: select caller()
1: create function caller2() returns int language plpgsql as $$ declare x int; begin x := divide(1, 0); return x; end $$
1: select caller2()
1: create function caller3() returns int language sql as 'select divide(1, 0)'
1: select caller3()
1: create function badcol() returns int language plpgsql as $$ declare x int; begin select nocol into x from tb; return x; end $$
1: select badcol()
1: create function badcol2() returns int language plpgsql as $$ begin return nocol + 1; end $$
1: select badcol2()
1: create function nodest() returns int language plpgsql as $$ begin select 1; return 1; end $$
1: select nodest()
1: create function rn() returns setof int language plpgsql as $$ begin return next 1; return next 2; return; end $$
1: select * from rn()
1: select rn(), 5
1: create function rq(n int) returns setof tb language plpgsql as $$ begin return query execute 'select * from tb where id <= $1' using n; raise notice '%', found; end $$
1: select * from rq(2)
1: create function badrq() returns setof tb language plpgsql as $$ begin return query select 1; end $$
1: select * from badrq()
1: create function rt(out a int, out b text) returns setof record language plpgsql as $$ begin for i in 1..2 loop a := i; b := 'b' || i; return next; end loop; end $$
1: select * from rt()
1: select rt()
1: create function ctx() returns text language plpgsql as $$ declare s text; begin get diagnostics s = pg_context; return s; end $$
1: select ctx()
1: create function cs2(x int) returns text language plpgsql as $$ begin case when x < 0 then return 'neg'; when x = 0 then return 'zero'; else return 'pos'; end case; end $$
1: select cs2(-1), cs2(0), cs2(1)
1: create function wl(n int) returns int language plpgsql as $$ declare i int := 0; begin while i < n loop i := i + 1; end loop; return i; end $$
1: select wl(1000)
1: create function dom() returns void language plpgsql as $$ begin perform 1; end $$
1: select dom()
1: create domain posint as int check (value > 0)
1: create function pd(x int) returns posint language plpgsql as $$ begin return x; end $$
1: select pd(1)
1: select pd(-1)
1: do $$ declare p posint; begin p := 5; raise notice '%', p; p := -5; end $$
1: do $$ declare d date := '2020-01-31'; ts timestamptz; j jsonb := '{"a": [1,2]}'; begin d := d + 1; raise notice '% %', d, j->'a'->1; end $$
1: create type cx as (a int, b cy)
1: create type cy as (q int)
1: create type cx as (a int, b cy)
1: do $$ declare c cx; begin c.a := 1; c.b.q := 7; raise notice '%', c; c := row(5, row(6)); raise notice '% %', c, (c.b).q; end $$
1: do $$ declare arr int[] := array[1,2,3]; begin arr[2] := 20; arr[5] := 50; raise notice '% %', arr, arr[2:3]; arr[1:2] := array[7,8]; raise notice '%', arr; end $$
1: do $$ declare x int; begin x := 'abc'; end $$
1: do $$ declare x int; begin x := 99999999999; end $$
1: do $$ begin perform pg_sleep(0); raise info 'inf'; raise log 'lg'; raise warning 'wn'; raise debug 'db'; end $$
1: create function strictf(a int, b int) returns int strict language plpgsql as $$ begin raise notice 'called'; return a + b; end $$
1: select strictf(1, null), strictf(1, 2)
1: select infinite from (select 1) infinite
1: create function cond(x anyelement) returns text language plpgsql as $$ declare y x%type; begin y := x; return pg_typeof(y)::text || y::text; end $$
1: select cond(1), cond('a'::text), cond(array[1,2])
1: do language sql 'select 1'
1: do language nope 'x'
1: create function nolang() returns int as 'select 1'
1: create function dupl(a int, a int) returns int language sql as 'select 1'
1: create function noresult(a int) language sql as 'select 1'
1: create function badlang() returns int language plperl as 'x'
1: drop function nope(int)
1: drop function if exists nope(int)
1: drop function if exists nope
1: create function ov(int) returns text language sql as $$select 'int'$$
1: create function ov(text) returns text language sql as $$select 'text'$$
1: create function ov(numeric) returns text language sql as $$select 'numeric'$$
1: select ov(1), ov('x'), ov(1.5), ov(1::bigint), ov(null)
1: drop function ov
1: drop function ov(int), ov(text)
1: select ov(1)
