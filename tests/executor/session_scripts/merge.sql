1: create table t(id int primary key, v text, n numeric(8,2) default 1.5, g int generated always as (id * 2) stored)
1: create table s(id int, w text, amount numeric)
1: insert into t (id, v) values (1, 'a'), (2, 'b'), (3, 'c')
1: insert into s values (2, 'two', 20), (3, 'three', null), (4, 'four', 40), (5, 'five', 50)
1: merge into t using s on t.id = s.id when matched then update set v = s.w when not matched then insert (id, v) values (s.id, s.w)
1: select * from t order by id
1: merge into t using s on t.id = s.id when matched and s.amount is null then delete when matched then update set n = n + s.amount, v = default when not matched then do nothing
1: select * from t order by id
1: merge into t as x using (select * from s where id > 3) as y on x.id = y.id when not matched by source and x.id = 1 then delete when not matched by source then update set v = 'no source' when matched then update set (v, n) = (y.w || '!', y.amount)
1: select * from t order by id
1: merge into t using (values (10, 'ten'), (2, 'zwei')) as s(id, w) on t.id = s.id when not matched by target then insert values (s.id, s.w) when matched then update set v = w returning merge_action(), t.*
1: merge into t using (values (11, 'eleven'), (2, 'deux')) as s(id, w) on t.id = s.id when not matched then insert (id, v) values (id, w) when matched then delete returning merge_action(), s.w, t.id, old.v, new.v, old.id, new.id
1: merge into t using (values (12, 'twelve')) as s(id, w) on t.id = s.id when not matched then insert (id, v) values (s.id, default) returning *
1: merge into t using (values (12, 'twelve')) as s(id, w) on t.id = s.id when matched then update set v = s.w returning merge_action() as act, old, new, t.g
1: select * from t order by id
1: merge into t using (values (12, 'x'), (12, 'y')) as s(id, w) on t.id = s.id when matched then update set v = s.w
1: merge into t using (values (12, 'x'), (12, 'y')) as s(id, w) on t.id = s.id when matched then do nothing
1: merge into t using (values (99, 'x'), (99, 'y')) as s(id, w) on t.id = s.id when not matched then insert (id, v) values (s.id, s.w)
1: merge into t using s on false when not matched then insert (id, v) values (100 + s.id, s.w)
1: select id, v from t where id > 100 order by id
1: merge into t using s on t.id = s.id + 100 when not matched by source and t.id < 100 then delete
1: select id, v from t order by id
1: merge into t using t on true when matched then delete
1: merge into t using s on t.id = s.id when matched then delete when matched then update set v = 'x'
1: merge into t using s on t.id = s.id when not matched then insert (id, v) values (t.id, s.w)
1: merge into t using s on t.id = s.id when not matched by source then update set v = s.w
1: merge into t using s on t.id = s.id when not matched by source then update set v = w
1: merge into t using s on t.id = s.id when matched then update set nothing = 1
1: merge into t using s on t.id = s.id when matched then update set g = 1
1: merge into t using s on t.id = s.id when not matched then insert (id, g) values (1, 1)
1: merge into t using s on t.id = s.id when matched and count(*) > 1 then delete
1: merge into nothing using s on true when matched then delete
1: select merge_action()
1: merge into t using s on t.id = s.id + 100 when matched then insert values (1)
1: with m as (merge into t using s on t.id = s.id + 100 when matched and s.id = 2 then delete when matched then update set v = t.v || '#' returning merge_action() a, t.id, s.w) select * from m order by id
1: with x as (select id + 100 as id, 'cte' as w from s) merge into t using x on t.id = x.id when matched then update set v = x.w
1: select id, v, n, g from t order by id
1: prepare m(int, text) as merge into t using (values ($1, $2)) as s(id, w) on t.id = s.id when matched then update set v = s.w when not matched then insert (id, v) values (s.id, s.w) returning merge_action(), t.id, t.v
1: execute m(500, 'new')
1: execute m(500, 'changed')
1: create view tv as select id, v as name from t where id >= 500 with check option
1: merge into tv using (values (500, 'through view'), (501, 'inserted'), (103, 'unseen')) as s(id, w) on tv.id = s.id when matched then update set name = s.w when not matched and s.id > 500 then insert (id, name) values (s.id, s.w) returning merge_action(), tv.*
1: merge into tv using (values (7)) as s(id) on tv.id = s.id when not matched then insert (id, name) values (s.id, 'outside')
1: create table c(a int check (a > 0), b int not null default 5)
1: merge into c using (values (1), (2)) s(x) on c.a = s.x when not matched then insert (a) values (s.x)
1: merge into c using (values (1)) s(x) on c.a = s.x when matched then update set a = -a
1: merge into c using (values (1), (3)) s(x) on c.a = s.x when matched then update set b = null
1: merge into c using (values (7)) s(x) on c.a = s.x when not matched then insert default values returning *
1: merge into c using (select count(*) from c) s(x) on c.a = s.x when not matched then insert (a) values (s.x + 10) returning a, b
1: select * from c order by 1, 2
1: begin read only
1: merge into c using (values (7)) s(x) on c.a = s.x when matched then delete
1: rollback
1: create table seqs(id serial primary key, v text)
1: merge into seqs using (values ('a'), ('b')) s(w) on seqs.v = s.w when not matched then insert (v) values (s.w) returning id
1: with m as (merge into seqs using (values ('a'), ('c')) s(w) on seqs.v = s.w when not matched then insert (v) values (s.w) when matched then update set v = s.w || (select count(*) from seqs) returning merge_action(), id, seqs.v) select * from m order by id
1: select count(*) from s full join t on s.id = t.id
1: merge into t using s join s s2 using (id) on t.id = s.id when not matched then insert (id, v) values (s.id + 900, s2.w)
1: select count(*) from t
1: merge into t using s on t.id = s.id + 900 when not matched by source then delete when matched then update set v = 'kept' when not matched by target then insert (id) values (1)
1: select id, v from t order by id
