1: create type c1 as (a int, b text)
1: create type c1 as (q int)
1: create type c2 as (a int, a int)
1: create type c2 as (a serial)
1: create type c2 as (a anyelement)
1: create table tc (x c1, y int, z c1[])
1: select row(1,2)::c1, row(1.5, date '2020-01-01')::c1
1: select row(1)::c1
1: select row(1,'x',3)::c1
1: select row('x','y')::c1
1: select '(1)'::c1
1: select '(1,2,3)'::c1
1: select '1,2'::c1
1: select '(1,"a ""b"" \\c")'::c1, '(,)'::c1, null::c1 is null, row(null,null)::c1 is null, row(1,null)::c1 is null, row(1,null)::c1 is not null
1: insert into tc values (row(1,'q'), 1, array[row(2,'r')::c1]), ('(3,"x y")', 2, '{"(4,z)","(,)"}'), (null, 3, null), (row(null,null),4,null)
1: insert into tc (x.a, y) values (5, 5)
1: insert into tc (x.a, x.b, y) values (6, 'six', 6)
1: insert into tc (x.nope) values (1)
1: insert into tc (y.a) values (1)
1: insert into tc (x, x.a) values (null, 1)
1: insert into tc (x.a, z[1].b, y) select 7, 'seven', 7
1: select x, (x).a, (x).b, x is null, x is not null, z[1].b, (z[1]).a from tc order by y
1: select (x).* from tc where y < 3 order by y
1: select (tc).x.a from tc order by y
1: select (x).nope from tc
1: select (y).a from tc
1: select x.a from tc
1: update tc set x.a = (x).a + 100 where y = 1
1: update tc set x.a = 1, x.b = 'bb' where y = 3
1: update tc set z[2].b = 'new' where y = 1
1: update tc set z[1] = row(9,'nine') where y = 3
1: update tc set x.a = default
1: update tc set x = row(1,2,3)
1: update tc set x = row(7,'seven') where y = 4
1: update tc set x.a = 'x'
1: select * from tc order by y
1: select x from tc order by x
1: select distinct x from tc order by x desc
1: select x, count(*) from tc group by x order by 1
1: select max(x), min(x) from tc
1: select tc from tc order by y
1: select tc.*::text from tc order by y limit 1
1: select row_to_json(x), to_json(tc), jsonb_agg(x) over (order by y) from tc where y < 3 order by y
1: select x = row(7,'seven')::c1, x < row(7,'seven')::c1, x is distinct from null from tc order by y
1: select x = (1,'a') from tc
1: select row(1,2) = row(1,2,3)
1: select x = row(1,2,3) from tc
1: select row(1,null)::c1 = row(1,null)::c1, row(1,null) = row(1,null)
1: select row(1,1.1) = any (array[row(7,7.7), row(1,1.1)]), row(1,2)::c1 in (row(1,'2')::c1, '(3,x)')
1: select array_agg(x order by y) from tc where y < 3
1: select r, (r).f1, (r).f3 from (select row(1,'a'::text,true) r) s
1: select s, (s).b from (select 1 a, 'x'::text b) s
1: select * from (values (1, row(1,'a'::text)), (2, row(2, null))) v (a, b)
1: select * from unnest(array[row(1,'a'),row(2,'b')]::c1[]) with ordinality
1: select unnest(z) from tc where y = 2
1: select a(x) from tc where y = 1
1: create type nested as (p c1, q c1[], r tc)
1: select row(row(1,'x'), array[row(2,'y')::c1], null)::nested, (row(row(1,'x'), null, null)::nested).p.b
1: create table holder (n nested, t tc)
1: insert into holder values (row('(1,a)', '{"(2,b)"}', null), row(row(1,'x'), 5, null))
1: update holder set n.p.b = 'changed', n.q[2].a = 7
1: select n, (n).q[2].a, (t).y, (t).x.b from holder
1: alter type c1 add attribute d int
1: select * from tc order by y
1: select * from holder
1: alter type c1 drop attribute a
1: select * from tc order by y
1: select * from holder
1: alter type c1 alter attribute d type text
1: alter type c1 rename attribute b to bb
1: select (x).bb from tc order by y
1: alter table tc add column w text
1: select t from holder
1: alter table tc alter column y type text
1: alter type c1 add attribute d int
1: alter type c1 drop attribute nope
1: alter type c1 drop attribute if exists nope
1: alter table c1 add column q int
1: alter type tc add attribute q int
1: alter type nope add attribute q int
1: drop type c1
1: drop table c1
1: drop table tc
1: select * from c1
1: insert into c1 values (1)
1: create domain dc as nested check ((value).p is not null)
1: select row(null, null, null)::dc
1: alter type nested drop attribute p
1: create table keyed (k c1 unique, v int)
1: insert into keyed values (row('a', 1), 1)
1: insert into keyed values (row('a', 1), 2)
1: insert into keyed values (row('a', null), 2)
1: insert into keyed values (row('a', null), 3)
1: select (k).*, v from keyed order by v
1: create view v as select (k).*, k from keyed
1: alter type c1 add attribute e int
1: select * from v order by d
1: select column_name, data_type, udt_name from information_schema.columns where table_name in ('keyed', 'holder') order by table_name, ordinal_position
1: select attribute_name, data_type, attribute_udt_name from information_schema.attributes where udt_name = 'nested' order by ordinal_position
1: select attname, format_type(atttypid, atttypmod), attnum from pg_attribute where attrelid = 'nested'::regclass order by attnum
1: select typname, typtype, typcategory, typrelid::regclass, typarray::regtype from pg_type where typname in ('c1', 'nested', 'holder') order by typname
1: drop type c1 cascade
1: select * from holder
