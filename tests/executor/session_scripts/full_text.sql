1: SELECT to_tsvector(3748::oid::regconfig, 'The Fat-Cats'::text)
1: SELECT to_tsvector(12376::oid::regconfig, 'The fat cats'' 1.5 http://a.org/x'::text)
1: SELECT to_tsvector(12345::oid::regconfig, 'x'::text)
1: SELECT to_tsvector(12376::oid::regconfig, ''::text)
1: SELECT to_tsvector(12376::oid::regconfig, '{"b":"fat cats","a":["The dogs",1,true,null],"b":"again"}'::json)
1: SELECT to_tsvector(12376::oid::regconfig, '{"b":"fat cats","a":["The dogs",1,true,null]}'::jsonb)
1: SELECT to_tsvector(12376::oid::regconfig, '"a string"'::jsonb)
1: SELECT json_to_tsvector(3748::oid::regconfig, '{"a":"x y","b":["z",1.50,true,null]}'::json, '"all"'::jsonb)
1: SELECT json_to_tsvector(3748::oid::regconfig, '{"a":"x"}'::json, '["KEY"]'::jsonb)
1: SELECT json_to_tsvector(3748::oid::regconfig, '{"a":"x"}'::json, '{}'::jsonb)
1: SELECT json_to_tsvector(3748::oid::regconfig, '{"a":"x"}'::json, '[1]'::jsonb)
1: SELECT json_to_tsvector(3748::oid::regconfig, '{"a":"x"}'::json, '"no"'::jsonb)
1: SELECT jsonb_to_tsvector(3748::oid::regconfig, '{"a":"x y","b":["z",1.50,true,null]}'::jsonb, '["numeric","boolean"]'::jsonb)
1: SELECT jsonb_to_tsvector(3748::oid::regconfig, '"x"'::jsonb, '[]'::jsonb)
1: SELECT jsonb_to_tsvector(3748::oid::regconfig, '"x"'::jsonb, 'null'::jsonb)
1: SELECT to_tsquery(12376::oid::regconfig, 'The <-> fat & Rats:A*'::text)
1: SELECT to_tsquery(12376::oid::regconfig, 'the'::text)
1: SELECT to_tsquery(12376::oid::regconfig, 'fat rats'::text)
1: SELECT to_tsquery(12376::oid::regconfig, '(fat'::text)
1: SELECT to_tsquery(12376::oid::regconfig, ''::text)
1: SELECT plainto_tsquery(12376::oid::regconfig, 'The Fat & Rats:C'::text)
1: SELECT phraseto_tsquery(12376::oid::regconfig, 'fat and the rats'::text)
1: SELECT websearch_to_tsquery(12376::oid::regconfig, '"supernovae stars" -crab or signal'::text)
1: SELECT websearch_to_tsquery(12376::oid::regconfig, 'ha''''s ) & "'::text)
1: SELECT ts_headline(12376::oid::regconfig, 'the fat cat sat'::text, 'cat'::tsquery)
1: SELECT ts_headline(12376::oid::regconfig, 'the fat cat sat'::text, 'cat'::tsquery, 'StartSel=<, StopSel=>'::text)
1: SELECT ts_headline(12376::oid::regconfig, 'the cat'::text, 'cat'::tsquery, 'Foo=1'::text)
1: SELECT ts_headline(12376::oid::regconfig, 'the cat'::text, 'cat'::tsquery, 'MaxWords=1,MinWords=2'::text)
1: SELECT ts_headline(12376::oid::regconfig, 'the cat'::text, 'cat'::tsquery, 'x'::text)
1: SELECT ts_headline(12376::oid::regconfig, 'the cat'::text, 'cat'::tsquery, 'MaxWords=a'::text)
1: SELECT ts_headline(12376::oid::regconfig, ' {"a" : "the cat", "b" : ["cats", 1.50, null, true], "\u00e9" : {}} '::json, 'cat'::tsquery)
1: SELECT ts_headline(12376::oid::regconfig, '{"b":"the cat","a":["cats",1.50,null,true]}'::jsonb, 'cat'::tsquery)
1: SELECT ts_headline(12376::oid::regconfig, '["the cat"]'::json, 'cat'::tsquery, 'HighlightAll=on,StartSel=["],StopSel=\'::text)
1: SELECT ts_headline(12376::oid::regconfig, '"cat"'::jsonb, 'cat'::tsquery, 'StartSel=<<'::text)
1: SELECT ts_lexize(3765::oid::regdictionary, 'Stars'::text)
1: SELECT ts_lexize(12375::oid::regdictionary, 'Stars'::text)
1: SELECT ts_lexize(12375::oid::regdictionary, 'The'::text)
1: SELECT ts_lexize(12375::oid::regdictionary, ''::text)
1: SELECT ts_lexize(1::oid::regdictionary, 'a'::text)
1: SELECT * from ts_debug(12376::oid::regconfig, 'The cat-food 1.5 <b>'::text)
1: SELECT tsquery_cmp('a & (b & c)', '(a & b) & c'), 'a & (b & c)'::tsquery = 'a & b & c', tsquery_cmp('a:A', 'a:B')
1: SELECT * FROM ts_parse('default', 'http://www.com/?ad=qwe qwe-wer 4.0e-10 -12')
1: SELECT count(*) FROM ts_token_type('default')
1: SELECT * FROM ts_token_type(1)
1: SELECT * FROM ts_parse('nope', 'a')
1: SELECT * FROM ts_parse(1, 'a')
1: select to_tsvector(12345::oid::regconfig, 'x')
1: select ts_lexize(12345::oid::regdictionary, 'x')
1: select to_tsquery('the')
1: select plainto_tsquery('')
1: select to_tsquery('english', repeat('x',3000))
1: select ts_lexize('english_stem','The'), ts_lexize('english_stem',''), ts_lexize('simple','FOO bar'), ts_lexize('simple','')
1: select ts_rank('{1,2}', 'a:1','a')
1: select ts_rank('{{1,2}}', 'a:1','a')
1: select ts_rank('{1,2,3,4}', 'a:1','a')
1: select ts_rank('{1,NULL,1,1}', 'a:1','a')
1: select ts_rank('{}', 'a:1','a')
1: select ts_rank_cd('{1,2,3,4}', 'a:1','a')
1: select ts_headline('english','x','x','Foo=1')
1: select ts_headline('english','x','x','MaxWords=a')
1: select ts_headline('english','x','x','MaxWords=3,MinWords=5')
1: select ts_headline('english','x','x','MaxWords=0')
1: select ts_headline('english','x','x','MinWords=0')
1: select ts_headline('english','x','x','ShortWord=-1')
1: select ts_headline('english','x','x','MaxFragments=-1')
1: select ts_headline('english','x','x','HighlightAll=maybe')
1: select ts_headline('english','x','x','StartSel')
1: select ts_headline('english','x','x','StartSel=')
1: select ts_headline('english','x','x','=b')
1: select ts_headline('english','x','x','StartSel="a')
1: select ts_headline('english','foo bar x','x','StartSel="a" , StopSel=''b''')
1: select ts_headline('english','foo bar x','x','StartSel=a StopSel=b')
1: select array_to_tsvector('{a,NULL}')
1: select array_to_tsvector('{a,""}')
1: select array_to_tsvector('{{a,b},{b,a}}')
1: select ts_delete('a:1 b','{a,NULL}'::text[]), ts_delete('a b','{{a},{b}}'::text[]), ts_delete('a:1 b', 'a')
1: select setweight('a:1 b:2','A','{a,NULL,""}'), setweight('a:1 b','c')
1: select tsquery_phrase('a','b',-1)
1: select tsquery_phrase('a','b',16385)
1: select tsquery_phrase('a','b',16384), tsquery_phrase('a',''), 'a'::tsquery <-> 'b & c', 'a'::tsquery && '', ''::tsquery || 'b', !!''::tsquery
1: select to_tsquery('simple','a <-> b:*A & !c | (d)'), to_tsquery('foo-bar & ''the cat''')
1: select websearch_to_tsquery('"sad cat" or -"fat rat" foo-bar "" - or or x:y')
1: select phraseto_tsquery('the fat cats ate the rat')
1: select querytree('!a'), querytree(''), querytree('a & !b'), numnode('a & !b'), numnode('')
1: select ts_filter('a:1A,2 b c:3B','{a,b,B}')
1: select tsvector_to_array('a b:1'), length('a b'::tsvector), strip('a:1 b')
1: select * from ts_debug('simple','the cat-food')
1: select get_current_ts_config()
1: select 'english'::regconfig, 'pg_catalog.english'::regconfig, 'nope'::regconfig
1: set default_text_search_config = 'nope'
1: set default_text_search_config = 'pg_catalog.simple'; show default_text_search_config; select get_current_ts_config(); reset default_text_search_config
1: set default_text_search_config = ''
1: create table docs (id int primary key, title text, body text, tsv tsvector generated always as (to_tsvector('english', coalesce(title,'') || ' ' || coalesce(body,''))) stored)
1: insert into docs(id,title,body) values (1,'The Fat Rats','A fat cat sat on a mat and ate a fat rat'),(2,'Dogs','Running dogs run'),(3,null,'superstar supernova')
1: select * from docs where tsv @@ to_tsquery('english','fat & rat') order by id
1: select id, ts_rank(tsv, q) as rank from docs, to_tsquery('english','cat | run | super:*') q where tsv @@ q order by rank desc, id
1: select id from docs where tsv @@ 'run' 
1: select id from docs where to_tsvector('english', body) @@ plainto_tsquery('english','running dog')
1: select id from docs where body @@ 'cat'
1: select id from docs where body @@ to_tsquery('cats')
1: create table t (v tsvector, q tsquery, va tsvector[], qa tsquery[])
1: insert into t values ('b a:1A', 'a & (b & c)', '{"a b","''x y'':1"}', '{"a & b",!c}')
1: insert into t values ('a', 'a', array['a:1'::tsvector, null], array[]::tsquery[]), ('z:9','!z',null,null)
1: select * from t order by v
1: select * from t order by q desc
1: select q = 'a & b & c'::tsquery, q = 'a & (b & c)'::tsquery from t order by v
1: create index on t (v)
1: select count(*), v from t group by v order by v
1: select distinct q from t order by 1
1: select min(q::text), max(v::text) from t
1: select v from t where v = 'a:1A b'; select v from t where v < 'z:9' order by v
1: create domain dq as tsquery check (numnode(value) < 4)
1: select 'a & b & c & d'::dq; select 'a & b'::dq
1: 'foo bar':3	x & y
1: copy t(v,q) from stdin <<< 'foo bar':3	x & y|baz	\\'q
1: update t set v = setweight(v,'B') where v @@ 'z'; select v from t where v @@ 'z:B'
1: select v || 'new:1', q && 'n', q || 'n', !!q, q <-> 'n', q @> 'a', q <@ 'a & b & c' from t where q is not null order by q limit 3
1: prepare p(tsquery) as select count(*) from docs where tsv @@ $1; execute p('cat'); execute p('!cat')
1: select lexeme, positions, weights from unnest('a:1A,2 b'::tsvector)
1: select * from docs d, unnest(d.tsv) u where d.id = 2 order by lexeme
1: create view dv as select id, ts_headline('english', body, to_tsquery('english','cat')) h from docs; select * from dv order by id; select pg_get_viewdef('dv')
1: create table c (q tsquery check (q <> ''), d tsvector default to_tsvector('simple','dflt'), e text check (to_tsvector('english', e) @@ to_tsquery('english','ok')))
1: insert into c(q,e) values ('a','ok'); insert into c(q,e) values ('a','no'); select * from c
1: create index on docs (to_tsvector('english', body))
1: select to_tsvector('english', null), to_tsvector(null::regconfig,'x')
1: select array_agg(v order by v) from t; select string_agg(q::text, ',' order by q) from t
1: select 'a'::text::tsvector, 'b'::varchar::tsquery, 'a:1'::tsvector::text, cast('a' as tsquery)::varchar(3)
1: select pg_typeof(to_tsvector('a')), pg_typeof(tsv) from docs limit 1
1: select json_build_object('v', 'a:1'::tsvector), to_jsonb('a & b'::tsquery), row('a b'::tsvector, 'x'::tsquery)
1: select coalesce(null::tsvector, ''), nullif('a'::tsvector,'a'), greatest('a'::tsvector,'b'), least('a'::tsquery,'b')
1: select 'a b c'::tsvector @@@ 'a'::tsquery, 'a'::tsquery @@@ 'a b'::tsvector
1: select 'x'::regdictionary; select 'german_stem'::regdictionary; select ts_lexize('german_stem','Häuser')
1: select cfgname, cfgparser from pg_ts_config order by 1 limit 3
1: drop table t, c; drop view dv; drop table docs; drop domain dq
