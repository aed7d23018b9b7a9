1: create table words (id int primary key, word text, check (word not like 'bad%'), check (word like '%' or id < 0))
1: insert into words values (1, 'abc'), (2, 'ABC'), (3, 'a_c'), (4, 'a%c'), (5, 'a*c'), (6, 'a?c'), (7, 'a[b]c'), (8, 'äbc'), (9, ''), (10, null), (11, E'a\nc'), (12, 'a\c'), (13, 'Bad'), (14, 'a-c^]')
1: insert into words values (15, 'badly')
1: select id from words where word like 'a%' order by id
1: select id from words where word like 'a_c' order by id
1: select id from words where word like 'a\_c' order by id
1: select id from words where word like 'a\%c' order by id
1: select id from words where word like 'a*c' order by id
1: select id from words where word like 'a?c' order by id
1: select id from words where word like 'a[b]c' order by id
1: select id from words where word like '%[%' order by id
1: select id from words where word like '_bc' order by id
1: select id from words where word like 'a\\c' order by id
1: select id from words where word not like 'a%' order by id
1: select id from words where word like '' order by id
1: select id from words where word like '%]' order by id
1: select id from words where word like 'a%\' order by id
1: select id from words where word like '%c' or word not like '%_' order by id
1: select id, word like null, null like 'a%' from words where id = 1
1: create unique index words_starred on words (word) where word not like E'\\_\\_x\\_%'
1: create unique index words_short on words ((id is null)) where word like '\_\_x\_%'
1: insert into words values (20, '__x_1'), (21, '__x-1'), (22, '__X_1')
1: insert into words values (23, '__x_2')
1: drop table words
