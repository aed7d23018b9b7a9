1: create table perform_test (a INT, b INT)
1: create function perform_simple_func(int) returns boolean as 'BEGIN IF $1 < 20 THEN INSERT INTO perform_test VALUES ($1, $1 + 10); RETURN TRUE; ELSE RETURN FALSE; END IF; END;' language plpgsql
1: create function perform_test_func() returns void as 'BEGIN IF FOUND then INSERT INTO perform_test VALUES (100, 100); END IF; PERFORM perform_simple_func(5); IF FOUND then INSERT INTO perform_test VALUES (100, 100); END IF; PERFORM perform_simple_func(50); IF FOUND then INSERT INTO perform_test VALUES (100, 100); END IF; RETURN; END;' language plpgsql
1: SELECT perform_test_func()
1: SELECT * FROM perform_test
1: create temp table users(login text, id serial)
1: create function sp_id_user(a_login text) returns int as $$ declare x int; begin select into x id from users where login = a_login; if found then return x; end if; return 0; end$$ language plpgsql stable
1: insert into users values('user1')
1: select sp_id_user('user1')
1: select sp_id_user('userx')
1: create function sp_add_user(a_login text) returns int as $$ declare my_id_user int; begin my_id_user = sp_id_user( a_login ); IF my_id_user > 0 THEN RETURN -1; END IF; INSERT INTO users ( login ) VALUES ( a_login ); my_id_user = sp_id_user( a_login ); IF my_id_user = 0 THEN RETURN -2; END IF; RETURN my_id_user; end$$ language plpgsql
1: select sp_add_user('user1')
1: select sp_add_user('user2')
1: select sp_add_user('user2')
1: select sp_add_user('user3')
1: select * from users
1: create table rc_test (a int, b int)
1: insert into rc_test values (500,1000), (5000,5500), (50,100)
1: create function return_unnamed_refcursor() returns refcursor as $$ declare rc refcursor; begin open rc for select a from rc_test; return rc; end $$ language plpgsql
1: create function use_refcursor(rc refcursor) returns int as $$ declare rc refcursor; x record; begin rc := return_unnamed_refcursor(); fetch next from rc into x; return x.a; end $$ language plpgsql
1: select use_refcursor(return_unnamed_refcursor())
1: create function return_refcursor(rc refcursor) returns refcursor as $$ begin open rc for select a from rc_test; return rc; end $$ language plpgsql
1: create function refcursor_test1(refcursor) returns refcursor as $$ begin perform return_refcursor($1); return $1; end $$ language plpgsql
1: begin
1: select refcursor_test1('test1')
1: fetch next in test1
1: select refcursor_test1('test2')
1: fetch all from test2
1: commit
1: fetch next from test1
1: create function refcursor_test2(int, int) returns boolean as $$ declare c1 cursor (param1 int, param2 int) for select * from rc_test where a > param1 and b > param2; nonsense record; begin open c1($1, $2); fetch c1 into nonsense; close c1; if found then return true; else return false; end if; end $$ language plpgsql
1: select refcursor_test2(20000, 20000), refcursor_test2(20, 20)
1: create function namedparmcursor_test1(int, int) returns boolean as $$ declare c1 cursor (param1 int, param12 int) for select * from rc_test where a > param1 and b > param12; nonsense record; begin open c1(param12 := $2, param1 := $1); fetch c1 into nonsense; close c1; if found then return true; else return false; end if; end $$ language plpgsql
1: select namedparmcursor_test1(20000, 20000), namedparmcursor_test1(20, 20)
1: create function raise_test1(int) returns int as $$ begin raise notice 'This message has too many parameters!', $1; return $1; end; $$ language plpgsql
1: create function raise_test2(int) returns int as $$ begin raise notice 'This message has too few parameters: %, %, %', $1, $1; return $1; end; $$ language plpgsql
1: create function reraise_test() returns void as $$ begin begin raise syntax_error; exception when syntax_error then begin raise notice 'exception % thrown in inner block, reraising', sqlerrm; raise; exception when others then raise notice 'RIGHT - exception % caught in inner block', sqlerrm; end; end; exception when others then raise notice 'WRONG'; end; $$ language plpgsql
1: SELECT reraise_test()
1: create function bad_sql_func1() returns int as $$ declare a int; begin a := 5; Johnny Yuma; a := 10; return a; end$$ language plpgsql
1: create function bad_sql_func2() returns int as $$ declare r record; begin for r in select I fought the law, the law won LOOP raise notice 'in loop'; end loop; return 5; end;$$ language plpgsql
1: create function missing_return_expr() returns int as $$ begin return ; end;$$ language plpgsql
1: create function void_return_expr() returns void as $$ begin return 5; end;$$ language plpgsql
1: create function void_return_expr() returns void as $$ begin perform 2+2; end;$$ language plpgsql
1: select void_return_expr()
1: create function missing_return_expr() returns int as $$ begin perform 2+2; end;$$ language plpgsql
1: select missing_return_expr()
1: create table eifoo (i integer, y integer)
1: create type eitype as (i integer, y integer)
1: create or replace function execute_into_test(varchar) returns record as $$ declare _r record; _rt eifoo%rowtype; _v eitype; i int; j int; k int; begin execute 'insert into '||$1||' values(10,15)'; execute 'select (row).* from (select row(10,1)::eifoo) s' into _r; raise notice '% %', _r.i, _r.y; execute 'select * from '||$1||' limit 1' into _rt; raise notice '% %', _rt.i, _rt.y; execute 'select *, 20 from '||$1||' limit 1' into i, j, k; raise notice '% % %', i, j, k; execute 'select 1,2' into _v; return _v; end; $$ language plpgsql
1: select execute_into_test('eifoo')
1: create function excpt_test1() returns void as $$ begin raise notice '% %', sqlstate, sqlerrm; end; $$ language plpgsql
1: select excpt_test1()
1: create function excpt_test3() returns void as $$ begin begin raise exception 'user exception'; exception when others then raise notice 'caught exception % %', sqlstate, sqlerrm; begin raise notice '% %', sqlstate, sqlerrm; perform 10/0; exception when substring_error then raise notice 'unexpected exception: % %', sqlstate, sqlerrm; when division_by_zero then raise notice 'caught exception % %', sqlstate, sqlerrm; end; raise notice '% %', sqlstate, sqlerrm; end; end; $$ language plpgsql
1: select excpt_test3()
1: create function raise_exprs() returns void as $$ declare a integer[] = '{10,20,30}'; c varchar = 'xyz'; i integer; begin i := 2; raise notice '%; %; %; %; %; %', a, a[i], c, (select c || 'abc'), row(10,'aaa',NULL,30), NULL; end;$$ language plpgsql
1: select raise_exprs()
1: create function multi_datum_use(p1 int) returns bool as $$ declare x int; y int; begin select into x,y unique1/p1, unique1/$1 from (select 42 as unique1) tenk1 group by unique1/p1; return x = y; end$$ language plpgsql
1: select multi_datum_use(42)
1: create temp table foo (f1 int, f2 int)
1: insert into foo values (1,2), (3,4)
1: create or replace function stricttest() returns void as $$ declare x record; begin insert into foo values(5,6) returning * into x; raise notice 'x.f1 = %, x.f2 = %', x.f1, x.f2; end$$ language plpgsql
1: select stricttest()
1: create or replace function stricttest() returns void as $$ declare x record; begin insert into foo values(7,8),(9,10) returning * into x; raise notice 'x.f1 = %, x.f2 = %', x.f1, x.f2; end$$ language plpgsql
1: select stricttest()
1: create or replace function stricttest() returns void as $$ declare x record; p1 int := 2; p3 text := 'foo'; begin select * from foo where f1 = p1 and f1::text = p3 into strict x; end$$ language plpgsql
1: select stricttest()
1: create or replace function stricttest() returns void as $$ #print_strict_params on declare x record; p1 int := 2; p3 text := $a$'Valame Dios!' dijo Sancho; 'no le dije yo a vuestra merced que mirase bien lo que hacia?'$a$; begin select * from foo where f1 = p1 or f1::text = p3 into strict x; end$$ language plpgsql
1: select stricttest()
1: create or replace function stricttest() returns void as $$ #print_strict_params on declare x record; p1 int := 2; begin execute 'select * from foo where f1 = $1 or f1::text = $2' into strict x using p1, 'foo'; end$$ language plpgsql
1: select stricttest()
1: create function sc_test() returns setof integer as $$ declare c scroll cursor for select f1 from foo order by f1; x integer; begin open c; fetch last from c into x; while found loop return next x; fetch prior from c into x; end loop; close c; end; $$ language plpgsql
1: select * from sc_test()
1: create or replace function sc_test() returns setof integer as $$ declare c no scroll cursor for select f1 from foo; x integer; begin open c; fetch last from c into x; while found loop return next x; fetch prior from c into x; end loop; close c; end; $$ language plpgsql
1: select * from sc_test()
1: create or replace function sc_test() returns setof integer as $$ declare c cursor for select * from generate_series(1, 10); x integer; begin open c; loop move relative 2 in c; if not found then exit; end if; fetch next from c into x; if found then return next x; end if; end loop; close c; end; $$ language plpgsql
1: select * from sc_test()
1: create or replace function sc_test() returns setof integer as $$ declare c cursor for select * from generate_series(1, 10); x integer; begin open c; move forward all in c; fetch backward from c into x; if found then return next x; end if; close c; end; $$ language plpgsql
1: select * from sc_test()
1: create function pl_qual_names (param1 int) returns void as $$ <<outerblock>> declare param1 int := 1; begin <<innerblock>> declare param1 int := 2; begin raise notice 'param1 = %', param1; raise notice 'pl_qual_names.param1 = %', pl_qual_names.param1; raise notice 'outerblock.param1 = %', outerblock.param1; raise notice 'innerblock.param1 = %', innerblock.param1; raise notice 'nosuchblock.param1 = %', nosuchblock.param1; end; end; $$ language plpgsql
1: select pl_qual_names(42)
1: create function ret_query1(out int, out int) returns setof record as $$ begin $1 := -1; $2 := -2; return next; return query select x + 1, x * 10 from generate_series(0, 10) s (x); return next; end; $$ language plpgsql
1: select * from ret_query1()
1: create type record_type as (x text, y int, z boolean)
1: create or replace function ret_query2(lim int) returns setof record_type as $$ begin return query select lower(s.x::text), s.x, s.x > 0 from generate_series(-8, lim) s (x) where s.x % 2 = 0; end; $$ language plpgsql
1: select * from ret_query2(8)
1: create function exc_using(int, text) returns int as $$ declare i int; begin for i in execute 'select * from generate_series(1,$1)' using $1+1 loop raise notice '%', i; end loop; execute 'select $2 + $2*3 + length($1)' into i using $2,$1; return i; end $$ language plpgsql
1: select exc_using(5, 'foobar')
1: create or replace function forc01() returns void as $$ declare c cursor(r1 integer, r2 integer) for select * from generate_series(r1,r2) i; c2 cursor for select * from generate_series(41,43) i; begin for r in c(5,7) loop raise notice '% from %', r.i, c; end loop; for r in c(9,10) loop raise notice '% from %', r.i, c; end loop; for r in c2 loop raise notice '% from %', r.i, c2; end loop; raise notice 'after loop, c2 = %', c2; c2 := 'special_name'; for r in c2 loop raise notice '% from %', r.i, c2; end loop; raise notice 'after loop, c2 = %', c2; end; $$ language plpgsql
1: select forc01()
1: create function forc_bad() returns void as $$ declare c refcursor; begin for r in c loop raise notice '%', r.i; end loop; end; $$ language plpgsql
1: create function return_dquery() returns setof int as $$ begin return query execute 'values(10),(20)'; return query execute 'values($1),($2)' using 40,50; end; $$ language plpgsql
1: select * from return_dquery()
1: create table tabwithcols(a int, b int, c int, d int)
1: insert into tabwithcols values(10,20,30,40),(50,60,70,80)
1: create or replace function returnqueryf() returns setof tabwithcols as $$ begin return query select * from tabwithcols; return query execute 'select * from tabwithcols'; end; $$ language plpgsql
1: select * from returnqueryf()
1: alter table tabwithcols drop column b
1: select * from returnqueryf()
1: alter table tabwithcols add column b bool
1: select * from returnqueryf()
1: create or replace function compos() returns compostype as $$ begin return 1; end $$ language plpgsql
1: create type compostype as (x int, y varchar)
1: create or replace function compos() returns compostype as $$ declare v compostype; begin v := (1, 'hello'); return v; end; $$ language plpgsql
1: select compos()
1: create or replace function compos() returns compostype as $$ declare v record; begin v := (1, 'hello'::varchar); return v; end; $$ language plpgsql
1: select compos()
1: create or replace function compos() returns compostype as $$ begin return (1, 'hello'::varchar); end; $$ language plpgsql
1: select compos()
1: create or replace function compos() returns compostype as $$ begin return (1, 'hello'); end; $$ language plpgsql
1: select compos()
1: create or replace function compos() returns compostype as $$ begin return (1, 'hello')::compostype; end; $$ language plpgsql
1: select compos()
1: create or replace function compos() returns compostype as $$ begin return 1 + 1; end; $$ language plpgsql
1: select compos()
1: create or replace function composrec() returns record as $$ declare v record; begin v := (1, 'hello'); return v; end; $$ language plpgsql
1: select composrec()
1: create or replace function raise_test() returns void as $$ begin raise notice '% % %', 1, 2, 3 using errcode = '55001', detail = 'some detail info', hint = 'some hint'; raise '% % %', 1, 2, 3 using errcode = 'division_by_zero', detail = 'some detail info'; end; $$ language plpgsql
1: select raise_test()
1: create or replace function raise_test() returns void as $$ begin raise 'check me' using errcode = '1234F'; end; $$ language plpgsql
1: select raise_test()
1: create or replace function raise_test() returns void as $$ begin raise using message = 'custom' || ' message', errcode = '22012'; end; $$ language plpgsql
1: select raise_test()
1: create or replace function raise_test() returns void as $$ begin raise notice 'some message' using message = 'custom', errcode = '22012'; end; $$ language plpgsql
1: select raise_test()
1: create or replace function raise_test() returns void as $$ begin raise division_by_zero using message = 'custom', errcode = '22012'; end; $$ language plpgsql
1: select raise_test()
1: create or replace function raise_test() returns void as $$ begin raise; end; $$ language plpgsql
1: select raise_test()
1: create function vari(variadic int[]) returns void as $$ begin for i in array_lower($1,1)..array_upper($1,1) loop raise notice '%', $1[i]; end loop; end; $$ language plpgsql
1: select vari(1,2,3,4,5)
1: select vari(3,4,5)
1: select vari(variadic array[5,6,7])
1: drop function vari(int[])
1: create function pleast(variadic numeric[]) returns numeric as $$ declare aux numeric = $1[array_lower($1,1)]; begin for i in array_lower($1,1)+1..array_upper($1,1) loop if $1[i] < aux then aux := $1[i]; end if; end loop; return aux; end; $$ language plpgsql immutable strict
1: select pleast(10,1,2,3,-16)
1: select pleast(10.2,2.2,-1.1)
1: select pleast(10)
1: create or replace function pleast(numeric) returns numeric as $$ begin raise notice 'non-variadic function called'; return $1; end; $$ language plpgsql immutable strict
1: select pleast(10)
1: create function leaker_1(fail bool) returns integer as $$ declare v_var integer; begin begin v_var := leaker_2(fail); exception when others then return 0; end; return 1; end; $$ language plpgsql
1: create function leaker_2(fail bool, out error_code integer, out new_id integer) returns record as $$ begin if fail then raise exception 'fail ...'; end if; error_code := 1; new_id := 1; return; end; $$ language plpgsql
1: select * from leaker_1(false)
1: select * from leaker_1(true)
1: create function arrayassign1() returns text[] language plpgsql as $$ declare r record; begin r := row('{foo,bar,baz}')::rtype; r.ar[2] := 'replace'; return r.ar; end $$
1: create type rtype as (id int, ar text[])
1: create or replace function arrayassign1() returns text[] language plpgsql as $$ declare r rtype; begin r := row(1,'{foo,bar,baz}')::rtype; r.ar[2] := 'replace'; return r.ar; end $$
1: select arrayassign1()
1: select arrayassign1()
1: create function returns_rw_array(int) returns int[] language plpgsql as $$ declare r int[]; begin r := array[$1, $1]; return r; end; $$ stable
1: create function consumes_rw_array(int[]) returns int language plpgsql as $$ begin return $1[1]; end; $$ stable
1: select consumes_rw_array(returns_rw_array(42))
1: select i, a from (select returns_rw_array(1) as a offset 0) ss, lateral consumes_rw_array(a) i
1: do $$ declare a int[] := array[1,2]; begin a := a || 3; raise notice 'a = %', a; end$$
1: create or replace function inner_func(int) returns int as $$ declare _context text; begin get diagnostics _context = pg_context; raise notice '***%***', _context; return 2 * $1; end; $$ language plpgsql
1: create or replace function outer_func(int) returns int as $$ declare myresult int; begin raise notice 'calling down into inner_func()'; myresult := inner_func($1); raise notice 'inner_func() done'; return myresult; end; $$ language plpgsql
1: select outer_func(10)
1: do $$ begin assert 1=1; end; $$
1: do $$ begin assert 1=0; end; $$
1: do $$ begin assert NULL; end; $$
1: do $$ declare var text := 'some value'; begin assert 1=0, format('assertion failed, var = "%s"', var); end; $$
1: do $$ begin assert 1=0, 'unhandled assertion'; exception when others then null; end; $$
1: create function plpgsql_domain_check(val int) returns boolean as $$ begin return val > 0; end $$ language plpgsql immutable
1: create domain plpgsql_domain as integer check(plpgsql_domain_check(value))
1: do $$ declare v_test plpgsql_domain; begin v_test := 1; end; $$
1: do $$ declare v_test plpgsql_domain := 1; begin v_test := 0; end; $$
1: do $$ declare x int := 1; begin for x in 1..2 loop null; end loop; raise notice '%', x; declare x int := 7; begin raise notice '%', x; end; end $$
1: do $$ <<outer>> for i in 1..3 loop null; end loop; $$
1: do $$ declare r record; i int; begin for r in select * from (values (1,'a'),(2,'b')) v(x,y) loop i := r.x; r.y := r.y || '!'; raise notice '% %', i, r; end loop; end $$
1: do $$ declare t text; begin t := 'a' || 1 || true::text; raise notice '%', t; t := null; raise notice '%', t is null; t := coalesce(t, 'dflt'); raise notice '%', t; raise notice '%', current_date = now()::date; end $$
1: select pg_typeof(f) from (select returns_rw_array(1) f) x
1: do $$ declare c refcursor; begin open c for execute 'select 1'; raise notice '%', c is not null; end $$
1: do $$ begin execute 'create function pg_dyn() returns int language sql as ''select 7'''; raise notice '%', pg_dyn(); execute 'drop function pg_dyn()'; end $$
1: do $$ declare v int; begin set local work_mem = '2MB'; show work_mem; end $$
1: do $$ begin set work_mem = '3MB'; raise notice '%', current_setting('work_mem'); end $$
1: show work_mem
1: reset work_mem
1: do $$ begin notify chan, 'x'; lock table rc_test in share mode; truncate rc_test; raise notice '%', (select count(*) from rc_test); end $$
