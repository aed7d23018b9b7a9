-- One expression a line, over table q; recorded.json has what PostgreSQL makes of each.
id
n
q.c
'x'
'it''s'
E'a\\b'
NULL
NULL::int
1
-1
2147483647
2147483648
-2147483648
9223372036854775807
9223372036854775808
-9223372036854775808
1.5
-1.5
1e10
1.0
0.0001
'1.50'::numeric
'7'::numeric
'NaN'::numeric
1.5::numeric(10,1)
true
false
't'::bool
'x'::varchar
'x'::varchar(10)
'x'::char
'x'::char(4)
'x'::bpchar
'x'::"char"
'x'::name
'x'::text::varchar(3)
'foo'::text::char(3)
'2020-01-02'::date
'2020-01-02 03:04:05'::timestamp
'2020-01-02 03:04:05+02'::timestamptz
'03:04:05'::time
'03:04:05+01'::timetz
'2020-01-02 03:04:05.678'::timestamp(1)
interval '1 day'
interval '1' day
interval '1 day 02:03:04.5'
interval '1-2' year to month
interval '3.5' second(1)
'\xdeadbeef'::bytea
'{1,2}'::int[]
'{"a": 1}'::jsonb
'{"a" : 1}'::json
'00000000-0000-0000-0000-000000000001'::uuid
1.5::float8
'1.5'::float8
'1e300'::float8
'5'::bigint
5::bigint
5::smallint
'5'::smallint
'q'::regclass
'pg_class'::regclass
'int4'::regtype
'lower(text)'::regprocedure
id::bigint
id::text
id::numeric
id::numeric(12,3)
id::varchar
id::varchar(3)
c::varchar(5)
n::text
n::varchar(3)
n::char(3)
d::int
d::numeric(5,1)
d::text
f::int
f::numeric
b::int
b::text
big::int
ts::date
ts::timestamp
dt::timestamp
ts::text
ts::timestamptz(3)
arr::text[]
arr::bigint[]
arr::text
j::text
c::int
c::jsonb
c::date
id::oid
ch::text
ch || 'x'
id + 1
id + 1 * 2
(id + 1) * 2
id - (1 - 2)
(id - 1) - 2
id * 2 / 3
id * (2 / 3)
id % 2 = 0
id + big
id + d
d + f
-id
- (id + 1)
-(-id)
@ id
+id
id ^ 2
|/ f
||/ f
id & 1 | 2
~id
id << 2 >> 1
id + -1
id > 0
id > 0 and id < 10
id > 0 or id < 10 and b
(id > 0 or id < 10) and b
not b
not (b and id > 0)
not id > 0
not (not b)
b and b and b
b and (b and b)
b or (b or b)
(b or b) or b
b and not b or b
id = 1 and n = 'x'
n = 'x'
n = c
c = 'x'
c <> 'x'
c != 'x'
n = n
ch = 'x'
ch = c
ch = n
d = 1
d > 1.5
big = 1
f > 1
id = 1.5
id = big
id = '5'
dt = '2020-01-01'
dt > ts
ts > now()
ts > now() - interval '1 day'
ts - interval '1 day' < now()
dt + 1
dt - dt
ts + '1 day'
iv * 2
u = '00000000-0000-0000-0000-000000000001'
id is null
id is not null
(id + 1) is null
(id > 1) is null
b is true
b is not true
b is false
b is not false
b is unknown
b is not unknown
(id = 1) is true
id is distinct from 1
id is not distinct from 1
id is distinct from null
n is distinct from 'x'
not (id is distinct from 1)
id between 1 and 10
id not between 1 and 10
id between symmetric 10 and 1
id not between symmetric 10 and 1
id in (1, 2, 3)
id not in (1, 2, 3)
id in (1)
id not in (1)
id in (1, 2, id)
id in (id, big)
id in (1, id)
id in (1, 2, id, big)
n in ('a', 'b')
n not in ('a', 'b')
c in ('a', 'b')
ch in ('a', 'b')
d in (1, 2.5)
big in (1, 2)
id in (1, 2.5)
dt in ('2020-01-01', '2020-01-02')
(id, c) in ((1, 'a'), (2, 'b'))
id = any (array[1, 2])
id = any (arr)
id <> all (arr)
id > any ('{1,2}')
n = any (array['a', 'b'])
c = any ('{a,b}'::text[])
c like any (array['a%', 'b%'])
id + 1 = any (arr)
n like 'a%'
c like 'a%'
c not like 'a%'
c ilike 'a%'
c not ilike 'a%'
c like 'a!%' escape '!'
c not like 'a' escape ''
c similar to 'a'
c not similar to 'a' escape '#'
c ~ 'a'
c ~* 'a'
c !~ 'a'
c !~* 'a'
ch like 'a%'
lower(c)
lower(n)
upper(c) || lower(n)
length(c) > 3
left(c, 2)
right(c, 2)
substr(c, 2)
substring(c, 2)
substring(c, 2, 3)
substring(c from 2)
substring(c from 2 for 3)
substring(c for 3)
substring(c from 'a.')
substring(c similar 'a#"b#"' escape '#')
position('a' in c)
strpos(c, 'a')
position('a' in n)
overlay(c placing 'x' from 2)
overlay(c placing 'x' from 2 for 3)
trim(c)
trim(both from c)
trim(both 'x' from c)
trim(leading 'x' from c)
trim(leading from c)
trim(trailing 'x' from c)
trim(trailing from n)
btrim(c)
btrim(c, 'x')
ltrim(c)
extract(year from ts)
extract(epoch from iv)
extract(day from dt)
date_part('year', ts)
extract(year from ts) > 2000
ts at time zone 'utc'
tz at time zone 'utc'
now() at time zone 'utc'
ts at local
(ts at time zone 'utc')::date
(ts at time zone 'utc') at time zone 'cet'
timezone('utc', ts)
(ts, ts) overlaps (ts, ts)
(tz, interval '1 day') overlaps (tz, interval '2 day')
c is normalized
c is nfc normalized
c is not nfkc normalized
normalize(c)
normalize(c, nfd)
current_date
current_time
current_time(2)
current_timestamp
current_timestamp(3)
localtime
localtimestamp
localtimestamp(0)
current_user
session_user
user
current_role
current_catalog
current_schema
now()
current_date - 1
(current_date - 1)::text
current_timestamp - interval '1 day'
coalesce(n, 'x')
coalesce(c, n, 'x')
coalesce(id, 0) + 1
coalesce(d, 0)
nullif(n, 'x')
nullif(id, 0)
nullif(d, 0)
greatest(id, 1)
least(id, big)
greatest(n, 'x')
case when id > 0 then 1 else 2 end
case when id > 0 then 'a' end
case id when 1 then 'x' when 2 then 'y' else 'z' end
case n when 'a' then 1 end
case when b then d else 1 end
case when b then case when id = 1 then 2 end else 3 end
case when b then 1 else 2 end + 1
array[1, 2]
array[id, 2]
array[n, 'x']
array[]::int[]
array[1, 2]::bigint[]
array[[1, 2], [3, 4]]
array['a', 'b']::varchar[]
arr[1]
arr[id + 1]
arr[1:2]
arr[:2]
arr[1:]
arr[1][2]
(array[1, 2])[1]
(string_to_array(c, ','))[1]
arr || 1
arr || array[1]
array_append(arr, 1)
arr && array[1]
arr @> array[1]
array_length(arr, 1)
cardinality(arr)
row(1, 2)
row(id, c)
(1, 2) = (id, 2)
(1, 2) <> (id, 2)
(id, 2) < (1, 2)
(id, c) >= (1, 'x')
row(1) = row(id)
n collate "C"
(c collate "C") || 'x'
c || 'x' collate "C"
c < 'a' collate "C"
lower(c collate "C")
n || c
n || 'x'
c || id
id || c
'a' || 'b'
1 || 'a'
c || null
j -> 'a'
j ->> 'a'
j -> 'a' ->> 'b'
j #> '{a,b}'
j #>> '{a,b}'
(j ->> 'a')::int
((j ->> 'a')::int) + 1
j @> '{"a": 1}'
j ? 'a'
j ['a']
j ['a']['b']
jsonb_build_object('a', id, 'b', c)
jsonb_extract_path(j, 'a', 'b')
jsonb_array_length(j)
to_jsonb(id)
concat(c, 'x', id)
concat_ws(',', c, n)
format('%s', id)
format('%s-%s', id, c)
make_interval(days => 3)
make_interval(1, days => id)
make_date(2020, 1, 2)
make_timestamptz(2020, 1, 2, 3, 4, 5)
date_trunc('day', ts)
to_char(ts, 'YYYY')
to_char(d, '999')
age(ts)
round(d)
round(d, 1)
abs(id)
mod(id, 2)
power(f, 2)
floor(f)
random()
md5(c)
encode(ba, 'hex')
decode(c, 'hex')
char_length(n)
octet_length(c)
ascii(c)
chr(id)
repeat(c, 2)
replace(c, 'a', 'b')
split_part(c, ',', 1)
regexp_replace(c, 'a', 'b', 'g')
string_to_array(c, ',')
array_to_string(arr, ',')
nextval('q_seq')
nextval('q_seq'::regclass)
nextval('other.o_seq')
gen_random_uuid()
pg_get_viewdef('q'::regclass)
row_to_json(q)
to_json(q.*)
q is null
q.* is not null
text(id)
int4(d)
varchar(c)
bool(id)
"numeric"(id)
upper((c))
(((id)))
(id + 1)::bigint * 2
(id > 1)::int
(not b)::text
(b is null)::int
-(id)::bigint
(-id)::bigint
(-1)::bigint
(- 1.5)::int
not b is null
(id = 1) = b
(id = 1) <> (id = 2)
(id is null) = b
id = 1 is true
(n like 'a') = b
exists (select 1)
exists (select 1 from r where r.qid = q.id)
(select 1)
(select max(r.id) from r where r.qid = q.id)
array(select r.id from r order by r.id)
id in (select r.qid from r)
id not in (select qid from r)
id = any (select qid from r)
id > all (select qid from r)
id = (select max(qid) from r)
(id, n) in (select r.id, r.n from r)
(select count(*) from r) > 1
n in (select v from r)
case when exists (select 1 from r) then 1 end
(select v from r limit 1) || 'x'
id = any ((select arr)::int[])
cast(id as text)
cast('1' as int)
int '5'
date '2020-01-01'
timestamp with time zone '2020-01-01 00:00+00'
