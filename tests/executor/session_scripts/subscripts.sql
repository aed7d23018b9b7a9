1: create temp table t(a int[], j jsonb, m int[])
1: insert into t values ('{1,2,3}','{}','{{1,2},{3,4}}'),(null,null,null),('{}','[]','{}')
1: update t set a[5]=9, a[-1]=7, m[1][2]=5
1: update t set m[3][1]=5 where m='{{1,5},{3,4}}'
1: update t set m[1]=5 where m='{{1,5},{3,4}}'
1: update t set a[2:3]='{8,9,10}'; update t set a[2:3]='{8}'; update t set a[null]=1
1: update t set a['x']=1
1: update t set a=null; update t set a[1:2]='{1,2}'
1: update t set a='{}'; update t set a[:2]='{1,2}'
1: update t set a[1]='x'
1: update t set a[1]=1.5, a[2]=true
1: update t set j['a']=1
1: update t set j['a']['b']='1', j['a']['c']='2'
1: select * from t
1: update t set a[2:]='{5}'
1: update t set a[3:2]='{5}'
1: update t set a[5:6]='{5,6}'
1: select * from t
1: update t set a[1] = default
1: update t set a[1] = 4, a = '{1}'
1: update t set m[1:1][1:2] = '{7,8}'
1: update t set m[1:1] = '{7,8}' where array_ndims(m)=2
1: select * from t
1: select ('{{1,2,3},{4,5,6},{7,8,9}}'::int[])[2][1:2], ('{1,2,3}'::int[])[2:], ('{1,2,3}'::int[])[:2], ('[0:2]={1,2,3}'::int[])[0], ('[0:2]={1,2,3}'::int[])[:]
1: select ('{1,2}'::int[])[null], ('{"a":[1]}'::jsonb)['a'][0], ('{"a":[1]}'::jsonb)['a']['0'], ('[1]'::jsonb)[0::bigint]
1: select ('[1]'::jsonb)[0::smallint]
1: select (1)[1]
1: update t set a=5 , a=6
