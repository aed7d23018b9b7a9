1: create table acc(id int primary key, bal numeric(10,2))
1: insert into acc values (1, 100), (2, 200)
1: create function transfer(f int, t int, amt numeric) returns void language plpgsql as $$ begin update acc set bal = bal - amt where id = f; if not found then raise exception 'no account %', f using errcode = 'P0002', hint = 'look', detail = 'det'; end if; update acc set bal = bal + amt where id = t; end $$
1: select transfer(1, 2, 30)
1: select * from acc order by id
1: select transfer(9, 2, 30)
1: create function chk(n int) returns text language plpgsql as $$ declare r record; v text; st text; ms text; cx text; begin select id, bal into strict r from acc where id = n; return r.id || ':' || r.bal; exception when no_data_found then get stacked diagnostics st = returned_sqlstate, ms = message_text, cx = pg_exception_context; return st || ' ' || ms || ' ' || cx; end $$
1: select chk(1), chk(5)
1: create function sub() returns int language plpgsql as $$ declare c int; begin begin insert into acc values (3, 1); insert into acc values (1, 1); exception when unique_violation then raise notice 'dup: %', sqlerrm; end; select count(*) into c from acc; return c; end $$
1: select sub()
1: select sub() from generate_series(1,2)
1: create table log(x int)
1: create function wr(n int) returns int language plpgsql as $$ begin insert into log values (n); return n; end $$
1: select wr(g) from generate_series(1,3) g
1: insert into acc select wr(10), 5
1: select * from acc
1: do $$ declare c cursor for select id from acc order by 1; v int; begin open c; loop fetch c into v; exit when not found; raise notice '%', v; end loop; close c; end $$
1: do $$ begin execute 'create temp table tt(a int)'; execute 'insert into tt values ($1)' using 5; execute format('insert into %I values (6)', 'tt'); end $$
1: select * from tt
1: create function arr() returns int[] language plpgsql as $$ declare a int[] := '{}'; begin a[1] := 10; a[3] := 30; a := a || 40; return a; end $$
1: select arr()
1: create type comp as (x int, y text)
1: create function mk() returns comp language plpgsql as $$ declare c comp; begin c.x := 1; c.y := 'a'; return c; end $$
1: select mk(), (mk()).y
1: select * from mk()
1: create function mk2() returns setof comp language sql as $$ select 1, 'a'::text union all select 2, 'b' $$
1: select * from mk2()
1: select mk2()
1: create function rec() returns record language plpgsql as $$ begin return (1, 'x'::text); end $$
1: select * from rec() as (a int, b text)
1: create function cs(n int) returns text language plpgsql as $$ begin case n when 1, 2 then return 'low'; when 3 then return 'three'; end case; end $$
1: select cs(1), cs(3)
1: select cs(4)
1: create function noret() returns int language plpgsql as $$ begin end $$
1: select noret()
1: create function amb(x int) returns int language plpgsql as $$ begin return (select x from log limit 1); end $$
1: select amb(1)
1: create function bad() returns int language plpgsql as $$ begin retrun 1; end $$
1: create function bad2() returns int language plpgsql as $$ begin return select 1 frm x; end $$
1: create function sqlbad() returns int language sql as 'select ''a''::text'
1: create function sqlbad() returns int language sql as 'select nocol from log'
1: create function std(a int) returns int return a + 1
1: select std(4)
1: create function std2(a int) returns int begin atomic select x from log where x = a; end
1: select std2(3)
1: select proname, prosrc, provolatile, proargnames, pronargs from pg_proc where proname in ('std','wr','transfer') order by 1
1: drop function std2
1: drop table log
1: select wr(1)
