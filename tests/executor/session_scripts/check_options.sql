1: create table base(id int primary key, k int unique, n int not null, c int check (c < 100))
1: create view cv as select * from base where id < 10 with check option
1: insert into cv values (1,1,1,1)
1: insert into cv values (20,1,1,1)
1: insert into cv values (20,2,1,1)
1: insert into cv values (20,2,null,1)
1: insert into cv values (20,2,1,500)
1: insert into cv values (1,9,1,1)
1: update cv set id = 50
1: insert into cv values (2,2,2,2)
1: update cv set id = 50, k = 1 where id = 2
1: update cv set id = 50, n = null where id = 2
1: update cv set id = 50, c = 200 where id = 2
1: insert into cv values (50, 1, 1, 1) on conflict (id) do nothing
1: create view cv2 as select * from cv where k > 0 with local check option
1: insert into cv2 values (3, -1, 1, 1)
1: insert into cv2 values (30, 3, 1, 1)
1: insert into cv2 values (30, -3, 1, 1)
1: create view cv3 as select id, k, n from base where n > 0
1: insert into cv3 values (5,5,-1) returning *
1: create view cv4 as select id, n from cv3 where id > 3 with cascaded check option
1: insert into cv4 values (6,-1)
1: insert into cv4 values (2,1)
1: merge into cv using (values (70)) v(q) on false when not matched then insert values (q, q, q, q)
