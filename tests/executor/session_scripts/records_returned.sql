1: create function composrec() returns record language plpgsql as $$ declare v record; begin v := (1, 'hello'); return v; end; $$
1: select composrec()
1: select * from composrec() as (a int, b text)
1: select composrec() from generate_series(1,2)
1: do $$ declare r record; begin r := composrec(); raise notice '% %', r, r.f1; select composrec() into r; raise notice '%', r; end $$
1: create function sqlrec() returns record language sql as $$ select 1 as x, 'q'::text as y $$
1: select sqlrec(), sqlrec() is null
1: select * from sqlrec() as t(a int, b text)
1: create function setrec() returns setof record language plpgsql as $$ declare r record; begin for r in select g, g * 2 from generate_series(1,2) g loop return next r; end loop; end $$
1: select * from setrec() as (a int, b int)
1: select a + b from setrec() as s(a int, b int)
1: select * from setrec()
1: create function setrecq() returns setof record language sql as $$ select 1, 'a'::text union all select 2, 'b' $$
1: select * from setrecq() as (a int, b text)
1: select setrecq()
1: create function retq() returns setof record language plpgsql as $$ begin return query select 1, 'x'::text; end $$
1: select * from retq() as (a int, b text)
1: select * from retq() as (a int, b int)
1: do $$ begin show work_mem; end $$
