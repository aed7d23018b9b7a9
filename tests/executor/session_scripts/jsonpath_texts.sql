1: select '$.a b '::jsonpath
1: select '1abc'::jsonpath
1: select '1__0'::jsonpath
1: select '1_'::jsonpath
1: select '00'::jsonpath
1: select '$.a/**/.b'::jsonpath
1: select '"\u00'::jsonpath
1: select '"a'::jsonpath
1: select '"\x4"'::jsonpath
1: select '$ ? (@ like_regex "(")'::jsonpath
1: select '$.**{2147483648}'::jsonpath
1: select '$.a.type'::jsonpath
1: select '$.TYPE()'::jsonpath
1: select '$.NULL'::jsonpath
1: select 'NULL'::jsonpath
1: select '$.decimal(1,)'::jsonpath
1: select '$.decimal(,)'::jsonpath
1: select '$.decimal(+1,-2)'::jsonpath
1: select '$.time(-1)'::jsonpath
1: select '$.time(1.5)'::jsonpath
1: select '/*'::jsonpath
1: select '\'::jsonpath
1: select '\\ab'::jsonpath
1: select '$\u0061'::jsonpath
1: select '$."\ud83d\ude04"'::jsonpath
1: select '$."\ud83d"'::jsonpath
1: select '$."\u0000"'::jsonpath
1: select '$."\u{110000}"'::jsonpath
1: select '1.e'::jsonpath
1: select '1.e+'::jsonpath
1: select '1e'::jsonpath
1: select '1.type()'::jsonpath
1: select '1..type()'::jsonpath
1: select '(1).type()'::jsonpath
1: select ' '::jsonpath
1: select 'strict'::jsonpath
1: select 'lax '::jsonpath
1: select '$ ? (@ like_regex "a" flag "x")'::jsonpath
1: select '$ ? (@ like_regex "a" flag "xq")'::jsonpath
1: select '$ ? (@ like_regex "a" flag "iia")'::jsonpath
1: select '0o17'::jsonpath
1: select '0b12'::jsonpath
1: select '0xg'::jsonpath
1: select '-0'::jsonpath
1: select '-0.0'::jsonpath
1: select '1e400'::jsonpath
1: select '1e200000'::jsonpath
1: select 'strict 1 + 1 == $ % null && !((-2.50 == $v) is unknown) || "s" >= $.a || !($.a != -2.50 || $.a >= "s")'::jsonpath
1: select 'strict ($ >= true)[0]'::jsonpath
1: select 'true + $.a + null'::jsonpath
1: select '(true / $)[*] / +1[*]'::jsonpath
1: select 'strict ($.a == $.a.b[0])'::jsonpath
1: select '$.a.b[0][*] / 1 * ($[*] < true)[0].a'::jsonpath
1: select 'strict $[*]'::jsonpath
1: select 'strict ($.a < $[*] && -2.50 == true)[0] - 1'::jsonpath
1: select 'strict null != ($.a.b[0])'::jsonpath
1: select '"s"'::jsonpath
1: select 'strict (null.a).x'::jsonpath
1: select '!(-$v >= null.size()) || (($.a.b[0]).abs() == $.a.b[0] - $v) is unknown'::jsonpath
1: select 'strict (true).abs() < null'::jsonpath
1: select 'strict 1.a'::jsonpath
1: select 'strict exists(($v >= $)[0])'::jsonpath
1: select '(1).x != $'::jsonpath
1: select 'strict $v'::jsonpath
1: select '1.size() >= $'::jsonpath
1: select 'strict $.a[*] < ($v.**{2} starts with "a")[0]'::jsonpath
1: select '$.a.size() + $v - $[*].size() / +null % +(true < 1)[0] % $.a % true'::jsonpath
1: select '$.a[*] + true.**{2} - true / $.a[*]'::jsonpath
1: select 'strict $'::jsonpath
1: select 'strict !($.a != $[*])'::jsonpath
1: select 'strict +($[*] < $v && -2.50 < -2.50).type() - (true == true).type()'::jsonpath
1: select '$v != $[*]'::jsonpath
1: select 'strict $[*] % $.a.b[0]'::jsonpath
1: select 'strict -2.50'::jsonpath
1: select '$[*]'::jsonpath
1: select 'strict $[*] * $.a.b[0]'::jsonpath
1: select 'strict ($v >= $.a.b[0]).type()'::jsonpath
1: select '(((true < $v)) is unknown)[0]'::jsonpath
1: select 'strict ($v >= true && $v != $)[0]'::jsonpath
1: select '($.a.b[0] - true).size()'::jsonpath
1: select '-$.a.b[0].a / ($ >= 1)[0]'::jsonpath
1: select 'strict -$.a.b[0] * "s".size() * -((-2.50)?(true >= $v)).x'::jsonpath
1: select 'strict null < $.a.b[0].a'::jsonpath
1: select '($v >= true)[0] != -(1)[0] % ($.a.b[0] < -2.50).type()'::jsonpath
1: select '+true'::jsonpath
1: select '-$v * 1'::jsonpath
1: select '(!(("s" >= $v))).type()'::jsonpath
1: select 'strict $v == true || ($ == $.a.b[0]) is unknown'::jsonpath
1: select '(!($v != null % "s"))'::jsonpath
1: select 'strict ($v == true)[0][*] % $.a.b[0] % $.a / ($[*] == $.a.b[0])[0] == (($[*] == "s").type())'::jsonpath
1: select 'strict null.size() * 1 / $.a'::jsonpath
1: select 'exists((($ != $.a) is unknown)[0])'::jsonpath
1: select 'strict (1.**{2}).x'::jsonpath
1: select 'strict +(null)[0][*]'::jsonpath
1: select 'strict "s"'::jsonpath
1: select 'strict -($[*] == -2.50 || true != $).type()'::jsonpath
1: select 'true - 1 != 1.**{2} && (1) != -2.50'::jsonpath
1: select 'strict ($)'::jsonpath
1: select 'strict $.a >= $.a'::jsonpath
1: select 'strict ($ - true.**{2} * (+-2.50).x)'::jsonpath
1: select 'strict $[*] < 1'::jsonpath
1: select 'strict exists(---2.50)'::jsonpath
1: select '-2.50 % "s" + +$[*] != 1 % $[*] - +-2.50'::jsonpath
1: select '$.a * $.a / $.a.b[0].a'::jsonpath
1: select 'strict +$v[*]'::jsonpath
1: select 'strict +1 * true'::jsonpath
1: select '$[*] / true'::jsonpath
1: select '-$ < $.a / $.a.b[0]'::jsonpath
1: select 'strict exists(($.a).x.a * true / "s".a)'::jsonpath
1: select 'true'::jsonpath
1: select 'true < $v || true == $.a'::jsonpath
1: select '-2.50'::jsonpath
1: select 'strict null'::jsonpath
1: select 'strict +null != null - $'::jsonpath
1: select 'exists($[*])'::jsonpath
1: select '"s".**{2}.**{2}'::jsonpath
1: select 'strict (-2.50 * -2.50.**{2})'::jsonpath
1: select '!(null == $)'::jsonpath
1: select '-2.50 < $[*] && $ >= $.a.b[0] || ($v != $)[0] < +true'::jsonpath
1: select '((-2.50 >= -2.50))'::jsonpath
1: select '-$[*] >= ($).abs()'::jsonpath
1: select 'strict ((($[*] < -2.50))).type()'::jsonpath
1: select 'strict -2.50 == $.a.b[0]'::jsonpath
1: select 'true[*] + $ % "s" + +$.a - $.a.b[0] - true % +$.a.b[0]'::jsonpath
1: select 'true starts with "a"'::jsonpath
1: select '(($.a.b[0] >= null)[0])[0] >= +1 * -2.50'::jsonpath
1: select '(exists("s") && null == $[*]).type()'::jsonpath
1: select '($[*])[0] / $v - $v * +$'::jsonpath
1: select 'strict (-2.50).x'::jsonpath
1: select 'strict 1.**{2}'::jsonpath
1: select '("s" == $.a || "s" == $.a.b[0])[0].size()'::jsonpath
1: select 'strict $v != 1'::jsonpath
1: select 'strict +$ % $.a * null like_regex "^a" flag "i"'::jsonpath
1: select 'strict (null != $) is unknown'::jsonpath
1: select '<1.'::jsonpath
1: select '1is unknown'::jsonpath
1: select '?$'::jsonpath
1: select 'lax $like_regex}.**{1}'::jsonpath
1: select '$"w"1.abs() - .a'::jsonpath
1: select 'exists(lax ||'::jsonpath
1: select '||||'::jsonpath
1: select '{0x1f.time(3)'::jsonpath
1: select '1e3.datetime("x")"}'::jsonpath
1: select ' "x".datetime("x")'::jsonpath
1: select '==1a%'::jsonpath
1: select '.*'::jsonpath
1: select 'null'::jsonpath
1: select '.size'::jsonpath
1: select '][*]||to]'::jsonpath
1: select '.abs()'::jsonpath
1: select 'lax abclax '::jsonpath
1: select 'flag "i".time(3)$v'::jsonpath
1: select '$"w"exists('::jsonpath
1: select '%a b%1.||'::jsonpath
1: select '>= '::jsonpath
1: select '0x1fstarts with!=@ , '::jsonpath
1: select '(1.1.a bflag "i"'::jsonpath
1: select 'lax strict ([last]||/'::jsonpath
1: select '<'::jsonpath
1: select '.decimal(1,2)"/'::jsonpath
1: select '$"w"."b"\]'::jsonpath
1: select '.time(3).*'::jsonpath
1: select '/* */1e3is unknown'::jsonpath
1: select 'to)strict ? ('::jsonpath
1: select '1e3)/* */== - '::jsonpath
1: select 'flag "i"{\x4/&&'::jsonpath
1: select '.a1.)'::jsonpath
1: select 'last.5$v'::jsonpath
1: select '.**{1}]'::jsonpath
1: select '.datetime("x")1'::jsonpath
1: select '[last]&&.*$null'::jsonpath
1: select '.**{1}$!=.type()]('::jsonpath
1: select 'to]'::jsonpath
1: select 'a b'::jsonpath
1: select 'lax [1 to 2,3]? ('::jsonpath
1: select 'flag "i".5<0x1f "x"'::jsonpath
1: select '[last]==."b"!'::jsonpath
1: select '/.**1..decimal(1,2)."b"'::jsonpath
1: select 'null.*1a+$@'::jsonpath
1: select '.*.datetime("x")'::jsonpath
1: select '['::jsonpath
1: select ' "x"}last'::jsonpath
1: select '" + ]'::jsonpath
1: select 'toflag "i"."b"@'::jsonpath
1: select ')starts with$vstrict .time(3)'::jsonpath
1: select '.5.datetime("x").size.decimal(1,2)null'::jsonpath
1: select '.*$v + '::jsonpath
1: select '$"w"? (!='::jsonpath
1: select '[last]%'::jsonpath
1: select 'trueexists(==.abs() - '::jsonpath
1: select ').time(3)'::jsonpath
1: select '!=\x4.a'::jsonpath
1: select 'last'::jsonpath
1: select '[last]last + $v"'::jsonpath
1: select '.a=='::jsonpath
1: select '.* - $v'::jsonpath
1: select ' , is unknown}to'::jsonpath
1: select '==1..*strict $v!='::jsonpath
1: select '[@)'::jsonpath
1: select ' [1 to 2,3]? (.abs()/* */\u0061'::jsonpath
1: select '*/-1\x4+$'::jsonpath
1: select 'strict abcstarts with '::jsonpath
1: select '\[*]1a[0]['::jsonpath
1: select '.size.size1e3[*][last]$v'::jsonpath
1: select '"+$'::jsonpath
1: select 'flag "i"NULL<'::jsonpath
1: select ' , last[last]%{*'::jsonpath
1: select '!=)'::jsonpath
1: select ' - '::jsonpath
1: select 'flag "i"1.*!=[0]'::jsonpath
1: select '.type()flag "i"?.abs()-1exists('::jsonpath
1: select '@\u0061>={.5'::jsonpath
1: select 'like_regex.** - /* */{like_regex'::jsonpath
1: select '}'::jsonpath
1: select '.datetime("x")=='::jsonpath
1: select '$"w"'::jsonpath
1: select '1e3/'::jsonpath
1: select '!=strict ."b"+$'::jsonpath
1: select '.**.**{last to 2}exists("'::jsonpath
1: select 'NULL>=\x4 @.type()'::jsonpath
1: select 'NULL.5exists(exists(!=%'::jsonpath
1: select '+$[*]'::jsonpath
1: select '.5*'::jsonpath
1: select '.abs().decimal(1,2)null'::jsonpath
1: select '@.*'::jsonpath
1: select 'exists(.datetime("x")nullto>=)'::jsonpath
1: select '1.'::jsonpath
1: select '.time(3)to.5-1'::jsonpath
1: select 'abc/'::jsonpath
1: select 'a blike_regex}/1e3'::jsonpath
1: select '1e3'::jsonpath
1: select '-1'::jsonpath
1: select ']strict '::jsonpath
1: select 'tois unknown'::jsonpath
1: select '.*.datetime("x")a b$"w"'::jsonpath
1: select '/* */1.0x1f'::jsonpath
1: select '@ "x"@to.time(3)%'::jsonpath
1: select 'flag "i"strict a b.5.type()'::jsonpath
1: select ' + -1exists(.**{last to 2}.datetime("x")'::jsonpath
1: select '.time(3)'::jsonpath
1: select '&&'::jsonpath
1: select '.**.datetime("x")!+$'::jsonpath
1: select 'NULL][1 to 2,3]is unknown.a'::jsonpath
1: select '\x4starts with\*'::jsonpath
1: select 'last? (?exists('::jsonpath
1: select '.time(3))1alax '::jsonpath
1: select '.**{1}'::jsonpath
1: select '!'::jsonpath
1: create table t (p jsonpath)
1: insert into t values ('($.a * 2).abs() + 1'), ('$ ? (@ like_regex "A" flag "smi")')
1: select p, p::text from t
1: select jsonb_path_query('{"a":-2}', p) from t where p::text like '%abs%'
