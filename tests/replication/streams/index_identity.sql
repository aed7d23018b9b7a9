create table indexed (a integer not null, b text not null, c text, unique (b, a));
alter table indexed replica identity using index indexed_b_a_key;
create publication codecs_publication for all tables;
-- start
insert into indexed values (1, 'k', null);
update indexed set c = 'x';
update indexed set b = 'l';
delete from indexed;
