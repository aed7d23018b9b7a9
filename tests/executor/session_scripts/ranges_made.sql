1: create type textrange as range (subtype=text, collation="C")
1: select textrange('a','Z'), textrange('a','b','[]')
1: create type floatrange as range(subtype=float8, subtype_diff=float8mi)
1: select floatrange(1.5,'NaN'), floatrange(-1e300,1e-5,'[]') @> 0::float8, '[3,"a"]'::floatrange
1: select '(-inf,NaN]'::floatrange, floatmultirange(floatrange(1,2),floatrange(2,3)), pg_typeof(floatmultirange()) 
1: create table t(r textrange, f floatrange, m textmultirange)
1: insert into t values ('["a,b","c""d]")', '[1,2]', '{["a,b","c]d"),[e,)}'), ('empty','empty','{}'),(null,null,null),('[,b)', '[1.5,Infinity]', '{}')
1: select * from t order by r
1: select r, lower(r), upper(r), m @> 'eee'::text, m && r from t
1: select * from t where r @> 'az'::text
1: select r * textrange('a','z'), r + textrange(null,'b') from t where r = '[,b)'
1: select array_agg(f) from t
1: select ('{"[1,2]","[3,4)"}'::floatrange[])[2]
1: create domain md as int4
1: create type mydomainrange as range(subtype = md)
1: select '[4,50)'::mydomainrange @> 7::md
1: select '[4,50)'::mydomainrange @> 7
1: create type two_ints as (a int, b int)
1: create type two_ints_range as range (subtype = two_ints)
1: select two_ints_range(row(1,2), row(3,4))
1: drop type two_ints
1: drop type two_ints cascade
1: create type r2 as range(subtype=textrange)
1: select '[textrange(a,b),]'::r2
1: select r2(textrange('a','b'),textrange('c','d"'))
1: drop type textmultirange
1: drop type textrange
1: drop type textrange cascade
1: create type bogus_float8range as range (subtype=float8, subtype_diff=float4mi)
1: create type x as range (subtype_diff=float4mi)
1: create type x as range (subtype=int4, foo=3)
1: create type x as range (subtype=point)
1: create type x as range (subtype=int4, subtype=int4)
1: create type x as range (subtype=int4, multirange_type_name=x)
1: create type x as range (subtype=int4, multirange_type_name=int)
1: create type x as range (subtype=int4, multirange_type_name=xm)
1: create type xm2 as range (subtype=int4, multirange_type_name=xm)
1: create type multirange as range(subtype=int4)
1: create type x1 as range(subtype=anyelement)
1: create type x1 as range(subtype=int4,collation="C")
1: select '[1,5]'::x, x(1,2) -|- x(2,3), xm(x(1,3),x(2,8)), range_agg(v) from (values (x(1,2)),(x(4,5))) t(v)
1: select unnest(xm(x(1,3),x(7,8)))
1: select lower(x(1,3)) + 1
1: select x(1,3) + int4range(1,2)
1: select typname, typtype, typcategory, typalign, typlen from pg_type where typname ~ '^_?xm?$' order by 1
1: select rngsubtype::regtype, rngmultitypid::regtype, rngsubopc, rngsubdiff from pg_range where rngtypid='x'::regtype
1: alter type x rename to "Y z"
1: select x(1,2), '[1,2]'::"Y z", pg_typeof(x(1,2))
1: create table k(r "Y z" primary key); insert into k values ('[1,2]'); insert into k values ('[1,2]')
1: create index on k(r); select * from k where r > '[1,1]'
1: select p::"Y z" from (values ('[1')) v(p)
1: select x(3,1)
1: select x(3,1,'foo')
1: prepare q("Y z") as select $1; execute q('[7,9)')
1: drop table t, k cascade
1: drop type floatrange, "Y z", mydomainrange, r2, two_ints_range cascade
1: drop type if exists xm2, multirange, x, textrange cascade
1: create type x as range (subtype=int4, multirange_type_name=x)
1: create type x as range (subtype=int4, multirange_type_name=int)
1: create schema s1
1: create type s1.tr as range (subtype=text)
1: select s1.tr('a','b'), tr('a','b')
1: set search_path = s1, public
1: select tr('a','b')
1: create view v as select tr('a','b') c, '[a,b]'::tr d
1: reset search_path
1: select * from s1.v
1: create table u(id int, a s1.tr, b s1.tr[] default array['[a,b]'::s1.tr], check (upper(a) < 'q'))
1: insert into u (a) values ('[a,z]')
1: insert into u (a) values ('[a,c]') returning *
1: alter type s1.tr set schema public
1: select s1.tr('a','b'), 'empty'::tr
1: select * from s1.v
1: comment on type tr is 'x'
1: drop schema s1 cascade
1: select * from u
1: drop type tr
1: drop type tr cascade
1: create type rg as enum('x','y','z')
1: create type rgr as range (subtype=rg)
1: create table e(a rgr); insert into e values ('[x,y]'),('[y,z)'),('(y,)')
1: select a, a @> 'y'::rg, lower(a) from e order by a desc
1: alter type rg add value 'w' before 'x'
1: select a, a @> 'y'::rg, rgr('w','y') @> 'x'::rg from e order by a desc
1: select rgr('z','x')
1: create type br as range(subtype=bytea)
1: select br('\x0001','\xff','[]') , br('\x0001','\xff') @> '\x02'::bytea, br('\x','\x0a')
1: create table b (x br); insert into b select br('\x0001','\xff','[]'); insert into b values ('(\\xab,\\xac]'); select x, lower(x) from b order by 1 desc
1: create type ar as range(subtype=int[])
1: select ar(array[1,2],array[3]), ar(array[1,2],array[3]) @> array[2,5], '["{1,2}","{3,4}"]'::ar
1: create type nr as range(subtype=numeric)
1: select nr(1.50,2.0,'[]') = nr(1.5,2.00,'[]'), nr(1.50,2.0)
1: create type tsr as range(subtype=timetz)
1: select tsr('10:00+02','12:00-03')
1: create type ur as range(subtype=uuid); select ur('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',null)
1: create type jr as range(subtype=jsonb); select jr('1','{"a":[1,2]}'), jr('1','2') @> '1.5'::jsonb
1: create type bor as range(subtype=bool); select bor(false,true,'[]'), bor(false,true,'[]') = '[f,t]'::bor
1: create type i4r as range(subtype=int4); select i4r(1,5), i4r(1,5,'()'), i4r(1,5) = '[1,4]'::i4r, isempty(i4r(1,2,'()'))
1: create type fr as range(subtype=float4); select fr(0.1,'Infinity'), fr('-0',1) = fr(0,1), fr('-0',1)
1: create type vr as range(subtype=varchar); select vr('a','b')
1: create type vr2 as range(subtype=varchar(3))
1: create type oidr as range(subtype=regclass)
1: create type cr as range(subtype=char(3)); select cr('a','b'), cr('a','b') @> 'a '
1: select range_merge(vr('a','b'), vr('x','z')), vr('a','b') < vr('b','c'), multirange(vr('a','b'))
1: create type dr as range(subtype=date); select dr('2020-01-01','2020-01-05','[]'), upper(dr('2020-01-01',null)), upper_inf(dr('2020-01-01',null))
1: select format_type('dr'::regtype,null), 'dr'::regtype::oid = 'dr'::regtype
1: create temp table tt(x dr)
1: alter type dr add attribute x int
1: alter type dr owner to postgres
1: create domain drd as dr check (not isempty(value))
1: select 'empty'::drd
1: select '[2020-01-01,)'::drd
1: drop table u, e, b cascade
1: drop schema if exists s1 cascade
1: create type tr as range (subtype=text)
1: create type "my R" as range (subtype=int4)
1: select tr('a','b')::tr_multirange, "my R"(1,3), '[1,3]'::"my R"::"my R_multirange", ('{[1,2]}'::"my R[]")[1]
1: select '{[1,2],[4,5]}'::"my R_multirange" - "my R"(2,4)::"my R_multirange"
1: create view v as select tr('a','b')::tr_multirange as c, "my R"(1,3)
1: create domain d as tr
1: select ('[a,b]'::d)::tr_multirange
1: create table g(x tr, y tr_multirange generated always as (x::tr_multirange) stored, primary key(x))
1: insert into g values ('[a,b)'),('[a,b]'),('[,]')
1: insert into g values ('[a,b]')
1: select * from g order by y desc
1: select tr('a','b') = '[a,b)', tr('a','b') in ('[a,b)','[c,d)'), tr('a','b') between 'empty' and '[z,)'
