-- One query a line; recorded.json has what PostgreSQL makes of a view of it.
select id, n, c from q where id > 3
select * from r
select q.id from q
select q.id as id, n as name, 1, 'x' from q
select id as "Id", n as "select" from q
select q.id from q q
select a.id from q a
select a.id, b.id as id2 from q a, q b
select q.id, r.v from q join r on q.id = r.qid
select q.id, r.v from q left join r on q.id = r.qid and r.v = 'x'
select q.id, r.v from q right join r on q.id = r.qid where q.id is not null or r.v is null
select q.id, r.v from q full join r on q.id = r.qid
select q.id, r.v from q cross join r
select q.id, r.v from q, r where q.id = r.qid and q.b
select a.id from q a join r b on a.id = b.qid join r c on b.id = c.id left join r d on c.v = d.v
select a.id from q a join (r b join r c on b.id = c.id) on a.id = b.qid
select a.id, x.y from q a, t1 x join t2 z using (x) where a.id = z.z
select * from t1 join t2 using (x)
select * from t1 left join t2 using (x)
select * from t1 right join t2 using (x)
select * from t1 full join t2 using (x)
select x, y, z from t1 full join t2 using (x) where x > 1 order by x
select * from t1 natural join t2
select x from t1 join t3 using (x)
select x from t1 left join t3 using (x)
select j.x, j.y from (t1 join t2 using (x)) j
select j.x from (t1 full join t2 using (x)) j
select j.x, t1.y from t1 join t2 using (x) as j
select * from t1 join t2 on true
select * from t1 left join t2 on true
select count(*) from q
select n, count(*), sum(d), max(id) from q group by n
select n, count(*) as cnt from q group by n having count(*) > 1 order by n
select lower(n) as l, count(*) from q group by lower(n) order by lower(n)
select n, count(*) from q group by 1 order by 2 desc
select id + 1 as x, count(*) from q group by id + 1 order by id + 1 desc nulls last
select count(distinct n), string_agg(n, ',' order by id desc), array_agg(id order by n, id) from q
select count(*) filter (where b), sum(id) filter (where id > 1 and b) from q
select percentile_cont(0.5) within group (order by f) from q
select mode() within group (order by n) from q
select distinct n from q
select distinct on (n) n, id from q order by n, id desc
select distinct on (n, id + 1) n, id from q order by n, id + 1
select id from q order by id desc, n nulls first, c desc nulls last
select id from q order by 1
select id as n from q order by n
select id as n from q order by q.n
select id from q order by lower(n)
select id from q order by id + 1
select id from q order by (select 1)
select id from q limit 10
select id from q limit 10 offset 5
select id from q offset 5
select id from q order by id fetch first 3 rows with ties
select id from q order by id fetch first row only
select row_number() over (), rank() over (order by id), sum(d) over (partition by n order by id) from q
select sum(d) over (partition by n, lower(c) order by id desc rows between 1 preceding and current row) from q
select sum(d) over (order by id rows unbounded preceding), count(*) over (order by id range between unbounded preceding and unbounded following) from q
select sum(d) over w, max(d) over w as m from q window w as (partition by n order by id)
select sum(d) over w, count(*) over (w rows 2 preceding) from q window w as (partition by n order by id)
select sum(d) over (w order by id) from q window w as (partition by n)
select sum(d) over (order by id), sum(d) over w as s2 from q window w as (order by id)
select count(*) over (order by id groups between 1 preceding and 1 following exclude ties) from q
select lag(n, 1, 'x') over (order by id) from q
select first_value(id) filter (where true) over () from q
select sum(d) filter (where b) over (order by id) from q
select s.id from (select id from q) s
select s.x, s.y from (select id, n from q) s(x, y)
select s.x from (select q.id as x from q where q.id > 1) s where s.x < 10
select q.id, s.n from q, (select id, n from q) s
select q.id from q, lateral (select v from r where r.qid = q.id) s
select q.id, s.v from q left join lateral (select v from r where r.qid = q.id limit 1) s on true
select id from (select id from q)
select v.a, v.b from (values (1, 'x'), (2, 'y')) v(a, b)
values (1, 'x'), (2, 'y')
values (1, 'x'), (2, 'y') order by 1 limit 1
select * from (values (1), (2)) as v
select g from generate_series(1, 3) g
select g.x from generate_series(1, 3) as g(x)
select * from generate_series(1, 3)
select g, o from generate_series(1, 3) with ordinality as t(g, o)
select q.id, u from q, unnest(arr) u
select q.id, u.a from q, lateral unnest(q.arr) as u(a)
select q.id, u from q left join unnest(arr) as u on true
select * from rows from (generate_series(1, 2), generate_series(1, 3)) as t(a, b)
select * from unnest(array[1, 2], array['a', 'b']) as t(a, b)
select key, value from q, jsonb_each(j)
select e.key, e.value from q, jsonb_each_text(q.j) e
select d from current_date d
select unnest(arr) from q
select id, generate_series(1, 3) as g from q
with w as (select id, n from q) select * from w
with w as (select id, n from q) select w.id from w join r on r.qid = w.id
with w(a, b) as (select id, n from q) select a from w where b is null
with w as materialized (select id from q), w2 as not materialized (select id from w) select w.id from w, w2
with recursive t(n) as (values (1) union all select n + 1 from t where n < 10) select n from t
with recursive t as (select 1 as n union select t.n + 1 from t where t.n < 10) select sum(n) from t
with q as (select id from r) select * from q
with w as (select id from q) select * from w x
select id from q union select id from r
select id from q union all select id from r union all select qid from r
select id from q union all (select id from r union select qid from r)
(select id from q union select id from r) intersect select qid from r
select id from q except select id from r except select qid from r
select id, n from q union all select id, n from r order by id desc, 2 limit 3
(select id from q order by id limit 1) union all (select id from r)
select id from q union all select 1.5
select 1 as a, 'x' as b union select 2, 'y'
select n from q union select v from r
select * from (select id from q union select id from r) u
values (1) union all values (2)
select id from q where exists (select 1 from r where r.qid = q.id)
select id from q where exists (select * from r where r.qid = q.id and exists (select 1 from q q2 where q2.id = r.id))
select id from q where id in (select qid from r)
select id, (select count(*) from r where r.qid = q.id) as cnt from q
select id, (select v from r r2 where r2.qid = q.id order by v limit 1) from q
select id, array(select v from r where r.qid = q.id) as vs from q
select case when id > 0 then 'pos' when id < 0 then 'neg' else 'zero' end as sign, n from q
select id, case n when 'a' then (select 1) else 2 end from q order by case when b then 1 else 2 end
select * from base
select base.id, x.n from base join base x on x.id = base.id
select o.a from other.o
select * from other.q
select q.a, p.id from other.q join q p on p.id = q.a
select "Col", "select" from "Odd"
select o."Col" as x from "Odd" o where o."Col" > 1 group by o."Col"
select q from q
select q.*, r.v from q, r
select row(q.*) from q
select row_to_json(q) as r, to_jsonb(q.*) as s from q
select json_agg(q) from q
select count(q.*) from q
select q.tableoid::regclass from q
select a.x from t1 a(x, w)
select a.w from t1 a(q, w) where q > 1
select id from only q
select 1
select 1 as one, null as nothing
select current_date as today, now()
select n || ' ' || c as full_name, upper(n) as u, id::text || 'x' as t from q where (n like 'a%' or c ilike '%b') and not b and id between 1 and 10 and d in (1, 2, 3)
select sum(case when b then 1 else 0 end) as cnt, coalesce(sum(d), 0) as total, round(avg(d), 2) as mean from q group by n having sum(d) > 100
select date_trunc('month', ts) as month, count(*) from q group by date_trunc('month', ts) order by month
select date_trunc('month', ts) as month, count(*) from q group by 1 order by 1
select t1.x from t1 where (t1.x, t1.y) in (select x, z from t2)
select t1.x from t1 where not exists (select 1 from t2 where t2.x = t1.x) and t1.y is not null
select id from q where n = 'a' and (c = 'b' or c = 'd') and id in (select r.id from r where r.v in ('a', 'b'))
select * from t1 a join t1 b on a.x = b.x join t1 c on b.x = c.x and c.y > (select avg(y) from t1)
select x.id, x.rn from (select id, row_number() over (partition by n order by ts desc) as rn from q) x where x.rn = 1
