1: create role partitions_reader login; create table pp (a int, b int) partition by list (a); create table pp1 partition of pp for values in (1); grant select, insert, update (b), delete on pp to partitions_reader
1: set role partitions_reader
1: insert into pp values (1, 2)
1: select * from pp
1: select * from pp1
1: update pp set b = 3 where a = 1
1: update pp set a = 1
1: insert into pp1 values (1, 2)
1: create table pp2 partition of pp for values in (2)
1: alter table pp add column c int
1: delete from pp
1: reset role
1: drop table pp; drop role partitions_reader
