1: select pg_typeof(sum(x)) from generate_series(1,3) x
1: select pg_typeof(generate_series(1,3))
1: select pg_typeof(count(*)) from generate_series(1,3) x having count(*) > 5
1: select pg_typeof(max(x)), x % 2 from generate_series(1,3) x group by 2 order by 2
1: select 1 from generate_series(1,3) x having true
1: select pg_typeof(row_number() over ()) from generate_series(1,3) x
1: select 'a'::char(3) as c union all select 'bb'::char(5) 
1: select length(c::text), c || '|' from (select 'a'::char(3) as c union all select 'bb'::varchar(5)) q
1: select c || '|' from (select 'a'::char(3) as c union all select 'bb'::text) q
1: select octet_length(c), c from (select 'a'::char(3) as c union all select 'bb'::char(5)) q
1: select array(select 'a'::char(3)), unnest(array['a'::char(3)]) || '|'
1: select coalesce(null, max(x)) is null, pg_typeof(min(x)) from generate_series(1,0) x
1: select c || '|' from (select 'x' as c union select 'a'::char(5)) q order by 1
1: select 'a'::char(3) as c except select 'a '::char(5)
1: select octet_length(c) from (select 'a'::char(3) as c union all select null union all select 'bb'::char(5) order by 1) q
1: select array(select x::numeric(5,2) from generate_series(1,2) x), pg_typeof(array(select 1))
1: create table ch(a char(4), b char(6)); insert into ch values ('ab','ab'),('c','d')
1: select a from ch union all select b from ch order by 1
1: select octet_length(a) from (select a from ch union all select b from ch) q order by 1
1: create view chv as select a from ch union all select b from ch
1: select *, octet_length(a) from chv order by 1,2
1: select pg_typeof(unnest(array['a'])), pg_typeof(sum(1)) over () 
1: select count(*), pg_typeof(sum(x) over ()) from generate_series(1,3) x group by x
