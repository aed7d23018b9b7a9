1: create table t(id serial primary key, a int not null check (a > 0), b text unique)
1: copy t(a, b) from stdin <<< 1	x|2	y|-3	z|4	v
1: copy t(a, b) from stdin <<< 1	x|2	x
1: copy t(a, b) from stdin <<< 1	x|\N	x
1: copy t from stdin <<< 1	1	x|2	1	y
1: copy t from stdin <<< 3	1	z|1	1	v
1: create table c(p int references t, g int generated always as (p + 1) stored, check (g <> 4))
1: copy c from stdin <<< 1|2|5
1: copy c from stdin <<< 1|3|5
1: select * from t
