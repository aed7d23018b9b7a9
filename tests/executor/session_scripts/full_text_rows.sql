1: select ts_parse('default','a1 b')
1: select (ts_parse('default','a1 b')).*
1: select (unnest('a:1A,2 b'::tsvector)).lexeme, 1 as x
1: select unnest('a:1A,2 b'::tsvector) u
1: select ts_debug('the cat-food 1.5')
1: select (ts_debug('simple', t)).token from (values ('a b'),('c')) v(t) order by 1
1: select ts_token_type('default') limit 2
1: select json_each('{"a":1,"b":[2]}')
1: select (jsonb_each_text('{"a":1,"b":null}')).* 
1: select id, (json_each(j)).key from (values (1,'{"a":1}'::json),(2,'{}'),(3,'{"x":2,"y":3}')) v(id,j) order by 1,2
1: select count(*) from (select ts_parse('default','a b c')) s
1: select * from ts_parse('default','a b') as t(x,y), unnest('b:2'::tsvector) as u(l,p,w)
1: select ts_parse('default','x y') order by 1
1: select distinct ts_parse('default','x x')
1: select array_agg(r) from (select ts_parse('default','x y') r) s
1: select s.r, (s.r).token from (select ts_parse('default','x y') r) s
1: select row_to_json(r) from (select ts_parse('default','x y') r) s
1: select (ts_parse('default','x y')).nope
1: select ts_parse('default','x') is null
1: create table tt as select (ts_parse('default','x y')).*; select * from tt; drop table tt
1: create view vv as select (unnest('a:1A'::tsvector)).lexeme as l; select * from vv; select pg_get_viewdef('vv'); drop view vv
1: select * from ts_stat('select v from st') order by word
1: select * from ts_stat('select v from st', 'aB') order by word
1: select * from ts_stat('select v from st', 'x') order by ndoc desc, nentry desc, word
1: select s.word from ts_stat('select v from st;') s where ndoc > 1
1: select w, n, e from ts_stat('select v from st -- it''s') as t(w,n,e) order by 1
1: select count(*) from st, ts_stat('select v from st')
1: select * from ts_stat('select 1')
1: select * from ts_stat('select v, v from st')
1: select * from ts_stat('selec')
1: select pg_typeof(word), pg_typeof(ndoc), pg_typeof(nentry) from ts_stat('select v from st') limit 1
1: select * from ts_stat('select to_tsvector(''simple'', x) from (values (''b a b'')) t(x)') order by nentry desc
1: drop table st
