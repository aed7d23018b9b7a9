1: create table t(id int primary key, v text)
1: insert into t select i, 'v' || i from generate_series(1, 1000) i
1: create view v as select * from t
1: select count(*) from t tablesample bernoulli (100)
1: select count(*) from t tablesample system (100) repeatable (7)
1: select count(*) from t tablesample bernoulli (0)
1: select count(*) between 350 and 650 from t tablesample bernoulli (50)
1: select count(*) between 20 and 200 from t tablesample bernoulli (10) repeatable (3)
1: select (select count(*) from t tablesample bernoulli (30) repeatable (5)) = (select count(*) from t tablesample bernoulli (30) repeatable (5))
1: select (select string_agg(v, ',') from t tablesample bernoulli (30) repeatable (5)) = (select string_agg(v, ',') from t tablesample bernoulli (30) repeatable (6))
1: select count(*) from (select id from t tablesample bernoulli (20) repeatable (1) except select id from t tablesample bernoulli (40) repeatable (1)) x
1: select max(x.id) <= 10, min(x.v) is not null from t x tablesample bernoulli (100) where x.id <= 10
1: select a.id, b.v from t a tablesample bernoulli (100) join t b on a.id = b.id where a.id < 3 order by 1
1: select count(*) from t a left join t b tablesample bernoulli (0) on a.id = b.id
1: select ctid is not null from t tablesample bernoulli (100) limit 1
1: select * from t tablesample bernoulli (-1)
1: select * from t tablesample bernoulli (101)
1: select * from t tablesample bernoulli (null)
1: select * from t tablesample bernoulli (10) repeatable (null)
1: select * from t tablesample foobar (10)
1: select * from t tablesample bernoulli (10, 20)
1: select * from v tablesample bernoulli (10)
1: with q as (select 1) select * from q tablesample bernoulli (10)
1: select * from t tablesample bernoulli ('x')
1: select count(*) from t tablesample bernoulli ((select 100))
1: prepare p(float4) as select count(*) from t tablesample bernoulli ($1)
1: execute p(100)
1: execute p(0)
1: create view sv as select id from t tablesample system (10 + 1) repeatable (2)
1: select pg_get_viewdef('sv'::regclass)
1: select count(*) > -1 from sv
1: delete from sv
1: create view sv2 as select id from t tablesample bernoulli (50)
1: select pg_get_viewdef('sv2'::regclass)
1: create materialized view mv as select * from t where id <= 10
1: select count(*) from mv tablesample system (100)
1: select id, count(*) from t tablesample bernoulli (100) where id < 3 group by id order by 1
1: create table empty(a int)
1: select count(*) from empty tablesample bernoulli (200)
