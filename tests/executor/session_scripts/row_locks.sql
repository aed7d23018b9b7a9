1: create table t(id int primary key, a int, b text)
1: insert into t values (1,1,'x'),(2,1,'y'),(3,2,'z')
1: create table u(id int primary key, tid int references t)
1: create view v as select * from t where a=1
1: create view vg as select a, count(*) from t group by a
1: create view vu as select id from t union select id from u
1: create view vl as select t.id, u.id uid from t left join u on u.tid=t.id
1: select * from vg for update
1: select * from vl for update
1: select * from (select * from (select a,count(*) from t group by a) x) s for update
1: select * from (select * from (select id from t union select id from u) x) s for update
1: select * from (select * from vg) s for update
1: select * from (select distinct a from t) s for update
1: select * from t left join (select * from u) s on true for update
1: select * from t left join (select * from u limit 1) s on true for update
1: select * from t left join v on true for update
1: select * from t left join v on true for update of v
1: select * from t left join v on true for update of t
1: select * from t, (values(1)) w(x) for update
1: select * from t, (values(1)) w(x) for update of w
1: with c as (select * from t) select * from c for update
1: with c as (select * from t) select * from c for update of c
1: select * from (with c as (select * from t) select * from c) s for update
1: select * from generate_series(1,2) g for update
1: select * from t for update limit -1
1: select * from t limit 1 offset -1 for update
1: select * from t order by id fetch first 1 row with ties for update skip locked
1: select * from t order by a fetch first 1 row with ties for update
1: begin read only
1: select * from t for share
1: rollback
1: begin read only
1: select * from (select * from t for key share) s
1: rollback
1: begin read only
1: update t set a=1 where id in (select id from t for key share)
1: rollback
1: select (select id from t where a=2 for update)
1: (select id from t for update) union all (select 5)
1: select 1 for update
1: select * from t for update of t for share of x
1: select t.a, sum(id) over () from t for update
1: create temp table tt(a int)
1: begin read only
1: select * from tt for share
1: rollback
1: begin read only
1: with c as (select * from t for share) select 1
1: rollback
1: begin read only
1: with c as (select * from t for share) select * from c
1: rollback
1: create table jobs(id int primary key, state text, prio int)
1: insert into jobs select g, 'new', g % 3 from generate_series(1,9) g
1: begin
1: update jobs set state='run' where id=(select id from jobs where state='new' order by prio, id for update skip locked limit 1) returning *
1: update jobs set state='run' where id in (select id from jobs where state='new' order by prio, id for update skip locked limit 2) returning id, state
1: with next as (select id from jobs where state='new' order by id for update skip locked limit 2) update jobs set state='run' from next where jobs.id=next.id returning jobs.*, next.id nid
1: with next as materialized (select id from jobs where state='new' order by id for update skip locked limit 1) select * from next n1 join next n2 on n1.id=n2.id
1: delete from jobs using (select id from jobs where state='run' order by id for update skip locked limit 2) q where q.id=jobs.id returning jobs.id, q.id
1: select * from (select * from jobs where state='new' order by id limit 2 for update) s order by id desc
1: select * from (select * from jobs order by id limit 2) s for update
1: insert into jobs select id+100, state, prio from jobs order by id limit 2 for update returning *
1: select id from jobs order by id limit 2 offset 1 for update
1: select id from jobs order by id limit (select 2) offset 1+1 for update
1: select id from jobs order by id limit null offset null for update
1: select id from jobs order by id limit all for update
1: select id from jobs order by id limit 0 for update
1: select exists (select from jobs for update), (select id from jobs order by id limit 1 for share), array(select id from jobs order by id for key share)
1: select (select id from jobs for update)
1: rollback
1: prepare p(int,int) as select id from jobs order by id limit $1 offset $2 for no key update
1: execute p(2,1)
1: execute p(null,null)
1: execute p(-1,0)
1: execute p(1,-1)
1: select from jobs for update
1: select 1 as x from jobs limit 1 for update
1: declare c cursor for select id from jobs for update
1: begin
1: declare c cursor for select id, state from jobs order by id for update
1: fetch 2 from c
1: move 1 in c
1: fetch all from c
1: close c
1: commit
1: begin
1: declare c scroll cursor for select id from jobs for update
1: rollback
1: begin
1: declare c cursor with hold for select id from jobs for update
1: rollback
1: begin
1: declare c cursor with hold for select * from (select id from jobs for update) s
1: rollback
1: select j.*, k.id from jobs j join jobs k on k.id=j.id+1 order by j.id limit 2 for update of j for share of k nowait
1: select sum(prio) from (select * from jobs for update) s
1: select a.id from jobs a where a.id in (select b.id from jobs b where b.prio=1 order by id for update) order by 1
1: create view newjobs as select id, prio from jobs where state='new'
1: select * from newjobs order by id limit 2 for update
1: select * from newjobs n join jobs j using (id) order by id limit 2 for update of n skip locked
1: create temp table tj as select * from jobs
1: select count(*) from (select id from tj for update) x
1: select id from tj order by id limit 1 offset 1 for update
1: with a as (select id from jobs where prio=0 for update), b as (select a.id from a join jobs j on j.id=a.id for share of j) select * from b order by id
1: with unused as (select 1/0 from jobs for update) select 1
1: select id from jobs tablesample bernoulli (100) order by id limit 1 for update
1: (select id from jobs order by id limit 1 for update)
1: select id from jobs order by id limit -1 for update
1: select x.id, y.id from jobs x cross join lateral (select id from jobs z order by id limit 1 for update) y order by x.id limit 2
1: select relname from pg_class where relname='jobs' for update
1: select id from (select id from jobs order by prio, id) s limit 2 for update
1: update jobs set prio=prio+1 from (select id from jobs order by id limit 1 for update) s where s.id=jobs.id
1: merge into jobs using (select id from jobs where prio=1 order by id limit 2 for update) s on s.id=jobs.id when matched then update set prio=77
1: select id, prio from jobs order by id
1: select 2 from jobs where id=1 for update union all select 1
1: values (1) for update
1: create materialized view m as select id from t
1: select * from m for update
1: select * from (select * from m) s for share
1: select * from m, t for update of t
1: with d as (delete from jobs where id = 1 returning id) select d.id, t.id tid from d, t order by t.id for update of t
1: select id, prio from jobs order by prio, id fetch first 1 row with ties for update
1: begin
1: select id from jobs order by id limit 2 for update
2: select id from jobs order by id limit 2 for update skip locked
2: select id from jobs order by id for key share nowait
2: select id from jobs order by id limit 1 offset 2 for share nowait
2: select j.id from jobs j, t order by 1 for update of t nowait for update of j skip locked
1: savepoint a
1: select id from jobs where id = 5 for update
2: select id from jobs where id = 5 for update nowait
1: rollback to a
2: select id from jobs where id = 5 for update nowait
1: commit
2: select id from jobs order by id limit 2 for update skip locked
1: drop table jobs cascade
1: create table jobs(id int primary key, state text, prio int)
1: insert into jobs select g, 'new', g % 3 from generate_series(1,9) g
1: create table q(id int primary key)
1: insert into q values (0),(1),(2)
1: select q.id, j.id from q, lateral (select id from jobs where prio=q.id order by id desc limit 1 for update skip locked) j order by 1
1: select q.id, (select j.id from jobs j where prio=q.id order by id limit 1 for update) from q order by 1
1: select id from q where exists (select 1 from jobs where prio=q.id and jobs.id > 8 for update)
1: select id from q where id in (select prio from jobs where jobs.id > q.id + 6 for share) order by 1
1: update q set id=id+10 where exists (select from jobs where prio=q.id and id>7 for key share) returning *
1: select x from (select 1 as x) s where exists (select from q where q.id <> s.x for update)
1: select q.id, j.id from q left join lateral (select id from jobs where prio=q.id order by id desc limit 1 offset 1 for update) j on true order by 1
1: select q.id, array(select j.id from jobs j join q q2 on q2.id=j.prio where j.prio<=q.id order by j.id for update of j for share of q2) from q order by 1
1: select (with c as (select q.id as x) select jobs.id from jobs, c where prio = c.x limit 1 for update) from q order by 1
1: with c as (select id as x from q) select (select jobs.id from jobs, c where prio = c.x and c.x=q.id order by 1 limit 1 for update of jobs) from q order by 1
1: insert into q select id+100 from jobs j where exists (select from jobs k where k.id=j.id+1 for update) returning *
