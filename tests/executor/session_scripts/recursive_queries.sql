1: create table t(id int primary key, p int, v text)
1: insert into t values (1,null,'r'),(2,1,'a'),(3,1,'b'),(4,2,'c')
1: with recursive a as (select * from b), b as (select 1 as n) select * from a
1: with a as (select * from b), b as (select 1 as n) select * from a
1: with recursive a as (select 1 n union all select n+1 from b where n<3), b as (select n from a) select * from a
1: with recursive a(n) as (select 1 union all select n+1 from a where n<3), b as (select * from c), c as (select max(n) m from a) select * from b
1: create table b(n int); insert into b values (77)
1: with recursive a as (select * from b), b as (select 1 as n) select * from a
1: with a as (select * from b), b as (select 1 as n) select * from a
1: with recursive r(id) as (select 1 union all select t.id from t full join r on t.p=r.id) select * from r
1: with recursive r(id) as (select 1 union all select t.id from r full join t on t.p=r.id) select * from r
1: with recursive r(id) as (select 1 union all select t.id from r right join t on t.p=r.id) select * from r
1: with recursive r(id) as (select 1 union all select t.id from t left join r on t.p=r.id) select * from r
1: with recursive r(id) as (select 1 union all select t.id from r left join t on t.p=r.id where t.id is not null) select * from r
1: with recursive r(id) as (select 1 union all select count(*)::int from r) select * from r
1: with recursive r(id) as (select 1 union all select id+1 from r where id in (select id from r)) select * from r
1: with recursive r(id) as (select 1 union all select t.id from t where exists (select 1 from r where r.id=t.p)) select * from r
1: with recursive r(id) as (select 1 union all select r1.id+1 from r r1, r r2 where r1.id<3) select * from r
1: with recursive r(id) as (select 1 intersect select id+1 from r) select * from r
1: with recursive r(id) as (select id+1 from r) select * from r
1: with recursive r(id) as (select id+1 from r union all select 1) select * from r
1: with recursive r(id) as (select 1 union all (select id+1 from r where id<3 union all select id+10 from r where id<3)) select * from r
1: with recursive r(id) as (select 1 union all select id+1 from r where id<3 limit 2) select * from r
1: with recursive r(id) as (select 1 union all select id+1 from r where id<3 order by 1) select * from r
1: with recursive r(id) as (select 1 union all select id+1 from r where id<3 for update) select * from r
1: with recursive r(id) as (select 1 union all select id+1.5 from r where id<3) select * from r
1: with recursive r(id) as (select 1.0 union all select id+1 from r where id<3) select * from r
1: with recursive r(id) as (select null union all select id||'a' from r where length(id)<3) select * from r
1: with recursive r(id) as (select 'a'::varchar(3) union all select id||'a' from r where length(id)<3) select * from r
1: with recursive r(a,b) as (select 1 union all select a+1 from r where a<3) select * from r
1: with recursive r(id) as (values (1),(5) union select id+1 from r where id<7) select * from r order by 1
1: with recursive r(id) as ((select 1 union select 2) union all select id+10 from r where id<7) select * from r order by 1
1: with recursive r(id) as ((values (3),(1) order by 1 limit 1) union all select id+1 from r where id<4) select * from r order by 1
1: with recursive r as (select id, array[id] path from t where p is null union all select t.id, r.path||t.id from t join r on t.p=r.id) select * from r order by path
1: with recursive r as (with q as (select 1 x) select x from q union all select x+1 from r, (select 1) z where x<3) select * from r
1: with recursive r(x) as (select 1 union all select x+1 from r where x<3), r2(y) as (select x*10 from r union all select y+1 from r2 where y<12) select * from r2 order by 1
1: with recursive r as (with r as (select 5 z) select * from r) select * from r
1: with recursive x as (select 1), x as (select 2) select * from x
1: with q(a,a) as (select 1,2) select * from q
1: with q(a,a) as (select 1,2) select a from q
1: with q(a,b,c) as (select 1,2) select a from q
1: with q as (select 1 a) select (with q as (select 2 a) select a from q), a from q
1: with q as (select 1 a), w as (select a+1 b from q) select * from w, (with q as (select 9 a) select * from q) z
1: with recursive r(x) as (select 1 union select x%3+1 from r) select count(*) from r
1: with recursive r(x) as (select 1 union all select x+1 from r) select * from r limit 3
1: with recursive r(x) as (select 1 union all select x+1 from r) select * from r offset 2 limit 3
1: with recursive r(x) as (select 1 union all select x+1 from r where x<3) select r1.x, r2.x from r r1 join r r2 on r1.x=r2.x+1 order by 1
1: with recursive r(x) as (select 1 union all delete from t returning id) select * from r
1: with recursive r(x) as (insert into t select * from r returning 1) select * from r
1: with q as (select 1 a) insert into b select a from q returning *, (select a+1 from q)
1: with q as (select 1 a) update b set n = (select a from q) + n returning *
1: with q as (select 1 a) delete from b using q where n=q.a+1 returning n, q.a
1: with q as (select 77 a) delete from b where n in (table q)
1: select n from b limit (with q as (select 1) select * from q)
1: with q as (select 1 l) select n from b order by n limit (select l from q)
1: with q as (select 1 l) values (1),(2) limit (select l from q)
1: with q as (select 1 l) (select n from b union all select 2) order by 1 limit (select l from q)
