1: create table p (id int primary key, f point, l lseg, n line, b box, pa path, po polygon, c circle, ba box[], pta point[])
1: insert into p values (1,'(1,2)','[(1,2),(3,4)]','{1,-1,0}','(1,2),(3,4)','((1,2),(3,4))','((1,2),(3,4),(5,0))','<(1,2),3>','{(1,2),(3,4);(0,0),(1,1)}','{"(1,2)","(3,4)"}')
1: insert into p (id,f) values (2,'3,4'),(3,'(-10,0)'),(4,null)
1: select * from p order by id
1: select f[0], f[1], f[2], f[-1], f[null], l[0], l[1], l[2], (l[1])[0], n[0], n[2], b[0], b[1], (b[0])[1], ba[1], (ba[2])[0], pta[1], (pta[1])[1] from p order by id
1: select b[0][1] from p order by id
1: select f[0:1] from p
1: select l[0:1] from p where false
1: select c[0] from p
1: select po[0] from p
1: update p set f[0] = 17 where id = 1
1: update p set f[1] = -2.5, l[0] = '(9,9)', n[1]=4, b[1]='(100,100)' where id < 3
1: select id,f,l,n,b from p order by id
1: update p set f[2] = 17 where id = 1
1: update p set f[0] = null where id = 1
1: update p set f[null] = 1 where id = 1
1: update p set f[0:1] = '(1,2)' where id = 1
1: update p set f[0] = 'abc' where id = 1
1: update p set f[0] = true where id = 1
1: update p set f['a'] = 1 where id = 1
1: update p set f[0][1] = 3 where id=1
1: update p set f[0] = 5 where id = 4
1: insert into p (id, f[0], f[1]) values (5, 1, 2)
1: select id,f,l,n,b from p order by id
1: update p set ba[1] = '(5,5),(0,0)' where id = 1
1: update p set pta[2] = point(7,7), pta[4]='(8,8)' where id = 1
1: select ba, pta from p where id=1
1: select id from p order by f <-> point '(0,0)', id
1: select id, f <-> '(1,1)' d from p order by 2, 1
1: select * from p order by f
1: select f from p group by f
1: select distinct f from p
1: select distinct b from p
1: select b from p order by b
1: select f from p union select f from p
1: select count(*) from (select f from p union all select f from p) x
1: select count(distinct f) from p
1: select max(f) from p
1: select max(b) from p
1: select point '1,1' = point '1,1'
1: select point '1,1' in ('1,1')
1: select box '(1,1),(0,0)' = box '(5,5),(4,4)'
1: select box '(1,1),(0,0)' <> box '(5,5),(4,4)'
1: select box '(1,1),(0,0)' in ('(5,5),(4,4)','(1,2),(3,4)')
1: select box '(1,1),(0,0)' is distinct from box '(5,5),(4,4)'
1: select box '(1,1),(0,0)' is not distinct from null
1: select point '(1,1)' is distinct from point '(1,1)'
1: select point '(1,1)' is distinct from null
1: select nullif(box '(1,1),(0,0)', box '(5,5),(4,4)')
1: select case box '(1,1),(0,0)' when '(5,5),(4,4)' then 1 else 2 end
1: select array[box '(1,1),(0,0)'] = array[box '(5,5),(4,4)']
1: select array[point '(1,1)'] = array[point '(1,1)']
1: select array[point '(1,1)'] @> array[point '(1,1)']
1: select array_position(array[point '(1,1)'], point '(1,1)')
1: select array_remove(array[point '(1,1)'], point '(1,1)')
1: select row(point '(1,1)') = row(point '(1,1)')
1: select row(point '(1,1)',1) < row(point '(1,1)',2)
1: select lseg '[(0,0),(1,1)]' = lseg '[(0,0),(1,1)]'
1: create index on p (f)
1: create index on p (b)
1: create unique index on p (f)
1: create table q (f point primary key)
1: create table q (f box unique)
1: select f::text, b::text, f::varchar from p where id=1
1: select '(1,2)'::text::point, '((1,2),(3,4))'::varchar::path
1: select box '(1,1),(0,0)'::point, box '(1,1),(0,0)'::lseg, box '(1,1),(0,0)'::polygon, box '(1,1),(0,0)'::circle, lseg '[(0,0),(1,2)]'::point, circle '<(1,2),3>'::point, circle '<(1,2),3>'::box, polygon '((0,0),(1,1),(2,0))'::point, polygon '((0,0),(1,1),(2,0))'::path, polygon '((0,0),(1,1),(2,0))'::box, polygon '((0,0),(1,1),(2,0))'::circle, path '((0,0),(1,1),(2,0))'::polygon, point '(1,2)'::box
1: select npoints(circle '<(1,2),3>'::polygon), circle '<(0,0),1>'::polygon
1: select point '(1,2)'::circle
1: select @@ box '(1,1),(0,0)', @-@ lseg '[(0,0),(3,4)]', # path '((0,0),(1,1))', @-@ path '((0,0),(1,0),(0,1))', ?- lseg '[(0,0),(3,0)]', ?| lseg '[(0,0),(3,0)]', ?- line '{0,1,2}', ?| line '{0,1,2}', # polygon '((0,0),(1,1))', @@ circle '<(1,2),3>', @@ lseg '[(0,0),(3,4)]', @@ polygon '((0,0),(1,1))'
1: select point '(1,2)' + '(3,4)', point '(1,2)' - '(3,4)', point '(1,2)' * '(3,4)', point '(1,2)' / '(3,4)', box '(1,1),(0,0)' + point '(1,2)'
1: select '(1,2)' + point '(3,4)'
1: select '(1,2)' <-> '(3,4)'
1: select point '(1,1)' <@ box '(2,2),(0,0)', box '(2,2),(0,0)' @> point '(1,1)', point '(1,1)' <@ polygon '((0,0),(0,2),(2,2),(2,0))', point '(1,1)' ~= point '(1,1)', point '(1,1)' <> point '(1,1)', point '(1,1)' <^ point '(1,2)', point '(1,1)' >^ point '(1,2)', point '(1,1)' <<| point '(1,2)',  point '(1,1)' |>> point '(1,2)', point '(1,1)' << '(2,2)', point '(1,1)' >> '(2,2)', point '(1,1)' ?| '(1,3)', point '(1,1)' ?- '(1,3)'
1: select '(1,'::point
1: select 'x'::box, '(1,2)'::lseg
1: select '{0,0,1}'::line
1: select '[(1,1),(1,1)]'::line
1: select line(point '1,1', point '1,1')
1: select '(1,2),(3,4'::polygon
1: select '<(1,2),-3>'::circle
1: select point '(1e308,0)' + point '(1e308,0)'
1: select point '(1,1)' / point '(0,0)'
1: select polygon(0, circle '<(0,0),1>')
1: select polygon(3, circle '<(0,0),0>')
1: select polygon(200000000, circle '<(0,0),1>')
1: select path '[(0,0),(1,1)]'::polygon
1: select area(path '[(0,0),(1,1)]'), path '[(0,0)]' + path '((1,1))'
1: set extra_float_digits = 0
1: select point(0.1+0.2, 1/3.0), circle '<(0.1,0.2),0.30000000000000004>'
1: select f <-> '(1,1)' from p order by 1
1: set extra_float_digits = -3
1: select point(0.1+0.2, 1/3.0)
1: reset extra_float_digits
1: select pg_input_is_valid('(1,2', 'point'), pg_input_is_valid('(1,2)', 'point'), pg_input_is_valid('1e500,2','point')
1: select * from pg_input_error_info('1,y', 'point')
1: select pg_typeof(f[0]), pg_typeof(l[0]), pg_typeof(point(1,2)) from p limit 1
1: select unnest(ba), unnest(pta) from p where id=1
1: select array_agg(f order by id), array_agg(b order by id) from p
1: select to_json(f), to_jsonb(b), row_to_json(row(f,c)) from p where id=1
1: copy p (id,f,b) from stdin <<< 100	(1,2)	(1,2),(3,4)
1: copy p (id,f,b) from stdin <<< 101	(1,2)	(1,2,3
1: select id,f,b from p where b ~= '(3,4),(1,2)'
1: create table t2 as select f, c, po from p
1: select typname, typlen, typelem::regtype, typdelim, typcategory from pg_type where oid in (600,601,602,603,604,628,718) order by oid
1: alter table p add column z circle default '<(0,0),1>'
1: alter table p alter column c type box using c::box
1: alter table p alter column b type circle
1: alter table p alter column b type circle using b::circle
1: select b, c, z from p order by id
1: create view v as select f[0] as x, l[1] as e, f <-> point '(0,0)' as d, @@ po as m, f + '(1,1)' as mv, c && box '(1,1),(0,0)' as o from p
1: select * from v order by x
1: create domain dp as point check (value[0] > 0)
1: create table t3 (d dp)
1: insert into t3 values ('(1,2)')
1: insert into t3 values ('(-1,2)')
1: select d[0], d[1], d + '(1,1)' from t3
1: update t3 set d[0] = -5
1: update t3 set d[0] = 15
1: select * from t3
1: create table t4 (p point default point(1,2), check (p <@ box '(10,10),(0,0)'))
1: insert into t4 default values
1: insert into t4 values ('(11,0)')
1: select * from t4
1: select array[array[1]] = array[array[1]], array['a'] = array['a'], row(1,2)=row(1,2)
1: select array['1'::json] = array['1'::json]
1: select 1 from p where b in (select b from p)
1: select box '(1,1),(0,0)' = any (select box '(3,3),(2,2)'), box '(1,1),(0,0)' = any (array[box '(3,3),(2,2)']), box '(1,1),(0,0)' = all (array[box '(3,3),(2,2)']), box '(1,1),(0,0)' not in (box '(3,3),(2,2)')
1: select count(*) from p a join p b on a.c = b.c
1: select count(*) from p a join p b using (c)
1: select count(*) from p a natural join p b
