1: create function add1(a int) returns int language plpgsql as $$ begin return a + 1; end $$
1: select add1(41)
1: create function addsql(a int, b int default 5) returns int language sql as 'select a + $2'
1: select addsql(1), addsql(1,2), addsql(b => 10, a => 1)
1: do $$ declare x int := 0; begin for i in 1..10 loop x := x + i; end loop; raise notice 'x = %', x; end $$
1: create table t(a int, b text)
1: do $$ begin insert into t select i, 'row ' || i from generate_series(1,5) i; end $$
1: create function rows_of(n int) returns setof t language plpgsql as $$ declare r t; begin for r in select * from t where a <= n order by a loop return next r; end loop; end $$
1: select * from rows_of(2)
1: select rows_of(2)
1: create function tab(n int) returns table(x int, y text) language plpgsql as $$ begin return query select a, b from t where a <= n; end $$
1: select * from tab(3)
1: select tab(3)
1: create function err() returns int language plpgsql as $$ declare x int; begin x := 1/0; return x; exception when division_by_zero then raise notice 'caught % %', sqlstate, sqlerrm; return -1; end $$
1: select err()
1: create function err2() returns int language plpgsql as $$ begin return 1/0; end $$
1: select err2()
1: create function ins(n int) returns void language plpgsql as $$ begin insert into t values (n, 'ins'); end $$
1: select ins(100)
1: select ins(a) from t where a < 3
1: select count(*) from t
1: create function outp(a int, out b int, out c text) language plpgsql as $$ begin b := a * 2; c := 'x' || a; end $$
1: select outp(3)
1: select * from outp(3)
1: select (outp(3)).c
1: create function fact(n int) returns numeric language plpgsql as $$ begin if n <= 1 then return 1; end if; return n * fact(n-1); end $$
1: select fact(20)
1: create or replace function poly(a anyelement, b anyelement) returns anyarray language sql as 'select array[a,b]'
1: select poly(1,2), poly('a'::text,'b')
1: create function varf(variadic a int[]) returns int language plpgsql as $$ declare s int := 0; x int; begin foreach x in array a loop s := s + x; end loop; return s; end $$
1: select varf(1,2,3), varf(variadic array[4,5])
1: drop function add1(int)
1: select add1(1)
