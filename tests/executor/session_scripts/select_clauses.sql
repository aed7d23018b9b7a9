1: create table t(id int primary key, a int, b text, d date)
1: insert into t values (1,3,'x','2024-01-01'),(2,3,'y','2024-01-02'),(3,1,'x','2024-01-03'),(4,null,'z',null),(5,1,null,'2024-01-04')
1: select distinct a from t order by a
1: select distinct a, b from t order by b desc nulls last, a
1: select distinct on (a) a, id from t order by a, id desc
1: select distinct on (a) a, id from t order by a nulls first, id desc limit 2 offset 1
1: select distinct on (b, a) b, a, id from t order by a, b, id
1: select distinct on (a) a, id from t order by id
1: select distinct on (1) a, id from t order by 1, 2 desc
1: select distinct on (a+1) a, id from t order by a+1, 2 desc
1: select distinct on (a) id from t order by a desc, id
1: select distinct on (a) a, count(*) from t group by a order by a
1: select distinct on (a) a, row_number() over (order by id) from t order by a, 2
1: select distinct a from t order by id
1: select distinct a as x from t order by x
1: select distinct a from t order by a + 1
1: select distinct a, generate_series(1,2) g from t order by 1, 2
1: select a, count(*) from t group by a order by count(*) desc, a
1: select a as x, count(*) from t group by x order by x
1: select a as b, count(*) from t group by b order by 1
1: select a + 1 as y, count(*) from t group by a + 1 order by y
1: select a + 1, count(*) from t group by a order by a + 1
1: select t.*, count(*) from t group by id order by id
1: select t, count(*) from t group by id order by id
1: select t, count(*) from t group by t order by t
1: select a, b, grouping(a,b), count(*) from t group by cube(a,b) order by 3,1,2
1: select a from t group by a having a > 1
1: select count(*) from t having count(*) > 10
1: select 1 from t having true
1: select 1 from t having false
1: select id from t having true
1: select a, sum(id) filter (where b = 'x') from t group by a order by a
1: select string_agg(b, ',' order by b desc), string_agg(distinct b, ',' order by b) from t
1: select string_agg(distinct b, ',' order by a) from t
1: select array_agg(a order by id), array_agg(distinct a order by a desc nulls last) from t
1: select count(distinct (a,b)) from t
1: select count(distinct a, b) from t
1: select sum(a) over w, count(*) over (w order by id) from t window w as (partition by b) order by id
1: select sum(id) over (order by id rows between 1 preceding and 1 following exclude current row) from t order by id
1: select sum(id) over (order by id rows between -1 preceding and 1 following) from t order by id
1: select sum(id) over (order by id rows between null preceding and 1 following) from t order by id
1: select sum(id) over (order by id rows between 1 following and 1 preceding) from t order by id
1: select sum(id) over (order by id rows between a preceding and 1 following) from t order by id
1: select sum(id) over (order by a groups between 1 preceding and current row) from t order by id
1: select sum(id) over (order by a range between 1 preceding and current row) from t order by id
1: select sum(id) over (order by a desc range between 1 preceding and current row) from t order by id
1: select sum(id) over (order by a nulls first range between 1 preceding and current row) from t order by id
1: select sum(id) over (order by a, id range between 1 preceding and current row) from t order by id
1: select first_value(b) over (order by id) , last_value(b) over (order by id), nth_value(id, 2) over (order by id) from t order by id
1: select lag(b, 2, 'none') over (order by id), lead(a, 1) over (order by id) from t order by id
1: select ntile(2) over (order by id), percent_rank() over (order by a), cume_dist() over (order by a) from t order by id
1: select rank() over (order by a), dense_rank() over (order by a desc nulls last) from t order by id
1: select sum(count(*)) over (order by a) from t group by a order by a
1: select a, rank() over (order by sum(id)) from t group by a order by a
1: select row_number() over (partition by a order by id desc) rn, id from t where row_number() over () = 1
1: select id from t order by row_number() over (order by b desc nulls first)
1: select id from t where id = any (array[1,2]) and a is distinct from 3
1: select id from t order by b using > 
1: select id from t order by b collate "C" desc nulls first, id
1: select id x, a id from t order by id
1: select id x, a id from t order by id + 0
1: select id from t order by 2
1: select id from t order by 'x'
1: select id from t order by null
1: select id from t order by id limit null offset null
1: select id from t order by id limit 2 offset 1
1: select id from t order by id offset -1
1: select id from t order by id limit -1
1: select id from t order by id limit 1.5
1: select id from t order by id limit 2.5
1: select id from t order by id limit '2'
1: select id from t order by id limit 'x'
1: select id from t order by id limit a
1: select id from t order by id limit (select 2)
1: select id from t order by id limit (select count(*) from t) - 3
1: select id from t order by id limit count(*)
1: select id from t order by id limit all
1: select id from t order by id fetch first row only
1: select a, id from t order by a fetch first 1 row with ties
1: select a, id from t order by a desc nulls last offset 1 fetch first 1 row with ties
1: select a, id from t order by a fetch first 0 row with ties
1: select a from t fetch first 1 row with ties
1: select a, id from t union all select 1, 9 order by a fetch first 2 rows with ties
1: select distinct a from t order by a fetch first 2 rows with ties
1: select a, count(*) from t group by a order by count(*) desc fetch first 1 rows with ties
1: select a, id from t order by a fetch first (1+1) rows with ties
1: select a, id from t order by a fetch first null rows with ties
1: select a, id from t order by a fetch first -1 rows with ties
1: select id from t for update limit 1
1: select id from t order by id for update of t skip locked
1: select id from t order by id for update of nosuch
1: select id from t x order by id for update of t
1: select id from t order by id for share nowait for update
1: select count(*) from t for update
1: select distinct a from t for update
1: select id from t union select 1 for update
1: select * from (values (1)) v for update
1: select id from t left join (select 1 z) q on true for update of q
1: select t.id from t left join t t2 on t2.id=t.id+1 for update
1: select t.id from t left join t t2 on t2.id=t.id+1 for update of t2
1: select id from t for update of public.t
1: with w as (select 1 q) select * from w for update
1: select (select id from t where id = 1 for update of u) from t u
1: values (1) for update
1: select * from generate_series(1,2) g for update of g
1: select generate_series(1,2) from t for update
