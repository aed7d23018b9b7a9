1: create table p(id int primary key, u text unique)
1: insert into p values (1,'a'),(2,'b')
1: create table c(x int, p int references p, u text references p(u))
1: insert into c values (1,1,'a')
1: insert into c values (1,5,'q')
1: insert into c values (1,5,'a'),(2,6,'b')
1: insert into c values (1,null,'zz')
1: delete from p where id=1
1: delete from p
1: update p set id=7 where id=1
1: update p set u='x' where id=1
1: update c set p=8
1: delete from c
1: insert into c values (1,1,null)
1: begin
1: insert into c values (3,3,null)
1: rollback
1: begin
1: insert into p values (3,'c')
1: savepoint s
1: insert into c values (3,4,null)
1: rollback to s
1: insert into c values (3,3,null)
1: savepoint t
1: delete from p where id = 3
1: rollback to t
1: commit
1: select count(*) from c
1: create table rp(id int primary key)
1: create table rc(id int references rp on delete restrict on update restrict)
1: insert into rp values (1),(2)
1: insert into rc values (1)
1: delete from rp
1: update rp set id=id+10
1: create table casc(id int primary key, p int references p on delete cascade)
1: create table grand(id int, c int references casc)
1: delete from c
1: insert into casc values (1,1)
1: insert into grand values (1,1)
1: delete from p where id=1
1: delete from grand
1: delete from casc
1: create table sn(id int not null, p int not null references p on delete set null)
1: insert into sn values (1,1)
1: delete from p where id=1
1: create table sd(id int, p int default 77 references p on delete set default)
1: insert into sd values (1,2)
1: delete from p where id=2
1: create table self(id int primary key, p int references self)
1: insert into self values (1,2),(2,3),(3,null),(4,9)
1: insert into self values (1,2),(2,3),(3,null)
1: delete from self where id=3
1: delete from self where id>1
1: update self set id=id+10
1: update self set p=99 where id=1
1: create table pk2(a int, b int, primary key (a,b))
1: create table fk2(x int, y int, foreign key (x,y) references pk2 on update restrict)
1: insert into fk2 values (1,null),(2,3)
1: insert into pk2 values (1,2)
1: insert into fk2 values (1,2)
1: update pk2 set b=3
1: delete from pk2
1: create table d(a int primary key, c int references d deferrable initially deferred)
1: begin; insert into d values (1,2)
1: commit
1: insert into d values (1,1)
1: insert into d values (7,8)
1: begin; insert into d values (2,1); delete from d where a=1
1: commit
1: insert into d values (2,2)
1: insert into d values (3,2)
1: begin; delete from d where a=2
1: commit
1: begin; update d set a=9 where a=2
1: commit
1: begin; delete from d where a=2; insert into d values (2,2)
1: commit
1: select * from d order by a
